/* contexts_view.h - an overlay with the kubeconfig's contexts: which are held, and what each answers. Pure: the owner
 * sets the rows, before each frame. */
#ifndef RAYDECK_PANES_CONTEXTS_VIEW_H
#define RAYDECK_PANES_CONTEXTS_VIEW_H

#include "backends/world/answers.h"
#include "tui/draw/table.h"
#include "tui/panes/overlay.h"

/* All is borrowed for the call, and safe text. */
struct contexts_row {
    const char *name, *server; /* server NULL: it is not held */
    const char *service;       /* "namespace/name"; NULL: none in focus */
    const char *state;         /* "on the screen", "held", "deploy runs", "–" */
    enum verdict verdict;      /* of word */
    const char *word;          /* what ANSWERING says, or where a recovery stands */
};
struct contexts_view {
    struct overlay overlay;
    struct table_view table;
};
void contexts_view_open(struct contexts_view *c);
void contexts_view_begin(struct contexts_view *c);
void contexts_view_add(struct contexts_view *c, const struct contexts_row *row);
void contexts_view_end(struct contexts_view *c);
const char *contexts_view_choice(const struct contexts_view *c); /* NULL: none; borrowed */

#endif
