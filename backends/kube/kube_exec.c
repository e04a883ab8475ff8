/*
 * kube_exec.c - runs a command in a container by `kubectl exec`: libcurl of Debian has no WebSocket, which the exec
 * subresource needs (Kubernetes API conventions, "Streaming"). kubectl finds its credentials itself, by the same
 * kubeconfig and context: nothing secret is in its arguments.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/kube_api_priv.h"
#include "backends/link/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXEC_MS = 30 * 1000, EXEC_ARGS_FIXED = 16, EXEC_OUT_MAX = 4096 };

struct kube_run {
    struct kube *be;
    struct kube_run *next, **self;
    struct process *process;
    struct buf out;
    void (*done)(void *arg, enum err err, const char *out, const char *why);
    void *arg;
};

static void run_free(struct kube_run *r)
{
    *r->self = r->next;
    if (r->next) r->next->self = r->self;
    process_free(r->process);
    buf_done(&r->out);
    free(r);
}

void kube_api_exec_stop(struct kube *be, const void *arg)
{
    for (struct kube_run *r = be->runs, *next; r; r = next) {
        next = r->next;
        if (!arg || r->arg == arg) run_free(r);
    }
}

static void on_line(void *arg, char *text, size_t len)
{
    struct kube_run *r = arg;
    char *safe = text ? text_safe(text, len, TEXT_ONE_LINE, EXEC_OUT_MAX) : NULL;

    /* What is beyond the limit is left out. */
    if (safe && r->out.len) (void)buf_char(&r->out, '\n');
    if (safe) (void)buf_str(&r->out, safe);
    free(safe);
}

static void on_ended(void *arg, enum err err, const char *why)
{
    struct kube_run *r = arg;
    struct why own = {0};
    char *out = buf_take(&r->out);
    void (*done)(void *, enum err, const char *, const char *) = r->done;
    void *done_arg = r->arg;

    if (err == ERR_NOT_FOUND)
        why_set(&own, err, "kubectl: no such program; `kubectl exec` needs it");
    else if (err)
        why_set(&own, err, "kubectl exec: %s", why);
    buf_init(&r->out, EXEC_OUT_MAX);
    run_free(r);
    done(done_arg, err, out ? out : "", own.text);
    free(out);
}

/* The program and its first arguments: kubectl, or the shell with the configured command. */
static size_t program_args(const struct kube *be, const char **argv, char **script)
{
    if (!be->kubectl) {
        argv[0] = "kubectl";
        return 1;
    }
    *script = mem_printf("exec %s \"$@\"", be->kubectl);
    argv[0] = "/bin/sh";
    argv[1] = "-c";
    argv[2] = *script;
    argv[3] = "kubectl";
    return 4;
}

void kube_api_exec(struct kube *be, const struct kube_in_container *in, const char *const *command,
                   void (*done)(void *arg, enum err err, const char *out, const char *why), void *arg)
{
    struct why why = {0};
    const char *argv[EXEC_ARGS_FIXED + KUBE_COMMAND_ARGS];
    char *script = NULL, *options[5] = {NULL};
    size_t count = 0, own = 0;

    if (kube_link_may_change(be->link, &why)) {
        done(arg, why.code, "", why.text);
        return;
    }
    count = program_args(be, argv, &script);
    if (be->kubeconfig) options[own++] = mem_printf("--kubeconfig=%s", be->kubeconfig);
    if (be->context && !text_eq(be->where.kubeconfig, "in-cluster"))
        options[own++] = mem_printf("--context=%s", be->context);
    options[own++] = mem_printf("--namespace=%s", in->ns);
    for (size_t i = 0; i < own; i++) argv[count++] = options[i];
    argv[count++] = "exec";
    if (in->container) argv[count++] = options[own++] = mem_printf("--container=%s", in->container);
    argv[count++] = in->pod;
    argv[count++] = "--";
    for (size_t i = 0; i < KUBE_COMMAND_ARGS - 1 && command[i]; i++) argv[count++] = command[i];
    argv[count] = NULL;
    struct kube_run *r = mem_zero(1, sizeof *r);
    *r = (struct kube_run){.be = be, .next = be->runs, .self = &be->runs, .done = done, .arg = arg};
    if (r->next) r->next->self = &r->next;
    be->runs = r;
    buf_init(&r->out, EXEC_OUT_MAX);
    r->process = process_start(be->loop, argv, child_secrets_of_command(be->kubectl ? be->kubectl : "kubectl"), NULL,
                               EXEC_MS, &(struct process_calls){.line = on_line, .ended = on_ended, .arg = r});
    for (size_t i = 0; i < own; i++) free(options[i]);
    free(script);
}
