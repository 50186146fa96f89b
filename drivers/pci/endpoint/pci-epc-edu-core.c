// SPDX-License-Identifier: GPL-2.0
/*
 * An endpoint controller for tests, made of QEMU's edu device
 *
 * An endpoint function does nothing without a controller to be bound to and a
 * host to talk to. This gives it both, in a virtual machine. The controller is
 * a driver for edu, which has no endpoint mode, but does DMA. The host is the
 * user, by way of debugfs: what is written to the file of a BAR becomes DMA of
 * the device to the address that the function has set the BAR to, through
 * whatever IOMMU the machine has, as it would be on real hardware.
 *
 * The edu device belongs to drivers/misc/edu.c unless it is told otherwise. With
 * 0000:00:04.0 as the device, started by -device edu,dma_mask=0xffffffffffffffff:
 *
 *	cd /sys/bus/pci
 *	echo 64 > /sys/module/pci_epc_edu/parameters/dma_bits
 *	echo pci-epc-edu > devices/0000:00:04.0/driver_override
 *	echo 0000:00:04.0 > devices/0000:00:04.0/driver/unbind
 *	echo 0000:00:04.0 > drivers/pci-epc-edu/bind
 *
 * and from there as in Documentation/PCI/endpoint/, with 0000:00:04.0 as the
 * name of the controller. In /sys/kernel/debug/pci-epc-edu/0000:00:04.0 are
 *
 *	bar0 ... bar5	The host's view of a BAR: offset o of the file is offset o
 *			of the BAR. No file is larger than its BAR. Each 4095
 *			bytes take 0.2 s, as the data passes through the device.
 *	bars		The BARs as the function has set them.
 *	windows		Outbound windows that it has mapped: the controller's
 *			address, that of the host, the size.
 *	irqs		How often it has raised which interrupt.
 *	memory		The memory of the host, as far as windows lead there: offset o
 *			is the host's address o. Only with the parameter outbound.
 *	function1/	The same of the second function, but for the windows.
 *
 * There is a host only while the controller is started; before that, and when it
 * is stopped, access to a BAR fails with ENOLINK. When set_bar() or clear_bar()
 * returns no access by the old address is under way any more.
 *
 * Outbound memory is a part of the device's BAR 0 that has no registers. It can
 * be allocated, mapped and accessed, but there is no memory of a host behind it:
 * what is written is lost, and what is read has all bits set. On Arm, an access
 * that is not of 4 or 8 bytes is an abort. Give it 8 MiB of RAM that the kernel does
 * not use, and the host can read what the functions have written. If mem= on the
 * command line of the kernel hides what begins at 0x138000000 (a window is cleared
 * when it is mapped):
 *
 *	echo 0x138000000 > /sys/module/pci_epc_edu/parameters/outbound
 *
 * The controller is as strict as the worst of the real ones. devres destroys it,
 * after remove() has made the registers inaccessible, as a reset or a clock that
 * is off does. set_bar() refuses memory that is not aligned to the size of the BAR.
 * An operation after remove(), and an interrupt when there is no host, are reported
 * by a warning, as they hang the bus of some machines. With
 *
 *	echo 1 > /sys/module/pci_epc_edu/parameters/unbind_late
 *
 * remove() leaves the functions to devres, like a driver that has forgotten them.
 *
 * Unbind this driver before the edu device itself is removed from its bus. PCI
 * holds a lock then that a function with a bus of its own, as vNTB has one, takes
 * to remove that.
 *
 * The device has no way to tell that the IOMMU has let it down. A write that
 * faults is not done, a read that faults finds what the device had in its buffer
 * from the last access; the IOMMU's report in the kernel's log tells.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dma-mapping.h>
#include <linux/edu.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci-epf.h>

#include "pci-epc-edu.h"

/* Where BAR 0 has no registers */
#define EDU_OUTBOUND_OFFSET	SZ_512K
#define EDU_OUTBOUND_SIZE	SZ_512K

/* Where the user says */
#define EDU_OUTBOUND_RAM_SIZE	SZ_8M

static unsigned int dma_bits = 28;
module_param(dma_bits, uint, 0644);
MODULE_PARM_DESC(dma_bits,
		 "Bits of the dma_mask that QEMU gave the device, for those bound from now on (default 28, as QEMU's)");

static unsigned long long outbound;
module_param(outbound, ullong, 0644);
MODULE_PARM_DESC(outbound,
		 "Physical address of 8 MiB of RAM that the kernel does not use, for the outbound windows of those bound from now on (default 0: in BAR 0, without memory)");

static bool unbind_late;
module_param(unbind_late, bool, 0644);
MODULE_PARM_DESC(unbind_late, "Do not unbind functions before the hardware is gone");

/* ---- the controller ---- */

/* Report an access that would hang real hardware */
static bool edu_is_gone(struct edu_epc *edu)
{
	lockdep_assert_held(&edu->lock);
	return dev_WARN_ONCE(&edu->pdev->dev, !edu->regs,
			     "a function used the controller after remove()\n");
}

static int edu_epc_write_header(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
				struct pci_epf_header *hdr)
{
	struct edu_epc *edu = epc_get_drvdata(epc);

