// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit test of the two-step calls by thousands of random steps: after each, the
 * page table must be that of a model.
 */
#include <linux/prandom.h>
#include "dma_iova_kunit.h"

#define MODEL_STATES	6
#define MODEL_GRANULES	8

struct model_state {
	struct dma_iova_state state;
	/* Granule of the area that is linked, or -1 */
	int linked[MODEL_GRANULES];
};

static void model_check(struct dma_world *w, struct model_state *m)
{
	size_t granule = BIT(w->iommu->shift);
	unsigned int i, j, mapped = 0;
	phys_addr_t phys;
	bool there;

	for (i = 0; i < MODEL_STATES; i++) {
		for (j = 0; j < MODEL_GRANULES; j++) {
			if (!dma_use_iova(&m[i].state))
				continue;
			there = mock_iommu_lookup(w->iommu, m[i].state.addr +
						  j * granule, IOMMU_READ,
						  &phys);
			KUNIT_ASSERT_EQ(w->test, there, m[i].linked[j] >= 0);
			if (!there)
				continue;
			mapped++;
			KUNIT_ASSERT_EQ(w->test, phys, w->phys +
					m[i].linked[j] * granule);
		}
	}
	KUNIT_ASSERT_EQ(w->test, mapped, w->iommu->mapped);
}

/* Some granules that are free from @at on, or none */
static unsigned int model_free(struct model_state *m, unsigned int at,
			       unsigned int max)
{
	unsigned int n;

	for (n = 0; n < max && at + n < MODEL_GRANULES; n++)
		if (m->linked[at + n] >= 0)
			break;
	return n;
}

static void model_link(struct dma_world *w, struct model_state *m,
		       struct rnd_state *rnd)
{
	size_t granule = BIT(w->iommu->shift);
	unsigned int at = prandom_u32_state(rnd) % MODEL_GRANULES;
	unsigned int n = model_free(m, at, 1 + prandom_u32_state(rnd) % 4), i;
	bool fail = prandom_u32_state(rnd) % 4 == 0;
	struct phys_vec vec[4];
	int from[4], ret;

	if (!n)
		return;
	for (i = 0; i < n; i++) {
		from[i] = prandom_u32_state(rnd) % (DMA_AREA_SIZE / granule);
		vec[i].paddr = w->phys + from[i] * granule;
		vec[i].len = granule;
	}
	if (fail)
		w->iommu->fail_after = prandom_u32_state(rnd) % n;
	if (n == 1 && prandom_u32_state(rnd) % 2)
		ret = dma_iova_link(w->dev, &m->state, vec[0].paddr,
				    at * granule, granule, DMA_TO_DEVICE, 0);
	else
		ret = dma_iova_link_vec(w->dev, &m->state, vec, n, at * granule,
					DMA_TO_DEVICE, 0);
	KUNIT_ASSERT_EQ(w->test, ret, fail ? -ENOMEM : 0);
	for (i = 0; i < n && !ret; i++)
		m->linked[at + i] = from[i];
}

static void model_unlink(struct dma_world *w, struct model_state *m,
			 struct rnd_state *rnd)
{
	size_t granule = BIT(w->iommu->shift);
	unsigned int at = prandom_u32_state(rnd) % MODEL_GRANULES, n = 0;

	while (n < 3 && at + n < MODEL_GRANULES && m->linked[at + n] >= 0)
		m->linked[at + n++] = -1;
	dma_iova_unlink(w->dev, &m->state, at * granule, n * granule,
			DMA_TO_DEVICE, 0);
}

static void model_destroy(struct dma_world *w, struct model_state *m)
{
	size_t granule = BIT(w->iommu->shift);
	unsigned int i, n = 0;

	while (n < MODEL_GRANULES && m->linked[n] >= 0)
		n++;
	for (i = n; i < MODEL_GRANULES; i++)
		if (m->linked[i] >= 0)
			dma_iova_unlink(w->dev, &m->state, i * granule, granule,
					DMA_TO_DEVICE, 0);
	dma_iova_destroy(w->dev, &m->state, n * granule, DMA_TO_DEVICE, 0);
	memset(m->linked, -1, sizeof(m->linked));
}

static void iova_model(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_2K);
	size_t size = MODEL_GRANULES << w->iommu->shift;
	struct model_state *m;
	struct rnd_state rnd;
	unsigned int i, op;

	m = kunit_kcalloc(test, MODEL_STATES, sizeof(*m), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m);
	for (i = 0; i < MODEL_STATES; i++)
		memset(m[i].linked, -1, sizeof(m[i].linked));
	prandom_seed_state(&rnd, 7);
	for (i = 0; i < 5000; i++) {
		struct model_state *one;

		mock_set_vec(w->iommu, prandom_u32_state(&rnd) % 2);
		one = &m[prandom_u32_state(&rnd) % MODEL_STATES];
		op = prandom_u32_state(&rnd) % 8;
		if (!dma_use_iova(&one->state))
			KUNIT_ASSERT_TRUE(test,
					  dma_iova_try_alloc(w->dev,
							     &one->state, 0,
							     size));
		else if (op < 5)
			model_link(w, one, &rnd);
		else if (op < 7)
			model_unlink(w, one, &rnd);
		else
			model_destroy(w, one);
		model_check(w, m);
	}
	for (i = 0; i < MODEL_STATES; i++)
		model_destroy(w, &m[i]);
	dma_world_expect_idle(w);
}

static struct kunit_case dma_iova_model_cases[] = {
	KUNIT_CASE(iova_model),
	{}
};

static struct kunit_suite dma_iova_model_suite = {
	.name		= "dma_iova_model",
	.test_cases	= dma_iova_model_cases,
};

kunit_test_suite(dma_iova_model_suite);
