#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# vNTB from the host's writes to the packets that its clients receive, and every
# order in which it can be taken down. Where the drivers are modules they are
# removed, too. The controller is pci-epc-edu, on an edu device of QEMU, and the
# host is this script: see the comment in drivers/pci/endpoint/pci-epc-edu-core.c.
#
#	vntb.sh [NAME...]	all cases, or those of these names; -l lists them
#
# Each case begins with a function that is not linked, whatever the one before it
# has left.
#
# The device is $VNTB_TEST_EDU, or else the first one there is. It belongs to
# the test meanwhile. $VNTB_TEST_DMA_BITS says how many bits of DMA mask QEMU
# gave it, if not 28. $VNTB_TEST_OUTBOUND is the physical address of 8 MiB of RAM
# that the kernel does not use (see mem= in kernel-parameters), for what the endpoint
# sends to the host.

DIR="$(dirname "$(readlink -f "$0")")"
# shellcheck disable=SC1091
. "${DIR}"/../dma/ktap_check.sh
# shellcheck source-path=SCRIPTDIR source=vntb_lib.sh
. "${DIR}"/vntb_lib.sh
# shellcheck source-path=SCRIPTDIR source=vntb_clients.sh
. "${DIR}"/vntb_clients.sh
# shellcheck source-path=SCRIPTDIR source=vntb_teardown.sh
. "${DIR}"/vntb_teardown.sh

DEBUG=/sys/kernel/debug
DMA=$DEBUG/dma-api
PCI=/sys/bus/pci
NTB=/sys/bus/ntb

# ---- helpers

# All cases, or those that the command line names
is_wanted()
{
	case $ONLY in " "|*" $1 "*) ;; *) false ;; esac
}

load_modules()
{
	for module in $MODULES; do
		modprobe -q "$module" 2>/dev/null
	done
}

# run NAME DESCRIPTION [MODULE...]: the case is the function NAME. It is skipped if
# one of the modules is missing or built in, which then has no initstate.
run()
{
	is_wanted "$1" || return
	name="$1"
	description="$1: $2"
	shift 2
	for module in "$@"; do
		[ -e "/sys/module/$module/initstate" ] || {
			skip "$description" "$module is built in or missing"
			return
		}
	done
	case $name in
	packets_out|large_window|flaps|dma_engine)
		[ -n "$VNTB_TEST_OUTBOUND" ] || {
			skip "$description" "there is no VNTB_TEST_OUTBOUND"
			return
		}
		;;
	esac
	if [ "$name" = dma_engine ] &&
	   [ -z "$(find "/lib/modules/$(uname -r)" -name "edu-dma.ko*")" ]; then
		skip "$description" "there is no module edu-dma"
		return
	fi
	if [ "$name" = no_msi ] && [ ! -e $TRANSPORT/use_msi ]; then
		skip "$description" "CONFIG_NTB_MSI is off"
		return
	fi
	if make_ready > "$TMP/ready" 2>&1; then
		check "$description" isolated "$name"
	else
		check "$description" not_ready
	fi
}

isolated() { ( "$@" ); }
not_ready() { cat "$TMP/ready"; return 1; }

# wait_for COMMAND...: for a minute, as an emulated machine on a busy host can be slow
wait_for()
{
	tries=600
	while ! "$@"; do
		[ $((tries -= 1)) -gt 0 ] || { echo "in vain: $*"; return 1; }
		sleep 0.1
	done
}

is() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }
not() { ! "$@"; }

# ---- the controller

find_edu()
{
	for d in ${VNTB_TEST_EDU:-$(ls $PCI/devices)}; do
		if is "$PCI/devices/$d/vendor" 0x1234 && is "$PCI/devices/$d/device" 0x11e8; then
			echo "$d"
			return
		fi
	done
}

find_other_edu()
{
	for d in "$PCI"/devices/*; do
		if [ "${d##*/}" != "$EDU" ] && is "$d/vendor" 0x1234 && is "$d/device" 0x11e8; then
			echo "${d##*/}"
			return
		fi
	done
}

