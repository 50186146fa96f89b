// SPDX-License-Identifier: GPL-2.0
/*
 * Worlds, and the transfer that every KUnit suite of the DMA mapping core checks
 * in them. See include/kunit/dma.h.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include "debug.h"
#include <kunit/dma.h>

#define AREA_ORDER	get_order(DMA_AREA_SIZE)

const char * const dma_kind_names[DMA_KINDS] = {
	[DMA_KIND_DIRECT]	= "direct",
	[DMA_KIND_RANGES]	= "ranges",
	[DMA_KIND_BOUNCE]	= "bounce",
	[DMA_KIND_OPS]		= "ops",
	[DMA_KIND_IOMMU_512]	= "iommu-512",
	[DMA_KIND_IOMMU_2K]	= "iommu-2k",
	[DMA_KIND_IOMMU]	= "iommu",
	[DMA_KIND_UNTRUSTED]	= "untrusted",
};

/*
 * Start and end of a page, a bounce slot, an IOMMU granule of any size and a
 * range, each from both sides, alone, and spanned.
 */
const struct dma_span dma_spans[DMA_SPANS] = {
	{ 0, 1 },
	{ 0, 64 },
	{ 0, PAGE_SIZE },
	{ 1, 1 },
	{ 63, 2 },
	{ 511, 1025 },
	{ 2047, 1 },
	{ 2047, 2 },
	{ 2048, 2048 },
	{ 2049, PAGE_SIZE },
	{ PAGE_SIZE - 1, 1 },
	{ PAGE_SIZE - 1, 2 },
	{ PAGE_SIZE - 1, PAGE_SIZE + 2 },
	{ PAGE_SIZE, PAGE_SIZE },
	{ PAGE_SIZE + 1, PAGE_SIZE - 1 },
	{ 100, 2 * PAGE_SIZE },
	{ 3 * PAGE_SIZE + 5, 3 * PAGE_SIZE },
	{ DMA_AREA_BORDER - 1, 1 },
	{ DMA_AREA_BORDER - PAGE_SIZE, PAGE_SIZE },
	{ DMA_AREA_BORDER, 3 },
	{ DMA_AREA_BORDER - 3, 6 },
	{ DMA_AREA_SIZE - 1, 1 },
	{ DMA_AREA_SIZE - PAGE_SIZE - 1, PAGE_SIZE + 1 },
	{ DMA_AREA_SIZE - DMA_SPAN_MAX, DMA_SPAN_MAX },
};

void dma_span_desc(const struct dma_span *span, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%zu+%zu", span->offset,
		 span->size);
}

/* The ways to map */

static void call_phys_map(struct dma_mapping *m)
{
	m->addr = dma_map_phys(m->dev, m->phys, m->size, m->dir, m->attrs);
	if (dma_mapping_error(m->dev, m->addr))
		m->addr = DMA_MAPPING_ERROR;
}

static void call_phys_unmap(struct dma_mapping *m)
{
	dma_unmap_phys(m->dev, m->addr, m->size, m->dir, m->attrs);
}

static void call_page_map(struct dma_mapping *m)
{
	m->addr = dma_map_page_attrs(m->dev, pfn_to_page(PHYS_PFN(m->phys)),
				     offset_in_page(m->phys), m->size, m->dir,
				     m->attrs);
	if (dma_mapping_error(m->dev, m->addr))
		m->addr = DMA_MAPPING_ERROR;
}

static void call_far_page_map(struct dma_mapping *m)
{
	m->addr = dma_map_page_attrs(m->dev, pfn_to_page(PHYS_PFN(m->phys) - 2),
				     2 * PAGE_SIZE + offset_in_page(m->phys),
				     m->size, m->dir, m->attrs);
	if (dma_mapping_error(m->dev, m->addr))
		m->addr = DMA_MAPPING_ERROR;
}

static void call_page_unmap(struct dma_mapping *m)
{
	dma_unmap_page_attrs(m->dev, m->addr, m->size, m->dir, m->attrs);
}

