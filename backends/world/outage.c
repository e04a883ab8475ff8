/* outage.c - computes the report of an outage; see outage.h. */
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
    ret->found = r->found;
    ret->head_lost = r->head_lost;
    ret->grace_s = r->grace_s;
    ret->state_gone = r->state_gone_ms.known;
    const char *ns = r->memory->baseline.ns;
    if (ns && f->gcs_ns && r->new_head_uid && !text_eq(ns, f->gcs_ns)) COPY(ret->other_storage_ns, f->gcs_ns);
    ret->reconnect_s = r->reconnect_s;
    if (r->over_since_ms.known) ret->last_rung = known_u64(r->over_since_ms.value - r->t0_ms);
}

static void take_rungs(const struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms,
                       struct outage *ret)
{
    for (int i = 0; i < RUNG_COUNT; i++) {
        const struct rung_state *s = &r->rung[i];
        struct outage_rung *rung = &ret->rung[i];
        rung->seen = s->reached;
        rung->possible = !s->reached && recovery_may_come(r, w, f, (enum rung)i);
        rung->lost = s->lost;
        if (rung->seen) {
            rung->after_ms = s->at_ms - r->t0_ms;
            rung->wall_ms = s->wall_ms;
            COPY(rung->note, s->note);
        }
        if (rung->lost) {
            rung->was_after_ms = s->was_at_ms - r->t0_ms;
            rung->lost_after_ms = s->lost_ms - r->t0_ms;
        }
        if (!rung->possible) continue;
        if (ret->missing == RUNG_COUNT) ret->missing = (enum rung)i;
        recovery_why(r, w, f, (enum rung)i, now_ms, rung->why);
    }
    if (r->outage == OUTAGE_RUNNING) ret->waits_for = ret->missing;
}

