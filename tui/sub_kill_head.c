/* sub_kill_head.c - `raydeck kill-head`: deletes the head pod, guarded, and follows the recovery to its end. */
#include "tui/guards.h"
#include "tui/kill_plan.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { FIND_TIMEOUT_MS = 15 * 1000, PERMISSION_TIMEOUT_MS = 5000, FOLLOW_TIMEOUT_MS = 10 * 60 * 1000 };

struct kill {
    const struct cli *cli;
    struct look *look;
    char *uid, *name, *ns, *service; /* what was confirmed, and nothing else, is deleted */
    bool answered, gone;
    enum err err;
    char why[ERR_TEXT_MAX];
    bool told[RUNG_COUNT];
};

static void remember(struct kill *k)
{
    struct focus f = session_focus(look_session(k->look));
    k->uid = mem_str(f.head->record.key);
    k->name = mem_str(f.head->name);
    k->ns = mem_str(f.head->ns);
    k->service = mem_str(f.rayservice ? f.rayservice->name : "");
}

static bool permission_known(void *arg)
{
    const struct kill *k = arg;
    struct why why = {0};
    /* "not known yet" is a guard's answer too: asked again until the server has said. */
    return session_may_delete(look_session(k->look), &why) == ERR_OK;
}

static void tell_plan(const struct kill *k)
{
    struct head_loss loss;
    struct dialog_kill plan = kill_plan(look_session(k->look), cli_grace(&k->cli->conf), false, &loss);
    char *command = dialog_kill_command(&plan);
    fprintf(stderr, "This deletes the Ray head of RayService %s/%s in context %s:\n", k->ns, k->service,
            plan.context ? plan.context : "–");
    fprintf(stderr, "  pod        %s\n  UID        %s\n", k->name, k->uid);
    if (plan.grace_s < 0)
        fprintf(stderr, "  grace      the pod's own\n");
    else
        fprintf(stderr, "  grace      %lld s%s\n", (long long)plan.grace_s, plan.grace_s ? "" : " (no grace at all)");
    fprintf(stderr, "  workers    %zu worker pods that must live on\n  survives?  %s\n  command    %s\n", plan.workers,
            loss.pod_why, command);
    free(command);
}

static enum err guards(const struct kill *k, struct why *why)
{
    enum err err = guards_context(k->cli, k->look, why);
    if (err) return err;
    look_until(k->look, permission_known, (void *)k, PERMISSION_TIMEOUT_MS);
    return session_may_delete(look_session(k->look), why);
}

static void on_deleted(void *arg, enum err err, const char *why)
{
    struct kill *k = arg;
    k->answered = true;
    k->err = err;
    snprintf(k->why, sizeof k->why, "%s", why ? why : "");
    look_wake(k->look);
}

static bool deleted(void *arg)
{
    const struct kill *k = arg;
    return k->answered;
}

/* Prints rungs as they are reached; true when the outage is over. */
static bool followed(void *arg)
{
    struct kill *k = arg;
    const struct recovery *r = session_recovery(look_session(k->look));
    for (int i = 0; i < RUNG_COUNT; i++) {
        if (!r->rung[i].reached || k->told[i]) continue;
        k->told[i] = true;
        printf("%+7.1fs  %-40s %s\n", ((double)r->rung[i].at_ms - (double)r->t0_ms) / 1000.0, rung_words((enum rung)i),
               r->rung[i].note);
        fflush(stdout);
    }
    return r->outage == OUTAGE_OVER;
}

static enum err kill_head(struct kill *k, struct why *why)
{
    enum err err = look_open(k->cli, &k->look, why);
    if (!err) err = look_for_service(k->look, FIND_TIMEOUT_MS, why);
    /* What would survive can only be said, and what was lost only be told, once all three worlds were seen whole. */
    if (!err && look_until_settled(k->look, FIND_TIMEOUT_MS) == ERR_CANCELLED)
        err = why_set(why, ERR_CANCELLED, "interrupted: nothing was deleted");
    if (err) return err;
    if (!session_focus(look_session(k->look)).head) return why_set(why, ERR_NOT_FOUND, "there is no head pod now");
    remember(k);
    err = guards(k, why);
    if (err) return err;
    tell_plan(k);
    err = guards_confirm(k->cli, k->service, why);
    if (!err) err = session_kill_head(look_session(k->look), k->uid, cli_grace(&k->cli->conf), on_deleted, k, why);
    if (!err && look_until(k->look, deleted, k, FIND_TIMEOUT_MS))
        return why_set(why, ERR_TIMEOUT, "the API server did not answer the delete");
    if (!err && k->err) err = why_set(why, k->err, "%s", k->why);
    if (err) return err;
    k->gone = true;
    err = look_until(k->look, followed, k, cli_timeout_ms(k->cli, FOLLOW_TIMEOUT_MS));
    if (err)
        return why_set(why, err,
                       err == ERR_CANCELLED
                           ? "interrupted: the head is deleted, its recovery was not watched to the end"
                           : "the head is deleted, its recovery did not end in time");
    return ERR_OK;
}

int sub_kill_head(struct cli *cli)
{
    struct why why = {0};
    struct kill k = {.cli = cli};
    enum err err = guards_words(cli, "which head is meant", &why);
    if (!err) err = cli_configure(cli, &why);
    if (!err) err = kill_head(&k, &why);
    if (err) cli_say("%s", why.text);
    look_close(k.look);
    free(k.uid);
    free(k.name);
    free(k.ns);
    free(k.service);
    /* The head was killed and did not come back while we looked: not a backend out of reach, a failure. */
    return k.gone && err == ERR_TIMEOUT ? EXIT_FAILED : cli_exit_of(err);
}
