/*
 * process.h - a child process whose stdout is read line by line: neuron-monitor, credential plugins, ssh.
 *
 * stdin is /dev/null; the tail of stderr (PROCESS_STDERR_MAX bytes, made safe) goes into the message of a failure. On
 * process_free or at the time limit the child is terminated with its descendants (child.h).
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
    /* A line of stdout, NUL-terminated, without its newline. A line that exceeds PROCESS_LINE_MAX is reported once,
     * when it does, with text NULL and its length so far; the rest of it is skipped. */
    void (*line)(void *arg, char *text, size_t len);
    /* The exit: ERR_OK for status 0, ERR_CHILD, ERR_TIMEOUT, ERR_NOT_FOUND (no such program). why: never NULL, and
     * never empty but for ERR_OK. */
    void (*ended)(void *arg, enum err err, const char *why);
    void *arg;
};
/* argv is NULL-terminated; extra_env ("NAME=value", NULL-terminated) may be NULL. time_limit_ms 0: none. */
struct process *process_start(struct loop *l, const char *const *argv, enum child_secrets secrets,
                              const char *const *extra_env, uint64_t time_limit_ms, const struct process_calls *calls);
/* Runs /bin/sh -c, with the secrets that child_secrets_of_command allows. */
struct process *process_shell(struct loop *l, const char *command, uint64_t time_limit_ms,
                              const struct process_calls *calls);
size_t process_unfinished(const struct process *p); /* bytes of the current incomplete line */
long process_pid(const struct process *p);
void process_free(struct process *p); /* no callback follows; NULL is fine */

#endif
