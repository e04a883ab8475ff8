/*
 * exec_credential.h - runs an exec credential plugin (aws eks get-token or any other): stdin is /dev/null, it has a
 * time limit, and its output is bounded and wiped.
 */
#ifndef RAYDECK_KUBE_EXEC_CREDENTIAL_H
#define RAYDECK_KUBE_EXEC_CREDENTIAL_H

#include "backends/kube/exec_credential_parse.h"
#include "backends/link/loop.h"

enum { EXEC_TIME_LIMIT_MS = 30000 };

struct exec_run;
/* Calls done once, from the loop. `answer` is set only for ERR_OK, and borrowed: the callback may take fields and set
 * them to NULL. `exec` is borrowed until then; `info` is copied. */
struct exec_run *exec_run_start(struct loop *l, const struct kube_exec *exec, const char *info,
                                void (*done)(void *arg, enum err err, struct exec_answer *answer, const char *why),
                                void *arg);
void exec_run_free(struct exec_run *run); /* terminates it; no callback follows; NULL is fine */

#endif
