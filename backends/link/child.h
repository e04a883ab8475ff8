/*
 * child.h - spawns a child in a process group of its own, and reports its exit with the tail of its stderr. Shared by
 * process.h and bytes.h; for backends/link only.
 *
 * Termination sends SIGTERM to the group and to every descendant (descendants.h), then SIGKILL after CHILD_GRACE_MS or
 * when the child has exited. After an exit of its own accord, descendants that still hold its output are terminated.
 */
#ifndef RAYDECK_LINK_CHILD_H
#define RAYDECK_LINK_CHILD_H

#include "backends/base/err.h"
#include "backends/link/child_env.h"
#include "backends/link/loop.h"

#include <stddef.h>
#include <stdint.h>

enum { CHILD_GRACE_MS = 2000, CHILD_STDERR_MAX = 4096 };

struct child;

/* in, out: pipes that become the child's stdin and stdout, initialised by the caller; NULL: /dev/null. Calls ended
 * once, from the loop: ERR_OK for status 0, ERR_NOT_FOUND for no such program, ERR_CHILD for any other exit. */
struct child *child_start(struct loop *l, const char *const *argv, enum child_secrets secrets,
                          const char *const *extra_env, uv_pipe_t *in, uv_pipe_t *out,
                          void (*ended)(void *arg, enum err err, const char *why), void *arg);
void child_terminate(struct child *c); /* ended is still called */
void child_free(struct child *c);      /* terminates it; no callback follows; NULL is fine */
long child_pid(const struct child *c); /* 0: it was never spawned */

#endif
