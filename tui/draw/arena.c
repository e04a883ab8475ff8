/* arena.c - Text of one frame, freed together. */
#include "tui/draw/arena.h"

#include "backends/base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_CHUNK = 32768, ARENA_ALIGN = 16 };

struct chunk {
    struct chunk *next;
    size_t used, size;
    char *bytes;
};
struct arena {
    struct chunk *first, *at; /* chunks after `at` are empty */
};

static struct chunk *chunk_new(size_t size)
{
    struct chunk *c = mem_zero(1, sizeof *c);
    c->size = size > ARENA_CHUNK ? size : ARENA_CHUNK;
    c->bytes = mem_alloc(c->size);
    return c;
}

struct arena *arena_new(void)
{
    struct arena *a = mem_zero(1, sizeof *a);
    a->first = a->at = chunk_new(ARENA_CHUNK);
    return a;
}

void arena_free(struct arena *a)
{
    if (!a) return;
    for (struct chunk *c = a->first, *next; c; c = next) {
        next = c->next;
        free(c->bytes);
        free(c);
    }
    free(a);
}

void arena_clear(struct arena *a)
{
    for (struct chunk *c = a->first; c; c = c->next) c->used = 0;
    a->at = a->first;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    while (a->at->size - a->at->used < size) {
        if (!a->at->next || a->at->next->size < size) {
            struct chunk *c = chunk_new(size);
            c->next = a->at->next;
            a->at->next = c;
        }
        a->at = a->at->next;
    }
    void *given = a->at->bytes + a->at->used;
    a->at->used += size;
    return memset(given, 0, size);
}

const char *arena_strn(struct arena *a, const char *bytes, size_t len)
{
    char *copy = arena_alloc(a, len + 1);
    memcpy(copy, bytes, len);
    return copy;
}
