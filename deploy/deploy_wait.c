/* deploy_wait.c - waits until KubeRay has accepted the RayService, and until Serve answers. */
#include "deploy/deploy_priv.h"
#include "deploy/reason.h"
#include "deploy/service_parse.h"

#include <string.h>

enum { SKEW_MS = 2000, READY_READS = 8, BEHIND_READS = 8 };

/* ---- accepted ---- */

static void service_refused(struct deploy *d, const char *reason, const char *message)
{
    step_error(&d->engine, ERR_PARSE, "%s: %s", reason, message);
    step_log(&d->engine, TONE_PLAIN,
             "everything was applied; nothing starts until the manifest is corrected and applied again");
    step_fail(&d->engine, ERR_PARSE, "KubeRay refuses the RayService: %s: %s", reason, message);
}

/* KubeRay does not update an unchanged status, so observedGeneration may stay outdated. */
static bool is_current(struct deploy *d, const struct service_seen *s)
{
    return s->current || ((s->pending[0] || s->active[0]) && ++d->reads_behind > BEHIND_READS);
}

static void accepted_decide(struct deploy *d, const struct service_seen *s)
{
    uint64_t since = d->applied_wall_ms > SKEW_MS ? d->applied_wall_ms - SKEW_MS : 0;
    const char *uid = s->uid[0] ? s->uid : NULL; /* events of an earlier one of that name are not its own */
    const struct event *e =
        d->conf.world ? reason_event(d->conf.world, d->ns, d->service, uid, "InvalidRayServiceSpec", since) : NULL;
    if (s->refused && s->current) {
        service_refused(d, "ValidationFailed", s->message);
    } else if (e) {
        service_refused(d, "InvalidRayServiceSpec", e->message);
    } else if (is_current(d, s) && (s->pending[0] || s->active[0])) {
        step_log(&d->engine, TONE_PLAIN, "accepted by KubeRay: RayCluster %s", s->pending[0] ? s->pending : s->active);
        step_next(&d->engine);
    } else {
        step_unmet(&d->engine);
    }
}

/* ---- answering ---- */

static void answering_decide(struct deploy *d, const struct service_seen *s)
{
    char text[STEP_TEXT_MAX] = "", reason[STEP_TEXT_MAX] = "";
    bool ready = s->ready == TRI_YES && is_current(d, s) && !s->upgrading;
    enum tri answers =
        d->conf.hooks.answering ? d->conf.hooks.answering(d->conf.hooks.arg, text, sizeof text) : TRI_UNKNOWN;
    /* Unknown: no probe yet, or probes are off. Once Ready, waits a few reads for a probe. */
    if (ready && answers == TRI_UNKNOWN && d->conf.hooks.answering && d->reads_ready++ < READY_READS) answers = TRI_NO;
    if (ready && answers != TRI_NO) {
        step_log(&d->engine, TONE_PLAIN, "RayService is Ready (%s)%s%s", s->reason, text[0] ? "; " : "", text);
        if (answers == TRI_UNKNOWN)
            step_log(&d->engine, TONE_PLAIN, "no probe observed: only KubeRay reports that Serve answers");
        step_finish(&d->engine, ERR_OK, "deployed");
        return;
    }
    if (d->conf.world) reason_of_service(d->conf.world, d->ns, d->service, reason, sizeof reason);
    if (!reason[0] && ready) snprintf(reason, sizeof reason, "%s", text);
    if (!reason[0]) snprintf(reason, sizeof reason, "RayService: %s", s->reason[0] ? s->reason : "no status yet");
    step_wait_text(&d->engine, "%s", reason);
    step_unmet(&d->engine);
}

/* ---- once a second ---- */

static void on_service(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    struct service_seen seen;
    if (a->err == ERR_NOT_FOUND) {
        step_fail(&d->engine, ERR_NOT_FOUND, "the RayService was deleted");
        return;
    }
    if (a->err) {
        step_unread(&d->engine, a->why);
        return;
    }
    service_parse(a->object, &seen);
    if (step_index(&d->engine) == DEPLOY_ACCEPTED)
        accepted_decide(d, &seen);
    else
        answering_decide(d, &seen);
}

static void service_read(void *arg)
{
    struct deploy *d = arg;
    const struct item *service = deploy_service_item(d);
    object_get(&d->engine.cluster, service->kind, d->ns, d->service, on_service, d);
}

static void accepted_late(void *arg)
{
    struct deploy *d = arg;
    const char *last = step_waits_for(&d->engine);
    step_error(&d->engine, ERR_TIMEOUT, "KubeRay has not updated its status: is the operator running? (%s)", last);
    step_fail(&d->engine, ERR_TIMEOUT, "everything was applied; timed out waiting for KubeRay to accept it: %s", last);
}

static void answering_late(void *arg)
{
    struct deploy *d = arg;
    const char *last = step_waits_for(&d->engine);
    step_error(&d->engine, ERR_TIMEOUT, "Serve does not answer: %s", last);
    step_fail(&d->engine, ERR_TIMEOUT, "everything was applied; timed out waiting for Serve to answer: %s", last);
}

void deploy_accepted(void *arg)
{
    struct deploy *d = arg;
    step_poll(&d->engine, &(struct step_poll){.read = service_read,
                                              .every_ms = d->conf.poll_ms,
                                              .limit_ms = d->conf.accept_ms,
                                              .late = accepted_late});
}

void deploy_answering(void *arg)
{
    struct deploy *d = arg;
    step_poll(&d->engine, &(struct step_poll){.read = service_read,
                                              .every_ms = d->conf.poll_ms,
                                              .limit_ms = d->conf.answer_ms,
                                              .late = answering_late});
}
