// SPDX-License-Identifier: GPL-2.0
/*
 * SPARC32, the IO-unit of sun4d
 *
 * file: arch/sparc/mm/io-unit.c
 * macros: IOPERM MKIOPTE
 * functions: iounit_get_area iounit_map_phys iounit_unmap_phys
 * masked: phys of iounit_get_area
 */
#define PHYS_T u32
#define DMA_T u32
#include "kernel.h"

#define IOUPTE_PAGE 0xffffff00
#define IOUPTE_CACHE 0x20
#define IOUPTE_STREAM 0x10
#define IOUPTE_WRITE 4
#define IOUPTE_VALID 2

typedef struct {
	u32 v;
} iopte_t;
#define iopte_val(x) ((x).v)
#define __iopte(x) ((iopte_t){ (x) })
#define IOUNIT_DMA_BASE 0xfc000000
#define IOD(x)
#define find_next_zero_bit(m, l, s) (s)
#define test_bit(b, m) 0
#define set_bit(b, m) own(b, 1, true)
#define clear_bit(b, m) own(b, 1, false)
#define sbus_writel(v, p) (*(u32 *)(p) = (v))

struct iounit_struct {
	unsigned long bmap[8];
	unsigned long rotor[3], limit[4];
	iopte_t *page_table;
	int lock;
};

struct device {
	struct {
		void *iommu;
	} archdata;
};

static iopte_t tb[SLOTS];
static struct iounit_struct im = { { 0 },
				   { 7, 7, 7 },
				   { 0, SLOTS, SLOTS, SLOTS },
				   tb };
static struct device dv = { { &im } };

#include "taken.h"

static dma_addr_t t_map(phys_addr_t p, size_t s)
{
	im.rotor[0] = im.rotor[1] = im.rotor[2] = 7;
	return iounit_map_phys(&dv, p, s, DMA_TO_DEVICE, 0);
}

static dma_addr_t t_map_mmio(void)
{
	return iounit_map_phys(&dv, 0x8000, 4, DMA_TO_DEVICE, DMA_ATTR_MMIO);
}

static void t_unmap(dma_addr_t d, size_t s)
{
	iounit_unmap_phys(&dv, d, s, DMA_TO_DEVICE, 0);
}

static int t_slot(dma_addr_t d)
{
	return (d - IOUNIT_DMA_BASE) >> 12;
}

static u64 t_page(int s)
{
	return (u64)(tb[s].v & IOUPTE_PAGE) << 4;
}

#include "test.h"
