/*
 * row_index.h - looks up a table's rows by a field's value: chains of rows in hash slots, in order of arrival. Private
 * to the world.
 *
 * Equal values of several namespaces share a slot and are distinguished when it is walked: there are few.
 *
 * A link is embedded in its row's entry. The value is read from the row's record, so a row must be removed before its
 * record gets another value. Rows without a value (NULL) are in no chain; tombstones stay in theirs.
 */
#ifndef RAYDECK_WORLD_ROW_INDEX_H
#define RAYDECK_WORLD_ROW_INDEX_H

#include "backends/world/world.h"

struct index_link {
    struct index_link *prev, *next; /* in the slot, in order of arrival */
    const struct row *row;          /* NULL: in no chain */
    uint64_t hash;
};
struct index_slot {
    struct index_link *first, *last;
};
struct row_index {
    struct index_slot *slot; /* `slots` of them, a power of two */
    size_t slots, count;
};

/* The first index of a table, and how many it has; world_index counts on. */
enum world_index row_index_first(enum table table, size_t *ret_count);
enum table row_index_table(enum world_index which);
const char *row_index_value(enum world_index which, const struct record *r); /* NULL: none */

void row_index_add(struct row_index *x, enum world_index which, const struct row *row, struct index_link *link);
void row_index_remove(struct row_index *x, struct index_link *link); /* may be in no chain */
void row_index_done(struct row_index *x);

/* The first link with this value in that namespace (NULL: in any), and the next one after a link; NULL: no more. */
const struct index_link *row_index_find(const struct row_index *x, enum world_index which, const char *ns,
                                        const char *value);
const struct index_link *row_index_next(enum world_index which, const char *ns, const struct index_link *link);

#endif
