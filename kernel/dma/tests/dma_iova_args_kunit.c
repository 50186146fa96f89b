// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of wrong use of the two-step calls: ranges that cannot be had,
 * arguments that are refused, unlinks of what is not linked, and what dma-debug
 * reports.
 */
#include <linux/dma-mapping.h>
#include <linux/iommu-dma.h>
#include <linux/mm.h>
#include <linux/ratelimit.h>
#include <asm/sections.h>
#include "dma_iova_kunit.h"

static void iova_expect_none(struct kunit *test, struct device *dev,
			     phys_addr_t phys, size_t size)
{
	struct dma_iova_state state = { .addr = 1, .__size = 2 };

	KUNIT_EXPECT_FALSE(test, dma_iova_try_alloc(dev, &state, phys, size));
	KUNIT_EXPECT_FALSE(test, dma_use_iova(&state));
	KUNIT_EXPECT_EQ(test, 0, state.addr);
	KUNIT_EXPECT_EQ(test, 0, state.__size);
	/* As harmless as kfree(NULL) */
	dma_iova_free(dev, &state);
	dma_iova_destroy(dev, &state, 0, DMA_TO_DEVICE, 0);
}

/* There is no range to be had, and the state says so, whatever was in it */
static void iova_none(struct kunit *test)
{
	struct dma_world *direct = dma_world_create(test, DMA_KIND_DIRECT);
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_2K);
	u64 *mask = w->dev->dma_mask;

	iova_expect_none(test, direct->dev, 0, PAGE_SIZE);
	iova_expect_none(test, w->dev, 0, 0);
	iova_expect_none(test, w->dev, 1, SIZE_MAX);
	iova_expect_none(test, w->dev, 0, SIZE_MAX);
	if (IS_ENABLED(CONFIG_64BIT))
		iova_expect_none(test, w->dev, 0, SIZE_MAX / 2 + 1);

	w->dev->dma_mask = NULL;
	iova_expect_none(test, w->dev, 0, PAGE_SIZE);
	w->dev->dma_mask = mask;

	dma_set_min_align_mask(w->dev, SZ_2K);
	iova_expect_none(test, w->dev, 0, PAGE_SIZE);
	dma_set_min_align_mask(w->dev, 0);

	/* Room for four granules, the first of which is never handed out */
	mock_iommu_set_aperture(w->iommu, 4 * SZ_2K - 1);
	iova_expect_none(test, w->dev, 0, 4 * SZ_2K);
	iova_expect_none(test, w->dev, 1, 3 * SZ_2K);
	dma_world_expect_idle(w);
}

static void iova_args(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_2K);
	struct phys_vec vec[2] = {
		{ .paddr = w->phys, .len = SZ_2K },
		{ .paddr = w->phys + SZ_8K, .len = SZ_2K },
	};
	struct dma_iova_state s;

#define LINK(phys, offset, size)					\
	dma_iova_link(w->dev, &s, phys, offset, size, DMA_TO_DEVICE, 0)
#define LINK_VEC(nr, offset)						\
	dma_iova_link_vec(w->dev, &s, vec, nr, offset, DMA_TO_DEVICE, 0)

	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &s, 0, 4 * SZ_2K));

	/* A wrong place in the granule */
	KUNIT_EXPECT_EQ(test, -EINVAL, LINK(w->phys + 1, 0, 10));
	KUNIT_EXPECT_EQ(test, -EINVAL, LINK(w->phys, 512, 10));
	vec[0].paddr++;
	vec[0].len--;
	KUNIT_EXPECT_EQ(test, -EINVAL, LINK_VEC(2, 0));
	vec[0].paddr--;
	KUNIT_EXPECT_EQ(test, -EINVAL, LINK_VEC(2, 0));
	vec[0].len++;
	vec[1].paddr++;
	KUNIT_EXPECT_EQ(test, -EINVAL, LINK_VEC(2, 0));
	vec[1].paddr--;

	/* Nothing, and more than there can be */
	KUNIT_EXPECT_EQ(test, -EINVAL, LINK(w->phys, 0, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, LINK_VEC(0, 0));
	vec[1].len = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL, LINK_VEC(2, 0));
	vec[1].len = SZ_2K;
	KUNIT_EXPECT_EQ(test, -EINVAL, LINK(-(phys_addr_t)SZ_2K, 0, SZ_4K));
	vec[1].paddr = -(phys_addr_t)SZ_2K;
	vec[1].len = SZ_4K;
	KUNIT_EXPECT_EQ(test, -EINVAL, LINK_VEC(2, 0));
	vec[1].paddr = w->phys + SZ_8K;
	vec[1].len = SZ_2K;
	KUNIT_EXPECT_EQ(test, 0, w->iommu->mapped);

	/* A granule that has been taken, and one that has not */
	KUNIT_EXPECT_EQ(test, 0, LINK(w->phys, 0, 100));
	KUNIT_EXPECT_EQ(test, -EINVAL, LINK(w->phys + 100, 100, 100));
	vec[0].paddr = w->phys + 512;
	vec[0].len = SZ_2K - 512;
	KUNIT_EXPECT_EQ(test, -EINVAL, LINK_VEC(2, 512));
	KUNIT_EXPECT_EQ(test, 1, w->iommu->mapped);
	KUNIT_EXPECT_EQ(test, 0, LINK_VEC(2, SZ_2K + 512));
	KUNIT_EXPECT_EQ(test, 3, w->iommu->mapped);
	dma_iova_unlink(w->dev, &s, SZ_2K + 512, SZ_4K - 512, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 1, w->iommu->mapped);

	/* With nothing linked behind it, as after a first link that failed */
	dma_iova_unlink(w->dev, &s, 0, 100, DMA_TO_DEVICE, 0);
	dma_iova_unlink(w->dev, &s, 0, 0, DMA_TO_DEVICE, 0);
	dma_iova_destroy(w->dev, &s, 0, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_FALSE(test, dma_use_iova(&s));
	dma_world_expect_idle(w);
}

