/*
 * world_priv.h - what a world holds. Private to the world.
 *
 * The tables and sources are kept in parts: one of the cluster, and one of each RayService that sources are read for.
 * A struct world is a handle: it shows the cluster's part, and of the tables that belong to a RayService
 * (table_is_owned) those of one of them. What one RayService's sources put is in no other's tables, whatever the keys.
 */
#ifndef RAYDECK_WORLD_WORLD_PRIV_H
#define RAYDECK_WORLD_WORLD_PRIV_H

#include "backends/world/rows.h"

/* Part 0 is the cluster's. Parts stay where they are; one whose sources are all OFF is used anew. */
enum { PARTS_MAX = WORLD_OWNERS + 1 };

struct store;
struct world {
    struct store *store;
    struct part *part; /* that it shows; NULL: the cluster's alone */
};
struct part {
    char *owner; /* NULL: the cluster's */
    struct rows rows[TABLE_COUNT];
    struct sources sources;
    struct world shown; /* world_of_service */
};
struct store {
    struct world focus; /* what world_new returns */
    char *focus_owner;
    struct part *part[PARTS_MAX];
    size_t parts;
    uint64_t generation; /* with which each table begins, below PART_GENERATION_BITS */
};

/* Is filled by what is read for one RayService: its Redis, its Serve, the requests to it. */
bool table_is_owned(enum table table);
const struct rows *world_rows(const struct world *w, enum table table);

/* The part that a change goes into, made where it is not there yet; NULL: there are too many. */
struct part *part_for(struct store *s, const char *owner);
void store_focus(struct store *s, const char *owner);

/* The sources that the handle shows, in order: the cluster's, then the RayService's, which hide those of the same id.
 */
const struct source_slot *world_slot(const struct world *w, size_t index);
const struct source_slot *world_slot_named(const struct world *w, const char *id);

#endif
