// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of the links, of what the peer tells, and of transmit */

/* ---- what the peer writes to the scratchpads ---- */

static void ntk_peer_tells(u64 mw_size)
{
	ntk->spad[MW0_SZ_HIGH] = upper_32_bits(mw_size);
	ntk->spad[MW0_SZ_LOW] = lower_32_bits(mw_size);
	ntk->spad[NUM_MWS] = 1;
	ntk->spad[NUM_QPS] = 1;
	ntk->spad[QP_LINKS] = 3;	/* of a queue pair that we do not have, too */
	ntk->spad[VERSION] = NTB_TRANSPORT_VERSION;
}

static const struct ntk_size_param {
	const char	*desc;
	u64		size;
	unsigned int	qps;
	int		ret;
} ntk_size_params[] = {
	{ "none", 0, 1, -EINVAL },
	{ "wraps, 1", 1, 1, -EINVAL },
	{ "wraps, 3", 3, 1, -EINVAL },
	{ "divides by zero, 4", 4, 1, -EINVAL },
	{ "divides by zero, 5", 5, 1, -EINVAL },
	{ "ahead of the ring, 6", 6, 1, -EINVAL },
	{ "ahead of the ring, 27", 27, 1, -EINVAL },
	{ "headers only", 28, 1, -EINVAL },
	{ "headers and a byte", 29, 1, -EINVAL },
	{ "two frames of a byte", 30, 1, 0 },
	{ "two rings that are too small", 59, 2, -EINVAL },
	{ "two rings", 60, 2, 0 },
	{ "three rings, one too small", 89, 3, -EINVAL },
	{ "three rings", 90, 3, 0 },
	{ "a page", PAGE_SIZE, 1, 0 },
	{ "not a power of two", NTK_SIZE - 1, 1, 0 },
	{ "largest", NTK_SIZE, 1, 0 },
	{ "one more", NTK_SIZE + 1, 1, -EINVAL },
	{ "32 bits", SZ_4G, 1, -EINVAL },
	{ "32 bits, and a good size", SZ_4G + NTK_SIZE, 1, -EINVAL },
	{ "negative", (u64)-NTK_SIZE, 1, -EINVAL },
	{ "rounded up to 0", U64_MAX, 1, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(ntk_size, ntk_size_params, desc);

static void ntk_test_peer_size(struct kunit *test)
{
	const struct ntk_size_param *p = test->param_value;
	struct ntb_transport_ctx *nt = &ntk->nt;

	ntk_peer_tells(p->size);
	ntk->spad[NUM_QPS] = p->qps;
	nt->qp_count = p->qps;
	KUNIT_EXPECT_EQ(test, p->ret, ntb_transport_read_peer(nt));
	nt->qp_count = 1;
	if (p->ret || p->qps > 1)
		return;

	/* And what is accepted makes a ring */
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(nt, 0, ntk->mw.peer_size));
	KUNIT_EXPECT_EQ(test, 0, ntb_transport_setup_qp_mw(nt, 0));
	KUNIT_EXPECT_GE(test, ntk->qp.rx_max_entry, 2);
	KUNIT_EXPECT_GT(test, ntk->qp.rx_max_frame,
			sizeof(struct ntb_payload_header));
	KUNIT_EXPECT_LE(test, ntk->qp.rx_max_frame * ntk->qp.rx_max_entry +
			      sizeof(struct ntb_rx_info), p->size);
	ntk_link_down(test);
}

static const struct ntk_spad_param {
	const char	*desc;
	int		spad;
	u32		val;
	int		ret;
} ntk_spad_params[] = {
	{ "nothing yet", VERSION, 0, -EAGAIN },
	{ "older version", VERSION, NTB_TRANSPORT_VERSION - 1, -EAGAIN },
	{ "negative version", VERSION, (u32)-1, -EAGAIN },
	{ "no queue pairs", NUM_QPS, 0, -EAGAIN },
	{ "more queue pairs", NUM_QPS, 2, -EAGAIN },
	{ "negative queue pairs", NUM_QPS, (u32)-1, -EAGAIN },
	{ "no windows", NUM_MWS, 0, -EAGAIN },
	{ "more windows", NUM_MWS, 2, -EAGAIN },
	{ "negative windows", NUM_MWS, (u32)-1, -EAGAIN },
	{ "half a size", MW0_SZ_LOW, 0, -EINVAL },
	{ "more than 32 bits of size", MW0_SZ_HIGH, 1, -EINVAL },
	{ "all as it should be", VERSION, NTB_TRANSPORT_VERSION, 0 },
};

KUNIT_ARRAY_PARAM_DESC(ntk_spad, ntk_spad_params, desc);

static void ntk_test_peer_spad(struct kunit *test)
{
	const struct ntk_spad_param *p = test->param_value;

	ntk_peer_tells(NTK_SIZE);
	ntk->spad[p->spad] = p->val;
	KUNIT_EXPECT_EQ(test, p->ret, ntb_transport_read_peer(&ntk->nt));
}

/* ---- the link of the transport ---- */

static void ntk_event_handler(void *data, int up)
{
	if (up)
		ntk->ups++;
	else
		ntk->downs++;
}

/* The hardware changes, and raises an event */
static void ntk_link_event(bool up)
{
	ntk->link = up;
	ntb_transport_event_callback(&ntk->nt);
}

/* Works that have queued others, without a delay */
static void ntk_flush(void)
{
	int i;

	for (i = 0; i < 3; i++)
		flush_workqueue(ntk->nt.link_wq);
}

static void ntk_check_up(struct kunit *test)
{
	ntk_flush();
	KUNIT_EXPECT_TRUE(test, ntk->nt.link_is_up);
	KUNIT_EXPECT_TRUE(test, ntk->qp.link_is_up);
	KUNIT_EXPECT_NE(test, ntk->trans, 0);
	KUNIT_EXPECT_NOT_NULL(test, ntk->mem.buf);
	KUNIT_EXPECT_PTR_EQ(test, ntk->qp.rx_buff, ntk->mw.virt_addr);
}

static void ntk_check_down(struct kunit *test)
{
	ntk_flush();
	KUNIT_EXPECT_FALSE(test, ntk->nt.link_is_up);
	KUNIT_EXPECT_FALSE(test, ntk->qp.link_is_up);
	KUNIT_EXPECT_NULL(test, ntk->qp.rx_buff);
	ntk_check_no_window(test);
}

static void ntk_real_link_up(struct kunit *test)
{
	ntk->qp.event_handler = ntk_event_handler;
	ntk_peer_tells(NTK_SIZE);
	ntk_link_event(true);
	ntk_check_up(test);
	KUNIT_EXPECT_EQ(test, ntk->ups, 1);
}

static void ntk_real_link_down(struct kunit *test)
{
	ntk_link_event(false);
	ntk_check_down(test);
}

static void ntk_test_link_up_down(struct kunit *test)
{
	int i;

	ntk_real_link_up(test);
	KUNIT_EXPECT_EQ(test, ntk->peer_spad[QP_LINKS], 1);
	ntk_real_link_down(test);
	KUNIT_EXPECT_EQ(test, ntk->downs, 1);
	/* The next peer starts from nothing */
	for (i = 0; i < NTK_NR_SPADS; i++)
		KUNIT_EXPECT_EQ(test, ntk->spad[i], 0);
	ntk->ups = 0;
	ntk_real_link_up(test);
	ntk_real_link_down(test);
}

/* An event that changes nothing does not set the rings up again */
static void ntk_test_link_up_twice(struct kunit *test)
{
	ntk_real_link_up(test);
	ntk->qp.rx_index = 1;
	ntk_link_event(true);
	ntk_check_up(test);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_index, 1);
	KUNIT_EXPECT_EQ(test, ntk->ups, 1);
	KUNIT_EXPECT_EQ(test, ntk->downs, 0);
	ntk_real_link_down(test);
}

