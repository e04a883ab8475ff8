/*
 * proto_arena.h - a bounded, wiped allocator for protobuf-c.
 *
 * Unpacking copies every field of a message, unknown ones included, and those may hold secrets: all of it lies in one
 * arena, which arena_done wipes. A message that needs more than the limit fails to unpack.
 */
#ifndef RAYDECK_REDIS_PROTO_ARENA_H
#define RAYDECK_REDIS_PROTO_ARENA_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

struct arena_chunk;
struct arena {
    ProtobufCAllocator allocator; /* pass this to protobuf-c */
    struct arena_chunk *chunks;
    size_t left; /* of the limit */
};

void arena_init(struct arena *a, size_t limit);
void arena_done(struct arena *a); /* wipes and frees all messages unpacked with it */

#endif
