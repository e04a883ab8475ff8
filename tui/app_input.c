/* app_input.c - where a key goes: to the overlay, to a text being typed, to a command, or to the focused pane. */
#include "tui/app_priv.h"
#include "tui/habits.h"

static bool is_ctrl_c(const struct input *in)
{
    return in->type == INPUT_KEY && in->key == 'c' && in->mods == MOD_CTRL;
}

void app_key_dropped(struct app *app, const struct input *in, const char *why)
{
    if (in->type == INPUT_KEY)
        app_say(app, true, "%s was typed too early: %s. Press it again", key_text(in, (char[16]){""}), why);
}

/* ---- the screen ---- */

/* A key that has no function here: which key does what it does in k9s or htop, or where all keys are. */
void app_key_unknown(struct app *app, const struct input *in)
{
    char key[16], words[HABIT_WORDS_MAX];
    key_text(in, key);
    if (habit_words(in, app->overlays.top, words, sizeof words))
        app_say(app, true, "%s: no such key here; %s", key, words);
    else
        app_say(app, true, "%s: no such key here; ? lists them", key);
}

static bool is_plain_l(const struct input *in)
{
    return in->type == INPUT_KEY && in->key == 'l' && !in->mods;
}

/* l goes to the pane beside, as in vi; who meant the logs, as in k9s, reads where they are. */
static void l_say_logs(struct app *app, const struct pane *from)
{
    char key[16];
    const struct pane *to = screen_pane(app->at->screen);
    command_first_key(CMD_LOGS, key);
    if (to != from) app_say(app, false, "the pane beside: %s; logs are on %s", to->ops->title, key);
}

static void input_screen(struct app *app, const struct input *in)
{
    struct focus focus = session_focus(app->at->session);
    struct view view = app_view(app, &focus);
    const bool beside = is_plain_l(in) && !screen_typing(app->at->screen);
    const struct pane *from = screen_pane(app->at->screen);
    struct pane_request request = screen_input(app->at->screen, &view, in);
    if (beside) l_say_logs(app, from);
    if (request.type == REQUEST_OPEN)
        screen_open(app->at->screen);
    else if (request.type == REQUEST_COMMAND)
        app_command(app, (enum command_id)request.command, "");
    else if (request.type == REQUEST_SAVE)
        app_detail_save(app);
    else if (request.type == REQUEST_SAY)
        app_say(app, false, "%s%s", request.words,
                app->replay && request.may_come ? "; ] replays on by 10 s, . to the next change of a pod" : "");
    else if (request.type == REQUEST_NO_KEY)
        app_key_unknown(app, in);
}

static void input_key(struct app *app, const struct input *in)
{
    enum command_id id;
    bool swallowed;
    switch (keymap_feed(&app->keymap, in, &id, &swallowed)) {
    case KEYMAP_COMMAND:
        if (commands[id].where == ON_ROWS && !screen_rows(app->at->screen))
            input_screen(app, in);
        else
            app_command(app, id, "");
        break;
    case KEYMAP_PENDING: break; /* its keys stand on the message line as long as they work: app_message */
    case KEYMAP_NONE:
        if (swallowed && in->key != KEYP_ESC)
            app_say(app, true, "%s: no such key after x", key_text(in, (char[16]){""}));
        else if (swallowed)
            app->message[0] = '\0';
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

/* What is typed behind a '/' is text, also where nothing can be filtered or searched: it must not run as commands. */
static bool is_filter_key(const struct input *in)
{
    return in->type == INPUT_KEY && in->key == '/' && !in->mods;
}

static void input_swallow(struct app *app, const struct input *in)
{
    const bool ends = in->type == INPUT_KEY && (in->key == KEYP_ENTER || in->key == KEYP_ESC);
    if (ends || in->type == INPUT_MOUSE) app->swallows = false;
}

/* On a slow line Esc and the key behind it arrive at once, which is what Alt sends, too. No key here is one with Alt,
 * so that they are two, in the order in which they were typed; texts that are edited keep theirs. */
static bool is_esc_and_key(const struct app *app, const struct input *in)
{
    return in->type == INPUT_KEY && (in->mods & MOD_ALT) && !app->overlays.top && !screen_typing(app->at->screen);
}

static void input_esc_and_key(struct app *app, const struct input *in)
{
    const struct input esc = {.type = INPUT_KEY, .key = KEYP_ESC};
    struct input key = *in;
    key.mods &= ~(unsigned)MOD_ALT;
    app_input(app, &esc);
    app_input(app, &key);
}

void app_input(struct app *app, const struct input *in)
{
    const struct input enter = {.type = INPUT_KEY, .key = KEYP_ENTER};
    const struct overlay *top = app->overlays.top;
    if (is_ctrl_j(in) && !(top && top->ops->multiline)) in = &enter;
    if (is_ctrl_c(in) && app_drill_interrupt(app)) return;
    if (is_ctrl_c(in))
        app_leave(app, EXIT_INTERRUPTED);
    else if (arming_store_busy(app->at->armed)) /* a question or a change follows, and no key typed before it counts */
        app_key_dropped(app, in, "armed.json is being read");
    else if (app->swallows)
        input_swallow(app, in);
    else if (is_esc_and_key(app, in))
        input_esc_and_key(app, in);
    else if (top && top->ops->no_text && is_filter_key(in))
        app->swallows = true;
    else if (top)
        app_overlay_input(app, in);
    else if (screen_typing(app->at->screen) || in->type != INPUT_KEY)
        input_screen(app, in);
    else
        input_key(app, in);
}
