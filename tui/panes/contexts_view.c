/* contexts_view.c - draws the list of contexts; see contexts_view.h. */
#include "tui/panes/contexts_view.h"

#include "tui/panes/answers_view.h"
#include "tui/panes/overlay_list.h"
#include "tui/panes/pane_tools.h"

enum { COLUMN_NAME, COLUMN_STATE, COLUMN_ANSWER, COLUMN_SERVICE, COLUMN_SERVER, COLUMNS };
enum { VIEW_COLS = 100, VIEW_ROWS = 14 };

static const struct column columns[COLUMNS] = {
    [COLUMN_NAME] = {.title = "CONTEXT", .min = 12, .max = 40},
    [COLUMN_STATE] = {.title = "STATE", .min = 13, .max = 20, .width = 13, .priority = 1},
    [COLUMN_ANSWER] = {.title = "ANSWERING", .min = 9, .max = 16, .width = 10 /* RECOVERING */},
    [COLUMN_SERVICE] = {.title = "RAYSERVICE", .min = 10, .max = 40, .priority = 2},
    [COLUMN_SERVER] = {.title = "SERVER", .min = 8, .max = 60, .priority = 3},
};

void contexts_view_open(struct contexts_view *c)
{
    *c = (struct contexts_view){.overlay = {.ops = &contexts_overlay}};
    table_init(&c->table, columns, COLUMNS);
}

void contexts_view_begin(struct contexts_view *c)
{
    table_begin(&c->table);
}

void contexts_view_add(struct contexts_view *c, const struct contexts_row *row)
{
    struct table_row *tr = table_row_add(&c->table, row->name);
    const enum role role = row->server ? ROLE_TEXT : ROLE_DIM;
    table_cell_set(tr, COLUMN_NAME, row->server ? ROLE_STRONG : ROLE_DIM, row->name);
    table_cell_set(tr, COLUMN_STATE, role, row->state);
    table_cell_set(tr, COLUMN_ANSWER, verdict_role(row->verdict), or_dash(row->word));
    table_cell_set(tr, COLUMN_SERVICE, role, or_dash(row->service));
    table_cell_set(tr, COLUMN_SERVER, ROLE_DIM, or_dash(row->server));
}

void contexts_view_end(struct contexts_view *c)
{
    table_end(&c->table);
}

const char *contexts_view_choice(const struct contexts_view *c)
{
    return table_selected(&c->table);
}

static struct overlay_list view_list(const struct contexts_view *c)
{
    return overlay_list_of(&c->table, VIEW_ROWS, VIEW_COLS, 1);
}

static void view_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    const struct contexts_view *c = (const struct contexts_view *)o;
    (void)v;
    struct canvas in = overlay_list_draw(&c->table, view_list(c), "Contexts", "the kubeconfig has none", cv);
    overlay_keys_draw(o, &in, in.rows - 1, "Enter shows it · c closes it · Esc leaves");
}

static enum overlay_result view_input(struct overlay *o, const struct view *v, const struct input *in)
{
    struct contexts_view *c = (struct contexts_view *)o;
    (void)v;
    if (in->key == KEYP_ESC || in->key == 'q') return OVERLAY_CANCELLED;
    if (in->key == 'c' && !in->mods) return OVERLAY_ACTION;
    return overlay_list_input(o, &c->table, view_list(c), in) ? OVERLAY_DONE : OVERLAY_STAYS;
}

static void view_done(struct overlay *o)
{
    struct contexts_view *c = (struct contexts_view *)o;
    if (c->table.columns) table_done(&c->table);
    *c = (struct contexts_view){.overlay = {.ops = NULL}};
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {
        {"Enter", "Look at that context"}, {"c", "Stop watching it"}, {"Esc q", "Leave"}, {NULL, NULL}};
    (void)o;
    return keys;
}

const struct overlay_ops contexts_overlay = {.name = "contexts",
                                             .place = "this list of contexts",
                                             .keys = help_keys,
                                             .uses = OVERLAY_USES_LIST,
                                             .no_text = true,
                                             .draw = view_draw,
                                             .input = view_input,
                                             .done = view_done};
