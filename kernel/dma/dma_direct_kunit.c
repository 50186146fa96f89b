// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the direct mapping: no translation, or a dma_range_map.
 */
#include "dma_kunit.h"

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
		       size_t offset, size_t size)
{
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + offset,
		.size	= size,
		.dir	= DMA_TO_DEVICE,
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

/* The last byte has to be within the limit, and may be the limit */
static void direct_check_limit(struct dma_world *w, u64 *limit,
			       const struct dma_span *span)
{
	u64 last = w->phys + span->offset + span->size - 1;
	int i;

	for (i = 0; i < DMA_CALLS; i++) {
		*limit = last;
		KUNIT_EXPECT_TRUE_MSG(w->test,
				      direct_try(w, &dma_calls[i],
						 span->offset, span->size),
				      "%s", dma_calls[i].name);
		*limit = last - 1;
		KUNIT_EXPECT_FALSE_MSG(w->test,
				       direct_try(w, &dma_calls[i],
						  span->offset, span->size),
				       "%s", dma_calls[i].name);
	}
	dma_world_expect_idle(w);
}

static void direct_mask_boundary(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);

	dma_expect_report(test, 1,
			  DMA_OVERFLOW " [(]mask [0-9a-f]+, bus limit 0[)]");
	direct_check_limit(w, w->dev->dma_mask, test->param_value);
}

static void direct_bus_limit_boundary(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);

	dma_expect_report(test, 1,
			  DMA_OVERFLOW " [(]mask f+, bus limit [0-9a-f]+[)]");
	direct_check_limit(w, &w->dev->bus_dma_limit, test->param_value);
}

/* Memory outside of every range has no DMA address */
static void direct_outside_ranges(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_RANGES);
	struct bus_dma_region *map = (void *)w->dev->dma_range_map;
	int i;

	map[1].cpu_start += SZ_2G;
	dma_expect_report(test, 1, "DMA addr 0xf+[+]16 overflow");
	for (i = 0; i < DMA_CALLS; i++)
		KUNIT_EXPECT_FALSE_MSG(test,
				       direct_try(w, &dma_calls[i], 16, 16),
				       "%s", dma_calls[i].name);
	dma_world_expect_idle(w);
}

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

	dma_expect_report(test, 1, "DMA addr 0xf+e000[+]8193 overflow");
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

/* The third can not be reached, and no transfer has been: nothing to sync */
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
	dma_expect_report(test, 1, "DMA addr 0xf+[+]100 overflow");
	KUNIT_EXPECT_EQ(test, -EIO, dma_map_sgtable(w->dev, &sgt,
						    DMA_FROM_DEVICE, 0));
	KUNIT_EXPECT_EQ(test, 2, dma_counts.for_device);
	KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
	dma_world_expect_idle(w);
}

static struct kunit_case dma_direct_cases[] = {
	KUNIT_CASE_PARAM(direct_transfer, dma_span_gen_params),
	KUNIT_CASE_PARAM(direct_transfer_ranges, dma_span_gen_params),
	KUNIT_CASE_PARAM(direct_noncoherent_transfer, dma_span_gen_params),
	KUNIT_CASE(direct_coherent_has_no_maintenance),
	KUNIT_CASE_PARAM(direct_mask_boundary, limit_span_gen_params),
	KUNIT_CASE_PARAM(direct_bus_limit_boundary, limit_span_gen_params),
	KUNIT_CASE(direct_outside_ranges),
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
