// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of pci-epf-vntb. Part of pci-epf-vntb.c, as what they test is
 * static there.
 */
#include <kunit/device.h>
#include <kunit/test.h>

struct vntk {
	struct epf_ntb	ntb;
	struct ntb_dev	ndev;
	struct pci_dev	pdev;
	struct pci_bus	bus;
	struct epf_ntb_sysdata sysdata;
	struct pci_epf	epf;
	struct pci_epc	epc;
	unsigned int	ops;			/* that got to the controller */
	unsigned int	die_at;			/* the operation that kills it */
	int		fail;			/* what they return */
	int		mapped[MAX_MW];		/* windows that are mapped */
	u32		slots[MAX_DB_COUNT];
	u64		vectors;		/* that were reported */
	bool		ring_again;		/* while one is reported */
};

static int vntk_init(struct kunit *test)
{
	struct vntk *k = kunit_kzalloc(test, sizeof(*k), GFP_KERNEL);
	enum epf_ntb_bar bar;

	KUNIT_ASSERT_NOT_NULL(test, k);
	test->priv = k;
	k->epf.dev.init_name = "vntk";
	mutex_init(&k->epf.lock);
	k->ntb.epf = &k->epf;
	k->ntb.epf_db = k->slots;
	k->ntb.db_count = MIN_DB_COUNT;
	k->ntb.num_mws = 1;
	mutex_init(&k->ntb.event_lock);
	vpci_init_sysdata(&k->sysdata, &k->ntb);
	k->bus.sysdata = &k->sysdata;
	k->pdev.bus = &k->bus;
	k->ndev.pdev = &k->pdev;
	spin_lock_init(&k->ndev.ctx_lock);
	for (bar = BAR_CONFIG; bar < VNTB_NUM_BARS; bar++)
		k->ntb.bar_assigned[bar] = NO_BAR;
	return 0;
}

/* ---- BARs ---- */

/* As in the drivers of the controllers */
static const struct pci_epc_features vntk_all_free;

static const struct pci_epc_features vntk_rcar_s4 = {
	.bar[BAR_1] = { .type = BAR_RESERVED, },
	.bar[BAR_3] = { .type = BAR_RESERVED, },
	.bar[BAR_4] = { .type = BAR_FIXED, .fixed_size = 256 },
	.bar[BAR_5] = { .type = BAR_RESERVED, },
};

static const struct pci_epc_features vntk_imx8q = {
	.bar[BAR_1] = { .type = BAR_RESERVED, },
	.bar[BAR_3] = { .type = BAR_RESERVED, },
	.bar[BAR_5] = { .type = BAR_RESERVED, },
};

static const struct pci_epc_features vntk_64bit = {
	.bar[BAR_0] = { .type = BAR_FIXED, .fixed_size = SZ_1M,
			.only_64bit = true, },
};

static const struct pci_epc_features vntk_64bit_window = {
	.bar[BAR_0] = { .only_64bit = true, },
};

/* An assignment is the BAR, and A for the driver's choice */
#define A	NO_BAR

