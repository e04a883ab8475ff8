/* app.c - opens and closes the console, draws frames, handles ticks and events. */
#include "tui/app.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/blocking.h"
#include "backends/recording/recording_read.h"
#include "deploy/redis_from.h"
#include "tui/app_priv.h"
#include "tui/cast.h"
#include "tui/demo_cli.h"
#include "tui/frame.h"
#include "tui/panes/answers_view.h"
#include "tui/panes/fresh.h"
#include "tui/panes/layout.h"
#include "tui/redact.h"
#include "tui/themes.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TICK_MS = 1000, TICK_TIMED_MS = 100, MESSAGE_MS = 8000 };

void app_say(struct app *app, bool bad, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char text[2 * APP_MESSAGE_MAX];
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    text_safe_into(app->message, sizeof app->message, text, strlen(text));
    app->message_bad = bad;
    app->message_of = NULL;
    app->message_until_ms = loop_now_ms() + MESSAGE_MS;
    app->dirty = true;
}

bool app_too_small(const struct app *app)
{
    int rows, cols;
    term_size(app->term, &rows, &cols);
    return rows < LAYOUT_MIN_ROWS || cols < LAYOUT_MIN_COLS;
}

const char *app_context(const struct app *app)
{
    return app->cli->replay ? recording_about(app->cli->replay)->context : context_name(app->at);
}

struct view app_view(struct app *app, const struct focus *focus)
{
    return context_view(app->at, focus);
}

/* ---- frames ---- */

static const char no_filter_words[] = "/ nothing can be filtered here: what is typed is ignored until Enter or Esc";

/* The keys of a pane are no message once another pane has the focus. */
static bool message_shows(const struct app *app)
{
    return app->message[0] && (!app->message_of || app->message_of == screen_pane(app->at->screen));
}

static bool key_works(void *arg, enum command_id id)
{
    return app_may(arg, id, NULL) == ERR_OK;
}

/* Keeps a running interval: restarting it at each frame would postpone the tick for ever. */
static void set_tick(struct app *app, uint64_t every_ms)
{
    if (app->tick_ms == every_ms) return;
    app->tick_ms = every_ms;
    alarm_set(app->tick, every_ms, every_ms);
}

static void app_draw(struct app *app)
{
    app_question_shown(app);
    if (!app->dirty || !term_may_draw(app->term)) return;
    app->dirty = false;
    int rows, cols;
    term_size(app->term, &rows, &cols);
    if (rows != app->canvas.rows || cols != app->canvas.cols) {
        canvas_done(&app->canvas);
        canvas_init(&app->canvas, rows, cols);
        struct screen_layout layout;
        if (layout_store_find(app->layouts, rows, cols, &layout)) screen_layout_set(app->at->screen, &layout);
    }
    app->canvas.ascii = term_ascii(app->term);
    canvas_clear(&app->canvas, ROLE_TEXT);
    canvas_cursor(&app->canvas, -1, -1);
    struct focus focus = session_focus(app->at->session);
    struct view view = app_view(app, &focus);
    struct footer_key keys[FRAME_KEYS];
    char replay[REPLAY_WORDS_MAX];
    app_replay_words(app, replay, sizeof replay);
    struct chrome chrome = {
        .context = app_context(app),
        .replay = replay[0] ? replay : NULL,
        .armed_left_ms = app->at->arming.until_ms > view.now_ms ? app->at->arming.until_ms - view.now_ms : 0,
        .linted = app->at->linted.file ? &app->at->linted : NULL,
        .message = app->swallows         ? no_filter_words
                   : app->keymap.pending ? command_leader_words
                   : message_shows(app)  ? app->message
                                         : NULL,
        .message_bad = app->swallows || (app->message_bad && !app->keymap.pending),
        .keys = keys,
        .redacted = app->redact != NULL,
        .footer_tail = view.outage->state == OUTAGE_RUNNING && !app->replay ? "q asks: recovery running" : NULL};
    char others[APP_MESSAGE_MAX], forwards[FORWARDS_WORDS_MAX];
    chrome.forwards_role = forwards_words(app->at->forwards, forwards, sizeof forwards);
    chrome.forwards = forwards[0] ? forwards : NULL;
    chrome.others_role = verdict_role(app_contexts_words(app, others, sizeof others));
    chrome.others = others[0] ? others : NULL;
    frame_chrome(app->at->session, &chrome);
    chrome.aws = app_aws_facts(app);
    view.chrome = &chrome;
    char model[128];
    const struct chat_route route = app_chat_route(app, model, sizeof model);
    chrome.route = &route;
    struct canvas stage = app_script_stage(app, &view);
    screen_size(app->at->screen, stage.rows, stage.cols);
    screen_update(app->at->screen, &view);
    chrome.key_count =
        frame_keys(app->at->screen, view.world, app->canvas.rows, app->replay != NULL, key_works, app, keys);
    app_overlay_update(app, &view, &stage);
    screen_draw(app->at->screen, &view, &stage);
    overlays_draw(&app->overlays, &view, &stage);
    app_script_draw(app, &view);
    if (app->redact) redact_canvas(app->redact, &app->canvas);
    term_frame(app->term, &app->canvas);
    app_question_sent(app);
    set_tick(app, screen_timed(&view) ? TICK_TIMED_MS : TICK_MS);
}

