// SPDX-License-Identifier: GPL-2.0
/*
 * SPARC64, sun4v
 *
 * file: arch/sparc/kernel/pci_sun4v.c
 * functions: dma_4v_map_phys dma_4v_unmap_phys
 * masked: phys of dma_4v_map_phys
 */
#define PAGE_SHIFT 13
#include "kernel.h"

#define IO_PAGE_SHIFT 13
#define IO_PAGE_SIZE (1UL << 13)
#define IO_PAGE_MASK (~(IO_PAGE_SIZE - 1))
#define IO_PAGE_ALIGN(x) ALIGN(x, IO_PAGE_SIZE)
#define IOMMU_ERROR_CODE (~0UL)

struct iommu_map_table {
	unsigned long table_map_base;
};

static void iommu_tbl_range_free(struct iommu_map_table *t, u64 d,
				 unsigned long n, unsigned long e)
{
	own((d - t->table_map_base) >> 13, n, false);
}

#define HV_PCI_MAP_ATTR_READ 1
#define HV_PCI_MAP_ATTR_WRITE 2
#define HV_PCI_MAP_ATTR_RELAXED_ORDER 4

struct iotsb {
	unsigned long iotsb_num;
};

struct atu {
	struct iommu_map_table tbl;
	struct iotsb *iotsb;
};

struct iommu {
	struct iommu_map_table tbl;
	struct atu *atu;
};

struct pci_pbm_info {
	u32 devhandle;
};

struct device {
	struct {
		struct iommu *iommu;
		struct pci_pbm_info *host_controller;
	} archdata;
	u64 *dma_mask;
};

static u64 mk = 0xffffffff;
static struct iommu im = { { 0x80000000UL } };
static struct pci_pbm_info pb;
static struct device dv = { { &im, &pb }, &mk };
#define iommu_use_atu(i, m) 0

static long bat;
static unsigned long iommu_tbl_range_alloc(struct device *d,
					   struct iommu_map_table *t,
					   unsigned long n, void *h,
					   unsigned long m, unsigned a)
{
	own(FIRST, n, true);
	return FIRST;
}

static void iommu_batch_start(struct device *d, unsigned long p,
			      unsigned long e)
{
	bat = e;
}

static long iommu_batch_add(u64 p, u64 m)
{
	if (p & ~IO_PAGE_MASK) {
		printf("  real address with an offset\n");
		exit(1);
	}
	pte[bat++] = p;
	return 0;
}

static long iommu_batch_end(u64 m)
{
	return 0;
}

static void dma_4v_iommu_demap(struct device *d, unsigned long h, dma_addr_t v,
			       unsigned long i, unsigned long e,
			       unsigned long n)
{
	while (n--)
		pte[e++] = 0;
}

#include "taken.h"

T_CALLS(&dv, dma_4v_map_phys, dma_4v_unmap_phys, DMA_FROM_DEVICE)

static int t_slot(dma_addr_t d)
{
	return (d - im.tbl.table_map_base) >> 13;
}

static u64 t_page(int s)
{
	return pte[s];
}

#include "test.h"
