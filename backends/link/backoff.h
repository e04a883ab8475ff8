/*
 * backoff.h - how long to wait before trying again: delays double from first to most, each with a jitter of ±50 % from
 * a seeded stream (loop_random in the console, so that no two consoles come back at the same moment after a restart of
 * their server; a constant in tests). Pure: the time is the caller's.
 *
 * The delays begin anew only after BACKOFF_HEALTHY_MS of health: what works for a moment, a greeting, one event, one
 * bookmark, is no proof that the next try will last longer. (client-go's reflector resets after two minutes.)
 */
#ifndef RAYDECK_LINK_BACKOFF_H
#define RAYDECK_LINK_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

enum { BACKOFF_HEALTHY_MS = 30000 };

struct backoff {
    uint32_t first_ms, most_ms, next_ms, seed;
    uint32_t tries;          /* since the delays began anew */
    uint64_t works_since_ms; /* 0: it does not work */
};
void backoff_init(struct backoff *b, uint32_t first_ms, uint32_t most_ms, uint32_t seed);
/* It works: said as often as is convenient, counted from the first time since backoff_next. */
void backoff_works(struct backoff *b, uint64_t now_ms);
/* It has worked for long enough for the next delay to be the first. */
bool backoff_is_healthy(const struct backoff *b, uint64_t now_ms);
/* It failed, or ended: the delay before the next try. */
uint32_t backoff_next(struct backoff *b, uint64_t now_ms);
void backoff_restart(struct backoff *b); /* a person wants it tried now: the delays begin anew */

#endif
