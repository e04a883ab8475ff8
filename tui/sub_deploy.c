/* sub_deploy.c - `raydeck deploy`: a manifest onto a cluster, each step as it comes. */
#include "tui/answering.h"
#include "tui/guards.h"
#include "tui/manifest_file.h"
#include "tui/steps_print.h"

#include "backends/base/text.h"
#include "deploy/deploy.h"
#include "deploy/redis_from.h"

#include <string.h>

enum { LONGEST_MS = 60 * 60 * 1000, CANCEL_MS = STEP_SENT_MS + 2000 };

struct deploying {
    struct cli *cli;
    struct snapshot *snapshot;
    struct manifest *manifest;
    struct variables vars;
    struct deploy *deploy;
    bool waiting, over, applied;
    struct why end;
};

static void on_changed(void *arg, const struct step *step, const struct step_line *line)
{
    const struct deploying *d = arg;
    steps_print(stdout, step, line);
    snapshot_wake(d->snapshot);
}

static void on_confirm(void *arg)
{
    struct deploying *d = arg;
    d->waiting = true;
    snapshot_wake(d->snapshot);
}

static void on_applied(void *arg, const char *ns, const char *service)
{
    struct deploying *d = arg;
    d->applied = true;
    session_choose(snapshot_session(d->snapshot), ns, service);
}

static enum tri on_answering(void *arg, char *ret, size_t size)
{
    const struct deploying *d = arg;
    return d->cli->conf.no_probe ? TRI_UNKNOWN : answering_now(snapshot_session(d->snapshot), ret, size);
}

static void on_done(void *arg, enum err err, const char *why)
{
    struct deploying *d = arg;
    d->over = true;
    why_set(&d->end, err, "%s", why);
    snapshot_wake(d->snapshot);
}

static bool asked_or_over(void *arg)
{
    const struct deploying *d = arg;
    return d->waiting || d->over;
}

/* Every guard, in the order of what can be put right most easily. */
static enum err may_apply(struct deploying *d, struct why *why)
{
    const char *service = deploy_service(d->deploy);
    enum err err = guards_context(d->cli, d->snapshot, why);
    if (!err && d->cli->yes && !text_eq(d->cli->conf.service, service))
        err = why_set(why, ERR_GUARD, "--service says %s, the manifest's RayService is %s", d->cli->conf.service,
                      *service ? service : "none");
    return err ? err : guards_confirm(d->cli, d->snapshot, "", *service ? service : deploy_ns(d->deploy), why);
}

/* AWS has its own time, as what comes after it. */
static uint64_t redis_ms(const struct cli *cli)
{
    return cli_timeout_ms(cli, REDIS_FROM_WAIT_MS);
}

static bool is_over(void *arg)
{
    const struct deploying *d = arg;
    return d->over;
}

/* In the middle: waits for what a change did that was sent, and sends no other. */
static enum err deploy_stopped(struct deploying *d, enum err err, struct why *why)
{
    const char *how = err == ERR_CANCELLED ? "interrupted" : "not done in time";
    if (d->over) return why_set(why, err, "%s: %s", how, d->end.text);
    deploy_cancel(d->deploy, err, how);
    snapshot_clear_signal(d->snapshot);
    /* A second signal ends this wait too. */
    if (snapshot_until(d->snapshot, is_over, d, CANCEL_MS)) deploy_left(d->deploy, how, &d->end);
    return why_set(why, err, "%s", d->end.text);
}

static enum err deploy_follow(struct deploying *d, struct why *why)
{
    uint64_t limit = cli_timeout_ms(d->cli, LONGEST_MS) + (d->cli->redis_from ? redis_ms(d->cli) : 0);
    enum err err = ERR_OK;
    while (!err && !d->over) {
        err = snapshot_until(d->snapshot, asked_or_over, d, limit);
        if (err || !d->waiting) continue;
        d->waiting = false;
        struct why guard = {0};
        enum err refused = may_apply(d, &guard);
        deploy_confirm(d->deploy, !refused);
        if (refused) return why_set(why, refused, "%s: nothing was applied", guard.text);
    }
    if (err) return deploy_stopped(d, err, why);
    *why = d->end;
    return why->code;
}

static enum err deployment_begin(struct deploying *d, struct why *why)
{
    const struct kube_ops *ops = NULL;
    struct session *s = snapshot_session(d->snapshot);
    struct kube *kube = session_kube(s, &ops);
    const struct kube_where *where = session_where(s);
    if (!kube) return why_set(why, ERR_UNSUPPORTED, "there is no Kubernetes to deploy to");
    const struct deploy_conf conf = {.loop = snapshot_loop(d->snapshot),
                                     .cluster = {ops, kube},
                                     .world = session_world(s),
                                     .ns = d->cli->conf.ns,
                                     .context_ns = where ? where->ns : NULL,
                                     .manifest = d->manifest,
                                     .variables = &d->vars,
                                     .redis_from = d->cli->redis_from,
                                     .redis_ms = redis_ms(d->cli),
                                     .dry_run = d->cli->dry_run};
    const struct deploy_calls calls = {on_changed, on_confirm, on_applied, on_answering, on_done, d};
    printf("%s -> context %s\n", d->manifest->file, where && where->context ? where->context : "–");
    d->deploy = deploy_start(&conf, &calls);
    return ERR_OK;
}

/* What the manifest or the cluster is not fit for is a failure, not a backend out of reach; AWS without an endpoint is
 * one. */
static int status_of(const struct deploying *d, enum err err)
{
    if (err == ERR_PARSE) return EXIT_FAILED;
    if (!d->deploy || deploy_steps(d->deploy)->item[DEPLOY_REDIS].state == STEP_FAILED)
        return snapshot_exit_status(d->snapshot, err);
    if (err == ERR_CONFLICT || err == ERR_NOT_FOUND || (err == ERR_TIMEOUT && d->applied)) return EXIT_FAILED;
    return snapshot_exit_status(d->snapshot, err);
}

int sub_deploy(struct cli *cli)
{
    struct why why = {0};
    struct deploying d = {.cli = cli};
    enum err err = guards_words(cli, "what is deployed where", &why);
    if (!err) err = cli_configure(cli, &why);
    if (!err) err = cli_variables(cli, &d.vars, &why);
    bool vars = !err;
    if (!err) err = manifest_file_load(cli->file, &d.manifest, &why);
    if (!err) err = snapshot_open(cli, &d.snapshot, &why);
    if (!err) err = deployment_begin(&d, &why);
    if (!err) err = deploy_follow(&d, &why);
    if (why.text[0]) cli_say("%s", why.text);
    /* A file that cannot be read is a wrong word on the command line. */
    const int status = status_of(&d, err);
    bool unreadable = vars && !d.manifest && err != ERR_PARSE;
    deploy_free(d.deploy);
    snapshot_close(d.snapshot);
    manifest_free(d.manifest);
    if (vars) variables_done(&d.vars);
    return unreadable ? EXIT_USAGE : status;
}
