// SPDX-License-Identifier: GPL-2.0
/*
 * A random test of the DMA mapping core against a model of it.
 *
 * Drivers and devices of several kinds map, sync and unmap parts of their memory
 * and write to it, in a random order. The model says what each side has to see:
 *
 * - memory that is not bounced is the same for both, at once;
 * - a bounced mapping starts as a copy of the memory. A sync for the device, if
 *   the direction has it, copies the memory to it, a sync for the CPU and an
 *   unmap copy it back;
 * - no two live mappings of a device share a DMA address;
 * - the bounce slots and IOMMU granules in use are those of the live mappings.
 *
 * All of it is checked after each step. The seed is printed, and a failure is
 * repeated by dma_kunit.seed=.
 */
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <kunit/dma.h>

static unsigned int seed;
module_param(seed, uint, 0444);
MODULE_PARM_DESC(seed, "seed of the random test, 0 to have one chosen");

static unsigned int steps = 3000;
module_param(steps, uint, 0444);
MODULE_PARM_DESC(steps, "number of steps of the random test");

/*
 * A mapping has its pages to itself: with others in the same cache line it would
 * be a driver that misuses the API.
 */
#define MODEL_PAGES	(DMA_AREA_SIZE / PAGE_SIZE)
#define MODEL_LIVE	6

struct model_mapping {
	bool live;
	bool bounced;
	const struct dma_call *call;
	size_t offset;
	struct dma_mapping m;
	u8 *device;		/* what the device sees, by offset in the area */
};

struct model_world {
	struct dma_world *w;
	u8 *cpu;		/* what memory has to hold */
	u8 *scratch;
	bool busy[MODEL_PAGES];
	struct model_mapping maps[MODEL_LIVE];
};

struct model {
	struct kunit *test;
	struct rnd_state rnd;
	unsigned int done[5];
	struct model_world worlds[DMA_KINDS];
};

static u32 model_random(struct model *model, u32 below)
{
	return prandom_u32_state(&model->rnd) % below;
}

static void model_fill(struct model *model, u8 *buf, size_t len)
{
	prandom_bytes_state(&model->rnd, buf, len);
}

/* A part of a mapping, mostly a small one */
static struct dma_span model_span(struct model *model,
				  const struct model_mapping *map)
{
	struct dma_span part;

	part.offset = model_random(model, map->m.size);
	part.size = 1 + model_random(model, map->m.size - part.offset);
	return part;
}

static struct model_mapping *model_pick(struct model *model,
					struct model_world *mw, bool live)
{
	int i, start = model_random(model, MODEL_LIVE);

	for (i = 0; i < MODEL_LIVE; i++) {
		struct model_mapping *map;

		map = &mw->maps[(start + i) % MODEL_LIVE];
		if (map->live == live)
			return map;
	}
	return NULL;
}

static bool model_pick_pages(struct model_world *mw, size_t offset, size_t size,
			     bool take)
{
	size_t first = offset / PAGE_SIZE, last = (offset + size - 1) / PAGE_SIZE;
	size_t i;

	for (i = first; take && i <= last; i++)
		if (mw->busy[i])
			return false;
	for (i = first; i <= last; i++)
		mw->busy[i] = take;
	return true;
}

/* Operations */

static bool model_map(struct model *model, struct model_world *mw)
{
	struct model_mapping *map = model_pick(model, mw, false);
	size_t max, size, offset = model_random(model, DMA_AREA_SIZE);
	struct dma_world *w = mw->w;

	max = min_t(size_t, DMA_AREA_SIZE - offset, 3 * PAGE_SIZE);
	size = 1 + model_random(model, max);
	if (!map || dma_world_crosses(w, offset, size) ||
	    !model_pick_pages(mw, offset, size, true))
		return false;

	map->call = &dma_calls[model_random(model, DMA_CALLS)];
	map->offset = offset;
	map->bounced = dma_world_bounces(w, offset, size);
	map->m = (struct dma_mapping) {
		.dev	= w->dev,
		.phys	= w->phys + offset,
		.size	= size,
		.dir	= model_random(model, 3),
	};
	map->call->map(&map->m);
	KUNIT_ASSERT_FALSE(model->test, dma_map_failed(&map->m));
	memcpy(map->device + offset, mw->cpu + offset, size);
	map->live = true;
	return true;
}

static void model_copy_back(struct model_world *mw, struct model_mapping *map,
			    struct dma_span part)
{
	size_t offset = map->offset + part.offset;

