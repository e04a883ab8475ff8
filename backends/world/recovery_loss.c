/* recovery_loss.c - detects the loss of the head and opens the ladder: its pod, its container, our delete, its GCS. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/recovery_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the running head --------------------------------------------------------------------------------------- */

void head_before_done(struct head_before *h)
{
    free(h->uid);
    free(h->name);
    free(h->cluster);
    free(h->ip);
    free(h->ray_node);
    free(h->container);
    *h = (struct head_before){0};
}

/* During a relist a new head may be listed while the world still has the old one: until RELISTED decides about the old
 * one, it stays the remembered head. */
static bool remembered_may_exist(const struct head_before *h, const struct world *w, const struct pod *p)
{
    const struct row *row = h->uid ? world_find(w, TABLE_POD, h->uid) : NULL;
    return row && !row->gone_ms && !text_eq(h->uid, p->record.key) && text_eq(h->cluster, p->cluster) &&
           !ROW(row, pod)->deleted.known;
}

/* Its id in the GCS, where Redis shows it, else the Serve API's proxies do. */
static const char *ray_node_of(const struct recovery *r, const struct world *w, const struct focus *f,
                               const struct pod *p)
{
    const struct raynode *n = raynode_of_pod(w, f, p);
    const struct row *row = recovery_serveapp(r, w);
    if (n) return text_eq(n->state, "ALIVE") ? n->id : NULL;
    for (size_t i = 0; row && i < ROW(row, serveapp)->proxies_count; i++) {
        const struct proxy *proxy = &ROW(row, serveapp)->proxies[i];
        if (proxy->ip && text_eq(proxy->ip, p->ip)) return proxy->ray_node;
    }
    return NULL;
}

void head_remember(struct recovery *r, const struct world *w, const struct focus *f)
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
    const char *ray_node = ray_node_of(r, w, f, p);
    if (ray_node) record_set(&h->ray_node, ray_node);
}

enum tri cluster_is_leaving(const struct focus *f, const char *cluster)
{
    const struct raycluster *now = f->raycluster;
    const struct rayservice *service = f->rayservice;
    if (!now && !service) return TRI_UNKNOWN;
    if ((now && now->deleted.known) || (service && service->deleted.known)) return TRI_YES;
    return tri_of(!text_eq(cluster, now ? now->name : service->active_cluster));
}

/* ---- opening ------------------------------------------------------------------------------------------------- */

void ladder_reset(struct recovery *r)
{
    struct recovery_memory *m = r->memory;
    char **texts[] = {&r->old_head_uid, &r->old_head_name, &r->new_head_uid,  &r->new_head_name, &r->old_ray_node,
                      &m->old_cluster,  &m->old_container, &m->new_container, &m->new_ray_node,  &m->lost_ray_node};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) record_set(texts[i], NULL);
    workers_clear(r);
    m->old_ended_ms = m->old_started = UNKNOWN_U64;
    m->answered_wall_ms = m->gap_ms = 0;
    *r = (struct recovery){.memory = m, .service = r->service};
}

void ladder_close(struct recovery *r)
{
    uint64_t last = r->t0_ms;
    for (int i = 0; i < RUNG_COUNT; i++)
        if (r->rung[i].reached && r->rung[i].at_ms > last) last = r->rung[i].at_ms;
    r->over_since_ms = known_u64(last);
    r->outage = OUTAGE_OVER;
    memcpy(r->memory->over, r->request, sizeof r->request);
    r->going = false;
    gcs_reset(&r->memory->gcs, r->silent_since_ms);
}

static void past_add(struct outage_list *past, const struct outage *loss)
{
    struct outage *copy = mem_zero(1, sizeof *copy);
    if (past->count == OUTAGES_PAST) {
        free(past->loss[0]);
        memmove(past->loss, past->loss + 1, --past->count * sizeof *past->loss);
    }
    *copy = *loss;
    past->loss[past->count++] = copy;
}

/* An outage that is replaced while it runs ends there, with what it lacks. */
static void ladder_keep(struct recovery *r, const struct world *w, const struct focus *f, uint64_t at_ms,
                        uint64_t wall_ms)
{
    struct outage now;
    if (r->outage == OUTAGE_NONE) return;
    if (r->outage == OUTAGE_RUNNING) ladder_close(r);
    outage_of(r, w, f, at_ms, wall_ms, &now);
    if (!outage_is_loss(&now)) return;
    r->memory->previous = now;
    past_add(&r->memory->past, &now);
}

void ladder_open(struct recovery *r, const struct world *w, const struct focus *f, uint64_t at_ms, uint64_t wall_ms)
{
    const struct head_before *h = &r->memory->head;
    ladder_keep(r, w, f, at_ms, wall_ms);
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
    r->memory->old_cluster = mem_str(h->cluster);
    r->memory->old_container = mem_str(h->container);
    r->memory->answered_wall_ms = wall_ms;
    r->memory->nodes_seen = gcs_has_nodes(w, f);
    if (f->rayservice) r->reconnect_s = f->rayservice->worker_reconnect_s;
    workers_capture(r, w, f);
    workers_count_since(r, w, wall_ms);
    baseline_capture(&r->memory->baseline, w, f, h, gcs_state_is_gone(w, f) && r->memory->gcs.state_ns);
}

