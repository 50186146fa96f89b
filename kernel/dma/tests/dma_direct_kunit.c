// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the direct mapping: no translation, or a dma_range_map.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/memblock.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <kunit/dma.h>

KUNIT_ARRAY_PARAM(dma_span, dma_spans, dma_span_desc);

static void direct_transfer(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	int i;

	for (i = 0; i < DMA_CALLS; i++)
		dma_kunit_transfer_all_dirs(w, &dma_calls[i], test->param_value);
}

static void direct_transfer_ranges(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_RANGES);
	const struct dma_span *span = test->param_value;
	int i;

	if (dma_world_crosses(w, span->offset, span->size))
		kunit_skip(test, "is in no single range");
	for (i = 0; i < DMA_CALLS; i++)
		dma_kunit_transfer_all_dirs(w, &dma_calls[i], span);
}

static void direct_noncoherent_transfer(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	const struct dma_span *span = test->param_value;

	dma_world_set_noncoherent(w);
	dma_counts_start(test);
	dma_kunit_transfer(w, &dma_calls[0], span, DMA_FROM_DEVICE);
	KUNIT_EXPECT_EQ(test, 1, dma_counts.for_device);
	KUNIT_EXPECT_EQ(test, 1, dma_counts.for_cpu);
	KUNIT_EXPECT_EQ(test, 1, dma_counts.kmsan);
	KUNIT_EXPECT_EQ(test, w->phys + span->offset, dma_counts.phys);
	KUNIT_EXPECT_EQ(test, span->size, dma_counts.size);
}

static void direct_coherent_has_no_maintenance(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	static const struct dma_span span = { 5, 100 };

	dma_counts_start(test);
	dma_kunit_transfer_all_dirs(w, &dma_calls[0], &span);
	KUNIT_EXPECT_EQ(test, 0, dma_counts.for_device + dma_counts.for_cpu);
	KUNIT_EXPECT_EQ(test, 3, dma_counts.kmsan);
}

/* Map [phys, phys + size) and unmap it again. Returns whether it worked. */
static bool direct_try(struct dma_world *w, const struct dma_call *call,
		       size_t offset, size_t size, unsigned long attrs)
{
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + offset,
		.size	= size,
		.dir	= DMA_TO_DEVICE,
		.attrs	= attrs,
	};

	call->map(&m);
	if (dma_map_failed(&m))
		return false;
	KUNIT_EXPECT_EQ(w->test, m.phys, m.addr);
	call->unmap(&m);
	return true;
}

static const struct dma_span limit_spans[] = {
	{ 0, 1 },
	{ 1, 1 },
	{ 0, PAGE_SIZE },
	{ PAGE_SIZE - 1, 2 },
	{ 100, 2 * PAGE_SIZE },
	{ 0, DMA_AREA_SIZE },
};

KUNIT_ARRAY_PARAM(limit_span, limit_spans, dma_span_desc);

/* The message names the address, the size, the mask and the bus limit */
static unsigned int direct_count_messages(struct dma_world *w,
					  const struct dma_span *span)
{
	dma_addr_t addr = w->phys + span->offset;
	char text[160];

	snprintf(text, sizeof(text),
		 "DMA addr %pad+%zu overflow (mask %llx, bus limit %llx, phys %pad)",
		 &addr, span->size, *w->dev->dma_mask, w->dev->bus_dma_limit,
		 &addr);
	return dma_log_count(text);
}

/* The last byte has to be within the limit, and may be the limit */
static void direct_check_limit(struct dma_world *w, u64 *limit,
			       const struct dma_span *span)
{
	u64 last = w->phys + span->offset + span->size - 1;
	struct kunit *test = w->test;
	int i;

	for (i = 0; i < DMA_CALLS; i++) {
		const struct dma_call *call = &dma_calls[i];

		dma_log_start(test);
		*limit = last;
		KUNIT_EXPECT_TRUE_MSG(test,
				      direct_try(w, call, span->offset,
						 span->size, 0),
				      "%s", call->name);
		*limit = last - 1;
		KUNIT_EXPECT_FALSE_MSG(test,
				       direct_try(w, call, span->offset,
						  span->size, DMA_ATTR_NO_WARN),
				       "%s", call->name);
		dma_log_expect_overflow(test, 0);
		KUNIT_EXPECT_FALSE_MSG(test,
				       direct_try(w, call, span->offset,
						  span->size, 0),
				       "%s", call->name);
		dma_log_expect_overflow(test, 1);
		KUNIT_EXPECT_EQ(test, 1, direct_count_messages(w, span));
	}
	dma_world_expect_idle(w);
}

