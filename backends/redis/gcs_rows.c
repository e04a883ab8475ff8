#include "backends/redis/gcs_rows.h"

#include "backends/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define uthash_malloc(size) mem_alloc(size)
#define uthash_free(pointer, size) free(pointer)
#include <uthash.h>

struct gcs_row {
    UT_hash_handle hh; /* by name: the table's letter and the key */
    uint64_t digest, changed_ms;
    uint32_t round;
    enum table table;
    bool unread;
    char name[]; /* one byte of the table, then the record's key */
};

uint64_t gcs_digest(uint64_t seed, const void *bytes, size_t len)
{
    uint64_t hash = 14695981039346656037u ^ seed;
    const unsigned char *at = bytes;
    for (size_t i = 0; i < len; i++) hash = (hash ^ at[i]) * 1099511628211u;
    return hash;
}

static char *name_of(enum table table, const char *key)
{
    return mem_printf("%c%s", (char)('A' + (int)table), key);
}

static struct gcs_row *find(const struct gcs_hash *h, const char *name)
{
    struct gcs_row *row;
    HASH_FIND(hh, h->rows, name, strlen(name), row);
    return row;
}

static struct gcs_row *add(struct gcs_hash *h, enum table table, const char *name)
{
    const size_t len = strlen(name);
    struct gcs_row *row = mem_zero(1, sizeof *row + len + 1);
    memcpy(row->name, name, len + 1);
    row->table = table;
    HASH_ADD_KEYPTR(hh, h->rows, row->name, len, row);
    h->row_count++;
    return row;
}

bool gcs_rows_seen(struct gcs_hash *h, enum table table, const char *key, uint64_t digest, uint64_t wall_ms,
                   uint64_t *ret_changed_ms)
{
    char *name = name_of(table, key);
    struct gcs_row *row = find(h, name);
    const bool is_new = !row;
    /* of tables and KV's namespaces there are few, by limits of their own */
    const bool counted = table != TABLE_GCSTABLE && table != TABLE_KVSPACE;
    if (is_new && counted && h->row_count >= GCS_ROWS_MAX) {
        h->dropped++;
        free(name);
        return false;
    }
    if (is_new) row = add(h, table, name);
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
    const struct gcs_row *row = find(h, name);
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

void gcs_rows_read(struct gcs_view *v, struct gcs_hash *h, enum table table, const char *key, bool could)
{
    char *name = name_of(table, key);
    struct gcs_row *row = find(h, name);
    if (row) row_set_unread(v, row, !could);
    free(name);
}

void gcs_rows_sweep(struct gcs_view *v, struct gcs_hash *h, bool all)
{
    struct gcs_row *row, *next;
    HASH_ITER (hh, h->rows, row, next) {
        if (!all && row->round == h->round) continue;
        HASH_DEL(h->rows, row);
        h->row_count--;
        row_set_unread(v, row, false);
        v->emit(v->arg, change_gone(v->source, WORLD_REDIS, row->table, row->name + 1));
        free(row);
    }
}

void gcs_rows_free(struct gcs_hash *h)
{
    struct gcs_row *row, *next;
    HASH_ITER (hh, h->rows, row, next) {
        HASH_DEL(h->rows, row);
        free(row);
    }
    h->row_count = 0;
}
