# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The variables have no spaces, and are set or used in the other files
# shellcheck disable=SC2034,SC2086
#
# The cases of vntb.sh that take the function, its clients, its controller and
# their modules away, in every order. Not a test: sourced by vntb.sh.

# ---- teardown

window_is_cleared()
{
	before=$(bar_addr $BAR_MW)
	link_down && wait_for window_has_moved || return
	echo "from $before to $(bar_addr $BAR_MW)"
	[ -n "$(bar_addr $BAR_MW)" ] && write_to_nobody
}
window_has_moved() { [ "$(bar_addr $BAR_MW)" != "$before" ]; }

# The host has to bring up the link again, as after any loss of it
stop_start()
{
	works && stop && not write_to_nobody && wait_for carrier 0 && start && link_up &&
	packets 100 200 && unlink && is_gone
}

# Nothing is written to the link, and no interrupt raised, when it is stopped
stop_then_rm()
{
	works && stop || return
	before=$(irqs)
	rm "$LINK" && is_gone && [ "$(irqs)" = "$before" ]
}

unlink_and_link()
{
	works && unlink && is_gone && works && unlink && is_gone
}

client_first()
{
	works && unbind_client && [ -z "$(interface)" ] || return
	write_to_nobody && unlink && is_gone
}

client_again()
{
	works && unbind_client && netdev_up && link_up &&
	packets 100 && unlink && is_gone
}

function_driver_first()
{
	works && echo "$NTBDEV" > $PCI/drivers/pci-vntb/unbind || return
	[ ! -e "$NTB/devices/$NTBDEV" ] || { echo "the ntb device is there"; return 1; }
	write_to_nobody && doorbell || return
	echo "$NTBDEV" > $PCI/drivers/pci-vntb/bind && netdev_up && link_up &&
	packets 100 && unlink && is_gone
}

virtual_function_first()
{
	works && echo 1 > "$PCI/devices/$NTBDEV/remove" && write_to_nobody && unlink && is_gone
}

# A controller has its module in use as long as it is there, linked or not
modules_stay()
{
	link && not rmmod pci_epf_vntb 2>/dev/null && not rmmod pci_epc_edu 2>/dev/null &&
	unlink
}

function_module_goes()
{
	rmdir "$FUNCTION" && rmmod pci_epf_vntb && modprobe pci_epf_vntb &&
	make_function "$FUNCTION" $DEVICE $BUS && works && unlink
}

client_module_goes()
{
	works && rmmod ntb_netdev && [ -z "$(interface)" ] && write_to_nobody &&
	modprobe ntb_netdev && [ -n "$(interface)" ] && unlink && is_gone
}

transport_module_goes()
{
	works && rmmod ntb_netdev && rmmod ntb_transport && write_to_nobody &&
	modprobe ntb_transport && modprobe ntb_netdev && set_frame_size &&
	unlink && works && unlink && is_gone
}

interface_first()
{
	works && ip link set dev "$IFACE" down && unlink && is_gone
}

# ---- the controller goes

controller_first()
{
	works && controller_goes && unlink && controller_comes_back
}

# Its driver leaves the functions to devres, and the hardware is gone before that
unbind_late()
{
	works && echo 1 > $UNBIND_LATE && controller_goes && echo 0 > $UNBIND_LATE &&
	unlink && controller_comes_back
}

controller_comes_back()
{
	give_edu_to pci-epc-edu
	works && unlink && is_gone
}

controller_module_goes()
{
	works && controller_goes && rmmod pci_epc_edu && unlink && modprobe pci_epc_edu &&
	set_parameters && controller_comes_back
}

# The link can be made from the other side as well
works_from_controller()
{
	ln -s "$FUNCTION" "$EP/controllers/$EDU/function" && start && netdev_up && link_up &&
	packets 60
}

linked_from_controller()
{
	works_from_controller && stop && rm "$EP/controllers/$EDU/function" && is_gone
}

# That link goes with the controller, and the function is not in use by it
controller_goes_with_link()
{
	works_from_controller && controller_goes && rmdir "$FUNCTION" &&
	make_function "$FUNCTION" $DEVICE $BUS && controller_comes_back
}

# vNTB has one interface, linked or not
secondary_link_is_refused()
{
	not ln -s "$EP/controllers/$EDU" "$FUNCTION/secondary/controller" 2>/dev/null &&
	is_gone && works &&
	not ln -s "$EP/controllers/$EDU" "$FUNCTION/secondary/controller" 2>/dev/null &&
	packets 100 && unlink && is_gone
}

# Packets are received through what no IOMMU knows
no_iommu_for_virtual_function()
{
	link && [ ! -e "$PCI/devices/$NTBDEV/iommu_group" ] && unlink
}

failed_link()
{
	set_attr ctrl_bar 0 && set_attr db_bar 0 || return
	not link 2>/dev/null && is_gone && set_attr db_bar -1 && works && unlink && is_gone
}

# A link whose controller is gone does not stand for a newer one
stale_link()
{
	works && controller_goes && give_edu_to pci-epc-edu || return
	ln -sn "$EP/controllers/$EDU" "$FUNCTION/primary/newer" && start || return
	rm "$LINK"
	[ -e "$NTB/devices/$NTBDEV" ] || { echo "the ntb device is gone"; return 1; }
	controller_goes
	result=$?
	rm "$FUNCTION/primary/newer"
	[ $result = 0 ] && controller_comes_back
}
