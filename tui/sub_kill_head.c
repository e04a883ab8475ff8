/*
 * sub_kill_head.c - `raydeck kill-head`: deletes the head pod after a confirmation and follows the recovery to its end.
 * It fails where a worker pod did not survive or a rung is missing; failed requests are printed, the drill judges them.
 */
#include "tui/guards.h"
#include "tui/kill_head.h"
#include "tui/kill_plan.h"
#include "tui/question.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/outage.h"
#include "deploy/apply.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIND_TIMEOUT_MS = 15 * 1000,
    LOOKUP_TIMEOUT_MS = 3000, /* of the pod, after a DELETE without a response */
    FOLLOW_TIMEOUT_MS = 10 * 60 * 1000,
    HANGS_MS = 2000 /* a reason that holds for so long is printed */
};

/* The outcome of the DELETE. */
enum fate { FATE_UNKNOWN, FATE_THERE, FATE_GOING, FATE_GONE };

struct kill {
    const struct cli *cli;
    struct snapshot *snapshot;
    char *uid, *name, *ns, *service; /* of the confirmed pod: only this one is deleted */
    bool answered, gone;
    enum err err;
    struct object_call *call; /* the GET of the pod */
    bool looked_up;
    enum fate fate;
    char fate_why[ERR_TEXT_MAX];
    char why[ERR_TEXT_MAX];
    struct outage_rung printed[RUNG_COUNT]; /* as last printed */
    char hangs[OUTAGE_WHY_MAX];             /* on what, and since when */
    uint64_t hangs_since_ms;
    bool hangs_printed;
    bool unfollowed; /* somebody else reports the recovery */
};

static void kill_remember(struct kill *k)
{
    struct focus f = session_focus(snapshot_session(k->snapshot));
    k->uid = mem_str(f.head->record.key);
    k->name = mem_str(f.head->name);
    k->ns = mem_str(f.head->ns);
    k->service = mem_str(f.rayservice ? f.rayservice->name : "");
}

/* With --yes the plan is printed; else it is part of the question. */
static enum err kill_confirm(const struct kill *k, struct why *why)
{
    struct head_loss loss;
    struct dialog_kill plan = kill_plan(snapshot_session(k->snapshot), cli_grace(&k->cli->conf), false, &loss);
    char *text = dialog_kill_text(&plan, true);
    const bool asked = !k->cli->yes && question_can_be_asked();
    if (!asked) fputs(text, stderr);
    enum err err = guards_confirm(k->cli, k->snapshot, asked ? text : "", k->service, why);
    free(text);
    return err;
}

static void on_deleted(void *arg, enum err err, const char *why)
{
    struct kill *k = arg;
    k->answered = true;
    k->err = err;
    snprintf(k->why, sizeof k->why, "%s", why ? why : "");
    snapshot_wake(k->snapshot);
}

static bool is_deleted(void *arg)
{
    const struct kill *k = arg;
    return k->answered;
}

static void outage_now(const struct kill *k, struct outage *ret)
{
    const struct session *session = snapshot_session(k->snapshot);
    const struct clock *clock = session_clock(session);
    const struct focus f = session_focus(session);
    outage_of(session_recovery(session), session_world(session), &f, clock_now_ms(clock), clock_wall_ms(clock), ret);
}

/* Prints why the next rung is not reached: once the reason has been the same for HANGS_MS, and again when it changes.
 */
static void print_hanging(struct kill *k, const struct outage *o)
{
    const char *why = o->waits_for == RUNG_COUNT ? "" : o->rung[o->waits_for].why;
    if (strcmp(why, k->hangs) != 0) {
        snprintf(k->hangs, sizeof k->hangs, "%s", why);
        k->hangs_since_ms = loop_now_ms();
        k->hangs_printed = false;
    }
    if (!why[0] || k->hangs_printed || loop_now_ms() < k->hangs_since_ms + HANGS_MS) return;
    k->hangs_printed = true;
    fprintf(stderr, "          waiting for %s: %s\n", rung_words(o->waits_for), why);
}

