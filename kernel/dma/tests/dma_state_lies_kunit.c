// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of what a driver can tell wrong about a mapping: dma-debug
 * reports each wrong call once, and the right memory is synced and unmapped.
 */
#include <linux/mm.h>
#include <kunit/dma.h>
#include "debug.h"

#define CALL_SOURCE	(&dma_state_calls[0])
#define CALL_STATE	(&dma_state_calls[1])

/* Two mappings, neither page aligned, of the same length */
#define LIE_OFFSET	77
#define LIE_OTHER	(3 * PAGE_SIZE + 99)
#define LIE_SIZE	1000

struct lie_world {
	struct dma_world *w;
	struct dma_mapping m;
	struct dma_mapping other;
	bool is_true;		/* what is told, by chance */
};

struct lie {
	const char *name;
	const struct dma_call *call;
	void (*tell)(struct lie_world *lw);
	bool harmless;		/* it is no lie */
};

static void tell_truth(struct lie_world *lw)
{
}

static void tell_wrong_source(struct lie_world *lw)
{
	lw->m.phys += PAGE_SIZE;
}

static void tell_near_source(struct lie_world *lw)
{
	lw->m.phys++;
}

static void tell_other_source(struct lie_world *lw)
{
	lw->m.phys = lw->other.phys;
}

static void tell_no_source(struct lie_world *lw)
{
	lw->m.phys = 0;
}

static void tell_dma_address(struct lie_world *lw)
{
	lw->m.phys = ~lw->m.addr;
}

static void tell_mmio_source(struct lie_world *lw)
{
	lw->m.attrs = DMA_ATTR_MMIO;
}

/*
 * All direct mappings have the same state, and so have all in one bounce buffer
 * at the same address
 */
static void tell_state(struct lie_world *lw, struct dma_map_state state)
{
	lw->is_true = dma_state_same(&lw->m.state, &state);
	if (lw->w->iommu && lw->w->kind != DMA_KIND_UNTRUSTED)
		KUNIT_EXPECT_FALSE(lw->w->test, lw->is_true);
	lw->m.state = state;
}

static void tell_other_state(struct lie_world *lw)
{
	tell_state(lw, lw->other.state);
}

static void tell_empty_state(struct lie_world *lw)
{
	lw->m.state = (struct dma_map_state) {};
}

/* The state of an earlier mapping, which had the same DMA address */
static void tell_stale_state(struct lie_world *lw)
{
	struct dma_map_state stale = lw->m.state;
	dma_addr_t addr = lw->m.addr;
	struct dma_mapping *m = &lw->m;

	CALL_STATE->unmap(m);
	m->phys += PAGE_SIZE;
	CALL_STATE->map(m);
	KUNIT_ASSERT_FALSE(lw->w->test, dma_map_failed(m));
	if (m->addr != addr && lw->w->iommu)
		kunit_skip(lw->w->test, "another IOVA");
	tell_state(lw, stale);
}

static const struct lie lies[] = {
	{ "source, true", CALL_SOURCE, tell_truth, .harmless = true },
	{ "source, another page", CALL_SOURCE, tell_wrong_source },
	{ "source, the next byte", CALL_SOURCE, tell_near_source },
	{ "source, of another mapping", CALL_SOURCE, tell_other_source },
	{ "source, zero", CALL_SOURCE, tell_no_source },
	{ "source, nowhere", CALL_SOURCE, tell_dma_address },
	{ "state, true", CALL_STATE, tell_truth, .harmless = true },
	{ "state, of another mapping", CALL_STATE, tell_other_state },
	{ "state, stale", CALL_STATE, tell_stale_state },
	{ "state, zero", CALL_STATE, tell_empty_state, .harmless = true },
	{ "no state", &dma_state_calls[3], tell_truth, .harmless = true },
};

struct lie_case {
	enum dma_kind kind;
	bool noncoherent;
};

static const struct lie_case lie_cases[] = {
	{ DMA_KIND_DIRECT, false },
	{ DMA_KIND_DIRECT, true },
	{ DMA_KIND_RANGES, true },
	{ DMA_KIND_BOUNCE, false },
	{ DMA_KIND_BOUNCE, true },
	{ DMA_KIND_IOMMU_512, true },
	{ DMA_KIND_IOMMU_2K, true },
	{ DMA_KIND_IOMMU, false },
	{ DMA_KIND_IOMMU, true },
	{ DMA_KIND_UNTRUSTED, false },
	{ DMA_KIND_UNTRUSTED, true },
};

static void lie_case_desc(const struct lie_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s%s", dma_kind_names[c->kind],
		 c->noncoherent ? ", not coherent" : "");
}

KUNIT_ARRAY_PARAM(lie_case, lie_cases, lie_case_desc);

static void lie_map_phys(struct dma_world *w, const struct dma_call *call,
			 struct dma_mapping *m, phys_addr_t phys,
			 unsigned long attrs)
{
	*m = (struct dma_mapping) {
		.dev	= w->dev,
		.phys	= phys,
		.size	= LIE_SIZE,
		.dir	= DMA_BIDIRECTIONAL,
		.attrs	= attrs,
	};
	call->map(m);
	KUNIT_ASSERT_FALSE(w->test, dma_map_failed(m));
}

