// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of mappings that are bounced, by force or because the device can
 * not reach the memory.
 */
#include <linux/mm.h>
#include <kunit/dma.h>

KUNIT_ARRAY_PARAM(dma_span, dma_spans, dma_span_desc);

/* Parameters of the device. They may be freed first: nobody looks at them. */
static void bounce_transfer(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	int i;

	for (i = 0; i < DMA_CALLS; i++)
		dma_kunit_transfer_all_dirs(w, &dma_calls[i], test->param_value);
}

static void bounce_out_of_reach(struct kunit *test)
{
	struct dma_world *w = dma_world_create_limited(test);
	int i;

	w->dev->bus_dma_limit = w->tlb->defpool.end - 1;
	for (i = 0; i < DMA_CALLS; i++)
		dma_kunit_transfer_all_dirs(w, &dma_calls[i], test->param_value);
}

static unsigned long bounce_slots_of(struct dma_world *w,
				     const struct dma_call *call,
				     const struct dma_span *span)
{
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + span->offset,
		.size	= span->size,
		.dir	= DMA_TO_DEVICE,
	};
	unsigned long slots;

	call->map(&m);
	KUNIT_ASSERT_FALSE(w->test, dma_map_failed(&m));
	slots = dma_bounce_used(w->tlb);
	call->unmap(&m);
	KUNIT_EXPECT_EQ(w->test, 0, dma_bounce_used(w->tlb));
	return slots;
}

/* Bounced if and only if the last byte is out of reach */
static void bounce_mask_boundary(struct kunit *test)
{
	struct dma_world *w = dma_world_create_limited(test);
	const struct dma_span *span = test->param_value;
	u64 last = w->phys + span->offset + span->size - 1;
	int i;

	for (i = 0; i < DMA_CALLS; i++) {
		*w->dev->dma_mask = last;
		KUNIT_EXPECT_EQ(test, 0, bounce_slots_of(w, &dma_calls[i], span));
		*w->dev->dma_mask = last - 1;
		KUNIT_EXPECT_EQ(test, DIV_ROUND_UP(span->size, IO_TLB_SIZE),
				bounce_slots_of(w, &dma_calls[i], span));
	}
}