# give_edu_to DRIVER: "" is whatever takes it by itself
give_edu_to()
{
	[ ! -e "$PCI/devices/$EDU/driver" ] || echo "$EDU" > "$PCI/devices/$EDU/driver/unbind"
	echo "$1" > "$PCI/devices/$EDU/driver_override"
	echo "$EDU" > $PCI/drivers_probe
}

set_parameters()
{
	echo "${VNTB_TEST_DMA_BITS:-28}" > $PARAMETERS/dma_bits
	echo "${VNTB_TEST_OUTBOUND:-0}" > $PARAMETERS/outbound
}

# Prepare a case: load the modules, make the controller, and one function with
# nothing but its attributes
make_ready()
{
	load_modules
	set_frame_size
	set_parameters
	echo 0 > $UNBIND_LATE
	! is "$EP/controllers/$EDU/start" 1 || stop
	find "$EP/functions" "$EP/controllers" -type l -exec rm {} \;
	for d in "$FUNCTION" "$FUNCTION2"; do
		[ ! -d "$d" ] || rmdir "$d" || return
	done
	controller || give_edu_to pci-epc-edu
	make_function "$FUNCTION" $DEVICE $BUS
}

# ---- setting up

controller() { [ -d "$EP/controllers/$EDU" ]; }

attributes()
{
	refuses db_count 3 && refuses db_count 33 && refuses spad_count 0 &&
	refuses spad_count 65537 && refuses num_mws 5 && refuses vbus_number 256 &&
	refuses vntb_vid 0x10000 && refuses mw1 0 && refuses mw2 4096 &&
	refuses db_bar 6 && refuses ctrl_bar -2 && set_attr db_bar 5 &&
	is "$(attrs "$FUNCTION")/db_bar" 5
}

linked_function()
{
	link && not rmdir "$FUNCTION" 2>/dev/null && refuses num_mws 2 &&
	refuses mw1 65536 && refuses mw1_bar 4 && unlink && is_gone
}

# Each BAR where the user wants it, and for the host to find
bars()
{
	BAR_CONFIG=3
	BAR_DB=5
	BAR_MW=0
	set_attr ctrl_bar 3 && set_attr db_bar 5 && set_attr mw1_bar 0 && works &&
	is "$(attrs "$FUNCTION")/db_bar" 5 && packets 1500 && unlink && is_gone
}

# An unassigned construct leaves the others alone, and tells its BAR
bars_mixed()
{
	BAR_CONFIG=1
	BAR_DB=0
	set_attr db_bar 0 && works && is "$(attrs "$FUNCTION")/ctrl_bar" 1 &&
	is "$(attrs "$FUNCTION")/mw1_bar" 2 && unlink &&
	is "$(attrs "$FUNCTION")/ctrl_bar" -1
}

# ---- packets

packets_in()
{
	works && packets 60 1500 2022 1 && packets 2022 2022 46 47 48 49 &&
	unlink && is_gone
}

tx_packets() { cat "/sys/class/net/$IFACE/statistics/tx_packets"; }
tx_reaches() { [ "$(tx_packets)" -ge "$1" ]; }

# How far the host has read. It is at the end of the window.
host_has_read() { le32 "$1" | host_write $BAR_MW $((MW_SIZE - 4)); }

# The host tells where the outbound window leads to, before it brings the link up
host_maps_window()
{
	le32 $((HOST_RING)) 0 $MW_SIZE 0 | host_write $BAR_CONFIG $REG_ADDR
	le32 0 | host_write $BAR_CONFIG $REG_ARGUMENT
	host_command $COMMAND_CONFIGURE_MW
	wait_for grep -q "pci=$HOST_RING " "$HOST/windows"
}

