// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of unlinking with the physical addresses known. The data and the
 * caches are tested in dma_shadow_kunit.c.
 */
#include <linux/mm.h>
#include <kunit/dma.h>

struct vec_case {
	enum dma_kind kind;
	size_t offset;
	size_t size;		/* of the first of three; the others are pages */
	size_t tail;
	unsigned int walks;	/* by unlink_vec() and destroy_vec() */
	unsigned int plain;	/* by unlink() */
	bool bounces;
};

/* No tail is so small that kmalloc() memory of its size would be bounced */
static const struct vec_case vec_cases[] = {
	{ DMA_KIND_IOMMU, 0, PAGE_SIZE, PAGE_SIZE, 0, 4 },
	{ DMA_KIND_IOMMU, 77, PAGE_SIZE - 77, 100, 0, 4 },
	{ DMA_KIND_IOMMU, 0, 3 * PAGE_SIZE, 300, 0, 6 },
	{ DMA_KIND_IOMMU_2K, SZ_2K, PAGE_SIZE - SZ_2K, 300, 0,
	  3 * PAGE_SIZE / SZ_2K },
	{ DMA_KIND_IOMMU_512, SZ_512, PAGE_SIZE - SZ_512, SZ_1K, 0,
	  1 + 3 * PAGE_SIZE / SZ_512 },
	/* Just the two granules that are bounced */
	{ DMA_KIND_UNTRUSTED, 77, PAGE_SIZE - 77, 100, 2, 6, true },
	{ DMA_KIND_UNTRUSTED, 0, PAGE_SIZE, 100, 1, 5, true },
	{ DMA_KIND_UNTRUSTED, 0, PAGE_SIZE, PAGE_SIZE, 0, 4 },
};

static void vec_case_desc(const struct vec_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, %zu+%zu, %zu",
		 dma_kind_names[c->kind], c->offset, c->size, c->tail);
}

KUNIT_ARRAY_PARAM(vec_case, vec_cases, vec_case_desc);

/* Four ranges, apart from each other and in another order */
static size_t vec_make(struct dma_world *w, const struct vec_case *c,
		       struct phys_vec *vec)
{
	vec[0] = (struct phys_vec) { w->phys + c->offset, c->size };
	vec[1] = (struct phys_vec) { w->phys + 8 * PAGE_SIZE, PAGE_SIZE };
	vec[2] = (struct phys_vec) { w->phys + 6 * PAGE_SIZE, PAGE_SIZE };
	vec[3] = (struct phys_vec) { w->phys + 12 * PAGE_SIZE, c->tail };
	return vec[0].len + vec[1].len + vec[2].len + vec[3].len;
}

static void vec_link(struct dma_world *w, struct dma_iova_state *state,
		     const struct phys_vec *vec, size_t size)
{
	struct kunit *test = w->test;

	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, state, vec->paddr,
						   size));
	KUNIT_ASSERT_EQ(test, 0, dma_iova_link_vec(w->dev, state, vec, 4, 0,
						   DMA_FROM_DEVICE, 0));
	KUNIT_ASSERT_EQ(test, 0, dma_iova_sync(w->dev, state, 0, size));
	w->iommu->walks = 0;
}

static void vec_no_walks(struct kunit *test)
{
	const struct vec_case *c = test->param_value;
	struct dma_world *w = dma_world_create(test, c->kind);
	struct dma_iova_state state;
	struct phys_vec vec[4];
	size_t size = vec_make(w, c, vec);

	dma_world_set_noncoherent(w);
	dma_state_trust(test);

	vec_link(w, &state, vec, size);
	KUNIT_EXPECT_TRUE(test, dma_iova_wants_vec(w->dev, &state));
	dma_iova_unlink(w->dev, &state, 0, size, DMA_FROM_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, c->plain, w->iommu->walks);
	dma_iova_free(w->dev, &state);

	vec_link(w, &state, vec, size);
	dma_iova_unlink_vec(w->dev, &state, vec, 4, 0, DMA_FROM_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, c->walks, w->iommu->walks);
	dma_iova_free(w->dev, &state);
	KUNIT_EXPECT_FALSE(test, dma_iova_wants_vec(w->dev, &state));

	vec_link(w, &state, vec, size);
	dma_iova_destroy_vec(w->dev, &state, vec, 4, DMA_FROM_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, c->walks, w->iommu->walks);
	KUNIT_EXPECT_FALSE(test, dma_use_iova(&state));

	vec_link(w, &state, vec, size);
	KUNIT_EXPECT_EQ(test, !c->bounces,
			dma_iova_sync_vec_for_cpu(w->dev, &state, vec, 4, 0,
						  DMA_FROM_DEVICE));
	KUNIT_EXPECT_EQ(test, 0, w->iommu->walks);
	dma_iova_destroy(w->dev, &state, size, DMA_FROM_DEVICE,
			 DMA_ATTR_SKIP_CPU_SYNC);
	dma_world_expect_idle(w);
}

