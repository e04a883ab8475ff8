/* app_kill.c - deletes the head pod or a worker pod from the console: arming, the dialog, the DELETE of exactly the pod
 * that it names, and what follows. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/app_priv.h"
#include "tui/kill_plan.h"

#include <stdlib.h>

static void target_done(struct kill_target *t)
{
    free(t->uid);
    free(t->name);
    *t = (struct kill_target){0};
}

/* A worker may be gone from the world by now, but not this soon. */
static void worker_loss_start(struct context *at)
{
    const struct focus f = session_focus(at->session);
    const struct world *w = session_world(at->session);
    const struct clock *clock = session_clock(at->session);
    const struct row *row = at->killing.worker ? world_find(w, TABLE_POD, at->killing.uid) : NULL;
    if (row) worker_loss_begin(&at->worker_loss, w, &f, ROW(row, pod), clock_now_ms(clock), clock_wall_ms(clock));
}

void context_worker_observe(struct context *at)
{
    if (worker_loss_is_over(&at->worker_loss)) return; /* as at most changes: no focus is looked for */
    const struct focus f = session_focus(at->session);
    at->worker_news |=
        worker_loss_observe(&at->worker_loss, session_world(at->session), &f, clock_now_ms(session_clock(at->session)));
}

/* Called with the ticks: the failed prompt has a message of its own in the turn in which this loss ends. */
void context_worker_say(struct context *at)
{
    struct buf text;
    context_worker_observe(at);
    if (!at->worker_news) return;
    at->worker_news = false;
    buf_init(&text, APP_MESSAGE_MAX);
    worker_loss_text(&at->worker_loss, session_world(at->session), &text);
    context_say(at, worker_loss_is_bad(&at->worker_loss), "%s", buf_text(&text));
    buf_done(&text);
}

static void on_deleted(void *arg, enum err err, const char *why)
{
    struct context *at = arg;
    const char *reason = why && *why ? why : err_word(err);
    if (!err) worker_loss_start(at);
    if (!err)
        context_say(at, false, "delete accepted: %s", at->killing.name); /* it may be Terminating for its grace */
    else if (err_is_unanswered(err))
        context_say(at, true, "the DELETE of %s was sent, its outcome is unknown: %s", at->killing.name, reason);
    else
        context_say(at, true, "%s was not deleted: %s", at->killing.name, reason);
    target_done(&at->killing);
}

static void kill_decided(void *arg, enum err ignored, const char *ignored_why)
{
    struct app *app = arg;
    struct why why = {0};
    (void)ignored; /* an unreadable armed.json is READ-ONLY, with its reason */
    (void)ignored_why;
    enum err err = app_may(app, app->kill.worker ? CMD_KILL_WORKER : CMD_KILL_HEAD, &why);
    if (!err && app->at->killing.uid)
        err = why_set(&why, ERR_GUARD, "the DELETE of %s has no response yet", app->at->killing.name);
    if (!err) {
        app->at->killing = app->kill;
        app->kill = (struct kill_target){0};
        err = (app->at->killing.worker ? session_kill_worker : session_kill_head)(
            app->at->session, app->at->killing.uid, app->at->killing.grace_s, on_deleted, app->at, &why);
        if (err) target_done(&app->at->killing);
    }
    if (err) app_say(app, true, "%s", why.text);
}

void context_kill_forget(struct context *at)
{
    if (at->killing.uid) context_say(at, true, "the DELETE of %s was sent, its outcome is unknown", at->killing.name);
    target_done(&at->killing);
}

void context_kill_done(struct context *at)
{
    if (at->killing.uid)
        cli_say("the DELETE of %s (UID %s) was sent, its outcome is unknown", at->killing.name, at->killing.uid);
    target_done(&at->killing);
}

void app_kill_done(struct app *app)
{
    target_done(&app->kill);
}

static void kill_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    app_overlay_close(app);
    /* The arming may have expired while the name was typed. */
    if (result == OVERLAY_DONE) arming_store_renew(app->at->armed, kill_decided, app);
}