	if (map->bounced && map->m.dir != DMA_TO_DEVICE)
		memcpy(mw->cpu + offset, map->device + offset, part.size);
}

static bool model_unmap(struct model *model, struct model_world *mw)
{
	struct model_mapping *map = model_pick(model, mw, true);

	if (!map)
		return false;
	map->call->unmap(&map->m);
	model_copy_back(mw, map, (struct dma_span) { 0, map->m.size });
	model_pick_pages(mw, map->offset, map->m.size, false);
	map->live = false;
	return true;
}

static bool model_sync(struct model *model, struct model_world *mw)
{
	struct model_mapping *map = model_pick(model, mw, true);
	struct dma_span part;
	dma_addr_t addr;
	size_t offset;

	if (!map)
		return false;
	part = model_span(model, map);
	addr = map->m.addr + part.offset;
	offset = map->offset + part.offset;
	/* A scatterlist is synced as a whole */
	if (map->call == &dma_calls[DMA_CALLS - 1]) {
		part = (struct dma_span) { 0, map->m.size };
		offset = map->offset;
	}

	if (model_random(model, 2)) {
		if (map->call == &dma_calls[DMA_CALLS - 1])
			map->call->sync_for_cpu(&map->m);
		else
			dma_sync_single_for_cpu(mw->w->dev, addr, part.size,
						map->m.dir);
		model_copy_back(mw, map, part);
		return true;
	}

	if (map->call == &dma_calls[DMA_CALLS - 1])
		map->call->sync_for_device(&map->m);
	else
		dma_sync_single_for_device(mw->w->dev, addr, part.size,
					   map->m.dir);
	if (map->bounced && map->m.dir != DMA_FROM_DEVICE)
		memcpy(map->device + offset, mw->cpu + offset, part.size);
	return true;
}

static bool model_cpu_write(struct model *model, struct model_world *mw)
{
	struct model_mapping *map = model_pick(model, mw, true);
	struct dma_span part;
	size_t offset;

	if (!map)
		return false;
	part = model_span(model, map);
	offset = map->offset + part.offset;
	model_fill(model, mw->cpu + offset, part.size);
	memcpy(mw->w->cpu + offset, mw->cpu + offset, part.size);
	if (!map->bounced)
		memcpy(map->device + offset, mw->cpu + offset, part.size);
	return true;
}

static bool model_device_write(struct model *model, struct model_world *mw)
{
	struct model_mapping *map = model_pick(model, mw, true);
	struct dma_span part;
	size_t offset;

	if (!map || map->m.dir == DMA_TO_DEVICE)
		return false;
	part = model_span(model, map);
	offset = map->offset + part.offset;
	model_fill(model, map->device + offset, part.size);
	KUNIT_EXPECT_TRUE(model->test,
			  dma_world_write(mw->w, map->m.addr + part.offset,
					  map->device + offset, part.size));
	if (!map->bounced)
		memcpy(mw->cpu + offset, map->device + offset, part.size);
	return true;
}

static bool (* const model_ops[])(struct model *model,
				  struct model_world *mw) = {
	model_map, model_unmap, model_sync, model_cpu_write, model_device_write,
};

/* Invariants */

static bool model_can_read(const struct model_mapping *map,
			   const struct dma_world *w)
{
	return map->m.dir != DMA_FROM_DEVICE || !w->iommu;
}

static void model_validate_mapping(struct model_world *mw,
				   const struct model_mapping *map)
{
	struct kunit *test = mw->w->test;
	bool readable;

	readable = dma_world_read(mw->w, map->m.addr, mw->scratch, map->m.size);
	KUNIT_ASSERT_EQ(test, model_can_read(map, mw->w), readable);
	if (readable)
		KUNIT_ASSERT_EQ_MSG(test, 0,
				    memcmp(mw->scratch,
					   map->device + map->offset,
					   map->m.size),
				    "the device sees something else");
}

static void model_validate_overlap(struct model_world *mw,
				   const struct model_mapping *a)
{
	const struct model_mapping *b;

	for (b = a + 1; b < mw->maps + MODEL_LIVE; b++)
		if (b->live)
			KUNIT_ASSERT_TRUE(mw->w->test,
					  a->m.addr + a->m.size <= b->m.addr ||
					  b->m.addr + b->m.size <= a->m.addr);
}

