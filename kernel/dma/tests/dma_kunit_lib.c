// SPDX-License-Identifier: GPL-2.0
/*
 * Counters, reports and pools for the KUnit tests of the DMA mapping core.
 */
#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/kmsan.h>
#include <linux/kmsg_dump.h>
#include <linux/module.h>
#include <linux/pfn.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <asm/sections.h>
#include <kunit/device.h>
#include <kunit/static_stub.h>
#include "debug.h"
#include "direct.h"
#include <kunit/dma.h>
#include "swiotlb.h"

MODULE_DESCRIPTION("KUnit tests for the DMA mapping core");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);

/* Warnings that fire once per boot */

bool dma_rearm_warnings(void)
{
#ifndef MODULE
	generic_bug_clear_once();
	memset(__start_once, 0, __end_once - __start_once);
	return true;
#else
	return false;
#endif
}

/* The kernel log */

static struct kmsg_dump_iter log_start;

/**
 * dma_log_start() - count lines of the kernel log from now on
 * @test: test that counts, it is skipped where there is no log
 *
 * A warning that fires once per boot does so again.
 */
void dma_log_start(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_PRINTK))
		kunit_skip(test, "needs CONFIG_PRINTK");
	dma_rearm_warnings();
	kmsg_dump_rewind(&log_start);
	log_start.cur_seq = log_start.next_seq;
	ratelimit_state_init(&dma_overflow_ratelimit,
			     DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
}

/**
 * dma_log_count() - count lines since dma_log_start()
 * @text: what a line has to contain
 *
 * Return: the number of lines.
 */
unsigned int dma_log_count(const char *text)
{
	struct kmsg_dump_iter iter = log_start;
	unsigned int count = 0;
	char line[256];
	size_t len;

	while (kmsg_dump_get_line(&iter, false, line, sizeof(line), &len))
		count += !!strnstr(line, text, len);
	return count;
}

/**
 * dma_log_expect_overflow() - expect that mappings were refused
 * @test: test that has called dma_log_start()
 * @n: number of messages, at most 10
 *
 * A range that is out of reach is reported by a line of the log, and never by
 * a WARN.
 */
void dma_log_expect_overflow(struct kunit *test, unsigned int n)
{
	KUNIT_EXPECT_EQ(test, n, dma_log_count("DMA addr 0x"));
	KUNIT_EXPECT_EQ(test, n, dma_log_count(" overflow (mask "));
	KUNIT_EXPECT_EQ(test, 0, dma_log_count("WARNING: "));
}

/* Counters */

struct dma_counts dma_counts;

#ifdef CONFIG_DMA_KUNIT_STUBS
static void count_sync_for_device(phys_addr_t phys, size_t size,
				  enum dma_data_direction dir)
{
	dma_counts.for_device++;
	dma_counts.phys = phys;
	dma_counts.size = size;
}

static void count_sync_for_cpu(phys_addr_t phys, size_t size,
			       enum dma_data_direction dir)
{
	dma_counts.for_cpu++;
	dma_counts.phys = phys;
	dma_counts.size = size;
}

static void count_kmsan(phys_addr_t phys, size_t size,
			enum dma_data_direction dir)
{
	/* An interrupt may hand over memory on behalf of another device */
	if (in_task())
		dma_counts.kmsan++;
}
#endif

/**
 * dma_counts_start() - count cache maintenance and KMSAN calls from now on
 * @test: test that counts, it is skipped where there is nothing to count
 */
void dma_counts_start(struct kunit *test)
{
#ifdef CONFIG_DMA_KUNIT_STUBS
	kunit_activate_static_stub(test, arch_sync_dma_for_device,
				   count_sync_for_device);
	kunit_activate_static_stub(test, arch_sync_dma_for_cpu,
				   count_sync_for_cpu);
	kunit_activate_static_stub(test, kmsan_handle_dma, count_kmsan);
	memset(&dma_counts, 0, sizeof(dma_counts));
#else
	kunit_skip(test, "needs CONFIG_DMA_KUNIT_STUBS");
#endif
}

