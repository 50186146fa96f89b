// SPDX-License-Identifier: GPL-2.0
/*
 * PowerPC, 64 bits: dma-iommu, and through it vio and ibmebus
 *
 * file: arch/powerpc/kernel/iommu.c
 * functions: iommu_map_phys iommu_unmap_phys
 * masked: phys of iommu_map_phys
 */
#define PAGE_SHIFT 16
#include "kernel.h"

#define T_PAGE 4096UL
#define IOMMU_PAGE_SIZE(t) (1UL << (t)->it_page_shift)
#define IOMMU_PAGE_MASK(t) (~((1UL << (t)->it_page_shift) - 1))
#define phys_to_virt(p) ((void *)((p) | 0xc000000000000000UL))

struct device {
	int x;
};

struct iommu_table {
	unsigned it_page_shift;
};

static struct iommu_table tb = { 12 };
static struct device dv;
static dma_addr_t iommu_alloc(struct device *d, struct iommu_table *t, void *v,
			      unsigned n, int dir, unsigned long m, unsigned al,
			      unsigned long at)
{
	unsigned i;
	own(FIRST, n, true);
	for (i = 0; i < n; i++)
		pte[FIRST + i] =
			(((unsigned long)v & 0x0fffffffffffffffUL) & ~4095UL) +
			i * 4096UL;
	return 0x20000000 + (FIRST << 12);
}

static void iommu_free(struct iommu_table *t, dma_addr_t d, unsigned n)
{
	own((d - 0x20000000) >> 12, n, false);
}

#include "taken.h"

static dma_addr_t t_map(phys_addr_t p, size_t s)
{
	return iommu_map_phys(&dv, &tb, p, s, ~0UL, DMA_TO_DEVICE, 0);
}

static dma_addr_t t_map_mmio(void)
{
	return DMA_MAPPING_ERROR;
}

static void t_unmap(dma_addr_t d, size_t s)
{
	iommu_unmap_phys(&tb, d, s, DMA_TO_DEVICE, 0);
}

static int t_slot(dma_addr_t d)
{
	return (d - 0x20000000) >> 12;
}

static u64 t_page(int s)
{
	return pte[s];
}

#include "test.h"
