/*
 * node_filter.h - whether a pod may be placed on a K8s node, regardless of other pods: cordons, taints and tolerations,
 * node selectors and required node affinity. Pure.
 *
 * Source: Kubernetes' documentation, "Taints and Tolerations" and "Assigning Pods to Nodes"; k8s.io/component-helpers
 * scheduling/corev1 and the kube-scheduler's plugins NodeUnschedulable, TaintToleration and NodeAffinity, in their
 * order.
 */
#ifndef RAYDECK_DEPLOY_NODE_FILTER_H
#define RAYDECK_DEPLOY_NODE_FILTER_H

#include "backends/base/json.h"

#include <stdbool.h>
#include <stddef.h>

/* One of a v1 Toleration, one of a v1 Taint. */
bool toleration_matches(const cJSON *toleration, const cJSON *taint);

/* Whether the node satisfies spec.nodeSelector and the required nodeAffinity of a PodSpec. */
bool node_is_selected(const cJSON *node, const cJSON *spec);

/* A NodeSelectorRequirement, or one of a LabelSelector, on the label that stands under its key. labels NULL: none. */
bool label_requirement_holds(const cJSON *requirement, const cJSON *labels);

/* The first taint of the node that keeps the pod away and is not tolerated; NULL: none. What the API server adds to
 * every pod (not-ready and unreachable, NoExecute, for 300 s) is tolerated. Borrowed. */
const cJSON *node_untolerated_taint(const cJSON *node, const cJSON *spec);

enum node_verdict { NODE_FITS, NODE_CORDONED, NODE_TAINTED, NODE_NOT_SELECTED };
enum node_verdict node_filter(const cJSON *node, const cJSON *spec);

/* The taint as kubectl writes it, "key=value:NoSchedule", safe. Returns out. */
const char *taint_words(const cJSON *taint, char *out, size_t size);

#endif
