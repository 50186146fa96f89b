// SPDX-License-Identifier: GPL-2.0
/*
 * Alpha
 *
 * file: arch/alpha/kernel/pci_iommu.c
 * functions: mk_iommu_pte pci_map_single_1 alpha_pci_map_phys alpha_pci_unmap_phys
 * masked: paddr of pci_map_single_1
 */
#define PAGE_SHIFT 13
#include "kernel.h"

#define DEBUG_NODIRECT 0
#define DBGA2(...)
#define __direct_map_base 0xf0000000UL
#define __direct_map_size 0UL
#define ISA_DMA_MASK 0xffffff

struct device {
	int x;
};

struct pci_iommu_arena {
	dma_addr_t dma_base;
	unsigned long *ptes;
	unsigned size;
	long next_entry;
	int lock;
};

struct pci_controller {
	struct pci_iommu_arena *sg_pci, *sg_isa;
};

struct pci_dev {
	struct device dev;
	void *sysdata;
	u64 dma_mask;
};

static void tbi(struct pci_controller *h, dma_addr_t a, dma_addr_t b)
{
}

static struct {
	void (*mv_pci_tbi)(struct pci_controller *, dma_addr_t, dma_addr_t);
	u64 pci_dac_offset;
} alpha_mv = { tbi };
static struct pci_iommu_arena ar = { 0x40000000, (unsigned long *)pte,
				     SLOTS << 13, 0 };
static struct pci_controller ho = { &ar, &ar }, *pci_isa_hose = &ho;
static struct pci_dev pd = { { 0 }, &ho, 0xffffffff }, *isa_bridge;
static struct pci_dev *alpha_gendev_to_pci(struct device *d)
{
	return &pd;
}

static int pci_dac_dma_supported(struct pci_dev *p, u64 m)
{
	return 0;
}

static long iommu_arena_alloc(struct device *d, struct pci_iommu_arena *a,
			      long n, unsigned al)
{
	own(FIRST, n, true);
	return FIRST;
}

static void iommu_arena_free(struct pci_iommu_arena *a, long o, long n)
{
	own(o, n, false);
}

#include "taken.h"

T_CALLS(&pd.dev, alpha_pci_map_phys, alpha_pci_unmap_phys, DMA_TO_DEVICE)

static int t_slot(dma_addr_t d)
{
	return (d - ar.dma_base) >> PAGE_SHIFT;
}

static u64 t_page(int s)
{
	return (pte[s] & ~1UL) << (PAGE_SHIFT - 1);
}

#include "test.h"
