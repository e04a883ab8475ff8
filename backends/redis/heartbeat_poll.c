/*
 * heartbeat_poll.c - polls the GCS heartbeats and CLIENT LIST every second, four times a second in fast-poll mode, and
 * PING and INFO every five seconds.
 *
 * One poll sends its commands in a pipeline; when the last reply is in, the record is published. The next poll waits
 * for that, so that a slow server is never sent more than one poll at a time.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/clock.h"
#include "backends/redis/clients_parse.h"
#include "backends/redis/info_parse.h"
#include "backends/redis/redis_link.h"

#include <stdlib.h>
#include <string.h>

void poll_reply_done(struct redis_link *k)
{
    if (--k->poll.pending == 0) link_publish_record(k);
}

void poll_send(struct redis_link *k, enum allow command, const struct gcs_span *args, size_t count, resp_done *done)
{
    if (resp_send(k->main, command, args, count, done, k) == ERR_OK) k->poll.pending++;
}

static void on_ping(void *arg, const struct reply *reply)
{
    struct redis_link *k = arg;
    if (reply_error_is(reply, "NOAUTH") || reply_error_is(reply, "LOADING")) {
        struct why why;
        (void)redis_error(reply, &why);
        link_schedule_close(k, why.code, why.text);
        return;
    }
    k->record->rtt_us = known_u64(resp_latency_us(k->main));
    poll_reply_done(k);
}

static void on_info(void *arg, const struct reply *reply)
{
    struct redis_link *k = arg;
    if (!link_take_info(k, reply)) k->poll.no_info = true;
    poll_reply_done(k);
}

static void on_clients(void *arg, const struct reply *reply)
{
    struct redis_link *k = arg;
    struct clients_sum sum;
    if (reply_is_text(reply)) {
        const uint64_t own[] = {k->handshake.id.value, k->track.handshake.id.value};
        const struct clients_ask who = {.heads = (const char *const *)k->heads,
                                        .head_count = k->head_count,
                                        .own_ids = own,
                                        .own_count = ARRAY_LEN(own)};
        clients_parse(reply->text, reply->len, &who, &sum);
        k->record->ray_connections = known_u64(sum.ray);
        record_set(&k->record->ray_from, *sum.from ? sum.from : NULL);
        k->poll.clients_long = reply->len > POLL_CLIENTS_MAX;
    } else {
        k->poll.no_clients = true;
        k->record->ray_connections = UNKNOWN_U64;
        record_set(&k->record->ray_from, NULL);
    }
    poll_reply_done(k);
}

/* ---- heartbeats ---- */

static struct gcs_ns *ns_named(struct redis_link *k, const char *raw)
{
    for (struct gcs_ns *ns = scan_view(k->scan)->namespaces; ns; ns = ns->next)
        if (strcmp(ns->raw, raw) == 0) return ns;
    return NULL;
}

static void free_heartbeats(struct poll_state *p)
{
    for (size_t i = 0; i < p->heartbeat_count; i++) free(p->heartbeats[i]);
    p->heartbeat_count = p->heartbeat_replies = 0;
}

/* A heartbeat changes KV but not its field sizes; without tracking this is the only place to notice it. */
static void heartbeat_update(struct redis_link *k, struct gcs_ns *ns, struct known_u64 beat)
{
    const bool moved = ns->heartbeat.known && beat.known && beat.value != ns->heartbeat.value;
    ns->heartbeat = beat;
    if (scan_wants(k->scan, ns)) k->poll.moved += moved;
    if (!moved || ns->layout != GCS_HASH_A_TABLE || !scan_wants(k->scan, ns)) return;
    char *key = mem_printf("RAY%s@KV", ns->raw);
    struct gcs_hash *kv = gcs_view_find(scan_view(k->scan), key, strlen(key));
    if (kv) {
        kv->touched_ms = loop_wall_ms(k->loop);
        scan_heartbeat(k->scan, kv);
    }
    free(key);
}

/* Replies come per namespace: the heartbeat, then the metadata where that was requested. */
static void on_heartbeat(void *arg, const struct reply *reply)
{
    struct redis_link *k = arg;
    struct poll_state *p = &k->poll;
    const size_t at = p->heartbeat_replies++, each = p->metadata ? 2 : 1;
    struct gcs_ns *ns = at / each < p->heartbeat_count && k->scan ? ns_named(k, p->heartbeats[at / each]) : NULL;
    const struct gcs_span value = {reply->text, reply->len};
    const bool text = reply->type == REPLY_STRING;
    if (ns && at % each == 0) heartbeat_update(k, ns, text ? gcs_heartbeat(value) : UNKNOWN_U64);
    if (ns && at % each == 1 && text) {
        free(ns->ray_version);
        ns->ray_version = gcs_ray_version(value);
        if (ns->layout == GCS_ONE_HASH) ns->age = gcs_age_of(ns->ray_version);
    }
    poll_reply_done(k);
}

