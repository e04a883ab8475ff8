/* recordings_view.h - an overlay with the list of saved recordings. Pure: the owner adds the rows. */
#ifndef RAYDECK_PANES_RECORDINGS_VIEW_H
#define RAYDECK_PANES_RECORDINGS_VIEW_H

#include "tui/draw/table.h"
#include "tui/panes/overlay.h"

struct recordings_view {
    struct overlay overlay;
    struct table_view table;
    char folder[256]; /* truncated at its front */
};
void recordings_view_open(struct recordings_view *r, const char *folder);
void recordings_view_add(struct recordings_view *r, const char *name, uint64_t bytes, uint64_t saved_wall_ms);
void recordings_view_ready(struct recordings_view *r); /* all rows were added */

#endif
