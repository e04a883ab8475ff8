/* app_drill.c - runs a drill from the console; see app_drill.h. */
#include "tui/app_drill.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "backends/link/file_job.h"
#include "deploy/drill.h"
#include "tui/app_priv.h"
#include "tui/drill_history.h"
#include "tui/report_files.h"
#include "tui/timeline_file.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { QUESTION_MAX = 16 * 1024, WATCH_TICK_MS = 250, SAVE_MS = 5000 };

struct app_drill {
    struct app *app;
    struct context *at; /* where it runs, whichever is on the screen */
    struct drill *drill;
    struct criteria limits;
    struct drill_view view;
    struct timeline_loss drawn;          /* of the report, once it is over */
    struct file_job *keep;               /* of the report that --history lists */
    struct file_job *job[DRILL_FORMATS]; /* of the reports that are being written */
    size_t jobs, unsaved;
    char *saved; /* the path of the first; NULL: not asked for */
    bool over;
};

void app_drill_free(struct app_drill *d)
{
    if (!d) return;
    for (size_t i = 0; i < DRILL_FORMATS; i++) file_job_cancel(d->job[i]);
    file_job_cancel(d->keep);
    drill_free(d->drill);
    drill_view_done(&d->view);
    if (d->over) timeline_loss_done(&d->drawn);
    free(d->saved);
    free(d);
}

static bool is_shown(const struct app_drill *d)
{
    return d->app->overlays.top == &d->view.overlay;
}

/* In the view, where it is shown, which covers the messages of the screen. */
__attribute__((format(printf, 3, 4))) static void drill_note(struct app_drill *d, bool bad, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(d->view.note, sizeof d->view.note, fmt, ap);
    va_end(ap);
    if (!is_shown(d)) context_say(d->at, bad, "%s", d->view.note);
    d->app->dirty = true;
}

/* ---- callbacks ----------------------------------------------------------------------------------------------------
 */

static void on_changed(void *arg, const struct step *step, const struct step_line *line)
{
    struct app_drill *d = arg;
    (void)step;
    (void)line;
    d->app->dirty = true;
}

static void on_confirm(void *arg)
{
    struct app_drill *d = arg;
    d->view.asks = true;
    d->app->dirty = true;
    if (!is_shown(d)) context_say(d->at, false, "the drill waits for confirmation: x f shows it");
}

static char *report_take(const struct app_drill *d, enum drill_format format)
{
    struct buf text;
    struct drill_report report = *drill_report(d->drill);

    report.timeline = d->drawn.text.len ? buf_text(&d->drawn.text) : NULL;
    report.picture = d->drawn.picture.len ? buf_text(&d->drawn.picture) : NULL;
    buf_init(&text, DRILL_REPORT_MAX);
    drill_report_write(&report, format, &text);
    if (format == DRILL_FORMAT_TEXT) drill_by_hand(d->drill, &text);
    char *out = buf_take(&text);
    buf_done(&text);
    return out;
}

static void on_kept(void *arg, enum err err, const char *text, size_t len, const char *why)
{
    struct app_drill *d = arg;
    (void)text;
    (void)len;

    d->keep = NULL;
    if (err) drill_note(d, true, "this report is not kept for --history: %s", why);
}

/* As `raydeck drill` does. */
static void report_keep(struct app_drill *d)
{
    char *path = drill_history_path(drill_report(d->drill), DRILL_FORMAT_JSON);
    char *text = report_take(d, DRILL_FORMAT_JSON);

    if (path) d->keep = file_job_write(d->app->loop, path, text, strlen(text), on_kept, d);
    free(text);
    free(path);
}

static void on_done(void *arg, enum err err, const char *why)
{
    struct app_drill *d = arg;
    const struct drill_report *report = drill_report(d->drill);

    if (report) timeline_loss_draw(&d->drawn, d->at->session, report->outage, d->app->redact);
    d->over = true;
    d->view.note[0] = '\0';
    snprintf(d->view.end, sizeof d->view.end, "%s", *why ? why : "done");
    d->view.bad = report ? report->verdict->result != DRILL_PASS : err != ERR_OK;
    d->view.asks = false;
    if (report) {
        report_keep(d);
        d->view.report = report_take(d, DRILL_FORMAT_TEXT);
        d->view.shows_report = true;
    }
    if (!is_shown(d)) context_say(d->at, d->view.bad, "the drill is over: %s; x f shows it", d->view.end);
    d->app->dirty = true;
}

