// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of hmm_dma_map_pfn(): the entries are the test's, as if
 * hmm_range_fault() had found them, but where the two run at the same time.
 */
#include <linux/hmm.h>
#include <linux/hmm-dma.h>
#include <linux/kthread.h>
#include <linux/mman.h>
#include <linux/pci-p2pdma.h>
#include <linux/random.h>
#include <linux/sched/mm.h>
#include <linux/uaccess.h>
#include <kunit/dma.h>

#define ENTRIES		6

static const enum dma_kind hmm_kinds[] = {
	DMA_KIND_DIRECT, DMA_KIND_OPS, DMA_KIND_IOMMU_512, DMA_KIND_IOMMU_2K,
	DMA_KIND_IOMMU, DMA_KIND_UNTRUSTED,
};

KUNIT_ARRAY_PARAM(hmm_kind, hmm_kinds, dma_kind_desc);

static struct dma_world *hmm_world(struct kunit *test)
{
	return dma_world_create(test, *(const enum dma_kind *)test->param_value);
}

/* Backwards in the area, so that entries that adjoin lead to pages that do not */
static phys_addr_t hmm_phys(struct dma_world *w, struct hmm_dma_map *map, int i)
{
	return w->phys + (ENTRIES - 1 - i) * map->dma_entry_size;
}

static void hmm_fault(struct dma_world *w, struct hmm_dma_map *map)
{
	int i;

	for (i = 0; i < ENTRIES; i++)
		map->pfn_list[i] = PHYS_PFN(hmm_phys(w, map, i)) |
				   HMM_PFN_VALID | HMM_PFN_WRITE;
}

static bool hmm_entry_is(struct dma_world *w, struct hmm_dma_map *map, int i,
			 unsigned long flags)
{
	return map->pfn_list[i] == (PHYS_PFN(hmm_phys(w, map, i)) |
				    HMM_PFN_VALID | HMM_PFN_WRITE | flags);
}

static void hmm_map_and_unmap(struct dma_world *w, size_t size)
{
	struct pci_p2pdma_map_state p2p = {};
	struct kunit *test = w->test;
	dma_addr_t addr[ENTRIES];
	struct hmm_dma_map map;
	u8 byte;
	int i;

	KUNIT_ASSERT_EQ(test, 0,
			hmm_dma_map_alloc(w->dev, &map,
					  ENTRIES * size / PAGE_SIZE, size));
	hmm_fault(w, &map);
	for (i = 0; i < ENTRIES; i++) {
		KUNIT_EXPECT_FALSE(test, hmm_dma_unmap_pfn(w->dev, &map, i));
		w->cpu[(ENTRIES - 1 - i) * size + 5] = 0x40 + i;
	}
	for (i = 0; i < ENTRIES; i++) {
		addr[i] = hmm_dma_map_pfn(w->dev, &map, i, &p2p);
		KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr[i]));
		KUNIT_EXPECT_TRUE(test, hmm_entry_is(w, &map, i,
						     HMM_PFN_DMA_MAPPED));
	}
	/* Each is where it belongs, and a second time changes nothing */
	for (i = 0; i < ENTRIES; i++) {
		KUNIT_EXPECT_EQ(test, addr[i],
				hmm_dma_map_pfn(w->dev, &map, i, &p2p));
		KUNIT_EXPECT_TRUE(test, dma_world_read(w, addr[i] + 5, &byte, 1));
		KUNIT_EXPECT_EQ(test, 0x40 + i, byte);
	}
	/* In any order, once, and again */
	KUNIT_EXPECT_TRUE(test, hmm_dma_unmap_pfn(w->dev, &map, 3));
	KUNIT_EXPECT_FALSE(test, hmm_dma_unmap_pfn(w->dev, &map, 3));
	KUNIT_EXPECT_TRUE(test, hmm_entry_is(w, &map, 3, 0));
	addr[3] = hmm_dma_map_pfn(w->dev, &map, 3, &p2p);
	KUNIT_EXPECT_TRUE(test, dma_world_read(w, addr[3] + 5, &byte, 1));
	KUNIT_EXPECT_EQ(test, 0x43, byte);
	for (i = ENTRIES - 1; i >= 0; i--)
		KUNIT_EXPECT_TRUE(test, hmm_dma_unmap_pfn(w->dev, &map, i));
	hmm_dma_map_free(w->dev, &map);
	dma_world_expect_idle(w);
}

