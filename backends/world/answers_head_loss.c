/* answers_head_loss.c - what the loss of the head would cost: is fault tolerance wired, is it proven? */
#include "backends/base/text.h"
#include "backends/world/answers_text.h"
#include "backends/world/headless.h"
#include "backends/world/placement.h"
#include "backends/world/redis_loss.h"

#include <stdio.h>

static enum verdict verdict_worse(enum verdict a, enum verdict b)
{
    static const int order[] = {[VERDICT_OK] = 0, [VERDICT_WARN] = 1, [VERDICT_UNKNOWN] = 2, [VERDICT_NO] = 3};
    return order[a] >= order[b] ? a : b;
}

/* "no head pod for 12 s · none is being made: is the KubeRay operator up?" */
static void judge_headless(const struct world *w, const struct focus *f, uint64_t now_ms, struct head_loss *l)
{
    const struct known_u64 ms = headless_ms_of(w, f, now_ms);
    char why[ANSWER_TEXT_MAX];
    l->pod = verdict_worse(l->pod, VERDICT_NO);
    if (ms.known && ms.value >= HEADLESS_MS)
        say(l->pod_why, "no head pod for %llu s", (unsigned long long)ms.value / 1000);
    else
        say(l->pod_why, "no head pod");
    if (*headless_why(w, f, 0, now_ms, why)) say(l->pod_why, "%s", why);
}

static void judge_ft(const struct world *w, const struct focus *f, uint64_t now_ms, struct head_loss *l)
{
    if (f->rayservice->ft == TRI_NO) {
        l->pod = verdict_worse(l->pod, VERDICT_NO);
        say(l->pod_why, "GCS FT off: its state dies with the head");
    } else if (f->rayservice->ft == TRI_UNKNOWN) {
        l->pod = verdict_worse(l->pod, VERDICT_WARN);
        say(l->pod_why, "GCS FT not known");
    }
    if (f->rayservice->upgrading == TRI_YES) {
        l->pod = verdict_worse(l->pod, VERDICT_NO);
        say(l->pod_why, "an upgrade is under way");
    }
    if (!f->head && world_unread(w, TABLE_POD)) { /* it may be the one that could not be read */
        l->pod = verdict_worse(l->pod, VERDICT_UNKNOWN);
        say(l->pod_why, "no head pod among those that could be read");
    } else if (!f->head) {
        judge_headless(w, f, now_ms, l);
    } else if (f->head->is_ready == TRI_NO) {
        l->pod = verdict_worse(l->pod, VERDICT_WARN);
        say(l->pod_why, "the head is not ready: %s", f->head->status ? f->head->status : "–");
    }
}

static bool gcs_is_in_redis(const struct world *w, const struct focus *f)
{
    WORLD_EACH (row, w, TABLE_GCSTABLE) {
        if (!row->gone_ms && text_eq(ROW(row, gcstable)->ns, f->gcs_ns)) return true;
    }
    return false;
}

enum { BEAT_OLD_MS = 30000 /* clocks differ: the heartbeat is stamped by the head's */ };

/* What is not in Redis is known only once its first full list is complete. */
static bool redis_was_read(const struct world *w, const struct redis *r)
{
    const struct row *row = world_find(w, TABLE_REDIS, r->record.key);
    const struct source *source = row ? world_source_named(w, row->source) : NULL;
    return source && source->listed_ms;
}

/* Neither connections nor a heartbeat: whatever is in Redis, no GCS keeps it. */
static bool gcs_is_not_there(const struct world *w, const struct focus *f)
{
    const struct redis *r = f->redis;
    const struct row *row = world_find(w, TABLE_REDIS, r->record.key);
    bool beats = r->heartbeat.known && row && row->changed_wall_ms < r->heartbeat.value + BEAT_OLD_MS;
    return r->ray_connections.known && !r->ray_connections.value && !beats && f->head && f->head->ip;
}

static void judge_gcs(const struct world *w, const struct focus *f, struct head_loss *l)
{
    if (f->gcs_ns && gcs_is_in_redis(w, f)) {
        if (!gcs_is_not_there(w, f)) return;
        l->pod = verdict_worse(l->pod, VERDICT_WARN);
        say(l->pod_why, "the GCS holds no connection to Redis");
    } else if (!redis_was_read(w, f->redis)) {
        l->pod = verdict_worse(l->pod, VERDICT_UNKNOWN);
        say(l->pod_why, "Redis is being read");
    } else if (!f->gcs_ns && f->redis->namespaces_count) {
        l->pod = verdict_worse(l->pod, VERDICT_UNKNOWN);
        say(l->pod_why, "the GCS's storage namespace is not known");
    } else {
        l->pod = verdict_worse(l->pod, VERDICT_NO);
        say(l->pod_why, "this GCS is not in Redis");
    }
}

