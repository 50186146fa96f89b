#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Data through the whole of the block layer: fio on the disk itself, and on file systems that are
# made, used, taken away and looked at again. Prints KTAP.
# shellcheck source-path=SCRIPTDIR source=disks.sh
. /harness/disks.sh

# A tree of files of many sizes, written by several at once, the same each time
write_tree() {
	for part in 1 2 3 4; do
		mkdir -p "$1/$part"
		for n in $(seq 40); do
			seq $((part * 1000)) $((part * 1000 + n * n * 9)) >"$1/$part/$n" || return
		done &
	done
	wait
}
sums() { (cd "$1" && find . -type f -path './[1-4]/*' | sort | xargs sha256sum); }

# round_trip DISK KIND CHECK...: what is written by the page cache and by fio is there after the
# file system was away
round_trip() {
	disk=/dev/$1 kind=$2
	shift 2
	if [ "$kind" = xfs ]; then force=-f; else force=-F; fi
	"mkfs.$kind" -q $force "$disk" || return
	mkdir -p /mnt
	mount -t "$kind" "$disk" /mnt || return
	rc=0
	{ write_tree /mnt && fio_verify /mnt; } || rc=1
	rm -f /mnt/*.0
	umount /mnt || return
	mount -t "$kind" "$disk" /mnt || return
	sums /mnt >/tmp/sums
	cmp /tmp/sums /tmp/sums.ram || rc=1
	umount /mnt || return
	"$@" "$disk" || rc=1
	return $rc
}

mkdir /tmp/tree
write_tree /tmp/tree
sums /tmp/tree >/tmp/sums.ram

ktap_set_plan 6
check "fio on the disk" fio_verify /dev/scratch
check "fio on the disk, SGLs wherever possible" with_sgls fio_verify /dev/scratch
check "ext4" round_trip scratch ext4 e2fsck -fn
check "xfs" round_trip scratch xfs xfs_repair -n
check_failing check "ext4, with allocations that fail" round_trip scratch ext4 e2fsck -fn
check "nothing is left mapped or bounced" disks_are_clean
ktap_finished
