// SPDX-License-Identifier: GPL-2.0
/*
 * DMA_MAP_BENCHMARK_RUN: the time of each step of a mapping.
 *
 * A worker maps a batch of requests, each of one or more segments, syncs all of
 * them, and unmaps all of them. Each of these steps is timed as a whole. The
 * timed loop has nothing in it but the call and what a driver has to do
 * with its result: the operations are inlined into loops of their own.
 */
#include <linux/device.h>
#include <linux/dma-alias.h>
#include <linux/dma-map-state.h>
#include <linux/dma-mapping.h>
#include <linux/kthread.h>
#include <linux/map_benchmark.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include "map_benchmark.h"

enum map_benchmark_step {
	STEP_MAP,
	STEP_SYNC_FOR_DEVICE,
	STEP_SYNC_FOR_CPU,
	STEP_UNMAP,
	NR_STEPS
};

struct map_benchmark_seg {
	void *buf;
	struct page *page;
	phys_addr_t phys;
	dma_addr_t addr;
	struct dma_map_state *state;	/* NULL if the device has no use for it */
};

/* Shared by all workers of a run */
struct map_benchmark_job {
	struct map_benchmark_run run;
	struct device *dev;
	struct device *owner;	/* of the memory that @dev gets an alias of */
	const struct map_benchmark_ops *ops;
	phys_addr_t mmio;
	unsigned int nr_workers;
	u64 *samples;		/* [step][worker][round] */
	struct completion ready;
	struct completion start;
	struct completion done;
};

struct map_benchmark_worker {
	struct map_benchmark_job *job;
	struct task_struct *task;
	unsigned int index;
	struct map_benchmark_seg *segs;	/* those of all requests of a batch */
	unsigned int nr_segs;
	struct dma_state_ring states;	/* one for each segment, or none */
	struct sg_table *tables;	/* one for each request */
	unsigned int nr_tables;
	unsigned int nr_owned;		/* tables that the owner has mapped */
	struct dma_alias *aliases;	/* one for each request */
	unsigned int mapped;		/* segments, tables, or aliases */
};

struct map_benchmark_ops {
	int (*step[NR_STEPS])(struct map_benchmark_worker *w);
	bool mmio;
	bool alias;
};

/* ---- the loops ---- */

typedef dma_addr_t (*map_seg_fn)(struct device *dev,
		struct map_benchmark_seg *seg, size_t size,
		enum dma_data_direction dir);
typedef void (*mapped_seg_fn)(struct device *dev, struct map_benchmark_seg *seg,
		size_t size, enum dma_data_direction dir);

static __always_inline int each_seg(struct map_benchmark_worker *w,
		map_seg_fn map)
{
	struct map_benchmark_seg *seg = w->segs, *end = seg + w->nr_segs;
	enum dma_data_direction dir = w->job->run.dma_dir;
	size_t size = w->job->run.size;
	struct device *dev = w->job->dev;

	for (; seg < end; seg++) {
		seg->addr = map(dev, seg, size, dir);
		if (unlikely(dma_mapping_error(dev, seg->addr)))
			break;
	}
	w->mapped = seg - w->segs;
	return seg < end ? -EIO : 0;
}

static __always_inline int each_mapped(struct map_benchmark_worker *w,
		mapped_seg_fn fn)
{
	struct map_benchmark_seg *seg = w->segs, *end = seg + w->mapped;
	enum dma_data_direction dir = w->job->run.dma_dir;
	size_t size = w->job->run.size;
	struct device *dev = w->job->dev;

	for (; seg < end; seg++)
		fn(dev, seg, size, dir);
	return 0;
}

/* The steps of an operation that goes segment by segment */
#define DEFINE_SEG_MAP(_name, do_map)					\
static __always_inline dma_addr_t _name##_seg(struct device *dev,	\
		struct map_benchmark_seg *seg, size_t size,		\
		enum dma_data_direction dir)				\
{									\
	return do_map;							\
}									\
									\
static int _name(struct map_benchmark_worker *w)			\
{									\
	return each_seg(w, _name##_seg);				\
}

#define DEFINE_SEG_STEP(_name, do_step)					\
static __always_inline void _name##_seg(struct device *dev,		\
		struct map_benchmark_seg *seg, size_t size,		\
		enum dma_data_direction dir)				\
{									\
	do_step;							\
}									\
									\
