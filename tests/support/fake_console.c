/* fake_console.c - a console without a terminal: input in, canvas out. */
#include "tests/support/fake_console.h"

#include <string.h>

void fake_console_update(struct fake_console *d)
{
    d->v = fixture_view(&d->f);
    screen_update(d->s, &d->v);
}

void fake_console_open(struct fake_console *d, int rows, int cols)
{
    fixture_calm(&d->f);
    d->s = screen_new();
    screen_size(d->s, rows, cols);
    fake_console_update(d);
}

void fake_console_close(struct fake_console *d)
{
    screen_free(d->s);
    fixture_done(&d->f);
}

const struct table_row *fake_console_row(const struct fake_console *d, enum layout_pane pane, const char *key)
{
    const struct table_view *t = d->s->panes[pane]->table;
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->rows[i].key, key) == 0) return &t->rows[i];
    return NULL;
}