struct ntk_block {
	struct work_struct	work;
	struct completion	go;
};

static void ntk_block_fn(struct work_struct *work)
{
	wait_for_completion(&container_of(work, struct ntk_block, work)->go);
}

/* Nothing of the works runs until ntk_unblock() */
static void ntk_block(struct ntk_block *block)
{
	INIT_WORK_ONSTACK(&block->work, ntk_block_fn);
	init_completion(&block->go);
	queue_work(ntk->nt.link_wq, &block->work);
}

static void ntk_unblock(struct ntk_block *block)
{
	complete(&block->go);
	flush_work(&block->work);
	destroy_work_on_stack(&block->work);
}

/* Down and up before any work runs, and the new peer has told all by then */
static void ntk_test_link_flaps(struct kunit *test)
{
	struct ntk_block block;
	int i;

	ntk_real_link_up(test);
	ntk_block(&block);
	for (i = 0; i < 3; i++) {
		ntk_link_event(false);
		KUNIT_EXPECT_EQ(test, ntk->spad[VERSION], 0);
		ntk_peer_tells(NTK_SIZE / 2);
		ntk_link_event(true);
	}
	ntk_unblock(&block);
	ntk_check_up(test);
	KUNIT_EXPECT_EQ(test, ntk->mw.xlat_size, NTK_SIZE / 2);
	KUNIT_EXPECT_EQ(test, ntk->ups, 2);
	KUNIT_EXPECT_EQ(test, ntk->downs, 1);
	ntk_real_link_down(test);
}

