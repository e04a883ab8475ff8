/*
 * key_scan.c - DBSIZE, then SCAN page by page. Keys of a page that could be a hash of the older layout are probed, in
 * batches, before the next page.
 */
#include "backends/redis/key_scan.h"

#include "backends/base/mem.h"
#include "backends/redis/command_pace.h"
#include "backends/redis/cursor_guard.h"
#include "backends/redis/scan.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 500, PROBES_A_BATCH = 128 };
#define PAGE_TEXT "500"

/* Fields that every GCS of the older layout writes when it starts; one of them is enough. */
static const char session_field[] = "@KV:" GCS_SESSION_FIELD;
static const char config_field[] = "@INTERNAL_CONFIG:\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
                                   "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";

struct candidate {
    char *key;
    size_t len;
    bool is_gcs;
};

struct key_scan {
    struct key_scan_conf conf;
    struct command_pace pace;
    char cursor[24];
    struct cursor_guard guard;
    uint64_t seen, total, probes;
    struct candidate *page;         /* keys of the current page that may be hashes of the older layout */
    size_t count, probed, answered; /* answered: replies, two per key */
};

static void scan_next(void *arg);

static void free_page(struct key_scan *k)
{
    for (size_t i = 0; i < k->count; i++) free(k->page[i].key);
    free(k->page);
    k->page = NULL;
    k->count = k->probed = k->answered = 0;
}

void key_scan_free(struct key_scan *k)
{
    if (!k) return;
    free_page(k);
    cursor_guard_done(&k->guard);
    command_pace_done(&k->pace);
    free(k);
}

/* The done callback may free k. */
static void scan_finish(struct key_scan *k, const struct reply *error, bool endless)
{
    command_pace_charge(&k->pace);
    k->conf.done(k->conf.arg, error, endless);
}

/* ---- probing for the older layout ---- */

static void add_candidate(struct key_scan *k, const char *key, size_t len)
{
    if (len == 0 || len > GCS_NAME_MAX || k->probes >= SCAN_PROBES_MAX) return;
    k->probes++;
    k->page = mem_grow(k->page, k->count + 1, sizeof *k->page);
    k->page[k->count++] = (struct candidate){mem_strn(key, len), len, false};
}

static void on_probed(void *arg, const struct reply *reply)
{
    struct key_scan *k = arg;
    struct candidate *c = &k->page[k->answered / 2];
    /* WRONGTYPE and NOPERM: not a hash that could be read */
    if (reply->type == REPLY_INTEGER && reply->number > 0) c->is_gcs = true;
    k->answered++;
    if (k->answered % 2 == 0 && c->is_gcs) k->conf.found(k->conf.arg, c->key, c->len, GCS_ONE_HASH);
    if (k->answered == 2 * k->probed) command_pace_next(&k->pace);
}

static void candidate_probe(struct key_scan *k, const struct candidate *c, const char *suffix, size_t len)
{
    char field[GCS_NAME_MAX + sizeof config_field + sizeof session_field];
    memcpy(field, c->key, c->len);
    memcpy(field + c->len, suffix, len);
    const struct gcs_span args[] = {{c->key, c->len}, {field, c->len + len}};
    command_pace_send(&k->pace, ALLOW_HSTRLEN, args, 2, on_probed);
}

static void probe_batch(struct key_scan *k)
{
    for (size_t sent = 0; sent < PROBES_A_BATCH && k->probed < k->count; sent++) {
        const struct candidate *c = &k->page[k->probed++];
        candidate_probe(k, c, session_field, sizeof session_field - 1);
        candidate_probe(k, c, config_field, sizeof config_field - 1);
    }
}

/* ---- pages of keys ---- */

