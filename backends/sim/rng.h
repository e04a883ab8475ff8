/*
 * rng.h - the simulator's only random numbers: seeded, so that runs are repeatable.
 */
#ifndef RAYDECK_SIM_RNG_H
#define RAYDECK_SIM_RNG_H

#include <stddef.h>
#include <stdint.h>

enum { RNG_UUID = 37 };

struct rng {
    uint64_t state;
};
void rng_init(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t limit);                    /* 0..limit-1; limit > 0 */
uint64_t rng_around(struct rng *r, uint64_t value, unsigned percent); /* value ± percent */
void rng_suffix(struct rng *r, char *out, size_t len); /* len characters as Kubernetes' generateName, and NUL */
void rng_hex(struct rng *r, char *out, size_t len);    /* len lower-case hex digits, and NUL */
void rng_uuid(struct rng *r, char out[RNG_UUID]);      /* a version 4 UUID */
uint64_t rng_hash(const char *text);                   /* of a text: FNV-1a */

#endif
