// SPDX-License-Identifier: GPL-2.0
/*
 * A driver that keeps what it mapped, so that the unmap need not find it out.
 * The few lines at the top make it the plain calls on mainline.
 */
#include <linux/random.h>
#include <linux/slab.h>
#include "edu.h"

#ifdef DMA_PHYS_BACKPORT
#include <linux/dma-map-state.h>
#else
struct dma_map_state { };

static inline dma_addr_t dma_map_phys_state(struct device *dev,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs, struct dma_map_state *state)
{
	return dma_map_phys(dev, phys, size, dir, attrs);
}

static inline void dma_unmap_phys_state(struct device *dev, dma_addr_t addr,
		size_t size, enum dma_data_direction dir, unsigned long attrs,
		const struct dma_map_state *state)
{
	dma_unmap_phys(dev, addr, size, dir, attrs);
}
#endif

struct handle_buffer {
	u8 *cpu;
	dma_addr_t addr;
	enum dma_data_direction dir;
	struct dma_map_state state;
};

static int handle_map(struct device *dev, struct handle_buffer *b)
{
	b->addr = dma_map_phys_state(dev, virt_to_phys(b->cpu), SZ_1K, b->dir,
				     0, &b->state);
	return dma_mapping_error(dev, b->addr);
}

static void handle_unmap(struct device *dev, struct handle_buffer *b)
{
	dma_unmap_phys_state(dev, b->addr, SZ_1K, b->dir, 0, &b->state);
}

static int handle_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs = edu_enable(pdev);
	u8 *mem = devm_kmalloc(&pdev->dev, SZ_2K, GFP_KERNEL);
	struct handle_buffer from = { .dir = DMA_TO_DEVICE };
	struct handle_buffer to = { .dir = DMA_FROM_DEVICE };
	int ret;

	if (!regs || !mem)
		return -ENOMEM;
	get_random_bytes(mem, SZ_2K);
	from.cpu = mem;
	to.cpu = mem + SZ_1K;
	ret = handle_map(&pdev->dev, &from);
	if (ret)
		return ret;
	ret = handle_map(&pdev->dev, &to);
	if (!ret) {
		ret = edu_copy(regs, from.addr, to.addr, SZ_1K);
		handle_unmap(&pdev->dev, &to);
	}
	handle_unmap(&pdev->dev, &from);
	if (!ret && memcmp(from.cpu, to.cpu, SZ_1K))
		ret = -EIO;
	return edu_result(pdev, ret, SZ_1K);
}

EDU_SAMPLE_DRIVER(handle_probe);
MODULE_DESCRIPTION("DMA sample: unmap with the source known");
MODULE_LICENSE("GPL");
