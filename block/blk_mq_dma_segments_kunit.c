// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the segments that a request is mapped in, and of requests
 * without memory.
 */
#include <linux/bio.h>
#include "blk_mq_dma_kunit.h"

KUNIT_ARRAY_PARAM(layout, blk_layouts, blk_layout_desc);

static void blk_dma_segments(struct kunit *test)
{
	blk_req_segments(test, false);
}

/* A bio that was split begins and ends inside of bvecs */
static void blk_dma_segments_split_bio(struct kunit *test)
{
	static const struct part parts[] = {
		{ 0, SZ_8K }, { SZ_8K, SZ_8K }, BIO_END,
		{ SZ_16K, SZ_8K }, NO_PART
	};
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct test_request *t = blk_req_create(test, w);
	struct test_mapping *m = &t->mapping;

	if (IS_ENABLED(CONFIG_KMSAN))
		kunit_skip(test, "KMSAN has no segments merged");
	blk_req_set_limits(t, &blk_limits[1]);
	blk_req_build(t, parts, REQ_OP_WRITE);
	t->bios[0].bi_iter.bi_bvec_done = 512;
	t->bios[0].bi_iter.bi_size -= 512 + 1024;
	t->bios[1].bi_iter.bi_bvec_done = 100;
	t->bios[1].bi_iter.bi_size -= 200;
	t->rq.__data_len -= 512 + 1024 + 200;
	blk_req_map(t, m);
	KUNIT_EXPECT_EQ(test, m->nr, 2);
	KUNIT_EXPECT_EQ(test, m->steps[0].addr, w->phys + 512);
	KUNIT_EXPECT_EQ(test, m->steps[0].len, SZ_16K - 512 - 1024);
	KUNIT_EXPECT_EQ(test, m->steps[1].addr, w->phys + SZ_16K + 100);
	KUNIT_EXPECT_EQ(test, m->steps[1].len, SZ_8K - 200);
	blk_req_unmap(t, m);

	/* The second begins in the bvec in which the first one ends */
	t->bios[1].bi_io_vec = &t->bvecs[1];
	t->bios[1].bi_iter.bi_bvec_done = SZ_8K - 1024;
	t->bios[1].bi_iter.bi_size = 1024;
	t->rq.__data_len = SZ_16K - 512;
	blk_req_map(t, m);
	KUNIT_EXPECT_EQ(test, m->nr, 1);
	KUNIT_EXPECT_EQ(test, m->steps[0].len, SZ_16K - 512);
	blk_req_unmap(t, m);

	/* A whole bvec may be cut off the first */
	t->bios[0].bi_next = NULL;
	t->bios[0].bi_iter.bi_idx = 1;
	t->bios[0].bi_iter.bi_size = SZ_8K - 512;
	t->rq.__data_len = SZ_8K - 512;
	blk_req_map(t, m);
	KUNIT_EXPECT_EQ(test, m->nr, 1);
	KUNIT_EXPECT_EQ(test, m->steps[0].addr, w->phys + SZ_8K + 512);
	KUNIT_EXPECT_EQ(test, m->steps[0].len, SZ_8K - 512);
	blk_req_unmap(t, m);
	dma_world_expect_idle(w);
}

static void blk_dma_segments_special(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct test_request *t = blk_req_create(test, w);
	struct test_mapping *m = &t->mapping;

	blk_req_set_limits(t, &blk_limits[0]);
	blk_req_build(t, blk_layouts[0].parts, REQ_OP_DISCARD);
	t->rq.rq_flags |= RQF_SPECIAL_PAYLOAD;
	bvec_set_page(&t->rq.special_vec,
		      pfn_to_page(PHYS_PFN(w->phys) + 8), 128, 16);
	blk_req_map(t, m);
	KUNIT_EXPECT_EQ(test, m->error, 0);
	KUNIT_EXPECT_EQ(test, m->nr, 1);
	KUNIT_EXPECT_EQ(test, m->steps[0].addr, w->phys + 8 * PAGE_SIZE + 16);
	KUNIT_EXPECT_EQ(test, m->steps[0].len, 128);
	blk_req_unmap(t, m);
	dma_world_expect_idle(w);
}

