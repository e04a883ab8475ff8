/* redis_link.c - the Redis backend: connects, shakes hands, reconnects with back-off, and starts polling and scanning.
 */
#include "backends/redis/redis_link.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/redis/clients_parse.h"
#include "backends/redis/info_parse.h"
#include "backends/redis/resp_backend.h"
#include "backends/redis/sentinel_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- to the sink ---- */

void link_publish(struct redis_link *k, struct change *c)
{
    if (k->closed) {
        change_free(c);
        return;
    }
    if (!c->at_ms) c->at_ms = loop_now_ms();
    if (!c->wall_ms) c->wall_ms = loop_wall_ms(k->loop);
    sink_put(&k->sink, c);
}

void link_publish_state(struct redis_link *k, enum source_state state, enum err err, const char *why)
{
    if (k->state == state && text_unchanged(k->why, why)) return;
    k->state = state;
    free(k->why);
    k->why = mem_str(why);
    link_publish(k, change_source(REDIS_SOURCE, WORLD_REDIS, state, err, why, k->shown));
}

static const char *layout_words(const struct gcs_ns *ns)
{
    return ns->layout == GCS_ONE_HASH ? "one hash" : "a hash a table";
}

/* The namespace that the record describes: the wanted one, else the one with the newest heartbeat. */
static const struct gcs_ns *main_ns(const struct redis_link *k)
{
    const struct gcs_ns *best = NULL;
    for (const struct gcs_ns *ns = scan_view(k->scan)->namespaces; ns; ns = ns->next) {
        if (!scan_wants(k->scan, ns)) continue;
        const bool fresher =
            best && ns->heartbeat.known && (!best->heartbeat.known || ns->heartbeat.value > best->heartbeat.value);
        if (!best || fresher) best = ns;
    }
    return best;
}

static void free_namespaces(struct redis *r)
{
    for (size_t i = 0; i < r->namespaces_count; i++) {
        free(r->namespaces[i].name);
        free(r->namespaces[i].value);
    }
    free(r->namespaces);
    r->namespaces = NULL;
    r->namespaces_count = 0;
    for (size_t i = 0; i < r->beats_count; i++) free(r->beats[i].name);
    free(r->beats);
    r->beats = NULL;
    r->beats_count = 0;
}

static void fill_namespaces(struct redis_link *k)
{
    struct redis *r = k->record;
    if (!k->scan) return;
    const struct gcs_ns *main = main_ns(k);
    free_namespaces(r);
    for (const struct gcs_ns *ns = scan_view(k->scan)->namespaces; ns; ns = ns->next) {
        struct pair *p = RECORD_APPEND(r, namespaces);
        p->name = mem_str(ns->name);
        struct beat *beat = RECORD_APPEND(r, beats);
        beat->name = mem_str(ns->name);
        beat->last = ns->heartbeat;
        p->value = ns->ray_version ? mem_printf("Ray %s", ns->ray_version) : mem_str(layout_words(ns));
    }
    r->heartbeat = main ? main->heartbeat : UNKNOWN_U64;
    record_set(&r->layout, main ? layout_words(main) : NULL);
    record_set(&r->namespace_, main ? main->name : NULL);
}

void link_publish_record(struct redis_link *k)
{
    fill_namespaces(k);
    /* In fast-poll mode every sample is published, changed or not: a heartbeat that stands still is the news. */
    if (!k->fast_poll && k->published && record_equal(&k->published->record, &k->record->record)) {
        link_publish(k, change_new(CHANGE_ALIVE, REDIS_SOURCE, WORLD_REDIS));
        return;
    }
    if (k->published) record_free(&k->published->record);
    k->published = record_copy(&k->record->record);
    link_publish(k, change_put(REDIS_SOURCE, WORLD_REDIS, record_copy(&k->record->record)));
}

static const struct budget_rate rates[BUDGET_KINDS] = {
    [BUDGET_CONNECTIONS] = {1, LINK_DIALS},
    [BUDGET_REQUESTS] = {LINK_CALLS, LINK_CALLS},
    [BUDGET_BYTES] = {LINK_BYTES, LINK_BYTES},
};

/* ---- the scan's callbacks ---- */

static void on_endless(void *arg, const char *what)
{
    struct redis_link *k = arg;
    if (k->state != SOURCE_LIVE) return;
    char *why =
        what ? mem_printf("throttled: %s does not end: the server repeats a cursor, or returns empty pages", what)
             : NULL;
    link_publish_state(k, SOURCE_LIVE, why ? ERR_THROTTLED : ERR_OK, why);
    free(why);
}

static bool on_unscannable(void *arg, const char *key, size_t len)
{
    const struct redis_link *k = arg;
    for (size_t i = 0; i < k->unscannable_count; i++)
        if (strlen(k->unscannable[i]) == len && memcmp(k->unscannable[i], key, len) == 0) return true;
    return false;
}