void app_drill_applied(struct app_drill *d, const struct change *c)
{
    if (d) drill_applied(d->drill, c);
}

/* ---- answers ------------------------------------------------------------------------------------------------------
 */

static void drill_decided(void *arg, enum err err, const char *ignored_why)
{
    struct app *app = arg;
    struct why why = {0};
    (void)ignored_why; /* where armed.json cannot be read the state is READ-ONLY, with its reason */
    (void)err;

    if (!app->at->drill) return;
    const bool refused = app_may(app, CMD_DRILL, &why) != ERR_OK;
    if (refused) app_say(app, true, "%s", why.text);
    step_engine_confirm(drill_engine(app->at->drill->drill), !refused);
}

static void drill_decline(struct app_drill *d)
{
    d->view.asks = false;
    step_engine_confirm(drill_engine(d->drill), false);
}

/* Of the dialog. Esc goes back to the phases and the question stays open; only n declines. */
static void question_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;

    app_overlay_close(app);
    if (result == OVERLAY_DECLINED) drill_decline(app->at->drill);
    if (result != OVERLAY_DONE) return;
    app->at->drill->view.asks = false;
    /* The arming may have expired while the name was typed. */
    arming_store_renew(app->at->armed, drill_decided, app);
}

static void guards_add(const struct app_drill *d, struct buf *body)
{
    const struct step *guards = &step_engine_steps(drill_engine(d->drill))->item[DRILL_GUARDS];

    buf_str(body, "\nGuards:\n");
    for (size_t i = 0; i < guards->count; i++) buf_printf(body, "  %s\n", guards->line[i].text);
    struct buf now;
    buf_init(&now, QUESTION_MAX);
    drill_guards_now(d->drill, &now);
    if (now.len) buf_printf(body, "Since then, and the drill refuses unless that ends:\n%s", buf_text(&now));
    buf_done(&now);
}

static void equivalent_add(const struct app_drill *d, const struct focus *f, struct buf *body)
{
    const char *context = context_name(d->at);

    buf_str(body, "\nThe same:  raydeck");
    if (context) {
        buf_str(body, " --context ");
        text_shell_word(body, context);
    }
    buf_str(body, " -n ");
    text_shell_word(body, f->rayservice ? f->rayservice->ns : "");
    buf_str(body, " -s ");
    text_shell_word(body, f->rayservice ? f->rayservice->name : "");
    buf_printf(body, " drill --fault %s\n", drill_fault_word(drill_fault_of(d->drill)));
}

static void question_show(struct app_drill *d)
{
    struct app *app = d->app;
    const struct focus f = session_focus(d->at->session);
    const char *word = d->at->arming.state == ARMING_DEVELOPMENT || !f.rayservice ? NULL : f.rayservice->name;
    struct buf body;

    buf_init(&body, QUESTION_MAX);
    buf_printf(&body, "context    %s\nservice    %s/%s\n\n", context_name(d->at) ? context_name(d->at) : "–",
               f.rayservice ? f.rayservice->ns : "–", f.rayservice ? f.rayservice->name : "–");
    drill_hypothesis(d->drill, &body);
    guards_add(d, &body);
    equivalent_add(d, &f, &body);
    dialog_open(&app->dialog, "Drill?", buf_text(&body), word, true);
    buf_done(&body);
    app_overlay_open(app, &app->dialog.overlay, question_result);
}

/* ---- the reports as files -----------------------------------------------------------------------------------------
 */

static void on_saved(void *arg, enum err err, const char *text, size_t len, const char *why)
{
    struct app_drill *d = arg;
    (void)text;
    (void)len;

    if (err) {
        d->unsaved++;
        drill_note(d, true, "not saved: %s", why);
    }
    if (--d->jobs) return;
    for (size_t i = 0; i < DRILL_FORMATS; i++) d->job[i] = NULL;
    if (!d->unsaved) drill_note(d, false, "saved: %s, and in the other formats beside it", d->saved);
}

