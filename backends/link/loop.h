/*
 * loop.h - the event loop (libuv), its clocks and its timers. Nothing that runs on it may block.
 *
 * Memory of a handle is freed in its last close callback: an alarm may be freed from within its own callback.
 */
#ifndef RAYDECK_LINK_LOOP_H
#define RAYDECK_LINK_LOOP_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct clock;
struct loop;

struct loop *loop_new(void);
void loop_free(struct loop *l); /* runs the pending close callbacks first; NULL is fine */
uv_loop_t *loop_uv(struct loop *l);
void loop_run(struct loop *l); /* until loop_stop, or no active handle is left */
bool loop_step(struct loop *l,
               uint64_t max_ms); /* one iteration that waits at most max_ms; false: no active handle is left */
void loop_stop(struct loop *l);

/* The system's clocks, for timeouts and latencies. Ages and expiries use loop_clock. */
uint64_t loop_now_ms(void);        /* CLOCK_BOOTTIME */
uint64_t loop_now_us(void);        /* CLOCK_BOOTTIME */
uint64_t loop_local_wall_ms(void); /* CLOCK_REALTIME, not corrected by servers */

/* The clock that tests and replays set (backends/link/clock.h); borrowed until loop_free. */
struct clock *loop_clock(struct loop *l);
uint64_t loop_wall_ms(const struct loop *l);                  /* clock_wall_ms of loop_clock */
void loop_sync_date(struct loop *l, uint64_t server_wall_ms); /* clock_sync_date of loop_clock */

/* A seed for a jitter, random per call and per process (getrandom). loop_seed makes the sequence repeat, for tests. */
uint32_t loop_random(struct loop *l);
void loop_seed(struct loop *l, uint32_t seed);

/* The err of a libuv status (< 0); ERR_OK for the others. */
enum err loop_err(int uv_status);

/* A timer on the system's clock; clock_alarm_new creates one on the loop's clock. `fire` is its callback. */
struct alarm;
struct alarm *alarm_new(struct loop *l, void (*fire)(void *arg), void *arg);
void alarm_set(struct alarm *a, uint64_t after_ms, uint64_t every_ms /* 0: once */);
/* Once, and no later than that: an earlier instant for which it is set already stays. */
void alarm_set_by(struct alarm *a, uint64_t after_ms);
void alarm_stop(struct alarm *a);
bool alarm_is_set(const struct alarm *a);
void alarm_free(struct alarm *a); /* NULL is fine */

#endif
