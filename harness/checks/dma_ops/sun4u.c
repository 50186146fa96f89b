// SPDX-License-Identifier: GPL-2.0
/*
 * SPARC64, sun4u
 *
 * file: arch/sparc/kernel/iommu.c
 * functions: dma_4u_map_phys dma_4u_unmap_phys
 * masked: phys of dma_4u_map_phys
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

typedef struct {
	u64 v;
} iopte_t;
#define iopte_val(x) ((x).v)
#define IOPTE_STREAMING(c) 0x8000000000000010UL
#define IOPTE_CONSISTENT(c) 0x8000000000000010UL
#define IOPTE_WRITE 2UL
#define IOPTE_CONTEXT 0UL

struct iommu {
	struct iommu_map_table tbl;
	iopte_t *page_table;
	int lock;
	int iommu_ctxflush;
};

struct strbuf {
	int strbuf_enabled;
};

struct device {
	struct {
		struct iommu *iommu;
		struct strbuf *stc;
	} archdata;
};

static struct iommu im = { { 0xc0000000UL }, (iopte_t *)pte };
static struct strbuf sb;
static struct device dv = { { &im, &sb } };
static iopte_t *alloc_npages(struct device *d, struct iommu *i, unsigned long n)
{
	own(FIRST, n, true);
	return i->page_table + FIRST;
}

static unsigned long iommu_alloc_ctx(struct iommu *i)
{
	return 0;
}

static void iommu_free_ctx(struct iommu *i, int c)
{
}

static void strbuf_flush(struct strbuf *s, struct iommu *i, u32 v,
			 unsigned long c, unsigned long n, int d)
{
}

static void iopte_make_dummy(struct iommu *i, iopte_t *p)
{
	p->v = 0;
}

#include "taken.h"

T_CALLS(&dv, dma_4u_map_phys, dma_4u_unmap_phys, DMA_FROM_DEVICE)

static int t_slot(dma_addr_t d)
{
	return (d - im.tbl.table_map_base) >> 13;
}

static u64 t_page(int s)
{
	return pte[s] & ~0x8000000000000012UL;
}

#include "test.h"