	guard(mutex)(&edu->lock);
	return edu_is_gone(edu) ? -ENODEV : 0;
}

static int edu_epc_set_bar(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			   struct pci_epf_bar *epf_bar)
{
	struct edu_epc *edu = epc_get_drvdata(epc);
	struct edu_bar *bar = &edu->functions[func_no].bars[epf_bar->barno];

	/* As strict as DWC, which replaces just the bits above the size */
	if (!epf_bar->size ||
	    !IS_ALIGNED(epf_bar->phys_addr, roundup_pow_of_two(epf_bar->size)))
		return -EINVAL;

	guard(mutex)(&edu->lock);
	if (edu_is_gone(edu))
		return -ENODEV;
	bar->addr = epf_bar->phys_addr;
	bar->size = epf_bar->size;
	bar->flags = epf_bar->flags;
	return 0;
}

static void edu_epc_clear_bar(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			      struct pci_epf_bar *epf_bar)
{
	struct edu_epc *edu = epc_get_drvdata(epc);

	guard(mutex)(&edu->lock);
	if (!edu_is_gone(edu))
		edu->functions[func_no].bars[epf_bar->barno].size = 0;
}

static struct edu_window *edu_find_window(struct edu_epc *edu, phys_addr_t phys)
{
	struct edu_window *w;

	for (w = edu->windows; w < edu->windows + EDU_NUM_WINDOWS; w++)
		if (w->size && w->phys == phys)
			return w;
	return NULL;
}

static int edu_epc_map_addr(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			    phys_addr_t phys, u64 pci_addr, size_t size)
{
	struct edu_epc *edu = epc_get_drvdata(epc);
	struct edu_window *w;

	if (!size)
		return -EINVAL;

	guard(mutex)(&edu->lock);
	if (edu_is_gone(edu))
		return -ENODEV;
	if (edu_find_window(edu, phys))
		return -EBUSY;
	for (w = edu->windows; w < edu->windows + EDU_NUM_WINDOWS; w++) {
		if (!w->size) {
			*w = (struct edu_window) { phys, pci_addr, size };
			/* The host's memory, and not what an earlier one had */
			if (edu->memory)
				memset_io(edu->memory + (phys - edu->outbound),
					  0, size);
			return 0;
		}
	}
	return -ENOSPC;
}

static void edu_epc_unmap_addr(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			       phys_addr_t phys)
{
	struct edu_epc *edu = epc_get_drvdata(epc);
	struct edu_window *w;

	guard(mutex)(&edu->lock);
	if (edu_is_gone(edu))
		return;
	w = edu_find_window(edu, phys);
	if (w)
		w->size = 0;
	else
		dev_warn(&epc->dev, "%pa is not mapped\n", &phys);
}

static int edu_epc_set_msi(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			   u8 interrupts)
{
	struct edu_epc *edu = epc_get_drvdata(epc);

	guard(mutex)(&edu->lock);
	return edu_is_gone(edu) ? -ENODEV : 0;
}

static int edu_epc_raise_irq(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			     unsigned int type, u16 interrupt_num)
{
	struct edu_epc *edu = epc_get_drvdata(epc);
	struct edu_function *fn = &edu->functions[func_no];

	guard(mutex)(&edu->lock);
	if (edu_is_gone(edu))
		return -ENODEV;
	if (dev_WARN_ONCE(&epc->dev, !edu->started,
			  "a function raised an interrupt without a host\n"))
		return -ENOLINK;
	switch (type) {
	case PCI_IRQ_INTX:
		fn->intx++;
		return 0;
	case PCI_IRQ_MSI:
		if (interrupt_num < 1 || interrupt_num > EDU_NUM_MSI)
			return -EINVAL;
		fn->msi[interrupt_num]++;
		return 0;
	case PCI_IRQ_MSIX:
		fn->msix++;
		return 0;
	default:
		return -EINVAL;
	}
}

static int edu_epc_start(struct pci_epc *epc)
{
	struct edu_epc *edu = epc_get_drvdata(epc);

	guard(mutex)(&edu->lock);
	if (edu_is_gone(edu))
		return -ENODEV;
	edu->started = true;
	return 0;
}

static void edu_epc_stop(struct pci_epc *epc)
{
	struct edu_epc *edu = epc_get_drvdata(epc);

	guard(mutex)(&edu->lock);
	if (!edu_is_gone(edu))
		edu->started = false;
}

static const struct pci_epc_features edu_epc_features = {
	.msi_capable	= true,
	.msix_capable	= true,
};

static const struct pci_epc_features *
edu_epc_get_features(struct pci_epc *epc, u8 func_no, u8 vfunc_no)
{
	return &edu_epc_features;
}

static const struct pci_epc_ops edu_epc_ops = {
	.write_header	= edu_epc_write_header,
	.set_bar	= edu_epc_set_bar,
	.clear_bar	= edu_epc_clear_bar,
	.map_addr	= edu_epc_map_addr,
	.unmap_addr	= edu_epc_unmap_addr,
	.set_msi	= edu_epc_set_msi,
	.raise_irq	= edu_epc_raise_irq,
	.start		= edu_epc_start,
	.stop		= edu_epc_stop,
	.get_features	= edu_epc_get_features,
	.owner		= THIS_MODULE,
};