static unsigned long model_slots(const struct dma_world *w,
				 const struct model_mapping *map)
{
	if (!map->bounced)
		return 0;
	if (w->iommu)
		return ALIGN(map->m.size, PAGE_SIZE) >> IO_TLB_SHIFT;
	return DIV_ROUND_UP(map->m.size, IO_TLB_SIZE);
}

static unsigned long model_granules(const struct dma_world *w,
				    const struct model_mapping *map)
{
	size_t granule = BIT(w->iommu->shift);
	size_t start = map->bounced ? 0 : map->offset;

	return (start + map->m.size - 1) / granule - start / granule + 1;
}

static void model_validate(struct model_world *mw)
{
	unsigned long slots = 0, granules = 0;
	struct model_mapping *map;
	struct dma_world *w = mw->w;

	KUNIT_ASSERT_EQ_MSG(w->test, 0, memcmp(w->cpu, mw->cpu, DMA_AREA_SIZE),
			    "memory holds something else");
	for (map = mw->maps; map < mw->maps + MODEL_LIVE; map++) {
		if (!map->live)
			continue;
		model_validate_mapping(mw, map);
		model_validate_overlap(mw, map);
		slots += model_slots(w, map);
		if (w->iommu)
			granules += model_granules(w, map);
	}
	if (w->tlb)
		KUNIT_ASSERT_EQ(w->test, slots, dma_bounce_used(w->tlb));
	if (w->iommu)
		KUNIT_ASSERT_EQ(w->test, granules, w->iommu->mapped);
}

/* The run */

static u8 *model_buffer(struct kunit *test)
{
	u8 *buf = kunit_kzalloc(test, DMA_AREA_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	return buf;
}

static void model_world_create(struct model *model, struct model_world *mw,
			       enum dma_kind kind)
{
	int i;

	mw->w = dma_world_create(model->test, kind);
	mw->cpu = model_buffer(model->test);
	mw->scratch = model_buffer(model->test);
	for (i = 0; i < MODEL_LIVE; i++)
		mw->maps[i].device = model_buffer(model->test);
	model_fill(model, mw->cpu, DMA_AREA_SIZE);
	memcpy(mw->w->cpu, mw->cpu, DMA_AREA_SIZE);
}

static struct model *model_create(struct kunit *test)
{
	struct model *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	u32 s = seed ?: get_random_u32();

	KUNIT_ASSERT_NOT_NULL(test, model);
	model->test = test;
	prandom_seed_state(&model->rnd, s);
	kunit_info(test, "dma_kunit.seed=%u", s);
	return model;
}

static const enum dma_kind model_kinds[] = {
	DMA_KIND_DIRECT, DMA_KIND_RANGES, DMA_KIND_BOUNCE,
#ifdef CONFIG_ARCH_HAS_DMA_OPS
	DMA_KIND_OPS,
#endif
#ifdef DMA_HAS_MOCK_IOMMU
	DMA_KIND_IOMMU_512, DMA_KIND_IOMMU_2K, DMA_KIND_IOMMU,
	DMA_KIND_UNTRUSTED,
#endif
};

static void model_step(struct model *model)
{
	struct model_world *mw;
	unsigned int op;

	mw = &model->worlds[model_random(model, ARRAY_SIZE(model_kinds))];
	op = model_random(model, ARRAY_SIZE(model_ops));
	if (!model_ops[op](model, mw))
		return;
	model->done[op]++;
	model_validate(mw);
}

static void model_random_test(struct kunit *test)
{
	struct model *model = model_create(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(model_kinds); i++)
		model_world_create(model, &model->worlds[i], model_kinds[i]);
	for (i = 0; i < steps; i++)
		model_step(model);

	/* All of it went on: each operation was done, and not a few times */
	for (i = 0; i < ARRAY_SIZE(model_ops); i++)
		KUNIT_EXPECT_GT(test, model->done[i], steps / 50);

	for (i = 0; i < ARRAY_SIZE(model_kinds); i++) {
		while (model_unmap(model, &model->worlds[i]))
			model_validate(&model->worlds[i]);
		dma_world_expect_idle(model->worlds[i].w);
	}
}

static struct kunit_case dma_model_cases[] = {
	KUNIT_CASE_SLOW(model_random_test),
	{}
};

static struct kunit_suite dma_model_suite = {
	.name		= "dma_model",
	.test_cases	= dma_model_cases,
};

kunit_test_suite(dma_model_suite);
