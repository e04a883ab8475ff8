/*
 * kube_forward.h - a local port that leads to a Service, by `kubectl port-forward`, kept alive: one that ends is
 * started again with back-off. Nothing is changed in the cluster. kubectl finds its credentials itself, by the same
 * kubeconfig and context; it listens on 127.0.0.1 alone.
 */
#ifndef RAYDECK_KUBE_KUBE_FORWARD_H
#define RAYDECK_KUBE_KUBE_FORWARD_H

#include "backends/base/err.h"

#include <stdbool.h>

struct kube_forward_conf {
    const char *ns, *service; /* copied */
    unsigned port;            /* here and of the Service */
    /* From the loop: it listens (up), or has ended, and why; ERR_NOT_FOUND: there is no kubectl, and it is not tried
     * again. */
    void (*state)(void *arg, bool up, enum err err, const char *why);
    void *arg;
};
struct kube_forward;
void kube_forward_close(struct kube_forward *f); /* ends kubectl; before its kube is closed. NULL is fine */

#endif
