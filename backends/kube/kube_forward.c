/* kube_forward.c - starts kubectl port-forward, and starts it again when it ends; see kube_forward.h. */
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
    char *ns, *target;
    bool was_up;
};

/* What kubectl says. In this order: a denial names an object that may be missing as well. */
static enum forward_end {
    END_OTHER,
    END_NO_KUBECTL,
    END_PORT_TAKEN,
    END_FORBIDDEN,
    END_CREDENTIALS,
    END_NO_PORT,
    END_NO_TARGET,
    END_NO_CONTEXT
} end_of(enum err err, const char *line)
{
    static const struct {
        const char *says;
        enum forward_end end;
    } known[] = {
        {"unable to listen on any of the requested ports", END_PORT_TAKEN},
        {"is forbidden", END_FORBIDDEN},
        {"must be logged in", END_CREDENTIALS},
        {"provide credentials", END_CREDENTIALS},
        {"does not have a service port", END_NO_PORT},
        {"not found", END_NO_TARGET},
        {"does not exist", END_NO_CONTEXT},
    };
    if (err == ERR_NOT_FOUND) return END_NO_KUBECTL;
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strstr(line, known[i].says)) return known[i].end;
    return END_OTHER;
}

bool kube_forward_passes(const struct kube_forward_conf *conf, enum err err, const char *line, struct why *why)
{
    switch (end_of(err, line)) {
    case END_NO_KUBECTL:
        why_set(why, ERR_UNSUPPORTED,
                "kubectl: no such program; `kubectl port-forward` needs it: install it, or name it in config.yaml "
                "(kubectl: COMMAND)");
        return false;
    case END_PORT_TAKEN:
        why_set(why, ERR_IO, "local port %u is taken: end the program that listens there, or choose another port",
                conf->local);
        return false;
    case END_FORBIDDEN:
        why_set(why, ERR_FORBIDDEN,
                "a role is missing in namespace %s, which allows to get services and pods and to create "
                "pods/portforward (%s)",
                conf->ns, line);
        return false;
    case END_CREDENTIALS:
        why_set(why, ERR_AUTH, "the API server does not accept the credentials: log in again (%s)", line);
        return false;
    case END_NO_PORT:
        why_set(why, ERR_NOT_FOUND, "%s in namespace %s has no port %u", conf->target, conf->ns, conf->remote);
        return false;
    case END_NO_TARGET:
        why_set(why, ERR_NOT_FOUND, "there is no %s in namespace %s", conf->target, conf->ns);
        return false;
    case END_NO_CONTEXT:
        why_set(why, ERR_USAGE, "kubectl does not know the context that raydeck uses (%s)", line);
        return false;
    case END_OTHER: break;
    }
    why_set(why, ERR_CHILD, "kubectl port-forward: %s", *line ? line : "it has ended");
    return true;
}

static void on_line(void *arg, char *text, size_t len)
{
    struct kube_forward *f = arg;
    (void)len;
    if (!text || strncmp(text, "Forwarding from ", 16) != 0) return;
    backoff_works(&f->backoff, loop_now_ms());
    f->was_up = true;
    f->conf.changed(f->conf.arg, FORWARD_UP, ERR_OK, "");
}

/* What has worked may work again: a Service that is deployed anew, a role that is bound again. */
static void on_ended(void *arg, enum err err, const char *line)
{
    struct kube_forward *f = arg;
    struct why why = {0};
    const bool again = kube_forward_passes(&f->conf, err, line, &why) || (f->was_up && why.code != ERR_UNSUPPORTED);
    process_free(f->process);
    f->process = NULL;
    if (again) alarm_set(f->again, backoff_next(&f->backoff, loop_now_ms()), 0);
    f->conf.changed(f->conf.arg, again ? FORWARD_STARTS : FORWARD_FAILED, why.code, why.text);
}

static void forward_start(void *arg)
{
    struct kube_forward *f = arg;
    struct kubectl_args a;
    char *ports = mem_printf("%u:%u", f->conf.local, f->conf.remote);
    kubectl_args_init(&a, f->be, f->ns);
    a.argv[a.count++] = "port-forward";
    a.argv[a.count++] = "--address=127.0.0.1";
    a.argv[a.count++] = f->target;
    a.argv[a.count++] = ports;
    f->process = process_start(f->be->loop, a.argv, a.secrets, NULL, 0,
                               &(struct process_calls){.line = on_line, .ended = on_ended, .arg = f});
    kubectl_args_done(&a);
    free(ports);
}

struct kube_forward *kube_api_forward(struct kube *be, const struct kube_forward_conf *conf)
{
    struct kube_forward *f = mem_zero(1, sizeof *f);
    f->be = be;
    f->conf = *conf;
    f->conf.ns = f->ns = mem_str(conf->ns);
    f->conf.target = f->target = mem_str(conf->target);
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
    free(f->target);
    free(f);
}
