/* reason.c - Why a pod does not start, by events and container states. */
#include "deploy/reason.h"

#include "backends/base/text.h"
#include "backends/world/serve_not_running.h"
#include "deploy/start_cause.h"

#include <stdio.h>

const struct event *reason_event(const struct world *w, const char *ns, const char *about, const char *uid,
                                 const char *reason, uint64_t since_ms)
{
    const struct event *found = NULL;
    WORLD_EACH (row, w, TABLE_EVENT) {
        const struct event *e = ROW(row, event);
        if (row->gone_ms || !event_is_about(e, ns, about, uid) || !e->message) continue;
        if (reason ? !text_eq(e->reason, reason) : !text_eq(e->type, "Warning")) continue;
        if (e->last.known && e->last.value < since_ms) continue;
        if (!found || (e->last.known && (!found->last.known || e->last.value >= found->last.value))) found = e;
    }
    return found;
}

/* With fault tolerance on, a head whose GCS does not reach Redis, or is refused by it, ends and is started again; its
 * container's state has no message. */
static bool redis_may_refuse(const struct pod *p)
{
    const bool ends = text_eq(p->status, "CrashLoopBackOff") || text_eq(p->status, "Error");
    return ends && text_eq(p->role, "head") && p->ft == TRI_YES;
}

static const char *cause_of_pod(const struct pod *p, const char *message)
{
    const char *cause = start_cause(message);
    if (cause || !redis_may_refuse(p)) return cause;
    return "its container ends again and again, as where the GCS cannot reach Redis or is refused by it: check Redis' "
           "address, its password and who may reach it, and kubectl logs --previous";
}

bool reason_of_pod(const struct world *w, const struct pod *p, char *ret, size_t size)
{
    const struct event *e = reason_event(w, p->ns, p->name, p->record.key, NULL, 0);
    if (p->is_ready == TRI_YES || p->deleted.known) return false;
    bool starts = text_eq(p->status, "Running") || text_eq(p->status, "ContainerCreating");
    const char *of_event = e ? cause_of_pod(p, e->message) : NULL, *of_state = cause_of_pod(p, p->message);
    if (!of_event) of_event = of_state; /* an event may say less: "Error: ImagePullBackOff" */
    if (e && (!starts || text_eq(p->phase, "Pending")))
        snprintf(ret, size, "pod %s is %s: %s%s%s: %s", p->name, p->status ? p->status : "–", of_event ? of_event : "",
                 of_event ? ": " : "", e->reason ? e->reason : "–", e->message);
    else
        snprintf(ret, size, "pod %s is %s%s%s%s%s", p->name, p->status ? p->status : "–", of_state ? ": " : "",
                 of_state ? of_state : "", p->message ? ": " : "",
                 p->message ? p->message
                 : starts   ? ", not ready yet"
                            : "");
    return true;
}

/* Serve's own words: an application or a deployment that does not run and says why. */
static bool reason_of_serve(const struct world *w, const struct focus *f, char *ret, size_t size)
{
    const struct serve_not_running s = serve_not_running_of(w, f);
    if (!s.message) return false;
    const char *cause = start_cause(s.message);
    snprintf(ret, size, "Serve: %s%s is %s: %s%s%s", s.upgrade ? "upgrade: " : "", s.name, s.status, cause ? cause : "",
             cause ? ": " : "", s.message);
    return true;
}

/* It runs or is about to, and nothing says why it is not ready: Serve knows more. */
static bool only_starts(const struct world *w, const struct pod *p)
{
    const bool starts = text_eq(p->status, "Running") || text_eq(p->status, "ContainerCreating");
    const bool warned = text_eq(p->phase, "Pending") && reason_event(w, p->ns, p->name, p->record.key, NULL, 0);
    return starts && !p->message && !warned;
}

static bool reason_of_pods(const struct world *w, const struct focus *f, const char *ns, bool starting, char *ret,
                           size_t size)
{
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (at.row->gone_ms || !text_eq(p->ns, ns) || only_starts(w, p) != starting) continue;
        if (reason_of_pod(w, p, ret, size)) return true;
    }
    return false;
}

void reason_of_service(const struct world *w, const char *ns, const char *service, char *ret, size_t size)
{
    struct focus f = focus_of(w, ns, service);
    ret[0] = '\0';
    if (reason_of_pods(w, &f, ns, false, ret, size)) return;
    if (reason_of_serve(w, &f, ret, size)) return;
    if (reason_of_pods(w, &f, ns, true, ret, size) || !f.rayservice) return;
    const struct event *e = reason_event(w, ns, service, f.rayservice->record.key, NULL, 0);
    if (e)
        snprintf(ret, size, "%s: %s", e->reason ? e->reason : "–", e->message);
    else if (f.rayservice->ready == TRI_NO && f.rayservice->ready_reason &&
             !text_eq(f.rayservice->ready_reason, "Initializing")) /* that it is not ready is known */
        snprintf(ret, size, "RayService: %s%s%s", f.rayservice->ready_reason, f.rayservice->ready_message ? ": " : "",
                 f.rayservice->ready_message ? f.rayservice->ready_message : "");
}

bool reason_of_redis_cleanup(const struct world *w, const char *ns, char *ret, size_t size)
{
    WORLD_EACH (row, w, TABLE_POD) {
        const struct pod *p = ROW(row, pod);
        if (!row->gone_ms && text_eq(p->ns, ns) && text_eq(p->role, "redis-cleanup") &&
            !text_eq(p->status, "Completed") && reason_of_pod(w, p, ret, size))
            return true;
    }
    return false;
}
