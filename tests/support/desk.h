/*
 * desk.h - a screen of panes before the fixture's world, for tests of what they show and do.
 */
#ifndef RAYDECK_TESTS_DESK_H
#define RAYDECK_TESTS_DESK_H

#include "tests/support/world_fixture.h"
#include "tui/panes/screen_priv.h"

struct desk {
    struct fixture f;
    struct screen *s;
    struct view v;
};

void desk_sit(struct desk *d, int rows, int cols); /* before the calm cluster */
void desk_look(struct desk *d);                    /* takes over what has changed */
void desk_leave(struct desk *d);

/* A pane's row by its key; NULL where there is none. */
const struct table_row *desk_row(const struct desk *d, enum layout_pane pane, const char *key);

#endif
