// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of msi.c: what it does on a device that has no MSI, with windows
 * that do not exist or cannot carry an MSI, and with offsets that the peer has
 * made up. The NTB is a fake, and so is the interrupt controller: its messages
 * go to addresses that a test chooses.
 */
#include <kunit/resource.h>
#include <kunit/test.h>
#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/ioport.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/msi.h>
#include <linux/ntb.h>
#include <linux/pci.h>
#include <linux/sizes.h>

#define NMK_PEERS	3
#define NMK_MWS		4
#define NMK_VECTORS	4
#define NMK_MSI		0xfee00000ULL	/* where the first message goes */
#define NMK_OUTBOUND	SZ_64K		/* a window to the peer */
#define NMK_NONE	(-1)		/* the step that fails */

struct nmk {
	struct kunit		*test;
	struct pci_dev		pdev;
	struct ntb_dev		ntb;

	/* Peers and windows */
	int			peers;
	int			peer_mws;	/* outbound, of all peers */
	struct resource		outbound;
	int			mws;		/* inbound, of peer 0 */
	resource_size_t		align;
	resource_size_t		size[NMK_PEERS];
	dma_addr_t		trans[NMK_PEERS];	/* 0 is none */
	int			fail_addr, fail_map, fail_align, fail_set;

	/* Interrupts */
	struct fwnode_handle	*fwnode;
	struct irq_domain	*domain;
	u64			stride;		/* from message to message */
	int			vectors;
	struct ntb_msi_desc	desc[NMK_VECTORS];
	unsigned int		changes;
};

/* The callbacks have no other way to it */
static struct nmk *nmk;

/* ---- the NTB ---- */

static int nmk_port_number(struct ntb_dev *ntb)
{
	return 0;
}

static int nmk_peer_port_count(struct ntb_dev *ntb)
{
	return nmk->peers;
}

static int nmk_peer_port_number(struct ntb_dev *ntb, int pidx)
{
	return pidx + 1;
}

static int nmk_peer_port_idx(struct ntb_dev *ntb, int port)
{
	return port - 1;
}

/* Each peer has one more than the one before */
static int nmk_mw_count(struct ntb_dev *ntb, int pidx)
{
	return nmk->mws + pidx;
}

static int nmk_mw_get_align(struct ntb_dev *ntb, int pidx, int widx,
			    resource_size_t *addr_align,
			    resource_size_t *size_align,
			    resource_size_t *size_max)
{
	if (pidx == nmk->fail_align)
		return -EIO;
	if (addr_align)
		*addr_align = nmk->align;
	if (size_align)
		*size_align = 1;
	if (size_max)
		*size_max = nmk->size[pidx];
	return 0;
}

static int nmk_mw_set_trans(struct ntb_dev *ntb, int pidx, int widx,
			    dma_addr_t addr, resource_size_t size)
{
	if (pidx == nmk->fail_set)
		return -EIO;
	if (size > nmk->size[pidx])
		return -EINVAL;
	/* The last of the peer's windows, which the client leaves alone */
	KUNIT_EXPECT_EQ(nmk->test, widx, nmk_mw_count(ntb, pidx) - 1);
	KUNIT_EXPECT_TRUE(nmk->test, IS_ALIGNED(addr, nmk->align));
	nmk->trans[pidx] = addr;
	return 0;
}

static int nmk_mw_clear_trans(struct ntb_dev *ntb, int pidx, int widx)
{
	KUNIT_EXPECT_EQ(nmk->test, widx, nmk_mw_count(ntb, pidx) - 1);
	/* Right peer, and only once */
	KUNIT_EXPECT_NE(nmk->test, nmk->trans[pidx], 0);
	nmk->trans[pidx] = 0;
	return 0;
}

static int nmk_peer_mw_count(struct ntb_dev *ntb)
{
	return nmk->peer_mws;
}

static int nmk_peer_mw_get_addr(struct ntb_dev *ntb, int idx, phys_addr_t *base,
				resource_size_t *size)
{
	KUNIT_EXPECT_GE(nmk->test, idx, 0);
	if (idx < 0 || idx >= nmk->peer_mws)
		return -EINVAL;
	if (idx == nmk->fail_addr)
		return -EIO;
	*base = nmk->outbound.start + idx * NMK_OUTBOUND;
	*size = idx == nmk->fail_map ? 0 : NMK_OUTBOUND;
	return 0;
}

