/* nodes_view.h - an overlay with the Kubernetes nodes: what is known of each, and which Ray pods stand on it. Pure: it
 * reads the world before each frame. */
#ifndef RAYDECK_PANES_NODES_VIEW_H
#define RAYDECK_PANES_NODES_VIEW_H

#include "backends/base/buf.h"
#include "tui/draw/table.h"
#include "tui/panes/overlay.h"

enum { NODES_TEXT_MAX = 8192 };
struct nodes_view {
    struct overlay overlay;
    struct table_view table;
    struct buf about; /* the selected node, drawn under the table */
    char title[96], empty[256];
    bool old;     /* the list may be outdated */
    bool as_yaml; /* of an action: its YAML is wanted, not its description */
};
void nodes_view_open(struct nodes_view *n);
/* All of them, in words; or why there is none. */
void nodes_view_text(const struct view *v, struct buf *out);
/* The name of the selected node; NULL: none. Borrowed until the next update. */
const char *nodes_view_choice(const struct nodes_view *n, const struct world *w);

#endif
