/*
 * loop.h - the one event loop (libuv) and its clocks. Nothing that runs on it blocks.
 *
 * Handles die only in their last close callback: an alarm that is freed in its own callback is fine.
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
void loop_run(struct loop *l);                   /* until loop_stop, or nothing is left to wait for */
bool loop_step(struct loop *l, uint64_t max_ms); /* runs what is due, waits at most max_ms; for tests */
void loop_stop(struct loop *l);

/* The machine's clocks, for time-outs and latencies. What is known since when goes by loop_clock. */
uint64_t loop_now_ms(void);      /* CLOCK_BOOTTIME */
uint64_t loop_now_us(void);      /* CLOCK_BOOTTIME */
uint64_t loop_own_wall_ms(void); /* CLOCK_REALTIME, which no server moves */

/* The clock that tests and replays set (backends/link/clock.h); borrowed until loop_free. */
struct clock *loop_clock(struct loop *l);
uint64_t loop_wall_ms(const struct loop *l);                  /* clock_wall_ms of it */
void loop_hear_date(struct loop *l, uint64_t server_wall_ms); /* clock_hear_date of it */

/* A seed for a jitter: another one each time, and in each console (getrandom). loop_seed makes them repeat, for tests.
 */
uint32_t loop_random(struct loop *l);
void loop_seed(struct loop *l, uint32_t seed);

/* The err of a libuv status (< 0); ERR_OK for the others. */
enum err loop_err(int uv_status);

/* A timer, by the machine; clock_alarm_new makes one that goes by the loop's clock. */
struct alarm;
struct alarm *alarm_new(struct loop *l, void (*ring)(void *arg), void *arg);
void alarm_set(struct alarm *a, uint64_t after_ms, uint64_t every_ms /* 0: once */);
void alarm_stop(struct alarm *a);
bool alarm_is_set(const struct alarm *a);
void alarm_free(struct alarm *a); /* NULL is fine */

#endif
