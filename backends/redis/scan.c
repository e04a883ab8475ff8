/*
 * scan.c - schedules what is read of the GCSs.
 *
 * One thing runs at a time: a key_scan (SCAN, or the names of one namespace) or a hash_read. When it is done, scan_step
 * starts the next one that is due within the budget, or sets the wake timer.
 */
#include "backends/redis/scan.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/redis/hash_read.h"
#include "backends/redis/key_scan.h"

#include <stdlib.h>
#include <string.h>

static const enum table tables[] = {TABLE_GCSTABLE,  TABLE_RAYNODE, TABLE_ACTOR,      TABLE_JOB,
                                    TABLE_RAYWORKER, TABLE_PGROUP,  TABLE_CHECKPOINT, TABLE_KVSPACE};

/* A key or a prefix: raw bytes, owned. */
struct raw_key {
    char *key;
    size_t len;
};

struct scan {
    struct scan_conf conf;
    char *ns; /* copy behind conf.ns */
    struct gcs_view view;
    struct alarm *wake;
    struct key_scan *keys;               /* running, or NULL */
    struct hash_read *reading;           /* running, or NULL */
    const struct gcs_hash *reading_hash; /* valid while reading is not NULL */
    bool fast;
    struct raw_key pushed[SCAN_PUSHED_MAX]; /* invalidated keys not in the view yet */
    size_t pushed_count;
    struct raw_key prefixes[ALLOW_PREFIXES]; /* of CLIENT TRACKING */
    size_t prefix_count;
    bool listing;     /* between CHANGE_RELIST and CHANGE_RELISTED */
    bool keys_listed; /* a key_scan has completed, by names or by SCAN */
    bool stepping;    /* scan_step is on the stack */
    uint64_t keys_due_ms, names_due_ms, keys_began_ms;
    struct budget push_budget; /* limits what invalidations start at once */
    unsigned keys_endless;     /* consecutive SCANs that did not end */
};

static const struct budget_rate push_rates[BUDGET_KINDS] = {[BUDGET_REQUESTS] = {SCAN_PUSHED_RATE, SCAN_PUSHED_BURST}};

static void scan_step(struct scan *s);

static void scan_wake(struct scan *s, uint64_t after_ms)
{
    alarm_set(s->wake, after_ms, 0);
}

static void on_wake(void *arg)
{
    scan_step(arg);
}

bool scan_wants(const struct scan *s, const struct gcs_ns *ns)
{
    const char *want = s->conf.ns;
    return !want || (ns->len == strlen(want) && memcmp(ns->raw, want, ns->len) == 0);
}

static bool any_wanted(const struct scan *s)
{
    for (const struct gcs_ns *ns = s->view.namespaces; ns; ns = ns->next)
        if (scan_wants(s, ns)) return true;
    return false;
}

static void emit_for_tables(struct scan *s, enum change_type type)
{
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        struct change *c = change_new(type, s->conf.source, WORLD_REDIS);
        c->table = tables[i];
        s->conf.emit(s->conf.arg, c);
    }
}

static void free_keys(struct raw_key *list, size_t *count)
{
    for (size_t i = 0; i < *count; i++) free(list[i].key);
    *count = 0;
}

/* ---- hashes ---- */

static bool is_tracked(const struct scan *s, const struct gcs_hash *h)
{
    for (size_t i = 0; i < s->prefix_count; i++) {
        const struct raw_key *p = &s->prefixes[i];
        if (h->key_len >= p->len && memcmp(h->key, p->key, p->len) == 0) return true;
    }
    return false;
}

static void hash_adopt(struct scan *s, const char *key, size_t len, enum gcs_layout layout)
{
    const size_t before = s->view.hash_count;
    struct gcs_hash *h = gcs_view_hash(&s->view, key, len, layout);
    if (!h || s->view.hash_count == before) return;
    h->dirty = true;
    h->tracked = is_tracked(s, h);
    if (layout == GCS_ONE_HASH) s->conf.layout_changed(s->conf.arg);
}

static void hash_drop(struct scan *s, struct gcs_hash *h)
{
    const bool older = h->ns->layout == GCS_ONE_HASH;
    gcs_view_drop(&s->view, h);
    if (older) s->conf.layout_changed(s->conf.arg);
}

