/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QEMU's edu device, for the samples: it copies between memory and a buffer of
 * 4 KiB that only it can reach. Each sample is a driver of its own for it, and
 * they are loaded one after the other.
 */
#ifndef _SAMPLES_DMA_EDU_H
#define _SAMPLES_DMA_EDU_H

#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/module.h>
#include <linux/pci.h>

#define EDU_DMA_SRC		0x80
#define EDU_DMA_DST		0x88
#define EDU_DMA_COUNT		0x90
#define EDU_DMA_CMD		0x98
#define EDU_DMA_RUN		0x1
#define EDU_DMA_TO_MEMORY	0x2
#define EDU_BUFFER		0x40000

/* QEMU's default DMA mask */
#define EDU_DMA_BITS		28

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) }, { }
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static inline void __iomem *edu_enable(struct pci_dev *pdev)
{
	if (pcim_enable_device(pdev) ||
	    dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(EDU_DMA_BITS)))
		return NULL;
	pci_set_master(pdev);
	return pcim_iomap(pdev, 0, 0);
}

/*
 * QEMU takes 100 ms per transfer, wait up to 2 s. It aborts if @len is 4 KiB or
 * more.
 */
static inline int edu_run(void __iomem *regs, u64 src, u64 dst, u32 len,
			  u64 cmd)
{
	int tries;

	writeq(src, regs + EDU_DMA_SRC);
	writeq(dst, regs + EDU_DMA_DST);
	writeq(len, regs + EDU_DMA_COUNT);
	writeq(cmd | EDU_DMA_RUN, regs + EDU_DMA_CMD);
	for (tries = 0; tries < 100; tries++) {
		msleep(20);
		if (!(readq(regs + EDU_DMA_CMD) & EDU_DMA_RUN))
			return 0;
	}
	return -ETIMEDOUT;
}

/* @len bytes from one DMA address to another */
static inline int edu_copy(void __iomem *regs, dma_addr_t from, dma_addr_t to,
			   u32 len)
{
	int ret = edu_run(regs, from, EDU_BUFFER, len, 0);

	return ret ?: edu_run(regs, EDU_BUFFER, to, len, EDU_DMA_TO_MEMORY);
}

/*
 * @len bytes came back as they were sent if @ret is 0. -ENODEV: the machine
 * does not have what the sample needs.
 */
static inline int edu_result(struct pci_dev *pdev, int ret, u32 len)
{
	if (!ret)
		pci_info(pdev, "%s: PASS, %u bytes copied and compared\n",
			 KBUILD_MODNAME, len);
	else
		pci_info(pdev, "%s: %s, error %d\n", KBUILD_MODNAME,
			 ret == -ENODEV ? "SKIP" : "FAIL", ret);
	return ret;
}

#define EDU_SAMPLE_DRIVER(_probe)					\
static struct pci_driver edu_driver = {					\
	.name		= KBUILD_MODNAME,				\
	.id_table	= edu_ids,					\
	.probe		= _probe,					\
};									\
module_pci_driver(edu_driver)

#endif /* _SAMPLES_DMA_EDU_H */
