/*
 * recovery.c - the state machine of a recovery (recovery.h): detects the loss of the head and opens the ladder
 * (observe_loss, observe_deleted, observe_silence), marks its rungs (observe_*), and closes it (ladder_close).
 */
#include "backends/world/recovery.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/recovery_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *rung_words(enum rung rung)
{
    static const char *const words[RUNG_COUNT] = {
#define X(name, text) text,
        RUNG_MAP(X)
#undef X
    };
    return (unsigned)rung < RUNG_COUNT ? words[rung] : "";
}

static void head_before_done(struct head_before *h)
{
    free(h->uid);
    free(h->name);
    free(h->cluster);
    free(h->ip);
    free(h->ray_node);
    free(h->container);
    *h = (struct head_before){0};
}

void recovery_init(struct recovery *r)
{
    *r = (struct recovery){.memory = mem_zero(1, sizeof *r->memory)};
}

/* Clears everything that belongs to one outage; the state of the service (head last seen, GCS, baseline) stays. */
static void ladder_reset(struct recovery *r)
{
    struct recovery_memory *m = r->memory;
    char **texts[] = {&r->old_head_uid, &r->old_head_name, &r->new_head_uid, &r->new_head_name,
                      &r->old_ray_node, &m->old_container, &m->new_container};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) record_set(texts[i], NULL);
    workers_clear(r);
    m->old_ended_ms = m->old_started = UNKNOWN_U64;
    m->answered_wall_ms = m->gap_ms = 0;
    *r = (struct recovery){.memory = m, .service = r->service};
}

void recovery_done(struct recovery *r)
{
    if (!r->memory) return;
    ladder_reset(r);
    head_before_done(&r->memory->head);
    gcs_done(&r->memory->gcs);
    baseline_done(&r->memory->baseline);
    free(r->memory);
    free(r->service);
    r->memory = NULL;
    r->service = NULL;
}

bool rung_mark(struct recovery *r, enum rung rung, uint64_t at_ms, uint64_t wall_ms, const char *fmt, ...)
{
    struct rung_state *s = &r->rung[rung];
    if (s->reached) return false;
    s->reached = true;
    s->at_ms = at_ms > r->t0_ms ? at_ms : r->t0_ms;
    s->wall_ms = wall_ms > r->t0_wall_ms ? wall_ms : r->t0_wall_ms;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(s->note, sizeof s->note, fmt, ap);
    va_end(ap);
    return true;
}

/* ---- the running head --------------------------------------------------------------------------------------- */

/* During a relist a new head may be listed while the world still has the old one: until RELISTED decides about the old
 * one, it stays the remembered head. */
static bool remembered_may_exist(const struct head_before *h, const struct world *w, const struct pod *p)
{
    const struct row *row = h->uid ? world_find(w, TABLE_POD, h->uid) : NULL;
    return row && !row->gone_ms && !text_eq(h->uid, p->record.key) && text_eq(h->cluster, p->cluster) &&
           !ROW(row, pod)->deleted.known;
}

static void head_remember(struct recovery *r, const struct world *w, const struct focus *f)
{
    struct head_before *h = &r->memory->head;
    const struct pod *p = f->head;
    if (!p || p->deleted.known || text_eq(p->phase, "Failed")) return;
    if (r->outage != OUTAGE_RUNNING && remembered_may_exist(h, w, p)) return;
    record_set(&h->uid, p->record.key);
    record_set(&h->name, p->name);
    record_set(&h->cluster, p->cluster);
    if (p->ip) record_set(&h->ip, p->ip);
    if (p->started.known) {
        h->started = p->started;
        record_set(&h->container, p->container_id);
    }
    const struct raynode *n = raynode_of_pod(w, f, p);
    if (n && text_eq(n->state, "ALIVE")) record_set(&h->ray_node, n->id);
}

/* An upgrade activates another cluster, and deleting the service deletes its cluster: neither is a head loss. */
static bool cluster_changed_or_deleting(const struct recovery *r, const struct focus *f)
{
    if (f->raycluster && f->raycluster->deleted.known) return true;
    if (f->rayservice && f->rayservice->deleted.known) return true;
    if (f->raycluster) return !text_eq(f->raycluster->name, r->memory->head.cluster);
    return !f->rayservice || !text_eq(f->rayservice->active_cluster, r->memory->head.cluster);
}

/* ---- opening ------------------------------------------------------------------------------------------------- */