/* Delay before the hash is read again. */
static uint64_t reread_delay(const struct gcs_hash *h)
{
    const uint64_t least = h->tracked ? SCAN_AGAIN_MS : SCAN_POLL_MS, rest = h->fields / SCAN_FIELDS_A_MS;
    return rest > least ? rest : least;
}

static uint64_t endless_delay(unsigned times)
{
    const uint64_t rest = (uint64_t)SCAN_REFUSED_MS << (times < 6 ? times - 1 : 5);
    return rest < SCAN_ENDLESS_MS ? rest : SCAN_ENDLESS_MS;
}

/* Reports one of the cursors that do not end, as long as there is any. */
static void report_endless(struct scan *s)
{
    const struct gcs_hash *h = s->view.hashes;
    while (h && !h->endless) h = h->next;
    if (!h) {
        s->conf.endless(s->conf.arg, s->keys_endless ? "SCAN" : NULL);
        return;
    }
    char *key = text_safe(h->key, h->key_len, TEXT_ONE_LINE, GCS_NAME_MAX);
    char *what = mem_printf("HSCAN %s", key);
    s->conf.endless(s->conf.arg, what);
    free(what);
    free(key);
}

static void read_done(void *arg, struct gcs_hash *h, enum hash_outcome outcome, const struct reply *error)
{
    struct scan *s = arg;
    const uint64_t now = loop_now_ms();
    hash_read_free(s->reading);
    s->reading = NULL;
    if (outcome != HASH_ENDLESS) h->endless = 0;
    switch (outcome) {
    case HASH_ENDLESS:
        h->dirty = true;
        h->due_ms = now + endless_delay(++h->endless);
        break;
    case HASH_ABSENT: hash_drop(s, h); break;
    case HASH_REFUSED:
        h->dirty = true;
        h->due_ms = now + SCAN_REFUSED_MS;
        s->conf.refused(s->conf.arg, error);
        break;
    case HASH_READ:
        h->due_ms = now + reread_delay(h);
        if (!h->tracked) h->dirty = true;
        break;
    }
    report_endless(s);
    scan_step(s);
}

static void read_progress(void *arg, const struct gcs_hash *h, uint64_t fields, uint64_t total)
{
    struct scan *s = arg;
    (void)h;
    if (!s->listing) return;
    struct change *c = change_new(CHANGE_PROGRESS, s->conf.source, WORLD_REDIS);
    c->table = TABLE_GCSTABLE;
    c->number = fields;
    c->total = total;
    s->conf.emit(s->conf.arg, c);
}

static void read_hash(struct scan *s, struct gcs_hash *h)
{
    const struct hash_env env = {.loop = s->conf.loop,
                                 .conn = s->conf.conn,
                                 .view = &s->view,
                                 .budget = s->conf.budget,
                                 .scan_novalues = s->conf.novalues,
                                 .done = read_done,
                                 .progress = read_progress,
                                 .arg = s};
    h->dirty = false;
    h->invalidations = h->heartbeats = 0;
    h->read_ms = loop_now_ms();
    s->reading_hash = h;
    s->reading = hash_read_start(&env, h, s->conf.unscannable(s->conf.arg, h->key, h->key_len));
}

/* The wanted dirty hash that is due first, and when; NULL: none is dirty. */
static struct gcs_hash *next_hash(const struct scan *s, uint64_t *ret_due_ms)
{
    struct gcs_hash *best = NULL;
    for (struct gcs_hash *h = s->view.hashes; h; h = h->next)
        if (h->dirty && scan_wants(s, h->ns) && (!best || h->due_ms < best->due_ms)) best = h;
    if (best) *ret_due_ms = best->due_ms;
    return best;
}

/* ---- keys ---- */

static void keys_found(void *arg, const char *key, size_t len, enum gcs_layout layout)
{
    struct scan *s = arg;
    hash_adopt(s, key, len, layout);
}

static void keys_done(void *arg, const struct reply *error, bool endless)
{
    struct scan *s = arg;
    key_scan_free(s->keys);
    s->keys = NULL;
    s->keys_listed = true;
    s->keys_endless = endless ? s->keys_endless + 1 : 0;
    if (endless) s->keys_due_ms = loop_now_ms() + endless_delay(s->keys_endless);
    report_endless(s);
    if (error) s->conf.refused(s->conf.arg, error);
    scan_step(s);
}

