/*
 * pbwire.h - encodes protobuf's wire format, without libprotobuf-c, so that the console's decoder is not tested against
 * itself. As in proto3, scalars that are zero or empty are omitted. Source: protobuf.dev, Encoding.
 */
#ifndef RAYDECK_SIM_PBWIRE_H
#define RAYDECK_SIM_PBWIRE_H

#include "backends/base/buf.h"

#include <stdint.h>

enum { PB_MAX = 256 * 1024 }; /* of one message; fields beyond it are dropped */

void pb_u64(struct buf *b, unsigned field, uint64_t v); /* varint: int32, uint32, int64, uint64, bool, enum */
void pb_double(struct buf *b, unsigned field, double v);
void pb_str(struct buf *b, unsigned field, const char *s);
void pb_bytes(struct buf *b, unsigned field, const void *bytes, size_t len);
void pb_hex(struct buf *b, unsigned field, const char *hex);             /* decodes the hex digits */
void pb_message(struct buf *b, unsigned field, const struct buf *inner); /* also an empty one */

#endif
