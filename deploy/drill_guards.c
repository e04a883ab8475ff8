/* drill_guards.c - what a drill refuses to begin on; see drill.h. */
#include "deploy/drill_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/answers.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { GUARDS_MAX = 4096 };
#define OTHER_HEAD "the head pod is another one than when the guards let it pass"

static bool is_overridden(const struct drill *d, const char *text)
{
    for (size_t i = 0; i < d->overridden; i++)
        if (strcmp(d->overrides[i], text) == 0) return true;
    return false;
}

void drill_refuse(struct drill *d, const char *fmt, ...)
{
    char text[DRILL_OVERRIDE_MAX];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (d->again) {
        if (!is_overridden(d, text)) (void)buf_printf(d->again, "%s\n", text);
        return;
    }
    if (!d->conf.force || d->overridden == DRILL_OVERRIDES) {
        step_error(&d->engine, ERR_GUARD, "%s", text);
        return;
    }
    step_log(&d->engine, TONE_WARN, "%s: overridden", text);
    memcpy(d->overrides[d->overridden++], text, sizeof text);
}

/* A guard that lets the drill begin. */
__attribute__((format(printf, 2, 3))) static void guard_pass(struct drill *d, const char *fmt, ...)
{
    char text[DRILL_OVERRIDE_MAX];
    va_list args;

    if (d->again) return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    step_log(&d->engine, TONE_PLAIN, "ok: %s", text);
}

static void guard_head(struct drill *d, const struct focus *f)
{
    if (f->head->is_ready != TRI_YES || f->head->deleted.known)
        drill_refuse(d, "the head pod is not ready");
    else
        guard_pass(d, "the head pod %s is ready", f->head->name);
}

static void guard_service(struct drill *d, const struct focus *f)
{
    if (f->rayservice->ft != TRI_YES)
        drill_refuse(d, "GCS fault tolerance is off: the workers do not live through it");
    else
        guard_pass(d, "GCS fault tolerance is on");
    if (f->rayservice->upgrading == TRI_YES)
        drill_refuse(d, "an upgrade of the RayService is under way");
    else
        guard_pass(d, "no upgrade is under way");
}

static void guard_workers(struct drill *d, const struct world *w, const struct focus *f)
{
    size_t workers = 0, unready = 0;
    const char *name = "";

    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        const struct pod *pod = ROW(at.row, pod);
        if (at.row->gone_ms || !text_eq(pod->role, "worker")) continue;
        workers++;
        if (pod->is_ready == TRI_YES && !pod->deleted.known) continue;
        unready++;
        name = pod->name;
    }
    if (!workers) drill_refuse(d, "there is no worker pod");
    if (unready)
        drill_refuse(d, "%zu of %zu worker pods are not ready: %s", unready, workers, name);
    else if (workers)
        guard_pass(d, "%zu worker pod%s ready", workers, workers == 1 ? " is" : "s are");
}

static void guard_endpoints(struct drill *d, const struct world *w, const struct focus *f)
{
    const struct serve_endpoints e = serve_endpoints_of(w, f);

    if (!e.known)
        drill_refuse(d, "the endpoints of the serve service are not known");
    else if (!e.besides_head)
        drill_refuse(d, "the serve service has no endpoint but the head's");
    else
        guard_pass(d, "%u Serve endpoint%s beside the head's", (unsigned)e.besides_head, text_plural(e.besides_head));
}

static void guard_redis(struct drill *d, const struct world *w, const struct focus *f)
{
    const struct source *source = NULL;
    const enum freshness fresh = world_freshness(w, WORLD_REDIS, drill_now_ms(d), NULL, &source);

    d->has_redis = fresh != FRESH_OFF;
    if (fresh == FRESH_OFF)
        drill_refuse(d, "Redis is not read: whether the GCS comes back with its state cannot be seen");
    else if (fresh != FRESH_LIVE)
        drill_refuse(d, "Redis: %s", source && source->why && *source->why ? source->why : "no answer");
    else if (!f->redis)
        drill_refuse(d, "the GCS was not found in Redis");
    else
        guard_pass(d, "Redis answers, and the GCS is in it");
}

