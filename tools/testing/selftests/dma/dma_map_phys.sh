#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Checks what user space can see of dma_map_phys(): trace events and dma-debug's
# debugfs files, after real I/O on a disk.
#
# The disk has to be idle. It is $DMA_TEST_DISK, or else the first NVMe disk that
# is not mounted. It is only read, unless DMA_TEST_SCRATCH=1 allows to overwrite
# its first megabytes.

DIR="$(dirname "$(readlink -f "$0")")"
# shellcheck disable=SC1091
. "${DIR}"/ktap_check.sh

TRACING=/sys/kernel/tracing
DEBUG=/sys/kernel/debug/dma-api
INSTANCE=$TRACING/instances/dma_map_phys

cleanup()
{
	[ ! -d $INSTANCE ] || rmdir $INSTANCE
	rm -rf "$TMP"
}

find_disk()
{
	for disk in ${DMA_TEST_DISK:-/dev/nvme*n*}; do
		[ -b "$disk" ] || continue
		disk=$(readlink -f "$disk")
		grep -q "^$disk" /proc/mounts || { echo "$disk"; return; }
	done
}

# The PCI device that a disk hangs on is the one that DMA is mapped for
find_device()
{
	dev=$(readlink -f "/sys/block/${1##*/}/device")
	while [ "$dev" != /sys ] && [ "$dev" != / ]; do
		case $(readlink "$dev/subsystem") in
		*/bus/pci)
			echo "${dev##*/}"
			return ;;
		esac
		dev=$(dirname "$dev")
	done
}

EVENTS="dma_map_phys dma_unmap_phys dma_map_sg dma_unmap_sg"

# A buffer of its own, a clock that orders events of all CPUs, one device only
trace_start()
{
	mkdir $INSTANCE || return
	echo 8192 > $INSTANCE/buffer_size_kb
	echo counter > $INSTANCE/trace_clock
	for event in $EVENTS; do
		echo "device == \"$DEVICE\"" > $INSTANCE/events/dma/"$event"/filter
		echo 1 > $INSTANCE/events/dma/"$event"/enable
	done
}

# "event: device field=value ..." of all events, in order
trace_stop()
{
	echo 0 > $INSTANCE/tracing_on
	sed -n 's/^.* \(dma_[a-z_]*: .*\)/\1/p' $INSTANCE/trace > "$TMP/trace"
}

count() { grep -c "^$1: " "$TMP/trace"; }

# Small requests have one segment, large ones many
read_disk()
{
	dd if="$DISK" of=/dev/null bs=4k count=256 iflag=direct 2>/dev/null &&
	dd if="$DISK" of=/dev/null bs=1M count=4 iflag=direct 2>/dev/null
}

write_disk()
{
	dd if=/dev/urandom of="$TMP/data" bs=4k count=512 2>/dev/null
	dd if="$TMP/data" of="$DISK" bs=4k count=256 oflag=direct 2>/dev/null
	dd if="$TMP/data" of="$DISK" bs=1M seek=1 skip=1 count=1 oflag=direct 2>/dev/null
	dd if="$DISK" of="$TMP/back" bs=4k count=512 iflag=direct 2>/dev/null
	cmp "$TMP/data" "$TMP/back"
}

no_event_lost()
{
	lost=$(cat $INSTANCE/per_cpu/cpu*/stats |
	       awk '/^(overrun|commit overrun|dropped events):/ { n += $NF } END { print n + 0 }')
	[ "$lost" = 0 ] || echo "$lost events lost"
	[ "$lost" = 0 ]
}

old_events_are_gone()
{
	ls -d $TRACING/events/dma/dma_map_page $TRACING/events/dma/dma_unmap_page \
	      $TRACING/events/dma/dma_map_resource \
	      $TRACING/events/dma/dma_unmap_resource 2>/dev/null && return 1
	return 0
}

# At least as many mappings as there were small requests, each way
was_traced()
{
	n=$(grep -c "^dma_map_phys: $DEVICE dir=$1 " "$TMP/trace")
	echo "$n mappings by dma_map_phys, $1"
	[ "$n" -ge 256 ]
}

fields_parse()
{
	awk '
	BEGIN {
		both = " [^ ]+ dir=(BIDIRECTIONAL|TO_DEVICE|FROM_DEVICE)"
		both = both " dma_addr=[0-9a-f]+ size=[1-9][0-9]*"
		attrs = " attrs=[A-Z_|]*$"
		map = "^dma_map_phys:" both " phys_addr=[0-9a-f]+" attrs
		unmap = "^dma_unmap_phys:" both attrs
	}
	(/^dma_map_phys: / && $0 !~ map) || (/^dma_unmap_phys: / && $0 !~ unmap) {
		print
		bad = 1
	}
	END { exit bad }' "$TMP/trace"
}

