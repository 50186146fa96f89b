// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of mapping in two steps, with the mock IOMMU of dma_kunit_iommu.c.
 *
 * A *plan* is a list of segments of the world's area, which are linked into one
 * range of IOVA, one by one or all at once. The device has to find them there in
 * a row, and nothing else. What is in the page table is looked up by the test,
 * so that a byte that the device can see without a need is found, too.
 */
#include <linux/fault-inject.h>
#include <linux/iommu.h>
#include <linux/iommu-dma.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <asm/sections.h>
#include <kunit/dma.h>

/* ---- an IOMMU that maps several ranges at once ---- */

static unsigned int mock_vecs;		/* calls of .map_vec */
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

/* Whether it can. The mock has no such operation by itself. */
static void mock_set_vec(struct mock_domain *mock, bool vec)
{
	if (mock->domain.ops != &mock_vec_ops) {
		mock_page_ops = mock->domain.ops;
		mock_vec_ops = *mock_page_ops;
		mock_vec_ops.map_vec = mock_map_vec;
	}
	mock->domain.ops = vec ? &mock_vec_ops : mock_page_ops;
}

/* ---- one segment, as a way to map among others ---- */

static struct dma_iova_state call_state;

static bool iova_call_begin(struct dma_mapping *m)
{
	m->addr = DMA_MAPPING_ERROR;
	return dma_iova_try_alloc(m->dev, &call_state, m->phys, m->size);
}

static void iova_call_end(struct dma_mapping *m, int ret, size_t linked)
{
	if (!ret)
		ret = dma_iova_sync(m->dev, &call_state, 0, m->size);
	if (!ret)
		m->addr = call_state.addr;
	else
		dma_iova_destroy(m->dev, &call_state, linked, m->dir, m->attrs);
}

static void iova_call_map(struct dma_mapping *m)
{
	int ret;

	if (!iova_call_begin(m))
		return;
	ret = dma_iova_link(m->dev, &call_state, m->phys, 0, m->size, m->dir,
			    m->attrs);
	iova_call_end(m, ret, ret ? 0 : m->size);
}

/* Cut where pages of the CPU end, which are granules of the IOMMU, too */
static void iova_call_map_vec(struct dma_mapping *m)
{
	struct phys_vec vec[DMA_AREA_SIZE / PAGE_SIZE];
	size_t done = 0;
	int ret, n;

	if (!iova_call_begin(m))
		return;
	for (n = 0; done < m->size; n++) {
		vec[n].paddr = m->phys + done;
		vec[n].len = min_t(size_t, m->size - done, PAGE_SIZE -
				   offset_in_page(vec[n].paddr));
		done += vec[n].len;
	}
	ret = dma_iova_link_vec(m->dev, &call_state, vec, n, 0, m->dir, m->attrs);
	iova_call_end(m, ret, ret ? 0 : m->size);
}

static void iova_call_unmap(struct dma_mapping *m)
{
	dma_iova_destroy(m->dev, &call_state, m->size, m->dir, m->attrs);
}

static const struct dma_call iova_calls[] = {
	{ .name = "link", .map = iova_call_map, .unmap = iova_call_unmap },
	{ .name = "vec", .map = iova_call_map_vec, .unmap = iova_call_unmap },
};

KUNIT_ARRAY_PARAM(dma_span, dma_spans, dma_span_desc);

static void iova_transfer(struct kunit *test)
{
	enum dma_kind kind;
	int i;

	for (kind = DMA_KIND_IOMMU_512; kind < DMA_KINDS; kind++) {
		struct dma_world *w = dma_world_create(test, kind);

		for (i = 0; i < ARRAY_SIZE(iova_calls); i++)
			dma_kunit_transfer_all_dirs(w, &iova_calls[i],
						    test->param_value);
	}
}

/* ---- plans ---- */

#define PLAN_MAX	20

struct iova_plan {
	struct dma_world *w;
	size_t granule;
	struct phys_vec vec[PLAN_MAX];
	unsigned int nr;
	size_t size;
	unsigned int granules;
	struct dma_iova_state state;
	enum dma_data_direction dir;
	unsigned long attrs;
};

