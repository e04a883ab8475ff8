/* sub_cleanup.c - `raydeck cleanup`: deletes what deploy created and prints each step. */
#include "tui/guards.h"
#include "tui/steps_follow.h"

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
    struct steps_follow follow;
};

static enum err may_delete(void *arg, struct why *why)
{
    struct cleaning *c = arg;
    const char *service = cleanup_service(c->cleanup);
    enum err err = guards_context(c->cli, c->snapshot, why);
    if (!err && c->cli->yes && *service && !text_eq(c->cli->conf.service, service))
        err = why_set(why, ERR_GUARD, "--service is %s, but the RayService is %s", c->cli->conf.service, service);
    return err ? err : guards_confirm(c->cli, c->snapshot, "", *service ? service : c->ns, why);
}

/* The namespace given, else that of the RayService in focus, else the context's. */
static enum err cleaning_begin(struct cleaning *c, struct why *why)
{
    const struct kube_ops *ops = NULL;
    struct session *s = snapshot_session(c->snapshot);
    struct kube *kube = session_kube(s, &ops);
    const struct kube_where *where = session_where(s);
    if (!kube) return why_set(why, ERR_UNSUPPORTED, "there is no Kubernetes to clean up");
    /* The GCS's fields are counted before the first DELETE: Redis must be listed first. */
    if (snapshot_until_settled(c->snapshot, FIND_TIMEOUT_MS) == ERR_CANCELLED)
        return why_set(why, ERR_CANCELLED, "interrupted: nothing was deleted");
    struct focus f = session_focus(s);
    const char *ns = c->cli->conf.ns ? c->cli->conf.ns : f.rayservice ? f.rayservice->ns : where ? where->ns : NULL;
    if (!ns) return why_set(why, ERR_USAGE, "no namespace: give --namespace");
    c->ns = mem_str(ns);
    const struct cleanup_conf conf = {.loop = snapshot_loop(c->snapshot),
                                      .cluster = {.ops = ops, .kube = kube},
                                      .world = session_world(s),
                                      .ns = c->ns,
                                      .service = c->cli->conf.service,
                                      .redis_volume = c->cli->redis_volume};
    c->follow = (struct steps_follow){.snapshot = c->snapshot, .guards = may_delete, .arg = c};
    const struct step_observer observer = steps_follow_observer(&c->follow);
    printf("namespace %s, context %s\n", c->ns, where && where->context ? where->context : "–");
    c->cleanup = cleanup_start(&conf, &observer);
    return ERR_OK;
}

int sub_cleanup(struct cli *cli)
{
    struct why why = {0};
    struct cleaning c = {.cli = cli};
    enum err err = guards_words(cli, "what is deleted", &why);
    if (!err) err = cli_configure(cli, &why);
    if (!err) err = snapshot_open(cli, &c.snapshot, &why);
    if (!err) err = cleaning_begin(&c, &why);
    if (!err) err = steps_follow(&c.follow, cleanup_engine(c.cleanup), cli_timeout_ms(cli, LONGEST_MS), &why);
    if (why.text[0]) cli_say("%s", why.text);
    const int status = snapshot_exit_status(c.snapshot, err);
    cleanup_free(c.cleanup);
    snapshot_close(c.snapshot);
    free(c.ns);
    return c.follow.confirmed && (err == ERR_TIMEOUT || err == ERR_CONFLICT) ? EXIT_FAILED : status;
}
