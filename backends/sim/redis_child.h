/*
 * redis_child.h - a real redis-server for the simulated cluster: on a free port of 127.0.0.1, without persistence, with
 * one user and a random password; the default user, for manifests that name none, has the same. The guard kills it.
 */
#ifndef RAYDECK_SIM_REDIS_CHILD_H
#define RAYDECK_SIM_REDIS_CHILD_H

#include "backends/sim/guard.h"

struct redis_child;

/* dir: its working directory (nothing is written there). Waits up to 5 s for its first reply. ERR_NOT_FOUND:
 * redis-server is not installed; why says so in one line, and the simulator runs without. */
enum err redis_child_start(struct guard *g, const char *dir, struct redis_child **ret, struct why *why);
unsigned redis_child_port(const struct redis_child *c);
const char *redis_child_user(const struct redis_child *c); /* "ray" */
const char *redis_child_password(const struct redis_child *c);

/* The fault redis-gone, and its end: the same port, user and password, no data. */
void redis_child_kill(struct redis_child *c);
enum err redis_child_restart(struct redis_child *c, struct why *why);

void redis_child_free(struct redis_child *c); /* kills it; wipes the password; NULL is fine */

#endif