static void field_request(struct redis_link *k, const struct gcs_ns *ns, const char *field)
{
    char *key = ns->layout == GCS_ONE_HASH ? mem_str(ns->raw) : mem_printf("RAY%s@KV", ns->raw);
    char *name = ns->layout == GCS_ONE_HASH ? mem_printf("%s@KV:%s", ns->raw, field) : mem_str(field);
    const struct gcs_span args[] = {{key, strlen(key)}, {name, strlen(name)}};
    poll_send(k, ALLOW_HGET, args, 2, on_heartbeat);
    free(key);
    free(name);
}

/* A wanted GCS is new: decoding its records requires Ray's version. */
static bool version_is_missing(const struct redis_link *k)
{
    for (const struct gcs_ns *ns = scan_view(k->scan)->namespaces; ns; ns = ns->next)
        if (!ns->ray_version && scan_wants(k->scan, ns)) return true;
    return false;
}

/* others: includes namespaces that are not wanted, whose heartbeat only shows whether they are in use. */
static void heartbeats_request(struct redis_link *k, bool others)
{
    struct poll_state *p = &k->poll;
    free_heartbeats(p);
    p->wanted = p->moved = 0;
    p->metadata = others || version_is_missing(k);
    for (const struct gcs_ns *ns = scan_view(k->scan)->namespaces; ns && p->heartbeat_count < POLL_HEARTBEATS_MAX;
         ns = ns->next) {
        /* Ray writes no NUL into a namespace's name */
        if ((!others && !scan_wants(k->scan, ns)) || strlen(ns->raw) != ns->len) continue;
        p->wanted += scan_wants(k->scan, ns);
        p->heartbeats[p->heartbeat_count++] = mem_strn(ns->raw, ns->len);
        field_request(k, ns, GCS_HEARTBEAT_FIELD);
        if (p->metadata) field_request(k, ns, GCS_METADATA_FIELD);
    }
}

/* ---- the poll ---- */

/* A CLIENT LIST beyond the reply limit would break the connection, and the next one: INFO's connected_clients is
 * checked first. Where INFO is refused, one connection may break. */
static bool clients_can_be_listed(struct redis_link *k)
{
    const struct known_u64 clients = k->record->clients;
    const bool few = clients.known ? clients.value <= k->clients_most : k->clients_most > 0;
    char *why = NULL;
    if (!few && clients.known) why = mem_printf("%llu clients are too many to list", (unsigned long long)clients.value);
    if (!few && !clients.known) why = mem_str("the clients are too many to list");
    if (!few) {
        k->record->ray_connections = UNKNOWN_U64;
        record_set(&k->record->ray_from, NULL);
    }
    record_set(&k->record->ray_why, why);
    free(why);
    return few;
}

static uint64_t heartbeat_period(const struct redis_link *k)
{
    return k->fast_poll ? POLL_FAST_MS : POLL_MS;
}

/* Half a fast period of tolerance, so that what is due just after this poll does not wait for the next one. */
static bool is_due(const struct redis_link *k, uint64_t *at_ms, uint64_t every_ms)
{
    const uint64_t now = clock_now_ms(loop_clock(k->loop));
    if (now < *at_ms) return false;
    *at_ms = now + every_ms - POLL_FAST_MS / 2;
    return true;
}

/* While every wanted heartbeat moves its GCS is connected: then CLIENT LIST is sent at the slow rate only. */
static bool clients_are_due(struct redis_link *k, bool slow)
{
    const struct poll_state *p = &k->poll;
    const bool beating = p->wanted && p->moved == p->wanted;
    if (p->no_clients || !clients_can_be_listed(k)) return false;
    return slow || (!p->clients_long && (k->fast_poll || !beating || !k->record->ray_connections.known));
}

static void on_tick(void *arg)
{
    struct redis_link *k = arg;
    struct poll_state *p = &k->poll;
    if (p->pending) return;
    const bool config = is_due(k, &p->config_due_ms, POLL_CONFIG_MS), slow = is_due(k, &p->slow_due_ms, POLL_SLOW_MS);
    if (slow) {
        poll_send(k, ALLOW_PING, NULL, 0, on_ping);
        track_ping(k);
    }
    if (slow && !p->no_info) poll_send(k, ALLOW_INFO, NULL, 0, on_info);
    if (config) config_poll_send(k);
    if (slow) rights_poll_send(k);
    const bool clients = clients_are_due(k, slow); /* judges by the previous poll's heartbeats */
    heartbeats_request(k, slow);
    if (clients) poll_send(k, ALLOW_CLIENT_LIST, NULL, 0, on_clients);
}

void poll_start(struct redis_link *k)
{
    k->poll = (struct poll_state){0};
    alarm_set(k->tick, 0, heartbeat_period(k));
}

void poll_set_fast(struct redis_link *k, bool fast)
{
    if (k->fast_poll == fast) return;
    k->fast_poll = fast;
    if (k->scan) scan_set_fast(k->scan, fast);
    if (alarm_is_set(k->tick)) alarm_set(k->tick, heartbeat_period(k), heartbeat_period(k));
}

void poll_stop(struct redis_link *k)
{
    alarm_stop(k->tick);
    free_heartbeats(&k->poll);
}

struct alarm *poll_alarm(struct redis_link *k)
{
    return clock_alarm_new(loop_clock(k->loop), on_tick, k);
}