static u64 nmk_link_is_up(struct ntb_dev *ntb, enum ntb_speed *speed,
			  enum ntb_width *width)
{
	return BIT_ULL(nmk->peers) - 1;
}

static const struct ntb_dev_ops nmk_ops = {
	.port_number = nmk_port_number,
	.peer_port_count = nmk_peer_port_count,
	.peer_port_number = nmk_peer_port_number,
	.peer_port_idx = nmk_peer_port_idx,
	.link_is_up = nmk_link_is_up,
	.mw_count = nmk_mw_count,
	.mw_get_align = nmk_mw_get_align,
	.mw_set_trans = nmk_mw_set_trans,
	.mw_clear_trans = nmk_mw_clear_trans,
	.peer_mw_count = nmk_peer_mw_count,
	.peer_mw_get_addr = nmk_peer_mw_get_addr,
};

/* ---- the interrupt controller ---- */

static void nmk_irq_nop(struct irq_data *d)
{
}

static void nmk_compose_msg(struct irq_data *d, struct msi_msg *msg)
{
	u64 addr = NMK_MSI + d->hwirq * nmk->stride;

	msg->address_lo = lower_32_bits(addr);
	msg->address_hi = upper_32_bits(addr);
	msg->data = 100 + d->hwirq;
}

static struct irq_chip nmk_chip = {
	.name = "nmk",
	.irq_mask = nmk_irq_nop,
	.irq_unmask = nmk_irq_nop,
	.irq_compose_msi_msg = nmk_compose_msg,
};

static int nmk_domain_alloc(struct irq_domain *domain, unsigned int virq,
			    unsigned int nr, void *arg)
{
	msi_alloc_info_t *info = arg;
	unsigned int i;

	for (i = 0; i < nr; i++)
		irq_domain_set_info(domain, virq + i, info->hwirq + i,
				    &nmk_chip, NULL, handle_simple_irq, NULL,
				    NULL);
	return 0;
}

static const struct irq_domain_ops nmk_domain_ops = {
	.alloc = nmk_domain_alloc,
	.free = irq_domain_free_irqs_common,
};

/* As PCI does: the message is there before anyone requests the interrupt */
static bool nmk_init_msi_info(struct device *dev, struct irq_domain *domain,
			      struct irq_domain *parent,
			      struct msi_domain_info *info)
{
	info->flags |= MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_USE_DEF_CHIP_OPS |
		       MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS | MSI_FLAG_FREE_MSI_DESCS |
		       MSI_FLAG_ACTIVATE_EARLY | MSI_FLAG_NO_AFFINITY;
	return true;
}

static const struct msi_parent_ops nmk_parent_ops = {
	.init_dev_msi_info = nmk_init_msi_info,
};

/* As __pci_write_msi_msg() */
static void nmk_write_msg(struct msi_desc *desc, struct msi_msg *msg)
{
	desc->msg = *msg;
	if (desc->write_msi_msg)
		desc->write_msi_msg(desc, desc->write_msi_msg_data);
}

static void nmk_remove_domain(void *unused)
{
	irq_domain_remove(nmk->domain);
	irq_domain_free_fwnode(nmk->fwnode);
}

static void nmk_add_domain(struct kunit *test)
{
	nmk->fwnode = irq_domain_alloc_named_fwnode("nmk");
	KUNIT_ASSERT_NOT_NULL(test, nmk->fwnode);
	nmk->domain = irq_domain_create_hierarchy(NULL, 0, 0, nmk->fwnode,
						  &nmk_domain_ops, NULL);
	if (!nmk->domain)
		irq_domain_free_fwnode(nmk->fwnode);
	KUNIT_ASSERT_NOT_NULL(test, nmk->domain);
	nmk->domain->flags |= IRQ_DOMAIN_FLAG_MSI_PARENT;
	nmk->domain->msi_parent_ops = &nmk_parent_ops;
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test,
							   nmk_remove_domain,
							   NULL));
	dev_set_msi_domain(&nmk->pdev.dev, nmk->domain);
}