/* Mistakes that are worth a warning, once each, and have no effect */
static void iova_args_warn(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_2K);
	struct phys_vec vec = { .paddr = w->phys, .len = SZ_4K };
	struct dma_iova_state s;

	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &s, 0, SZ_4K));
	dma_expect_report(test, 1, "DMA direction 3 is invalid");
	KUNIT_EXPECT_EQ(test, -EINVAL, dma_iova_link(w->dev, &s, w->phys, 0,
						     SZ_4K, DMA_NONE, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, dma_iova_link_vec(w->dev, &s, &vec, 1, 0,
							 DMA_NONE, 0));
	KUNIT_EXPECT_EQ(test, 0, w->iommu->mapped);
	KUNIT_EXPECT_EQ(test, 0, dma_iova_link(w->dev, &s, w->phys, 0, SZ_4K,
					       DMA_TO_DEVICE, 0));
	dma_iova_unlink(w->dev, &s, 0, SZ_4K, DMA_NONE, 0);
	dma_iova_destroy(w->dev, &s, SZ_4K, DMA_NONE, 0);
	KUNIT_EXPECT_EQ(test, 2, w->iommu->mapped);

	dma_expect_report(test, 1,
			  "[0-9]+ bytes at [0-9]+ are not in a range of 4096");
	dma_iova_unlink(w->dev, &s, 0, SZ_4K + 1, DMA_TO_DEVICE, 0);
	dma_iova_unlink(w->dev, &s, SZ_4K + 1, 0, DMA_TO_DEVICE, 0);
	dma_iova_unlink(w->dev, &s, SIZE_MAX, SZ_4K, DMA_TO_DEVICE, 0);
	dma_iova_unlink(w->dev, &s, 1, SIZE_MAX, DMA_TO_DEVICE, 0);
	dma_iova_destroy(w->dev, &s, SZ_4K + 1, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, -EINVAL, dma_iova_sync(w->dev, &s, 1, SZ_4K));
	KUNIT_EXPECT_EQ(test, -EINVAL, dma_iova_link(w->dev, &s, w->phys, SZ_4K,
						     1, DMA_TO_DEVICE, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, dma_iova_link_vec(w->dev, &s, &vec, 1,
							 SZ_2K, DMA_TO_DEVICE,
							 0));
	KUNIT_EXPECT_EQ(test, 2, w->iommu->mapped);
	dma_iova_destroy(w->dev, &s, SZ_4K, DMA_TO_DEVICE, 0);
	dma_world_expect_idle(w);
}

/* ---- unmaps of what is not linked ---- */

#define UNLINK_LEN	(4 * PAGE_SIZE)

static void unlink_twice(struct dma_world *w, struct dma_iova_state *s)
{
	KUNIT_ASSERT_EQ(w->test, 0, dma_iova_link(w->dev, s, w->phys, 0,
						  UNLINK_LEN, DMA_TO_DEVICE, 0));
	dma_iova_unlink(w->dev, s, 0, UNLINK_LEN, DMA_TO_DEVICE, 0);
	dma_iova_unlink(w->dev, s, 0, UNLINK_LEN, DMA_TO_DEVICE, 0);
	/* This is what it is for: the range is the driver's, and free */
	dma_iova_free(w->dev, s);
}

static void unlink_destroyed(struct dma_world *w, struct dma_iova_state *s)
{
	struct dma_iova_state again;

	KUNIT_ASSERT_EQ(w->test, 0, dma_iova_link(w->dev, s, w->phys, 0,
						  UNLINK_LEN, DMA_TO_DEVICE, 0));
	again = *s;
	dma_iova_destroy(w->dev, s, UNLINK_LEN, DMA_TO_DEVICE, 0);
	dma_iova_destroy(w->dev, &again, UNLINK_LEN, DMA_TO_DEVICE, 0);
}

static void unlink_never(struct dma_world *w, struct dma_iova_state *s)
{
	dma_iova_destroy(w->dev, s, UNLINK_LEN, DMA_TO_DEVICE, 0);
}

static void unlink_longer(struct dma_world *w, struct dma_iova_state *s)
{
	KUNIT_ASSERT_EQ(w->test, 0, dma_iova_link(w->dev, s, w->phys, 0,
						  PAGE_SIZE, DMA_TO_DEVICE, 0));
	dma_iova_destroy(w->dev, s, UNLINK_LEN, DMA_TO_DEVICE, 0);
}

static void unlink_gap(struct dma_world *w, struct dma_iova_state *s)
{
	KUNIT_ASSERT_EQ(w->test, 0, dma_iova_link(w->dev, s, w->phys, 0,
						  UNLINK_LEN, DMA_TO_DEVICE, 0));
	dma_iova_unlink(w->dev, s, PAGE_SIZE, PAGE_SIZE, DMA_TO_DEVICE, 0);
	dma_iova_destroy(w->dev, s, UNLINK_LEN, DMA_TO_DEVICE, 0);
}

static const struct unlink_case {
	const char *name;
	void (*unlink)(struct dma_world *w, struct dma_iova_state *s);
	enum dma_kind kind;
	bool noncoherent;
	unsigned int left;	/* granules that are not unlinked */
	unsigned int synced;	/* granules that had something to sync */
} unlink_cases[] = {
	{ "twice", unlink_twice, DMA_KIND_IOMMU },
	{ "twice, not coherent", unlink_twice, DMA_KIND_IOMMU, true, 0,
	  UNLINK_LEN / PAGE_SIZE },
	{ "twice, untrusted", unlink_twice, DMA_KIND_UNTRUSTED },
	{ "destroyed twice", unlink_destroyed, DMA_KIND_IOMMU },
	{ "destroyed twice, not coherent", unlink_destroyed, DMA_KIND_IOMMU,
	  true, 0, UNLINK_LEN / PAGE_SIZE },
	{ "destroyed twice, untrusted", unlink_destroyed, DMA_KIND_UNTRUSTED },
	{ "never", unlink_never, DMA_KIND_IOMMU },
	{ "never, not coherent", unlink_never, DMA_KIND_IOMMU, true },
	{ "longer", unlink_longer, DMA_KIND_IOMMU },
	{ "longer, not coherent", unlink_longer, DMA_KIND_IOMMU, true, 0, 1 },
	{ "gap", unlink_gap, DMA_KIND_IOMMU, false,
	  UNLINK_LEN / PAGE_SIZE - 2 },
};

static void unlink_case_desc(const struct unlink_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(unlink_case, unlink_cases, unlink_case_desc);

/*
 * One line in the log, no cache maintenance for an address that leads nowhere,
 * and no two of the next ranges share an address.
 */
static void iova_unlink_mistake(struct kunit *test)
{
	const struct unlink_case *c = test->param_value;
	struct dma_world *w = dma_world_create(test, c->kind);
	struct dma_iova_state s[3];
	int i;

#ifdef CONFIG_DMA_API_DEBUG
	dma_debug_count_start(test);
#endif
	if (c->noncoherent) {
		dma_world_set_noncoherent(w);
		dma_counts_start(test);
	}
	dma_expect_report(test, 1,
			  "unmap of IOVA 0x[0-9a-f]+[+][0-9]+: [0-9]+ bytes were mapped");
	ratelimit_state_init(&iommu_dma_unmap_rs, iommu_dma_unmap_rs.interval,
			     iommu_dma_unmap_rs.burst);
	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &s[0], 0,
						   UNLINK_LEN));
	c->unlink(w, &s[0]);
	if (c->noncoherent)
		KUNIT_EXPECT_EQ(test, c->synced, dma_counts.for_cpu);
	KUNIT_EXPECT_EQ(test, 1, iommu_dma_unmap_rs.printed);
	KUNIT_EXPECT_EQ(test, 0, iommu_dma_unmap_rs.missed);
	KUNIT_EXPECT_EQ(test, c->left, w->iommu->mapped);

	for (i = 0; i < ARRAY_SIZE(s); i++) {
		KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &s[i], 0,
							   UNLINK_LEN));
		KUNIT_EXPECT_EQ(test, 0, dma_iova_link(w->dev, &s[i], w->phys,
						       0, UNLINK_LEN,
						       DMA_TO_DEVICE, 0));
	}
	for (i = 0; i < ARRAY_SIZE(s); i++)
		dma_iova_destroy(w->dev, &s[i], UNLINK_LEN, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, c->left, w->iommu->mapped);
	KUNIT_EXPECT_EQ(test, 1, iommu_dma_unmap_rs.printed);
}

