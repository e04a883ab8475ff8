/* recordings_view.h - the recordings that were saved, as a list over the screen. Pure: its rows are given to it. */
#ifndef RAYDECK_PANES_RECORDINGS_VIEW_H
#define RAYDECK_PANES_RECORDINGS_VIEW_H

#include "tui/draw/table.h"
#include "tui/panes/overlay.h"

struct recordings_view {
    struct overlay overlay;
    struct table_view table;
    char folder[256]; /* cut at its front where it is longer */
};
void recordings_view_open(struct recordings_view *r, const char *folder);
void recordings_view_add(struct recordings_view *r, const char *name, uint64_t bytes, uint64_t saved_wall_ms);
void recordings_view_ready(struct recordings_view *r); /* all rows were added */

#endif
