/*
 * foreground.h - a child that has the terminal: stdin, stdout and stderr are ours, and so is the process group, so that
 * it is in the foreground and its keys' signals reach it. The loop goes on meanwhile; the owner of the terminal must
 * have left it before, and must ignore SIGINT and SIGTSTP until the child has ended.
 */
#ifndef RAYDECK_LINK_FOREGROUND_H
#define RAYDECK_LINK_FOREGROUND_H

#include "backends/base/err.h"
#include "backends/link/child_env.h"
#include "backends/link/loop.h"

struct foreground;
struct foreground_calls {
    /* Once, from the loop. ERR_OK for status 0; ERR_NOT_FOUND: no such program; ERR_CHILD, with a sentence. */
    void (*ended)(void *arg, enum err err, const char *why);
    void *arg;
};
struct foreground *foreground_start(struct loop *l, const char *const *argv, enum child_secrets secrets,
                                    const struct foreground_calls *calls);
void foreground_free(struct foreground *f); /* hangs up a child that still runs; no callback follows; NULL is fine */

#endif