# NVMe has the bits below its page size kept even where a mapping bounces
offset_is_kept()
{
	hex='\([0-9a-f]*\)'
	sed -n "s/^dma_map_phys: .* dma_addr=$hex .* phys_addr=$hex .*/00\\1 00\\2/p" \
		"$TMP/trace" |
	awk 'substr($1, length($1) - 2) != substr($2, length($2) - 2) { print; bad = 1 }
	     END { exit bad }'
}

# Each unmap has a map of the same address, size, direction and attributes, but
# for one that only concerns the call itself. Only the sum is compared: an
# address can be mapped again before its unmap is traced.
unmaps_match()
{
	awk '
	{
		split("", f)
		for (i = 3; i <= NF; i++) {
			eq = index($i, "=")
			f[substr($i, 1, eq - 1)] = substr($i, eq + 1)
		}
		sub(/[|]NO_WARN|NO_WARN[|]?/, "", f["attrs"])
		what = f["dma_addr"] " " f["size"] " " f["dir"] " " f["attrs"]
	}
	$1 == "dma_map_phys:"	{ balance[what]++ }
	$1 == "dma_unmap_phys:"	{ balance[what]-- }
	END {
		for (what in balance) {
			if (!balance[what])
				continue
			print (balance[what] > 0 ? "still mapped: " : "was not mapped: ") what
			bad = 1
		}
		exit bad
	}' "$TMP/trace"
}

scatterlists_balance()
{
	echo "$(count dma_map_sg) scatterlists mapped, $(count dma_unmap_sg) unmapped"
	[ "$(count dma_map_sg)" = "$(count dma_unmap_sg)" ]
}

nothing_held()
{
	! grep -E " $DEVICE (phys|scatter-gather) " $DEBUG/dump
}

# Entries that are free, or of which drivers may take more as they work: those of
# coherent memory, and of the page tables of an IOMMU that does not snoop caches.
# The free ones last: who takes one in between is not counted twice.
entries()
{
	iommus=$(readlink -f /sys/class/iommu/*/device | sed 's/.*\///' | tr '\n' '|')
	others=$(grep -cE " coherent |^[^ ]+ (${iommus}-) " $DEBUG/dump)
	echo $(($(cat $DEBUG/num_free_entries) + others))
}

# Other devices may be at work: wait for a quiet moment
entries_come_back()
{
	tries=10
	while [ $((tries -= 1)) -ge 0 ]; do
		now=$(entries)
		[ "$now" -ge "$1" ] && return 0
		sleep 1
	done
	echo "$now entries, $1 before; these are in use, but not of coherent memory:"
	grep -v " coherent " $DEBUG/dump
	return 1
}

trap cleanup EXIT
ktap_print_header

[ "$(id -u)" = 0 ] || skip_all "needs root"
[ -d $TRACING/events/dma ] ||
	skip_all "needs tracefs and CONFIG_ENABLE_DEFAULT_TRACERS or another tracer"
for event in $EVENTS; do
	[ -d $TRACING/events/dma/"$event" ] || skip_all "this kernel has no event $event"
done
DISK=$(find_disk)
[ -n "$DISK" ] || skip_all "no NVMe disk that is not mounted, and no DMA_TEST_DISK"
DEVICE=$(find_device "$DISK")
[ -n "$DEVICE" ] || skip_all "$DISK is not on a PCI device"

ktap_set_plan 13
ktap_print_msg "$DISK on $DEVICE"

if [ -d $DEBUG ] && [ "$(cat $DEBUG/disabled)" = N ]; then
	HAVE_DEBUG=1
	ERRORS=$(cat $DEBUG/error_count)
	ENTRIES=$(entries)
fi

trace_start || ktap_exit_fail_msg "cannot make $INSTANCE"
check "the disk is read" read_disk
if [ "$DMA_TEST_SCRATCH" = 1 ]; then
	check "what is written to the disk is read back" write_disk
else
	skip "what is written to the disk is read back" "DMA_TEST_SCRATCH=1 was not given"
fi
trace_stop

check "no event is lost" no_event_lost
check "the page and resource events are gone" old_events_are_gone
check "reads are traced as mappings from the device" was_traced FROM_DEVICE
if [ "$DMA_TEST_SCRATCH" = 1 ]; then
	check "writes are traced as mappings to the device" was_traced TO_DEVICE
else
	skip "writes are traced as mappings to the device" "DMA_TEST_SCRATCH=1 was not given"
fi
check "the fields have the right form" fields_parse
check "the DMA address keeps the offset in the page" offset_is_kept
check "every mapping by dma_map_phys is unmapped as it was mapped" unmaps_match
check "every scatterlist is unmapped" scatterlists_balance

if [ -n "$HAVE_DEBUG" ]; then
	check "dma-debug has found no error" no_new_errors "$ERRORS"
	check "dma-debug has no mapping left for the device" nothing_held
	check "dma-debug's entries are free again" entries_come_back "$ENTRIES"
else
	for t in "has found no error" "has no mapping left for the device" \
		 "has its entries back"; do
		skip "dma-debug $t" "CONFIG_DMA_API_DEBUG is off or disabled"
	done
fi

ktap_finished