static void call_single_map(struct dma_mapping *m)
{
	m->addr = dma_map_single_attrs(m->dev, phys_to_virt(m->phys), m->size,
				       m->dir, m->attrs);
	if (dma_mapping_error(m->dev, m->addr))
		m->addr = DMA_MAPPING_ERROR;
}

static void call_single_unmap(struct dma_mapping *m)
{
	dma_unmap_single_attrs(m->dev, m->addr, m->size, m->dir, m->attrs);
}

static void call_sg_map(struct dma_mapping *m)
{
	sg_init_table(&m->sg, 1);
	sg_set_page(&m->sg, pfn_to_page(PHYS_PFN(m->phys)), m->size,
		    offset_in_page(m->phys));
	if (dma_map_sg_attrs(m->dev, &m->sg, 1, m->dir, m->attrs) == 1)
		m->addr = sg_dma_address(&m->sg);
	else
		m->addr = DMA_MAPPING_ERROR;
}

static void call_sg_unmap(struct dma_mapping *m)
{
	dma_unmap_sg_attrs(m->dev, &m->sg, 1, m->dir, m->attrs);
}

static void call_sg_sync_for_cpu(struct dma_mapping *m)
{
	dma_sync_sg_for_cpu(m->dev, &m->sg, 1, m->dir);
}

static void call_sg_sync_for_device(struct dma_mapping *m)
{
	dma_sync_sg_for_device(m->dev, &m->sg, 1, m->dir);
}

static void call_resource_map(struct dma_mapping *m)
{
	m->addr = dma_map_resource(m->dev, m->phys, m->size, m->dir, m->attrs);
	if (dma_mapping_error(m->dev, m->addr))
		m->addr = DMA_MAPPING_ERROR;
}

static void call_resource_unmap(struct dma_mapping *m)
{
	dma_unmap_resource(m->dev, m->addr, m->size, m->dir, m->attrs);
}

static void call_sync_for_cpu(struct dma_mapping *m)
{
	dma_sync_single_for_cpu(m->dev, m->addr, m->size, m->dir);
}

static void call_sync_for_device(struct dma_mapping *m)
{
	dma_sync_single_for_device(m->dev, m->addr, m->size, m->dir);
}

#define DMA_CALL(_name, _m, _u, _s)					\
	{								\
		.name			= _name,			\
		.map			= call_##_m##_map,		\
		.unmap			= call_##_u##_unmap,		\
		.sync_for_cpu		= call_##_s##_for_cpu,		\
		.sync_for_device	= call_##_s##_for_device,	\
	}

const struct dma_call dma_calls[DMA_CALLS] = {
	DMA_CALL("phys", phys, phys, sync),
	DMA_CALL("page", page, page, sync),
	DMA_CALL("far page", far_page, page, sync),
	DMA_CALL("single", single, single, sync),
	DMA_CALL("sg", sg, sg, sg_sync),
};

const struct dma_call dma_call_resource =
	DMA_CALL("resource", resource, resource, sync);

/* Making a world */

static unsigned int iommu_shift(enum dma_kind kind)
{
	switch (kind) {
	case DMA_KIND_IOMMU_512:
		return 9;
	case DMA_KIND_IOMMU_2K:
		return 11;
	default:
		return PAGE_SHIFT;
	}
}

bool dma_kind_has_iommu(enum dma_kind kind)
{
	return kind >= DMA_KIND_IOMMU_512;
}

static void world_free_area(void *data)
{
	struct dma_world *w = data;

	free_pages((unsigned long)w->cpu, AREA_ORDER);
}

