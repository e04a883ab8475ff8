/* picker.c - the choice of a RayService. */
#include "tui/panes/picker.h"

#include "backends/base/text.h"
#include "backends/world/serve_not_running.h"
#include "tui/panes/overlay_list.h"
#include "tui/panes/pane_tools.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PICKER_NS, PICKER_NAME, PICKER_STATUS, PICKER_FT, PICKER_AGE, PICKER_COLUMNS };
enum { PICKER_COLS = 72, PICKER_ROWS = 14 };

static const struct column columns[PICKER_COLUMNS] = {
    [PICKER_NS] = {.title = "NAMESPACE", .min = 9, .max = 30, .priority = 1},
    [PICKER_NAME] = {.title = "RAYSERVICE", .min = 10, .max = 40},
    [PICKER_STATUS] = {.title = "STATUS", .min = 7, .max = 16, .width = 16, .priority = 3},
    [PICKER_FT] = {.title = "GCS FT", .min = 6, .max = 6, .priority = 2},
    [PICKER_AGE] = {.title = "AGE", .min = 4, .max = 6, .width = 5, .priority = 4, .numeric = true},
};

void picker_open(struct picker *p)
{
    *p = (struct picker){.overlay = {.ops = &picker_overlay}};
    table_init(&p->table, columns, PICKER_COLUMNS);
}

void picker_done(struct picker *p)
{
    if (!p) return;
    if (p->table.columns) table_done(&p->table);
    *p = (struct picker){0};
}

/* The operator's word says nothing of a first deployment that fails. */
static void set_status(struct table_row *tr, const struct world *w, const struct rayservice *s)
{
    const struct focus f = focus_of(w, s->ns, s->name);
    const struct serve_not_running serve = serve_not_running_of(w, &f);
    const char *status = serve.failed && !serve.upgrade ? serve.status : s->service_status;
    table_cell_set(tr, PICKER_STATUS, serve.failed ? ROLE_BAD : ROLE_TEXT, or_dash(status));
}

void picker_update(struct picker *p, const struct world *w, uint64_t wall_ms)
{
    table_begin(&p->table);
    WORLD_EACH (row, w, TABLE_RAYSERVICE) {
        const struct rayservice *s = ROW(row, rayservice);
        char age[TEXT_NUM_MAX];
        if (row->gone_ms) continue;
        struct table_row *tr = table_row_add(&p->table, row->record->key);
        table_cell_set(tr, PICKER_NS, ROLE_TEXT, or_dash(s->ns));
        table_cell_set(tr, PICKER_NAME, ROLE_STRONG, or_dash(s->name));
        set_status(tr, w, s);
        table_cell_set(tr, PICKER_FT, s->ft == TRI_NO ? ROLE_WARN : ROLE_TEXT,
                       s->ft == TRI_YES  ? "on"
                       : s->ft == TRI_NO ? "OFF"
                                         : "–");
        table_cell_num(tr, PICKER_AGE, ROLE_TEXT, s->created.known ? -(double)s->created.value : NAN,
                       age_since(age, s->created, wall_ms));
    }
    table_end(&p->table);
}

static struct overlay_list picker_list(const struct picker *p)
{
    return overlay_list_of(&p->table, PICKER_ROWS, PICKER_COLS, 1);
}

enum overlay_result picker_input(struct picker *p, const struct input *in)
{
    if (in->key == KEYP_ESC || in->key == 'q') return OVERLAY_CANCELLED;
    return overlay_list_input(&p->overlay, &p->table, picker_list(p), in) ? OVERLAY_DONE : OVERLAY_STAYS;
}

void picker_draw(const struct picker *p, struct canvas *cv)
{
    struct canvas in = overlay_list_draw(&p->table, picker_list(p), "Which RayService?", "no RayService found", cv);
    overlay_keys_draw(&p->overlay, &in, in.rows - 1, "Enter selects · Esc cancels");
}

bool picker_choice(const struct picker *p, const struct world *w, const char **ret_ns, const char **ret_name)
{
    const char *key = table_selected(&p->table);
    const struct row *row = key ? world_find(w, TABLE_RAYSERVICE, key) : NULL;
    if (!row || row->gone_ms) return false;
    *ret_ns = ROW(row, rayservice)->ns;
    *ret_name = ROW(row, rayservice)->name;
    return true;
}

static void picker_overlay_update(struct overlay *o, const struct view *v, int rows, int cols)
{
    (void)rows;
    (void)cols;
    picker_update((struct picker *)o, v->world, v->wall_ms);
}

static void picker_overlay_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    (void)v;
    picker_draw((const struct picker *)o, cv);
}

static enum overlay_result picker_overlay_input(struct overlay *o, const struct view *v, const struct input *in)
{
    (void)v;
    return picker_input((struct picker *)o, in);
}

static void picker_overlay_done(struct overlay *o)
{
    picker_done((struct picker *)o);
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {
        {"Enter", "Look at that RayService"}, {"Esc q", "Leave: the RayService stays as it is"}, {NULL, NULL}};
    (void)o;
    return keys;
}

const struct overlay_ops picker_overlay = {.name = "picker",
                                           .place = "this list of RayServices",
                                           .keys = help_keys,
                                           .uses = OVERLAY_USES_LIST,
                                           .no_text = true,
                                           .update = picker_overlay_update,
                                           .draw = picker_overlay_draw,
                                           .input = picker_overlay_input,
                                           .done = picker_overlay_done};
