/* app_input.c - where a key goes: to the overlay, to a text being typed, to a command, or to the focused pane. */
#include "tui/app_priv.h"

enum { LEADER_MS = 3000 };

static bool is_ctrl_c(const struct input *in)
{
    return in->type == INPUT_KEY && in->key == 'c' && in->mods == MOD_CTRL;
}

/* ---- the screen ---- */

static void input_screen(struct app *app, const struct input *in)
{
    struct focus focus = session_focus(app->at->session);
    struct view view = app_view(app, &focus);
    struct pane_request request = screen_input(app->at->screen, &view, in);
    if (request.type == REQUEST_OPEN)
        screen_open(app->at->screen);
    else if (request.type == REQUEST_COMMAND)
        app_command(app, (enum command_id)request.command, "");
    else if (request.type == REQUEST_NO_KEY)
        app_say(app, true, "%s: no such key here; ? lists them", key_text(in, (char[16]){""}));
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

/* ^J is Enter, as on any terminal, unless the overlay takes several lines. */
static bool is_ctrl_j(const struct input *in)
{
    return in->type == INPUT_KEY && in->key == 'j' && in->mods == MOD_CTRL;
}

void app_input(struct app *app, const struct input *in)
{
    const struct input enter = {.type = INPUT_KEY, .key = KEYP_ENTER};
    const struct overlay *top = app->overlays.top;
    if (is_ctrl_j(in) && !(top && top->ops->multiline)) in = &enter;
    if (is_ctrl_c(in))
        app_leave(app, EXIT_INTERRUPTED);
    else if (arming_store_busy(app->at->armed))
        return; /* armed.json is being read: a question or a change follows, and no key typed before it counts */
    else if (top)
        app_overlay_input(app, in);
    else if (screen_typing(app->at->screen) || in->type != INPUT_KEY)
        input_screen(app, in);
    else
        input_key(app, in);
}