static void hmm_transfer(struct kunit *test)
{
	struct dma_world *w = hmm_world(test);

	hmm_map_and_unmap(w, PAGE_SIZE);
	hmm_map_and_unmap(w, 2 * PAGE_SIZE);
}

/* Nothing is bounced, and nothing is left where that would be needed */
static void hmm_bounce(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	struct pci_p2pdma_map_state p2p = {};
	struct hmm_dma_map map;

	KUNIT_ASSERT_EQ(test, 0, hmm_dma_map_alloc(w->dev, &map, ENTRIES,
						   PAGE_SIZE));
	hmm_fault(w, &map);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR,
			hmm_dma_map_pfn(w->dev, &map, 0, &p2p));
	KUNIT_EXPECT_TRUE(test, hmm_entry_is(w, &map, 0, 0));
	hmm_dma_map_free(w->dev, &map);
	dma_world_expect_idle(w);
}

static void hmm_refused(struct kunit *test)
{
	struct dma_world *w = hmm_world(test);
	struct hmm_dma_map map;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			hmm_dma_map_alloc(w->dev, &map, SIZE_MAX, PAGE_SIZE));
	if (!dma_device_set_coherent(w->dev, false))
		kunit_skip(test, "all devices are coherent");
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			hmm_dma_map_alloc(w->dev, &map, ENTRIES, PAGE_SIZE));
	dma_world_expect_idle(w);
}

/* No memory for a page table, or none when the hardware is told */
static void hmm_fails(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_2K);
	struct pci_p2pdma_map_state p2p = {};
	struct hmm_dma_map map;
	dma_addr_t addr;
	int after;

	KUNIT_ASSERT_EQ(test, 0, hmm_dma_map_alloc(w->dev, &map, ENTRIES,
						   PAGE_SIZE));
	hmm_fault(w, &map);
	for (after = 0; after < 100; after++) {
		w->iommu->fail_after = after;
		w->iommu->failed = false;
		addr = hmm_dma_map_pfn(w->dev, &map, 1, &p2p);
		w->iommu->fail_after = -1;
		if (!w->iommu->failed)
			break;
		KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
		KUNIT_EXPECT_TRUE(test, hmm_entry_is(w, &map, 1, 0));
		KUNIT_EXPECT_EQ(test, 0, w->iommu->mapped);
	}
	KUNIT_EXPECT_EQ(test, PAGE_SIZE / SZ_2K, after);
	KUNIT_EXPECT_TRUE(test, hmm_dma_unmap_pfn(w->dev, &map, 1));

	w->iommu->sync_error = -EIO;
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR,
			hmm_dma_map_pfn(w->dev, &map, 1, &p2p));
	w->iommu->sync_error = 0;
	KUNIT_EXPECT_EQ(test, 0, w->iommu->mapped);
	hmm_dma_map_free(w->dev, &map);
	dma_world_expect_idle(w);
}

#define RACE_ROUNDS	1000

struct hmm_race {
	struct mm_struct *mm;
	struct hmm_range range;
	unsigned long faults;
	int error;
};

static bool hmm_race_invalidate(struct mmu_interval_notifier *notifier,
				const struct mmu_notifier_range *range,
				unsigned long seq)
{
	mmu_interval_set_seq(notifier, seq);
	return true;
}

static const struct mmu_interval_notifier_ops hmm_race_ops = {
	.invalidate = hmm_race_invalidate,
};

static int hmm_race_fault(struct hmm_race *r)
{
	int error;

	do {
		r->range.notifier_seq =
			mmu_interval_read_begin(r->range.notifier);
		mmap_read_lock(r->mm);
		error = hmm_range_fault(&r->range);
		mmap_read_unlock(r->mm);
	} while (error == -EBUSY);
	return error;
}

/* A driver whose device faults at the same page again and again */
static int hmm_race_thread(void *data)
{
	struct hmm_race *r = data;

	kthread_use_mm(r->mm);
	while (!kthread_should_stop()) {
		int error = hmm_race_fault(r);

		if (error)
			WRITE_ONCE(r->error, error);
		WRITE_ONCE(r->faults, r->faults + 1);
		cond_resched();
	}
	kthread_unuse_mm(r->mm);
	return 0;
}

