/*
 * table.h - the one table widget: columns with priorities, rows with keys, a selection by key, scrolling. Pure.
 *
 * The owner fills rows on update(); the widget lays out the columns (the least important ones leave first when it is
 * narrow), draws, moves the selection, filters and sorts. Selection survives rebuilding: it is a key, never a row
 * number; when the selected row goes, the one that took its place is selected.
 */
#ifndef RAYDECK_DRAW_TABLE_H
#define RAYDECK_DRAW_TABLE_H

#include "tui/draw/canvas.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLE_COLUMNS = 16, TABLE_CELL_MAX = 128, TABLE_FILTER_MAX = 64, TABLE_NOTE_MAX = 160 };

struct column {
    const char *title;
    int min, max; /* columns of the terminal; max 0: takes what is left */
    int priority; /* 0 never leaves; the highest number leaves first */
    bool right;   /* aligned */
    bool numeric; /* sorts by the row's number for that column */
};
struct table_cell {
    const char *text; /* safe; at most TABLE_CELL_MAX bytes; never NULL */
    double number;    /* for sorting; NAN sorts last */
    enum role role;
};
/* Keys, cells and their texts live in the table's arena until the next table_begin: a row costs what it holds. */
struct table_row {
    struct arena *arena;
    const char *key;
    char mark;      /* '-' gone, '+' new, ' ' */
    enum role role; /* of the whole row where a cell says ROLE_TEXT */
    bool marked;    /* the same thing is selected in another pane */
    int cell_count;
    struct table_cell *cell; /* cell_count of them */
};
struct table_view {
    const struct column *columns;
    int column_count;
    int natural[TABLE_COLUMNS]; /* widest cell or head */
    struct arena *arena;
    struct table_row *rows; /* all, in the owner's order */
    size_t count, capacity;
    size_t *shown; /* indices after filter and sort */
    size_t shown_count;
    char *selected; /* key; NULL: none yet */
    size_t selected_at, top;
    int sort; /* column, or -1: the owner's order */
    bool sort_down;
    char filter[TABLE_FILTER_MAX];
    bool filter_inverts;
    size_t not_shown;          /* rows beyond a limit, counted by the owner: said in the last line */
    char note[TABLE_NOTE_MAX]; /* what else is to be said there, where there are rows; table_begin empties it */
};

void table_init(struct table_view *t, const struct column *columns, int column_count);
void table_done(struct table_view *t);

/* Rebuilding: begin, then one table_row_add a row, then end (filters, sorts, keeps the selection). */
void table_begin(struct table_view *t);
/* Cells empty, ROLE_TEXT. The row may be written until the next table_row_add. */
struct table_row *table_row_add(struct table_view *t, const char *key);
void table_cell_set(struct table_row *r, int column, enum role role, const char *text);
void table_cell_num(struct table_row *r, int column, enum role role, double number, const char *text);
void table_end(struct table_view *t);

void table_draw(const struct table_view *t, struct canvas *cv, bool focused); /* the first line is the column heads */
int table_height(const struct table_view *t);                                 /* heads and all rows */
/* By rows; `page` is how many rows are visible (0: not known). True when the selection moved. */
bool table_move(struct table_view *t, int by, int page);
void table_edge(struct table_view *t, bool last);
bool table_select(struct table_view *t, const char *key);  /* false, and nothing changes, where it is not shown */
const char *table_selected(const struct table_view *t);    /* key, or NULL when empty */
void table_filter(struct table_view *t, const char *text); /* "!text" inverts; "" shows all */
void table_sort_by(struct table_view *t, int column);      /* again: the other way */
void table_sort_next(struct table_view *t);                /* owner's order, then each column up and down */
bool table_click(struct table_view *t, int row, int col, int rows,
                 int cols); /* selects, or sorts by the head clicked */

#endif
