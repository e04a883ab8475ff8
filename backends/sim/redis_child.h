/*
 * redis_child.h - a real redis-server for the simulated cluster: on a free port of 127.0.0.1, with an append-only file
 * or without persistence, with one user and a random password; the default user, for manifests that name none, has the
 * same. The guard kills it, and removes the file.
 */
#ifndef RAYDECK_SIM_REDIS_CHILD_H
#define RAYDECK_SIM_REDIS_CHILD_H

#include "backends/sim/guard.h"

struct redis_child;

/* dir: its working directory; the append-only file is in a folder of it. Waits up to 5 s for its first reply.
 * ERR_NOT_FOUND: redis-server is not installed; why says so in one line, and the simulator runs without. */
enum err redis_child_start(struct guard *g, const char *dir, bool append_only, struct redis_child **ret,
                           struct why *why);
unsigned redis_child_port(const struct redis_child *c);
const char *redis_child_user(const struct redis_child *c); /* "ray" */
const char *redis_child_password(const struct redis_child *c);

/* The fault redis-gone, and its end: the same port, user and password, and the data if it is append-only and is not to
 * come back empty. Returns once it has loaded them. */
void redis_child_kill(struct redis_child *c);
enum err redis_child_restart(struct redis_child *c, bool empty, struct why *why);

bool redis_child_keeps_data(const struct redis_child *c);

void redis_child_free(struct redis_child *c); /* kills it; wipes the password; NULL is fine */

#endif