/* Up and down before any work runs */
static void ntk_test_link_flaps_up(struct kunit *test)
{
	struct ntk_block block;

	ntk->qp.event_handler = ntk_event_handler;
	ntk_block(&block);
	ntk_peer_tells(NTK_SIZE);
	ntk_link_event(true);
	ntk_link_event(false);
	ntk_unblock(&block);
	ntk_check_down(test);
	KUNIT_EXPECT_EQ(test, ntk->ups, 0);
	KUNIT_EXPECT_EQ(test, ntk->allocs, 0);
}

/* DMA of the last link is still in flight, so there is no ring for this one */
static void ntk_test_link_no_ring(struct kunit *test)
{
	struct ntb_transport_qp *qp = &ntk->qp;
	struct ntb_queue_entry *entry;

	ntk_real_link_up(test);
	ntk_real_link_down(test);
	ntk->ups = 0;
	KUNIT_ASSERT_EQ(test, 0, ntb_transport_rx_enqueue(qp, ntk->buf, ntk->buf,
							  NTK_PACKET));
	entry = ntb_list_mv(&qp->ntb_rx_q_lock, &qp->rx_pend_q, &qp->rx_post_q);
	ntk_peer_tells(NTK_SIZE);
	ntk_link_event(true);
	ntk_flush();
	KUNIT_EXPECT_FALSE(test, ntk->nt.link_is_up);
	KUNIT_EXPECT_FALSE(test, qp->link_is_up);

	list_move(&entry->entry, &qp->rx_free_q);
	ntk_real_link_up(test);
	ntk_real_link_down(test);
}

static void ntk_test_link_bad_peer(struct kunit *test)
{
	ntk_peer_tells(7);
	ntk_link_event(true);
	ntk_check_down(test);
	ntk_real_link_up(test);
	ntk_real_link_down(test);
}

/* ---- the links of queue pairs ---- */

/* The peer's client goes, and comes back */
static void ntk_test_qp_link_down_frame(struct kunit *test)
{
	ntk_real_link_up(test);
	ntk_header(0)->flags = DESC_DONE_FLAG | LINK_DOWN_FLAG;
	ntk->spad[QP_LINKS] = 0;
	ntb_transport_rxc_db((unsigned long)&ntk->qp);
	ntk_flush();
	KUNIT_EXPECT_FALSE(test, ntk->qp.link_is_up);
	KUNIT_EXPECT_TRUE(test, ntk->nt.link_is_up);
	KUNIT_EXPECT_EQ(test, ntk->downs, 1);

	ntk->spad[QP_LINKS] = 1;
	flush_delayed_work(&ntk->qp.link_work);
	ntk_check_up(test);
	ntk_real_link_down(test);
}

/* A client that is not ready has no link, whatever the peer sends */
static void ntk_test_qp_not_ready(struct kunit *test)
{
	ntk->qp.client_ready = false;
	ntk->qp.event_handler = ntk_event_handler;
	ntk_peer_tells(NTK_SIZE);
	ntk_link_event(true);
	ntk_flush();
	KUNIT_EXPECT_TRUE(test, ntk->nt.link_is_up);
	ntb_qp_link_down(&ntk->qp);
	ntk_flush();
	flush_delayed_work(&ntk->qp.link_work);
	KUNIT_EXPECT_FALSE(test, ntk->qp.link_is_up);
	KUNIT_EXPECT_EQ(test, ntk->ups, 0);
	KUNIT_EXPECT_EQ(test, ntk->peer_spad[QP_LINKS], 0);

	ntb_transport_link_up(&ntk->qp);
	ntk_check_up(test);
	KUNIT_EXPECT_EQ(test, ntk->peer_spad[QP_LINKS], 1);
	ntk->qp.link_is_up = false;	/* There are no entries to send */
	ntb_transport_link_down(&ntk->qp);
	KUNIT_EXPECT_EQ(test, ntk->peer_spad[QP_LINKS], 0);
	KUNIT_EXPECT_FALSE(test, ntk->qp.link_is_up);
	ntk_real_link_down(test);
}

/* No work is left of a queue that is freed, and its client is told nothing */
static void ntk_test_qp_freed(struct kunit *test)
{
	ntk_real_link_up(test);
	ntk_header(0)->flags = DESC_DONE_FLAG | LINK_DOWN_FLAG;
	ntb_transport_rxc_db((unsigned long)&ntk->qp);
	ntb_transport_free_queue(&ntk->qp);
	ntk->ups = 0;
	ntk->downs = 0;
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&ntk->qp.link_work));
	KUNIT_EXPECT_EQ(test, ntk->nt.qp_bitmap_free, 1);
	ntk_real_link_down(test);
	KUNIT_EXPECT_EQ(test, ntk->ups + ntk->downs, 0);
}

