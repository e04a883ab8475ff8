/* kube_api.h - the one implementation of struct kube_ops: the Kubernetes API server itself. */
#ifndef RAYDECK_KUBE_KUBE_API_H
#define RAYDECK_KUBE_KUBE_API_H

#include "backends/backend.h"

extern const struct kube_ops kube_api;

#endif
