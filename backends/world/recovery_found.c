/*
 * recovery_found.c - an outage that had begun before the first observation of a cluster that has served: its head
 * is missing, Terminating, or another one than the cluster's first and not Ready. T0 is then what the stamps say: the
 * GCS's last heartbeat, the end of the container, the delete.
 */
#include "backends/base/text.h"
#include "backends/world/recovery_priv.h"

#include <stdio.h>

/* Pods, the service and its cluster are listed. */
static bool cluster_is_read(const struct world *w, const struct focus *f, uint64_t now_ms)
{
    const struct source *pods = world_source_named(w, "kube/pods");
    if (!pods || !pods->listed_ms || source_freshness(pods, now_ms, NULL) != FRESH_LIVE) return false;
    return f->rayservice && f->raycluster && !world_unread(w, TABLE_POD);
}

/* Redis has shown the heartbeat, or cannot. */
static bool heartbeat_is_read(const struct world *w, const struct focus *f, uint64_t now_ms)
{
    if (f->rayservice->ft != TRI_YES || (f->redis && f->redis->heartbeat.known)) return true;
    const enum freshness redis = world_freshness(w, WORLD_REDIS, now_ms, NULL, NULL);
    return redis == FRESH_DOWN || redis == FRESH_STALE || redis == FRESH_DENIED || redis == FRESH_ABSENT;
}

/* A service that comes up for the first time has no outage. */
static bool service_has_served(const struct focus *f)
{
    const struct known_u64 endpoints = f->rayservice->serve_endpoints;
    return (endpoints.known && endpoints.value) || text_eq(f->raycluster->state, "ready");
}

static bool head_is_not_first(const struct focus *f, const struct pod *p)
{
    const struct known_u64 made = f->raycluster->created, heartbeat = f->redis ? f->redis->heartbeat : UNKNOWN_U64;
    if (p->ended.known) return true; /* its Ray container: restarts are those of the autoscaler's too */
    if (made.known && p->created.known && p->created.value >= made.value + FIRST_HEAD_MS) return true;
    return heartbeat.known && p->created.known && heartbeat.value < p->created.value;
}

/* A head that has been seen is lost before our eyes. */
static bool head_was_observed(const struct recovery *r, const struct pod *p)
{
    const struct head_before *h = &r->memory->head;
    if (!h->uid) return false;
    if (!p || p->deleted.known || !text_eq(h->uid, p->record.key)) return true;
    return run_ended(p, &(struct run){h->container, h->started});
}

/* The head that stands: what has become of the one before it; NULL: it is well. */
static const char *found_words(const struct recovery *r, const struct focus *f)
{
    const struct pod *p = f->head;
    if (head_was_observed(r, p)) return NULL;
    if (!p) return "no head pod";
    if (p->deleted.known) return "head pod Terminating";
    if (p->is_ready != TRI_NO || !head_is_not_first(f, p)) return NULL;
    return p->ended.known ? "head container restarted, not ready" : "new head pod, not ready";
}

static void known_keep_lower(struct known_u64 *first, struct known_u64 other)
{
    if (other.known && (!first->known || other.value < first->value)) *first = other;
}

/* When it was lost, by the servers' stamps; a heartbeat that moves is no sign of it. */
static struct known_u64 found_lost_wall_ms(const struct focus *f, uint64_t wall_ms)
{
    const struct pod *p = f->head;
    const struct known_u64 heartbeat = f->redis ? f->redis->heartbeat : UNKNOWN_U64;
    struct known_u64 lost = UNKNOWN_U64;
    if (heartbeat.known && heartbeat.value + FOUND_SILENT_MS < wall_ms) lost = heartbeat;
    if (p && p->deleted.known) {
        uint64_t grace_ms = p->grace.known ? p->grace.value * 1000 : 0;
        if (p->deleted.value > grace_ms) known_keep_lower(&lost, known_u64(p->deleted.value - grace_ms));
    } else if (p) {
        known_keep_lower(&lost, p->ended.known ? p->ended : p->created);
    }
    return lost.known && lost.value < wall_ms ? lost : known_u64(wall_ms);
}

/* What the workers were at T0 is known only of those that are older. */
static void workers_restore_restarts(struct recovery *r, const struct world *w, uint64_t lost_ms)
{
    for (size_t i = 0; i < r->workers; i++) {
        const struct row *row = world_find(w, TABLE_POD, r->worker[i].uid);
        const struct pod *p = row ? ROW(row, pod) : NULL;
        const bool restarted = p && p->restarts.known && p->restarts.value && p->started.known;
        if (restarted && p->started.value > lost_ms) r->worker[i].restarts = known_u64(p->restarts.value - 1);
    }
}

/* The last heartbeat is read after the pods: the outage began earlier than their stamps say. */
static void found_date(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms,
                       uint64_t wall_ms)
{
    if (!r->found || r->memory->dated || r->outage != OUTAGE_RUNNING || !f->rayservice || !f->raycluster) return;
    if (!heartbeat_is_read(w, f, now_ms)) return;
    const uint64_t lost_ms = found_lost_wall_ms(f, wall_ms).value;
    uint64_t earlier_ms = lost_ms < r->t0_wall_ms ? r->t0_wall_ms - lost_ms : 0;
    r->memory->dated = true;
    if (earlier_ms > r->t0_ms) earlier_ms = r->t0_ms;
    if (r->down_since_ms.known && r->down_since_ms.value == r->t0_ms) r->down_since_ms.value -= earlier_ms;
    r->t0_ms -= earlier_ms;
    r->t0_wall_ms -= earlier_ms;
}

static void found_open(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms,
                       uint64_t wall_ms, const char *found)
{
    struct recovery_memory *m = r->memory;
    const uint64_t lost_ms = found_lost_wall_ms(f, wall_ms).value,
                   ago = wall_ms - lost_ms < now_ms ? wall_ms - lost_ms : 0;
    head_before_done(&m->head);
    if (f->head && f->head->deleted.known) {
        record_set(&m->head.uid, f->head->record.key);
        record_set(&m->head.name, f->head->name);
    }
    record_set(&m->head.cluster, f->raycluster->name);
    ladder_open(r, w, f, now_ms - ago, wall_ms - ago);
    baseline_done(&m->baseline); /* what the GCS held then is not known */
    workers_restore_restarts(r, w, lost_ms);
    m->dated = false;
    r->head_lost = r->found = true;
    r->cause = CAUSE_FOUND;
    snprintf(r->evidence, sizeof r->evidence, "%s", found);
}

void observe_found(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms)
{
    struct recovery_memory *m = r->memory;
    found_date(r, w, f, now_ms, wall_ms);
    if (m->observed || !cluster_is_read(w, f, now_ms)) return;
    const bool leaving = cluster_is_leaving(f, f->raycluster->name) == TRI_YES;
    const char *found = service_has_served(f) && !leaving ? found_words(r, f) : NULL;
    const bool well = f->head && !f->head->deleted.known && f->head->is_ready == TRI_YES;
    m->observed = found || well || heartbeat_is_read(w, f, now_ms);
    if (found && r->outage == OUTAGE_NONE) found_open(r, w, f, now_ms, wall_ms, found);
}
