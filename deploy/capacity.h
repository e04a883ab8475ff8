/*
 * capacity.h - on which K8s nodes the pods of a RayService find room, as the Kubernetes scheduler counts it: filters
 * (node_filter.h), what is allocatable less the requests of the pods there (pod_requests.h), and the groups' own
 * required anti-affinity. Pure.
 *
 * Not looked at: ports, volumes, topology spread, affinity to other pods, priorities. Formats: v1 NodeList and PodList,
 * as recorded from a real API server; ray.io/v1 RayCluster spec.
 */
#ifndef RAYDECK_DEPLOY_CAPACITY_H
#define RAYDECK_DEPLOY_CAPACITY_H

#include "backends/base/buf.h"
#include "backends/base/json.h"

#include <stdbool.h>

enum {
    CAPACITY_GROUPS = 64,     /* more are not looked at */
    CAPACITY_PODS_MAX = 1000, /* of a group: where so many find room, all are taken to */
    CAPACITY_TERMS = 8        /* of a group's anti-affinity; more are not looked at */
};

struct capacity;
/* cluster: a RayCluster's spec, of a RayService in namespace ns; both are borrowed until capacity_free. */
struct capacity *capacity_new(const cJSON *cluster, const char *ns);
void capacity_free(struct capacity *p); /* NULL is fine */

/* A NodeList, or a page of one. */
void capacity_add_nodes(struct capacity *p, const cJSON *list);
/* A PodList, or a page of one, after the nodes: each pod holds what it asks for, unless it has ended or belongs to one
 * of the RayClusters `own` (NULL-terminated), which the ones to be placed take the place of. */
void capacity_add_pods(struct capacity *p, const cJSON *list, const char *const *own);

struct capacity_group {
    const char *name; /* "head", or the worker group's; borrowed, raw */
    uint64_t pods;    /* to be placed */
    uint64_t room;    /* of those, how many find room, after the groups before it */
    uint64_t nodes;   /* K8s nodes there are */
    uint64_t fit;     /* of those, how many take one of its pods */
};
size_t capacity_groups(const struct capacity *p);
/* Places the groups in their order; once. After it: */
void capacity_run(struct capacity *p);
struct capacity_group capacity_group(const struct capacity *p, size_t group);
/* Why the others do not: "1 tainted a=b:NoSchedule, 2 have 16 of 90 CPU"; safe; "" where all fit. */
void capacity_reasons(const struct capacity *p, size_t group, struct buf *out);
/* What one of its pods asks for: "90 CPU, 360G memory, 6 aws.amazon.com/neuron"; safe; "" for nothing. */
void capacity_demand(const struct capacity *p, size_t group, struct buf *out);

#endif
