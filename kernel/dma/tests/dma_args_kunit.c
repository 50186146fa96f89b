// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of bad arguments. Each is an error and one warning, the machine
 * keeps running, and nothing is mapped or unmapped by the call.
 */
#include <linux/mm.h>
#include <kunit/dma.h>

#define BAD_DIRECTION	42

static const struct dma_call *args_call(int i)
{
	return i < DMA_CALLS ? &dma_calls[i] : &dma_call_resource;
}

static struct dma_mapping args_mapping(struct dma_world *w)
{
	return (struct dma_mapping) {
		.dev	= w->dev,
		.phys	= w->phys + 7,
		.size	= 300,
		.dir	= DMA_TO_DEVICE,
	};
}

/* All calls that map, with an argument that is bad */
static void args_expect_maps_fail(struct dma_world *w, struct dma_mapping m)
{
	struct sg_table sgt = { .sgl = &m.sg, .orig_nents = 1 };
	int i;

	for (i = 0; i <= DMA_CALLS; i++) {
		args_call(i)->map(&m);
		KUNIT_EXPECT_TRUE_MSG(w->test, dma_map_failed(&m), "%s",
				      args_call(i)->name);
	}
	KUNIT_EXPECT_EQ(w->test, -EINVAL,
			dma_map_sgtable(w->dev, &sgt, m.dir, 0));
}

static void args_map_direction(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	struct dma_mapping m = args_mapping(w);

	dma_expect_report(test, 1, "DMA direction 42 is invalid");
	m.dir = BAD_DIRECTION;
	args_expect_maps_fail(w, m);
	m.dir = DMA_NONE;
	args_expect_maps_fail(w, m);
	dma_world_expect_idle(w);
}

static void args_map_no_mask(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);

	dma_expect_report(test, 1, "device has no DMA mask");
	w->dev->dma_mask = NULL;
	args_expect_maps_fail(w, args_mapping(w));
	w->dev->dma_mask = &w->dev->coherent_dma_mask;
	dma_world_expect_idle(w);
}

/* A bad unmap or sync does nothing: a bounced mapping keeps its slot and data */
static void args_unmap_nothing(struct dma_world *w, struct dma_mapping *m,
			       void (*spoil)(struct dma_mapping *m),
			       void (*repair)(struct dma_mapping *m))
{
	struct kunit *test = w->test;
	u8 byte = 0xa5;
	int i;

	for (i = 0; i < DMA_CALLS; i++) {
		m->dir = DMA_BIDIRECTIONAL;
		w->cpu[7] = 1;
		dma_calls[i].map(m);
		KUNIT_ASSERT_FALSE(test, dma_map_failed(m));
		dma_world_write(w, m->addr, &byte, 1);

		spoil(m);
		dma_calls[i].sync_for_cpu(m);
		dma_calls[i].sync_for_device(m);
		dma_calls[i].unmap(m);
		repair(m);

		KUNIT_EXPECT_EQ(test, 1, dma_bounce_used(w->tlb));
		KUNIT_EXPECT_EQ(test, 1, w->cpu[7]);
		dma_calls[i].unmap(m);
		KUNIT_EXPECT_EQ(test, byte, w->cpu[7]);
	}
	dma_world_expect_idle(w);
}

static void args_spoil_direction(struct dma_mapping *m)
{
	m->dir = BAD_DIRECTION;
}

static void args_repair_direction(struct dma_mapping *m)
{
	m->dir = DMA_BIDIRECTIONAL;
}

static void args_spoil_mask(struct dma_mapping *m)
{
	m->dev->dma_mask = NULL;
}

static void args_repair_mask(struct dma_mapping *m)
{
	m->dev->dma_mask = &m->dev->coherent_dma_mask;
}

static void args_unmap_direction(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	struct dma_mapping m = args_mapping(w);

	dma_expect_report(test, 1, "DMA direction 42 is invalid");
	args_unmap_nothing(w, &m, args_spoil_direction, args_repair_direction);
}

static void args_unmap_no_mask(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	struct dma_mapping m = args_mapping(w);

	dma_expect_report(test, 1, "device has no DMA mask");
	args_unmap_nothing(w, &m, args_spoil_mask, args_repair_mask);
}

