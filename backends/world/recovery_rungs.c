/*
 * recovery_rungs.c - marks the rungs that a new head reaches, and takes back those that do not hold any more
 * (recovery.h): another run of its container, a pod that is not ready again, a Serve API that says otherwise, a worker
 * pod that restarts after all.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/recovery_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void rung_mark(struct recovery *r, enum rung rung, uint64_t at_ms, uint64_t wall_ms, const char *fmt, ...)
{
    struct rung_state *s = &r->rung[rung];
    if (s->reached) return;
    s->reached = true;
    s->at_ms = at_ms > r->t0_ms ? at_ms : r->t0_ms;
    s->wall_ms = wall_ms > r->t0_wall_ms ? wall_ms : r->t0_wall_ms;
    if (s->lost && s->at_ms < s->lost_ms) s->at_ms = s->lost_ms;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(s->note, sizeof s->note, fmt, ap);
    va_end(ap);
}

void rung_lose(struct recovery *r, enum rung rung, uint64_t at_ms)
{
    struct rung_state *s = &r->rung[rung];
    if (!s->reached) return;
    *s = (struct rung_state){.lost = true, .was_at_ms = s->at_ms, .lost_ms = at_ms > s->at_ms ? at_ms : s->at_ms};
}

/* ---- the new head -------------------------------------------------------------------------------------------- */

const struct pod *head_successor(const struct recovery *r, const struct focus *f)
{
    const struct recovery_memory *m = r->memory;
    const struct pod *p = f->head;
    if (!p || p->deleted.known || text_eq(p->phase, "Failed")) return NULL;
    if (!text_eq(p->record.key, r->old_head_uid)) return p;
    return p->started.known && run_ended(p, &(struct run){m->old_container, m->old_started}) ? p : NULL;
}

/* The new head was lost too: its pod, or (from HEAD_RUNNING on) only its container. The workers' rung is about the
 * workers. */
static void successor_lost(struct recovery *r, enum rung from, uint64_t at_ms)
{
    struct recovery_memory *m = r->memory;
    for (int i = (int)from; i < RUNG_COUNT; i++)
        if (i != RUNG_WORKERS_SAME) rung_lose(r, (enum rung)i, at_ms);
    record_set(&m->new_container, NULL);
    if (m->new_ray_node) record_set(&m->lost_ray_node, m->new_ray_node);
    record_set(&m->new_ray_node, NULL);
}

static void successor_update(struct recovery *r, const struct pod *p, uint64_t at_ms)
{
    char **container = &r->memory->new_container;
    bool another = *container && p->container_id && !text_eq(*container, p->container_id);
    bool ended = r->rung[RUNG_HEAD_RUNNING].reached && !p->started.known;
    if (r->new_head_uid && !text_eq(r->new_head_uid, p->record.key))
        successor_lost(r, RUNG_HEAD_CREATED, at_ms);
    else if (another || ended)
        successor_lost(r, RUNG_HEAD_RUNNING, at_ms);
    if (p->started.known) record_set(container, p->container_id);
    record_set(&r->new_head_uid, p->record.key);
    record_set(&r->new_head_name, p->name);
}

/* There is no new head (any more): its pod is going, or its container in the same pod has exited again. */
static void successor_absent(struct recovery *r, const struct focus *f, uint64_t at_ms)
{
    const struct pod *p = f->head;
    if (!r->new_head_uid) return;
    bool same = p && !p->deleted.known && !text_eq(p->phase, "Failed") && text_eq(p->record.key, r->new_head_uid);
    successor_lost(r, same ? RUNG_HEAD_RUNNING : RUNG_HEAD_CREATED, at_ms);
}

static void observe_ready(struct recovery *r, const struct pod *p, const struct change *c)
{
    char ready[48] = "Ready";
    if (p->is_ready != TRI_YES || !p->started.known) {
        if (p->is_ready == TRI_NO) rung_lose(r, RUNG_HEAD_READY, c->at_ms);
        return;
    }
    if (p->ready.known && p->containers.known)
        snprintf(ready, sizeof ready, "%llu/%llu", (unsigned long long)p->ready.value,
                 (unsigned long long)p->containers.value);
    rung_mark(r, RUNG_HEAD_READY, c->at_ms, c->wall_ms, "%s", ready);
}

/* What had happened before the first observation is dated by its server's stamp: how long before the change that was.
 */
static uint64_t found_ago_ms(const struct recovery *r, struct known_u64 stamp, const struct change *c)
{
    if (!r->found || !stamp.known || stamp.value >= c->wall_ms) return 0;
    const uint64_t ago = c->wall_ms - stamp.value, since_t0 = c->at_ms > r->t0_ms ? c->at_ms - r->t0_ms : 0;
    return ago < since_t0 ? ago : since_t0;
}

static void observe_head(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c)
{
    const struct pod *p = head_successor(r, f);
    if (!p) {
        successor_absent(r, f, c->at_ms);
        return;
    }
    head_remember(r, w, f);
    successor_update(r, p, c->at_ms);
    bool restarted = text_eq(p->record.key, r->old_head_uid);
    const uint64_t created = found_ago_ms(r, p->created, c), started = found_ago_ms(r, p->started, c);
    if (p->node)
        rung_mark(r, RUNG_HEAD_CREATED, c->at_ms - created, c->wall_ms - created, "%s%s",
                  restarted ? "the same pod, restarted on " : "", p->node);
    if (p->started.known)
        rung_mark(r, RUNG_HEAD_RUNNING, c->at_ms - started, c->wall_ms - started, "%s", p->name ? p->name : "");
    observe_ready(r, p, c);
}

