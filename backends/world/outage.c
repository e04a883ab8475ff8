/* outage.c - the report of an outage, put together from a recovery's marks and the world. */
#include "backends/world/outage.h"

#include "backends/world/recovery_priv.h"
#include "backends/world/recovery_wait.h"

#include <stdio.h>
#include <string.h>

static void copy_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

#define COPY(out, text) copy_text(out, sizeof(out), text)

static void take_identity(const struct recovery *r, const struct focus *f, struct outage *ret)
{
    COPY(ret->service_uid, r->service);
    COPY(ret->ns, f->ns);
    COPY(ret->service, f->service);
    COPY(ret->evidence, r->evidence);
    COPY(ret->old_head_uid, r->old_head_uid);
    COPY(ret->old_head, r->old_head_name);
    COPY(ret->new_head_uid, r->new_head_uid);
    COPY(ret->new_head, r->new_head_name);
    ret->state = r->outage;
    ret->ft = f->rayservice ? f->rayservice->ft : TRI_UNKNOWN;
    ret->t0_ms = r->t0_ms;
    ret->t0_wall_ms = r->t0_wall_ms;
    ret->cause = r->cause;
    ret->ours = r->ours;
    ret->head_lost = r->head_lost;
    ret->grace_s = r->grace_s;
    ret->reconnect_s = r->reconnect_s;
    if (r->over_ms.known) ret->last_rung = known_u64(r->over_ms.value - r->t0_ms);
}

static void take_rungs(const struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms,
                       struct outage *ret)
{
    for (int i = 0; i < RUNG_COUNT; i++) {
        const struct rung_state *s = &r->rung[i];
        struct outage_rung *rung = &ret->rung[i];
        rung->seen = s->reached;
        rung->possible = !s->reached && recovery_may_come(r, w, f, (enum rung)i);
        if (rung->seen) {
            rung->after_ms = s->at_ms - r->t0_ms;
            rung->wall_ms = s->wall_ms;
            COPY(rung->note, s->note);
        }
        if (!rung->possible) continue;
        if (ret->missing == RUNG_COUNT) ret->missing = (enum rung)i;
        recovery_why(r, w, f, (enum rung)i, now_ms, rung->why);
    }
    if (r->outage == OUTAGE_RUNNING) ret->waits_for = ret->missing;
}

/* A dead head's Ray node stays ALIVE in Redis until the new head registers: no evidence. */
static bool node_is_stale(const struct recovery *r, const struct world *w, const struct focus *f)
{
    if (!r->head_lost || !r->old_ray_node || !f->gcs_ns) return false;
    WORLD_EACH (row, w, TABLE_RAYNODE) {
        const struct raynode *n = ROW(row, raynode);
        if (row->gone_ms || !text_eq(n->ns, f->gcs_ns) || !text_eq(n->id, r->old_ray_node)) continue;
        return text_eq(n->state, "ALIVE");
    }
    return false;
}

/* ---- lengths: as outage.h defines them ------------------------------------------------------------------------- */

static uint64_t ms_between(uint64_t from, uint64_t to)
{
    return to > from ? to - from : 0;
}

/* Redis shows a GCS that still beats: a head in its grace. */
static bool gcs_still_beats(const struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms)
{
    if (r->outage != OUTAGE_RUNNING || r->silent_ms.known || r->new_head_uid || !f->redis) return false;
    if (!f->redis->heartbeat.known && !f->redis->ray_connections.known) return false;
    return world_freshness(w, WORLD_REDIS, now_ms, NULL, NULL) == FRESH_LIVE;
}

/* Without a look at Redis: its pod is Terminating, and its Ray container runs. */
static bool head_still_runs(const struct recovery *r, const struct world *w, const struct focus *f)
{
    const struct row *row = r->old_head_uid ? world_find(w, TABLE_POD, r->old_head_uid) : NULL;
    if (r->outage != OUTAGE_RUNNING || r->silent_ms.known || r->new_head_uid || !row || row->gone_ms) return false;
    if (f->redis && f->redis->heartbeat.known) return false; /* its heartbeat says more */
    const struct pod *p = ROW(row, pod);
    return p->deleted.known && p->started.known && text_eq(p->phase, "Running") && !r->memory->old_ended_ms.known;
}

