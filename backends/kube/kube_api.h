/* kube_api.h - the vtable of the Kubernetes API backend, the only implementation of struct kube_ops. */
#ifndef RAYDECK_KUBE_KUBE_API_H
#define RAYDECK_KUBE_KUBE_API_H

#include "backends/backend.h"

extern const struct kube_ops kube_api;

#endif
