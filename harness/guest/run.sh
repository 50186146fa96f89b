# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# The guest of make run: moves real data, and shows how it was mapped.
# shellcheck source-path=SCRIPTDIR source=common.sh
. /harness/common.sh

edu_dirs=$(ls -d "$debug"/dma-edu/* 2>/dev/null)
disks="files scratch"

number() { echo "$1" | sed ':a; s/\([0-9]\)\([0-9]\{3\}\)\(,\|$\)/\1,\2\3/; ta'; }

# ---- counting

count_mappings() {
	hist_on dma/dma_map_phys device size
	hist_on dma/dma_unmap_phys device size
	hist_on dma/dma_iova_alloc device
	hist_on dma/dma_iova_free device
	hist_on dma/dma_iova_link device size
	hist_on dma/dma_iova_unlink device size
	hist_on dma/dma_map_sg device
	hist_on swiotlb/swiotlb_bounced dev_name
	for disk in $disks; do
		disk_bytes "$disk" >"/tmp/bytes.$disk"
	done
}

nothing_lost() {
	for event in dma/dma_map_phys dma/dma_unmap_phys dma/dma_iova_alloc dma/dma_iova_free \
		dma/dma_iova_link dma/dma_iova_unlink dma/dma_map_sg swiotlb/swiotlb_bounced; do
		[ "$(hist_dropped $event)" = 0 ] || fail "the count of $event is not complete"
	done
}

disk_bytes() { awk '{ print ($3 + $7) * 512 }' "/sys/block/$(readlink "/dev/$1")/stat"; }
bytes_moved() { echo $(($(disk_bytes "$1") - $(cat "/tmp/bytes.$1"))); }

# ---- work

read_files() {
	total=$(grep -c . /harness/files.sha256)
	show "reading $(number "$total") files from an ext4 file system on NVMe, comparing checksums"
	mkdir /files
	# Inode tables are zeroed by commands that move no bytes and are counted as if they did.
	mount -t ext4 -o noinit_itable /dev/files /files ||
		{ fail "the file system does not mount"; return; }
	(cd /files && sha256sum -c /harness/files.sha256) >/tmp/sums 2>&1
	good=$(grep -c ': OK$' /tmp/sums)
	[ "$good" = "$total" ] && return
	fail "$((total - good)) of $total files differ from what the host wrote"
	grep -v ': OK$' /tmp/sums | head -n 5 | while read -r line; do show "FAILED: $line"; done
}

fio_bytes() {
	awk -v part="$1" '
		/^ *"(read|write|trim)" : [{]/ { current = $1 }
		/^ *"io_bytes" :/ && current == "\"" part "\"" { n += $3 }
		END { print n + 0 }' /tmp/fio.json
}

write_and_verify() {
	jobs=$(grep -c '^\[' /harness/run.fio)
	jobs=$((jobs - 1))
	show "writing with fio from $jobs jobs, reading back and verifying"
	fio --output-format=json --output=/tmp/fio.json /harness/run.fio >/tmp/fio.out 2>&1 &&
		fio_ok=1 && return
	fail "fio says:"
	cat /tmp/fio.out /tmp/fio.json | grep -iE 'verify|error|fail' | head -n 8 |
		while read -r line; do show "FAILED: $line"; done
}

copy_with_edu() {
	[ -n "$edu_dirs" ] || fail "no edu device"
	for dir in $edu_dirs; do
		show "copying memory with edu ${dir##*/}"
		echo 65536 >"$dir/copy" || fail "edu ${dir##*/} does not copy"
		[ "$(cat "$dir/copy")" = "copied 65536 bytes, 0 errors" ] ||
			fail "edu ${dir##*/}: $(cat "$dir/copy")"
	done
}

# ---- what came of it

row() { show "$(printf '%-28s %13s %12s %11s %12s %13s %11s %8s' "$@")"; }

# line NAME PCI-NAME BYTES-MOVED
line() {
	maps=$(hist_get dma/dma_map_phys "$2" hitcount)
	map_bytes=$(hist_get dma/dma_map_phys "$2" size)
	ranges=$(hist_get dma/dma_iova_alloc "$2" hitcount)
	range_bytes=$(hist_get dma/dma_iova_link "$2" size)
	unmaps=$(hist_get dma/dma_unmap_phys "$2" hitcount)
	held=$((maps - unmaps + ranges - $(hist_get dma/dma_iova_free "$2" hitcount)))
	bounced=$(hist_get swiotlb/swiotlb_bounced "$2" hitcount)
	row "$1 ($2)" "$(number "$maps")" "$(number "$map_bytes")" "$(number "$ranges")" \
		"$(number "$range_bytes")" "$(number "$3")" "$held" "$(number "$bounced")"

	[ "$maps" -gt 0 ] || fail "$1: nothing was mapped by dma_map_phys"
	[ "$held" = 0 ] || fail "$1: $held mappings are still held"
	[ "$map_bytes" = "$(hist_get dma/dma_unmap_phys "$2" size)" ] ||
		fail "$1: not as many bytes unmapped as mapped"
	[ "$range_bytes" = "$(hist_get dma/dma_iova_unlink "$2" size)" ] ||
		fail "$1: not as many bytes unlinked as linked"
	[ $((map_bytes + range_bytes)) = "$3" ] || fail "$1: not as many bytes mapped as moved"
	[ "$(hist_get dma/dma_map_sg "$2" hitcount)" = 0 ] || fail "$1: mapped by scatterlist"
	grep -qE " $2 (phys|scatter-gather|iova) " "$debug/dma-api/dump" &&
		fail "$1: dma-debug has a mapping left"
	case $PROVIDER in
	*iommu* | smmu*) [ "$bounced" = 0 ] || fail "$1: bounced behind an IOMMU" ;;
	esac
}

table() {
	show ""
	row device dma_map_phys 'bytes by it' 'IOVA ranges' 'in them' 'bytes moved' 'still held' bounced
	for disk in $disks; do
		line "NVMe $disk" "$(pci_name "$disk")" "$(bytes_moved "$disk")"
	done
	for dir in $edu_dirs; do
		pci=${dir##*/}
		line "edu, $(cat "/sys/bus/pci/devices/$pci/dma_mask_bits") bits" "$pci" $((2 * 65536))
	done
	show ""
	nothing_lost
	show "provider          $PROVIDER"
	show "dma-debug         $(dma_errors) errors"
	[ "$(dma_errors)" = 0 ] || fail "$(dma_errors) dma-debug errors"
	[ "$(cat "$debug/dma-api/disabled")" = N ] || fail "dma-debug has switched itself off"
	show "checksums         $(number "${good:-0}") of $(number "$total") files as on the host"
	[ -n "$fio_ok" ] &&
		show "fio               $(number "$(fio_bytes write)") bytes written by $jobs jobs and verified"
	show ""
}

count_mappings
read_files
write_and_verify
copy_with_edu
sync
umount /files
table
exit "$failures"
