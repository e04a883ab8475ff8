/*
 * drill_lock.c - takes, renews and gives back the Lease of a drill; see drill_lease.h.
 *
 * The guards read it, the fault takes it, and every end gives it back; one that is left over expires by itself. What is
 * renewed or released is sent also when nothing may be changed any more (session_holds_lease): it was taken while
 * changes were allowed.
 */
#include "deploy/drill_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RELEASE_MS = 3000 };

static struct cluster lock_cluster(const struct drill *d)
{
    struct cluster cluster = {.ops = NULL};

    cluster.kube = session_kube(d->conf.session, &cluster.ops);
    return cluster;
}

static cJSON *lock_object(const struct drill *d, bool released)
{
    const struct drill_lock *l = &d->lock;
    const struct drill_lease_write w = {
        .ns = l->ns,
        .service = l->service,
        .service_uid = l->service_uid,
        .holder = l->holder,
        .released = released,
        .wall_ms = drill_wall_ms(d),
        .acquired_ms = l->acquired_ms,
        .duration_s = !released     ? LEASE_S
                      : d->injected ? LEASE_COOL_DOWN_S
                                    : 1,
        .transitions = l->seen.transitions + 1,
    };
    return drill_lease_object(&w);
}

/* The Lease as it is now. */
static void lock_keep(struct drill_lock *l, const cJSON *lease)
{
    snprintf(l->seen.uid, sizeof l->seen.uid, "%s", kobject_uid(lease));
    snprintf(l->seen.version, sizeof l->seen.version, "%s", kobject_version(lease));
}

static void lock_send(struct drill *d, bool released, object_done *done)
{
    struct drill_lock *l = &d->lock;
    const struct cluster cluster = lock_cluster(d);
    const struct object_pin pin = {.uid = l->seen.uid, .version = l->seen.version};
    cJSON *lease = lock_object(d, released);

    object_cancel(l->call);
    l->call = *l->seen.uid ? object_apply(&cluster, &drill_lease_kind, lease, &pin, APPLY_FORCE, done, d)
                           : object_create(&cluster, &drill_lease_kind, lease, done, d);
    cJSON_Delete(lease);
}

/* ---- the guard --------------------------------------------------------------------------------------------------- */

#define DRILL_LEASES "leases.coordination.k8s.io"

static const char *lock_verb(const struct drill *d)
{
    return *d->lock.seen.uid ? "patch" : "create";
}

static void on_right(void *arg, enum tri answer, const char *why)
{
    struct drill *d = arg;

    if (drill_phase(d) != DRILL_GUARDS) return;
    if (answer == TRI_NO) {
        drill_refuse(d, "this user may not %s " DRILL_LEASES " in %s%s%s: other drills would not know of this one",
                     lock_verb(d), d->lock.ns, *why ? ": " : "", why);
        d->lock.barred = true;
    } else if (d->lock.seen.state == LEASE_FREE) {
        step_log(&d->engine, TONE_PLAIN, "ok: no other drill is running, and no cool-down");
    }
    step_next(&d->engine);
}

static void lock_review(struct drill *d)
{
    const struct cluster cluster = lock_cluster(d);

    if (cluster.ops->may)
        cluster.ops->may(cluster.kube, lock_verb(d), DRILL_LEASES, d->lock.ns, on_right, d);
    else
        step_next(&d->engine);
}

static void on_lease_read(void *arg, const struct object_answer *a)
{
    struct drill *d = arg;
    struct drill_lock *l = &d->lock;
    char words[LEASE_TEXT_MAX];

    l->call = NULL;
    if (drill_phase(d) != DRILL_GUARDS) return;
    if (a->err == ERR_FORBIDDEN) {
        drill_refuse(d, "this user may not get " DRILL_LEASES " in %s: whether another drill runs is not judged",
                     l->ns);
        l->barred = true;
        step_next(&d->engine);
        return;
    }
    if (a->err && a->err != ERR_NOT_FOUND) {
        step_fail(&d->engine, a->err, "the drill's Lease: %s", a->why);
        return;
    }
    drill_lease_read(a->err ? NULL : a->object, drill_wall_ms(d), &l->seen);
    if (l->seen.state != LEASE_FREE) drill_refuse(d, "%s", drill_lease_words(&l->seen, words));
    lock_review(d);
}

void drill_lock_check(struct drill *d)
{
    struct drill_lock *l = &d->lock;
    const struct focus f = session_focus(d->conf.session);
    const struct kube_where *where = session_where(d->conf.session);
    const struct cluster cluster = lock_cluster(d);
    char host[64] = "";

    if (gethostname(host, sizeof host - 1)) snprintf(host, sizeof host, "unknown host");
    drill_lease_holder(where ? where->user : NULL, host, (long)getpid(), l->holder);
    l->ns = mem_str(f.rayservice->ns);
    l->service = mem_str(f.rayservice->name);
    l->service_uid = mem_str(f.rayservice->record.key);
    char *name = drill_lease_name(l->service);
    l->call = object_get(&cluster, &drill_lease_kind, l->ns, name, on_lease_read, d);
    free(name);
}