/* ---- dma-debug ---- */

#ifdef CONFIG_DMA_API_DEBUG
/* A range is an entry, from its allocation on, and whatever is linked */
static void iova_debug_entry(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_2K);
	struct iova_plan *plan = plan_create(w, BOTH);
	unsigned int i;
	int ret;

	dma_debug_count_start(test);
	KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
	KUNIT_EXPECT_TRUE(test, dma_world_has_entries(w, 1));
	dma_iova_free(w->dev, &plan->state);
	KUNIT_EXPECT_TRUE(test, dma_world_has_entries(w, 0));

	for (i = 0; i < ARRAY_SIZE(plan_link_fns); i++) {
		KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
		plan_link_fns[i](plan, &ret);
		KUNIT_ASSERT_EQ(test, 0, ret);
		KUNIT_EXPECT_TRUE(test, dma_world_has_entries(w, 1));
		plan_destroy(plan, plan->size);
		KUNIT_EXPECT_TRUE(test, dma_world_has_entries(w, 0));
	}
	KUNIT_EXPECT_EQ(test, 0, dma_debug_reports());
}

/* The range goes the way of a single mapping, to the letter but for the call */
static void iova_debug_wrong_unmap(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU);
	struct dma_iova_state s;

	dma_debug_count_start(test);
	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &s, 0, PAGE_SIZE));
	KUNIT_ASSERT_EQ(test, 0, dma_iova_link(w->dev, &s, w->phys, 0,
					       PAGE_SIZE, DMA_BIDIRECTIONAL,
					       0));
	dma_unmap_phys(w->dev, s.addr, PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
	KUNIT_EXPECT_EQ(test, 1, dma_debug_reports());
	dma_world_expect_idle(w);
}

