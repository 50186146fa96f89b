// SPDX-License-Identifier: GPL-2.0
/*
 * The longest buffers that can be bounced, and devices that change while one
 * is.
 */
#include <linux/mm.h>
#include <linux/pci.h>
#include <kunit/dma.h>

/* Lengths around the largest that can be bounced */

struct bounce_limit {
	enum dma_kind kind;
	unsigned int min_align_mask;
	size_t offset;
};

static const struct bounce_limit bounce_limits[] = {
	{ DMA_KIND_BOUNCE, 0 },
	{ DMA_KIND_BOUNCE, 511 },
	{ DMA_KIND_BOUNCE, SZ_4K - 1 },
	{ DMA_KIND_BOUNCE, PAGE_SIZE - 1 },
	{ DMA_KIND_BOUNCE, SZ_64K - 1 },
	{ DMA_KIND_UNTRUSTED, 0 },
	{ DMA_KIND_UNTRUSTED, 511 },
	{ DMA_KIND_UNTRUSTED, PAGE_SIZE - 1 },
};

static const size_t bounce_offsets[] = {
	0, 1, 511, SZ_2K, PAGE_SIZE - 1, PAGE_SIZE + 512,
};

static void bounce_limit_desc(const struct bounce_limit *l, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s mask %x",
		 dma_kind_names[l->kind], l->min_align_mask);
}

KUNIT_ARRAY_PARAM(bounce_limit, bounce_limits, bounce_limit_desc);

#define BOUNCE_MAX	((size_t)IO_TLB_SEGSIZE << IO_TLB_SHIFT)
#define BOUNCE_BUFFER	(2 * BOUNCE_MAX)

static void bounce_free_buffer(void *buf)
{
	free_pages((unsigned long)buf, get_order(BOUNCE_BUFFER));
}

static u8 *bounce_buffer(struct kunit *test)
{
	void *buf = (void *)__get_free_pages(GFP_KERNEL,
					     get_order(BOUNCE_BUFFER));

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, bounce_free_buffer,
						  buf));
	return buf;
}

/* A pool in reach and memory that is not, or a device that bounces its ends */
static struct dma_world *bounce_limit_world(struct kunit *test,
					    const struct bounce_limit *l,
					    u8 *buf)
{
	struct dma_world *w;

	if (l->kind == DMA_KIND_BOUNCE) {
		w = dma_world_create_limited(test);
		if (w->tlb->defpool.end > virt_to_phys(buf))
			kunit_skip(test, "no memory above the pool");
		w->dev->bus_dma_limit = w->tlb->defpool.end - 1;
	} else {
		w = dma_world_create(test, l->kind);
	}
	dma_world_set_align(w, l->min_align_mask);
	return w;
}

/* 6.12's rule: all slots of a segment, but for those the alignment skips */
static bool bounce_limit_allows(const struct bounce_limit *l, phys_addr_t phys,
				size_t size)
{
	if (l->kind == DMA_KIND_UNTRUSTED && !offset_in_page(phys | size))
		return true;
	return size <= BOUNCE_MAX - (phys & l->min_align_mask);
}

static void bounce_limit_try(struct dma_world *w, const struct bounce_limit *l,
			     u8 *buf, const struct dma_call *call, size_t size)
{
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= virt_to_phys(buf) + l->offset,
		.size	= size,
		.dir	= DMA_BIDIRECTIONAL,
		.attrs	= DMA_ATTR_NO_WARN,
	};
	u8 *last = buf + l->offset + size - 1;
	struct kunit *test = w->test;
	u8 byte = 0xa5;

	*last = 1;
	call->map(&m);
	KUNIT_EXPECT_EQ_MSG(test, !dma_map_failed(&m),
			    bounce_limit_allows(l, m.phys, size),
			    "%s, size %zu", call->name, size);
	if (!dma_map_failed(&m)) {
		KUNIT_EXPECT_EQ(test, 0, (m.addr ^ m.phys) & l->min_align_mask);
		dma_world_write(w, m.addr + size - 1, &byte, 1);
		call->unmap(&m);
		KUNIT_EXPECT_EQ(test, byte, *last);
	}
	KUNIT_EXPECT_EQ(test, 0, dma_bounce_used(w->tlb));
}

