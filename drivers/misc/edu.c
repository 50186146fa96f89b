// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU's edu device as a DMA engine for tests.
 *
 * The device has a buffer of 4 KiB that only it can reach, and copies between
 * that and a bus address, in either direction, through whatever IOMMU the
 * machine has. So it shows whether a DMA address is right for a device, and not
 * only that a mapping call returned one.
 *
 * A transfer takes the device 100 ms, whatever its size. It has no way to fail:
 * what the IOMMU does not let through reads as nothing or is not written, and
 * only the IOMMU says so.
 *
 * The device drops the bits of an address that are outside of its mask, and
 * goes on to read or write whatever is there. The mask is a property that QEMU
 * was started with and the device does not tell, and trying would be the very
 * access that must not be made. So it is taken to be QEMU's default, 28 bits,
 * unless the user who knows better says so: with
 *
 *	-device edu,dma_mask=0xffffffffffffffff -device edu
 *
 * the parameter is edu.dma_bits=64, or edu.dma_bits=64,28 (on the command line
 * of a kernel that has the driver built in; dma_bits=64 for the module). The
 * Nth number belongs to the Nth edu device in the order of the PCI bus, as
 * lspci has them; devices without one keep the default. Without an IOMMU, a
 * mask of 28 bits needs CONFIG_ZONE_DMA and, as the kernel puts its bounce
 * buffers at the end of what is below 4 GiB, a machine that has not more than
 * 256 MiB there: -machine q35,max-ram-below-4g=256M.
 *
 * debugfs, for each device: write a number of bytes to dma-edu/<PCI name>/copy,
 * and so much random data travels from memory through the device to other
 * memory, a piece of 4095 bytes at a time, each mapped by dma_map_phys() and every
 * second one across a page boundary. The write returns when all is compared; a
 * read says how much was copied and how many pieces differed, of the last write.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/dma-map-state.h>
#include <linux/dma-mapping.h>
#include <linux/edu.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#define EDU_DEFAULT_BITS	28
#define EDU_MAX_DEVICES		8

#define EDU_POLL		msecs_to_jiffies(20)

static unsigned int dma_bits[EDU_MAX_DEVICES];
module_param_array(dma_bits, uint, NULL, 0444);
MODULE_PARM_DESC(dma_bits,
		 "Bits of the dma_mask that QEMU gave each edu device, in bus order (default 28)");

static struct dentry *edu_debugfs_root;

/**
 * struct edu - One edu device
 * @ref:	The driver has one while it is bound, edu_get() takes others
 * @pdev:	The device, held as long as this is there
 * @lock:	Held for a transfer, and for the two of a copy
 * @regs:	BAR 0, NULL when the driver is no longer bound; under @lock
 * @done:	Completed by the interrupt; a hint only, %EDU_CMD_RUN decides
 * @debugfs:	The device's directory
 * @copied:	Bytes that the last write to debugfs has copied; under @lock
 * @errors:	Pieces of these that did not arrive intact; under @lock
 */
struct edu {
	struct kref		ref;
	struct pci_dev		*pdev;
	struct mutex		lock;	/* the buffer, and what is said above */
	void __iomem		*regs;
	struct completion	done;
	struct dentry		*debugfs;
	u64			copied;
	u64			errors;
};

/* ---- one transfer ---- */

/* With an interrupt it sleeps until that comes, without it looks now and then */
static int edu_wait_idle(struct edu *edu)
{
	unsigned long deadline = jiffies + EDU_TIMEOUT;

	while (edu_is_busy(edu->regs)) {
		if (time_after(jiffies, deadline))
			return -ETIMEDOUT;
		wait_for_completion_timeout(&edu->done, EDU_POLL);
	}
	return 0;
}

