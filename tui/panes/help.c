/* help.c - the help screen, generated from the table of commands. */
#include "tui/panes/help.h"

#include "backends/base/mem.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
    HELP_COLS = 76,
    HELP_KEYS_WIDTH = 12,
    HELP_NAME_WIDTH = 15,
    HELP_NARROW = 56, /* below it the names are hidden: the palette completes them */
    FRAME_ROWS = 2,
    FRAME_COLS = 4
};

/* A heading has neither keys nor a name. */
static const struct help_command {
    const char *keys, *name, *help;
    enum { ANY, PANES, TABLE, ON_ROWS } where;
} commands[] = {
#define CMD(id, name, keys, where, needs, word, help) {keys, name, help, where},
#include "tui/commands.def"
#undef CMD
};

static const struct pane_key moving[] = {
    {"j k ↑ ↓", "The next row, the previous row"},
    {"g G", "The first row, the last row (Home, End)"},
    {"PgUp PgDn", "A page up, a page down (^B ^F); ^U ^D half a page"},
    {"mouse", "With --mouse: the wheel, a click, a second click opens, a head sorts. Shift selects text"},
    {NULL, NULL},
};
static const struct pane_key between_panes[] = {
    {"1 … 7, R", "Go to that pane; 6 doctor, 7 lint, R the recovery while one is shown"},
    {"h l ← →", "The previous pane, the next pane"},
    {NULL, NULL},
};
static const struct pane_key moving_in_a_text[] = {
    {"j k ↑ ↓", "A line down, a line up"},
    {"g G", "The beginning, the end (Home, End)"},
    {"PgUp PgDn", "A page up, a page down; ^U ^D half a page"},
    {NULL, NULL},
};
static const struct pane_key in_a_text[] = {
    {"/", "Search; a capital letter makes case count"},
    {"n N", "The next match, the previous one"},
    {"Space", "A page down (^F), ^B a page up"},
    {"W", "Wrap long lines, or not; h and l then move sideways"},
    {"w", "Write the text to a new file"},
    {NULL, NULL},
};
static const struct pane_key in_a_page[] = {
    {"Enter F", "YAML, describe: fold a key, fold all"},
    {"t s p", "Logs: times; since 5 m, 1 h, all; the run before this one"},
    {"c a", "Logs: the next container; all pods of the cluster, merged"},
    {NULL, NULL},
};
static const struct pane_key in_a_line[] = {
    {"^W ^U ^K ^Y", "Delete the word before, to the line's start, to its end; paste it back"},
    {NULL, NULL},
};
static const struct pane_key in_every_overlay[] = {
    {"F1", "This help, also where ? is text"},
    {"^C", "Leave raydeck; of a drill under load: stop the load"},
    {NULL, NULL},
};
static const struct pane_key in_a_field[] = {
    {"Tab ↑ ↓ ^R", "After : complete, the lines of before, search them"},
    {"M-Enter ^J", "Chat: line break"},
    {"^X ^R ^T", "Chat: cancel, retry, new conversation"},
    {NULL, NULL},
};
static const struct pane_key symbols[] = {
    {"–", "Unknown; never drawn as 0"},
    {"- +", "A deleted row, a new row; both keep their place"},
    {"*", "A marked row; C-Space is Ctrl and Space"},
    {"STALE 14s", "No update for so long: the data may be outdated"},
    {"✗", "Not available now; pressing the key shows the reason"},
    {". s X ?", "A probe: answered, slow, failed, not yet answered"},
    {"no runtime", "No Neuron process holds the core; 'allocated, idle': one does"},
    {NULL, NULL},
};

/* ---- what is listed ---- */

static void line_add(struct help *h, const char *keys, const char *name, const char *help)
{
    if (h->count < HELP_LINES) h->line[h->count++] = (struct help_entry){keys, name, help};
}

static void title_add(struct help *h, const char *title)
{
    if (h->count) line_add(h, "", "", "");
    line_add(h, "", "", title);
}

