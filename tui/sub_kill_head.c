/*
 * sub_kill_head.c - `raydeck kill-head`: deletes the head pod, guarded, and follows the recovery to its end or to what
 * it hangs on. It has failed where a worker pod did not live on, or a rung that should have been seen is missing;
 * requests that failed are told, and are the drill's to judge.
 */
#include "tui/guards.h"
#include "tui/kill_plan.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/outage.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIND_TIMEOUT_MS = 15 * 1000,
    PERMISSION_TIMEOUT_MS = 5000,
    FOLLOW_TIMEOUT_MS = 10 * 60 * 1000,
    HANGS_MS = 2000 /* a reason that stands so long is told */
};

struct kill {
    const struct cli *cli;
    struct look *look;
    char *uid, *name, *ns, *service; /* what was confirmed, and nothing else, is deleted */
    bool answered, gone;
    enum err err;
    char why[ERR_TEXT_MAX];
    bool told[RUNG_COUNT];
    char hangs[OUTAGE_WHY_MAX]; /* on what, and since when */
    uint64_t hangs_ms;
    bool hangs_told;
};

static void remember(struct kill *k)
{
    struct focus f = session_focus(look_session(k->look));
    k->uid = mem_str(f.head->record.key);
    k->name = mem_str(f.head->name);
    k->ns = mem_str(f.head->ns);
    k->service = mem_str(f.rayservice ? f.rayservice->name : "");
}

/* An answer that is no is an answer: only one that has not come is waited for. */
static bool permission_known(void *arg)
{
    const struct kill *k = arg;
    return !session_permission_waits(look_session(k->look));
}

static void tell_plan(const struct kill *k)
{
    struct head_loss loss;
    struct dialog_kill plan = kill_plan(look_session(k->look), cli_grace(&k->cli->conf), false, &loss);
    char *text = dialog_kill_text(&plan, true);
    fprintf(stderr, "%s", text);
    free(text);
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

static void outage_now(const struct kill *k, struct outage *ret)
{
    const struct session *session = look_session(k->look);
    const struct focus f = session_focus(session);
    outage_of(session_recovery(session), session_world(session), &f, loop_now_ms(), loop_wall_ms(look_loop(k->look)),
              ret);
}

/* What is waited for says why it does not come: a line once the reason has stood, and when it becomes another. */
static void tell_hanging(struct kill *k, const struct outage *o)
{
    const char *why = o->waits_for == RUNG_COUNT ? "" : o->rung[o->waits_for].why;
    if (strcmp(why, k->hangs) != 0) {
        snprintf(k->hangs, sizeof k->hangs, "%s", why);
        k->hangs_ms = loop_now_ms();
        k->hangs_told = false;
    }
    if (!why[0] || k->hangs_told || loop_now_ms() < k->hangs_ms + HANGS_MS) return;
    k->hangs_told = true;
    fprintf(stderr, "          waits for %s: %s\n", rung_words(o->waits_for), why);
}

/* Prints rungs as they are reached; true when the outage is over. */
static bool followed(void *arg)
{
    struct kill *k = arg;
    struct outage o;
    char after[TEXT_NUM_MAX];
    outage_now(k, &o);
    for (int i = 0; i < RUNG_COUNT; i++) {
        if (!o.rung[i].seen || k->told[i]) continue;
        k->told[i] = true;
        printf("%8s  %-40s %s\n", outage_offset(after, o.rung[i].after_ms), rung_words((enum rung)i), o.rung[i].note);
        fflush(stdout);
    }
    tell_hanging(k, &o);
    return o.state == OUTAGE_OVER;
}

static void tell_losses(const struct outage *o)
{
    char down[TEXT_NUM_MAX], silent[TEXT_NUM_MAX], words[OUTAGE_WORDS_MAX];
    printf("outage    head down %s", outage_length(down, o->head_down_ms));
    if (o->gcs_silent_ms.known) printf(", GCS silent %s", outage_length(silent, o->gcs_silent_ms));
    printf("\n");
    printf("workers   %s\n", o->workers ? outage_worker_words(o, words) : "none were there");
    if (!*outage_request_words(o, OUTAGE_CLASSES, words)) snprintf(words, sizeof words, "none was seen");
    printf("requests  %s\n", words);
    if (o->fields.known) printf("GCS       fields %s\n", outage_field_words(&o->fields, words, NULL));
}

/* What became of the workers, the requests and the ladder. False: a worker did not live on, or a rung is missing. */
static bool tell_end(const struct kill *k, struct why *ret_why)
{
    struct outage o;
    outage_now(k, &o);
    bool lived = outage_workers_lived_on(&o);
    if (o.state != OUTAGE_NONE) tell_losses(&o);
    if (!lived) why_set(ret_why, ERR_TIMEOUT, "not every worker pod lived on");
    for (int i = 0; i < RUNG_COUNT; i++) {
        const char *why = o.rung[i].why, *name = rung_words((enum rung)i);
        if (!o.rung[i].possible) continue;
        printf("missing   %s%s%s\n", name, why[0] ? ": " : "", why);
        if ((enum rung)i == o.missing) why_set(ret_why, ERR_TIMEOUT, "%s%s%s", name, why[0] ? ": " : "", why);
    }
    fflush(stdout);
    return o.missing == RUNG_COUNT && lived;
}

/* ERR_TIMEOUT also for a recovery that ended without all that it should have had. */
static enum err follow(struct kill *k, struct why *why)
{
    struct why lacks = {0};
    enum err err = look_until(k->look, followed, k, cli_timeout_ms(k->cli, FOLLOW_TIMEOUT_MS));
    bool whole = tell_end(k, &lacks);
    if (err == ERR_CANCELLED)
        return why_set(why, err, "interrupted: the head is deleted, its recovery was not watched to the end");
    if (err)
        return why_set(why, err, "the head is deleted, its recovery did not end in time%s%s",
                       whole ? "" : "; it hangs on ", lacks.text);
    return whole ? ERR_OK : why_set(why, ERR_TIMEOUT, "the recovery failed at: %s", lacks.text);
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
    return follow(k, why);
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
    /* The head was killed and did not come back whole while we looked: not a backend out of reach, a failure. */
    return k.gone && err == ERR_TIMEOUT ? EXIT_FAILED : cli_exit_of(err);
}
