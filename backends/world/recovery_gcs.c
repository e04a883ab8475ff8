/*
 * recovery_gcs.c - detects from Redis whether the GCS is silent, and whether it is back. It is silent without a
 * heartbeat; it is back with the new head's: one stamped after that head's NODE record, which only its own GCS writes.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/recovery_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gcs_done(struct gcs_signs *g)
{
    free(g->state_ns);
    *g = (struct gcs_signs){0};
}

void gcs_reset(struct gcs_signs *g, struct known_u64 silent_since_ms)
{
    g->connections_before = g->connections.value;
    if (silent_since_ms.known && g->heartbeat_seen_ms <= silent_since_ms.value) g->heartbeat_seen_ms = 0;
}

static void connections_sample(struct gcs_signs *g, const struct redis *redis, bool outage)
{
    if (!redis->ray_connections.known) return;
    g->connections = redis->ray_connections;
    if (!g->connections_min.known || g->connections.value < g->connections_min.value)
        g->connections_min = g->connections;
    if (!outage && g->connections.value) g->connections_before = g->connections.value;
}

void gcs_sample(struct gcs_signs *g, const struct redis *redis, bool outage, uint64_t now_ms, uint64_t wall_ms)
{
    connections_sample(g, redis, outage);
    if (!redis->heartbeat.known) g->heartbeat_seen_ms = 0; /* not read any more: proves nothing */
    if (redis->heartbeat.known && g->heartbeat.known && g->heartbeat.value != redis->heartbeat.value) {
        g->heartbeat_seen_ms = now_ms;
        g->heartbeat_seen_wall_ms = wall_ms;
        g->connections_min = g->connections;
        /* a heartbeat without connections: the GCS's address is translated (NAT), and those counted were not its own */
        if (!outage && g->connections.known && !g->connections.value) g->connections_before = 0;
    }
    g->heartbeat = redis->heartbeat;
}

/* ---- silence ------------------------------------------------------------------------------------------------- */

/* A heartbeat that stands still proves something only while Redis itself responds. */
static bool redis_has_answered_since(const struct world *w, uint64_t ms)
{
    for (size_t i = 0; i < world_sources(w); i++) {
        const struct source *s = world_source(w, i);
        if (s->world == WORLD_REDIS && s->state == SOURCE_LIVE && s->last_alive_ms > ms) return true;
    }
    return false;
}

static bool connections_are_fewer(const struct gcs_signs *g)
{
    return g->connections.known && g->connections.value < g->connections_before;
}

static bool silence_is_seen(const struct gcs_signs *g, const struct world *w, bool terminating, uint64_t quiet_ms)
{
    uint64_t limit = terminating ? SILENT_TERMINATING_MS : SILENT_MS;
    bool disconnected = connections_are_fewer(g) && !g->connections.value;
    if (disconnected && (g->heartbeat_seen_ms ? quiet_ms >= HEARTBEATS_MISSED_MS : terminating)) return true;
    return quiet_ms >= limit && redis_has_answered_since(w, g->heartbeat_seen_ms + limit / 2);
}

bool gcs_is_silent(const struct gcs_signs *g, const struct world *w, bool terminating, uint64_t now_ms,
                   uint64_t wall_ms, struct rung_state *ret)
{
    bool seen = g->heartbeat_seen_ms != 0;
    uint64_t quiet_ms = seen && now_ms > g->heartbeat_seen_ms ? now_ms - g->heartbeat_seen_ms : 0;
    const char *stopped = seen ? "heartbeat stopped" : "";
    if (!silence_is_seen(g, w, terminating, quiet_ms)) return false;
    /* a new head's GCS may have connected before the silence was certain */
    const bool fell = g->connections_min.known && g->connections_min.value < g->connections_before;
    if (fell)
        snprintf(ret->note, sizeof ret->note, "Ray connections %llu → %llu%s%s",
                 (unsigned long long)g->connections_before, (unsigned long long)g->connections_min.value,
                 seen ? ", " : "", stopped);
    else
        snprintf(ret->note, sizeof ret->note, "%s", stopped);
    /* silent since the last heartbeat, not since the silence was certain */
    bool dated = seen && quiet_ms < 2 * SILENT_MS;
    ret->at_ms = dated ? g->heartbeat_seen_ms : now_ms;
    ret->wall_ms = dated ? g->heartbeat_seen_wall_ms : wall_ms;
    return true;
}

/* ---- its state ------------------------------------------------------------------------------------------------ */

bool gcs_state_is_there(const struct world *w, const struct focus *f)
{
    char key[512];
    snprintf(key, sizeof key, "%s/NODE", f->gcs_ns ? f->gcs_ns : "");
    const struct row *row = f->gcs_ns ? world_find(w, TABLE_GCSTABLE, key) : NULL;
    if (!row || row->gone_ms) return false;
    const struct known_u64 fields = ROW(row, gcstable)->fields;
    return !fields.known || fields.value > 0;
}

