/* hash.c - see hash.h. */
#include "backends/base/hash.h"

#include <string.h>

static const uint64_t fnv_basis = 0xcbf29ce484222325u, fnv_prime = 0x100000001b3u;

uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t len)
{
    uint64_t hash = fnv_basis ^ seed;
    const unsigned char *at = bytes;
    for (size_t i = 0; i < len; i++) hash = (hash ^ at[i]) * fnv_prime;
    return hash;
}

uint64_t hash_text(uint64_t seed, const char *text)
{
    return hash_bytes(seed, text, strlen(text));
}
