/*
 * sha256.h - SHA-256 (FIPS 180-4) of bytes in memory, for fingerprints of clusters. Not for secrets: it is not
 * constant-time.
 */
#ifndef RAYDECK_BASE_SHA256_H
#define RAYDECK_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_HEX = 65 }; /* 64 lower-case hexadecimal digits and their NUL */

struct sha256 {
    uint32_t state[8];
    uint64_t bytes;
    unsigned char block[64];
};
void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *bytes, size_t len);
void sha256_hex(struct sha256 *s, char ret[SHA256_HEX]); /* finishes; s must be initialised again */

#endif
