# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# Shared by the guest's tests of devices: allocations that fail, what is mapped and bounced, disks
# that are written and read back.
# shellcheck source-path=SCRIPTDIR source=common.sh
. /harness/common.sh
DIR=/selftests/dma
# shellcheck disable=SC1091
. "$DIR/ktap_check.sh"

# Allocations that may not sleep fail every now and then: those of descriptors, of what is to be
# unmapped, of IOVA, of page tables. Their callers try again. dma-debug is spared, as it
# would switch itself off.
fail_allocations() {
	[ -n "$spared" ] || spared=$(function_edges add_dma_entry)
	for f in failslab fail_page_alloc; do
		[ -d "$debug/$f" ] || { echo "no $f"; return 1; }
		echo 0 >"$debug/$f/verbose"
		echo 1 >"$debug/$f/ignore-gfp-wait"
		echo 1000000 >"$debug/$f/times"
		echo 1 >"$debug/$f/interval"
		echo 32 >"$debug/$f/stacktrace-depth"
		echo "${spared% *}" >"$debug/$f/reject-start"
		echo "${spared#* }" >"$debug/$f/reject-end"
		echo "$1" >"$debug/$f/probability"
	done
	echo 0 >"$debug/fail_page_alloc/min-order"
}
# Where it begins, and what is behind it
function_edges() {
	awk -v f="$1" 'found { print found " 0x" $1; exit } $3 == f { found = "0x" $1 }' /proc/kallsyms
}
failed_allocations() { echo $((1000000 - $(cat "$debug/$1/times"))); }
with_failures() {
	fail_allocations 5 || return
	"$@"
	rc=$?
	fail_allocations_end
	echo "$slab of slab and $pages of pages failed"
	[ $rc = 0 ] && [ "$slab" -gt 0 ]
}
fail_allocations_end() {
	slab=$(failed_allocations failslab)
	pages=$(failed_allocations fail_page_alloc)
	fail_allocations 0
}

dma_debug_is_on() { [ "$(cat "$debug/dma-api/disabled")" = N ]; }

bounce_slots() { cat "$debug/swiotlb/io_tlb_used" 2>/dev/null || echo 0; }
# There is nothing to count where dma-debug is off, and to look makes 6.12.117 oops
mappings_of() {
	if ! dma_debug_is_on; then echo 0; return; fi
	grep -cE " $1 (phys|scatter-gather|iova) " "$debug/dma-api/dump"
}

# Before a test, and after it is_clean DEVICE...: nothing is mapped for these, and no more is in use
# than before
remember_use() { slots=$(bounce_slots) errors=$(dma_errors); }
what_is_left() {
	for device; do
		[ "$(mappings_of "$device")" = 0 ] || echo "$device: $(mappings_of "$device") mappings"
	done
	[ "$(bounce_slots)" = "$slots" ] || echo "$(bounce_slots) bounce slots in use, $slots before"
	[ "$(dma_errors)" = "$errors" ] || echo "$(dma_errors) dma-debug errors, $errors before"
}
is_clean() {
	what_is_left "$@" >/tmp/left
	cat /tmp/left
	[ ! -s /tmp/left ]
}

# queue DISK: where the limits of its queue are
queue() { echo "/sys/block/$(readlink "/dev/$1")/queue"; }

# verify_disk DISK [MEMORY KIB]
verify_disk() {
	disk=$1
	shift
	verify "/dev/$disk" "${PASSES:-1}" "$(cat "$(queue "$disk")/dma_alignment")" "$@"
}