/* Linked memory is checked, by itself and in an array */
static void iova_debug_link(struct dma_world *w, phys_addr_t phys,
			    unsigned long attrs, unsigned int reports)
{
	struct phys_vec vec[2] = {
		{ .paddr = w->phys, .len = SZ_512 },
		{ .paddr = ALIGN_DOWN(phys, SZ_512), .len = SZ_512 },
	};
	unsigned int before = dma_debug_reports();
	struct dma_iova_state s;
	struct kunit *test = w->test;

	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &s, 0, SZ_1K));
	KUNIT_EXPECT_EQ(test, 0, dma_iova_link(w->dev, &s, vec[1].paddr, 0,
					       SZ_512, DMA_TO_DEVICE, attrs));
	KUNIT_EXPECT_EQ(test, reports, dma_debug_reports() - before);
	dma_iova_unlink(w->dev, &s, 0, SZ_512, DMA_TO_DEVICE, attrs);
	if (!(attrs & DMA_ATTR_MMIO)) {
		KUNIT_EXPECT_EQ(test, 0, dma_iova_link_vec(w->dev, &s, vec, 2,
							   0, DMA_TO_DEVICE,
							   0));
		KUNIT_EXPECT_EQ(test, 2 * reports,
				dma_debug_reports() - before);
	}
	dma_iova_destroy(w->dev, &s, attrs & DMA_ATTR_MMIO ? 0 : SZ_1K,
			 DMA_TO_DEVICE, attrs);
}

static void iova_debug_linked(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_512);

	dma_debug_count_start(test);
	iova_debug_link(w, w->phys + SZ_512, 0, 0);
	iova_debug_link(w, __pa_symbol(_stext) + SZ_512, 0, 1);
	iova_debug_link(w, w->phys + SZ_512, DMA_ATTR_MMIO, 1);
	iova_debug_link(w, dma_hole(test), DMA_ATTR_MMIO, 0);
	dma_world_expect_idle(w);
}
#endif

static struct kunit_case dma_iova_args_cases[] = {
	KUNIT_CASE(iova_none),
	KUNIT_CASE(iova_args),
	KUNIT_CASE(iova_args_warn),
	KUNIT_CASE_PARAM(iova_unlink_mistake, unlink_case_gen_params),
#ifdef CONFIG_DMA_API_DEBUG
	KUNIT_CASE(iova_debug_entry),
	KUNIT_CASE(iova_debug_wrong_unmap),
	KUNIT_CASE(iova_debug_linked),
#endif
	{}
};

static struct kunit_suite dma_iova_args_suite = {
	.name		= "dma_iova_args",
	.test_cases	= dma_iova_args_cases,
};

kunit_test_suite(dma_iova_args_suite);
