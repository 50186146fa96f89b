// SPDX-License-Identifier: GPL-2.0
/*
 * A shadow CPU cache for the KUnit tests of the DMA mapping core.
 *
 * Emulators have no caches, so a missing cache maintenance changes nothing there.
 * In a world that has a shadow, memory is what the CPU sees, through its cache,
 * and a copy of it is what the device sees, behind the cache. Nothing but
 * maintenance moves a line from one to the other:
 *
 * - arch_sync_dma_for_device() writes back the lines that the CPU has written;
 * - arch_sync_dma_for_cpu(), unless the device only reads, drops the lines from
 *   the cache, and the CPU sees what the device sees.
 *
 * All lines are always cached: a CPU may fetch any line at any time. The lines
 * that the CPU has written are those that differ from what was last moved.
 *
 * A stale read is left to the test, which knows what should be there. An error
 * is counted if a write is lost: a line is written back over what the device
 * wrote, or could be at any time, or is dropped with what the CPU wrote. Lines
 * that a range covers in part are written back before they are dropped, as on
 * arm64.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <kunit/dma.h>
#include <kunit/static_stub.h>

#define LINE	64u

struct shadow_region {
	phys_addr_t start;
	size_t size;
	u8 *cpu;		/* memory itself */
	u8 *device;		/* behind the cache */
	u8 *clean;		/* what was last moved */
	u8 *device_wrote;	/* by line, since it was last dropped */
};

struct dma_shadow {
	struct dma_shadow *next;
	struct shadow_region regions[2];
	unsigned int errors;
	unsigned int calls;
	unsigned int drop;
};

static struct dma_shadow *shadows;

static bool line_is_dirty(struct shadow_region *r, size_t offset)
{
	return memcmp(r->cpu + offset, r->clean + offset, LINE);
}

static void line_write_back(struct dma_shadow *s, struct shadow_region *r,
			    size_t offset)
{
	if (!line_is_dirty(r, offset))
		return;
	if (r->device_wrote[offset / LINE])
		s->errors++;
	memcpy(r->device + offset, r->cpu + offset, LINE);
	memcpy(r->clean + offset, r->cpu + offset, LINE);
}

static void line_drop(struct dma_shadow *s, struct shadow_region *r,
		      size_t offset)
{
	if (line_is_dirty(r, offset))
		s->errors++;
	memcpy(r->cpu + offset, r->device + offset, LINE);
	memcpy(r->clean + offset, r->device + offset, LINE);
	r->device_wrote[offset / LINE] = false;
}

static struct shadow_region *shadow_find(struct dma_shadow *s, phys_addr_t phys,
					 size_t size)
{
	struct shadow_region *r;

	for (r = s->regions; r < s->regions + ARRAY_SIZE(s->regions); r++)
		if (phys >= r->start && phys + size <= r->start + r->size)
			return r;
	return NULL;
}

static void __maybe_unused shadow_maintain(phys_addr_t phys, size_t size,
					   bool drop)
{
	struct shadow_region *r = NULL;
	struct dma_shadow *s;
	size_t start, end, offset;

	for (s = shadows; s; s = s->next) {
		r = shadow_find(s, phys, size);
		if (r)
			break;
	}
	if (!r || s->calls++ == s->drop)
		return;

	start = phys - r->start;
	end = start + size;
	for (offset = round_down(start, LINE); offset < end; offset += LINE) {
		if (!drop || offset < start || offset + LINE > end)
			line_write_back(s, r, offset);
		if (drop)
			line_drop(s, r, offset);
	}
}

#ifdef CONFIG_DMA_KUNIT_STUBS
static void shadow_sync_for_device(phys_addr_t phys, size_t size,
				   enum dma_data_direction dir)
{
	shadow_maintain(phys, size, false);
}

static void shadow_sync_for_cpu(phys_addr_t phys, size_t size,
				enum dma_data_direction dir)
{
	if (dir != DMA_TO_DEVICE)
		shadow_maintain(phys, size, true);
}
#endif

static void shadow_add_region(struct kunit *test, struct shadow_region *r,
			      void *cpu, size_t size)
{
	r->cpu = cpu;
	r->start = virt_to_phys(cpu);
	r->size = size;
	r->device = kunit_kmalloc(test, size, GFP_KERNEL);
	r->clean = kunit_kmalloc(test, size, GFP_KERNEL);
	r->device_wrote = kunit_kzalloc(test, size / LINE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, r->device);
	KUNIT_ASSERT_NOT_NULL(test, r->clean);
	KUNIT_ASSERT_NOT_NULL(test, r->device_wrote);
	memcpy(r->device, cpu, size);
	memcpy(r->clean, cpu, size);
}

static void shadow_forget(void *unused)
{
	shadows = NULL;
}

/**
 * dma_shadow_create() - give a world a CPU cache
 * @w: the world, whose device is made non-coherent. Its memory and its bounce
 *	pool must stay the ones it has
 */
void dma_shadow_create(struct dma_world *w)
{
	struct kunit *test = w->test;
	struct dma_shadow *s;

	dma_world_set_noncoherent(w);
#ifdef CONFIG_DMA_KUNIT_STUBS
	if (!shadows) {
		kunit_activate_static_stub(test, arch_sync_dma_for_device,
					   shadow_sync_for_device);
		kunit_activate_static_stub(test, arch_sync_dma_for_cpu,
					   shadow_sync_for_cpu);
	}
#else
	kunit_skip(test, "needs CONFIG_DMA_KUNIT_STUBS");
#endif
	s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	s->drop = UINT_MAX;
	shadow_add_region(test, &s->regions[0], w->cpu, DMA_AREA_SIZE);
	if (w->tlb)
		shadow_add_region(test, &s->regions[1], w->tlb->defpool.vaddr,
				  w->tlb->defpool.end - w->tlb->defpool.start);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, shadow_forget, NULL));
	s->next = shadows;
	shadows = s;
	w->shadow = s;
}

/**
 * dma_shadow_access() - read or write as the device
 * @w: the world
 * @phys: physical address of the first byte
 * @buf: what to write, or where to read to
 * @len: length in bytes
 * @write: direction
 *
 * Return: false if that memory is not behind the cache.
 */
bool dma_shadow_access(struct dma_world *w, phys_addr_t phys, void *buf,
		       size_t len, bool write)
{
	struct shadow_region *r = shadow_find(w->shadow, phys, len);
	size_t offset, i;

	if (!r)
		return false;
	offset = phys - r->start;
	if (!write) {
		memcpy(buf, r->device + offset, len);
		return true;
	}
	for (i = round_down(offset, LINE); i < offset + len; i += LINE) {
		/* It will be written back, some time after this write */
		if (line_is_dirty(r, i))
			w->shadow->errors++;
		r->device_wrote[i / LINE] = true;
	}
	memcpy(r->device + offset, buf, len);
	return true;
}

/* Writes that were lost */
unsigned int dma_shadow_errors(struct dma_world *w)
{
	return w->shadow->errors;
}

/* Calls of the two hooks for this world's memory */
unsigned int dma_shadow_calls(struct dma_world *w)
{
	return w->shadow->calls;
}

/* Count anew, and leave one of the calls without an effect: none if UINT_MAX */
void dma_shadow_drop(struct dma_world *w, unsigned int call)
{
	w->shadow->errors = 0;
	w->shadow->calls = 0;
	w->shadow->drop = call;
}