/* Counts so far, and the latest was for the memory that is mapped */
static void expect_maintained(struct kunit *test, const struct dma_mapping *m,
			      unsigned int for_device, unsigned int for_cpu)
{
	KUNIT_EXPECT_EQ(test, for_device, dma_counts.for_device);
	KUNIT_EXPECT_EQ(test, for_cpu, dma_counts.for_cpu);
	KUNIT_EXPECT_EQ(test, m->phys, dma_counts.phys);
	KUNIT_EXPECT_EQ(test, m->size, dma_counts.size);
	dma_counts.phys = 0;
	dma_counts.size = 0;
}

/**
 * dma_kunit_maintenance() - check the cache maintenance of each mapping call
 * @w: world, whose device becomes non-coherent
 * @offset: start of the memory in the world's area
 * @size: size of the memory
 *
 * Map, each sync and unmap maintain the cache once, for the memory and not for
 * the DMA address.
 */
void dma_kunit_maintenance(struct dma_world *w, size_t offset, size_t size)
{
	struct kunit *test = w->test;
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + offset,
		.size	= size,
		.dir	= DMA_BIDIRECTIONAL,
	};
	int i;

	dma_world_set_noncoherent(w);
	for (i = 0; i < DMA_CALLS; i++) {
		dma_counts_start(test);
		dma_calls[i].map(&m);
		KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
		expect_maintained(test, &m, 1, 0);
		dma_calls[i].sync_for_cpu(&m);
		expect_maintained(test, &m, 1, 1);
		dma_calls[i].sync_for_device(&m);
		expect_maintained(test, &m, 2, 1);
		dma_calls[i].unmap(&m);
		expect_maintained(test, &m, 2, 2);
	}
	dma_world_expect_idle(w);
}

/* dma-debug */

#ifdef CONFIG_DMA_API_DEBUG
static struct dma_debug_reports saved_reports;

static void dma_debug_count_stop(void *unused)
{
	dma_debug_set_reports(saved_reports);
}

/**
 * dma_debug_count_start() - count the reports of dma-debug from now on
 * @test: test that counts
 *
 * The reports are not printed, and do not count after the test.
 */
void dma_debug_count_start(struct kunit *test)
{
	struct dma_debug_reports silent;

	if (dma_debug_is_off())
		kunit_skip(test, "dma-debug is disabled");
	saved_reports = dma_debug_get_reports();
	silent = saved_reports;
	silent.show_num_errors = 0;
	dma_debug_set_reports(silent);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, dma_debug_count_stop,
						  NULL));
}

unsigned int dma_debug_reports(void)
{
	return dma_debug_get_reports().error_count - saved_reports.error_count;
}
#endif

/* Devices */

/**
 * dma_device_set_coherent() - say whether a device needs cache maintenance
 * @dev: the device
 * @coherent: it needs none
 *
 * The state of a new device depends on the architecture.
 *
 * Return: false where all devices are coherent, and @dev should not be.
 */
bool dma_device_set_coherent(struct device *dev, bool coherent)
{
#if defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_DEVICE) || \
	defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_CPU) || \
	defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_CPU_ALL)
	dev->dma_coherent = coherent;
	return true;
#else
	return coherent;
#endif
}

/**
 * dma_device_create() - create a device that maps directly
 * @test: test to which it belongs
 *
 * Return: the device. It is coherent, its mask is 64 bits, and it has no bounce
 * pool.
 */
struct device *dma_device_create(struct kunit *test)
{
	static unsigned int number;
	struct device *dev;
	char name[24];

	snprintf(name, sizeof(name), "dma%u", number++);
	dev = kunit_device_register(test, name);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	*dev->dma_mask = DMA_BIT_MASK(64);
#ifdef CONFIG_SWIOTLB
	dev->dma_io_tlb_mem = NULL;
#endif
	dma_device_set_coherent(dev, true);
	return dev;
}

static bool dma_is_hole(phys_addr_t phys)
{
	phys_addr_t end = phys + DMA_HOLE_SIZE;

	for (; phys < end; phys += PAGE_SIZE) {
		if (pfn_valid(PHYS_PFN(phys)))
			return false;
	}
	return true;
}