/* Two halves of the area, apart from each other, after a range elsewhere */
static void world_set_ranges(struct dma_world *w)
{
	struct bus_dma_region *map;

	map = kunit_kcalloc(w->test, 4, sizeof(*map), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(w->test, map);
	map[0].cpu_start = w->phys + SZ_1G;
	map[0].dma_start = 0;
	map[0].size = SZ_1M;
	map[1].cpu_start = w->phys;
	map[1].dma_start = (dma_addr_t)0x940000000ULL;
	map[1].size = DMA_AREA_BORDER;
	map[2].cpu_start = w->phys + DMA_AREA_BORDER;
	map[2].dma_start = SZ_256M;
	map[2].size = DMA_AREA_SIZE - DMA_AREA_BORDER;
	w->dev->dma_range_map = map;
}

/* The device core frees the map of a device that goes away */
static void world_clear_ranges(void *data)
{
	struct dma_world *w = data;

	w->dev->dma_range_map = NULL;
}

static void world_set_ops(struct dma_world *w)
{
#ifdef CONFIG_ARCH_HAS_DMA_OPS
	memset(&dma_ops_log, 0, sizeof(dma_ops_log));
	set_dma_ops(w->dev, &dma_ops_phys);
#else
	kunit_skip(w->test, "needs CONFIG_ARCH_HAS_DMA_OPS");
#endif
}

/* No two places look alike, whatever the shift, and no two sides */
static void world_set_patterns(struct dma_world *w)
{
	u8 *buf = kunit_kmalloc(w->test, 4 * DMA_AREA_SIZE, GFP_KERNEL);
	u64 *cpu = (u64 *)buf, *device = (u64 *)(buf + DMA_AREA_SIZE);
	struct rnd_state rnd;
	size_t i;

	KUNIT_ASSERT_NOT_NULL(w->test, buf);
	prandom_seed_state(&rnd, 1);
	prandom_bytes_state(&rnd, buf, DMA_AREA_SIZE);
	w->pattern_cpu = buf;
	w->pattern_device = buf + DMA_AREA_SIZE;
	w->want = buf + 2 * DMA_AREA_SIZE;
	w->got = buf + 3 * DMA_AREA_SIZE;
	/* By words: with KASAN and pages of 64 KiB, bytes take too long */
	for (i = 0; i < DMA_AREA_SIZE / sizeof(u64); i++) {
		cpu[i] &= 0x7f7f7f7f7f7f7f7fULL;
		device[i] = cpu[i] | 0x8080808080808080ULL;
	}
}

/* A segment may be as long as the area */
static void world_set_parms(struct dma_world *w)
{
	w->dev->dma_parms = kunit_kzalloc(w->test, sizeof(*w->dev->dma_parms),
					  GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(w->test, w->dev->dma_parms);
	dma_set_max_seg_size(w->dev, MAX(SZ_64K, DMA_AREA_SIZE));
}

static void world_set_pool(struct dma_world *w)
{
#ifdef CONFIG_SWIOTLB
	if (w->tlb)
		w->tlb->force_bounce = w->kind == DMA_KIND_BOUNCE;
	w->dev->dma_io_tlb_mem = w->tlb;
#endif
}

static void world_set_device(struct dma_world *w)
{
	if (dma_kind_has_iommu(w->kind))
		w->iommu = mock_iommu_create(w->test, iommu_shift(w->kind),
					     DMA_BIT_MASK(36), &w->dev);
	else
		w->dev = dma_device_create(w->test);

	/* The architecture may set them for every device */
	if (w->kind != DMA_KIND_OPS && get_dma_ops(w->dev))
		kunit_skip(w->test, "every device has dma_map_ops here");

	switch (w->kind) {
	case DMA_KIND_RANGES:
		world_set_ranges(w);
		KUNIT_ASSERT_EQ(w->test, 0,
				kunit_add_action_or_reset(w->test,
							  world_clear_ranges,
							  w));
		break;
	case DMA_KIND_BOUNCE:
		w->tlb = dma_bounce_create(w->test, DMA_POOL_SLOTS, GFP_DMA32);
		break;
	case DMA_KIND_OPS:
		world_set_ops(w);
		break;
	case DMA_KIND_UNTRUSTED:
		w->tlb = dma_bounce_create(w->test, DMA_POOL_SLOTS, GFP_DMA32);
		w->dev = mock_iommu_untrusted(w->test, w->dev);
		break;
	default:
		break;
	}
	world_set_pool(w);
	world_set_parms(w);
}

/**
 * dma_world_create() - create a device and memory that it can reach
 * @test: test to which they belong
 * @kind: how the device reaches memory
 *
 * Return: the world. The test is skipped where the kernel has no such.
 */
struct dma_world *dma_world_create(struct kunit *test, enum dma_kind kind)
{
	struct dma_world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->test = test;
	w->kind = kind;
	w->cpu = (u8 *)__get_free_pages(GFP_KERNEL, AREA_ORDER);
	KUNIT_ASSERT_NOT_NULL(test, w->cpu);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, world_free_area, w));
	w->phys = virt_to_phys(w->cpu);
	world_set_patterns(w);
	world_set_device(w);
	w->debug_used = dma_debug_used();
	return w;
}

