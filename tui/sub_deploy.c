/* sub_deploy.c - `raydeck deploy`: applies a manifest to a cluster and prints each step. */
#include "tui/answering.h"
#include "tui/guards.h"
#include "tui/manifest_file.h"
#include "tui/steps_follow.h"

#include "backends/base/text.h"
#include "deploy/deploy.h"
#include "deploy/redis_from.h"

#include <string.h>

enum { LONGEST_MS = 60 * 60 * 1000 };

struct deploying {
    struct cli *cli;
    struct snapshot *snapshot;
    struct manifest *manifest;
    struct manifest *parts[PARTS];
    struct variables vars;
    struct deploy *deploy;
    struct steps_follow follow;
    bool applied;
};

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

/* All guards; the easiest to fix first. */
static enum err may_apply(void *arg, struct why *why)
{
    struct deploying *d = arg;
    const char *service = deploy_service(d->deploy);
    enum err err = guards_context(d->cli, d->snapshot, why);
    /* A manifest without one (the chat page's) is for the RayService that is named. */
    if (!err && d->cli->yes && *service && !text_eq(d->cli->conf.service, service))
        err = why_set(why, ERR_GUARD, "--service is %s, but the manifest's RayService is %s", d->cli->conf.service,
                      service);
    return err ? err : guards_confirm(d->cli, d->snapshot, "", *service ? service : deploy_ns(d->deploy), why);
}

/* The query of AWS has a timeout of its own. */
static uint64_t redis_ms(const struct cli *cli)
{
    return cli_timeout_ms(cli, REDIS_FROM_WAIT_MS);
}

static enum err deploy_follow(struct deploying *d, struct why *why)
{
    const uint64_t limit_ms = cli_timeout_ms(d->cli, LONGEST_MS) + (d->cli->redis_from ? redis_ms(d->cli) : 0);
    return steps_follow(&d->follow, deploy_engine(d->deploy), limit_ms, why);
}

static enum err deployment_begin(struct deploying *d, struct why *why)
{
    const struct kube_ops *ops = NULL;
    struct session *s = snapshot_session(d->snapshot);
    struct kube *kube = session_kube(s, &ops);
    const struct kube_where *where = session_where(s);
    if (!kube) return why_set(why, ERR_UNSUPPORTED, "there is no Kubernetes to deploy to");
    struct deploy_conf conf = {.loop = snapshot_loop(d->snapshot),
                               .cluster = {.ops = ops, .kube = kube},
                               .world = session_world(s),
                               .ns = d->cli->conf.ns,
                               .context_ns = session_default_ns(s),
                               .manifest = d->manifest,
                               .variables = &d->vars,
                               .redis_from = d->cli->redis_from,
                               .redis_ms = redis_ms(d->cli),
                               .hooks = {on_applied, on_answering, d},
                               .dry_run = d->cli->dry_run};
    memcpy(conf.parts, d->parts, sizeof conf.parts);
    d->follow = (struct steps_follow){.snapshot = d->snapshot, .guards = may_apply, .arg = d};
    const struct step_observer observer = steps_follow_observer(&d->follow);
    printf("%s -> context %s\n", d->manifest->file, where && where->context ? where->context : "–");
    d->deploy = deploy_start(&conf, &observer);
    return ERR_OK;
}

/* An unsuitable manifest or cluster is a failure; AWS without an endpoint is an unreachable backend. */
static int status_of(const struct deploying *d, enum err err)
{
    if (err == ERR_PARSE) return EXIT_FAILED;
    if (!d->deploy || step_engine_steps(deploy_engine(d->deploy))->item[DEPLOY_REDIS].state == STEP_FAILED)
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
    if (!err) err = manifest_file_load(cli->file, cli->cpu, &d.manifest, &why);
    if (!err) err = manifest_parts_load(cli->parts, d.parts, &why);
    if (!err) err = snapshot_open(cli, &d.snapshot, &why);
    if (!err) err = deployment_begin(&d, &why);
    if (!err) err = deploy_follow(&d, &why);
    if (why.text[0]) cli_say("%s", why.text);
    /* An unreadable file is a usage error. */
    const int status = status_of(&d, err);
    bool unreadable = vars && !d.manifest && err != ERR_PARSE;
    deploy_free(d.deploy);
    snapshot_close(d.snapshot);
    manifest_free(d.manifest);
    manifest_parts_free(d.parts);
    if (vars) variables_done(&d.vars);
    return unreadable ? EXIT_USAGE : status;
}
