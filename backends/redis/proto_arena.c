/* proto_arena.c - an arena allocator for protobuf-c: chunks that are wiped and freed together. */
#include "backends/redis/proto_arena.h"

#include "backends/base/mem.h"

#include <stdlib.h>

enum { CHUNK = 16 * 1024, ALIGN = sizeof(max_align_t) };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size, used;
    max_align_t bytes[];
};

static void *arena_malloc(void *data, size_t size)
{
    struct arena *a = data;
    if (size > a->left) return NULL;
    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    struct arena_chunk *c = a->chunks;
    if (!c || c->size - c->used < size) {
        const size_t room = size > CHUNK ? size : (size_t)CHUNK;
        c = mem_alloc(sizeof *c + room);
        *c = (struct arena_chunk){.next = a->chunks, .size = room};
        a->chunks = c;
    }
    void *at = (char *)c->bytes + c->used;
    c->used += size;
    a->left -= size < a->left ? size : a->left;
    return at;
}

/* arena_done frees everything at once. */
static void arena_free_none(void *data, void *pointer)
{
    (void)data;
    (void)pointer;
}

void arena_init(struct arena *a, size_t limit)
{
    *a = (struct arena){.allocator = {arena_malloc, arena_free_none, a}, .left = limit};
}

void arena_done(struct arena *a)
{
    for (struct arena_chunk *c = a->chunks, *next; c; c = next) {
        next = c->next;
        mem_wipe(c->bytes, c->used);
        free(c);
    }
    a->chunks = NULL;
}