static void reports_save(struct app_drill *d)
{
    if (d->jobs) return;
    free(d->saved);
    d->saved = drill_history_path(drill_report(d->drill), DRILL_FORMAT_TEXT);
    if (!d->saved) {
        drill_note(d, true, "not saved: neither XDG_STATE_HOME nor HOME is set");
        return;
    }
    d->unsaved = 0;
    d->jobs = DRILL_FORMATS;
    for (int i = 0; i < DRILL_FORMATS; i++) {
        char *path = drill_history_path(drill_report(d->drill), (enum drill_format)i);
        char *text = report_take(d, (enum drill_format)i);
        d->job[i] = file_job_write(d->app->loop, path, text, strlen(text), on_saved, d);
        free(text);
        free(path);
    }
}

/* ---- the phases over the screen -----------------------------------------------------------------------------------
 */

static void load_stop_said(struct app_drill *d)
{
    drill_stop(d->drill);
    drill_note(d, true, "the load is stopped; the recovery is watched to its end and judged");
}

void app_drill_update(struct app_drill *d)
{
    struct drill_view *v = &d->view;
    struct drill_load_now now;

    v->injected = drill_has_injected(d->drill);
    v->load_runs = drill_load_runs(d->drill);
    if (d->over || !step_engine_deadline(drill_engine(d->drill), &v->elapsed_ms, &v->limit_ms)) v->limit_ms = 0;
    v->load_ended = drill_load_has_ended(d->drill);
    v->series_count = 0;
    for (int i = 0; i < TALLY_SERIES; i++)
        if (drill_load_now(d->drill, (enum tally_series)i, &now))
            v->series[v->series_count++] =
                (struct drill_view_series){.name = drill_series_name(d->drill, (enum tally_series)i),
                                           .per_s = now.per_s,
                                           .due = now.planned,
                                           .answered = now.ok,
                                           .failed = now.failed,
                                           .unknown = now.unknown,
                                           .in_flight = now.in_flight};
}

static void view_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    struct app_drill *d = app->at->drill;

    if (result == OVERLAY_DECLINED)
        drill_decline(d);
    else if (result != OVERLAY_ACTION)
        app_overlay_close(app);
    else if (d->view.action == DRILL_VIEW_CONFIRM)
        question_show(d);
    else if (d->view.action == DRILL_VIEW_SAVE)
        reports_save(d);
    else if (drill_has_injected(d->drill))
        load_stop_said(d);
    else
        step_engine_stop(drill_engine(d->drill));
}

static void drill_show(struct app_drill *d)
{
    drill_view_open(&d->view);
    app_overlay_open(d->app, &d->view.overlay, view_result);
}

/* ---- start and end ------------------------------------------------------------------------------------------------
 */

/* "[FAULT] [force]" */
static enum err words_read(const char *words, char fault[32], bool *ret_force, struct why *why)
{
    fault[0] = '\0';
    *ret_force = false;
    for (const char *at = words; *(at += strspn(at, " "));) {
        const size_t len = strcspn(at, " ");
        if (len == 5 && memcmp(at, "force", 5) == 0)
            *ret_force = true;
        else if (*fault || len >= 32)
            return why_set(why, ERR_USAGE, "drill [delete|delete-now|gcs] [force]");
        else
            snprintf(fault, 32, "%.*s", (int)len, at);
        at += len;
    }
    return ERR_OK;
}

static enum err drill_begin(struct app *app, const char *words, struct why *why)
{
    struct app_drill *d = mem_zero(1, sizeof *d);
    struct context *at = app->at;
    const struct focus f = session_focus(at->session);
    char word[32];
    struct drill_conf conf = {.loop = app->loop,
                              .session = at->session,
                              .question = app->cli->no_prompts ? NULL : DRILL_QUESTION,
                              .raydeck = RAYDECK_VERSION};
    enum err err = words_read(words, word, &conf.force, why);

