// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of cache maintenance, on a shadow CPU cache.
 *
 * A driver that keeps to the rules of the DMA API sees coherent memory: each
 * byte that CPU or device read is the one that was written last, by either. That
 * is all that these tests expect, of each way to map and each kind of device.
 */
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <kunit/dma.h>

static unsigned int shadow_seed;
module_param(shadow_seed, uint, 0444);
MODULE_PARM_DESC(shadow_seed, "seed of the random test on a shadow cache, 0 to have one chosen");

static unsigned int shadow_steps = 4000;
module_param(shadow_steps, uint, 0444);
MODULE_PARM_DESC(shadow_steps, "number of steps of the random test on a shadow cache");

/* The two-step calls */

static void iova_map(struct dma_mapping *m)
{
	m->addr = DMA_MAPPING_ERROR;
	if (!dma_iova_try_alloc(m->dev, &m->iova, m->phys, m->size))
		return;
	if (!dma_iova_link(m->dev, &m->iova, m->phys, 0, m->size, m->dir,
			   m->attrs) &&
	    !dma_iova_sync(m->dev, &m->iova, 0, m->size))
		m->addr = m->iova.addr;
	else
		dma_iova_free(m->dev, &m->iova);
}

static void iova_unmap(struct dma_mapping *m)
{
	dma_iova_destroy(m->dev, &m->iova, m->size, m->dir, m->attrs);
}

/* ... told what was linked, in two pieces that share no cache line */
static unsigned int iova_vecs(const struct dma_mapping *m, struct phys_vec *vec)
{
	phys_addr_t split = round_down(m->phys + m->size / 3, SZ_64);
	size_t first = split > m->phys ? split - m->phys : 0;

	vec[0] = (struct phys_vec) { m->phys, first ?: m->size };
	vec[1] = (struct phys_vec) { m->phys + first, m->size - first };
	return first ? 2 : 1;
}

static void iova_destroy_vec(struct dma_mapping *m)
{
	struct phys_vec vec[2];
	unsigned int nr = iova_vecs(m, vec);

	dma_iova_destroy_vec(m->dev, &m->iova, vec, nr, m->dir, m->attrs);
}

static void iova_unlink_vec(struct dma_mapping *m)
{
	struct phys_vec vec[2];
	unsigned int nr = iova_vecs(m, vec);

	dma_iova_unlink_vec(m->dev, &m->iova, vec, nr, 0, m->dir, m->attrs);
	dma_iova_free(m->dev, &m->iova);
}

static void iova_sync_vec(struct dma_mapping *m)
{
	struct phys_vec vec[2];
	unsigned int nr = iova_vecs(m, vec);
	unsigned long attrs = m->attrs;

	if (dma_iova_sync_vec_for_cpu(m->dev, &m->iova, vec, nr, 0, m->dir))
		attrs |= DMA_ATTR_SKIP_CPU_SYNC;
	dma_iova_destroy(m->dev, &m->iova, m->size, m->dir, attrs);
}

static const struct dma_call iova_calls[] = {
	{ .name = "two-step", .map = iova_map, .unmap = iova_unmap },
	{ .name = "destroy vec", .map = iova_map, .unmap = iova_destroy_vec },
	{ .name = "unlink vec", .map = iova_map, .unmap = iova_unlink_vec },
	{ .name = "sync vec", .map = iova_map, .unmap = iova_sync_vec },
};

#define SHADOW_CALLS	(DMA_CALLS + DMA_STATE_CALLS + ARRAY_SIZE(iova_calls))

static const struct dma_call *shadow_call(unsigned int i)
{
	if (i < DMA_CALLS)
		return &dma_calls[i];
	i -= DMA_CALLS;
	if (i < DMA_STATE_CALLS)
		return &dma_state_calls[i];
	return &iova_calls[i - DMA_STATE_CALLS];
}

static bool shadow_can_map(struct dma_world *w, const struct dma_call *call)
{
	return call->map != iova_map || w->iommu;
}

static const enum dma_kind shadow_kinds[] = {
	DMA_KIND_DIRECT, DMA_KIND_RANGES, DMA_KIND_BOUNCE,
#ifdef DMA_HAS_MOCK_IOMMU
	DMA_KIND_IOMMU_512, DMA_KIND_IOMMU_2K, DMA_KIND_IOMMU,
	DMA_KIND_UNTRUSTED,
#endif
};

KUNIT_ARRAY_PARAM(shadow_kind, shadow_kinds, dma_kind_desc);

/* One transfer in each direction, with each step of the maintenance needed */

