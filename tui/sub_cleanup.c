/* sub_cleanup.c - `raydeck cleanup`: what deploy made goes, each step as it comes. */
#include "tui/guards.h"
#include "tui/steps_print.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/cleanup.h"

#include <stdlib.h>
#include <string.h>

enum { FIND_TIMEOUT_MS = 15 * 1000, LONGEST_MS = 30 * 60 * 1000, CANCEL_MS = STEP_SENT_MS + 2000 };

struct cleaning {
    struct cli *cli;
    struct snapshot *snapshot;
    char *ns;
    struct cleanup *cleanup;
    bool waiting, over, began;
    struct why end;
};

static void on_changed(void *arg, const struct step *step, const struct step_line *line)
{
    const struct cleaning *c = arg;
    steps_print(stdout, step, line);
    snapshot_wake(c->snapshot);
}

static void on_confirm(void *arg)
{
    struct cleaning *c = arg;
    c->waiting = true;
    snapshot_wake(c->snapshot);
}

static void on_done(void *arg, enum err err, const char *why)
{
    struct cleaning *c = arg;
    c->over = true;
    why_set(&c->end, err, "%s", why);
    snapshot_wake(c->snapshot);
}

static bool asked_or_over(void *arg)
{
    const struct cleaning *c = arg;
    return c->waiting || c->over;
}

static enum err may_delete(struct cleaning *c, struct why *why)
{
    const char *service = cleanup_service(c->cleanup);
    enum err err = guards_context(c->cli, c->snapshot, why);
    if (!err && c->cli->yes && *service && !text_eq(c->cli->conf.service, service))
        err = why_set(why, ERR_GUARD, "--service says %s, what is there is %s", c->cli->conf.service, service);
    return err ? err : guards_confirm(c->cli, c->snapshot, "", *service ? service : c->ns, why);
}

static bool is_over(void *arg)
{
    const struct cleaning *c = arg;
    return c->over;
}

/* In the middle: waits for what a change did that was sent, and sends no other. */
static enum err cleanup_stopped(struct cleaning *c, enum err err, struct why *why)
{
    const char *how = err == ERR_CANCELLED ? "interrupted" : "not done in time";
    if (c->over) return why_set(why, err, "%s: %s", how, c->end.text);
    cleanup_cancel(c->cleanup, err, how);
    snapshot_clear_signal(c->snapshot);
    /* A second signal ends this wait too. */
    if (snapshot_until(c->snapshot, is_over, c, CANCEL_MS)) cleanup_left(c->cleanup, how, &c->end);
    return why_set(why, err, "%s", c->end.text);
}

static enum err cleanup_follow(struct cleaning *c, struct why *why)
{
    uint64_t limit = cli_timeout_ms(c->cli, LONGEST_MS);
    enum err err = ERR_OK;
    while (!err && !c->over) {
        err = snapshot_until(c->snapshot, asked_or_over, c, limit);
        if (err || !c->waiting) continue;
        c->waiting = false;
        struct why guard = {0};
        enum err refused = may_delete(c, &guard);
        c->began = !refused;
        cleanup_confirm(c->cleanup, !refused);
        if (refused) return why_set(why, refused, "%s: nothing was deleted", guard.text);
    }
    if (err) return cleanup_stopped(c, err, why);
    *why = c->end;
    return why->code;
}

/* The namespace asked for, else that of the RayService in focus, else the context's. */
static enum err cleaning_begin(struct cleaning *c, struct why *why)
{
    const struct kube_ops *ops = NULL;
    struct session *s = snapshot_session(c->snapshot);
    struct kube *kube = session_kube(s, &ops);
    const struct kube_where *where = session_where(s);
    if (!kube) return why_set(why, ERR_UNSUPPORTED, "there is no Kubernetes to clean up");
    /* The GCS's fields are counted before anything goes: Redis has to be read first. */
    if (snapshot_until_settled(c->snapshot, FIND_TIMEOUT_MS) == ERR_CANCELLED)
        return why_set(why, ERR_CANCELLED, "interrupted: nothing was deleted");
    struct focus f = session_focus(s);
    const char *ns = c->cli->conf.ns ? c->cli->conf.ns : f.rayservice ? f.rayservice->ns : where ? where->ns : NULL;
    if (!ns) return why_set(why, ERR_USAGE, "which namespace? Say it with --namespace");
    c->ns = mem_str(ns);
    const struct cleanup_conf conf = {.loop = snapshot_loop(c->snapshot),
                                      .cluster = {ops, kube},
                                      .world = session_world(s),
                                      .ns = c->ns,
                                      .service = c->cli->conf.service};
    const struct cleanup_calls calls = {on_changed, on_confirm, on_done, c};
    printf("namespace %s, context %s\n", c->ns, where && where->context ? where->context : "–");
    c->cleanup = cleanup_start(&conf, &calls);
    return ERR_OK;
}

int sub_cleanup(struct cli *cli)
{
    struct why why = {0};
    struct cleaning c = {.cli = cli};
    enum err err = guards_words(cli, "what goes", &why);
    if (!err) err = cli_configure(cli, &why);
    if (!err) err = snapshot_open(cli, &c.snapshot, &why);
    if (!err) err = cleaning_begin(&c, &why);
    if (!err) err = cleanup_follow(&c, &why);
    if (why.text[0]) cli_say("%s", why.text);
    const int status = snapshot_exit_status(c.snapshot, err);
    cleanup_free(c.cleanup);
    snapshot_close(c.snapshot);
    free(c.ns);
    return c.began && (err == ERR_TIMEOUT || err == ERR_CONFLICT) ? EXIT_FAILED : status;
}
