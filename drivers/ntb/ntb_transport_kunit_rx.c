// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of receive: by the CPU, and by a DMA engine */

/* ---- receive ---- */

static void ntk_rx_handler(struct ntb_transport_qp *qp, void *qp_data,
			   void *data, int len)
{
	KUNIT_EXPECT_PTR_EQ(ntk->test, data, ntk->buf);
	if (len > 0)
		KUNIT_EXPECT_MEMEQ(ntk->test, ntk->packet, ntk->buf, len);
	ntk->received_len = len;
	ntk->received++;
}

static void ntk_link_up(struct kunit *test)
{
	ntk->mw.peer_size = NTK_SIZE;
	KUNIT_ASSERT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	KUNIT_ASSERT_EQ(test, 0, ntb_transport_setup_qp_mw(&ntk->nt, 0));
	ntk->sent = 0;
	ntk->received = 0;
}

static void *ntk_frame(unsigned int index)
{
	return ntk->qp.rx_buff + ntk->qp.rx_max_frame * index;
}

static struct ntb_payload_header *ntk_header(unsigned int index)
{
	return ntk_frame(index + 1) - sizeof(struct ntb_payload_header);
}

/* The peer writes a packet to the ring */
static void ntk_write_packet(struct kunit *test, u32 len)
{
	unsigned int index = ntk->sent % ntk->qp.rx_max_entry;
	struct ntb_payload_header *hdr = ntk_header(index);

	get_random_bytes(ntk->packet, NTK_PACKET);
	memset(ntk->buf, 0, NTK_PACKET);
	memcpy(ntk_frame(index), ntk->packet, NTK_PACKET);
	hdr->ver = ntk->sent++;
	hdr->len = len;
	hdr->flags = DESC_DONE_FLAG;
	KUNIT_ASSERT_EQ(test, 0, ntb_transport_rx_enqueue(&ntk->qp, ntk->buf,
							  ntk->buf, NTK_PACKET));
}

/* And rings the doorbell */
static void ntk_send(struct kunit *test)
{
	ntk_write_packet(test, NTK_PACKET);
	ntb_transport_rxc_db((unsigned long)&ntk->qp);
}

static void ntk_packet(struct kunit *test)
{
	ntk_send(test);
	KUNIT_EXPECT_EQ(test, ntk->sent, ntk->received);
	KUNIT_EXPECT_EQ(test, NTK_PACKET, ntk->received_len);
}

static void ntk_packets(struct kunit *test, int n)
{
	while (n--)
		ntk_packet(test);
}

static void ntk_link_down(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, ntb_free_mw(&ntk->nt, 0));
	ntk_check_no_window(test);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_WINDOW], ntk->unmaps[NTK_WINDOW]);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_OTHER], ntk->unmaps[NTK_OTHER]);
}

static void ntk_test_rx_cpu(struct kunit *test)
{
	ntk_link_up(test);
	ntk_packets(test, 5);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 5);
	ntk_link_down(test);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_WINDOW], 0);
	KUNIT_EXPECT_EQ(test, ntk->aliases[NTK_WINDOW], 0);
}

/* The channel of the window's own device: a packet is one mapping, its buffer */
static void ntk_test_rx_same(struct kunit *test)
{
	ntk->misalign = PAGE_SIZE;
	ntk_add_chan(NTK_WINDOW);
	ntk_link_up(test);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_WINDOW], 0);
	ntk_packets(test, 5);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_WINDOW], 5);
	KUNIT_EXPECT_EQ(test, ntk->unmaps[NTK_WINDOW], 5);
	KUNIT_EXPECT_EQ(test, ntk->syncs[NTK_WINDOW], 0);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 0);
	ntk_link_down(test);
}

/*
 * The channel of another: one alias of the ring, and one mapping for each packet,
 * its buffer
 */
static void ntk_test_rx_other(struct kunit *test)
{
	ntk->misalign = PAGE_SIZE;
	ntk_add_chan(NTK_OTHER);
	ntk_link_up(test);
	KUNIT_EXPECT_EQ(test, ntk->aliases[NTK_OTHER], 1);
	ntk_packets(test, 5);
	KUNIT_EXPECT_EQ(test, ntk->aliases[NTK_OTHER], 1);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_OTHER], 5);
	KUNIT_EXPECT_EQ(test, ntk->unmaps[NTK_OTHER], 5);
	KUNIT_EXPECT_EQ(test, ntk->syncs[NTK_OTHER], 0);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 0);
	KUNIT_EXPECT_EQ(test, ntk->unaliases[NTK_OTHER], 0);
	ntk_link_down(test);
	KUNIT_EXPECT_EQ(test, ntk->unaliases[NTK_OTHER], 1);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_WINDOW], 0);

	/* With the next link there is an alias of the next ring */
	ntk_link_up(test);
	ntk_packets(test, 1);
	KUNIT_EXPECT_EQ(test, ntk->aliases[NTK_OTHER], 2);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_OTHER], 6);
	ntk_link_down(test);
}