static irqreturn_t edu_irq(int irq, void *data)
{
	struct edu *edu = data;
	u32 status = readl(edu->regs + EDU_REG_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	writel(status, edu->regs + EDU_REG_IRQ_ACK);
	complete(&edu->done);
	return IRQ_HANDLED;
}

/* QEMU aborts when a transfer leaves the buffer */
static bool edu_range_valid(unsigned int offset, size_t len)
{
	return len && offset < EDU_BUF_SIZE && len <= EDU_BUF_SIZE - offset;
}

static int edu_transfer(struct edu *edu, u64 src, u64 dst, size_t len, u32 cmd)
{
	int ret;

	lockdep_assert_held(&edu->lock);
	if (!edu->regs)
		return -ENODEV;

	ret = edu_wait_idle(edu);
	if (!ret) {
		pci_set_master(edu->pdev);
		reinit_completion(&edu->done);
		if (pci_dev_msi_enabled(edu->pdev))
			cmd |= EDU_CMD_IRQ;
		edu_start(edu->regs, src, dst, len, cmd);
		ret = edu_wait_idle(edu);
	}
	/* The caller is about to unmap: a late transfer must not reach memory */
	if (ret)
		pci_clear_master(edu->pdev);
	return ret;
}

static int __edu_dma_to_device(struct edu *edu, dma_addr_t addr,
			       unsigned int offset, size_t len)
{
	if (!edu_range_valid(offset, len))
		return -EINVAL;
	return edu_transfer(edu, addr, EDU_BUF_ADDR + offset, len, 0);
}

static int __edu_dma_from_device(struct edu *edu, dma_addr_t addr,
				 unsigned int offset, size_t len)
{
	if (!edu_range_valid(offset, len))
		return -EINVAL;
	return edu_transfer(edu, EDU_BUF_ADDR + offset, addr, len,
			    EDU_CMD_FROM_DEVICE);
}

/**
 * edu_dma_to_device() - Let the device read memory into its buffer
 * @edu:	The device
 * @addr:	Bus address to read from, as a mapping call returned it
 * @offset:	Where in the device's buffer to put it, in bytes
 * @len:	Number of bytes
 *
 * The buffer is shared by all users of the device.
 *
 * Context: Process context, sleeps for the 100 ms of a transfer.
 * Return: 0 when the device has done it, which does not tell that the IOMMU let
 * it read; -EINVAL if the range is empty or leaves the buffer; -ETIMEDOUT if
 * the device does not come to an end, and then it can no longer reach memory;
 * -ENODEV if its driver was unbound.
 */
int edu_dma_to_device(struct edu *edu, dma_addr_t addr, unsigned int offset,
		      size_t len)
{
	guard(mutex)(&edu->lock);
	return __edu_dma_to_device(edu, addr, offset, len);
}
EXPORT_SYMBOL_GPL(edu_dma_to_device);

/**
 * edu_dma_from_device() - Let the device write its buffer to memory
 * @edu:	The device
 * @addr:	Bus address to write to, as a mapping call returned it
 * @offset:	Where in the device's buffer to begin, in bytes
 * @len:	Number of bytes
 *
 * Context: Process context, sleeps for the 100 ms of a transfer.
 * Return: as edu_dma_to_device(), and 0 does not tell that the IOMMU let the
 * device write.
 */
int edu_dma_from_device(struct edu *edu, dma_addr_t addr, unsigned int offset,
			size_t len)
{
	guard(mutex)(&edu->lock);
	return __edu_dma_from_device(edu, addr, offset, len);
}
EXPORT_SYMBOL_GPL(edu_dma_from_device);

/* ---- registers ---- */

/**
 * edu_readl() - Read a register of the device by the CPU
 * @edu:	The device
 * @reg:	One of EDU_REG_*
 *
 * Context: Process context.
 * Return: its value, all ones if the driver was unbound.
 */
u32 edu_readl(struct edu *edu, unsigned int reg)
{
	guard(mutex)(&edu->lock);
	return edu->regs ? readl(edu->regs + reg) : ~0;
}
EXPORT_SYMBOL_GPL(edu_readl);

/**
 * edu_writel() - Write a register of the device by the CPU
 * @edu:	The device
 * @val:	The value
 * @reg:	One of EDU_REG_*
 *
 * Nothing is written if the driver was unbound.
 *
 * Context: Process context.
 */
void edu_writel(struct edu *edu, u32 val, unsigned int reg)
{
	guard(mutex)(&edu->lock);
	if (edu->regs)
		writel(val, edu->regs + reg);
}
EXPORT_SYMBOL_GPL(edu_writel);

/* ---- copy in debugfs ---- */

/* Memory for a piece that begins anywhere in the first of two pages */
struct edu_piece {
	void			*buf;
	unsigned int		offset;
	enum dma_data_direction	dir;
};

static int edu_move_piece(struct edu *edu, struct edu_piece *p, size_t len)
{
	phys_addr_t phys = virt_to_phys(p->buf + p->offset);
	struct device *dev = &edu->pdev->dev;
	dma_addr_t addr;
	int ret;

	addr = dma_map_phys(dev, phys, len, p->dir, 0);
	if (dma_mapping_error(dev, addr))
		return -ENOMEM;
	if (p->dir == DMA_TO_DEVICE)
		ret = __edu_dma_to_device(edu, addr, 0, len);
	else
		ret = __edu_dma_from_device(edu, addr, 0, len);
	dma_unmap_phys_from(dev, addr, phys, len, p->dir, 0);
	return ret;
}

/* Both ways under the lock: the device's buffer is shared */
static int edu_copy_piece(struct edu *edu, struct edu_piece *src,
			  struct edu_piece *dst, size_t len)
{
	int ret;

	get_random_bytes(src->buf + src->offset, len);
	memset(dst->buf, 0, 2 * PAGE_SIZE);

	guard(mutex)(&edu->lock);
	ret = edu_move_piece(edu, src, len);
	if (!ret)
		ret = edu_move_piece(edu, dst, len);
	if (ret)
		return ret;
	edu->copied += len;
	if (memcmp(src->buf + src->offset, dst->buf + dst->offset, len))
		edu->errors++;
	return 0;
}

static int edu_copy(struct edu *edu, u64 bytes, void *from, void *to)
{
	struct edu_piece src = { from, 0, DMA_TO_DEVICE };
	struct edu_piece dst = { to, 0, DMA_FROM_DEVICE };
	int ret = 0;

	scoped_guard(mutex, &edu->lock) {
		edu->copied = 0;
		edu->errors = 0;
	}
	while (bytes && !ret) {
		size_t len = min_t(u64, bytes, EDU_BUF_SIZE);

		if (signal_pending(current))
			return -EINTR;
		ret = edu_copy_piece(edu, &src, &dst, len);
		bytes -= len;
		src.offset = src.offset ? 0 : PAGE_SIZE - EDU_BUF_SIZE / 3;
		dst.offset = dst.offset ? 0 : PAGE_SIZE - EDU_BUF_SIZE / 5;
	}
	return ret;
}

static ssize_t edu_copy_write(struct file *file, const char __user *ubuf,
			      size_t count, loff_t *ppos)
{
	struct edu *edu = file->private_data;
	unsigned long from, to;
	u64 bytes;
	int ret;

	ret = kstrtou64_from_user(ubuf, count, 0, &bytes);
	if (ret)
		return ret;

	from = __get_free_pages(GFP_KERNEL, 1);
	to = __get_free_pages(GFP_KERNEL, 1);
	if (from && to)
		ret = edu_copy(edu, bytes, (void *)from, (void *)to);
	else
		ret = -ENOMEM;
	free_pages(to, 1);
	free_pages(from, 1);
	return ret ?: count;
}

static ssize_t edu_copy_read(struct file *file, char __user *ubuf,
			     size_t count, loff_t *ppos)
{
	struct edu *edu = file->private_data;
	char text[64];
	int len;

	scoped_guard(mutex, &edu->lock)
		len = scnprintf(text, sizeof(text),
				"copied %llu bytes, %llu errors\n",
				edu->copied, edu->errors);
	return simple_read_from_buffer(ubuf, count, ppos, text, len);
}

static const struct file_operations edu_copy_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.read	= edu_copy_read,
	.write	= edu_copy_write,
	.llseek	= default_llseek,
};

