/* SPDX-License-Identifier: GPL-2.0 */
/* The little of the kernel that the functions under test need, on the host */
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;
#ifndef PHYS_T
#define PHYS_T u64
#define DMA_T u64
#endif
typedef PHYS_T phys_addr_t;
typedef DMA_T dma_addr_t;
typedef unsigned gfp_t;
#ifndef PAGE_SHIFT
#define PAGE_SHIFT 12
#endif
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define ALIGN(x, a) (((x) + (a)-1) & ~((__typeof__(x))(a)-1))
#define PAGE_ALIGN(x) ALIGN(x, PAGE_SIZE)
#define likely(x) (x)
#define unlikely(x) (x)
#define __iomem
#define __init
#define KERN_WARNING
#define KERN_ERR
#define DMA_MAPPING_ERROR ((dma_addr_t)-1)
#define DMA_ATTR_SKIP_CPU_SYNC 32UL
#define DMA_ATTR_WEAK_ORDERING 2UL
#define DMA_ATTR_NO_WARN 256UL
#define DMA_ATTR_MMIO 1024UL
#define GFP_KERNEL 0
#define GFP_ATOMIC 1
#define EXPORT_SYMBOL(x)
#define BUG() abort()
#define BUG_ON(x)                \
	do {                     \
		if (x)           \
			abort(); \
	} while (0)
#define WARN_ON(x) (!!(x))
#define WARN_ON_ONCE(x) (!!(x))
#define printk(...) 0
#define printk_once(...) 0
#define printk_ratelimit() 0
#define panic(...) abort()
#define dev_info(...) 0
#define spin_lock_irqsave(l, f) ((void)((f) = 0))
#define spin_unlock_irqrestore(l, f) ((void)(f))
#define local_irq_save(f) ((void)((f) = 0))
#define local_irq_restore(f) ((void)(f))
#define pfn_valid(x) true
#define PHYS_PFN(x) ((x) >> PAGE_SHIFT)
#define __phys_to_pfn(x) ((x) >> PAGE_SHIFT)
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define DMA_BIT_MASK(n) (((n) == 64) ? ~0ULL : ((1ULL << (n)) - 1))

enum dma_data_direction {
	DMA_BIDIRECTIONAL,
	DMA_TO_DEVICE,
	DMA_FROM_DEVICE,
	DMA_NONE
};

static unsigned long iommu_num_pages(unsigned long a, unsigned long len,
				     unsigned long ps)
{
	return DIV_ROUND_UP((a & (ps - 1)) + len, ps);
}
#define SLOTS 256
#define FIRST 7

static u64 pte[SLOTS];
static bool owned[SLOTS];
static void own(long i, long n, bool on)
{
	while (n--) {
		if (owned[i] == on) {
			printf("  slot %ld: owned twice or freed twice\n", i);
			exit(1);
		}
		owned[i++] = on;
	}
}

/* The calls of test.h, by two functions of a struct dma_map_ops */
#define T_CALLS(dev, map, unmap, dir)                                        \
	static dma_addr_t t_map(phys_addr_t p, size_t s)                     \
	{                                                                    \
		return map(dev, p, s, dir, 0);                               \
	}                                                                    \
	static dma_addr_t t_map_mmio(void)                                   \
	{                                                                    \
		return map(dev, 0x8000, 4, DMA_TO_DEVICE, DMA_ATTR_MMIO);    \
	}                                                                    \
	static void t_unmap(dma_addr_t d, size_t s)                          \
	{                                                                    \
		unmap(dev, d, s, dir, 0);                                    \
	}
