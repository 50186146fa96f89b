/*
 * Put before drivers/nvme/host/pci.c in the kernel of make test-all, and before no other pci.c: nvme.dma_bits=N makes a
 * disk reach only so much memory as an old one would, for QEMU has none such.
 */
#define kmod_nvme 1
#define kmod_pci 0
#if __KBUILD_MODNAME == 1
#undef kmod_nvme
#undef kmod_pci
#include <linux/dma-mapping.h>
#include <linux/moduleparam.h>

static uint dma_bits = 64;
module_param(dma_bits, uint, 0444);

static inline int set_narrow_mask(struct device *dev, u64 mask)
{
	return dma_set_mask_and_coherent(dev, min(mask, DMA_BIT_MASK(dma_bits)));
}
#define dma_set_mask_and_coherent set_narrow_mask
#endif
#undef kmod_nvme
#undef kmod_pci
