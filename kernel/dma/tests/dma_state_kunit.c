// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the calls that are told where a mapping leads: they do what
 * the plain calls do, without looking anything up, on each kind of device.
 */
#include <linux/mm.h>
#include <linux/pci.h>
#include <kunit/dma.h>
#include "swiotlb.h"

#define CALL_SOURCE	(&dma_state_calls[0])
#define CALL_STATE	(&dma_state_calls[1])

static const enum dma_kind state_kinds[] = {
	DMA_KIND_DIRECT, DMA_KIND_RANGES, DMA_KIND_BOUNCE,
	DMA_KIND_OPS,
	DMA_KIND_IOMMU_512, DMA_KIND_IOMMU_2K, DMA_KIND_IOMMU,
	DMA_KIND_UNTRUSTED,
};

KUNIT_ARRAY_PARAM(state_kind, state_kinds, dma_kind_desc);

static struct dma_mapping state_mapping(struct dma_world *w, size_t offset,
					size_t size,
					enum dma_data_direction dir)
{
	return (struct dma_mapping) {
		.dev	= w->dev,
		.phys	= w->phys + offset,
		.size	= size,
		.dir	= dir,
	};
}

static void state_map_ok(struct dma_world *w, const struct dma_call *call,
			 struct dma_mapping *m)
{
	call->map(m);
	KUNIT_ASSERT_FALSE_MSG(w->test, dma_map_failed(m), "%s", call->name);
}

/* Data */

static void state_transfers(struct kunit *test)
{
	const enum dma_kind *kind = test->param_value;
	struct dma_world *w = dma_world_create(test, *kind);
	int i, j;

	for (i = 0; i < DMA_SPANS; i++) {
		if (dma_world_crosses(w, dma_spans[i].offset, dma_spans[i].size))
			continue;
		for (j = 0; j < DMA_STATE_CALLS; j++)
			dma_kunit_transfer_all_dirs(w, &dma_state_calls[j],
						    &dma_spans[i]);
	}
}

/* A sync moves just its part, in the direction that it has */
static void state_sync_spans(struct kunit *test)
{
	static const struct dma_span parts[] = {
		{ 0, 1 }, { 3, 100 }, { PAGE_SIZE - 77, 2 * 77 },
		{ PAGE_SIZE - 77, PAGE_SIZE }, { 2 * PAGE_SIZE - 1, 1 },
	};
	const enum dma_kind *kind = test->param_value;
	struct dma_world *w = dma_world_create(test, *kind);
	struct dma_mapping m = state_mapping(w, 77, 2 * PAGE_SIZE,
					     DMA_BIDIRECTIONAL);
	bool bounces = dma_world_bounces(w, 77, 2 * PAGE_SIZE);
	u8 *cpu = w->cpu + 77;
	int i, j;

	for (i = 0; i < DMA_STATE_CALLS; i++) {
		const struct dma_call *call = &dma_state_calls[i];

		memset(cpu, 1, m.size);
		state_map_ok(w, call, &m);
		for (j = 0; j < ARRAY_SIZE(parts); j++) {
			const struct dma_span *p = &parts[j];

			memset(cpu, 1, m.size);
			memset(w->got, 2, m.size);
			dma_world_write(w, m.addr, w->got, m.size);
			call->sync_span(&m, p->offset, p->size, true);
			if (bounces && p->offset)
				KUNIT_EXPECT_EQ(test, 1, cpu[p->offset - 1]);
			KUNIT_EXPECT_EQ(test, 2, cpu[p->offset]);
			KUNIT_EXPECT_EQ(test, 2, cpu[p->offset + p->size - 1]);

			memset(cpu, 3, m.size);
			call->sync_span(&m, p->offset, p->size, false);
			dma_world_read(w, m.addr, w->got, m.size);
			if (bounces && p->offset)
				KUNIT_EXPECT_EQ(test, 2, w->got[p->offset - 1]);
			KUNIT_EXPECT_EQ(test, 3, w->got[p->offset]);
			KUNIT_EXPECT_EQ(test, 3,
					w->got[p->offset + p->size - 1]);
		}
		call->unmap(&m);
		dma_world_expect_idle(w);
	}
}

