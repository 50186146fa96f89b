// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of dma_addr_to_phys_vec(): the ranges are the bytes that the
 * device gets, there are as few of them as can be, and a page table is looked
 * up once for each granule.
 */
#include <linux/io.h>
#include "dma_alias_kunit.h"

#define VECS	4

/* The ranges hold what the device reads */
static void phys_vec_expect(struct dma_world *w, dma_addr_t addr, size_t size)
{
	struct phys_vec vec[VECS];
	size_t done = 0;
	int i, n;

	n = dma_addr_to_phys_vec(w->dev, addr, size, vec, VECS);
	KUNIT_ASSERT_EQ(w->test, 1, n);
	KUNIT_ASSERT_TRUE(w->test, dma_world_read(w, addr, w->want, size));
	for (i = 0; i < n; done += vec[i++].len)
		memcpy(w->got + done, phys_to_virt(vec[i].paddr), vec[i].len);
	KUNIT_EXPECT_EQ(w->test, size, done);
	KUNIT_EXPECT_TRUE(w->test, !memcmp(w->got, w->want, size));
}

static void phys_vec_kind(struct kunit *test)
{
	enum dma_kind kind = *(const enum dma_kind *)test->param_value;
	struct dma_world *w = dma_world_create(test, kind);
	struct phys_vec vec;
	int i;

	memcpy(w->cpu, w->pattern_cpu, DMA_AREA_SIZE);
	for (i = 0; i < DMA_SPANS; i++) {
		const struct dma_span *span = &dma_spans[i];
		struct dma_mapping m = {
			.dev	= w->dev,
			.phys	= w->phys + span->offset,
			.size	= span->size,
			.dir	= DMA_TO_DEVICE,
		};

		if (dma_world_crosses(w, span->offset, span->size))
			continue;
		dma_calls[0].map(&m);
		KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
		if (kind == DMA_KIND_OPS) {
			KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
					dma_addr_to_phys_vec(w->dev, m.addr,
							     m.size, &vec, 1));
		} else {
			phys_vec_expect(w, m.addr, m.size);
			phys_vec_expect(w, m.addr + m.size / 2,
					m.size - m.size / 2);
		}
		dma_calls[0].unmap(&m);
	}
	dma_world_expect_idle(w);
}

static const enum dma_kind phys_vec_kinds[] = {
	DMA_KIND_DIRECT, DMA_KIND_RANGES, DMA_KIND_BOUNCE, DMA_KIND_OPS,
	DMA_KIND_IOMMU_512, DMA_KIND_IOMMU_2K, DMA_KIND_IOMMU,
	DMA_KIND_UNTRUSTED,
};

KUNIT_ARRAY_PARAM(phys_vec_kind, phys_vec_kinds, dma_kind_desc);

/* All of a mapping, in ranges that are as long as can be */
static void phys_vec_expect_ranges(struct alias_owner *o)
{
	unsigned int want = alias_owner_ranges(o), i;
	struct kunit *test = o->test;
	struct phys_vec *vec;
	size_t done = 0;

	vec = kunit_kcalloc(test, ALIAS_MAX, sizeof(*vec), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, vec);
	o->iommu->walks = 0;
	KUNIT_ASSERT_EQ(test, want, dma_addr_to_phys_vec(o->dev, o->addr,
							 o->size, vec,
							 ALIAS_MAX));
	KUNIT_EXPECT_EQ(test, o->iommu->mapped, o->iommu->walks);
	for (i = 0; i < want; done += vec[i++].len)
		KUNIT_EXPECT_EQ(test, alias_owner_at(o, done), vec[i].paddr);
	KUNIT_EXPECT_EQ(test, o->size, done);
	KUNIT_EXPECT_EQ(test, want, dma_addr_to_phys_vec(o->dev, o->addr,
							 o->size, vec, want));
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			dma_addr_to_phys_vec(o->dev, o->addr, o->size, vec,
					     want - 1));
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			dma_addr_to_phys_vec(o->dev, o->addr, o->size, NULL, 0));
}

static void phys_vec_single_pages(struct kunit *test)
{
	struct alias_owner *o = alias_owner_create(test, PAGE_SHIFT);

	alias_owner_add_single(o, min_t(int, ALIAS_MAX, ALIAS_BLOCK / PAGE_SIZE),
			       PAGE_SIZE);
	alias_owner_map(o);
	phys_vec_expect_ranges(o);
}

static void phys_vec_runs(struct kunit *test)
{
	static const unsigned int shifts[] = { 9, 11, PAGE_SHIFT };
	struct alias_owner *o;
	struct rnd_state rnd;
	int i, j;

	prandom_seed_state(&rnd, 16);
	for (i = 0; i < ARRAY_SIZE(shifts); i++) {
		o = alias_owner_create(test, shifts[i]);
		for (j = 0; j < 20; j++) {
			o->nr = 0;
			o->size = 0;
			alias_owner_add_runs(o, 1 + j * 3, BIT(shifts[i]), &rnd);
			/* Partial granules at the two ends */
			o->vec[0].paddr += j;
			o->vec[0].len -= j;
			o->vec[o->nr - 1].len -= 2 * j;
			o->size -= 3 * j;
			alias_owner_map(o);
			phys_vec_expect_ranges(o);
			alias_owner_unmap(o);
		}
	}
}

