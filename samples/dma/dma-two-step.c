// SPDX-License-Identifier: GPL-2.0
/*
 * Two steps: a range of DMA addresses first, then what it leads to. Behind an
 * IOMMU two pages that are apart become one range, which the device copies at
 * once. A device without one has no such ranges: see dma-edu.c for what to do.
 */
#include <linux/random.h>
#include <linux/slab.h>
#include "edu.h"

static int two_step_run(struct device *dev, void __iomem *regs, u8 *from,
			u8 *to)
{
	const size_t half = SZ_1K, size = 2 * half;
	struct dma_iova_state state;
	phys_addr_t phys = virt_to_phys(from + PAGE_SIZE - half);
	size_t linked = 0;
	dma_addr_t addr;
	int ret;

	/* The range begins in its granule where the memory does */
	if (!dma_iova_try_alloc(dev, &state, phys, size))
		return -ENODEV;
	addr = dma_map_single(dev, to, size, DMA_FROM_DEVICE);
	ret = dma_mapping_error(dev, addr);
	if (ret)
		goto out_destroy;

	ret = dma_iova_link(dev, &state, phys, 0, half, DMA_TO_DEVICE, 0);
	if (ret)
		goto out_unmap;
	linked += half;
	ret = dma_iova_link(dev, &state, virt_to_phys(from + 2 * PAGE_SIZE),
			    half, half, DMA_TO_DEVICE, 0);
	if (ret)
		goto out_unmap;
	linked += half;
	ret = dma_iova_sync(dev, &state, 0, size);
	if (!ret)
		ret = edu_copy(regs, state.addr, addr, size);
out_unmap:
	dma_unmap_single(dev, addr, size, DMA_FROM_DEVICE);
out_destroy:
	dma_iova_destroy(dev, &state, linked, DMA_TO_DEVICE, 0);
	if (!ret && (memcmp(to, from + PAGE_SIZE - half, half) ||
		     memcmp(to + half, from + 2 * PAGE_SIZE, half)))
		ret = -EIO;
	return ret;
}

static int two_step_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs = edu_enable(pdev);
	/* The middle page stays out of it */
	u8 *from = (void *)devm_get_free_pages(&pdev->dev, GFP_KERNEL, 2);
	u8 *to = devm_kmalloc(&pdev->dev, SZ_2K, GFP_KERNEL);
	int ret;

	if (!regs || !from || !to)
		return -ENOMEM;
	get_random_bytes(from, 3 * PAGE_SIZE);
	ret = two_step_run(&pdev->dev, regs, from, to);
	return edu_result(pdev, ret, SZ_2K);
}

EDU_SAMPLE_DRIVER(two_step_probe);
MODULE_DESCRIPTION("DMA sample: mapping in two steps");
MODULE_LICENSE("GPL");