/* Cache maintenance: of the same lines as by the plain calls */

static void state_same_sync(struct dma_world *w, const struct dma_call *call,
			    struct dma_mapping *m, size_t offset, size_t size,
			    bool for_cpu)
{
	const struct dma_counts zero = {};
	struct dma_counts plain;

	dma_counts = zero;
	if (for_cpu)
		dma_sync_single_for_cpu(m->dev, m->addr + offset, size, m->dir);
	else
		dma_sync_single_for_device(m->dev, m->addr + offset, size,
					   m->dir);
	plain = dma_counts;
	dma_counts = zero;
	call->sync_span(m, offset, size, for_cpu);
	KUNIT_EXPECT_EQ(w->test, 1, plain.for_cpu + plain.for_device);
	KUNIT_EXPECT_EQ(w->test, plain.for_cpu, dma_counts.for_cpu);
	KUNIT_EXPECT_EQ(w->test, plain.for_device, dma_counts.for_device);
	KUNIT_EXPECT_EQ(w->test, plain.phys, dma_counts.phys);
	KUNIT_EXPECT_EQ(w->test, plain.size, dma_counts.size);
}

static void state_maintenance(struct kunit *test)
{
	const enum dma_kind *kind = test->param_value;
	struct dma_world *w = dma_world_create(test, *kind);
	int i;

	if (*kind == DMA_KIND_OPS)
		kunit_skip(test, "dma_map_ops maintain caches by themselves");
	dma_world_set_noncoherent(w);
	dma_counts_start(test);
	for (i = 0; i < DMA_STATE_CALLS; i++) {
		const struct dma_call *call = &dma_state_calls[i];
		struct dma_mapping m = state_mapping(w, 77, PAGE_SIZE,
						     DMA_BIDIRECTIONAL);
		phys_addr_t target;

		state_map_ok(w, call, &m);
		state_same_sync(w, call, &m, 0, m.size, true);
		state_same_sync(w, call, &m, 0, m.size, false);
		target = dma_counts.phys;
		state_same_sync(w, call, &m, 1000, 1, true);
		state_same_sync(w, call, &m, 1000, PAGE_SIZE - 1000, false);

		memset(&dma_counts, 0, sizeof(dma_counts));
		call->unmap(&m);
		KUNIT_EXPECT_EQ(test, 1, dma_counts.for_cpu);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_device);
		KUNIT_EXPECT_EQ(test, target, dma_counts.phys);
		KUNIT_EXPECT_EQ(test, m.size, dma_counts.size);

		m.attrs = DMA_ATTR_SKIP_CPU_SYNC;
		memset(&dma_counts, 0, sizeof(dma_counts));
		state_map_ok(w, call, &m);
		call->unmap(&m);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_device);
		dma_world_expect_idle(w);
	}
}

/* MMIO: nothing is maintained, synced or looked up */

static void state_mmio(struct kunit *test)
{
	const enum dma_kind *kind = test->param_value;
	struct dma_world *w = dma_world_create(test, *kind);
	const struct dma_call *calls[] = { CALL_SOURCE, CALL_STATE };
	int i;

	dma_world_set_noncoherent(w);
	dma_counts_start(test);
	dma_state_trust(test);
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		struct dma_mapping m = {
			.dev	= w->dev,
			.phys	= dma_hole(test) + 77,
			.size	= 1000,
			.dir	= DMA_BIDIRECTIONAL,
			.attrs	= DMA_ATTR_MMIO,
		};

		if (*kind == DMA_KIND_BOUNCE || *kind == DMA_KIND_UNTRUSTED)
			w->dev->dma_bounced = true;
		state_map_ok(w, calls[i], &m);
		if (w->iommu)
			w->iommu->walks = 0;
		calls[i]->sync_for_cpu(&m);
		calls[i]->sync_for_device(&m);
		calls[i]->sync_span(&m, 10, 1, true);
		calls[i]->unmap(&m);
		if (w->iommu)
			KUNIT_EXPECT_EQ(test, 0, w->iommu->walks);
	}
	KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
	KUNIT_EXPECT_EQ(test, 0, dma_counts.for_device);
	dma_world_expect_idle(w);
}

