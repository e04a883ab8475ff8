/*
 * layout_split.h - the lines and rules between panes, which a person moves: two neighbours change, and no other pane.
 * Pure arithmetic on a layout.
 */
#ifndef RAYDECK_PANES_LAYOUT_SPLIT_H
#define RAYDECK_PANES_LAYOUT_SPLIT_H

#include "tui/panes/layout.h"

/* Under the pods, under the detail or the recovery, over requests and events; between those two where they are over
 * each other; the lines between columns. */
enum layout_split { SPLIT_PODS, SPLIT_MIDDLE, SPLIT_LOWER, SPLIT_REQUESTS, SPLIT_LINE, SPLIT_LINE_2, SPLIT_NONE };

enum layout_split layout_split_at(const struct layout *l, int row, int col);
/* Moved to that row or column, or as far as its neighbours' least sizes let it. */
struct layout_sizes layout_split_to(const struct layout *l, enum layout_split split, int row, int col);
/* A pane made larger (by > 0) or smaller. False: nothing can be moved, as where it is alone. */
bool layout_taller(const struct layout *l, enum layout_pane pane, int by, struct layout_sizes *ret);
bool layout_wider(const struct layout *l, enum layout_pane pane, int by, struct layout_sizes *ret);

#endif
