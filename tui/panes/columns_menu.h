/*
 * columns_menu.h - the menu of a table's columns: a letter sorts by its column, the same letter again reverses; the
 * capital letter hides or shows it. What is chosen belongs to the table, and lasts as long as the pane does.
 *
 * The letters are of the titles, as far as they are free and move nothing (motion.h) and close nothing.
 */
#ifndef RAYDECK_PANES_COLUMNS_MENU_H
#define RAYDECK_PANES_COLUMNS_MENU_H

#include "tui/draw/table.h"
#include "tui/panes/overlay.h"

extern const struct overlay_ops columns_overlay;

struct columns_menu {
    struct overlay overlay;
    /* The table of the pane in focus, and the width in which that draws it; NULL: it is gone, and the menu closes. */
    struct table_view *(*table)(void *arg, int *ret_cols);
    void *arg;
    size_t picked; /* of the listed columns */
};
void columns_menu_open(struct columns_menu *m, struct table_view *(*table)(void *arg, int *ret_cols), void *arg);
enum overlay_result columns_menu_input(struct columns_menu *m, const struct input *in);
void columns_menu_draw(const struct columns_menu *m, struct canvas *cv);

/* The letter of each column; '\0' of one without a title. */
void column_letters(const struct table_view *t, char out[TABLE_COLUMNS]);

#endif
