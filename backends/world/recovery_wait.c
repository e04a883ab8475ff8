/* recovery_wait.c - finds the rung that a recovery waits for, and words why it is not reached. */
#include "backends/world/recovery_wait.h"

#include "backends/base/text.h"
#include "backends/world/answers_text.h"
#include "backends/world/recovery_priv.h"
#include "backends/world/serve_not_running.h"

#include <stdio.h>

/* ---- what can come ---------------------------------------------------------------------------------------------- */

static bool gcs_can_be_seen(const struct focus *f)
{
    return f->redis && (!f->rayservice || f->rayservice->ft != TRI_NO);
}

/* A head that crashed was not deleted; the silence of one that is back may have been missed; a GCS that is only silent
 * needs no new head. */
bool recovery_may_come(const struct recovery *r, const struct world *w, const struct focus *f, enum rung rung)
{
    switch (rung) {
    case RUNG_DELETE_ACCEPTED: return !r->head_lost && r->cause != CAUSE_KILLED && !r->rung[RUNG_GCS_SILENT].reached;
    case RUNG_GCS_SILENT: return gcs_can_be_seen(f) && !r->rung[RUNG_GCS_BACK].reached;
    case RUNG_GCS_BACK: return gcs_can_be_seen(f);
    case RUNG_HEAD_ALIVE: return r->head_lost && gcs_can_be_seen(f) && r->memory->nodes_seen;
    case RUNG_SERVE_RUNNING: return r->head_lost && recovery_serveapp(r, w);
    case RUNG_WORKERS_SAME: return r->head_lost && r->workers > 0;
    default: return r->head_lost;
    }
}

enum rung recovery_missing(const struct recovery *r, const struct world *w, const struct focus *f)
{
    for (int i = 0; r->outage != OUTAGE_NONE && i < RUNG_COUNT; i++)
        if (!r->rung[i].reached && recovery_may_come(r, w, f, (enum rung)i)) return (enum rung)i;
    return RUNG_COUNT;
}

enum rung recovery_waits_for(const struct recovery *r, const struct world *w, const struct focus *f)
{
    return r->outage == OUTAGE_RUNNING ? recovery_missing(r, w, f) : RUNG_COUNT;
}

/* ---- why not ---------------------------------------------------------------------------------------------------- */

/* The newest Warning event about a pod: a scheduler's message may reach the pod's condition late, or never. */
static const char *warning_of(const struct world *w, const struct pod *p)
{
    const struct event *found = NULL;
    WORLD_EACH (row, w, TABLE_EVENT) {
        const struct event *e = ROW(row, event);
        if (row->gone_ms || !text_eq(e->type, "Warning") || !event_is_about(e, p->ns, p->name, p->record.key)) continue;
        if (!found || (e->last.known && (!found->last.known || e->last.value >= found->last.value))) found = e;
    }
    return found ? found->message : NULL;
}

/* "head pod Pending: 0/3 nodes are available"; false for one that runs and is ready. */
static bool pod_why(const struct world *w, const struct pod *p, const char *who, char out[RECOVERY_WHY_MAX])
{
    bool may_be_well = p->is_ready == TRI_YES || (p->is_ready == TRI_UNKNOWN && text_eq(p->status, "Running"));
    if (may_be_well && !p->deleted.known) return false;
    bool runs = text_eq(p->status, "Running") || text_eq(p->status, "ContainerCreating");
    const char *status = p->status ? p->status : p->phase ? p->phase : "–", *message = p->message;
    if (!message && !runs) message = warning_of(w, p);
    if (!message && p->reason && !text_eq(p->reason, status)) message = p->reason;
    if (!message && text_eq(p->status, "Running") && p->ready.known && p->containers.known)
        snprintf(out, RECOVERY_WHY_MAX, "%s: %llu of %llu containers ready", who, (unsigned long long)p->ready.value,
                 (unsigned long long)p->containers.value);
    else
        snprintf(out, RECOVERY_WHY_MAX, "%s %s%s%s", who, status, message ? ": " : "", message ? message : "");
    return true;
}

static const struct pod *old_head(const struct recovery *r, const struct world *w)
{
    const struct row *row = r->old_head_uid ? world_find(w, TABLE_POD, r->old_head_uid) : NULL;
    return row && !row->gone_ms ? ROW(row, pod) : NULL;
}

struct known_u64 recovery_headless_ms(const struct recovery *r, const struct world *w, const struct focus *f,
                                      uint64_t now_ms)
{
    const struct row *row = r->old_head_uid ? world_find(w, TABLE_POD, r->old_head_uid) : NULL;
    const struct known_u64 headless = headless_ms_of(w, f, now_ms);
    if (r->outage != OUTAGE_RUNNING || !r->head_lost) return UNKNOWN_U64;
    if (headless.known && r->found && !r->old_head_uid && !r->new_head_uid) return known_u64(now_ms - r->t0_ms);
    if (!headless.known || (row && !row->gone_ms)) return UNKNOWN_U64;
    /* no tombstone is there any more: it is not known for longer than since the loss */
    const uint64_t lost_ms =
        r->down_since_ms.known && now_ms > r->down_since_ms.value ? now_ms - r->down_since_ms.value : 0;
    return row || headless.value < lost_ms ? headless : known_u64(lost_ms);
}