static struct known_u64 length_unserved(const struct recovery *r, uint64_t wall_ms)
{
    const struct recovery_memory *m = r->memory;
    const struct outage_requests *n = &r->request[OUTAGE_PROBES];
    if (!n->ok && !n->slow && !n->failed) return UNKNOWN_U64;
    uint64_t end = r->t0_wall_ms + OUTAGE_SECONDS * 1000;
    if (r->outage == OUTAGE_RUNNING || wall_ms < end) end = wall_ms;
    uint64_t open = ms_between(m->answered_wall_ms, end);
    return known_u64(open > m->gap_ms ? open : m->gap_ms);
}

static struct known_u64 length_silent(const struct recovery *r, uint64_t now_ms)
{
    const struct rung_state *back = &r->rung[RUNG_GCS_READING];
    if (!r->silent_ms.known) return UNKNOWN_U64;
    if (back->reached) return known_u64(ms_between(r->silent_ms.value, back->at_ms));
    return r->outage == OUTAGE_RUNNING ? known_u64(ms_between(r->silent_ms.value, now_ms)) : UNKNOWN_U64;
}

static struct known_u64 length_down(const struct recovery *r, const struct outage *o, uint64_t now_ms)
{
    const struct rung_state *ready = &r->rung[RUNG_HEAD_READY], *serve = &r->rung[RUNG_SERVE_RUNNING];
    uint64_t from = r->t0_ms;
    if (!r->head_lost || o->terminating) return UNKNOWN_U64;
    if (r->silent_ms.known)
        from = r->silent_ms.value;
    else if (r->memory->old_ended_ms.known)
        from = r->memory->old_ended_ms.value;
    bool waits = !ready->reached || (!serve->reached && o->rung[RUNG_SERVE_RUNNING].possible);
    if (waits) return r->outage == OUTAGE_RUNNING ? known_u64(ms_between(from, now_ms)) : UNKNOWN_U64;
    return known_u64(ms_between(from, serve->reached && serve->at_ms > ready->at_ms ? serve->at_ms : ready->at_ms));
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

void outage_of(const struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms,
               uint64_t wall_ms, struct outage *ret)
{
    *ret = (struct outage){.state = OUTAGE_NONE, .waits_for = RUNG_COUNT, .missing = RUNG_COUNT};
    if (r->outage == OUTAGE_NONE) return;
    if (outage_is_final(r)) {
        *ret = r->memory->report;
        return;
    }
    take_identity(r, f, ret);
    take_rungs(r, w, f, now_ms, ret);
    ret->node_stale = node_is_stale(r, w, f);
    ret->terminating = gcs_still_beats(r, w, f, now_ms) || head_still_runs(r, w, f);
    ret->headless_ms = recovery_headless_ms(r, w, f, now_ms);
    outage_fill_workers(r, w, ret);
    outage_fill_fields(r, w, ret);
    memcpy(ret->request, r->request, sizeof ret->request);
    memcpy(ret->failure, r->failure, sizeof ret->failure);
    memcpy(ret->second, r->second, sizeof ret->second);
    ret->unserved_ms = length_unserved(r, wall_ms);
    ret->gcs_silent_ms = length_silent(r, now_ms);
    ret->head_down_ms = length_down(r, ret, now_ms);
}

const struct outage *outage_before(const struct recovery *r)
{
    return &r->memory->before;
}

const struct outage *outage_last(const struct outage *now, const struct outage *before)
{
    return now->state == OUTAGE_OVER && now->head_lost ? now : before;
}

size_t outage_answered(const struct outage *o)
{
    size_t n = 0;
    for (int i = 0; i < OUTAGE_CLASSES; i++) n += o->request[i].ok + o->request[i].slow;
    return n;
}

size_t outage_failed(const struct outage *o)
{
    size_t n = 0;
    for (int i = 0; i < OUTAGE_CLASSES; i++) n += o->request[i].failed;
    return n;
}

bool outage_workers_lived_on(const struct outage *o)
{
    return o->same == o->workers && !o->restarts;
}

const struct outage_fields *outage_fields_of(const struct outage *o, const char *table)
{
    for (size_t i = 0; table && i < o->tables; i++)
        if (strcmp(o->table[i].table, table) == 0) return &o->table[i];
    return NULL;
}