const struct pod *app_selected_pod(const struct app *app)
{
    struct selection selected;
    if (!screen_selection(app->at->screen, &selected) || !selected.pod_uid[0]) return NULL;
    const struct row *row = world_find(session_world(app->at->session), TABLE_POD, selected.pod_uid);
    return row && !row->gone_ms ? ROW(row, pod) : NULL;
}

/* ---- events ---- */

void app_redraw(struct app *app)
{
    app->dirty = true;
    app_draw(app);
}

void app_changed(struct app *app, const struct change *c)
{
    app->dirty = true;
    const bool outage = session_recovery(app->at->session)->outage == OUTAGE_RUNNING;
    const uint64_t now = loop_now_ms(), before = app->pace.due_ms, due = frame_pace_due(&app->pace, c, outage, now);
    if (due != before || !alarm_is_set(app->soon)) alarm_set(app->soon, due > now ? due - now : 0, 0);
}

static void on_soon(void *arg)
{
    app_draw(arg);
}

/* How many there are to choose from: those of the name that was asked for, which several namespaces may have. */
static size_t services_to_choose(const struct app *app)
{
    const char *name = app->cli->conf.service;
    size_t count = 0;
    WORLD_EACH (row, session_world(app->at->session), TABLE_RAYSERVICE)
        count += !row->gone_ms && (!name || text_eq(ROW(row, rayservice)->name, name));
    return count;
}

/* Not while armed.json is being read: a question may follow. */
static void offer_picker(struct app *app)
{
    struct focus focus = session_focus(app->at->session);
    if (app->at->picker_offered || app->overlays.top || arming_store_busy(app->at->armed) || focus.rayservice ||
        services_to_choose(app) < 2)
        return;
    app->at->picker_offered = true;
    app_picker_open(app);
}

/* Once; the pane of pods goes on to say it. */
static void offer_demo(struct app *app)
{
    const struct session *s = app->at->session;
    const char *words = fresh_no_cluster(session_world(s), clock_now_ms(session_clock(s)));
    if (!words || app->at->demo_offered || app->replay || app->message[0]) return;
    app->at->demo_offered = true;
    app_say(app, true, "%s", words);
}

static void on_tick(void *arg)
{
    struct app *app = arg;
    app_contexts_tick(app);
    if (app->message[0] && loop_now_ms() >= app->message_until_ms) app->message[0] = '\0';
    offer_picker(app);
    offer_demo(app);
    if (!app->replay) app_aws_begin(app);
    app_object_tick(app);
    app_logs_tick(app);
    app_redraw(app);
}

static void on_ready(void *arg)
{
    app_draw(arg);
}

static void on_input(void *arg, const struct input *in)
{
    struct app *app = arg;
    if (in->type == INPUT_RESIZE)
        app->canvas.rows = -1; /* forces a new canvas, also at the same size */
    else {
        app_script_person(app, in);
        app_input(app, in);
        if (app->canvas.rows > 1) {
            const struct screen_layout layout = screen_layout(app->at->screen);
            layout_store_note(app->layouts, app->canvas.rows, app->canvas.cols, &layout);
        }
    }
    app_aws_begin(app);
    app_redraw(app);
}

static void on_quit(void *arg, int number)
{
    app_leave(arg, number ? EXIT_SIGNALLED + number : EXIT_FINE);
}

static void on_resumed(void *arg)
{
    struct app *app = arg;
    app_overlay_resumed(app);
    app_redraw(app);
}

void app_leave(struct app *app, int status)
{
    app->exit_status = status;
    loop_stop(app->loop);
}

