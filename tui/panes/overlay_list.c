/* overlay_list.c - see overlay_list.h. */
#include "tui/panes/overlay_list.h"

#include "tui/panes/pane_tools.h"

enum { FRAME_ROWS = 1, FRAME_COLS = 2 /* of a box, at each side: overlay_box */, TABLE_ROWS_LEAST = 2 };

static int size_min(int a, int b)
{
    return a < b ? a : b;
}

struct overlay_list overlay_list_of(const struct table_view *t, int most, int cols, int below)
{
    const int rows = size_min(table_height(t), most);
    return (struct overlay_list){
        .rows = (rows < TABLE_ROWS_LEAST ? TABLE_ROWS_LEAST : rows) + below, .cols = cols, .below = below};
}

struct canvas overlay_list_draw(const struct table_view *t, struct overlay_list at, const char *title,
                                const char *empty, struct canvas *cv)
{
    struct canvas in = overlay_box(cv, at.rows, at.cols, ROLE_DIALOG, title);
    struct canvas list = canvas_sub(&in, 0, 0, in.rows - at.below, in.cols);
    table_draw(t, &list, true);
    if (t->count == 0) canvas_text(&list, 1, 0, ROLE_DIM, empty);
    return in;
}

bool overlay_list_input(const struct overlay *o, struct table_view *t, struct overlay_list at, const struct input *in)
{
    struct input inside = *in;
    const int high = size_min(at.rows + 2 * FRAME_ROWS, o->rows), wide = size_min(at.cols + 2 * FRAME_COLS, o->cols);
    const int rows = high - 2 * FRAME_ROWS - at.below;
    struct pane moved = {.table = t, .rows = rows, .cols = wide - 2 * FRAME_COLS};
    if (in->type == INPUT_MOUSE) {
        inside.row -= (o->rows - high) / 2 + FRAME_ROWS;
        inside.col -= (o->cols - wide) / 2 + FRAME_COLS;
    }
    return pane_table_input(&moved, rows, &inside).type == REQUEST_OPEN;
}
