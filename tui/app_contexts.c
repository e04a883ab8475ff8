/*
 * app_contexts.c - the contexts that the console holds: one is on the screen, the others go on in the background. Of
 * APP_CONTEXTS the one that was left longest ago gives way to a new one, unless something runs in it.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/app_priv.h"
#include "tui/panes/pane_tools.h"

#include <stdlib.h>
#include <string.h>

static struct context *context_named(const struct app *app, const char *name)
{
    for (size_t i = 0; i < app->contexts; i++)
        if (text_eq(context_name(app->context[i]), name)) return app->context[i];
    return NULL;
}

/* ---- what each is at --------------------------------------------------------------------------------------------- */

const char *context_runs(const struct context *at)
{
    if (app_work_runs(at->work)) return app_work_name(at->work);
    if (app_drill_runs(at->drill)) return "a drill";
    if (at->killing.uid) return "a DELETE without a response";
    return at->recording && live_is_busy(at->recording) ? "a recording that is being written" : NULL;
}

/* The answer in words, during an outage where its recovery stands. */
static void context_judge(struct context *at)
{
    struct focus f = session_focus(at->session);
    const struct view v = context_view(at, &f);
    struct answer answers[ANSWERS];
    const enum outage_phase phase = recovery_phase_of(session_recovery(at->session));
    const bool lost = at->outage.state == OUTAGE_RUNNING;
    answers_of(v.world, &f, v.outage, v.previous, v.now_ms, v.wall_ms, answers);
    at->verdict = lost ? VERDICT_NO : answers[0].verdict;
    snprintf(at->word, sizeof at->word, "%s", lost ? outage_phase_words(phase) : answers[0].word);
}

void app_contexts_tick(struct app *app)
{
    const bool shown = app->contexts > 1 || overlay_is_open(&app->overlays, &app->list.overlay);
    for (size_t i = 0; i < app->contexts; i++) {
        context_tick(app->context[i]);
        if (shown) context_judge(app->context[i]);
    }
}

/* What is not known is worse than what is well. */
static int verdict_severity(enum verdict v)
{
    return v == VERDICT_OK ? 0 : v == VERDICT_UNKNOWN ? 1 : v == VERDICT_WARN ? 2 : 3;
}

enum verdict app_contexts_words(const struct app *app, char *out, size_t size)
{
    const struct context *worst = NULL;
    size_t others = 0;
    out[0] = '\0';
    for (size_t i = 0; i < app->contexts; i++) {
        const struct context *at = app->context[i];
        if (at == app->at) continue;
        others++;
        if (!worst || verdict_severity(at->verdict) > verdict_severity(worst->verdict)) worst = at;
    }
    if (!worst) return VERDICT_UNKNOWN;
    int len = snprintf(out, size, "%.40s: %s", or_dash(context_name(worst)), worst->word);
    if (others > 1 && (size_t)len < size) snprintf(out + len, size - (size_t)len, " +%zu", others - 1);
    return worst->verdict;
}

bool app_contexts_recover(const struct app *app)
{
    bool any = false;
    for (size_t i = 0; i < app->contexts; i++)
        any = any || session_recovery(app->context[i]->session)->outage == OUTAGE_RUNNING;
    return any;
}

/* ---- to another one ---------------------------------------------------------------------------------------------- */

static void context_show(struct app *app, struct context *at)
{
    app_overlay_close_all(app);
    app_read_stop(app);
    app->keymap.pending = false;
    app->message[0] = '\0';
    app->at->left_ms = loop_now_ms();
    context_judge(app->at); /* as it was left, until the next tick */
    app->at = at;
    app->canvas.rows = -1; /* forces screen_size of its screen */
    app->dirty = true;
    context_title(at);
}

static void context_remove(struct app *app, struct context *at)
{
    size_t i = 0;
    while (app->context[i] != at) i++;
    for (app->contexts--; i < app->contexts; i++) app->context[i] = app->context[i + 1];
    context_free(at);
}

static bool gives_way(const struct app *app, const struct context *at)
{
    return at != app->at && !context_runs(at) && session_recovery(at->session)->outage != OUTAGE_RUNNING &&
           !session_asks(at->session);
}

/* *ret: the one that is closed for another one; NULL: there is room. */
static enum err contexts_find_room(const struct app *app, struct context **ret, struct why *why)
{
    struct context *oldest = NULL;
    for (size_t i = 0; i < app->contexts && app->contexts == APP_CONTEXTS; i++) {
        struct context *at = app->context[i];
        if (gives_way(app, at) && (!oldest || at->left_ms < oldest->left_ms)) oldest = at;
    }
    *ret = oldest;
    if (oldest || app->contexts < APP_CONTEXTS) return ERR_OK;
    return why_set(why, ERR_LIMIT, "%d contexts are held, and something runs in each: :ctx close NAME closes one",
                   APP_CONTEXTS);
}

