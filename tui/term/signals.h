/*
 * signals.h - the signals of a terminal program as callbacks on the loop: INT, TERM, HUP, TSTP, CONT, WINCH. For the
 * console, and for every subcommand that waits. What the parent ignores (nohup, a job of a script's background) stays
 * ignored.
 */
#ifndef RAYDECK_TERM_SIGNALS_H
#define RAYDECK_TERM_SIGNALS_H

#include "backends/link/loop.h"

struct signals;
struct signals *signals_open(struct loop *l, void (*taken)(void *arg, int signal_), void *arg);
void signals_close(struct signals *s); /* the defaults again; no callback after this; NULL is fine */

/* Stops; returns when it goes on (at once where nobody could continue it). group: the whole process group, as ^Z in a
 * shell does; the terminal has done that already where it makes the signal itself. */
void signals_stop_here(struct signals *s, bool group);

#endif
