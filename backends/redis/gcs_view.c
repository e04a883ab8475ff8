/* gcs_view.c - turns the fields of the GCS's hashes into records and emits those that changed. */
#include "backends/redis/gcs_view.h"

#include "backends/base/hash.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/redis/gcs_rows.h"
#include "backends/redis/gcs_tally.h"

#include <stdlib.h>
#include <string.h>

void gcs_view_init(struct gcs_view *v, const char *source, void (*emit)(void *arg, struct change *c), void *arg)
{
    *v = (struct gcs_view){.source = source, .emit = emit, .arg = arg};
}

static void free_hash(struct gcs_view *v, struct gcs_hash *h)
{
    gcs_rows_free(v, h);
    gcs_tally_free(h);
    free(h->key);
    free(h->word);
    free(h);
}

static void free_ns(struct gcs_ns *ns)
{
    free(ns->raw);
    free(ns->name);
    free(ns->ray_version);
    free(ns);
}

void gcs_view_done(struct gcs_view *v)
{
    for (struct gcs_hash *h = v->hashes, *next; h; h = next) {
        next = h->next;
        free_hash(v, h);
    }
    for (struct gcs_ns *ns = v->namespaces, *next; ns; ns = next) {
        next = ns->next;
        free_ns(ns);
    }
    v->hashes = NULL;
    v->namespaces = NULL;
    v->ns_count = v->hash_count = 0;
}

static struct gcs_ns *find_ns(const struct gcs_view *v, struct gcs_span name)
{
    for (struct gcs_ns *ns = v->namespaces; ns; ns = ns->next)
        if (ns->len == name.len && memcmp(ns->raw, name.at, name.len) == 0) return ns;
    return NULL;
}

static struct gcs_ns *add_ns(struct gcs_view *v, struct gcs_span name, enum gcs_layout layout)
{
    if (v->ns_count == GCS_NAMESPACES_MAX) return NULL;
    struct gcs_ns *ns = mem_zero(1, sizeof *ns), **at = &v->namespaces;
    ns->raw = mem_strn(name.at, name.len);
    ns->len = name.len;
    ns->name = text_safe(name.at, name.len, TEXT_ONE_LINE, GCS_NAME_MAX);
    ns->layout = layout;
    /* the state PREPARED is older (Ray 2.35) than the newer layout (2.38) */
    ns->age = layout == GCS_HASH_A_TABLE ? GCS_SINCE_PREPARED : GCS_AGE_UNKNOWN;
    while (*at) at = &(*at)->next;
    *at = ns;
    v->ns_count++;
    return ns;
}

static void drop_ns(struct gcs_view *v, struct gcs_ns *ns)
{
    struct gcs_ns **at = &v->namespaces;
    while (*at && *at != ns) at = &(*at)->next;
    if (*at) *at = ns->next;
    v->ns_count--;
    free_ns(ns);
}

/* Drops the single hash of a namespace that Ray has upgraded to the newer layout. */
static void drop_older_layout(struct gcs_view *v, const struct gcs_ns *ns)
{
    for (struct gcs_hash *h = v->hashes, *next; h; h = next) {
        next = h->next;
        if (h->ns == ns) {
            gcs_view_drop(v, h);
            return;
        }
    }
}

struct gcs_hash *gcs_view_find(const struct gcs_view *v, const char *key, size_t len)
{
    for (struct gcs_hash *h = v->hashes; h; h = h->next)
        if (h->key_len == len && memcmp(h->key, key, len) == 0) return h;
    return NULL;
}