/* Look-ups: walks of the page table */

struct state_walk {
	enum dma_kind kind;
	bool noncoherent;
	bool bounced;		/* the device has, before */
	size_t offset;
	size_t size;
	unsigned int source_unmap;	/* walks, by source */
	unsigned int source_sync;
};

static const struct state_walk state_walks[] = {
	{ DMA_KIND_IOMMU, false, false, 77, 200 },
	{ DMA_KIND_IOMMU, true, false, 77, 200 },
	{ DMA_KIND_IOMMU, true, false, 0, PAGE_SIZE },
	{ DMA_KIND_IOMMU_2K, true, false, 77, 5000 },
	{ DMA_KIND_IOMMU_512, true, false, 77, 5000 },
	{ DMA_KIND_IOMMU, true, true, 77, 200, 1, 1 },
	{ DMA_KIND_IOMMU, true, true, 0, 2 * PAGE_SIZE, 0, 1 },
	{ DMA_KIND_IOMMU_512, true, true, 512, 1024, 0, 1 },
	{ DMA_KIND_UNTRUSTED, false, false, 0, PAGE_SIZE },
	{ DMA_KIND_UNTRUSTED, false, false, 77, 200, 1, 1 },
	{ DMA_KIND_UNTRUSTED, false, true, 0, PAGE_SIZE, 0, 1 },
	{ DMA_KIND_UNTRUSTED, true, true, PAGE_SIZE, 200, 1, 1 },
};

static void state_walk_desc(const struct state_walk *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s%s%s, %zu+%zu",
		 dma_kind_names[c->kind], c->noncoherent ? ", not coherent" : "",
		 c->bounced ? ", has bounced" : "", c->offset, c->size);
}

KUNIT_ARRAY_PARAM(state_walk, state_walks, state_walk_desc);

static unsigned int state_count_sync(struct dma_world *w,
				     const struct dma_call *call,
				     struct dma_mapping *m)
{
	w->iommu->walks = 0;
	call->sync_span(m, 0, m->size, true);
	call->sync_span(m, 0, m->size, false);
	call->sync_span(m, 1, m->size / 2, true);
	return w->iommu->walks;
}

static unsigned int state_count_unmap(struct dma_world *w,
				      const struct dma_call *call,
				      struct dma_mapping *m)
{
	w->iommu->walks = 0;
	call->unmap(m);
	return w->iommu->walks;
}

static void state_no_walks(struct kunit *test)
{
	const struct state_walk *c = test->param_value;
	struct dma_world *w = dma_world_create(test, c->kind);
	struct dma_mapping m = state_mapping(w, c->offset, c->size,
					     DMA_BIDIRECTIONAL);

	if (c->noncoherent)
		dma_world_set_noncoherent(w);
	if (c->bounced)
		w->dev->dma_bounced = true;
	dma_state_trust(test);

	state_map_ok(w, CALL_STATE, &m);
	KUNIT_EXPECT_EQ(test, 0, state_count_sync(w, CALL_STATE, &m));
	KUNIT_EXPECT_EQ(test, 0, state_count_unmap(w, CALL_STATE, &m));

	state_map_ok(w, CALL_SOURCE, &m);
	KUNIT_EXPECT_EQ(test, 3 * c->source_sync,
			state_count_sync(w, CALL_SOURCE, &m));
	KUNIT_EXPECT_EQ(test, c->source_unmap,
			state_count_unmap(w, CALL_SOURCE, &m));
	dma_world_expect_idle(w);
}

/*
 * Look-ups: searches of bounce pools. While the device has none, a search finds
 * nothing, and the buffer would be neither copied nor released.
 */