static void nmk_free_vectors(void *unused)
{
	if (nmk->vectors)
		platform_device_msi_free_irqs_all(&nmk->pdev.dev);
	nmk->vectors = 0;
	nmk->pdev.msi_enabled = false;
}

static void nmk_alloc_vectors(struct kunit *test, int vectors)
{
	KUNIT_ASSERT_EQ(test, 0,
			platform_device_msi_init_and_alloc_irqs(&nmk->pdev.dev,
								vectors,
								nmk_write_msg));
	nmk->vectors = vectors;
	nmk->pdev.msi_enabled = true;
}

/* ---- the client ---- */

static void nmk_desc_changed(void *ctx)
{
	KUNIT_EXPECT_PTR_EQ(nmk->test, ctx, nmk);
	nmk->changes++;
}

static irqreturn_t nmk_isr(int irq, void *dev)
{
	return IRQ_HANDLED;
}

static int nmk_request(int i)
{
	return ntbm_msi_request_irq(&nmk->ntb, nmk_isr, "nmk", &nmk->desc[i],
				    &nmk->desc[i]);
}

static void nmk_expect_windows(struct kunit *test, bool set)
{
	int i;

	for (i = 0; i < NMK_PEERS; i++)
		KUNIT_EXPECT_EQ(test, set && i < nmk->peers,
				nmk->trans[i] != 0);
}

/* ---- ntb_msi_init() ---- */

static const struct nmk_init_param {
	const char	*desc;
	bool		msi, msix;
	int		peers, peer_mws;
	int		fail_addr, fail_map;
	int		ret;
} nmk_init_params[] = {
	{ "no MSI", false, false, 1, 2, NMK_NONE, NMK_NONE, -EOPNOTSUPP },
	{ "MSI", true, false, 1, 2, NMK_NONE, NMK_NONE, 0 },
	{ "MSI-X", false, true, 1, 2, NMK_NONE, NMK_NONE, 0 },
	{ "the only window", true, false, 1, 1, NMK_NONE, NMK_NONE, 0 },
	{ "a window for each peer", true, false, 3, 3, NMK_NONE, NMK_NONE, 0 },
	{ "no peers", true, false, 0, 2, NMK_NONE, NMK_NONE, -EINVAL },
	{ "peers unknown", true, false, -EIO, 2, NMK_NONE, NMK_NONE, -EINVAL },
	{ "no window", true, false, 1, 0, NMK_NONE, NMK_NONE, -ENOSPC },
	{ "too few windows", true, false, 3, 2, NMK_NONE, NMK_NONE, -ENOSPC },
	{ "first has no address", true, false, 3, 4, 3, NMK_NONE, -EIO },
	{ "last has no address", true, false, 3, 4, 1, NMK_NONE, -EIO },
	{ "one that is not used", true, false, 3, 4, 0, NMK_NONE, 0 },
	{ "first cannot be mapped", true, false, 3, 4, NMK_NONE, 3, -EFAULT },
	{ "last cannot be mapped", true, false, 3, 4, NMK_NONE, 1, -EFAULT },
};

KUNIT_ARRAY_PARAM_DESC(nmk_init, nmk_init_params, desc);

/* Nothing is left, and no call works with what the client before has left */
static void nmk_expect_not_initialized(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, -EINVAL, ntb_msi_setup_mws(&nmk->ntb));
	KUNIT_EXPECT_EQ(test, -EINVAL, nmk_request(0));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			ntb_msi_peer_trigger(&nmk->ntb, 0, &nmk->desc[0]));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			ntb_msi_peer_addr(&nmk->ntb, 0, &nmk->desc[0], NULL));
	nmk_expect_windows(test, false);
}

