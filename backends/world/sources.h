/*
 * sources.h - who tells the world what, and how fresh that is. Private to the world.
 *
 * A source's id stays valid as long as a row names it; a source that is off and has no rows may give its place to a new
 * one once WORLD_SOURCES are known.
 */
#ifndef RAYDECK_WORLD_SOURCES_H
#define RAYDECK_WORLD_SOURCES_H

#include "backends/world/world.h"

struct source_slot {
    struct source source; /* owns its strings */
    size_t rows;          /* tombstones included */
    bool relisting[TABLE_COUNT], listed[TABLE_COUNT];
    uint64_t told_dropped[TABLE_COUNT]; /* what the source says it left out, beyond a limit */
    uint64_t unread[TABLE_COUNT];       /* the same, because it could not be read; their sum is the source's */
    uint64_t refused[TABLE_COUNT];      /* puts beyond WORLD_ROWS since its last relist */
};
struct sources {
    struct source_slot *slot[WORLD_SOURCES];
    size_t count;
    uint64_t generation;
};

void sources_done(struct sources *s);
struct source_slot *sources_find(const struct sources *s, const char *id); /* NULL: none */
/* The source of a change, made where it is new; NULL when there are too many. */
struct source_slot *sources_of(struct sources *s, const struct change *c);
/* CHANGE_DROPPED; true when it says something new. */
bool sources_dropped(struct sources *s, struct source_slot *slot, const struct change *c);
/* Nothing is left out any more: there is nothing. */
void sources_nothing_dropped(struct sources *s, struct source_slot *slot);
/* Takes over what the change says of its source: state, proof of life, last change. */
void sources_note(struct sources *s, struct source_slot *slot, const struct change *c);

#endif
