/*
 * sched.h - what the simulated cluster does later: actions due after so many simulated milliseconds. --speed makes
 * them come sooner, `advance` makes them come now; wall-clock stamps are not touched by either.
 *
 * Actions run in order of due time, and of their setting where that is equal.
 */
#ifndef RAYDECK_SIM_SCHED_H
#define RAYDECK_SIM_SCHED_H

#include "backends/link/loop.h"

#include <stddef.h>
#include <stdint.h>

struct sched;
struct sched *sched_new(struct loop *l, double speed);
void sched_free(struct sched *s); /* drops what is due; NULL is fine */

void sched_in(struct sched *s, uint64_t ms, void (*run)(void *arg), void *arg);
void sched_drop(struct sched *s, const void *arg); /* every action with that argument */
void sched_speed(struct sched *s, double speed);   /* from now on; not while one runs */
void sched_clear(struct sched *s);                 /* every action; not while one runs */
void sched_advance(struct sched *s, uint64_t ms);  /* runs at once what is due in the next ms */
size_t sched_waiting(const struct sched *s);

#endif
