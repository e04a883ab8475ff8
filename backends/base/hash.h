/*
 * hash.h - FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv): fast, and no defence against chosen input.
 */
#ifndef RAYDECK_BASE_HASH_H
#define RAYDECK_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* seed 0: the standard's own; another one distinguishes what is equal, or chains the hash of several parts. */
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t len);
uint64_t hash_text(uint64_t seed, const char *text);

#endif