static void direct_mask_boundary(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);

	direct_check_limit(w, w->dev->dma_mask, test->param_value);
}

static void direct_bus_limit_boundary(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);

	direct_check_limit(w, &w->dev->bus_dma_limit, test->param_value);
}

/* A mask of 0 reaches what the bus does, and nothing without a bus limit */
static void direct_no_mask_bits(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	int i;

	*w->dev->dma_mask = 0;
	for (i = 0; i < DMA_CALLS; i++) {
		w->dev->bus_dma_limit = 0;
		KUNIT_EXPECT_FALSE(test, direct_try(w, &dma_calls[i], 16, 16,
						    DMA_ATTR_NO_WARN));
		w->dev->bus_dma_limit = w->phys + 31;
		KUNIT_EXPECT_TRUE(test, direct_try(w, &dma_calls[i], 16, 16, 0));
	}
}

/* The rate limit is one for all devices: a storm of failures is ten lines */
static void direct_messages_are_limited(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	int i;

	*w->dev->dma_mask = 1;
	dma_log_start(test);
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_FALSE(test, direct_try(w, &dma_calls[0], 16, 16, 0));
	dma_log_expect_overflow(test, 10);
}

/* Memory outside of every range has no DMA address */
static void direct_outside_ranges(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_RANGES);
	struct bus_dma_region *map = (void *)w->dev->dma_range_map;
	int i;

	map[1].cpu_start += SZ_2G;
	dma_log_start(test);
	for (i = 0; i < DMA_CALLS; i++)
		KUNIT_EXPECT_FALSE_MSG(test,
				       direct_try(w, &dma_calls[i], 16, 16, 0),
				       "%s", dma_calls[i].name);
	dma_log_expect_overflow(test, DMA_CALLS);
	dma_world_expect_idle(w);
}

struct direct_wrap {
	size_t below;	/* the end of the physical addresses */
	size_t size;
	bool wraps;
};

static const struct direct_wrap direct_wraps[] = {
	{ 1, 1, false },
	{ 2, 1, false },
	{ SZ_4K, SZ_4K, false },
	{ 100, 99, false },
	{ 1, 2, true },
	{ 1, SZ_4K, true },
	{ 100, 101, true },
	{ SZ_4K, SZ_4K + 1, true },
	{ SZ_32K, SZ_32K + 512, true },
};

static void direct_wrap_desc(const struct direct_wrap *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "-%zu+%zu", c->below, c->size);
}

KUNIT_ARRAY_PARAM(direct_wrap, direct_wraps, direct_wrap_desc);

/* A range that leads the last physical addresses to the middle of the bus */
static void direct_wraps_before_range(struct kunit *test)
{
	static const unsigned long attrs[] = {
		0, DMA_ATTR_MMIO,
		DMA_ATTR_NO_WARN, DMA_ATTR_MMIO | DMA_ATTR_NO_WARN,
	};
	struct dma_world *w = dma_world_create(test, DMA_KIND_RANGES);
	struct bus_dma_region *map = (void *)w->dev->dma_range_map;
	const struct direct_wrap *c = test->param_value;
	phys_addr_t phys = -(phys_addr_t)c->below;
	dma_addr_t addr;
	int i;

	map[1].cpu_start = -(phys_addr_t)SZ_32K;
	map[1].dma_start = SZ_1M;
	map[1].size = SZ_32K;
	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		bool warns = c->wraps && !(attrs[i] & DMA_ATTR_NO_WARN);

		dma_log_start(test);
		addr = dma_map_phys(w->dev, phys, c->size, DMA_TO_DEVICE,
				    attrs[i]);
		KUNIT_EXPECT_EQ(test, c->wraps,
				!!dma_mapping_error(w->dev, addr));
		if (addr != DMA_MAPPING_ERROR) {
			KUNIT_EXPECT_EQ(test, SZ_1M + SZ_32K - c->below, addr);
			dma_unmap_phys(w->dev, addr, c->size, DMA_TO_DEVICE,
				       attrs[i]);
		}
		dma_log_expect_overflow(test, warns);
	}
	dma_world_expect_idle(w);
}

