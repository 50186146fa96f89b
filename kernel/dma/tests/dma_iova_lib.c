// SPDX-License-Identifier: GPL-2.0
/*
 * Segments in a range of IOVA, see dma_iova_kunit.h, and a mock IOMMU that can
 * map several ranges at once.
 */
#include <linux/iommu.h>
#include "dma_iova_kunit.h"

unsigned int mock_vecs;

static struct iommu_domain_ops mock_vec_ops;
static const struct iommu_domain_ops *mock_page_ops;

static int mock_map_vec(struct iommu_domain *domain, unsigned long iova,
			const struct phys_vec *vec, unsigned int nr, int prot,
			gfp_t gfp, size_t *mapped)
{
	size_t granule = BIT(__ffs(domain->pgsize_bitmap)), done, n;
	phys_addr_t phys;
	int ret;

	mock_vecs++;
	for (; nr; nr--, vec++) {
		phys = ALIGN_DOWN(vec->paddr, granule);
		n = DIV_ROUND_UP(vec->paddr + vec->len - phys, granule);
		done = 0;
		ret = mock_page_ops->map_pages(domain, iova + *mapped, phys,
					       granule, n, prot, gfp, &done);
		*mapped += done;
		if (ret)
			return ret;
	}
	return 0;
}

void mock_set_vec(struct mock_domain *mock, bool vec)
{
	if (mock->domain.ops != &mock_vec_ops) {
		mock_page_ops = mock->domain.ops;
		mock_vec_ops = *mock_page_ops;
		mock_vec_ops.map_vec = mock_map_vec;
	}
	mock->domain.ops = vec ? &mock_vec_ops : mock_page_ops;
}

/* Offset and length in the area: in granules, and in bytes on top of that */
void plan_add(struct iova_plan *plan, int at, int at_bytes, int len,
	      int len_bytes)
{
	struct phys_vec *vec = &plan->vec[plan->nr++];
	size_t offset = at * plan->granule + at_bytes;

	vec->paddr = plan->w->phys + offset;
	vec->len = len * plan->granule + len_bytes;
	KUNIT_ASSERT_LE(plan->w->test, plan->nr, PLAN_MAX);
	KUNIT_ASSERT_LE(plan->w->test, offset + vec->len, DMA_AREA_SIZE);
	plan->size += vec->len;
	plan->granules += (offset + vec->len - 1) / plan->granule -
			  offset / plan->granule + 1;
}

const char * const plan_shape_names[PLAN_SHAPES] = {
	"whole granules", "partial head", "partial tail", "partial ends",
	"within one granule",
};

static void plan_fill(struct iova_plan *plan, enum plan_shape shape)
{
	if (shape == WITHIN) {
		plan_add(plan, 3, 21, 0, 100);
		return;
	}
	if (shape == HEAD || shape == BOTH)
		plan_add(plan, 6, 21, 0, plan->granule - 21);
	plan_add(plan, 2, 0, 2, 0);
	plan_add(plan, 9, 0, 1, 0);
	if (shape == TAIL || shape == BOTH)
		plan_add(plan, 12, 0, 1, 77);
}

const struct plan_param plan_params[PLAN_PARAMS] = {
	{ DMA_KIND_IOMMU, .vec_op = true },
	{ DMA_KIND_IOMMU },
	{ DMA_KIND_IOMMU_2K, .vec_op = true },
	{ DMA_KIND_IOMMU_512 },
	{ DMA_KIND_IOMMU_512, .noncoherent = true, .vec_op = true },
	{ DMA_KIND_IOMMU, .untrusted = true, .vec_op = true },
	{ DMA_KIND_IOMMU, .untrusted = true, .min_align = 1 },
	{ DMA_KIND_IOMMU_2K, .untrusted = true, .vec_op = true },
	{ DMA_KIND_IOMMU_2K, .untrusted = true, .noncoherent = true,
	  .min_align = 1 },
	{ DMA_KIND_IOMMU_512, .untrusted = true },
	{ DMA_KIND_IOMMU_512, .untrusted = true, .min_align = 1 },
};

void plan_param_desc(const struct plan_param *p, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s%s%s%s%s",
		 dma_kind_names[p->kind], p->untrusted ? ", untrusted" : "",
		 p->noncoherent ? ", not coherent" : "",
		 p->vec_op ? ", vectors" : "",
		 p->min_align ? ", min_align_mask" : "");
}

