/*
 * random_change.h - random streams for property tests: the same seed gives the same stream.
 */
#ifndef RAYDECK_TESTS_RANDOM_CHANGE_H
#define RAYDECK_TESTS_RANDOM_CHANGE_H

#include "backends/world/change.h"

struct rng {
    uint64_t state; /* not 0 */
};
uint32_t random_next(void *rng);

enum { RANDOM_OWNERS = 4 };
extern const char *const random_owners[RANDOM_OWNERS]; /* NULL: none */

/* A change that may make sense or not: few sources, tables and keys, so that they meet. Caller frees. Times go up. */
struct change *random_change(struct rng *rng, uint64_t *clock_ms);

#endif
