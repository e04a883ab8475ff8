/* ingresses.c - lists the ingresses of the watched namespaces, once a minute: they are routes to Serve. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/session/session_priv.h"

#include <stdlib.h>

static void on_ingresses(void *arg, enum err err, const char *why)
{
    struct session *s = arg;

    (void)why; /* its source's state has it */
    s->ingresses.listing = false;
    s->ingresses.all_denied = text_eq(s->ingresses.ns, SCOPE_ALL) && (err == ERR_FORBIDDEN || err == ERR_LIMIT);
    s->ingresses.listed = !s->ingresses.all_denied;
    session_reconcile_soon(s);
}

void session_ingresses_list(struct session *s)
{
    struct ingress_poll *poll = &s->ingresses;
    const uint64_t now = session_now_ms(s);

    const bool all = s->all && !poll->all_denied;
    const char *ns = all ? SCOPE_ALL : s->scope.ns;

    if (!s->kube || !ns || poll->listing || !s->kube_ops->ingresses) return;
    if (text_unchanged(poll->ns, ns) && now - poll->at_ms < SESSION_INGRESS_MS) return;
    if (!text_unchanged(poll->ns, ns)) poll->listed = false;
    record_set(&poll->ns, ns);
    poll->at_ms = now;
    poll->listing = true;
    s->kube_ops->ingresses(s->kube, all ? NULL : ns, on_ingresses, s);
}

bool session_ingresses_listed(const struct session *s)
{
    return !s->kube || !s->kube_ops->ingresses || s->ingresses.listed;
}