/* With 32 bits a range below all memory is one whose translation wrapped */
static void direct_below_memory(struct kunit *test)
{
#if defined(CONFIG_ARCH_DMA_ADDR_T_64BIT) || defined(MODULE)
	kunit_skip(test, "needs a 32-bit dma_addr_t and a built-in test");
#else
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	unsigned long saved = min_low_pfn;
	int i;

	for (i = 0; i < DMA_CALLS; i++) {
		min_low_pfn = PHYS_PFN(w->phys) + 1;
		KUNIT_EXPECT_FALSE(test, direct_try(w, &dma_calls[i], 16, 16,
						    DMA_ATTR_NO_WARN));
		min_low_pfn = PHYS_PFN(w->phys);
		KUNIT_EXPECT_TRUE(test, direct_try(w, &dma_calls[i], 16, 16, 0));
		min_low_pfn = saved;
	}
#endif
}

/*
 * An aligned buffer can be as long as a bounce buffer, whatever alignment the
 * device wants. One that is not needs the bytes in front of it as well.
 */
struct direct_bounce {
	size_t offset;
	size_t size;
	unsigned int min_align_mask;
	bool fits;
};

static const struct direct_bounce direct_bounces[] = {
	{ 0, SZ_256K, 0, true },
	{ 1, SZ_256K, 0, true },
	{ 0, SZ_256K + 1, 0, false },
	{ 0, SZ_256K - SZ_4K, SZ_4K - 1, true },
	{ 0, SZ_256K - SZ_4K + 1, SZ_4K - 1, true },
	{ 0, SZ_256K - 1, SZ_4K - 1, true },
	{ 0, SZ_256K, SZ_4K - 1, true },
	{ 0, SZ_256K + 1, SZ_4K - 1, false },
	{ 1, SZ_256K - 1, SZ_4K - 1, true },
	{ 1, SZ_256K, SZ_4K - 1, false },
	{ SZ_4K - 1, SZ_256K - SZ_4K, SZ_4K - 1, true },
	{ SZ_4K - 1, SZ_256K - SZ_4K + 1, SZ_4K - 1, true },
	{ SZ_4K - 1, SZ_256K - SZ_4K + 2, SZ_4K - 1, false },
	{ 0, SZ_256K, SZ_64K - 1, true },
	{ SZ_4K, SZ_256K, SZ_64K - 1, false },
	{ SZ_4K, SZ_256K - SZ_4K, SZ_64K - 1, true },
	{ 0, SZ_512K, SZ_4K - 1, false },
};

static void direct_bounce_desc(const struct direct_bounce *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%zu+%zu, mask %x", c->offset,
		 c->size, c->min_align_mask);
}

KUNIT_ARRAY_PARAM(direct_bounce, direct_bounces, direct_bounce_desc);

static void direct_free_buffer(void *data)
{
	free_pages((unsigned long)data, get_order(SZ_1M));
}

static void direct_bounce_sizes(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	const struct direct_bounce *c = test->param_value;
	struct dma_mapping m = {
		.dev	= w->dev,
		.size	= c->size,
		.dir	= DMA_TO_DEVICE,
		.attrs	= DMA_ATTR_NO_WARN,
	};
	void *buf;
	int i;

	w->tlb = dma_bounce_create(test, IO_TLB_SEGSIZE, GFP_DMA);
	w->tlb->force_bounce = false;
	w->dev->dma_io_tlb_mem = w->tlb;
	buf = (void *)__get_free_pages(GFP_KERNEL, get_order(SZ_1M));
	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, direct_free_buffer, buf));
	m.phys = virt_to_phys(buf) + c->offset;
	if (m.phys < w->tlb->defpool.end)
		kunit_skip(test, "no memory above the pool");
	*w->dev->dma_mask = w->tlb->defpool.end - 1;
	dma_set_min_align_mask(w->dev, c->min_align_mask);
	dma_set_max_seg_size(w->dev, SZ_512K);
	for (i = 0; i < DMA_CALLS; i++) {
		dma_log_start(test);
		dma_calls[i].map(&m);
		KUNIT_EXPECT_EQ_MSG(test, c->fits, !dma_map_failed(&m), "%s",
				    dma_calls[i].name);
		if (!dma_map_failed(&m))
			dma_calls[i].unmap(&m);
		dma_log_expect_overflow(test, 0);
		KUNIT_EXPECT_EQ(test, 0, dma_log_count("swiotlb"));
		dma_world_expect_idle(w);
	}
}