static int _name(struct map_benchmark_worker *w)			\
{									\
	return each_mapped(w, _name##_seg);				\
}

DEFINE_SEG_MAP(single_map, dma_map_single(dev, seg->buf, size, dir))
DEFINE_SEG_STEP(single_unmap, dma_unmap_single(dev, seg->addr, size, dir))
DEFINE_SEG_MAP(page_map, dma_map_page(dev, seg->page, 0, size, dir))
DEFINE_SEG_STEP(page_unmap, dma_unmap_page(dev, seg->addr, size, dir))
DEFINE_SEG_MAP(phys_map, dma_map_phys(dev, seg->phys, size, dir, 0))
DEFINE_SEG_STEP(phys_unmap, dma_unmap_phys(dev, seg->addr, size, dir, 0))
DEFINE_SEG_MAP(resource_map, dma_map_resource(dev, seg->phys, size, dir, 0))
DEFINE_SEG_STEP(resource_unmap,
		dma_unmap_resource(dev, seg->addr, size, dir, 0))
DEFINE_SEG_MAP(mmio_map,
	       dma_map_phys(dev, seg->phys, size, dir, DMA_ATTR_MMIO))
DEFINE_SEG_STEP(mmio_unmap,
		dma_unmap_phys(dev, seg->addr, size, dir, DMA_ATTR_MMIO))
DEFINE_SEG_STEP(seg_sync_for_device,
		dma_sync_single_for_device(dev, seg->addr, size, dir))
DEFINE_SEG_STEP(seg_sync_for_cpu,
		dma_sync_single_for_cpu(dev, seg->addr, size, dir))

/* With what a driver knows of a segment besides its DMA address */
DEFINE_SEG_STEP(source_sync_for_device,
		dma_sync_phys_for_device(dev, seg->addr, seg->phys, size, dir,
					 0))
DEFINE_SEG_STEP(source_sync_for_cpu,
		dma_sync_phys_for_cpu(dev, seg->addr, seg->phys, size, dir, 0))
DEFINE_SEG_STEP(source_unmap,
		dma_unmap_phys_from(dev, seg->addr, seg->phys, size, dir, 0))

DEFINE_SEG_MAP(state_map,
	       dma_map_phys_state(dev, seg->phys, size, dir, 0, seg->state))
DEFINE_SEG_STEP(state_sync_for_device,
		dma_sync_state_for_device(dev, seg->addr, size, dir,
					  seg->state))
DEFINE_SEG_STEP(state_sync_for_cpu,
		dma_sync_state_for_cpu(dev, seg->addr, size, dir, seg->state))
DEFINE_SEG_STEP(state_unmap,
		dma_unmap_phys_state(dev, seg->addr, size, dir, 0, seg->state))

static int sg_map(struct map_benchmark_worker *w)
{
	struct sg_table *table = w->tables, *end = table + w->nr_tables;
	enum dma_data_direction dir = w->job->run.dma_dir;
	struct device *dev = w->job->dev;

	for (; table < end; table++) {
		table->nents = dma_map_sg(dev, table->sgl, table->orig_nents,
					  dir);
		if (unlikely(!table->nents))
			break;
	}
	w->mapped = table - w->tables;
	return table < end ? -EIO : 0;
}

static __always_inline int each_table(struct map_benchmark_worker *w,
		void (*fn)(struct device *dev, struct scatterlist *sgl,
			   int nents, enum dma_data_direction dir))
{
	struct sg_table *table = w->tables, *end = table + w->mapped;
	enum dma_data_direction dir = w->job->run.dma_dir;
	struct device *dev = w->job->dev;

	for (; table < end; table++)
		fn(dev, table->sgl, table->orig_nents, dir);
	return 0;
}

static __always_inline void sg_unmap_table(struct device *dev,
		struct scatterlist *sgl, int nents, enum dma_data_direction dir)
{
	dma_unmap_sg(dev, sgl, nents, dir);
}

static int sg_sync_for_device(struct map_benchmark_worker *w)
{
	return each_table(w, dma_sync_sg_for_device);
}

static int sg_sync_for_cpu(struct map_benchmark_worker *w)
{
	return each_table(w, dma_sync_sg_for_cpu);
}

static int sg_unmap(struct map_benchmark_worker *w)
{
	return each_table(w, sg_unmap_table);
}

/* The owner has mapped each table, in one range */
static int alias_map(struct map_benchmark_worker *w)
{
	struct device *dev = w->job->dev, *owner = w->job->owner;
	const struct map_benchmark_run *run = &w->job->run;
	size_t size = (size_t)run->size * run->segments;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < w->nr_tables; i++) {
		ret = dma_alias_map(&w->aliases[i], dev, owner,
				    sg_dma_address(w->tables[i].sgl), size,
				    run->dma_dir);
		if (unlikely(ret))
			break;
	}
	w->mapped = i;
	return ret;
}

