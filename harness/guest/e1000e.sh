#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Two cards of the driver e1000e, joined by a hub of QEMU: what one sends goes by DMA to it, over
# the wire, and by DMA from the other. All of it is compared. Prints KTAP.
# shellcheck source-path=SCRIPTDIR source=cards.sh
. /harness/cards.sh

EVENTS="dma/dma_unmap_phys dma/dma_sync_single_for_cpu"

# statistic NAME: of both cards together
statistic() {
	{ ethtool -S "$eth1"; ethtool -S "$eth2"; } |
		awk -v name="$1:" '$1 == name { n += $2 } END { print n + 0 }'
}
packets_are_split() {
	echo "$(statistic rx_header_split) packets"
	[ "$(statistic rx_header_split)" -ge 100 ]
}

# These look up where a mapping leads: in a page table, among the bounce buffers, or as Xen does, in
# any unmap and sync by the plain calls. So do a map that keeps it, by __dma_map_phys_state(), and
# dma-debug, to check what it is told, by dma_state_lookup(); or what these call.
LOOKUPS="iommu_iova_to_phys __swiotlb_find_pool"
[ "$PROVIDER" != xen_swiotlb_dma_ops ] || LOOKUPS="$LOOKUPS xen_swiotlb_unmap_phys
	xen_swiotlb_sync_single_for_cpu xen_swiotlb_sync_single_for_device"

# A call that cannot be counted fails the machine: see hist_on().
lookups_on() {
	caller=\$stack0
	[ "$(uname -m)" != aarch64 ] || caller=%lr
	for event in $EVENTS; do hist_on "$event" device; done
	for function in $LOOKUPS; do
		echo "p:lookups/$function $function caller=$caller:x64" >>"$tracing/kprobe_events"
		hist_on "lookups/$function" caller.sym
	done
}
lookups_off() {
	for event in $EVENTS; do hist_off "$event" device; done
	for function in $LOOKUPS; do
		hist_off "lookups/$function" caller.sym
		echo "-:lookups/$function" >>"$tracing/kprobe_events"
	done
}
# count_hits FUNCTION [!]: for a check, or for no good reason
CHECKS="__dma_map_phys_state|dma_state_[a-z_]*|iommu_dma_to_phys|xen_swiotlb_find_target"
count_hits() {
	awk "/^. caller/ && $2 / ($CHECKS) /"' { n += $NF }
		END { print n + 0 }' "$tracing/events/lookups/$1/hist"
}
# of_both EVENT
of_both() { echo $(($(hist_get "$1" "$card1" hitcount) + $(hist_get "$1" "$card2" hitcount))); }
no_lookup() {
	# shellcheck disable=SC2046  # two words
	set -- $(for event in $EVENTS; do of_both "$event"; done)
	echo "$1 unmaps, $2 syncs"
	found=0
	for function in $LOOKUPS; do
		n=$(count_hits "$function" !)
		echo "$function: $n calls, and $(count_hits "$function") for maps and dma-debug's checks"
		found=$((found + n))
	done
	grep -h '^. caller' "$tracing"/events/lookups/*/hist
	[ "$1" -ge 1000 ] && [ "$2" -ge 50 ] && [ $found = 0 ]
}

# under_load COMMAND...: while there is traffic, which goes on after it
under_load() {
	rm -f /tmp/stop
	while [ ! -e /tmp/stop ]; do exchange 1500 patient || exit; done >/tmp/load 2>&1 &
	load=$!
	"$@" && is_linked && sleep 0.5
	rc=$?
	: >/tmp/stop
	wait $load || rc=1
	cat /tmp/load
	return $rc
}
resize() { ethtool -G "$eth1" rx 80 tx 80 && ethtool -G "$eth2" rx 80 tx 80; }

# It has rings of its own. QEMU's card fails much of it, but not for lack of a mapping, which is 1
# to 8, and after it all is as it was.
self_test() {
	ethtool -t "$eth1" offline >/tmp/self_test
	cat /tmp/self_test
	awk '/^Loopback/ { result = $NF } END { exit !(result == 0 || result > 8) }' /tmp/self_test &&
		is_linked && exchange 1500 patient
}

# dma-debug reports what the driver has left mapped when it is removed.
nothing_is_left() { rmmod e1000e; is_clean "$card1" "$card2"; }

ktap_print_header
remember_use
modprobe e1000e
find_cards e1000e || skip_all "not two cards of e1000e"

ktap_set_plan 10
check "both cards are up" set_up
[ ! -e "$tracing/kprobe_events" ] || lookups_on
check "frames of all sizes, MTU 1500" with_mtu 1500
check "frames of all sizes, MTU 9000" with_mtu 9000
check "packets are split at MTU 9000" packets_are_split
if [ -e "$tracing/kprobe_events" ]; then
	check "no unmap and no sync looks up where a mapping leads" no_lookup
	lookups_off
else
	skip "no unmap and no sync looks up where a mapping leads" "no CONFIG_KPROBE_EVENTS"
fi
check "MTU 9000, with allocations that fail" with_failures exchange 9000 patient
set_links mtu 1500
check "rings of other sizes under load" under_load resize
check "down and up under load" under_load down_and_up
check "frames after the offline self test" self_test
check "nothing is left mapped or bounced" nothing_is_left
ktap_finished
