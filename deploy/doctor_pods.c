/* doctor_pods.c - the doctor's checks of pods: restarts, placement, wiring. */
#include "backends/base/text.h"
#include "backends/world/answers.h"
#include "backends/world/placement.h"
#include "deploy/doctor_priv.h"

#include <stdio.h>
#include <string.h>

enum {
    LOSS_BEFORE_MS = 5 * 1000,    /* timestamps have whole seconds, and are of two clocks */
    LOSS_SETTLES_MS = 180 * 1000, /* so long a worker takes to end, and its container to be started again */
    RECONNECT_SHORT_S = 60,
    PATIENCE_FT_S = 600
};

static bool is_worker(const struct doctor *d, const struct row *row)
{
    const struct pod *p = ROW(row, pod);
    return !row->gone_ms && text_eq(p->role, "worker") && focus_has_pod(d->f, p);
}

/* ---- D3: out of the service since the recovery ---- */

/* Its readiness asks the Serve proxy, which runs where a replica does. Unknown where the Serve API is not read. */
static enum tri has_replica(const struct doctor *d, const struct pod *p)
{
    const struct rayservice *rs = d->f->rayservice;
    const struct row *row = rs ? world_find(d->w, TABLE_SERVEAPP, rs->record.key) : NULL;
    const struct source *s = row && !row->gone_ms ? world_source_named(d->w, row->source) : NULL;
    if (!s || source_freshness(s, d->ask->now_ms, NULL) != FRESH_LIVE || !p->ip) return TRI_UNKNOWN;
    const struct serveapp *app = ROW(row, serveapp);
    for (size_t i = 0; i < app->replicas_count; i++) {
        if (!app->replicas[i].ip) return TRI_UNKNOWN; /* not placed yet, or not told where */
        if (text_eq(app->replicas[i].ip, p->ip)) return TRI_YES;
    }
    return app->replicas_count ? TRI_NO : TRI_UNKNOWN;
}

