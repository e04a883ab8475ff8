/*
 * blocking.h - a call that may block for as long as it likes and cannot be cancelled: a name look-up, a read from a
 * file system that hangs. It runs on a thread of its own; its result is delivered from the loop.
 *
 * What is abandoned is never waited for, neither while the program runs nor when it ends: its thread frees the data
 * whenever the call comes back. libuv's own pool is not used for such calls, as libuv joins its threads at exit.
 */
#ifndef RAYDECK_LINK_BLOCKING_H
#define RAYDECK_LINK_BLOCKING_H

#include "backends/base/err.h"
#include "backends/link/loop.h"

/* Calls that run at a time, those that were abandoned included: a resolver that hangs for ever does not pile up
 * threads. */
enum { BLOCKING_CALLS = 16 };

struct blocking_ops {
    void (*work)(void *data); /* on the thread; touches nothing but data */
    void (*done)(void *arg,
                 void *data);      /* from the loop; data is borrowed until it returns; not called once abandoned */
    void (*free_data)(void *data); /* on either thread, once */
};
struct blocking_call;

/* Takes data, also on failure. ERR_LIMIT: BLOCKING_CALLS are running; ERR_IO: no thread. The call belongs to the caller
 * until done is called, or blocking_abandon. */
enum err blocking_start(struct loop *l, const struct blocking_ops *ops, void *data, void *arg,
                        struct blocking_call **ret);
void blocking_abandon(struct blocking_call *c); /* done is not called; NULL is fine */

#endif