static void collect_page(struct key_scan *k, const struct reply *keys)
{
    free_page(k);
    for (size_t i = 0; i < keys->count; i++) {
        const struct reply *key = keys->items[i];
        struct gcs_span ns, table;
        if (!reply_is_text(key)) continue;
        if (gcs_key_split(key->text, key->len, &ns, &table))
            k->conf.found(k->conf.arg, key->text, key->len, GCS_HASH_A_TABLE);
        else
            add_candidate(k, key->text, key->len);
    }
    k->seen += keys->count;
}

static void on_page(void *arg, const struct reply *reply)
{
    struct key_scan *k = arg;
    const struct reply *cursor = reply_item(reply, 0), *keys = reply_item(reply, 1);
    if (!reply_is_text(cursor) || cursor->len == 0 || cursor->len >= sizeof k->cursor || !keys ||
        keys->type != REPLY_ARRAY) {
        scan_finish(k, reply, false);
        return;
    }
    memcpy(k->cursor, cursor->text, cursor->len + 1);
    collect_page(k, keys);
    if (!cursor_guard_check(&k->guard, k->cursor, k->seen, k->total ? k->total : k->seen)) {
        scan_finish(k, NULL, true);
        return;
    }
    if (k->total > PAGE) k->conf.progress(k->conf.arg, k->seen, k->total);
    command_pace_next(&k->pace);
}

static void on_size(void *arg, const struct reply *reply)
{
    struct key_scan *k = arg;
    if (reply->type == REPLY_INTEGER && reply->number > 0) k->total = (uint64_t)reply->number;
    command_pace_next(&k->pace);
}

static void scan_next(void *arg)
{
    struct key_scan *k = arg;
    if (k->probed < k->count) {
        probe_batch(k);
    } else if (strcmp(k->cursor, "0") == 0) {
        scan_finish(k, NULL, false);
    } else {
        const char *cursor = *k->cursor ? k->cursor : "0";
        const struct gcs_span args[] = {{cursor, strlen(cursor)}, {"COUNT", 5}, {PAGE_TEXT, sizeof PAGE_TEXT - 1}};
        command_pace_send(&k->pace, ALLOW_SCAN, args, 3, on_page);
    }
}

/* ---- one namespace ---- */

/* Reports every name that the hashes may have; reading one that does not exist yields HASH_ABSENT. */
static void report_names(struct key_scan *k)
{
    static const char *const more[] = {"ACTOR_TASK_SPEC"};
    for (size_t i = 0; i < GCS_TABLES + ARRAY_LEN(more); i++) {
        const char *word = i < GCS_TABLES ? gcs_table_word((enum gcs_table)i) : more[i - GCS_TABLES];
        char *key = mem_printf("RAY%s@%s", k->conf.ns, word);
        k->conf.found(k->conf.arg, key, strlen(key), GCS_HASH_A_TABLE);
        free(key);
    }
}

static void on_kv_length(void *arg, const struct reply *reply)
{
    struct key_scan *k = arg;
    if (reply->type == REPLY_ERROR && !reply_error_is(reply, "WRONGTYPE")) {
        scan_finish(k, reply, false);
        return;
    }
    memcpy(k->cursor, "0", 2);
    if (reply->type == REPLY_INTEGER && reply->number > 0)
        report_names(k);
    else
        add_candidate(k, k->conf.ns, strlen(k->conf.ns));
    command_pace_next(&k->pace);
}

struct key_scan *key_scan_start(const struct key_scan_conf *conf)
{
    struct key_scan *k = mem_zero(1, sizeof *k);
    k->conf = *conf;
    command_pace_init(&k->pace, conf->loop, conf->conn, conf->budget, scan_next, k);
    cursor_guard_init(&k->guard, PAGE);
    if (conf->ns) {
        /* a GCS writes KV first, NODE a little later */
        char *key = mem_printf("RAY%s@KV", conf->ns);
        const struct gcs_span span = {key, strlen(key)};
        command_pace_send(&k->pace, ALLOW_HLEN, &span, 1, on_kv_length);
        free(key);
    } else {
        command_pace_send(&k->pace, ALLOW_DBSIZE, NULL, 0, on_size);
    }
    return k;
}
