/* chat.c - the chat: turns, scrolling, recalled prompts. */
#include "tui/panes/chat.h"

#include "backends/base/text.h"
#include "backends/world/request_kind.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_AROUND = 4 /* the strip, two rules, the keys */, WHEEL_LINES = 3 };

/* A person's: those of a load are the drill's, which sends the same one again and again. */
static bool is_prompt(const struct request *r)
{
    return !r->series && r->kind && strcmp(r->kind, REQUEST_PROMPT) == 0;
}

static bool phase_is(const struct request *r, const char *phase)
{
    return r->phase && strcmp(r->phase, phase) == 0;
}

/* The newest prompts, newest first; returns how many. */
static size_t newest_turns(const struct view *v, const struct row *out[], size_t max)
{
    size_t count = 0, total = 0;
    WORLD_EACH (row, v->world, TABLE_REQUEST) {
        if (!is_prompt(ROW(row, request))) continue;
        out[total++ % max] = row;
        count = total < max ? total : max;
    }
    const struct row *ordered[CHAT_TURNS];
    for (size_t i = 0; i < count; i++) ordered[i] = out[(total - 1 - i) % max];
    memcpy(out, ordered, count * sizeof *out);
    return count;
}

const struct row *chat_prompt(const struct view *v, size_t n)
{
    const struct row *rows[CHAT_TURNS];
    return n < newest_turns(v, rows, CHAT_TURNS) ? rows[n] : NULL;
}

/* rows: the newest first. */
static bool asked_since(const struct row *rows[], size_t n, const char *question)
{
    for (size_t i = 0; i < n; i++)
        if (text_eq(ROW(rows[i], request)->question, question)) return true;
    return false;
}

const char *chat_talk(const struct chat *c, char out[CHAT_TALK_MAX])
{
    snprintf(out, CHAT_TALK_MAX, "chat-%u", c->talk);
    return out;
}

const char *chat_again(const struct view *v)
{
    const struct row *rows[CHAT_TURNS];
    size_t count = newest_turns(v, rows, CHAT_TURNS);
    for (size_t i = 0; i < count; i++) {
        const struct request *r = ROW(rows[i], request);
        bool failed = phase_is(r, "failed") || phase_is(r, "cancelled");
        if (failed && !asked_since(rows, i, r->question)) return r->question;
    }
    return count ? ROW(rows[0], request)->question : NULL;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\n")] == '\0';
}

/* ---- the text box ------------------------------------------------------------------------------------------------ */

void chat_open(struct chat *c)
{
    c->overlay = (struct overlay){.ops = &chat_overlay};
    c->typed.lines = true;
    c->up = 0;
    c->recalled = 0;
    c->notice[0] = '\0';
}

void chat_begin(struct chat *c, const char *safe)
{
    chat_open(c);
    if (is_blank(c->typed.text)) textbox_clear(&c->typed);
    if (!*safe) return;
    const struct input brk = {.type = INPUT_KEY, .key = 'j', .mods = MOD_CTRL};
    const struct input rest = {.type = INPUT_PASTE, .paste = safe, .paste_len = strlen(safe)};
    c->typed.cursor = c->typed.len;
    if (c->typed.len) textbox_input(&c->typed, &brk);
    textbox_input(&c->typed, &rest);
}

void chat_sent(struct chat *c)
{
    textbox_clear(&c->typed);
    c->draft[0] = '\0';
    c->up = 0;
    c->recalled = 0;
}

void chat_notice(struct chat *c, const char *text)
{
    text_safe_into(c->notice, sizeof c->notice, text, strlen(text));
}

/* Recalls earlier prompts, newest first: 1 goes back, -1 forward, up to the draft. */
static void prompt_recall(struct chat *c, const struct view *v, int by)
{
    if (by < 0 && c->recalled <= 1) {
        if (c->recalled) textbox_set(&c->typed, c->draft);
        c->recalled = 0;
        return;
    }
    size_t n = by > 0 ? c->recalled + 1 : c->recalled - 1;
    const struct row *row = chat_prompt(v, n - 1);
    if (!row || !ROW(row, request)->question) return;
    if (!c->recalled) memcpy(c->draft, c->typed.text, c->typed.len + 1);
    c->recalled = n;
    textbox_set(&c->typed, ROW(row, request)->question);
}

static bool turns_scroll(struct chat *c, const struct input *in)
{
    int by = 0, page = c->page > 1 ? c->page - 1 : 1;
    if (in->type == INPUT_MOUSE)
        by = in->mouse == MOUSE_WHEEL_UP ? WHEEL_LINES : in->mouse == MOUSE_WHEEL_DOWN ? -WHEEL_LINES : 0;
    else if (in->type == INPUT_KEY && in->key == KEYP_PGUP)
        by = page;
    else if (in->type == INPUT_KEY && in->key == KEYP_PGDN)
        by = -page;
    else if (in->type == INPUT_KEY && in->mods == MOD_ALT && (in->key == '<' || in->key == '>'))
        by = in->key == '<' ? c->up_max : -c->up_max;
    else
        return false;
    c->up += by;
    if (c->up > c->up_max) c->up = c->up_max;
    if (c->up < 0) c->up = 0;
    return true;
}

