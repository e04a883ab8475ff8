/*
 * blocking.h - runs a call that may block indefinitely and cannot be cancelled (getaddrinfo, a read from a hanging file
 * system) on a detached thread, and delivers its result from the loop.
 *
 * Nothing waits for an abandoned call, not even the program's exit: its thread frees the data when the call returns.
 * libuv's thread pool is not used, because libuv joins its threads at exit.
 */
#ifndef RAYDECK_LINK_BLOCKING_H
#define RAYDECK_LINK_BLOCKING_H

#include "backends/base/err.h"
#include "backends/link/loop.h"

/* Concurrent calls, including abandoned ones: bounds the threads that a hanging resolver can pile up. */
enum { BLOCKING_CALLS = 16 };

struct blocking_ops {
    void (*work)(void *data);            /* on the thread; may access data only */
    void (*done)(void *arg, void *data); /* from the loop, unless abandoned; data is borrowed until it returns */
    void (*free_data)(void *data);       /* once, on either thread */
};
struct blocking_call;

/* Takes data, also on failure. ERR_LIMIT: BLOCKING_CALLS are running; ERR_IO: no thread. The call belongs to the caller
 * until done is called, or blocking_abandon. */
enum err blocking_start(struct loop *l, const struct blocking_ops *ops, void *data, void *arg,
                        struct blocking_call **ret);
void blocking_abandon(struct blocking_call *c); /* done is not called; NULL is fine */

#endif
