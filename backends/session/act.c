/* act.c - whether a session may change the cluster; deleting the head pod or a worker, killing gcs_server, a shell. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/session/session_priv.h"

#include <stdlib.h>
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

void session_hold_lease(struct session *s, const char *path)
{
    char *copy = mem_str(path);

    free(s->lease);
    s->lease = copy;
}

/* ---- deleting a pod -------------------------------------------------------------------------------------------- */

enum err session_may_delete_worker(const struct session *s, struct why *why)
{
    if (config_allows(s, why)) return ERR_GUARD;
    if (!s->kube) return why_set(why, ERR_UNSUPPORTED, "there is no Kubernetes");
    if (!(s->kube_ops->caps & KUBE_CAN_DELETE) || !s->kube_ops->delete_pod)
        return why_set(why, ERR_UNSUPPORTED, "this kind of Kubernetes source cannot delete");
    const char *reason = NULL;
    if (session_may_delete_pods(s, &reason) == TRI_NO)
        return why_set(why, ERR_FORBIDDEN, "this user may not delete pods in %s%s%s", s->permission.ns,
                       reason ? ": " : "", reason ? reason : "");
    return ERR_OK;
}

enum err session_may_delete(const struct session *s, struct why *why)
{
    const enum err err = session_may_delete_worker(s, why);

    if (err || session_focus(s).head) return err;
    return why_set(why, ERR_NOT_FOUND, "there is no head pod");
}

void session_killing_done(struct killing *k)
{
    free(k->uid);
    free(k->pod);
    k->uid = k->pod = NULL;
}

static void fault_begin(struct session *s, const struct pod *pod,
                        void (*done)(void *arg, enum err err, const char *why), void *arg)
{
    s->killing = (struct killing){.done = done,
                                  .arg = arg,
                                  .uid = mem_str(pod->record.key),
                                  .pod = mem_printf("%s/%s", pod->ns, pod->name),
                                  .sent_ms = session_now_ms(s)};
}

static void fault_end(struct session *s, enum err err, const char *why)
{
    struct killing killing = s->killing;

    s->killing = (struct killing){.done = NULL};
    if (err == ERR_FORBIDDEN) session_permission_refresh(s);
    session_killing_done(&killing);
    killing.done(killing.arg, err, why);
}

static void on_deleted(void *arg, enum err err, const char *why)
{
    fault_end(arg, err, why);
}

/* One at a time. */
static enum err fault_may_begin(const struct session *s, struct why *why)
{
    if (session_may_change(s, why)) return ERR_GUARD;
    if (s->killing.done) return why_set(why, ERR_GUARD, "a delete is under way: its answer has not come yet");
    return ERR_OK;
}

/* Of the head pod of that UID and no other. */
static enum err head_fault_may_begin(const struct session *s, const struct focus *f, const char *uid, struct why *why)
{
    const enum err err = fault_may_begin(s, why);

    if (err) return err;
    if (!f->head || !text_eq(f->head->record.key, uid))
        return why_set(why, ERR_GUARD, "the head pod is not the one that was confirmed: it is %s now",
                       f->head ? f->head->name : "none");
    return ERR_OK;
}

enum err session_kill_head(struct session *s, const char *uid, int64_t grace_s,
                           void (*done)(void *arg, enum err err, const char *why), void *arg, struct why *why)
{
    enum err err = session_may_delete(s, why);
    struct focus f = session_focus(s);

    if (!err) err = head_fault_may_begin(s, &f, uid, why);
    if (err) return err;
    fault_begin(s, f.head, done, arg);
    s->kube_ops->delete_pod(s->kube, f.head->ns, f.head->name, uid, grace_s, on_deleted, s);
    return ERR_OK;
}

/* NULL: there is none of that UID, or it is another service's, another role's, or being deleted already. */
static const struct pod *worker_of_uid(const struct session *s, const struct focus *f, const char *uid)
{
    const struct row *row = world_find(session_world(s), TABLE_POD, uid);
    const struct pod *pod = row && !row->gone_ms ? ROW(row, pod) : NULL;

    return pod && focus_has_pod(f, pod) && text_eq(pod->role, "worker") && !pod->deleted.known ? pod : NULL;
}

