/* forwards_view.c - draws the list of forwarded ports; see forwards_view.h. */
#include "tui/panes/forwards_view.h"

#include "tui/draw/wrap.h"
#include "tui/panes/overlay_list.h"

#include <stdio.h>
#include <string.h>

enum { COLUMN_URL, COLUMN_STATE, COLUMN_TARGET, COLUMN_NS, COLUMNS };
enum { VIEW_COLS = 90, VIEW_ROWS = 14, WHY_ROWS = 3, LAST_MAX = ERR_TEXT_MAX + 16 };

static const struct column columns[COLUMNS] = {
    [COLUMN_URL] = {.title = "LOCAL", .min = 22, .max = 22},
    [COLUMN_STATE] = {.title = "STATE", .min = 8, .max = 8},
    [COLUMN_TARGET] = {.title = "TO", .min = 16, .max = 60, .priority = 1},
    [COLUMN_NS] = {.title = "NAMESPACE", .min = 9, .max = 30, .priority = 2},
};

void forwards_view_open(struct forwards_view *f)
{
    *f = (struct forwards_view){.overlay = {.ops = &forwards_overlay}};
    table_init(&f->table, columns, COLUMNS);
}

void forwards_view_begin(struct forwards_view *f)
{
    table_begin(&f->table);
    f->count = 0;
}

void forwards_view_add(struct forwards_view *f, const struct forwards_row *row)
{
    char key[16], text[TABLE_CELL_MAX];
    snprintf(key, sizeof key, "%u", row->local);
    struct table_row *tr = table_row_add(&f->table, key);
    snprintf(text, sizeof text, "http://localhost:%u", row->local);
    table_cell_set(tr, COLUMN_URL, ROLE_STRONG, text);
    table_cell_set(tr, COLUMN_STATE, row->role, row->state);
    snprintf(text, sizeof text, "%.100s:%u", row->target, row->remote);
    table_cell_set(tr, COLUMN_TARGET, ROLE_TEXT, text);
    table_cell_set(tr, COLUMN_NS, ROLE_TEXT, row->ns);
    if (f->count == FORWARDS_ROWS) return;
    f->last[f->count].local = row->local;
    snprintf(f->last[f->count++].why, ERR_TEXT_MAX, "%s", row->why ? row->why : "");
}

void forwards_view_end(struct forwards_view *f)
{
    table_end(&f->table);
}

unsigned forwards_view_choice(const struct forwards_view *f)
{
    const char *key = table_selected(&f->table);
    uint64_t port;
    return key && text_u64(key, strlen(key), UINT16_MAX, &port) == ERR_OK ? (unsigned)port : 0;
}

/* "": the selected one has not ended yet. */
static const char *selected_why(const struct forwards_view *f)
{
    const unsigned local = forwards_view_choice(f);
    for (size_t i = 0; i < f->count; i++)
        if (f->last[i].local == local) return f->last[i].why;
    return "";
}

/* Of a screen that is so wide. text: the selected one's last end, wrapped under the table. */
static struct overlay_list view_list(const struct forwards_view *f, int screen_cols, char text[LAST_MAX])
{
    const char *why = selected_why(f);
    snprintf(text, LAST_MAX, "last end   %s", why);
    const int cols = screen_cols - 4 < VIEW_COLS ? screen_cols - 4 : VIEW_COLS;
    const int wrapped = *why ? wrap_hang_height(text, cols > 0 ? cols : 1) : 0;
    return overlay_list_of(&f->table, VIEW_ROWS, VIEW_COLS, (wrapped < WHY_ROWS ? wrapped : WHY_ROWS) + 1);
}

static void view_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    const struct forwards_view *f = (const struct forwards_view *)o;
    char text[LAST_MAX];
    const struct overlay_list at = view_list(f, cv->cols, text);
    const int below = at.below - 1;
    (void)v;
    struct canvas in =
        overlay_list_draw(&f->table, at, "Forwarded ports", "none: f forwards one, u the chat page's", cv);
    struct canvas last = canvas_sub(&in, in.rows - below - 1, 0, below, in.cols);
    if (below > 0) wrap_hang_draw(&last, 0, 0, ROLE_DIALOG, text, 0);
    overlay_keys_draw(o, &in, in.rows - 1, f->table.count ? "c closes it · Esc leaves" : "Esc leaves");
}

static enum overlay_result view_input(struct overlay *o, const struct view *v, const struct input *in)
{
    struct forwards_view *f = (struct forwards_view *)o;
    char text[LAST_MAX];
    (void)v;
    if (in->key == KEYP_ESC || in->key == 'q') return OVERLAY_CANCELLED;
    if (in->key == 'c' && !in->mods) return OVERLAY_ACTION;
    (void)overlay_list_input(o, &f->table, view_list(f, o->cols, text), in);
    return OVERLAY_STAYS;
}

static void view_done(struct overlay *o)
{
    struct forwards_view *f = (struct forwards_view *)o;
    if (f->table.columns) table_done(&f->table);
    *f = (struct forwards_view){.overlay = {.ops = NULL}};
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {
        {"c", "Close the selected one"}, {"Esc q", "Leave: they stay open"}, {NULL, NULL}};
    (void)o;
    return keys;
}

const struct overlay_ops forwards_overlay = {.name = "forwards",
                                             .place = "this list of forwarded ports",
                                             .keys = help_keys,
                                             .uses = OVERLAY_USES_LIST,
                                             .no_text = true,
                                             .draw = view_draw,
                                             .input = view_input,
                                             .done = view_done};