/* A coherent device has no use for it */
static void vec_coherent(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU);
	struct dma_iova_state state;
	struct phys_vec vec[4];
	size_t size = vec_make(w, &vec_cases[0], vec);

	dma_state_trust(test);
	dma_counts_start(test);
	vec_link(w, &state, vec, size);
	KUNIT_EXPECT_FALSE(test, dma_iova_wants_vec(w->dev, &state));
	dma_iova_destroy_vec(w->dev, &state, vec, 4, DMA_FROM_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 0, w->iommu->walks);
	KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
	dma_world_expect_idle(w);
}

/* Ranges that are no part of the state, and no state */
static void vec_misuse(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU);
	struct dma_iova_state none = {}, state;
	struct phys_vec vec[4], end;
	size_t size = vec_make(w, &vec_cases[0], vec);

	dma_iova_destroy_vec(w->dev, &none, vec, 4, DMA_FROM_DEVICE, 0);
	vec_link(w, &state, vec, size);
	dma_iova_unlink_vec(w->dev, &state, vec, 0, 0, DMA_FROM_DEVICE, 0);
	end = (struct phys_vec) { vec[3].paddr, vec[3].len + 1 };
	dma_expect_report(test, 1, "bytes at [0-9]+ are not in a range of");
	dma_iova_unlink_vec(w->dev, &state, &end, 1, size - vec[3].len,
			    DMA_FROM_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 4, w->iommu->mapped);
	dma_iova_destroy_vec(w->dev, &state, vec, 4, DMA_FROM_DEVICE, 0);
	dma_world_expect_idle(w);
}

#ifdef CONFIG_DMA_API_DEBUG
/* Each element told wrong in turn: one report, and caches as they should be */
static void vec_lies(struct kunit *test)
{
	const struct vec_case *c = test->param_value;
	struct dma_world *w = dma_world_create(test, c->kind);
	struct dma_iova_state state;
	struct phys_vec vec[4];
	size_t size = vec_make(w, c, vec);
	unsigned int i, before, bounced;

	dma_debug_count_start(test);
	dma_world_set_noncoherent(w);
	dma_counts_start(test);
	for (i = 0; i < ARRAY_SIZE(vec); i++) {
		/* Not believed in any case: what is bounced */
		bounced = (i == 0 && c->bounces && c->offset) ||
			  (i == 3 && c->bounces && c->tail < PAGE_SIZE);
		before = dma_debug_reports();
		vec_link(w, &state, vec, size);
		vec[i].paddr += 2 * PAGE_SIZE;
		memset(&dma_counts, 0, sizeof(dma_counts));
		dma_iova_destroy_vec(w->dev, &state, vec, 4, DMA_FROM_DEVICE, 0);
		vec[i].paddr -= 2 * PAGE_SIZE;
		KUNIT_EXPECT_EQ_MSG(test, before + !bounced,
				    dma_debug_reports(), "element %u", i);
		/* Granule by granule if it is looked up, or as it was told */
		KUNIT_EXPECT_EQ_MSG(test, bounced ? 4 : c->plain - c->walks,
				    dma_counts.for_cpu, "element %u", i);
	}
	dma_world_expect_idle(w);
}
#else
static void vec_lies(struct kunit *test)
{
	kunit_skip(test, "needs CONFIG_DMA_API_DEBUG");
}
#endif

static struct kunit_case dma_iova_unlink_vec_cases[] = {
	KUNIT_CASE_PARAM(vec_no_walks, vec_case_gen_params),
	KUNIT_CASE(vec_coherent),
	KUNIT_CASE(vec_misuse),
	KUNIT_CASE_PARAM(vec_lies, vec_case_gen_params),
	{}
};

static struct kunit_suite dma_iova_unlink_vec_suite = {
	.name		= "dma_iova_unlink_vec",
	.test_cases	= dma_iova_unlink_vec_cases,
};

kunit_test_suite(dma_iova_unlink_vec_suite);
