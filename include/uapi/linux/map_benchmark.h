/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Copyright (C) 2022 HiSilicon Limited.
 */

#ifndef _UAPI_LINUX_MAP_BENCHMARK_H
#define _UAPI_LINUX_MAP_BENCHMARK_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define DMA_MAP_BENCHMARK       _IOWR('d', 1, struct map_benchmark)
#define DMA_MAP_BENCHMARK_RUN   _IOWR('d', 2, struct map_benchmark_run)

#define DMA_MAP_MAX_THREADS     1024
#define DMA_MAP_MAX_SECONDS     300
#define DMA_MAP_MAX_TRANS_DELAY (10 * 1000 * 1000) /* ns */

#define DMA_MAP_BIDIRECTIONAL   0
#define DMA_MAP_TO_DEVICE       1
#define DMA_MAP_FROM_DEVICE     2

struct map_benchmark {
	__u64 avg_map_100ns; /* average map latency in 100ns */
	__u64 map_stddev; /* standard deviation of map latency */
	__u64 avg_unmap_100ns; /* as above */
	__u64 unmap_stddev;
	__u32 threads; /* how many threads will do map/unmap in parallel */
	__u32 seconds; /* how long the test will last */
	__s32 node; /* which numa node this benchmark will run on */
	__u32 dma_bits; /* DMA addressing capability */
	__u32 dma_dir; /* DMA data direction */
	__u32 dma_trans_ns; /* time for DMA transmission in ns */
	__u32 granule;  /* how many PAGE_SIZE will do map/unmap once a time */
	__u8 expansion[76]; /* For future use */
};

#define DMA_MAP_MAX_BATCH       4096
#define DMA_MAP_MAX_ROUNDS      10000
#define DMA_MAP_MAX_SEGMENTS    1024

/**
 * enum map_benchmark_op - Calls that map a request
 * @DMA_MAP_OP_SINGLE:   dma_map_single(), a call for each segment
 * @DMA_MAP_OP_PAGE:     dma_map_page(), a call for each segment
 * @DMA_MAP_OP_PHYS:     dma_map_phys(), a call for each segment
 * @DMA_MAP_OP_SG:       dma_map_sg(), one call for all segments
 * @DMA_MAP_OP_RESOURCE: dma_map_resource() of a register range of the device
 *                       itself, a call for each segment; there is no sync
 * @DMA_MAP_OP_MMIO:     the same by dma_map_phys() with DMA_ATTR_MMIO
 * @DMA_MAP_OP_SOURCE:   dma_map_phys(), unmapped and synced with the source
 *                       known, by dma_unmap_phys_from() and the like
 * @DMA_MAP_OP_STATE:    dma_map_phys_state(), unmapped and synced with the state
 *                       that it fills
 * @DMA_MAP_OP_ALIAS:    dma_alias_map() and dma_alias_unmap(), a call for each
 *                       request; there is no sync. The memory is that of
 *                       DMA_MAP_OP_SG, and the device that is bound to the
 *                       benchmark has mapped it before. It needs an IOMMU if
 *                       there are several segments
 *
 * A kernel that does not know a number answers with EOPNOTSUPP.
 */
enum map_benchmark_op {
	DMA_MAP_OP_SINGLE,
	DMA_MAP_OP_PAGE,
	DMA_MAP_OP_PHYS,
	DMA_MAP_OP_SG,
	DMA_MAP_OP_RESOURCE,
	DMA_MAP_OP_MMIO,
	DMA_MAP_OP_SOURCE,
	DMA_MAP_OP_STATE,
	DMA_MAP_OP_ALIAS,
};

/**
 * struct map_benchmark_time - Times of one step of a batch, over all rounds
 * @min_ns:    The least, in nanoseconds for the whole batch
 * @median_ns: The median
 * @mean_ns:   The mean
 * @max_ns:    The most
 *
 * All zero for a step that the operation does not have.
 */
struct map_benchmark_time {
	__u64 min_ns;
	__u64 median_ns;
	__u64 mean_ns;
	__u64 max_ns;
};

/**
 * struct map_benchmark_run - The argument of DMA_MAP_BENCHMARK_RUN
 * @device:          Bus and name of the device to map for, as in sysfs:
 *                   "pci/0000:00:04.0", "platform/dma-engine.0". It must have
 *                   a driver, any, which is held there until the end
 * @op:              One of &enum map_benchmark_op
 * @dma_dir:         DMA_MAP_BIDIRECTIONAL, DMA_MAP_TO_DEVICE or
 *                   DMA_MAP_FROM_DEVICE
 * @size:            Bytes of a segment
 * @segments:        Segments of a request. No two of them are neighbours in
 *                   memory
 * @batch:           Requests that are mapped, synced and unmapped together.
 *                   Each step of a batch is timed as a whole, so that the
 *                   clock's cost and resolution are shared by all of it
 * @rounds:          How often to do that. One more comes first and is not
 *                   counted
 * @threads:         How many threads do it at the same time, each with its own
 *                   memory
 * @node:            NUMA node to run on, or -1
 * @dma_bits:        DMA mask for the time of the run, only where the device is
 *                   bound to the benchmark; 0: the mask that it has. With
 *                   DMA_MAP_OP_ALIAS, that of the device that is bound
 * @reserved:        0
 * @map:             Result: mapping
 * @sync_for_device: Result: sync for the device
 * @sync_for_cpu:    Result: sync for the CPU
 * @unmap:           Result: unmapping
 *
 * Errors of the ioctl: EINVAL for a number that is out of range, EOPNOTSUPP for
 * an operation that this kernel does not have, and for an alias if no device is
 * bound to the benchmark, or the memory is not one range of DMA addresses for
 * it; EMSGSIZE for a segment larger than the device can be given in one mapping
 * (for registers: than it has), ENODEV for no such device, ENXIO for one without
 * a driver, EBUSY for a mask of a device that has another driver, EIO for one
 * without a DMA mask or if a mapping fails, ENOMEM, and EINTR. An alias that is
 * refused has the error of dma_alias_map().
 */
struct map_benchmark_run {
	char device[64];
	__u32 op;
	__u32 dma_dir;
	__u32 size;
	__u32 segments;
	__u32 batch;
	__u32 rounds;
	__u32 threads;
	__s32 node;
	__u32 dma_bits;
	__u32 reserved[7];
	struct map_benchmark_time map;
	struct map_benchmark_time sync_for_device;
	struct map_benchmark_time sync_for_cpu;
	struct map_benchmark_time unmap;
};

#endif /* _UAPI_LINUX_MAP_BENCHMARK_H */