struct dma_world *plan_world(struct kunit *test, const struct plan_param *p)
{
	struct dma_world *w = dma_world_create(test, p->kind);

	if (p->untrusted) {
		w->tlb = dma_bounce_create(test, IO_TLB_SEGSIZE, GFP_DMA32);
		w->dev = mock_iommu_untrusted(test, w->dev);
		w->dev->dma_io_tlb_mem = w->tlb;
	}
	if (p->noncoherent)
		dma_world_set_noncoherent(w);
	if (p->min_align)
		dma_set_min_align_mask(w->dev,
				(p->min_align << w->iommu->shift) - 1);
	mock_set_vec(w->iommu, p->vec_op);
	return w;
}

struct iova_plan *plan_create(struct dma_world *w, enum plan_shape shape)
{
	struct iova_plan *plan;

	plan = kunit_kzalloc(w->test, sizeof(*plan), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(w->test, plan);
	plan->w = w;
	plan->granule = BIT(w->iommu->shift);
	plan->dir = DMA_BIDIRECTIONAL;
	plan->attrs = DMA_ATTR_NO_WARN;
	plan_fill(plan, shape);
	return plan;
}

bool plan_alloc(struct iova_plan *plan)
{
	return dma_iova_try_alloc(plan->w->dev, &plan->state,
				  plan->vec[0].paddr, plan->size);
}

size_t plan_link_each(struct iova_plan *plan, int *ret)
{
	size_t done = 0;
	unsigned int i;

	for (i = 0; i < plan->nr; i++) {
		*ret = dma_iova_link(plan->w->dev, &plan->state,
				     plan->vec[i].paddr, done,
				     plan->vec[i].len, plan->dir, plan->attrs);
		if (*ret)
			break;
		done += plan->vec[i].len;
	}
	return done;
}

size_t plan_link_vec(struct iova_plan *plan, int *ret)
{
	*ret = dma_iova_link_vec(plan->w->dev, &plan->state, plan->vec,
				 plan->nr, 0, plan->dir, plan->attrs);
	return *ret ? 0 : plan->size;
}

/* The first by itself, the others at once */
static size_t plan_link_both(struct iova_plan *plan, int *ret)
{
	size_t first = plan->vec[0].len;

	*ret = dma_iova_link(plan->w->dev, &plan->state, plan->vec[0].paddr, 0,
			     first, plan->dir, plan->attrs);
	if (*ret || plan->nr == 1)
		return *ret ? 0 : first;
	*ret = dma_iova_link_vec(plan->w->dev, &plan->state, plan->vec + 1,
				 plan->nr - 1, first, plan->dir, plan->attrs);
	return *ret ? first : plan->size;
}

const plan_link_fn plan_link_fns[PLAN_LINKS] = {
	plan_link_each, plan_link_vec, plan_link_both,
};

void plan_destroy(struct iova_plan *plan, size_t linked)
{
	dma_iova_destroy(plan->w->dev, &plan->state, linked, plan->dir,
			 plan->attrs);
}

/* Each segment by itself, in order, and the range after that */
static void plan_unlink_each(struct iova_plan *plan)
{
	size_t done = 0;
	unsigned int i;

	for (i = 0; i < plan->nr; i++) {
		dma_iova_unlink(plan->w->dev, &plan->state, done,
				plan->vec[i].len, plan->dir, plan->attrs);
		done += plan->vec[i].len;
	}
	KUNIT_EXPECT_EQ(plan->w->test, 0, plan->w->iommu->mapped);
	dma_iova_free(plan->w->dev, &plan->state);
}

/* Bounce slots of a plan: one granule at each end that is partial */
unsigned long plan_slots(const struct iova_plan *plan)
{
	const struct phys_vec *last = &plan->vec[plan->nr - 1];
	size_t mask = plan->granule - 1;
	unsigned long bounces = 0;

	if (!plan->w->tlb)
		return 0;
	if (plan->vec[0].paddr & mask)
		bounces++;
	if (((last->paddr + last->len) & mask) &&
	    !(plan->nr == 1 && bounces && last->len < plan->granule))
		bounces++;
	return bounces * DIV_ROUND_UP(plan->granule, IO_TLB_SIZE);
}

static void plan_write(struct iova_plan *plan, u8 *to, const u8 *from)
{
	unsigned int i;

	for (i = 0; i < plan->nr; i++)
		memcpy(to + plan_offset(plan, i), from + plan_offset(plan, i),
		       plan->vec[i].len);
}

void plan_gather(struct iova_plan *plan, u8 *to, const u8 *area)
{
	unsigned int i;

	for (i = 0; i < plan->nr; to += plan->vec[i++].len)
		memcpy(to, area + plan_offset(plan, i), plan->vec[i].len);
}

void plan_expect_mem(struct kunit *test, const u8 *a, const u8 *b, size_t len,
		     const char *what)
{
	size_t i = 0;

	if (memcmp(a, b, len))
		while (a[i] == b[i])
			i++;
	else
		i = len;
	KUNIT_EXPECT_EQ_MSG(test, i, len, "%s", what);
}

/* All of the granules that an untrusted device sees, but for the plan, are 0 */
static void plan_expect_padding(struct iova_plan *plan)
{
	size_t pad = plan->state.addr & (plan->granule - 1);
	dma_addr_t end = plan->state.addr + plan->size;
	u8 *got = plan->w->got;

	if (pad) {
		KUNIT_EXPECT_TRUE(plan->w->test,
				  dma_world_read(plan->w, plan->state.addr - pad,
						 got, pad));
		KUNIT_EXPECT_NULL(plan->w->test, memchr_inv(got, 0, pad));
	}
	pad = -end & (plan->granule - 1);
	if (pad) {
		KUNIT_EXPECT_TRUE(plan->w->test,
				  dma_world_read(plan->w, end, got, pad));
		KUNIT_EXPECT_NULL(plan->w->test, memchr_inv(got, 0, pad));
	}
}

/* The device sees the segments in a row, and can write to them */
static void plan_use(struct iova_plan *plan)
{
	struct dma_world *w = plan->w;
	struct kunit *test = w->test;

	KUNIT_EXPECT_EQ(test, plan->granules, w->iommu->mapped);
	if (w->tlb) {
		KUNIT_EXPECT_EQ(test, plan_slots(plan), dma_bounce_used(w->tlb));
		plan_expect_padding(plan);
	}

	plan_gather(plan, w->want, w->pattern_cpu);
	KUNIT_EXPECT_TRUE(test, dma_world_read(w, plan->state.addr, w->got,
					       plan->size));
	plan_expect_mem(test, w->got, w->want, plan->size, "device reads");

	plan_gather(plan, w->want, w->pattern_device);
	KUNIT_EXPECT_TRUE(test, dma_world_write(w, plan->state.addr, w->want,
						plan->size));
}

void plan_run(struct iova_plan *plan, plan_link_fn link, bool unlink)
{
	struct dma_world *w = plan->w;
	struct kunit *test = w->test;
	int ret;

	if (w->tlb)
		memset(w->tlb->defpool.vaddr, 0xee,
		       IO_TLB_SEGSIZE << IO_TLB_SHIFT);
	memcpy(w->cpu, w->pattern_cpu, DMA_AREA_SIZE);
	KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
	KUNIT_EXPECT_TRUE(test, dma_use_iova(&plan->state));
	KUNIT_EXPECT_EQ(test, plan->size, dma_iova_size(&plan->state));
	KUNIT_EXPECT_EQ(test, plan->size, link(plan, &ret));
	KUNIT_ASSERT_EQ(test, 0, ret);
	KUNIT_EXPECT_EQ(test, plan->size, dma_iova_size(&plan->state));
	KUNIT_EXPECT_EQ(test, 0, dma_iova_sync(w->dev, &plan->state, 0,
					       plan->size));
	plan_use(plan);
	if (unlink)
		plan_unlink_each(plan);
	else
		plan_destroy(plan, plan->size);

	memcpy(w->want, w->pattern_cpu, DMA_AREA_SIZE);
	plan_write(plan, w->want, w->pattern_device);
	plan_expect_mem(test, w->cpu, w->want, DMA_AREA_SIZE, "memory after");
	KUNIT_EXPECT_FALSE(test, dma_use_iova(&plan->state));
	KUNIT_EXPECT_EQ(test, 0, plan->state.addr);
	dma_world_expect_idle(w);
}
