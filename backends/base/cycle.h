/*
 * cycle.h - has a sequence of tokens begun to repeat? For what is read page by page until a server says that it was the
 * last one: `continue` tokens, cursors of SCAN, markers. Pure.
 *
 * Brent's algorithm: one token is kept, and replaced by the newest after 1, 2, 4, … tokens, so that a cycle of any
 * length is found after at most three times its length and what came before it. Tokens of a list without end that
 * never repeat are for a limit of pages to stop.
 */
#ifndef RAYDECK_BASE_CYCLE_H
#define RAYDECK_BASE_CYCLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cycle {
    char *mark;
    size_t mark_len;
    uint64_t steps, power;
};
void cycle_init(struct cycle *c);
bool cycle_is_closed(struct cycle *c, const char *token, size_t len); /* adds a token; true: it came before */
void cycle_done(struct cycle *c);                                     /* as good as new, too */

#endif