static void on_emit(void *arg, struct change *c)
{
    link_publish(arg, c);
}

static void on_listed(void *arg)
{
    struct redis_link *k = arg;
    if (k->state == SOURCE_DENIED) link_publish_state(k, SOURCE_LIVE, ERR_OK, NULL);
    link_publish_record(k);
}

/* The user lacks a permission (stays connected, the scan retries), or the server is not ready (reconnects). */
static void on_refused(void *arg, const struct reply *error)
{
    struct redis_link *k = arg;
    struct why why;
    const enum err err = redis_error(error, &why);
    if (err == ERR_FORBIDDEN) {
        link_publish_state(k, SOURCE_DENIED, err, why.text);
        return;
    }
    link_schedule_close(k, err, why.text);
}

static void on_layout_changed(void *arg)
{
    track_update_prefixes(arg);
}

/* ---- the main connection ---- */

/* Everything whose lifetime is that of the main connection. */
static void connection_close(struct redis_link *k)
{
    poll_stop(k);
    track_stop(k);
    resp_free(k->main);
    k->main = NULL;
    scan_free(k->scan);
    k->scan = NULL;
}

/* A hash whose reply exceeded the limits must not break the next connection too. */
static void mark_unscannable(struct redis_link *k)
{
    const struct gcs_hash *h = scan_scanning(k->scan);
    if (!h || k->unscannable_count == LINK_UNSCANNABLE_MAX || strlen(h->key) != h->key_len) return;
    k->unscannable[k->unscannable_count++] = mem_strn(h->key, h->key_len);
}

/* CLIENT LIST exceeded the reply limit: from now on it is sent for half as many clients at most. */
static void lower_clients_limit(struct redis_link *k)
{
    const struct known_u64 clients = k->record->clients;
    const uint64_t fewer = clients.known ? clients.value / 2 : 0;
    if (fewer < k->clients_most) k->clients_most = fewer;
}

/* What a server of the other kind looks like: it resets, or never answers, what it does not understand. Of a server
 * that has answered once it says nothing. */
static const char *tls_hint(const struct redis_link *k, enum err err, const char *why)
{
    if (k->replied || k->published || k->via || !link_url(k)->host) return "";
    if (!link_url(k)->tls) return err == ERR_RESET ? "; a port that speaks TLS does so: rediss://" : "";
    const bool version = err == ERR_TLS && text_has(why, "version number");
    return err == ERR_TIMEOUT || version ? "; a port without TLS does so: redis://" : "";
}

static void link_fail(struct redis_link *k, enum err err, const char *why)
{
    char *whole = mem_printf("%s%s%s%s%s", k->at_master ? "the sentinel's master " : "",
                             k->at_master ? k->master.shown : "", k->at_master ? ": " : "", why, tls_hint(k, err, why));
    const bool denied = err == ERR_AUTH || err == ERR_FORBIDDEN;
    if (err == ERR_LIMIT && resp_awaits(k->main, ALLOW_CLIENT_LIST))
        lower_clients_limit(k);
    else if (err == ERR_LIMIT)
        mark_unscannable(k);
    connection_close(k);
    char *safe = text_safe(whole, strlen(whole), TEXT_ONE_LINE, ERR_TEXT_MAX);
    free(whole);
    link_publish_state(k, denied ? SOURCE_DENIED : SOURCE_DOWN, err, safe);
    free(safe);
    if (!k->closed) alarm_set(k->redial, backoff_next(&k->backoff, loop_now_ms()), 0);
}

void link_schedule_close(struct redis_link *k, enum err err, const char *why)
{
    (void)why_set(&k->close_reason, err, "%s", why);
    alarm_set(k->closing, 0, 0);
}

/* Runs from the loop: no callback of the connection is on the stack, so it can be freed. */
static void on_closing(void *arg)
{
    struct redis_link *k = arg;
    const struct why close_reason = k->close_reason;
    k->close_reason = (struct why){0};
    if (close_reason.code) {
        link_fail(k, close_reason.code, close_reason.text);
    } else {
        connection_close(k);
        alarm_set(k->redial, 0, 0);
    }
}

static void on_closed(void *arg, enum err err, const char *why)
{
    link_schedule_close(arg, err, why ? why : err_word(err));
}

const struct redis_url *link_url(const struct redis_link *k)
{
    return k->at_master ? &k->master : &k->url;
}

bool link_take_info(struct redis_link *k, const struct reply *reply)
{
    struct why why;
    if (reply_is_text(reply)) {
        info_parse(reply->text, reply->len, k->record);
        return true;
    }
    if (redis_error(reply, &why) == ERR_FORBIDDEN) record_set(&k->record->info_why, why.text);
    return false;
}

