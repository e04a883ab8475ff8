/*
 * pbwire.h - protobuf's wire format, written: the simulator's own, so that the console's decoder is not tested against
 * itself. As proto3 does, a scalar that is zero or empty is left out.
 * Source: protobuf.dev, Encoding.
 */
#ifndef RAYDECK_SIM_PBWIRE_H
#define RAYDECK_SIM_PBWIRE_H

#include "backends/base/buf.h"

#include <stdint.h>

enum { PB_MAX = 256 * 1024 }; /* of one message; beyond it nothing more is added */

void pb_u64(struct buf *b, unsigned field, uint64_t v); /* varint: int32, uint32, int64, uint64, bool, enum */
void pb_double(struct buf *b, unsigned field, double v);
void pb_str(struct buf *b, unsigned field, const char *s);
void pb_bytes(struct buf *b, unsigned field, const void *bytes, size_t len);
void pb_hex(struct buf *b, unsigned field, const char *hex);             /* the bytes that the hex digits say */
void pb_message(struct buf *b, unsigned field, const struct buf *inner); /* also an empty one */

#endif