/* Offset and length in the area: in granules, and in bytes on top of that */
static void plan_add(struct iova_plan *plan, int at, int at_bytes, int len,
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

static size_t plan_offset(const struct iova_plan *plan, unsigned int i)
{
	return plan->vec[i].paddr - plan->w->phys;
}

enum plan_shape { WHOLE, HEAD, TAIL, BOTH, WITHIN, PLAN_SHAPES };

static const char * const plan_shape_names[PLAN_SHAPES] = {
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

/* What makes the world behave differently */
struct plan_param {
	enum dma_kind kind;
	bool untrusted;
	bool noncoherent;
	bool vec_op;		/* the IOMMU maps several ranges at once */
	unsigned int min_align;	/* the device's min_align_mask, in granules */
};

static const struct plan_param plan_params[] = {
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

static void plan_param_desc(const struct plan_param *p, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s%s%s%s%s",
		 dma_kind_names[p->kind], p->untrusted ? ", untrusted" : "",
		 p->noncoherent ? ", not coherent" : "",
		 p->vec_op ? ", vectors" : "",
		 p->min_align ? ", min_align_mask" : "");
}

KUNIT_ARRAY_PARAM(plan, plan_params, plan_param_desc);

/* Only those that bounce */
static const void *untrusted_gen_params(const void *prev, char *desc)
{
	const struct plan_param *p = prev;

	do
		p = plan_gen_params(p, desc);
	while (p && !p->untrusted);
	return p;
}

static void plan_clear_parms(void *data)
{
	struct device *dev = data;

	dev->dma_parms = NULL;
}

static struct dma_world *plan_world(struct kunit *test,
				    const struct plan_param *p)
{
	struct dma_world *w = dma_world_create(test, p->kind);
	struct device_dma_parameters *parms;

	if (p->untrusted) {
		w->tlb = dma_bounce_create(test, IO_TLB_SEGSIZE, GFP_DMA32);
		w->dev = mock_iommu_untrusted(test, w->dev);
		w->dev->dma_io_tlb_mem = w->tlb;
	}
	if (p->noncoherent)
		dma_world_set_noncoherent(w);
	if (p->min_align) {
		parms = kunit_kzalloc(test, sizeof(*parms), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, parms);
		parms->min_align_mask = (p->min_align << w->iommu->shift) - 1;
		w->dev->dma_parms = parms;
		KUNIT_ASSERT_EQ(test, 0,
				kunit_add_action_or_reset(test,
							  plan_clear_parms,
							  w->dev));
	}
	mock_set_vec(w->iommu, p->vec_op);
	return w;
}

static struct iova_plan *plan_create(struct dma_world *w, enum plan_shape shape)
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

static bool plan_alloc(struct iova_plan *plan)
{
	return dma_iova_try_alloc(plan->w->dev, &plan->state,
				  plan->vec[0].paddr, plan->size);
}

/* Links segments from first on, by themselves. Returns how many bytes it did. */
static size_t plan_link_each(struct iova_plan *plan, int *ret)
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

static size_t plan_link_vec(struct iova_plan *plan, int *ret)
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

typedef size_t (*plan_link_fn)(struct iova_plan *plan, int *ret);

static const plan_link_fn plan_link_fns[] = {
	plan_link_each, plan_link_vec, plan_link_both,
};

static void plan_destroy(struct iova_plan *plan, size_t linked)
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
static unsigned long plan_slots(const struct iova_plan *plan)
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

static void plan_gather(struct iova_plan *plan, u8 *to, const u8 *area)
{
	unsigned int i;

	for (i = 0; i < plan->nr; to += plan->vec[i++].len)
		memcpy(to, area + plan_offset(plan, i), plan->vec[i].len);
}

static void plan_expect_mem(struct kunit *test, const u8 *a, const u8 *b,
			    size_t len, const char *what)
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

static void plan_run(struct iova_plan *plan, plan_link_fn link, bool unlink)
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

static void iova_plans(struct kunit *test)
{
	struct dma_world *w = plan_world(test, test->param_value);
	enum plan_shape shape;
	int i;

	for (shape = 0; shape < PLAN_SHAPES; shape++) {
		struct iova_plan *plan = plan_create(w, shape);

		kunit_info(test, "%s\n", plan_shape_names[shape]);
		for (i = 0; i < ARRAY_SIZE(plan_link_fns); i++) {
			plan_run(plan, plan_link_fns[i], false);
			plan_run(plan, plan_link_fns[i], true);
		}
	}
}

/* ---- failures ---- */

/* What one attempt with something missing has to leave behind */
static void plan_attempt(struct iova_plan *plan, plan_link_fn link, bool *passed)
{
	struct dma_world *w = plan->w;
	struct kunit *test = w->test;
	struct iova_plan first = *plan;
	size_t linked;
	int ret;

	memcpy(w->cpu, w->pattern_cpu, DMA_AREA_SIZE);
	linked = link(plan, &ret);
	*passed = !ret;
	w->iommu->fail_after = -1;

	/* What was linked is there, and nothing else */
	first.state = plan->state;
	first.size = 0;
	first.granules = 0;
	for (first.nr = 0; first.size < linked; first.nr++) {
		struct phys_vec *vec = &first.vec[first.nr];

		first.size += vec->len;
		first.granules += DIV_ROUND_UP((vec->paddr & (plan->granule - 1)) +
					       vec->len, plan->granule);
	}
	KUNIT_EXPECT_EQ(test, linked, first.size);
	KUNIT_EXPECT_EQ(test, first.granules, w->iommu->mapped);
	if (linked) {
		plan_gather(&first, w->want, w->pattern_cpu);
		KUNIT_EXPECT_TRUE(test, dma_world_read(w, plan->state.addr,
						       w->got, linked));
		plan_expect_mem(test, w->got, w->want, linked, "device reads");
		dma_iova_unlink(w->dev, &plan->state, 0, linked, plan->dir,
				plan->attrs);
	}
	plan_expect_mem(test, w->cpu, w->pattern_cpu, DMA_AREA_SIZE,
			"memory after");
	KUNIT_EXPECT_EQ(test, 0, w->iommu->mapped);
}

/* Each granule of the page table */
static void iova_failure_table(struct kunit *test)
{
	struct dma_world *w = plan_world(test, test->param_value);
	struct iova_plan *plan = plan_create(w, BOTH);
	bool passed;
	int i, step;

	for (i = 0; i < ARRAY_SIZE(plan_link_fns); i++) {
		KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
		for (step = 0; step <= plan->granules; step++) {
			w->iommu->fail_after = step;
			plan_attempt(plan, plan_link_fns[i], &passed);
			KUNIT_EXPECT_EQ(test, passed, step == plan->granules);
			if (w->tlb)
				KUNIT_EXPECT_EQ(test, 0,
						dma_bounce_used(w->tlb));
		}
		dma_iova_free(w->dev, &plan->state);
		dma_world_expect_idle(w);
		plan_run(plan, plan_link_fns[i], false);
	}
}

/* Each allocation that may fail */
static void iova_failure_alloc(struct kunit *test)
{
#if defined(CONFIG_FAULT_INJECTION) && defined(CONFIG_FAILSLAB)
	struct dma_world *w = plan_world(test, test->param_value);
	struct iova_plan *plan = plan_create(w, BOTH);
	unsigned int left, step, failed;
	bool passed;
	int i;

	for (i = 0; i < ARRAY_SIZE(plan_link_fns); i++) {
		failed = 0;
		for (step = 1, left = 0; step < 1000 && !left; step++) {
			current->fail_nth = step;
			passed = plan_alloc(plan);
			if (passed)
				plan_attempt(plan, plan_link_fns[i], &passed);
			left = current->fail_nth;
			current->fail_nth = 0;
			failed += !passed;
			dma_iova_free(w->dev, &plan->state);
			dma_world_expect_idle(w);
		}
		KUNIT_EXPECT_GT(test, left, 0);
		KUNIT_EXPECT_GT(test, failed, 0);
		plan_run(plan, plan_link_fns[i], false);
	}
#else
	kunit_skip(test, "needs CONFIG_FAILSLAB");
#endif
}

/* No bounce slot, one, two, ... */
static void iova_failure_slots(struct kunit *test)
{
	struct dma_world *w = plan_world(test, test->param_value);
	struct iova_plan *plan = plan_create(w, BOTH);
	struct device *other = dma_device_create(test);
	struct dma_mapping *taken;
	size_t n, slots;
	bool passed;
	int i;

	taken = kunit_kcalloc(test, IO_TLB_SEGSIZE, sizeof(*taken), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, taken);
	for (n = 0; n < IO_TLB_SEGSIZE; n++)
		taken[n] = (struct dma_mapping) {
			.dev	= other,
			.phys	= w->phys + PAGE_SIZE,
			.size	= IO_TLB_SIZE,
			.dir	= DMA_TO_DEVICE,
		};
	other->dma_io_tlb_mem = w->tlb;
	w->tlb->force_bounce = true;

	for (i = 0; i < ARRAY_SIZE(plan_link_fns); i++) {
		KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
		for (slots = 0; slots <= plan_slots(plan); slots++) {
			for (n = slots; n < IO_TLB_SEGSIZE; n++) {
				dma_calls[0].map(&taken[n]);
				KUNIT_ASSERT_FALSE(test,
						   dma_map_failed(&taken[n]));
			}
			plan_attempt(plan, plan_link_fns[i], &passed);
			KUNIT_EXPECT_EQ(test, IO_TLB_SEGSIZE - slots,
					dma_bounce_used(w->tlb));
			KUNIT_EXPECT_TRUE(test, !passed ||
					  slots >= plan_slots(plan));
			for (n = slots; n < IO_TLB_SEGSIZE; n++)
				dma_calls[0].unmap(&taken[n]);
		}
		dma_iova_free(w->dev, &plan->state);
		dma_world_expect_idle(w);
		plan_run(plan, plan_link_fns[i], false);
	}
}

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
	struct device_dma_parameters parms = { .min_align_mask = SZ_2K };
	struct device_dma_parameters *old_parms = w->dev->dma_parms;
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

	w->dev->dma_parms = &parms;
	iova_expect_none(test, w->dev, 0, PAGE_SIZE);
	w->dev->dma_parms = old_parms;

	/* Room for four granules, the first of which is never handed out */
	mock_iommu_set_aperture(w->iommu, 4 * SZ_2K - 1);
	iova_expect_none(test, w->dev, 0, 4 * SZ_2K);
	iova_expect_none(test, w->dev, 1, 3 * SZ_2K);
	dma_world_expect_idle(w);
}

/* A failed sync leaves everything to the caller */
static void iova_failure_sync(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_512);
	struct iova_plan *plan = plan_create(w, BOTH);
	int ret;

	KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
	plan_link_each(plan, &ret);
	KUNIT_ASSERT_EQ(test, 0, ret);
	w->iommu->syncs = 0;
	w->iommu->sync_error = -EIO;
	KUNIT_EXPECT_EQ(test, -EIO, dma_iova_sync(w->dev, &plan->state, 0,
						  plan->size));
	KUNIT_EXPECT_EQ(test, plan->granules, w->iommu->mapped);

	/* Once more, and this is what the driver of the IOMMU gets to see */
	w->iommu->sync_error = 0;
	KUNIT_EXPECT_EQ(test, 0, dma_iova_sync(w->dev, &plan->state, 0,
					       plan->size));
	KUNIT_EXPECT_EQ(test, 2, w->iommu->syncs);
	KUNIT_EXPECT_EQ(test, ALIGN_DOWN(plan->state.addr, SZ_512),
			w->iommu->sync_start);
	KUNIT_EXPECT_EQ(test, plan->granules * SZ_512, w->iommu->sync_size);
	KUNIT_EXPECT_EQ(test, 0, dma_iova_sync(w->dev, &plan->state, 0, 0));
	KUNIT_EXPECT_EQ(test, 2, w->iommu->syncs);
	plan_destroy(plan, plan->size);
	dma_world_expect_idle(w);
}

