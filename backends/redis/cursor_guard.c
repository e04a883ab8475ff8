/* cursor_guard.c - detects repeated cursors and too many empty pages. */
#include "backends/redis/cursor_guard.h"

#include <string.h>

void cursor_guard_init(struct cursor_guard *g, uint64_t page)
{
    *g = (struct cursor_guard){.page = page};
    cycle_init(&g->cursors);
}

bool cursor_guard_check(struct cursor_guard *g, const char *cursor, uint64_t seen, uint64_t total)
{
    const uint64_t elements = seen < total ? seen : total;
    if (strcmp(cursor, "0") == 0) return true; /* the last one */
    g->pages++;
    if (g->pages > CURSOR_PAGES_FREE + CURSOR_PAGES_SLACK * (elements / g->page + 1)) return false;
    return !cycle_is_closed(&g->cursors, cursor, strlen(cursor));
}

void cursor_guard_done(struct cursor_guard *g)
{
    cycle_done(&g->cursors);
}
