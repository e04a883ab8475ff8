/*
 * sources.h - the sources of a world: state, freshness, and counts of rows left out. Private to the world.
 *
 * A source's id stays valid as long as a row refers to it; once WORLD_SOURCES exist, a new one replaces a source that
 * is OFF and has no rows.
 */
#ifndef RAYDECK_WORLD_SOURCES_H
#define RAYDECK_WORLD_SOURCES_H

#include "backends/world/world.h"

struct source_slot {
    struct source source; /* owns its strings */
    size_t rows;          /* tombstones included */
    bool relisting[TABLE_COUNT], listed[TABLE_COUNT];
    uint64_t reported_dropped[TABLE_COUNT]; /* rows that the source left out, beyond a limit of its own */
    uint64_t unread[TABLE_COUNT];           /* items that it could not parse */
    uint64_t refused[TABLE_COUNT];          /* puts beyond WORLD_ROWS since its last relist */
};
struct sources {
    struct source_slot *slot[WORLD_SOURCES];
    size_t count;
    uint64_t generation;
};

void sources_done(struct sources *s);
struct source_slot *sources_find(const struct sources *s, const char *id); /* NULL: none */
/* The source of a change, added if new; NULL: too many. */
struct source_slot *sources_of(struct sources *s, const struct change *c);
/* CHANGE_DROPPED; true if a count changed. */
bool sources_dropped(struct sources *s, struct source_slot *slot, const struct change *c);
/* Resets the counts of rows left out. */
void sources_nothing_dropped(struct sources *s, struct source_slot *slot);
/* Updates the source from a change: state, proof of life, last change. */
void sources_note(struct sources *s, struct source_slot *slot, const struct change *c);

#endif
