/*
 * fake_console.h - a screen of panes before the fixture's world, for tests of what they show and do.
 */
#ifndef RAYDECK_TESTS_FAKE_CONSOLE_H
#define RAYDECK_TESTS_FAKE_CONSOLE_H

#include "tests/support/world_fixture.h"
#include "tui/panes/screen_priv.h"

struct fake_console {
    struct fixture f;
    struct screen *s;
    struct view v;
};

void fake_console_open(struct fake_console *d, int rows, int cols); /* before the calm cluster */
void fake_console_update(struct fake_console *d);                   /* takes over what has changed */
void fake_console_close(struct fake_console *d);

/* A pane's row by its key; NULL where there is none. */
const struct table_row *fake_console_row(const struct fake_console *d, enum layout_pane pane, const char *key);

#endif
