/*
 * descendants.h - the processes that came of a child of ours, wherever they have gone: out of its group and session
 * (setsid), or to another parent when their own ended. Read out of /proc (proc(5)).
 *
 * A process is the child's where its parents lead to it, where the child's mark is in its environment, or where one of
 * its stdin, stdout and stderr is the socket that was the child's. Nothing else is: neither a user's other processes
 * nor a daemon that has let go of all three.
 */
#ifndef RAYDECK_LINK_DESCENDANTS_H
#define RAYDECK_LINK_DESCENDANTS_H

#include <stddef.h>
#include <sys/types.h>

enum { DESCENDANTS_MARK_MAX = 64 };

struct descendants {
    unsigned long long since;          /* its start, in the kernel's clock ticks: nothing older is looked at */
    pid_t root;                        /* the child; 0: it is gone, and its number may be another's */
    char mark[DESCENDANTS_MARK_MAX];   /* "NAME=value", found nowhere else; "": none */
    char socket[DESCENDANTS_MARK_MAX]; /* "socket:[123]"; "": none */
};

/* Makes a mark to be put into the child's environment, of which there is one alone. */
void descendants_mark(struct descendants *d);
/* Once root runs: takes the socket that is its stderr. */
void descendants_started(struct descendants *d, pid_t root);

/* Signals all of them, but for those of root's group, which its owner signals; how many there were. */
size_t descendants_signal(const struct descendants *d, int number);

#endif
