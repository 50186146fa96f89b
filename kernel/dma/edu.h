/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QEMU's edu device as a DMA engine: it copies between its own buffer and any
 * bus address. See edu.c.
 */
#ifndef _KERNEL_DMA_EDU_H
#define _KERNEL_DMA_EDU_H

#include <linux/sizes.h>
#include <linux/types.h>

struct edu;
struct pci_dev;

/*
 * Size of the device's buffer, and so of the largest transfer. It has 4 KiB, but
 * some versions of QEMU (7.2 is one) abort when the last byte is used.
 */
#define EDU_BUF_SIZE	(SZ_4K - 1)

/* Registers in BAR 0 that another device may look at, 4 bytes each */
#define EDU_REG_ID	0x00
#define EDU_REG_LIVE	0x04	/* reads as the complement of what was written */

#define EDU_ID		0x010000ed

struct edu *edu_get(unsigned int index);
void edu_put(struct edu *edu);
struct pci_dev *edu_pdev(struct edu *edu);
u32 edu_readl(struct edu *edu, unsigned int reg);
void edu_writel(struct edu *edu, u32 val, unsigned int reg);
int edu_dma_to_device(struct edu *edu, dma_addr_t addr, unsigned int offset,
		      size_t len);
int edu_dma_from_device(struct edu *edu, dma_addr_t addr, unsigned int offset,
			size_t len);

#endif /* _KERNEL_DMA_EDU_H */
