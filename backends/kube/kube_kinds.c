/* kube_kinds.c - the list of Kubernetes backends. */
#include "backends/kube/kube_api.h"

const struct kube_ops *const kube_kinds[] = {&kube_api, NULL};
