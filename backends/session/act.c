/* act.c - whether a session may change the cluster, and deleting the head pod. */
#include "backends/base/text.h"
#include "backends/session/session_priv.h"

#include <string.h>

struct kube *session_kube(const struct session *s, const struct kube_ops **ret_ops)
{
    if (s->kube) *ret_ops = s->kube_ops;
    return s->kube;
}

/* ---- what may be changed ---------------------------------------------------------------------------------------- */

/* Checks --read-only and config.yaml. */
static enum err config_allows(const struct session *s, struct why *why)
{
    const struct kube_where *where = session_where(s);
    const struct conf_cluster cluster = {where ? where->context : NULL, where ? where->server : NULL,
                                         where ? where->ca : NULL};

    if (s->conf->read_only) return why_set(why, ERR_GUARD, "--read-only takes this command away");
    if (conf_mark_of(s->conf, &cluster) != CONF_READONLY) return ERR_OK;
    return why_set(why, ERR_GUARD, "config.yaml says readonly: true for the context %s", where->context);
}

void session_allow_changes(struct session *s, uint64_t until_ms)
{
    s->changes_until_ms = until_ms;
}

void session_stop_changes(struct session *s, const char *why)
{
    snprintf(s->stopped, sizeof s->stopped, "%s", why);
}

enum err session_may_change(const struct session *s, struct why *why)
{
    if (s->replays) return why_set(why, ERR_GUARD, "a recording is replayed: nothing can be changed");
    if (s->stopped[0]) return why_set(why, ERR_GUARD, "%s", s->stopped);
    if (config_allows(s, why)) return ERR_GUARD;
    if (session_now_ms(s) < s->changes_until_ms) return ERR_OK;
    return why_set(why, ERR_GUARD,
                   s->changes_until_ms ? "READ-ONLY: this context is not armed any more"
                                       : "READ-ONLY: this context is not armed");
}

/* ---- killing the head ------------------------------------------------------------------------------------------ */

enum err session_may_delete(const struct session *s, struct why *why)
{
    struct focus f = session_focus(s);

    if (config_allows(s, why)) return ERR_GUARD;
    if (!s->kube) return why_set(why, ERR_UNSUPPORTED, "there is no Kubernetes to ask");
    if (!(s->kube_ops->caps & KUBE_CAN_DELETE) || !s->kube_ops->delete_pod)
        return why_set(why, ERR_UNSUPPORTED, "this kind of Kubernetes source cannot delete");
    const char *reason = NULL;
    if (session_may_delete_pods(s, &reason) == TRI_NO)
        return why_set(why, ERR_FORBIDDEN, "this user may not delete pods in %s%s%s", s->permission.ns,
                       reason ? ": " : "", reason ? reason : "");
    if (!f.head) return why_set(why, ERR_NOT_FOUND, "there is no head pod");
    return ERR_OK;
}

static void on_deleted(void *arg, enum err err, const char *why)
{
    struct session *s = arg;
    struct killing killing = s->killing;

    s->killing = (struct killing){.done = NULL};
    if (err == ERR_FORBIDDEN) session_permission_refresh(s);
    killing.done(killing.arg, err, why);
}

enum err session_kill_head(struct session *s, const char *uid, int64_t grace_s,
                           void (*done)(void *arg, enum err err, const char *why), void *arg, struct why *why)
{
    enum err err = session_may_delete(s, why);
    struct focus f = session_focus(s);

    if (!err) err = session_may_change(s, why);
    if (err) return err;
    if (!text_eq(f.head->record.key, uid))
        return why_set(why, ERR_GUARD, "the head pod is not the one that was confirmed: it is %s now", f.head->name);
    if (s->killing.done) return why_set(why, ERR_GUARD, "a delete is under way: its answer has not come yet");
    s->killing = (struct killing){done, arg};
    s->kube_ops->delete_pod(s->kube, f.head->ns, f.head->name, uid, grace_s, on_deleted, s);
    return ERR_OK;
}