static int alias_unmap(struct map_benchmark_worker *w)
{
	struct dma_alias *alias = w->aliases, *end = alias + w->mapped;

	for (; alias < end; alias++)
		dma_alias_unmap(alias);
	return 0;
}

#define SEG_STEPS(_name)						\
	[STEP_MAP]		= _name##_map,				\
	[STEP_SYNC_FOR_DEVICE]	= seg_sync_for_device,			\
	[STEP_SYNC_FOR_CPU]	= seg_sync_for_cpu,			\
	[STEP_UNMAP]		= _name##_unmap

#define KNOWN_STEPS(_name, _map)					\
	[STEP_MAP]		= _map,					\
	[STEP_SYNC_FOR_DEVICE]	= _name##_sync_for_device,		\
	[STEP_SYNC_FOR_CPU]	= _name##_sync_for_cpu,			\
	[STEP_UNMAP]		= _name##_unmap

#define MMIO_STEPS(_name)						\
	[STEP_MAP]		= _name##_map,				\
	[STEP_UNMAP]		= _name##_unmap

/* One line, and one in enum map_benchmark_op, for each way to map a request */
static const struct map_benchmark_ops map_benchmark_ops[] = {
	[DMA_MAP_OP_SINGLE]	= { { SEG_STEPS(single) } },
	[DMA_MAP_OP_PAGE]	= { { SEG_STEPS(page) } },
	[DMA_MAP_OP_PHYS]	= { { SEG_STEPS(phys) } },
	[DMA_MAP_OP_SG]		= { {
		[STEP_MAP]		= sg_map,
		[STEP_SYNC_FOR_DEVICE]	= sg_sync_for_device,
		[STEP_SYNC_FOR_CPU]	= sg_sync_for_cpu,
		[STEP_UNMAP]		= sg_unmap,
	} },
	[DMA_MAP_OP_RESOURCE]	= { { MMIO_STEPS(resource) }, .mmio = true },
	[DMA_MAP_OP_MMIO]	= { { MMIO_STEPS(mmio) }, .mmio = true },
	[DMA_MAP_OP_SOURCE]	= { { KNOWN_STEPS(source, phys_map) } },
	[DMA_MAP_OP_STATE]	= { { KNOWN_STEPS(state, state_map) } },
	[DMA_MAP_OP_ALIAS]	= { {
		[STEP_MAP]		= alias_map,
		[STEP_UNMAP]		= alias_unmap,
	}, .alias = true },
};

/* ---- memory ---- */