static void ladder_open(struct recovery *r, const struct world *w, const struct focus *f, uint64_t at_ms,
                        uint64_t wall_ms)
{
    const struct head_before *h = &r->memory->head;
    if (r->outage == OUTAGE_OVER && r->head_lost) outage_of(r, w, f, at_ms, wall_ms, &r->memory->before);
    ladder_reset(r);
    r->memory->report.final = false;
    r->outage = OUTAGE_RUNNING;
    r->memory->counted = world_generation(w, TABLE_REQUEST);
    r->t0_ms = at_ms;
    r->t0_wall_ms = wall_ms;
    r->old_head_uid = mem_str(h->uid);
    r->old_head_name = mem_str(h->name);
    r->old_ray_node = mem_str(h->ray_node);
    r->memory->old_started = h->started;
    r->memory->old_container = mem_str(h->container);
    r->memory->answered_wall_ms = wall_ms;
    r->memory->gcs.connections_least = r->memory->gcs.connections_well;
    if (f->rayservice) r->reconnect_s = f->rayservice->worker_reconnect_s;
    workers_capture(r, w, f);
    baseline_capture(&r->memory->baseline, w, f, h);
}

/* A more specific cause replaces a less specific one. */
static void cause_set(struct recovery *r, enum outage_cause cause, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void cause_set(struct recovery *r, enum outage_cause cause, const char *fmt, ...)
{
    va_list ap;
    if (cause <= r->cause) return;
    r->cause = cause;
    va_start(ap, fmt);
    vsnprintf(r->evidence, sizeof r->evidence, fmt, ap);
    va_end(ap);
}

/* Identifies one run of the head's Ray container. */
struct run {
    const char *container;
    struct known_u64 started;
};

static bool run_ended(const struct pod *p, const struct run *run)
{
    if (!run->started.known) return false;
    if (!p->started.known) return text_eq(p->phase, "Running"); /* terminated, or in CrashLoopBackOff */
    if (p->started.value > run->started.value) return true;
    return p->container_id && run->container && !text_eq(p->container_id, run->container);
}

/* What happened to a head pod whose Ray container's last known run is *run, according to the world. */
static enum outage_cause head_fate(const struct world *w, const char *uid, const struct run *run)
{
    const struct row *row = uid ? world_find(w, TABLE_POD, uid) : NULL;
    if (!uid) return CAUSE_NONE;
    if (!row || row->gone_ms) return CAUSE_GONE;
    const struct pod *p = ROW(row, pod);
    if (p->deleted.known) return CAUSE_DELETED;
    if (text_eq(p->phase, "Failed")) return CAUSE_FAILED;
    return run_ended(p, run) ? CAUSE_CONTAINER : CAUSE_NONE;
}

/* A failed liveness probe shows only in the kubelet's event: the container's exit code is 137, as of any SIGKILL. */
static bool liveness_failed(const struct world *w, const struct pod *p)
{
    WORLD_EACH (row, w, TABLE_EVENT) {
        const struct event *e = ROW(row, event);
        if (row->gone_ms || !text_eq(e->reason, "Killing") || !text_eq(e->about, p->name) || !text_eq(e->ns, p->ns))
            continue;
        if (!e->message || !text_has(e->message, "liveness")) continue;
        if (!e->last.known || !p->ended.known || e->last.value + LIVENESS_EVENT_MS >= p->ended.value) return true;
    }
    return false;
}

/* "OOMKilled, exit code 137" */
static void cause_container(struct recovery *r, const struct world *w)
{
    const struct row *row = world_find(w, TABLE_POD, r->old_head_uid);
    const struct pod *p = row ? ROW(row, pod) : NULL;
    char code[32] = "";
    if (!p || r->cause >= CAUSE_CONTAINER) return;
    if (p->ended_code.known) snprintf(code, sizeof code, ", exit code %llu", (unsigned long long)p->ended_code.value);
    if (liveness_failed(w, p))
        cause_set(r, CAUSE_CONTAINER, "liveness probe failed%s", code);
    else
        cause_set(r, CAUSE_CONTAINER, "%s%s", p->ended_reason ? p->ended_reason : "reason not known", code);
}

static void cause_deleted(struct recovery *r, const struct world *w, const struct change *c)
{
    const struct row *row = world_find(w, TABLE_POD, r->old_head_uid);
    const struct pod *p = row ? ROW(row, pod) : NULL;
    char grace[48] = "";
    if (p && p->grace.known) snprintf(grace, sizeof grace, "grace %llu", (unsigned long long)p->grace.value);
    cause_set(r, CAUSE_DELETED, "%s", grace);
    rung_mark(r, RUNG_DELETE_ACCEPTED, c->at_ms, c->wall_ms, "seen: head pod deleted%s%s", *grace ? ", " : "", grace);
}

static void head_is_lost(struct recovery *r, const struct world *w, enum outage_cause fate, const struct change *c)
{
    r->head_lost = true;
    if (fate != CAUSE_DELETED && !r->memory->old_ended_ms.known) r->memory->old_ended_ms = known_u64(c->at_ms);
    if (fate == CAUSE_DELETED)
        cause_deleted(r, w, c);
    else if (fate == CAUSE_CONTAINER)
        cause_container(r, w);
    else
        cause_set(r, fate, "%s", r->old_head_name ? r->old_head_name : "");
    if (fate == CAUSE_GONE) rung_mark(r, RUNG_DELETE_ACCEPTED, c->at_ms, c->wall_ms, "seen: head pod gone");
}

/* Is it the successor of the lost head: another pod, or a later run of the same pod's container? */
static bool is_successor(const struct recovery *r, const struct head_before *h)
{
    const struct known_u64 *then = &r->memory->old_started;
    if (!h->uid) return false;
    return !text_eq(h->uid, r->old_head_uid) || (h->started.known && then->known && h->started.value > then->value);
}

/* How long ago a container exited while we were not watching, by the kubelet's time stamp; 0: just now, or unknown. */
static uint64_t ended_before_ms(const struct world *w, const char *uid, enum outage_cause fate, const struct change *c)
{
    const struct row *row = fate == CAUSE_CONTAINER ? world_find(w, TABLE_POD, uid) : NULL;
    const struct known_u64 ended = row ? ROW(row, pod)->ended : UNKNOWN_U64;
    if (!ended.known || ended.value >= c->wall_ms || row->seen_wall_ms >= ended.value) return 0;
    uint64_t ago = c->wall_ms - ended.value;
    return ago >= ENDED_UNSEEN_MS && ago < c->at_ms && ago < WORLD_TOMBSTONE_MS ? ago : 0;
}

/* Opens a ladder if the head is lost, also if the ready successor of a lost one is. A successor that is lost before it
 * was ready belongs to the same outage. */
static void observe_loss(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c)
{
    struct recovery_memory *m = r->memory;
    bool running = r->outage == OUTAGE_RUNNING;
    enum outage_cause fate = head_fate(w, m->head.uid, &(struct run){m->head.container, m->head.started});
    if (fate && cluster_changed_or_deleting(r, f)) {
        if (!running) head_before_done(&m->head);
        return;
    }
    if (fate && (!running || (is_successor(r, &m->head) && r->rung[RUNG_HEAD_READY].reached))) {
        uint64_t ago = ended_before_ms(w, m->head.uid, fate, c);
        ladder_open(r, w, f, c->at_ms - ago, c->wall_ms - ago);
        if (ago) m->old_ended_ms = known_u64(r->t0_ms);
        running = true;
    }
    if (running) fate = head_fate(w, r->old_head_uid, &(struct run){m->old_container, m->old_started});
    if (running && fate) head_is_lost(r, w, fate, c);
}

static void observe_deleted(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c)
{
    const struct head_before *h = &r->memory->head;
    bool running = r->outage == OUTAGE_RUNNING, again = running && is_successor(r, h) && text_eq(c->key, h->uid);
    if (!c->key || !text_eq(c->key, running && !again ? r->old_head_uid : h->uid)) return;
    if (!running || again) ladder_open(r, w, f, c->at_ms, c->wall_ms);
    r->ours = true;
    r->head_lost = true;
    cause_set(r, CAUSE_OURS, "uid %.8s…", c->key);
    r->grace_s = c->number == UINT64_MAX ? UNKNOWN_U64 : known_u64(c->number);
    char grace[32] = "default grace";
    if (r->grace_s.known) snprintf(grace, sizeof grace, "grace %llu", (unsigned long long)r->grace_s.value);
    rung_mark(r, RUNG_DELETE_ACCEPTED, c->at_ms, c->wall_ms, "%s", "");
    snprintf(r->rung[RUNG_DELETE_ACCEPTED].note, sizeof r->rung[0].note, "uid %.8s…, %s", c->key, grace);
}

/* ---- the GCS ------------------------------------------------------------------------------------------------- */

/* The silence was marked too early: after a delete with grace 0 the old GCS writes heartbeats for about 2 s more, while
 * its connections close. */
static bool silence_was_early(const struct recovery *r)
{
    uint64_t beat = r->memory->gcs.heartbeat_ms, silent = r->silent_ms.value;
    return r->head_lost && !r->rung[RUNG_GCS_READING].reached && beat > silent && beat < silent + HEARTBEAT_LATE_MS;
}

static void observe_silence(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms,
                            uint64_t wall_ms)
{
    struct recovery_memory *m = r->memory;
    struct rung_state s = {0};
    bool running = r->outage == OUTAGE_RUNNING;
    if (!running && (!m->head.uid || cluster_changed_or_deleting(r, f))) return;
    if (running && r->rung[RUNG_GCS_SILENT].reached && silence_was_early(r)) {
        r->rung[RUNG_GCS_SILENT] = (struct rung_state){0};
        r->silent_ms = UNKNOWN_U64;
    }
    if (running && r->rung[RUNG_GCS_SILENT].reached) {
        if (now_ms > m->silent_sample_ms && gcs_is_back(&m->gcs, r, &s))
            rung_mark(r, RUNG_GCS_READING, now_ms, wall_ms, "%s", s.note);
        return;
    }
    if (!gcs_is_silent(&m->gcs, w, running, now_ms, wall_ms, &s)) return;
    if (!running) ladder_open(r, w, f, s.at_ms, s.wall_ms);
    cause_set(r, CAUSE_SILENCE, "%s", s.note);
    rung_mark(r, RUNG_GCS_SILENT, s.at_ms, s.wall_ms, "%s", s.note);
    r->silent_ms = known_u64(r->rung[RUNG_GCS_SILENT].at_ms);
    m->gcs.connections_least = m->gcs.connections.known ? m->gcs.connections.value : m->gcs.connections_well;
    m->silent_sample_ms = now_ms;
}

static bool old_node_is_dead(const struct recovery *r, const struct world *w, const struct focus *f)
{
    WORLD_EACH (row, w, TABLE_RAYNODE) {
        const struct raynode *n = ROW(row, raynode);
        if (row->gone_ms || !text_eq(n->ns, f->gcs_ns) || !text_eq(n->id, r->old_ray_node)) continue;
        return text_eq(n->state, "DEAD");
    }
    return true;
}

static void observe_node(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c)
{
    if (!f->gcs_ns || !r->new_head_name || (r->old_ray_node && !old_node_is_dead(r, w, f))) return;
    WORLD_EACH (row, w, TABLE_RAYNODE) {
        const struct raynode *n = ROW(row, raynode);
        if (row->gone_ms || !text_eq(n->ns, f->gcs_ns) || n->is_head == TRI_NO || !n->id) continue;
        if (!text_eq(n->state, "ALIVE") || text_eq(n->id, r->old_ray_node)) continue;
        if (!text_eq(n->pod, r->new_head_name)) continue;
        rung_mark(r, RUNG_HEAD_ALIVE, c->at_ms, c->wall_ms, "%.8s ALIVE, %.8s DEAD", n->id,
                  r->old_ray_node ? r->old_ray_node : "old head");
        rung_mark(r, RUNG_GCS_READING, c->at_ms, c->wall_ms, "a new head is registered in it");
    }
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

/* The new head was lost too, its pod or only its container: unmarks the rungs that it had reached. */
static void rungs_unmark(struct recovery *r)
{
    for (int i = RUNG_HEAD_CREATED; i < RUNG_COUNT; i++) r->rung[i] = (struct rung_state){0};
    record_set(&r->memory->new_container, NULL);
}

static void successor_update(struct recovery *r, const struct pod *p)
{
    char **container = &r->memory->new_container;
    bool another = *container && p->container_id && !text_eq(*container, p->container_id);
    bool ended = r->rung[RUNG_HEAD_RUNNING].reached && !p->started.known;
    if (r->new_head_uid && (another || ended || !text_eq(r->new_head_uid, p->record.key))) rungs_unmark(r);
    if (p->started.known) record_set(container, p->container_id);
    record_set(&r->new_head_uid, p->record.key);
    record_set(&r->new_head_name, p->name);
}

/* The container restarted in the same pod exited again before it was ready. */
static void successor_ended(struct recovery *r, const struct focus *f)
{
    const struct pod *p = f->head;
    if (!p || p->started.known || !text_eq(p->record.key, r->new_head_uid)) return;
    if (text_eq(r->new_head_uid, r->old_head_uid) && r->rung[RUNG_HEAD_RUNNING].reached) rungs_unmark(r);
}

static void observe_head(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c)
{
    const struct pod *p = head_successor(r, f);
    if (!p) successor_ended(r, f);
    if (!p) return;
    head_remember(r, w, f);
    successor_update(r, p);
    bool restarted = text_eq(p->record.key, r->old_head_uid);
    if (p->node)
        rung_mark(r, RUNG_HEAD_CREATED, c->at_ms, c->wall_ms, "%s%s", restarted ? "the same pod, restarted on " : "",
                  p->node);
    if (p->started.known) rung_mark(r, RUNG_HEAD_RUNNING, c->at_ms, c->wall_ms, "%s", p->name ? p->name : "");
    if (p->is_ready != TRI_YES || !p->started.known) return;
    char ready[48] = "Ready";
    if (p->ready.known && p->containers.known)
        snprintf(ready, sizeof ready, "%llu/%llu", (unsigned long long)p->ready.value,
                 (unsigned long long)p->containers.value);
    rung_mark(r, RUNG_HEAD_READY, c->at_ms, c->wall_ms, "%s", ready);
}

const struct row *recovery_serveapp(const struct recovery *r, const struct world *w)
{
    const struct row *row = r->service ? world_find(w, TABLE_SERVEAPP, r->service) : NULL;
    return row && !row->gone_ms ? row : NULL;
}

bool recovery_has_raynodes(const struct world *w, const struct focus *f)
{
    if (!f->gcs_ns) return false;
    WORLD_EACH (row, w, TABLE_RAYNODE) {
        if (!row->gone_ms && text_eq(ROW(row, raynode)->ns, f->gcs_ns)) return true;
    }
    return false;
}

/* The old head's Serve API may report RUNNING during its grace period: only reports after the new head runs count. */
static void observe_serve(struct recovery *r, const struct world *w, const struct change *c)
{
    const struct row *row = recovery_serveapp(r, w);
    bool put = c->type == CHANGE_PUT && c->table == TABLE_SERVEAPP && c->record && text_eq(c->record->key, r->service);
    bool reported = row && (put || (c->type == CHANGE_ALIVE && text_eq(c->source, row->source)));
    if (!reported || !r->rung[RUNG_HEAD_RUNNING].reached) return;
    const struct serveapp *s = ROW(row, serveapp);
    for (size_t i = 0; i < s->deployments_count; i++)
        if (!text_eq(s->deployments[i].app_status, "RUNNING")) return;
    if (s->deployments_count)
        rung_mark(r, RUNG_SERVE_RUNNING, c->at_ms, c->wall_ms, "Serve API: %zu deployments", s->deployments_count);
}

static void observe_workers(struct recovery *r, const struct world *w, uint64_t at_ms, uint64_t wall_ms)
{
    struct outage now = {0};
    bool probed = false;
    if (!r->rung[RUNG_HEAD_READY].reached || r->rung[RUNG_WORKERS_SAME].reached || !r->workers) return;
    outage_fill_workers(r, w, &now);
    if (!outage_workers_lived_on(&now) || !workers_proxies_answer(r)) return;
    for (size_t i = 0; i < r->workers; i++) probed |= r->memory->probed[i];
    rung_mark(r, RUNG_WORKERS_SAME, at_ms, wall_ms, "%zu/%zu same UIDs, 0 restarts%s", now.same, now.workers,
              probed ? "" : "; not probed");
}

/* ---- closing ------------------------------------------------------------------------------------------------- */

/* Has every rung that can be observed been reached? Rungs without a source (no Redis, no Serve API) are not required.
 */
static bool ladder_is_complete(const struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms)
{
    const struct rung_state *rung = r->rung;
    if (!r->head_lost) return rung[RUNG_GCS_READING].reached;
    if (!rung[RUNG_HEAD_READY].reached) return false;
    if (now_ms > rung[RUNG_HEAD_READY].at_ms + RECOVERY_PATIENCE_MS) return true;
    if (recovery_has_raynodes(w, f) && !rung[RUNG_HEAD_ALIVE].reached) return false;
    if (recovery_serveapp(r, w) && !rung[RUNG_SERVE_RUNNING].reached) return false;
    if (rung[RUNG_WORKERS_SAME].reached || !r->workers) return true;
    struct outage now = {0};
    outage_fill_workers(r, w, &now);
    return !outage_workers_lived_on(&now) && workers_settled(r, w, f);
}

static void ladder_close(struct recovery *r)
{
    uint64_t last = r->t0_ms;
    for (int i = 0; i < RUNG_COUNT; i++)
        if (r->rung[i].reached && r->rung[i].at_ms > last) last = r->rung[i].at_ms;
    r->over_ms = known_u64(last);
    r->outage = OUTAGE_OVER;
    gcs_reset(&r->memory->gcs, r->silent_ms);
}

/* A RayService being deleted: what disappears with it is no loss. */
static bool service_is_deleting(const struct focus *f)
{
    return (f->rayservice && f->rayservice->deleted.known) || (f->raycluster && f->raycluster->deleted.known);
}

/* Makes the report final once the ladder is closed and OUTAGE_SECONDS have passed. */
static void report_close(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms,
                         uint64_t wall_ms)
{
    bool deleting = service_is_deleting(f);
    if (r->outage == OUTAGE_RUNNING && deleting) ladder_close(r);
    if (r->outage != OUTAGE_OVER || outage_is_final(r)) return;
    if (!deleting && now_ms < r->t0_ms + OUTAGE_SECONDS * 1000) return;
    struct outage *report = &r->memory->report;
    outage_of(r, w, f, now_ms, wall_ms, report);
    report->final = true;
}

/* ---- entry points -------------------------------------------------------------------------------------------- */

/* Is it the completion of a request that was not counted yet? */
static bool is_new_completion(struct recovery *r, const struct world *w, const struct change *c)
{
    if (c->type != CHANGE_PUT || c->table != TABLE_REQUEST || !c->record) return false;
    const struct row *row = world_find(w, TABLE_REQUEST, c->record->key);
    const struct request *q = (const void *)c->record;
    if (!row || text_eq(q->phase, "waiting") || row->generation <= r->memory->counted) return false;
    if (r->outage == OUTAGE_NONE || outage_is_final(r)) return false;
    r->memory->counted = row->generation;
    return true;
}

/* Adopts the first RayService in focus; false if another one is in focus. */
static bool focus_matches(struct recovery *r, const struct focus *f)
{
    if (!f->rayservice) return true;
    if (!r->service) record_set(&r->service, f->rayservice->record.key);
    return text_eq(r->service, f->rayservice->record.key);
}

static void observe_rungs(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c)
{
    observe_head(r, w, f, c);
    observe_node(r, w, f, c);
    observe_serve(r, w, c);
    observe_workers(r, w, c->at_ms, c->wall_ms);
    if (ladder_is_complete(r, w, f, c->at_ms)) ladder_close(r);
}

/* The redis record may still describe the GCS of the service that was in focus before. */
static bool redis_matches(const struct focus *f)
{
    const struct redis *redis = f->redis;
    return redis && (!f->gcs_ns || !redis->namespace_ || text_eq(f->gcs_ns, redis->namespace_));
}

void recovery_observe(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c)
{
    bool redis = c->type == CHANGE_PUT && c->table == TABLE_REDIS && redis_matches(f);
    bool pods = c->table == TABLE_POD;
    if (!focus_matches(r, f)) return;
    report_close(r, w, f, c->at_ms, c->wall_ms);
    if (redis) gcs_sample(&r->memory->gcs, f->redis, r->outage == OUTAGE_RUNNING, c->at_ms, c->wall_ms);
    if (c->type == CHANGE_DELETED)
        observe_deleted(r, w, f, c);
    else if (pods || c->type == CHANGE_RELISTED)
        observe_loss(r, w, f, c);
    if (redis) observe_silence(r, w, f, c->at_ms, c->wall_ms);
    if (is_new_completion(r, w, c)) workers_request(r, (const void *)c->record);
    if (r->outage == OUTAGE_RUNNING)
        observe_rungs(r, w, f, c);
    else if (pods || c->table == TABLE_RAYNODE || !r->memory->head.uid)
        head_remember(r, w, f);
}

void recovery_resume(struct recovery *r)
{
    head_before_done(&r->memory->head);
}

static unsigned rungs_reached(const struct recovery *r)
{
    unsigned n = (unsigned)r->outage * RUNG_COUNT;
    for (int i = 0; i < RUNG_COUNT; i++) n += r->rung[i].reached;
    return n;
}

bool recovery_tick(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms)
{
    unsigned before = rungs_reached(r);
    if (!focus_matches(r, f)) return false;
    report_close(r, w, f, now_ms, wall_ms);
    observe_silence(r, w, f, now_ms, wall_ms);
    if (r->outage == OUTAGE_RUNNING && ladder_is_complete(r, w, f, now_ms)) ladder_close(r);
    return rungs_reached(r) != before;
}