static const struct ntk_refused_param {
	const char	*desc;
	int		error;
} ntk_refused_params[] = {
	{ "not in one piece, or out of reach", -ENXIO },
	{ "not as coherent, or dma_map_ops", -EOPNOTSUPP },
	{ "larger granule", -EINVAL },
	{ "no memory", -ENOMEM },
};

KUNIT_ARRAY_PARAM_DESC(ntk_refused, ntk_refused_params, desc);

/* Then the CPU copies, and nothing is mapped */
static void ntk_test_rx_refused(struct kunit *test)
{
	const struct ntk_refused_param *p = test->param_value;

	ntk->alias_error = p->error;
	ntk_add_chan(NTK_OTHER);
	ntk_link_up(test);
	ntk_packets(test, 3);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 3);
	ntk_link_down(test);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_OTHER], 0);
	KUNIT_EXPECT_EQ(test, ntk->unaliases[NTK_OTHER], 0);
}

/* The next link asks again */
static void ntk_test_rx_refused_once(struct kunit *test)
{
	ntk->alias_error = -ENOMEM;
	ntk_add_chan(NTK_OTHER);
	ntk_link_up(test);
	ntk_packets(test, 1);
	ntk_link_down(test);
	ntk->alias_error = 0;
	ntk_link_up(test);
	ntk_packets(test, 2);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 1);
	KUNIT_EXPECT_EQ(test, ntk->aliases[NTK_OTHER], 1);
	ntk_link_down(test);
}

/* Mapping the buffer fails once */
static void ntk_test_rx_no_buffer(struct kunit *test)
{
	ntk_add_chan(NTK_WINDOW);
	ntk_link_up(test);
	ntk_packet(test);
	ntk->fail_map = true;
	ntk_packet(test);
	ntk->fail_map = false;
	ntk_packet(test);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 1);
	ntk_link_down(test);
}

/* The channel comes when the link is up, and goes before it is down */
static void ntk_test_rx_late(struct kunit *test)
{
	use_dma = true;
	ntk_link_up(test);
	ntk_packet(test);
	ntk_add_chan(NTK_OTHER);
	scoped_guard(mutex, &ntk->nt.mw_lock)
		ntb_qp_map_rx(&ntk->qp);
	KUNIT_EXPECT_EQ(test, ntk->aliases[NTK_OTHER], 1);
	ntk_packets(test, 3);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_OTHER], 3);
	ntk->qp.rx_dma_chan = NULL;
	scoped_guard(mutex, &ntk->nt.mw_lock)
		ntb_qp_unmap_rx(&ntk->qp);
	KUNIT_EXPECT_EQ(test, ntk->unmaps[NTK_OTHER], 3);
	KUNIT_EXPECT_EQ(test, ntk->unaliases[NTK_OTHER], 1);
	ntk_packet(test);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 2);
	ntk_link_down(test);
}

/* The ring of a queue pair need not be at the start of the window */
static void ntk_test_rx_second_ring(struct kunit *test)
{
	struct ntb_transport_qp *qp = &ntk->qp;

	ntk_link_up(test);
	qp->rx_buff += qp->rx_max_frame;
	qp->rx_size -= qp->rx_max_frame;
	qp->rx_max_entry--;
	ntk_add_chan(NTK_OTHER);
	scoped_guard(mutex, &ntk->nt.mw_lock)
		ntb_qp_map_rx(qp);
	KUNIT_EXPECT_EQ(test, ntk->alias_size, qp->rx_size);
	ntk_packets(test, 3);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_OTHER], 3);
	KUNIT_EXPECT_EQ(test, qp->rx_memcpy, 0);
	ntk_link_down(test);
}

/* If the channel fails to copy, the CPU copies from the same place */
static void ntk_test_rx_copy_fails(struct kunit *test)
{
	ntk_add_chan(NTK_WINDOW);
	ntk_link_up(test);
	ntk->fail_copy = true;
	ntk_packets(test, 3);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 3);
	ntk_link_down(test);
}

