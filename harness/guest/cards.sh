# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# Shared by the guest's tests of network cards: two cards of a driver, joined by a hub of QEMU.
# shellcheck source-path=SCRIPTDIR source=dma.sh
. /harness/dma.sh

# find_cards DRIVER: false if there are not two
find_cards() {
	# shellcheck disable=SC2046  # two words
	set -- "$1" $(devices_of "$1")
	[ $# = 3 ] || return
	card1=$2 card2=$3
	eth1=$(ls "/sys/bus/pci/devices/$card1/net")
	eth2=$(ls "/sys/bus/pci/devices/$card2/net")
}

# set_links WORDS...: see ip link set
set_links() { ip link set "$eth1" "$@" && ip link set "$eth2" "$@"; }

# As they are on the wire: not several of them joined
no_gro() { ethtool -K "$eth1" gro off && ethtool -K "$eth2" gro off; }

# exchange MTU [patient]: see wire.c
exchange() { wire "$eth1" "$eth2" "$@"; }
with_mtu() { set_links mtu "$1" && is_linked && exchange "$1"; }

set_up() { no_gro && set_links up && is_linked; }
down_and_up() { set_links down && sleep 0.3 && set_up; }
is_linked() {
	for interface in "$eth1" "$eth2"; do
		tries=200
		until [ "$(cat "/sys/class/net/$interface/carrier")" = 1 ]; do
			[ $((tries -= 1)) -gt 0 ] || { echo "no link of $interface"; return 1; }
			sleep 0.1
		done
	done
}
