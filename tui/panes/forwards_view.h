/* forwards_view.h - an overlay with the ports that the console forwards. Pure: the owner sets the rows, before each
 * frame. */
#ifndef RAYDECK_PANES_FORWARDS_VIEW_H
#define RAYDECK_PANES_FORWARDS_VIEW_H

#include "backends/base/err.h"
#include "tui/draw/table.h"
#include "tui/panes/overlay.h"

/* All is borrowed for the call, and safe text. */
struct forwards_row {
    unsigned local, remote;
    const char *ns, *target;
    const char *state, *why; /* why NULL or "": nothing to add */
    enum role role;          /* of state */
};
enum { FORWARDS_ROWS = 16 };
struct forwards_view {
    struct overlay overlay;
    struct table_view table;
    struct {
        unsigned local;
        char why[ERR_TEXT_MAX];
    } last[FORWARDS_ROWS]; /* ends; the selected one's is drawn below the list */
    size_t count;
};
void forwards_view_open(struct forwards_view *f);
void forwards_view_begin(struct forwards_view *f);
void forwards_view_add(struct forwards_view *f, const struct forwards_row *row);
void forwards_view_end(struct forwards_view *f);
unsigned forwards_view_choice(const struct forwards_view *f); /* the local port of the selected row; 0: none */

#endif