static void keys_progress(void *arg, uint64_t keys, uint64_t total)
{
    struct scan *s = arg;
    if (s->listing && !s->conf.ns) read_progress(s, NULL, keys, total);
}

static void key_scan_begin(struct scan *s, bool names_only)
{
    const struct key_scan_conf conf = {.loop = s->conf.loop,
                                       .conn = s->conf.conn,
                                       .budget = s->conf.budget,
                                       .ns = names_only ? s->conf.ns : NULL,
                                       .found = keys_found,
                                       .progress = keys_progress,
                                       .done = keys_done,
                                       .arg = s};
    const uint64_t now = loop_now_ms();
    if (names_only)
        s->names_due_ms = now + SCAN_EMPTY_MS;
    else
        s->keys_due_ms = (s->keys_began_ms = now) + (s->prefix_count ? SCAN_KEYS_TRACKED_MS : SCAN_KEYS_AGAIN_MS);
    s->keys = key_scan_start(&conf);
}

/* ---- what next ---- */

static void adopt_pushed(struct scan *s)
{
    for (size_t i = 0; i < s->pushed_count; i++) hash_adopt(s, s->pushed[i].key, s->pushed[i].len, GCS_HASH_A_TABLE);
    free_keys(s->pushed, &s->pushed_count);
}

static void complete_listing(struct scan *s)
{
    if (!s->listing || !s->keys_listed) return;
    for (const struct gcs_hash *h = s->view.hashes; h; h = h->next)
        if (scan_wants(s, h->ns) && !h->was_read && h->due_ms == 0) return;
    s->listing = false;
    emit_for_tables(s, CHANGE_RELISTED);
    s->conf.listed(s->conf.arg);
}

/* In this order: the names of the wanted namespace, dirty hashes, SCAN. False: nothing is due before *ret_due_ms. */
static bool start_next(struct scan *s, uint64_t now, uint64_t *ret_due_ms)
{
    uint64_t due_ms = UINT64_MAX;
    const bool names = s->conf.ns && !any_wanted(s);
    if (names && now >= s->names_due_ms) {
        key_scan_begin(s, true);
        return true;
    }
    struct gcs_hash *h = next_hash(s, &due_ms);
    if (h && due_ms <= now) {
        read_hash(s, h);
        return true;
    }
    complete_listing(s);
    if (now >= s->keys_due_ms) {
        key_scan_begin(s, false);
        return true;
    }
    /* no GCS found yet: one may be starting */
    if (!s->view.namespaces && !s->keys_endless && s->keys_due_ms > now + SCAN_EMPTY_MS)
        s->keys_due_ms = now + SCAN_EMPTY_MS;
    if (s->keys_due_ms < due_ms) due_ms = s->keys_due_ms;
    if (names && s->names_due_ms < due_ms) due_ms = s->names_due_ms;
    *ret_due_ms = due_ms;
    return false;
}

static void scan_step(struct scan *s)
{
    if (s->stepping) return;
    s->stepping = true;
    const uint64_t now = loop_now_ms();
    uint64_t due_ms = 0;
    if (!s->reading && !s->keys) {
        adopt_pushed(s);
        const uint64_t wait = budget_wait(s->conf.budget, now, NULL);
        if (wait)
            scan_wake(s, wait);
        else if (!start_next(s, now, &due_ms))
            scan_wake(s, due_ms - now);
    }
    s->stepping = false;
}

struct scan *scan_new(const struct scan_conf *conf)
{
    struct scan *s = mem_zero(1, sizeof *s);
    s->conf = *conf;
    s->ns = mem_str(conf->ns);
    s->conf.ns = s->ns;
    gcs_view_init(&s->view, conf->source, conf->emit, conf->arg);
    s->wake = alarm_new(conf->loop, on_wake, s);
    budget_init(&s->push_budget, push_rates, loop_now_ms());
    s->listing = true;
    emit_for_tables(s, CHANGE_RELIST);
    scan_wake(s, 0);
    return s;
}

void scan_free(struct scan *s)
{
    if (!s) return;
    hash_read_free(s->reading);
    key_scan_free(s->keys);
    alarm_free(s->wake);
    free_keys(s->pushed, &s->pushed_count);
    free_keys(s->prefixes, &s->prefix_count);
    gcs_view_done(&s->view);
    free(s->ns);
    free(s);
}

