// SPDX-License-Identifier: GPL-2.0
/*
 * x86-64, GART
 *
 * file: arch/x86/kernel/amd_gart_64.c
 * macros: GPTE_VALID GPTE_COHERENT GPTE_ENCODE GPTE_DECODE GART_MAX_PHYS_ADDR
 * functions: dma_map_area gart_map_phys gart_unmap_phys
 * masked: phys_mem of dma_map_area
 */
#include "kernel.h"

#define T_BASE 0x8123450000ULL

struct device {
	int x;
};

static struct device dv;
static unsigned long iommu_bus_base = 0x40000000, iommu_size = SLOTS << 12;
static u32 gatt[SLOTS], *iommu_gatt_base = gatt, gart_unmapped_entry;
static int panic_on_overflow;
static int need_iommu(struct device *d, unsigned long a, size_t s)
{
	return 1;
}

static int nonforced_iommu(struct device *d, unsigned long a, size_t s)
{
	return 1;
}

static dma_addr_t dma_direct_map_mmio(struct device *d, phys_addr_t p, size_t s,
				      unsigned long a)
{
	return p == 0x8001 ? DMA_MAPPING_ERROR : 0;
}

static unsigned long alloc_iommu(struct device *d, int n, unsigned long m)
{
	own(FIRST, n, true);
	return FIRST;
}

static void free_iommu(unsigned long o, int n)
{
	own(o, n, false);
}

static void flush_gart(void)
{
}

static void iommu_full(struct device *d, size_t s, int r)
{
}

#include "taken.h"

static dma_addr_t t_map(phys_addr_t p, size_t s)
{
	return gart_map_phys(&dv, p, s, DMA_TO_DEVICE, 0);
}

static dma_addr_t t_map_mmio(void)
{
	return gart_map_phys(&dv, 0x8001, 4, DMA_TO_DEVICE, DMA_ATTR_MMIO);
}

static void t_unmap(dma_addr_t d, size_t s)
{
	gart_unmap_phys(&dv, d, s, DMA_TO_DEVICE, 0);
}

static int t_slot(dma_addr_t d)
{
	return (d - iommu_bus_base) >> 12;
}

static u64 t_page(int s)
{
	return GPTE_DECODE(gatt[s]);
}

#include "test.h"
