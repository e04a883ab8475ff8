/*
 * recovery.c - the state machine of a recovery (recovery.h): passes each change to what detects the loss of the head
 * (recovery_loss.c) and to what marks the rungs (recovery_rungs.c), and decides when the outage is over.
 */
#include "backends/world/recovery.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/recovery_priv.h"

#include <stdlib.h>

const char *rung_words(enum rung rung)
{
    static const char *const words[RUNG_COUNT] = {
#define X(name, text) text,
        RUNG_MAP(X)
#undef X
    };
    return (unsigned)rung < RUNG_COUNT ? words[rung] : "";
}

void recovery_init(struct recovery *r)
{
    *r = (struct recovery){.memory = mem_zero(1, sizeof *r->memory)};
}

void recovery_done(struct recovery *r)
{
    if (!r->memory) return;
    ladder_reset(r);
    head_before_done(&r->memory->head);
    gcs_done(&r->memory->gcs);
    baseline_done(&r->memory->baseline);
    for (size_t i = 0; i < r->memory->past.count; i++) free(r->memory->past.loss[i]);
    free(r->memory);
    free(r->service);
    r->memory = NULL;
    r->service = NULL;
}

void recovery_resume(struct recovery *r)
{
    head_before_done(&r->memory->head);
    r->memory->observed = false;
}

/* ---- closing ------------------------------------------------------------------------------------------------- */

/* When a rung was last reached or lost, or T0. */
static uint64_t last_progress_ms(const struct recovery *r)
{
    uint64_t last = r->t0_ms;
    for (int i = 0; i < RUNG_COUNT; i++) {
        const struct rung_state *s = &r->rung[i];
        if (s->reached && s->at_ms > last) last = s->at_ms;
        if (s->lost && s->lost_ms > last) last = s->lost_ms;
    }
    return last;
}

/* Does every rung that can be observed hold? Rungs without a source (no Redis, no Serve API) are not required. */
static bool ladder_is_complete(const struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms)
{
    const struct rung_state *rung = r->rung;
    if (recovery_kill_unseen(r)) return now_ms > r->t0_ms + RECOVERY_PATIENCE_MS;
    if (!r->head_lost)
        return (!r->state_gone_ms.known || r->state_back_ms.known) &&
               (!r->silent_since_ms.known || rung[RUNG_GCS_BACK].reached);
    if (!rung[RUNG_HEAD_READY].reached) return false;
    if (now_ms > last_progress_ms(r) + RECOVERY_PATIENCE_MS) return true;
    if (f->redis && r->memory->nodes_seen && !(rung[RUNG_HEAD_ALIVE].reached && rung[RUNG_GCS_BACK].reached))
        return false;
    if (recovery_serveapp(r, w) && !rung[RUNG_SERVE_RUNNING].reached) return false;
    if (rung[RUNG_WORKERS_SAME].reached || !r->workers) return true;
    struct outage now = {0};
    outage_fill_workers(r, w, &now);
    return !outage_workers_lived_on(&now) && workers_settled(r, w, f);
}

/* Is it over, or not any more: the end is judged by what holds then. */
static void ladder_review(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms)
{
    if (!outage_is_open(r)) return;
    bool complete = ladder_is_complete(r, w, f, now_ms);
    if (complete && r->outage == OUTAGE_RUNNING) {
        ladder_close(r);
    } else if (!complete && r->outage == OUTAGE_OVER && r->head_lost) {
        r->outage = OUTAGE_RUNNING;
        r->over_since_ms = UNKNOWN_U64;
    }
}

/* Makes the report final once the ladder is closed and OUTAGE_SECONDS have passed. */
static void report_finalize(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms,
                            uint64_t wall_ms)
{
    bool leaving = r->outage != OUTAGE_NONE && cluster_is_leaving(f, r->memory->old_cluster) == TRI_YES;
    if (r->outage == OUTAGE_RUNNING && leaving) ladder_close(r);
    if (r->outage != OUTAGE_OVER || outage_is_final(r)) return;
    if (!leaving && now_ms < r->t0_ms + OUTAGE_SECONDS * 1000) return;
    struct outage *report = &r->memory->report;
    outage_of(r, w, f, now_ms, wall_ms, report);
    report->final = true;
}

