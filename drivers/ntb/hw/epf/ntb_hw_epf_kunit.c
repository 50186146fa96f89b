// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of ntb_hw_epf: the driver compiled a second time, with registers in
 * memory and interrupts that are made up here. No function is probed.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/ntb.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define NEK_MAX_IRQS	32
#define NEK_CTRL_SIZE	512
#define NEK_BAR_SIZE	SZ_1M

/* The driver's calls have no other way to it */
static struct nek *nek;

/* ---- interrupts ---- */

static int nek_alloc_irq_vectors(struct pci_dev *pdev, unsigned int min,
				 unsigned int max, unsigned int flags);
static int nek_request_irq(unsigned int irq, irq_handler_t handler,
			   unsigned long flags, const char *name, void *dev);
static u16 nek_readw(const void __iomem *addr);

static int nek_irq_vector(struct pci_dev *pdev, unsigned int nr)
{
	return nr;
}

static const void *nek_free_irq(unsigned int irq, void *dev)
{
	return NULL;
}

static void nek_free_irq_vectors(struct pci_dev *pdev)
{
}

#define pci_alloc_irq_vectors	nek_alloc_irq_vectors
#define pci_irq_vector		nek_irq_vector
#define pci_free_irq_vectors	nek_free_irq_vectors
#define request_irq		nek_request_irq
#define free_irq		nek_free_irq
#undef readw
#define readw			nek_readw
#undef module_pci_driver
#define module_pci_driver(drv)						\
	static struct pci_driver *nek_driver __maybe_unused = &(drv)
#include "ntb_hw_epf.c"

struct nek {
	struct ntb_epf_dev	ndev;
	struct pci_dev		pdev;
	u32			ctrl[NEK_CTRL_SIZE / sizeof(u32)];
	u32			db[NEK_MAX_IRQS];
	unsigned int		msi, msix;		/* vectors there are */
	irq_handler_t		handler[NEK_MAX_IRQS];
	void			*irq_dev[NEK_MAX_IRQS];
	unsigned int		links;			/* that were reported */
	u64			vectors;
};

static int nek_alloc_irq_vectors(struct pci_dev *pdev, unsigned int min,
				 unsigned int max, unsigned int flags)
{
	unsigned int n = min(max, flags & PCI_IRQ_MSIX ? nek->msix : nek->msi);

	return n < min ? -ENOSPC : n;
}

static int nek_request_irq(unsigned int irq, irq_handler_t handler,
			   unsigned long flags, const char *name, void *dev)
{
	nek->handler[irq] = handler;
	nek->irq_dev[irq] = dev;
	return 0;
}

/* The endpoint carries out each command */
static u16 nek_readw(const void __iomem *addr)
{
	return COMMAND_STATUS_OK;
}

static u32 nek_reg(unsigned int offset)
{
	return readl(nek->ndev.ctrl_reg + offset);
}

static void nek_set_reg(unsigned int offset, u32 val)
{
	writel(val, nek->ndev.ctrl_reg + offset);
}

static void nek_link_event(void *ctx)
{
	nek->links++;
}

static void nek_db_event(void *ctx, int vector)
{
	nek->vectors |= BIT_ULL(vector);
}

static const struct ntb_ctx_ops nek_ctx_ops = {
	.link_event	= nek_link_event,
	.db_event	= nek_db_event,
};

static int nek_init(struct kunit *test)
{
	struct ntb_epf_dev *ndev;
	int i;

	nek = kunit_kzalloc(test, sizeof(*nek), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, nek);
	nek->pdev.dev.init_name = "nek";
	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		nek->pdev.resource[i] = DEFINE_RES_MEM((i + 1) * SZ_16M,
						       NEK_BAR_SIZE);

	ndev = &nek->ndev;
	ndev->dev = &nek->pdev.dev;
	ndev->barno_map = mx8_map;
	ndev->ctrl_reg = (void __iomem *)nek->ctrl;
	ndev->db_reg = (void __iomem *)nek->db;
	mutex_init(&ndev->cmd_lock);
	ntb_epf_init_struct(ndev, &nek->pdev);
	spin_lock_init(&ndev->ntb.ctx_lock);
	ndev->ntb.ctx = nek;
	ndev->ntb.ctx_ops = &nek_ctx_ops;

	/* As pci-epf-vntb sets them */
	nek_set_reg(NTB_EPF_MW_COUNT, 1);
	nek_set_reg(NTB_EPF_DB_ENTRY_SIZE, sizeof(u32));
	for (i = 0; i < NEK_MAX_IRQS; i++)
		nek_set_reg(NTB_EPF_DB_DATA(i), 1 + i);
	return 0;
}