/* Prints rungs as they are reached and lost; true when the outage is over. */
static bool is_recovered(void *arg)
{
    struct kill *k = arg;
    struct outage o;
    enum rung order[RUNG_COUNT];
    struct buf news;
    outage_now(k, &o);
    outage_rung_order(&o, order);
    buf_init(&news, OUTAGE_TEXT_MAX);
    for (int i = 0; i < RUNG_COUNT; i++) outage_rung_news(&o, order[i], &k->printed[order[i]], &news);
    fputs(buf_text(&news), stdout);
    fflush(stdout);
    buf_done(&news);
    print_hanging(k, &o);
    return o.state == OUTAGE_OVER;
}

/* Prints the workers, the requests and the missing rungs. False: a worker did not survive, or a rung is missing. */
static bool print_end(const struct kill *k, struct why *ret_why)
{
    struct outage o;
    outage_now(k, &o);
    bool lived = outage_workers_lived_on(&o);
    struct buf losses;
    buf_init(&losses, OUTAGE_TEXT_MAX);
    outage_losses_text(&o, &losses);
    fputs(buf_text(&losses), stdout);
    buf_done(&losses);
    if (!lived) why_set(ret_why, ERR_TIMEOUT, "not every worker pod survived");
    for (int i = 0; i < RUNG_COUNT; i++) {
        const char *why = o.rung[i].why, *name = rung_words((enum rung)i);
        if (!o.rung[i].possible) continue;
        printf("missing   %s%s%s\n", name, why[0] ? ": " : "", why);
        if ((enum rung)i == o.missing) why_set(ret_why, ERR_TIMEOUT, "%s%s%s", name, why[0] ? ": " : "", why);
    }
    fflush(stdout);
    return o.missing == RUNG_COUNT && lived;
}

/* ERR_TIMEOUT also for a recovery that ended with a rung missing. */
static enum err kill_follow(struct kill *k, struct why *why)
{
    struct why lacks = {0};
    if (k->unfollowed) return ERR_OK;
    enum err err = snapshot_until(k->snapshot, is_recovered, k, cli_timeout_ms(k->cli, FOLLOW_TIMEOUT_MS));
    bool whole = print_end(k, &lacks);
    if (err == ERR_CANCELLED)
        return why_set(why, err, "interrupted: the head is deleted, its recovery was not followed to the end");
    if (err)
        return why_set(why, err, "the head is deleted, its recovery did not end in time%s%s",
                       whole ? "" : "; it is waiting for ", lacks.text);
    return whole ? ERR_OK : why_set(why, ERR_TIMEOUT, "the recovery failed at: %s", lacks.text);
}

/* ---- a DELETE without a response ---- */

static void on_looked_up(void *arg, const struct object_answer *a)
{
    struct kill *k = arg;
    k->call = NULL;
    k->looked_up = true;
    if (a->err == ERR_NOT_FOUND || (!a->err && strcmp(kobject_uid(a->object), k->uid) != 0))
        k->fate = FATE_GONE;
    else if (!a->err)
        k->fate = json_str(json_get(a->object, "metadata"), "deletionTimestamp") ? FATE_GOING : FATE_THERE;
    else
        snprintf(k->fate_why, sizeof k->fate_why, ": %s", a->why);
    snapshot_wake(k->snapshot);
}

static bool is_looked_up(void *arg)
{
    const struct kill *k = arg;
    return k->looked_up;
}

/* Looks the pod's UID up again. The signal that arrived does not prevent it, the next one does. */
static void pod_lookup(struct kill *k)
{
    static const struct kobject_kind pod = {"v1", "Pod", "pods", true, 0};
    struct cluster cluster = {0};
    cluster.kube = session_kube(snapshot_session(k->snapshot), &cluster.ops);
    snapshot_clear_signal(k->snapshot);
    k->call = object_get(&cluster, &pod, k->ns, k->name, on_looked_up, k);
    snapshot_until(k->snapshot, is_looked_up, k, LOOKUP_TIMEOUT_MS);
    object_cancel(k->call);
    k->call = NULL;
}

