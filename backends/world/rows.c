/* rows.c - a table's rows by key, its tombstones and its limits. */
#include "backends/world/rows.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/request_kind.h"

#include <stdlib.h>
#include <string.h>

/* uthash: exits when memory is exhausted, as mem.h does. */
#define uthash_malloc(size) mem_alloc(size)
#define uthash_free(pointer, size) free(pointer)
#include <uthash.h>

struct entry {
    struct row row; /* first, so that a row can be cast to its entry */
    struct source_slot *slot;
    struct entry *dead_prev, *dead_next;
    struct history *history; /* of cores */
    bool marked;
    UT_hash_handle hh;
    struct index_link link[]; /* one for each index of the table */
};

static struct entry *entry_of(const struct row *row)
{
    return (struct entry *)(void *)(uintptr_t)row;
}

static struct entry *rows_find_entry(const struct rows *rows, const char *key)
{
    struct entry *e = NULL;
    if (key) HASH_FIND(hh, rows->head, key, strlen(key), e);
    return e;
}

/* ---- indexes ---- */

static void entry_index(struct rows *rows, struct entry *e, size_t i)
{
    row_index_add(&rows->index[i], (enum world_index)(rows->first_index + i), &e->row, &e->link[i]);
}

static void entry_unindex(struct rows *rows, struct entry *e)
{
    for (size_t i = 0; i < rows->indexes; i++) row_index_remove(&rows->index[i], &e->link[i]);
}

/* ---- tombstones ---------------------------------------------------------------------------------------------- */

static void dead_unlink(struct rows *rows, struct entry *e)
{
    if (e->dead_prev)
        e->dead_prev->dead_next = e->dead_next;
    else
        rows->dead_first = e->dead_next;
    if (e->dead_next)
        e->dead_next->dead_prev = e->dead_prev;
    else
        rows->dead_last = e->dead_prev;
    e->dead_prev = e->dead_next = NULL;
    rows->dead--;
}

static void dead_append(struct rows *rows, struct entry *e)
{
    e->dead_prev = rows->dead_last;
    if (rows->dead_last)
        rows->dead_last->dead_next = e;
    else
        rows->dead_first = e;
    rows->dead_last = e;
    rows->dead++;
}

/* ---- finished requests --------------------------------------------------------------------------------------- */

/* 0: a finished probe, 1: a finished prompt, -1: in flight, or not a request. */
static int finished_kind(const struct record *r)
{
    if (r->table != TABLE_REQUEST) return -1;
    const struct request *q = (const void *)r;
    if (!q->phase || text_eq(q->phase, "waiting")) return -1;
    return text_eq(q->kind, REQUEST_PROMPT);
}

static void entry_remove(struct rows *rows, struct entry *e)
{
    int finished = finished_kind(e->row.record);
    if (e->row.gone_ms) {
        dead_unlink(rows, e);
    } else {
        rows->living--;
        if (finished >= 0) rows->finished[finished]--;
    }
    HASH_DEL(rows->head, e);
    entry_unindex(rows, e);
    e->slot->rows--;
    record_free(e->row.record);
    free(e->history);
    free(e);
}

/* Finished requests are a ring per kind: the oldest one is removed without a tombstone. */
static void finished_bound(struct rows *rows, int kind)
{
    struct entry *e = rows->head;
    while (kind >= 0 && rows->finished[kind] > WORLD_REQUESTS && e) {
        struct entry *next = e->hh.next;
        if (!e->row.gone_ms && finished_kind(e->row.record) == kind) entry_remove(rows, e);
        e = next;
    }
}

/* ---- put ----------------------------------------------------------------------------------------------------- */

static void entry_touch(struct rows *rows, struct entry *e, const struct change *c)
{
    e->row.generation = ++rows->generation;
    e->row.changed_ms = c->at_ms;
    e->row.changed_wall_ms = c->wall_ms;
}

static void entry_own(struct entry *e, struct source_slot *slot)
{
    if (e->slot) e->slot->rows--;
    slot->rows++;
    e->slot = slot;
    e->row.source = slot->source.id;
}

static struct entry *entry_new(struct rows *rows, struct source_slot *slot, const struct change *c)
{
    struct entry *e = mem_zero(1, sizeof *e + rows->indexes * sizeof e->link[0]);
    e->row.record = record_copy(c->record);
    e->row.order = ++rows->arrived;
    e->row.seen_ms = c->at_ms;
    e->row.seen_wall_ms = c->wall_ms;
    e->row.first_listed = slot->relisting[c->table] && !slot->listed[c->table];
    HASH_ADD_KEYPTR(hh, rows->head, e->row.record->key, strlen(e->row.record->key), e);
    rows->living++;
    for (size_t i = 0; i < rows->indexes; i++) entry_index(rows, e, i);
    return e;
}

/* The hash points at the record's key, so the new record takes over the old one's. A row keeps its position in an index
 * whose value is unchanged. */
static void entry_replace(struct rows *rows, struct entry *e, const struct record *record)
{
    bool moves[ROWS_INDEXES];
    for (size_t i = 0; i < rows->indexes; i++) {
        enum world_index which = (enum world_index)(rows->first_index + i);
        const char *before = row_index_value(which, e->row.record), *now = row_index_value(which, record);
        moves[i] = before && now ? strcmp(before, now) != 0 : before != now;
        if (moves[i]) row_index_remove(&rows->index[i], &e->link[i]);
    }
    struct record *copy = record_copy(record);
    char *key = copy->key;
    copy->key = e->row.record->key;
    e->row.record->key = key;
    record_free(e->row.record);
    e->row.record = copy;
    for (size_t i = 0; i < rows->indexes; i++)
        if (moves[i]) entry_index(rows, e, i);
}