/* The master, reached as the URL says: Ray too uses the same TLS settings, user and password for both. */
static enum err master_url(const struct redis_url *sentinel, const char *address, struct redis_url *ret)
{
    struct redis_url url = {0};
    char *text = mem_printf("%s://%s/%u", sentinel->tls ? "rediss" : "redis", address, sentinel->db);
    const enum err err = redis_url_parse(text, &url, NULL);
    free(text);
    if (err) return err;
    url.ca_file = mem_str(sentinel->ca_file);
    url.server_name = mem_str(sentinel->server_name);
    *ret = url;
    return ERR_OK;
}

/* As Ray does: the connection goes on to the master of a sentinel that watches exactly one. */
static void sentinel_follow(struct redis_link *k, const struct reply *reply)
{
    const struct sentinel_masters found = sentinel_parse(reply->text, reply->len);
    char why[ERR_TEXT_MAX];
    if (found.count != 1 || !found.address[0] || k->via) {
        snprintf(why, sizeof why, "a sentinel of %zu masters%s", found.count,
                 k->via ? ": through a command its master cannot be followed"
                        : "; Ray follows one that has exactly one");
        link_schedule_close(k, ERR_UNSUPPORTED, why);
        return;
    }
    struct redis_url url = {0};
    const enum err err = master_url(&k->url, found.address, &url);
    if (err) {
        link_schedule_close(k, err, "a sentinel's master has an address that is none");
        return;
    }
    redis_url_done(&k->master);
    k->master = url;
    k->master_next = true;
    alarm_set(k->closing, 0, 0);
}

static void on_version(void *arg, const struct reply *reply)
{
    struct redis_link *k = arg;
    if (link_take_info(k, reply) && text_eq(k->record->mode, "sentinel")) {
        sentinel_follow(k, reply);
        return;
    }
    if (k->handshake.no_databases.code) {
        link_schedule_close(k, k->handshake.no_databases.code, k->handshake.no_databases.text);
        return;
    }
    /* HSCAN … NOVALUES exists since Redis 7.4; Valkey has version numbers of its own */
    const char *version = k->record->version;
    const unsigned number = info_version_number(version);
    const bool valkey = version && text_has(version, "valkey");
    const struct scan_conf conf = {.loop = k->loop,
                                   .conn = k->main,
                                   .budget = &k->budget,
                                   .source = REDIS_SOURCE,
                                   .ns = k->ns,
                                   .novalues = number >= (valkey ? 80000u : 70400u),
                                   .unscannable = on_unscannable,
                                   .emit = on_emit,
                                   .listed = on_listed,
                                   .refused = on_refused,
                                   .layout_changed = on_layout_changed,
                                   .endless = on_endless,
                                   .arg = k};
    k->scan = scan_new(&conf);
    scan_set_fast(k->scan, k->fast_poll);
    track_start(k);
    poll_start(k);
}

static void on_handshake(void *arg, const struct handshake *h)
{
    struct redis_link *k = arg;
    k->replied = true;
    if (h->err) {
        link_schedule_close(k, h->err, h->why.text);
        return;
    }
    /* Of a server without SELECT only the reply to INFO says whether it is a sentinel. */
    if (!h->no_databases.code) {
        backoff_works(&k->backoff, loop_now_ms());
        link_publish_state(k, SOURCE_LIVE, ERR_OK, NULL);
    }
    (void)resp_send(k->main, ALLOW_INFO, NULL, 0, on_version, k);
}

static void on_opened(void *arg)
{
    struct redis_link *k = arg;
    const struct handshake_conf conf = {k->user, k->password, REDIS_NAME, link_url(k)->db};
    handshake_start(&k->handshake, k->main, &conf, on_handshake, k);
}

/* A new connection may reach another server: nothing of the old record may survive. */
static void new_record(struct redis_link *k)
{
    if (k->record) record_free(&k->record->record);
    k->record = record_new(TABLE_REDIS, REDIS_SOURCE);
    record_set(&k->record->address, k->at_master ? k->master.shown : k->shown);
    if (k->at_master) record_set(&k->record->sentinel, k->shown);
    k->record->tls = tri_of(link_url(k)->tls);
}

static void link_connect(void *arg)
{
    struct redis_link *k = arg;
    const struct resp_calls calls = {on_opened, NULL, on_closed, k};
    if (k->closed || k->main) return;
    const uint64_t wait = budget_wait(&k->budget, loop_now_ms(), NULL);
    if (wait) {
        alarm_set(k->redial, wait, 0);
        return;
    }
    budget_spend(&k->budget, BUDGET_CONNECTIONS, 1);
    /* For this connection alone: after a loss the link queries the sentinel again, which may name another master. */
    k->at_master = k->master_next;
    k->master_next = k->replied = false;
    new_record(k);
    k->main = resp_open(k->loop, link_url(k), k->via, &calls);
}

