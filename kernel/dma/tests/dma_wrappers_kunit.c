// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests that dma_map_page(), dma_map_single() and dma_map_resource() are
 * dma_map_phys(): the same address, and the same side effects.
 */
#include <kunit/dma.h>

static const enum dma_kind wrapper_kinds[] = {
	DMA_KIND_DIRECT, DMA_KIND_RANGES, DMA_KIND_BOUNCE, DMA_KIND_OPS,
	DMA_KIND_IOMMU_2K, DMA_KIND_UNTRUSTED,
};

KUNIT_ARRAY_PARAM(wrapper_kind, wrapper_kinds, dma_kind_desc);

/* All that a mapping leaves behind, at map, at sync and at unmap */
struct wrapper_effects {
	dma_addr_t addr;
	unsigned long slots;
	unsigned long granules;
	bool one_entry;
	unsigned int mapped_for_device;
	unsigned int mapped_kmsan;
	phys_addr_t mapped_phys;
	unsigned int synced;
	unsigned int unmapped_for_cpu;
};

/* Slots and IOVA are handed out in turn: their number changes, no bit below */
static dma_addr_t wrapper_address(const struct dma_world *w, dma_addr_t addr)
{
	if (w->tlb || w->iommu)
		return addr & (SZ_2K - 1);
	return addr;
}

static struct wrapper_effects wrapper_run(struct dma_world *w,
					  const struct dma_call *call,
					  struct dma_mapping *m)
{
	struct wrapper_effects e = { };

	memset(&dma_counts, 0, sizeof(dma_counts));
	call->map(m);
	KUNIT_ASSERT_FALSE_MSG(w->test, dma_map_failed(m), "%s", call->name);
	e.addr = wrapper_address(w, m->addr);
	e.slots = w->tlb ? dma_bounce_used(w->tlb) : 0;
	e.granules = w->iommu ? w->iommu->mapped : 0;
	e.one_entry = dma_world_has_entries(w, 1);
	e.mapped_for_device = dma_counts.for_device;
	e.mapped_kmsan = dma_counts.kmsan;
	e.mapped_phys = w->tlb ? 0 : dma_counts.phys;
	/* A mapping of MMIO must not be synced */
	if (call != &dma_call_resource && !(m->attrs & DMA_ATTR_MMIO)) {
		call->sync_for_cpu(m);
		call->sync_for_device(m);
	}
	e.synced = dma_counts.for_device + 100 * dma_counts.for_cpu;
	call->unmap(m);
	e.unmapped_for_cpu = dma_counts.for_cpu;
	return e;
}

static void wrapper_compare(struct dma_world *w, const struct dma_call *call,
			    const struct dma_call *ref, struct dma_mapping m,
			    unsigned long ref_attrs)
{
	struct wrapper_effects got, want;
	struct kunit *test = w->test;

	got = wrapper_run(w, call, &m);
	m.attrs |= ref_attrs;
	want = wrapper_run(w, ref, &m);
	KUNIT_EXPECT_EQ_MSG(test, got.addr, want.addr, "%s", call->name);
	KUNIT_EXPECT_EQ_MSG(test, got.slots, want.slots, "%s", call->name);
	KUNIT_EXPECT_EQ_MSG(test, got.granules, want.granules, "%s", call->name);
	KUNIT_EXPECT_TRUE_MSG(test, got.one_entry, "%s", call->name);
	KUNIT_EXPECT_TRUE_MSG(test, want.one_entry, "%s", call->name);
	KUNIT_EXPECT_EQ_MSG(test, got.mapped_for_device, want.mapped_for_device,
			    "%s", call->name);
	KUNIT_EXPECT_EQ_MSG(test, got.mapped_kmsan, want.mapped_kmsan, "%s",
			    call->name);
	KUNIT_EXPECT_EQ_MSG(test, got.mapped_phys, want.mapped_phys, "%s",
			    call->name);
	KUNIT_EXPECT_EQ_MSG(test, got.synced, want.synced, "%s", call->name);
	KUNIT_EXPECT_EQ_MSG(test, got.unmapped_for_cpu, want.unmapped_for_cpu,
			    "%s", call->name);
	dma_world_expect_idle(w);
}

static struct dma_world *wrapper_world(struct kunit *test)
{
	struct dma_world *w;

	w = dma_world_create(test, *(const enum dma_kind *)test->param_value);
	if (IS_ENABLED(CONFIG_DMA_KUNIT_STUBS)) {
		dma_world_set_noncoherent(w);
		dma_counts_start(test);
	}
	return w;
}

static void wrappers_memory(struct kunit *test)
{
	struct dma_world *w = wrapper_world(test);
	struct dma_mapping m = { .dev = w->dev };
	int call, i;

	/* phys is the reference, and a scatterlist has entries of its own type */
	for (call = 1; call < DMA_CALLS - 1; call++) {
		for (i = 0; i < DMA_SPANS; i++) {
			if (dma_world_crosses(w, dma_spans[i].offset,
					      dma_spans[i].size))
				continue;
			m.phys = w->phys + dma_spans[i].offset;
			m.size = dma_spans[i].size;
			m.dir = i % 3;
			wrapper_compare(w, &dma_calls[call], &dma_calls[0], m, 0);
		}
	}
}

static void wrappers_resource(struct kunit *test)
{
	struct dma_world *w = wrapper_world(test);
	struct dma_mapping m = { .dev = w->dev };
	int i;

	for (i = 0; i < DMA_SPANS; i++) {
		m.phys = dma_hole(test) + dma_spans[i].offset;
		m.size = dma_spans[i].size;
		m.dir = i % 3;
		wrapper_compare(w, &dma_call_resource, &dma_calls[0], m,
				DMA_ATTR_MMIO);
	}
}

static struct kunit_case dma_wrappers_cases[] = {
	KUNIT_CASE_PARAM(wrappers_memory, wrapper_kind_gen_params),
	KUNIT_CASE_PARAM(wrappers_resource, wrapper_kind_gen_params),
	{}
};

static struct kunit_suite dma_wrappers_suite = {
	.name		= "dma_wrappers",
	.test_cases	= dma_wrappers_cases,
};

kunit_test_suite(dma_wrappers_suite);