static void state_add_used(struct io_tlb_mem *mem, struct io_tlb_mem *from)
{
#ifdef CONFIG_DEBUG_FS
	atomic_long_add(atomic_long_xchg(&from->total_used, 0),
			&mem->total_used);
#endif
}

static struct io_tlb_mem *state_no_pools(struct kunit *test)
{
	struct io_tlb_mem *mem = kunit_kzalloc(test, sizeof(*mem), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, mem);
#ifdef CONFIG_SWIOTLB_DYNAMIC
	INIT_LIST_HEAD(&mem->pools);
#endif
	return mem;
}

static const enum dma_kind bounce_kinds[] = {
	DMA_KIND_BOUNCE, DMA_KIND_UNTRUSTED,
};

KUNIT_ARRAY_PARAM(bounce_kind, bounce_kinds, dma_kind_desc);

static void state_no_searches(struct kunit *test)
{
	const enum dma_kind *kind = test->param_value;
	struct dma_world *w = dma_world_create(test, *kind);
	struct dma_mapping m = state_mapping(w, 77, 5000, DMA_BIDIRECTIONAL);
	struct io_tlb_mem *none = state_no_pools(test);
	u8 byte = 0xa5;

	dma_state_trust(test);
	w->cpu[77] = 1;
	state_map_ok(w, CALL_STATE, &m);
	KUNIT_EXPECT_NE(test, 0, dma_bounce_used(w->tlb));
	w->dev->dma_io_tlb_mem = none;

	dma_world_write(w, m.addr, &byte, 1);
	CALL_STATE->sync_span(&m, 0, 1, true);
	KUNIT_EXPECT_EQ(test, 0xa5, w->cpu[77]);
	w->cpu[77] = 0x5a;
	CALL_STATE->sync_span(&m, 0, 1, false);
	dma_world_read(w, m.addr, &byte, 1);
	KUNIT_EXPECT_EQ(test, 0x5a, byte);

	byte = 0xc3;
	dma_world_write(w, m.addr + 4999, &byte, 1);
	CALL_STATE->unmap(&m);
	KUNIT_EXPECT_EQ(test, 0xc3, w->cpu[77 + 4999]);
	w->dev->dma_io_tlb_mem = w->tlb;
	state_add_used(w->tlb, none);
	dma_world_expect_idle(w);
}

