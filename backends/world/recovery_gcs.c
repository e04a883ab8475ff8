/* recovery_gcs.c - detects from Redis whether the GCS is silent, and whether it is back: heartbeat and connections. */
#include "backends/base/mem.h"
#include "backends/world/recovery_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gcs_done(struct gcs_view *g)
{
    free(g->from);
    free(g->from_well);
    *g = (struct gcs_view){0};
}

void gcs_reset(struct gcs_view *g, struct known_u64 silent_ms)
{
    g->connections_well = g->connections_least = g->connections.value;
    record_set(&g->from_well, g->from);
    if (silent_ms.known && g->heartbeat_ms <= silent_ms.value) g->heartbeat_ms = 0;
}

static void sample_connections(struct gcs_view *g, const struct redis *redis, bool outage)
{
    if (!redis->ray_connections.known) return;
    uint64_t n = redis->ray_connections.value;
    g->connections = redis->ray_connections;
    record_set(&g->from, redis->ray_from);
    if (outage) {
        if (n < g->connections_least) g->connections_least = n;
    } else if (n) {
        g->connections_well = g->connections_least = n;
        record_set(&g->from_well, redis->ray_from);
    }
}

void gcs_sample(struct gcs_view *g, const struct redis *redis, bool outage, uint64_t now_ms, uint64_t wall_ms)
{
    sample_connections(g, redis, outage);
    g->sample_ms = now_ms;
    if (!redis->heartbeat.known) g->heartbeat_ms = 0; /* not read any more: proves nothing */
    if (redis->heartbeat.known && g->heartbeat.known && g->heartbeat.value != redis->heartbeat.value) {
        g->heartbeat_ms = now_ms;
        g->heartbeat_wall_ms = wall_ms;
        /* a heartbeat without connections: the GCS's address is translated (NAT), and those counted were not its own */
        if (!outage && g->connections.known && !g->connections.value) g->connections_well = 0;
    }
    g->heartbeat = redis->heartbeat;
}

/* A heartbeat that stands still proves something only while Redis itself responds. */
static bool redis_has_answered_since(const struct world *w, uint64_t ms)
{
    for (size_t i = 0; i < world_sources(w); i++) {
        const struct source *s = world_source(w, i);
        if (s->world == WORLD_REDIS && s->state == SOURCE_LIVE && s->last_alive_ms > ms) return true;
    }
    return false;
}

static bool has_fewer(const struct gcs_view *g)
{
    return g->connections.known && g->connections.value < g->connections_well;
}

static bool silence_is_seen(const struct gcs_view *g, const struct world *w, bool terminating, uint64_t quiet,
                            uint64_t now_ms)
{
    uint64_t limit = terminating ? SILENT_TERMINATING_MS : SILENT_MS;
    bool missed = quiet >= HEARTBEAT_MISSED_MS && g->sample_ms == now_ms;
    if (has_fewer(g) && terminating && (missed || (!g->heartbeat_ms && !g->connections.value))) return true;
    if (has_fewer(g) && !g->connections.value && quiet >= HEARTBEATS_MISSED_MS) return true;
    return quiet >= limit && redis_has_answered_since(w, g->heartbeat_ms + limit / 2);
}

bool gcs_is_silent(const struct gcs_view *g, const struct world *w, bool terminating, uint64_t now_ms, uint64_t wall_ms,
                   struct rung_state *ret)
{
    bool beat_seen = g->heartbeat_ms != 0;
    uint64_t quiet = beat_seen && now_ms > g->heartbeat_ms ? now_ms - g->heartbeat_ms : 0;
    const char *beat = beat_seen ? "heartbeat stopped" : "";
    if (!silence_is_seen(g, w, terminating, quiet, now_ms)) return false;
    if (has_fewer(g))
        snprintf(ret->note, sizeof ret->note, "Ray connections %llu → %llu%s%s",
                 (unsigned long long)g->connections_well, (unsigned long long)g->connections.value,
                 beat_seen ? ", " : "", beat);
    else
        snprintf(ret->note, sizeof ret->note, "%s", beat);
    /* silent since the last heartbeat, not since the silence was certain */
    bool dated = beat_seen && quiet < 2 * SILENT_MS;
    ret->at_ms = dated ? g->heartbeat_ms : now_ms;
    ret->wall_ms = dated ? g->heartbeat_wall_ms : wall_ms;
    return true;
}

bool gcs_is_back(const struct gcs_view *g, const struct recovery *r, struct rung_state *ret)
{
    unsigned long long well = g->connections_well, least = g->connections_least, now = g->connections.value;
    bool fell = least < well, moved = g->from && g->from_well && strcmp(g->from, g->from_well) != 0;
    if (g->connections.known && now && now >= well && (fell || moved)) {
        if (fell)
            snprintf(ret->note, sizeof ret->note, "Ray connections %llu → %llu", least, now);
        else
            snprintf(ret->note, sizeof ret->note, "%llu Ray connections, now from %s", now, g->from);
        return true;
    }
    /* the old head's last heartbeat may be read after its connections closed; a new head's comes later */
    uint64_t late = r->head_lost ? HEARTBEAT_LATE_MS : 0;
    if (!r->silent_ms.known || g->heartbeat_ms <= r->silent_ms.value + late) return false;
    snprintf(ret->note, sizeof ret->note, "heartbeat moves again");
    return true;
}
