/*
 * kube_forward.h - `kubectl port-forward` kept alive: one that ends is started again with back-off. kubectl finds its
 * credentials itself, by the same kubeconfig and context.
 */
#ifndef RAYDECK_KUBE_KUBE_FORWARD_H
#define RAYDECK_KUBE_KUBE_FORWARD_H

#include "backends/backend.h"

/* As kube_ops has them. */
struct kube_forward *kube_api_forward(struct kube *be, const struct kube_forward_conf *conf);
void kube_forward_close(struct kube_forward *f);

/* The sentence for the end of a kubectl port-forward: line, the last one of its stderr as process.h reports it. The
 * messages are those of kubectl 1.28 to 1.34 (k8s.io/kubectl/pkg/cmd/portforward, client-go/tools/portforward). Sets
 * why, and returns whether it passes by itself, so that another attempt is worth while. */
bool kube_forward_passes(const struct kube_forward_conf *conf, enum err err, const char *line, struct why *why);

#endif