static const struct ntk_engine_param {
	const char	*desc;
	enum dma_status	early_status;
} ntk_engine_params[] = {
	{ "in progress until done", DMA_IN_PROGRESS },
	{ "complete before the callback, as ioat", DMA_COMPLETE },
	{ "out of order, as idxd", DMA_OUT_OF_ORDER },
};

KUNIT_ARRAY_PARAM_DESC(ntk_engine, ntk_engine_params, desc);

static void ntk_slow_engine(struct kunit *test, enum ntk_pace pace)
{
	const struct ntk_engine_param *p = test->param_value;

	ntk->pace = pace;
	ntk->early_status = p->early_status;
	ntk_add_chan(NTK_OTHER);
	ntk_link_up(test);
	ntk_send(test);
	KUNIT_EXPECT_TRUE(test, ntk->submitted);
	KUNIT_EXPECT_EQ(test, ntk->received, 0);
}

/* A copy in flight when the link goes down ends before the window is freed */
static void ntk_test_rx_late_copy(struct kunit *test)
{
	struct ntb_transport_qp *qp = &ntk->qp;

	ntk_slow_engine(test, NTK_LATE);
	ntk_link_down(test);
	KUNIT_EXPECT_EQ(test, ntk->received, 1);
	KUNIT_EXPECT_FALSE(test, ntk->submitted);
	/* And without a window nothing is received, or sent */
	ntb_transport_rxc_db((unsigned long)qp);
	KUNIT_EXPECT_EQ(test, ntb_transport_tx_free_entry(qp), 0);
}

/* The same when the channel is released */
static void ntk_test_rx_late_release(struct kunit *test)
{
	ntk_slow_engine(test, NTK_LATE);
	ntb_qp_put_rx_chan(&ntk->qp);
	KUNIT_EXPECT_EQ(test, ntk->received, 1);
	KUNIT_EXPECT_FALSE(test, ntk->submitted);
	KUNIT_EXPECT_EQ(test, ntk->chan.client_count, 0);
	ntk_link_down(test);
}

/* An engine that never ends loses the ring only after its channel */
static void ntk_test_rx_stuck_release(struct kunit *test)
{
	ntk_slow_engine(test, NTK_STUCK);
	ntb_qp_put_rx_chan(&ntk->qp);
	KUNIT_EXPECT_TRUE(test, ntk->submitted);
	KUNIT_EXPECT_EQ(test, ntk->chan.client_count, 0);
	KUNIT_EXPECT_EQ(test, ntk->unaliases[NTK_OTHER], 1);

	ntk_copy(NULL);
	ntk_link_down(test);
}

/* A window that an engine may still read from is kept, and not set up again */
static void ntk_test_rx_stuck(struct kunit *test)
{
	ntk_slow_engine(test, NTK_STUCK);
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, ntb_free_mw(&ntk->nt, 0));
	KUNIT_EXPECT_NOT_NULL(test, ntk->mem.buf);
	KUNIT_EXPECT_NE(test, ntk->trans, 0);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_OTHER], 1);
	KUNIT_EXPECT_EQ(test, ntk->unmaps[NTK_OTHER], 0);
	KUNIT_EXPECT_EQ(test, ntk->unaliases[NTK_OTHER], 0);
	KUNIT_EXPECT_EQ(test, -EBUSY, ntb_transport_setup_qp_mw(&ntk->nt, 0));

	ntk_copy(NULL);
	KUNIT_EXPECT_EQ(test, ntk->received, 1);
	ntk_link_down(test);
}

/* The link goes down between two steps of the tasklet */
static void ntk_test_rx_detached(struct kunit *test)
{
	struct ntb_transport_qp *qp = &ntk->qp;
	struct ntb_queue_entry *entry;
	void *rx_buff;

	ntk_add_chan(NTK_OTHER);
	ntk_link_up(test);
	ntk_packets(test, 1);
	ntk_write_packet(test, NTK_PACKET);
	entry = ntb_list_mv(&qp->ntb_rx_q_lock, &qp->rx_pend_q, &qp->rx_post_q);
	entry->rx_index = 1;
	entry->rx_hdr = ntk_header(1);
	rx_buff = qp->rx_buff;
	qp->rx_buff = NULL;
	ntb_async_rx(entry, rx_buff + qp->rx_max_frame);
	KUNIT_EXPECT_TRUE(test, ntk->submitted);
	KUNIT_EXPECT_EQ(test, ntk->src, qp->rx_alias.addr + qp->rx_max_frame);
	ntk->src = qp->rx_alias.addr + qp->rx_max_frame;
	dma_async_issue_pending(&ntk->chan);
	KUNIT_EXPECT_EQ(test, ntk->received, 2);
	ntk_link_down(test);
}

