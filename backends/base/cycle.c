/* cycle.c - Brent's cycle detection, over tokens. */
#include "backends/base/cycle.h"

#include "backends/base/mem.h"

#include <stdlib.h>
#include <string.h>

void cycle_init(struct cycle *c)
{
    *c = (struct cycle){.power = 1};
}

bool cycle_is_closed(struct cycle *c, const char *token, size_t len)
{
    if (c->mark && c->mark_len == len && memcmp(c->mark, token, len) == 0) return true;
    if (c->mark && ++c->steps < c->power) return false;
    free(c->mark);
    c->mark = mem_strn(token, len);
    c->mark_len = len;
    c->power *= 2;
    c->steps = 0;
    return false;
}

void cycle_done(struct cycle *c)
{
    free(c->mark);
    cycle_init(c);
}
