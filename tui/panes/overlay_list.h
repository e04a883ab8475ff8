/* overlay_list.h - a table in a box of the screen's middle: where overlay_box draws it, and its input. Pure. */
#ifndef RAYDECK_PANES_OVERLAY_LIST_H
#define RAYDECK_PANES_OVERLAY_LIST_H

#include "tui/draw/table.h"
#include "tui/panes/overlay.h"

struct overlay_list {
    int rows, cols; /* of the box's content, as in overlay_box */
    int below;      /* its last rows, under the table */
};
/* As high as the table, of which at least two lines are shown and at most `most`. */
struct overlay_list overlay_list_of(const struct table_view *t, int most, int cols, int below);

/* The box with the table, or `empty` where that has no row. Returns the content, the last rows of which are free. */
struct canvas overlay_list_draw(const struct table_view *t, struct overlay_list at, const char *title,
                                const char *empty, struct canvas *cv);

/* Motion, Enter, and clicks: on a head to sort, on a row to select it, on the selected one to open it. True: opened. */
bool overlay_list_input(const struct overlay *o, struct table_view *t, struct overlay_list at, const struct input *in);

#endif
