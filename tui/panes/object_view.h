/*
 * object_view.h - an object of the API server on the whole screen, described or as YAML: folded by key, searched. Its
 * owner reads the object and sets the texts; what was read stays while it cannot be read anew, and says how old it is.
 */
#ifndef RAYDECK_PANES_OBJECT_VIEW_H
#define RAYDECK_PANES_OBJECT_VIEW_H

#include "tui/panes/overlay.h"
#include "tui/panes/text_folds.h"

enum object_form { OBJECT_DESCRIBE, OBJECT_YAML, OBJECT_FORMS };

struct object_view {
    struct overlay overlay;
    char title[160];          /* "Pod mistral/mistral-44qn2-head-d4544" */
    enum object_form form;    /* the one that is shown */
    char *text[OBJECT_FORMS]; /* NULL: nothing was read yet; owned */
    uint64_t read_wall_ms;    /* when it was */
    char trouble[256];        /* why it could not be read, the last time; "": it could */
    struct text_folds folds;
    struct text_view view;
};

void object_view_open(struct object_view *v, const char *title, enum object_form form);
/* Both forms, safe text; takes them. */
void object_view_set(struct object_view *v, char *describe, char *yaml, uint64_t wall_ms);
void object_view_failed(struct object_view *v, const char *why);
const char *object_view_text(const struct object_view *v); /* what `w` writes; NULL: nothing was read */

#endif
