# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# Shared by the guest's tests of NVMe: the disks of harness/lab/machines, ways to write and to
# disturb them, checks of what is left.
# shellcheck source-path=SCRIPTDIR source=dma.sh
. /harness/dma.sh

params=/sys/module/nvme/parameters

# with_threshold BYTES COMMAND...: SGLs for segments that are at least so large on the average, 0 is
# for none
with_threshold() {
	threshold=$(cat $params/sgl_threshold)
	echo "$1" >$params/sgl_threshold
	shift
	"$@"
	rc=$?
	echo "$threshold" >$params/sgl_threshold
	return $rc
}
with_sgls() { with_threshold 1 "$@"; }
without_sgls() { with_threshold 0 "$@"; }

# fio_verify TARGET [JOBS]: a disk, or a directory
fio_verify() {
	if [ -d "$1" ]; then where=directory=$1; else where=filename=$1; fi
	sed "s|^loops=.*|&\n$where|" "${2:-/harness/all.fio}" >/tmp/jobs.fio
	if [ -d "$1" ]; then sed -i '/^offset=/d' /tmp/jobs.fio; fi
	fio --output=/tmp/fio.out /tmp/jobs.fio && return
	grep -iE 'verify|err' /tmp/fio.out | head -n 8
	return 1
}

# commands TIMES: these have metadata in several pieces
commands() {
	left=$1
	while [ $((left -= 1)) -ge 0 ]; do
		verify commands /dev/meta2 64 || return
	done
}

# check_failing CHECK DESCRIPTION COMMAND...
check_failing() {
	check=$1 failing=$2
	shift 2
	case $(provider) in
	# The driver of 6.12 allocates the request by which it unmaps, and forgets the unmap if it cannot
	virtio-iommu*) skip "$failing" "virtio-iommu cannot unmap without memory" ;;
	*) "$check" "$failing" with_failures "$@" ;;
	esac
}

# ... and those of one request, each in turn: check_each DESCRIPTION COMMAND...
check_each() {
	each=$1
	shift
	if dma_debug_is_on; then skip "$each" "one would be dma-debug's"; return; fi
	check "$each" each_allocation "$@"
}
each_allocation() { fail_allocations 0 && "$@"; }

# check_meta_sgls DESCRIPTION COMMAND...
check_meta_sgls() {
	if [ "$(cat "$(queue meta2)/max_integrity_segments")" -gt 1 ]; then
		check "$@"
	else
		skip "$1" "the driver does not know of a disk that takes it"
	fi
}

# Writes from the memory of one controller to the disk of another one, and reads it back the same
# way: DISK [KIB]
from_peer() {
	allocate=/sys/bus/pci/devices/$(pci_name cmb)/p2pmem/allocate
	[ -e "$allocate" ] || { echo "no $allocate"; return 1; }
	verify_disk "$1" "$allocate" "${2:-128}"
}
refused_peer() {
	! from_peer "$1" >/tmp/refused || { echo "it was not refused"; return 1; }
	grep 'Remote I/O' /tmp/refused || { cat /tmp/refused; return 1; }
}
# ... and the disk's next requests, for our own memory, are not the worse for it
then_from_own() { "$@" && verify_disk "$2"; }
# check_peer DESCRIPTION DISK: p2p.DISK= on the kernel's command line says how it has to be. With an
# IOMMU, QEMU sends it even what goes by bus address from a port of a switch to another one: it is
# "lost" there, with a fault for that address.
check_peer() {
	case $(sed -n "s/.*p2p\.$2=\([a-z]*\).*/\1/p" /proc/cmdline) in
	works) check "$1" then_from_own from_peer "$2" ;;
	refused) check "$1" then_from_own refused_peer "$2" ;;
	lost) skip "$1" "QEMU's switches have no way around the IOMMU" ;;
	*) check "$1" false ;;
	esac
}

# with_large_requests DISK COMMAND...: requests of up to 4 MiB
with_large_requests() {
	limit=$(queue "$1")/max_sectors_kb
	before=$(cat "$limit")
	shift
	echo 4096 >"$limit" || return
	"$@"
	rc=$?
	echo "$before" >"$limit"
	return $rc
}
# check_large CHECK DESCRIPTION DISK COMMAND...
check_large() {
	check=$1 large=$2 most=$(cat "$(queue "$3")/max_hw_sectors_kb")
	shift 2
	if [ "$most" -ge 4096 ]; then
		"$check" "$large" with_large_requests "$@"
	else
		# harness/lab/results.py expects fewer passes where it is QEMU that cannot.
		grep -q qemu.mdts= /proc/cmdline && by=" by QEMU" || by=''
		skip "$large" "requests have at most $most KiB here$by"
	fi
}

# disks_are_clean [DEVICE...]: of all disks, and of what else is named; see is_clean
disks_are_clean() {
	sync
	for disk in scratch files meta1 peer cmb; do set -- "$@" "$(pci_name $disk)"; done
	is_clean "$@"
}

ktap_print_header
wait_for_disk meta1 meta 1
wait_for_disk meta2 meta 2
wait_for_disk cmb
wait_for_disk peer
remember_use
