// SPDX-License-Identifier: GPL-2.0
/*
 * A scatterlist. First with DMA_ATTR_REQUIRE_COHERENT, as for memory that user
 * space shares with the device; where that cannot be had, the caller falls back
 * to memory that it syncs.
 */
#include <linux/random.h>
#include <linux/scatterlist.h>
#include "edu.h"

#define SG_BYTES	768

#ifndef DMA_ATTR_REQUIRE_COHERENT	/* Linux 6.18 and 6.19 */
#define DMA_ATTR_REQUIRE_COHERENT 0
#endif

static int sg_run(struct pci_dev *pdev, void __iomem *regs, u8 *mem)
{
	unsigned long attrs = DMA_ATTR_REQUIRE_COHERENT | DMA_ATTR_NO_WARN;
	struct device *dev = &pdev->dev;
	struct scatterlist list[2], *sg;
	struct sg_table sgt = { .sgl = list, .orig_nents = 2 };
	u8 *to = mem + 3 * PAGE_SIZE;
	unsigned int done = 0, i;
	dma_addr_t addr;
	int ret;

	sg_init_table(list, 2);
	sg_set_buf(&list[0], mem, 512);
	sg_set_buf(&list[1], mem + 2 * PAGE_SIZE, 256);
	ret = dma_map_sgtable(dev, &sgt, DMA_TO_DEVICE, attrs);
	if (ret) {
		dev_info(dev, "no coherent mapping: %d\n", ret);
		attrs = 0;
		ret = dma_map_sgtable(dev, &sgt, DMA_TO_DEVICE, attrs);
	}
	if (ret)
		return ret;
	addr = dma_map_single(dev, to, SZ_1K, DMA_FROM_DEVICE);
	ret = dma_mapping_error(dev, addr);
	if (ret)
		goto out_unmap_sg;
	/* There may be fewer entries now than there were */
	for_each_sgtable_dma_sg(&sgt, sg, i) {
		ret = edu_copy(regs, sg_dma_address(sg), addr + done,
			       sg_dma_len(sg));
		if (ret)
			break;
		done += sg_dma_len(sg);
	}
	dma_unmap_single(dev, addr, SZ_1K, DMA_FROM_DEVICE);
out_unmap_sg:
	dma_unmap_sgtable(dev, &sgt, DMA_TO_DEVICE, attrs);
	if (!ret && (done != SG_BYTES || memcmp(to, mem, 512) ||
		     memcmp(to + 512, mem + 2 * PAGE_SIZE, 256)))
		ret = -EIO;
	return ret;
}

static int sg_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs = edu_enable(pdev);
	u8 *mem = (void *)devm_get_free_pages(&pdev->dev, GFP_KERNEL, 2);

	if (!regs || !mem)
		return -ENOMEM;
	get_random_bytes(mem, 3 * PAGE_SIZE);
	return edu_result(pdev, sg_run(pdev, regs, mem), SG_BYTES);
}

EDU_SAMPLE_DRIVER(sg_probe);
MODULE_DESCRIPTION("DMA sample: a scatterlist");
MODULE_LICENSE("GPL");