/* ---- doorbells ---- */

static const struct nek_db_case {
	const char	*name;
	unsigned int	msi, msix;
	int		ret;
	unsigned int	irqs;
} nek_db_cases[] = {
	{ "no vector", 0, 0, -ENOSPC },
	{ "3 vectors", 3, 3, -ENOSPC },
	{ "4 vectors", 4, 0, 0, 4 },
	{ "5 vectors", 5, 0, 0, 5 },
	{ "8 vectors", 8, 0, 0, 8 },
	{ "31 vectors", 31, 0, 0, 31 },
	{ "32 vectors", 32, 0, 0, 32 },
	{ "more vectors", 64, 0, 0, 32 },
	{ "MSI-X", 4, 16, 0, 16 },
	{ "too few of MSI-X", 8, 3, 0, 8 },
};

KUNIT_ARRAY_PARAM_DESC(nek_db, nek_db_cases, name);

static int nek_init_dev(const struct nek_db_case *c)
{
	nek->msi = c->msi;
	nek->msix = c->msix;
	return ntb_epf_init_dev(&nek->ndev);
}

/* Vectors 0 and 1 are no doorbells: doorbells count from 0, and are bit and vector */
static void nek_test_doorbells(struct kunit *test)
{
	const struct nek_db_case *c = test->param_value;
	struct ntb_dev *ntb = &nek->ndev.ntb;
	unsigned int doorbells, i;

	KUNIT_ASSERT_EQ(test, c->ret, nek_init_dev(c));
	if (c->ret)
		return;

	KUNIT_EXPECT_EQ(test, nek_reg(NTB_EPF_COMMAND), CMD_CONFIGURE_DOORBELL);
	KUNIT_EXPECT_EQ(test, nek_reg(NTB_EPF_ARGUMENT),
			c->irqs | (c->msix >= 4 ? MSIX_ENABLE : 0));
	doorbells = c->irqs - 2;
	KUNIT_EXPECT_EQ(test, BIT_ULL(doorbells) - 1,
			ntb_epf_db_valid_mask(ntb));
	KUNIT_EXPECT_EQ(test, doorbells, ntb_epf_db_vector_count(ntb));
	KUNIT_EXPECT_EQ(test, 0, ntb_epf_db_vector_mask(ntb, -1));
	KUNIT_EXPECT_EQ(test, 0, ntb_epf_db_vector_mask(ntb, doorbells));
	for (i = 0; i < doorbells; i++)
		KUNIT_EXPECT_EQ(test, BIT_ULL(i),
				ntb_epf_db_vector_mask(ntb, i));
}

static void nek_test_interrupts(struct kunit *test)
{
	const struct nek_db_case *c = test->param_value;
	struct ntb_dev *ntb = &nek->ndev.ntb;
	unsigned int i;
	u64 bit;

	if (nek_init_dev(c))
		return;

	for (i = 0; i < c->irqs; i++) {
		bit = i < 2 ? 0 : BIT_ULL(i - 2);
		nek->links = 0;
		nek->vectors = 0;
		KUNIT_EXPECT_EQ(test, IRQ_HANDLED,
				nek->handler[i](i, nek->irq_dev[i]));
		KUNIT_EXPECT_EQ_MSG(test, i == 0, nek->links, "%u", i);
		KUNIT_EXPECT_EQ_MSG(test, bit, nek->vectors, "%u", i);
		KUNIT_EXPECT_EQ_MSG(test, bit, ntb_epf_db_read(ntb), "%u", i);
		KUNIT_EXPECT_EQ(test, 0, ntb_epf_db_clear(ntb, bit));
		KUNIT_EXPECT_EQ(test, 0, ntb_epf_db_read(ntb));
	}
}