/**
 * dma_world_set_noncoherent() - have the device need cache maintenance
 * @w: the world
 */
void dma_world_set_noncoherent(struct dma_world *w)
{
	if (!dma_device_set_coherent(w->dev, false))
		kunit_skip(w->test, "needs CONFIG_DMA_KUNIT_STUBS");
}

/* Is ordinary memory at this place bounced? */
bool dma_world_bounces(const struct dma_world *w, size_t offset, size_t size)
{
	if (w->kind == DMA_KIND_UNTRUSTED)
		return offset_in_page(offset | size);
	return w->kind == DMA_KIND_BOUNCE;
}

/* Does it leave the range in which it starts? */
bool dma_world_crosses(const struct dma_world *w, size_t offset, size_t size)
{
	return w->kind == DMA_KIND_RANGES && offset < DMA_AREA_BORDER &&
	       offset + size > DMA_AREA_BORDER;
}

/* Being the device */

static bool world_ranges_lookup(struct dma_world *w, dma_addr_t addr,
				phys_addr_t *phys)
{
	const struct bus_dma_region *m;

	for (m = w->dev->dma_range_map; m->size; m++) {
		if (addr < m->dma_start || addr - m->dma_start >= m->size)
			continue;
		*phys = addr - m->dma_start + m->cpu_start;
		return true;
	}
	return false;
}

static bool world_lookup(struct dma_world *w, dma_addr_t addr, int prot,
			 phys_addr_t *phys)
{
	if (w->iommu)
		return mock_iommu_lookup(w->iommu, addr, prot, phys);

	switch (w->kind) {
	case DMA_KIND_RANGES:
		return world_ranges_lookup(w, addr, phys);
#ifdef CONFIG_ARCH_HAS_DMA_OPS
	case DMA_KIND_OPS:
		*phys = addr - DMA_OPS_WINDOW;
		return addr >= DMA_OPS_WINDOW;
#endif
	default:
		*phys = addr;
		return true;
	}
}

/* The smallest unit that any world translates is 512 bytes */
static bool world_access(struct dma_world *w, dma_addr_t addr, void *buf,
			 size_t len, bool write)
{
	phys_addr_t phys;
	size_t part;

	for (; len; len -= part, addr += part, buf += part) {
		part = min_t(size_t, len, SZ_512 - (addr & (SZ_512 - 1)));
		if (!world_lookup(w, addr, write ? IOMMU_WRITE : IOMMU_READ,
				  &phys) || !pfn_valid(PHYS_PFN(phys)))
			return false;
		if (IS_ENABLED(CONFIG_SWIOTLB) && w->shadow &&
		    dma_shadow_access(w, phys, buf, part, write))
			continue;
		if (write)
			memcpy(phys_to_virt(phys), buf, part);
		else
			memcpy(buf, phys_to_virt(phys), part);
	}
	return true;
}

bool dma_world_read(struct dma_world *w, dma_addr_t addr, void *buf, size_t len)
{
	return world_access(w, addr, buf, len, false);
}

bool dma_world_write(struct dma_world *w, dma_addr_t addr, const void *buf,
		     size_t len)
{
	return world_access(w, addr, (void *)buf, len, true);
}

/**
 * dma_world_has_entries() - are there so many entries in dma-debug?
 * @w: the world
 * @n: number of entries
 *
 * To count those of a device takes long. So take it that another device did not
 * change the sum, and count only if it looks wrong.
 *
 * Return: true if there are @n entries, or dma-debug is off.
 */
bool dma_world_has_entries(struct dma_world *w, unsigned int n)
{
#ifdef CONFIG_DMA_API_DEBUG
	return dma_debug_used() - w->debug_used == n || dma_debug_is_off() ||
	       dma_debug_count_entries(w->dev) == n;
#else
	return true;
#endif
}

