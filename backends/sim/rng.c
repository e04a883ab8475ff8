/* rng.c - seeded random numbers. */
#include "backends/sim/rng.h"

#include <assert.h>
#include <stdio.h>

void rng_init(struct rng *r, uint64_t seed)
{
    r->state = seed * 0x9E3779B97F4A7C15u + 1;
}

/* SplitMix64 (Steele, Lea, Flood 2014): small, and good enough for names and delays. */
uint64_t rng_next(struct rng *r)
{
    uint64_t z = (r->state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

uint64_t rng_below(struct rng *r, uint64_t limit)
{
    assert(limit > 0);
    return rng_next(r) % limit;
}

uint64_t rng_around(struct rng *r, uint64_t value, unsigned percent)
{
    uint64_t spread = value * percent / 100;
    return value - spread + rng_below(r, 2 * spread + 1);
}

void rng_suffix(struct rng *r, char *out, size_t len)
{
    static const char letters[] = "bcdfghjklmnpqrstvwxz2456789"; /* k8s.io/apimachinery/pkg/util/rand */
    for (size_t i = 0; i < len; i++) out[i] = letters[rng_below(r, sizeof letters - 1)];
    out[len] = '\0';
}

void rng_hex(struct rng *r, char *out, size_t len)
{
    for (size_t i = 0; i < len; i++) out[i] = "0123456789abcdef"[rng_below(r, 16)];
    out[len] = '\0';
}

void rng_uuid(struct rng *r, char out[RNG_UUID])
{
    uint64_t a = rng_next(r), b = rng_next(r);
    snprintf(out, RNG_UUID, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16) & 0xffff,
             (unsigned)a & 0xfff, ((unsigned)(b >> 48) & 0x3fff) | 0x8000, (unsigned long long)(b & 0xffffffffffffull));
}

uint64_t rng_hash(const char *text)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *text; text++) h = (h ^ (unsigned char)*text) * 0x100000001b3u;
    return h;
}