/* ---- taking and renewing ----------------------------------------------------------------------------------------- */

static void on_renewed(void *arg, const struct object_answer *a)
{
    struct drill *d = arg;
    struct drill_lock *l = &d->lock;

    l->call = NULL;
    if (!a->err) {
        lock_keep(l, a->object);
    } else if (a->err == ERR_CONFLICT || a->err == ERR_NOT_FOUND) {
        alarm_stop(l->renew);
        l->held = false;
        session_hold_lease(d->conf.session, NULL);
    }
}

static void lock_renew(void *arg)
{
    struct drill *d = arg;

    if (d->lock.held && !d->lock.call) lock_send(d, false, on_renewed);
}

static void on_taken(void *arg, const struct object_answer *a)
{
    struct drill *d = arg;
    struct drill_lock *l = &d->lock;

    l->call = NULL;
    if (drill_phase(d) != DRILL_FAULT) return;
    if (a->err == ERR_CONFLICT) {
        step_fail(&d->engine, ERR_GUARD, "another drill has just taken the Lease");
    } else if (a->err) {
        step_fail(&d->engine, a->err, "the drill's Lease: %s", a->why);
    } else {
        lock_keep(l, a->object);
        l->held = true;
        char *name = drill_lease_name(l->service), *path = kobject_path(&drill_lease_kind, l->ns, name);
        session_hold_lease(d->conf.session, path);
        free(path);
        free(name);
        l->renew = alarm_new(d->conf.loop, lock_renew, d);
        alarm_set(l->renew, LEASE_RENEW_S * 1000, LEASE_RENEW_S * 1000);
        l->taken(d);
    }
}

void drill_lock_take(struct drill *d, void (*taken)(struct drill *d))
{
    d->lock.taken = taken;
    d->lock.acquired_ms = drill_wall_ms(d);
    if (d->lock.barred)
        taken(d);
    else
        lock_send(d, false, on_taken);
}

/* ---- giving it back ---------------------------------------------------------------------------------------------- */

static void lock_released(struct drill *d)
{
    void (*released)(struct drill * d) = d->lock.released;

    d->lock.held = false;
    d->lock.released = NULL;
    session_hold_lease(d->conf.session, NULL);
    if (released) released(d);
}

static void on_released(void *arg, const struct object_answer *a)
{
    struct drill *d = arg;

    d->lock.call = NULL;
    d->lock.left = a->err && a->err != ERR_CONFLICT;
    if (d->lock.left && d->lock.released)
        step_log(&d->engine, TONE_PLAIN, "the drill's Lease was not released, and expires by itself: %s", a->why);
    lock_released(d);
}

static void release_late(void *arg)
{
    struct drill *d = arg;

    object_cancel(d->lock.call);
    d->lock.call = NULL;
    d->lock.left = true;
    lock_released(d);
}

void drill_lock_release(struct drill *d, void (*released)(struct drill *d))
{
    struct drill_lock *l = &d->lock;

    l->released = released;
    if (l->renew) alarm_stop(l->renew);
    if (!l->held) {
        lock_released(d);
        return;
    }
    if (released) step_later(&d->engine, release_late, RELEASE_MS);
    lock_send(d, true, on_released);
}

void drill_lock_cancel(struct drill *d)
{
    const struct cluster cluster = lock_cluster(d);

    object_cancel(d->lock.call);
    d->lock.call = NULL;
    if (cluster.kube && cluster.ops->forget) cluster.ops->forget(cluster.kube, d);
}

void drill_lock_done(struct drill *d)
{
    struct drill_lock *l = &d->lock;

    drill_lock_cancel(d);
    session_hold_lease(d->conf.session, NULL);
    alarm_free(l->renew);
    free(l->ns);
    free(l->service);
    free(l->service_uid);
}

/* ---- what is left to a person -------------------------------------------------------------------------------------
 */

void drill_by_hand(const struct drill *d, struct buf *out)
{
    const struct drill_lock *l = &d->lock;
    struct outage o;

    if (!d->injected) return;
    drill_outage(d, &o);
    if (o.state == OUTAGE_RUNNING) {
        const char *reason = o.waits_for == RUNG_COUNT ? "" : o.rung[o.waits_for].why;
        (void)buf_printf(out, "The recovery is not over%s%s%s%s. By hand:\n",
                         o.waits_for == RUNG_COUNT ? "" : ", it waits for: ",
                         o.waits_for == RUNG_COUNT ? "" : rung_words(o.waits_for), *reason ? ": " : "", reason);
        (void)buf_printf(out, "  raydeck status, raydeck doctor: what it waits for, and why\n");
        (void)buf_printf(out, "  kubectl -n %s get pods,events: a head pod that is Pending, or that nobody makes\n",
                         l->ns);
    }
    if (l->held || l->left)
        (void)buf_printf(out, "The Lease raydeck-drill-%s in %s was not released: it expires by itself within %d s.\n",
                         l->service, l->ns, LEASE_S);
}