static void not_ready(struct doctor *d)
{
    const struct pod *head = d->f->head;
    if (!head || head->is_ready != TRI_YES || !head->created.known) {
        doctor_say(d, RULE_D3, FINDING_UNKNOWN, d->service, "%s",
                   !head ? "there is no head pod" : "the head is not ready: no recovery to compare with");
        return;
    }
    for (struct focus_pods at = focus_pods_of(d->w, d->f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (!is_worker(d, at.row) || !text_eq(p->phase, "Running") || p->deleted.known) continue;
        /* younger than its head: starting */
        if (!p->created.known || p->is_ready == TRI_UNKNOWN)
            doctor_say_pod(d, RULE_D3, FINDING_UNKNOWN, p, "its age or readiness is unknown");
        else if (p->is_ready == TRI_NO && has_replica(d, p) == TRI_NO)
            doctor_say_pod(d, RULE_L37, FINDING_INFO, p, "Running, not Ready: no Serve replica is on it");
        else if (p->is_ready == TRI_NO && p->created.value < head->created.value)
            doctor_say_pod(d, RULE_D3, FINDING_WARNING, p, "Running, not Ready, and older than the head");
    }
}

/* ---- D4, D20: restarted with the head ---- */

/* A loss, and until when a worker ends because of it. */
struct loss {
    uint64_t at_ms, back_ms; /* back: the new head's container has started */
    bool ft_off;
};

/* RAY_gcs_rpc_server_reconnect_timeout_s of a worker; pod NULL: one that is gone. Ray's own default is 60 s, KubeRay
 * sets 600 with fault tolerance. */
static uint64_t patience_ms(const struct doctor *d, const struct pod *pod)
{
    const struct rayservice *rs = d->f->rayservice;
    if (pod && pod->reconnect_s.known) return pod->reconnect_s.value * 1000;
    if (rs && rs->worker_reconnect_s.known) return rs->worker_reconnect_s.value * 1000;
    return (rs && rs->ft == TRI_YES ? PATIENCE_FT_S : RECONNECT_SHORT_S) * UINT64_C(1000);
}

/* Whoever is as patient as its head took long ends with its patience; with fault tolerance others may end when they
 * meet a GCS that does not know them, soon after it is back. */
static bool ended_by_loss(const struct doctor *d, const struct loss *loss, const struct pod *pod, struct known_u64 at)
{
    const uint64_t patience = loss->at_ms + patience_ms(d, pod);
    const uint64_t until = loss->ft_off || loss->back_ms > patience ? patience : loss->back_ms;
    return at.known && at.value + LOSS_BEFORE_MS >= loss->at_ms && at.value < until + LOSS_SETTLES_MS;
}

/* D4's fix is fault tolerance, and patience. */
static enum rule_id restart_rule(const struct doctor *d, const struct pod *pod)
{
    const bool ft = d->f->rayservice && d->f->rayservice->ft == TRI_YES;
    return ft && patience_ms(d, pod) >= PATIENCE_FT_S * UINT64_C(1000) ? RULE_D20 : RULE_D4;
}

static const char *after_loss(const struct loss *loss, struct known_u64 at, char out[32])
{
    return doctor_seconds(out, at.value > loss->at_ms ? at.value - loss->at_ms : 0);
}

/* A pod that is younger than the loss did not live through it. */
static bool pod_restarted(const struct doctor *d, const struct loss *loss, const struct pod *p)
{
    const bool lived = !p->created.known || p->created.value < loss->at_ms;
    return lived && p->restarts.value && ended_by_loss(d, loss, p, p->restarted);
}

/* With fault tolerance it may be the autoscaler's. */
static bool pod_made_anew(const struct doctor *d, const struct loss *loss, const struct pod *p)
{
    return loss->ft_off && ended_by_loss(d, loss, p, p->created);
}

/* False too for a node that left in order. */
static bool node_died(const struct doctor *d, const struct loss *loss, const struct row *row)
{
    const struct raynode *n = ROW(row, raynode);
    const bool in_order = text_eq(n->death_reason, "EXPECTED_TERMINATION") || text_has(n->death_reason, "AUTOSCALER");
    if (row->gone_ms || !text_eq(n->ns, d->f->gcs_ns) || n->is_head != TRI_NO || !text_eq(n->state, "DEAD"))
        return false;
    return !in_order && ended_by_loss(d, loss, n->pod ? pod_named(d->w, d->f->ns, n->pod) : NULL, n->ended);
}

/* Is the worker of that Ray node reported already, as a pod or by a node before it? */
static bool worker_told(const struct doctor *d, const struct loss *loss, const struct row *node)
{
    const char *name = ROW(node, raynode)->pod;
    const struct pod *pod = name ? pod_named(d->w, d->f->ns, name) : NULL;
    if (!name) return false;
    if (pod && (pod_restarted(d, loss, pod) || pod_made_anew(d, loss, pod))) return true;
    WORLD_WITH(row, d->w, RAYNODE_BY_POD, d->f->gcs_ns, name)
    {
        if (row->order < node->order && node_died(d, loss, row)) return true;
    }
    return false;
}

static void check_dead_nodes(struct doctor *d, const struct loss *loss)
{
    char object[DOCTOR_OBJECT_MAX], when[32];
    WORLD_EACH (row, d->w, TABLE_RAYNODE) {
        const struct raynode *n = ROW(row, raynode);
        if (!node_died(d, loss, row) || worker_told(d, loss, row)) continue;
        snprintf(object, sizeof object, "Ray node %.12s", n->id ? n->id : "?");
        doctor_say(d, restart_rule(d, n->pod ? pod_named(d->w, d->f->ns, n->pod) : NULL), FINDING_WARNING, object,
                   "%s ended %s after the head was lost%s%s", n->pod ? n->pod : "a worker",
                   after_loss(loss, n->ended, when), n->death_message ? ": " : "",
                   n->death_message ? n->death_message : "");
    }
}

static void check_restarts(struct doctor *d)
{
    const struct pod *head = d->f->head;
    if (!head) {
        doctor_say(d, RULE_D4, FINDING_UNKNOWN, d->service, "there is no head pod");
        return;
    }
    const struct past_loss past = past_loss_of(d->w, d->f);
    if (past.kind == PAST_LOSS_UNKNOWN)
        doctor_say(d, RULE_D4, FINDING_UNKNOWN, d->service, "the time of the last head loss is unknown");
    if (past.kind != PAST_LOSS_SEEN) return;
    const struct loss loss = {
        .at_ms = past.wall_ms,
        .back_ms = head->started.known && head->started.value > past.wall_ms ? head->started.value : past.wall_ms,
        .ft_off = d->f->rayservice && d->f->rayservice->ft == TRI_NO,
    };
    char when[32];
    for (struct focus_pods at = focus_pods_of(d->w, d->f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (!is_worker(d, at.row)) continue;
        if (pod_restarted(d, &loss, p))
            doctor_say_pod(d, restart_rule(d, p), FINDING_WARNING, p, "restarted %s after the head was lost",
                           after_loss(&loss, p->restarted, when));
        else if (pod_made_anew(d, &loss, p))
            doctor_say_pod(d, RULE_D4, FINDING_WARNING, p, "created again %s after the head was lost",
                           after_loss(&loss, p->created, when));
    }
    check_dead_nodes(d, &loss);
}

/* ---- D17: what one loss takes ---- */

/* Judges the loss of the head's node as the answer does. Workers in one zone other than the head's survive that, but
 * not the loss of their zone. */
static void check_places(struct doctor *d)
{
    const struct placement n = placement_of(d->w, d->f);
    char why[DOCTOR_WHY_MAX], words[ANSWER_TEXT_MAX];
    const enum verdict verdict = placement_judge(&n, words);
    if (verdict == VERDICT_NO) {
        doctor_say(d, RULE_D17, FINDING_ERROR, d->service, "%s", words);
        return;
    }
    for (struct focus_pods at = focus_pods_of(d->w, d->f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (is_worker(d, at.row) && text_eq(p->node, n.head_node))
            doctor_say_pod(d, RULE_D17, FINDING_WARNING, p, "on the head's K8s node %s", p->node);
    }
    if (!n.head_node) doctor_say(d, RULE_D17, FINDING_UNKNOWN, d->service, "the head's K8s node is unknown");
    const bool nodes = doctor_reads(d, "kube/nodes", TABLE_KNODE, why);
    if (n.zones_differ) return;
    if (n.zoned < n.placed)
        doctor_say(d, RULE_D17, FINDING_UNKNOWN, d->service, "the zones of %zu of %zu workers are unknown%s%s",
                   n.placed - n.zoned, n.placed, nodes ? "" : ": ", why);
    else if (n.zone && n.placed > 1)
        doctor_say(d, RULE_D17, FINDING_WARNING, d->service, "all %zu workers are in the zone %s", n.placed, n.zone);
    else if (verdict == VERDICT_WARN && n.head_node && !n.head_zone)
        doctor_say(d, RULE_D17, FINDING_UNKNOWN, d->service, "the head's zone is unknown");
}

/* ---- of the manifest's rules, those that a pod shows ---- */

static void check_patience(struct doctor *d, const struct pod *p)
{
    if (!p->reconnect_s.known)
        doctor_say_pod(d, RULE_L12, FINDING_UNKNOWN, p, "its timeout for a new head is unknown");
    else if (p->reconnect_s.value <= RECONNECT_SHORT_S)
        doctor_say_pod(d, RULE_L12, FINDING_WARNING, p, "waits at most %llu s for a new head",
                       (unsigned long long)p->reconnect_s.value);
}

static void worker_settings(struct doctor *d)
{
    size_t without = 0, unknown = 0, workers = 0;
    /* Without fault tolerance (L9) workers do not wait for a new head. */
    const bool patient = !d->f->rayservice || d->f->rayservice->ft != TRI_NO;
    for (struct focus_pods at = focus_pods_of(d->w, d->f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (!is_worker(d, at.row)) continue;
        workers++;
        without += p->keepalive == TRI_NO;
        unknown += p->keepalive == TRI_UNKNOWN;
        if (patient) check_patience(d, p);
    }
    if (without)
        doctor_say(d, RULE_L28, FINDING_WARNING, d->service, "%zu of %zu worker pods have no gRPC keepalive", without,
                   workers);
    else if (unknown)
        doctor_say(d, RULE_L28, FINDING_UNKNOWN, d->service, "%zu of %zu worker pods have an unknown gRPC keepalive",
                   unknown, workers);
}

static void check_wiring(struct doctor *d)
{
    const struct rayservice *rs = d->f->rayservice;
    if (!rs) return;
    if (rs->ft == TRI_NO) doctor_say(d, RULE_L9, FINDING_ERROR, d->service, "its GCS has no fault tolerance");
    if (rs->ft == TRI_UNKNOWN)
        doctor_say(d, RULE_L9, FINDING_UNKNOWN, d->service, "its spec does not show whether its GCS is fault tolerant");
    if (rs->redis_password_inline == TRI_YES)
        doctor_say(d, RULE_L25, FINDING_WARNING, d->service, "its spec contains the Redis password in clear text");
}

void doctor_pods(struct doctor *d)
{
    static const enum rule_id rules[] = {RULE_D3, RULE_D4, RULE_D17, RULE_L12, RULE_L28};
    char why[DOCTOR_WHY_MAX];
    check_wiring(d);
    if (!doctor_reads(d, "kube/pods", TABLE_POD, why)) {
        for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
            doctor_say(d, rules[i], FINDING_UNKNOWN, d->service, "%s", why);
        return;
    }
    not_ready(d);
    check_restarts(d);
    check_places(d);
    worker_settings(d);
}
