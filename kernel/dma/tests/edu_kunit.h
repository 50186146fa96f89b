/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the suites that use QEMU's edu device.
 */
#ifndef _KERNEL_DMA_TESTS_EDU_KUNIT_H
#define _KERNEL_DMA_TESTS_EDU_KUNIT_H

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/swiotlb.h>
#include <linux/edu.h>

static inline struct device *edu_dev(struct edu *edu)
{
	return &edu_pdev(edu)->dev;
}

static inline u64 edu_mask(struct edu *edu)
{
	return dma_get_mask(edu_dev(edu));
}

static inline void edu_put_action(void *edu)
{
	edu_put(edu);
}

/* edu_get(), and the device is put after the case */
static inline struct edu *edu_kunit_get(struct kunit *test, unsigned int index)
{
	struct edu *edu = edu_get(index);
	int ret;

	if (IS_ERR(edu))
		return edu;
	ret = kunit_add_action_or_reset(test, edu_put_action, edu);
	return ret ? ERR_PTR(ret) : edu;
}

/* Bounce slots are taken from the first pool, even if that is out of reach */
static inline bool edu_has_pool(struct device *dev, u64 mask)
{
#ifdef CONFIG_SWIOTLB
	return dev->dma_io_tlb_mem && dev->dma_io_tlb_mem->nslabs &&
	       dev->dma_io_tlb_mem->defpool.end - 1 <= mask;
#else
	return false;
#endif
}

static inline void edu_trust_action(void *pdev)
{
	((struct pci_dev *)pdev)->untrusted = false;
}

/* For the rest of the case, as a device behind Thunderbolt is */
static inline void edu_set_untrusted(struct kunit *test, struct edu *edu)
{
	struct pci_dev *pdev = edu_pdev(edu);

	if (!edu_has_pool(&pdev->dev, U64_MAX))
		kunit_skip(test, "no bounce buffers for an untrusted device");
	pdev->untrusted = true;
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test,
							   edu_trust_action,
							   pdev));
}

/* QEMU's AMD IOMMU stops the access without reporting it */
static inline bool edu_reports_faults(struct edu *edu)
{
#ifdef CONFIG_IOMMU_API
	const char *name = dev_name(edu_dev(edu)->iommu->iommu_dev->dev);

	return !strstarts(name, "ivhd");
#else
	return false;
#endif
}

/* Tell the test harness, in the log, to expect the next report of a fault */
static inline void edu_announce_fault(struct kunit *test, struct edu *edu)
{
	if (!edu_reports_faults(edu))
		return;
	kunit_info(test,
		   "expect-report: 1 DMAR: \\[DMA (Read|Write)|page fault from EP|arm-smmu.*event 0x\n");
}

/* The report comes by an interrupt of its own */
static inline void edu_await_fault(void)
{
	msleep(50);
}

#endif /* _KERNEL_DMA_TESTS_EDU_KUNIT_H */