enum err session_kill_worker(struct session *s, const char *uid, int64_t grace_s,
                             void (*done)(void *arg, enum err err, const char *why), void *arg, struct why *why)
{
    enum err err = session_may_delete_worker(s, why);
    struct focus f = session_focus(s);
    const struct pod *pod = worker_of_uid(s, &f, uid);

    if (!err) err = fault_may_begin(s, why);
    if (err) return err;
    if (!pod) return why_set(why, ERR_GUARD, "the pod that was confirmed is no living worker of this RayService now");
    fault_begin(s, pod, done, arg);
    s->kube_ops->delete_pod(s->kube, pod->ns, pod->name, uid, grace_s, on_deleted, s);
    return ERR_OK;
}

/* ---- killing gcs_server ----------------------------------------------------------------------------------------- */

enum { KILLED_LINE_MAX = 128 };

enum err session_may_exec(const struct session *s, struct why *why)
{
    struct focus f = session_focus(s);

    if (config_allows(s, why)) return ERR_GUARD;
    if (!s->kube) return why_set(why, ERR_UNSUPPORTED, "there is no Kubernetes");
    if (!s->kube_ops->exec) return why_set(why, ERR_UNSUPPORTED, "this kind of Kubernetes source cannot exec");
    if (!f.head) return why_set(why, ERR_NOT_FOUND, "there is no head pod");
    return ERR_OK;
}

/* KubeRay takes a pod's first container for Ray's. */
static const char *ray_container(const struct pod *pod)
{
    for (size_t i = 0; i < pod->list_count; i++)
        if (pod->list[i].init != TRI_YES) return pod->list[i].name;
    return NULL;
}

/* It is T0 of what follows, and what a recording keeps of it. */
static void killed_emit(struct session *s, const char *line)
{
    struct change *c = change_new(CHANGE_KILLED, "kube/pods", WORLD_KUBE);

    c->at_ms = session_now_ms(s);
    c->table = TABLE_POD;
    c->key = mem_str(s->killing.uid);
    c->detail = mem_str(s->killing.pod);
    c->why = text_safe(line, strcspn(line, "\r\n"), TEXT_ONE_LINE, KILLED_LINE_MAX);
    c->number = c->at_ms > s->killing.sent_ms ? c->at_ms - s->killing.sent_ms : 0;
    sink_put(&s->sink, c);
}

static void on_executed(void *arg, enum err err, const char *out, const char *why)
{
    struct session *s = arg;
    struct why own = {0};

    if (*out) killed_emit(s, out);
    if (*out) err = ERR_OK; /* it was killed, however kubectl ended */
    if (!err && !*out) err = why_set(&own, ERR_NOT_FOUND, "there is no process gcs_server in the head's container");
    fault_end(arg, err, err ? (*own.text ? own.text : why) : out);
}

enum err session_kill_gcs(struct session *s, const char *uid, void (*done)(void *arg, enum err err, const char *why),
                          void *arg, struct why *why)
{
    /* Neither pkill nor ps need be in the image. comm(5) has at most 15 bytes, which gcs_server fits into. */
    static const char *const command[] = {
        "/bin/sh", "-c",
        "for c in /proc/[0-9]*/comm; do read -r n <\"$c\" || continue; [ \"$n\" = gcs_server ] || continue; "
        "p=${c#/proc/}; kill -9 \"${p%/comm}\" && echo \"killed gcs_server, pid ${p%/comm}\"; done 2>/dev/null; true",
        NULL};
    enum err err = session_may_exec(s, why);
    struct focus f = session_focus(s);

    if (!err) err = head_fault_may_begin(s, &f, uid, why);
    if (err) return err;
    const struct kube_in_container in = {.ns = f.head->ns, .pod = f.head->name, .container = ray_container(f.head)};
    fault_begin(s, f.head, done, arg);
    s->kube_ops->exec(s->kube, &in, command, on_executed, s);
    return ERR_OK;
}

/* ---- a shell ---------------------------------------------------------------------------------------------------- */

enum err session_shell(struct session *s, const char *uid, const struct foreground_calls *calls,
                       struct foreground **ret, struct why *why)
{
    const struct row *row = world_find(session_world(s), TABLE_POD, uid);

    if (session_may_change(s, why)) return ERR_GUARD;
    if (!s->kube || !s->kube_ops->shell) return why_set(why, ERR_UNSUPPORTED, "there is no Kubernetes with a shell");
    if (!row || row->gone_ms) return why_set(why, ERR_NOT_FOUND, "the pod is gone");
    const struct pod *pod = ROW(row, pod);
    const struct kube_in_container in = {.ns = pod->ns, .pod = pod->name, .container = ray_container(pod)};
    struct foreground *f = s->kube_ops->shell(s->kube, &in, calls, why);
    if (!f) return ERR_GUARD;
    *ret = f;
    return ERR_OK;
}