/**
 * dma_world_expect_idle() - nothing is mapped any more
 * @w: the world
 */
void dma_world_expect_idle(struct dma_world *w)
{
	if (w->tlb)
		KUNIT_EXPECT_EQ(w->test, 0, dma_bounce_used(w->tlb));
	if (w->iommu)
		KUNIT_EXPECT_EQ(w->test, 0, w->iommu->mapped);
	KUNIT_EXPECT_TRUE(w->test, dma_world_has_entries(w, 0));
}

/* The property */

/* Where two buffers differ, or their length: KUnit would dump all of both */
static size_t first_difference(const u8 *a, const u8 *b, size_t len)
{
	size_t i;

	if (!memcmp(a, b, len))
		return len;
	for (i = 0; a[i] == b[i]; i++)
		;
	return i;
}

/**
 * dma_kunit_transfer() - map, have the device read and write, unmap
 * @w: the world
 * @call: how to map
 * @span: which part of the area
 * @dir: direction
 */
void dma_kunit_transfer(struct dma_world *w, const struct dma_call *call,
			const struct dma_span *span,
			enum dma_data_direction dir)
{
	const u8 *device = w->pattern_device + span->offset;
	struct kunit *test = w->test;
	u8 *want = w->want, *got = w->got;
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + span->offset,
		.size	= span->size,
		.dir	= dir,
	};

	memcpy(want, w->pattern_cpu, DMA_AREA_SIZE);
	memcpy(w->cpu, want, DMA_AREA_SIZE);
	call->map(&m);
	KUNIT_ASSERT_FALSE_MSG(test, dma_map_failed(&m), "%s, direction %d",
			       call->name, dir);
	if (w->tlb)
		KUNIT_EXPECT_EQ_MSG(test, !!dma_bounce_used(w->tlb),
				    dma_world_bounces(w, span->offset,
						      span->size),
				    "%s, direction %d", call->name, dir);

	if (dir != DMA_FROM_DEVICE) {
		KUNIT_EXPECT_TRUE_MSG(test, dma_world_read(w, m.addr, got,
							   span->size),
				      "the device cannot read: %s", call->name);
		KUNIT_EXPECT_EQ_MSG(test, span->size,
				    first_difference(got, want + span->offset,
						     span->size),
				    "device read: %s, %d", call->name, dir);
	}
	if (dir != DMA_TO_DEVICE) {
		KUNIT_EXPECT_TRUE_MSG(test,
				      dma_world_write(w, m.addr, device,
						      span->size),
				      "the device cannot write: %s",
				      call->name);
		memcpy(want + span->offset, device, span->size);
	}

	call->unmap(&m);
	KUNIT_EXPECT_EQ_MSG(test, DMA_AREA_SIZE,
			    first_difference(w->cpu, want, DMA_AREA_SIZE),
			    "memory after: %s, %d", call->name, dir);
}

void dma_kunit_transfer_all_dirs(struct dma_world *w,
				 const struct dma_call *call,
				 const struct dma_span *span)
{
	enum dma_data_direction dir;

	for (dir = 0; dir < DMA_NONE; dir++)
		dma_kunit_transfer(w, call, span, dir);
	dma_world_expect_idle(w);
}

/* Give the device of @w a min_align_mask and segments of any size */
void dma_world_set_align(struct dma_world *w, unsigned int min_align_mask)
{
	dma_set_max_seg_size(w->dev, UINT_MAX);
	dma_set_min_align_mask(w->dev, min_align_mask);
}

#ifdef CONFIG_SWIOTLB
/* A world whose pool is in reach and whose area is not */
struct dma_world *dma_world_create_limited(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);

	w->tlb = dma_bounce_create(test, IO_TLB_SEGSIZE, GFP_DMA);
	w->tlb->force_bounce = false;
	w->dev->dma_io_tlb_mem = w->tlb;
	if (w->tlb->defpool.end > w->phys)
		kunit_skip(test, "no memory above the pool");
	return w;
}
#endif