static void guard_outage(struct drill *d)
{
    struct outage o;

    drill_outage(d, &o);
    if (o.state == OUTAGE_RUNNING)
        drill_refuse(d, "an outage is not over: %s", outage_phase_words(outage_phase_of(&o)));
    else
        guard_pass(d, "no outage is under way");
}

static void guards_ask(struct drill *d, const struct focus *f)
{
    const struct world *w = session_world(d->conf.session);

    guard_service(d, f);
    guard_workers(d, w, f);
    guard_endpoints(d, w, f);
    guard_redis(d, w, f);
    guard_outage(d);
}

static bool is_same_head(const struct drill *d, const struct focus *f)
{
    return f->rayservice && f->head && text_eq(f->head->record.key, d->head_uid);
}

void drill_guards_now(struct drill *d, struct buf *out)
{
    const struct focus f = session_focus(d->conf.session);

    if (!is_same_head(d, &f)) {
        (void)buf_printf(out, "%s\n", OTHER_HEAD);
        return;
    }
    d->again = out;
    guard_head(d, &f);
    guards_ask(d, &f);
    d->again = NULL;
}

bool drill_guards_hold(struct drill *d)
{
    const struct focus f = session_focus(d->conf.session);
    struct buf now;
    bool holds = true;

    if (!is_same_head(d, &f)) { /* nothing overrides that */
        step_error(&d->engine, ERR_GUARD, "%s", OTHER_HEAD);
        return false;
    }
    buf_init(&now, GUARDS_MAX);
    drill_guards_now(d, &now);
    for (char *line = now.len ? now.data : NULL, *end; line && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        drill_refuse(d, "%s", line);
        holds = holds && is_overridden(d, line);
    }
    buf_done(&now);
    return holds;
}

static void on_right(void *arg, enum tri answer, const char *why)
{
    struct drill *d = arg;
    const struct drill_right right = drill_fault_right(d->conf.fault);

    if (drill_phase(d) != DRILL_GUARDS) return;
    if (answer == TRI_NO)
        step_error(&d->engine, ERR_FORBIDDEN, "this user may not %s %s%s%s", right.verb, right.resource,
                   *why ? ": " : "", why);
    else if (answer == TRI_YES)
        guard_pass(d, "this user may %s %s", right.verb, right.resource);
    else
        step_log(&d->engine, TONE_WARN, "whether this user may %s %s is not known", right.verb, right.resource);
    drill_lock_check(d);
}

/* Of what is denied nothing is tried; where the review itself is denied, the request itself decides. */
static void guard_right(struct drill *d, const struct focus *f)
{
    const struct drill_right right = drill_fault_right(d->conf.fault);
    const struct cluster *cluster = &d->engine.cluster;

    if (cluster->ops && cluster->ops->may)
        cluster->ops->may(cluster->kube, right.verb, right.resource, f->rayservice->ns, on_right, d);
    else
        on_right(d, TRI_UNKNOWN, "");
}

void drill_guards(void *arg)
{
    struct drill *d = arg;
    const struct world *w = session_world(d->conf.session);
    const struct focus f = session_focus(d->conf.session);

    if (!f.rayservice) {
        step_fail(&d->engine, ERR_NOT_FOUND, "there is no RayService");
        return;
    }
    if (f.head) {
        d->head = mem_str(f.head->name);
        d->head_uid = mem_str(f.head->record.key);
        guard_head(d, &f);
    } else {
        step_error(&d->engine, ERR_GUARD, "there is no head pod now");
    }
    guards_ask(d, &f);
    d->has_neuron = world_freshness(w, WORLD_NEURON, drill_now_ms(d), NULL, NULL) != FRESH_OFF;
    guard_right(d, &f);
}