/* ---- arguments ---- */

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
} unlink_cases[] = {
	{ "twice", unlink_twice, DMA_KIND_IOMMU },
	{ "twice, not coherent", unlink_twice, DMA_KIND_IOMMU, true },
	{ "twice, untrusted", unlink_twice, DMA_KIND_UNTRUSTED },
	{ "never", unlink_never, DMA_KIND_IOMMU },
	{ "never, not coherent", unlink_never, DMA_KIND_IOMMU, true },
	{ "longer", unlink_longer, DMA_KIND_IOMMU },
	{ "longer, not coherent", unlink_longer, DMA_KIND_IOMMU, true },
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
	if (c->noncoherent)
		dma_world_set_noncoherent(w);
	dma_expect_report(test, 1,
			  "unmap of IOVA 0x[0-9a-f]+[+][0-9]+: [0-9]+ bytes were mapped");
	ratelimit_state_init(&iommu_dma_unmap_rs, 5 * HZ, 1);
	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &s[0], 0,
						   UNLINK_LEN));
	c->unlink(w, &s[0]);
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

/* ---- what happens on the side ---- */

/* Registers: never bounced, never cached, and mapped as what they are */
static void iova_mmio(struct kunit *test)
{
	const struct plan_param *p = test->param_value;
	struct dma_world *w = plan_world(test, p);
	phys_addr_t hole = dma_hole(test), got;
	size_t granule = BIT(w->iommu->shift);
	struct dma_iova_state s;
	struct phys_vec vec[2] = {
		{ .paddr = hole + 1, .len = granule - 1 },
		{ .paddr = hole + 4 * granule, .len = 77 },
	};
	int i;

	if (p->noncoherent)
		dma_counts_start(test);
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &s, hole + 1,
							   granule + 76));
		if (i) {
			KUNIT_EXPECT_EQ(test, 0, dma_iova_link_vec(w->dev, &s,
					vec, 2, 0, DMA_FROM_DEVICE,
					DMA_ATTR_MMIO));
		} else {
			KUNIT_EXPECT_EQ(test, 0, dma_iova_link(w->dev, &s,
					vec[0].paddr, 0, vec[0].len,
					DMA_FROM_DEVICE, DMA_ATTR_MMIO));
			KUNIT_EXPECT_EQ(test, 0, dma_iova_link(w->dev, &s,
					vec[1].paddr, vec[0].len, vec[1].len,
					DMA_FROM_DEVICE, DMA_ATTR_MMIO));
		}
		KUNIT_EXPECT_EQ(test, IOMMU_MMIO | IOMMU_WRITE,
				w->iommu->last_prot);
		KUNIT_EXPECT_TRUE(test, mock_iommu_lookup(w->iommu, s.addr,
							  IOMMU_WRITE, &got));
		KUNIT_EXPECT_EQ(test, hole + 1, got);
		KUNIT_EXPECT_TRUE(test,
				  mock_iommu_lookup(w->iommu,
						    s.addr + granule + 75,
						    IOMMU_WRITE, &got));
		KUNIT_EXPECT_EQ(test, hole + 4 * granule + 76, got);
		w->iommu->walks = 0;
		dma_iova_destroy(w->dev, &s, granule + 76, DMA_FROM_DEVICE,
				 DMA_ATTR_MMIO);
		KUNIT_EXPECT_EQ(test, 0, w->iommu->walks);
	}
	if (p->noncoherent) {
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_device);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.kmsan);
	}
	dma_world_expect_idle(w);
}