/* The page behind it keeps the next segment from being its neighbour */
static void *seg_alloc(size_t size)
{
	return alloc_pages_exact(PAGE_ALIGN(size) + PAGE_SIZE,
				 GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
}

static void seg_free(void *buf, size_t size)
{
	if (buf)
		free_pages_exact(buf, PAGE_ALIGN(size) + PAGE_SIZE);
}

static int worker_alloc_segs(struct map_benchmark_worker *w)
{
	const struct map_benchmark_run *run = &w->job->run;
	struct map_benchmark_seg *seg;

	w->nr_segs = run->batch * run->segments;
	w->segs = kvcalloc(w->nr_segs, sizeof(*w->segs), GFP_KERNEL);
	if (!w->segs)
		return -ENOMEM;
	if (run->op == DMA_MAP_OP_STATE &&
	    dma_state_ring_init(&w->states, w->job->dev, w->nr_segs,
				GFP_KERNEL))
		return -ENOMEM;
	for (seg = w->segs; seg < w->segs + w->nr_segs; seg++) {
		seg->state = dma_state_at(&w->states, seg - w->segs);
		seg->phys = w->job->mmio;
		if (w->job->ops->mmio)
			continue;
		seg->buf = seg_alloc(run->size);
		if (!seg->buf)
			return -ENOMEM;
		seg->page = virt_to_page(seg->buf);
		seg->phys = virt_to_phys(seg->buf);
	}
	return 0;
}

static int worker_alloc_tables(struct map_benchmark_worker *w)
{
	const struct map_benchmark_run *run = &w->job->run;
	struct map_benchmark_seg *seg = w->segs;
	struct scatterlist *sg;
	unsigned int i;

	if (run->op != DMA_MAP_OP_SG && !w->job->ops->alias)
		return 0;
	w->tables = kvcalloc(run->batch, sizeof(*w->tables), GFP_KERNEL);
	if (!w->tables)
		return -ENOMEM;
	for (; w->nr_tables < run->batch; w->nr_tables++) {
		struct sg_table *table = &w->tables[w->nr_tables];

		if (sg_alloc_table(table, run->segments, GFP_KERNEL))
			return -ENOMEM;
		for_each_sgtable_sg(table, sg, i)
			sg_set_page(sg, seg++->page, run->size, 0);
	}
	return 0;
}

/* An alias is of one range of DMA addresses: scattered pages need an IOMMU */
static bool table_is_one_range(struct sg_table *table)
{
	dma_addr_t next = sg_dma_address(table->sgl);
	struct scatterlist *sg;
	int i;

	for_each_sgtable_dma_sg(table, sg, i) {
		if (sg_dma_address(sg) != next)
			return false;
		next += sg_dma_len(sg);
	}
	return true;
}

/* The owner's part, which is not timed: DMA_MAP_OP_SG shows what it costs */
static int worker_map_owned(struct map_benchmark_worker *w)
{
	struct map_benchmark_job *job = w->job;

	if (!job->ops->alias)
		return 0;
	w->aliases = kvcalloc(w->nr_tables, sizeof(*w->aliases), GFP_KERNEL);
	if (!w->aliases)
		return -ENOMEM;
	while (w->nr_owned < w->nr_tables) {
		struct sg_table *table = &w->tables[w->nr_owned];

		if (dma_map_sgtable(job->owner, table, job->run.dma_dir, 0))
			return -EIO;
		w->nr_owned++;
		if (!table_is_one_range(table))
			return -EOPNOTSUPP;
	}
	return 0;
}

static void worker_free(struct map_benchmark_worker *w)
{
	unsigned int i;

	for (i = 0; i < w->nr_owned; i++)
		dma_unmap_sgtable(w->job->owner, &w->tables[i],
				  w->job->run.dma_dir, 0);
	kvfree(w->aliases);
	for (i = 0; i < w->nr_tables; i++)
		sg_free_table(&w->tables[i]);
	kvfree(w->tables);
	for (i = 0; w->segs && i < w->nr_segs; i++)
		seg_free(w->segs[i].buf, w->job->run.size);
	dma_state_ring_free(&w->states);
	kvfree(w->segs);
}

/* As in map_benchmark_thread(): lines that are dirty in the cache */
static void worker_stain(struct map_benchmark_worker *w)
{
	const struct map_benchmark_run *run = &w->job->run;
	unsigned int i;

	if (w->job->ops->mmio || run->dma_dir == DMA_FROM_DEVICE)
		return;
	for (i = 0; i < w->nr_segs; i++)
		memset(w->segs[i].buf, 0x66, run->size);
}

/* ---- workers ---- */

static u64 *worker_samples(struct map_benchmark_job *job,
		enum map_benchmark_step step, unsigned int index)
{
	return job->samples +
	       (step * job->nr_workers + index) * (size_t)job->run.rounds;
}

/* The first of run.rounds + 1 rounds is not counted */
static int worker_round(struct map_benchmark_worker *w, unsigned int round)
{
	struct map_benchmark_job *job = w->job;
	enum map_benchmark_step step;
	int ret = 0;

	worker_stain(w);
	for (step = 0; step < NR_STEPS; step++) {
		int (*fn)(struct map_benchmark_worker *w) = job->ops->step[step];
		u64 start;

		if (!fn || (ret && step != STEP_UNMAP))
			continue;
		start = ktime_get_ns();
		ret = fn(w) ?: ret;
		if (round)
			worker_samples(job, step, w->index)[round - 1] =
				ktime_get_ns() - start;
	}
	return ret;
}

static int worker_thread(void *data)
{
	struct map_benchmark_worker *w = data;
	struct map_benchmark_job *job = w->job;
	unsigned int round;
	int ret;

	ret = worker_alloc_segs(w);
	if (!ret)
		ret = worker_alloc_tables(w);
	if (!ret)
		ret = worker_map_owned(w);
	complete(&job->ready);
	wait_for_completion(&job->start);

	for (round = 0; !ret && round <= job->run.rounds; round++) {
		if (kthread_should_stop())
			ret = -EINTR;
		else
			ret = worker_round(w, round);
		cond_resched();
	}
	worker_free(w);
	complete(&job->done);
	return ret;
}

static int job_create_workers(struct map_benchmark_job *job,
		struct map_benchmark_worker *workers)
{
	int node = job->run.node;
	unsigned int i;

	for (i = 0; i < job->run.threads; i++) {
		struct map_benchmark_worker *w = &workers[i];

		w->job = job;
		w->index = i;
		w->task = kthread_create_on_node(worker_thread, w, node,
						 "dma-map-benchmark/%u", i);
		if (IS_ERR(w->task))
			return PTR_ERR(w->task);
		if (node != NUMA_NO_NODE)
			kthread_bind_mask(w->task, cpumask_of_node(node));
		get_task_struct(w->task);
		job->nr_workers++;
	}
	return 0;
}

/* Each has its memory before any begins; a signal ends all after their round */
static int job_wait(struct map_benchmark_job *job,
		struct map_benchmark_worker *workers)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < job->nr_workers; i++)
		wake_up_process(workers[i].task);
	for (i = 0; i < job->nr_workers; i++)
		wait_for_completion(&job->ready);
	complete_all(&job->start);
	for (i = 0; !ret && i < job->nr_workers; i++)
		ret = wait_for_completion_interruptible(&job->done);
	return ret;
}

