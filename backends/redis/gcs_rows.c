/* gcs_rows.c - a hash table of rows, with accounting of their memory. */
#include "backends/redis/gcs_rows.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

#define uthash_malloc(size) mem_alloc(size)
#define uthash_free(pointer, size) free(pointer)
#include <uthash.h>

struct gcs_row {
    UT_hash_handle hh; /* by name */
    uint64_t digest, changed_ms;
    size_t memory; /* bytes, with its record's; 0: gcs_rows_keep was not called yet */
    uint32_t round;
    enum table table;
    bool unread;
    char name[]; /* one byte of the table, then the record's key */
};

static char *name_of(enum table table, const char *key)
{
    return mem_printf("%c%s", (char)('A' + (int)table), key);
}

static struct gcs_row *row_find(const struct gcs_hash *h, const char *name)
{
    struct gcs_row *row;
    HASH_FIND(hh, h->rows, name, strlen(name), row);
    return row;
}

static size_t row_memory(const struct gcs_row *row)
{
    return sizeof *row + strlen(row->name) + 1 + 2 * (size_t)RECORD_ALLOCATION; /* one for uthash's bucket */
}

static void row_charge(struct gcs_view *v, struct gcs_hash *h, struct gcs_row *row, size_t memory)
{
    v->memory = v->memory - row->memory + memory;
    h->memory = h->memory - row->memory + memory;
    row->memory = memory;
}

/* ended: has_ended is true of the row's record. */
static bool has_room(const struct gcs_view *v, const struct gcs_hash *h, size_t memory, bool ended)
{
    const size_t left = v->memory < GCS_MEMORY_MAX ? GCS_MEMORY_MAX - v->memory : 0;
    return h->memory + memory <= (ended ? left / GCS_ENDED_SHARE : left);
}

static struct gcs_row *row_add(struct gcs_hash *h, enum table table, const char *name)
{
    const size_t len = strlen(name);
    struct gcs_row *row = mem_zero(1, sizeof *row + len + 1);
    memcpy(row->name, name, len + 1);
    row->table = table;
    HASH_ADD_KEYPTR(hh, h->rows, row->name, len, row);
    h->row_count++;
    return row;
}

static void row_forget(struct gcs_view *v, struct gcs_hash *h, struct gcs_row *row)
{
    row_charge(v, h, row, 0);
    HASH_DEL(h->rows, row);
    h->row_count--;
    free(row);
}

bool gcs_rows_seen(struct gcs_view *v, struct gcs_hash *h, enum table table, const char *key, uint64_t digest,
                   uint64_t wall_ms, uint64_t *ret_changed_ms)
{
    char *name = name_of(table, key);
    struct gcs_row *row = row_find(h, name);
    const bool is_new = !row;
    /* tables and KV's namespaces have limits of their own */
    const bool counted = table != TABLE_GCSTABLE && table != TABLE_KVSPACE;
    if (is_new && counted && (h->row_count >= GCS_ROWS_MAX || !has_room(v, h, sizeof *row, false))) {
        h->dropped++;
        free(name);
        return false;
    }
    if (is_new) row = row_add(h, table, name);
    free(name);
    const bool differs = is_new || row->digest != digest;
    if (differs && !is_new) row->changed_ms = wall_ms;
    row->digest = digest;
    row->round = h->round;
    if (ret_changed_ms) *ret_changed_ms = row->changed_ms;
    return differs;
}

bool gcs_rows_in_round(const struct gcs_hash *h, const char *key, enum table table)
{
    char *name = name_of(table, key);
    const struct gcs_row *row = row_find(h, name);
    free(name);
    return row && row->round == h->round;
}

static void row_set_unread(struct gcs_view *v, struct gcs_row *row, bool unread)
{
    if (row->unread == unread) return;
    row->unread = unread;
    if (unread)
        v->unread[row->table]++;
    else
        v->unread[row->table]--;
}

static bool has_ended(const struct record *r)
{
    const void *at = r;
    switch (r->table) {
    case TABLE_RAYNODE: return text_eq(((const struct raynode *)at)->state, "DEAD");
    case TABLE_ACTOR: return text_eq(((const struct actor *)at)->state, "DEAD");
    case TABLE_PGROUP: return text_eq(((const struct pgroup *)at)->state, "REMOVED");
    case TABLE_JOB: return ((const struct job *)at)->dead == TRI_YES;
    case TABLE_RAYWORKER: return ((const struct rayworker *)at)->alive == TRI_NO;
    default: return false;
    }
}

bool gcs_rows_keep(struct gcs_view *v, struct gcs_hash *h, const char *key, enum table table, const struct record *r)
{
    char *name = name_of(table, key);
    struct gcs_row *row = row_find(h, name);
    free(name);
    if (!row) return false;
    const size_t memory = row_memory(row) + (r ? record_bytes(r) + GCS_WORLD_ROW : 0);
    if (!row->memory && !has_room(v, h, memory, !r || has_ended(r))) {
        row_forget(v, h, row);
        h->dropped++;
        return false;
    }
    row_charge(v, h, row, memory);
    row_set_unread(v, row, !r);
    return true;
}

void gcs_rows_sweep(struct gcs_view *v, struct gcs_hash *h, bool all)
{
    struct gcs_row *row, *next;
    HASH_ITER (hh, h->rows, row, next) {
        if (!all && row->round == h->round) continue;
        row_set_unread(v, row, false);
        v->emit(v->arg, change_gone(v->source, WORLD_REDIS, row->table, row->name + 1));
        row_forget(v, h, row);
    }
}

void gcs_rows_free(struct gcs_view *v, struct gcs_hash *h)
{
    struct gcs_row *row, *next;
    HASH_ITER (hh, h->rows, row, next) row_forget(v, h, row);
}
