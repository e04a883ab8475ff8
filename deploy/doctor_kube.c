/* doctor_kube.c - the doctor's checks of Kubernetes objects. */
#include "backends/base/text.h"
#include "backends/world/answers_text.h"
#include "backends/world/redis_loss.h"
#include "backends/world/serve_not_running.h"
#include "deploy/doctor_priv.h"
#include "deploy/start_cause.h"

#include <stdio.h>
#include <string.h>

#define CLEANUP_FINALIZER "ray.io/gcs-ft-redis-cleanup-finalizer"
enum {
    CLEANUP_MS = 300 * 1000, /* the Job's deadline */
    UPGRADE_MS = 1800 * 1000 /* a large model takes many minutes to load */
};

/* ---- D1: the operator refuses the spec ---- */

static const struct event *refusal_event(const struct doctor *d)
{
    const struct event *last = NULL;
    WORLD_EACH (row, d->w, TABLE_EVENT) {
        const struct event *e = ROW(row, event);
        if (row->gone_ms) continue;
        if (!text_eq(e->reason, "InvalidRayServiceSpec") && !text_eq(e->reason, "InvalidRayServiceMetadata")) continue;
        const char *uid = d->f->rayservice ? d->f->rayservice->record.key : NULL;
        if (event_is_about(e, d->f->ns, d->f->service, uid) && (!last || e->last.value >= last->last.value)) last = e;
    }
    return last;
}

static void check_refusals(struct doctor *d)
{
    const struct rayservice *rs = d->f->rayservice;
    char why[DOCTOR_WHY_MAX];
    if (!doctor_needs(d, RULE_D1, d->service, "kube/rayservices", TABLE_RAYSERVICE)) return;
    if (!rs) {
        doctor_say(d, RULE_D1, FINDING_UNKNOWN, d->service, "no RayService is in focus");
        return;
    }
    if (rs->ready == TRI_NO && rs->ready_reason && text_has(rs->ready_reason, "ValidationFailed")) {
        doctor_say(d, RULE_D1, FINDING_ERROR, d->service, "%s: %s", rs->ready_reason,
                   rs->ready_message ? rs->ready_message : "no message");
        return;
    }
    /* Operators before 1.3 lack this condition; events are kept for an hour. */
    const struct event *e = refusal_event(d);
    /* A refused edit of a running service leaves Ready=True. If the operator has since observed the newest spec, that
     * one was not refused. */
    if (rs->unseen == TRI_NO && rs->ready == TRI_YES) return;
    if (e && rs->ready == TRI_YES && rs->unseen == TRI_UNKNOWN)
        doctor_say(d, RULE_D1, FINDING_UNKNOWN, d->service, "%s: %s; it is unknown whether it was corrected since",
                   e->reason, e->message ? e->message : "no message");
    else if (e)
        doctor_say(d, RULE_D1, FINDING_ERROR, d->service, "%s: %s", e->reason, e->message ? e->message : "no message");
    else if ((rs->ready == TRI_UNKNOWN || rs->unseen == TRI_YES) && !doctor_reads(d, "kube/events", TABLE_EVENT, why))
        doctor_say(d, RULE_D1, FINDING_UNKNOWN, d->service, "no condition reports it, and events cannot be read (%s)",
                   why);
}

/* ---- D2: the users' route ---- */

static void check_endpoints(struct doctor *d)
{
    const struct rayservice *rs = d->f->rayservice;
    const struct serve_endpoints e = serve_endpoints_of(d->w, d->f);
    char why[DOCTOR_WHY_MAX];
    const bool read = doctor_reads(d, "kube/endpointslices", TABLE_SLICE, why) || e.known;
    if (!d->f->service) {
        doctor_say(d, RULE_D2, FINDING_UNKNOWN, d->service, "no RayService is in focus");
    } else if (!read || !e.known) {
        /* by the operator's count: of two, one is not the head's */
        if (rs && rs->serve_endpoints.known && rs->serve_endpoints.value >= 2) return;
        if (rs && rs->serve_endpoints.known)
            doctor_say(d, RULE_D2, FINDING_WARNING, d->service, "%llu Serve endpoints according to the operator",
                       (unsigned long long)rs->serve_endpoints.value);
        else
            doctor_say(d, RULE_D2, FINDING_UNKNOWN, d->service, "the endpoints of %s-serve-svc are unknown%s%s",
                       d->f->service, why[0] ? ": " : "", why);
    } else if (e.ready == 0) {
        doctor_say(d, RULE_D2, FINDING_ERROR, d->service, "no ready Serve endpoint");
    } else if (e.besides_head == 0) {
        doctor_say(d, RULE_D2, FINDING_ERROR, d->service, "the only Serve endpoint is the head's");
    } else if (e.besides_head == 1) {
        doctor_say(d, RULE_D2, FINDING_WARNING, d->service, "one Serve endpoint besides the head: %zu ready in all",
                   e.ready);
    }
}

