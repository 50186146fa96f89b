// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the memory windows of ntb_transport, and of the promise of
 * ntb_get_dma_dev(). Part of ntb_transport.c, as what they test is static there.
 *
 * The NTB is made up, and so is its DMA: devices whose struct dma_map_ops hand out
 * addresses that are as badly aligned as a test wants, fail when it wants, and
 * count; and a DMA engine channel that copies when it is told to start.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/dma-map-ops.h>

#define NTK_SIZE	SZ_64K
#define NTK_ALIGN	SZ_64K
#define NTK_DMA_BASE	0x40000000ULL	/* of what is allocated, aligned */
#define NTK_MAP_OFFSET	0x100000000000ULL	/* of what is mapped, from physical */
#define NTK_PACKET	4000

enum { NTK_WINDOW, NTK_OTHER, NTK_NR_DEVS };

/* What is allocated for a device */
struct ntk_mem {
	struct device	*dev;
	void		*buf;
	dma_addr_t	addr;
	size_t		size;
	unsigned long	attrs;
};

struct ntk {
	struct kunit			*test;
	struct ntb_dev			ntb;
	struct ntb_transport_ctx	nt;
	struct ntb_transport_mw		mw;
	struct ntb_transport_qp		qp;
	struct ntb_rx_info		rx_info;
	struct device			*dev[NTK_NR_DEVS];

	/* Windows */
	dma_addr_t			trans;		/* 0 is none */
	int				set_calls;
	bool				fail_set;
	bool				fail_clear;

	/* DMA */
	struct ntk_mem			mem;		/* one at a time */
	unsigned int			allocs;
	unsigned long			fail_allocs;	/* bit N: the Nth */
	size_t				misalign;
	unsigned int			pieces;
	bool				fail_map;
	int				maps[NTK_NR_DEVS];
	int				unmaps[NTK_NR_DEVS];
	int				syncs[NTK_NR_DEVS];

	/* The channel */
	struct dma_device		dma_device;
	struct dma_chan			chan;
	struct dma_async_tx_descriptor	txd;
	dma_addr_t			src, dst;
	size_t				len;
	bool				submitted;
	bool				fail_copy;
	bool				slow;		/* to start */

	/* Packets */
	unsigned int			sent;
	unsigned int			received;
	u8				packet[NTK_PACKET];
	u8				*buf;
};

/* The callbacks have no other way to it */
static struct ntk *ntk;

/* ---- DMA ---- */

static int ntk_index(struct device *dev)
{
	return dev == ntk->dev[NTK_OTHER] ? NTK_OTHER : NTK_WINDOW;
}

static void *ntk_alloc(struct device *dev, size_t size, dma_addr_t *addr,
		       gfp_t gfp, unsigned long attrs)
{
	struct ntk_mem *mem = &ntk->mem;

	KUNIT_EXPECT_NULL(ntk->test, mem->buf);
	if (test_bit(ntk->allocs++, &ntk->fail_allocs))
		return NULL;
	mem->buf = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO,
					    get_order(size));
	if (!mem->buf)
		return NULL;
	mem->dev = dev;
	mem->size = size;
	mem->attrs = attrs;
	mem->addr = NTK_DMA_BASE + ntk->misalign;
	*addr = mem->addr;
	return mem->buf;
}

static void ntk_free(struct device *dev, size_t size, void *buf,
		     dma_addr_t addr, unsigned long attrs)
{
	struct ntk_mem *mem = &ntk->mem;

	KUNIT_EXPECT_PTR_EQ(ntk->test, mem->dev, dev);
	KUNIT_EXPECT_PTR_EQ(ntk->test, mem->buf, buf);
	KUNIT_EXPECT_EQ(ntk->test, mem->addr, addr);
	KUNIT_EXPECT_EQ(ntk->test, mem->size, size);
	KUNIT_EXPECT_EQ(ntk->test, mem->attrs, attrs);
	/* The peer must not reach it any more */
	KUNIT_EXPECT_EQ(ntk->test, ntk->trans, 0);
	free_pages((unsigned long)mem->buf, get_order(mem->size));
	memset(mem, 0, sizeof(*mem));
}