static unsigned int shadow_device_read(struct dma_world *w,
				       struct dma_mapping *m, u8 want)
{
	KUNIT_EXPECT_TRUE(w->test, dma_world_read(w, m->addr, w->got, m->size));
	return !!memchr_inv(w->got, want, m->size);
}

static void shadow_device_write(struct dma_world *w, struct dma_mapping *m,
				u8 byte)
{
	memset(w->got, byte, m->size);
	KUNIT_EXPECT_TRUE(w->test, dma_world_write(w, m->addr, w->got, m->size));
}

static unsigned int shadow_cpu_read(u8 *cpu, size_t size, u8 want)
{
	return !!memchr_inv(cpu, want, size);
}

/* The number of reads that were stale and of writes that were lost */
static unsigned int shadow_transfer(struct dma_world *w,
				    const struct dma_call *call, size_t offset,
				    size_t size, unsigned int drop)
{
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + offset,
		.size	= size,
		.dir	= DMA_BIDIRECTIONAL,
	};
	u8 *cpu = w->cpu + offset;
	unsigned int wrong = 0;

	dma_shadow_drop(w, drop);
	memset(cpu, 1, size);
	call->map(&m);
	KUNIT_ASSERT_FALSE_MSG(w->test, dma_map_failed(&m), "%s", call->name);
	wrong += shadow_device_read(w, &m, 1);
	shadow_device_write(w, &m, 2);

	if (call->sync_for_cpu) {
		call->sync_for_cpu(&m);
		wrong += shadow_cpu_read(cpu, size, 2);
		memset(cpu, 3, size);
		call->sync_for_device(&m);
		wrong += shadow_device_read(w, &m, 3);
		shadow_device_write(w, &m, 4);
	} else {
		shadow_device_write(w, &m, 4);
	}

	call->unmap(&m);
	wrong += shadow_cpu_read(cpu, size, 4);
	return wrong + dma_shadow_errors(w);
}

static const struct dma_span shadow_spans[] = {
	{ 0, 1 }, { 0, PAGE_SIZE }, { 77, 200 }, { 64, 64 },
	{ PAGE_SIZE - 3, 6 }, { 511, 2050 }, { 100, 2 * PAGE_SIZE },
};

/*
 * First as it is, then once with each of the calls left out: a test that misses
 * one of them would be as good as none.
 */
static void shadow_each_call_counts(struct kunit *test)
{
	const enum dma_kind *kind = test->param_value;
	struct dma_world *w = dma_world_create(test, *kind);
	unsigned int i, j, calls, drop;

	dma_shadow_create(w);
	for (i = 0; i < SHADOW_CALLS; i++) {
		const struct dma_call *call = shadow_call(i);

		if (!shadow_can_map(w, call))
			continue;
		for (j = 0; j < ARRAY_SIZE(shadow_spans); j++) {
			const struct dma_span *s = &shadow_spans[j];

			KUNIT_EXPECT_EQ_MSG(test, 0,
					    shadow_transfer(w, call, s->offset,
							    s->size, UINT_MAX),
					    "%s, %zu+%zu", call->name,
					    s->offset, s->size);
			calls = dma_shadow_calls(w);
			KUNIT_EXPECT_GE(test, calls, 2);
			for (drop = 0; drop < calls; drop++) {
				KUNIT_EXPECT_NE_MSG(test, 0,
						    shadow_transfer(w, call,
								    s->offset,
								    s->size,
								    drop),
						    "%s, %zu+%zu without call %u",
						    call->name, s->offset,
						    s->size, drop);
				/* Have the cache forget of it */
				shadow_transfer(w, call, s->offset, s->size,
						UINT_MAX);
			}
		}
	}
	dma_world_expect_idle(w);
}

/* The random test */

#define SHADOW_PAGES	(DMA_AREA_SIZE / PAGE_SIZE)
#define SHADOW_LIVE	6

struct shadow_mapping {
	bool live;
	bool cpu_owns;
	const struct dma_call *call;
	size_t offset;
	struct dma_mapping m;
};

struct shadow_world {
	struct dma_world *w;
	u8 *last;		/* what was written last, by either side */
	u8 *scratch;
	bool busy[SHADOW_PAGES];
	struct shadow_mapping maps[SHADOW_LIVE];
};

struct shadow_run {
	struct kunit *test;
	struct rnd_state rnd;
	unsigned int done[5];
	unsigned int seed;
	struct shadow_world worlds[ARRAY_SIZE(shadow_kinds)];
};

static u32 shadow_random(struct shadow_run *run, u32 below)
{
	return prandom_u32_state(&run->rnd) % below;
}

