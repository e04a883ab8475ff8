/* table_marks.h - what table.c needs of the marks; their functions are in table.h. */
#ifndef RAYDECK_DRAW_TABLE_MARKS_H
#define RAYDECK_DRAW_TABLE_MARKS_H

#include "tui/draw/table.h"

void table_marks_keep(struct table_view *t); /* those of rows that there are; the others go */
void table_marks_done(struct table_view *t);

#endif
