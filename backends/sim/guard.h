/*
 * guard.h - a small process that outlives the simulator and cleans up after it, however it ends.
 *
 * The guard holds one end of a socket pair. When the other end closes (guard_free, exit, SIGKILL), it kills its
 * redis-server, removes the registered paths, and exits. It ignores the terminal's signals, holds none of the
 * simulator's descriptors and writes nothing. Start it before any thread.
 */
#ifndef RAYDECK_SIM_GUARD_H
#define RAYDECK_SIM_GUARD_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct guard;

enum err guard_start(struct guard **ret, struct why *why);
/* Registers a file, socket or (if empty by then) directory to be removed at the end, in reverse order. */
enum err guard_remove(struct guard *g, const char *path);
/* Registers a directory whose files are removed with it. */
enum err guard_remove_folder(struct guard *g, const char *path);

/* Starts redis-server with this configuration on its stdin (no file holds the password, no argv shows it); kills a
 * running one. ERR_NOT_FOUND: not installed. Returns after exec, before it serves. */
enum err guard_redis(struct guard *g, const char *conf, size_t len, pid_t *ret_pid, struct why *why);
enum err guard_kill_redis(struct guard *g); /* SIGKILL; returns after it exited */

void guard_free(struct guard *g); /* waits for the guard to exit; NULL is fine */
pid_t guard_pid(const struct guard *g);

#endif