static int ntk_get_sgtable(struct device *dev, struct sg_table *sgt, void *buf,
			   dma_addr_t addr, size_t size, unsigned long attrs)
{
	struct scatterlist *sg;
	int i, ret;

	KUNIT_EXPECT_PTR_EQ(ntk->test, ntk->mem.dev, dev);
	KUNIT_EXPECT_PTR_EQ(ntk->test, ntk->mem.buf, buf);
	KUNIT_EXPECT_EQ(ntk->test, ntk->mem.attrs, attrs);
	ret = sg_alloc_table(sgt, ntk->pieces, GFP_KERNEL);
	if (ret)
		return ret;
	for_each_sgtable_sg(sgt, sg, i)
		sg_set_buf(sg, buf + i * (size / ntk->pieces),
			   size / ntk->pieces);
	return 0;
}

static dma_addr_t ntk_map_phys(struct device *dev, phys_addr_t phys,
			       size_t size, enum dma_data_direction dir,
			       unsigned long attrs)
{
	if (ntk->fail_map)
		return DMA_MAPPING_ERROR;
	ntk->maps[ntk_index(dev)]++;
	return phys + NTK_MAP_OFFSET;
}

static void ntk_unmap_phys(struct device *dev, dma_addr_t addr, size_t size,
			   enum dma_data_direction dir, unsigned long attrs)
{
	ntk->unmaps[ntk_index(dev)]++;
}

static void ntk_sync(struct device *dev, dma_addr_t addr, size_t size,
		     enum dma_data_direction dir)
{
	ntk->syncs[ntk_index(dev)]++;
}

static const struct dma_map_ops ntk_dma_ops = {
	.alloc = ntk_alloc,
	.free = ntk_free,
	.get_sgtable = ntk_get_sgtable,
	.map_phys = ntk_map_phys,
	.unmap_phys = ntk_unmap_phys,
	.sync_single_for_device = ntk_sync,
};

/* ---- the channel ---- */

/* What the channel's device finds at an address */
static void *ntk_reach(dma_addr_t addr, size_t len)
{
	struct ntk_mem *mem = &ntk->mem;

	if (addr >= NTK_MAP_OFFSET)
		return phys_to_virt(addr - NTK_MAP_OFFSET);
	KUNIT_EXPECT_PTR_EQ(ntk->test, mem->dev, ntk->dma_device.dev);
	KUNIT_EXPECT_GE(ntk->test, addr, mem->addr);
	KUNIT_EXPECT_LE(ntk->test, addr + len, mem->addr + mem->size);
	return mem->buf + (addr - mem->addr);
}

static dma_cookie_t ntk_submit(struct dma_async_tx_descriptor *txd)
{
	ntk->submitted = true;
	txd->cookie = ++ntk->chan.cookie;
	return txd->cookie;
}

static struct dma_async_tx_descriptor *
ntk_prep_memcpy(struct dma_chan *chan, dma_addr_t dst, dma_addr_t src,
		size_t len, unsigned long flags)
{
	dma_async_tx_descriptor_init(&ntk->txd, chan);
	ntk->txd.tx_submit = ntk_submit;
	ntk->src = src;
	ntk->dst = dst;
	ntk->len = len;
	return &ntk->txd;
}

static void ntk_issue_pending(struct dma_chan *chan)
{
	struct dmaengine_result res = {
		.result = ntk->fail_copy ? DMA_TRANS_READ_FAILED :
					   DMA_TRANS_NOERROR,
	};

	if (!ntk->submitted || ntk->slow) {
		ntk->slow = false;
		return;
	}
	ntk->submitted = false;
	if (!ntk->fail_copy)
		memcpy(ntk_reach(ntk->dst, ntk->len),
		       ntk_reach(ntk->src, ntk->len), ntk->len);
	dma_descriptor_unmap(&ntk->txd);
	ntk->txd.callback_result(ntk->txd.callback_param, &res);
}

static enum dma_status ntk_tx_status(struct dma_chan *chan, dma_cookie_t cookie,
				     struct dma_tx_state *state)
{
	return ntk->submitted ? DMA_IN_PROGRESS : DMA_COMPLETE;
}

static void ntk_add_chan(int dev)
{
	ntk->dma_device.dev = ntk->dev[dev];
	ntk->dma_device.device_prep_dma_memcpy = ntk_prep_memcpy;
	ntk->dma_device.device_issue_pending = ntk_issue_pending;
	ntk->dma_device.device_tx_status = ntk_tx_status;
	ntk->chan.device = &ntk->dma_device;
	ntk->qp.rx_dma_chan = &ntk->chan;
}

/* ---- the NTB ---- */

static int ntk_mw_get_align(struct ntb_dev *ntb, int pidx, int widx,
			    resource_size_t *addr_align,
			    resource_size_t *size_align,
			    resource_size_t *size_max)
{
	*addr_align = NTK_ALIGN;
	*size_align = 1;
	return 0;
}

