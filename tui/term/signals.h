/*
 * signals.h - the signals of a terminal program as callbacks on the loop: INT, TERM, HUP, TSTP, CONT, WINCH. For the
 * console, and for every subcommand that waits. Signals that the parent ignores (nohup, background jobs) stay ignored.
 */
#ifndef RAYDECK_TERM_SIGNALS_H
#define RAYDECK_TERM_SIGNALS_H

#include "backends/link/loop.h"

struct signals;
struct signals *signals_open(struct loop *l, void (*taken)(void *arg, int signal_), void *arg);
void signals_close(struct signals *s); /* restores the defaults; no callback follows; NULL is fine */

/* Stops the process; returns when it continues (at once if nothing could continue it). group: the whole process group,
 * as ^Z does in a shell; not needed where the terminal generated the signal. */
void signals_stop_here(struct signals *s, bool group);

#endif
