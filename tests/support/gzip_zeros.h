/* gzip_zeros.h - a gzip bomb made without a compressor: what a hostile server sends. */
#ifndef RAYDECK_TESTS_GZIP_ZEROS_H
#define RAYDECK_TESTS_GZIP_ZEROS_H

#include "backends/base/buf.h"

/* Adds a gzip member (RFC 1952) of at least `len` bytes of '0', 158 to one; its checksum is wrong. */
void gzip_zeros(struct buf *out, size_t len);

#endif