/* Nothing looks at a descriptor later, so the engine may use it again */
static void ntk_test_rx_acked(struct kunit *test)
{
	ntk_add_chan(NTK_OTHER);
	ntk_link_up(test);
	ntk_packets(test, 3);
	KUNIT_EXPECT_EQ(test, ntk->not_acked, 0);
	ntk_link_down(test);
}

/* ---- what the peer writes to a frame's header ---- */

#define NTK_FRAME	2048

static const struct ntk_header_param {
	const char	*desc;
	u32		flags;
	int		ver;		/* from what it should be */
	u32		len;
	int		received;	/* length, 0 is none */
} ntk_header_params[] = {
	{ "one byte", DESC_DONE_FLAG, 0, 1, 1 },
	{ "all of the frame", DESC_DONE_FLAG, 0, NTK_FRAME - 12,
	  NTK_FRAME - 12 },
	{ "into the header", DESC_DONE_FLAG, 0, NTK_FRAME - 11, -EIO },
	{ "into the next frame", DESC_DONE_FLAG, 0, NTK_FRAME, -EIO },
	{ "the buffer's size", DESC_DONE_FLAG, 0, NTK_PACKET, -EIO },
	{ "more than the buffer", DESC_DONE_FLAG, 0, NTK_PACKET + 1, -EIO },
	{ "largest positive", DESC_DONE_FLAG, 0, S32_MAX, -EIO },
	{ "negative", DESC_DONE_FLAG, 0, (u32)-1, -EIO },
	{ "smallest negative", DESC_DONE_FLAG, 0, (u32)S32_MIN, -EIO },
	{ "not done", 0, 0, 1, 0 },
	{ "other flags", ~(DESC_DONE_FLAG | LINK_DOWN_FLAG), 0, 1, 0 },
	{ "old version", DESC_DONE_FLAG, -1, 1, 0 },
	{ "future version", DESC_DONE_FLAG, 1, 1, 0 },
};

KUNIT_ARRAY_PARAM_DESC(ntk_header, ntk_header_params, desc);

static void ntk_test_rx_header(struct kunit *test)
{
	const struct ntk_header_param *p = test->param_value;
	struct ntb_transport_qp *qp = &ntk->qp;
	struct ntb_queue_entry *entry;

	ntk_link_up(test);
	qp->rx_max_frame = NTK_FRAME;
	qp->rx_max_entry = (qp->rx_size - sizeof(struct ntb_rx_info)) / NTK_FRAME;
	ntk_write_packet(test, p->len);
	ntk_header(0)->flags = p->flags;
	ntk_header(0)->ver += p->ver;
	ntb_transport_rxc_db((unsigned long)qp);

	KUNIT_EXPECT_EQ(test, ntk->received, !!p->received);
	KUNIT_EXPECT_EQ(test, ntk->received_len, p->received);
	KUNIT_EXPECT_EQ(test, qp->rx_err_oflow, p->received < 0);
	entry = ntb_list_rm(&qp->ntb_rx_q_lock, &qp->rx_pend_q);
	KUNIT_EXPECT_EQ(test, !entry, !!p->received);
	kfree(entry);

	/* Refused or not, it was this frame's turn, and the next one is read */
	if (p->received) {
		ntk_write_packet(test, 1);
		ntb_transport_rxc_db((unsigned long)qp);
		KUNIT_EXPECT_EQ(test, ntk->received, 2);
		KUNIT_EXPECT_EQ(test, ntk->received_len, 1);
	}
	ntk_link_down(test);
}

/* The peer tells up to where it has read */
static void ntk_test_tx_room(struct kunit *test)
{
	static const struct { u32 head, tail, room; } cases[] = {
		{ 0, 0, 0 }, { 0, 1, 1 }, { 0, 9, 9 }, { 9, 0, 1 }, { 5, 4, 9 },
		{ 0, 10, 0 }, { 5, 10, 0 }, { 0, U32_MAX, 0 }, { 9, S32_MAX, 0 },
	};
	struct ntb_transport_qp *qp = &ntk->qp;
	int i;

	ntk_link_up(test);
	qp->tx_max_entry = 10;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		qp->tx_index = cases[i].head;
		qp->remote_rx_info->entry = cases[i].tail;
		KUNIT_EXPECT_EQ_MSG(test, ntb_transport_tx_free_entry(qp),
				    cases[i].room, "case %d", i);
	}
	ntk_link_down(test);
}
