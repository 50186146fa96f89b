# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The variables have no spaces, and are set or used in the other files
# shellcheck disable=SC2034,SC2086
#
# ntb_tool and ntb_perf as clients of vntb.sh's function. Not a test: sourced by
# vntb.sh.

PERF_INVAL=-1			# of enum perf_cmd in ntb_perf.c
PERF_SIZE=0
PERF_XLAT=2

tool_dir() { echo "$DEBUG/ntb_tool/$NTBDEV/peer0"; }

tool_has_window()
{
	link && bind_client ntb_tool && host_command $COMMAND_LINK_UP || return
	# The limits of a window are not known before
	wait_for is "$(tool_dir)/link" Y && echo $MW_SIZE > "$(tool_dir)/mw_trans0"
}

tool_reads_what_the_host_writes()
{
	dd if=/dev/urandom of="$TMP/sent" bs=4096 count=2 2>/dev/null
	host_write $BAR_MW 12345 < "$TMP/sent"
	dd if="$(tool_dir)/mw0" bs=12345 skip=1 count=1 2>/dev/null | head -c 8192 |
		cmp - "$TMP/sent"
}

host_reads_what_the_tool_writes()
{
	dd if=/dev/urandom of="$TMP/sent" bs=256 count=1 2>/dev/null
	cat "$TMP/sent" > "$(tool_dir)/mw0"
	host_read $BAR_MW 0 256 | cmp - "$TMP/sent"
}

tool_clears_window()
{
	before=$(bar_addr $BAR_MW)
	echo 0 > "$(tool_dir)/mw_trans0" && window_has_moved && write_to_nobody
}

tool_goes_with_window()
{
	echo 4096 > "$(tool_dir)/mw_trans0" && unbind_client && write_to_nobody
}

tool_module_goes()
{
	tool_has_window && echo 4096 > "$(tool_dir)/mw_trans0" && rmmod ntb_tool &&
	write_to_nobody && modprobe ntb_tool && unlink && is_gone
}

tool()
{
	tool_has_window && tool_reads_what_the_host_writes &&
	host_reads_what_the_tool_writes && tool_clears_window &&
	tool_goes_with_window && unlink && is_gone
}

# ntb_perf tells the host a command and a number, as soon as there is no other
# command
perf_tells()
{
	le32 "$1" $(($2 & 0xffffffff)) $(($2 >> 32)) > "$TMP/wanted"
	wait_for perf_has_told
}
perf_has_told() { host_read $BAR_CONFIG $REG_SPADS 12 | cmp -s - "$TMP/wanted"; }
perf_may_tell() { le32 $PERF_INVAL | host_write $BAR_CONFIG $REG_SPADS; }

# Both say how large their window is, and then where it is
perf_has_window()
{
	link && bind_client ntb_perf && perf_may_tell && host_command $COMMAND_LINK_UP &&
	perf_tells $PERF_SIZE $MW_SIZE && perf_may_tell || return
	before=$(bar_addr $BAR_MW)
	spads 0 $PERF_SIZE $((MW_SIZE / 2)) 0
	doorbell
	wait_for window_has_moved && perf_tells $PERF_XLAT "$(bar_addr $BAR_MW)" &&
	perf_may_tell
}

perf_is_reached()
{
	dd if=/dev/urandom of="$TMP/sent" bs=4000 count=1 2>/dev/null
	host_write $BAR_MW 0 < "$TMP/sent"
	host_read $BAR_MW 0 4000 | cmp - "$TMP/sent"
}
