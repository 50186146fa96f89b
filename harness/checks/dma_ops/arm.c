// SPDX-License-Identifier: GPL-2.0
/*
 * Arm, 32 bits, behind an IOMMU
 *
 * file: arch/arm/mm/dma-mapping.c
 * functions: arm_iommu_needs_sync arm_iommu_map_phys arm_iommu_unmap_phys
 * masked: phys of arm_iommu_map_phys
 */
#define DMA_T u32
#define PHYS_T u64
#include "kernel.h"

#define T_BASE 0x812345000ULL
#define IOMMU_MMIO 16

struct page;
struct dma_iommu_mapping {
	void *domain;
};

struct device {
	bool dma_coherent;
};

static struct dma_iommu_mapping mp;
static struct device dv = { true };
#define to_dma_iommu_mapping(d) (&mp)

static struct page *phys_to_page(u64 p)
{
	return NULL;
}

static u64 iommu_iova_to_phys(void *d, u64 i)
{
	return 0;
}

static void __dma_page_cpu_to_dev(struct page *p, unsigned long o, size_t s,
				  int d)
{
}

static void __dma_page_dev_to_cpu(struct page *p, unsigned long o, size_t s,
				  int d)
{
}

static int __dma_info_to_prot(int d, unsigned long a)
{
	return 3;
}

static int mmio_prot;
static dma_addr_t __alloc_iova(struct dma_iommu_mapping *m, size_t s)
{
	return 0x10000000 + (FIRST << 12);
}

static void __free_iova(struct dma_iommu_mapping *m, dma_addr_t a, size_t s)
{
	own((a - 0x10000000) >> 12, s >> 12, false);
}

static int iommu_map(void *d, unsigned long i, u64 p, size_t s, int prot,
		     gfp_t g)
{
	long k = (i - 0x10000000) >> 12, n;
	if ((i | p | s) & 4095)
		return -22;
	mmio_prot = prot & IOMMU_MMIO;
	own(k, s >> 12, true);
	for (n = 0; n < s >> 12; n++)
		pte[k + n] = p + (n << 12);
	return 0;
}

static size_t iommu_unmap(void *d, unsigned long i, size_t s)
{
	return s;
}

#include "taken.h"

static dma_addr_t t_map(phys_addr_t p, size_t s)
{
	dma_addr_t d = arm_iommu_map_phys(&dv, p, s, DMA_TO_DEVICE, 0);
	return mmio_prot ? DMA_MAPPING_ERROR : d;
}

/* Registers are mapped here, so the property is IOMMU_MMIO */
static dma_addr_t t_map_mmio(void)
{
	memset(owned, 0, sizeof(owned));
	arm_iommu_map_phys(&dv, 0x8004, 4, DMA_TO_DEVICE, DMA_ATTR_MMIO);
	return mmio_prot ? DMA_MAPPING_ERROR : 0;
}

static void t_unmap(dma_addr_t d, size_t s)
{
	arm_iommu_unmap_phys(&dv, d, s, DMA_TO_DEVICE, 0);
}

static int t_slot(dma_addr_t d)
{
	return (d - 0x10000000) >> 12;
}

static u64 t_page(int s)
{
	return pte[s];
}

#include "test.h"