static int job_run_workers(struct map_benchmark_job *job,
		struct map_benchmark_worker *workers)
{
	unsigned int i;
	int ret;

	ret = job_create_workers(job, workers);
	if (!ret)
		ret = job_wait(job, workers);
	for (i = 0; i < job->nr_workers; i++) {
		int worker_ret = kthread_stop_put(workers[i].task);

		ret = ret ?: worker_ret;
	}
	return ret == -ERESTARTSYS ? -EINTR : ret;
}

/* ---- the result ---- */

static int compare_samples(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void job_summarize(struct map_benchmark_job *job,
		enum map_benchmark_step step, struct map_benchmark_time *time)
{
	size_t n = (size_t)job->nr_workers * job->run.rounds, i;
	u64 *samples = worker_samples(job, step, 0);
	u64 sum = 0;

	if (!job->ops->step[step])
		return;
	sort(samples, n, sizeof(*samples), compare_samples, NULL);
	for (i = 0; i < n; i++)
		sum += samples[i];
	time->min_ns = samples[0];
	time->median_ns = samples[n / 2];
	time->mean_ns = div64_u64(sum, n);
	time->max_ns = samples[n - 1];
}

static int job_run(struct map_benchmark_job *job)
{
	struct map_benchmark_worker *workers;
	int ret = -ENOMEM;

	workers = kvcalloc(job->run.threads, sizeof(*workers), GFP_KERNEL);
	job->samples = kvcalloc(NR_STEPS * (size_t)job->run.threads,
				job->run.rounds * sizeof(*job->samples),
				GFP_KERNEL);
	if (workers && job->samples)
		ret = job_run_workers(job, workers);
	if (!ret) {
		job_summarize(job, STEP_MAP, &job->run.map);
		job_summarize(job, STEP_SYNC_FOR_DEVICE,
			      &job->run.sync_for_device);
		job_summarize(job, STEP_SYNC_FOR_CPU, &job->run.sync_for_cpu);
		job_summarize(job, STEP_UNMAP, &job->run.unmap);
	}
	kvfree(job->samples);
	kvfree(workers);
	return ret;
}

/* ---- the device ---- */

static const struct bus_type *const map_benchmark_buses[] = {
#ifdef CONFIG_PCI
	&pci_bus_type,
#endif
	&platform_bus_type,
};

/* Holds a reference */
static struct device *map_benchmark_find_device(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(map_benchmark_buses); i++) {
		const struct bus_type *bus = map_benchmark_buses[i];
		size_t len = strlen(bus->name);

		if (!strncmp(name, bus->name, len) && name[len] == '/')
			return bus_find_device_by_name(bus, NULL,
						       name + len + 1);
	}
	return NULL;
}

static const struct resource *map_benchmark_resource(struct device *dev,
		unsigned int i)
{
#ifdef CONFIG_PCI
	if (dev_is_pci(dev))
		return i < PCI_STD_NUM_BARS ? &to_pci_dev(dev)->resource[i] :
					      NULL;
#endif
	return i < to_platform_device(dev)->num_resources ?
	       &to_platform_device(dev)->resource[i] : NULL;
}

/* Registers of the device to map, which nothing reads or writes */
static int map_benchmark_find_mmio(struct map_benchmark_job *job)
{
	const struct resource *res;
	unsigned int i;

	if (!job->ops->mmio)
		return 0;
	for (i = 0; (res = map_benchmark_resource(job->dev, i)); i++) {
		if (resource_type(res) != IORESOURCE_MEM || !res->start ||
		    resource_size(res) < job->run.size)
			continue;
		job->mmio = res->start;
		return 0;
	}
	return -EMSGSIZE;
}