static void keys_add(struct help *h, const struct pane_key *keys)
{
    for (; keys->keys; keys++) line_add(h, keys->keys, "", keys->help);
}

/* Of a command: with a row or a table, by its key, behind the leader, by name alone. */
enum help_group { OF_TABLE, BY_KEY, BY_LEADER, BY_NAME };

static enum help_group group_of(const struct help_command *c)
{
    if (!c->keys[0]) return BY_NAME;
    if (strncmp(c->keys, "x ", 2) == 0) return BY_LEADER;
    return c->where == TABLE || c->where == ON_ROWS ? OF_TABLE : BY_KEY;
}

static bool command_works(const struct help_context *about, const struct help_command *c)
{
    if (!about) return true;
    return (c->where != TABLE || about->table) && (c->where != ON_ROWS || about->rows) &&
           (!about->works || about->works(about->arg, c->name));
}

/* Those that work now; false, and no heading: none does. */
static void commands_add(struct help *h, const struct help_context *about, enum help_group group, const char *title)
{
    bool titled = !title;
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (group_of(&commands[i]) != group || !command_works(about, &commands[i])) continue;
        if (!titled) title_add(h, title);
        titled = true;
        line_add(h, commands[i].keys, commands[i].name, commands[i].help);
    }
}

static void not_now_add(struct help *h, const struct help_context *about)
{
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) count += !command_works(about, &commands[i]);
    if (!count) return;
    snprintf(h->not_now, sizeof h->not_now, "%zu more %s not work now: : lists them with a ✗", count,
             count == 1 ? "does" : "do");
    title_add(h, h->not_now);
}

/* Nothing else works there. */
static void overlay_collect(struct help *h, const struct overlay *o)
{
    snprintf(h->title, sizeof h->title, "In %s", o->ops->place);
    title_add(h, h->title);
    keys_add(h, o->ops->keys(o));
    if (o->ops->uses & OVERLAY_USES_LIST) keys_add(h, moving);
    if (o->ops->uses & OVERLAY_USES_TEXT) {
        keys_add(h, moving_in_a_text);
        keys_add(h, in_a_text);
    }
    if (o->ops->uses & OVERLAY_USES_FIELD) keys_add(h, in_a_line);
    title_add(h, "Anywhere");
    keys_add(h, in_every_overlay);
}

static void lines_collect(struct help *h, const struct help_context *about)
{
    const struct pane_ops *pane = about ? about->pane : NULL;
    const bool detail = about && about->detail;
    snprintf(h->title, sizeof h->title, "In this %s%s%s", detail ? "detail" : "pane", pane ? ": " : "",
             pane ? pane->title : "");
    title_add(h, h->title);
    if (detail) {
        keys_add(h, moving_in_a_text);
        keys_add(h, in_a_text);
    }
    if (pane && pane->keys && !detail) keys_add(h, pane->keys);
    commands_add(h, about, OF_TABLE, NULL);
    if (!detail && (!pane || !pane->keys)) keys_add(h, moving);
    commands_add(h, about, BY_KEY, "Anywhere");
    keys_add(h, between_panes);
    commands_add(h, about, BY_LEADER, "What changes the cluster");
    commands_add(h, about, BY_NAME, "By name, after :");
    not_now_add(h, about);
    title_add(h, "In a text: a detail, this help, steps, findings");
    keys_add(h, in_a_text);
    keys_add(h, in_a_page);
    title_add(h, "In a text field");
    keys_add(h, in_a_line);
    keys_add(h, in_a_field);
    title_add(h, "Symbols");
    keys_add(h, symbols);
}

/* ---- lines ---- */

static bool is_title(const struct help_entry *e)
{
    return !e->keys[0] && !e->name[0];
}

static bool has_name(const struct help_entry *e, int cols)
{
    return e->name[0] && cols >= HELP_NARROW;
}

static int help_col(const struct help_entry *e, int cols)
{
    if (is_title(e)) return 0;
    return has_name(e, cols) ? HELP_KEYS_WIDTH + HELP_NAME_WIDTH : HELP_KEYS_WIDTH;
}

