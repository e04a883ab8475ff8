/*
 * track.c - keeps CLIENT TRACKING on, in broadcasting mode, its invalidation messages redirected to a second
 * connection that subscribes to __redis__:invalidate. Where the server or an ACL refuses that, hashes are polled, and
 * tracking_why holds the reason.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/redis/redis_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char channel[] = "__redis__:invalidate";

static void tracking_publish(struct redis_link *k, bool on, const char *why)
{
    k->track.on = on;
    k->record->tracking = tri_of(on);
    record_set(&k->record->tracking_why, why);
    link_publish_record(k);
}

static void free_prefixes(struct track *t)
{
    for (size_t i = 0; i < t->prefix_count; i++) free(t->prefixes[i]);
    t->prefix_count = 0;
}

/* Falls back to polling. for_good: no retry on this main connection. */
static void tracking_fail(struct redis_link *k, bool for_good, const char *why)
{
    struct track *t = &k->track;
    resp_free(t->conn);
    t->conn = NULL;
    t->subscribed = false;
    t->handshake.id = UNKNOWN_U64;
    t->refused = for_good;
    if (t->requested) (void)resp_send(k->main, ALLOW_TRACKING_OFF, NULL, 0, NULL, NULL);
    if (k->scan) scan_set_tracked(k->scan, NULL, 0);
    if (!for_good) alarm_set(t->redial, backoff_next(&t->backoff, loop_now_ms()), 0);
    tracking_publish(k, false, why);
}

/* ---- prefixes ---- */

static bool prefix_covers(const struct track *t, const char *name)
{
    for (size_t i = 0; i < t->prefix_count; i++)
        if (strncmp(name, t->prefixes[i], strlen(t->prefixes[i])) == 0) return true;
    return false;
}

/* Redis refuses overlapping prefixes: the shorter of two is enough. */
static void add_prefix(struct track *t, char *name /* takes */)
{
    if (prefix_covers(t, name)) {
        free(name);
        return;
    }
    const size_t len = strlen(name);
    for (size_t i = 0; i < t->prefix_count;) {
        if (strncmp(t->prefixes[i], name, len) == 0) {
            free(t->prefixes[i]);
            t->prefixes[i] = t->prefixes[--t->prefix_count];
        } else {
            i++;
        }
    }
    if (t->prefix_count == ALLOW_PREFIXES) {
        free(name); /* tracks no more: its hashes are polled */
        return;
    }
    t->prefixes[t->prefix_count++] = name;
}

static void choose_prefixes(struct redis_link *k)
{
    struct track *t = &k->track;
    free_prefixes(t);
    add_prefix(t, k->ns ? mem_printf("RAY%s@", k->ns) : mem_str("RAY"));
    for (const struct gcs_ns *ns = scan_view(k->scan)->namespaces; ns; ns = ns->next)
        if (ns->layout == GCS_ONE_HASH && scan_wants(k->scan, ns) && strlen(ns->raw) == ns->len)
            add_prefix(t, mem_str(ns->raw));
}

static void on_tracking(void *arg, const struct reply *reply)
{
    struct redis_link *k = arg;
    struct track *t = &k->track;
    struct gcs_span prefixes[ALLOW_PREFIXES];
    if (!t->subscribed) return; /* the second connection closed meanwhile */
    if (reply->type == REPLY_ERROR) {
        struct why why;
        (void)redis_error(reply, &why);
        tracking_fail(k, true, why.text);
        return;
    }
    for (size_t i = 0; i < t->prefix_count; i++)
        prefixes[i] = (struct gcs_span){t->prefixes[i], strlen(t->prefixes[i])};
    backoff_works(&t->backoff, loop_now_ms());
    scan_set_tracked(k->scan, prefixes, t->prefix_count);
    tracking_publish(k, true, NULL);
}