static const struct vntk_bars_case {
	const char			*name;
	const struct pci_epc_features	*features;
	unsigned int			mws;
	u64				size;
	s8				assigned[VNTB_NUM_BARS];
	int				ret;
	unsigned int			got_mws;
	s8				got[VNTB_NUM_BARS];
	unsigned long			got_64bit;	/* those of them */
} vntk_bars_cases[] = {
	{ "all free", &vntk_all_free, 1, SZ_1M,
	  { A, A, A, A, A, A }, 0, 1, { 0, 1, 2 } },
	{ "all free, 4 windows", &vntk_all_free, 4, SZ_1M,
	  { A, A, A, A, A, A }, 0, 4, { 0, 1, 2, 3, 4, 5 } },
	{ "K3, as the host has it", &vntk_all_free, 2, SZ_1M,
	  { 0, 2, 4, 5, A, A }, 0, 2, { 0, 2, 4, 5 } },
	{ "i.MX8Q", &vntk_imx8q, 1, SZ_1M,
	  { A, A, A, A, A, A }, 0, 1, { 0, 2, 4 } },
	{ "i.MX8Q, as the host has it", &vntk_imx8q, 1, SZ_1M,
	  { 0, 2, 4, A, A, A }, 0, 1, { 0, 2, 4 } },
	{ "i.MX8Q, a window too many", &vntk_imx8q, 2, SZ_1M,
	  { A, A, A, A, A, A }, 0, 1, { 0, 2, 4 } },
	{ "R-Car S4, no BAR for a window", &vntk_rcar_s4, 1, SZ_1M,
	  { A, A, A, A, A, A }, -ENOENT },
	{ "R-Car S4, doorbells in the small BAR", &vntk_rcar_s4, 1, SZ_1M,
	  { A, 4, A, A, A, A }, 0, 1, { 0, 4, 2 } },
	{ "R-Car S4, all assigned", &vntk_rcar_s4, 1, SZ_1M,
	  { 0, 4, 2, A, A, A }, 0, 1, { 0, 4, 2 } },
	{ "R-Car S4, window in the small BAR", &vntk_rcar_s4, 1, SZ_1M,
	  { A, A, 4, A, A, A }, -EINVAL },
	{ "R-Car S4, reserved BAR", &vntk_rcar_s4, 1, SZ_1M,
	  { A, 1, A, A, A, A }, -EINVAL },
	{ "one BAR twice", &vntk_all_free, 1, SZ_1M,
	  { 0, 3, 3, A, A, A }, -EINVAL },
	{ "others leave what is assigned", &vntk_all_free, 2, SZ_1M,
	  { A, A, 0, 1, A, A }, 0, 2, { 2, 3, 0, 1 } },
	{ "a window that is not in use", &vntk_all_free, 1, SZ_1M,
	  { A, A, A, 0, A, A }, 0, 1, { 0, 1, 2 } },
	{ "no BAR before one that is assigned", &vntk_imx8q, 2, SZ_1M,
	  { A, A, A, 4, A, A }, -ENOENT },
	{ "64-bit BAR", &vntk_64bit, 2, SZ_1M,
	  { A, A, A, A, A, A }, 0, 2, { 0, 2, 3, 4 }, BIT(BAR_0) },
	{ "upper half of a 64-bit BAR", &vntk_64bit, 1, SZ_1M,
	  { A, 1, A, A, A, A }, -EINVAL },
	{ "no window", &vntk_all_free, 0, 0,
	  { A, A, A, A, A, A }, 0, 0, { 0, 1 } },
#ifdef CONFIG_64BIT
	{ "2 GiB", &vntk_all_free, 2, SZ_2G,
	  { A, A, A, A, A, A }, 0, 2, { 0, 1, 2, 3 } },
	{ "2 GiB and a byte", &vntk_all_free, 2, SZ_2G + 1ULL,
	  { A, A, A, A, A, A }, 0, 2, { 0, 1, 2, 4 }, BIT(BAR_2) | BIT(BAR_4) },
	{ "large window", &vntk_all_free, 2, SZ_4G,
	  { A, A, A, A, A, A }, 0, 2, { 0, 1, 2, 4 }, BIT(BAR_2) | BIT(BAR_4) },
	{ "large window in a 64-bit BAR", &vntk_64bit_window, 1, SZ_4G,
	  { 2, 3, 0, A, A, A }, 0, 1, { 2, 3, 0 }, BIT(BAR_0) },
	{ "large window in an odd BAR", &vntk_all_free, 1, SZ_4G,
	  { A, A, 3, A, A, A }, -EINVAL },
	{ "large window, upper half in use", &vntk_all_free, 1, SZ_4G,
	  { A, 3, 2, A, A, A }, -EINVAL },
#endif
};

#undef A

KUNIT_ARRAY_PARAM_DESC(vntk_bars, vntk_bars_cases, name);