/* ---- looking a device up ---- */

static struct pci_driver edu_driver;

static void edu_release(struct kref *ref)
{
	struct edu *edu = container_of(ref, struct edu, ref);

	pci_dev_put(edu->pdev);
	kfree(edu);
}

/**
 * edu_get() - Look up an edu device
 * @index:	Which one, from 0, in the order of the PCI bus
 *
 * Context: Process context.
 * Return: the device, to be given back by edu_put(); -ENODEV if there is none,
 * -ENXIO if there is but this driver is not bound to it.
 */
struct edu *edu_get(unsigned int index)
{
	struct edu *edu = ERR_PTR(-ENXIO);
	struct pci_dev *pdev = NULL;

	do {
		pdev = pci_get_device(EDU_VENDOR_ID, EDU_DEVICE_ID, pdev);
		if (!pdev)
			return ERR_PTR(-ENODEV);
	} while (index--);

	scoped_guard(device, &pdev->dev) {
		if (pdev->dev.driver == &edu_driver.driver) {
			edu = pci_get_drvdata(pdev);
			kref_get(&edu->ref);
		}
	}
	pci_dev_put(pdev);
	return edu;
}
EXPORT_SYMBOL_GPL(edu_get);

/**
 * edu_put() - Give back what edu_get() returned
 * @edu:	The device
 *
 * Context: Process context.
 */
void edu_put(struct edu *edu)
{
	kref_put(&edu->ref, edu_release);
}
EXPORT_SYMBOL_GPL(edu_put);

