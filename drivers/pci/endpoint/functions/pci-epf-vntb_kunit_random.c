// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of pci-epf-vntb with a host that writes at random */
#include <linux/prandom.h>

#define VNTK_SEED	15
#define VNTK_ROUNDS	4000

static u32 vntk_random(struct rnd_state *rnd)
{
	return prandom_u32_state(rnd);
}

/* Everything in both BARs, with a command that exists in most rounds */
static void vntk_random_host(struct vntk *k, struct rnd_state *rnd, size_t size)
{
	struct epf_ntb_ctrl *ctrl = k->ntb.reg;

	prandom_bytes_state(rnd, ctrl, size);
	prandom_bytes_state(rnd, k->ntb.epf_db, sizeof(u32) * k->ntb.db_slots);
	if (vntk_random(rnd) % 8)
		ctrl->command = vntk_random(rnd) % (COMMAND_LINK_DOWN + 2);
	if (vntk_random(rnd) % 4)
		ctrl->argument = vntk_random(rnd) % (MAX_MW + 1);
	if (vntk_random(rnd) % 4)
		ctrl->size = vntk_random(rnd) % (2 * SZ_1M);
}

static void vntk_random_client(struct kunit *test, struct rnd_state *rnd)
{
	struct vntk *k = test->priv;
	struct ntb_dev *ndev = &k->ndev;
	int idx = (int)(vntk_random(rnd) % (SPAD_COUNT + 2)) - 1;
	bool valid = idx >= 0 && idx < SPAD_COUNT;
	u32 val = vntk_random(rnd);

	KUNIT_ASSERT_EQ(test, SPAD_COUNT, vntb_epf_spad_count(ndev));
	KUNIT_ASSERT_EQ(test, valid ? 0 : -EINVAL,
			vntb_epf_spad_write(ndev, idx, val));
	KUNIT_ASSERT_EQ(test, valid ? 0 : -EINVAL,
			vntb_epf_peer_spad_write(ndev, 0, idx, ~val));
	KUNIT_ASSERT_EQ(test, valid ? val : 0, vntb_epf_spad_read(ndev, idx));
	KUNIT_ASSERT_EQ(test, valid ? ~val : 0,
			vntb_epf_peer_spad_read(ndev, 0, idx));
}

/*
 * Doorbells are valid ones, windows are mapped once and not beyond their end,
 * scratchpads stay where they are, and the link is up or down as the last
 * command said, with anything that the host writes.
 */
static void vntk_test_random_host(struct kunit *test)
{
	size_t ctrl_size = roundup_pow_of_two(sizeof(struct epf_ntb_ctrl));
	size_t size = ctrl_size + 2 * SPAD_COUNT * sizeof(u32);
	unsigned int maps = 0, links = 0, i, j;
	struct vntk *k = test->priv;
	struct epf_ntb *ntb = &k->ntb;
	struct rnd_state rnd;
	u32 command;
	u64 valid;

	vntk_add_controller(test, k);
	ntb->db_count = 5;
	KUNIT_ASSERT_EQ(test, 0, epf_ntb_init_db_slots(ntb));
	/* As large as they need to be, so that KASAN sees the next byte */
	ntb->epf_db = kunit_kzalloc(test, sizeof(u32) * ntb->db_slots,
				    GFP_KERNEL);
	ntb->reg = kunit_kzalloc(test, size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ntb->epf_db);
	KUNIT_ASSERT_NOT_NULL(test, ntb->reg);
	ntb->spad_count = SPAD_COUNT;
	ntb->spad_offset = ctrl_size;
	ntb->num_mws = 2;
	for (i = 0; i < ntb->num_mws; i++) {
		ntb->mws_size[i] = SZ_1M;
		ntb->vpci_mw_phy[i] = SZ_1G + i * SZ_1M;
	}
	ntb->ntb = &k->ndev;
	k->ndev.ctx = k;
	k->ndev.ctx_ops = &vntk_ctx_ops;
	INIT_DELAYED_WORK(&ntb->cmd_handler, epf_ntb_cmd_handler);
	valid = vntb_epf_db_valid_mask(&k->ndev);
	prandom_seed_state(&rnd, VNTK_SEED);

	for (i = 0; i < VNTK_ROUNDS; i++) {
		vntk_random_host(k, &rnd, size);
		command = ntb->reg->command;
		/* And queues itself, for later */
		epf_ntb_cmd_handler(&ntb->cmd_handler.work);
		cancel_delayed_work_sync(&ntb->cmd_handler);

		KUNIT_ASSERT_EQ(test, 0, k->vectors & ~valid);
		for (j = 0; j < ntb->num_mws; j++) {
			KUNIT_ASSERT_EQ(test, ntb->vpci_mw_mapped[j],
					k->mapped[j]);
			maps += k->mapped[j];
		}
		if (command == COMMAND_LINK_UP || command == COMMAND_LINK_DOWN) {
			KUNIT_ASSERT_EQ(test, command == COMMAND_LINK_UP,
					vntb_epf_link_is_up(&k->ndev, NULL,
							    NULL));
			links++;
		}
		vntk_random_client(test, &rnd);
	}
	KUNIT_EXPECT_NE(test, maps, 0);
	KUNIT_EXPECT_GT(test, links, VNTK_ROUNDS / 8);
}