static int ntk_mw_set_trans(struct ntb_dev *ntb, int pidx, int widx,
			    dma_addr_t addr, resource_size_t size)
{
	struct ntk_mem *mem = &ntk->mem;

	ntk->set_calls++;
	if (ntk->fail_set)
		return -EIO;
	KUNIT_EXPECT_EQ(ntk->test, addr % NTK_ALIGN, 0);
	KUNIT_EXPECT_GE(ntk->test, addr, mem->addr);
	KUNIT_EXPECT_LE(ntk->test, addr + size, mem->addr + mem->size);
	ntk->trans = addr;
	return 0;
}

static int ntk_mw_clear_trans(struct ntb_dev *ntb, int pidx, int widx)
{
	if (ntk->fail_clear)
		return -EIO;
	ntk->trans = 0;
	return 0;
}

static u64 ntk_link_is_up(struct ntb_dev *ntb, enum ntb_speed *speed,
			  enum ntb_width *width)
{
	return 1;
}

static u64 ntk_db_read(struct ntb_dev *ntb)
{
	return 0;
}

static struct device *ntk_get_dma_dev(struct ntb_dev *ntb)
{
	return ntk->dev[NTK_WINDOW];
}

static const struct ntb_dev_ops ntk_ops = {
	.link_is_up = ntk_link_is_up,
	.mw_get_align = ntk_mw_get_align,
	.mw_set_trans = ntk_mw_set_trans,
	.mw_clear_trans = ntk_mw_clear_trans,
	.db_read = ntk_db_read,
	.get_dma_dev = ntk_get_dma_dev,
};

static const struct ntb_dev_ops ntk_ops_plain = {
	.mw_get_align = ntk_mw_get_align,
};

/* ---- the device for DMA ---- */

static void ntk_test_dma_dev_parent(struct kunit *test)
{
	ntk->ntb.ops = &ntk_ops_plain;
	KUNIT_EXPECT_PTR_EQ(test, ntb_get_dma_dev(&ntk->ntb),
			    ntk->dev[NTK_OTHER]);
}

static void ntk_test_dma_dev_named(struct kunit *test)
{
	int i;

	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_PTR_EQ(test, ntb_get_dma_dev(&ntk->ntb),
				    ntk->dev[NTK_WINDOW]);
}

static unsigned int ntk_refs(int dev)
{
	return kref_read(&ntk->dev[dev]->kobj.kref);
}

/* No reference comes with the answer; a window has one for as long as it is */
static void ntk_test_dma_dev_reference(struct kunit *test)
{
	unsigned int refs = ntk_refs(NTK_WINDOW);

	ntb_get_dma_dev(&ntk->ntb);
	KUNIT_EXPECT_EQ(test, refs, ntk_refs(NTK_WINDOW));
	KUNIT_ASSERT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	KUNIT_EXPECT_EQ(test, refs + 1, ntk_refs(NTK_WINDOW));
	KUNIT_EXPECT_EQ(test, 0, ntb_free_mw(&ntk->nt, 0));
	KUNIT_EXPECT_EQ(test, refs, ntk_refs(NTK_WINDOW));
}

/* ---- windows ---- */

static const struct ntk_window_param {
	const char	*desc;
	size_t		misalign;
	unsigned long	fail_allocs;
	bool		fail_set;
	int		ret;
	unsigned int	allocs;		/* attempts */
} ntk_window_params[] = {
	{ "aligned", 0, 0, false, 0, 1 },
	{ "a page off", PAGE_SIZE, 0, false, 0, 2 },
	{ "a page short", NTK_ALIGN - PAGE_SIZE, 0, false, 0, 2 },
	{ "first allocation fails", 0, BIT(0), false, 0, 2 },
	{ "first fails, second a page off", PAGE_SIZE, BIT(0), false, 0, 2 },
	{ "both fail", 0, BIT(0) | BIT(1), false, -ENOMEM, 2 },
	{ "a page off, second fails", PAGE_SIZE, BIT(1), false, -ENOMEM, 2 },
	{ "no translation", 0, 0, true, -EIO, 1 },
	{ "a page off, no translation", PAGE_SIZE, 0, true, -EIO, 2 },
};

KUNIT_ARRAY_PARAM_DESC(ntk_window, ntk_window_params, desc);