static void lie_map(struct dma_world *w, const struct dma_call *call,
		    struct dma_mapping *m, size_t offset)
{
	lie_map_phys(w, call, m, w->phys + offset, 0);
}

/* Maintenance of the right lines, if any */
static void lie_check_maintained(struct lie_world *lw, phys_addr_t target)
{
	struct dma_world *w = lw->w;

	if (dev_is_dma_coherent(w->dev))
		return;
	KUNIT_EXPECT_EQ(w->test, 1, dma_counts.for_cpu + dma_counts.for_device);
	KUNIT_EXPECT_EQ(w->test, target, dma_counts.phys);
	KUNIT_EXPECT_EQ(w->test, (size_t)LIE_SIZE, dma_counts.size);
	memset(&dma_counts, 0, sizeof(dma_counts));
}

/* The target of a mapping: what the plain call maintains */
static phys_addr_t lie_target(struct lie_world *lw)
{
	struct dma_mapping *m = &lw->m;
	phys_addr_t target;

	dma_sync_single_for_cpu(m->dev, m->addr, m->size, m->dir);
	target = dma_counts.phys;
	memset(&dma_counts, 0, sizeof(dma_counts));
	return target;
}

static void lie_tell(struct lie_world *lw, const struct lie *lie)
{
	const struct dma_call *call = lie->call;
	struct kunit *test = lw->w->test;
	unsigned int reports, before = dma_debug_reports();
	struct dma_mapping *m = &lw->m;
	struct dma_world *w = lw->w;
	phys_addr_t target;
	dma_addr_t addr;
	u8 *cpu, byte = 0xa5;

	lie_map(w, call, m, LIE_OFFSET);
	lie_map(w, call, &lw->other, LIE_OTHER);
	lw->is_true = lie->harmless;
	lie->tell(lw);
	reports = !lw->is_true;
	cpu = w->cpu + LIE_OFFSET;
	if (lie->tell == tell_stale_state)
		cpu += PAGE_SIZE;
	addr = m->addr;
	target = lie_target(lw);

	*cpu = 1;
	dma_world_write(w, addr, &byte, 1);
	call->sync_for_cpu(m);
	lie_check_maintained(lw, target);
	KUNIT_EXPECT_EQ_MSG(test, before + reports, dma_debug_reports(),
			    "sync for CPU: %s", lie->name);
	KUNIT_EXPECT_EQ_MSG(test, 0xa5, *cpu, "%s", lie->name);

	*cpu = 0x5a;
	call->sync_for_device(m);
	lie_check_maintained(lw, target);
	KUNIT_EXPECT_EQ_MSG(test, before + 2 * reports, dma_debug_reports(),
			    "sync for device: %s", lie->name);
	dma_world_read(w, addr, &byte, 1);
	KUNIT_EXPECT_EQ_MSG(test, 0x5a, byte, "%s", lie->name);

	byte = 0xc3;
	dma_world_write(w, addr, &byte, 1);
	call->unmap(m);
	lie_check_maintained(lw, target);
	KUNIT_EXPECT_EQ_MSG(test, before + 3 * reports, dma_debug_reports(),
			    "unmap: %s", lie->name);
	KUNIT_EXPECT_EQ_MSG(test, 0xc3, *cpu, "%s", lie->name);

	call->unmap(&lw->other);
	memset(&dma_counts, 0, sizeof(dma_counts));
	dma_world_expect_idle(w);
}

static void lies_are_reported(struct kunit *test)
{
	const struct lie_case *c = test->param_value;
	struct lie_world lw = { .w = dma_world_create(test, c->kind) };
	int i;

	dma_debug_count_start(test);
	if (c->noncoherent) {
		dma_world_set_noncoherent(lw.w);
		dma_counts_start(test);
	}
	for (i = 0; i < ARRAY_SIZE(lies); i++)
		lie_tell(&lw, &lies[i]);
}

/* dma-debug has its own report for each of these, and that is the only one */

static void lie_wrong_size(struct lie_world *lw, const struct dma_call *call)
{
	lie_map(lw->w, call, &lw->m, LIE_OFFSET);
	lw->m.size--;
	call->unmap(&lw->m);
}

static void lie_sync_too_far(struct lie_world *lw, const struct dma_call *call)
{
	lie_map(lw->w, call, &lw->m, LIE_OFFSET);
	call->sync_span(&lw->m, 0, LIE_SIZE + 1, false);
	call->unmap(&lw->m);
}

static void lie_mmio(struct lie_world *lw, const struct dma_call *call)
{
	lie_map(lw->w, call, &lw->m, LIE_OFFSET);
	tell_mmio_source(lw);
	call->unmap(&lw->m);
}

static void (* const lie_misuses[])(struct lie_world *lw,
				    const struct dma_call *call) = {
	lie_wrong_size, lie_sync_too_far,
};

