/*
 * table.h - the one table widget: columns with priorities, rows with keys, a selection by key, scrolling. Pure.
 *
 * The owner fills rows on update(); the widget lays out the columns (it drops the least important ones first when space
 * is short), draws, moves the selection, filters and sorts. The selection is a key, not a row number, and survives
 * rebuilding; when the selected row is removed, the row now at its position is selected. So are the marks: keys, which
 * sorting, filtering and scrolling leave alone. A mark goes with its row (table_end), so that each has one.
 */
#ifndef RAYDECK_DRAW_TABLE_H
#define RAYDECK_DRAW_TABLE_H

#include "tui/draw/canvas.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLE_COLUMNS = 16, TABLE_CELL_MAX = 128, TABLE_FILTER_MAX = 64, TABLE_NOTE_MAX = 160 };

/* A column's width is decided by what is declared here and by the table's width, so that nothing moves while values
 * come and go. A column without a declared width holds names: it is as wide as the widest so far, and never shrinks
 * again before table_forget. */
struct column {
    const char *title;
    int min, max; /* terminal columns; max 0: the remaining width */
    int priority; /* 0: never dropped; the highest number is dropped first */
    bool right;   /* aligned */
    bool ends;    /* a name that is too long loses its beginning: its end is what tells it from others */
    bool numeric; /* sorts by the row's number for that column */
    int width;    /* for its usual values; up to max where there is room. 0: its widest value so far */
    bool extra;   /* dropped before another column gets less than its usual width */
};
struct table_cell {
    const char *text; /* safe; at most TABLE_CELL_MAX bytes; never NULL */
    double number;    /* for sorting; NAN sorts last */
    enum role role;
};
/* Keys, cells and their texts are in the table's arena until the next table_begin. */
struct table_row {
    struct arena *arena;
    const char *key;
    char sign;      /* '-' gone, '+' new, ' ' */
    enum role role; /* for cells of ROLE_TEXT */
    bool related;   /* the corresponding row of another pane is selected */
    int cell_count;
    struct table_cell *cell; /* cell_count of them */
};
struct table_view {
    const struct column *columns;
    int column_count;
    int widest[TABLE_COLUMNS]; /* the widest cell since table_forget */
    struct arena *arena;
    struct table_row *rows; /* all, in the owner's order */
    size_t count, capacity;
    size_t *shown; /* indices after filter and sort */
    size_t shown_count;
    char *selected; /* key; NULL: none yet */
    size_t selected_at, top;
    int sort; /* column, or -1: the owner's order */
    bool sort_down;
    bool hidden[TABLE_COLUMNS]; /* columns that a person took away; never all */
    struct {
        char **key; /* in order; of rows that there are, shown or not */
        size_t count, capacity;
    } marks; /* a person's */
    char filter[TABLE_FILTER_MAX];
    bool filter_inverts;
    size_t not_shown;          /* rows beyond a limit, counted by the owner; shown in the last line */
    char note[TABLE_NOTE_MAX]; /* more text for the last line, if there are rows; cleared by table_begin */
};

void table_init(struct table_view *t, const struct column *columns, int column_count);
void table_done(struct table_view *t);

/* To rebuild: table_begin, a table_row_add per row, table_end (filters, sorts, restores the selection and the marks).
 */
void table_begin(struct table_view *t);
/* Cells start empty, ROLE_TEXT. The row is valid until the next table_row_add. */
struct table_row *table_row_add(struct table_view *t, const char *key);
void table_cell_set(struct table_row *r, int column, enum role role, const char *text);
void table_cell_num(struct table_row *r, int column, enum role role, double number, const char *text);
void table_end(struct table_view *t);
void table_forget(
    struct table_view *t); /* the rows are of another subject from now on: how wide they were is forgotten */

void table_draw(const struct table_view *t, struct canvas *cv,
                bool focused); /* the first line has the column headers, and how many more rows there are */
int table_height(const struct table_view *t); /* headers and all rows */
/* Moves by rows; `page`: visible rows (0: unknown). True if the selection changed. */
bool table_move(struct table_view *t, int by, int page);
void table_edge(struct table_view *t, bool last);
bool table_select(struct table_view *t, const char *key);       /* false, without effect: not shown */
const char *table_selected(const struct table_view *t);         /* key, or NULL when empty */
void table_filter(struct table_view *t, const char *text);      /* "!text" inverts; "" shows all */
void table_sort_by(struct table_view *t, int column);           /* again: reverses the order */
void table_hide(struct table_view *t, int column, bool hidden); /* the last shown column stays */
void table_reset(struct table_view *t);                         /* the owner's order, and every column */

bool table_mark(struct table_view *t); /* the selected row, or takes its mark away; false: none is shown */
size_t
table_marks_span(struct table_view *t);     /* from the nearest mark, above first, to the selected row; how many more */
void table_marks_all(struct table_view *t); /* the rows that are shown */
void table_marks_clear(struct table_view *t);
bool table_is_marked(const struct table_view *t, const char *key);
size_t table_marks(const struct table_view *t, size_t *ret_hidden); /* how many; of them not shown (NULL: not wanted) */
/* The marked keys in the owner's order: *at begins as 0. NULL: no more. */
const char *table_mark_next(const struct table_view *t, size_t *at);

enum table_hit { TABLE_HIT_NONE, TABLE_HIT_HEAD /* sorted by it */, TABLE_HIT_ROW, TABLE_HIT_SELECTED /* it was so */ };
/* Selects the clicked row, or sorts by the clicked head. */
enum table_hit table_click(struct table_view *t, int row, int col, int rows, int cols);

#endif
