/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QEMU's edu device as a DMA engine: it copies between its own buffer and any
 * bus address. See edu.c.
 */
#ifndef _KERNEL_DMA_EDU_H
#define _KERNEL_DMA_EDU_H

#include <linux/types.h>
#include "edu_regs.h"

struct edu;
struct pci_dev;

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
