// SPDX-License-Identifier: GPL-2.0
/*
 * Xen, grant references
 *
 * file: drivers/xen/grant-dma-ops.c
 * macros: XEN_GRANT_DMA_ADDR_OFF
 * functions: grant_to_dma dma_to_grant xen_grant_dma_map_phys xen_grant_dma_unmap_phys
 * masked: phys of xen_grant_dma_map_phys
 */
#define PAGE_SHIFT 16
#include "kernel.h"

#define T_PAGE 4096UL

typedef u32 grant_ref_t;
struct device {
	int x;
};

struct xen_grant_dma_data {
	int backend_domid;
	bool broken;
};

static struct xen_grant_dma_data da;
static struct device dv;
#define XEN_PAGE_SHIFT 12
#define XEN_PFN_DOWN(x) ((x) >> 12)
#define XEN_PFN_UP(x) (((x) + 4095UL) >> 12)
#define xen_offset_in_page(p) ((unsigned long)(p)&4095UL)
#define pfn_to_gfn(p) (p)
#define dev_alert(...) 0
#define find_xen_grant_dma_data(d) (&da)

static int gnttab_alloc_grant_reference_seq(unsigned n, grant_ref_t *g)
{
	own(FIRST, n, true);
	*g = FIRST;
	return 0;
}

static void gnttab_free_grant_reference_seq(grant_ref_t g, unsigned n)
{
	own(g, n, false);
}

static void gnttab_grant_foreign_access_ref(grant_ref_t g, int d,
					    unsigned long f, int ro)
{
	pte[g] = (u64)f << 12;
}

static int gnttab_end_foreign_access_ref(grant_ref_t g)
{
	pte[g] = 0;
	return 1;
}

#include "taken.h"

T_CALLS(&dv, xen_grant_dma_map_phys, xen_grant_dma_unmap_phys, DMA_TO_DEVICE)

static int t_slot(dma_addr_t d)
{
	return (d & ~XEN_GRANT_DMA_ADDR_OFF) >> 12;
}

static u64 t_page(int s)
{
	return pte[s];
}

#include "test.h"
