/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _KERNEL_DMA_MAP_BENCHMARK_H
#define _KERNEL_DMA_MAP_BENCHMARK_H

#include <linux/map_benchmark.h>
#include <linux/mutex.h>

struct device;

/* Keeps the device bound that is bound to the benchmark */
extern struct mutex map_benchmark_lock;

/* That device, or NULL. The caller holds the lock. */
struct device *map_benchmark_device(void);

long map_benchmark_run_ioctl(struct map_benchmark_run __user *arg);

#endif /* _KERNEL_DMA_MAP_BENCHMARK_H */