static struct dma_span shadow_span(struct shadow_run *run,
				   const struct shadow_mapping *map)
{
	struct dma_span part;

	part.offset = shadow_random(run, map->m.size);
	part.size = 1 + shadow_random(run, map->m.size - part.offset);
	return part;
}

static struct shadow_mapping *shadow_pick(struct shadow_run *run,
					  struct shadow_world *sw, bool live)
{
	int i, start = shadow_random(run, SHADOW_LIVE);

	for (i = 0; i < SHADOW_LIVE; i++) {
		struct shadow_mapping *map = &sw->maps[(start + i) % SHADOW_LIVE];

		if (map->live == live)
			return map;
	}
	return NULL;
}

static void shadow_expect_cpu(struct shadow_world *sw,
			      const struct shadow_mapping *map)
{
	KUNIT_ASSERT_EQ_MSG(sw->w->test, 0,
			    memcmp(sw->w->cpu + map->offset,
				   sw->last + map->offset, map->m.size),
			    "the CPU reads something stale: %s, %s, %zu+%zu, direction %d",
			    dma_kind_names[sw->w->kind], map->call->name,
			    map->offset, map->m.size, map->m.dir);
}

static void shadow_cpu_fill(struct shadow_run *run, struct shadow_world *sw,
			    size_t offset, size_t size)
{
	prandom_bytes_state(&run->rnd, sw->last + offset, size);
	memcpy(sw->w->cpu + offset, sw->last + offset, size);
}

/* The pages of a mapping belong to it alone: no line is shared with another */
static bool shadow_pick_pages(struct shadow_world *sw, size_t offset,
			      size_t size, bool take)
{
	size_t first = offset / PAGE_SIZE, last = (offset + size - 1) / PAGE_SIZE;
	size_t i;

	for (i = first; take && i <= last; i++)
		if (sw->busy[i])
			return false;
	for (i = first; i <= last; i++)
		sw->busy[i] = take;
	return true;
}

static bool shadow_map(struct shadow_run *run, struct shadow_world *sw)
{
	struct shadow_mapping *map = shadow_pick(run, sw, false);
	size_t max, size, offset = shadow_random(run, DMA_AREA_SIZE);
	const struct dma_call *call;
	struct dma_world *w = sw->w;

	/* As often as not, a buffer that begins and ends with a page */
	if (shadow_random(run, 2))
		offset = round_down(offset, PAGE_SIZE);
	max = min_t(size_t, DMA_AREA_SIZE - offset, 3 * PAGE_SIZE);
	size = 1 + shadow_random(run, max);
	if (shadow_random(run, 2) && size > PAGE_SIZE)
		size = round_down(size, PAGE_SIZE);
	call = shadow_call(shadow_random(run, SHADOW_CALLS));
	if (!map || !shadow_can_map(w, call) ||
	    dma_world_crosses(w, offset, size) ||
	    !shadow_pick_pages(sw, offset, size, true))
		return false;

	*map = (struct shadow_mapping) {
		.live	= true,
		.call	= call,
		.offset	= offset,
		.m	= {
			.dev	= w->dev,
			.phys	= w->phys + offset,
			.size	= size,
			.dir	= shadow_random(run, 3),
		},
	};
	shadow_cpu_fill(run, sw, offset, size);
	call->map(&map->m);
	KUNIT_ASSERT_FALSE(run->test, dma_map_failed(&map->m));
	return true;
}

/* A part that is not synced stays with the one who has it: so sync all of them */
static void shadow_sync(struct shadow_run *run, struct shadow_mapping *map,
			bool for_cpu)
{
	size_t done = 0, len;

	if (!map->call->sync_span) {
		if (for_cpu)
			map->call->sync_for_cpu(&map->m);
		else
			map->call->sync_for_device(&map->m);
		return;
	}
	for (; done < map->m.size; done += len) {
		len = 1 + shadow_random(run, map->m.size - done);
		map->call->sync_span(&map->m, done, len, for_cpu);
	}
}

static bool shadow_change_owner(struct shadow_run *run, struct shadow_world *sw)
{
	struct shadow_mapping *map = shadow_pick(run, sw, true);
	struct dma_span part;

	if (!map || !map->call->sync_for_cpu)
		return false;
	if (!map->cpu_owns) {
		shadow_sync(run, map, true);
		shadow_expect_cpu(sw, map);
	} else {
		part = shadow_span(run, map);
		if (map->m.dir != DMA_FROM_DEVICE)
			shadow_cpu_fill(run, sw, map->offset + part.offset,
					part.size);
		shadow_sync(run, map, false);
	}
	map->cpu_owns = !map->cpu_owns;
	return true;
}

