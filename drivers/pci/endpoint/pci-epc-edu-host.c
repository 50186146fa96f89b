// SPDX-License-Identifier: GPL-2.0
/*
 * The host of pci-epc-edu: files in debugfs, and the DMA that an access to them
 * is made of. See pci-epc-edu-core.c.
 */
#include <linux/debugfs.h>
#include <linux/edu.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "pci-epc-edu.h"

static struct dentry *edu_debugfs_root;

/* ---- the device ---- */

static int edu_transfer(struct edu_epc *edu, u64 src, u64 dst, size_t len,
			u32 cmd)
{
	bool busy;
	int ret;

	edu_start(edu->regs, src, dst, len, cmd);
	ret = read_poll_timeout(edu_is_busy, busy, !busy, 20 * USEC_PER_MSEC,
				jiffies_to_usecs(EDU_TIMEOUT), false,
				edu->regs);
	/* A late transfer must not reach memory any more */
	if (ret)
		pci_clear_master(edu->pdev);
	return ret;
}

static int edu_copy(struct edu_epc *edu, dma_addr_t src, dma_addr_t dst,
		    size_t len)
{
	int ret;

	lockdep_assert_held(&edu->lock);
	ret = edu_transfer(edu, src, EDU_BUF_ADDR, len, 0);
	if (!ret)
		ret = edu_transfer(edu, EDU_BUF_ADDR, dst, len,
				   EDU_CMD_FROM_DEVICE);
	return ret;
}

/* ---- the host ---- */

/* How much of an access can be done at once; 0 at the end of the BAR */
static ssize_t edu_bar_len(struct edu_bar *bar, size_t count, loff_t pos)
{
	if (!bar->edu->started || !bar->edu->regs)
		return -ENOLINK;
	if (!bar->size)
		return -ENXIO;
	if (pos >= bar->size)
		return 0;
	return min3(count, bar->size - (size_t)pos, (size_t)EDU_BUF_SIZE);
}

static ssize_t edu_bar_write(struct file *file, const char __user *ubuf,
			     size_t count, loff_t *ppos)
{
	struct edu_bar *bar = file->private_data;
	struct edu_epc *edu = bar->edu;
	ssize_t len;
	int ret;

	guard(mutex)(&edu->lock);
	len = edu_bar_len(bar, count, *ppos);
	if (len <= 0)
		return len ?: -ENOSPC;
	if (copy_from_user(edu->buf, ubuf, len))
		return -EFAULT;
	ret = edu_copy(edu, edu->buf_addr, bar->addr + *ppos, len);
	if (ret)
		return ret;
	*ppos += len;
	return len;
}

static ssize_t edu_bar_read(struct file *file, char __user *ubuf, size_t count,
			    loff_t *ppos)
{
	struct edu_bar *bar = file->private_data;
	struct edu_epc *edu = bar->edu;
	ssize_t len;
	int ret;

	guard(mutex)(&edu->lock);
	len = edu_bar_len(bar, count, *ppos);
	if (len <= 0)
		return len;
	ret = edu_copy(edu, bar->addr + *ppos, edu->buf_addr, len);
	if (ret)
		return ret;
	if (copy_to_user(ubuf, edu->buf, len))
		return -EFAULT;
	*ppos += len;
	return len;
}

static const struct file_operations edu_bar_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.read	= edu_bar_read,
	.write	= edu_bar_write,
	.llseek	= default_llseek,
};

static int bars_show(struct seq_file *s, void *unused)
{
	struct edu_function *fn = s->private;
	int i;

	guard(mutex)(&fn->edu->lock);
	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		struct edu_bar *bar = &fn->bars[i];

		if (bar->size)
			seq_printf(s, "bar%d addr=%#llx size=%#zx flags=%#x\n",
				   i, (u64)bar->addr, bar->size, bar->flags);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(bars);

static int windows_show(struct seq_file *s, void *unused)
{
	struct edu_epc *edu = s->private;
	struct edu_window *w;

	guard(mutex)(&edu->lock);
	for (w = edu->windows; w < edu->windows + EDU_NUM_WINDOWS; w++)
		if (w->size)
			seq_printf(s, "phys=%#llx pci=%#llx size=%#zx\n",
				   (u64)w->phys, w->pci_addr, w->size);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(windows);

static struct edu_window *edu_window_at(struct edu_epc *edu, u64 pci_addr)
{
	struct edu_window *w;

	for (w = edu->windows; w < edu->windows + EDU_NUM_WINDOWS; w++)
		if (w->size && pci_addr >= w->pci_addr &&
		    pci_addr - w->pci_addr < w->size)
			return w;
	return NULL;
}

static ssize_t edu_memory_read(struct file *file, char __user *ubuf,
			       size_t count, loff_t *ppos)
{
	struct edu_epc *edu = file->private_data;
	struct edu_window *w;
	u64 offset;
	size_t len;

	guard(mutex)(&edu->lock);
	if (!edu->started || !edu->regs)
		return -ENOLINK;
	w = edu_window_at(edu, *ppos);
	if (!w)
		return -ENXIO;

	offset = *ppos - w->pci_addr;
	len = min3((u64)count, w->size - offset, (u64)EDU_BUF_SIZE);
	memcpy_fromio(edu->buf, edu->memory + (w->phys - edu->outbound) + offset,
		      len);
	if (copy_to_user(ubuf, edu->buf, len))
		return -EFAULT;
	*ppos += len;
	return len;
}

static const struct file_operations edu_memory_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.read	= edu_memory_read,
	.llseek	= default_llseek,
};

static int irqs_show(struct seq_file *s, void *unused)
{
	struct edu_function *fn = s->private;
	int i;

	guard(mutex)(&fn->edu->lock);
	if (fn->intx)
		seq_printf(s, "intx %u\n", fn->intx);
	for (i = 1; i <= EDU_NUM_MSI; i++)
		if (fn->msi[i])
			seq_printf(s, "msi%d %u\n", i, fn->msi[i]);
	if (fn->msix)
		seq_printf(s, "msix %u\n", fn->msix);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(irqs);

static void edu_debugfs_add_function(struct edu_epc *edu,
				     struct edu_function *fn,
				     struct dentry *dir)
{
	char name[] = "bar0";
	int i;

	fn->edu = edu;
	debugfs_create_file("bars", 0400, dir, fn, &bars_fops);
	debugfs_create_file("irqs", 0400, dir, fn, &irqs_fops);
	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		fn->bars[i].edu = edu;
		name[3] = '0' + i;
		debugfs_create_file(name, 0600, dir, &fn->bars[i],
				    &edu_bar_fops);
	}
}

void edu_host_add(struct edu_epc *edu)
{
	edu->debugfs = debugfs_create_dir(pci_name(edu->pdev),
					  edu_debugfs_root);
	debugfs_create_file("windows", 0400, edu->debugfs, edu, &windows_fops);
	if (edu->memory)
		debugfs_create_file("memory", 0400, edu->debugfs, edu,
				    &edu_memory_fops);
	edu_debugfs_add_function(edu, &edu->functions[0], edu->debugfs);
	edu_debugfs_add_function(edu, &edu->functions[1],
				 debugfs_create_dir("function1", edu->debugfs));
}

void edu_host_remove(struct edu_epc *edu)
{
	debugfs_remove(edu->debugfs);
}

void edu_host_init(void)
{
	edu_debugfs_root = debugfs_create_dir("pci-epc-edu", NULL);
}

void edu_host_exit(void)
{
	debugfs_remove(edu_debugfs_root);
}