static void vntk_test_bars(struct kunit *test)
{
	const struct vntk_bars_case *c = test->param_value;
	struct vntk *k = test->priv;
	int i;

	k->ntb.num_mws = c->mws;
	for (i = 0; i < MAX_MW; i++)
		k->ntb.mws_size[i] = c->size;
	for (i = 0; i < VNTB_NUM_BARS; i++)
		k->ntb.bar_assigned[i] = c->assigned[i];
	KUNIT_ASSERT_EQ(test, 0, epf_ntb_init_db_slots(&k->ntb));
	/* As an earlier link may leave them */
	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		k->epf.bar[i].flags = PCI_BASE_ADDRESS_MEM_TYPE_64;

	KUNIT_ASSERT_EQ(test, c->ret,
			epf_ntb_assign_bars(&k->ntb, c->features));
	if (c->ret)
		return;
	KUNIT_EXPECT_EQ(test, c->got_mws, k->ntb.num_mws);
	for (i = 0; i < BAR_MW0 + c->got_mws; i++) {
		KUNIT_EXPECT_EQ_MSG(test, c->got[i], k->ntb.epf_ntb_bar[i],
				    "%s", epf_ntb_bar_names[i]);
		KUNIT_EXPECT_EQ_MSG(test, test_bit(c->got[i], &c->got_64bit) ?
					  PCI_BASE_ADDRESS_MEM_TYPE_64 : 0,
				    k->epf.bar[c->got[i]].flags,
				    "%s", epf_ntb_bar_names[i]);
	}
}

/* ---- attributes ---- */

typedef ssize_t (*vntk_store)(struct config_item *item, const char *page,
			      size_t len);

