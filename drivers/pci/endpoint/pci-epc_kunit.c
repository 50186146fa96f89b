// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of pci-epc-core: which operations get to the driver of a
 * controller. The controller is made up, and no device is registered.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/iopoll.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>

struct epck {
	struct pci_epc		epc;
	struct pci_epf_header	header;
	struct pci_epf_bar	bar;
	unsigned int		calls;
	unsigned int		op;
	struct completion	done;
};

static int epck_called(struct pci_epc *epc)
{
	container_of(epc, struct epck, epc)->calls++;
	return 0;
}

/* ---- the controller ---- */

static int epck_write_header(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			     struct pci_epf_header *hdr)
{
	return epck_called(epc);
}

static int epck_set_bar(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			struct pci_epf_bar *bar)
{
	return epck_called(epc);
}

static void epck_clear_bar(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			   struct pci_epf_bar *bar)
{
	epck_called(epc);
}

static int epck_map_addr(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			 phys_addr_t addr, u64 pci_addr, size_t size)
{
	return epck_called(epc);
}

static void epck_unmap_addr(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			    phys_addr_t addr)
{
	epck_called(epc);
}

static int epck_set_msi(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			u8 interrupts)
{
	return epck_called(epc);
}

static int epck_get_msi(struct pci_epc *epc, u8 func_no, u8 vfunc_no)
{
	return epck_called(epc);
}

static int epck_set_msix(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			 u16 nr_irqs, enum pci_barno bar, u32 offset)
{
	return epck_called(epc);
}

static int epck_get_msix(struct pci_epc *epc, u8 func_no, u8 vfunc_no)
{
	return epck_called(epc);
}

static int epck_raise_irq(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			  unsigned int type, u16 interrupt_num)
{
	return epck_called(epc);
}

static int epck_map_msi_irq(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			    phys_addr_t addr, u8 interrupt_num, u32 entry_size,
			    u32 *msi_data, u32 *msi_addr_offset)
{
	return epck_called(epc);
}

static int epck_start(struct pci_epc *epc)
{
	return epck_called(epc);
}

static void epck_stop(struct pci_epc *epc)
{
	epck_called(epc);
}

static const struct pci_epc_features epck_features;

static const struct pci_epc_features *
epck_get_features(struct pci_epc *epc, u8 func_no, u8 vfunc_no)
{
	epck_called(epc);
	return &epck_features;
}

static u64 epck_align_addr(struct pci_epc *epc, u64 pci_addr, size_t *size,
			   size_t *offset)
{
	epck_called(epc);
	return pci_addr;
}

static const struct pci_epc_ops epck_ops = {
	.write_header	= epck_write_header,
	.set_bar	= epck_set_bar,
	.clear_bar	= epck_clear_bar,
	.map_addr	= epck_map_addr,
	.unmap_addr	= epck_unmap_addr,
	.set_msi	= epck_set_msi,
	.get_msi	= epck_get_msi,
	.set_msix	= epck_set_msix,
	.get_msix	= epck_get_msix,
	.raise_irq	= epck_raise_irq,
	.map_msi_irq	= epck_map_msi_irq,
	.start		= epck_start,
	.stop		= epck_stop,
	.get_features	= epck_get_features,
	.align_addr	= epck_align_addr,
};

/* ---- a function ---- */

static void epck_do(struct epck *k, unsigned int op)
{
	struct pci_epc *epc = &k->epc;
	struct pci_epc_map map;
	u32 data, offset;

	switch (op) {
	case 0:
		pci_epc_write_header(epc, 0, 0, &k->header);
		break;
	case 1:
		pci_epc_set_bar(epc, 0, 0, &k->bar);
		break;
	case 2:
		pci_epc_clear_bar(epc, 0, 0, &k->bar);
		break;
	case 3:
		pci_epc_map_addr(epc, 0, 0, 0, 0, PAGE_SIZE);
		break;
	case 4:
		pci_epc_unmap_addr(epc, 0, 0, 0);
		break;
	case 5:
		pci_epc_set_msi(epc, 0, 0, 1);
		break;
	case 6:
		pci_epc_get_msi(epc, 0, 0);
		break;
	case 7:
		pci_epc_set_msix(epc, 0, 0, 1, BAR_0, 0);
		break;
	case 8:
		pci_epc_get_msix(epc, 0, 0);
		break;
	case 9:
		pci_epc_raise_irq(epc, 0, 0, PCI_IRQ_MSI, 1);
		break;
	case 10:
		pci_epc_map_msi_irq(epc, 0, 0, 0, 1, 4, &data, &offset);
		break;
	case 11:
		pci_epc_start(epc);
		break;
	case 12:
		pci_epc_stop(epc);
		break;
	case 13:
		pci_epc_get_features(epc, 0, 0);
		break;
	case 14:
		pci_epc_mem_map(epc, 0, 0, 0, PAGE_SIZE, &map);
		break;
	}
}