static void judge_redis_server(const struct redis *r, struct head_loss *l)
{
    if (r->loading.known && r->loading.value) {
        l->pod = verdict_worse(l->pod, VERDICT_NO);
        say(l->pod_why, "Redis is loading its data");
    }
    if (text_eq(r->role, "slave") || text_eq(r->role, "replica")) {
        l->pod = verdict_worse(l->pod, VERDICT_WARN);
        say(l->pod_why, "this Redis is a replica");
    }
    if (r->policy && text_has(r->policy, "allkeys")) {
        l->warnings++;
        say(l->redis_why, "%s may evict the GCS's keys", r->policy);
    }
    if (r->max_memory.known && r->max_memory.value && r->used_memory.value > r->max_memory.value / 10 * 9) {
        l->warnings++;
        say(l->redis_why, "memory 90 %% full");
    }
}

/* Redis as the new head will need it: it must answer, hold this GCS, take writes, and not throw keys away. */
static void judge_redis(const struct world *w, const struct focus *f, uint64_t now_ms, struct head_loss *l)
{
    const struct redis *r = f->redis;
    enum freshness fresh = world_freshness(w, WORLD_REDIS, now_ms, NULL, NULL);
    if (f->rayservice->ft == TRI_NO) return;
    if (say_unheard(l->pod_why, "Redis", w, WORLD_REDIS, now_ms) || !r) {
        if (fresh == FRESH_LIVE) say(l->pod_why, "Redis is being read");
        /* Redis usually admits only the cluster's nodes: never having reached it says nothing about the head's
         * connection. */
        enum verdict down = r ? VERDICT_NO : VERDICT_UNKNOWN;
        l->pod = verdict_worse(l->pod, fresh == FRESH_DOWN ? down : VERDICT_WARN);
        return;
    }
    judge_redis_server(r, l);
    judge_gcs(w, f, l);
}

static void judge_endpoints(const struct world *w, const struct focus *f, struct head_loss *l)
{
    struct serve_endpoints e = serve_endpoints_of(w, f);
    if (e.known && e.besides_head) return;
    l->pod = verdict_worse(l->pod, e.known ? VERDICT_NO : VERDICT_WARN);
    say(l->pod_why, "%s", e.known ? "no Serve endpoint besides the head" : "Serve's endpoints not known");
}

struct workers {
    size_t count, ready, keepalive;
    struct known_u64 reconnect_s; /* the shortest; unknown where one pod's is */
};

static struct workers workers_of(const struct world *w, const struct focus *f)
{
    struct workers out = {0};
    bool all_known = true;
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (at.row->gone_ms || !text_eq(p->role, "worker")) continue;
        out.count++;
        out.ready += p->is_ready == TRI_YES && !p->deleted.known;
        out.keepalive += p->keepalive == TRI_YES;
        all_known &= p->reconnect_s.known;
        if (p->reconnect_s.known && (!out.reconnect_s.known || p->reconnect_s.value < out.reconnect_s.value))
            out.reconnect_s = p->reconnect_s;
    }
    if (!all_known) out.reconnect_s = UNKNOWN_U64;
    return out;
}

static void judge_workers(const struct focus *f, const struct workers *n, struct head_loss *l)
{
    uint64_t wanted = f->raycluster && f->raycluster->workers_wanted.known ? f->raycluster->workers_wanted.value
                                                                           : f->rayservice->workers_wanted.value;
    if (wanted < n->count) wanted = n->count;
    if (!n->count) {
        l->pod = verdict_worse(l->pod, VERDICT_NO);
        say(l->pod_why, "no worker pods");
        return;
    }
    if (n->ready < wanted) { /* those that are ready serve on */
        l->pod = verdict_worse(l->pod, n->ready ? VERDICT_WARN : VERDICT_NO);
        say(l->pod_why, "%llu of %llu worker pods not ready", (unsigned long long)(wanted - n->ready),
            (unsigned long long)wanted);
    }
    if (!n->reconnect_s.known) {
        l->pod = verdict_worse(l->pod, VERDICT_WARN);
        /* Without fault tolerance nobody waits for a GCS. */
        if (f->rayservice->ft != TRI_NO) say(l->pod_why, "GCS reconnect timeout not known");
    } else if (n->reconnect_s.value <= 60) {
        l->warnings++;
        say(l->pod_why, "workers wait only %llu s for a new head", (unsigned long long)n->reconnect_s.value);
    }
}