/* Until hmm_range_fault() has seen the entry as it now is, and a bit more */
static void hmm_race_wait(struct hmm_race *r)
{
	unsigned long faults = READ_ONCE(r->faults);
	int i;

	while (READ_ONCE(r->faults) - faults < 2) {
		cpu_relax();
		cond_resched();
	}
	for (i = get_random_u32_below(200); i > 0; i--)
		cpu_relax();
}

/*
 * hmm_range_fault() writes an entry of the list while the page in it is mapped
 * or unmapped. The flag in it is true whichever comes first.
 */
static void hmm_fault_race(struct kunit *test)
{
	struct dma_world *w = hmm_world(test);
	struct mmu_interval_notifier notifier;
	struct pci_p2pdma_map_state p2p = {};
	int lost = 0, back = 0, i;
	struct hmm_dma_map map;
	struct hmm_race r = {};
	struct task_struct *task;
	unsigned long addr;
	u8 __user *user;

	addr = kunit_vm_mmap(test, NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, 0, addr);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	user = (u8 __user *)addr;
	KUNIT_ASSERT_EQ(test, 0, put_user(0x5a, user));
	KUNIT_ASSERT_EQ(test, 0, hmm_dma_map_alloc(w->dev, &map, 1, PAGE_SIZE));
	r.mm = current->mm;
	KUNIT_ASSERT_EQ(test, 0,
			mmu_interval_notifier_insert(&notifier, r.mm, addr,
						     PAGE_SIZE, &hmm_race_ops));
	r.range = (struct hmm_range) {
		.notifier	= &notifier,
		.start		= addr,
		.end		= addr + PAGE_SIZE,
		.hmm_pfns	= map.pfn_list,
		.default_flags	= HMM_PFN_REQ_FAULT | HMM_PFN_REQ_WRITE,
	};
	KUNIT_EXPECT_EQ(test, 0, hmm_race_fault(&r));
	KUNIT_EXPECT_EQ(test, HMM_PFN_VALID | HMM_PFN_WRITE,
			map.pfn_list[0] & (HMM_PFN_VALID | HMM_PFN_WRITE |
					   HMM_PFN_DMA_FLAGS));

	task = kthread_run(hmm_race_thread, &r, "hmm_race");
	if (IS_ERR(task)) {
		KUNIT_FAIL(test, "no thread: %pe", task);
		goto remove;
	}
	for (i = 0; i < RACE_ROUNDS; i++) {
		dma_addr_t dma = hmm_dma_map_pfn(w->dev, &map, 0, &p2p);

		if (dma_mapping_error(w->dev, dma)) {
			KUNIT_FAIL(test, "not mapped in round %d", i);
			break;
		}
		hmm_race_wait(&r);
		lost += !(READ_ONCE(map.pfn_list[0]) & HMM_PFN_DMA_MAPPED);
		hmm_dma_unmap_pfn(w->dev, &map, 0);
		hmm_race_wait(&r);
		back += !!(READ_ONCE(map.pfn_list[0]) & HMM_PFN_DMA_MAPPED);
		if (lost || back)
			break;
	}
	kthread_stop(task);
	KUNIT_EXPECT_EQ(test, 0, r.error);
	KUNIT_EXPECT_EQ(test, 0, lost);
	KUNIT_EXPECT_EQ(test, 0, back);
remove:
	mmu_interval_notifier_remove(&notifier);
	hmm_dma_map_free(w->dev, &map);
	dma_world_expect_idle(w);
}

static struct kunit_case dma_hmm_cases[] = {
	KUNIT_CASE_PARAM(hmm_transfer, hmm_kind_gen_params),
	KUNIT_CASE(hmm_bounce),
	KUNIT_CASE_PARAM(hmm_refused, hmm_kind_gen_params),
	KUNIT_CASE(hmm_fails),
	KUNIT_CASE_PARAM_ATTR(hmm_fault_race, hmm_kind_gen_params,
			      { .speed = KUNIT_SPEED_SLOW }),
	{}
};

static struct kunit_suite dma_hmm_suite = {
	.name		= "dma_hmm",
	.test_cases	= dma_hmm_cases,
};

kunit_test_suite(dma_hmm_suite);