/* ---- probe and remove ---- */

static int edu_epc_enable(struct edu_epc *edu)
{
	struct pci_dev *pdev = edu->pdev;
	unsigned int bits = min(dma_bits, BITS_PER_LONG);
	int ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	ret = pcim_iomap_regions(pdev, BIT(0), KBUILD_MODNAME);
	if (ret)
		return ret;
	edu->regs = pcim_iomap_table(pdev)[0];
	if (!edu_is_edu(edu->regs) ||
	    pci_resource_len(pdev, 0) < EDU_OUTBOUND_OFFSET + EDU_OUTBOUND_SIZE)
		return -ENODEV;
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(bits));
	if (ret)
		return ret;
	edu->buf = dmam_alloc_coherent(&pdev->dev, SZ_4K, &edu->buf_addr,
				       GFP_KERNEL);
	return edu->buf ? 0 : -ENOMEM;
}

static int edu_epc_map_outbound(struct edu_epc *edu)
{
	struct pci_dev *pdev = edu->pdev;

	edu->outbound = outbound;
	if (!edu->outbound) {
		edu->outbound = pci_resource_start(pdev, 0) + EDU_OUTBOUND_OFFSET;
		return 0;
	}

	if (!devm_request_mem_region(&pdev->dev, edu->outbound,
				     EDU_OUTBOUND_RAM_SIZE, KBUILD_MODNAME))
		return -EBUSY;
	edu->memory = devm_ioremap(&pdev->dev, edu->outbound,
				   EDU_OUTBOUND_RAM_SIZE);
	return edu->memory ? 0 : -ENOMEM;
}

/* The functions have given back their part of it by now */
static void edu_epc_mem_exit(void *data)
{
	struct edu_epc *edu = data;

	if (IS_ERR_OR_NULL(edu->epc))
		return;
	pci_epc_mem_exit(edu->epc);
	put_device(&edu->epc->dev);
}

static int edu_epc_create(struct edu_epc *edu)
{
	struct pci_dev *pdev = edu->pdev;
	int ret;

	/* Registered first, so that devres runs it after destroying the EPC */
	ret = devm_add_action(&pdev->dev, edu_epc_mem_exit, edu);
	if (ret)
		return ret;

	edu->epc = devm_pci_epc_create(&pdev->dev, &edu_epc_ops);
	if (IS_ERR(edu->epc))
		return PTR_ERR(edu->epc);

	get_device(&edu->epc->dev);
	epc_set_drvdata(edu->epc, edu);
	edu->epc->max_functions = EDU_NUM_FUNCTIONS;
	return pci_epc_mem_init(edu->epc, edu->outbound,
				edu->memory ? EDU_OUTBOUND_RAM_SIZE :
					      EDU_OUTBOUND_SIZE, PAGE_SIZE);
}

/* Only a driver_override leads here, and that can name any device */
static int edu_epc_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct edu_epc *edu;
	int ret;

	if (pdev->vendor != EDU_VENDOR_ID || pdev->device != EDU_DEVICE_ID)
		return -ENODEV;

	edu = devm_kzalloc(&pdev->dev, sizeof(*edu), GFP_KERNEL);
	if (!edu)
		return -ENOMEM;
	ret = devm_mutex_init(&pdev->dev, &edu->lock);
	if (ret)
		return ret;
	edu->pdev = pdev;
	ret = edu_epc_enable(edu);
	if (ret)
		return ret;
	ret = edu_epc_map_outbound(edu);
	if (ret)
		return ret;

	pci_set_master(pdev);
	ret = edu_epc_create(edu);
	if (ret) {
		pci_clear_master(pdev);
		return ret;
	}
	pci_set_drvdata(pdev, edu);
	edu_host_add(edu);
	pci_epc_init_notify(edu->epc);
	return 0;
}

static void edu_epc_remove(struct pci_dev *pdev)
{
	struct edu_epc *edu = pci_get_drvdata(pdev);

	if (!unbind_late)
		pci_epc_unbind_functions(edu->epc);
	edu_host_remove(edu);
	pci_epc_deinit_notify(edu->epc);
	pci_clear_master(pdev);
	guard(mutex)(&edu->lock);
	edu->regs = NULL;
}

static struct pci_driver edu_epc_driver = {
	.name		= "pci-epc-edu",
	.probe		= edu_epc_probe,
	.remove		= edu_epc_remove,
};

static int __init edu_epc_init(void)
{
	int ret;

	edu_host_init();
	ret = pci_register_driver(&edu_epc_driver);
	if (ret)
		edu_host_exit();
	return ret;
}
module_init(edu_epc_init);

static void __exit edu_epc_exit(void)
{
	pci_unregister_driver(&edu_epc_driver);
	edu_host_exit();
}
module_exit(edu_epc_exit);

MODULE_DESCRIPTION("PCI endpoint controller for tests, made of QEMU's edu device");
MODULE_LICENSE("GPL");