static bool shadow_write(struct shadow_run *run, struct shadow_world *sw)
{
	struct shadow_mapping *map = shadow_pick(run, sw, true);
	struct dma_span part;
	u8 *last;

	if (!map || map->cpu_owns || map->m.dir == DMA_TO_DEVICE)
		return false;
	part = shadow_span(run, map);
	last = sw->last + map->offset + part.offset;
	prandom_bytes_state(&run->rnd, last, part.size);
	KUNIT_ASSERT_TRUE(run->test,
			  dma_world_write(sw->w, map->m.addr + part.offset,
					  last, part.size));
	return true;
}

static bool shadow_read(struct shadow_run *run, struct shadow_world *sw)
{
	struct shadow_mapping *map = shadow_pick(run, sw, true);
	struct dma_span part;

	if (!map || map->cpu_owns || map->m.dir == DMA_FROM_DEVICE)
		return false;
	part = shadow_span(run, map);
	KUNIT_ASSERT_TRUE(run->test,
			  dma_world_read(sw->w, map->m.addr + part.offset,
					 sw->scratch, part.size));
	KUNIT_ASSERT_EQ_MSG(run->test, 0,
			    memcmp(sw->scratch,
				   sw->last + map->offset + part.offset,
				   part.size),
			    "the device reads something stale: %s, %s, %zu+%zu, direction %d",
			    dma_kind_names[sw->w->kind], map->call->name,
			    map->offset, map->m.size, map->m.dir);
	return true;
}

static bool shadow_unmap(struct shadow_run *run, struct shadow_world *sw)
{
	struct shadow_mapping *map = shadow_pick(run, sw, true);

	if (!map)
		return false;
	if (map->cpu_owns)
		shadow_sync(run, map, false);
	map->call->unmap(&map->m);
	shadow_expect_cpu(sw, map);
	shadow_pick_pages(sw, map->offset, map->m.size, false);
	map->live = false;
	return true;
}

static bool (* const shadow_ops[])(struct shadow_run *run,
				   struct shadow_world *sw) = {
	shadow_map, shadow_change_owner, shadow_write, shadow_read,
	shadow_unmap,
};

static u8 *shadow_buffer(struct kunit *test)
{
	u8 *buf = kunit_kzalloc(test, DMA_AREA_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	return buf;
}

static struct shadow_run *shadow_run_create(struct kunit *test)
{
	struct shadow_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, run);
	run->test = test;
	run->seed = shadow_seed ?: get_random_u32();
	prandom_seed_state(&run->rnd, run->seed);
	kunit_info(test, "dma_kunit.shadow_seed=%u", run->seed);
	for (i = 0; i < ARRAY_SIZE(shadow_kinds); i++) {
		struct shadow_world *sw = &run->worlds[i];

		sw->w = dma_world_create(test, shadow_kinds[i]);
		memset(sw->w->cpu, 0, DMA_AREA_SIZE);
		dma_shadow_create(sw->w);
		sw->last = shadow_buffer(test);
		sw->scratch = shadow_buffer(test);
	}
	return run;
}

static void shadow_step(struct shadow_run *run)
{
	struct shadow_world *sw;
	unsigned int op;

	sw = &run->worlds[shadow_random(run, ARRAY_SIZE(shadow_kinds))];
	op = shadow_random(run, ARRAY_SIZE(shadow_ops));
	if (!shadow_ops[op](run, sw))
		return;
	run->done[op]++;
	KUNIT_ASSERT_EQ_MSG(run->test, 0, dma_shadow_errors(sw->w),
			    "a write is lost: %s",
			    dma_kind_names[sw->w->kind]);
}

static void shadow_random_test(struct kunit *test)
{
	struct shadow_run *run = shadow_run_create(test);
	unsigned int i;

	for (i = 0; i < shadow_steps; i++)
		shadow_step(run);
	for (i = 0; i < ARRAY_SIZE(shadow_ops); i++)
		KUNIT_EXPECT_GT(test, run->done[i], shadow_steps / 50);
	for (i = 0; i < ARRAY_SIZE(shadow_kinds); i++) {
		while (shadow_unmap(run, &run->worlds[i]))
			;
		KUNIT_EXPECT_EQ(test, 0, dma_shadow_errors(run->worlds[i].w));
		dma_world_expect_idle(run->worlds[i].w);
	}
}

static struct kunit_case dma_shadow_cases[] = {
	KUNIT_CASE_PARAM(shadow_each_call_counts, shadow_kind_gen_params),
	KUNIT_CASE_SLOW(shadow_random_test),
	{}
};

static struct kunit_suite dma_shadow_suite = {
	.name		= "dma_shadow",
	.test_cases	= dma_shadow_cases,
};

kunit_test_suite(dma_shadow_suite);
