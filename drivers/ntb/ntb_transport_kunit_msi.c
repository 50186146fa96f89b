// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of use_msi=1 where there is no MSI: on this side, on the peer's, or
 * in the scratchpads. The doorbell is rung then.
 */

#define NTK_MSI_SPAD	10		/* of the queue pair */

static const struct ntk_msi_param {
	const char	*desc;
	bool		use_msi;	/* this side has it */
	int		nr_spads;
	u32		offset;		/* that the peer tells */
	bool		ret;
} ntk_msi_params[] = {
	{ "neither", false, NTK_NR_SPADS, 0, false },
	{ "only the peer", false, NTK_NR_SPADS, 64, false },
	{ "not the peer", true, NTK_NR_SPADS, 0, false },
	{ "both", true, NTK_NR_SPADS, 64, true },
	{ "in the last scratchpads", true, NTK_MSI_SPAD + 2, 64, true },
	{ "half in the scratchpads", true, NTK_MSI_SPAD + 1, 64, false },
	{ "not in the scratchpads", true, NTK_MSI_SPAD, 64, false },
};

KUNIT_ARRAY_PARAM_DESC(ntk_msi, ntk_msi_params, desc);

/* With and without MSI in the link before */
static void ntk_test_msi_peer(struct kunit *test)
{
	const struct ntk_msi_param *p = test->param_value;
	int before;

	ntk->nt.use_msi = p->use_msi;
	ntk->nt.msi_spad_offset = NTK_MSI_SPAD;
	ntk->nr_spads = p->nr_spads;
	ntk->peer_spad[NTK_MSI_SPAD] = p->offset;
	for (before = 0; before < 2; before++) {
		ntk->qp.use_msi = before;
		ntb_transport_setup_qp_peer_msi(&ntk->nt, 0);
		KUNIT_EXPECT_EQ(test, p->ret, ntk->qp.use_msi);
	}
}

/* There are no windows for the peer's MSI. It is told so, and the link comes up. */
static void ntk_test_msi_no_window(struct kunit *test)
{
	ntk->nt.use_msi = true;
	ntk->nt.msi_spad_offset = NTK_MSI_SPAD;
	ntk->peer_spad[NTK_MSI_SPAD] = 64;
	ntk_real_link_up(test);
	KUNIT_EXPECT_FALSE(test, ntk->nt.use_msi);
	KUNIT_EXPECT_FALSE(test, ntk->qp.use_msi);
	KUNIT_EXPECT_EQ(test, ntk->qp.msi_irq, 0);
	KUNIT_EXPECT_EQ(test, ntk->spad[NTK_MSI_SPAD], 0);
	ntk_real_link_down(test);
}

/* The windows are there, and there is no vector */
static void ntk_test_msi_no_vector(struct kunit *test)
{
	ntk->nt.use_msi = true;
	ntk->nt.msi_spad_offset = NTK_MSI_SPAD;
	ntk->spad[NTK_MSI_SPAD] = 64;
	ntb_transport_setup_qp_msi(&ntk->nt, 0);
	KUNIT_EXPECT_EQ(test, ntk->qp.msi_irq, 0);
	KUNIT_EXPECT_EQ(test, ntk->spad[NTK_MSI_SPAD], 0);
}

/* The MSI cannot be sent: that the offset is in no window is known only then */
static void ntk_test_msi_doorbell(struct kunit *test)
{
	ntk->qp.use_msi = true;
	ntk->qp.peer_msi_desc.addr_offset = U32_MAX;
	KUNIT_EXPECT_TRUE(test, ntk_tx_down_writes(test, true));
	KUNIT_EXPECT_EQ(test, ntk->rings, 1);
}
