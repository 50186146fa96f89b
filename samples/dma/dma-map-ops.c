// SPDX-License-Identifier: GPL-2.0
/*
 * A bus that translates by itself: struct dma_map_ops by physical address, for
 * a device that sees memory behind a constant offset.
 */
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/version.h>

#if !defined(DMA_PHYS_BACKPORT) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#error "struct dma_map_ops has map_phys since Linux 6.19"
#endif

#define WINDOW	BIT_ULL(40)

static dma_addr_t window_map_phys(struct device *dev, phys_addr_t phys,
				  size_t size, enum dma_data_direction dir,
				  unsigned long attrs)
{
	/* The window leads to memory only */
	if (attrs & DMA_ATTR_MMIO || phys + size > WINDOW)
		return DMA_MAPPING_ERROR;
	return phys + WINDOW;
}

static void window_unmap_phys(struct device *dev, dma_addr_t addr, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
}

static const struct dma_map_ops window_ops = {
	.map_phys	= window_map_phys,
	.unmap_phys	= window_unmap_phys,
};

static int window_try(struct device *dev)
{
	void *mem = kmalloc(SZ_1K, GFP_KERNEL);
	dma_addr_t addr;
	int ret;

	if (!mem)
		return -ENOMEM;
	addr = dma_map_single(dev, mem, SZ_1K, DMA_TO_DEVICE);
	ret = dma_mapping_error(dev, addr);
	if (!ret) {
		if (addr != virt_to_phys(mem) + WINDOW)
			ret = -EIO;
		dma_unmap_single(dev, addr, SZ_1K, DMA_TO_DEVICE);
	}
	/* Registers are refused */
	addr = dma_map_phys(dev, virt_to_phys(mem), SZ_1K, DMA_TO_DEVICE,
			    DMA_ATTR_MMIO | DMA_ATTR_NO_WARN);
	if (!dma_mapping_error(dev, addr))
		ret = -EIO;
	kfree(mem);
	return ret;
}

static int __init window_init(void)
{
	struct platform_device *pdev;
	int ret;

	pdev = platform_device_register_simple("dma-map-ops", -1, NULL, 0);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	set_dma_ops(&pdev->dev, &window_ops);
	ret = dma_coerce_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64)) ?:
		window_try(&pdev->dev);
	if (ret)
		dev_info(&pdev->dev, "%s: FAIL, error %d\n", KBUILD_MODNAME,
			 ret);
	else
		dev_info(&pdev->dev,
			 "%s: PASS, memory mapped and registers refused\n",
			 KBUILD_MODNAME);
	set_dma_ops(&pdev->dev, NULL);
	platform_device_unregister(pdev);
	return ret;
}
module_init(window_init);

static void __exit window_exit(void)
{
}
module_exit(window_exit);

MODULE_DESCRIPTION("DMA sample: struct dma_map_ops");
MODULE_LICENSE("GPL");
