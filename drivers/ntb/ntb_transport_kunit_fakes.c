// SPDX-License-Identifier: GPL-2.0
/*
 * The fakes of ntb_transport_kunit.c: an NTB; devices whose struct dma_map_ops
 * return addresses as badly aligned as a test wants, fail when it wants, and
 * count; and a DMA engine channel with the habits of several real ones.
 */

#define NTK_SIZE	(16 * PAGE_SIZE)
#define NTK_ALIGN	(16 * PAGE_SIZE)
#define NTK_DMA_BASE	0x40000000ULL	/* of what is allocated, aligned */
/* Offset of a mapped address from the physical one */
#define NTK_MAP_OFFSET							\
	((dma_addr_t)BIT_ULL(sizeof(dma_addr_t) > 4 ? 44 : 31))
#define NTK_PACKET	4000

#define NTK_NR_SPADS	16
#define NTK_DMA_MS	20	/* that a late copy takes */

enum { NTK_WINDOW, NTK_OTHER, NTK_NR_DEVS };

/* How soon a channel completes a copy */
enum ntk_pace { NTK_AT_ONCE, NTK_LATE, NTK_STUCK };

/* Memory allocated for a device */
struct ntk_mem {
	struct device	*dev;
	void		*buf;
	dma_addr_t	addr;
	size_t		size;
};

struct ntk {
	struct kunit			*test;
	struct pci_dev			pdev;
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

	/* Link, and scratchpads: our own, which the peer writes, and the peer's */
	bool				link;
	u32				spad[NTK_NR_SPADS];
	u32				peer_spad[NTK_NR_SPADS];
	int				nr_spads;
	unsigned int			rings;		/* of the peer's doorbell */
	unsigned int			ups, downs;	/* that the client was told */

	/* DMA */
	struct ntk_mem			mem;		/* one at a time */
	unsigned int			allocs;
	unsigned long			fail_allocs;	/* bit N: the Nth */
	size_t				misalign;
	bool				fail_map;
	int				alias_error;
	int				aliases[NTK_NR_DEVS];
	int				unaliases[NTK_NR_DEVS];
	size_t				alias_size;	/* of the latest */
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
	enum ntk_pace			pace;
	enum dma_status			early_status;	/* before it is done */
	struct delayed_work		copy_work;
	unsigned int			not_acked;	/* descriptors */

	/* Packets */
	unsigned int			sent;
	unsigned int			received;
	int				received_len;
	unsigned int			transmitted;
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
	/* It need not be in one piece, for a channel either */
	KUNIT_EXPECT_FALSE(ntk->test, attrs & DMA_ATTR_FORCE_CONTIGUOUS);
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
	/* The peer must not reach it any more, and neither must a channel */
	KUNIT_EXPECT_EQ(ntk->test, ntk->trans, 0);
	KUNIT_EXPECT_EQ(ntk->test, ntk->aliases[NTK_WINDOW],
			ntk->unaliases[NTK_WINDOW]);
	KUNIT_EXPECT_EQ(ntk->test, ntk->aliases[NTK_OTHER],
			ntk->unaliases[NTK_OTHER]);
	free_pages((unsigned long)mem->buf, get_order(mem->size));
	memset(mem, 0, sizeof(*mem));
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
	.map_phys = ntk_map_phys,
	.unmap_phys = ntk_unmap_phys,
	.sync_single_for_device = ntk_sync,
};

/* As dma_alias_map(), which has no aliases of devices with dma_map_ops */
static int ntk_alias_map(struct dma_alias *alias, struct device *dev,
			 struct device *owner, dma_addr_t addr, size_t size,
			 enum dma_data_direction dir)
{
	struct ntk_mem *mem = &ntk->mem;

	KUNIT_EXPECT_PTR_EQ(ntk->test, mem->dev, owner);
	KUNIT_EXPECT_GE(ntk->test, addr, mem->addr);
	KUNIT_EXPECT_LE(ntk->test, addr + size, mem->addr + mem->size);
	KUNIT_EXPECT_EQ(ntk->test, dir, DMA_TO_DEVICE);
	*alias = (struct dma_alias) {};
	if (ntk->alias_error)
		return ntk->alias_error;
	ntk->aliases[ntk_index(dev)]++;
	ntk->alias_size = size;
	alias->addr = addr;
	if (dev != owner)
		alias->addr = virt_to_phys(mem->buf + (addr - mem->addr)) +
			      NTK_MAP_OFFSET;
	alias->__dev = dev;
	return 0;
}

static void ntk_alias_unmap(struct dma_alias *alias)
{
	KUNIT_EXPECT_NOT_NULL(ntk->test, alias->__dev);
	/* A copy may be in flight until its channel is released */
	KUNIT_EXPECT_TRUE(ntk->test, !ntk->submitted || !ntk->chan.client_count);
	ntk->unaliases[ntk_index(alias->__dev)]++;
	alias->__dev = NULL;
}