/* The other way round: what is not bounced has no pool to be found */
static void state_not_bounced(struct kunit *test)
{
	const enum dma_kind *kind = test->param_value;
	struct dma_world *w = dma_world_create(test, *kind);
	struct dma_mapping m = state_mapping(w, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
	struct io_tlb_mem trap = {};

	if (*kind == DMA_KIND_BOUNCE)
		w->tlb->force_bounce = false;
	dma_state_trust(test);
	w->dev->dma_bounced = true;
	state_map_ok(w, CALL_SOURCE, &m);
	/* A search of this one does not return */
#ifdef CONFIG_SWIOTLB_DYNAMIC
	trap.pools.next = LIST_POISON1;
#endif
	trap.defpool.end = ~(phys_addr_t)0;
	w->dev->dma_io_tlb_mem = &trap;
	if (*kind == DMA_KIND_BOUNCE)
		CALL_SOURCE->sync_span(&m, 1, 100, true);
	CALL_SOURCE->unmap(&m);
	w->dev->dma_io_tlb_mem = w->tlb;
	dma_world_expect_idle(w);
}

/* The device changes between map and unmap */

static void state_device_changes(struct kunit *test)
{
	const enum dma_kind *kind = test->param_value;
	int i;

	for (i = 0; i < DMA_STATE_CALLS; i++) {
		const struct dma_call *call = &dma_state_calls[i];
		struct dma_world *w = dma_world_create(test, *kind);
		struct dma_mapping bounced = state_mapping(w, 77, 200,
							   DMA_FROM_DEVICE);
		struct dma_mapping direct = state_mapping(w, 3 * PAGE_SIZE + 77,
							  200, DMA_FROM_DEVICE);
		u8 byte = 0xa5;

		state_map_ok(w, call, &bounced);
		if (*kind == DMA_KIND_UNTRUSTED)
			to_pci_dev(w->dev)->untrusted = false;
		else
			w->tlb->force_bounce = false;
		state_map_ok(w, call, &direct);

		dma_world_write(w, bounced.addr, &byte, 1);
		dma_world_write(w, direct.addr, &byte, 1);
		if (*kind == DMA_KIND_UNTRUSTED)
			to_pci_dev(w->dev)->untrusted = i & 1;
		call->sync_for_cpu(&bounced);
		KUNIT_EXPECT_EQ(test, 0xa5, w->cpu[77]);
		call->unmap(&direct);
		call->unmap(&bounced);
		KUNIT_EXPECT_EQ(test, 0xa5, w->cpu[3 * PAGE_SIZE + 77]);
		dma_world_expect_idle(w);
	}
}

/* A mapping that fails leaves an empty state */
static void state_map_fails(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct dma_mapping m = state_mapping(w, 0, PAGE_SIZE, DMA_TO_DEVICE);
	const struct dma_map_state empty = {};

	m.attrs = DMA_ATTR_NO_WARN;
	w->dev->bus_dma_limit = SZ_4K;
	CALL_STATE->map(&m);
	KUNIT_EXPECT_TRUE(test, dma_map_failed(&m));
	KUNIT_EXPECT_TRUE(test, dma_state_same(&m.state, &empty));
}

/* Rings */

struct state_ring {
	enum dma_kind kind;
	bool noncoherent;
	bool has_states;
};

static const struct state_ring state_rings[] = {
	{ DMA_KIND_DIRECT, false, false },
	{ DMA_KIND_DIRECT, true, true },
	{ DMA_KIND_BOUNCE, false, true },
	{ DMA_KIND_OPS, false, false },
	{ DMA_KIND_IOMMU, false, false },
	{ DMA_KIND_IOMMU, true, true },
	{ DMA_KIND_UNTRUSTED, false, true },
};

static void state_ring_desc(const struct state_ring *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s%s", dma_kind_names[c->kind],
		 c->noncoherent ? ", not coherent" : "");
}

KUNIT_ARRAY_PARAM(state_ring, state_rings, state_ring_desc);

static void state_ring_size(struct kunit *test)
{
	const struct state_ring *c = test->param_value;
	struct dma_world *w = dma_world_create(test, c->kind);
	struct dma_state_ring ring;

	if (c->noncoherent)
		dma_world_set_noncoherent(w);
	KUNIT_ASSERT_EQ(test, 0, dma_state_ring_init(&ring, w->dev, 8,
						     GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, c->has_states, !!dma_state_at(&ring, 0));
	if (c->has_states)
		KUNIT_EXPECT_LE(test, (void *)dma_state_at(&ring, 7) -
				      (void *)dma_state_at(&ring, 0), 7 * 16);
	dma_state_ring_free(&ring);
	KUNIT_EXPECT_NULL(test, dma_state_at(&ring, 0));
	dma_state_ring_free(&ring);
}

static struct kunit_case dma_state_cases[] = {
	KUNIT_CASE_PARAM(state_transfers, state_kind_gen_params),
	KUNIT_CASE_PARAM(state_sync_spans, state_kind_gen_params),
	KUNIT_CASE_PARAM(state_maintenance, state_kind_gen_params),
	KUNIT_CASE_PARAM(state_mmio, state_kind_gen_params),
	KUNIT_CASE_PARAM(state_no_walks, state_walk_gen_params),
	KUNIT_CASE_PARAM(state_no_searches, bounce_kind_gen_params),
	KUNIT_CASE_PARAM(state_not_bounced, bounce_kind_gen_params),
	KUNIT_CASE_PARAM(state_device_changes, bounce_kind_gen_params),
	KUNIT_CASE(state_map_fails),
	KUNIT_CASE_PARAM(state_ring_size, state_ring_gen_params),
	{}
};

static struct kunit_suite dma_state_suite = {
	.name		= "dma_state",
	.test_cases	= dma_state_cases,
};

kunit_test_suite(dma_state_suite);