static void nmk_test_init(struct kunit *test)
{
	const struct nmk_init_param *p = test->param_value;

	KUNIT_ASSERT_EQ(test, 0, ntb_msi_init(&nmk->ntb, nmk_desc_changed));

	nmk->pdev.msi_enabled = p->msi;
	nmk->pdev.msix_enabled = p->msix;
	nmk->peers = p->peers;
	nmk->peer_mws = p->peer_mws;
	nmk->fail_addr = p->fail_addr;
	nmk->fail_map = p->fail_map;
	KUNIT_EXPECT_EQ(test, p->ret, ntb_msi_init(&nmk->ntb,
						   nmk_desc_changed));
	if (p->ret)
		nmk_expect_not_initialized(test);
	else
		KUNIT_EXPECT_EQ(test, 0, ntb_msi_setup_mws(&nmk->ntb));
}

/* ---- ntb_msi_setup_mws() ---- */

static const struct nmk_setup_param {
	const char	*desc;
	int		peers, mws;
	resource_size_t	size[NMK_PEERS];
	int		fail_align, fail_set;
	int		ret;
} nmk_setup_params[] = {
	{ "a peer", 1, 1, { SZ_64K }, NMK_NONE, NMK_NONE, 0 },
	{ "three peers", 3, 2, { SZ_64K, SZ_64K, SZ_64K }, NMK_NONE, NMK_NONE,
	  0 },
	{ "small", 1, 1, { SZ_4K }, NMK_NONE, NMK_NONE, 0 },
	{ "smaller than the one before", 3, 2, { SZ_1M, SZ_64K, SZ_4K },
	  NMK_NONE, NMK_NONE, 0 },
	{ "no window", 1, 0, { SZ_64K }, NMK_NONE, NMK_NONE, -1 },
	{ "first has no alignment", 3, 2, { SZ_64K, SZ_64K, SZ_64K }, 0,
	  NMK_NONE, -EIO },
	{ "last has no alignment", 3, 2, { SZ_64K, SZ_64K, SZ_64K }, 2,
	  NMK_NONE, -EIO },
	{ "first is not set", 3, 2, { SZ_64K, SZ_64K, SZ_64K }, NMK_NONE, 0,
	  -EIO },
	{ "second is not set", 3, 2, { SZ_64K, SZ_64K, SZ_64K }, NMK_NONE, 1,
	  -EIO },
	{ "last is not set", 3, 2, { SZ_64K, SZ_64K, SZ_64K }, NMK_NONE, 2,
	  -EIO },
};

KUNIT_ARRAY_PARAM_DESC(nmk_setup, nmk_setup_params, desc);

static void nmk_test_setup(struct kunit *test)
{
	const struct nmk_setup_param *p = test->param_value;

	nmk->peers = p->peers;
	nmk->mws = p->mws;
	memcpy(nmk->size, p->size, sizeof(nmk->size));
	nmk->fail_align = p->fail_align;
	nmk->fail_set = p->fail_set;
	KUNIT_ASSERT_EQ(test, 0, ntb_msi_init(&nmk->ntb, nmk_desc_changed));
	KUNIT_EXPECT_EQ(test, p->ret, ntb_msi_setup_mws(&nmk->ntb));
	nmk_expect_windows(test, !p->ret);
	if (p->ret)
		return;
	KUNIT_EXPECT_GT(test, nmk_request(0), 0);
	ntb_msi_clear_mws(&nmk->ntb);
	nmk_expect_windows(test, false);
}

/* The driver gave its vectors back after ntb_msi_init() */
static void nmk_test_setup_no_desc(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, ntb_msi_init(&nmk->ntb, nmk_desc_changed));
	nmk_free_vectors(NULL);
	KUNIT_EXPECT_EQ(test, -ENODEV, ntb_msi_setup_mws(&nmk->ntb));
	nmk_expect_windows(test, false);
}

/* ---- interrupts ---- */

static const struct nmk_request_param {
	const char	*desc;
	resource_size_t	align, size;
	u64		stride;
	int		count;		/* of vectors in the window */
} nmk_request_params[] = {
	{ "the same address", SZ_4K, SZ_4K, 0, NMK_VECTORS },
	{ "all in the window", SZ_4K, SZ_64K, SZ_4K, NMK_VECTORS },
	{ "the last word", SZ_4K, 3 * SZ_4K + 4, SZ_4K, NMK_VECTORS },
	{ "one behind the end", SZ_4K, 3 * SZ_4K, SZ_4K, 3 },
	{ "far behind the end", SZ_4K, SZ_64K, SZ_4G, 1 },
	{ "farther than 32 bits", SZ_4K, RESOURCE_SIZE_MAX / 2, SZ_4G, 1 },
	{ "none: the window ends before", SZ_1G, SZ_64K, SZ_4K, 0 },
	{ "aligned far below", SZ_1G, SZ_2G, SZ_4K, NMK_VECTORS },
};