/* The slots that were rung since the last time */
static u64 nek_rung(void)
{
	u64 slots = 0;
	int i;

	for (i = 0; i < NEK_MAX_IRQS; i++)
		if (readl(nek->ndev.db_reg + i * sizeof(u32)) == 1 + i)
			slots |= BIT_ULL(i);
	memset(nek->db, 0, sizeof(nek->db));
	return slots;
}

static void nek_test_ring(struct kunit *test)
{
	const struct nek_db_case *c = test->param_value;
	struct ntb_dev *ntb = &nek->ndev.ntb;
	unsigned int i;
	u64 valid;

	if (nek_init_dev(c))
		return;

	valid = ntb_epf_db_valid_mask(ntb);
	for (i = 0; i < 64; i++) {
		KUNIT_EXPECT_EQ_MSG(test, valid & BIT_ULL(i) ? 0 : -EINVAL,
				    ntb_epf_peer_db_set(ntb, BIT_ULL(i)),
				    "%u", i);
		KUNIT_EXPECT_EQ_MSG(test, (valid & BIT_ULL(i)) << 2, nek_rung(),
				    "%u", i);
	}
	KUNIT_EXPECT_EQ(test, 0, ntb_epf_peer_db_set(ntb, valid));
	KUNIT_EXPECT_EQ(test, valid << 2, nek_rung());
	KUNIT_EXPECT_EQ(test, -EINVAL,
			ntb_epf_peer_db_set(ntb, 1 | (valid + 1)));
	KUNIT_EXPECT_EQ(test, 0, nek_rung());
}

/* ---- memory windows ---- */

