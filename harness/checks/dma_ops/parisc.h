/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the two IOMMUs of PA-RISC. P(x) is the driver's name for x. */
#include "kernel.h"

#define IOVP_SHIFT 12
#define IOVP_SIZE 4096UL
#define IOVP_MASK (~4095UL)
#define KERNEL_SPACE 0
#define L1_CACHE_BYTES 64
#define HINT_SAFE_DMA 4
#define DBG_RUN(...)
#define DELAYED_RESOURCE_CNT 0
#define DEFAULT_DMA_HINT_REG 0
#define MKIOVP(i) ((long)(i) << 12)
#define CCIO_IOVA(p, o) ((p) | (o))
#define SBA_IOVA(c, p, o, h) ((p) | (o))
#define asm_io_sync() ((void)0)
#define READ_REG(x) ((void)0)
#define phys_to_virt(p) ((void *)((p) + 0x10000000UL))

typedef u64 __le64;
struct ioc {
	__le64 *pdir_base;
	int res_lock;
	char *ioc_hpa;
};

struct device {
	int x;
};

static struct device dv;
static struct ioc ic = { pte };
#define GET_IOC(d) (&ic)

static int hint_lookup[3];
static int P(alloc_range)(struct ioc *i, struct device *d, size_t s)
{
	own(FIRST, s >> 12, true);
	return FIRST;
}

static void P(io_pdir_entry)(__le64 *p, int sid, unsigned long v,
			     unsigned long h)
{
	*p = (v - 0x10000000UL) & IOVP_MASK;
}

static void P(mark_invalid)(struct ioc *i, dma_addr_t a, size_t s)
{
}

static int t_slot(dma_addr_t d)
{
	return d >> 12;
}

static u64 t_page(int s)
{
	return pte[s];
}