static bool entry_update(struct rows *rows, struct entry *e, const struct change *c)
{
    bool was_gone = e->row.gone_ms != 0, same = record_equal(e->row.record, c->record);
    int before = was_gone ? -1 : finished_kind(e->row.record);
    if (was_gone) {
        dead_unlink(rows, e);
        e->row.gone_ms = e->row.gone_wall_ms = 0;
        rows->living++;
    }
    if (before >= 0) rows->finished[before]--;
    if (!same) entry_replace(rows, e, c->record);
    return was_gone || !same;
}

static bool entry_history(struct entry *e)
{
    if (e->row.record->table != TABLE_CORE) return false;
    const struct core *core = (const void *)e->row.record;
    if (!e->history) e->history = mem_zero(1, sizeof *e->history);
    return history_add(e->history, core->utilisation);
}

void rows_put(struct rows *rows, struct source_slot *slot, const struct change *c)
{
    struct entry *e = rows_find_entry(rows, c->record->key);
    bool changed = true;
    if (!e && rows->living >= WORLD_ROWS) {
        slot->refused[c->table]++;
        rows->generation++;
        return;
    }
    if (e)
        changed = entry_update(rows, e, c);
    else
        e = entry_new(rows, slot, c);
    if (e->slot != slot) entry_own(e, slot);
    e->marked = false;
    if (changed) entry_touch(rows, e, c);
    if (entry_history(e) && !changed) e->row.generation = ++rows->generation;
    int kind = finished_kind(e->row.record);
    if (kind >= 0) rows->finished[kind]++;
    finished_bound(rows, kind);
}

/* ---- gone ---------------------------------------------------------------------------------------------------- */

static void entry_bury(struct rows *rows, struct entry *e, const struct change *c)
{
    int finished = finished_kind(e->row.record);
    if (e->row.gone_ms) return;
    if (finished >= 0) rows->finished[finished]--;
    e->row.gone_ms = c->at_ms ? c->at_ms : 1;
    e->row.gone_wall_ms = c->wall_ms;
    e->row.generation = ++rows->generation;
    e->marked = false;
    rows->living--;
    dead_append(rows, e);
    if (rows->dead > WORLD_TOMBSTONES) entry_remove(rows, rows->dead_first);
}

void rows_gone(struct rows *rows, const struct change *c)
{
    struct entry *e = rows_find_entry(rows, c->key);
    if (e) entry_bury(rows, e, c);
}

void rows_mark(struct rows *rows, const struct source_slot *slot)
{
    for (struct entry *e = rows->head; e; e = e->hh.next)
        if (e->slot == slot && !e->row.gone_ms) e->marked = true;
}

static void bury_where(struct rows *rows, const struct source_slot *slot, const struct change *c, bool only_marked)
{
    for (struct entry *e = rows->head, *next; e; e = next) {
        next = e->hh.next;
        /* Adding a tombstone may remove the oldest one, which may be the next row. */
        if (e->slot != slot || e->row.gone_ms || (only_marked && !e->marked)) continue;
        if (next && next == rows->dead_first && rows->dead >= WORLD_TOMBSTONES) next = next->hh.next;
        entry_bury(rows, e, c);
    }
}

void rows_sweep(struct rows *rows, const struct source_slot *slot, const struct change *c)
{
    bury_where(rows, slot, c, true);
}

void rows_drop_source(struct rows *rows, const struct source_slot *slot, const struct change *c)
{
    if (slot->rows) bury_where(rows, slot, c, false);
}

bool rows_expire(struct rows *rows, uint64_t now_ms)
{
    bool any = false;
    for (struct entry *e = rows->dead_first, *next; e; e = next) {
        next = e->dead_next;
        if (now_ms < e->row.gone_ms || now_ms - e->row.gone_ms < WORLD_TOMBSTONE_MS) continue;
        entry_remove(rows, e);
        any = true;
    }
    rows->generation += any;
    return any;
}

void rows_init(struct rows *rows, enum table table)
{
    rows->generation = 1;
    rows->first_index = row_index_first(table, &rows->indexes);
}

void rows_done(struct rows *rows)
{
    for (struct entry *e = rows->head, *next; e; e = next) {
        next = e->hh.next;
        entry_remove(rows, e);
    }
    for (size_t i = 0; i < rows->indexes; i++) row_index_done(&rows->index[i]);
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

const struct row *rows_find(const struct rows *rows, const char *key)
{
    const struct entry *e = rows_find_entry(rows, key);
    return e ? &e->row : NULL;
}

const struct row *rows_first(const struct rows *rows)
{
    return rows->head ? &rows->head->row : NULL;
}

const struct row *rows_next(const struct row *row)
{
    const struct entry *next = entry_of(row)->hh.next;
    return next ? &next->row : NULL;
}

const struct row *rows_last(const struct rows *rows)
{
    if (!rows->head) return NULL;
    const UT_hash_table *table = rows->head->hh.tbl;
    return &((const struct entry *)ELMT_FROM_HH(table, table->tail))->row;
}

const struct row *rows_prev(const struct row *row)
{
    const struct entry *prev = entry_of(row)->hh.prev;
    return prev ? &prev->row : NULL;
}

const struct row *rows_with(const struct rows *rows, enum world_index which, const char *ns, const char *value)
{
    const struct index_link *l = row_index_find(&rows->index[which - rows->first_index], which, ns, value);
    return l ? l->row : NULL;
}

const struct row *rows_with_next(const struct rows *rows, enum world_index which, const char *ns, const struct row *row)
{
    const struct index_link *l = row_index_next(which, ns, &entry_of(row)->link[which - rows->first_index]);
    return l ? l->row : NULL;
}

const struct history *rows_history(const struct rows *rows, const char *key)
{
    const struct entry *e = rows_find_entry(rows, key);
    return e ? e->history : NULL;
}