static void blk_dma_segments_none(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct test_request *t = blk_req_create(test, w);
	struct test_mapping *m = &t->mapping;

	blk_req_set_limits(t, &blk_limits[0]);
	blk_req_build(t, blk_layouts[0].parts, REQ_OP_DRV_OUT);
	t->integrity = true;
	blk_req_map(t, m);
	KUNIT_EXPECT_EQ(test, m->error, 0);
	KUNIT_EXPECT_EQ(test, m->nr, 0);
	KUNIT_EXPECT_FALSE(test, m->is_range);

	t->integrity = false;
	t->rq.bio = NULL;
	t->rq.__data_len = 0;
	blk_req_map(t, m);
	KUNIT_EXPECT_EQ(test, m->error, 0);
	KUNIT_EXPECT_EQ(test, m->nr, 0);
	KUNIT_EXPECT_FALSE(test, m->is_range);
	dma_world_expect_idle(w);
}

/* A request without memory for its bytes is an error, and not the end */
static void blk_dma_segments_no_memory(struct kunit *test)
{
	static const struct {
		struct part parts[4];
		bool has_bios;
		unsigned int bytes;
		int error;
	} cases[] = {
		{ { NO_PART },			true,  SZ_4K, -EIO },
		{ { BIO_END, NO_PART },		true,  SZ_4K, -EIO },
		{ { EMPTY, NO_PART },		true,  SZ_4K, -EIO },
		{ { EMPTY, BIO_END, EMPTY, NO_PART }, true, 512, -EIO },
		{ { NO_PART },			true,  0, 0 },
		{ { EMPTY, NO_PART },		true,  0, 0 },
		{ { NO_PART },			false, 0, 0 },
	};
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct test_request *t = blk_req_create(test, w);
	struct test_mapping *m = &t->mapping;
	int i;

	blk_req_set_limits(t, &blk_limits[0]);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		blk_req_build(t, cases[i].parts, REQ_OP_WRITE);
		t->rq.nr_phys_segments = 1;
		t->rq.__data_len = cases[i].bytes;
		if (!cases[i].has_bios)
			t->rq.bio = NULL;
		blk_req_map(t, m);
		KUNIT_EXPECT_EQ_MSG(test, m->error, cases[i].error, "case %d",
				    i);
		KUNIT_EXPECT_EQ(test, m->nr, 0);
		dma_world_expect_idle(w);
	}
}

/* Operations whose bios have a size, but no memory */
static void blk_dma_segments_no_data(struct kunit *test)
{
	static const enum req_op ops[] = {
		REQ_OP_DISCARD, REQ_OP_SECURE_ERASE, REQ_OP_WRITE_ZEROES
	};
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct test_request *t = blk_req_create(test, w);
	struct test_mapping *m = &t->mapping;
	int i;

	blk_req_set_limits(t, &blk_limits[0]);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		blk_req_build(t, blk_layouts[0].parts, ops[i]);
		t->bios[0].bi_opf = ops[i];
		t->bios[0].bi_io_vec = NULL;
		blk_req_map(t, m);
		KUNIT_EXPECT_EQ(test, m->error, 0);
		KUNIT_EXPECT_EQ(test, m->nr, 0);
	}
}

static struct kunit_case blk_mq_dma_segments_cases[] = {
	KUNIT_CASE_PARAM(blk_dma_segments, layout_gen_params),
	KUNIT_CASE(blk_dma_segments_split_bio),
	KUNIT_CASE(blk_dma_segments_special),
	KUNIT_CASE(blk_dma_segments_none),
	KUNIT_CASE(blk_dma_segments_no_memory),
	KUNIT_CASE(blk_dma_segments_no_data),
	{}
};

static struct kunit_suite blk_mq_dma_segments_suite = {
	.name = "blk_mq_dma_segments",
	.test_cases = blk_mq_dma_segments_cases,
};

kunit_test_suite(blk_mq_dma_segments_suite);
