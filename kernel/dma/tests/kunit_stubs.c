// SPDX-License-Identifier: GPL-2.0
/*
 * Hooks that x86 has no use for, as empty functions that a KUnit test can
 * redirect.
 *
 * An x86 kernel that is not built with KMSAN compiles the cache maintenance and
 * KMSAN calls of the DMA mapping core to nothing, and a test could not tell
 * whether the core makes them. With CONFIG_DMA_KUNIT_STUBS it calls these.
 * Outside of a test that has redirected them, they do nothing.
 */
#include <linux/dma-map-ops.h>
#include <linux/export.h>
#include <linux/kmsan.h>
#include <xen/swiotlb-xen.h>
#include <kunit/static_stub.h>
#include <kunit/visibility.h>

void arch_sync_dma_for_device(phys_addr_t paddr, size_t size,
			      enum dma_data_direction dir)
{
	KUNIT_STATIC_STUB_REDIRECT(arch_sync_dma_for_device, paddr, size, dir);
}
EXPORT_SYMBOL_IF_KUNIT(arch_sync_dma_for_device);

void arch_sync_dma_for_cpu(phys_addr_t paddr, size_t size,
			   enum dma_data_direction dir)
{
	KUNIT_STATIC_STUB_REDIRECT(arch_sync_dma_for_cpu, paddr, size, dir);
}
EXPORT_SYMBOL_IF_KUNIT(arch_sync_dma_for_cpu);

void kmsan_handle_dma(phys_addr_t phys, size_t size,
		      enum dma_data_direction dir)
{
	KUNIT_STATIC_STUB_REDIRECT(kmsan_handle_dma, phys, size, dir);
}
EXPORT_SYMBOL_GPL(kmsan_handle_dma);

#ifdef CONFIG_SWIOTLB_XEN
/* Not reached: there are only coherent devices under Xen */
void xen_dma_sync_for_cpu(struct device *dev, dma_addr_t handle, size_t size,
			  enum dma_data_direction dir)
{
}

void xen_dma_sync_for_device(struct device *dev, dma_addr_t handle, size_t size,
			     enum dma_data_direction dir)
{
}
#endif
