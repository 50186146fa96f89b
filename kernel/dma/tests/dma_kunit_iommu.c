// SPDX-License-Identifier: GPL-2.0
/*
 * A mock IOMMU for the KUnit tests of the DMA mapping core.
 *
 * Its page table is an xarray, with one entry for each granule, and a granule is
 * as large as the test wants: a CPU page, or less, so that the arithmetic of
 * dma-iommu is not right by accident. (More is not possible, the IOVA allocator
 * has a BUG_ON() against it.) It keeps the protection of
 * each entry, counts the walks by physical address, and fails a map call after
 * so many granules, or a sync. Entries are allocated with the flags of the
 * caller, so that fault injection finds them. A test can be told of each flush.
 * An unmap of what is not mapped, or only in part, or of a large page, depends
 * on the style: no real driver must be worse than the worst of these.
 *
 * It is registered only while a test uses it, next to whatever IOMMU the machine
 * has. A device belongs to it by the firmware node that its fwspec names.
 */
#include <linux/iommu.h>
#include <linux/iommu-dma.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <kunit/dma.h>

struct mock_config {
	unsigned int shift;
	u64 aperture_end;
};

struct mock_pte {
	phys_addr_t phys;
	int prot;
	unsigned int leaf;	/* granules of the page that it is part of */
};

const char * const mock_style_names[MOCK_STYLES] = {
	[MOCK_TO_GAP]		= "up to a gap",
	[MOCK_ONE_PAGE]		= "page by page",
	[MOCK_WHOLE_LEAF]	= "large pages as a whole",
	[MOCK_ALL_OR_NOTHING]	= "all or nothing",
};

static struct fwnode_handle mock_fwnode;
static struct iommu_device mock_iommu;
static unsigned int mock_users;

static struct mock_domain *to_mock(struct iommu_domain *domain)
{
	return container_of(domain, struct mock_domain, domain);
}

static struct iommu_device *mock_probe_device(struct device *dev)
{
	return &mock_iommu;
}

static int mock_def_domain_type(struct device *dev)
{
	return IOMMU_DOMAIN_DMA;
}

static struct iommu_domain *mock_domain_alloc_paging(struct device *dev)
{
	const struct mock_config *config = dev_get_platdata(dev);
	struct mock_domain *mock = kzalloc(sizeof(*mock), GFP_KERNEL);

	if (!mock)
		return NULL;
	xa_init(&mock->ptes);
	mock->shift = config->shift;
	mock->fail_after = -1;
	mock->domain.pgsize_bitmap = BIT(config->shift);
	mock->domain.geometry.aperture_end = config->aperture_end;
	mock->domain.geometry.force_aperture = true;
	return &mock->domain;
}

static void mock_domain_free(struct iommu_domain *domain)
{
	struct mock_domain *mock = to_mock(domain);
	struct mock_pte *pte;
	unsigned long index;

	xa_for_each(&mock->ptes, index, pte)
		kfree(pte);
	xa_destroy(&mock->ptes);
	kfree(mock);
}

static int mock_attach_dev(struct iommu_domain *domain, struct device *dev)
{
	return 0;
}

static int mock_map_granule(struct mock_domain *mock, unsigned long iova,
			    phys_addr_t phys, int prot, unsigned int leaf,
			    gfp_t gfp)
{
	struct mock_pte *pte;
	int ret;

	if (!mock->fail_after) {
		mock->fail_after = -1;
		mock->failed = true;
		return -ENOMEM;
	}

	pte = kmalloc(sizeof(*pte), gfp | __GFP_NOWARN);
	if (!pte)
		return -ENOMEM;
	pte->phys = phys;
	pte->prot = prot;
	pte->leaf = leaf;
	ret = xa_insert(&mock->ptes, iova >> mock->shift, pte,
			gfp | __GFP_NOWARN);
	if (ret) {
		kfree(pte);
		return ret;
	}

	if (mock->fail_after > 0)
		mock->fail_after--;
	mock->mapped++;
	return 0;
}

static int mock_map_pages(struct iommu_domain *domain, unsigned long iova,
			  phys_addr_t phys, size_t pgsize, size_t pgcount,
			  int prot, gfp_t gfp, size_t *mapped)
{
	struct mock_domain *mock = to_mock(domain);
	size_t granule = BIT(mock->shift);
	int ret;

	mock->last_prot = prot;
	mock->last_pgsize = pgsize;
	for (pgcount *= pgsize / granule; pgcount; pgcount--) {
		ret = mock_map_granule(mock, iova + *mapped, phys + *mapped,
				       prot, pgsize / granule, gfp);
		if (ret)
			return ret;
		*mapped += granule;
	}
	return 0;
}

