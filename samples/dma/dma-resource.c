// SPDX-License-Identifier: GPL-2.0
/*
 * Registers of another device: dma_map_resource(), and dma_map_phys() with
 * DMA_ATTR_MMIO, which is the same. Here it is the device's own BAR, which it
 * cannot copy from; a sample needs no second device to map it.
 */
#include "edu.h"

static int resource_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	phys_addr_t phys = pci_resource_start(pdev, 0);
	struct device *dev = &pdev->dev;
	dma_addr_t addr;
	int i, ret = 0;

	if (!edu_enable(pdev))
		return -ENOMEM;
	/* A BAR is not bounced: all of it has to be in reach */
	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64));
	for (i = 0; i < 2 && !ret; i++) {
		if (i)
			addr = dma_map_phys(dev, phys, SZ_4K, DMA_BIDIRECTIONAL,
					    DMA_ATTR_MMIO);
		else
			addr = dma_map_resource(dev, phys, SZ_4K,
						DMA_BIDIRECTIONAL, 0);
		ret = dma_mapping_error(dev, addr);
		if (ret)
			break;
		dev_info(dev, "registers at %pa are at %pad for DMA\n", &phys,
			 &addr);
		if (i)
			dma_unmap_phys(dev, addr, SZ_4K, DMA_BIDIRECTIONAL,
				       DMA_ATTR_MMIO);
		else
			dma_unmap_resource(dev, addr, SZ_4K, DMA_BIDIRECTIONAL,
					   0);
	}
	return edu_result(pdev, ret);
}

EDU_SAMPLE_DRIVER(resource_probe);
MODULE_DESCRIPTION("DMA sample: registers of a device");
MODULE_LICENSE("GPL");
