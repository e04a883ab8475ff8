/*
 * capacity.h - places the pods of a RayService on K8s nodes as the Kubernetes scheduler would: filters (node_filter.h),
 * allocatable resources less the requests of existing pods (pod_requests.h), and the groups' required anti-affinity.
 * Pure.
 *
 * Ignores ports, volumes, topology spread, affinity to other pods, priorities. Formats: v1 NodeList and PodList, as
 * recorded from a real API server; ray.io/v1 RayCluster spec.
 */
#ifndef RAYDECK_DEPLOY_CAPACITY_H
#define RAYDECK_DEPLOY_CAPACITY_H

#include "backends/base/buf.h"
#include "backends/base/json.h"

#include <stdbool.h>

enum {
    CAPACITY_GROUPS = 64,     /* more are not looked at */
    CAPACITY_PODS_MAX = 1000, /* of a group: if so many fit, assumes that all do */
    CAPACITY_TERMS = 8        /* of a group's anti-affinity; more are ignored */
};

struct capacity;
/* cluster: a RayCluster's spec, of a RayService in namespace ns; both are borrowed until capacity_free. */
struct capacity *capacity_new(const cJSON *cluster, const char *ns);
void capacity_free(struct capacity *p); /* NULL is fine */

/* Adds a NodeList, or a page of one. */
void capacity_add_nodes(struct capacity *p, const cJSON *list);
/* Adds a PodList, or a page of one, after the nodes: each pod takes its requests, unless it has terminated or belongs
 * to one of the RayClusters `own` (NULL-terminated), which the deployment replaces. */
void capacity_add_pods(struct capacity *p, const cJSON *list, const char *const *own);

struct capacity_group {
    const char *name; /* "head", or the worker group's; borrowed, raw */
    uint64_t pods;    /* to be placed */
    uint64_t room;    /* of those, how many fit after the previous groups */
    uint64_t nodes;   /* K8s nodes */
    uint64_t fit;     /* of those, how many fit one of its pods */
};
size_t capacity_groups(const struct capacity *p);
/* Places the groups in order; call it once. After it: */
void capacity_run(struct capacity *p);
struct capacity_group capacity_group(const struct capacity *p, size_t group);
/* Why the others do not fit: "1 tainted a=b:NoSchedule, 2 have 16 of 90 CPU"; safe; "": all fit. */
void capacity_reasons(const struct capacity *p, size_t group, struct buf *out);
/* The requests of one of its pods: "90 CPU, 360G memory, 6 aws.amazon.com/neuron"; safe; "" for nothing. */
void capacity_demand(const struct capacity *p, size_t group, struct buf *out);

#endif
