#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# soak=SECONDS of I/O of all kinds on all disks, while controllers are reset, taken away and brought
# back, and pulled out of their slots, and allocations fail. Data on a disk that stays has to be
# right all the time. Prints KTAP.
# shellcheck source-path=SCRIPTDIR source=disks.sh
. /harness/disks.sh

seconds=$(sed -n 's/.*soak=\([0-9]*\).*/\1/p' /proc/cmdline)
now() { cut -d. -f1 /proc/uptime; }
end=$(($(now) + seconds))
export PASSES=2

# ---- I/O

# The disk is written and verified until the end, or until something is wrong
keep_verifying() {
	while [ "$(now)" -lt "$end" ]; do
		verify_disk "$1" >"/tmp/verify.$1" 2>&1 ||
			{ echo "pass $(passes "$1")" >>"/tmp/verify.$1"; return 1; }
		echo $(($(cat "/tmp/passes.$1") + 1)) >"/tmp/passes.$1"
	done
}
# ... and this one is allowed to fail, as the disk goes
keep_using() {
	while [ -b "/dev/$1" ]; do
		verify_disk "$1" || sleep 0.1
	done >/dev/null 2>&1
}
passes() { cat "/tmp/passes.$1"; }

# ---- what disturbs it

controller() {
	for c in "/sys/bus/pci/devices/$1"/nvme/nvme*; do
		echo "$c"
		return
	done
}
count() { echo $(($(cat "/tmp/count.$1" 2>/dev/null || echo 0) + 1)) >"/tmp/count.$1"; }
counted() { cat "/tmp/count.$1" 2>/dev/null || echo 0; }

# Twice in a row: the second one comes while requests of the first are waiting to be sent again
reset() {
	echo 1 >"$(controller "$1")/reset_controller" && count reset
	sleep 0.5
	echo 1 >"$(controller "$1")/reset_controller" && count reset
}

# Taken away by the PCI core with its I/O going on, and found again
take_away() {
	name=$(pci_name "$1")
	keep_using "$1" &
	sleep 2
	echo 1 >"/sys/bus/pci/devices/$name/remove"
	rm -f "/dev/$1"
	wait $!
	[ ! -e "/sys/bus/pci/devices/$name" ] || return
	echo 1 >/sys/bus/pci/rescan
	wait_for_disk "$1"
	[ -b "/dev/$1" ] && verify_disk "$1" && count taken
}

# The slot's power goes off: QEMU takes the disk out at once, and does not tell the kernel
pull_out() {
	name=$(pci_name "$1")
	port=$(basename "$(dirname "$(readlink -f "/sys/bus/pci/devices/$name")")")
	keep_using "$1" &
	sleep 2
	power_off "/sys/bus/pci/devices/$port/config" || return
	sleep 2
	echo 1 >"/sys/bus/pci/devices/$name/remove"
	rm -f "/dev/$1"
	wait $!
	[ ! -e "/sys/bus/pci/devices/$name" ] && [ "$(mappings_of "$name")" = 0 ] && count pulled
}
byte() { od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' '; }
# Slot Control is 0x18 into the PCI Express capability: power and its indicator off, in one write of
# both bytes
power_off() {
	at=$(byte "$1" 52)
	while [ "$(byte "$1" "$at")" != 16 ]; do
		at=$(byte "$1" $((at + 1)))
		[ "$at" != 0 ] || return
	done
	printf '\300\007' | dd of="$1" bs=2 seek=$((at / 2 + 12)) conv=notrunc 2>/dev/null
}

# Adds up the failures, as each fail_allocations counts anew
let_allocations_work() {
	fail_allocations_end
	failed=$((failed + slab + pages))
}

disturb() {
	round=0 failed=0
	victims=$(cd /dev && ls -d victim? 2>/dev/null)
	while [ "$(now)" -lt "$((end - 20))" ]; do
		round=$((round + 1))
		for disk in $steady; do
			reset "$(pci_name "$disk")"
			sleep 2
		done
		if [ $((round % 2)) = 1 ]; then fail_allocations 5; else let_allocations_work; fi
		if [ $((round % 3)) = 1 ]; then
			take_away peer || echo "peer was not taken away, or did not come back"
		fi
		if [ $((round % 4)) = 2 ] && [ -n "$victims" ]; then
			victim=${victims%%[!a-z0-9]*}
			victims=$(echo "$victims" | sed 1d)
			pull_out "$victim" || echo "$victim was not pulled out"
		fi
	done
	let_allocations_work
} >/tmp/disturb 2>&1

# ---- what has to be

is_verified() {
	wait "$2" || { cat "/tmp/verify.$1"; return 1; }
	echo "$(passes "$1") passes"
	[ "$(passes "$1")" -gt 0 ]
}
was_disturbed() {
	cat /tmp/disturb
	resets=$(counted reset) taken=$(counted taken) pulled=$(counted pulled)
	echo "$resets resets, $taken times taken away, $pulled pulled out; $failed allocations failed"
	[ "$resets" -gt 0 ] && [ "$taken" -gt 0 ] && [ "$pulled" -gt 0 ] && [ "$failed" -gt 0 ] &&
		! grep 'was not' /tmp/disturb
}

for n in 1 2 3; do wait_for_disk victim$n; done
steady="scratch meta1 meta2"
ktap_set_plan 6
reports="I/O error|nvme.*(timeout|Abort|controller is down|[Ff]rozen|resett)"
ktap_print_msg "soak: expect-report: 0-100000 ($reports)"
sleep 0.5
pids=
for disk in $steady; do
	echo 0 >"/tmp/passes.$disk"
	keep_verifying "$disk" &
	pids="$pids $!"
done
keep_pids=$pids
disturb
# shellcheck disable=SC2086
set -- $keep_pids
check "data through resets" is_verified scratch "$1"
check "data and protection information through resets" is_verified meta1 "$2"
check "data and metadata through resets" is_verified meta2 "$3"
check "the disks were disturbed" was_disturbed
check "the disks work" verify_disk peer
check "nothing is left mapped or bounced" disks_are_clean
ktap_finished
