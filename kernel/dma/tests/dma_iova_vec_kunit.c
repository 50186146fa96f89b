// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of mapping several ranges at once: the page table is the same,
 * however it is filled, and every way refuses an IOVA within a granule.
 */
#include <linux/iommu.h>
#include <linux/prandom.h>
#include "dma_iova_kunit.h"

#define TABLE_MAX	(DMA_AREA_SIZE / SZ_512 + 1)

struct iova_table {
	phys_addr_t phys[TABLE_MAX];
	unsigned int nr;
};

static void table_read(struct iova_table *table, struct dma_world *w,
		       dma_addr_t addr, size_t size)
{
	size_t granule = BIT(w->iommu->shift);
	dma_addr_t at = ALIGN_DOWN(addr, granule);

	for (table->nr = 0; at < addr + size; at += granule) {
		table->phys[table->nr] = 0;
		mock_iommu_lookup(w->iommu, at, IOMMU_READ,
				  &table->phys[table->nr++]);
	}
}

/* Some ranges, anywhere, with ends on granules but for the outer two */
static void plan_random(struct iova_plan *plan, struct rnd_state *rnd)
{
	unsigned int total = DMA_AREA_SIZE / plan->granule;
	unsigned int i, nr = 1 + prandom_u32_state(rnd) % (PLAN_MAX - 2);
	unsigned int max = max(1U, total / nr);

	plan->nr = 0;
	plan->size = 0;
	plan->granules = 0;
	for (i = 0; i < nr; i++) {
		unsigned int len = 1 + prandom_u32_state(rnd) % max;
		unsigned int at = prandom_u32_state(rnd) % (total - len + 1);
		int skip = 0, cut = 0;

		if (!i)
			skip = prandom_u32_state(rnd) % (plan->granule / 2);
		if (i == nr - 1)
			cut = prandom_u32_state(rnd) % (plan->granule / 2);
		/* Some continue where the one before ends */
		if (i && prandom_u32_state(rnd) % 4 == 0)
			at = min_t(unsigned int, total - len,
				   (plan_offset(plan, i - 1) +
				    plan->vec[i - 1].len) / plan->granule);
		plan_add(plan, at, skip, len, -skip - cut);
	}
}

static void plan_table(struct iova_plan *plan, plan_link_fn link,
		       struct iova_table *table)
{
	int ret;

	KUNIT_ASSERT_TRUE(plan->w->test, plan_alloc(plan));
	link(plan, &ret);
	KUNIT_ASSERT_EQ(plan->w->test, 0, ret);
	KUNIT_EXPECT_EQ(plan->w->test, plan->granules, plan->w->iommu->mapped);
	table_read(table, plan->w, plan->state.addr, plan->size);
	plan_destroy(plan, plan->size);
}

static void iova_same_table(struct kunit *test)
{
	struct iova_table *want, *got;
	struct rnd_state rnd;
	enum dma_kind kind;
	int i, j;

	want = kunit_kzalloc(test, sizeof(*want), GFP_KERNEL);
	got = kunit_kzalloc(test, sizeof(*got), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, want);
	KUNIT_ASSERT_NOT_NULL(test, got);
	prandom_seed_state(&rnd, 5);
	for (kind = DMA_KIND_IOMMU_512; kind <= DMA_KIND_IOMMU; kind++) {
		struct dma_world *w = dma_world_create(test, kind);
		struct iova_plan *plan = plan_create(w, WHOLE);

		/* Room for larger pages changes who maps, not what */
		for (i = 0; i < 40; i++) {
			if (i == 20)
				mock_iommu_add_pgsize(w->iommu, 4);
			plan_random(plan, &rnd);
			mock_set_vec(w->iommu, false);
			plan_table(plan, plan_link_each, want);
			for (j = 0; j < 4; j++) {
				mock_set_vec(w->iommu, j & 1);
				plan_table(plan, plan_link_fns[1 + j / 2], got);
				KUNIT_ASSERT_EQ(test, want->nr, got->nr);
				KUNIT_ASSERT_MEMEQ(test, want->phys, got->phys,
						   want->nr *
						   sizeof(*want->phys));
			}
			dma_world_expect_idle(w);
		}
	}
}

/* Larger pages are used for ranges that have room for them, and only these */
static void iova_large(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_512);
	struct iova_plan *plan = plan_create(w, WHOLE);
	int ret;

	mock_set_vec(w->iommu, true);
	mock_iommu_add_pgsize(w->iommu, 4);
	plan->nr = 0;
	plan->size = 0;
	plan->granules = 0;
	plan_add(plan, 9, 0, 3, 0);
	plan_add(plan, 15, 0, 1, 0);
	plan_add(plan, 20, 0, 4, 0);
	mock_vecs = 0;
	w->iommu->last_pgsize = 0;
	KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
	plan_link_vec(plan, &ret);
	KUNIT_EXPECT_EQ(test, 0, ret);
	KUNIT_EXPECT_EQ(test, 4 * SZ_512, w->iommu->last_pgsize);
	KUNIT_EXPECT_EQ(test, 1, mock_vecs);
	KUNIT_EXPECT_EQ(test, 8, w->iommu->mapped);
	plan_destroy(plan, plan->size);
	dma_world_expect_idle(w);
}