/* A sync moves what it names, in the direction that it names */
static void bounce_sync(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	dma_addr_t addr;
	u8 byte = 0xa5;

	w->cpu[PAGE_SIZE + 1] = 1;
	w->cpu[PAGE_SIZE + 2] = 2;
	addr = dma_map_phys(w->dev, w->phys + 77, 2 * PAGE_SIZE,
			    DMA_BIDIRECTIONAL, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	addr += PAGE_SIZE + 1 - 77;

	dma_world_write(w, addr, &byte, 1);
	dma_world_write(w, addr + 1, &byte, 1);
	KUNIT_EXPECT_EQ(test, 1, w->cpu[PAGE_SIZE + 1]);
	dma_sync_single_for_cpu(w->dev, addr, 1, DMA_BIDIRECTIONAL);
	KUNIT_EXPECT_EQ(test, 0xa5, w->cpu[PAGE_SIZE + 1]);
	KUNIT_EXPECT_EQ(test, 2, w->cpu[PAGE_SIZE + 2]);

	w->cpu[PAGE_SIZE + 1] = 3;
	dma_sync_single_for_device(w->dev, addr, 1, DMA_BIDIRECTIONAL);
	dma_world_read(w, addr, &byte, 1);
	KUNIT_EXPECT_EQ(test, 3, byte);

	addr -= PAGE_SIZE + 1 - 77;
	dma_unmap_phys(w->dev, addr, 2 * PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
	KUNIT_EXPECT_EQ(test, 3, w->cpu[PAGE_SIZE + 1]);
	dma_world_expect_idle(w);
}

/* Cache maintenance is for the slot, which is what the device accesses */
static void bounce_noncoherent(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	dma_addr_t addr;

	dma_world_set_noncoherent(w);
	dma_counts_start(test);
	addr = dma_map_phys(w->dev, w->phys + 9, 1000, DMA_FROM_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	KUNIT_EXPECT_EQ(test, 1, dma_counts.for_device);
	KUNIT_EXPECT_EQ(test, addr, dma_counts.phys);
	dma_unmap_phys(w->dev, addr, 1000, DMA_FROM_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 1, dma_counts.for_cpu);
	KUNIT_EXPECT_EQ(test, addr, dma_counts.phys);
	KUNIT_EXPECT_EQ(test, 1000, dma_counts.size);
}

/* The driver did the sync itself: nothing is copied back */
static void bounce_skip_sync(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	dma_addr_t addr;
	u8 byte = 0xa5;

	w->cpu[3] = 1;
	addr = dma_map_phys(w->dev, w->phys + 3, 8, DMA_FROM_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	dma_world_write(w, addr, &byte, 1);
	dma_unmap_phys(w->dev, addr, 8, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	KUNIT_EXPECT_EQ(test, 1, w->cpu[3]);
	dma_world_expect_idle(w);
}

/* The device's min_align_mask survives bouncing */
static void bounce_keeps_alignment(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	const struct dma_span *span = test->param_value;
	dma_addr_t addr;

	if (offset_in_page(span->offset) + span->size > DMA_BOUNCE_MAX)
		kunit_skip(test, "does not fit behind padding");
	dma_world_set_align(w, PAGE_SIZE - 1);
	addr = dma_map_phys(w->dev, w->phys + span->offset, span->size,
			    DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	KUNIT_EXPECT_EQ(test, offset_in_page(span->offset), offset_in_page(addr));
	dma_unmap_phys(w->dev, addr, span->size, DMA_TO_DEVICE, 0);
	dma_kunit_transfer_all_dirs(w, &dma_calls[0], span);
}

/* No slot: the mapping fails, and with DMA_ATTR_NO_WARN it does so in silence */
static void bounce_pool_full(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	dma_addr_t first, second;

	/* One segment of slots, whatever the pool of this kind of world is */
	w->tlb = dma_bounce_create(test, IO_TLB_SEGSIZE, GFP_DMA32);
	w->tlb->force_bounce = true;
	w->dev->dma_io_tlb_mem = w->tlb;
	first = dma_map_phys(w->dev, w->phys, DMA_SPAN_MAX, DMA_TO_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, first));
	dma_log_start(test);
	second = dma_map_phys(w->dev, w->phys,
			      DMA_BOUNCE_MAX - DMA_SPAN_MAX + 1,
			      DMA_TO_DEVICE, DMA_ATTR_NO_WARN);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, second);
	KUNIT_EXPECT_EQ(test, 0, dma_log_count("swiotlb"));
	second = dma_map_phys(w->dev, w->phys,
			      DMA_BOUNCE_MAX - DMA_SPAN_MAX + 1,
			      DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, second);
	KUNIT_EXPECT_EQ(test, 1, dma_log_count("swiotlb buffer is full"));
	KUNIT_EXPECT_EQ(test, 0, dma_log_count("WARNING: "));
	KUNIT_EXPECT_EQ(test, DMA_SPAN_MAX >> IO_TLB_SHIFT,
			dma_bounce_used(w->tlb));
	dma_unmap_phys(w->dev, first, DMA_SPAN_MAX, DMA_TO_DEVICE, 0);
	dma_world_expect_idle(w);
}

/* More than a bounce buffer can ever be, up to what is left of the addresses */
static void bounce_too_large(struct kunit *test)
{
	static const enum dma_kind kinds[] = { DMA_KIND_BOUNCE, DMA_KIND_UNTRUSTED };
	dma_addr_t addr;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct dma_world *w = dma_world_create(test, kinds[i]);
		const size_t sizes[] = {
			IO_TLB_SEGSIZE * IO_TLB_SIZE + 1,
#ifdef CONFIG_64BIT
			SZ_4G + 1,
			((size_t)IO_TLB_SIZE << 32) + 1,
#endif
			SIZE_MAX - w->phys - 100,
		};

		for (j = 0; j < ARRAY_SIZE(sizes); j++) {
			addr = dma_map_phys(w->dev, w->phys + 1, sizes[j],
					    DMA_TO_DEVICE, DMA_ATTR_NO_WARN);
			KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
			dma_world_expect_idle(w);
		}
	}
}

/* Neither in reach nor small enough to be bounced */
static void bounce_too_large_to_reach(struct kunit *test)
{
	struct dma_world *w = dma_world_create_limited(test);
	dma_addr_t addr;

	w->dev->bus_dma_limit = w->tlb->defpool.end - 1;
	addr = dma_map_phys(w->dev, w->phys + 1, IO_TLB_SEGSIZE * IO_TLB_SIZE + 1,
			    DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
	dma_world_expect_idle(w);
}

/* The slot itself is out of reach: an error, and the slot is free again */
static void bounce_pool_out_of_reach(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	dma_addr_t addr;

	w->dev->bus_dma_limit = SZ_64K;
	dma_log_start(test);
	addr = dma_map_phys(w->dev, w->phys + 1, 100, DMA_FROM_DEVICE,
			    DMA_ATTR_NO_WARN);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
	KUNIT_EXPECT_EQ(test, 0, dma_log_count("overflow"));
	addr = dma_map_phys(w->dev, w->phys + 1, 100, DMA_FROM_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
	KUNIT_EXPECT_EQ(test, 1, dma_log_count("+100 overflow (mask"));
	KUNIT_EXPECT_EQ(test, 0, dma_log_count("WARNING: "));
	dma_world_expect_idle(w);
}

/* There is nothing to copy from: this cannot be bounced */
static void bounce_no_page(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	dma_addr_t addr;

	dma_log_start(test);
	addr = dma_map_phys(w->dev, dma_hole(test) + 1, 100, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
	dma_log_expect_overflow(test, 1);
	dma_world_expect_idle(w);
}

static struct kunit_case dma_bounce_cases[] = {
	KUNIT_CASE_PARAM(bounce_transfer, dma_span_gen_params),
	KUNIT_CASE_PARAM(bounce_out_of_reach, dma_span_gen_params),
	KUNIT_CASE_PARAM(bounce_mask_boundary, dma_span_gen_params),
	KUNIT_CASE_PARAM(bounce_keeps_alignment, dma_span_gen_params),
	KUNIT_CASE(bounce_sync),
	KUNIT_CASE(bounce_noncoherent),
	KUNIT_CASE(bounce_skip_sync),
	KUNIT_CASE(bounce_pool_full),
	KUNIT_CASE(bounce_too_large),
	KUNIT_CASE(bounce_too_large_to_reach),
	KUNIT_CASE(bounce_pool_out_of_reach),
	KUNIT_CASE(bounce_no_page),
	{}
};

static struct kunit_suite dma_bounce_suite = {
	.name		= "dma_bounce",
	.test_cases	= dma_bounce_cases,
};

kunit_test_suite(dma_bounce_suite);
