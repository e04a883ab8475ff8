/*
 * backoff.h - exponential back-off: the delay doubles from first to most, with a jitter of ±50 % from a seeded
 * generator. The console seeds it from loop_random, so that consoles do not reconnect at the same moment after a
 * server's restart; tests use a constant. Pure: the caller passes the time.
 *
 * The delay resets only after BACKOFF_HEALTHY_MS of working: a handshake, one event or one bookmark does not prove
 * that the next attempt will last longer. (client-go's reflector resets after two minutes.)
 */
#ifndef RAYDECK_LINK_BACKOFF_H
#define RAYDECK_LINK_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

enum {
    BACKOFF_HEALTHY_MS = 30000,
    /* most_ms of a link that is down: with the jitter 4.5 s, so that one that has healed is seen within 5 s */
    BACKOFF_LINK_MOST_MS = 3000
};

struct backoff {
    uint32_t first_ms, most_ms, next_ms, seed;
    uint32_t tries;          /* since the last reset */
    uint64_t works_since_ms; /* 0: not working */
};
void backoff_init(struct backoff *b, uint32_t first_ms, uint32_t most_ms, uint32_t seed);
/* Records success. May be called repeatedly; the first call since backoff_next counts. */
void backoff_works(struct backoff *b, uint64_t now_ms);
/* Has it worked for BACKOFF_HEALTHY_MS, so that the next delay is the first one again? */
bool backoff_is_healthy(const struct backoff *b, uint64_t now_ms);
/* Records a failure or an end; returns the delay before the next attempt. */
uint32_t backoff_next(struct backoff *b, uint64_t now_ms);
void backoff_reset(struct backoff *b); /* the next delay is the first one; for a retry that the user requests */

#endif