# The host reads all frames that are new in its ring, and says how far it has read
host_receives()
{
	slots=$(((MW_SIZE - 4) / FRAME))
	dd if="$HOST/memory" of="$TMP/ring" bs=$FRAME count=$slots skip=$((HOST_RING)) \
		iflag=skip_bytes 2>/dev/null
	"$DIR/ntb_frames" -r $slots $FRAME "$READ" < "$TMP/ring" >> "$TMP/received" \
		2> "$TMP/read" || { cat "$TMP/read"; return 1; }
	[ "$(cat "$TMP/read")" != "$READ" ] || return 0
	READ=$(cat "$TMP/read")
	host_has_read $(((READ - 1) % slots))
}

host_has_all()
{
	host_receives && [ "$(wc -c < "$TMP/received")" -ge "$(wc -c < "$TMP/sent")" ]
}

# There is room for 62 frames in the host's ring, and none until it has read some
packets_out()
{
	link && netdev_up && host_maps_window && link_up && packets 60 || return
	before=$(tx_packets)
	rung=$(irqs)
	READ=0
	: > "$TMP/received"
	dd if=/dev/urandom of="$TMP/sent" bs=1500 count=100 2>/dev/null
	"$DIR/ntb_frames" -s "$IFACE" 100 1500 < "$TMP/sent" || return
	wait_for tx_reaches $((before + 40)) && sleep 1 || return
	! tx_reaches $((before + 64)) || { echo "more than there is room"; return 1; }
	[ "$(irqs | grep msi3)" != "$(echo "$rung" | grep msi3)" ] ||
		{ echo "no interrupt for them"; return 1; }
	wait_for host_has_all && cmp "$TMP/sent" "$TMP/received" || return
	[ "$(irqs | grep -v msi3)" = "$(echo "$rung" | grep -v msi3)" ] ||
		{ echo "not for doorbell 0"; return 1; }
	packets 100 && unlink && is_gone
}

# The BAR leads to memory that is aligned to its size, and so does an idle one
large_window()
{
	MW_SIZE=$((2 * 1024 * 1024))
	set_attr mw1 $MW_SIZE && works && packets 60 1500 2022 && is_aligned || return
	window_is_cleared && is_aligned && link_up && packets 100 && is_aligned &&
	unlink && is_gone
}
is_aligned()
{
	[ $(($(bar_addr $BAR_MW) % MW_SIZE)) = 0 ] ||
		{ echo "not aligned: $(bar_addr $BAR_MW)"; return 1; }
}

# The client sends all the time
load()
{
	while :; do
		"$DIR/ntb_frames" -s "$IFACE" 50 1500 < /dev/zero 2> /dev/null
	done
}

# The link goes down and up again before the clients have done with it, while both sides
# send
flaps()
{
	works || return
	load &
	load=$!
	for _ in 1 2 3 4 5 6; do
		write_to_nobody && doorbell
		host_command $COMMAND_LINK_DOWN
		spads 0 4 1 1 1 0 $MW_SIZE
		host_command $COMMAND_LINK_UP
	done
	kill $load
	wait $load 2> /dev/null
	wait_for carrier 1 && link_down && link_up && packets 60 1500 && unlink && is_gone
}