/* The DELETE may have been carried out although no response arrived. */
static enum err delete_unanswered(struct kill *k, enum err waited, struct why *why)
{
    static const char *const words[] = {[FATE_UNKNOWN] = "its outcome is unknown",
                                        [FATE_THERE] = "the pod exists and is not Terminating",
                                        [FATE_GOING] = "the pod is Terminating",
                                        [FATE_GONE] = "the pod is gone"};
    pod_lookup(k);
    const bool interrupted = waited == ERR_CANCELLED, refused = k->answered && k->err && !err_is_unanswered(k->err);
    const bool goes = k->fate >= FATE_GOING;
    if (goes && !interrupted) {
        k->gone = true;
        cli_say("the API server did not answer the DELETE; %s", words[k->fate]);
        return kill_follow(k, why);
    }
    if (refused) return why_set(why, interrupted ? ERR_CANCELLED : k->err, "%s: %s", "not deleted", k->why);
    return why_set(why,
                   interrupted   ? ERR_CANCELLED
                   : k->answered ? k->err
                                 : ERR_TIMEOUT,
                   "%s: the delete of %s/%s (UID %s) was sent; %s%s%s",
                   interrupted   ? "interrupted"
                   : k->answered ? k->why
                                 : "the API server did not answer",
                   k->ns, k->name, k->uid, words[k->fate], k->fate_why, goes ? "; its recovery was not followed" : "");
}

static enum err kill_confirmed(struct kill *k, struct why *why)
{
    enum err err =
        session_kill_head(snapshot_session(k->snapshot), k->uid, cli_grace(&k->cli->conf), on_deleted, k, why);
    if (err) return err;
    err = snapshot_until(k->snapshot, is_deleted, k, FIND_TIMEOUT_MS);
    if (err || err_is_unanswered(k->err)) return delete_unanswered(k, err, why);
    if (k->err) return why_set(why, k->err, "%s", k->why);
    k->gone = true;
    return kill_follow(k, why);
}

/* In a session that is open. */
static enum err kill_head(struct kill *k, struct why *why)
{
    enum err err = snapshot_find_service(k->snapshot, FIND_TIMEOUT_MS, why);
    /* The plan and the losses need complete lists of all three backends. */
    if (!err && snapshot_until_settled(k->snapshot, FIND_TIMEOUT_MS) == ERR_CANCELLED)
        err = why_set(why, ERR_CANCELLED, "interrupted: nothing was deleted");
    if (err) return err;
    if (!session_focus(snapshot_session(k->snapshot)).head)
        return why_set(why, ERR_NOT_FOUND, "there is no head pod now");
    kill_remember(k);
    err = guards_delete(k->cli, k->snapshot, why);
    if (!err) err = kill_confirm(k, why);
    if (err == ERR_CANCELLED) return why_set(why, err, "interrupted: nothing was deleted");
    return err ? err : kill_confirmed(k, why);
}

static void kill_done(struct kill *k)
{
    free(k->uid);
    free(k->name);
    free(k->ns);
    free(k->service);
}

enum err kill_head_here(const struct cli *cli, struct snapshot *snapshot, struct why *why)
{
    struct kill k = {.cli = cli, .snapshot = snapshot, .unfollowed = true};
    const enum err err = kill_head(&k, why);
    kill_done(&k);
    return err;
}

int sub_kill_head(struct cli *cli)
{
    struct why why = {0};
    struct kill k = {.cli = cli};
    enum err err = guards_words(cli, "which head is deleted", &why);
    if (!err) err = cli_configure(cli, &why);
    if (!err) err = snapshot_open(cli, &k.snapshot, &why);
    if (!err) err = kill_head(&k, &why);
    if (err) cli_say("%s", why.text);
    const int status = snapshot_exit_status(k.snapshot, err);
    snapshot_close(k.snapshot);
    kill_done(&k);
    /* The head was deleted and did not recover in time: a failure, not an unreachable backend. */
    return k.gone && err == ERR_TIMEOUT ? EXIT_FAILED : status;
}