/* ---- D22: an upgrade that does not end ---- */

/* The old cluster goes on serving, so that nothing else shows it. */
static void check_upgrade(struct doctor *d)
{
    const struct rayservice *rs = d->f->rayservice;
    char age[32];
    if (!rs || !rs->active_cluster || !rs->pending_cluster || text_eq(rs->active_cluster, rs->pending_cluster)) return;
    WORLD_EACH (row, d->w, TABLE_RAYCLUSTER) {
        const struct raycluster *c = ROW(row, raycluster);
        if (row->gone_ms || !text_eq(c->ns, d->f->ns) || !text_eq(c->name, rs->pending_cluster)) continue;
        if (!c->created.known || d->ask->wall_ms < c->created.value + UPGRADE_MS) return;
        doctor_say(d, RULE_D22, FINDING_WARNING, d->service, "the new cluster %s is not ready after %s", c->name,
                   doctor_seconds(age, d->ask->wall_ms - c->created.value));
        return;
    }
}

/* ---- D19: what Serve does not run ---- */

/* Deployments without a status are only configured. */
static bool any_status(const struct deployment *deployments, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (deployments[i].app_status) return true;
    return false;
}

/* Empty statuses are ignored: KubeRay clears them while the head does not answer. */
static bool applications_known(const struct doctor *d)
{
    const struct rayservice *r = d->f->rayservice;
    const struct row *serve = r ? world_find(d->w, TABLE_SERVEAPP, r->record.key) : NULL;
    const struct source *s = serve && !serve->gone_ms ? world_source_named(d->w, serve->source) : NULL;
    const bool live = s && source_freshness(s, d->ask->now_ms, NULL) == FRESH_LIVE;
    return (live && any_status(ROW(serve, serveapp)->deployments, ROW(serve, serveapp)->deployments_count)) ||
           (r && (any_status(r->deployments, r->deployments_count) || any_status(r->pending, r->pending_count)));
}

static void check_applications(struct doctor *d)
{
    const struct serve_not_running s = serve_not_running_of(d->w, d->f);
    char words[FINDING_TEXT_MAX];
    const char *cause = start_cause(s.message);
    if (s.failed)
        doctor_say(d, RULE_D19, FINDING_ERROR, d->service, "%s%s%s", cause ? cause : "", cause ? ": " : "",
                   serve_not_running_words(&s, words, sizeof words));
    else if (doctor_needs(d, RULE_D19, d->service, "kube/rayservices", TABLE_RAYSERVICE) && !applications_known(d))
        doctor_say(d, RULE_D19, FINDING_UNKNOWN, d->service,
                   "neither KubeRay nor the Serve API reports an application");
}

/* ---- D13: a cleanup that hangs ---- */

static void check_cleanups(struct doctor *d)
{
    char object[DOCTOR_OBJECT_MAX], age[32];
    if (!doctor_needs(d, RULE_D13, d->service, "kube/rayclusters", TABLE_RAYCLUSTER)) return;
    WORLD_EACH (row, d->w, TABLE_RAYCLUSTER) {
        const struct raycluster *c = ROW(row, raycluster);
        if (d->f->ns && !text_eq(c->ns, d->f->ns)) continue;
        if (row->gone_ms || !c->deleted.known || d->ask->wall_ms < c->deleted.value + CLEANUP_MS) continue;
        if (!c->finalizers || !text_has(c->finalizers, CLEANUP_FINALIZER)) continue;
        snprintf(object, sizeof object, "RayCluster %.100s/%.200s", c->ns ? c->ns : "?", c->name ? c->name : "?");
        doctor_say(d, RULE_D13, FINDING_ERROR, object, "Terminating for %s, finalizers: %s",
                   doctor_seconds(age, d->ask->wall_ms - c->deleted.value), CLEANUP_FINALIZER);
    }
}

/* ---- D14: permissions ---- */

