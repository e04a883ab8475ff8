/*
 * guard.h - leaves nothing behind: a small process beside the simulator that outlives it, however it ends.
 *
 * It holds one end of a socket pair. When the other end closes (guard_free, exit, SIGKILL) it ends the redis-server it
 * started, removes the files it was told of, and the folder if it was told to, and is gone. It ignores the terminal's
 * signals, holds none of the simulator's descriptors and writes nothing. Start it first, before there is a thread.
 */
#ifndef RAYDECK_SIM_GUARD_H
#define RAYDECK_SIM_GUARD_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct guard;

enum err guard_start(struct guard **ret, struct why *why);
/* The path is removed at the end: a file or socket, or a folder (only if it is empty by then). In reverse order. */
enum err guard_remove(struct guard *g, const char *path);

/* Starts redis-server with this configuration on its stdin (no file holds the password, no argv shows it); ends one
 * that runs. ERR_NOT_FOUND: it is not installed. Returns once it was started, not once it serves. */
enum err guard_redis(struct guard *g, const char *conf, size_t len, pid_t *ret_pid, struct why *why);
enum err guard_kill_redis(struct guard *g); /* SIGKILL; returns when it is gone */

void guard_free(struct guard *g); /* waits until the guard has cleaned up and ended; NULL is fine */
pid_t guard_pid(const struct guard *g);

#endif