/* ---- the GCS ------------------------------------------------------------------------------------------------- */

/* An old head without a NODE record is not DEAD: Redis came back empty, or was not read before. */
static void mark_head_alive(struct recovery *r, const struct raynode *new, const struct raynode *old, uint64_t now_ms,
                            uint64_t wall_ms)
{
    if (old)
        rung_mark(r, RUNG_HEAD_ALIVE, now_ms, wall_ms, "%.8s ALIVE, %.8s DEAD", new->id, old->id);
    else if (r->old_ray_node)
        rung_mark(r, RUNG_HEAD_ALIVE, now_ms, wall_ms, "%.8s ALIVE, %.8s not in NODE", new->id, r->old_ray_node);
    else
        rung_mark(r, RUNG_HEAD_ALIVE, now_ms, wall_ms, "%.8s ALIVE, the old head's node ID is not known", new->id);
}

static void observe_node(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms,
                         uint64_t wall_ms)
{
    const struct raynode *n = gcs_new_node(r, w, f), *old = gcs_old_node(r, w, f);
    if (!n) {
        rung_lose(r, RUNG_HEAD_ALIVE, now_ms);
        return;
    }
    record_set(&r->memory->new_ray_node, n->id);
    if (!old || text_eq(old->state, "DEAD")) mark_head_alive(r, n, old, now_ms, wall_ms);
}

void observe_gcs(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms)
{
    struct rung_state s = {0};
    if (!outage_is_open(r) || !f->redis) return;
    if (gcs_has_nodes(w, f)) r->memory->nodes_seen = true;
    if (r->head_lost) observe_node(r, w, f, now_ms, wall_ms);
    if (gcs_is_back(r, w, f, &s))
        rung_mark(r, RUNG_GCS_BACK, now_ms, wall_ms, "%s", s.note);
    else if (r->head_lost && r->memory->nodes_seen && !gcs_new_node(r, w, f))
        rung_lose(r, RUNG_GCS_BACK, now_ms);
}

/* ---- Serve --------------------------------------------------------------------------------------------------- */

const struct row *recovery_serveapp(const struct recovery *r, const struct world *w)
{
    const struct row *row = r->service ? world_find(w, TABLE_SERVEAPP, r->service) : NULL;
    return row && !row->gone_ms ? row : NULL;
}

/* A head that was deleted by force answers on for seconds, also while the new head's container runs: a proxy on the old
 * head's Ray node is its own. */
static bool serve_is_of_old_head(const struct recovery *r, const struct serveapp *s)
{
    for (size_t i = 0; r->old_ray_node && i < s->proxies_count; i++)
        if (text_eq(s->proxies[i].ray_node, r->old_ray_node)) return true;
    return false;
}

static bool serve_is_running(const struct serveapp *s)
{
    for (size_t i = 0; i < s->deployments_count; i++)
        if (!text_eq(s->deployments[i].app_status, "RUNNING")) return false;
    return s->deployments_count > 0;
}

/* The old head's Serve API may report RUNNING during its grace period: only reports after the new head runs count. */
static void observe_serve(struct recovery *r, const struct world *w, const struct change *c)
{
    const struct row *row = recovery_serveapp(r, w);
    bool put = c->type == CHANGE_PUT && c->table == TABLE_SERVEAPP && c->record && text_eq(c->record->key, r->service);
    bool reported = row && (put || (c->type == CHANGE_ALIVE && text_eq(c->source, row->source)));
    if (!reported || !r->rung[RUNG_HEAD_RUNNING].reached) return;
    const struct serveapp *s = ROW(row, serveapp);
    if (serve_is_of_old_head(r, s)) return;
    if (serve_is_running(s))
        rung_mark(r, RUNG_SERVE_RUNNING, c->at_ms, c->wall_ms, "Serve API: %zu deployment%s", s->deployments_count,
                  text_plural(s->deployments_count));
    else
        rung_lose(r, RUNG_SERVE_RUNNING, c->at_ms);
}

/* ---- the workers --------------------------------------------------------------------------------------------- */

static void observe_workers(struct recovery *r, const struct world *w, uint64_t at_ms, uint64_t wall_ms)
{
    struct outage now = {0};
    const struct rung_state *same = &r->rung[RUNG_WORKERS_SAME];
    bool probed = false;
    if (!r->workers || (!same->reached && !r->rung[RUNG_HEAD_READY].reached)) return;
    outage_fill_workers(r, w, &now);
    if (!outage_workers_lived_on(&now)) rung_lose(r, RUNG_WORKERS_SAME, at_ms);
    if (same->reached || !outage_workers_lived_on(&now) || !workers_proxies_answer(r)) return;
    for (size_t i = 0; i < r->workers; i++) probed |= r->memory->probed[i];
    rung_mark(r, RUNG_WORKERS_SAME, at_ms, wall_ms, "%zu/%zu same UIDs, 0 restarts%s", now.same, now.workers,
              probed ? "" : "; not probed");
}

void observe_rungs(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c)
{
    observe_head(r, w, f, c);
    observe_gcs(r, w, f, c->at_ms, c->wall_ms);
    observe_serve(r, w, c);
    observe_workers(r, w, c->at_ms, c->wall_ms);
}