/* ---- the vtable ---- */

static void free_all(uv_handle_t *h)
{
    struct redis_link *k = h->data;
    connection_close(k);
    alarm_free(k->redial);
    alarm_free(k->tick);
    alarm_free(k->closing);
    redis_url_done(&k->url);
    redis_url_done(&k->master);
    free(k->via);
    free(k->user);
    mem_free_secret(k->password);
    free(k->ns);
    free(k->shown);
    free(k->why);
    for (size_t i = 0; i < k->head_count; i++) free(k->heads[i]);
    for (size_t i = 0; i < k->unscannable_count; i++) free(k->unscannable[i]);
    if (k->record) record_free(&k->record->record);
    if (k->published) record_free(&k->published->record);
    free(k);
}

static enum err link_open(struct loop *l, const struct redis_open *conf, const struct sink *sink,
                          struct redis_link **ret_be, struct why *why)
{
    struct redis_url url = {0};
    const char *text = conf->url ? conf->url : conf->via ? "redis://127.0.0.1" : NULL;
    if (!text) return why_set(why, ERR_USAGE, "no address of a Redis is known");
    const enum err err = redis_url_parse(text, &url, why);
    if (err) return err;
    if (url.tls && conf->via) {
        redis_url_done(&url);
        return why_set(why, ERR_UNSUPPORTED,
                       "TLS through a command is not supported: let the command do it (openssl "
                       "s_client -quiet -connect HOST:PORT) and give a redis:// address");
    }
    struct redis_link *k = mem_zero(1, sizeof *k);
    k->loop = l;
    k->sink = *sink;
    k->url = url;
    k->via = mem_str(conf->via);
    k->user = mem_str(conf->user ? conf->user : url.user);
    k->password = mem_str(conf->password ? conf->password : url.password);
    k->ns = mem_str(conf->ns);
    char *via = conf->via ? text_safe(conf->via, strlen(conf->via), TEXT_ONE_LINE, ERR_TEXT_MAX) : NULL;
    k->shown = via ? mem_printf("via %s", via) : mem_str(url.shown);
    free(via);
    uv_idle_init(loop_uv(l), &k->handle);
    k->handle.data = k;
    k->redial = alarm_new(l, link_connect, k);
    k->tick = poll_alarm(k);
    k->closing = alarm_new(l, on_closing, k);
    backoff_init(&k->backoff, LINK_RETRY_FIRST_MS, BACKOFF_LINK_MOST_MS, loop_random(l));
    backoff_init(&k->track.backoff, LINK_RETRY_FIRST_MS, BACKOFF_LINK_MOST_MS, loop_random(l));
    budget_init(&k->budget, rates, loop_now_ms());
    k->clients_most = POLL_CLIENTS_LISTED;
    k->state = SOURCE_OFF;
    link_publish_state(k, SOURCE_CONNECTING, ERR_OK, NULL);
    /* deferred to the loop: the caller does not have *ret_be yet */
    alarm_set(k->redial, 0, 0);
    *ret_be = k;
    return ERR_OK;
}

static void link_close(struct redis_link *k)
{
    if (!k || k->closed) return;
    /* deferred free: a callback of ours may be on the stack */
    k->closed = true;
    uv_close((uv_handle_t *)&k->handle, free_all);
}

static void link_set_head_addresses(struct redis_link *k, const char *const *ips, size_t count)
{
    for (size_t i = 0; i < k->head_count; i++) free(k->heads[i]);
    k->head_count = 0;
    for (size_t i = 0; i < count && k->head_count < LINK_HEADS_MAX; i++)
        if (ips[i] && *ips[i]) k->heads[k->head_count++] = mem_str(ips[i]);
    k->poll.wanted = 0; /* ray_connections is outdated: sends CLIENT LIST with the next poll */
}

/* Another namespace changes everything that was read: reconnects, which costs milliseconds. */
static void link_set_namespace(struct redis_link *k, const char *ns)
{
    if (k->closed || text_unchanged(k->ns, ns)) return;
    free(k->ns);
    k->ns = mem_str(ns && *ns ? ns : NULL);
    alarm_set(k->closing, 0, 0);
}

static void link_set_fast_poll(struct redis_link *k, bool fast)
{
    if (!k->closed) poll_set_fast(k, fast);
}

static void link_refresh(struct redis_link *k)
{
    if (k->scan)
        scan_refresh(k->scan);
    else if (!k->closed && !k->main)
        alarm_set(k->redial, 0, 0);
}

const struct redis_ops redis_resp = {
    .kind = "resp",
    .caps = 0,
    .open = link_open,
    .close = link_close,
    .set_head_addresses = link_set_head_addresses,
    .set_namespace = link_set_namespace,
    .set_fast_poll = link_set_fast_poll,
    .refresh = link_refresh,
};