struct gcs_hash *gcs_view_hash(struct gcs_view *v, const char *key, size_t len, enum gcs_layout layout)
{
    struct gcs_span name = {key, len}, word = {"", 0};
    struct gcs_hash *h = gcs_view_find(v, key, len);
    if (h) return h;
    if (layout == GCS_HASH_A_TABLE && !gcs_key_split(key, len, &name, &word)) return NULL;
    if (name.len == 0 || name.len > GCS_NAME_MAX || v->hash_count == GCS_HASHES_MAX) return NULL;
    struct gcs_ns *ns = find_ns(v, name);
    if (ns && ns->layout != layout) {
        if (layout == GCS_ONE_HASH) return NULL;
        drop_older_layout(v, ns);
        ns = NULL;
    }
    if (!ns) ns = add_ns(v, name, layout);
    if (!ns) return NULL;
    h = mem_zero(1, sizeof *h);
    h->ns = ns;
    h->key = mem_strn(key, len);
    h->key_len = len;
    h->table = layout == GCS_HASH_A_TABLE ? gcs_table_of(word) : GCS_OTHER;
    h->word = mem_strn(word.at, word.len); /* upper case letters */
    ns->hashes++;
    struct gcs_hash **at = &v->hashes;
    while (*at) at = &(*at)->next;
    *at = h;
    v->hash_count++;
    return h;
}

void gcs_view_drop(struct gcs_view *v, struct gcs_hash *h)
{
    struct gcs_hash **at = &v->hashes;
    while (*at && *at != h) at = &(*at)->next;
    if (*at) *at = h->next;
    v->hash_count--;
    gcs_rows_sweep(v, h, true);
    if (--h->ns->hashes == 0) drop_ns(v, h->ns);
    free_hash(v, h);
}

bool gcs_view_place(const struct gcs_hash *h, struct gcs_span field, enum gcs_table *ret_table,
                    struct gcs_span *ret_word, struct gcs_span *ret_id)
{
    if (h->ns->layout == GCS_HASH_A_TABLE) {
        *ret_table = h->table;
        *ret_word = (struct gcs_span){h->word, strlen(h->word)};
        *ret_id = field;
        return true;
    }
    struct gcs_span word, id;
    const struct gcs_span ns = {h->ns->raw, h->ns->len};
    /* the job counter has no table */
    if (!gcs_field_split(ns, field.at, field.len, &word, &id) || word.len == 0) return false;
    *ret_table = gcs_table_of(word);
    *ret_word = word;
    *ret_id = id;
    return true;
}

void gcs_view_begin(struct gcs_hash *h)
{
    h->round++;
    h->dropped = 0;
    gcs_tally_begin(h);
}

static enum table record_table(enum gcs_table table)
{
    static const enum table tables[] = {TABLE_RAYNODE, TABLE_ACTOR, TABLE_JOB, TABLE_RAYWORKER, TABLE_PGROUP};
    return tables[table];
}

/* Parses only values that changed. One that cannot be parsed (any more) is emitted as gone, and counted. */
static void emit_record(struct gcs_view *v, struct gcs_hash *h, enum gcs_table table, struct gcs_span id,
                        struct gcs_span value, const char *key, uint64_t wall_ms)
{
    const struct gcs_place place = {h->ns->name, h->ns->age};
    struct record *record = NULL;
    /* the state numbers of placement groups depend on Ray's version: the same bytes may mean another state */
    const uint64_t digest = hash_bytes(table == GCS_PLACEMENT_GROUP ? h->ns->age : 0, value.at, value.len);
    if (!gcs_rows_seen(v, h, record_table(table), key, digest, wall_ms, NULL)) return;
    const bool could = gcs_parse(table, &place, id, value, &record, &v->unread_why) == ERR_OK;
    if (!gcs_rows_keep(v, h, key, record_table(table), could ? record : NULL)) {
        if (could) record_free(record);
        return;
    }
    if (could)
        v->emit(v->arg, change_put(v->source, WORLD_REDIS, record));
    else
        v->emit(v->arg, change_gone(v->source, WORLD_REDIS, record_table(table), key));
}

