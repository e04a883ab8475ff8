/* histogram_test.c - percentiles against those of the sorted values themselves. */
#include "backends/base/histogram.h"
#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { VALUES = 5000, ROUNDS = 40 };

static uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static int u64_compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Spread over as many powers of two as the round says: from all equal to 12 days. */
static size_t values_fill(uint64_t *value, size_t round, uint64_t *state)
{
    const size_t count = 1 + random_next(state) % VALUES;

    for (size_t i = 0; i < count; i++) {
        const unsigned bits = 1 + (unsigned)(random_next(state) % round);
        value[i] = random_next(state) & ((UINT64_C(1) << bits) - 1);
    }
    return count;
}

static void percentiles_are_exact_to_one_percent(void **state)
{
    (void)state;
    static const double percent[] = {0, 0.1, 1, 10, 50, 90, 95, 99, 99.9, 99.99, 100};
    uint64_t seed = 88172645463325252u, *value = mem_zero(VALUES, sizeof *value);
    struct histogram *h = mem_zero(1, sizeof *h);

    for (size_t round = 1; round <= ROUNDS; round++) {
        const size_t count = values_fill(value, round, &seed);
        *h = (struct histogram){.count = 0};
        for (size_t i = 0; i < count; i++) histogram_record(h, value[i]);
        qsort(value, count, sizeof *value, u64_compare);
        for (size_t i = 0; i < ARRAY_LEN(percent); i++) {
            double exact = (double)count * percent[i] / 100;
            size_t rank = (size_t)exact + ((double)(size_t)exact < exact);
            const uint64_t right = value[rank ? rank - 1 : 0];
            const struct known_u64 got = histogram_percentile(h, percent[i]);
            assert_true(got.known);
            const uint64_t off = got.value > right ? got.value - right : right - got.value;
            if (off * 100 > right)
                fail_msg("round %zu: p%g of %zu values is %llu, not %llu", round, percent[i], count,
                         (unsigned long long)got.value, (unsigned long long)right);
        }
    }
    free(h);
    free(value);
}

static void an_empty_one_has_no_percentile(void **state)
{
    (void)state;
    struct histogram *h = mem_zero(1, sizeof *h), *other = mem_zero(1, sizeof *other);

    assert_false(histogram_percentile(h, 50).known);
    histogram_merge(h, other);
    assert_int_equal(h->count, 0);
    histogram_record(other, 0);
    histogram_merge(h, other);
    assert_true(histogram_percentile(h, 50).known);
    assert_int_equal(histogram_percentile(h, 50).value, 0);
    free(h);
    free(other);
}

static void merged_ones_are_one(void **state)
{
    (void)state;
    uint64_t seed = 42, *value = mem_zero(VALUES, sizeof *value);
    struct histogram *part = mem_zero(3, sizeof *part);
    const size_t count = values_fill(value, 30, &seed);

    for (size_t i = 0; i < count; i++) {
        histogram_record(&part[i % 2], value[i]);
        histogram_record(&part[2], value[i]);
    }
    histogram_merge(&part[0], &part[1]);
    assert_memory_equal(&part[0], &part[2], sizeof part[0]);
    free(part);
    free(value);
}

static void beyond_the_last_bucket_the_largest_is_kept(void **state)
{
    (void)state;
    struct histogram *h = mem_zero(1, sizeof *h);

    histogram_record(h, 1);
    histogram_record(h, UINT64_MAX);
    assert_int_equal(histogram_percentile(h, 50).value, 1);
    assert_true(histogram_percentile(h, 100).value == UINT64_MAX);
    assert_int_equal(h->count, 2);
    free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_exact_to_one_percent),
        cmocka_unit_test(an_empty_one_has_no_percentile),
        cmocka_unit_test(merged_ones_are_one),
        cmocka_unit_test(beyond_the_last_bucket_the_largest_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