static int mock_sync_map(struct iommu_domain *domain, unsigned long iova,
			 size_t size)
{
	struct mock_domain *mock = to_mock(domain);

	mock->syncs++;
	mock->sync_start = iova;
	mock->sync_size = size;
	return mock->sync_error;
}

static void mock_flush(struct iommu_domain *domain,
		       struct iommu_iotlb_gather *gather)
{
	struct mock_domain *mock = to_mock(domain);

	if (mock->on_flush)
		mock->on_flush(mock->on_flush_data);
}

static bool mock_unmap_granule(struct mock_domain *mock, unsigned long index)
{
	struct mock_pte *pte = xa_erase(&mock->ptes, index);

	if (!pte)
		return false;
	kfree(pte);
	mock->mapped--;
	return true;
}

/* Granules of the page at an index: 0 if there is none, or it begins before */
static unsigned long mock_leaf(struct mock_domain *mock, unsigned long index)
{
	struct mock_pte *pte = xa_load(&mock->ptes, index);

	if (!pte)
		return 0;
	if (mock->style != MOCK_WHOLE_LEAF)
		return 1;
	return index % pte->leaf ? 0 : pte->leaf;
}

static size_t mock_unmap_pages(struct iommu_domain *domain, unsigned long iova,
			       size_t pgsize, size_t pgcount,
			       struct iommu_iotlb_gather *gather)
{
	struct mock_domain *mock = to_mock(domain);
	unsigned long index = iova >> mock->shift;
	unsigned long nr = (pgcount * pgsize) >> mock->shift;
	unsigned long done, leaf, i;

	if (mock->style == MOCK_ONE_PAGE)
		nr = 1;
	if (mock->style == MOCK_ALL_OR_NOTHING)
		for (i = 0; i < nr; i++)
			if (!xa_load(&mock->ptes, index + i))
				return 0;

	for (done = 0; done < nr; done += leaf) {
		leaf = mock_leaf(mock, index + done);
		if (!leaf && mock->style == MOCK_LIES)
			leaf = 1;
		if (!leaf)
			break;
		for (i = 0; i < leaf; i++)
			mock_unmap_granule(mock, index + done + i);
	}
	return done << mock->shift;
}

static phys_addr_t mock_iova_to_phys(struct iommu_domain *domain,
				     dma_addr_t iova)
{
	struct mock_domain *mock = to_mock(domain);
	phys_addr_t phys = 0;

	mock->walks++;
	mock_iommu_lookup(mock, iova, 0, &phys);
	return phys;
}

static const struct iommu_ops mock_ops = {
	.owner			= THIS_MODULE,
	.probe_device		= mock_probe_device,
	.device_group		= generic_device_group,
	.def_domain_type	= mock_def_domain_type,
	.domain_alloc_paging	= mock_domain_alloc_paging,
	.default_domain_ops	= &(const struct iommu_domain_ops) {
		.attach_dev	= mock_attach_dev,
		.map_pages	= mock_map_pages,
		.unmap_pages	= mock_unmap_pages,
		.iotlb_sync_map	= mock_sync_map,
		.iotlb_sync	= mock_flush,
		.iova_to_phys	= mock_iova_to_phys,
		.free		= mock_domain_free,
	},
};

static void mock_iommu_put(void *unused)
{
	if (--mock_users)
		return;
	iommu_device_unregister(&mock_iommu);
	iommu_device_sysfs_remove(&mock_iommu);
}

static void mock_iommu_get(struct kunit *test)
{
	if (!mock_users) {
		fwnode_init(&mock_fwnode, NULL);
		mock_iommu.fwnode = &mock_fwnode;
		KUNIT_ASSERT_EQ(test, 0,
				iommu_device_sysfs_add(&mock_iommu, NULL, NULL,
						       "dma-kunit-iommu"));
		KUNIT_ASSERT_EQ(test, 0,
				iommu_device_register(&mock_iommu, &mock_ops,
						      NULL));
	}
	mock_users++;
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, mock_iommu_put, NULL));
}

