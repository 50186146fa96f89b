// SPDX-License-Identifier: GPL-2.0
/*
 * An array of physical ranges, for this kernel and for mainline: a call that is
 * not in mainline is used only if DMA_PHYS_BACKPORT is defined.
 */
#include <linux/random.h>
#include <linux/types.h>
#include <linux/version.h>
#include "edu.h"

#if !defined(DMA_PHYS_BACKPORT) && LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
struct phys_vec {
	phys_addr_t paddr;
	size_t len;
};
#endif

#define PAGES		3

static int vector_link(struct device *dev, struct dma_iova_state *state,
		       const struct phys_vec *vec, unsigned int nr,
		       size_t *linked)
{
	int ret = 0;

#ifdef DMA_PHYS_BACKPORT
	ret = dma_iova_link_vec(dev, state, vec, nr, 0, DMA_TO_DEVICE, 0);
	if (!ret)
		*linked = nr * PAGE_SIZE;
#else
	for (; nr && !ret; nr--, vec++) {
		ret = dma_iova_link(dev, state, vec->paddr, *linked, vec->len,
				    DMA_TO_DEVICE, 0);
		if (!ret)
			*linked += vec->len;
	}
#endif
	return ret;
}

static int vector_run(struct device *dev, void __iomem *regs, u8 *mem)
{
	static const int order[PAGES] = { 2, 0, 4 };
	struct phys_vec vec[PAGES];
	struct dma_iova_state state;
	size_t linked = 0;
	dma_addr_t addr;
	u8 *to = mem + 6 * PAGE_SIZE;
	int i, ret;

	for (i = 0; i < PAGES; i++) {
		vec[i].paddr = virt_to_phys(mem + order[i] * PAGE_SIZE);
		vec[i].len = PAGE_SIZE;
	}
	if (!dma_iova_try_alloc(dev, &state, 0, PAGES * PAGE_SIZE))
		return -ENODEV;
	addr = dma_map_single(dev, to, SZ_1K, DMA_FROM_DEVICE);
	ret = dma_mapping_error(dev, addr);
	if (ret)
		goto out_destroy;
	ret = vector_link(dev, &state, vec, PAGES, &linked);
	if (!ret)
		ret = dma_iova_sync(dev, &state, 0, PAGES * PAGE_SIZE);
	/* From the end of the first page to the start of the second */
	if (!ret)
		ret = edu_copy(regs, state.addr + PAGE_SIZE - 512, addr, SZ_1K);
	dma_unmap_single(dev, addr, SZ_1K, DMA_FROM_DEVICE);
out_destroy:
	dma_iova_destroy(dev, &state, linked, DMA_TO_DEVICE, 0);
	if (!ret && (memcmp(to, mem + 3 * PAGE_SIZE - 512, 512) ||
		     memcmp(to + 512, mem, 512)))
		ret = -EIO;
	return ret;
}

static int vector_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs = edu_enable(pdev);
	u8 *mem = (void *)devm_get_free_pages(&pdev->dev, GFP_KERNEL, 3);

	if (!regs || !mem)
		return -ENOMEM;
	get_random_bytes(mem, 6 * PAGE_SIZE);
	return edu_result(pdev, vector_run(&pdev->dev, regs, mem), SZ_1K);
}

EDU_SAMPLE_DRIVER(vector_probe);
MODULE_DESCRIPTION("DMA sample: a vector of physical ranges");
MODULE_LICENSE("GPL");
