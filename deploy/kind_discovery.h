/*
 * kind_discovery.h - which resource of the API server a kind is: discovery, as kubectl does it. Pure.
 *
 * Format: meta.k8s.io/v1 APIResourceList, which GET /api/v1 and /apis/GROUP/VERSION answer with (Kubernetes API
 * Concepts, "Discovery API"; tests/fixtures/deploy/discovery is recorded).
 */
#ifndef RAYDECK_DEPLOY_KIND_DISCOVERY_H
#define RAYDECK_DEPLOY_KIND_DISCOVERY_H

#include "backends/base/json.h"

#include <stdbool.h>

/* "/api/v1" of "v1", "/apis/apps/v1" of "apps/v1". Caller frees. */
char *discovery_path(const char *api_version);

bool resource_has_verb(const cJSON *resource, const char *verb);

/* The resource of that kind, which is no subresource; NULL: the list has none. Borrowed. */
const cJSON *discovery_find(const cJSON *list, const char *kind);

#endif