static const struct vntk_store_case {
	const char	*name;
	vntk_store	store;
	const char	*value;
	int		ret;		/* or 0: accepted */
} vntk_store_cases[] = {
	{ "db_count 0", epf_ntb_db_count_store, "0", -EINVAL },
	{ "db_count 3", epf_ntb_db_count_store, "3", -EINVAL },
	{ "db_count 4", epf_ntb_db_count_store, "4" },
	{ "db_count 32", epf_ntb_db_count_store, "32" },
	{ "db_count 33", epf_ntb_db_count_store, "33", -EINVAL },
	{ "db_count -1", epf_ntb_db_count_store, "-1", -EINVAL },
	{ "spad_count 0", epf_ntb_spad_count_store, "0", -EINVAL },
	{ "spad_count 65536", epf_ntb_spad_count_store, "65536" },
	{ "spad_count 65537", epf_ntb_spad_count_store, "65537", -EINVAL },
	{ "num_mws 4", epf_ntb_num_mws_store, "4" },
	{ "num_mws 5", epf_ntb_num_mws_store, "5", -EINVAL },
	{ "vbus_number 0xff", epf_ntb_vbus_number_store, "0xff" },
	{ "vbus_number 0x100", epf_ntb_vbus_number_store, "0x100", -EINVAL },
	{ "vntb_vid 0xffff", epf_ntb_vntb_vid_store, "0xffff" },
	{ "vntb_vid 0x10000", epf_ntb_vntb_vid_store, "0x10000", -EINVAL },
	{ "vntb_pid 0x10000", epf_ntb_vntb_pid_store, "0x10000", -EINVAL },
	{ "mw1 0", epf_ntb_mw1_store, "0", -EINVAL },
	{ "mw1 1 MiB", epf_ntb_mw1_store, "0x100000" },
	{ "mw1 too large", epf_ntb_mw1_store, "0x4000000000000001", -EINVAL },
	{ "mw2, not there", epf_ntb_mw2_store, "0x100000", -EINVAL },
	{ "db_bar -1", epf_ntb_db_bar_store, "-1" },
	{ "db_bar 5", epf_ntb_db_bar_store, "5" },
	{ "db_bar 6", epf_ntb_db_bar_store, "6", -EINVAL },
	{ "db_bar -2", epf_ntb_db_bar_store, "-2", -EINVAL },
	{ "mw4_bar 0", epf_ntb_mw4_bar_store, "0" },
	{ "mw4_bar text", epf_ntb_mw4_bar_store, "BAR", -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(vntk_store, vntk_store_cases, name);

static void vntk_test_store(struct kunit *test)
{
	const struct vntk_store_case *c = test->param_value;
	size_t len = strlen(c->value);
	struct vntk *k = test->priv;

	KUNIT_EXPECT_EQ(test, c->ret ?: (ssize_t)len,
			c->store(&k->ntb.group.cg_item, c->value, len));
}

/* ---- doorbells ---- */

static const struct vntk_db_case {
	const char	*name;
	u32		count;
	int		ret;
	int		vectors;
} vntk_db_cases[] = {
	{ "0 slots", 0, -EINVAL },
	{ "3 slots", 3, -EINVAL },
	{ "4 slots", 4, 0, 2 },
	{ "5 slots", 5, 0, 6 },		/* 8 MSI vectors */
	{ "16 slots", 16, 0, 14 },
	{ "31 slots", 31, 0, 30 },
	{ "32 slots", 32, 0, 30 },
	{ "33 slots", 33, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(vntk_db, vntk_db_cases, name);

static void vntk_db_event(void *ctx, int vector)
{
	struct vntk *k = ctx;

	k->vectors |= BIT_ULL(vector);
	if (k->ring_again)
		k->slots[DB_SLOT_FIRST + vector] = 1;
}

static const struct ntb_ctx_ops vntk_ctx_ops = {
	.db_event = vntk_db_event,
};

/* Only the doorbell that the host rings arrives, with its number */
static void vntk_test_doorbells(struct kunit *test)
{
	const struct vntk_db_case *c = test->param_value;
	struct vntk *k = test->priv;
	struct ntb_dev *ndev = &k->ndev;
	int i;

	k->ntb.db_count = c->count;
	KUNIT_ASSERT_EQ(test, c->ret, epf_ntb_init_db_slots(&k->ntb));
	if (c->ret)
		return;

	KUNIT_EXPECT_EQ(test, c->vectors, vntb_epf_db_vector_count(ndev));
	KUNIT_EXPECT_EQ(test, BIT_ULL(c->vectors) - 1,
			vntb_epf_db_valid_mask(ndev));
	KUNIT_EXPECT_EQ(test, 0, vntb_epf_db_vector_mask(ndev, -1));
	KUNIT_EXPECT_EQ(test, 0, vntb_epf_db_vector_mask(ndev, c->vectors));

	k->ntb.ntb = ndev;
	ndev->ctx = k;
	ndev->ctx_ops = &vntk_ctx_ops;
	for (i = 0; i < c->vectors; i++) {
		KUNIT_EXPECT_EQ(test, BIT_ULL(i),
				vntb_epf_db_vector_mask(ndev, i));
		/* As ntb_hw_epf does */
		k->slots[2 + i] = 1;
		k->vectors = 0;
		epf_ntb_doorbells(&k->ntb);
		KUNIT_EXPECT_EQ(test, BIT_ULL(i), k->vectors);
		KUNIT_EXPECT_EQ(test, BIT_ULL(i), vntb_epf_db_read(ndev));
		KUNIT_EXPECT_EQ(test, 0, vntb_epf_db_clear(ndev, BIT_ULL(i)));
	}

	/* Neither of these is a doorbell */
	k->slots[0] = 1;
	k->slots[1] = 1;
	k->vectors = 0;
	epf_ntb_doorbells(&k->ntb);
	KUNIT_EXPECT_EQ(test, 0, k->vectors);
	KUNIT_EXPECT_EQ(test, 0, vntb_epf_db_read(ndev));
}

/* A doorbell waits for the ntb device, and for its own turn if it is rung again */
static void vntk_test_doorbell_waits(struct kunit *test)
{
	struct vntk *k = test->priv;
	struct ntb_dev *ndev = &k->ndev;

	KUNIT_ASSERT_EQ(test, 0, epf_ntb_init_db_slots(&k->ntb));
	ndev->ctx = k;
	ndev->ctx_ops = &vntk_ctx_ops;
	k->slots[DB_SLOT_FIRST] = 1;
	epf_ntb_doorbells(&k->ntb);
	KUNIT_EXPECT_EQ(test, 0, k->vectors);
	KUNIT_EXPECT_EQ(test, 1, k->slots[DB_SLOT_FIRST]);

	k->ntb.ntb = ndev;
	k->ring_again = true;
	epf_ntb_doorbells(&k->ntb);
	KUNIT_EXPECT_EQ(test, 1, k->vectors);
	KUNIT_EXPECT_EQ(test, 1, k->slots[DB_SLOT_FIRST]);

	k->ring_again = false;
	k->vectors = 0;
	epf_ntb_doorbells(&k->ntb);
	KUNIT_EXPECT_EQ(test, 1, k->vectors);
	KUNIT_EXPECT_EQ(test, 0, k->slots[DB_SLOT_FIRST]);
}

/* ---- a device of another bus ---- */

/* With the ID of the driver, or driver_override, whatever its bus has for sysdata */
static void vntk_test_probe_other(struct kunit *test)
{
	static struct pci_ops ops;
	struct pci_dev *pdev = kunit_kzalloc(test, sizeof(*pdev), GFP_KERNEL);
	struct pci_bus *bus = kunit_kzalloc(test, sizeof(*bus), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pdev);
	KUNIT_ASSERT_NOT_NULL(test, bus);
	pdev->bus = bus;
	pdev->class = VPCI_CLASS;
	bus->ops = &ops;
	bus->sysdata = test->priv;
	KUNIT_EXPECT_EQ(test, -ENODEV, pci_vntb_probe(pdev, pci_vntb_table));
}

/* ---- a controller that dies ---- */

/* The lock of the controller is held here */
static int vntk_op(struct pci_epc *epc)
{
	struct vntk *k = container_of(epc, struct vntk, epc);

	if (++k->ops != k->die_at)
		return k->fail;
	epc->dead = true;
	return -EIO;
}

static int vntk_bar_op(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
		       struct pci_epf_bar *bar)
{
	return vntk_op(epc);
}

static void vntk_clear_bar(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			   struct pci_epf_bar *bar)
{
	vntk_op(epc);
}

static int vntk_set_msi(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			u8 interrupts)
{
	return vntk_op(epc);
}

static int vntk_write_header(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			     struct pci_epf_header *hdr)
{
	return vntk_op(epc);
}

static int vntk_map_addr(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			 phys_addr_t addr, u64 pci_addr, size_t size)
{
	struct vntk *k = container_of(epc, struct vntk, epc);
	int i;

	for (i = 0; i < k->ntb.num_mws; i++)
		if (addr == k->ntb.vpci_mw_phy[i] && size &&
		    size <= k->ntb.mws_size[i])
			k->mapped[i]++;
	return vntk_op(epc);
}

static void vntk_unmap_addr(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			    phys_addr_t addr)
{
	struct vntk *k = container_of(epc, struct vntk, epc);
	int i;

	for (i = 0; i < k->ntb.num_mws; i++)
		if (addr == k->ntb.vpci_mw_phy[i])
			k->mapped[i]--;
	vntk_op(epc);
}

static const struct pci_epc_features vntk_msi = {
	.msi_capable = true,
};

static const struct pci_epc_features *
vntk_get_features(struct pci_epc *epc, u8 func_no, u8 vfunc_no)
{
	vntk_op(epc);
	return &vntk_msi;
}

static const struct pci_epc_ops vntk_epc_ops = {
	.set_bar	= vntk_bar_op,
	.clear_bar	= vntk_clear_bar,
	.map_addr	= vntk_map_addr,
	.unmap_addr	= vntk_unmap_addr,
	.set_msi	= vntk_set_msi,
	.write_header	= vntk_write_header,
	.get_features	= vntk_get_features,
};

static void vntk_add_controller(struct kunit *test, struct vntk *k)
{
	struct device *dev = kunit_device_register(test, "vntk-controller");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_ASSERT_EQ(test, 0,
			dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(32)));
	k->epc.dev.parent = dev;
	k->epc.dev.init_name = "vntk-epc";
	mutex_init(&k->epc.lock);
	k->epc.ops = &vntk_epc_ops;
	k->epc.max_functions = 1;
	k->epf.epc = &k->epc;
}

static const struct vntk_clear_case {
	const char	*name;
	int		fail;
	bool		dead;
	unsigned int	die_at;
	int		ret;
	unsigned int	ops;
} vntk_clear_cases[] = {
	{ "works", 0, false, 0, 0, 1 },
	{ "fails", -EIO, false, 0, -EIO, 1 },
	{ "dead", 0, true, 0, 0, 0 },
	{ "dies meanwhile", 0, false, 1, 0, 1 },
};

KUNIT_ARRAY_PARAM_DESC(vntk_clear, vntk_clear_cases, name);

/* A window is kept only if the host can still reach it */
static void vntk_test_clear_trans(struct kunit *test)
{
	const struct vntk_clear_case *c = test->param_value;
	struct vntk *k = test->priv;

	vntk_add_controller(test, k);
	k->ntb.mw_bar_size[0] = SZ_4K;
	k->fail = c->fail;
	k->die_at = c->die_at;
	if (c->dead)
		pci_epc_set_dead(&k->epc);
	KUNIT_EXPECT_EQ(test, c->ret,
			vntb_epf_mw_clear_trans(&k->ndev, 0, 0));
	KUNIT_EXPECT_EQ(test, c->ops, k->ops);
}

/* Same steps as epf_ntb_bind(), up to the virtual bus */
static int vntk_bind(struct vntk *k)
{
	int ret;

	ret = epf_ntb_init_db_slots(&k->ntb) ?: epf_ntb_init_epc_bar(&k->ntb) ?:
	      epf_ntb_config_spad_bar_alloc(&k->ntb);
	if (ret)
		return ret;
	ret = epf_ntb_epc_init(&k->ntb);
	if (ret)
		epf_ntb_config_spad_bar_free(&k->ntb);
	return ret;
}

static void vntk_unbind(struct vntk *k)
{
	epf_ntb_epc_cleanup(&k->ntb);
	epf_ntb_config_spad_bar_free(&k->ntb);
}

/* The controller dies with each operation of a bind in turn, and of an unbind */
static void vntk_test_bind_dies(struct kunit *test)
{
	struct vntk *k = test->priv;
	unsigned int bound, all, i;

	vntk_add_controller(test, k);
	k->ntb.num_mws = 0;
	k->ntb.spad_count = SPAD_COUNT;
	KUNIT_ASSERT_EQ(test, 0, vntk_bind(k));
	bound = k->ops;
	vntk_unbind(k);
	all = k->ops;
	KUNIT_EXPECT_GE(test, bound, 4);
	KUNIT_EXPECT_GT(test, all, bound);

	for (i = 1; i <= all; i++) {
		k->epc.dead = false;
		k->ops = 0;
		k->die_at = i;
		if (i > bound) {
			KUNIT_ASSERT_EQ_MSG(test, 0, vntk_bind(k), "%u", i);
			vntk_unbind(k);
		} else {
			KUNIT_EXPECT_NE_MSG(test, 0, vntk_bind(k), "%u", i);
		}
		KUNIT_EXPECT_EQ(test, k->ops, i);
		KUNIT_EXPECT_NULL(test, k->ntb.reg);
		KUNIT_EXPECT_NULL(test, k->ntb.epf_db);
	}
}

#include "pci-epf-vntb_kunit_random.c"

static struct kunit_case vntk_cases[] = {
	KUNIT_CASE_PARAM(vntk_test_bars, vntk_bars_gen_params),
	KUNIT_CASE_PARAM(vntk_test_store, vntk_store_gen_params),
	KUNIT_CASE_PARAM(vntk_test_doorbells, vntk_db_gen_params),
	KUNIT_CASE(vntk_test_doorbell_waits),
	KUNIT_CASE(vntk_test_probe_other),
	KUNIT_CASE_PARAM(vntk_test_clear_trans, vntk_clear_gen_params),
	KUNIT_CASE(vntk_test_bind_dies),
	KUNIT_CASE(vntk_test_random_host),
	{ }
};

static struct kunit_suite vntk_suite = {
	.name = "pci_epf_vntb",
	.init = vntk_init,
	.test_cases = vntk_cases,
};

kunit_test_suite(vntk_suite);