bool gcs_state_is_gone(const struct world *w, const struct focus *f)
{
    return f->gcs_ns && !gcs_state_is_there(w, f) && redis_has_answered_since(w, 0);
}

/* ---- the new head's GCS -------------------------------------------------------------------------------------- */

bool gcs_has_nodes(const struct world *w, const struct focus *f)
{
    if (!f->gcs_ns) return false;
    WORLD_EACH (row, w, TABLE_RAYNODE) {
        if (!row->gone_ms && text_eq(ROW(row, raynode)->ns, f->gcs_ns)) return true;
    }
    return false;
}

const struct raynode *gcs_old_node(const struct recovery *r, const struct world *w, const struct focus *f)
{
    WORLD_EACH (row, w, TABLE_RAYNODE) {
        const struct raynode *n = ROW(row, raynode);
        if (!row->gone_ms && text_eq(n->ns, f->gcs_ns) && text_eq(n->id, r->old_ray_node)) return n;
    }
    return NULL;
}

bool gcs_is_of_another_head(const struct recovery *r, const struct world *w, const struct focus *f)
{
    const struct raynode *old = gcs_old_node(r, w, f);
    if (!old || !text_eq(old->state, "DEAD")) return false;
    WORLD_EACH (row, w, TABLE_RAYNODE) {
        const struct raynode *n = ROW(row, raynode);
        if (!row->gone_ms && n != old && text_eq(n->ns, f->gcs_ns) && n->is_head == TRI_YES &&
            text_eq(n->state, "ALIVE"))
            return true;
    }
    return false;
}

/* A record that an earlier run of the same pod has left says ALIVE too: the record of a run is newer than its
 * container. Both stamps are by the clock of the head's K8s node. */
static bool node_is_of_run(const struct raynode *n, const struct pod *head)
{
    if (n->pod ? !text_eq(n->pod, head->name) : !n->address || !text_eq(n->address, head->ip)) return false;
    return !n->started.known || !head->started.known || n->started.value >= head->started.value;
}

const struct raynode *gcs_new_node(const struct recovery *r, const struct world *w, const struct focus *f)
{
    const struct pod *head = head_successor(r, f);
    if (!f->gcs_ns || !head) return NULL;
    WORLD_EACH (row, w, TABLE_RAYNODE) {
        const struct raynode *n = ROW(row, raynode);
        if (row->gone_ms || !text_eq(n->ns, f->gcs_ns) || n->is_head == TRI_NO || !n->id) continue;
        if (!text_eq(n->state, "ALIVE") || text_eq(n->id, r->old_ray_node)) continue;
        if (text_eq(n->id, r->memory->lost_ray_node)) continue;
        if (node_is_of_run(n, head)) return n;
    }
    return NULL;
}

/* Stamped by the same clock as the NODE record; where that has no stamp, a heartbeat seen to move after it. */
static bool heartbeat_is_of_node(const struct recovery *r, const struct raynode *n)
{
    const struct gcs_signs *g = &r->memory->gcs;
    if (n->started.known) return g->heartbeat.known && g->heartbeat.value >= n->started.value;
    const struct rung_state *alive = &r->rung[RUNG_HEAD_ALIVE];
    return alive->reached && g->heartbeat_seen_ms > alive->at_ms;
}

/* Without NODE nothing in Redis distinguishes the new head's heartbeat from the old one's: its pod has to be ready. */
static bool heartbeat_follows_ready(const struct recovery *r)
{
    const struct rung_state *ready = &r->rung[RUNG_HEAD_READY];
    return ready->reached && r->memory->gcs.heartbeat_seen_ms > ready->at_ms;
}

bool gcs_is_back(const struct recovery *r, const struct world *w, const struct focus *f, struct rung_state *ret)
{
    const struct gcs_signs *g = &r->memory->gcs;
    const struct rung_state *rung = &r->rung[RUNG_GCS_BACK];
    const struct raynode *node = r->head_lost ? gcs_new_node(r, w, f) : NULL;
    if (rung->lost && g->heartbeat.known && g->heartbeat_seen_ms <= rung->lost_ms) return false;
    if (!r->head_lost) { /* the same GCS */
        if (!r->silent_since_ms.known || g->heartbeat_seen_ms <= r->silent_since_ms.value) return false;
        snprintf(ret->note, sizeof ret->note, "heartbeat moves again");
    } else if (!r->memory->nodes_seen) {
        if (!heartbeat_follows_ready(r)) return false;
        snprintf(ret->note, sizeof ret->note, "heartbeat moves, head ready; NODE is not read");
    } else if (!node || (g->heartbeat.known && !heartbeat_is_of_node(r, node))) {
        return false;
    } else {
        snprintf(ret->note, sizeof ret->note, "%s, %.8s in NODE",
                 g->heartbeat.known ? "heartbeat of new head" : "no heartbeat is read", node->id);
    }
    return true;
}