/* ---- entry points -------------------------------------------------------------------------------------------- */

/* Counts the request that this change completes, once. */
static void completion_count(struct recovery *r, const struct world *w, const struct change *c)
{
    if (!outage_is_open(r) || c->type != CHANGE_PUT || c->table != TABLE_REQUEST || !c->record) return;
    const struct row *row = world_find(w, TABLE_REQUEST, c->record->key);
    const struct request *q = (const void *)c->record;
    if (!row || text_eq(q->phase, "waiting") || row->generation <= r->memory->counted) return;
    r->memory->counted = row->generation;
    workers_request(r, q);
}

/* Adopts the first RayService in focus. False: another one than that is in focus. */
static bool recovery_adopt_service(struct recovery *r, const struct focus *f)
{
    if (!f->rayservice) return true;
    if (!r->service) record_set(&r->service, f->rayservice->record.key);
    return text_eq(r->service, f->rayservice->record.key);
}

/* The redis record may still describe the GCS of the service that was in focus before. */
static bool redis_matches(const struct focus *f)
{
    const struct redis *redis = f->redis;
    return redis && (!f->gcs_ns || !redis->namespace_ || text_eq(f->gcs_ns, redis->namespace_));
}

/* In this order: a report that is due becomes final before this change can alter it; the loss is judged before the
 * rungs, against the head of before; that head is remembered anew only then, and the end is judged by all of it. */
void recovery_observe(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c)
{
    bool redis = c->type == CHANGE_PUT && c->table == TABLE_REDIS && redis_matches(f);
    bool pods = c->table == TABLE_POD;
    if (!recovery_adopt_service(r, f)) return;
    report_finalize(r, w, f, c->at_ms, c->wall_ms);
    if (redis) gcs_sample(&r->memory->gcs, f->redis, r->outage == OUTAGE_RUNNING, c->at_ms, c->wall_ms);
    observe_found(r, w, f, c->at_ms, c->wall_ms);
    if (c->type == CHANGE_DELETED)
        observe_deleted(r, w, f, c);
    else if (c->type == CHANGE_KILLED)
        observe_killed(r, w, f, c);
    else if (pods || c->type == CHANGE_RELISTED)
        observe_loss(r, w, f, c);
    if (c->table == TABLE_GCSTABLE) observe_state(r, w, f, c);
    if (redis) observe_silence(r, w, f, c->at_ms, c->wall_ms);
    completion_count(r, w, c);
    if (outage_is_open(r)) observe_rungs(r, w, f, c);
    if (r->outage != OUTAGE_RUNNING && (pods || c->table == TABLE_RAYNODE || !r->memory->head.uid))
        head_remember(r, w, f);
    observe_down(r, w, c->at_ms, c->wall_ms);
    ladder_review(r, w, f, c->at_ms);
}

/* A number that differs once a rung was reached or lost, or the outage began or ended. */
static unsigned ladder_fingerprint(const struct recovery *r)
{
    unsigned n = (unsigned)r->outage;
    for (int i = 0; i < RUNG_COUNT; i++) n = n * 2 + r->rung[i].reached;
    return n;
}

bool recovery_tick(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms)
{
    unsigned before = ladder_fingerprint(r);
    if (!recovery_adopt_service(r, f)) return false;
    report_finalize(r, w, f, now_ms, wall_ms);
    observe_found(r, w, f, now_ms, wall_ms);
    observe_silence(r, w, f, now_ms, wall_ms);
    observe_down(r, w, now_ms, wall_ms);
    ladder_review(r, w, f, now_ms);
    return ladder_fingerprint(r) != before;
}
