// SPDX-License-Identifier: GPL-2.0
/*
 * The driver of QEMU's edu device: it refuses transfers beyond the device's
 * buffer, and devices that are not there.
 */
#include "edu_kunit.h"

static const struct edu_bounds_param {
	const char	*desc;
	unsigned int	offset;
	size_t		len;
} edu_bounds_params[] = {
	{ "nothing", 0, 0 },
	{ "one too many", 0, EDU_BUF_SIZE + 1 },
	{ "past the end", EDU_BUF_SIZE, 1 },
	{ "across the end", EDU_BUF_SIZE - 1, 2 },
	{ "an offset that wraps", UINT_MAX, 2 },
	{ "a length that wraps", 1, SIZE_MAX },
};

KUNIT_ARRAY_PARAM_DESC(edu_bounds, edu_bounds_params, desc);

/* QEMU would abort */
static void edu_test_bounds(struct kunit *test)
{
	const struct edu_bounds_param *p = test->param_value;
	struct edu *edu = edu_pick(test, WIDE);

	KUNIT_EXPECT_EQ(test, -EINVAL, edu_dma_to_device(edu, 0, p->offset,
							 p->len));
	KUNIT_EXPECT_EQ(test, -EINVAL, edu_dma_from_device(edu, 0, p->offset,
							   p->len));
}

static void edu_test_get(struct kunit *test)
{
	struct edu *edu = edu_get(UINT_MAX);

	KUNIT_EXPECT_PTR_EQ(test, edu, ERR_PTR(-ENODEV));
}

static struct kunit_case edu_driver_cases[] = {
	KUNIT_CASE_PARAM(edu_test_bounds, edu_bounds_gen_params),
	KUNIT_CASE(edu_test_get),
	{ }
};

static struct kunit_suite edu_driver_suite = {
	.name = "dma_edu_driver",
	.suite_init = edu_kunit_suite_init,
	.init = edu_kunit_init,
	.test_cases = edu_driver_cases,
};

kunit_test_suite(edu_driver_suite);