KUNIT_ARRAY_PARAM_DESC(nmk_request, nmk_request_params, desc);

static void nmk_test_request(struct kunit *test)
{
	const struct nmk_request_param *p = test->param_value;
	int irq[NMK_VECTORS], i, round;
	u64 start;

	nmk_free_vectors(NULL);
	nmk->stride = p->stride;
	nmk_alloc_vectors(test, NMK_VECTORS);
	nmk->align = p->align;
	nmk->size[0] = p->size;
	start = round_down(NMK_MSI, p->align);

	KUNIT_ASSERT_EQ(test, 0, ntb_msi_init(&nmk->ntb, nmk_desc_changed));
	KUNIT_ASSERT_EQ(test, 0, ntb_msi_setup_mws(&nmk->ntb));
	KUNIT_EXPECT_EQ(test, nmk->trans[0], start);
	for (round = 0; round < 2; round++) {
		for (i = 0; i < p->count; i++) {
			irq[i] = nmk_request(i);
			KUNIT_ASSERT_GT(test, irq[i], 0);
			KUNIT_EXPECT_EQ(test, nmk->desc[i].data, 100 + i);
			KUNIT_EXPECT_EQ(test, nmk->desc[i].addr_offset,
					NMK_MSI + i * p->stride - start);
		}
		/* No other is in the window, or they are all in use */
		KUNIT_EXPECT_EQ(test, -ENODEV, nmk_request(0));
		for (i = 0; i < p->count; i++)
			ntbm_msi_free_irq(&nmk->ntb, irq[i], &nmk->desc[i]);
	}
}

/* An interrupt that moves to another CPU, until it is freed */
static void nmk_test_changed(struct kunit *test)
{
	struct msi_msg msg = {
		.address_lo = NMK_MSI + SZ_4K,
		.data = 7,
	};
	struct msi_desc *desc;
	int irq;

	KUNIT_ASSERT_EQ(test, 0, ntb_msi_init(&nmk->ntb, nmk_desc_changed));
	KUNIT_ASSERT_EQ(test, 0, ntb_msi_setup_mws(&nmk->ntb));
	irq = nmk_request(0);
	KUNIT_ASSERT_GT(test, irq, 0);
	desc = irq_get_msi_desc(irq);
	KUNIT_ASSERT_NOT_NULL(test, desc);
	KUNIT_EXPECT_EQ(test, nmk->changes, 0);
	nmk_write_msg(desc, &msg);
	KUNIT_EXPECT_EQ(test, nmk->changes, 1);
	KUNIT_EXPECT_EQ(test, nmk->desc[0].addr_offset, SZ_4K);
	KUNIT_EXPECT_EQ(test, nmk->desc[0].data, 7);

	ntbm_msi_free_irq(&nmk->ntb, irq, &nmk->desc[0]);
	nmk_write_msg(desc, &msg);
	KUNIT_EXPECT_EQ(test, nmk->changes, 1);
}

/* ---- what the peer tells ---- */

