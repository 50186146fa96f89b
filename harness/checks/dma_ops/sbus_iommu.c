// SPDX-License-Identifier: GPL-2.0
/*
 * SPARC32, the IOMMU of sun4m
 *
 * file: arch/sparc/mm/iommu.c
 * macros: IOPERM MKIOPTE
 * functions: __sbus_iommu_map_phys sbus_iommu_map_phys_gflush sbus_iommu_unmap_phys
 * masked: paddr of __sbus_iommu_map_phys
 */
#define PHYS_T u32
#define DMA_T u32
#include "kernel.h"

#define IOPTE_PAGE 0x07ffff00
#define IOPTE_CACHE 0x80
#define IOPTE_WRITE 4
#define IOPTE_VALID 2
#define IOPTE_WAZ 1

typedef struct {
	u32 v;
} iopte_t;
#define iopte_val(x) ((x).v)
#define PageHighMem(p) 1
#define pfn_to_page(p) 0
#define phys_to_virt(p) 0
#define flush_page_for_dma(p) ((void)(p))
#define iommu_invalidate_page(r, b) ((void)(b))
#define iommu_flush_iotlb(p, n) ((void)(n))

struct iommu_struct {
	unsigned start;
	iopte_t *page_table;
	int usemap;
	void *regs;
};

struct device {
	struct {
		void *iommu;
	} archdata;
};

static iopte_t tb[SLOTS];
static struct iommu_struct im = { 0xf0000000, tb };
static struct device dv = { { &im } };
static int bit_map_string_get(void *m, int n, int c)
{
	own(FIRST, n, true);
	return FIRST;
}

static void bit_map_clear(void *m, int o, int n)
{
	own(o, n, false);
}

#include "taken.h"

T_CALLS(&dv, sbus_iommu_map_phys_gflush, sbus_iommu_unmap_phys, DMA_TO_DEVICE)

static int t_slot(dma_addr_t d)
{
	return (d - im.start) >> 12;
}

static u64 t_page(int s)
{
	return (u64)(tb[s].v & IOPTE_PAGE) << 4;
}

#include "test.h"
