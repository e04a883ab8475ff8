/* help.c - the help screen, generated from the table of commands. */
#include "tui/panes/help.h"

#include "backends/base/mem.h"

#include <stddef.h>
#include <string.h>

enum {
    HELP_COLS = 76,
    HELP_KEYS_WIDTH = 12,
    HELP_NAME_WIDTH = 15,
    HELP_NARROW = 56, /* below it the names are hidden: the palette completes them */
    FRAME_ROWS = 2,
    FRAME_COLS = 4
};

static const struct {
    const char *keys, *name, *help;
} lines[] = {
    {"", "", "Commands: by key, or by name after :"},
#define CMD(id, name, keys, where, needs, word, help) {keys, name, help},
#include "tui/commands.def"
#undef CMD
    {"", "", ""},
    {"", "", "In a pane"},
    {"1 … 7, R", "", "Go to that pane; 6 doctor, 7 lint, R the recovery while one is shown"},
    {"h l ← →", "", "The previous pane, the next pane"},
    {"j k ↑ ↓", "", "The next row, the previous row"},
    {"g G", "", "The first row, the last row (Home, End)"},
    {"PgUp PgDn", "", "A page up, a page down (^B ^F, Space)"},
    {"^U ^D", "", "Half a page up, half a page down"},
    {"mouse", "", "With --mouse: the wheel, a click, a second click opens, a head sorts. Shift selects text"},
    {"", "", ""},
    {"", "", "In a text: a detail, this help, steps, findings"},
    {"/", "", "Search; a capital letter makes case count"},
    {"n N", "", "The next match, the previous one"},
    {"W", "", "Wrap long lines, or not; h and l then move sideways"},
    {"w", "", "Write the text to a new file"},
    {"Enter F", "", "YAML, describe: fold a key, fold all"},
    {"", "", ""},
    {"", "", "In the timeline (T)"},
    {"h l ← →", "", "The cursor, by a column; H and L by ten; j and k select a lane"},
    {"+ -", "", "Zoom in, zoom out: from 2 minutes to 2 hours"},
    {"PgUp PgDn", "", "Half of the span earlier, later"},
    {"n N b", "", "To the next change of the lane, the one before; to T0"},
    {"g G", "", "As far back as is kept; to now, and follow it"},
    {"Enter", "", "What lies at the cursor: the pod, the prompt, the event, the lane's history"},
    {"", "", ""},
    {"", "", "In a text field"},
    {"^W ^U ^K ^Y", "", "Delete the word before, to the line's start, to its end; paste it back"},
    {"M-Enter ^J", "", "Chat: line break"},
    {"^X ^R ^T", "", "Chat: cancel, retry, new conversation"},
    {"", "", ""},
    {"", "", "Symbols"},
    {"–", "", "Unknown; never drawn as 0"},
    {"- +", "", "A deleted row, a new row; both keep their place"},
    {"STALE 14s", "", "No update for so long: the data may be outdated"},
    {"✗", "", "Not available now; pressing the key shows the reason"},
    {". s X ?", "", "A probe: answered, slow, failed, not yet answered"},
    {"no runtime", "", "No Neuron process holds the core; 'allocated, idle': one does"},
};

static bool is_title(size_t i)
{
    return !lines[i].keys[0] && !lines[i].name[0];
}

static bool has_name(size_t i, int cols)
{
    return lines[i].name[0] && cols >= HELP_NARROW;
}

static int help_col(size_t i, int cols)
{
    if (is_title(i)) return 0;
    return has_name(i, cols) ? HELP_KEYS_WIDTH + HELP_NAME_WIDTH : HELP_KEYS_WIDTH;
}

static struct text_part part_of(const char *text, enum role role, int col)
{
    return (struct text_part){.text = text, .len = strlen(text), .role = role, .col = col};
}

static void help_line(const void *arg, uint64_t n, int cols, struct text_line *ret)
{
    const size_t i = (size_t)n;
    const int col = help_col(i, cols);
    (void)arg;
    *ret = (struct text_line){.hang = col};
    if (!is_title(i)) ret->part[ret->parts++] = part_of(lines[i].keys, ROLE_KEY, 0);
    if (has_name(i, cols)) ret->part[ret->parts++] = part_of(lines[i].name, ROLE_STRONG, HELP_KEYS_WIDTH);
    ret->part[ret->parts++] = part_of(lines[i].help, is_title(i) ? ROLE_TITLE : ROLE_DIALOG, col);
}

static const struct text_source help_text = {.count = ARRAY_LEN(lines), .line = help_line};

/* Of the box's inside, on a screen of so many columns. */
static int inside_width(int cols)
{
    int in = cols - FRAME_COLS;
    return in < HELP_COLS ? in : HELP_COLS;
}

void help_open(struct help *h)
{
    *h = (struct help){.overlay = {.ops = &help_overlay}};
    text_view_open(&h->view, true, false);
}

void help_done(struct help *h)
{
    text_view_done(&h->view);
}

/* The last row of the box is the foot's. */
void help_size(struct help *h, int rows, int cols)
{
    text_view_update(&h->view, &help_text, rows > FRAME_ROWS + 1 ? rows - FRAME_ROWS - 1 : 1, inside_width(cols));
}

enum overlay_result help_input(struct help *h, const struct input *in)
{
    const enum text_view_result used = text_view_input(&h->view, &help_text, in);
    if (used != TEXT_VIEW_UNUSED) return used == TEXT_VIEW_SAVE ? OVERLAY_SAVE : OVERLAY_STAYS;
    if (in->type == INPUT_KEY && (in->key == KEYP_ESC || in->key == 'q' || in->key == '?' || in->key == KEYP_F1))
        return OVERLAY_CANCELLED;
    return OVERLAY_STAYS;
}

void help_draw(const struct help *h, struct canvas *cv)
{
    const int width = inside_width(cv->cols);
    const int rows = text_view_height(&help_text, true, width, cv->rows);
    struct canvas in = overlay_box(cv, rows + 1, HELP_COLS, ROLE_DIALOG, "Help");
    if (in.rows < 1) return;
    struct canvas body = canvas_sub(&in, 0, 0, in.rows > 1 ? in.rows - 1 : 1, in.cols);
    text_view_draw(&h->view, &help_text, &body);
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
    (void)o;
    text_view_print(&help_text, HELP_COLS, out);
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
