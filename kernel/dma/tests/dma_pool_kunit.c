// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the atomic pools: an expansion that fails returns its error and
 * frees its pages.
 *
 * Neither of the two functions that can fail does so on its own: one reports an
 * error only on a machine with memory encryption, and the allocation in the
 * other sleeps, which exempts it from fault injection. So each is made to fail
 * by a kprobe at its entry, as BPF and fail_function do it.
 */
#include <linux/error-injection.h>
#include <linux/genalloc.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <kunit/dma.h>
#include "direct.h"

#define POOL_SIZE	SZ_64K
#define POOL_ATTEMPTS	16

enum pool_step {
	POOL_DECRYPT,
	POOL_ADD,
	POOL_STEPS
};

static const struct pool_failure {
	const char *function;
	int error;
} pool_failures[POOL_STEPS] = {
	[POOL_DECRYPT]	= { "set_memory_decrypted", -EIO },
	[POOL_ADD]	= { "gen_pool_add_owner", -ENOMEM },
};

static void pool_failure_desc(const struct pool_failure *f, char *desc)
{
	strscpy(desc, f->function, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pool_failure, pool_failures, pool_failure_desc);

/* Only calls by the task of the test count, and fail */
static struct {
	struct kprobe kp[POOL_STEPS];
	struct task_struct *task;
	const struct pool_failure *failure;
	struct page *page;
	unsigned int calls[POOL_STEPS];
} pool_probe;

static int pool_call(struct kprobe *kp, struct pt_regs *regs)
{
	enum pool_step step = kp - pool_probe.kp;

	if (pool_probe.task != current)
		return 0;
	pool_probe.calls[step]++;
	if (step == POOL_DECRYPT)
		pool_probe.page = virt_to_page((void *)
				regs_get_kernel_argument(regs, 0));
	if (pool_probe.failure != &pool_failures[step])
		return 0;
	regs_set_return_value(regs, pool_probe.failure->error);
	override_function_with_return(regs);
	return 1;
}

/* A kprobe with a post_handler is not optimized to a jump, which cannot return 1 */
static void pool_called(struct kprobe *kp, struct pt_regs *regs,
			unsigned long flags)
{
}

static void pool_unregister(void *kp)
{
	unregister_kprobe(kp);
}

static void pool_register(struct kunit *test, enum pool_step step)
{
	struct kprobe *kp = &pool_probe.kp[step];
	int ret;

	kp->symbol_name = pool_failures[step].function;
	kp->pre_handler = pool_call;
	kp->post_handler = pool_called;
	ret = register_kprobe(kp);
	if (ret)
		kunit_skip(test, "no kprobe at %s(): %d", kp->symbol_name, ret);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, pool_unregister, kp));
}

static void pool_destroy(void *pool)
{
	gen_pool_destroy(pool);
}

static void pool_expand_fails(struct kunit *test)
{
	struct gen_pool *pool = gen_pool_create(PAGE_SHIFT, NUMA_NO_NODE);
	const struct pool_failure *f = test->param_value;
	unsigned int i, used = 0;
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, pool);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, pool_destroy, pool));
	memset(&pool_probe, 0, sizeof(pool_probe));
	pool_probe.failure = f;
	pool_register(test, POOL_DECRYPT);
	pool_register(test, POOL_ADD);

	for (i = 0; i < POOL_ATTEMPTS; i++) {
		pool_probe.page = NULL;
		pool_probe.task = current;
		ret = atomic_pool_expand(pool, POOL_SIZE, GFP_KERNEL);
		pool_probe.task = NULL;
		KUNIT_EXPECT_EQ(test, f->error, ret);
		KUNIT_ASSERT_NOT_NULL(test, pool_probe.page);
		used += page_count(pool_probe.page) > 0;
	}
	KUNIT_EXPECT_EQ(test, POOL_ATTEMPTS, pool_probe.calls[f - pool_failures]);
	KUNIT_EXPECT_EQ(test, 0, gen_pool_size(pool));
	/* Others may have allocated a freed page by now, but not every one */
	KUNIT_EXPECT_LT(test, used, POOL_ATTEMPTS);
}

static struct kunit_case dma_pool_cases[] = {
	KUNIT_CASE_PARAM(pool_expand_fails, pool_failure_gen_params),
	{}
};

static struct kunit_suite dma_pool_suite = {
	.name		= "dma_pool",
	.test_cases	= dma_pool_cases,
};

kunit_test_suite(dma_pool_suite);
