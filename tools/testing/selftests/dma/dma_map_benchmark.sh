#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The DMA mapping benchmark: that each way to map works, and that the device
# which it is done for is still its driver's. It says nothing about speed.
#
# The trace events of aliases are checked here, as nothing else in user space can
# have aliases made.
#
# The device is $DMA_TEST_DEVICE (pci/0000:00:04.0), or else the first edu device
# of QEMU that has a driver. Another edu device, or $DMA_TEST_UNBOUND, is taken
# from its driver and given to the benchmark's for the older kind of run, and to
# own what the first device gets aliases of.

DIR="$(dirname "$(readlink -f "$0")")"
# shellcheck disable=SC1091
. "${DIR}"/ktap_check.sh

TOOL=$DIR/dma_map_benchmark
FILE=/sys/kernel/debug/dma_map_benchmark
EVENTS=/sys/kernel/tracing/instances/dma_map_benchmark
DUMP=/sys/kernel/debug/dma-api/dump
trap 'give_back; [ ! -d $EVENTS ] || rmdir $EVENTS; rm -rf "$TMP"' EXIT

# The edu devices that have a driver
driven_edu()
{
	for edu in $(edu_devices); do
		[ ! -e "$PCI/devices/$edu/driver" ] || echo "$edu"
	done
}

# run OPTIONS...: a line a step, of few rounds, as a test kernel is slow
run()
{
	"$TOOL" -D "$DEVICE" -r 2 -B 4 -c "$@" | sed 1d > "$TMP/out"
}

# Each step of each operation has figures, and none is less than the one before
all_steps()
{
	operation=$1 steps=$2
	shift 2
	run -o "$operation" "$@"
	cat "$TMP/out"
	awk -F, -v steps="$steps" '
		$10 != "" || $6 <= 0 || $7 < $6 || $9 < $7 || $9 < $8 || $8 < $6 { bad = 1 }
		{ n++ }
		END { exit bad || n != steps }' "$TMP/out"
}

# fails_with ERROR OPTIONS...
fails_with()
{
	error=$1
	shift
	"$TOOL" -r 2 -B 4 -c -o single "$@" > "$TMP/out"
	sed 1d "$TMP/out"
	[ "$(sed 1d "$TMP/out" | cut -d, -f10)" = "$error" ]
}