/* Devices that skip syncs report a bad direction, too, if it is a constant */
static void args_sync_skipped(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct scatterlist sg;
	dma_addr_t addr = w->phys + 7;
	int i;

	sg_init_one(&sg, w->cpu, 300);
	sg_dma_address(&sg) = addr;
	dma_expect_report(test, 4, "DMA direction 42 is invalid");
#ifdef CONFIG_DMA_NEED_SYNC
	w->dev->dma_skip_sync = true;
#else
	kunit_skip(test, "needs CONFIG_DMA_NEED_SYNC");
#endif
	for (i = 0; i < 4; i++) {
		bool counts = dma_rearm_warnings();

		dma_log_start(test);
		if (i == 0)
			dma_sync_single_for_cpu(w->dev, addr, 300,
						BAD_DIRECTION);
		else if (i == 1)
			dma_sync_single_for_device(w->dev, addr, 300,
						   BAD_DIRECTION);
		else if (i == 2)
			dma_sync_sg_for_cpu(w->dev, &sg, 1, BAD_DIRECTION);
		else
			dma_sync_sg_for_device(w->dev, &sg, 1, BAD_DIRECTION);
		if (counts)
			KUNIT_EXPECT_EQ(test, 1,
					dma_log_count("DMA direction 42 is invalid"));
	}
}

static const enum dma_kind args_kinds[] = {
	DMA_KIND_DIRECT, DMA_KIND_RANGES, DMA_KIND_BOUNCE, DMA_KIND_OPS,
	DMA_KIND_IOMMU_512, DMA_KIND_IOMMU, DMA_KIND_UNTRUSTED,
};

KUNIT_ARRAY_PARAM(args_kind, args_kinds, dma_kind_desc);

static struct dma_world *args_world(struct kunit *test)
{
	return dma_world_create(test, *(const enum dma_kind *)test->param_value);
}

/* Ranges whose end is past the last physical address */
static void args_wrap(struct kunit *test)
{
	static const struct dma_span spans[] = {
		/* offset: from the last byte backwards */
		{ 0, 2 }, { 99, 101 }, { 0xffe, 0x1000 }, { 0xfff, 0x1001 },
		{ 99, SIZE_MAX }, { SZ_1M, SIZE_MAX },
	};
	static const unsigned long attrs[] = { 0, DMA_ATTR_MMIO };
	struct dma_world *w = args_world(test);
	dma_addr_t addr;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(spans); i++) {
		for (j = 0; j < ARRAY_SIZE(attrs); j++) {
			dma_log_start(test);
			addr = dma_map_phys(w->dev, PHYS_ADDR_MAX - spans[i].offset,
					    spans[i].size, DMA_TO_DEVICE,
					    attrs[j] | DMA_ATTR_NO_WARN);
			KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
			dma_log_expect_overflow(test, 0);
			addr = dma_map_phys(w->dev, PHYS_ADDR_MAX - spans[i].offset,
					    spans[i].size, DMA_TO_DEVICE,
					    attrs[j]);
			dma_log_expect_overflow(test, 1);
			KUNIT_EXPECT_EQ_MSG(test, DMA_MAPPING_ERROR, addr,
					    "last - %zu, size %zu, attrs %lx",
					    spans[i].offset, spans[i].size,
					    attrs[j]);
		}
	}
	dma_world_expect_idle(w);
}

/* A range may end with the last physical address there is */
static void args_last_byte(struct kunit *test)
{
	struct dma_world *w = args_world(test);
	dma_addr_t addr;

	addr = dma_map_resource(w->dev, PHYS_ADDR_MAX - 99, 100, DMA_TO_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	if (w->iommu)
		KUNIT_EXPECT_EQ(test, BIT(w->iommu->shift) - 100,
				addr & (BIT(w->iommu->shift) - 1));
	dma_unmap_resource(w->dev, addr, 100, DMA_TO_DEVICE, 0);
	dma_world_expect_idle(w);
}

/* More than any address space can hold */
static void args_huge(struct kunit *test)
{
	struct dma_world *w = args_world(test);
	dma_addr_t addr;

	if (!w->iommu)
		kunit_skip(test, "the size is in reach of a 64-bit mask");
	addr = dma_map_resource(w->dev, 0x1001, SIZE_MAX - 0x1000, DMA_TO_DEVICE,
				0);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
	dma_world_expect_idle(w);
}

static struct kunit_case dma_args_cases[] = {
	KUNIT_CASE(args_map_direction),
	KUNIT_CASE(args_map_no_mask),
	KUNIT_CASE(args_unmap_direction),
	KUNIT_CASE(args_unmap_no_mask),
	KUNIT_CASE(args_sync_skipped),
	KUNIT_CASE_PARAM(args_wrap, args_kind_gen_params),
	KUNIT_CASE_PARAM(args_last_byte, args_kind_gen_params),
	KUNIT_CASE_PARAM(args_huge, args_kind_gen_params),
	{}
};

static struct kunit_suite dma_args_suite = {
	.name		= "dma_args",
	.test_cases	= dma_args_cases,
};

kunit_test_suite(dma_args_suite);