static const struct epck_case {
	const char	*name;
	unsigned int	op;
} epck_ops_cases[] = {
	{ "write_header", 0 }, { "set_bar", 1 }, { "clear_bar", 2 },
	{ "map_addr", 3 }, { "unmap_addr", 4 }, { "set_msi", 5 },
	{ "get_msi", 6 }, { "set_msix", 7 }, { "get_msix", 8 },
	{ "raise_irq", 9 }, { "map_msi_irq", 10 }, { "start", 11 },
	{ "stop", 12 }, { "get_features", 13 }, { "align_addr", 14 },
};

KUNIT_ARRAY_PARAM_DESC(epck_op, epck_ops_cases, name);

static int epck_init(struct kunit *test)
{
	struct epck *k = kunit_kzalloc(test, sizeof(*k), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, k);
	test->priv = k;
	mutex_init(&k->epc.lock);
	k->epc.ops = &epck_ops;
	k->epc.max_functions = 1;
	k->bar.size = PAGE_SIZE;
	return 0;
}

/* Each gets to the driver, and none when the controller is dead */
static void epck_test_dead(struct kunit *test)
{
	const struct epck_case *c = test->param_value;
	struct epck *k = test->priv;

	epck_do(k, c->op);
	KUNIT_EXPECT_EQ(test, k->calls, 1);
	pci_epc_set_dead(&k->epc);
	epck_do(k, c->op);
	KUNIT_EXPECT_EQ(test, k->calls, 1);
}

static int epck_thread(void *data)
{
	struct epck *k = data;

	epck_do(k, k->op);
	complete(&k->done);
	return 0;
}

static bool epck_waits(struct task_struct *task)
{
	return READ_ONCE(task->__state) & TASK_UNINTERRUPTIBLE;
}

/* The controller dies while an operation waits for the one before it */
static void epck_test_dies(struct kunit *test)
{
	const struct epck_case *c = test->param_value;
	struct task_struct *task;
	struct epck *k = test->priv;
	bool waits;

	k->op = c->op;
	init_completion(&k->done);
	mutex_lock(&k->epc.lock);
	task = kthread_run(epck_thread, k, "epck");
	if (!IS_ERR(task)) {
		read_poll_timeout(epck_waits, waits, waits, USEC_PER_MSEC,
				  10 * USEC_PER_SEC, false, task);
		KUNIT_EXPECT_TRUE(test, waits);
	}
	/* As pci_epc_set_dead(), when its turn comes first */
	k->epc.dead = true;
	mutex_unlock(&k->epc.lock);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	wait_for_completion(&k->done);
	KUNIT_EXPECT_EQ(test, k->calls, 0);
}

static void epck_test_is_dead(struct kunit *test)
{
	struct epck *k = test->priv;

	KUNIT_EXPECT_FALSE(test, pci_epc_is_dead(&k->epc));
	pci_epc_set_dead(&k->epc);
	KUNIT_EXPECT_TRUE(test, pci_epc_is_dead(&k->epc));
	KUNIT_EXPECT_EQ(test, pci_epc_set_bar(&k->epc, 0, 0, &k->bar), -ENODEV);
}

/* With no function and no group in configfs, nor without a controller */
static void epck_test_unbind_none(struct kunit *test)
{
	struct epck *k = test->priv;

	pci_epc_unbind_functions(NULL);
	pci_epc_unbind_functions(ERR_PTR(-ENOMEM));
	k->epc.group = ERR_PTR(-EEXIST);
	pci_epc_unbind_functions(&k->epc);
	pci_epc_unbind_functions(&k->epc);
	KUNIT_EXPECT_EQ(test, pci_epc_start(&k->epc), -ENODEV);
	KUNIT_EXPECT_EQ(test, k->calls, 0);
}

static struct kunit_case epck_cases[] = {
	KUNIT_CASE_PARAM(epck_test_dead, epck_op_gen_params),
	KUNIT_CASE_PARAM(epck_test_dies, epck_op_gen_params),
	KUNIT_CASE(epck_test_is_dead),
	KUNIT_CASE(epck_test_unbind_none),
	{ }
};

static struct kunit_suite epck_suite = {
	.name = "pci_epc_kunit",
	.init = epck_init,
	.test_cases = epck_cases,
};

kunit_test_suite(epck_suite);

MODULE_DESCRIPTION("KUnit tests of the PCI EPC library");
MODULE_LICENSE("GPL");
