// SPDX-License-Identifier: GPL-2.0
// The root ports in slots 0x10 to 0x13 lead out of the machine, as those of Thunderbolt do: Linux
// does not trust what is behind them.
DefinitionBlock ("", "SSDT", 2, "SERIES", "EXTERNAL", 1)
{
	External (\_SB.PCI0.S80, DeviceObj)
	External (\_SB.PCI0.S88, DeviceObj)
	External (\_SB.PCI0.S90, DeviceObj)
	External (\_SB.PCI0.S98, DeviceObj)
	Name (LEAD, Package ()
	{
		ToUUID ("efcc06cc-73ac-4bc3-bff0-76143807c389"),
		Package () { Package () { "ExternalFacingPort", 1 } }
	})
	Scope (\_SB.PCI0.S80) { Alias (\LEAD, _DSD) }
	Scope (\_SB.PCI0.S88) { Alias (\LEAD, _DSD) }
	Scope (\_SB.PCI0.S90) { Alias (\LEAD, _DSD) }
	Scope (\_SB.PCI0.S98) { Alias (\LEAD, _DSD) }
}