static void mock_device_unregister(void *pdev)
{
	platform_device_unregister(pdev);
}

/**
 * mock_iommu_create() - create a device behind the mock IOMMU
 * @test: test to which both belong
 * @shift: log2 of the granule
 * @aperture_end: last I/O virtual address there is
 * @dev: receives the device, which is coherent and has a DMA mask of 64 bits
 *
 * Return: the device's DMA domain.
 */
struct mock_domain *mock_iommu_create(struct kunit *test, unsigned int shift,
				      u64 aperture_end, struct device **dev)
{
	struct mock_config config = {
		.shift		= shift,
		.aperture_end	= aperture_end,
	};
	struct platform_device *pdev;
	int ret;

	mock_iommu_get(test);
	pdev = platform_device_alloc("dma-kunit", PLATFORM_DEVID_AUTO);
	KUNIT_ASSERT_NOT_NULL(test, pdev);
	*dev = &pdev->dev;
	ret = platform_device_add_data(pdev, &config, sizeof(config));
	if (!ret) {
		mutex_lock(&iommu_probe_device_lock);
		ret = iommu_fwspec_init(*dev, &mock_fwnode);
		mutex_unlock(&iommu_probe_device_lock);
	}
	if (!ret)
		ret = platform_device_add(pdev);
	if (ret)
		platform_device_put(pdev);
	KUNIT_ASSERT_EQ(test, 0, ret);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, mock_device_unregister,
						  pdev));

	*(*dev)->dma_mask = DMA_BIT_MASK(64);
	dma_device_set_coherent(*dev, true);
	KUNIT_ASSERT_TRUE(test, use_dma_iommu(*dev));
	return to_mock(iommu_get_domain_for_dev(*dev));
}

/**
 * mock_iommu_lookup() - translate an address as the device would
 * @mock: the device's domain
 * @iova: the address
 * @prot: IOMMU_READ or IOMMU_WRITE, or 0 to ask for neither
 * @phys: receives the physical address
 *
 * Return: false for an access that faults.
 */
bool mock_iommu_lookup(struct mock_domain *mock, dma_addr_t iova, int prot,
		       phys_addr_t *phys)
{
	const struct mock_pte *pte = xa_load(&mock->ptes, iova >> mock->shift);

	if (!pte || (pte->prot & prot) != prot)
		return false;
	*phys = pte->phys + (iova & (BIT(mock->shift) - 1));
	return true;
}

void mock_iommu_set_aperture(struct mock_domain *mock, u64 end)
{
	mock->domain.geometry.aperture_end = end;
}

/* Adds a page size, in granules */
void mock_iommu_add_pgsize(struct mock_domain *mock, unsigned int granules)
{
	mock->domain.pgsize_bitmap |= (unsigned long)granules << mock->shift;
}

static void mock_untrusted_free(void *data)
{
	struct pci_dev *pci = data;

	pci->dev.iommu = NULL;
	pci->dev.iommu_group = NULL;
	put_device(&pci->dev);
}

static void mock_untrusted_release(struct device *dev)
{
	kfree(to_pci_dev(dev));
}

/**
 * mock_iommu_untrusted() - pretend that a device is plugged in from outside
 * @test: test to which the new device belongs
 * @dev: device behind the mock IOMMU
 *
 * Only a PCI device can be untrusted. This one is on no bus, has no config
 * space, and shares group and domain with @dev. dma-iommu needs no more of it.
 *
 * Return: the device to map for instead of @dev.
 */
struct device *mock_iommu_untrusted(struct kunit *test, struct device *dev)
{
	struct pci_dev *pci = kzalloc(sizeof(*pci), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pci);
	device_initialize(&pci->dev);
	pci->dev.bus = &pci_bus_type;
	pci->dev.release = mock_untrusted_release;
	pci->dev.iommu = dev->iommu;
	pci->dev.iommu_group = dev->iommu_group;
	pci->dev.dma_iommu = true;
	pci->dev.dma_parms = dev->dma_parms;
	pci->dma_mask = DMA_BIT_MASK(64);
	pci->dev.dma_mask = &pci->dma_mask;
	dma_device_set_coherent(&pci->dev, true);
	pci->untrusted = true;
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, mock_untrusted_free,
						  pci));
	KUNIT_ASSERT_EQ(test, 0, dev_set_name(&pci->dev, "dma-kunit-untrusted"));
	return &pci->dev;
}
