// SPDX-License-Identifier: GPL-2.0
/*
 * A driver for QEMU's edu device that uses mainline's DMA interface and nothing
 * else. It copies random data from two pages that are apart, by way of the
 * device, to a third place, and compares. The pages are one range for a device
 * behind an IOMMU, and are mapped one by one otherwise.
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/random.h>
#include <linux/slab.h>

#define EDU_IRQ_STATUS	0x24
#define EDU_IRQ_ACK	0x64
#define EDU_DMA_SRC	0x80
#define EDU_DMA_DST	0x88
#define EDU_DMA_COUNT	0x90
#define EDU_DMA_CMD	0x98
#define EDU_RUN		0x1
#define EDU_TO_MEMORY	0x2
#define EDU_IRQ		0x4
#define EDU_BUFFER	0x40000
#define EDU_PIECES	2
#define EDU_PIECE	1024	/* QEMU aborts if all of the buffer is copied */

struct edu {
	struct device *dev;
	void __iomem *regs;
	struct completion done;
	u8 *page[EDU_PIECES];
	u8 *copy;
	struct dma_iova_state state;
	dma_addr_t addr[EDU_PIECES];
	unsigned int mapped;
};

static irqreturn_t edu_irq(int irq, void *data)
{
	struct edu *edu = data;
	u32 status = readl(edu->regs + EDU_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	writel(status, edu->regs + EDU_IRQ_ACK);
	complete(&edu->done);
	return IRQ_HANDLED;
}

static int edu_transfer(struct edu *edu, u64 src, u64 dst, u32 len, u32 cmd)
{
	reinit_completion(&edu->done);
	writeq(src, edu->regs + EDU_DMA_SRC);
	writeq(dst, edu->regs + EDU_DMA_DST);
	writeq(len, edu->regs + EDU_DMA_COUNT);
	writeq(cmd | EDU_RUN | EDU_IRQ, edu->regs + EDU_DMA_CMD);
	return wait_for_completion_timeout(&edu->done, 5 * HZ) ? 0 : -ETIMEDOUT;
}

static void edu_unmap(struct edu *edu)
{
	if (dma_use_iova(&edu->state)) {
		dma_iova_destroy(edu->dev, &edu->state, edu->mapped * EDU_PIECE,
				 DMA_TO_DEVICE, 0);
		return;
	}
	while (edu->mapped--)
		dma_unmap_phys(edu->dev, edu->addr[edu->mapped], EDU_PIECE,
			       DMA_TO_DEVICE, 0);
}

/* The end of the first page and the start of the second are adjacent then */
static int edu_map(struct edu *edu)
{
	size_t size = EDU_PIECES * EDU_PIECE;
	phys_addr_t phys;
	int i, ret = 0;

	phys = virt_to_phys(edu->page[0] + PAGE_SIZE - EDU_PIECE);
	dma_iova_try_alloc(edu->dev, &edu->state, phys, size);
	for (i = 0, edu->mapped = 0; i < EDU_PIECES; i++, edu->mapped++) {
		if (dma_use_iova(&edu->state)) {
			ret = dma_iova_link(edu->dev, &edu->state, phys,
					    i * EDU_PIECE, EDU_PIECE,
					    DMA_TO_DEVICE, 0);
			edu->addr[i] = edu->state.addr + i * EDU_PIECE;
		} else {
			edu->addr[i] = dma_map_phys(edu->dev, phys, EDU_PIECE,
						    DMA_TO_DEVICE, 0);
			ret = dma_mapping_error(edu->dev, edu->addr[i]);
		}
		if (ret)
			goto out_unmap;
		phys = virt_to_phys(edu->page[1]);
	}
	if (dma_use_iova(&edu->state))
		ret = dma_iova_sync(edu->dev, &edu->state, 0, size);
	if (!ret)
		return 0;
out_unmap:
	edu_unmap(edu);
	return ret;
}

static int edu_run(struct edu *edu)
{
	u8 *end = edu->page[0] + PAGE_SIZE - EDU_PIECE, *start = edu->page[1];
	dma_addr_t to;
	int i, ret;

	get_random_bytes(end, EDU_PIECE);
	get_random_bytes(start, EDU_PIECE);
	ret = edu_map(edu);
	if (ret)
		return ret;
	for (i = 0; i < EDU_PIECES && !ret; i++)
		ret = edu_transfer(edu, edu->addr[i],
				   EDU_BUFFER + i * EDU_PIECE, EDU_PIECE, 0);
	edu_unmap(edu);

	to = dma_map_single(edu->dev, edu->copy, EDU_PIECES * EDU_PIECE,
			    DMA_FROM_DEVICE);
	if (dma_mapping_error(edu->dev, to))
		return -ENOMEM;
	if (!ret)
		ret = edu_transfer(edu, EDU_BUFFER, to, EDU_PIECES * EDU_PIECE,
				   EDU_TO_MEMORY);
	dma_unmap_single(edu->dev, to, EDU_PIECES * EDU_PIECE, DMA_FROM_DEVICE);
	if (!ret && (memcmp(edu->copy, end, EDU_PIECE) ||
		     memcmp(edu->copy + EDU_PIECE, start, EDU_PIECE)))
		ret = -EIO;
	return ret;
}

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct edu *edu = devm_kzalloc(&pdev->dev, sizeof(*edu), GFP_KERNEL);
	int i, ret;

	if (!edu)
		return -ENOMEM;
	edu->dev = &pdev->dev;
	init_completion(&edu->done);
	ret = pcim_enable_device(pdev) ?:
		dma_set_mask_and_coherent(edu->dev, DMA_BIT_MASK(28));
	if (ret)
		return ret;
	edu->regs = pcim_iomap(pdev, 0, 0);
	edu->copy = devm_kmalloc(edu->dev, EDU_PIECES * EDU_PIECE, GFP_KERNEL);
	for (i = 0; i < EDU_PIECES; i++)
		edu->page[i] = (void *)devm_get_free_pages(edu->dev, GFP_KERNEL,
							   0);
	if (!edu->regs || !edu->copy || !edu->page[0] || !edu->page[1])
		return -ENOMEM;
	pci_set_master(pdev);
	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_ALL_TYPES);
	if (ret < 0)
		return ret;
	ret = request_irq(pci_irq_vector(pdev, 0), edu_irq, IRQF_SHARED,
			  "dma-edu", edu);
	if (!ret) {
		ret = edu_run(edu);
		if (ret)
			dev_info(edu->dev, "dma_edu: FAIL, error %d\n", ret);
		else
			dev_info(edu->dev,
				 "dma_edu: PASS, %u bytes copied and compared\n",
				 EDU_PIECES * EDU_PIECE);
		free_irq(pci_irq_vector(pdev, 0), edu);
	}
	pci_free_irq_vectors(pdev);
	return ret;
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) }, { }
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_driver = {
	.name		= "dma-edu",
	.id_table	= edu_ids,
	.probe		= edu_probe,
};
module_pci_driver(edu_driver);

MODULE_DESCRIPTION("Sample driver for QEMU's edu device");
MODULE_LICENSE("GPL");
