// SPDX-License-Identifier: GPL-2.0
/*
 * Registers of a device, mapped for DMA: dma_map_resource(), and dma_map_phys()
 * with DMA_ATTR_MMIO, which is the same. So that no second device is needed,
 * this one reads its own identification register. Without an IOMMU its
 * registers are out of its reach, and registers are never bounced.
 */
#include <linux/slab.h>
#include "edu.h"

static dma_addr_t resource_map(struct device *dev, phys_addr_t phys, bool new)
{
	unsigned long attrs = DMA_ATTR_NO_WARN;

	if (new)
		return dma_map_phys(dev, phys, SZ_4K, DMA_TO_DEVICE,
				    attrs | DMA_ATTR_MMIO);
	return dma_map_resource(dev, phys, SZ_4K, DMA_TO_DEVICE, attrs);
}

static void resource_unmap(struct device *dev, dma_addr_t addr, bool new)
{
	if (new)
		dma_unmap_phys(dev, addr, SZ_4K, DMA_TO_DEVICE, DMA_ATTR_MMIO);
	else
		dma_unmap_resource(dev, addr, SZ_4K, DMA_TO_DEVICE, 0);
}

static int resource_run(struct pci_dev *pdev, void __iomem *regs, u32 *id,
			bool new)
{
	struct device *dev = &pdev->dev;
	dma_addr_t from, to;
	int ret;

	from = resource_map(dev, pci_resource_start(pdev, 0), new);
	if (dma_mapping_error(dev, from))
		return -ENODEV;
	*id = 0;
	to = dma_map_single(dev, id, sizeof(*id), DMA_FROM_DEVICE);
	ret = dma_mapping_error(dev, to);
	if (!ret) {
		ret = edu_copy(regs, from, to, sizeof(*id));
		dma_unmap_single(dev, to, sizeof(*id), DMA_FROM_DEVICE);
	}
	resource_unmap(dev, from, new);
	/* A register is little endian, as it is in memory now */
	if (!ret && le32_to_cpu((__force __le32)*id) != readl(regs))
		ret = -EIO;
	return ret;
}

static int resource_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs = edu_enable(pdev);
	u32 *mem = devm_kmalloc(&pdev->dev, SZ_1K, GFP_KERNEL);
	int ret;

	if (!regs || !mem)
		return -ENOMEM;
	ret = resource_run(pdev, regs, mem, false) ?:
		resource_run(pdev, regs, mem, true);
	return edu_result(pdev, ret, 2 * sizeof(*mem));
}

EDU_SAMPLE_DRIVER(resource_probe);
MODULE_DESCRIPTION("DMA sample: registers of a device");
MODULE_LICENSE("GPL");