    if (!err)
        err = drill_fault_find(*word ? word : app->cli->fault, cli_grace(at->conf), &conf.fault, &conf.grace_s, why);
    if (!err) err = report_limits(app->cli, &d->limits, why);
    if (!err && !f.rayservice) err = why_set(why, ERR_NOT_FOUND, "there is no RayService");
    if (err) {
        free(d);
        return err;
    }
    const struct step_observer observer = {on_changed, on_confirm, on_done, d};
    conf.limits = &d->limits;
    d->app = app;
    d->at = at;
    d->drill = drill_start(&conf, &observer);
    d->view.steps = step_engine_steps(drill_engine(d->drill));
    snprintf(d->view.title, sizeof d->view.title, "Drill · %s · %s/%s", drill_fault_word(conf.fault), f.rayservice->ns,
             f.rayservice->name);
    app_drill_free(at->drill);
    at->drill = d;
    return ERR_OK;
}

void app_drill_ask(struct app *app, const char *words)
{
    struct why why = {0};

    if (app_drill_runs(app->at->drill)) {
        drill_show(app->at->drill);
        return;
    }
    if (drill_begin(app, words, &why))
        app_say(app, true, "drill: %s", why.text);
    else
        drill_show(app->at->drill);
}

enum view_drill app_drill_view(const struct app_drill *d)
{
    if (!d) return VIEW_DRILL_NONE;
    if (d->over) return d->view.bad ? VIEW_DRILL_ENDED : VIEW_DRILL_PASSED;
    return d->view.asks ? VIEW_DRILL_ASKS : VIEW_DRILL_RUNS;
}

bool app_drill_runs(const struct app_drill *d)
{
    return d && !d->over;
}

static bool is_watched(const struct app_drill *d)
{
    return app_drill_runs(d) && drill_has_injected(d->drill);
}

bool app_drill_is_watched(const struct app *app)
{
    for (size_t i = 0; i < app->contexts; i++)
        if (is_watched(app->context[i]->drill)) return true;
    return false;
}

bool app_drill_interrupt(struct app *app)
{
    bool any = false;

    for (size_t i = 0; i < app->contexts; i++) {
        struct app_drill *d = app->context[i]->drill;
        if (!is_watched(d) || !drill_load_runs(d->drill)) continue;
        load_stop_said(d);
        any = true;
    }
    return any;
}

static void report_print(const struct app_drill *d)
{
    char *text = report_take(d, DRILL_FORMAT_TEXT);
    fputs(text, stdout);
    free(text);
}

static void drill_leave(struct app_drill *d)
{
    if (!is_watched(d)) {
        step_engine_cancel(drill_engine(d->drill), ERR_CANCELLED, "interrupted");
        return;
    }
    drill_stop(d->drill);
    cli_say("%s: the drill's load is stopped; the recovery is watched to its end and judged (^C leaves at once)",
            context_name(d->at) ? context_name(d->at) : "the cluster");
}

/* To its end, with the report. */
static void drill_watch(struct app_drill *d)
{
    struct app *app = d->app;

    while (!d->over) {
        loop_step(app->loop, WATCH_TICK_MS);
        for (size_t i = 0; i < app->contexts; i++) session_tick(app->context[i]->session);
    }
    if (!drill_report(d->drill)) return;
    report_print(d);
    /* The line may be gone, and with it stdout. */
    reports_save(d);
    for (const uint64_t limit_ms = loop_now_ms() + SAVE_MS; d->jobs && loop_now_ms() < limit_ms;)
        loop_step(app->loop, WATCH_TICK_MS);
    if (d->saved && !d->jobs && !d->unsaved) cli_say("saved: %s, and in the other formats beside it", d->saved);
}

void app_drill_finish(struct app *app)
{
    bool any = false;

    for (size_t i = 0; i < app->contexts; i++) any = any || app_drill_runs(app->context[i]->drill);
    if (!any) return;
    /* A shell and the kernel may both signal a dropped line. */
    sigaction(SIGHUP, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    /* Nothing is drawn any more. */
    alarm_stop(app->tick);
    alarm_stop(app->soon);
    for (size_t i = 0; i < app->contexts; i++)
        if (app_drill_runs(app->context[i]->drill)) drill_leave(app->context[i]->drill);
    for (size_t i = 0; i < app->contexts; i++)
        if (app_drill_runs(app->context[i]->drill)) drill_watch(app->context[i]->drill);
}
