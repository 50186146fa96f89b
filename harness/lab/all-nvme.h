/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Put before drivers/nvme/host/pci.c in the kernel of make test-all, and before no other pci.c. It
 * is for what disks have that QEMU's do not: nvme.dma_bits=N makes one reach only so much memory as
 * an old one would, and nvme.meta_sgls=1 uses metadata SGLs, which QEMU's do not advertise.
 * And each descriptor of a request is an allocation that can fail.
 */
#define kmod_nvme 1
#define kmod_pci 0
#if __KBUILD_MODNAME == 1
#undef kmod_nvme
#undef kmod_pci
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/mempool.h>
#include <linux/moduleparam.h>
#include <linux/nvme.h>
#include <linux/slab.h>

static uint dma_bits = 64;
module_param(dma_bits, uint, 0444);

static inline int set_narrow_mask(struct device *dev, u64 mask)
{
	return dma_set_mask_and_coherent(dev, min(mask, DMA_BIT_MASK(dma_bits)));
}
#define dma_set_mask_and_coherent set_narrow_mask

static bool meta_sgls;
module_param(meta_sgls, bool, 0444);

/* The driver asks for this bit; bit 0, SGLs for the data, is one that QEMU's disks do have */
#define NVME_CTRL_SGLS_MSDS (meta_sgls ? 1 : NVME_CTRL_SGLS_MSDS)

/* Pools mostly have what they need: so that each allocation from them can be made to fail */
static inline bool memory_fails(gfp_t gfp)
{
	void *p = kmalloc(8, gfp);

	kfree(p);
	return !p;
}
#define dma_pool_alloc(pool, gfp, addr) (memory_fails(gfp) ? NULL : dma_pool_alloc(pool, gfp, addr))
#undef mempool_alloc
#define mempool_alloc(pool, gfp) (memory_fails(gfp) ? NULL : mempool_alloc_noprof(pool, gfp))
#endif
#undef kmod_nvme
#undef kmod_pci