static void bounce_limit_try_sizes(struct dma_world *w,
				   const struct bounce_limit *l, u8 *buf)
{
	const size_t sizes[] = {
		BOUNCE_MAX - PAGE_SIZE - l->offset,
		BOUNCE_MAX - PAGE_SIZE,
		BOUNCE_MAX - PAGE_SIZE + 1,
		BOUNCE_MAX - SZ_2K,
		BOUNCE_MAX - SZ_2K + 1,
		BOUNCE_MAX - l->offset - 1,
		BOUNCE_MAX - l->offset,
		BOUNCE_MAX - l->offset + 1,
		BOUNCE_MAX - 1,
		BOUNCE_MAX,
		BOUNCE_MAX + 1,
		BOUNCE_MAX + PAGE_SIZE - 1,
	};
	int i, j;

	for (i = 0; i < DMA_CALLS; i++)
		for (j = 0; j < ARRAY_SIZE(sizes); j++)
			bounce_limit_try(w, l, buf, &dma_calls[i], sizes[j]);
}

/* A mapping that is too long fails in silence, if so requested */
static void bounce_limit(struct kunit *test)
{
	struct bounce_limit l = *(const struct bounce_limit *)test->param_value;
	u8 *buf = bounce_buffer(test);
	struct dma_world *w = bounce_limit_world(test, &l, buf);
	int i;

	dma_log_start(test);
	for (i = 0; i < ARRAY_SIZE(bounce_offsets); i++) {
		l.offset = bounce_offsets[i];
		bounce_limit_try_sizes(w, &l, buf);
	}
	KUNIT_EXPECT_EQ(test, 0, dma_log_count("swiotlb"));
	KUNIT_EXPECT_EQ(test, 0, dma_log_count("overflow"));
	KUNIT_EXPECT_EQ(test, 0, dma_log_count("WARNING: "));
	dma_world_expect_idle(w);
}

