/* arena.h - an arena: many small allocations, freed all at once. */
#ifndef RAYDECK_DRAW_ARENA_H
#define RAYDECK_DRAW_ARENA_H

#include <stddef.h>

struct arena;
struct arena *arena_new(void);
void arena_free(struct arena *a);                /* NULL is fine */
void arena_clear(struct arena *a);               /* invalidates all allocations; keeps the memory for reuse */
void *arena_alloc(struct arena *a, size_t size); /* zeroed, aligned for anything */
const char *arena_strn(struct arena *a, const char *bytes, size_t len); /* a copy, NUL-terminated */

#endif
