/*
 * rows.h - the rows of one table. Private to the world.
 *
 * Rows are in order of arrival. A removed row keeps its position as a tombstone; beyond WORLD_TOMBSTONES the oldest one
 * is freed.
 */
#ifndef RAYDECK_WORLD_ROWS_H
#define RAYDECK_WORLD_ROWS_H

#include "backends/world/history.h"
#include "backends/world/row_index.h"
#include "backends/world/sources.h"

enum { ROWS_INDEXES = 5 }; /* the most that a table has */

struct entry;
struct rows {
    enum world_index first_index; /* `indexes` from it on */
    size_t indexes;
    struct row_index index[ROWS_INDEXES];
    uint64_t arrived;                     /* rows so far */
    struct entry *head;                   /* uthash, by key, in order of arrival */
    struct entry *dead_first, *dead_last; /* tombstones, oldest first */
    size_t living, dead, finished[2];     /* finished: of REQUEST, probes and prompts */
    uint64_t generation;
    uint64_t progress, progress_total;
    bool progressing;
};

void rows_init(struct rows *rows, enum table table);
void rows_done(struct rows *rows);
void rows_put(struct rows *rows, struct source_slot *slot, const struct change *c);
void rows_gone(struct rows *rows, const struct change *c);
void rows_mark(struct rows *rows, const struct source_slot *slot);                          /* a relist begins */
void rows_sweep(struct rows *rows, const struct source_slot *slot, const struct change *c); /* what is still marked */
/* Removes all rows of a source. */
void rows_drop_source(struct rows *rows, const struct source_slot *slot, const struct change *c);
bool rows_expire(struct rows *rows, uint64_t now_ms);

const struct row *rows_find(const struct rows *rows, const char *key);
const struct row *rows_first(const struct rows *rows);
const struct row *rows_next(const struct row *row);
const struct row *rows_last(const struct rows *rows);
const struct row *rows_prev(const struct row *row);
const struct row *rows_with(const struct rows *rows, enum world_index which, const char *ns, const char *value);
const struct row *rows_with_next(const struct rows *rows, enum world_index which, const char *ns,
                                 const struct row *row);
const struct history *rows_history(const struct rows *rows, const char *key); /* NULL: none */

#endif