/* The kernel sees at virt_addr what the peer writes to the beginning */
static void ntk_check_window(struct kunit *test)
{
	struct ntb_transport_mw *mw = &ntk->mw;

	KUNIT_EXPECT_EQ(test, ntk->trans, mw->dma_addr);
	KUNIT_EXPECT_PTR_EQ(test, mw->virt_addr,
			    ntk->mem.buf + (ntk->trans - ntk->mem.addr));
	KUNIT_EXPECT_PTR_EQ(test, ntk->mem.dev, ntk->dev[NTK_WINDOW]);
}

static void ntk_check_no_window(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, ntk->mem.buf);
	KUNIT_EXPECT_NULL(test, ntk->mw.virt_addr);
	KUNIT_EXPECT_EQ(test, ntk->mw.xlat_size, 0);
	KUNIT_EXPECT_EQ(test, ntk->trans, 0);
}

static void ntk_test_window(struct kunit *test)
{
	const struct ntk_window_param *p = test->param_value;
	unsigned int refs = ntk_refs(NTK_WINDOW);

	ntk->misalign = p->misalign;
	ntk->fail_allocs = p->fail_allocs;
	ntk->fail_set = p->fail_set;
	KUNIT_EXPECT_EQ(test, p->ret, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	KUNIT_EXPECT_EQ(test, p->allocs, ntk->allocs);
	if (!p->ret)
		ntk_check_window(test);
	else
		ntk_check_no_window(test);

	KUNIT_EXPECT_EQ(test, 0, ntb_free_mw(&ntk->nt, 0));
	ntk_check_no_window(test);
	KUNIT_EXPECT_EQ(test, refs, ntk_refs(NTK_WINDOW));

	/* And after a failure the next time is as good as the first */
	ntk->allocs = 0;
	ntk->misalign = 0;
	ntk->fail_allocs = 0;
	ntk->fail_set = false;
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	ntk_check_window(test);
	KUNIT_EXPECT_EQ(test, 0, ntb_free_mw(&ntk->nt, 0));
	ntk_check_no_window(test);
}

static void ntk_test_window_twice(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	KUNIT_EXPECT_EQ(test, 1, ntk->allocs);
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE / 2));
	KUNIT_EXPECT_EQ(test, 2, ntk->allocs);
	ntk_check_window(test);
	KUNIT_EXPECT_EQ(test, -EINVAL, ntb_set_mw(&ntk->nt, 0, 0));
	ntk_check_window(test);
	KUNIT_EXPECT_EQ(test, 0, ntb_free_mw(&ntk->nt, 0));
	KUNIT_EXPECT_EQ(test, 0, ntb_free_mw(&ntk->nt, 0));
	ntk_check_no_window(test);
}

/* While the peer can reach the buffer it is not freed, but can be used again */
static void ntk_test_window_not_cleared(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	ntk->fail_clear = true;
	KUNIT_EXPECT_EQ(test, -EIO, ntb_free_mw(&ntk->nt, 0));
	ntk_check_window(test);
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	ntk_check_window(test);
	KUNIT_EXPECT_EQ(test, -EIO, ntb_set_mw(&ntk->nt, 0, NTK_SIZE / 2));
	ntk_check_window(test);
	KUNIT_EXPECT_EQ(test, 1, ntk->allocs);
	KUNIT_EXPECT_EQ(test, 1, ntk->set_calls);

	ntk->fail_clear = false;
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE / 2));
	ntk_check_window(test);
	KUNIT_EXPECT_EQ(test, 0, ntb_free_mw(&ntk->nt, 0));
	ntk_check_no_window(test);
}

/* ---- receive ---- */

static void ntk_rx_handler(struct ntb_transport_qp *qp, void *qp_data,
			   void *data, int len)
{
	KUNIT_EXPECT_PTR_EQ(ntk->test, data, ntk->buf);
	KUNIT_EXPECT_EQ(ntk->test, len, NTK_PACKET);
	KUNIT_EXPECT_MEMEQ(ntk->test, ntk->packet, ntk->buf, NTK_PACKET);
	ntk->received++;
}

static void ntk_link_up(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	KUNIT_ASSERT_EQ(test, 0, ntb_transport_setup_qp_mw(&ntk->nt, 0));
	ntk->sent = 0;
	ntk->received = 0;
}