mask() { cat "$PCI/devices/${DEVICE#pci/}/dma_mask_bits"; }
mask_is_kept()
{
	echo "driver $(driver "${DEVICE#pci/}"), mask $(mask)"
	[ "$(mask)" = "$MASK" ] && [ "$(driver "${DEVICE#pci/}")" = "$DRIVER" ]
}

# ---- the older kind of run, with the device that is bound to the benchmark

# take NAME: from its driver
take()
{
	TAKEN=$1
	TAKEN_DRIVER=$(driver "$1")
	TAKEN_MASK=$(cat "$PCI/devices/$1/dma_mask_bits")
	echo "$1" > "$PCI/devices/$1/driver/unbind"
}

bind_to()
{
	echo "$2" > "$PCI/devices/$1/driver_override"
	echo "$1" > $PCI/drivers_probe
	echo "$1 has the driver $(driver "$1")"
	[ "$(driver "$1")" = "${2:-$TAKEN_DRIVER}" ]
}

give_back()
{
	[ -n "$TAKEN" ] || return 0
	[ "$(driver "$TAKEN")" != dma_map_benchmark ] ||
		echo "$TAKEN" > $PCI/drivers/dma_map_benchmark/unbind
	echo > "$PCI/devices/$TAKEN/driver_override"
	echo "$TAKEN" > $PCI/drivers_probe
	TAKEN=
}

none_bound()
{
	"$TOOL" -s 1
	[ $? = 1 ] && "$TOOL" -s 1 2>&1 | grep 'No such device'
}

older_run()
{
	"$TOOL" -s 1 -t 2 -b 32 -g 2 > "$TMP/out"
	rc=$?
	cat "$TMP/out"
	[ $rc = 0 ] && grep -q 'average unmap latency' "$TMP/out"
}

with_mask()
{
	"$TOOL" -D "pci/$TAKEN" -r 2 -B 4 -c -o single -b 40 > "$TMP/out" || return
	[ "$(cat "$PCI/devices/$TAKEN/dma_mask_bits")" = "$TAKEN_MASK" ]
}

# ---- aliases of memory of the device that is bound to the benchmark

has_iommu() { [ -e "$PCI/devices/$1/iommu" ]; }

alias_needs_an_owner()
{
	"$TOOL" -D "$DEVICE" -r 2 -B 4 -c -o alias > "$TMP/out"
	rc=$?
	cat "$TMP/out"
	[ $rc = 0 ] && sed 1d "$TMP/out" | grep -q ',Operation not supported$'
}

# Two rounds and the one before, of three requests each: nine events of each kind
traced_aliases()
{
	mkdir $EVENTS || return
	for event in map unmap; do
		echo "device == \"${DEVICE#pci/}\"" > $EVENTS/events/dma/dma_alias_$event/filter
		echo 1 > $EVENTS/events/dma/dma_alias_$event/enable
	done
	"$TOOL" -D "$DEVICE" -r 2 -B 3 -c -o alias -d 2 -l 768 > "$TMP/out"
	rc=$?
	echo 0 > $EVENTS/tracing_on
	sed -n 's/^.* \(dma_alias_[a-z]*: .*\)/\1/p' $EVENTS/trace > "$TMP/trace"
	rmdir $EVENTS
	cat "$TMP/out" "$TMP/trace"
	return $rc
}

# An alias is unmapped as it was mapped
alias_events_match()
{
	awk -v what=" ${DEVICE#pci/} dir=FROM_DEVICE dma_addr=" -v owner="$TAKEN" '
		function address(text) { sub(".*=", "", text); return text }
		BEGIN {
			map = "^dma_alias_map:" what "[0-9a-f]+ size=768 owner=" \
			      owner " owner_addr=[0-9a-f]+$"
			unmap = "^dma_alias_unmap:" what "[0-9a-f]+ size=768 attrs="
		}
		$0 ~ map   { maps++; balance[address($4)]++; next }
		$0 ~ unmap { unmaps++; balance[address($4)]--; next }
			   { print; bad = 1 }
		END {
			print maps " maps, " unmaps " unmaps"
			for (a in balance)
				bad += balance[a] != 0
			exit bad || maps != 9 || unmaps != 9
		}' "$TMP/trace"
}

# The same place in a page, and without an IOMMU the same place
alias_events_lead_to_the_memory()
{
	has_iommu "${DEVICE#pci/}" && digits=3 || digits=16
	sed -n 's/^dma_alias_map: .* dma_addr=\([^ ]*\) .* owner_addr=\(.*\)/\1 \2/p' "$TMP/trace" |
	awk -v digits="$digits" '
		function low(text) {
			text = "0000000000000000" text
			return substr(text, length(text) - digits + 1)
		}
		low($1) != low($2) { print; bad = 1 }
		END { exit bad || !NR }' || return
	[ "$(sed -n 's/.* owner_addr=//p' "$TMP/trace" | sort -u | wc -l)" = 3 ]
}

# As long as there are any: a signal ends the tool with a round
alias_is_listed()
{
	"$TOOL" -D "$DEVICE" -r 10000 -B 16 -c -o alias > /dev/null 2>&1 &
	tool=$!
	listed=" ${DEVICE#pci/} alias D=[0-9a-f]* L=1000 DMA_BIDIRECTIONAL of $TAKEN D="
	found=1
	tries=50
	while [ $found != 0 ] && [ $((tries -= 1)) -ge 0 ]; do
		grep -m 1 "$listed" $DUMP
		found=$?
	done
	kill $tool
	wait $tool
	grep " alias .* of $TAKEN " $DUMP && return 1
	return $found
}

unbind_from_benchmark()
{
	echo "$TAKEN" > $PCI/drivers/dma_map_benchmark/unbind
	none_bound
}

[ "$(id -u)" = 0 ] || skip_all "not root"
[ -e $FILE ] || skip_all "no $FILE: a kernel without CONFIG_DMA_MAP_BENCHMARK, or no debugfs"
[ -x "$TOOL" ] || skip_all "no $TOOL"
DEVICE=${DMA_TEST_DEVICE:-pci/$(driven_edu | sed -n 1p)}
[ "$DEVICE" != pci/ ] || skip_all "no edu device, and no DMA_TEST_DEVICE"
UNBOUND=${DMA_TEST_UNBOUND:-$(driven_edu | sed -n 2p)}
MASK=$(mask)
DRIVER=$(driver "${DEVICE#pci/}")

ktap_print_header
ktap_set_plan 31

for op in single page phys source state; do
	check "$op: every step has figures" all_steps $op 4 -l 512
	check "$op: several segments and threads" all_steps $op 4 -e 3 -t 2
done
check "sg: every step has figures" all_steps sg 4 -e 1
check "sg: several segments and threads" all_steps sg 4 -e 8 -t 2
check "resource: map and unmap have figures" all_steps resource 2
check "mmio: map and unmap have figures" all_steps mmio 2
check "alias: no device is bound to the benchmark" alias_needs_an_owner
check "no such device" fails_with "No such device" -D pci/ffff:ff:1f.7
check "no such bus" fails_with "No such device" -D nowhere/0
check "a mask for a device of another driver is refused" \
	fails_with "Device or resource busy" -D "$DEVICE" -b 32
check "more segments than there may be are refused" \
	fails_with "Invalid argument" -D "$DEVICE" -e 1025
check "driver and mask are what they were" mask_is_kept
check "the older run has no device" none_bound

if [ -n "$UNBOUND" ]; then
	take "$UNBOUND"
	check "a device without a driver is refused" \
		fails_with "No such device or address" -D "pci/$UNBOUND"
	bind_to "$UNBOUND" dma_map_benchmark > /dev/null
	check "the older run measures the device that is bound" older_run
	check "its mask is set for a run, and restored" with_mask
	check "alias: map and unmap have figures" all_steps alias 2
	if has_iommu "$TAKEN"; then
		# Segments of a granule, which has 64 KiB at most
		check "alias: several segments and threads" all_steps alias 2 -e 8 -t 2 -l 64K
	else
		skip "alias: several segments and threads" "$TAKEN is not behind an IOMMU"
	fi
	if [ -d /sys/kernel/tracing/events/dma/dma_alias_map ]; then
		check "alias: map and unmap are traced" traced_aliases
		check "alias: the events of map and unmap match" alias_events_match
		check "alias: the events lead to the memory" alias_events_lead_to_the_memory
	else
		for test in "map and unmap are traced" "the events of map and unmap match" \
			    "the events lead to the memory"; do
			skip "alias: $test" "no tracefs, or no event dma_alias_map"
		done
	fi
	if [ -e $DUMP ]; then
		check "alias: dma-debug lists it with its owner" alias_is_listed
	else
		skip "alias: dma-debug lists it with its owner" "CONFIG_DMA_API_DEBUG is off"
	fi
	check "the older run has no device after unbind" unbind_from_benchmark
else
	for test in "a device without a driver is refused" \
		    "the older run measures the device that is bound" \
		    "its mask is set for a run, and restored" \
		    "alias: map and unmap have figures" \
		    "alias: several segments and threads" \
		    "alias: map and unmap are traced" \
		    "alias: the events of map and unmap match" \
		    "alias: the events lead to the memory" \
		    "alias: dma-debug lists it with its owner" \
		    "the older run has no device after unbind"; do
		skip "$test" "no second edu device, and no DMA_TEST_UNBOUND"
	done
fi

ktap_finished