#ifdef CONFIG_ZONE_DEVICE
/* Pages of ZONE_DEVICE: memory, but for a peer's */
struct direct_zone {
	const char *name;
	enum memory_type type;
	bool memory;
};

static const struct direct_zone direct_zones[] = {
	{ "coherent", MEMORY_DEVICE_COHERENT, true },
	{ "fsdax", MEMORY_DEVICE_FS_DAX, true },
	{ "devdax", MEMORY_DEVICE_GENERIC, true },
	{ "p2pdma", MEMORY_DEVICE_PCI_P2PDMA, false },
};

KUNIT_ARRAY_PARAM_DESC(direct_zone, direct_zones, name);

struct direct_zone_page {
	struct page *page;
	struct dev_pagemap pgmap;
	struct dev_pagemap *saved_pgmap;
	enum zone_type saved_zone;
};

static void direct_zone_restore(void *data)
{
	struct direct_zone_page *z = data;

	z->page->pgmap = z->saved_pgmap;
	set_page_zone(z->page, z->saved_zone);
}

/* Makes the first page of the area one of ZONE_DEVICE, until the test ends */
static void direct_zone_set(struct dma_world *w, enum memory_type type)
{
	struct direct_zone_page *z = kunit_kzalloc(w->test, sizeof(*z),
						   GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(w->test, z);
	z->page = virt_to_page(w->cpu);
	z->pgmap.type = type;
	z->saved_pgmap = z->page->pgmap;
	z->saved_zone = page_zonenum(z->page);
	z->page->pgmap = &z->pgmap;
	set_page_zone(z->page, ZONE_DEVICE);
	KUNIT_ASSERT_EQ(w->test, 0,
			kunit_add_action_or_reset(w->test, direct_zone_restore,
						  z));
	if (type == MEMORY_DEVICE_PCI_P2PDMA && !is_pci_p2pdma_page(z->page))
		kunit_skip(w->test, "needs CONFIG_PCI_P2PDMA");
}

static void direct_zone_bounce(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	const struct direct_zone *z = test->param_value;
	static const struct dma_span span = { 5, 100 };
	int i;

	direct_zone_set(w, z->type);
	/* All but the scatterlist, which wants to know whose memory it is */
	for (i = 0; i < DMA_CALLS - 1; i++) {
		if (z->memory)
			dma_kunit_transfer_all_dirs(w, &dma_calls[i], &span);
		else
			KUNIT_EXPECT_FALSE(test, direct_try(w, &dma_calls[i],
							    5, 100, 0));
		dma_world_expect_idle(w);
	}
}

static void direct_zone_noncoherent(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	const struct direct_zone *z = test->param_value;
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + 5,
		.size	= 100,
		.dir	= DMA_FROM_DEVICE,
	};

	dma_world_set_noncoherent(w);
	direct_zone_set(w, z->type);
	dma_counts_start(test);
	dma_calls[0].map(&m);
	KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
	dma_calls[0].sync_for_cpu(&m);
	dma_calls[0].sync_for_device(&m);
	dma_calls[0].unmap(&m);
	KUNIT_EXPECT_EQ(test, 2, dma_counts.for_device);
	KUNIT_EXPECT_EQ(test, 2, dma_counts.for_cpu);
}
#endif

/* An address that a range puts at the end of the bus, where it would wrap */
static void direct_wraps_behind_range(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_RANGES);
	struct bus_dma_region *map = (void *)w->dev->dma_range_map;
	dma_addr_t addr;
	int i;

	map[1].dma_start = -(dma_addr_t)SZ_8K;
	addr = dma_map_phys(w->dev, w->phys, SZ_8K - 1, DMA_TO_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	KUNIT_EXPECT_EQ(test, -(dma_addr_t)SZ_8K, addr);
	dma_unmap_phys(w->dev, addr, SZ_8K - 1, DMA_TO_DEVICE, 0);

	dma_log_start(test);
	for (i = 0; i < DMA_CALLS; i++) {
		struct dma_mapping m = {
			.dev	= w->dev,
			.phys	= w->phys,
			.size	= SZ_8K + 1,
			.dir	= DMA_TO_DEVICE,
		};

		dma_calls[i].map(&m);
		KUNIT_EXPECT_TRUE_MSG(test, dma_map_failed(&m), "%s",
				      dma_calls[i].name);
	}
	dma_log_expect_overflow(test, DMA_CALLS);
	KUNIT_EXPECT_EQ(test, DMA_CALLS, dma_log_count("ffe000+8193 overflow"));
	dma_world_expect_idle(w);
}