/* A peer's memory is not for the CPU to copy. There is no page to tell by. */
static void iova_no_bounce_of_holes(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_UNTRUSTED);
	phys_addr_t hole = dma_hole(test);
	struct phys_vec vec[2] = {
		{ .paddr = w->phys + 100, .len = PAGE_SIZE - 100 },
		{ .paddr = hole, .len = 100 },
	};
	struct dma_iova_state s;

	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &s, 100, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, -EREMOTEIO,
			dma_iova_link(w->dev, &s, hole + 100, 0, 10,
				      DMA_TO_DEVICE, 0));
	KUNIT_EXPECT_EQ(test, -EREMOTEIO,
			dma_iova_link_vec(w->dev, &s, vec, 2, 0, DMA_TO_DEVICE,
					  0));
	dma_iova_free(w->dev, &s);
	dma_world_expect_idle(w);
}

/* Cache maintenance for what is memory, and not for what is around it */
static void iova_noncoherent(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_2K);
	struct iova_plan *plan = plan_create(w, BOTH);
	int i, ret;

	dma_world_set_noncoherent(w);
	for (i = 0; i < ARRAY_SIZE(plan_link_fns); i++) {
		dma_counts_start(test);
		KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
		plan_link_fns[i](plan, &ret);
		KUNIT_ASSERT_EQ(test, 0, ret);
		KUNIT_EXPECT_EQ(test, plan->nr, dma_counts.for_device);
		KUNIT_EXPECT_EQ(test, plan->nr, dma_counts.kmsan);
		KUNIT_EXPECT_EQ(test, plan->vec[plan->nr - 1].paddr,
				dma_counts.phys);
		KUNIT_EXPECT_EQ(test, plan->vec[plan->nr - 1].len,
				dma_counts.size);
		KUNIT_EXPECT_EQ(test, 0, w->iommu->last_prot & IOMMU_CACHE);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
		plan_destroy(plan, plan->size);
		KUNIT_EXPECT_EQ(test, plan->granules, dma_counts.for_cpu);
		KUNIT_EXPECT_EQ(test, 77, dma_counts.size);

		plan->attrs = DMA_ATTR_SKIP_CPU_SYNC;
		dma_counts_start(test);
		KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
		plan_link_fns[i](plan, &ret);
		KUNIT_ASSERT_EQ(test, 0, ret);
		w->iommu->walks = 0;
		plan_destroy(plan, plan->size);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_device);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
		KUNIT_EXPECT_EQ(test, 0, w->iommu->walks);
		plan->attrs = 0;
	}
	dma_world_expect_idle(w);
}

