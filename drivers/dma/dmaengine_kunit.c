// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of struct dmaengine_unmap_data: what was mapped for a descriptor
 * is unmapped once, with its data, and without a look-up where it was mapped by
 * dmaengine_map_page().
 */
#include <linux/dmaengine.h>
#include <kunit/dma.h>

#define LEN	1000
#define MAX_NR	2

/* How many entries there are of each direction */
struct counts {
	unsigned int to;
	unsigned int from;
	unsigned int bidi;
};

static const struct counts counts[] = {
	{ 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 1, 1, 0 }, { 1, 0, 1 },
	{ 0, 1, 1 }, { 2, 0, 0 }, { 0, 2, 0 }, { 0, 0, 2 },
};

/* How they were mapped: states may be lost, and callers may be as they were */
enum how { MAP_STATE, MAP_STATE_LOST, MAP_PLAIN };

struct unmap_case {
	enum dma_kind kind;
	bool noncoherent;
	bool has_states;
};

static const struct unmap_case unmap_cases[] = {
	{ DMA_KIND_DIRECT, false, false },
	{ DMA_KIND_DIRECT, true, true },
	{ DMA_KIND_RANGES, true, true },
	{ DMA_KIND_OPS, false, false },
	{ DMA_KIND_IOMMU, false, false },
	{ DMA_KIND_IOMMU, true, true },
	{ DMA_KIND_UNTRUSTED, false, true },
	{ DMA_KIND_UNTRUSTED, true, true },
};

static void unmap_case_desc(const struct unmap_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s%s", dma_kind_names[c->kind],
		 c->noncoherent ? ", not coherent" : "");
}

KUNIT_ARRAY_PARAM(unmap_case, unmap_cases, unmap_case_desc);

static struct dma_world *unmap_world(struct kunit *test)
{
	const struct unmap_case *c = test->param_value;
	struct dma_world *w = dma_world_create(test, c->kind);

	if (c->noncoherent)
		dma_world_set_noncoherent(w);
	dma_state_trust(test);
	return w;
}

/* Entry @i is in its own pages, across the border of two */
static size_t entry_offset(unsigned int i)
{
	return 4 * i * PAGE_SIZE + PAGE_SIZE - 77;
}

static enum dma_data_direction entry_dir(const struct counts *n, unsigned int i)
{
	if (i < n->to)
		return DMA_TO_DEVICE;
	return i < n->to + n->from ? DMA_FROM_DEVICE : DMA_BIDIRECTIONAL;
}

static struct dmaengine_unmap_data *
unmap_data_map(struct dma_world *w, const struct counts *n, enum how how)
{
	unsigned int i, nr = n->to + n->from + n->bidi;
	struct dmaengine_unmap_data *unmap;
	struct page *page = virt_to_page(w->cpu);

	memset(w->cpu, 1, DMA_AREA_SIZE);
	unmap = dmaengine_get_unmap_data(w->dev, nr, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(w->test, unmap);
	if (how == MAP_STATE_LOST)
		dma_state_ring_free(&unmap->states);
	unmap->len = LEN;
	unmap->to_cnt = n->to;
	unmap->from_cnt = n->from;
	unmap->bidi_cnt = n->bidi;
	for (i = 0; i < nr; i++) {
		if (how == MAP_PLAIN)
			unmap->addr[i] = dma_map_page(w->dev, page,
						      entry_offset(i), LEN,
						      entry_dir(n, i));
		else
			dmaengine_map_page(unmap, i, page, entry_offset(i), LEN,
					   entry_dir(n, i));
		KUNIT_ASSERT_EQ(w->test, 0, dma_mapping_error(w->dev,
							      unmap->addr[i]));
	}
	return unmap;
}

/* The engine reads what it is to read, and writes 2 where it may write */
static void engine_runs(struct dma_world *w, const struct counts *n,
			const struct dmaengine_unmap_data *unmap)
{
	unsigned int i;

	for (i = 0; i < unmap->map_cnt; i++) {
		memset(w->got, 0, LEN);
		if (entry_dir(n, i) != DMA_FROM_DEVICE) {
			dma_world_read(w, unmap->addr[i], w->got, LEN);
			KUNIT_EXPECT_NULL(w->test, memchr_inv(w->got, 1, LEN));
		}
		memset(w->got, 2, LEN);
		if (entry_dir(n, i) != DMA_TO_DEVICE)
			dma_world_write(w, unmap->addr[i], w->got, LEN);
	}
}

static void expect_done(struct dma_world *w, const struct counts *n)
{
	unsigned int i;

	for (i = 0; i < n->to + n->from + n->bidi; i++) {
		u8 want = entry_dir(n, i) == DMA_TO_DEVICE ? 1 : 2;
		u8 *data = w->cpu + entry_offset(i);

		KUNIT_EXPECT_NULL(w->test, memchr_inv(data, want, LEN));
		KUNIT_EXPECT_EQ(w->test, 1, data[-1]);
		KUNIT_EXPECT_EQ(w->test, 1, data[LEN]);
	}
	dma_world_expect_idle(w);
}

static void unmap_all(struct kunit *test, enum how how)
{
	const struct unmap_case *c = test->param_value;
	struct dma_world *w = unmap_world(test);
	struct dmaengine_unmap_data *unmap;
	unsigned int i, walks;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		unmap = unmap_data_map(w, &counts[i], how);
		engine_runs(w, &counts[i], unmap);
		if (w->iommu)
			w->iommu->walks = 0;
		walks = c->has_states && how != MAP_STATE ? unmap->map_cnt : 0;
		dmaengine_unmap_put(unmap);
		if (w->iommu)
			KUNIT_EXPECT_EQ(test, walks, w->iommu->walks);
		expect_done(w, &counts[i]);
	}
}

