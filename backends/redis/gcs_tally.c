/* gcs_tally.c - counts and sizes of the GCS's tables. */
#include "backends/redis/gcs_tally.h"

#include "backends/base/hash.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/redis/gcs_rows.h"

#include <stdlib.h>
#include <string.h>

struct sum {
    char *name; /* safe */
    struct known_u64 bytes;
    uint64_t fields;
};

struct gcs_tally {
    struct sum sum;
    char *raw; /* the table's name, the bytes in Redis */
    size_t raw_len;
    enum gcs_table table;
    struct field *list;
    size_t listed;
    struct sum *spaces; /* KV */
    size_t space_count;
};

static void tally_clear(struct gcs_tally *t)
{
    for (size_t i = 0; i < t->listed; i++) free(t->list[i].name);
    for (size_t i = 0; i < t->space_count; i++) free(t->spaces[i].name);
    free(t->list);
    free(t->spaces);
    t->list = NULL;
    t->spaces = NULL;
    t->listed = t->space_count = 0;
    t->sum.fields = 0;
    t->sum.bytes = known_u64(0);
}

void gcs_tally_begin(struct gcs_hash *h)
{
    for (size_t i = 0; i < h->tally_count; i++) tally_clear(&h->tallies[i]);
}

void gcs_tally_free(struct gcs_hash *h)
{
    for (size_t i = 0; i < h->tally_count; i++) {
        tally_clear(&h->tallies[i]);
        free(h->tallies[i].sum.name);
        free(h->tallies[i].raw);
    }
    free(h->tallies);
    h->tallies = NULL;
    h->tally_count = 0;
}

static struct gcs_tally *tally_of(struct gcs_hash *h, enum gcs_table table, struct gcs_span word)
{
    for (size_t i = 0; i < h->tally_count; i++) {
        struct gcs_tally *t = &h->tallies[i];
        if (t->raw_len == word.len && memcmp(t->raw, word.at, word.len) == 0) return t;
    }
    if (h->tally_count == GCS_TABLES_OF_HASH) return NULL;
    h->tallies = mem_grow(h->tallies, h->tally_count + 1, sizeof *h->tallies);
    struct gcs_tally *t = &h->tallies[h->tally_count++];
    *t = (struct gcs_tally){.table = table, .raw = mem_strn(word.at, word.len), .raw_len = word.len};
    t->sum.name = text_safe(word.at, word.len, TEXT_ONE_LINE, GCS_NAME_MAX);
    tally_clear(t);
    return t;
}

/* One unknown size makes the sum unknown. */
static void sum_add(struct sum *s, struct known_u64 bytes)
{
    s->fields++;
    if (bytes.known && s->bytes.known)
        s->bytes.value += bytes.value;
    else
        s->bytes = UNKNOWN_U64;
}

static void add_space(struct gcs_tally *t, struct gcs_span id, struct known_u64 bytes)
{
    struct gcs_span space, name;
    gcs_kv_split(id.at, id.len, &space, &name);
    char *safe = space.len ? text_safe(space.at, space.len, TEXT_ONE_LINE, GCS_NAME_MAX) : mem_str("(none)");
    for (size_t i = 0; i < t->space_count; i++) {
        if (strcmp(t->spaces[i].name, safe) != 0) continue;
        sum_add(&t->spaces[i], bytes);
        free(safe);
        return;
    }
    if (t->space_count == GCS_KV_SPACES) {
        free(safe);
        return;
    }
    t->spaces = mem_grow(t->spaces, t->space_count + 1, sizeof *t->spaces);
    t->spaces[t->space_count] = (struct sum){.name = safe, .bytes = known_u64(0)};
    sum_add(&t->spaces[t->space_count++], bytes);
}

void gcs_tally_field(struct gcs_hash *h, enum gcs_table table, struct gcs_span word, struct gcs_span id,
                     struct known_u64 bytes)
{
    struct gcs_tally *t = tally_of(h, table, word);
    if (!t) return;
    sum_add(&t->sum, bytes);
    if (table == GCS_KV) add_space(t, id, bytes);
    if (t->listed == GCS_FIELDS_LISTED) return;
    t->list = record_list_grow(t->list, t->listed, sizeof *t->list);
    t->list[t->listed++] = (struct field){gcs_field_name(table, id), bytes};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct field *)a)->name, ((const struct field *)b)->name);
}