static void head_why(const struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms,
                     char out[RECOVERY_WHY_MAX])
{
    const struct pod *p = head_successor(r, f), *old = old_head(r, w);
    if (p)
        pod_why(w, p, "head pod", out);
    else if (old && old->deleted.known)
        snprintf(out, RECOVERY_WHY_MAX, "the old head pod is still %s", old->status ? old->status : "there");
    else if (old)
        pod_why(w, old, "head pod", out);
    else if (!*headless_why(w, f, r->t0_wall_ms > 1000 ? r->t0_wall_ms - 1000 : 0, now_ms, out))
        snprintf(out, RECOVERY_WHY_MAX, "there is no new head pod");
}

/* A running container may still get there; one that does not run is the reason. */
static bool head_does_not_run(const struct recovery *r, const struct focus *f)
{
    const struct pod *p = head_successor(r, f);
    return r->head_lost && !r->rung[RUNG_HEAD_READY].reached && (!p || !text_eq(p->status, "Running"));
}

static void silence_why(const struct recovery *r, const struct world *w, uint64_t now_ms, char out[RECOVERY_WHY_MAX])
{
    const struct pod *old = old_head(r, w);
    if (say_unheard(out, "Redis", w, WORLD_REDIS, now_ms)) return;
    if (old && old->deleted.known) snprintf(out, RECOVERY_WHY_MAX, "the old head's GCS runs on through its grace");
}

/* What is there so far of a new head's GCS. */
static void gcs_why(const struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms,
                    char out[RECOVERY_WHY_MAX])
{
    const struct known_u64 n = f->redis ? f->redis->ray_connections : UNKNOWN_U64;
    const struct raynode *node = gcs_new_node(r, w, f), *old = gcs_old_node(r, w, f);
    if (say_unheard(out, "Redis", w, WORLD_REDIS, now_ms)) return;
    if (head_does_not_run(r, f)) {
        head_why(r, w, f, now_ms, out);
    } else if (r->state_gone_ms.known && !r->state_back_ms.known) {
        snprintf(out, RECOVERY_WHY_MAX, "the GCS's state is gone: Redis came back empty");
    } else if (node) {
        snprintf(out, RECOVERY_WHY_MAX, "%.8s in NODE, %s", node->id,
                 old && !text_eq(old->state, "DEAD") ? "the old head is not DEAD yet" : "no heartbeat of it yet");
    } else if (n.known && n.value && r->head_lost) {
        snprintf(out, RECOVERY_WHY_MAX, "%llu Ray connection%s, no NODE record yet", (unsigned long long)n.value,
                 text_plural(n.value));
    }
}

static void serve_why(const struct recovery *r, const struct world *w, char out[RECOVERY_WHY_MAX])
{
    const struct row *row = recovery_serveapp(r, w);
    const struct source *said = row ? world_source_named(w, row->source) : NULL;
    if (!said || said->state != SOURCE_LIVE) return;
    const struct serveapp *s = ROW(row, serveapp);
    const struct serve_not_running not = serve_not_running_in(s->deployments, s->deployments_count);
    if (not .status)
        snprintf(out, RECOVERY_WHY_MAX, "Serve: %s %s%s%s", not .name, not .status, not .message ? ": " : "",
                 not .message ? not .message : "");
}

/* What happened to a worker of T0; false: nothing. */
static bool worker_why(const struct recovery *r, const struct world *w, size_t i, char out[RECOVERY_WHY_MAX])
{
    const struct worker_before *then = &r->worker[i];
    const struct row *row = world_find(w, TABLE_POD, then->uid);
    const struct pod *p = row && !row->gone_ms ? ROW(row, pod) : NULL;
    const char *name = then->name ? then->name : "–";
    if (!p || p->deleted.known)
        snprintf(out, RECOVERY_WHY_MAX, "worker pod %s is %s", name, p ? "going" : "gone");
    else if (then->restarts.known && p->restarts.known && p->restarts.value > then->restarts.value)
        snprintf(out, RECOVERY_WHY_MAX, "worker pod %s was restarted", name);
    else if (r->memory->probed[i] && !r->memory->probe_ok[i])
        snprintf(out, RECOVERY_WHY_MAX, "the proxy of worker pod %s does not answer", name);
    else
        return false;
    return true;
}

/* A worker that is not up explains more than one that is gone. */
static void workers_why(const struct recovery *r, const struct world *w, const struct focus *f,
                        char out[RECOVERY_WHY_MAX])
{
    char who[160];
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (at.row->gone_ms || p->deleted.known || !text_eq(p->role, "worker")) continue;
        snprintf(who, sizeof who, "worker pod %s", p->name ? p->name : "–");
        if (pod_why(w, p, who, out)) return;
    }
    for (size_t i = 0; i < r->workers; i++)
        if (worker_why(r, w, i, out)) return;
}

const char *recovery_why(const struct recovery *r, const struct world *w, const struct focus *f, enum rung rung,
                         uint64_t now_ms, char out[RECOVERY_WHY_MAX])
{
    out[0] = '\0';
    switch (rung) {
    case RUNG_GCS_SILENT: silence_why(r, w, now_ms, out); break;
    case RUNG_GCS_BACK:
    case RUNG_HEAD_ALIVE: gcs_why(r, w, f, now_ms, out); break;
    case RUNG_HEAD_CREATED:
    case RUNG_HEAD_RUNNING:
    case RUNG_HEAD_READY: head_why(r, w, f, now_ms, out); break;
    case RUNG_SERVE_RUNNING: serve_why(r, w, out); break;
    case RUNG_WORKERS_SAME: workers_why(r, w, f, out); break;
    default: break;
    }
    return out;
}