struct gcs_view *scan_view(struct scan *s)
{
    return &s->view;
}

const struct gcs_hash *scan_scanning(const struct scan *s)
{
    return s ? hash_read_scanning(s->reading) : NULL;
}

/* ---- invalidation ---- */

/* May an invalidation of this hash be due to a heartbeat alone? */
static bool may_be_heartbeat(const struct scan *s, const struct gcs_hash *h)
{
    const bool reads = s->reading && s->reading_hash == h;
    return !s->fast && h->table == GCS_KV && h->was_read && h->tracked && !reads &&
           loop_now_ms() < h->read_ms + SCAN_KV_MS;
}

void scan_heartbeat(struct scan *s, struct gcs_hash *kv)
{
    if (!kv->invalidations) return; /* this heartbeat was read together with the hash */
    kv->heartbeats++;
    if (!kv->dirty || kv->invalidations > kv->heartbeats || !may_be_heartbeat(s, kv)) return;
    kv->dirty = false;
    kv->invalidations = kv->heartbeats = 0;
    gcs_view_touched(&s->view, kv, loop_wall_ms(s->conf.loop));
}

void scan_set_fast(struct scan *s, bool fast)
{
    s->fast = fast;
    for (struct gcs_hash *h = s->view.hashes; h && fast; h = h->next)
        if (h->table == GCS_KV && h->read_ms + SCAN_AGAIN_MS < h->due_ms) h->due_ms = h->read_ms + SCAN_AGAIN_MS;
    scan_wake(s, 0);
}

/* Rate limit on invalidations that start a scan at once. */
static bool spend_push(struct scan *s)
{
    if (budget_wait(&s->push_budget, loop_now_ms(), NULL)) return false;
    budget_spend(&s->push_budget, BUDGET_REQUESTS, 1);
    return true;
}

/* SCAN finds the keys whose invalidation was beyond the limit; it runs no more often than without tracking. */
static void schedule_key_scan(struct scan *s)
{
    const uint64_t due_ms = s->keys_began_ms + SCAN_KEYS_AGAIN_MS;
    if (s->keys_began_ms && due_ms < s->keys_due_ms) s->keys_due_ms = due_ms;
}

void scan_invalidate(struct scan *s, const char *key, size_t len)
{
    struct gcs_span ns, table;
    struct gcs_hash *h = gcs_view_find(&s->view, key, len);
    if (h) {
        const uint64_t heartbeat_due_ms = loop_now_ms() + SCAN_HEARTBEAT_MS;
        if (!h->dirty && may_be_heartbeat(s, h) && h->due_ms < heartbeat_due_ms) h->due_ms = heartbeat_due_ms;
        h->invalidations++;
        h->dirty = true;
        h->touched_ms = loop_wall_ms(s->conf.loop);
    } else if (gcs_key_split(key, len, &ns, &table)) {
        if (s->pushed_count == SCAN_PUSHED_MAX || !spend_push(s))
            schedule_key_scan(s);
        else
            s->pushed[s->pushed_count++] = (struct raw_key){mem_strn(key, len), len};
    } else {
        return;
    }
    scan_wake(s, 0);
}

void scan_invalidate_all(struct scan *s)
{
    if (spend_push(s)) {
        scan_refresh(s);
        return;
    }
    for (struct gcs_hash *h = s->view.hashes; h; h = h->next) h->dirty = true;
    schedule_key_scan(s);
    scan_wake(s, 0);
}

void scan_refresh(struct scan *s)
{
    for (struct gcs_hash *h = s->view.hashes; h; h = h->next) {
        h->dirty = true;
        h->due_ms = 0;
    }
    s->keys_due_ms = 0;
    scan_wake(s, 0);
}

void scan_set_tracked(struct scan *s, const struct gcs_span *prefixes, size_t count)
{
    free_keys(s->prefixes, &s->prefix_count);
    for (size_t i = 0; i < count && i < ARRAY_LEN(s->prefixes); i++)
        s->prefixes[s->prefix_count++] = (struct raw_key){mem_strn(prefixes[i].at, prefixes[i].len), prefixes[i].len};
    for (struct gcs_hash *h = s->view.hashes; h; h = h->next) {
        h->tracked = is_tracked(s, h);
        h->dirty = true; /* changes before tracking began were not reported */
    }
    scan_wake(s, 0);
}