/*
 * All of a bounce buffer that a device can read is written back: a driver may
 * have done that to its own memory, but not to the copy of it.
 */
static void iova_noncoherent_bounce(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_UNTRUSTED);
	struct iova_plan *plan = plan_create(w, WITHIN);
	int ret;

	dma_world_set_noncoherent(w);
	dma_counts_start(test);
	plan->attrs = DMA_ATTR_SKIP_CPU_SYNC;
	KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
	plan_link_each(plan, &ret);
	KUNIT_ASSERT_EQ(test, 0, ret);
	KUNIT_EXPECT_EQ(test, 1, dma_counts.for_device);
	KUNIT_EXPECT_EQ(test, plan->granule, dma_counts.size);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(dma_counts.phys, plan->granule));
	plan->attrs = 0;
	plan_destroy(plan, plan->size);
	KUNIT_EXPECT_EQ(test, 1, dma_counts.for_cpu);
	KUNIT_EXPECT_EQ(test, plan->size, dma_counts.size);
	dma_world_expect_idle(w);
}

/* A coherent, trusted device pays for no walk of the page table */
static void iova_no_walks(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU);
	struct iova_plan *plan = plan_create(w, BOTH);
	int ret;

	w->iommu->walks = 0;
	mock_set_vec(w->iommu, true);
	mock_vecs = 0;
	w->iommu->syncs = 0;
	KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
	plan_link_vec(plan, &ret);
	KUNIT_ASSERT_EQ(test, 0, ret);
	KUNIT_EXPECT_EQ(test, 0, w->iommu->syncs);
	KUNIT_EXPECT_EQ(test, 0, dma_iova_sync(w->dev, &plan->state, 0,
					       plan->size));
	plan_destroy(plan, plan->size);
	KUNIT_EXPECT_EQ(test, 0, w->iommu->walks);
	KUNIT_EXPECT_EQ(test, 1, mock_vecs);
	KUNIT_EXPECT_EQ(test, 1, w->iommu->syncs);
	dma_world_expect_idle(w);
}