static void emit_checkpoint(struct gcs_view *v, struct gcs_hash *h, struct gcs_span name, struct known_u64 bytes,
                            uint64_t wall_ms)
{
    uint64_t changed = 0;
    char *safe = text_safe(name.at, name.len, TEXT_ONE_LINE, GCS_NAME_MAX);
    char *key = mem_printf("%s/%s", h->ns->name, safe);
    if (gcs_rows_seen(v, h, TABLE_CHECKPOINT, key, hash_bytes(bytes.known, &bytes.value, sizeof bytes.value), wall_ms,
                      &changed)) {
        struct checkpoint *r = record_new(TABLE_CHECKPOINT, key);
        record_set(&r->ns, h->ns->name);
        record_set(&r->name, safe);
        r->present = TRI_YES;
        r->bytes = bytes;
        if (changed) r->changed = known_u64(changed);
        v->emit(v->arg, change_put(v->source, WORLD_REDIS, &r->record));
    }
    free(key);
    free(safe);
}

void gcs_view_field(struct gcs_view *v, struct gcs_hash *h, struct gcs_span field, struct known_u64 bytes,
                    const struct gcs_span *value, uint64_t wall_ms)
{
    enum gcs_table table;
    struct gcs_span word, id, checkpoint;
    if (!gcs_view_place(h, field, &table, &word, &id)) return;
    const bool record = gcs_table_has_records(table) && id.len > 0 && id.len <= GCS_ID_MAX;
    char *key = record ? gcs_record_key(h->ns->name, id) : NULL;
    /* HSCAN may return a field twice while Redis rehashes */
    const bool twice = record && value && gcs_rows_in_round(h, key, record_table(table));
    if (!twice) gcs_tally_field(h, table, word, id, bytes);
    if (record && value && !twice) emit_record(v, h, table, id, *value, key, wall_ms);
    if (table == GCS_KV && gcs_checkpoint_name(id.at, id.len, &checkpoint))
        emit_checkpoint(v, h, checkpoint, bytes, wall_ms);
    free(key);
}

static enum table dropped_table(const struct gcs_hash *h)
{
    return gcs_table_has_records(h->table) ? record_table(h->table) : TABLE_GCSTABLE;
}

/* Emits the counts of dropped and unread rows that changed, summed over hashes: several hold rows of one table. */
static void emit_left_out(struct gcs_view *v, enum table of)
{
    uint64_t dropped = 0;
    for (const struct gcs_hash *h = v->hashes; h; h = h->next) dropped += dropped_table(h) == of ? h->dropped : 0;
    if (dropped != v->dropped_emitted[of]) {
        struct change *c = change_new(CHANGE_DROPPED, v->source, WORLD_REDIS);
        c->table = of;
        c->number = v->dropped_emitted[of] = dropped;
        v->emit(v->arg, c);
    }
    for (int t = 0; t < TABLE_COUNT; t++) {
        if (v->unread[t] == v->unread_emitted[t]) continue;
        v->unread_emitted[t] = v->unread[t];
        v->emit(v->arg, change_unread(v->source, WORLD_REDIS, (enum table)t, v->unread[t], v->unread_why.text));
    }
}

void gcs_view_end(struct gcs_view *v, struct gcs_hash *h, uint64_t wall_ms)
{
    gcs_tally_emit(v, h, wall_ms);
    gcs_rows_sweep(v, h, false);
    emit_left_out(v, dropped_table(h));
    h->was_read = true;
}

void gcs_view_touched(struct gcs_view *v, struct gcs_hash *h, uint64_t wall_ms)
{
    gcs_tally_emit(v, h, wall_ms);
}

void gcs_view_count(struct gcs_view *v, struct gcs_hash *h, uint64_t fields, uint64_t wall_ms)
{
    h->round++;
    char *key = mem_printf("%s/%s", h->ns->name, *h->word ? h->word : "(all)");
    if (gcs_rows_seen(v, h, TABLE_GCSTABLE, key, fields, wall_ms, NULL)) {
        struct gcstable *r = record_new(TABLE_GCSTABLE, key);
        record_set(&r->ns, h->ns->name);
        record_set(&r->table, *h->word ? h->word : "(all)");
        r->fields = known_u64(fields);
        v->emit(v->arg, change_put(v->source, WORLD_REDIS, &r->record));
    }
    free(key);
    gcs_rows_sweep(v, h, false);
    h->was_read = true;
}
