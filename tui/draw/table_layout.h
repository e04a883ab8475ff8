/* table_layout.h - the layout of a table's columns; shared by table.c and table_draw.c. */
#ifndef RAYDECK_DRAW_TABLE_LAYOUT_H
#define RAYDECK_DRAW_TABLE_LAYOUT_H

#include "tui/draw/table.h"

enum { TABLE_LEAD = 2 /* the gutter before the first column */ };
struct table_layout {
    int at[TABLE_COLUMNS];    /* first column on the screen */
    int width[TABLE_COLUMNS]; /* 0: left out */
};
void table_layout(const struct table_view *t, int cols, struct table_layout *ret);

/* Whether there is a last line below the rows. */
bool table_has_last_line(const struct table_view *t);

/* The number of rows that fit below the headers, and the first one shown so that the selection is visible. */
int table_page(const struct table_view *t, int rows);
size_t table_top(const struct table_view *t, int page);

#endif
