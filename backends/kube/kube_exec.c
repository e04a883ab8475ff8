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

enum { EXEC_MS = 30 * 1000, EXEC_OUT_MAX = 4096 };

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

/* Takes the text. */
static void args_own(struct kubectl_args *a, char *text)
{
    a->owned[a->owned_count++] = text;
    a->argv[a->count++] = text;
}

void kubectl_args_init(struct kubectl_args *a, const struct kube *be, const char *ns)
{
    *a = (struct kubectl_args){.secrets = child_secrets_of_command(be->kubectl ? be->kubectl : "kubectl")};
    if (be->kubectl) {
        a->argv[a->count++] = "/bin/sh";
        a->argv[a->count++] = "-c";
        args_own(a, mem_printf("exec %s \"$@\"", be->kubectl));
    }
    a->argv[a->count++] = "kubectl";
    if (be->kubeconfig) args_own(a, mem_printf("--kubeconfig=%s", be->kubeconfig));
    if (be->context && !text_eq(be->where.kubeconfig, "in-cluster"))
        args_own(a, mem_printf("--context=%s", be->context));
    args_own(a, mem_printf("--namespace=%s", ns));
}

void kubectl_args_done(struct kubectl_args *a)
{
    for (size_t i = 0; i < a->owned_count; i++) free(a->owned[i]);
}

/* "exec", its options, the pod and "--"; the command in the container follows. */
static void exec_args_init(struct kubectl_args *a, const struct kube *be, const struct kube_in_container *in, bool tty)
{
    kubectl_args_init(a, be, in->ns);
    a->argv[a->count++] = "exec";
    if (tty) a->argv[a->count++] = "-it";
    if (in->container) args_own(a, mem_printf("--container=%s", in->container));
    a->argv[a->count++] = in->pod;
    a->argv[a->count++] = "--";
}

void kube_api_exec(struct kube *be, const struct kube_in_container *in, const char *const *command,
                   void (*done)(void *arg, enum err err, const char *out, const char *why), void *arg)
{
    struct why why = {0};
    struct kubectl_args a;

    if (kube_link_may_change(be->link, &why)) {
        done(arg, why.code, "", why.text);
        return;
    }
    exec_args_init(&a, be, in, false);
    for (size_t i = 0; i < KUBE_COMMAND_ARGS - 1 && command[i]; i++) a.argv[a.count++] = command[i];
    struct kube_run *r = mem_zero(1, sizeof *r);
    *r = (struct kube_run){.be = be, .next = be->runs, .self = &be->runs, .done = done, .arg = arg};
    if (r->next) r->next->self = &r->next;
    be->runs = r;
    buf_init(&r->out, EXEC_OUT_MAX);
    r->process = process_start(be->loop, a.argv, a.secrets, NULL, EXEC_MS,
                               &(struct process_calls){.line = on_line, .ended = on_ended, .arg = r});
    kubectl_args_done(&a);
}

struct foreground *kube_api_shell(struct kube *be, const struct kube_in_container *in,
                                  const struct foreground_calls *calls, struct why *why)
{
    /* Not every image has bash. */
    static const char *const command[] = {"/bin/sh", "-c", "command -v bash >/dev/null && exec bash; exec sh"};
    struct kubectl_args a;

    if (kube_link_may_change(be->link, why)) return NULL;
    exec_args_init(&a, be, in, true);
    for (size_t i = 0; i < ARRAY_LEN(command); i++) a.argv[a.count++] = command[i];
    struct foreground *f = foreground_start(be->loop, a.argv, a.secrets, calls);
    kubectl_args_done(&a);
    return f;
}
