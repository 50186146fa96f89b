/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the two halves of pci-epc-edu: the controller, and the host
 */
#ifndef _PCI_EPC_EDU_H
#define _PCI_EPC_EDU_H

#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pci-epc.h>

#define EDU_NUM_FUNCTIONS	2
#define EDU_NUM_WINDOWS		8
#define EDU_NUM_MSI		32

struct edu_bar {
	struct edu_epc	*edu;
	dma_addr_t	addr;
	size_t		size;		/* 0 when it is not set */
	int		flags;
};

struct edu_window {
	phys_addr_t	phys;
	u64		pci_addr;
	size_t		size;		/* 0 when it is free */
};

/* All of these are under the lock of the controller */
struct edu_function {
	struct edu_epc	*edu;
	struct edu_bar	bars[PCI_STD_NUM_BARS];	/* as the function set them */
	unsigned int	intx;			/* how often it raised that */
	unsigned int	msi[EDU_NUM_MSI + 1];	/* the same for each, from 1 */
	unsigned int	msix;			/* for all of them together */
};

/**
 * struct edu_epc - A controller
 * @lock:	For all that follows, held for the DMA that an access is made of.
 *		It nests in the lock of the struct pci_epc.
 * @pdev:	The edu device
 * @regs:	Its BAR 0, NULL when the hardware is gone
 * @epc:	The controller, child of @pdev
 * @outbound:	Where outbound memory begins
 * @memory:	The same for the CPU, NULL if that is no memory
 * @debugfs:	Its directory
 * @buf:	Data on its way to the device or from it passes through here
 * @buf_addr:	The same for the device
 * @functions:	Settings of the functions
 * @windows:	Windows they have mapped
 * @started:	Whether there is a host
 */
struct edu_epc {
	struct mutex		lock;	/* see above */
	struct pci_dev		*pdev;
	void __iomem		*regs;
	struct pci_epc		*epc;
	phys_addr_t		outbound;
	void __iomem		*memory;
	struct dentry		*debugfs;
	void			*buf;
	dma_addr_t		buf_addr;
	struct edu_function	functions[EDU_NUM_FUNCTIONS];
	struct edu_window	windows[EDU_NUM_WINDOWS];
	bool			started;
};

void edu_host_init(void);
void edu_host_exit(void);
void edu_host_add(struct edu_epc *edu);
void edu_host_remove(struct edu_epc *edu);

#endif /* _PCI_EPC_EDU_H */
