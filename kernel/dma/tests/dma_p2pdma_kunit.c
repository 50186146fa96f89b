// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the providers of peer-to-peer memory: BARs of a device that
 * exists only in a test, below a host bridge whose bus addresses differ from
 * physical addresses.
 */
#include <linux/pci.h>
#include <linux/pci-p2pdma.h>
#include <kunit/test.h>

#define P2P_OFFSET	0x100000000ULL	/* physical minus bus address */
#define P2P_BAR(n)	(P2P_OFFSET + 0x10000000 + (n) * 0x100000)
#define P2P_BAR_SIZE	0x100000

struct p2p_world {
	struct pci_host_bridge *host;
	struct resource window;
	struct pci_bus root, below;	/* below a switch */
	struct pci_dev port;		/* the switch */
	struct pci_dev *pdev[2];
	u64 sysdata[32];		/* the architecture's, all zero */
};

static void p2p_release(struct device *dev)
{
	kfree(to_pci_dev(dev));
}

static void p2p_put(void *pdev)
{
	put_device(&((struct pci_dev *)pdev)->dev);
}

static void p2p_free_host(void *host)
{
	pci_free_host_bridge(host);
}

static const unsigned long p2p_flags[PCI_STD_NUM_BARS] = {
	IORESOURCE_MEM, IORESOURCE_IO, 0, IORESOURCE_MEM, 0, IORESOURCE_MEM,
};

static struct pci_dev *p2p_device(struct kunit *test, struct pci_bus *bus,
				  int n)
{
	struct pci_dev *pdev = kzalloc(sizeof(*pdev), GFP_KERNEL);
	int bar;

	KUNIT_ASSERT_NOT_NULL(test, pdev);
	device_initialize(&pdev->dev);
	pdev->dev.release = p2p_release;
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, p2p_put, pdev));
	KUNIT_ASSERT_EQ(test, 0, dev_set_name(&pdev->dev, "p2p%d", n));
	pdev->dev.bus = &pci_bus_type;
	pdev->bus = bus;
	pdev->devfn = PCI_DEVFN(n, 0);
	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++) {
		pdev->resource[bar].flags = p2p_flags[bar];
		if (p2p_flags[bar] != IORESOURCE_MEM)
			continue;
		pdev->resource[bar].start = P2P_BAR(bar);
		pdev->resource[bar].end = P2P_BAR(bar) + P2P_BAR_SIZE - 1;
	}
	return pdev;
}

/* Two devices below one switch */
static struct p2p_world *p2p_create(struct kunit *test)
{
	struct p2p_world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->host = pci_alloc_host_bridge(0);
	KUNIT_ASSERT_NOT_NULL(test, w->host);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, p2p_free_host,
							   w->host));
	w->window.start = P2P_OFFSET;
	w->window.end = P2P_OFFSET + 0xffffffff;
	w->window.flags = IORESOURCE_MEM;
	pci_add_resource_offset(&w->host->windows, &w->window, P2P_OFFSET);
	w->root.bridge = &w->host->dev;
	w->root.sysdata = w->sysdata;
	w->below.sysdata = w->sysdata;
	w->port.bus = &w->root;
	w->below.parent = &w->root;
	w->below.self = &w->port;
	w->below.number = 1;
	for (i = 0; i < 2; i++)
		w->pdev[i] = p2p_device(test, &w->below, i);
	return w;
}

/* Those BARs that are memory have a provider, from pcim_p2pdma_init() on */
static void p2pdma_providers(struct kunit *test)
{
	struct p2p_world *w = p2p_create(test);
	struct pci_dev *pdev = w->pdev[0];
	struct p2pdma_provider *mem;
	int bar, again;

	KUNIT_EXPECT_NULL(test, pcim_p2pdma_provider(pdev, 0));
	for (again = 0; again < 2; again++) {
		KUNIT_ASSERT_EQ(test, 0, pcim_p2pdma_init(pdev));
		for (bar = -1; bar <= PCI_STD_NUM_BARS; bar++) {
			mem = pcim_p2pdma_provider(pdev, bar);
			if (bar < 0 || bar == PCI_STD_NUM_BARS ||
			    p2p_flags[bar] != IORESOURCE_MEM) {
				KUNIT_EXPECT_NULL_MSG(test, mem, "%d", bar);
				continue;
			}
			KUNIT_ASSERT_NOT_NULL_MSG(test, mem, "%d", bar);
			KUNIT_EXPECT_PTR_EQ(test, &pdev->dev, mem->owner);
			KUNIT_EXPECT_EQ(test, P2P_BAR(bar) + 5 - P2P_OFFSET,
					pci_p2pdma_bus_addr_map(mem,
							P2P_BAR(bar) + 5));
		}
	}
	/* No struct pages, and nothing to allocate */
	KUNIT_EXPECT_FALSE(test, pci_has_p2pmem(pdev));
	KUNIT_EXPECT_NULL(test, pci_alloc_p2pmem(pdev, PAGE_SIZE));
}

static void p2pdma_map_type(struct kunit *test)
{
	struct p2p_world *w = p2p_create(test);
	struct p2pdma_provider *mem;
	struct device *other;

	KUNIT_ASSERT_EQ(test, 0, pcim_p2pdma_init(w->pdev[0]));
	mem = pcim_p2pdma_provider(w->pdev[0], 3);
	KUNIT_ASSERT_NOT_NULL(test, mem);
	/* Remembered: the second answer is the same */
	KUNIT_EXPECT_EQ(test, PCI_P2PDMA_MAP_BUS_ADDR,
			pci_p2pdma_map_type(mem, &w->pdev[1]->dev));
	KUNIT_EXPECT_EQ(test, PCI_P2PDMA_MAP_BUS_ADDR,
			pci_p2pdma_map_type(mem, &w->pdev[1]->dev));
	KUNIT_EXPECT_EQ(test, PCI_P2PDMA_MAP_BUS_ADDR,
			pci_p2pdma_map_type(mem, &w->pdev[0]->dev));

	other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_EXPECT_EQ(test, PCI_P2PDMA_MAP_NOT_SUPPORTED,
			pci_p2pdma_map_type(mem, other));
}

/* When the driver is unbound there is no provider any more */
static void p2pdma_unbind(struct kunit *test)
{
	struct p2p_world *w = p2p_create(test);
	struct pci_dev *pdev = w->pdev[0];
	void *bound;
	int i;

	for (i = 0; i < 2; i++) {
		bound = devres_open_group(&pdev->dev, NULL, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, bound);
		KUNIT_ASSERT_EQ(test, 0, pcim_p2pdma_init(pdev));
		KUNIT_EXPECT_NOT_NULL(test, pcim_p2pdma_provider(pdev, 0));
		devres_release_group(&pdev->dev, bound);
		KUNIT_EXPECT_NULL(test, pcim_p2pdma_provider(pdev, 0));
	}
}

static struct kunit_case dma_p2pdma_cases[] = {
	KUNIT_CASE(p2pdma_providers),
	KUNIT_CASE(p2pdma_map_type),
	KUNIT_CASE(p2pdma_unbind),
	{}
};

static struct kunit_suite dma_p2pdma_suite = {
	.name		= "dma_p2pdma",
	.test_cases	= dma_p2pdma_cases,
};

kunit_test_suite(dma_p2pdma_suite);