/* Each segment by itself */
static void direct_scatterlist(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_RANGES);
	struct scatterlist sg[4];
	int i;

	sg_init_table(sg, ARRAY_SIZE(sg));
	for (i = 0; i < ARRAY_SIZE(sg); i++)
		sg_set_buf(&sg[i], w->cpu + i * 3 * PAGE_SIZE + 17 * i,
			   PAGE_SIZE + i);
	KUNIT_ASSERT_EQ(test, 4, dma_map_sg(w->dev, sg, 4, DMA_TO_DEVICE));
	for (i = 0; i < ARRAY_SIZE(sg); i++) {
		u8 byte;

		memset(w->cpu, 0, DMA_AREA_SIZE);
		*(u8 *)sg_virt(&sg[i]) = 0x5a;
		KUNIT_EXPECT_TRUE(test, dma_world_read(w, sg_dma_address(&sg[i]),
						       &byte, 1));
		KUNIT_EXPECT_EQ(test, 0x5a, byte);
		KUNIT_EXPECT_EQ(test, PAGE_SIZE + i, sg_dma_len(&sg[i]));
	}
	dma_unmap_sg(w->dev, sg, 4, DMA_TO_DEVICE);
	dma_world_expect_idle(w);
}

/* The third cannot be reached, and no transfer has been: nothing to sync */
static void direct_scatterlist_unreachable(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_RANGES);
	struct bus_dma_region *map = (void *)w->dev->dma_range_map;
	struct scatterlist sg[4];
	struct sg_table sgt = { .sgl = sg, .orig_nents = ARRAY_SIZE(sg) };
	int i;

	dma_world_set_noncoherent(w);
	map[2].cpu_start += SZ_2G;
	sg_init_table(sg, ARRAY_SIZE(sg));
	for (i = 0; i < ARRAY_SIZE(sg); i++)
		sg_set_buf(&sg[i], w->cpu + i * DMA_AREA_BORDER / 2, 100);
	dma_counts_start(test);
	dma_log_start(test);
	KUNIT_EXPECT_EQ(test, -EIO, dma_map_sgtable(w->dev, &sgt,
						    DMA_FROM_DEVICE, 0));
	KUNIT_EXPECT_EQ(test, 2, dma_counts.for_device);
	KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
	dma_log_expect_overflow(test, 1);
	dma_world_expect_idle(w);
}

static struct kunit_case dma_direct_cases[] = {
	KUNIT_CASE_PARAM(direct_transfer, dma_span_gen_params),
	KUNIT_CASE_PARAM(direct_transfer_ranges, dma_span_gen_params),
	KUNIT_CASE_PARAM(direct_noncoherent_transfer, dma_span_gen_params),
	KUNIT_CASE(direct_coherent_has_no_maintenance),
	KUNIT_CASE_PARAM(direct_mask_boundary, limit_span_gen_params),
	KUNIT_CASE_PARAM(direct_bus_limit_boundary, limit_span_gen_params),
	KUNIT_CASE(direct_no_mask_bits),
	KUNIT_CASE(direct_messages_are_limited),
	KUNIT_CASE(direct_outside_ranges),
	KUNIT_CASE_PARAM(direct_wraps_before_range, direct_wrap_gen_params),
	KUNIT_CASE(direct_below_memory),
	KUNIT_CASE_PARAM(direct_bounce_sizes, direct_bounce_gen_params),
#ifdef CONFIG_ZONE_DEVICE
	KUNIT_CASE_PARAM(direct_zone_bounce, direct_zone_gen_params),
	KUNIT_CASE_PARAM(direct_zone_noncoherent, direct_zone_gen_params),
#endif
	KUNIT_CASE(direct_wraps_behind_range),
	KUNIT_CASE(direct_scatterlist),
	KUNIT_CASE(direct_scatterlist_unreachable),
	{}
};

static struct kunit_suite dma_direct_suite = {
	.name		= "dma_direct",
	.test_cases	= dma_direct_cases,
};

kunit_test_suite(dma_direct_suite);