static uint64_t digest_of(const struct gcs_tally *t)
{
    uint64_t digest = hash_bytes(t->sum.fields, &t->sum.bytes.value, sizeof t->sum.bytes.value);
    for (size_t i = 0; i < t->listed; i++) {
        digest = hash_text(digest, t->list[i].name);
        digest = hash_bytes(digest, &t->list[i].bytes.value, sizeof t->list[i].bytes.value);
    }
    return digest;
}

/* Moves the list into the record. KV keeps a copy: a heartbeat emits its record again without a round. */
static void move_list(const struct gcs_hash *h, struct gcs_tally *t, struct gcstable *r)
{
    r->list = t->list;
    r->list_count = t->listed;
    t->list = NULL;
    t->listed = 0;
    if (h->table != GCS_KV || !r->list_count) return;
    t->list = mem_zero(r->list_count, sizeof *t->list);
    for (; t->listed < r->list_count; t->listed++)
        t->list[t->listed] = (struct field){mem_str(r->list[t->listed].name), r->list[t->listed].bytes};
}

static void emit_table(struct gcs_view *v, struct gcs_hash *h, struct gcs_tally *t, uint64_t wall_ms)
{
    uint64_t changed = 0;
    char *key = mem_printf("%s/%s", h->ns->name, t->sum.name);
    /* the hash holds this table only: an invalidation means it changed, even with equal sizes (the heartbeat) */
    const bool alone = h->ns->layout == GCS_HASH_A_TABLE;
    if (t->listed > 1) qsort(t->list, t->listed, sizeof *t->list, by_name);
    const uint64_t digest = digest_of(t) ^ (alone ? h->touched_ms : 0);
    const bool put = gcs_rows_seen(v, h, TABLE_GCSTABLE, key, digest, wall_ms, &changed);
    if (put) {
        struct gcstable *r = record_new(TABLE_GCSTABLE, key);
        record_set(&r->ns, h->ns->name);
        record_set(&r->table, t->sum.name);
        r->redis_key = alone ? mem_printf("RAY%s@%s", h->ns->name, t->sum.name) : mem_str(h->ns->name);
        r->fields = known_u64(t->sum.fields);
        r->bytes = t->sum.bytes;
        if (alone && h->touched_ms) changed = h->touched_ms;
        if (changed) r->changed = known_u64(changed);
        move_list(h, t, r);
        v->emit(v->arg, change_put(v->source, WORLD_REDIS, &r->record));
    }
    free(key);
}

static void emit_spaces(struct gcs_view *v, struct gcs_hash *h, const struct gcs_tally *t, uint64_t wall_ms)
{
    for (size_t i = 0; i < t->space_count; i++) {
        const struct sum *s = &t->spaces[i];
        char *key = mem_printf("%s/%s", h->ns->name, s->name);
        const uint64_t digest = hash_bytes(s->fields, &s->bytes.value, sizeof s->bytes.value);
        if (gcs_rows_seen(v, h, TABLE_KVSPACE, key, digest, wall_ms, NULL)) {
            struct kvspace *r = record_new(TABLE_KVSPACE, key);
            record_set(&r->ns, h->ns->name);
            record_set(&r->name, s->name);
            r->fields = known_u64(s->fields);
            r->bytes = s->bytes;
            v->emit(v->arg, change_put(v->source, WORLD_REDIS, &r->record));
        }
        free(key);
    }
}

void gcs_tally_emit(struct gcs_view *v, struct gcs_hash *h, uint64_t wall_ms)
{
    for (size_t i = 0; i < h->tally_count; i++) {
        if (h->tallies[i].sum.fields == 0) continue;
        emit_table(v, h, &h->tallies[i], wall_ms);
        emit_spaces(v, h, &h->tallies[i], wall_ms);
    }
}
