/* kube_forward.c - see kube_forward.h. */
#include "backends/kube/kube_forward.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/kube_api_priv.h"
#include "backends/link/backoff.h"
#include "backends/link/process.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_MS = 250 };

struct kube_forward {
    struct kube *be;
    struct kube_forward_conf conf;
    struct process *process;
    struct alarm *again;
    struct backoff backoff;
    char *ns, *service;
};

static void on_line(void *arg, char *text, size_t len)
{
    struct kube_forward *f = arg;
    (void)len;
    if (!text || strncmp(text, "Forwarding from ", 16) != 0) return;
    backoff_works(&f->backoff, loop_now_ms());
    f->conf.state(f->conf.arg, true, ERR_OK, "");
}

static void on_ended(void *arg, enum err err, const char *why)
{
    struct kube_forward *f = arg;
    struct why own = {0};
    if (err == ERR_NOT_FOUND)
        why_set(&own, err, "kubectl: no such program; `kubectl port-forward` needs it");
    else
        why_set(&own, err ? err : ERR_CHILD, "kubectl port-forward: %s", err ? why : "it has ended");
    process_free(f->process);
    f->process = NULL;
    if (err != ERR_NOT_FOUND) alarm_set(f->again, backoff_next(&f->backoff, loop_now_ms()), 0);
    f->conf.state(f->conf.arg, false, own.code, own.text);
}

static void forward_start(void *arg)
{
    struct kube_forward *f = arg;
    struct kubectl_args a;
    char *service = mem_printf("service/%s", f->service), *ports = mem_printf("%u:%u", f->conf.port, f->conf.port);
    kubectl_args_init(&a, f->be, f->ns);
    a.argv[a.count++] = "port-forward";
    a.argv[a.count++] = "--address=127.0.0.1";
    a.argv[a.count++] = service;
    a.argv[a.count++] = ports;
    f->process =
        process_start(f->be->loop, a.argv, child_secrets_of_command(f->be->kubectl ? f->be->kubectl : "kubectl"), NULL,
                      0, &(struct process_calls){.line = on_line, .ended = on_ended, .arg = f});
    kubectl_args_done(&a);
    free(service);
    free(ports);
}

struct kube_forward *kube_api_forward(struct kube *be, const struct kube_forward_conf *conf)
{
    struct kube_forward *f = mem_zero(1, sizeof *f);
    f->be = be;
    f->conf = *conf;
    f->ns = mem_str(conf->ns);
    f->service = mem_str(conf->service);
    f->again = alarm_new(be->loop, forward_start, f);
    backoff_init(&f->backoff, FIRST_MS, BACKOFF_LINK_MOST_MS, loop_random(be->loop));
    forward_start(f);
    return f;
}

void kube_forward_close(struct kube_forward *f)
{
    if (!f) return;
    process_free(f->process);
    alarm_free(f->again);
    free(f->ns);
    free(f->service);
    free(f);
}