/* ---- transmit ---- */

static void ntk_tx_handler(struct ntb_transport_qp *qp, void *qp_data,
			   void *data, int len)
{
	KUNIT_EXPECT_EQ(ntk->test, len, NTK_PACKET);
	KUNIT_EXPECT_EQ(ntk->test, ntk->chan.client_count, 1);
	ntk->transmitted++;
}

#define NTK_TX_ORDER	1

/* Like registers, which the window is, of no interest to dma-debug */
static void *ntk_alloc_tx_mw(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, NTK_TX_ORDER);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (i = 0; i < 1 << NTK_TX_ORDER; i++)
		SetPageReserved(page + i);
	return page_address(page);
}

static void ntk_free_tx_mw(void *mw)
{
	int i;

	for (i = 0; i < 1 << NTK_TX_ORDER; i++)
		ClearPageReserved(virt_to_page(mw) + i);
	free_pages((unsigned long)mw, NTK_TX_ORDER);
}

/* A packet in flight when the queue is freed is sent before its memory goes */
static void ntk_test_tx_late_copy(struct kunit *test)
{
	const struct ntk_engine_param *p = test->param_value;
	struct ntb_transport_qp *qp = &ntk->qp;
	struct ntb_queue_entry *entry;
	void *mw;
	int i;

	mw = ntk_alloc_tx_mw(test);
	qp->tx_mw = (void __iomem *)mw;
	qp->tx_mw_size = PAGE_SIZE << NTK_TX_ORDER;
	qp->tx_mw_dma_addr = dma_map_resource(ntk->dev[NTK_OTHER],
					      virt_to_phys(mw), qp->tx_mw_size,
					      DMA_FROM_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(ntk->dev[NTK_OTHER],
						   qp->tx_mw_dma_addr));
	qp->tx_max_frame = PAGE_SIZE;
	qp->tx_max_entry = 4;
	qp->tx_handler = ntk_tx_handler;
	for (i = 0; i < qp->tx_max_entry; i++) {
		entry = kzalloc(sizeof(*entry), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, entry);
		entry->qp = qp;
		list_add(&entry->entry, &qp->tx_free_q);
	}
	ntk_link_up(test);
	qp->link_is_up = true;
	qp->remote_rx_info->entry = 2;
	ntk_add_engine(NTK_OTHER);
	qp->tx_dma_chan = &ntk->chan;
	ntk->pace = NTK_LATE;
	ntk->early_status = p->early_status;

	get_random_bytes(ntk->packet, NTK_PACKET);
	memcpy(ntk->buf, ntk->packet, NTK_PACKET);
	KUNIT_EXPECT_EQ(test, 0, ntb_transport_tx_enqueue(qp, ntk->buf, ntk->buf,
							  NTK_PACKET));
	KUNIT_EXPECT_EQ(test, ntk->transmitted, 0);
	ntb_transport_free_queue(qp);
	KUNIT_EXPECT_EQ(test, ntk->transmitted, 1);
	KUNIT_EXPECT_EQ(test, ntk->not_acked, 0);
	KUNIT_EXPECT_MEMEQ(test, mw, ntk->packet, NTK_PACKET);
	ntk_link_down(test);
	ntk_free_tx_mw(mw);
}

/*
 * Whether ntb_transport_link_down() writes a last frame to the window: not if
 * there is no link, even if the event of that is still on its way.
 */
static bool ntk_tx_down_writes(struct kunit *test, bool link)
{
	struct ntb_transport_qp *qp = &ntk->qp;
	struct ntb_queue_entry *entry;
	bool written;
	void *mw;

	mw = ntk_alloc_tx_mw(test);
	qp->tx_mw = (void __iomem *)mw;
	qp->tx_max_frame = PAGE_SIZE;
	qp->tx_max_entry = 1 << NTK_TX_ORDER;
	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	entry->qp = qp;
	list_add(&entry->entry, &qp->tx_free_q);
	ntk_link_up(test);
	qp->link_is_up = true;
	qp->remote_rx_info->entry = 1;

	ntk->link = link;
	ntb_transport_link_down(qp);
	KUNIT_EXPECT_FALSE(test, qp->link_is_up);
	KUNIT_EXPECT_FALSE(test, list_empty(&qp->tx_free_q));
	written = memchr_inv(mw, 0, PAGE_SIZE << NTK_TX_ORDER);
	ntk_link_down(test);
	ntk_free_tx_mw(mw);
	return written;
}

static void ntk_test_tx_down(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, ntk_tx_down_writes(test, true));
}

static void ntk_test_tx_down_no_link(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, ntk_tx_down_writes(test, false));
}