/* A more specific cause replaces a less specific one. */
static void recovery_set_cause(struct recovery *r, enum outage_cause cause, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void recovery_set_cause(struct recovery *r, enum outage_cause cause, const char *fmt, ...)
{
    va_list ap;
    if (cause <= r->cause) return;
    r->cause = cause;
    va_start(ap, fmt);
    vsnprintf(r->evidence, sizeof r->evidence, fmt, ap);
    va_end(ap);
}

bool run_ended(const struct pod *p, const struct run *run)
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
        if (row->gone_ms || !text_eq(e->reason, "Killing") || !event_is_about(e, p->ns, p->name, p->record.key))
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
        recovery_set_cause(r, CAUSE_CONTAINER, "liveness probe failed%s", code);
    else
        recovery_set_cause(r, CAUSE_CONTAINER, "%s%s", p->ended_reason ? p->ended_reason : "reason not known", code);
}

static void cause_deleted(struct recovery *r, const struct world *w, const struct change *c)
{
    const struct row *row = world_find(w, TABLE_POD, r->old_head_uid);
    const struct pod *p = row ? ROW(row, pod) : NULL;
    char grace[48] = "";
    if (p && p->grace.known) snprintf(grace, sizeof grace, "grace %llu", (unsigned long long)p->grace.value);
    recovery_set_cause(r, CAUSE_DELETED, "%s", grace);
    rung_mark(r, RUNG_DELETE_ACCEPTED, c->at_ms, c->wall_ms, "seen: head pod Terminating%s%s", *grace ? ", " : "",
              grace);
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
        recovery_set_cause(r, fate, "%s", r->old_head_name ? r->old_head_name : "");
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

/* Somebody has deleted the ready successor of a lost head: that is another outage, with a T0 of its own. One that
 * crashes, or is lost before it was ready, belongs to the same outage. */
static bool is_another_outage(const struct recovery *r, enum outage_cause fate)
{
    return fate == CAUSE_DELETED && is_successor(r, &r->memory->head) && r->rung[RUNG_HEAD_READY].reached;
}

/* Its pods were not heard while its GCS was silent, and are now: the silence was this loss, and is not over. */
static bool silence_was_its_loss(const struct recovery *r)
{
    return r->outage == OUTAGE_OVER && !r->head_lost && outage_is_open(r) &&
           text_eq(r->old_head_uid, r->memory->head.uid);
}

void observe_loss(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c)
{
    struct recovery_memory *m = r->memory;
    bool running = r->outage == OUTAGE_RUNNING;
    enum outage_cause fate = head_fate(w, m->head.uid, &(struct run){m->head.container, m->head.started});
    if (fate && cluster_is_leaving(f, r->memory->head.cluster) != TRI_NO) {
        if (!running) head_before_done(&m->head);
        return;
    }
    if (fate && silence_was_its_loss(r)) {
        r->outage = OUTAGE_RUNNING;
        r->over_since_ms = UNKNOWN_U64;
        running = true;
    }
    if (fate && (!running || is_another_outage(r, fate))) {
        uint64_t ago = ended_before_ms(w, m->head.uid, fate, c);
        ladder_open(r, w, f, c->at_ms - ago, c->wall_ms - ago);
        if (ago) m->old_ended_ms = known_u64(r->t0_ms);
        running = true;
    }
    if (running) fate = head_fate(w, r->old_head_uid, &(struct run){m->old_container, m->old_started});
    if (running && fate) head_is_lost(r, w, fate, c);
}

void observe_deleted(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c)
{
    const struct head_before *h = &r->memory->head;
    bool running = r->outage == OUTAGE_RUNNING, again = running && is_successor(r, h) && text_eq(c->key, h->uid);
    if (!c->key || !text_eq(c->key, running && !again ? r->old_head_uid : h->uid)) return;
    if (!running || again) ladder_open(r, w, f, c->at_ms, c->wall_ms);
    r->ours = true;
    r->head_lost = true;
    recovery_set_cause(r, CAUSE_OURS, "uid %.8s…", c->key);
    r->grace_s = c->number == UINT64_MAX ? UNKNOWN_U64 : known_u64(c->number);
    char grace[32] = "default grace";
    if (r->grace_s.known) snprintf(grace, sizeof grace, "grace %llu", (unsigned long long)r->grace_s.value);
    rung_mark(r, RUNG_DELETE_ACCEPTED, c->at_ms, c->wall_ms, "%s", "");
    snprintf(r->rung[RUNG_DELETE_ACCEPTED].note, sizeof r->rung[0].note, "uid %.8s…, %s", c->key, grace);
}

/* The answer may come after what it made was seen: that outage is this kill's, with a more specific cause. */
void observe_killed(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c)
{
    const uint64_t sent_ms = c->at_ms - (c->number < c->at_ms ? c->number : c->at_ms);
    const bool of_this = outage_is_open(r) && r->t0_ms >= sent_ms && text_eq(c->key, r->old_head_uid);
    if (!of_this) {
        if (!text_eq(c->key, r->memory->head.uid)) return;
        ladder_open(r, w, f, c->at_ms, c->wall_ms);
    }
    recovery_set_cause(r, CAUSE_KILLED, "%s", c->why ? c->why : "");
}

/* ---- the GCS's silence --------------------------------------------------------------------------------------- */

/* The old GCS wrote one more heartbeat before the new head ran: it was not silent yet. */
static bool silence_was_early(const struct recovery *r)
{
    return r->head_lost && r->memory->gcs.heartbeat_seen_ms > r->silent_since_ms.value &&
           !r->rung[RUNG_HEAD_RUNNING].reached && !r->rung[RUNG_HEAD_RUNNING].lost;
}

void observe_silence(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms,
                     uint64_t wall_ms)
{
    struct recovery_memory *m = r->memory;
    struct rung_state s = {0};
    bool running = r->outage == OUTAGE_RUNNING, back = r->rung[RUNG_GCS_BACK].reached;
    if (!running && (!m->head.uid || cluster_is_leaving(f, r->memory->head.cluster) != TRI_NO)) return;
    if (running && r->silent_since_ms.known && silence_was_early(r)) {
        r->rung[RUNG_GCS_SILENT] = (struct rung_state){0};
        r->silent_since_ms = UNKNOWN_U64;
    }
    if (running && r->silent_since_ms.known && !back) return;
    if (!gcs_is_silent(&m->gcs, w, running && !back, now_ms, wall_ms, &s)) return;
    if (running && back) {
        rung_lose(r, RUNG_GCS_BACK, s.at_ms);
        return;
    }
    if (!running) ladder_open(r, w, f, s.at_ms, s.wall_ms);
    recovery_set_cause(r, CAUSE_SILENCE, "%s", s.note);
    rung_mark(r, RUNG_GCS_SILENT, s.at_ms, s.wall_ms, "%s", s.note);
    r->silent_since_ms = known_u64(r->rung[RUNG_GCS_SILENT].at_ms);
}

/* ---- its state ------------------------------------------------------------------------------------------------ */

/* Redis came back empty, or was flushed: whatever still runs, the next head finds nothing. */
void observe_state(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c)
{
    struct gcs_signs *g = &r->memory->gcs;
    if (gcs_state_is_there(w, f)) {
        record_set(&g->state_ns, f->gcs_ns);
        if (r->state_gone_ms.known && !r->state_back_ms.known) r->state_back_ms = known_u64(c->at_ms);
        return;
    }
    if (!g->state_ns || !text_eq(g->state_ns, f->gcs_ns) || !gcs_state_is_gone(w, f)) return;
    if (!r->memory->head.uid || cluster_is_leaving(f, r->memory->head.cluster) != TRI_NO) return;
    if (r->outage != OUTAGE_RUNNING) ladder_open(r, w, f, c->at_ms, c->wall_ms);
    record_set(&g->state_ns, NULL);
    recovery_set_cause(r, CAUSE_STATE, "Redis came back empty");
    if (!r->state_gone_ms.known) r->state_gone_ms = known_u64(c->at_ms);
    r->state_back_ms = UNKNOWN_U64;
}

/* ---- going, and down ----------------------------------------------------------------------------------------- */

struct known_u64 head_grace_s(const struct recovery *r, const struct pod *p)
{
    if (r->grace_s.known) return r->grace_s;
    return p->deleted.known ? p->grace : p->own_grace;
}

/* Its pod is Terminating, with a grace, and its Ray container runs. With fault tolerance its GCS must not be silent. */
static bool head_is_going(const struct recovery *r, const struct world *w)
{
    const struct row *row = r->old_head_uid ? world_find(w, TABLE_POD, r->old_head_uid) : NULL;
    if (!row || row->gone_ms || r->silent_since_ms.known || r->memory->old_ended_ms.known) return false;
    const struct pod *p = ROW(row, pod);
    const struct known_u64 grace = head_grace_s(r, p);
    if (!p->deleted.known && !r->ours) return false;
    return p->started.known && text_eq(p->phase, "Running") && !(grace.known && !grace.value);
}

void observe_down(struct recovery *r, const struct world *w, uint64_t now_ms, uint64_t wall_ms)
{
    const struct known_u64 *ended = &r->memory->old_ended_ms;
    if (r->outage != OUTAGE_RUNNING || !r->head_lost) return;
    const bool went = r->going;
    r->going = head_is_going(r, w);
    if (r->going) {
        r->down_since_ms = UNKNOWN_U64;
    } else if (!r->down_since_ms.known) {
        uint64_t from = went ? now_ms : r->t0_ms;
        if (went && r->silent_since_ms.known && r->silent_since_ms.value < from) from = r->silent_since_ms.value;
        if (went && ended->known && ended->value < from) from = ended->value;
        r->down_since_ms = known_u64(from);
        if (from > r->t0_ms) workers_forget_answers(r, w, wall_ms > now_ms - from ? wall_ms - (now_ms - from) : 0);
    }
}