/* From the second range on, as no IOMMU tells where a mapping starts */
static void phys_vec_hole(struct kunit *test)
{
	struct alias_owner *o = alias_owner_create(test, 9);
	struct phys_vec vec[VECS];
	int i;

	for (i = 0; i < 3; i++)
		alias_owner_add(o, 4 * i * SZ_512, SZ_512);
	alias_owner_map(o);
	dma_iova_unlink(o->dev, &o->state, SZ_512, SZ_512, DMA_BIDIRECTIONAL, 0);
	KUNIT_EXPECT_EQ(test, -EFAULT,
			dma_addr_to_phys_vec(o->dev, o->addr, o->size, vec,
					     VECS));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			dma_addr_to_phys_vec(o->dev, o->addr + SZ_512, 1, vec,
					     VECS));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			dma_addr_to_phys_vec(o->dev, o->addr + 2 * SZ_512,
					     SZ_512 + 1, vec, VECS));
	KUNIT_EXPECT_EQ(test, 1,
			dma_addr_to_phys_vec(o->dev, o->addr + 2 * SZ_512,
					     SZ_512, vec, VECS));
	KUNIT_EXPECT_EQ(test, 0,
			dma_iova_link(o->dev, &o->state, o->vec[1].paddr,
				      SZ_512, SZ_512, DMA_BIDIRECTIONAL, 0));
}

static void phys_vec_clear_ranges(void *data)
{
	((struct device *)data)->dma_range_map = NULL;
}

/*
 * Windows that adjoin each other in DMA addresses: the second continues the
 * first in physical addresses, too, and the third does not
 */
static void phys_vec_windows(struct kunit *test)
{
	struct device *dev = dma_device_create(test);
	struct bus_dma_region *map;
	struct phys_vec vec[VECS];
	phys_addr_t hole = dma_hole(test);
	dma_addr_t addr;

	map = kunit_kcalloc(test, 4, sizeof(*map), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, map);
	/* So that what follows the windows is the address of memory */
	addr = ALIGN_DOWN(virt_to_phys(map), SZ_64K) - 3 * SZ_64K;
	map[0] = (struct bus_dma_region) { hole, addr, SZ_64K };
	map[1] = (struct bus_dma_region) { hole + SZ_64K, addr + SZ_64K, SZ_64K };
	map[2] = (struct bus_dma_region) { SZ_1M, addr + SZ_128K, SZ_64K };
	dev->dma_range_map = map;
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, phys_vec_clear_ranges,
						  dev));

	KUNIT_EXPECT_EQ(test, 2, dma_addr_to_phys_vec(dev, addr + 3,
						      SZ_128K + SZ_32K, vec,
						      VECS));
	KUNIT_EXPECT_EQ(test, hole + 3, vec[0].paddr);
	KUNIT_EXPECT_EQ(test, SZ_128K - 3, vec[0].len);
	KUNIT_EXPECT_EQ(test, SZ_1M, vec[1].paddr);
	KUNIT_EXPECT_EQ(test, SZ_32K + 3, vec[1].len);

	/* Behind the last, registers are not translated, and memory is not mapped */
	KUNIT_EXPECT_EQ(test, -EFAULT,
			dma_addr_to_phys_vec(dev, addr, 4 * SZ_64K, vec, VECS));
	KUNIT_EXPECT_EQ(test, 1,
			dma_addr_to_phys_vec(dev, hole + SZ_256K, SZ_64K, vec,
					     VECS));
	KUNIT_EXPECT_EQ(test, hole + SZ_256K, vec[0].paddr);
}

static void phys_vec_mmio(struct kunit *test)
{
	static const enum dma_kind kinds[] = {
		DMA_KIND_DIRECT, DMA_KIND_RANGES, DMA_KIND_BOUNCE,
		DMA_KIND_IOMMU_512, DMA_KIND_IOMMU,
	};
	phys_addr_t phys = dma_hole(test) + 77;
	struct phys_vec vec;
	int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct dma_world *w = dma_world_create(test, kinds[i]);
		struct dma_mapping m = {
			.dev	= w->dev,
			.phys	= phys,
			.size	= 3 * PAGE_SIZE,
			.dir	= DMA_BIDIRECTIONAL,
		};

		dma_call_resource.map(&m);
		KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
		KUNIT_EXPECT_EQ(test, 1, dma_addr_to_phys_vec(w->dev, m.addr,
							      m.size, &vec, 1));
		KUNIT_EXPECT_EQ(test, phys, vec.paddr);
		KUNIT_EXPECT_EQ(test, m.size, vec.len);
		dma_call_resource.unmap(&m);
	}
}

static void phys_vec_args(struct kunit *test)
{
	struct device *dev = dma_device_create(test);
	struct phys_vec vec;
	u64 *mask;

	KUNIT_EXPECT_EQ(test, -EINVAL, dma_addr_to_phys_vec(dev, 0, 0, &vec, 1));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			dma_addr_to_phys_vec(dev, DMA_MAPPING_ERROR, 1, &vec,
					     1));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			dma_addr_to_phys_vec(dev, DMA_MAPPING_ERROR - 1, 3, &vec,
					     1));
	mask = dev->dma_mask;
	dev->dma_mask = NULL;
	dma_expect_report(test, 1, "device has no DMA mask");
	KUNIT_EXPECT_EQ(test, -EINVAL, dma_addr_to_phys_vec(dev, 0, 1, &vec, 1));
	dev->dma_mask = mask;
}

static struct kunit_case dma_phys_vec_cases[] = {
	KUNIT_CASE_PARAM(phys_vec_kind, phys_vec_kind_gen_params),
	KUNIT_CASE(phys_vec_single_pages),
	KUNIT_CASE(phys_vec_runs),
	KUNIT_CASE(phys_vec_hole),
	KUNIT_CASE(phys_vec_windows),
	KUNIT_CASE(phys_vec_mmio),
	KUNIT_CASE(phys_vec_args),
	{}
};

static struct kunit_suite dma_phys_vec_suite = {
	.name		= "dma_phys_vec",
	.test_cases	= dma_phys_vec_cases,
};

kunit_test_suite(dma_phys_vec_suite);
