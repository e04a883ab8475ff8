/* recordings_view.c - draws the list of recordings; see recordings_view.h. */
#include "tui/panes/recordings_view.h"

#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "tui/panes/overlay_list.h"

#include <stdio.h>
#include <string.h>

enum { COLUMN_NAME, COLUMN_SIZE, COLUMN_SAVED, COLUMNS };
enum { VIEW_COLS = 76, VIEW_ROWS = 16 };

static const struct column columns[COLUMNS] = {
    [COLUMN_NAME] = {.title = "RECORDING", .min = 20, .max = 60},
    [COLUMN_SIZE] = {.title = "SIZE", .min = 7, .max = 10, .priority = 2, .numeric = true},
    [COLUMN_SAVED] = {.title = "SAVED", .min = 20, .max = 20, .priority = 1},
};

void recordings_view_open(struct recordings_view *r, const char *folder)
{
    const size_t len = strlen(folder), most = sizeof r->folder - 1;
    *r = (struct recordings_view){.overlay = {.ops = &recordings_overlay}};
    text_safe_into(r->folder, sizeof r->folder, folder + (len > most ? len - most : 0), len > most ? most : len);
    table_init(&r->table, columns, COLUMNS);
    table_begin(&r->table);
}

void recordings_view_ready(struct recordings_view *r)
{
    table_end(&r->table);
}

void recordings_view_add(struct recordings_view *r, const char *name, uint64_t bytes, uint64_t saved_wall_ms)
{
    char text[STAMP_TEXT_MAX], size[TEXT_NUM_MAX];
    struct table_row *row = table_row_add(&r->table, name);
    table_cell_set(row, COLUMN_NAME, ROLE_TEXT, name);
    table_cell_num(row, COLUMN_SIZE, ROLE_TEXT, (double)bytes, text_bytes(size, known_u64(bytes)));
    table_cell_set(row, COLUMN_SAVED, ROLE_DIM, stamp_iso(text, saved_wall_ms));
}

static struct overlay_list view_list(const struct recordings_view *r)
{
    return overlay_list_of(&r->table, VIEW_ROWS, VIEW_COLS, 2);
}

static void view_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    const struct recordings_view *r = (const struct recordings_view *)o;
    (void)v;
    struct canvas in = overlay_list_draw(&r->table, view_list(r), "Recordings", "none was saved yet", cv);
    canvas_field(&in, in.rows - 2, 0, in.cols, ROLE_DIM, r->folder);
    overlay_keys_draw(o, &in, in.rows - 1, "Esc leaves   raydeck replay FILE replays   :save keeps 15 min");
}

static enum overlay_result view_input(struct overlay *o, const struct view *v, const struct input *in)
{
    struct recordings_view *r = (struct recordings_view *)o;
    (void)v;
    if (in->key == KEYP_ESC || in->key == 'q') return OVERLAY_CANCELLED;
    /* Enter leaves, as there is nothing to open; a click does not. */
    const bool opened = overlay_list_input(o, &r->table, view_list(r), in);
    return opened && in->type == INPUT_KEY ? OVERLAY_CANCELLED : OVERLAY_STAYS;
}

static void view_done(struct overlay *o)
{
    struct recordings_view *r = (struct recordings_view *)o;
    if (r->table.columns) table_done(&r->table);
    *r = (struct recordings_view){.folder = ""};
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {{"Esc q", "Leave"}, {NULL, NULL}};
    (void)o;
    return keys;
}

const struct overlay_ops recordings_overlay = {.name = "recordings",
                                               .place = "this list of recordings",
                                               .keys = help_keys,
                                               .uses = OVERLAY_USES_LIST,
                                               .no_text = true,
                                               .draw = view_draw,
                                               .input = view_input,
                                               .done = view_done};
