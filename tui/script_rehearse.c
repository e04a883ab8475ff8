/* script_rehearse.c - simulates a script's keys and finds those without effect. */
#include "backends/base/mem.h"
#include "tui/commands.h"
#include "tui/script.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What receives a key. */
enum inside { IN_SCREEN, IN_TEXT, IN_CHAT, IN_PALETTE, IN_DIALOG };

struct rehearsal {
    const struct script_stage *stage;
    void (*problem)(void *arg, unsigned line, const char *text);
    void (*uses)(void *arg, unsigned line, int command);
    void *arg;
    enum inside inside;
    struct keymap map;
    const struct script_step *step;
    bool last;
    enum command_id asks; /* the command of the open dialog; CMD_COUNT: a view */
    bool drilled;         /* started a drill since the last reset */
    bool killed, asked;   /* killed a head since the last reset; sent a prompt in this step */
    bool zoomed;          /* a pane alone is shown, not the stage */
};

static void problem_add(struct rehearsal *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void problem_add(struct rehearsal *r, const char *fmt, ...)
{
    char text[SCRIPT_WORDS];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    r->problem(r->arg, r->step->line, text);
}

static void rehearse_command(struct rehearsal *r, enum command_id id, bool has_args)
{
    r->inside = IN_SCREEN;
    r->asks = CMD_COUNT;
    if (r->uses) r->uses(r->arg, r->step->line, (int)id);
    switch (id) {
    case CMD_ASK: r->asked = true; /* fall through */
    case CMD_FILTER: r->inside = IN_TEXT; break;
    case CMD_DRILL: r->drilled = true; /* fall through */
    case CMD_DEPLOY:
    case CMD_CLEANUP: /* the steps stay on screen until Esc */
        r->inside = IN_CHAT;
        r->asks = id;
        break;
    case CMD_CHAT:
        r->inside = IN_CHAT;
        r->asked = true;
        break;
    case CMD_PALETTE: r->inside = IN_PALETTE; break;
    case CMD_KILL_HEAD:
        r->inside = IN_DIALOG;
        r->asks = id;
        break;
    case CMD_ARM:
    case CMD_LOSSES:
    case CMD_HELP: r->inside = IN_DIALOG; break;
    case CMD_SERVICE:
        if (!has_args) r->inside = IN_DIALOG;
        break;
    case CMD_RESET:
        if (!r->stage->demo) problem_add(r, "reset: only the demo can be restarted");
        r->killed = r->drilled = false;
        break;
    case CMD_SUSPEND: problem_add(r, "suspend: it stops raydeck"); break;
    case CMD_QUIT:
        if (!r->last) problem_add(r, "quit: it leaves, or asks to, before the last step");
        break;
    default: break;
    }
}

/* A line of the palette, and Enter. */
static void palette_line(struct rehearsal *r, const char *line)
{
    enum command_id id;
    char args[2] = ""; /* of them only whether there are any */
    size_t len = strcspn(line, " ");
    r->inside = IN_SCREEN;
    if (command_parse(line, &id, args, sizeof args))
        rehearse_command(r, id, args[0] != '\0');
    else
        problem_add(r, "type: there is no command %.*s", (int)(len < 40 ? len : 40), line);
}

static bool leaves_stage(enum command_id id)
{
    return id == CMD_NEXT_PANE || id == CMD_PREV_PANE || id == CMD_PANE || id == CMD_STAGE;
}

/* Keys that panes handle. */
static bool input_moves(const struct input *in)
{
    if (in->key >= KEYP_UP && in->key <= KEYP_PGDN) return true;
    return in->key < 0x80 && !in->mods && strchr("hjklgG123456789R", (int)in->key);
}

static void key_on_screen(struct rehearsal *r, const struct input *in)
{
    enum command_id id;
    bool swallowed;
    char text[16];
    const bool on_stage = r->stage->whole_screen && !r->zoomed;
    switch (keymap_feed(&r->map, in, &id, &swallowed)) {
    case KEYMAP_COMMAND:
        if (on_stage && leaves_stage(id))
            problem_add(r, "keys: %s leaves the stage: pane: does not", key_text(in, text));
        rehearse_command(r, id, false);
        break;
    case KEYMAP_PENDING: break;
    case KEYMAP_NONE:
        if (swallowed)
            problem_add(r, "keys: %s leads nowhere", key_text(in, text));
        else if (!input_moves(in))
            problem_add(r, "keys: %s is no command's key", key_text(in, text));
        else if (on_stage && in->key < 0x80 && strchr("12345R", (int)in->key))
            problem_add(r, "keys: %s leaves the stage: pane: does not", key_text(in, text));
        break;
    }
}

/* The confirmation of a change: y if that is enough, else the RayService's name. */
static void rehearse_answer(struct rehearsal *r, bool plain)
{
    if (r->asks == CMD_COUNT) return;
    if (plain && !r->stage->development)
        problem_add(r, "keys: y alone does not confirm here: type: the RayService's name");
    else if (!plain && r->stage->development)
        problem_add(r, "type: here y alone confirms: keys: y");
    if (r->asks == CMD_KILL_HEAD) r->killed = true;
    if (r->asks == CMD_KILL_HEAD) r->asks = CMD_COUNT;
}

static void rehearse_key(struct rehearsal *r, const struct input *in)
{
    bool enter = in->key == KEYP_ENTER, leaves = in->key == KEYP_ESC;
    switch (r->inside) {
    case IN_SCREEN: key_on_screen(r, in); break;
    case IN_CHAT:
        if (in->key == 'y') rehearse_answer(r, true);
        if (leaves) r->inside = IN_SCREEN;
        break;
    case IN_TEXT:
    case IN_PALETTE:
        if (enter || leaves) r->inside = IN_SCREEN;
        break;
    case IN_DIALOG:
        if (in->key == 'y') rehearse_answer(r, true);
        if (enter || leaves || in->key == 'y' || in->key == 'n' || in->key == 'q') r->inside = IN_SCREEN;
        break;
    }
}

static void rehearse_text(struct rehearsal *r, const char *text)
{
    switch (r->inside) {
    case IN_SCREEN: problem_add(r, "type: nothing is open to type into"); break;
    case IN_CHAT: rehearse_answer(r, false); break;
    case IN_PALETTE: palette_line(r, text); break;
    case IN_DIALOG: rehearse_answer(r, false); /* fall through */
    case IN_TEXT: r->inside = IN_SCREEN; break;
    }
}

/* Conditions that require an earlier step which the script lacks. */
static void wait_on(struct rehearsal *r)
{
    const enum script_wait_kind wait = r->step->wait;
    const bool of_kill = wait == WAIT_HEAD_DOWN || wait == WAIT_GCS_SILENT || wait == WAIT_RECOVERED ||
                         wait == WAIT_UNHARMED || wait == WAIT_WORKERS_RESTARTED;
    if (of_kill && !r->killed) problem_add(r, "wait: %s: no step before it kills the head", script_wait_word(wait));
    const bool answer = wait == WAIT_ANSWERED || wait == WAIT_ANSWERED_HEADLESS;
    if (answer && !r->asked) problem_add(r, "wait: %s: this step asks nothing", script_wait_word(wait));
    if ((wait == WAIT_DRILL_ASKS || wait == WAIT_DRILL_PASSED) && !r->drilled)
        problem_add(r, "wait: %s: no step before it starts a drill", script_wait_word(wait));
}

/* What `then:` says was waited for: it is not gone before it can have been read. */
static void caption_lasts(struct rehearsal *r, const struct script_step *next)
{
    if (r->step->then && r->step->pause_ms == 0 && next->caption)
        problem_add(r, "then: the next caption replaces it at once: pause: holds it");
}

void script_rehearse(const struct script *s, const struct script_stage *stage,
                     void (*problem)(void *arg, unsigned line, const char *text),
                     void (*uses)(void *arg, unsigned line, int command), void *arg)
{
    struct rehearsal r = {.stage = stage, .asks = CMD_COUNT, .problem = problem, .uses = uses, .arg = arg};
    for (size_t i = 0; i < s->count; i++) {
        const struct script_step *step = r.step = &s->steps[i];
        r.last = i + 1 == s->count;
        r.asked = r.inside == IN_CHAT && r.asks == CMD_COUNT && r.asked;
        if (step->speed && !stage->demo) problem_add(&r, "speed: only the demo has one");
        if (step->zoom && r.inside != IN_SCREEN) problem_add(&r, "zoom: something lies over the screen");
        if (step->zoom) r.zoomed = step->zoom != SCRIPT_ZOOM_NONE;
        for (size_t k = 0; k < step->key_count; k++) rehearse_key(&r, &step->keys[k]);
        if (r.map.pending) problem_add(&r, "keys: a key is missing after the last one");
        r.map.pending = false;
        if (step->type) rehearse_text(&r, step->type);
        wait_on(&r);
        if (!r.last) caption_lasts(&r, step + 1);
    }
}
