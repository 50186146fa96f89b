// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of a peer that writes at random: the same numbers in each run,
 * and plausible often enough to get past the first check.
 */
#include <linux/prandom.h>

#define NTK_SEED	15
#define NTK_ROUNDS	4000

static u32 ntk_random(struct rnd_state *rnd)
{
	return prandom_u32_state(rnd);
}

/* @right in seven of eight cases, else a small number or any */
static u32 ntk_mostly(struct rnd_state *rnd, u32 right)
{
	u32 how = ntk_random(rnd) % 16;

	if (how > 1)
		return right;
	return how ? ntk_random(rnd) % 8 : ntk_random(rnd);
}

/* ---- scratchpads ---- */

static void ntk_random_peer(struct rnd_state *rnd)
{
	ntk->spad[VERSION] = ntk_mostly(rnd, NTB_TRANSPORT_VERSION);
	ntk->spad[QP_LINKS] = ntk_random(rnd);
	ntk->spad[NUM_QPS] = ntk_mostly(rnd, 1);
	ntk->spad[NUM_MWS] = ntk_mostly(rnd, 1);
	ntk->spad[MW0_SZ_HIGH] = ntk_mostly(rnd, 0);
	/* From nothing to twice the size of the window, by its order */
	ntk->spad[MW0_SZ_LOW] = ntk_mostly(rnd, ntk_random(rnd) %
					   (2U << (ntk_random(rnd) %
						   (ilog2(NTK_SIZE) + 1))));
}

/* A peer is refused, or its rings are within the window and hold two frames */
static void ntk_test_random_peer(struct kunit *test)
{
	struct ntb_transport_qp *qp = &ntk->qp;
	unsigned int accepted = 0;
	struct rnd_state rnd;
	u64 end;
	int i;

	prandom_seed_state(&rnd, NTK_SEED);
	for (i = 0; i < NTK_ROUNDS; i++) {
		ntk_random_peer(&rnd);
		if (ntb_transport_read_peer(&ntk->nt))
			continue;
		KUNIT_ASSERT_LE(test, ntk->mw.peer_size, NTK_SIZE);
		/* To free a window takes a grace period */
		if (accepted++ % 16)
			continue;

		KUNIT_ASSERT_EQ(test, 0,
				ntb_set_mw(&ntk->nt, 0, ntk->mw.peer_size));
		KUNIT_ASSERT_EQ(test, 0, ntb_transport_setup_qp_mw(&ntk->nt, 0));
		KUNIT_ASSERT_GE(test, qp->rx_max_entry, 2);
		KUNIT_ASSERT_GT(test, qp->rx_max_frame,
				sizeof(struct ntb_payload_header));
		end = (u64)qp->rx_max_frame * qp->rx_max_entry +
		      sizeof(struct ntb_rx_info);
		KUNIT_ASSERT_LE(test, end, ntk->mw.peer_size);
		ntk_link_down(test);
	}
	KUNIT_EXPECT_GT(test, accepted, NTK_ROUNDS / 8);
	KUNIT_EXPECT_LT(test, accepted, NTK_ROUNDS);
}

/* ---- rings ---- */

static void ntk_random_header(struct rnd_state *rnd)
{
	struct ntb_transport_qp *qp = &ntk->qp;
	struct ntb_payload_header *hdr = ntk_header(qp->rx_index);
	u32 room = qp->rx_max_frame - sizeof(*hdr);

	hdr->ver = ntk_mostly(rnd, qp->rx_pkts);
	hdr->len = ntk_mostly(rnd, ntk_random(rnd) % (room + 8));
	hdr->flags = ntk_mostly(rnd, DESC_DONE_FLAG);
	qp->remote_rx_info->entry = ntk_mostly(rnd, ntk_random(rnd) %
					       qp->rx_max_entry);
}

/* Nothing is read from outside of the frame, or written outside of the buffer */
static void ntk_test_random_ring(struct kunit *test)
{
	struct ntb_transport_qp *qp = &ntk->qp;
	unsigned int received, errors = 0, i;
	struct rnd_state rnd;
	int room, len;

	ntk_link_up(test);
	qp->rx_max_frame = NTK_FRAME;
	qp->rx_max_entry = (qp->rx_size - sizeof(struct ntb_rx_info)) / NTK_FRAME;
	qp->tx_max_entry = qp->rx_max_entry;
	room = NTK_FRAME - sizeof(struct ntb_payload_header);
	prandom_seed_state(&rnd, NTK_SEED);

	for (i = 0; i < NTK_ROUNDS; i++) {
		received = ntk->received;
		if (list_empty(&qp->rx_pend_q))
			KUNIT_ASSERT_EQ(test, 0,
					ntb_transport_rx_enqueue(qp, ntk->buf,
								 ntk->buf,
								 NTK_PACKET));
		prandom_bytes_state(&rnd, ntk->packet, 16);
		memcpy(ntk_frame(qp->rx_index), ntk->packet, NTK_FRAME);
		memset(ntk->buf, 0xa5, NTK_PACKET);
		ntk_random_header(&rnd);
		ntb_transport_rxc_db((unsigned long)qp);
		tasklet_kill(&qp->rxc_db_work);
		/* If the frame took the link down, the ring starts anew */
		flush_workqueue(ntk->nt.link_wq);

		KUNIT_ASSERT_LT(test, qp->rx_index, qp->rx_max_entry);
		KUNIT_ASSERT_LT(test, ntb_transport_tx_free_entry(qp),
				qp->tx_max_entry);
		KUNIT_ASSERT_LE(test, ntk->received, received + 1);
		if (ntk->received == received)
			continue;
		KUNIT_ASSERT_LE(test, ntk->received_len, room);
		len = ntk->received_len;
		if (len < 0) {
			KUNIT_ASSERT_EQ(test, len, -EIO);
			errors++;
			len = 0;
		}
		KUNIT_ASSERT_NULL(test, memchr_inv(ntk->buf + len, 0xa5,
						   NTK_PACKET - len));
	}
	KUNIT_EXPECT_GT(test, ntk->received, NTK_ROUNDS / 4);
	KUNIT_EXPECT_GT(test, errors, 0);
	kfree(ntb_list_rm(&qp->ntb_rx_q_lock, &qp->rx_pend_q));
	ntk_link_down(test);
}
