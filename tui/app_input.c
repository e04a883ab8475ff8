/* app_input.c - where a key goes: what lies over the screen, a text being typed, a command, or the focused pane. */
#include "tui/app_priv.h"

#include <string.h>

enum { LEADER_MS = 3000 };

static bool is_ctrl_c(const struct input *in)
{
    return in->type == INPUT_KEY && in->key == 'c' && in->mods == MOD_CTRL;
}

/* ---- what lies over the screen ---- */

static void palette_chosen(struct app *app)
{
    char line[sizeof app->palette.typed.text];
    snprintf(line, sizeof line, "%s", app->palette.typed.text);
    app_close_over(app);
    size_t len = strcspn(line, " ");
    const char *args = line + len + strspn(line + len, " ");
    enum command_id id;
    if (command_named(line, len, &id))
        app_command(app, id, args);
    else
        app_say(app, true, "%.*s: no such command; ? lists them", (int)len, line);
}

static void prompt_chosen(struct app *app)
{
    struct why why = {0};
    app_close_over(app);
    if (app->prompt.to_chat)
        app_chat_open(app, app->prompt.typed.text);
    else if (session_ask(app->session, &(struct session_prompt){.question = app->prompt.typed.text}, app_answered, app,
                         &why))
        app_say(app, true, "%s", why.text);
}

static void service_chosen(struct app *app)
{
    const char *ns, *name;
    if (picker_choice(&app->picker, session_world(app->session), &ns, &name)) session_choose(app->session, ns, name);
    app_close_over(app);
}

static enum overlay feed_over(struct app *app, const struct input *in)
{
    switch (app->over) {
    case OVER_HELP: return help_input(&app->help, in);
    case OVER_PALETTE: return command_palette_input(&app->palette, in);
    case OVER_PROMPT: return prompt_box_input(&app->prompt, in);
    case OVER_PICKER: return picker_input(&app->picker, in);
    case OVER_LOSSES: return losses_input(in);
    case OVER_KILL:
    case OVER_ARM:
    case OVER_QUIT:
    case OVER_WORK_ASKS: return dialog_input(&app->dialog, in);
    case OVER_WORK: /* app_work_input */
    case OVER_CHAT: /* app_chat_input */
    case OVER_NONE: break;
    }
    return OVERLAY_CANCELLED;
}

static void input_over(struct app *app, const struct input *in)
{
    /* A question that cannot be read any more is answered by no; one that was not read yet, by nothing but Esc. */
    bool asks = app_asks(app);
    if (asks && app->reading.state != READING_OVER && in->key != KEYP_ESC) {
        reading_typed(&app->reading, loop_now_ms());
        return;
    }
    enum overlay said = asks && app_too_small(app) ? OVERLAY_CANCELLED : feed_over(app, in);
    /* Esc goes back to what there is to read; only a no is a no. */
    if (said == OVERLAY_CANCELLED && app->over == OVER_WORK_ASKS && (in->key == KEYP_ESC || app_too_small(app)))
        app_work_unasked(app);
    else if (said == OVERLAY_CANCELLED && app->over == OVER_WORK_ASKS)
        app_work_answered(app, false);
    else if (said == OVERLAY_CANCELLED)
        app_close_over(app);
    if (said != OVERLAY_DONE) return;
    switch (app->over) {
    case OVER_PALETTE: palette_chosen(app); break;
    case OVER_PROMPT: prompt_chosen(app); break;
    case OVER_PICKER: service_chosen(app); break;
    case OVER_KILL: app_kill_confirmed(app); break;
    case OVER_ARM: app_arm_confirmed(app); break;
    case OVER_QUIT: app_leave(app, EXIT_FINE); break;
    case OVER_WORK_ASKS: app_work_answered(app, true); break;
    case OVER_WORK:
    case OVER_HELP:
    case OVER_LOSSES:
    case OVER_CHAT:
    case OVER_NONE: app_close_over(app); break;
    }
}

/* ---- the screen ---- */

static void input_screen(struct app *app, const struct input *in)
{
    struct focus focus = session_focus(app->session);
    struct view view = app_view(app, &focus);
    struct pane_request request = screen_input(app->screen, &view, in);
    if (request.type == REQUEST_OPEN)
        screen_open(app->screen);
    else if (request.type == REQUEST_COMMAND)
        app_command(app, (enum command_id)request.command, "");
    else if (request.type == REQUEST_NO_KEY)
        app_say(app, true, "%s is no key here; ? lists them", key_text(in, (char[16]){""}));
}

static void input_key(struct app *app, const struct input *in)
{
    enum command_id id;
    bool swallowed;
    switch (keymap_feed(&app->keymap, in, &id, &swallowed)) {
    case KEYMAP_COMMAND:
        alarm_stop(app->leader_limit);
        app_command(app, id, "");
        break;
    case KEYMAP_PENDING:
        alarm_set(app->leader_limit, LEADER_MS, 0);
        app_say(app, false, "x …  d deploy  k kill the head  c clean up");
        break;
    case KEYMAP_NONE:
        if (swallowed)
            app_say(app, true, "no such key after x");
        else
            input_screen(app, in);
        break;
    }
}

/* Where a line cannot be broken ^J ends it, as on any terminal. */
static bool is_ctrl_j(const struct input *in)
{
    return in->type == INPUT_KEY && in->key == 'j' && in->mods == MOD_CTRL;
}

void app_input(struct app *app, const struct input *in)
{
    const struct input enter = {.type = INPUT_KEY, .key = KEYP_ENTER};
    if (is_ctrl_j(in) && app->over != OVER_CHAT) in = &enter;
    if (is_ctrl_c(in))
        app_leave(app, EXIT_INTERRUPTED);
    else if (arming_store_busy(app->armed))
        return; /* a question follows, or an act: what is typed before it is read answers nothing */
    else if (app->over == OVER_CHAT)
        app_chat_input(app, in);
    else if (app->over == OVER_WORK)
        app_work_input(app, in);
    else if (app->over != OVER_NONE)
        input_over(app, in);
    else if (screen_typing(app->screen) || in->type != INPUT_KEY)
        input_screen(app, in);
    else
        input_key(app, in);
}