static void judge_keepalive(const struct workers *n, struct head_loss *l)
{
    bool set = n->count && n->keepalive == n->count;
    if (!set) l->warnings++;
    l->node = verdict_worse(l->node, set ? VERDICT_OK : VERDICT_WARN);
    if (set)
        say(l->node_why, "gRPC keepalive set on the worker pods");
    else
        say(l->node_why, "old address goes silent, requests may hang; gRPC keepalive not set on worker pods");
}

/* What goes with the head's K8s node, or with its zone, answers nobody, whatever keepalive says. */
static void judge_node(const struct world *w, const struct focus *f, const struct workers *n, struct head_loss *l)
{
    const struct placement p = placement_of(w, f);
    char why[ANSWER_TEXT_MAX];
    l->node = verdict_worse(l->pod, placement_judge(&p, why));
    if (l->pod != VERDICT_OK) say(l->node_why, "as for the pod");
    if (why[0]) say(l->node_why, "%s", why);
    judge_keepalive(n, l);
}

/* Without fault tolerance nothing rests on Redis. What a Redis keeps that is not heard is what it kept then. */
static void judge_redis_loss(const struct world *w, const struct focus *f, uint64_t now_ms, struct head_loss *l)
{
    if (f->rayservice && f->rayservice->ft == TRI_NO) {
        l->redis = VERDICT_OK;
        say(l->redis_why, "GCS FT off: nothing of the GCS is in Redis");
        return;
    }
    const struct redis_loss loss = redis_loss_of(f, UNKNOWN_U64);
    const bool heard = world_freshness(w, WORLD_REDIS, now_ms, NULL, NULL) == FRESH_LIVE;
    l->redis = heard ? loss.verdict : VERDICT_UNKNOWN;
    l->errors += l->redis == VERDICT_NO;
    if (!heard && f->redis) say(l->redis_why, "Redis not heard now");
    redis_loss_say(&loss, l->redis_why);
}

static void say_ok(const struct workers *n, struct head_loss *l)
{
    say(l->pod_why, "GCS FT on");
    say(l->pod_why, "%s", l->redis == VERDICT_NO ? "Redis not persistent" : "Redis ok");
    if (n->reconnect_s.known) say(l->pod_why, "GCS reconnect timeout %llu s", (unsigned long long)n->reconnect_s.value);
}

/* Pods that may not be read, or are not listed yet, are not pods that are not there. */
static bool pods_are_unread(const struct world *w)
{
    const struct source *s = world_source_named(w, "kube/pods");
    if (!s || world_count(w, TABLE_POD)) return false;
    return s->state == SOURCE_DENIED || s->state == SOURCE_ABSENT || s->state == SOURCE_CONNECTING ||
           (s->state == SOURCE_DOWN && !s->listed_ms);
}

struct head_loss head_loss_of(const struct world *w, const struct focus *f, uint64_t now_ms)
{
    struct head_loss l = {.pod = VERDICT_OK};
    if (!f->rayservice) {
        l.pod = l.node = l.redis = VERDICT_UNKNOWN;
        if (!say_unheard(l.pod_why, "Kubernetes", w, WORLD_KUBE, now_ms)) say(l.pod_why, "no RayService in focus");
        return l;
    }
    if (pods_are_unread(w)) {
        l.pod = l.node = VERDICT_UNKNOWN;
        if (!say_unheard(l.pod_why, "Kubernetes", w, WORLD_KUBE, now_ms)) say(l.pod_why, "pods are not read");
        say(l.node_why, "as for the pod");
        judge_redis_loss(w, f, now_ms, &l);
        return l;
    }
    struct workers n = workers_of(w, f);
    enum freshness kube = world_freshness(w, WORLD_KUBE, now_ms, NULL, NULL);
    if (kube == FRESH_STALE || kube == FRESH_DOWN) {
        l.pod = VERDICT_WARN;
        say_unheard(l.pod_why, "Kubernetes", w, WORLD_KUBE, now_ms);
    }
    judge_ft(w, f, now_ms, &l);
    judge_redis(w, f, now_ms, &l);
    judge_endpoints(w, f, &l);
    judge_workers(f, &n, &l);
    judge_node(w, f, &n, &l);
    judge_redis_loss(w, f, now_ms, &l);
    if (l.pod == VERDICT_OK && f->rayservice->ft == TRI_YES) say_ok(&n, &l);
    return l;
}