/* The action of a key that is no text. CHAT_STAYS: none. */
static enum chat_action action_of(const struct chat *c, const struct input *in)
{
    if (in->mods == MOD_CTRL && in->key == 't') return CHAT_ANEW;
    if (in->mods == MOD_CTRL) return in->key == 'x' ? CHAT_STOPS : in->key == 'r' ? CHAT_AGAIN : CHAT_STAYS;
    if (in->mods) return CHAT_STAYS;
    if (in->key == KEYP_ESC) return CHAT_LEAVES;
    return in->key == KEYP_ENTER && !is_blank(c->typed.text) ? CHAT_SENDS : CHAT_STAYS;
}

/* The direction of a key among the earlier prompts: 1 back, -1 forward, 0 none. */
static int recall_of(const struct input *in)
{
    bool ctrl = in->mods == MOD_CTRL;
    if (in->key == KEYP_UP || (ctrl && in->key == 'p')) return 1;
    return in->key == KEYP_DOWN || (ctrl && in->key == 'n') ? -1 : 0;
}

enum chat_action chat_input(struct chat *c, const struct view *v, const struct input *in)
{
    c->notice[0] = '\0';
    if (turns_scroll(c, in)) return CHAT_STAYS;
    enum chat_action action = in->type == INPUT_KEY ? action_of(c, in) : CHAT_STAYS;
    if (action == CHAT_ANEW) {
        c->talk++;
        chat_notice(c, "new conversation: earlier turns are not sent with the next prompt");
    }
    bool taken = action == CHAT_STAYS && textbox_input(&c->typed, in);
    if (taken && (c->typed.lost || in->paste_cut))
        snprintf(c->notice, sizeof c->notice, "truncated: a prompt has at most %d bytes", TEXTBOX_MAX - 1);
    if (action != CHAT_STAYS || taken || in->type != INPUT_KEY) return action;
    if (recall_of(in)) prompt_recall(c, v, recall_of(in));
    return CHAT_STAYS;
}

/* ---- measures -------------------------------------------------------------------------------------------------- */

int chat_typed_rows(const struct chat *c, int rows, int cols)
{
    int most = rows / 4 < CHAT_TYPED_ROWS ? rows / 4 : CHAT_TYPED_ROWS, wanted = textbox_rows(&c->typed, cols - 2);
    if (most < 1) most = 1;
    return wanted < most ? wanted : most;
}

static int turn_height(struct chat_turn *t, const struct row *row, const struct view *v, int cols)
{
    const struct request *r = ROW(row, request);
    uint64_t wall_s = phase_is(r, "waiting") ? v->wall_ms / 1000 : 0;
    bool same = t->generation == row->generation && t->wall_s == wall_s && t->cols == cols &&
                strcmp(t->key, r->record.key) == 0;
    if (same) return t->rows;
    snprintf(t->key, sizeof t->key, "%s", r->record.key);
    t->generation = row->generation;
    t->wall_s = wall_s;
    t->cols = cols;
    t->rows = chat_turn_rows(r, v, cols);
    return t->rows;
}

void chat_update(struct chat *c, const struct view *v, int rows, int cols)
{
    const struct row *prompts[CHAT_TURNS];
    size_t count = newest_turns(v, prompts, CHAT_TURNS);
    int total = 0, before = c->up_max;
    /* Slots are indexed by age, so that a new turn invalidates one measurement, not all. */
    for (size_t i = 0; i < count; i++) total += turn_height(&c->turn[count - 1 - i], prompts[i], v, cols - 2);
    c->page = rows - ROWS_AROUND - chat_typed_rows(c, rows, cols);
    if (c->page < 1) c->page = 1;
    c->up_max = total > c->page ? total - c->page : 0;
    /* A view that is scrolled up keeps its lines while the end grows. */
    if (c->up > 0 && c->up_max > before) c->up += c->up_max - before;
    if (c->up > c->up_max) c->up = c->up_max;
}

/* ---- over the screen -------------------------------------------------------------------------------------------- */

static void chat_overlay_update(struct overlay *o, const struct view *v, int rows, int cols)
{
    chat_update((struct chat *)o, v, rows, cols);
}

static void chat_overlay_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    static const struct chat_route unknown = {NULL, NULL, NULL};
    chat_draw((const struct chat *)o, v, v->chrome && v->chrome->route ? v->chrome->route : &unknown, cv);
}

static enum overlay_result chat_overlay_input(struct overlay *o, const struct view *v, const struct input *in)
{
    struct chat *c = (struct chat *)o;
    c->action = chat_input(c, v, in);
    if (c->action == CHAT_LEAVES) return OVERLAY_CANCELLED;
    return c->action == CHAT_STAYS || c->action == CHAT_ANEW ? OVERLAY_STAYS : OVERLAY_ACTION;
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {{"Enter", "Send what is typed"},
                                           {"M-Enter ^J", "Line break"},
                                           {"^X", "Cancel the prompt in flight"},
                                           {"^R", "Send the last prompt again"},
                                           {"^T", "A new conversation"},
                                           {"↑ ↓", "The prompts of before"},
                                           {"PgUp PgDn", "Scroll the answers; M-< M-> their beginning, their end"},
                                           {"Esc", "Back to the panes: the chat stays"},
                                           {NULL, NULL}};
    (void)o;
    return keys;
}

const struct overlay_ops chat_overlay = {.name = "chat",
                                         .place = "the chat",
                                         .keys = help_keys,
                                         .uses = OVERLAY_USES_FIELD,
                                         .typing = overlay_types_always,
                                         .multiline = true,
                                         .update = chat_overlay_update,
                                         .draw = chat_overlay_draw,
                                         .input = chat_overlay_input};
