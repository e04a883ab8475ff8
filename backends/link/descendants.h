/*
 * descendants.h - finds all descendants of a child process, including those that left its group and session (setsid) or
 * were reparented. Reads /proc (proc(5)).
 *
 * A process counts as a descendant if its chain of parents leads to the child, if its environment contains the child's
 * mark, or if its stdin, stdout or stderr is the child's socket. No other process does: neither the user's own nor a
 * daemon that has closed all three.
 */
#ifndef RAYDECK_LINK_DESCENDANTS_H
#define RAYDECK_LINK_DESCENDANTS_H

#include <stddef.h>
#include <sys/types.h>

enum { DESCENDANTS_MARK_MAX = 64 };

struct descendants {
    unsigned long long since;          /* the child's start, in clock ticks since boot; older processes are skipped */
    pid_t root;                        /* the child; 0: reaped, so that its pid may have been reused */
    char mark[DESCENDANTS_MARK_MAX];   /* a unique "NAME=value"; "": none */
    char socket[DESCENDANTS_MARK_MAX]; /* "socket:[123]"; "": none */
};

/* Creates a unique mark; put it into the child's environment. */
void descendants_mark(struct descendants *d);
/* Call once root was spawned: remembers the socket that is its stderr. */
void descendants_started(struct descendants *d, pid_t root);

/* Signals all descendants outside root's process group (the caller signals the group); returns how many. */
size_t descendants_signal(const struct descendants *d, int number);

#endif
