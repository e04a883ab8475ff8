/* histogram.c - counts durations in log-linear buckets; see histogram.h. */
#include "backends/base/histogram.h"

static unsigned highest_bit(uint64_t v)
{
    return 63 - (unsigned)__builtin_clzll(v);
}

static size_t bucket_of(uint64_t us)
{
    if (us > HISTOGRAM_MAX_US) us = HISTOGRAM_MAX_US;
    if (us < HISTOGRAM_SUB) return (size_t)us;
    const unsigned shift = highest_bit(us) - HISTOGRAM_SUB_BITS;
    return ((size_t)shift + 1) * HISTOGRAM_SUB + (size_t)(us >> shift) - HISTOGRAM_SUB;
}

/* The middle of the bucket. */
static uint64_t bucket_value(size_t i)
{
    if (i < HISTOGRAM_SUB) return i;
    const unsigned shift = (unsigned)(i / HISTOGRAM_SUB) - 1;
    const uint64_t low = (uint64_t)(HISTOGRAM_SUB + i % HISTOGRAM_SUB) << shift;
    return low + (UINT64_C(1) << shift) / 2;
}

void histogram_record(struct histogram *h, uint64_t us)
{
    if (!h->count || us < h->min_us) h->min_us = us;
    if (!h->count || us > h->max_us) h->max_us = us;
    h->count++;
    h->bucket[bucket_of(us)]++;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    if (!from->count) return;
    if (!into->count || from->min_us < into->min_us) into->min_us = from->min_us;
    if (!into->count || from->max_us > into->max_us) into->max_us = from->max_us;
    into->count += from->count;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) into->bucket[i] += from->bucket[i];
}

/* The rank of the value, from 1: the least count that makes up `percent` of all. */
static uint64_t rank_of(uint64_t count, double percent)
{
    const double exact = (double)count * percent / 100;
    uint64_t rank = (uint64_t)exact;

    if ((double)rank < exact) rank++;
    return rank < 1 ? 1 : rank > count ? count : rank;
}

struct known_u64 histogram_percentile(const struct histogram *h, double percent)
{
    uint64_t seen = 0;

    if (!h->count) return UNKNOWN_U64;
    const uint64_t rank = rank_of(h->count, percent);
    if (rank == 1) return known_u64(h->min_us);
    if (rank == h->count) return known_u64(h->max_us);
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->bucket[i];
        if (seen < rank) continue;
        const uint64_t us = bucket_value(i);
        return known_u64(us < h->min_us ? h->min_us : us > h->max_us ? h->max_us : us);
    }
    return known_u64(h->max_us);
}