/* A scatterlist that is longer than what is mapped at once, joined and not */
#define SG_NENTS	40

static void sg_table_read(struct kunit *test, struct dma_world *w, bool vec,
			  struct iova_table *table)
{
	struct scatterlist *sg = kunit_kcalloc(test, SG_NENTS, sizeof(*sg),
					       GFP_KERNEL);
	dma_addr_t start, end = 0;
	struct scatterlist *s;
	int i, nents;

	KUNIT_ASSERT_NOT_NULL(test, sg);
	sg_init_table(sg, SG_NENTS);
	/* Pairs of neighbours, every other granule, and one partial end */
	for (i = 0; i < SG_NENTS; i++)
		sg_set_buf(&sg[i], w->cpu + SZ_512 * (i + i / 2),
			   i == SG_NENTS - 1 ? 33 : SZ_512);
	mock_set_vec(w->iommu, vec);
	nents = dma_map_sg(w->dev, sg, SG_NENTS, DMA_TO_DEVICE);
	KUNIT_ASSERT_GT(test, nents, 0);
	start = sg_dma_address(sg);
	for_each_sg(sg, s, nents, i)
		end = sg_dma_address(s) + sg_dma_len(s);
	KUNIT_EXPECT_EQ(test, SG_NENTS, w->iommu->mapped);
	table_read(table, w, start, end - start);
	dma_unmap_sg(w->dev, sg, SG_NENTS, DMA_TO_DEVICE);
}

static void iova_scatterlist(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_512);
	struct iova_table *want, *got;

	want = kunit_kzalloc(test, sizeof(*want), GFP_KERNEL);
	got = kunit_kzalloc(test, sizeof(*got), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, want);
	KUNIT_ASSERT_NOT_NULL(test, got);
	sg_table_read(test, w, false, want);
	mock_vecs = 0;
	sg_table_read(test, w, true, got);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_UP(SG_NENTS / 2, 16), mock_vecs);
	KUNIT_ASSERT_EQ(test, want->nr, got->nr);
	KUNIT_EXPECT_MEMEQ(test, want->phys, got->phys,
			   want->nr * sizeof(*want->phys));
	dma_world_expect_idle(w);
}

/* An IOVA within a granule is refused, however the driver maps */
static void iova_unaligned(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_2K);
	struct iommu_domain *domain = &w->iommu->domain;
	struct phys_vec vec = { .paddr = w->phys, .len = SZ_4K };
	static const unsigned long iovas[] = { 1, 0x200, SZ_2K - 1 };
	struct scatterlist sg[2];
	int prot = IOMMU_READ;
	int i, v;

	sg_init_table(sg, ARRAY_SIZE(sg));
	sg_set_buf(&sg[0], w->cpu + SZ_8K, SZ_4K);
	sg_set_buf(&sg[1], w->cpu, SZ_4K);
	for (v = 0; v < 2; v++) {
		mock_set_vec(w->iommu, v);
		for (i = 0; i < ARRAY_SIZE(iovas); i++) {
			KUNIT_EXPECT_EQ(test, -EINVAL,
					iommu_map_sg(domain, SZ_1M + iovas[i],
						     sg, 2, prot, GFP_KERNEL));
			KUNIT_EXPECT_EQ(test, -EINVAL,
					iommu_map_vec_nosync(domain,
							     SZ_1M + iovas[i],
							     &vec, 1, prot,
							     GFP_KERNEL));
			KUNIT_EXPECT_EQ(test, 0, w->iommu->mapped);
		}
		KUNIT_EXPECT_EQ(test, SZ_8K,
				iommu_map_sg(domain, SZ_1M, sg, 2, prot,
					     GFP_KERNEL));
		KUNIT_EXPECT_EQ(test, SZ_8K, iommu_unmap(domain, SZ_1M, SZ_8K));
	}
	mock_set_vec(w->iommu, false);
	dma_world_expect_idle(w);
}

static struct kunit_case dma_iova_vec_cases[] = {
	KUNIT_CASE(iova_same_table),
	KUNIT_CASE(iova_large),
	KUNIT_CASE(iova_scatterlist),
	KUNIT_CASE(iova_unaligned),
	{}
};

static struct kunit_suite dma_iova_vec_suite = {
	.name		= "dma_iova_vec",
	.test_cases	= dma_iova_vec_cases,
};

kunit_test_suite(dma_iova_vec_suite);
