/*
 * proto_arena.h - a bounded, wiped allocator for protobuf-c.
 *
 * Unpacking copies every field of a message, those without a name included, and those may be secrets: all of it comes
 * out of one arena, which is wiped when it is done with. A message that wants more than the limit fails to unpack.
 */
#ifndef RAYDECK_REDIS_PROTO_ARENA_H
#define RAYDECK_REDIS_PROTO_ARENA_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

struct arena_chunk;
struct arena {
    ProtobufCAllocator allocator; /* what protobuf-c is given */
    struct arena_chunk *chunks;
    size_t left; /* of the limit */
};

void arena_init(struct arena *a, size_t limit);
void arena_done(struct arena *a); /* wipes and frees; everything unpacked is gone */

#endif