/* The peer writes a packet to the ring, and rings the doorbell */
static void ntk_send(struct kunit *test)
{
	struct ntb_transport_qp *qp = &ntk->qp;
	void *frame = qp->rx_buff +
		      qp->rx_max_frame * (ntk->sent % qp->rx_max_entry);
	struct ntb_payload_header *hdr = frame + qp->rx_max_frame - sizeof(*hdr);

	get_random_bytes(ntk->packet, NTK_PACKET);
	memset(ntk->buf, 0, NTK_PACKET);
	memcpy(frame, ntk->packet, NTK_PACKET);
	hdr->ver = ntk->sent++;
	hdr->len = NTK_PACKET;
	hdr->flags = DESC_DONE_FLAG;

	KUNIT_ASSERT_EQ(test, 0, ntb_transport_rx_enqueue(qp, ntk->buf, ntk->buf,
							  NTK_PACKET));
	ntb_transport_rxc_db((unsigned long)qp);
}

static void ntk_packet(struct kunit *test)
{
	ntk_send(test);
	KUNIT_EXPECT_EQ(test, ntk->sent, ntk->received);
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
	KUNIT_EXPECT_EQ(test, ntk->mem.attrs, 0);
	ntk_packets(test, 5);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 5);
	ntk_link_down(test);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_WINDOW], 0);
}

/* The channel of the window's own device: a packet is one mapping, its buffer */
static void ntk_test_rx_same(struct kunit *test)
{
	ntk->misalign = PAGE_SIZE;
	ntk_add_chan(NTK_WINDOW);
	ntk_link_up(test);
	KUNIT_EXPECT_EQ(test, ntk->mem.attrs, 0);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_WINDOW], 0);
	ntk_packets(test, 5);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_WINDOW], 5);
	KUNIT_EXPECT_EQ(test, ntk->unmaps[NTK_WINDOW], 5);
	KUNIT_EXPECT_EQ(test, ntk->syncs[NTK_WINDOW], 0);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 0);
	ntk_link_down(test);
}

/* The channel of another: one mapping for the ring, and one for each packet */
static void ntk_test_rx_other(struct kunit *test)
{
	ntk->misalign = PAGE_SIZE;
	ntk_add_chan(NTK_OTHER);
	ntk_link_up(test);
	KUNIT_EXPECT_EQ(test, ntk->mem.attrs, DMA_ATTR_FORCE_CONTIGUOUS);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_OTHER], 1);
	ntk_packets(test, 5);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_OTHER], 1 + 5);
	KUNIT_EXPECT_EQ(test, ntk->unmaps[NTK_OTHER], 5);
	KUNIT_EXPECT_EQ(test, ntk->syncs[NTK_OTHER], 5);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 0);
	ntk_link_down(test);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_WINDOW], 0);

	/* With the next link it is mapped again */
	ntk_link_up(test);
	ntk_packets(test, 1);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_OTHER], 2 * 1 + 6);
	ntk_link_down(test);
}

static void ntk_test_rx_in_pieces(struct kunit *test)
{
	ntk->pieces = 2;
	ntk_add_chan(NTK_OTHER);
	ntk_link_up(test);
	ntk_packets(test, 3);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 3);
	ntk_link_down(test);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_OTHER], 0);
}

static void ntk_test_rx_not_mapped(struct kunit *test)
{
	ntk->fail_map = true;
	ntk_add_chan(NTK_OTHER);
	ntk_link_up(test);
	ntk_packets(test, 3);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 3);
	ntk_link_down(test);
}

/* The buffer can not be mapped, for once */
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
	ntk_link_up(test);
	ntk_packet(test);
	ntk_add_chan(NTK_OTHER);
	scoped_guard(mutex, &ntk->nt.mw_lock)
		ntb_qp_map_rx(&ntk->qp);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_OTHER], 1);
	ntk_packets(test, 3);
	KUNIT_EXPECT_EQ(test, ntk->maps[NTK_OTHER], 1 + 3);
	ntk->qp.rx_dma_chan = NULL;
	scoped_guard(mutex, &ntk->nt.mw_lock)
		ntb_qp_unmap_rx(&ntk->qp, &ntk->chan);
	KUNIT_EXPECT_EQ(test, ntk->unmaps[NTK_OTHER], 1 + 3);
	ntk_packet(test);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 2);
	ntk_link_down(test);
}

/* What the channel could not copy, the CPU copies from the same place */
static void ntk_test_rx_copy_fails(struct kunit *test)
{
	ntk_add_chan(NTK_WINDOW);
	ntk_link_up(test);
	ntk->fail_copy = true;
	ntk_packets(test, 3);
	KUNIT_EXPECT_EQ(test, ntk->qp.rx_memcpy, 3);
	ntk_link_down(test);
}

