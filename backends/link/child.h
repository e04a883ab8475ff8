/*
 * child.h - a child process in a group of its own, its end, and the tail of what it wrote to stderr: what process.h and
 * bytes.h share. For backends/link only.
 *
 * When it is terminated, the group and every descendant (descendants.h) get SIGTERM, then SIGKILL CHILD_GRACE_MS later
 * or when the leader is gone. What a child that has ended by itself left behind is ended where it holds the child's
 * output.
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

/* in, out: pipes that become the child's stdin and stdout, initialised by the caller; NULL: /dev/null. ended is called
 * once, never from within child_start: ERR_OK for status 0, ERR_NOT_FOUND where there is no such program. */
struct child *child_start(struct loop *l, const char *const *argv, enum child_secrets secrets,
                          const char *const *extra_env, uv_pipe_t *in, uv_pipe_t *out,
                          void (*ended)(void *arg, enum err err, const char *why), void *arg);
void child_terminate(struct child *c); /* ended is still called */
void child_free(struct child *c);      /* terminates it; no callback comes after; NULL is fine */
long child_pid(const struct child *c); /* 0: it never ran */

#endif