static void kill_dialog_open(struct app *app, const struct dialog_kill *kill)
{
    target_done(&app->kill);
    app->kill = (struct kill_target){
        .uid = mem_str(kill->uid), .name = mem_str(kill->pod), .worker = kill->is_worker, .grace_s = kill->grace_s};
    dialog_open_kill(&app->dialog, kill);
    app_overlay_open(app, &app->dialog.overlay, kill_result);
}

void app_kill_ask(struct app *app)
{
    struct focus f = session_focus(app->at->session);
    struct why why = {0};
    if (!f.head || session_may_delete(app->at->session, &why)) {
        app_say(app, true, "%s", f.head ? why.text : "there is no head pod now");
        return;
    }
    struct head_loss loss;
    struct dialog_kill kill =
        kill_plan(app->at->session, cli_grace(&app->cli->conf), app->at->arming.state == ARMING_DEVELOPMENT, &loss);
    kill.marks = screen_marks(app->at->screen);
    kill_dialog_open(app, &kill);
}

/* Somebody who marks pods may expect that all of them are deleted, and that the selected one, which is not marked, is
 * not: neither is what this does. */
static bool marks_mislead(const struct app *app)
{
    const struct screen *s = app->at->screen;
    const size_t marks = screen_marks(s);
    struct selection at;
    return marks > 1 || (marks == 1 && !(screen_selection(s, &at) && table_is_marked(screen_table(s), at.key)));
}

void app_kill_worker_ask(struct app *app)
{
    const struct focus f = session_focus(app->at->session);
    const struct pod *pod = app_selected_pod(app);
    struct why why = {0};
    if (session_may_delete_worker(app->at->session, &why)) {
        app_say(app, true, "%s", why.text);
    } else if (marks_mislead(app)) {
        app_say(app, true,
                "delete-worker deletes the selected pod alone, never what is marked: Esc clears the marks first");
    } else if (!pod || !text_eq(pod->role, "worker") || !focus_has_pod(&f, pod) || pod->deleted.known) {
        app_say(app, true, "delete-worker: select a worker pod of this RayService, which is not being deleted");
    } else {
        const struct dialog_kill kill = kill_plan_worker(app->at->session, pod, cli_grace(&app->cli->conf),
                                                         app->at->arming.state == ARMING_DEVELOPMENT);
        kill_dialog_open(app, &kill);
    }
}

/* ---- arming ---- */

static void arm_decided(void *arg, enum err err, const char *why)
{
    struct app *app = arg;
    if (err)
        app_say(app, true, "not armed: %s", why);
    else if (app->at->arming.development)
        app_say(app, false, "changes are allowed again: %s", app_context(app));
    else
        app_say(app, false, "ARMED for 15 minutes: %s", app_context(app));
    if (!err && app->arm_then != CMD_ARM) app_command(app, app->arm_then, "");
}

static void arm_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    app_overlay_close(app);
    if (result == OVERLAY_DONE) arming_store_arm(app->at->armed, arm_decided, app);
}

void app_arm_ask(struct app *app, enum command_id then)
{
    const struct kube_where *where = session_where(app->at->session);
    struct focus f = session_focus(app->at->session);
    char *body = mem_printf("context   %s\nserver    %s\nas        %s\nservice   %s/%s\n\n%s",
                            where && where->context ? where->context : "–",
                            where && where->server ? where->server : "–", where && where->user ? where->user : "–",
                            f.rayservice ? f.rayservice->ns : "–", f.rayservice ? f.rayservice->name : "–",
                            app->at->arming.development
                                ? "config.yaml marks it as development: changes are allowed until :disarm."
                                : "Changes are allowed for 15 minutes, then it is READ-ONLY again.");
    dialog_open(&app->dialog, "Arm this context?", body, NULL, true);
    free(body);
    app->arm_then = then;
    app_overlay_open(app, &app->dialog.overlay, arm_result);
}

static void disarm_decided(void *arg, enum err err, const char *why)
{
    struct app *app = arg;
    if (err == ERR_GUARD)
        app_say(app, true, "%s", why);
    else if (err)
        app_say(app, true, "READ-ONLY in this console; armed.json was not written: %s", why);
    else
        app_say(app, false, "READ-ONLY again");
}

void app_disarm(struct app *app)
{
    arming_store_disarm(app->at->armed, disarm_decided, app);
}