/* A copy that is under way when the link goes down ends before the window does */
static void ntk_test_rx_under_way(struct kunit *test)
{
	struct ntb_transport_qp *qp = &ntk->qp;

	ntk_add_chan(NTK_OTHER);
	ntk_link_up(test);
	ntk->slow = true;
	ntk_send(test);
	KUNIT_EXPECT_TRUE(test, ntk->submitted);
	KUNIT_EXPECT_EQ(test, ntk->received, 0);
	ntk_link_down(test);
	KUNIT_EXPECT_EQ(test, ntk->received, 1);
	KUNIT_EXPECT_FALSE(test, ntk->submitted);
	/* And without a window nothing is received, or sent */
	ntb_transport_rxc_db((unsigned long)qp);
	KUNIT_EXPECT_EQ(test, ntb_transport_tx_free_entry(qp), 0);
}

/* ---- the suite ---- */

static void ntk_add_device(struct kunit *test, int index, const char *name)
{
	struct device *dev = kunit_device_register(test, name);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	ntk->dev[index] = dev;
	set_dma_ops(dev, &ntk_dma_ops);
	KUNIT_ASSERT_EQ(test, 0,
			dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(64)));
}

static void ntk_free_entries(void *unused)
{
	struct ntb_transport_qp *qp = &ntk->qp;
	struct ntb_queue_entry *entry;

	while ((entry = ntb_list_rm(&qp->ntb_rx_q_lock, &qp->rx_free_q)))
		kfree(entry);
	KUNIT_EXPECT_TRUE(ntk->test, list_empty(&qp->rx_pend_q));
	KUNIT_EXPECT_TRUE(ntk->test, list_empty(&qp->rx_post_q));
}

static void ntk_init_qp(struct kunit *test)
{
	struct ntb_transport_qp *qp = &ntk->qp;

	qp->transport = &ntk->nt;
	qp->ndev = &ntk->ntb;
	qp->rx_info = (void __iomem *)&ntk->rx_info;
	qp->rx_handler = ntk_rx_handler;
	qp->client_ready = true;
	spin_lock_init(&qp->ntb_rx_q_lock);
	INIT_LIST_HEAD(&qp->rx_post_q);
	INIT_LIST_HEAD(&qp->rx_pend_q);
	INIT_LIST_HEAD(&qp->rx_free_q);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, ntk_free_entries,
							   NULL));
}

static int ntk_init(struct kunit *test)
{
	ntk = kunit_kzalloc(test, sizeof(*ntk), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ntk);
	ntk->test = test;
	ntk->pieces = 1;
	ntk->buf = kunit_kzalloc(test, NTK_PACKET, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ntk->buf);
	ntk_add_device(test, NTK_WINDOW, "ntk-window");
	ntk_add_device(test, NTK_OTHER, "ntk-other");

	ntk->ntb.dev.parent = ntk->dev[NTK_OTHER];
	ntk->ntb.dev.init_name = "ntk";
	ntk->ntb.ops = &ntk_ops;
	ntk->nt.ndev = &ntk->ntb;
	mutex_init(&ntk->nt.mw_lock);
	ntk->nt.mw_vec = &ntk->mw;
	ntk->nt.mw_count = 1;
	ntk->nt.qp_vec = &ntk->qp;
	ntk->nt.qp_count = 1;
	ntk_init_qp(test);
	return 0;
}

static struct kunit_case ntk_cases[] = {
	KUNIT_CASE(ntk_test_dma_dev_parent),
	KUNIT_CASE(ntk_test_dma_dev_named),
	KUNIT_CASE(ntk_test_dma_dev_reference),
	KUNIT_CASE_PARAM(ntk_test_window, ntk_window_gen_params),
	KUNIT_CASE(ntk_test_window_twice),
	KUNIT_CASE(ntk_test_window_not_cleared),
	KUNIT_CASE(ntk_test_rx_cpu),
	KUNIT_CASE(ntk_test_rx_same),
	KUNIT_CASE(ntk_test_rx_other),
	KUNIT_CASE(ntk_test_rx_in_pieces),
	KUNIT_CASE(ntk_test_rx_not_mapped),
	KUNIT_CASE(ntk_test_rx_no_buffer),
	KUNIT_CASE(ntk_test_rx_late),
	KUNIT_CASE(ntk_test_rx_copy_fails),
	KUNIT_CASE(ntk_test_rx_under_way),
	{ }
};

static struct kunit_suite ntk_suite = {
	.name = "ntb_transport",
	.init = ntk_init,
	.test_cases = ntk_cases,
};

kunit_test_suite(ntk_suite);