/* Without a copy back, but not without giving the bounce buffers back */
static void iova_skip_sync(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_UNTRUSTED);
	struct iova_plan *plan = plan_create(w, BOTH);
	u8 byte = 0xa5;
	int ret;

	memcpy(w->cpu, w->pattern_cpu, DMA_AREA_SIZE);
	KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
	plan_link_each(plan, &ret);
	KUNIT_ASSERT_EQ(test, 0, ret);
	dma_world_write(w, plan->state.addr, &byte, 1);
	dma_world_write(w, plan->state.addr + plan->size - 1, &byte, 1);
	plan->attrs = DMA_ATTR_SKIP_CPU_SYNC;
	plan_destroy(plan, plan->size);
	plan_expect_mem(test, w->cpu, w->pattern_cpu, DMA_AREA_SIZE,
			"memory after");
	dma_world_expect_idle(w);
}

struct late_write {
	struct iova_plan *plan;
	unsigned int flushes;
};

/* As long as there was no flush, the device still has its translations */
static void late_write(void *data)
{
	struct late_write *late = data;
	struct io_tlb_mem *tlb = late->plan->w->tlb;

	late->flushes++;
	KUNIT_EXPECT_EQ(late->plan->w->test, plan_slots(late->plan),
			dma_bounce_used(tlb));
	memset(tlb->defpool.vaddr, 0xa5, IO_TLB_SEGSIZE << IO_TLB_SHIFT);
}

