// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS Jazz
 *
 * file: arch/mips/jazz/jazzdma.c
 * functions: vdma_alloc vdma_free jazz_dma_map_phys jazz_dma_unmap_phys
 * masked: paddr of vdma_alloc
 */
#include "kernel.h"

#define VDMA_PAGESIZE 4096
#define VDMA_PGTBL_ENTRIES SLOTS
#define VDMA_PAGE(a) ((unsigned long)(a) >> 12)
#define VDMA_PAGE_EMPTY 0xffffffff
#define JAZZ_R4030_TRSTBL_INV 0
#define r4030_write_reg32(a, v) ((void)0)

struct device {
	int x;
};

static struct device dv;
static int vdma_debug;
typedef struct {
	unsigned frame, owner;
} VDMA_PGTBL_ENTRY;

static VDMA_PGTBL_ENTRY pgtbl[SLOTS + 1];
#define arch_sync_dma_for_device(p, s, d) ((void)0)
#define arch_sync_dma_for_cpu(p, s, d) ((void)0)
#define vdma_log2phys(a) (a)

static void sync_owned(void)
{
	int i;
	for (i = 0; i < SLOTS; i++)
		owned[i] = pgtbl[i].owner != VDMA_PAGE_EMPTY;
}

#include "taken.h"

static void jz_init(void)
{
	int i;
	for (i = 0; i < SLOTS; i++)
		pgtbl[i].owner = VDMA_PAGE_EMPTY;
}

static dma_addr_t t_map(phys_addr_t p, size_t s)
{
	dma_addr_t d;
	jz_init();
	d = jazz_dma_map_phys(&dv, p, s, DMA_TO_DEVICE, 0);
	sync_owned();
	return d;
}

static dma_addr_t t_map_mmio(void)
{
	return jazz_dma_map_phys(&dv, 0x8000, 4, DMA_TO_DEVICE, DMA_ATTR_MMIO);
}

static void t_unmap(dma_addr_t d, size_t s)
{
	jazz_dma_unmap_phys(&dv, d, s, DMA_TO_DEVICE, 0);
	sync_owned();
}

static int t_slot(dma_addr_t d)
{
	return d >> 12;
}

static u64 t_page(int s)
{
	return pgtbl[s].frame;
}

#include "test.h"