/**
 * edu_pdev() - The PCI device, to map memory for
 * @edu:	The device
 *
 * Context: Any.
 * Return: the PCI device, which is there until edu_put().
 */
struct pci_dev *edu_pdev(struct edu *edu)
{
	return edu->pdev;
}
EXPORT_SYMBOL_GPL(edu_pdev);

/* ---- probe and remove ---- */

/* How many edu devices come before this one on the bus */
static unsigned int edu_index(struct pci_dev *pdev)
{
	struct pci_dev *p = NULL;
	unsigned int index = 0;

	while ((p = pci_get_device(EDU_VENDOR_ID, EDU_DEVICE_ID, p)) &&
	       p != pdev)
		index++;
	pci_dev_put(p);
	return index;
}

static unsigned int edu_dma_bits(struct pci_dev *pdev)
{
	unsigned int index = edu_index(pdev);
	unsigned int bits = 0;

	if (index < EDU_MAX_DEVICES)
		bits = dma_bits[index];
	if (!bits)
		bits = EDU_DEFAULT_BITS;
	return min(bits, BITS_PER_LONG);
}

static int edu_enable(struct pci_dev *pdev)
{
	unsigned int bits = edu_dma_bits(pdev);
	int ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	ret = pcim_iomap_regions(pdev, BIT(0), KBUILD_MODNAME);
	if (ret)
		return ret;
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(bits));
	if (ret)
		pci_err(pdev, "no DMA with a mask of %u bits\n", bits);
	return ret;
}

/* Without an interrupt the device works as well, if a little later */
static void edu_request_irq(struct edu *edu)
{
	struct pci_dev *pdev = edu->pdev;

	pci_set_master(pdev);
	if (pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI) < 0)
		return;
	if (pci_request_irq(pdev, 0, edu_irq, NULL, edu, KBUILD_MODNAME))
		pci_free_irq_vectors(pdev);
}

static void edu_free_irq(struct edu *edu)
{
	if (!pci_dev_msi_enabled(edu->pdev))
		return;
	pci_free_irq(edu->pdev, 0, edu);
	pci_free_irq_vectors(edu->pdev);
}

static struct edu *edu_alloc(struct pci_dev *pdev)
{
	struct edu *edu = kzalloc(sizeof(*edu), GFP_KERNEL);

	if (!edu)
		return NULL;
	kref_init(&edu->ref);
	mutex_init(&edu->lock);
	init_completion(&edu->done);
	edu->pdev = pci_dev_get(pdev);
	edu->regs = pcim_iomap_table(pdev)[0];
	return edu;
}

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct edu *edu;
	int ret;

	ret = edu_enable(pdev);
	if (ret)
		return ret;
	edu = edu_alloc(pdev);
	if (!edu)
		return -ENOMEM;
	if (!edu_is_edu(edu->regs)) {
		edu_put(edu);
		return -ENODEV;
	}

	edu_request_irq(edu);
	pci_set_drvdata(pdev, edu);
	edu->debugfs = debugfs_create_dir(pci_name(pdev), edu_debugfs_root);
	debugfs_create_file("copy", 0600, edu->debugfs, edu, &edu_copy_fops);
	pci_info(pdev, "DMA mask %#llx%s\n", dma_get_mask(&pdev->dev),
		 pci_dev_msi_enabled(pdev) ? "" : ", no interrupt");
	return 0;
}

static void edu_remove(struct pci_dev *pdev)
{
	struct edu *edu = pci_get_drvdata(pdev);

	debugfs_remove(edu->debugfs);
	scoped_guard(mutex, &edu->lock) {
		pci_clear_master(pdev);
		edu_free_irq(edu);
		edu->regs = NULL;
	}
	edu_put(edu);
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(EDU_VENDOR_ID, EDU_DEVICE_ID) },
	{ }
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_driver = {
	.name		= KBUILD_MODNAME,
	.id_table	= edu_ids,
	.probe		= edu_probe,
	.remove		= edu_remove,
};

static int __init edu_init(void)
{
	int ret;

	edu_debugfs_root = debugfs_create_dir("dma-edu", NULL);
	ret = pci_register_driver(&edu_driver);
	if (ret)
		debugfs_remove(edu_debugfs_root);
	return ret;
}
module_init(edu_init);

static void __exit edu_exit(void)
{
	pci_unregister_driver(&edu_driver);
	debugfs_remove(edu_debugfs_root);
}
module_exit(edu_exit);

MODULE_DESCRIPTION("QEMU edu device as a DMA engine for tests");
MODULE_LICENSE("GPL");