static const struct nmk_offset_param {
	const char	*desc;
	u32		offset;
	int		ret;
} nmk_offset_params[] = {
	{ "start", 0, 0 },
	{ "not aligned", 5, -EINVAL },
	{ "half a word on", 2, -EINVAL },
	{ "last word", NMK_OUTBOUND - 4, 0 },
	{ "last byte", NMK_OUTBOUND - 1, -EINVAL },
	{ "end", NMK_OUTBOUND, -EINVAL },
	{ "the next window", NMK_OUTBOUND + 8, -EINVAL },
	{ "negative", (u32)-4, -EINVAL },
	{ "largest", U32_MAX, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(nmk_offset, nmk_offset_params, desc);

static void nmk_test_offset(struct kunit *test)
{
	const struct nmk_offset_param *p = test->param_value;
	struct ntb_msi_desc desc = { .addr_offset = p->offset };
	phys_addr_t addr = 1;

	KUNIT_ASSERT_EQ(test, 0, ntb_msi_init(&nmk->ntb, nmk_desc_changed));
	KUNIT_EXPECT_EQ(test, p->ret, ntb_msi_peer_addr(&nmk->ntb, 0, &desc,
							&addr));
	KUNIT_EXPECT_EQ(test, addr,
			p->ret ? 1 : nmk->outbound.start + p->offset +
				     (nmk->peer_mws - 1) * NMK_OUTBOUND);
	/* A write to where nothing is: x86 ignores it */
	if (p->ret || IS_ENABLED(CONFIG_X86))
		KUNIT_EXPECT_EQ(test, p->ret, ntb_msi_peer_trigger(&nmk->ntb, 0,
								   &desc));
}

/* ---- setting up ---- */

static void nmk_release(struct device *dev)
{
}

static void nmk_unregister_device(void *dev)
{
	device_unregister(dev);
}

/* With a directory in sysfs, which the vectors have one in */
static void nmk_add_device(struct kunit *test, struct device *dev,
			   const char *name)
{
	int ret;

	dev->release = nmk_release;
	dev->init_name = name;
	ret = device_register(dev);
	if (ret)
		put_device(dev);
	KUNIT_ASSERT_EQ(test, 0, ret);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test,
							   nmk_unregister_device,
							   dev));
}

static void nmk_release_outbound(void *unused)
{
	release_resource(&nmk->outbound);
}

/* Addresses where no memory is, as ioremap() refuses others */
static void nmk_add_outbound(struct kunit *test)
{
	nmk->outbound.name = "nmk";
	nmk->outbound.flags = IORESOURCE_MEM;
	KUNIT_ASSERT_EQ(test, 0,
			allocate_resource(&iomem_resource, &nmk->outbound,
					  NMK_MWS * NMK_OUTBOUND, SZ_256M,
					  RESOURCE_SIZE_MAX, NMK_OUTBOUND,
					  NULL, NULL));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test,
							   nmk_release_outbound,
							   NULL));
}

static int nmk_init(struct kunit *test)
{
	int i;

	nmk = kunit_kzalloc(test, sizeof(*nmk), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, nmk);
	nmk->test = test;
	nmk->peers = 1;
	nmk->peer_mws = NMK_PEERS;
	nmk->mws = 2;
	nmk->align = SZ_4K;
	for (i = 0; i < NMK_PEERS; i++)
		nmk->size[i] = SZ_64K;
	nmk->fail_addr = NMK_NONE;
	nmk->fail_map = NMK_NONE;
	nmk->fail_align = NMK_NONE;
	nmk->fail_set = NMK_NONE;
	nmk_add_outbound(test);
	nmk_add_device(test, &nmk->pdev.dev, "nmk-pci");
	nmk_add_domain(test);
	nmk_alloc_vectors(test, 1);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test,
							   nmk_free_vectors,
							   NULL));
	nmk_add_device(test, &nmk->ntb.dev, "nmk");
	nmk->ntb.pdev = &nmk->pdev;
	nmk->ntb.ops = &nmk_ops;
	nmk->ntb.ctx = nmk;
	return 0;
}

static struct kunit_case nmk_cases[] = {
	KUNIT_CASE_PARAM(nmk_test_init, nmk_init_gen_params),
	KUNIT_CASE_PARAM(nmk_test_setup, nmk_setup_gen_params),
	KUNIT_CASE(nmk_test_setup_no_desc),
	KUNIT_CASE_PARAM(nmk_test_request, nmk_request_gen_params),
	KUNIT_CASE(nmk_test_changed),
	KUNIT_CASE_PARAM(nmk_test_offset, nmk_offset_gen_params),
	{ }
};

static struct kunit_suite nmk_suite = {
	.name = "ntb_msi_kunit",
	.init = nmk_init,
	.test_cases = nmk_cases,
};

kunit_test_suite(nmk_suite);

MODULE_DESCRIPTION("KUnit tests of MSI interrupts of NTBs");
MODULE_LICENSE("GPL");