static bool map_benchmark_is_bound(struct device *dev)
{
	guard(mutex)(&map_benchmark_lock);
	return map_benchmark_device() == dev;
}

static int map_benchmark_run_with_mask(struct map_benchmark_job *job,
		struct device *bound)
{
	u64 old_mask = dma_get_mask(bound);
	u64 mask = job->run.dma_bits ? DMA_BIT_MASK(job->run.dma_bits) :
				       old_mask;
	int ret;

	if (mask != old_mask && dma_set_mask(bound, mask))
		return -EINVAL;
	if (job->ops->mmio || job->run.size <= dma_max_mapping_size(job->dev))
		ret = job_run(job);
	else
		ret = -EMSGSIZE;
	if (mask != old_mask)
		dma_set_mask(bound, old_mask);
	return ret;
}

/* The lock keeps the owner bound until the end. The mask is the owner's. */
static int map_benchmark_run_alias(struct map_benchmark_job *job)
{
	guard(mutex)(&map_benchmark_lock);
	job->owner = map_benchmark_device();
	if (!job->owner)
		return -EOPNOTSUPP;
	if (!job->owner->dma_mask || !*job->owner->dma_mask)
		return -EIO;
	return map_benchmark_run_with_mask(job, job->owner);
}

/*
 * With the lock of the device no driver comes or goes, and none of the mask, the
 * IOMMU domain and the resources changes. A device that never had a driver may
 * have none of these yet.
 */
static int map_benchmark_run_locked(struct map_benchmark_job *job)
{
	struct device *dev = job->dev;
	int ret;

	device_lock_assert(dev);
	if (!dev->driver)
		return -ENXIO;
	if (!dev->dma_mask || !*dev->dma_mask)
		return -EIO;
	ret = map_benchmark_find_mmio(job);
	if (ret)
		return ret;
	if (job->ops->alias)
		return map_benchmark_run_alias(job);
	if (job->run.dma_bits && !map_benchmark_is_bound(dev))
		return -EBUSY;
	return map_benchmark_run_with_mask(job, dev);
}

static bool map_benchmark_node_valid(int node)
{
	return node == NUMA_NO_NODE ||
	       (node >= 0 && node < MAX_NUMNODES && node_possible(node));
}

static bool map_benchmark_run_valid(const struct map_benchmark_run *run)
{
	return strnlen(run->device, sizeof(run->device)) < sizeof(run->device) &&
	       run->dma_dir <= DMA_MAP_FROM_DEVICE && run->size &&
	       in_range(run->segments, 1, DMA_MAP_MAX_SEGMENTS) &&
	       in_range(run->batch, 1, DMA_MAP_MAX_BATCH) &&
	       in_range(run->rounds, 1, DMA_MAP_MAX_ROUNDS) &&
	       in_range(run->threads, 1, DMA_MAP_MAX_THREADS) &&
	       map_benchmark_node_valid(run->node) && run->dma_bits <= 64 &&
	       !memchr_inv(run->reserved, 0, sizeof(run->reserved));
}

static int map_benchmark_run(struct map_benchmark_job *job)
{
	int ret;

	if (!map_benchmark_run_valid(&job->run))
		return -EINVAL;
	if (job->run.op >= ARRAY_SIZE(map_benchmark_ops))
		return -EOPNOTSUPP;
	job->ops = &map_benchmark_ops[job->run.op];
	init_completion(&job->ready);
	init_completion(&job->start);
	init_completion(&job->done);

	job->dev = map_benchmark_find_device(job->run.device);
	if (!job->dev)
		return -ENODEV;
	scoped_guard(device, job->dev)
		ret = map_benchmark_run_locked(job);
	put_device(job->dev);
	return ret;
}

long map_benchmark_run_ioctl(struct map_benchmark_run __user *arg)
{
	struct map_benchmark_job *job __free(kfree) =
		kzalloc(sizeof(*job), GFP_KERNEL);
	int ret;

	if (!job)
		return -ENOMEM;
	if (copy_from_user(&job->run, arg, sizeof(job->run)))
		return -EFAULT;
	ret = map_benchmark_run(job);
	if (ret)
		return ret;
	return copy_to_user(arg, &job->run, sizeof(job->run)) ? -EFAULT : 0;
}