static const struct nek_mw_case {
	const char		*name;
	const enum pci_barno	*map;
	unsigned int		count;	/* as the endpoint says */
	int			idx;
	int			bar;	/* or an error */
} nek_mw_cases[] = {
	{ "J721E, first", j721e_map, 4, 0, BAR_2 },
	{ "J721E, last", j721e_map, 4, 3, BAR_5 },
	{ "J721E, one more", j721e_map, 4, 4, -EINVAL },
	{ "J721E, second of one", j721e_map, 1, 1, -EINVAL },
	{ "J721E, none", j721e_map, 0, 0, -EINVAL },
	{ "negative", j721e_map, 4, -1, -EINVAL },
	{ "smallest", j721e_map, 4, INT_MIN, -EINVAL },
	{ "largest", j721e_map, 4, INT_MAX, -EINVAL },
	{ "i.MX8, first", mx8_map, 1, 0, BAR_4 },
	{ "i.MX8, second", mx8_map, 2, 1, BAR_5 },
	{ "i.MX8, no BAR for the third", mx8_map, 4, 2, -EINVAL },
	{ "R-Car S4, first", rcar_s4_map, 1, 0, BAR_2 },
	{ "R-Car S4, no BAR for the second", rcar_s4_map, 2, 1, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(nek_mw, nek_mw_cases, name);

static void nek_test_window(struct kunit *test)
{
	const struct nek_mw_case *c = test->param_value;
	struct ntb_dev *ntb = &nek->ndev.ntb;
	resource_size_t addr_align, size_align, size_max, size;
	int ret = min(c->bar, 0);
	phys_addr_t base;

	nek->ndev.barno_map = c->map;
	nek->ndev.mw_count = c->count;
	KUNIT_EXPECT_EQ(test, ret, ntb_epf_mw_get_align(ntb, 0, c->idx,
							&addr_align, &size_align,
							&size_max));
	KUNIT_EXPECT_EQ(test, ret, ntb_epf_mw_set_trans(ntb, 0, c->idx, SZ_2G,
							NEK_BAR_SIZE));
	KUNIT_EXPECT_EQ(test, ret, ntb_epf_peer_mw_get_addr(ntb, c->idx, &base,
							    &size));
	if (ret) {
		KUNIT_EXPECT_EQ(test, 0, nek_reg(NTB_EPF_COMMAND));
		return;
	}

	KUNIT_EXPECT_EQ(test, NEK_BAR_SIZE, size_max);
	KUNIT_EXPECT_EQ(test, pci_resource_start(&nek->pdev, c->bar), base);
	KUNIT_EXPECT_EQ(test, NEK_BAR_SIZE, size);
	KUNIT_EXPECT_EQ(test, CMD_CONFIGURE_MW, nek_reg(NTB_EPF_COMMAND));
	KUNIT_EXPECT_EQ(test, c->idx, nek_reg(NTB_EPF_ARGUMENT));
	KUNIT_EXPECT_EQ(test, SZ_2G, nek_reg(NTB_EPF_LOWER_ADDR));
	KUNIT_EXPECT_EQ(test, NEK_BAR_SIZE, nek_reg(NTB_EPF_LOWER_SIZE));

	/* More than the BAR is refused */
	nek_set_reg(NTB_EPF_COMMAND, 0);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			ntb_epf_mw_set_trans(ntb, 0, c->idx, SZ_2G,
					     NEK_BAR_SIZE + 1));
	KUNIT_EXPECT_EQ(test, 0, nek_reg(NTB_EPF_COMMAND));
}

static const struct { u32 count; int ret; } nek_counts[] = {
	{ 0, 0 }, { 1, 0 }, { 4, 0 }, { 5, -EINVAL }, { U32_MAX, -EINVAL },
};

static void nek_test_window_count(struct kunit *test)
{
	int i;

	nek->msi = 4;
	for (i = 0; i < ARRAY_SIZE(nek_counts); i++) {
		nek_set_reg(NTB_EPF_MW_COUNT, nek_counts[i].count);
		KUNIT_EXPECT_EQ_MSG(test, nek_counts[i].ret,
				    ntb_epf_init_dev(&nek->ndev), "%u",
				    nek_counts[i].count);
	}
}

/* ---- layouts ---- */

/* The same as in Documentation/PCI/endpoint/pci-vntb-howto.rst */
static const struct nek_layout_case {
	const char	*name;
	u16		vendor, device;
	s8		bar[NTB_BAR_NUM];
} nek_layout_cases[] = {
	{ "J721E", 0x104c, 0xb00d, { 0, 1, 2, 2, 3, 4, 5 } },
	{ "i.MX8", 0x1957, 0x0809, { 0, 0, 2, 4, 5, -1, -1 } },
	{ "R-Car S4", 0x1912, 0x0031, { 0, 0, 4, 2, -1, -1, -1 } },
};

KUNIT_ARRAY_PARAM_DESC(nek_layout, nek_layout_cases, name);

static void nek_test_layout(struct kunit *test)
{
	const struct nek_layout_case *c = test->param_value;
	const struct pci_device_id *id;
	const enum pci_barno *map;
	int i;

	nek->pdev.vendor = c->vendor;
	nek->pdev.device = c->device;
	nek->pdev.class = PCI_CLASS_MEMORY_RAM << 8;
	id = pci_match_id(ntb_epf_pci_tbl, &nek->pdev);
	KUNIT_ASSERT_NOT_NULL(test, id);
	map = (const enum pci_barno *)id->driver_data;
	for (i = 0; i < NTB_BAR_NUM; i++)
		KUNIT_EXPECT_EQ_MSG(test, c->bar[i], map[i], "%d", i);
}

static struct kunit_case nek_cases[] = {
	KUNIT_CASE_PARAM(nek_test_doorbells, nek_db_gen_params),
	KUNIT_CASE_PARAM(nek_test_interrupts, nek_db_gen_params),
	KUNIT_CASE_PARAM(nek_test_ring, nek_db_gen_params),
	KUNIT_CASE_PARAM(nek_test_window, nek_mw_gen_params),
	KUNIT_CASE(nek_test_window_count),
	KUNIT_CASE_PARAM(nek_test_layout, nek_layout_gen_params),
	{ }
};

static struct kunit_suite nek_suite = {
	.name = "ntb_hw_epf_kunit",
	.init = nek_init,
	.test_cases = nek_cases,
};

kunit_test_suite(nek_suite);
