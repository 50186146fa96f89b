/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the drivers that measure themselves: so many rounds, and their times in the kernel's
 * log, as the benchmark of the selftests prints them.
 */
#include <linux/ktime.h>
#include <linux/sort.h>

#define BENCH_COUNT	64	/* operations of a round */
#define BENCH_ROUNDS	20

static int bench_compare(const void *a, const void *b)
{
	return *(const u64 *)a < *(const u64 *)b ? -1 : *(const u64 *)a > *(const u64 *)b;
}

#define BENCH_FIGURE(t)	(t) / BENCH_COUNT, (t) % BENCH_COUNT * 100 / BENCH_COUNT

static void bench_print(const char *operation, unsigned int size, unsigned int segments,
			const char *step, u64 *times)
{
	u64 sum = 0;

	sort(times, BENCH_ROUNDS, sizeof(*times), bench_compare, NULL);
	for (int i = 0; i < BENCH_ROUNDS; i++)
		sum += times[i];
	printk(KERN_INFO "harness: csv %s,%u,%u,1,%s,"
	       "%llu.%02llu,%llu.%02llu,%llu.%02llu,%llu.%02llu,\n", operation, size, segments, step,
	       BENCH_FIGURE(times[0]), BENCH_FIGURE(times[BENCH_ROUNDS / 2]),
	       BENCH_FIGURE(sum / BENCH_ROUNDS), BENCH_FIGURE(times[BENCH_ROUNDS - 1]));
}