/**
 * dma_hole() - find physical addresses that are no memory
 * @test: test that needs them
 *
 * They are high up where a physical address has 64 bits, and else above the
 * memory of the machine, with some addresses left above them.
 *
 * Return: the start of DMA_HOLE_SIZE bytes without a struct page, aligned to
 * DMA_AREA_SIZE.
 */
phys_addr_t dma_hole(struct kunit *test)
{
	/* With PAE a PFN has 32 bits, and a physical address 64 */
	phys_addr_t phys = (phys_addr_t)BIT_ULL(BITS_PER_LONG == 64 ? 45 : 43);

	if (phys) {
		KUNIT_ASSERT_TRUE(test, dma_is_hole(phys));
		return phys;
	}
	for (phys = 0xf0000000; !dma_is_hole(phys); phys -= SZ_16M)
		KUNIT_ASSERT_GT(test, phys, SZ_16M);
	return phys;
}

/* Bounce pools */

#ifdef CONFIG_SWIOTLB
struct bounce_pages {
	struct io_tlb_mem mem;
	struct page *pages;
	unsigned int order;
};

static void bounce_free_pages(void *data)
{
	struct bounce_pages *pool = data;

	__free_pages(pool->pages, pool->order);
}

/* Like swiotlb_init_io_tlb_pool(), with one area */
static void bounce_init(struct io_tlb_pool *pool, struct page *pages,
			unsigned long nslabs)
{
	unsigned long i;

	pool->vaddr = page_address(pages);
	pool->start = page_to_phys(pages);
	pool->end = pool->start + (nslabs << IO_TLB_SHIFT);
	pool->nslabs = nslabs;
	pool->nareas = 1;
	pool->area_nslabs = nslabs;
	spin_lock_init(&pool->areas->lock);
	for (i = 0; i < nslabs; i++) {
		pool->slots[i].list = IO_TLB_SEGSIZE - i % IO_TLB_SEGSIZE;
		pool->slots[i].orig_addr = ~(phys_addr_t)0;
	}
}

/**
 * dma_bounce_create() - create a bounce pool
 * @test: test to which it belongs
 * @nslabs: number of slots of 2 KiB, a multiple of IO_TLB_SEGSIZE
 * @gfp: zone to take the memory from
 *
 * Return: the pool, for the dma_io_tlb_mem of a device.
 */
struct io_tlb_mem *dma_bounce_create(struct kunit *test, unsigned long nslabs,
				     gfp_t gfp)
{
	struct bounce_pages *pool;
	struct io_tlb_pool *defpool;

	pool = kunit_kzalloc(test, sizeof(*pool), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pool);
	defpool = &pool->mem.defpool;
	defpool->slots = kunit_kcalloc(test, nslabs, sizeof(*defpool->slots),
				       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, defpool->slots);
	defpool->areas = kunit_kzalloc(test, sizeof(*defpool->areas),
				       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, defpool->areas);
	pool->order = get_order(nslabs << IO_TLB_SHIFT);
	pool->pages = alloc_pages(GFP_KERNEL | gfp, pool->order);
	KUNIT_ASSERT_NOT_NULL(test, pool->pages);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, bounce_free_pages,
						  pool));

	bounce_init(defpool, pool->pages, nslabs);
	pool->mem.nslabs = nslabs;
#ifdef CONFIG_SWIOTLB_DYNAMIC
	spin_lock_init(&pool->mem.lock);
	INIT_LIST_HEAD_RCU(&pool->mem.pools);
	list_add_rcu(&defpool->node, &pool->mem.pools);
#endif
	return &pool->mem;
}

unsigned long dma_bounce_used(const struct io_tlb_mem *mem)
{
#ifdef CONFIG_DEBUG_FS
	return atomic_long_read(&mem->total_used);
#else
	return mem->defpool.areas->used;
#endif
}
#else
struct io_tlb_mem *dma_bounce_create(struct kunit *test, unsigned long nslabs,
				     gfp_t gfp)
{
	kunit_skip(test, "needs CONFIG_SWIOTLB");
	return NULL;
}

unsigned long dma_bounce_used(const struct io_tlb_mem *mem)
{
	return 0;
}
#endif
