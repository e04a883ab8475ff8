/*
 * cycle.h - detects a repeating sequence of pagination tokens: `continue` tokens, cursors of SCAN, markers. Pure.
 *
 * Brent's algorithm: keeps one token, and replaces it by the newest after 1, 2, 4, … tokens, so that a cycle is
 * detected after at most three times its length plus the tokens before it. An endless list whose tokens never repeat
 * needs a limit on pages instead.
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
void cycle_done(struct cycle *c);                                     /* can be used again */

#endif