static enum err context_begin(struct app *app, const char *name, struct why *why)
{
    struct context *oldest;
    enum err err = contexts_find_room(app, &oldest, why);
    if (err) return err;
    struct context *at = context_new(app, &app->cli->conf);
    conf_for_context(&app->cli->conf, name, &at->own);
    at->conf = &at->own;
    err = context_open(at, NULL, why);
    if (err) {
        context_free(at);
        return err;
    }
    if (oldest) context_remove(app, oldest);
    app->context[app->contexts++] = at;
    context_show(app, at);
    return ERR_OK;
}

static void context_look(struct app *app, const char *name)
{
    struct context *at = context_named(app, name);
    struct why why = {0};
    if (arming_store_busy(app->at->armed)) {
        app_say(app, true, "ctx: a decision is pending here");
    } else if (at == app->at) {
        app_say(app, false, "%s is on the screen", name);
    } else if (at) {
        context_show(app, at);
    } else if (context_begin(app, name, &why)) {
        app_say(app, true, "ctx: %s", why.text);
    }
}

/* ---- closing ----------------------------------------------------------------------------------------------------- */

static struct context *last_left(const struct app *app)
{
    struct context *last = NULL;
    for (size_t i = 0; i < app->contexts; i++)
        if (app->context[i] != app->at && (!last || app->context[i]->left_ms > last->left_ms)) last = app->context[i];
    return last;
}

static void context_close(struct app *app, const char *name)
{
    struct context *at = *name ? context_named(app, name) : app->at, *next = last_left(app);
    const char *runs = at ? context_runs(at) : NULL;
    if (!at) {
        app_say(app, true, "ctx: %s is not held", name);
    } else if (runs) {
        app_say(app, true, "ctx: %s is held by %s", or_dash(context_name(at)), runs);
    } else if (at == app->at && !next) {
        app_say(app, true, "ctx: the only one; q quits");
    } else {
        char *closed = mem_str(or_dash(context_name(at)));
        if (at == app->at) context_show(app, next);
        context_remove(app, at);
        app_say(app, false, "%s is closed", closed);
        free(closed);
    }
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static void row_add(struct app *app, struct context *at, const char *name)
{
    char service[2 * 254] = "";
    const struct kube_where *where = at ? session_where(at->session) : NULL;
    struct contexts_row row = {.name = name, .state = "–"};
    if (at) {
        const struct focus f = session_focus(at->session);
        const char *runs = context_runs(at);
        if (f.rayservice) snprintf(service, sizeof service, "%s/%s", or_dash(f.rayservice->ns), f.rayservice->name);
        row.state = runs ? runs : at == app->at ? "on the screen" : "held";
        row.server = where && where->server ? where->server : "–";
        row.service = service[0] ? service : NULL;
        row.verdict = at->verdict;
        row.word = at->word;
    }
    contexts_view_add(&app->list, &row);
}

void app_contexts_update(struct app *app)
{
    const struct kube_where *where = session_where(app->at->session);
    if (!overlay_is_open(&app->overlays, &app->list.overlay)) return;
    contexts_view_begin(&app->list);
    for (size_t i = 0; i < app->contexts; i++) row_add(app, app->context[i], or_dash(context_name(app->context[i])));
    for (size_t i = 0; where && i < where->context_count; i++)
        if (!context_named(app, where->contexts[i])) row_add(app, NULL, where->contexts[i]);
    contexts_view_end(&app->list);
}

static void list_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    const char *choice = contexts_view_choice(&app->list);
    char *name = mem_str(choice);
    if (result == OVERLAY_ACTION && name) {
        context_close(app, name);
    } else {
        app_overlay_close(app);
        if (result == OVERLAY_DONE && name) context_look(app, name);
    }
    free(name);
}

void app_context_command(struct app *app, const char *args)
{
    static const char word[] = "close";
    const size_t len = sizeof word - 1;
    if (strncmp(args, word, len) == 0 && (!args[len] || args[len] == ' ')) {
        context_close(app, args + len + strspn(args + len, " "));
    } else if (*args) {
        context_look(app, args);
    } else {
        for (size_t i = 0; i < app->contexts; i++) context_judge(app->context[i]);
        contexts_view_open(&app->list);
        app_overlay_open(app, &app->list.overlay, list_result);
    }
}

void app_contexts_free(struct app *app)
{
    for (size_t i = 0; i < app->contexts; i++) app_work_report_unfinished(app->context[i]->work);
    while (app->contexts) context_free(app->context[--app->contexts]);
    app->at = NULL;
}
