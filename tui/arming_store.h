/*
 * arming_store.h - armed.json for a console that must not wait for it: read and written off the loop, one job at a
 * time, because $XDG_STATE_HOME may be on a file system that hangs. Between two reads the state is the last one read,
 * ended by our own clock.
 *
 * It is read at the start, every ARMING_LOOK_MS (another console may have armed or disarmed), when asked for, and
 * before each decision. A decision waits for a read that began after it was asked for, ARMING_WAIT_MS at most: what
 * does not answer arms nothing.
 */
#ifndef RAYDECK_ARMING_STORE_H
#define RAYDECK_ARMING_STORE_H

#include "backends/link/loop.h"
#include "tui/arming.h"

enum { ARMING_LOOK_MS = 5000, ARMING_WAIT_MS = 2000 };

struct arming_store;
struct arming_store_calls {
    const struct kube_where *(*where)(void *arg); /* the cluster of now; NULL: none */
    void (*changed)(void *arg, const struct arming *a);
    void *arg;
};
/* The end of a decision: ERR_OK, or the err and why; `changed` was called before. */
typedef void arming_store_done(void *arg, enum err err, const char *why);

/* Reads the file at once, as what else is read at the start. conf is borrowed. */
struct arming_store *arming_store_new(struct loop *l, const struct conf *conf, const struct arming_store_calls *calls);
void arming_store_free(struct arming_store *s); /* no callback comes after it; NULL is fine */

void arming_store_look(struct arming_store *s); /* reads anew, for what is shown */
void arming_store_tick(struct arming_store *s); /* about once a second; touches no file */

/* Decisions, one at a time: while one waits (arming_store_busy) no second may be begun. done may come at once. */
void arming_store_renew(struct arming_store *s, arming_store_done *done, void *arg);
void arming_store_arm(struct arming_store *s, arming_store_done *done, void *arg);
/* READ-ONLY in this console at once, and where the file cannot be written as well. */
void arming_store_disarm(struct arming_store *s, arming_store_done *done, void *arg);
bool arming_store_busy(const struct arming_store *s);

#endif