static void help_line(const void *arg, uint64_t n, int cols, struct text_line *ret)
{
    const struct help *h = arg;
    const struct help_entry *e = &h->line[n];
    const int col = help_col(e, cols);
    *ret = (struct text_line){.hang = col};
    if (!is_title(e)) ret->part[ret->parts++] = text_part_of(e->keys, ROLE_KEY, 0);
    if (has_name(e, cols)) ret->part[ret->parts++] = text_part_of(e->name, ROLE_STRONG, HELP_KEYS_WIDTH);
    ret->part[ret->parts++] = text_part_of(e->help, is_title(e) ? ROLE_TITLE : ROLE_DIALOG, col);
}

static struct text_source source_of(const struct help *h)
{
    return (struct text_source){.count = h->count, .line = help_line, .arg = (void *)h};
}

/* Of the box's inside, on a screen of so many columns. */
static int inside_width(int cols)
{
    int in = cols - FRAME_COLS;
    return in < HELP_COLS ? in : HELP_COLS;
}

void help_open(struct help *h, const struct help_context *about)
{
    *h = (struct help){.overlay = {.ops = &help_overlay}};
    if (about && about->overlay)
        overlay_collect(h, about->overlay);
    else
        lines_collect(h, about);
    text_view_open(&h->view, true, false);
}

void help_done(struct help *h)
{
    text_view_done(&h->view);
}

/* The last row of the box is the foot's. */
void help_size(struct help *h, int rows, int cols)
{
    const struct text_source text = source_of(h);
    text_view_update(&h->view, &text, rows > FRAME_ROWS + 1 ? rows - FRAME_ROWS - 1 : 1, inside_width(cols));
}

enum overlay_result help_input(struct help *h, const struct input *in)
{
    const struct text_source text = source_of(h);
    const enum text_view_result used = text_view_input(&h->view, &text, in);
    if (used != TEXT_VIEW_UNUSED) return used == TEXT_VIEW_SAVE ? OVERLAY_SAVE : OVERLAY_STAYS;
    if (in->type == INPUT_KEY && (in->key == KEYP_ESC || in->key == 'q' || in->key == '?' || in->key == KEYP_F1))
        return OVERLAY_CANCELLED;
    return OVERLAY_STAYS;
}

void help_draw(const struct help *h, struct canvas *cv)
{
    const struct text_source text = source_of(h);
    const int width = inside_width(cv->cols);
    const int rows = text_view_height(&text, true, width, cv->rows);
    struct canvas in = overlay_box(cv, rows + 1, HELP_COLS, ROLE_DIALOG, "Help");
    if (in.rows < 1) return;
    struct canvas body = canvas_sub(&in, 0, 0, in.rows > 1 ? in.rows - 1 : 1, in.cols);
    text_view_draw(&h->view, &text, &body);
    if (in.rows > 1)
        canvas_field(&in, in.rows - 1, 0, in.cols, ROLE_DIM, "/ search   n N next, previous   ↑ ↓ scroll   Esc closes");
}

static void help_overlay_update(struct overlay *o, const struct view *v, int rows, int cols)
{
    (void)v;
    help_size((struct help *)o, rows, cols);
}

static void help_overlay_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    (void)v;
    help_draw((const struct help *)o, cv);
}

static enum overlay_result help_overlay_input(struct overlay *o, const struct view *v, const struct input *in)
{
    (void)v;
    return help_input((struct help *)o, in);
}

static void help_overlay_text(const struct overlay *o, struct buf *out)
{
    const struct text_source text = source_of((const struct help *)o);
    text_view_print(&text, HELP_COLS, out);
}

static void help_overlay_done(struct overlay *o)
{
    help_done((struct help *)o);
}

const struct overlay_ops help_overlay = {.name = "help",
                                         .update = help_overlay_update,
                                         .draw = help_overlay_draw,
                                         .input = help_overlay_input,
                                         .text = help_overlay_text,
                                         .done = help_overlay_done};
