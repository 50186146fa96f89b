// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of one device that another one has to access. It needs two edu
 * devices: the first owns the memory, the second reads and writes it at its
 * alias. Aliases are not in mainline: there, a driver has to copy.
 */
#include <linux/mutex.h>
#include <linux/random.h>
#include "edu.h"

static DEFINE_MUTEX(alias_lock);
static struct pci_dev *alias_owner;	/* and its registers, under that lock */
static void __iomem *alias_owner_regs;

#ifdef DMA_PHYS_BACKPORT
#include <linux/dma-alias.h>

/* The second device moves the first KiB to the next, the owner on from there */
static int alias_run(struct pci_dev *pdev, void __iomem *regs)
{
	struct device *owner = &alias_owner->dev;
	struct dma_alias alias;
	dma_addr_t addr;
	int ret;
	u8 *mem;

	mem = dma_alloc_coherent(owner, 3 * SZ_1K, &addr, GFP_KERNEL);
	if (!mem)
		return -ENOMEM;
	get_random_bytes(mem, SZ_1K);
	ret = dma_alias_map(&alias, &pdev->dev, owner, addr, 3 * SZ_1K,
			    DMA_BIDIRECTIONAL);
	if (ret)
		goto out_free;
	ret = edu_copy(regs, alias.addr, alias.addr + SZ_1K, SZ_1K) ?:
		edu_copy(alias_owner_regs, addr + SZ_1K, addr + SZ_2K, SZ_1K);
	if (!ret && (memcmp(mem, mem + SZ_1K, SZ_1K) ||
		     memcmp(mem, mem + SZ_2K, SZ_1K)))
		ret = -EIO;
	/* Before the memory is freed */
	dma_alias_unmap(&alias);
out_free:
	dma_free_coherent(owner, 3 * SZ_1K, mem, addr);
	/* The two devices cannot share memory: a real driver copies then */
	return ret == -EOPNOTSUPP || ret == -ENXIO ? -ENODEV : ret;
}
#else
static int alias_run(struct pci_dev *pdev, void __iomem *regs)
{
	return -ENODEV;
}
#endif

static int alias_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs = edu_enable(pdev);
	int ret = 0;

	if (!regs)
		return -ENOMEM;
	mutex_lock(&alias_lock);
	if (alias_owner) {
		ret = edu_result(pdev, alias_run(pdev, regs), SZ_2K);
	} else {
		alias_owner = pdev;
		alias_owner_regs = regs;
	}
	mutex_unlock(&alias_lock);
	return ret;
}

static void alias_remove(struct pci_dev *pdev)
{
	mutex_lock(&alias_lock);
	if (alias_owner == pdev)
		alias_owner = NULL;
	mutex_unlock(&alias_lock);
}

static struct pci_driver alias_driver = {
	.name		= KBUILD_MODNAME,
	.id_table	= edu_ids,
	.probe		= alias_probe,
	.remove		= alias_remove,
};
module_pci_driver(alias_driver);

MODULE_DESCRIPTION("DMA sample: memory of another device");
MODULE_LICENSE("GPL");
