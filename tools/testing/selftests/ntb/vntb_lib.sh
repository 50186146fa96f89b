# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The variables have no spaces, and are set or used in the other files
# shellcheck disable=SC2034,SC2086
#
# Building blocks of the cases of vntb.sh: the host, the function, its clients
# and packets. Not a test: sourced by vntb.sh, which sets the variables.

VENDOR=0x1957
DEVICE=0x0809
BUS=10				# hexadecimal; free on the machines that QEMU makes
DEVICE2=0x080a			# of the second function
BUS2=11
NTBDEV=none			# until there is one

# BARs as vNTB hands them out, and what it has in the first
BAR_CONFIG=0
BAR_DB=1
BAR_MW=2
REG_COMMAND=0
REG_ARGUMENT=4
REG_ADDR=16
REG_SPADS=512			# of the client, then as many of the host
SPADS=64
COMMAND_CONFIGURE_MW=3
COMMAND_LINK_UP=5
COMMAND_LINK_DOWN=6

MW_SIZE=$((128 * 1024))
FRAME=2048			# ntb_transport's transport_mtu
HOST_RING=0x40000000		# where the host has the ring that it receives to

# ---- the host

# le32 NUMBER...: as 32 bits each, little endian
# shellcheck disable=SC2059
le32()
{
	for n in "$@"; do
		for shift in 0 8 16 24; do
			byte=$((n >> shift & 255))
			printf "\\$((byte >> 6))$((byte >> 3 & 7))$((byte & 7))"
		done
	done
}

# host_write BAR OFFSET: standard input, by DMA of the controller
host_write()
{
	dd of="$HOST/bar$1" obs=4095 seek="$2" oflag=seek_bytes conv=notrunc 2>/dev/null
}

# host_read BAR OFFSET LENGTH
host_read()
{
	dd if="$HOST/bar$1" bs="$3" count=1 skip="$2" iflag=skip_bytes 2>/dev/null
}

host_command() { le32 "$1" | host_write $BAR_CONFIG $REG_COMMAND; }
# spads INDEX NUMBER...: what the client reads there
spads()
{
	offset=$((REG_SPADS + 4 * (SPADS + $1)))
	shift
	le32 "$@" | host_write $BAR_CONFIG $offset
}
# Doorbell 0: two slots are before it
doorbell() { le32 1 | host_write $BAR_DB 8; }

irqs() { cat "$HOST/irqs"; }

# Address behind a BAR
bar_addr() { sed -n "s/^bar$1 addr=\([^ ]*\) .*/\1/p" "$HOST/bars"; }

# ---- the function

# The name has a number that counts functions
attrs() { echo "$1"/pci_epf_vntb.*; }

# make_function DIRECTORY DEVICE BUS
make_function()
{
	mkdir "$1" || return
	set -- "$@" "$(attrs "$1")"
	echo $SPADS > "$4/spad_count"
	echo 4 > "$4/db_count"
	echo 1 > "$4/num_mws"
	echo $MW_SIZE > "$4/mw1"
	echo $VENDOR > "$4/vntb_vid"
	echo "$2" > "$4/vntb_pid"
	echo "0x$3" > "$4/vbus_number"
}

# set_attr NAME VALUE
set_attr() { echo "$2" > "$(attrs "$FUNCTION")/$1"; }
# In a shell of its own: a redirection that fails ends the one that does it
refuses() { ! (set_attr "$1" "$2") 2>/dev/null || { echo "$1 accepts $2"; return 1; }; }

# The virtual bus has the domain 0, or one that was free, as the architecture does it
start()
{
	echo 1 > "$EP/controllers/$EDU/start" || return
	NTBDEV=$(cd $PCI/devices && echo *:$BUS:00.0)
}
stop() { echo 0 > "$EP/controllers/$EDU/start"; }

link()
{
	ln -sn "$EP/controllers/$EDU" "$LINK" && start || return
	[ -e "$NTB/devices/$NTBDEV" ] || { echo "there is no ntb device"; return 1; }
}

unlink()
{
	! is "$EP/controllers/$EDU/start" 1 || stop
	rm "$LINK"
}

# Nothing of it is left: not for the clients, and not for the host
is_gone()
{
	[ ! -e "$NTB/devices/$NTBDEV" ] || { echo "the ntb device is there"; return 1; }
	[ ! -e "$PCI/devices/$NTBDEV" ] || { echo "the virtual function is there"; return 1; }
	[ -z "$(interface)" ] || { echo "$(interface) is there"; return 1; }
	! grep . "$HOST/bars" "${HOST%/function1}/windows"
}

# ---- its clients

# Only one has the ntb device, and here it is whom we say
bind_client() { echo "$NTBDEV" > "$NTB/drivers/$1/bind"; }
unbind_client() { echo "$NTBDEV" > "$NTB/devices/$NTBDEV/driver/unbind"; }

interface()
{
	for n in /sys/class/net/*; do
		case $(readlink -f "$n/device") in
		*/"$NTBDEV"/ntb_netdev*) basename "$n" ;;
		esac
	done
}

set_frame_size() { echo $FRAME > /sys/module/ntb_transport/parameters/transport_mtu; }

netdev_up()
{
	bind_client ntb_transport || return
	IFACE=$(interface)
	[ -n "$IFACE" ] || { echo "there is no interface"; return 1; }
	ip link set dev "$IFACE" up
}

carrier() { is "/sys/class/net/$IFACE/carrier" "$1"; }

# The host's part of ntb_transport's handshake: version, links, queues, windows
# and their size. The client forgets all of it when the link goes down.
link_up()
{
	PACKETS=0
	spads 0 4 1 1 1 0 $MW_SIZE
	host_command $COMMAND_LINK_UP
	wait_for carrier 1
}

link_down()
{
	host_command $COMMAND_LINK_DOWN
	wait_for carrier 0
}

# ---- packets

# frame LENGTH: a packet as ntb_transport finds it in its ring, the length without
# the Ethernet header. It is at the beginning, and its header at the end.
frame()
{
	dd if=/dev/urandom of="$TMP/payload" bs="$1" count=1 2>/dev/null
	cat "$TMP/payload" >> "$TMP/sent"
	{
		printf '\377\377\377\377\377\377\002\000\000\000\000\001\210\265'
		cat "$TMP/payload" /dev/zero
	} | head -c $((FRAME - 12))
	le32 "$PACKETS" $(($1 + 14)) 1
}

# packets LENGTH...: sends so many, and compares what is received
packets()
{
	: > "$TMP/sent"
	: > "$TMP/listener"
	"$DIR/ntb_frames" "$IFACE" $# 60 > "$TMP/received" 2> "$TMP/listener" &
	wait_for grep -q ready "$TMP/listener" || return
	at=$((PACKETS * FRAME))
	for length in "$@"; do
		frame "$length"
		PACKETS=$((PACKETS + 1))
	done > "$TMP/frames"
	host_write $BAR_MW $at < "$TMP/frames"
	doorbell
	wait $! || { cat "$TMP/listener"; return 1; }
	cmp "$TMP/sent" "$TMP/received"
}

# From nothing to packets that arrive
works()
{
	link && netdev_up && link_up && packets 60
}

# The host's writes to a window without a translation reach no memory in use
write_to_nobody()
{
	dd if=/dev/urandom bs=$FRAME count=1 2>/dev/null | host_write $BAR_MW 0
}