/* A bounce buffer is neither released nor copied back before the flush */
static void iova_flush_before_free(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_UNTRUSTED);
	struct iova_plan *plan = plan_create(w, WITHIN);
	struct late_write late = { .plan = plan };
	int ret;

	memcpy(w->cpu, w->pattern_cpu, DMA_AREA_SIZE);
	KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
	plan_link_each(plan, &ret);
	KUNIT_ASSERT_EQ(test, 0, ret);
	w->iommu->on_flush_data = &late;
	w->iommu->on_flush = late_write;
	plan_destroy(plan, plan->size);
	w->iommu->on_flush = NULL;
	KUNIT_EXPECT_EQ(test, 1, late.flushes);

	memcpy(w->want, w->pattern_cpu, DMA_AREA_SIZE);
	memset(w->want + plan_offset(plan, 0), 0xa5, plan->size);
	plan_expect_mem(test, w->cpu, w->want, DMA_AREA_SIZE, "memory after");
	dma_world_expect_idle(w);
}

/* Another thing can be linked where one was unlinked */
static void iova_relink(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_512);
	struct dma_iova_state s;
	u8 byte;
	int i;

	for (i = 0; i < 3; i++)
		w->cpu[i * SZ_512] = i;
	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &s, 0, 3 * SZ_512));
	for (i = 0; i < 3; i++)
		KUNIT_ASSERT_EQ(test, 0,
				dma_iova_link(w->dev, &s, w->phys + i * SZ_512,
					      i * SZ_512, SZ_512, DMA_TO_DEVICE,
					      0));
	dma_iova_unlink(w->dev, &s, SZ_512, SZ_512, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_FALSE(test, dma_world_read(w, s.addr + SZ_512, &byte, 1));
	KUNIT_ASSERT_EQ(test, 0, dma_iova_link(w->dev, &s, w->phys + 2 * SZ_512,
					       SZ_512, SZ_512, DMA_TO_DEVICE,
					       0));
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_TRUE(test, dma_world_read(w, s.addr + i * SZ_512,
						       &byte, 1));
		KUNIT_EXPECT_EQ(test, byte, i ? 2 : 0);
	}

	/* Less than all of the range */
	dma_iova_unlink(w->dev, &s, 2 * SZ_512, SZ_512, DMA_TO_DEVICE, 0);
	dma_iova_destroy(w->dev, &s, 2 * SZ_512, DMA_TO_DEVICE, 0);
	dma_world_expect_idle(w);
}

/* ---- the page table is the same, however it is filled ---- */

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