static void lies_reported_elsewhere(struct kunit *test)
{
	const struct lie_case *c = test->param_value;
	struct lie_world lw = { .w = dma_world_create(test, c->kind) };
	unsigned int before;
	int i, j;

	dma_debug_count_start(test);
	if (c->noncoherent)
		dma_world_set_noncoherent(lw.w);
	for (i = 0; i < ARRAY_SIZE(lie_misuses); i++) {
		/* swiotlb has a WARN for it as well */
		if (lie_misuses[i] == lie_sync_too_far && lw.w->tlb)
			continue;
		for (j = 0; j < DMA_STATE_CALLS; j++) {
			before = dma_debug_reports();
			lie_misuses[i](&lw, &dma_state_calls[j]);
			KUNIT_EXPECT_EQ_MSG(test, before + 1,
					    dma_debug_reports(), "%d, %s", i,
					    dma_state_calls[j].name);
			dma_world_expect_idle(lw.w);
		}
	}

	/* Memory said to be MMIO: of the mapping, and of what is told of it */
	before = dma_debug_reports();
	lie_mmio(&lw, CALL_SOURCE);
	KUNIT_EXPECT_EQ(test, before + 2, dma_debug_reports());
	dma_world_expect_idle(lw.w);
}

/*
 * A sync after the unmap: caches are not maintained for memory that has nothing
 * to do with it.
 */
static void lies_about_unmapped(struct kunit *test)
{
	struct lie_world lw = { .w = dma_world_create(test, DMA_KIND_IOMMU) };
	const struct dma_call *calls[] = { CALL_SOURCE, CALL_STATE };
	unsigned int before;
	int i;

	dma_debug_count_start(test);
	dma_world_set_noncoherent(lw.w);
	dma_counts_start(test);
	before = dma_debug_reports();
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		lie_map(lw.w, calls[i], &lw.m, LIE_OFFSET);
		calls[i]->unmap(&lw.m);
		memset(&dma_counts, 0, sizeof(dma_counts));
		calls[i]->sync_for_cpu(&lw.m);
		calls[i]->sync_for_device(&lw.m);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_device);
		before += 2;
		KUNIT_EXPECT_EQ_MSG(test, before, dma_debug_reports(), "%s",
				    calls[i]->name);
	}
	dma_world_expect_idle(lw.w);
}

/* Registers are nowhere in RAM, and the truth about them is no lie */
static void lies_about_mmio(struct kunit *test)
{
	const struct lie_case *c = test->param_value;
	struct dma_world *w = dma_world_create(test, c->kind);
	const struct dma_call *calls[] = { CALL_SOURCE, CALL_STATE };
	unsigned int before;
	int i;

	dma_debug_count_start(test);
	if (c->noncoherent)
		dma_world_set_noncoherent(w);
	before = dma_debug_reports();
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		struct dma_mapping m;

		lie_map_phys(w, calls[i], &m, dma_hole(test) + LIE_OFFSET,
			     DMA_ATTR_MMIO);
		calls[i]->sync_for_cpu(&m);
		calls[i]->sync_for_device(&m);
		if (calls[i] == CALL_SOURCE) {
			m.phys += PAGE_SIZE;
			calls[i]->sync_for_cpu(&m);
			KUNIT_EXPECT_EQ(test, ++before, dma_debug_reports());
			m.phys -= PAGE_SIZE;
		}
		calls[i]->unmap(&m);
		KUNIT_EXPECT_EQ_MSG(test, before, dma_debug_reports(), "%s",
				    calls[i]->name);
	}
	dma_world_expect_idle(w);
}

/* The report names both addresses */
static void lie_report_text(struct kunit *test)
{
	struct lie_world lw = { .w = dma_world_create(test, DMA_KIND_IOMMU) };
	struct dma_debug_reports printed;
	phys_addr_t phys = lw.w->phys + LIE_OFFSET;
	char text[80];

	dma_debug_count_start(test);
	printed = dma_debug_get_reports();
	printed.show_num_errors = 1;
	dma_debug_set_reports(printed);
	dma_log_start(test);
	dma_expect_report(test, 1, "passes a stale DMA state");
	lie_map(lw.w, CALL_SOURCE, &lw.m, LIE_OFFSET);
	lw.m.phys += PAGE_SIZE;
	CALL_SOURCE->unmap(&lw.m);
	snprintf(text, sizeof(text), "[passed=%pa]",
		 &lw.m.phys);
	KUNIT_EXPECT_EQ(test, 1, dma_log_count(text));
	snprintf(text, sizeof(text), "[mapped=%pa]", &phys);
	KUNIT_EXPECT_EQ(test, 1, dma_log_count(text));
}

static struct kunit_case dma_state_lies_cases[] = {
	KUNIT_CASE_PARAM(lies_are_reported, lie_case_gen_params),
	KUNIT_CASE_PARAM(lies_reported_elsewhere, lie_case_gen_params),
	KUNIT_CASE(lies_about_unmapped),
	KUNIT_CASE_PARAM(lies_about_mmio, lie_case_gen_params),
	KUNIT_CASE(lie_report_text),
	{}
};

static struct kunit_suite dma_state_lies_suite = {
	.name		= "dma_state_lies",
	.test_cases	= dma_state_lies_cases,
};

kunit_test_suite(dma_state_lies_suite);
