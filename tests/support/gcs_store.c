/* gcs_store.c - see gcs_store.h. */
#include "tests/support/gcs_store.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { HASHES = 16 };

struct stored {
    char *field, *value;
    size_t field_len, value_len;
};
struct hash {
    char *table;
    struct stored *rows;
    size_t count;
    bool dirty;
};
struct gcs_store {
    struct hash hash[HASHES];
    size_t hashes;
    struct gcs_view view;
};

struct gcs_store *gcs_store_new(void (*emit)(void *arg, struct change *c), void *arg)
{
    struct gcs_store *s = mem_zero(1, sizeof *s);
    gcs_view_init(&s->view, "redis", emit, arg);
    return s;
}

static void hash_clear(struct hash *h)
{
    for (size_t i = 0; i < h->count; i++) {
        free(h->rows[i].field);
        free(h->rows[i].value);
    }
    h->count = 0;
}

void gcs_store_free(struct gcs_store *s)
{
    if (!s) return;
    gcs_view_done(&s->view);
    for (size_t i = 0; i < s->hashes; i++) {
        hash_clear(&s->hash[i]);
        free(s->hash[i].rows);
        free(s->hash[i].table);
    }
    free(s);
}

void gcs_store_flush(struct gcs_store *s)
{
    for (size_t i = 0; i < s->hashes; i++) hash_clear(&s->hash[i]);
    while (s->view.hashes) gcs_view_drop(&s->view, s->view.hashes);
}

static struct hash *hash_of(struct gcs_store *s, const char *table)
{
    for (size_t i = 0; i < s->hashes; i++)
        if (text_eq(s->hash[i].table, table)) return &s->hash[i];
    if (s->hashes == HASHES) return NULL;
    s->hash[s->hashes].table = mem_str(table);
    return &s->hash[s->hashes++];
}

static struct stored *row_of(struct hash *h, const char *field, size_t len)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->rows[i].field_len == len && memcmp(h->rows[i].field, field, len) == 0) return &h->rows[i];
    return NULL;
}

static void row_delete(struct hash *h, struct stored *row)
{
    free(row->field);
    free(row->value);
    *row = h->rows[--h->count];
}

void gcs_store_row(void *store, const char *table, const char *field, size_t field_len, const char *value,
                   size_t value_len)
{
    struct hash *h = hash_of(store, table);
    if (!h) return;
    struct stored *row = row_of(h, field, field_len);
    h->dirty = true;
    if (!value) {
        if (row) row_delete(h, row);
        return;
    }
    if (!row) {
        h->rows = mem_grow(h->rows, h->count + 1, sizeof *h->rows);
        row = &h->rows[h->count++];
        *row = (struct stored){.field = mem_strn(field, field_len), .field_len = field_len};
    }
    free(row->value);
    row->value = mem_alloc(value_len + 1);
    memcpy(row->value, value, value_len);
    row->value_len = value_len;
}

static void hash_read(struct gcs_store *s, const struct hash *h, const char *ns, uint64_t wall_ms)
{
    char *key = mem_printf("RAY%s@%s", ns, h->table);
    struct gcs_hash *read = gcs_view_hash(&s->view, key, strlen(key), GCS_HASH_A_TABLE);
    if (read && !h->count) {
        gcs_view_drop(&s->view, read);
    } else if (read) {
        gcs_view_begin(read);
        for (size_t i = 0; i < h->count; i++) {
            const struct stored *row = &h->rows[i];
            const struct gcs_span value = {row->value, row->value_len};
            const bool whole = gcs_table_has_records(read->table);
            gcs_view_field(&s->view, read, (struct gcs_span){row->field, row->field_len}, known_u64(row->value_len),
                           whole ? &value : NULL, wall_ms);
        }
        gcs_view_end(&s->view, read, wall_ms);
    }
    free(key);
}

void gcs_store_read(struct gcs_store *s, const char *ns, uint64_t wall_ms)
{
    for (size_t i = 0; i < s->hashes; i++) {
        if (s->hash[i].dirty) hash_read(s, &s->hash[i], ns, wall_ms);
        s->hash[i].dirty = false;
    }
}

struct known_u64 gcs_store_heartbeat(const struct gcs_store *s)
{
    for (size_t i = 0; i < s->hashes; i++)
        for (size_t k = 0; k < s->hash[i].count; k++) {
            const struct stored *row = &s->hash[i].rows[k];
            if (gcs_span_is((struct gcs_span){row->field, row->field_len}, GCS_HEARTBEAT_FIELD))
                return gcs_heartbeat((struct gcs_span){row->value, row->value_len});
        }
    return UNKNOWN_U64;
}