static void tracking_request(struct redis_link *k)
{
    struct track *t = &k->track;
    char id[24];
    struct gcs_span args[ALLOW_ARGS_MAX];
    size_t n = 0;
    choose_prefixes(k);
    snprintf(id, sizeof id, "%llu", (unsigned long long)t->handshake.id.value);
    args[n++] = (struct gcs_span){id, strlen(id)};
    args[n++] = (struct gcs_span){"BCAST", 5};
    for (size_t i = 0; i < t->prefix_count; i++) {
        args[n++] = (struct gcs_span){"PREFIX", 6};
        args[n++] = (struct gcs_span){t->prefixes[i], strlen(t->prefixes[i])};
    }
    /* TRACKING ON adds to the prefixes set before, and refuses one that overlaps: turns it off first */
    if (t->requested) (void)resp_send(k->main, ALLOW_TRACKING_OFF, NULL, 0, NULL, NULL);
    t->requested = true;
    (void)resp_send(k->main, ALLOW_TRACKING_ON, args, n, on_tracking, k);
}

void track_update_prefixes(struct redis_link *k)
{
    struct track *t = &k->track;
    if (!t->subscribed || !k->scan) return;
    for (const struct gcs_ns *ns = scan_view(k->scan)->namespaces; ns; ns = ns->next) {
        if (ns->layout != GCS_ONE_HASH || !scan_wants(k->scan, ns) || prefix_covers(t, ns->raw)) continue;
        tracking_request(k);
        return;
    }
}

/* ---- the second connection ---- */

static void on_pushed(void *arg, const struct reply *r)
{
    struct redis_link *k = arg;
    const struct reply *from = reply_item(r, 1), *keys = reply_item(r, 2);
    if (!k->scan || !reply_is_text(from) || strcmp(from->text, channel) != 0 || !keys) return;
    if (keys->type == REPLY_NIL) scan_invalidate_all(k->scan); /* FLUSHDB, FLUSHALL */
    if (keys->type != REPLY_ARRAY) return;
    for (size_t i = 0; i < keys->count; i++)
        if (reply_is_text(keys->items[i])) scan_invalidate(k->scan, keys->items[i]->text, keys->items[i]->len);
}

static void on_subscribed(void *arg, const struct reply *reply)
{
    struct redis_link *k = arg;
    if (reply->type == REPLY_ERROR) {
        struct why why;
        (void)redis_error(reply, &why);
        tracking_fail(k, true, why.text);
        return;
    }
    k->track.subscribed = true;
    tracking_request(k);
}

static void on_handshake(void *arg, const struct handshake *h)
{
    struct redis_link *k = arg;
    const struct gcs_span name = {channel, sizeof channel - 1};
    if (h->err)
        tracking_fail(k, false, h->why.text);
    else if (!h->id.known)
        tracking_fail(k, true, "CLIENT ID is refused, and tracking needs it");
    else
        (void)resp_send(k->track.conn, ALLOW_SUBSCRIBE, &name, 1, on_subscribed, k);
}

static void on_opened(void *arg)
{
    struct redis_link *k = arg;
    const struct handshake_conf conf = {k->user, k->password, REDIS_NAME "-changes", 0};
    handshake_start(&k->track.handshake, k->track.conn, &conf, on_handshake, k);
}

static void on_closed(void *arg, enum err err, const char *why)
{
    (void)err;
    tracking_fail(arg, false, why);
}

static void track_connect(void *arg)
{
    struct redis_link *k = arg;
    const struct resp_calls calls = {on_opened, on_pushed, on_closed, k};
    if (k->closed || k->track.conn || k->track.refused || !k->scan) return;
    budget_spend(&k->budget, BUDGET_CONNECTIONS, 1);
    k->track.conn = resp_open(k->loop, link_url(k), k->via, &calls);
}

void track_ping(struct redis_link *k)
{
    if (k->track.subscribed) (void)resp_send(k->track.conn, ALLOW_PING, NULL, 0, NULL, NULL);
}

void track_start(struct redis_link *k)
{
    struct track *t = &k->track;
    t->refused = t->requested = t->on = t->subscribed = false;
    if (!t->redial) t->redial = alarm_new(k->loop, track_connect, k);
    track_connect(k);
}

void track_stop(struct redis_link *k)
{
    struct track *t = &k->track;
    resp_free(t->conn);
    t->conn = NULL;
    alarm_free(t->redial);
    t->redial = NULL;
    t->on = t->subscribed = false;
    t->handshake.id = UNKNOWN_U64;
    free_prefixes(t);
}
