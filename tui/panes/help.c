/* help.c - the help screen, generated from the table of commands. */
#include "tui/panes/help.h"

#include "backends/base/mem.h"
#include "tui/draw/wrap.h"
#include "tui/panes/pane_tools.h"

#include <stddef.h>

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
    {"PgUp PgDn", "", "A page up, a page down"},
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

/* Rows of a line: its text is wrapped beside the key. */
static int entry_height(size_t i, int cols)
{
    int width = cols - help_col(i, cols), rows = width > 0 ? wrap_height(lines[i].help, width) : 1;
    return rows > 0 ? rows : 1;
}

static int all_rows(int cols)
{
    int rows = 0;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) rows += entry_height(i, cols);
    return rows;
}

/* Of the box's inside, on a screen of so many columns. */
static int inside_width(int cols)
{
    int in = cols - FRAME_COLS;
    return in < HELP_COLS ? in : HELP_COLS;
}

void help_open(struct help *h)
{
    *h = (struct help){.overlay = {.ops = &help_overlay}, .page = 10, .cols = HELP_COLS};
}

void help_size(struct help *h, int rows, int cols)
{
    h->page = rows > FRAME_ROWS ? rows - FRAME_ROWS : 1;
    h->cols = inside_width(cols);
}

enum overlay_result help_input(struct help *h, const struct input *in)
{
    int last = all_rows(h->cols) - h->page;
    if (in->type == INPUT_KEY && (in->key == KEYP_ESC || in->key == 'q' || in->key == '?')) return OVERLAY_CANCELLED;
    h->top += scroll_of(in, h->page);
    if (h->top > last) h->top = last;
    if (h->top < 0) h->top = 0;
    return OVERLAY_STAYS;
}

/* Draws a line whose first rows may lie above the box. */
static void draw_line(struct canvas *in, int row, size_t i)
{
    int col = help_col(i, in->cols), skip = row < 0 ? -row : 0;
    if (row >= 0) {
        canvas_field(in, row, 0, HELP_KEYS_WIDTH - 1, ROLE_KEY, lines[i].keys);
        if (has_name(i, in->cols))
            canvas_field(in, row, HELP_KEYS_WIDTH, HELP_NAME_WIDTH - 1, ROLE_STRONG, lines[i].name);
    }
    if (in->cols > col) wrap_draw(in, row + skip, col, is_title(i) ? ROLE_TITLE : ROLE_DIALOG, lines[i].help, skip);
}

void help_draw(const struct help *h, struct canvas *cv)
{
    int rows = all_rows(inside_width(cv->cols)), row = -h->top;
    struct canvas in = overlay_box(cv, rows, HELP_COLS, ROLE_DIALOG, "Help · Esc closes");
    for (size_t i = 0; i < ARRAY_LEN(lines) && row < in.rows; i++) {
        int high = entry_height(i, in.cols);
        if (row + high > 0) draw_line(&in, row, i);
        row += high;
    }
    if (h->top + in.rows < rows) canvas_field(&in, in.rows - 1, in.cols - 6, -6, ROLE_DIM, "more…");
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

const struct overlay_ops help_overlay = {
    .name = "help", .update = help_overlay_update, .draw = help_overlay_draw, .input = help_overlay_input};
