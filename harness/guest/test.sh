# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# The test kernel's guest: KUnit has run before init, now the tests from user space and
# the leak check.
# shellcheck source-path=SCRIPTDIR source=common.sh
. /harness/common.sh

# selftest NAME SCRIPT
selftest() {
	tell "selftest $1"
	DMA_TEST_DISK=/dev/scratch DMA_TEST_SCRATCH=1 VNTB_TEST_DMA_BITS=64 VNTB_TEST_OUTBOUND=$outbound \
		sh "$2" 2>&1 | tell_all
	tell "selftest end"
}

# Memory that mem= hides, if the machine's line names some
outbound=$(sed -n 's/.* vntb\.outbound=\([^ ]*\).*/\1/p' /proc/cmdline)

# suite_of_module MODULE: its KUnit suite runs when it is loaded, in the middle of whatever the
# kernel says
suite_of_module() {
	[ -n "$(find /lib/modules -name "$1.ko" -o -name "$(echo "$1" | tr _ -).ko")" ] || return
	modprobe "$1"
	[ -e "$debug/kunit/$1/results" ] || return
	tell "selftest $1"
	tell_all <"$debug/kunit/$1/results"
	tell "selftest end"
}

# An object is only reported when it is 5 s old and a second scan finds no pointer to it either.
check_leaks() {
	echo scan >"$debug/kmemleak" || fail "kmemleak does not scan"
	sleep 5
	echo scan >"$debug/kmemleak" || fail "kmemleak does not scan"
	[ -z "$(cat "$debug/kmemleak")" ] && return
	fail "kmemleak:"
	tell_all <"$debug/kmemleak"
}

for module in ntb_transport pci_epf_vntb ntb_netdev_kunit; do
	suite_of_module $module
done
# It uses ntb_transport, which vntb.sh removes.
rmmod ntb_netdev_kunit
# The machine's line in harness/lab/machines names those that it runs.
for name in $(echo "$SELFTESTS" | tr , ' '); do
	script=$(find /selftests /harness -name "$name")
	if [ -n "$script" ]; then selftest "$name" "$script"; else fail "there is no $name"; fi
done
check_leaks
grep -q dma_debug=off /proc/cmdline || [ "$(cat "$debug/dma-api/disabled")" = N ] ||
	fail "dma-debug has switched itself off"
[ "$(dma_errors)" = 0 ] || fail "$(dma_errors) dma-debug errors"
exit "$failures"
