/*
 * clock.h - the source of time: the system's clocks, until a test or a replay sets it. Each loop has one (loop_clock).
 *
 * Ages, expiries, the waits of steps and the polls of Redis use it: world, session, arming, panes, deploy, redis.
 * Timeouts of sockets, children and key sequences use the system clock (loop_now_ms) directly, which cannot be set.
 */
#ifndef RAYDECK_LINK_CLOCK_H
#define RAYDECK_LINK_CLOCK_H

#include <stdint.h>

struct clock;
struct alarm; /* backends/link/loop.h */

uint64_t clock_now_ms(const struct clock *c);  /* monotonic: CLOCK_BOOTTIME, or as set */
uint64_t clock_wall_ms(const struct clock *c); /* Unix time, corrected by servers' Date headers, or as set */
uint64_t clock_local_wall_ms(
    const struct clock *c); /* the same without the correction: for expiries, which no server may extend */

/* Corrects the wall clock by an HTTP Date just received (milliseconds). Does not affect a clock that was set. */
void clock_sync_date(struct clock *c, uint64_t server_wall_ms);

/* Freezes the clock at this time, until the next call. Forwards: calls the alarms that become due, from within this
 * call, in order, each with the clock at its due time; such an alarm must not call clock_set. Backwards: calls none,
 * and moves due times so that no alarm waits longer than it was set for. */
void clock_set(struct clock *c, uint64_t now_ms, uint64_t wall_ms);
void clock_advance(struct clock *c, uint64_t ms); /* clock_set to ms later */

/* As alarm_new, but by this clock: once the clock was set, only clock_set calls it. */
struct alarm *clock_alarm_new(struct clock *c, void (*fire)(void *arg), void *arg);

#endif
