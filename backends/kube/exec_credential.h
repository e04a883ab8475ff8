/*
 * exec_credential.h - runs a credential plug-in (aws eks get-token and any other): stdin closed, a time limit, its
 * answer bounded and wiped.
 */
#ifndef RAYDECK_KUBE_EXEC_CREDENTIAL_H
#define RAYDECK_KUBE_EXEC_CREDENTIAL_H

#include "backends/kube/exec_credential_parse.h"
#include "backends/link/loop.h"

enum { EXEC_TIME_LIMIT_MS = 30000 };

struct exec_run;
/* done is called once, from the loop; `answer` is borrowed (its fields may be taken by setting them to NULL) and only
 * there when err is ERR_OK. `exec` is borrowed until then; `info` is copied. */
struct exec_run *exec_run_start(struct loop *l, const struct kube_exec *exec, const char *info,
                                void (*done)(void *arg, enum err err, struct exec_answer *answer, const char *why),
                                void *arg);
void exec_run_free(struct exec_run *run); /* stops it; no callback comes after; NULL is fine */

#endif
