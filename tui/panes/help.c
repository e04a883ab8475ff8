#include "tui/panes/help.h"

#include "backends/base/mem.h"
#include "tui/panes/pane_tools.h"

#include <stddef.h>

enum {
    HELP_COLS = 76,
    HELP_KEYS_WIDTH = 12,
    HELP_NAME_WIDTH = 15,
    HELP_AROUND = 4 /* the frame, and a line of blank */
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
    {"1 … 5, R", "", "Go to that pane; R is the recovery, while there is one"},
    {"h l ← →", "", "The pane before, the pane after"},
    {"j k ↑ ↓", "", "The row below, the row above"},
    {"g G", "", "The first row, the last row (Home, End)"},
    {"PgUp PgDn", "", "A page"},
    {"", "", ""},
    {"", "", "What the screen says"},
    {"–", "", "Not known. Never drawn as 0"},
    {"- +", "", "A row that is gone, and one that is new; both stay in their place"},
    {"STALE 14s", "", "Nothing was heard for so long: what stands there may not be so any more"},
    {"✗", "", "Does not work here now; pressing the key says why"},
    {". s X ?", "", "A probe: answered, slow, failed, not yet answered"},
    {"no runtime", "", "No Neuron process has this core; 'allocated, idle': one has, and computed nothing"},
};

void help_open(struct help *h)
{
    *h = (struct help){.page = 10};
}

void help_size(struct help *h, int rows)
{
    h->page = rows > HELP_AROUND ? rows - HELP_AROUND : 1;
}

static int last_top(int page)
{
    int last = (int)ARRAY_LEN(lines) - page;
    return last > 0 ? last : 0;
}

enum overlay help_input(struct help *h, const struct input *in)
{
    if (in->type == INPUT_KEY && (in->key == KEYP_ESC || in->key == 'q' || in->key == '?')) return OVERLAY_CANCELLED;
    h->top += scroll_of(in, h->page);
    if (h->top > last_top(h->page)) h->top = last_top(h->page);
    if (h->top < 0) h->top = 0;
    return OVERLAY_STAYS;
}

void help_draw(const struct help *h, struct canvas *cv)
{
    struct canvas in = overlay_box(cv, (int)ARRAY_LEN(lines), HELP_COLS, ROLE_DIALOG, "Help · Esc leaves");
    for (int row = 0; row < in.rows && h->top + row < (int)ARRAY_LEN(lines); row++) {
        int i = h->top + row, col = lines[i].name[0] ? HELP_KEYS_WIDTH + HELP_NAME_WIDTH : HELP_KEYS_WIDTH;
        bool title = !lines[i].keys[0] && !lines[i].name[0];
        if (title) col = 0;
        canvas_field(&in, row, 0, HELP_KEYS_WIDTH - 1, ROLE_KEY, lines[i].keys);
        if (lines[i].name[0]) canvas_field(&in, row, HELP_KEYS_WIDTH, HELP_NAME_WIDTH - 1, ROLE_STRONG, lines[i].name);
        if (in.cols > col) canvas_field(&in, row, col, in.cols - col, title ? ROLE_TITLE : ROLE_DIALOG, lines[i].help);
    }
    if (h->top + in.rows < (int)ARRAY_LEN(lines)) canvas_field(&in, in.rows - 1, in.cols - 6, -6, ROLE_DIM, "more…");
}
