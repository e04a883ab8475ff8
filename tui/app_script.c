/* app_script.c - runs a walkthrough in the console: its keys are handled as typed ones are, and a typed key pauses it.
 * Also the demo's speed and reset. */
#include "tui/app_priv.h"
#include "tui/script_file.h"

#include <string.h>

enum { SCRIPT_STEP_MS = 50, ZOOM_BACK_MAX = 4 };

enum err app_script_load(struct app *app, struct why *why)
{
    struct script *script = NULL;
    if (!app->cli->script) return ERR_OK;
    enum err err = script_load(app->cli->script, NULL, NULL, &script, why);
    if (!err) app->script = script_run_new(script);
    return err;
}

/* ---- controls of the demo ---- */

static void on_speed(void *arg, enum err err, const char *why)
{
    struct app *app = arg;
    if (err) app_say(app, true, "the simulator's speed: %s", why);
}

static void set_speed(struct app *app, unsigned speed)
{
    char line[32];
    if (!app->cli->sim_control) {
        app_say(app, true, "speed: only the demo has one");
        return;
    }
    snprintf(line, sizeof line, "speed %u", speed);
    app->sim_speed = speed;
    sim_line_free(app->speed_line);
    app->speed_line = sim_line_say(app->loop, app->cli->sim_control, line, on_speed, app);
}

static void on_reset(void *arg, enum err err, const char *why)
{
    struct app *app = arg;
    app->resetting = false;
    if (err) {
        app_say(app, true, "reset: %s", why);
        return;
    }
    /* It is another cluster at the same address: all state of the old one is dropped. */
    struct why anew = {0};
    if (app_restart(app, &anew))
        app_say(app, true, "reset: %s", anew.text);
    else
        app_say(app, false, "the demo was restarted");
}

void app_reset(struct app *app, const char *how)
{
    char line[SIM_LINE_MAX];
    if (app->resetting) return;
    app->resetting = true;
    app_say(app, false, "the demo is being restarted …");
    sim_line_free(app->reset_line);
    snprintf(line, sizeof line, "reset%s%.60s", *how ? " " : "", how);
    app->reset_line = sim_line_say(app->loop, app->cli->sim_control, line, on_reset, app);
}

/* ---- the script ---- */

static void pane_zoom(struct app *app, char letter)
{
    for (int i = 0; i < ZOOM_BACK_MAX && screen_opened(app->at->screen); i++) screen_back(app->at->screen);
    if (letter != SCRIPT_ZOOM_NONE && screen_focus(app->at->screen, letter)) screen_zoom(app->at->screen);
    if (letter == SCRIPT_ZOOM_NONE && app->cli->conf.stage) screen_focus(app->at->screen, stage_pane_ops.letter);
}

static void carry_out(struct app *app, const struct script_act *act)
{
    switch (act->type) {
    case SCRIPT_ACT_KEY: app_input(app, &act->key); break;
    case SCRIPT_ACT_ZOOM: pane_zoom(app, act->pane); break;
    case SCRIPT_ACT_PANE: /* on the stage only what is zoomed is shown */
        if (!app->cli->conf.stage) screen_focus(app->at->screen, act->pane);
        break;
    case SCRIPT_ACT_SPEED: set_speed(app, act->speed); break;
    }
    app->dirty = true;
}

/* Like a typed key, a script's key answers a question only once it can have been read. A pending decision may open
 * one. */
static bool answer_would_be_lost(const struct app *app)
{
    if (arming_store_busy(app->at->armed)) return true;
    return app_asks(app) && !app_too_small(app) && app->reading.state != READING_OVER;
}

void app_script_step(void *arg)
{
    struct app *app = arg;
    struct script_act act;
    bool more = true;
    if (!app->script || app->resetting) return;
    enum script_state before = script_state(app->script);
    while (more && !app->resetting && !answer_would_be_lost(app)) {
        struct focus focus = session_focus(app->at->session);
        struct view view = app_view(app, &focus);
        more = script_next(app->script, &view, &act);
        if (more) carry_out(app, &act);
    }
    enum script_state after = script_state(app->script);
    if (after != SCRIPT_RUNNING) alarm_stop(app->script_alarm);
    if (after == SCRIPT_OVER && before != SCRIPT_OVER)
        app_say(app, false, "the script has ended; :script again restarts it");
    if (after != before) app->dirty = true;
    if (app->dirty) alarm_set(app->soon, 1, 0);
}

void app_script_go(struct app *app)
{
    if (app->script) alarm_set(app->script_alarm, SCRIPT_STEP_MS, SCRIPT_STEP_MS);
}

void app_script_person(struct app *app, const struct input *in)
{
    if (!app->script || in->type == INPUT_REPLY || in->type == INPUT_RESIZE) return;
    script_pause(app->script, "a key was pressed");
}

void app_script_command(struct app *app, const char *args)
{
    struct focus focus = session_focus(app->at->session);
    struct view view = app_view(app, &focus);
    if (strcmp(args, "again") == 0)
        script_again(app->script);
    else if (strcmp(args, "next") == 0)
        script_skip(app->script);
    else if (*args)
        app_say(app, true, "script %s: there is script, script next, script again", args);
    else if (script_state(app->script) == SCRIPT_OVER)
        app_say(app, true, "the script has ended; :script again restarts it");
    else
        script_resume(app->script, &view);
    app_script_go(app);
}

/* A caption has rows of its own, below all the rest, where enough are left. */
struct canvas app_script_stage(struct app *app, const struct view *view)
{
    struct caption caption;
    int rows = app->canvas.rows;
    if (app->script && script_caption(app->script, view, &caption)) rows -= caption_own_rows(&caption, &app->canvas);
    return canvas_sub(&app->canvas, 0, 0, rows, app->canvas.cols);
}

void app_script_draw(struct app *app, const struct view *view)
{
    struct caption caption;
    if (app->script && script_caption(app->script, view, &caption)) caption_draw(&caption, &app->canvas);
}

void app_script_done(struct app *app)
{
    script_run_free(app->script);
    sim_line_free(app->speed_line);
    sim_line_free(app->reset_line);
    alarm_free(app->script_alarm);
}
