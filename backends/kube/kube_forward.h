/*
 * kube_forward.h - a local port that leads to a Service or a pod, by `kubectl port-forward` kept alive: one that ends
 * is started again with back-off. Nothing is changed in the cluster. kubectl finds its credentials itself, by the same
 * kubeconfig and context; it listens on 127.0.0.1 alone.
 */
#ifndef RAYDECK_KUBE_KUBE_FORWARD_H
#define RAYDECK_KUBE_KUBE_FORWARD_H

#include "backends/base/err.h"

#include <stdbool.h>

enum forward_phase {
    FORWARD_STARTS, /* kubectl runs and does not listen yet, or is about to be started again */
    FORWARD_UP,     /* it listens on the local port: a claim of kubectl's, which has found a running pod */
    FORWARD_FAILED  /* it is not started again: what is wrong does not pass by itself */
};
struct kube_forward_conf {
    const char *ns, *target; /* "service/NAME" or "pod/NAME"; copied */
    unsigned local, remote;  /* ports: of this machine, of the target */
    /* From the loop, at each change. why: a sentence that says what to do, of the last end of kubectl; "" while up and
     * at first. The forward may be closed within. */
    void (*changed)(void *arg, enum forward_phase phase, enum err err, const char *why);
    void *arg;
};
struct kube_forward;
void kube_forward_close(struct kube_forward *f); /* ends kubectl; before its kube is closed. NULL is fine */

/* The sentence for the end of a kubectl port-forward: line, the last one of its stderr as process.h reports it. The
 * messages are those of kubectl 1.28 to 1.34 (k8s.io/kubectl/pkg/cmd/portforward, client-go/tools/portforward). Sets
 * why, and returns whether it passes by itself, so that another attempt is worth while. */
bool kube_forward_passes(const struct kube_forward_conf *conf, enum err err, const char *line, struct why *why);

#endif
