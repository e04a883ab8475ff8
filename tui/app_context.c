/* app_context.c - what the console holds of one context of the kubeconfig: opens and closes its session, recorder and
 * arming, and announces its outage. */
#include "backends/base/mem.h"
#include "deploy/redis_from.h"
#include "tui/app_priv.h"
#include "tui/drill_history.h"
#include "tui/frame.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *context_name(const struct context *at)
{
    const struct kube_where *where = session_where(at->session);
    return where ? where->context : NULL;
}

void context_say(struct context *at, bool bad, const char *fmt, ...)
{
    char text[2 * APP_MESSAGE_MAX];
    const char *name = at == at->app->at ? NULL : context_name(at);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    app_say(at->app, bad, "%s%s%s", name ? name : "", name ? ": " : "", text);
}

struct view context_view(struct context *at, const struct focus *focus)
{
    struct view view = frame_view(at->session, focus, &at->outage);
    view.drill = app_drill_view(at->drill);
    view.armed = arming_allows(&at->arming);
    view.read_only = !view.armed;
    view.demo = at->conf->demo;
    view.sim_speed = at->app->sim_speed;
    return view;
}

/* ---- its outage -------------------------------------------------------------------------------------------------- */

void context_title(const struct context *at)
{
    char title[48];
    const char *words = outage_phase_words(at->title_phase);
    snprintf(title, sizeof title, "raydeck%s%s", *words ? ": " : "", words);
    term_title(at->app->term, title);
}

void context_phase_follow(struct context *at)
{
    at->title_phase = recovery_phase_of(session_recovery(at->session));
    context_title(at);
}

void context_notify(struct context *at)
{
    if (app_replay_jumps(at->app)) return;
    const enum outage_phase phase = recovery_phase_of(session_recovery(at->session));
    const char *words = outage_phase_words(phase), *before = outage_phase_words(at->title_phase);
    at->title_phase = phase;
    if (strcmp(words, before) == 0) return;
    if (!*before) term_bell(at->app->term);
    if (at == at->app->at)
        context_title(at);
    else
        context_say(at, !*before, "%s", *words ? words : "the recovery is over");
}

static void context_record_loss(struct context *at)
{
    struct focus focus = session_focus(at->session);
    struct view view = context_view(at, &focus);
    losses_record(&at->losses, &view);
}

void context_tick(struct context *at)
{
    if (!at->app->replay) session_tick(at->session);
    arming_store_tick(at->armed);
    context_notify(at);
    context_worker_say(at);
    context_record_loss(at);
    context_record_look(at);
}

static void on_change(void *arg, const struct change *c)
{
    struct context *at = arg;
    if (!at->session || !at->app->term) return; /* still opening */
    context_notify(at);
    context_worker_observe(at);
    if (at == at->app->at) app_changed(at->app, c);
}

/* ---- arming ------------------------------------------------------------------------------------------------------ */

static const struct kube_where *arming_where(void *arg)
{
    const struct context *at = arg;
    return session_where(at->session);
}

static void on_armed(void *arg, const struct arming *a)
{
    struct context *at = arg;
    at->arming = *a;
    at->app->dirty = true;
    if (session_where(at->session))
        session_allow_changes(at->session, a->state == ARMING_DEVELOPMENT ? UINT64_MAX
                                           : a->state == ARMING_ARMED     ? a->until_ms
                                                                          : 0);
}

/* ---- open and close ---------------------------------------------------------------------------------------------- */

static enum err session_begin(struct context *at, struct session **ret, struct why *why)
{
    const struct session_calls calls = {.changed = on_change, .applied = context_record_change, .arg = at};
    if (at->app->cli->replay) {
        *ret = session_open_replay(at->app->loop, at->conf, &calls);
        return ERR_OK;
    }
    const enum err err = cli_usage_of(session_open(at->app->loop, at->conf, &calls, ret, why), why);
    if (!err) drill_history_remember(*ret);
    return err;
}

static void screen_begin(struct context *at)
{
    at->screen = screen_new();
    if (at->app->cli->conf.stage) screen_focus(at->screen, stage_pane_ops.letter);
}

struct context *context_new(struct app *app, const struct conf *conf)
{
    struct context *at = mem_zero(1, sizeof *at);
    at->app = app;
    at->conf = conf;
    screen_begin(at);
    return at;
}

enum err context_open(struct context *at, const char *record, struct why *why)
{
    const struct arming_store_calls calls = {arming_where, on_armed, at};
    enum err err = cli_usage_of(context_record_open(at, record, why), why);
    if (!err) err = session_begin(at, &at->session, why);
    if (err) return err;
    context_record_session(at);
    at->armed = arming_store_new(at->app->loop, at->conf, &calls);
    return ERR_OK;
}

enum err context_reopen(struct context *at, struct why *why)
{
    struct session *fresh;
    context_record_anew(at);
    enum err err = session_begin(at, &fresh, why);
    if (err) return err;
    context_record_loss(at);
    app_overlay_close_all(at->app); /* the steps of its work may lie there */
    app_read_stop(at->app);
    app_work_free(at->work);
    app_drill_free(at->drill);
    context_lint_done(at);
    at->work = NULL;
    at->drill = NULL;
    context_forwards_close(at);
    app_object_free(at->object);
    at->object = NULL;
    app_logs_free(at->logs);
    at->logs = NULL;
    session_close(at->session);
    context_kill_forget(at);
    screen_free(at->screen);
    at->session = fresh;
    context_record_session(at);
    screen_begin(at);
    at->picker_offered = false;
    at->chat = (struct chat){0};
    at->worker_loss = (struct worker_loss){.phase = WORKER_LOSS_NONE};
    at->worker_news = false;
    /* The cluster may be another one: READ-ONLY until armed.json was read. */
    on_armed(at, &(struct arming){.state = ARMING_READ_ONLY, .why = "armed.json is being read"});
    arming_store_refresh(at->armed);
    context_notify(at);
    return ERR_OK;
}

void context_free(struct context *at)
{
    if (!at) return;
    app_work_free(at->work);
    app_drill_free(at->drill);
    redis_from_free(at->aws);
    context_lint_done(at);
    arming_store_free(at->armed);
    context_forwards_close(at);
    app_object_free(at->object);
    app_logs_free(at->logs);
    session_close(at->session);
    context_kill_done(at);
    screen_free(at->screen);
    context_record_close(at);
    conf_done(&at->own);
    free(at);
}
