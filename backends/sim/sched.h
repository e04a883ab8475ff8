/*
 * sched.h - the simulation's timer queue: actions due after some simulated milliseconds, by the loop's clock, which a
 * test may set. --speed divides the delays, `advance` skips them; neither changes wall-clock time stamps.
 *
 * Actions run in order of their due times; those due at the same time in the order in which they were added.
 */
#ifndef RAYDECK_SIM_SCHED_H
#define RAYDECK_SIM_SCHED_H

#include "backends/link/loop.h"

#include <stddef.h>
#include <stdint.h>

struct sched;
struct sched *sched_new(struct loop *l, double speed);
void sched_free(struct sched *s); /* drops all actions; NULL is fine */

void sched_in(struct sched *s, uint64_t ms, void (*run)(void *arg), void *arg);
void sched_drop(struct sched *s, const void *arg);   /* removes all actions with that argument */
void sched_set_speed(struct sched *s, double speed); /* not while an action runs */
void sched_clear(struct sched *s);                   /* removes all; not while an action runs */
void sched_advance(struct sched *s, uint64_t ms);    /* runs now all actions due in the next ms */
size_t sched_waiting(const struct sched *s);

#endif
