/*
 * permission.c - reviews whether this user may delete pods in the watched namespace (SelfSubjectAccessReview): again on
 * a refresh, after a 403, and every PERMISSION_EVERY_MS. Discards the answer for another namespace.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/session/session_priv.h"

#include <stdlib.h>

enum {
    PERMISSION_EVERY_MS = 5 * 60 * 1000,
    PERMISSION_RETRY_MS = 30 * 1000, /* after a failed review, and minimum interval after 403s */
};

static void on_review(void *arg, enum tri answer, const char *why);

static void review_send(struct session *s, uint64_t now_ms)
{
    struct permission *p = &s->permission;

    p->again = p->requested_ns != NULL;
    if (p->again || !p->ns || !s->kube_ops->may) return;
    p->requested_ns = mem_str(p->ns);
    p->requested_ms = now_ms;
    s->kube_ops->may(s->kube, "delete", "pods", p->requested_ns, on_review, s);
}

static void on_review(void *arg, enum tri answer, const char *why)
{
    struct session *s = arg;
    struct permission *p = &s->permission;
    const uint64_t now = session_now_ms(s);
    char *asked = p->requested_ns;

    p->requested_ns = NULL;
    if (text_eq(asked, p->ns)) {
        p->answered = true;
        p->may_delete = answer;
        free(p->why);
        p->why = mem_str(why);
        p->due_ms = now + (answer == TRI_UNKNOWN ? PERMISSION_RETRY_MS : PERMISSION_EVERY_MS);
        session_publish_time(s, now);
    } else {
        p->again = true;
    }
    free(asked);
    if (p->again) review_send(s, now);
}

void session_permission_set_namespace(struct session *s, const char *ns)
{
    struct permission *p = &s->permission;

    if (text_eq(p->ns, ns)) return;
    free(p->ns);
    free(p->why);
    p->ns = mem_str(ns);
    p->why = NULL;
    p->may_delete = TRI_UNKNOWN;
    p->answered = false;
    review_send(s, session_now_ms(s));
}

void session_permission_tick(struct session *s, uint64_t now_ms)
{
    const struct permission *p = &s->permission;

    if (s->kube && p->ns && !p->requested_ns && now_ms >= p->due_ms) review_send(s, now_ms);
}

void session_permission_refresh(struct session *s)
{
    if (s->kube && s->permission.ns) review_send(s, session_now_ms(s));
}

void session_permission_doubt(struct session *s)
{
    struct permission *p = &s->permission;
    const uint64_t soonest = p->requested_ms + PERMISSION_RETRY_MS;

    if (p->due_ms > soonest) p->due_ms = soonest;
    session_permission_tick(s, session_now_ms(s));
}

void session_permission_done(struct session *s)
{
    free(s->permission.ns);
    free(s->permission.requested_ns);
    free(s->permission.why);
}

/* Of the head's namespace, which may just have been chosen. */
static bool is_of_focus(const struct session *s)
{
    struct focus f = session_focus(s);

    return s->permission.ns && (!f.head || text_eq(f.head->ns, s->permission.ns));
}

enum tri session_may_delete_pods(const struct session *s, const char **ret_why)
{
    const struct permission *p = &s->permission;

    *ret_why = !s->kube ? "there is no Kubernetes" : is_of_focus(s) && p->why && *p->why ? p->why : NULL;
    return s->kube && is_of_focus(s) ? p->may_delete : TRI_UNKNOWN;
}

bool session_permission_waits(const struct session *s)
{
    return s->kube && s->kube_ops->may && !(is_of_focus(s) && s->permission.answered);
}