/* Without DMA_ATTR_NO_WARN: one line, and never a WARN */
static void bounce_limit_reported(struct kunit *test)
{
	static const struct bounce_limit l = {
		DMA_KIND_BOUNCE, PAGE_SIZE - 1, 511
	};
	u8 *buf = bounce_buffer(test);
	struct dma_world *w = bounce_limit_world(test, &l, buf);
	dma_addr_t addr;

	dma_log_start(test);
	addr = dma_map_phys(w->dev, virt_to_phys(buf) + l.offset, BOUNCE_MAX,
			    DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
	KUNIT_EXPECT_EQ(test, 1, dma_log_count("swiotlb cannot bounce 0x"));
	KUNIT_EXPECT_EQ(test, 0, dma_log_count("WARNING: "));
	dma_world_expect_idle(w);
}

/* The same without a bounce pool */
static void bounce_no_pool(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_UNTRUSTED);
	struct io_tlb_mem *tlb = w->dev->dma_io_tlb_mem;
	dma_addr_t addr;

	w->dev->dma_io_tlb_mem = NULL;
	dma_log_start(test);
	addr = dma_map_phys(w->dev, w->phys + 1, 100, DMA_TO_DEVICE,
			    DMA_ATTR_NO_WARN);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
	KUNIT_EXPECT_EQ(test, 0, dma_log_count("bounce buffers"));
	addr = dma_map_phys(w->dev, w->phys + 1, 100, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
	KUNIT_EXPECT_EQ(test, 1, dma_log_count("bounce buffers are inactive"));
	KUNIT_EXPECT_EQ(test, 0, dma_log_count("WARNING: "));
	w->dev->dma_io_tlb_mem = tlb;
	dma_world_expect_idle(w);
}

/* A full pool that can grow: the buffer has a pool of its own until unmap */
#ifdef CONFIG_SWIOTLB_DYNAMIC
static void bounce_do_not_grow(struct work_struct *work)
{
}

static void bounce_transient(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	u8 *buf = bounce_buffer(test);
	dma_addr_t first, second;
	u8 byte = 0xa5;

	/* One segment of slots, which the first mapping takes as a whole */
	w->tlb = dma_bounce_create(test, IO_TLB_SEGSIZE, GFP_DMA32);
	w->tlb->force_bounce = true;
	w->dev->dma_io_tlb_mem = w->tlb;
	INIT_WORK(&w->tlb->dyn_alloc, bounce_do_not_grow);
	w->tlb->can_grow = true;
	w->tlb->phys_limit = DMA_BIT_MASK(64);
	first = dma_map_phys(w->dev, virt_to_phys(buf), BOUNCE_MAX,
			     DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 0, dma_mapping_error(w->dev, first));
	KUNIT_EXPECT_TRUE(test, list_empty(&w->dev->dma_io_tlb_pools));
	second = dma_map_phys(w->dev, w->phys + 77, 3000, DMA_FROM_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 0, dma_mapping_error(w->dev, second));
	KUNIT_EXPECT_FALSE(test, list_empty(&w->dev->dma_io_tlb_pools));
	dma_world_write(w, second + 2999, &byte, 1);
	dma_unmap_phys(w->dev, second, 3000, DMA_FROM_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, byte, w->cpu[77 + 2999]);
	KUNIT_EXPECT_TRUE(test, list_empty(&w->dev->dma_io_tlb_pools));
	dma_unmap_phys(w->dev, first, BOUNCE_MAX, DMA_TO_DEVICE, 0);
	flush_work(&w->tlb->dyn_alloc);
	dma_world_expect_idle(w);
}
#else
static void bounce_transient(struct kunit *test)
{
	kunit_skip(test, "needs CONFIG_SWIOTLB_DYNAMIC");
}
#endif

/* The device changes between map and unmap */

struct bounce_change {
	const char *name;
	void (*before)(struct dma_world *w);
	void (*after)(struct dma_world *w);
};

static void change_trusted(struct dma_world *w)
{
	if (w->kind == DMA_KIND_UNTRUSTED)
		to_pci_dev(w->dev)->untrusted = false;
}

static void change_untrusted(struct dma_world *w)
{
	if (w->kind == DMA_KIND_UNTRUSTED)
		to_pci_dev(w->dev)->untrusted = true;
}

static void change_mask_32(struct dma_world *w)
{
	KUNIT_EXPECT_EQ(w->test, 0, dma_set_mask(w->dev, DMA_BIT_MASK(32)));
}

static void change_mask_64(struct dma_world *w)
{
	KUNIT_EXPECT_EQ(w->test, 0, dma_set_mask(w->dev, DMA_BIT_MASK(64)));
}

static void change_limit(struct dma_world *w)
{
	w->dev->bus_dma_limit = SZ_64K;
}

static void change_limit_32(struct dma_world *w)
{
	w->dev->bus_dma_limit = DMA_BIT_MASK(32);
}

static void change_nothing(struct dma_world *w)
{
}

static void change_no_limit(struct dma_world *w)
{
	w->dev->bus_dma_limit = 0;
}

static void change_no_align(struct dma_world *w)
{
	dma_world_set_align(w, 0);
}

static void change_align(struct dma_world *w)
{
	dma_world_set_align(w, PAGE_SIZE - 1);
}

static void change_force(struct dma_world *w)
{
	w->tlb->force_bounce = true;
}

static void change_no_force(struct dma_world *w)
{
	w->tlb->force_bounce = false;
}

static const struct bounce_change bounce_changes[] = {
	{ "nothing", change_untrusted, change_untrusted },
	{ "nothing, mask set before", change_mask_64, change_nothing },
	{ "untrusted cleared", change_untrusted, change_trusted },
	{ "untrusted set", change_trusted, change_untrusted },
	{ "mask widened", change_mask_32, change_mask_64 },
	{ "mask narrowed", change_mask_64, change_mask_32 },
	{ "limit set", change_no_limit, change_limit },
	{ "limit cleared", change_limit_32, change_no_limit },
	{ "min_align_mask set", change_no_align, change_align },
	{ "min_align_mask cleared", change_align, change_no_align },
	{ "force cleared", change_force, change_no_force },
	{ "force set", change_no_force, change_force },
};

static void bounce_change_desc(const struct bounce_change *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bounce_change, bounce_changes, bounce_change_desc);

/* At 700 in a slot, and over its end only because of that */
#define CHANGE_OFFSET	(PAGE_SIZE + 700)
#define CHANGE_SIZE	(SZ_2K - 100)

/* Device and CPU must each see the byte that the other one wrote */
static void bounce_change_sync(struct dma_world *w, const struct dma_call *call,
			       struct dma_mapping *m)
{
	u8 *cpu = w->cpu + CHANGE_OFFSET, byte = 0xa5;

#ifdef CONFIG_DMA_NEED_SYNC
	if (dma_bounce_used(w->tlb))
		KUNIT_EXPECT_FALSE(w->test, w->dev->dma_skip_sync);
#endif
	dma_world_write(w, m->addr + 1, &byte, 1);
	call->sync_for_cpu(m);
	KUNIT_EXPECT_EQ_MSG(w->test, byte, cpu[1], "%s", call->name);
	KUNIT_EXPECT_EQ(w->test, 0, cpu[2]);
	cpu[2] = 0x5a;
	call->sync_for_device(m);
	dma_world_read(w, m->addr + 2, &byte, 1);
	KUNIT_EXPECT_EQ_MSG(w->test, 0x5a, byte, "%s", call->name);
}

static void bounce_change_try(struct dma_world *w, const struct dma_call *call,
			      bool sync)
{
	const struct bounce_change *change = w->test->param_value;
	u8 *cpu = w->cpu + CHANGE_OFFSET, byte = 0x3c;
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + CHANGE_OFFSET,
		.size	= CHANGE_SIZE,
		.dir	= DMA_BIDIRECTIONAL,
	};

	w->dev->dma_bounced = false;
	change->before(w);
	memset(w->cpu, 0, DMA_AREA_SIZE);
	call->map(&m);
	KUNIT_ASSERT_FALSE(w->test, dma_map_failed(&m));
	change->after(w);
	if (sync)
		bounce_change_sync(w, call, &m);
	dma_world_write(w, m.addr + CHANGE_SIZE - 1, &byte, 1);
	call->unmap(&m);
	KUNIT_EXPECT_EQ_MSG(w->test, byte, cpu[CHANGE_SIZE - 1], "%s",
			    call->name);
	KUNIT_EXPECT_EQ(w->test, 0, cpu[CHANGE_SIZE]);
	KUNIT_EXPECT_EQ(w->test, 0, cpu[-1]);
	dma_world_expect_idle(w);
	/* The next one starts from the same state */
	change_no_limit(w);
	change_force(w);
}

