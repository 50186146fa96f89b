# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Shared by the tests of this directory. Not a test: sourced, with $DIR set.

# shellcheck disable=SC1091
. "${DIR}"/../kselftest/ktap_helpers.sh

TMP=$(mktemp -d)
PCI=/sys/bus/pci

# QEMU's edu devices, in the order of the bus
edu_devices()
{
	for dev in "$PCI"/devices/*; do
		[ "$(cat "$dev/vendor" "$dev/device" | tr -d '\n')" != 0x12340x11e8 ] ||
			echo "${dev##*/}"
	done
}

# The driver of a PCI device, nothing if it has none
driver() { basename "$(readlink "$PCI/devices/$1/driver" 2>/dev/null)"; }

skip_all()
{
	ktap_skip_all "$@"
	exit "$KSFT_SKIP"
}

# ktap_test_skip() has no room for the reason
skip()
{
	__ktap_test ok "$1" "SKIP $2"
	KTAP_CNT_SKIP=$((KTAP_CNT_SKIP + 1))
}

# check DESCRIPTION COMMAND...: what the command prints says why it failed, above the
# result, where parsers of KTAP look for it
check()
{
	description="$1"
	shift
	if "$@" > "$TMP/why" 2>&1; then
		result=ktap_test_pass
	else
		result=ktap_test_fail
	fi
	sed 's/^/# /' "$TMP/why"
	$result "$description"
}

# no_new_errors BEFORE: dma-debug has counted no more than that since
no_new_errors()
{
	errors=$(cat /sys/kernel/debug/dma-api/error_count)
	echo "$errors errors, $1 before"
	[ "$errors" = "$1" ]
}
