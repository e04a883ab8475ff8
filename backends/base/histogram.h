/*
 * histogram.h - a distribution of durations in microseconds, with percentiles exact to 1 %. Pure.
 *
 * Log-linear: values below 128 have a bucket each; above, each power of two is divided into 128 buckets of equal width,
 * so that the middle of a bucket differs from any value in it by less than 0.4 %. Values beyond HISTOGRAM_MAX_US count
 * in the last bucket; the largest value itself is kept. A flat value of some 35 KiB: zeroed is empty.
 */
#ifndef RAYDECK_BASE_HISTOGRAM_H
#define RAYDECK_BASE_HISTOGRAM_H

#include "backends/base/known.h"

#include <stddef.h>
#include <stdint.h>

enum {
    HISTOGRAM_SUB_BITS = 7,
    HISTOGRAM_SUB = 1 << HISTOGRAM_SUB_BITS, /* buckets of a power of two */
    HISTOGRAM_VALUE_BITS = 40,               /* up to 12.7 days */
    HISTOGRAM_BUCKETS = (HISTOGRAM_VALUE_BITS - HISTOGRAM_SUB_BITS + 1) * HISTOGRAM_SUB,
};
#define HISTOGRAM_MAX_US ((UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1)

struct histogram {
    uint64_t count, min_us, max_us; /* count 0: the other two mean nothing */
    uint64_t bucket[HISTOGRAM_BUCKETS];
};

void histogram_record(struct histogram *h, uint64_t us);
void histogram_merge(struct histogram *into, const struct histogram *from);
/* The smallest value that at least `percent` (0 to 100) of all values do not exceed (nearest rank). 0 and 100 are the
 * least and the largest value, exactly. Unknown where it is empty. */
struct known_u64 histogram_percentile(const struct histogram *h, double percent);

#endif