/* ---- the channel ---- */

/* CPU address behind the channel's DMA address */
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
	ntk->txd.flags = flags;
	ntk->txd.tx_submit = ntk_submit;
	ntk->src = src;
	ntk->dst = dst;
	ntk->len = len;
	return &ntk->txd;
}

static void ntk_copy(struct work_struct *work)
{
	struct dmaengine_result res = {
		.result = ntk->fail_copy ? DMA_TRANS_READ_FAILED :
					   DMA_TRANS_NOERROR,
	};

	/* It was issued once more while it ran */
	if (!ntk->submitted)
		return;
	if (!ntk->fail_copy)
		memcpy(ntk_reach(ntk->dst, ntk->len),
		       ntk_reach(ntk->src, ntk->len), ntk->len);
	dma_descriptor_unmap(&ntk->txd);
	ntk->submitted = false;
	/* rcar-dmac keeps such a descriptor until the channel is released */
	if (!async_tx_test_ack(&ntk->txd))
		ntk->not_acked++;
	ntk->txd.callback_result(ntk->txd.callback_param, &res);
}

static void ntk_issue_pending(struct dma_chan *chan)
{
	if (!ntk->submitted)
		return;
	if (ntk->pace == NTK_AT_ONCE)
		ntk_copy(NULL);
	else if (ntk->pace == NTK_LATE)
		schedule_delayed_work(&ntk->copy_work,
				      msecs_to_jiffies(NTK_DMA_MS));
}

/* ioat completes the cookie before it calls back, and idxd knows no order */
static enum dma_status ntk_tx_status(struct dma_chan *chan, dma_cookie_t cookie,
				     struct dma_tx_state *state)
{
	return ntk->submitted ? ntk->early_status : DMA_COMPLETE;
}

static void ntk_add_engine(int dev)
{
	ntk->dma_device.dev = ntk->dev[dev];
	ntk->dma_device.device_prep_dma_memcpy = ntk_prep_memcpy;
	ntk->dma_device.device_issue_pending = ntk_issue_pending;
	ntk->dma_device.device_tx_status = ntk_tx_status;
	ntk->chan.device = &ntk->dma_device;
	/* As after dma_request_channel(), of a device that has other users */
	ntk->chan.client_count = 1;
	ntk->dma_device.privatecnt = 2;
	kref_init(&ntk->dma_device.ref);
	kref_get(&ntk->dma_device.ref);
}

static void ntk_add_chan(int dev)
{
	ntk_add_engine(dev);
	ntk->qp.rx_dma_chan = &ntk->chan;
	use_dma = true;
}

/* ---- the NTB ---- */

static int ntk_mw_get_align(struct ntb_dev *ntb, int pidx, int widx,
			    resource_size_t *addr_align,
			    resource_size_t *size_align,
			    resource_size_t *size_max)
{
	if (addr_align)
		*addr_align = NTK_ALIGN;
	if (size_align)
		*size_align = 1;
	if (size_max)
		*size_max = NTK_SIZE;
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
	return ntk->link;
}

static u64 ntk_db_read(struct ntb_dev *ntb)
{
	return 0;
}

static int ntk_db_nop(struct ntb_dev *ntb, u64 db_bits)
{
	return 0;
}

static int ntk_peer_db_set(struct ntb_dev *ntb, u64 db_bits)
{
	ntk->rings++;
	return 0;
}

static int ntk_spad_count(struct ntb_dev *ntb)
{
	return ntk->nr_spads;
}

static u32 ntk_spad_read(struct ntb_dev *ntb, int idx)
{
	return ntk->spad[idx];
}

static int ntk_spad_write(struct ntb_dev *ntb, int idx, u32 val)
{
	ntk->spad[idx] = val;
	return 0;
}

static int ntk_peer_spad_write(struct ntb_dev *ntb, int pidx, int idx, u32 val)
{
	ntk->peer_spad[idx] = val;
	return 0;
}

static u32 ntk_peer_spad_read(struct ntb_dev *ntb, int pidx, int idx)
{
	return ntk->peer_spad[idx];
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
	.db_clear = ntk_db_nop,
	.db_set_mask = ntk_db_nop,
	.db_clear_mask = ntk_db_nop,
	.peer_db_set = ntk_peer_db_set,
	.spad_count = ntk_spad_count,
	.spad_read = ntk_spad_read,
	.spad_write = ntk_spad_write,
	.peer_spad_read = ntk_peer_spad_read,
	.peer_spad_write = ntk_peer_spad_write,
	.get_dma_dev = ntk_get_dma_dev,
};

static const struct ntb_dev_ops ntk_ops_plain = {
	.mw_get_align = ntk_mw_get_align,
};
