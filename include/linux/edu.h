/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QEMU's edu device as a DMA engine for tests: it copies between its own buffer
 * and any bus address. See drivers/misc/edu.c. The registers are here for other
 * drivers that can be bound to the device.
 */
#ifndef _LINUX_EDU_H
#define _LINUX_EDU_H

#include <linux/bits.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/sizes.h>
#include <linux/types.h>

#define EDU_VENDOR_ID		0x1234
#define EDU_DEVICE_ID		0x11e8

/* In BAR 0, 4 bytes each unless it says otherwise */
#define EDU_REG_ID		0x00
#define EDU_REG_LIVE		0x04	/* reads as the complement of what was written */
#define EDU_REG_IRQ_STATUS	0x24
#define EDU_REG_IRQ_ACK		0x64
#define EDU_REG_DMA_SRC		0x80	/* 8 bytes, as are the next two */
#define EDU_REG_DMA_DST		0x88
#define EDU_REG_DMA_COUNT	0x90
#define EDU_REG_DMA_CMD		0x98
#define EDU_CMD_RUN		BIT(0)	/* reads as set until it is done */
#define EDU_CMD_FROM_DEVICE	BIT(1)
#define EDU_CMD_IRQ		BIT(2)

#define EDU_ID			0x010000ed
#define EDU_ID_MASK		0x0000ffff	/* the rest is a version */

/*
 * Size of the device's buffer, and so of the largest transfer. It has 4 KiB, but
 * some versions of QEMU (7.2 is one) abort when the last byte is used.
 */
#define EDU_BUF_SIZE		(SZ_4K - 1)
#define EDU_BUF_ADDR		0x40000

/* A transfer takes 100 ms */
#define EDU_TIMEOUT		msecs_to_jiffies(5000)

static inline bool edu_is_edu(void __iomem *regs)
{
	return !((readl(regs + EDU_REG_ID) ^ EDU_ID) & EDU_ID_MASK);
}

/* The device takes an address in one write only, so 32 bits on such a kernel */
static inline void edu_write_addr(void __iomem *regs, u64 addr,
				  unsigned int reg)
{
#ifdef CONFIG_64BIT
	writeq(addr, regs + reg);
#else
	writel(addr, regs + reg);
#endif
}

static inline void edu_start(void __iomem *regs, u64 src, u64 dst, size_t len,
			     u32 cmd)
{
	edu_write_addr(regs, src, EDU_REG_DMA_SRC);
	edu_write_addr(regs, dst, EDU_REG_DMA_DST);
	edu_write_addr(regs, len, EDU_REG_DMA_COUNT);
	writel(cmd | EDU_CMD_RUN, regs + EDU_REG_DMA_CMD);
}

static inline bool edu_is_busy(void __iomem *regs)
{
	return readl(regs + EDU_REG_DMA_CMD) & EDU_CMD_RUN;
}

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

#endif /* _LINUX_EDU_H */
