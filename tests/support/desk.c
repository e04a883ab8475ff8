/* desk.c - a console without a terminal: input in, canvas out. */
#include "tests/support/desk.h"

#include <string.h>

void desk_look(struct desk *d)
{
    d->v = fixture_view(&d->f);
    screen_update(d->s, &d->v);
}

void desk_sit(struct desk *d, int rows, int cols)
{
    fixture_calm(&d->f);
    d->s = screen_new();
    screen_size(d->s, rows, cols);
    desk_look(d);
}

void desk_leave(struct desk *d)
{
    screen_free(d->s);
    fixture_done(&d->f);
}

const struct table_row *desk_row(const struct desk *d, enum layout_pane pane, const char *key)
{
    const struct table_view *t = d->s->panes[pane]->table;
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->rows[i].key, key) == 0) return &t->rows[i];
    return NULL;
}
