/*
 * pod_requests.h - what a pod asks the scheduler for: the sum over its containers, its init containers and its
 * overhead. Pure.
 *
 * Source: Kubernetes' documentation, "Resource Management for Pods and Containers" and "Sidecar Containers" ("Resource
 * sharing within containers"): containers and sidecars together, or the largest init container with the sidecars
 * started before it, whichever is more; a request that is left out is the limit; pod-level requests take precedence.
 */
#ifndef RAYDECK_DEPLOY_POD_REQUESTS_H
#define RAYDECK_DEPLOY_POD_REQUESTS_H

#include "backends/base/json.h"

#include <stdbool.h>

enum { RESOURCES_MAX = 24, RESOURCE_NAME_MAX = 128 };

/* Amounts by name, in thousandths; what is not in it is 0. What is beyond RESOURCES_MAX names is left out. */
struct resources {
    struct {
        char name[RESOURCE_NAME_MAX];
        uint64_t milli;
    } item[RESOURCES_MAX];
    size_t count;
};

uint64_t resources_get(const struct resources *r, const char *name);
void resources_add(struct resources *r, const char *name, uint64_t milli);  /* stays at the most there can be */
void resources_subtract(struct resources *r, const struct resources *what); /* not below 0 */
void resources_raise(struct resources *r, const struct resources *to);      /* each to the larger of the two */
/* Every quantity of a map such as status.allocatable. */
void resources_of_map(const cJSON *map, struct resources *ret);

/* Of a v1 PodSpec, stored or of a manifest. */
void pod_requests(const cJSON *spec, struct resources *ret);

#endif