/* A dead head's Ray node stays ALIVE in Redis until the new head registers: no evidence. */
static bool node_is_stale(const struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms)
{
    if (!r->head_lost || !r->old_ray_node || !f->gcs_ns) return false;
    if (world_freshness(w, WORLD_REDIS, now_ms, NULL, NULL) != FRESH_LIVE) return false;
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

/* From a moment to that at which it ended; until now while it has not, and the outage runs. */
static struct known_u64 length_from(const struct recovery *r, uint64_t from, struct known_u64 end, uint64_t now_ms)
{
    if (end.known) return known_u64(ms_between(from, end.value));
    return r->outage == OUTAGE_RUNNING ? known_u64(ms_between(from, now_ms)) : UNKNOWN_U64;
}

static struct known_u64 rung_at(const struct rung_state *s)
{
    return s->reached ? known_u64(s->at_ms) : UNKNOWN_U64;
}

static void take_lengths(const struct recovery *r, uint64_t now_ms, uint64_t wall_ms, struct outage *ret)
{
    const struct known_u64 ready = rung_at(&r->rung[RUNG_HEAD_READY]), serve = rung_at(&r->rung[RUNG_SERVE_RUNNING]);
    const bool serve_waits = !serve.known && ret->rung[RUNG_SERVE_RUNNING].possible;
    struct known_u64 both = serve_waits || !ready.known ? UNKNOWN_U64 : ready;
    if (both.known && serve.known && serve.value > both.value) both = serve;
    ret->unserved_ms = length_unserved(r, wall_ms);
    if (r->silent_since_ms.known)
        ret->gcs_silent_ms = length_from(r, r->silent_since_ms.value, rung_at(&r->rung[RUNG_GCS_BACK]), now_ms);
    else if (recovery_kill_unseen(r)) /* it is dead, whatever is still to be seen of that */
        ret->gcs_silent_ms = length_from(r, r->t0_ms, UNKNOWN_U64, now_ms);
    if (r->state_gone_ms.known) ret->state_gone_ms = length_from(r, r->state_gone_ms.value, r->state_back_ms, now_ms);
    if (!r->down_since_ms.known) return;
    ret->head_down_ms = length_from(r, r->down_since_ms.value, ready, now_ms);
    ret->recovered_ms = length_from(r, r->down_since_ms.value, both, now_ms);
}

/* By the kubelet's count: from the delete. */
static void take_going(const struct recovery *r, const struct world *w, uint64_t now_ms, struct outage *ret)
{
    const struct row *row = r->going ? world_find(w, TABLE_POD, r->old_head_uid) : NULL;
    const struct known_u64 grace = row ? head_grace_s(r, ROW(row, pod)) : UNKNOWN_U64;
    ret->going = r->going;
    if (grace.known) ret->grace_left_ms = known_u64(ms_between(now_ms, r->t0_ms + grace.value * 1000));
}

/* Answers are counted until it is over; what fails later is reported all the same. */
static void take_requests(const struct recovery *r, struct outage *ret)
{
    const bool over = r->outage == OUTAGE_OVER;
    for (int i = 0; i < OUTAGE_CLASSES; i++) {
        ret->request[i] = over ? r->memory->over[i] : r->request[i];
        ret->request[i].failed = r->request[i].failed;
    }
    ret->served_on_ms = r->down_since_ms.known ? ms_between(r->t0_ms, r->down_since_ms.value) : 0;
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
    ret->node_stale = !r->going && node_is_stale(r, w, f, now_ms); /* a head that is going is ALIVE */
    take_going(r, w, now_ms, ret);
    ret->headless_ms = recovery_headless_ms(r, w, f, now_ms);
    outage_fill_workers(r, w, ret);
    outage_fill_fields(r, w, now_ms, ret);
    take_requests(r, ret);
    ret->other_head = !r->head_lost && gcs_is_of_another_head(r, w, f);
    memcpy(ret->failure, r->failure, sizeof ret->failure);
    memcpy(ret->second, r->second, sizeof ret->second);
    take_lengths(r, now_ms, wall_ms, ret);
}

bool outage_is_loss(const struct outage *o)
{
    return o->head_lost || o->other_head;
}

const struct outage *outage_previous(const struct recovery *r)
{
    return &r->memory->previous;
}

const struct outage_list *outage_past(const struct recovery *r)
{
    return &r->memory->past;
}

const struct outage *outage_last(const struct outage *now, const struct outage *previous)
{
    return now->state == OUTAGE_OVER && outage_is_loss(now) ? now : previous;
}

static enum outage_phase phase_of(enum outage_state state, bool head_lost, bool state_gone, bool going, bool ready)
{
    if (state == OUTAGE_NONE) return PHASE_NONE;
    if (state == OUTAGE_OVER) return PHASE_OVER;
    if (!head_lost) return state_gone ? PHASE_STATELESS : PHASE_SILENT;
    return going ? PHASE_GOING : ready ? PHASE_RECOVERING : PHASE_DOWN;
}

enum outage_phase outage_phase_of(const struct outage *o)
{
    return phase_of(o->state, o->head_lost, o->state_gone, o->going, o->rung[RUNG_HEAD_READY].seen);
}

enum outage_phase recovery_phase_of(const struct recovery *r)
{
    return phase_of(r->outage, r->head_lost, r->state_gone_ms.known, r->going, r->rung[RUNG_HEAD_READY].reached);
}

struct known_u64 outage_phase_ms(const struct outage *o)
{
    switch (outage_phase_of(o)) {
    case PHASE_SILENT: return o->gcs_silent_ms;
    case PHASE_STATELESS: return o->state_gone_ms;
    case PHASE_DOWN: return o->head_down_ms;
    case PHASE_RECOVERING: return o->recovered_ms;
    default: return UNKNOWN_U64;
    }
}

void outage_rung_order(const struct outage *o, enum rung ret[RUNG_COUNT])
{
    size_t n = 0;
    const bool sorts = o->state == OUTAGE_OVER;
    for (int i = 0; i < RUNG_COUNT; i++) {
        size_t at = n;
        if (sorts && !o->rung[i].seen) continue;
        for (; sorts && at && o->rung[ret[at - 1]].after_ms > o->rung[i].after_ms; at--) ret[at] = ret[at - 1];
        ret[at] = (enum rung)i;
        n++;
    }
    for (int i = 0; sorts && i < RUNG_COUNT; i++)
        if (!o->rung[i].seen) ret[n++] = (enum rung)i;
}

size_t outage_answered(const struct outage *o)
{
    size_t n = 0;
    for (int i = 0; i < OUTAGE_CLASSES; i++) n += o->request[i].ok + o->request[i].slow;
    return n;
}

size_t outage_runtimes_other(const struct outage *o)
{
    const size_t accounted = o->runtimes_same + o->runtimes_unheard; /* of a recording: any numbers */
    return o->runtimes > accounted ? o->runtimes - accounted : 0;
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
