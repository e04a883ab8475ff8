/* app_overlay.c - opens, feeds and closes overlays, and decides when a question can have been read. */
#include "tui/app_priv.h"

#include <string.h>

bool app_asks(const struct app *app)
{
    return app->overlays.top && app->overlays.top->ops->asks;
}

/* ---- whether the question was read ---- */

static void set_read_alarm(struct app *app)
{
    alarm_set(app->read, reading_left(&app->reading, loop_now_ms()), 0);
}

static void reading_reset(struct app *app)
{
    alarm_stop(app->read);
    app->reading = (struct reading){0};
}

void app_question_sent(struct app *app)
{
    if (app->reading.state != READING_NONE || !app_asks(app) || app_too_small(app)) return;
    reading_sent(&app->reading, loop_now_ms());
    set_read_alarm(app);
}

void app_question_shown(struct app *app)
{
    if (app->reading.state != READING_SENT || !term_shown(app->term)) return;
    reading_shown(&app->reading, loop_now_ms());
    set_read_alarm(app);
}

/* Processes pending input first: it was typed too early, and restarts the reading time. */
void app_question_due(void *arg)
{
    struct app *app = arg;
    term_read(app->term);
    if (app->reading.state == READING_NONE) return;
    if (!reading_over(&app->reading, loop_now_ms())) set_read_alarm(app);
    app_redraw(app);
}

/* ---- open and close ---- */

void app_overlay_open(struct app *app, struct overlay *o, app_overlay_result *on_result)
{
    const bool asked = app_asks(app);
    overlay_push(&app->overlays, o, on_result);
    if (asked || o->ops->asks) reading_reset(app);
}

void app_overlay_close(struct app *app)
{
    const bool asked = app_asks(app);
    overlay_pop(&app->overlays);
    if (asked || app_asks(app)) reading_reset(app);
}

void app_overlay_close_all(struct app *app)
{
    while (app->overlays.top) app_overlay_close(app);
}

/* ---- frames and input ---- */

void app_overlay_update(struct app *app, const struct view *view, const struct canvas *stage)
{
    if (app->overlays.top) app->overlays.top->unread = app->reading.state != READING_OVER;
    if (app->at->work) app_work_update(app->at->work);
    if (app->at->drill) app_drill_update(app->at->drill);
    app_contexts_update(app);
    app_logs_update(app);
    app_forwards_update(app);
    overlays_update(&app->overlays, view, stage->rows, stage->cols);
}

static void help_closed(void *arg, enum overlay_result result)
{
    (void)result;
    app_overlay_close(arg);
}

/* Over the overlay, which stays as it is; a question that was covered must be read again before it takes an answer. */
static void overlay_help_open(struct app *app, const struct overlay *o)
{
    const struct help_context about = {.overlay = o};
    help_open(&app->help, &about);
    app_overlay_open(app, &app->help.overlay, help_closed);
}

void app_overlay_input(struct app *app, const struct input *in)
{
    struct overlay *o = app->overlays.top;
    /* An unread question accepts only Esc; one that no longer fits on the screen is cancelled. */
    if (o->ops->asks && app->reading.state != READING_OVER && in->key != KEYP_ESC) {
        reading_typed(&app->reading, loop_now_ms());
        app_key_dropped(app, in, "the question could not have been read");
        return;
    }
    if (overlay_wants_help(o, in)) {
        overlay_help_open(app, o);
        return;
    }
    struct focus focus = session_focus(app->at->session);
    struct view view = app_view(app, &focus);
    const bool unreadable = o->ops->asks && app_too_small(app);
    const enum overlay_result result = unreadable ? OVERLAY_CANCELLED : o->ops->input(o, &view, in);
    if (result == OVERLAY_SAVE)
        app_overlay_save(app);
    else if (result == OVERLAY_NO_KEY)
        app_key_unknown(app, in);
    else if (result == OVERLAY_COMMAND)
        app_command(app, CMD_PALETTE, "");
    else
        overlay_finish(&app->overlays, result, app);
}

/* Input from before a stop must not answer a question after it. */
void app_overlay_resumed(struct app *app)
{
    for (struct overlay *o = app->overlays.top; o; o = o->below)
        if (o->ops->resumed) o->ops->resumed(o);
    if (app_asks(app)) reading_reset(app);
}

/* ---- the prompt box, the picker ---- */

static void prompt_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    struct why why = {0};
    app_overlay_close(app);
    if (result != OVERLAY_DONE) return;
    if (app->prompt.to_chat)
        app_chat_open(app, app->prompt.typed.text);
    else if (session_ask(app->at->session, &(struct prompt){.question = app->prompt.typed.text}, context_answered,
                         app->at, &why))
        app_say(app, true, "%s", why.text);
}

void app_prompt_open(struct app *app)
{
    const char *path = NULL;
    session_may_ask(app->at->session, &path, NULL);
    prompt_box_open(&app->prompt, path);
    app_overlay_open(app, &app->prompt.overlay, prompt_result);
}

static void picker_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    const char *ns, *name;
    if (result == OVERLAY_DONE && picker_choice(&app->picker, session_world(app->at->session), &ns, &name))
        session_choose(app->at->session, ns, name);
    app_overlay_close(app);
}

void app_picker_open(struct app *app)
{
    picker_open(&app->picker);
    app_overlay_open(app, &app->picker.overlay, picker_result);
}