static void bounce_change_calls(struct dma_world *w)
{
	int i;

	change_no_align(w);
	for (i = 0; i < DMA_CALLS; i++) {
		bounce_change_try(w, &dma_calls[i], false);
		bounce_change_try(w, &dma_calls[i], true);
	}
}

static void bounce_change_direct(struct kunit *test)
{
	bounce_change_calls(dma_world_create(test, DMA_KIND_BOUNCE));
}

static void bounce_change_iommu(struct kunit *test)
{
	bounce_change_calls(dma_world_create(test, DMA_KIND_UNTRUSTED));
}

static void bounce_change_link(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_UNTRUSTED);
	const struct bounce_change *change = test->param_value;
	struct dma_iova_state state = {};
	struct dma_mapping m = {
		.dev	= w->dev,
		.size	= CHANGE_SIZE,
		.dir	= DMA_BIDIRECTIONAL,
	};
	u8 byte = 0x3c;

	change_no_align(w);
	change->before(w);
	memset(w->cpu, 0, DMA_AREA_SIZE);
	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &state,
						   w->phys + CHANGE_OFFSET,
						   CHANGE_SIZE));
	KUNIT_EXPECT_EQ(test, 0, dma_iova_link(w->dev, &state,
					       w->phys + CHANGE_OFFSET, 0,
					       CHANGE_SIZE, m.dir, 0));
	KUNIT_EXPECT_EQ(test, 0, dma_iova_sync(w->dev, &state, 0, CHANGE_SIZE));
	m.addr = state.addr;
	change->after(w);
	bounce_change_sync(w, &dma_calls[0], &m);
	dma_world_write(w, m.addr + CHANGE_SIZE - 1, &byte, 1);
	dma_iova_destroy(w->dev, &state, CHANGE_SIZE, m.dir, 0);
	KUNIT_EXPECT_EQ(test, byte, w->cpu[CHANGE_OFFSET + CHANGE_SIZE - 1]);
	KUNIT_EXPECT_EQ(test, 0, w->cpu[CHANGE_OFFSET + CHANGE_SIZE]);
	dma_world_expect_idle(w);
}

static struct kunit_case dma_bounce_change_cases[] = {
	KUNIT_CASE_PARAM(bounce_limit, bounce_limit_gen_params),
	KUNIT_CASE(bounce_limit_reported),
	KUNIT_CASE(bounce_no_pool),
	KUNIT_CASE(bounce_transient),
	KUNIT_CASE_PARAM(bounce_change_direct, bounce_change_gen_params),
	KUNIT_CASE_PARAM(bounce_change_iommu, bounce_change_gen_params),
	KUNIT_CASE_PARAM(bounce_change_link, bounce_change_gen_params),
	{}
};

static struct kunit_suite dma_bounce_change_suite = {
	.name		= "dma_bounce_change",
	.test_cases	= dma_bounce_change_cases,
};

kunit_test_suite(dma_bounce_change_suite);