static void check_permissions(struct doctor *d)
{
    for (size_t i = 0; i < world_sources(d->w); i++) {
        const struct source *s = world_source(d->w, i);
        /* Reported as kube/secrets, or as D5: no role grants what Redis refuses. */
        const bool elsewhere = s->world == WORLD_REDIS && (doctor_secret_denied(d) || s->err == ERR_AUTH);
        if (source_is_partial(s)) doctor_say(d, RULE_D14, FINDING_INFO, s->id, "%s", s->why ? s->why : "");
        if (s->state == SOURCE_DENIED && !elsewhere)
            doctor_say(d, RULE_D14, FINDING_INFO, s->id, "denied: %s", s->why && *s->why ? s->why : err_word(s->err));
    }
    if (d->ask->may_delete == TRI_NO)
        doctor_say(d, RULE_D14, FINDING_INFO, "x k", "this user may not delete pods%s%s", d->ask->may_why ? ": " : "",
                   d->ask->may_why ? d->ask->may_why : "");
    if (d->ask->may_delete == TRI_UNKNOWN)
        doctor_say(d, RULE_D14, FINDING_UNKNOWN, "x k", "it is unknown whether this user may delete pods%s%s",
                   d->ask->may_why ? ": " : "", d->ask->may_why ? d->ask->may_why : "");
}

/* ---- D15: the dashboard's token ---- */

static void check_token(struct doctor *d)
{
    const struct pod *head = d->f->head;
    const struct source *serve = world_source_named(d->w, "serve");
    const char *version = doctor_ray_version(d);
    char why[DOCTOR_WHY_MAX];
    if (serve && source_freshness(serve, d->ask->now_ms, NULL) == FRESH_LIVE && serve->last_alive_ms) return;
    if (serve && serve->state == SOURCE_DENIED && serve->err == ERR_AUTH) {
        doctor_say(d, RULE_D15, FINDING_INFO, d->service, "the dashboard refuses raydeck's requests (%s)%s%s",
                   serve->why ? serve->why : "401", version ? "; Ray " : "", version ? version : "");
        return;
    }
    const enum tri from = doctor_version_from(version, 2, 52);
    if (from == TRI_NO) return;
    if (!head) {
        const bool read = doctor_reads(d, "kube/pods", TABLE_POD, why);
        doctor_say(d, RULE_D15, FINDING_UNKNOWN, d->service, "%s", read ? "there is no head pod" : why);
    } else if (head->token_auth == TRI_UNKNOWN) {
        doctor_say_pod(d, RULE_D15, FINDING_UNKNOWN, head, "RAY_AUTH_MODE of its environment is unknown");
    } else if (head->token_auth == TRI_YES) {
        doctor_say_pod(d, RULE_D15, FINDING_INFO, head, "RAY_AUTH_MODE=token: raydeck does not read Serve's status");
    }
}

/* ---- D18: versions that leave their state behind ---- */

static void check_versions(struct doctor *d)
{
    const struct rayservice *rs = d->f->rayservice;
    const struct redis *r = d->f->redis;
    const char *ray = doctor_ray_version(d), *kuberay = d->f->head ? d->f->head->kuberay : NULL;
    if (doctor_version_from(ray, 2, 10) == TRI_NO)
        doctor_say(d, RULE_D21, FINDING_WARNING, d->service, "%s%s", text_has(ray, "Ray") ? "" : "Ray ", ray);
    if (rs && rs->ft == TRI_NO) return;
    if (doctor_version_from(kuberay, 1, 0) == TRI_NO)
        doctor_say(d, RULE_D18, FINDING_WARNING, d->service, "KubeRay %s does not clean up Redis", kuberay);
    else if (doctor_version_from(kuberay, 1, 1) == TRI_NO)
        doctor_say(d, RULE_D18, FINDING_WARNING, d->service,
                   "KubeRay %s: a failed cleanup Job blocks the deletion of the RayCluster for ever", kuberay);
    if (!redis_is_elasticache(d->f)) {
        if (!(r && r->address) && !(rs && rs->redis_address))
            doctor_say(d, RULE_D18, FINDING_UNKNOWN, d->service, "the address of its Redis is unknown");
        return;
    }
    const enum tri newer = doctor_version_from(ray, 2, 50);
    if (newer == TRI_NO)
        doctor_say(d, RULE_D18, FINDING_WARNING, d->service, "%s%s on ElastiCache", text_has(ray, "Ray") ? "" : "Ray ",
                   ray);
    if (newer == TRI_UNKNOWN)
        doctor_say(d, RULE_D18, FINDING_UNKNOWN, d->service, "on ElastiCache, with an unknown version of Ray");
}

void doctor_kube(struct doctor *d)
{
    check_refusals(d);
    check_endpoints(d);
    check_upgrade(d);
    check_applications(d);
    check_cleanups(d);
    check_permissions(d);
    check_token(d);
    check_versions(d);
}