static void unmap_by_state(struct kunit *test)
{
	unmap_all(test, MAP_STATE);
}

static void unmap_state_lost(struct kunit *test)
{
	unmap_all(test, MAP_STATE_LOST);
}

static void unmap_plain(struct kunit *test)
{
	unmap_all(test, MAP_PLAIN);
}

/* A device that never looks anything up has no states */
static void unmap_has_states(struct kunit *test)
{
	const struct unmap_case *c = test->param_value;
	struct dma_world *w = unmap_world(test);
	struct dmaengine_unmap_data *unmap;

	unmap = dmaengine_get_unmap_data(w->dev, MAX_NR, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, unmap);
	KUNIT_EXPECT_EQ(test, c->has_states,
			!!dma_state_at(&unmap->states, MAX_NR - 1));
	dmaengine_unmap_put(unmap);
}

/* An entry for both directions may be absent */
static void unmap_absent(struct kunit *test)
{
	struct dma_world *w = unmap_world(test);
	struct dmaengine_unmap_data *unmap;

	unmap = dmaengine_get_unmap_data(w->dev, MAX_NR, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, unmap);
	unmap->len = LEN;
	unmap->bidi_cnt = 2;
	unmap->addr[0] = 0;
	dmaengine_map_page(unmap, 1, virt_to_page(w->cpu), 0, LEN,
			   DMA_BIDIRECTIONAL);
	KUNIT_EXPECT_EQ(test, 0, dma_mapping_error(w->dev, unmap->addr[1]));
	dmaengine_unmap_put(unmap);
	dma_world_expect_idle(w);
}

/* Nothing is unmapped while a descriptor is left: a bounce buffer shows it */
static void unmap_last_put(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	const struct counts n = { .from = 1 };
	struct dmaengine_unmap_data *unmap = unmap_data_map(w, &n, MAP_STATE);
	struct dma_async_tx_descriptor tx = {};

	dma_set_unmap(&tx, unmap);
	dmaengine_unmap_put(unmap);
	engine_runs(w, &n, unmap);
	KUNIT_EXPECT_EQ(test, 1, w->cpu[entry_offset(0)]);
	dma_descriptor_unmap(&tx);
	KUNIT_EXPECT_NULL(test, tx.unmap);
	expect_done(w, &n);
}

static struct kunit_case dmaengine_cases[] = {
	KUNIT_CASE_PARAM(unmap_by_state, unmap_case_gen_params),
	KUNIT_CASE_PARAM(unmap_state_lost, unmap_case_gen_params),
	KUNIT_CASE_PARAM(unmap_plain, unmap_case_gen_params),
	KUNIT_CASE_PARAM(unmap_has_states, unmap_case_gen_params),
	KUNIT_CASE_PARAM(unmap_absent, unmap_case_gen_params),
	KUNIT_CASE(unmap_last_put),
	{}
};

static struct kunit_suite dmaengine_suite = {
	.name = "dmaengine",
	.test_cases = dmaengine_cases,
};

kunit_test_suite(dmaengine_suite);

MODULE_DESCRIPTION("KUnit tests of the unmap data of DMA engines");
MODULE_LICENSE("GPL");
