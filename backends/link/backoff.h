/*
 * backoff.h - how long to wait before trying again: doubling from first to most, with a jitter of ±25 % from a seeded
 * stream, so that tests can say what comes. Pure.
 */
#ifndef RAYDECK_LINK_BACKOFF_H
#define RAYDECK_LINK_BACKOFF_H

#include <stdint.h>

struct backoff {
    uint32_t first_ms, most_ms, next_ms, seed;
    uint32_t tries;
};
void backoff_init(struct backoff *b, uint32_t first_ms, uint32_t most_ms, uint32_t seed);
uint32_t backoff_next(struct backoff *b); /* the delay before the next try */
void backoff_reset(struct backoff *b);    /* it worked */

#endif
