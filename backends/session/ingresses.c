/* ingresses.c - lists the ingresses of the watched namespace, once a minute: they are routes to Serve. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/session/session_priv.h"

#include <stdlib.h>

static void on_ingresses(void *arg, enum err err, const char *why)
{
    struct session *s = arg;

    (void)err; /* its source's state has it */
    (void)why;
    s->ingresses.listing = false;
    s->ingresses.listed = true;
    session_reconcile_soon(s);
}

void session_ingresses_list(struct session *s)
{
    struct ingress_poll *poll = &s->ingresses;
    const uint64_t now = session_now_ms(s);

    if (!s->kube || !s->kube_ns || poll->listing || !s->kube_ops->ingresses) return;
    if (text_same(poll->ns, s->kube_ns) && now - poll->at_ms < SESSION_INGRESS_MS) return;
    if (!text_same(poll->ns, s->kube_ns)) poll->listed = false;
    free(poll->ns);
    poll->ns = mem_str(s->kube_ns);
    poll->at_ms = now;
    poll->listing = true;
    s->kube_ops->ingresses(s->kube, poll->ns, on_ingresses, s);
}

bool session_ingresses_listed(const struct session *s)
{
    return !s->kube || !s->kube_ops->ingresses || s->ingresses.listed;
}
