/* deploy_wait.c - after applying: until KubeRay has accepted the RayService, and until Serve answers. */
#include "deploy/deploy_priv.h"
#include "deploy/reason.h"
#include "deploy/service_parse.h"

#include <string.h>

enum { SKEW_MS = 2000, READY_LOOKS = 8, BEHIND_LOOKS = 8 };

static void service_look(struct deploy *d);

static enum deploy_step step_of(const struct deploy *d)
{
    return d->steps.item[DEPLOY_ANSWERING].state == STEP_RUNNING ? DEPLOY_ANSWERING : DEPLOY_ACCEPTED;
}

/* ---- accepted ---- */

static void service_accepted(struct deploy *d, const struct service_seen *s)
{
    steps_say(&d->steps, DEPLOY_ACCEPTED, TONE_PLAIN, "KubeRay has accepted it: RayCluster %s",
              s->pending[0]  ? s->pending
              : s->active[0] ? s->active
                             : "is being made");
    steps_end(&d->steps, DEPLOY_ACCEPTED);
    steps_begin(&d->steps, DEPLOY_ANSWERING);
    d->wait_end_ms = loop_now_ms() + d->conf.answer_ms;
}

static void service_refused(struct deploy *d, const char *reason, const char *message)
{
    steps_say(&d->steps, DEPLOY_ACCEPTED, TONE_BAD, "%s: %s", reason, message);
    steps_say(&d->steps, DEPLOY_ACCEPTED, TONE_PLAIN,
              "everything was applied, and nothing of it starts until the manifest is put right and applied again");
    steps_end(&d->steps, DEPLOY_ACCEPTED);
    deploy_end(d, ERR_PARSE, "KubeRay refuses the RayService: %s: %s", reason, message);
}

/* KubeRay does not write its status anew where nothing in it changed: its observedGeneration may stay behind for good.
 */
static bool is_current(struct deploy *d, const struct service_seen *s)
{
    return s->current || ((s->pending[0] || s->active[0]) && ++d->looks_behind > BEHIND_LOOKS);
}

/* Returns whether the wait for acceptance is over, one way or the other. */
static bool look_accepted(struct deploy *d, const struct service_seen *s)
{
    uint64_t since = d->applied_wall_ms > SKEW_MS ? d->applied_wall_ms - SKEW_MS : 0;
    const struct event *e =
        d->conf.world ? reason_event(d->conf.world, d->ns, d->service, "InvalidRayServiceSpec", since) : NULL;
    if (s->refused && s->current)
        service_refused(d, "ValidationFailed", s->message);
    else if (e)
        service_refused(d, "InvalidRayServiceSpec", e->message);
    else if (is_current(d, s) && (s->pending[0] || s->active[0]))
        service_accepted(d, s);
    else
        return false;
    return true;
}

/* ---- answering ---- */

static bool look_answering(struct deploy *d, const struct service_seen *s)
{
    char text[STEP_TEXT_MAX] = "", reason[STEP_TEXT_MAX] = "";
    bool ready = s->ready == TRI_YES && is_current(d, s) && !s->upgrading;
    enum tri answers = d->calls.answering ? d->calls.answering(d->calls.arg, text, sizeof text) : TRI_UNKNOWN;
    /* Unknown: no probe yet, or none is sent. Once Ready, one has a few looks' time to come. */
    if (ready && answers == TRI_UNKNOWN && d->calls.answering && d->looks_ready++ < READY_LOOKS) answers = TRI_NO;
    if (ready && answers != TRI_NO) {
        steps_say(&d->steps, DEPLOY_ANSWERING, TONE_PLAIN, "RayService is Ready (%s)%s%s", s->reason,
                  text[0] ? "; " : "", text);
        if (answers == TRI_UNKNOWN)
            steps_say(&d->steps, DEPLOY_ANSWERING, TONE_PLAIN,
                      "no probe was seen: that Serve answers is KubeRay's word, not observed");
        steps_end(&d->steps, DEPLOY_ANSWERING);
        deploy_end(d, ERR_OK, "deployed");
        return true;
    }
    if (d->conf.world) reason_of_service(d->conf.world, d->ns, d->service, reason, sizeof reason);
    if (!reason[0] && ready) snprintf(reason, sizeof reason, "%s", text);
    if (!reason[0]) snprintf(reason, sizeof reason, "RayService: %s", s->reason[0] ? s->reason : "no status yet");
    memcpy(d->last, reason, sizeof d->last);
    steps_now(&d->steps, DEPLOY_ANSWERING, "%s", reason);
    return false;
}

/* ---- once a second ---- */

static void too_late(struct deploy *d)
{
    enum deploy_step step = step_of(d);
    const char *last = d->last[0] ? d->last : "nothing was said";
    if (step == DEPLOY_ACCEPTED)
        steps_say(&d->steps, step, TONE_BAD, "KubeRay has not said a word about it: does its operator run? (%s)", last);
    else
        steps_say(&d->steps, step, TONE_BAD, "still not answering: %s", last);
    steps_end(&d->steps, step);
    deploy_end(d, ERR_TIMEOUT, "everything was applied; not %s in time: %s",
               step == DEPLOY_ACCEPTED ? "accepted" : "answering", last);
}

static void on_look(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    struct service_seen seen;
    bool over = false;
    d->call = NULL;
    if (a->err == ERR_NOT_FOUND) {
        steps_say(&d->steps, step_of(d), TONE_BAD, "the RayService was deleted meanwhile");
        steps_end(&d->steps, step_of(d));
        deploy_end(d, ERR_NOT_FOUND, "the RayService was deleted meanwhile");
        return;
    }
    if (a->err) {
        /* A cut line is no news about the service: it is asked again. */
        snprintf(d->last, sizeof d->last, "the API server: %s", a->why);
        steps_now(&d->steps, step_of(d), "%s", d->last);
    } else {
        service_parse(a->object, &seen);
        if (step_of(d) == DEPLOY_ACCEPTED) over = look_accepted(d, &seen) && d->over;
        if (!d->over && step_of(d) == DEPLOY_ANSWERING) over = look_answering(d, &seen);
    }
    if (over || d->over) return;
    if (loop_now_ms() >= d->wait_end_ms)
        too_late(d);
    else
        deploy_soon(d, service_look, d->conf.look_ms);
}

static void service_look(struct deploy *d)
{
    const struct item *service = deploy_service_item(d);
    d->call = object_get(&d->conf.cluster, service->kind, d->ns, d->service, on_look, d);
}

void deploy_wait(struct deploy *d)
{
    d->wait_end_ms = loop_now_ms() + d->conf.accept_ms;
    d->last[0] = '\0';
    steps_begin(&d->steps, DEPLOY_ACCEPTED);
    service_look(d);
}