/* ---- open and close ---- */

static void on_drawn(void *arg, const char *bytes, size_t len)
{
    const struct app *app = arg;
    cast_output(app->cast, app->canvas.rows, app->canvas.cols, bytes, len);
}

static void on_cast_failed(void *arg, const char *why)
{
    app_say(arg, true, "%s", why);
}

static void app_cast_close(struct app *app)
{
    struct why why = {0};
    if (cast_close(app->cast, &why)) cli_say("%s", why.text);
    app->cast = NULL;
}

static enum err open_term(struct app *app, struct why *why)
{
    struct theme theme;
    const struct conf *conf = &app->cli->conf;
    enum err err = cli_usage_of(themes_load(conf->theme, &theme, why), why);
    if (err) return err;
    const struct term_conf tc = {.in = STDIN_FILENO,
                                 .out = STDOUT_FILENO,
                                 .color = conf->color,
                                 .ascii = conf->ascii,
                                 .slow = conf->slow,
                                 .mouse = conf->mouse,
                                 .no_bell = conf->no_bell,
                                 .no_title = conf->no_title,
                                 .theme = &theme};
    const struct term_calls calls = {.input = on_input,
                                     .ready = on_ready,
                                     .quit = on_quit,
                                     .resumed = on_resumed,
                                     .drawn = app->cast ? on_drawn : NULL,
                                     .arg = app};
    return term_open(app->loop, &tc, &calls, &app->term, why);
}

enum err app_restart(struct app *app, struct why *why)
{
    enum err err = context_reopen(app->at, why);
    if (err) return err;
    app->canvas.rows = -1; /* forces screen_size of the new screen */
    return ERR_OK;
}

static void app_done(struct app *app)
{
    app_overlay_close_all(app);
    app_read_stop(app);
    app_palette_stop(app);
    palette_history_done(&app->typed_lines);
    app_script_done(app);
    term_close(app->term);
    app->term = NULL;
    app_shell_close(app);
    app_kill_done(app);
    app_drill_finish(app);
    free(app->decided.args);
    app_replay_close(app);
    /* The loop runs on while recordings are closed, when the sessions are gone. */
    alarm_stop(app->tick);
    alarm_stop(app->soon);
    app_contexts_free(app);
    app_listing_stop(app);
    blocking_abandon(app->saving);
    app_cast_close(app);
    canvas_done(&app->canvas);
    prompt_box_done(&app->prompt);
    layout_store_free(app->layouts);
    alarm_free(app->tick);
    alarm_free(app->soon);
    alarm_free(app->read);
    alarm_free(app->reading_late);
    loop_free(app->loop);
    for (size_t i = 0; app->themes && app->themes[i]; i++) free(app->themes[i]);
    free(app->themes);
}

enum err app_run(struct cli *cli, int *ret_status, struct why *why)
{
    struct app app = {.cli = cli, .exit_status = EXIT_FINE, .dirty = true};
    app.sim_speed = demo_cli_speed(cli);
    app.loop = loop_new();
    app.layouts = layout_store_new(app.loop, !cli->conf.demo && !cli->replay);
    app.at = app.context[app.contexts++] = context_new(&app, &cli->conf);
    app.themes = themes_list();
    app.tick = alarm_new(app.loop, on_tick, &app);
    app.soon = alarm_new(app.loop, on_soon, &app);
    app.read = alarm_new(app.loop, app_question_due, &app);
    app.script_alarm = alarm_new(app.loop, app_script_step, &app);
    app.redact = cli->redactor;
    canvas_init(&app.canvas, 1, 1);
    enum err err = cli_usage_of(app_script_load(&app, why), why);
    if (!err) err = context_open(app.at, cli->record, why);
    if (!err && cli->cast)
        err = cli_usage_of(cast_open(app.loop, cli->cast, on_cast_failed, &app, &app.cast, why), why);
    if (!err) err = open_term(&app, why);
    if (!err) {
        app_replay_open(&app);
        if (cli->conf.demo)
            app_say(&app, false,
                    "A simulated cluster with a real Redis. x k kills the head, p sends a prompt, ? shows help.");
        if (*term_note(app.term)) app_say(&app, true, "%s", term_note(app.term));
        set_tick(&app, TICK_MS);
        app_script_go(&app);
        app_draw(&app);
        loop_run(app.loop);
        *ret_status = app.exit_status;
    }
    app_done(&app);
    return err;
}
