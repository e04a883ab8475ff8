/*
 * arming_store.h - asynchronous access to armed.json for the console: reads and writes on a worker thread, one job at a
 * time, because $XDG_STATE_HOME may be on a file system that hangs. Between two reads the last state holds until it
 * expires by our own clock.
 *
 * It is read at the start, every ARMING_READ_MS (another console may have armed or disarmed), on request, and before
 * each decision. A decision waits for a read that began after the decision was requested, at most ARMING_WAIT_MS: a
 * file system that does not respond arms nothing.
 */
#ifndef RAYDECK_ARMING_STORE_H
#define RAYDECK_ARMING_STORE_H

#include "backends/link/loop.h"
#include "tui/arming.h"

enum { ARMING_READ_MS = 5000, ARMING_WAIT_MS = 2000 };

struct arming_store;
struct arming_store_calls {
    const struct kube_where *(*where)(void *arg); /* the current cluster; NULL: none */
    void (*changed)(void *arg, const struct arming *a);
    void *arg;
};
/* The result of a decision: ERR_OK, or the err and why; `changed` is called first. */
typedef void arming_store_done(void *arg, enum err err, const char *why);

/* Reads the file synchronously, as the other files that are read at start. conf is borrowed. */
struct arming_store *arming_store_new(struct loop *l, const struct conf *conf, const struct arming_store_calls *calls);
void arming_store_free(struct arming_store *s); /* no callback comes after it; NULL is fine */

void arming_store_refresh(struct arming_store *s); /* reads the file again, for the display */
void arming_store_tick(struct arming_store *s);    /* about once a second; touches no file */

/* Decisions, one at a time: while one is pending (arming_store_busy) no other may begin. done may be called at once. */
void arming_store_renew(struct arming_store *s, arming_store_done *done, void *arg);
void arming_store_arm(struct arming_store *s, arming_store_done *done, void *arg);
/* READ-ONLY in this console at once, even if the file cannot be written. */
void arming_store_disarm(struct arming_store *s, arming_store_done *done, void *arg);
bool arming_store_busy(const struct arming_store *s);

#endif
