/*
 * clock.h - where the time comes from: the machine, until a test or a replay sets it. Each loop has one (loop_clock).
 *
 * What is known and since when goes by it, and what follows from that: world, session, arming, panes. Time-outs of
 * sockets, of children and of a person's keys go by the machine (loop_now_ms), which nobody sets.
 */
#ifndef RAYDECK_LINK_CLOCK_H
#define RAYDECK_LINK_CLOCK_H

#include <stdint.h>

struct clock;
struct alarm; /* backends/link/loop.h */

uint64_t clock_now_ms(const struct clock *c);      /* monotonic: CLOCK_BOOTTIME, or as it was set */
uint64_t clock_wall_ms(const struct clock *c);     /* Unix time, corrected by what servers said, or as it was set */
uint64_t clock_own_wall_ms(const struct clock *c); /* the same, moved by no server: for what must expire */

/* The machine's wall clock is corrected by an HTTP Date just read (milliseconds). A clock that was set stays. */
void clock_hear_date(struct clock *c, uint64_t server_wall_ms);

/* From the first call on the clock stands still between two calls. On the way forwards the alarms of this clock that
 * become due ring from within this call, in the order of their times, each at its time; not to be called by one of
 * them. On the way back no alarm rings, and none waits longer than it was set for. */
void clock_set(struct clock *c, uint64_t now_ms, uint64_t wall_ms);
void clock_advance(struct clock *c, uint64_t ms); /* clock_set to so much later */

/* An alarm that goes by this clock: by the loop while the machine tells the time, by clock_set afterwards. The rest is
 * as of alarm_new. */
struct alarm *clock_alarm_new(struct clock *c, void (*ring)(void *arg), void *arg);

#endif