/* ---- thousands of random steps, and a model ---- */

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

/* ---- whether an unmap is needed ---- */

static void iova_need_unmap(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	bool always = IS_ENABLED(CONFIG_DMA_API_DEBUG);
	u64 *mask = w->dev->dma_mask;
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + 5,
		.size	= 100,
		.dir	= DMA_TO_DEVICE,
	};

	KUNIT_EXPECT_EQ(test, always, dma_need_unmap(w->dev));
	dma_calls[0].map(&m);
	KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
	KUNIT_EXPECT_EQ(test, always, dma_need_unmap(w->dev));
	dma_calls[0].unmap(&m);

	w->dev->dma_mask = NULL;
	KUNIT_EXPECT_TRUE(test, dma_need_unmap(w->dev));
	w->dev->dma_mask = mask;

	/* One buffer is enough, and dma_set_mask() does not forget it */
	w->tlb = dma_bounce_create(test, IO_TLB_SEGSIZE, GFP_DMA32);
	w->dev->dma_io_tlb_mem = w->tlb;
	KUNIT_EXPECT_FALSE(test, w->dev->dma_bounced);
	w->tlb->force_bounce = true;
	dma_calls[0].map(&m);
	w->tlb->force_bounce = false;
	KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
	KUNIT_EXPECT_TRUE(test, dma_need_unmap(w->dev));
	KUNIT_EXPECT_TRUE(test, w->dev->dma_bounced);
	dma_set_mask(w->dev, DMA_BIT_MASK(64));
	KUNIT_EXPECT_TRUE(test, w->dev->dma_bounced);
	dma_calls[0].unmap(&m);
	dma_world_expect_idle(w);

	w = dma_world_create(test, DMA_KIND_IOMMU);
	KUNIT_EXPECT_TRUE(test, dma_need_unmap(w->dev));
}

static void iova_need_unmap_noncoherent(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);

	dma_world_set_noncoherent(w);
	KUNIT_EXPECT_TRUE(test, dma_need_unmap(w->dev));
}

static struct kunit_case dma_iova_cases[] = {
	KUNIT_CASE_PARAM(iova_transfer, dma_span_gen_params),
	KUNIT_CASE_PARAM(iova_plans, plan_gen_params),
	KUNIT_CASE_PARAM(iova_failure_table, plan_gen_params),
	KUNIT_CASE_PARAM(iova_failure_alloc, plan_gen_params),
	KUNIT_CASE_PARAM(iova_failure_slots, untrusted_gen_params),
	KUNIT_CASE(iova_failure_sync),
	KUNIT_CASE(iova_none),
	KUNIT_CASE(iova_args),
	KUNIT_CASE(iova_args_warn),
	KUNIT_CASE_PARAM(iova_unlink_mistake, unlink_case_gen_params),
	KUNIT_CASE(iova_unaligned),
	KUNIT_CASE_PARAM(iova_mmio, plan_gen_params),
	KUNIT_CASE(iova_no_bounce_of_holes),
	KUNIT_CASE(iova_noncoherent),
	KUNIT_CASE(iova_noncoherent_bounce),
	KUNIT_CASE(iova_no_walks),
	KUNIT_CASE(iova_skip_sync),
	KUNIT_CASE(iova_flush_before_free),
	KUNIT_CASE(iova_relink),
	KUNIT_CASE(iova_same_table),
	KUNIT_CASE(iova_large),
	KUNIT_CASE(iova_scatterlist),
	KUNIT_CASE(iova_model),
#ifdef CONFIG_DMA_API_DEBUG
	KUNIT_CASE(iova_debug_entry),
	KUNIT_CASE(iova_debug_wrong_unmap),
	KUNIT_CASE(iova_debug_linked),
#endif
	KUNIT_CASE(iova_need_unmap),
	KUNIT_CASE(iova_need_unmap_noncoherent),
	{}
};

static struct kunit_suite dma_iova_suite = {
	.name		= "dma_iova",
	.test_cases	= dma_iova_cases,
};

kunit_test_suite(dma_iova_suite);
