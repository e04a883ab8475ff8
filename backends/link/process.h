/*
 * process.h - a child process whose output is read in lines: neuron-monitor, credential plug-ins, ssh.
 *
 * stdin is /dev/null, stderr is kept (its last PROCESS_STDERR_MAX bytes, made safe) for the message when it fails; the
 * child has its own process group, which gets SIGTERM and, 2 s later, SIGKILL when the process is freed or over time.
 */
#ifndef RAYDECK_LINK_PROCESS_H
#define RAYDECK_LINK_PROCESS_H

#include "backends/base/err.h"
#include "backends/link/child_env.h"
#include "backends/link/loop.h"

#include <stddef.h>

enum { PROCESS_STDERR_MAX = 4096, PROCESS_LINE_MAX = 8 * 1024 * 1024 };

struct process;
struct process_calls {
    /* A line of stdout, NUL-terminated, without its newline. One longer than PROCESS_LINE_MAX is reported once as
     * text NULL as soon as it is, with its length so far, and skipped. */
    void (*line)(void *arg, char *text, size_t len);
    /* The end: ERR_OK for status 0, ERR_CHILD, ERR_TIMEOUT, ERR_NOT_FOUND (no such program). */
    void (*ended)(void *arg, enum err err, const char *why);
    void *arg;
};
/* argv is NULL-terminated; extra_env ("NAME=value", NULL-terminated) may be NULL. time_limit_ms 0: none. */
struct process *process_start(struct loop *l, const char *const *argv, enum child_secrets secrets,
                              const char *const *extra_env, uint64_t time_limit_ms, const struct process_calls *calls);
/* By /bin/sh -c, with the secrets that its words ask for (child_secrets_of_command). */
struct process *process_shell(struct loop *l, const char *command, uint64_t time_limit_ms,
                              const struct process_calls *calls);
size_t process_unfinished(const struct process *p); /* bytes of the line that has begun and not ended; 0: none has */
long process_pid(const struct process *p);
void process_free(struct process *p); /* no callback comes after it; NULL is fine */

#endif
