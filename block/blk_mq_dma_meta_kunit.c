// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the mapping of metadata, and of the alignment that protection
 * information needs.
 */
#include <linux/blk-integrity.h>
#include "blk_mq_dma_kunit.h"
#include "blk.h"

KUNIT_ARRAY_PARAM(layout, blk_layouts, blk_layout_desc);
KUNIT_ARRAY_PARAM(kind, blk_kinds, dma_kind_desc);

static void blk_dma_segments_integrity(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_BLK_DEV_INTEGRITY))
		kunit_skip(test, "needs CONFIG_BLK_DEV_INTEGRITY");
	blk_req_segments(test, true);
}

static void blk_dma_transfer_integrity(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_BLK_DEV_INTEGRITY))
		kunit_skip(test, "needs CONFIG_BLK_DEV_INTEGRITY");
	blk_req_transfers(test, true);
}

/*
 * Protection information asks for memory that is aligned to its interval, and
 * what the driver asked for is there again when it is gone.
 */
static void blk_dma_alignment(struct kunit *test)
{
	static const struct {
		unsigned int driver;
		enum blk_integrity_checksum csum;
		unsigned int block;
		unsigned int want;
	} cases[] = {
		{ 3,		BLK_INTEGRITY_CSUM_NONE,  512,	 3 },
		{ 3,		BLK_INTEGRITY_CSUM_CRC,   512,	 511 },
		{ 3,		BLK_INTEGRITY_CSUM_CRC,   SZ_4K, SZ_4K - 1 },
		{ 3,		BLK_INTEGRITY_CSUM_IP,    512,	 511 },
		{ 3,		BLK_INTEGRITY_CSUM_CRC64, SZ_4K, SZ_4K - 1 },
		{ SZ_2K - 1,	BLK_INTEGRITY_CSUM_CRC,   512,	 SZ_2K - 1 },
		{ 511,		BLK_INTEGRITY_CSUM_CRC,   512,	 511 },
	};
	struct queue_limits lim, top;
	int i;

	if (!IS_ENABLED(CONFIG_BLK_DEV_INTEGRITY))
		kunit_skip(test, "needs CONFIG_BLK_DEV_INTEGRITY");
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		lim = (struct queue_limits) {
			.dma_alignment = cases[i].driver,
			.logical_block_size = cases[i].block,
			.integrity.csum_type = cases[i].csum,
			.integrity.tuple_size = 8,
		};
		KUNIT_ASSERT_EQ(test, blk_set_default_limits(&lim), 0);
		KUNIT_EXPECT_EQ_MSG(test, blk_lim_dma_alignment(&lim),
				    cases[i].want, "case %d", i);

		/* A device on top has no profile of its own */
		blk_set_stacking_limits(&top);
		blk_stack_limits(&top, &lim, 0);
		KUNIT_EXPECT_GE(test, blk_lim_dma_alignment(&top),
				cases[i].want);

		lim.integrity = (struct blk_integrity) {};
		KUNIT_ASSERT_EQ(test, blk_set_default_limits(&lim), 0);
		KUNIT_EXPECT_EQ_MSG(test, blk_lim_dma_alignment(&lim),
				    cases[i].driver, "without it, case %d", i);
	}
}

static struct kunit_case blk_mq_dma_meta_cases[] = {
	KUNIT_CASE_PARAM(blk_dma_segments_integrity, layout_gen_params),
	KUNIT_CASE_PARAM(blk_dma_transfer_integrity, kind_gen_params),
	KUNIT_CASE(blk_dma_alignment),
	{}
};

static struct kunit_suite blk_mq_dma_meta_suite = {
	.name = "blk_mq_dma_meta",
	.test_cases = blk_mq_dma_meta_cases,
};

kunit_test_suite(blk_mq_dma_meta_suite);