# The same by DMA, of an engine that has nothing to do with the controller: the device
# that is the controller otherwise copies, and another is the controller
dma_engine()
{
	other=$(find_other_edu)
	[ -n "$other" ] || { echo "there is one edu device"; return 1; }
	give_edu_to "" && trap engine_goes EXIT || return
	EDU=$other
	HOST=$DEBUG/pci-epc-edu/$EDU
	echo 28 > $PARAMETERS/dma_bits
	give_edu_to pci-epc-edu && modprobe edu-dma || return
	echo 1 > $TRANSPORT/use_dma
	link && netdev_up && host_maps_window && link_up && packets 1500 60 2022 || return
	READ=0
	: > "$TMP/received"
	dd if=/dev/urandom of="$TMP/sent" bs=1500 count=5 2>/dev/null
	"$DIR/ntb_frames" -s "$IFACE" 5 1500 < "$TMP/sent" || return
	wait_for host_has_all && cmp "$TMP/sent" "$TMP/received" || return
	engine_has_copied rx && engine_has_copied tx || return
	# The ring goes while the engine has a packet to copy from it
	frame 2022 > "$TMP/frames"
	host_write $BAR_MW $((PACKETS * FRAME)) < "$TMP/frames"
	doorbell
	link_down && link_up && packets 2022 1500 && unlink && is_gone
}
engine_has_copied()
{
	n=$(sed -n "s/^$1_async - *\t*//p" "$DEBUG/ntb_transport/$NTBDEV/qp0/stats")
	[ "$n" -ge 2 ] || { echo "$1: copied by DMA: $n"; return 1; }
}
engine_goes()
{
	! is "$EP/controllers/$EDU/start" 1 || stop
	find "$EP/functions" "$EP/controllers" -type l -exec rm {} \;
	echo 0 > $TRANSPORT/use_dma
	! [ -d /sys/module/edu_dma ] || rmmod edu-dma
	give_edu_to ""
}

# use_msi=1 takes a second window and doorbells to spare, but vNTB has no MSI
no_msi()
{
	trap 'echo 0 > $TRANSPORT/use_msi' EXIT
	echo 1 > $TRANSPORT/use_msi
	set_attr db_count 8 && set_attr num_mws 2 && set_attr mw2 $MW_SIZE && link &&
	netdev_up || return
	PACKETS=0
	spads 0 4 1 2 2 0 $MW_SIZE 0 $MW_SIZE
	host_command $COMMAND_LINK_UP
	wait_for carrier 1 && packets 60 1500 && unlink && is_gone
}

window_cleared()
{
	works && window_is_cleared && link_up && packets 60 1500 && unlink && is_gone
}

# ---- two functions of one controller

two_functions()
{
	make_function "$FUNCTION2" $DEVICE2 $BUS2 &&
	ln -sn "$EP/controllers/$EDU" "$FUNCTION2/primary/controller" || return
	# The first to be linked is function 0
	HOST=$HOST/function1
	ln -sn "$EP/controllers/$EDU" "$LINK" && start || return
	other=$(cd $PCI/devices && echo *:$BUS2:00.0)
	is "$PCI/devices/$NTBDEV/device" $DEVICE && is "$PCI/devices/$other/device" $DEVICE2 &&
	netdev_up && link_up && packets 60 && (other_works) && packets 1500 2022 || return
	stop && wait_for carrier 0 && rm "$FUNCTION2/primary/controller" && start && link_up &&
	packets 100 || return
	stop && rm "$LINK" && is_gone && rmdir "$FUNCTION2"
}

other_works()
{
	HOST=${HOST%/function1}
	NTBDEV=$other
	netdev_up && link_up && packets 60 1500
}

# ---- the other clients

perf() { perf_has_window && perf_is_reached && unlink && is_gone; }

# The sample says what it finds in its window when it goes
sample_client()
{
	text="from the host of $$"
	link && bind_client dma_ntb || return
	before=$(bar_addr $BAR_MW)
	host_command $COMMAND_LINK_UP && wait_for window_has_moved || return
	printf '%s' "$text" | host_write $BAR_MW 0
	unlink && is_gone || return
	dmesg | grep "dma_ntb: the peer wrote \"$text\""
}

# ---- the controller goes

controller_goes()
{
	give_edu_to ""
	[ ! -e "$EP/controllers/$EDU" ] || { echo "the controller is there"; return 1; }
	[ ! -e "$NTB/devices/$NTBDEV" ] || { echo "the ntb device is there"; return 1; }
	no_mappings
}

# ---- a host that writes at random

# random SEED NUMBER: so many numbers of 32 bits
random()
{
	awk -v seed="$1" -v n="$2" 'BEGIN {
		srand(seed)
		for (i = 0; i < n; i++)
			printf "%.0f\n", int(rand() * 65536) * 65536 + int(rand() * 65536)
	}'
}

# Each command, with everything else that the host can write to in the config BAR
# (where the scratchpads are, the link status, addresses and sizes) at random
hostile_host()
{
	works || return
	for seed in 1 2 3 4 5 6 7 8; do
		# shellcheck disable=SC2046
		le32 $((seed % 4 + 1)) $(random $seed 127) | host_write $BAR_CONFIG 0
		# shellcheck disable=SC2046
		le32 $(random $((seed + 100)) $((2 * SPADS))) |
			host_write $BAR_CONFIG $REG_SPADS
		# shellcheck disable=SC2046
		le32 $(random $((seed + 200)) 4) | host_write $BAR_DB 0
		sleep 0.1
	done
	# Headers of frames and the reader's index
	for seed in 1 2 3 4; do
		# shellcheck disable=SC2046
		le32 $(random $((seed + 300)) 256) |
			host_write $BAR_MW $((seed * FRAME - 12))
		doorbell
	done
	unlink && is_gone && works && unlink && is_gone
}

# ---- what is left

# Since the test began, or the log does
no_faults()
{
	dmesg | awk -v start="$MARK" '
		index($0, start) { split("", faults); n = 0 }
		/DMAR: \[DMA|page fault from EP|arm-smmu.*event 0x|AMD-Vi: Event/ {
			faults[n++] = $0
		}
		END { for (i = 0; i < n && i < 5; i++) print faults[i]; exit n > 0 }'
}

no_mappings()
{
	[ ! -e $DMA/dump ] || ! grep " $EDU " $DMA/dump
}

cleanup()
{
	{
		stop
		rm "$LINK" "$FUNCTION2/primary/controller"
		rmdir "$FUNCTION" "$FUNCTION2"
		echo 0 > "$UNBIND_LATE"
		[ -z "$EDU" ] || is "$PCI/devices/$EDU/driver_override" "(null)" || give_edu_to ""
		[ -z "$AUTOPROBE" ] || echo "$AUTOPROBE" > $NTB/drivers_autoprobe
	} > /dev/null 2>&1
	rm -rf "$TMP"
}

# ---- all of them

# cases COMMAND: with the arguments of run
cases()
{
	"$1" controller "edu becomes an endpoint controller"
	"$1" attributes "values out of range are refused"
	"$1" linked_function "a linked function stays, and keeps its attributes"
	"$1" bars "BARs as assigned"
	"$1" bars_mixed "one BAR assigned, the others chosen"
	"$1" failed_link "a link that fails leaves nothing"
	"$1" packets_in "packets arrive as they were sent"
	"$1" packets_out "the host receives packets as they were sent"
	"$1" dma_engine "packets are copied by a DMA engine"
	"$1" no_msi "use_msi=1, for which vNTB has no MSI"
	"$1" large_window "a window of 2 MiB"
	"$1" window_cleared "a window is cleared when the link goes down"
	"$1" flaps "the link goes down and up in quick succession under load"
	"$1" two_functions "two functions, each with packets of its own"
	"$1" stop_start "a stopped controller has no host"
	"$1" stop_then_rm "stop, then unlink"
	"$1" unlink_and_link "unlink with clients bound, and link again"
	"$1" modules_stay "modules that are in use stay" pci_epf_vntb pci_epc_edu
	"$1" client_first "unbind the client first"
	"$1" client_again "unbind the client and bind it again"
	"$1" function_driver_first "unbind the virtual function and bind it again"
	"$1" virtual_function_first "remove the virtual function first"
	"$1" client_module_goes "remove the client's module first" ntb_netdev
	"$1" transport_module_goes "remove the transport's module, too" ntb_netdev ntb_transport
	"$1" interface_first "interface down first"
	"$1" function_module_goes "the function's module goes, and comes back" pci_epf_vntb
	"$1" tool "ntb_tool and the host read what the other writes"
	"$1" tool_module_goes "ntb_tool's module goes with a window" ntb_tool
	"$1" perf "the host reaches ntb_perf's window"
	"$1" sample_client "the host writes to the window of samples/dma/dma-ntb.c" dma_ntb
	"$1" linked_from_controller "a link made from the controller's side"
	"$1" secondary_link_is_refused "a link to the secondary interface is refused"
	"$1" no_iommu_for_virtual_function "no IOMMU driver has the virtual function"
	"$1" controller_first "the controller goes first, and comes back"
	"$1" unbind_late "the controller goes before its functions are unbound"
	"$1" controller_goes_with_link "the controller goes with a link in its directory"
	"$1" stale_link "a stale link is removed"
	"$1" hostile_host "a host that writes at random"
	"$1" controller_module_goes "the controller's module goes" pci_epc_edu
}

name_of() { echo "$1"; }

NAMES=$(cases name_of)
if [ "$1" = -l ]; then
	echo "$NAMES"
	rm -rf "$TMP"
	exit
fi
ONLY=" $* "
[ $# -gt 0 ] || ONLY=" "

trap cleanup EXIT
ktap_print_header

[ "$(id -u)" = 0 ] || skip_all "needs root"
MODULES="pci_epc_edu pci_epf_vntb ntb_transport ntb_netdev ntb_tool ntb_perf dma_ntb"
EDU=$(find_edu)
[ -n "$EDU" ] || skip_all "no edu device: start QEMU with -device edu"
load_modules
for driver in pci/drivers/pci-epc-edu pci-epf/drivers/pci_epf_vntb \
	      ntb/drivers/ntb_transport ntb/drivers/ntb_tool ntb/drivers/ntb_perf \
	      ntb_transport/drivers/ntb_netdev; do
	[ -d "/sys/bus/$driver" ] || skip_all "no driver ${driver##*/}"
done
[ -d /sys/kernel/config/pci_ep ] || mount -t configfs config /sys/kernel/config ||
	skip_all "needs configfs"
[ -d $DEBUG/pci-epc-edu ] || skip_all "needs debugfs"
[ -x "$DIR/ntb_frames" ] || skip_all "ntb_frames is not built"

EP=/sys/kernel/config/pci_ep
FUNCTION=$EP/functions/pci_epf_vntb/test
FUNCTION2=$EP/functions/pci_epf_vntb/test2
LINK=$FUNCTION/primary/controller
HOST=$DEBUG/pci-epc-edu/$EDU
TRANSPORT=/sys/module/ntb_transport/parameters
PARAMETERS=/sys/module/pci_epc_edu/parameters
UNBIND_LATE=$PARAMETERS/unbind_late
AUTOPROBE=$(cat $NTB/drivers_autoprobe)
MARK="vntb.sh: begins, process $$"
echo "$MARK" > /dev/kmsg
[ ! -e $DMA/error_count ] || ERRORS=$(cat $DMA/error_count)

echo 0 > $NTB/drivers_autoprobe

# How many run, if there are all that were asked for
plan()
{
	for name in $ONLY; do
		echo "$NAMES" | grep -qx "$name" || skip_all "there is no case $name"
	done
	n=0
	for name in $1; do
		! is_wanted "$name" || n=$((n + 1))
	done
	ktap_set_plan $((n + 2))
}

plan "$NAMES"
ktap_print_msg "the controller is $EDU"

# Once, on an architecture that has PCI domains in its own way
ktap_print_msg "vntb: expect-report: 0-1 WARNING: .*pci_epc_create"
sleep 0.5
cases run

# For all cases
check "no IOMMU fault" no_faults
if [ -n "$ERRORS" ]; then
	check "no dma-debug error" no_new_errors "$ERRORS"
else
	skip "no dma-debug error" "CONFIG_DMA_API_DEBUG is off"
fi

ktap_finished
