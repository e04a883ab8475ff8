/*
 * kube_fields.h - accessors for fields that Kubernetes objects have in common: metadata, labels, conditions,
 * environment. For the parsers of this folder.
 *
 * A value of the wrong type counts as absent. Text is made safe (text_safe) and bounded.
 */
#ifndef RAYDECK_KUBE_FIELDS_H
#define RAYDECK_KUBE_FIELDS_H

#include "backends/base/json.h"
#include "backends/world/record.h"

enum {
    KUBE_NAME_MAX = 253,     /* DNS subdomain */
    KUBE_MESSAGE_MAX = 1024, /* messages of conditions, events, containers */
    KUBE_CONTAINERS = 64,    /* containers kept of a pod */
    KUBE_ENDPOINTS = 1024,   /* endpoints of a slice (the API allows 1,000) */
    KUBE_ROUTES = 256,       /* rules of an Ingress */
    KUBE_DEPLOYMENTS = 512   /* Serve deployments of a RayService */
};

/* Sets *field to a safe copy; NULL where absent or empty. */
void kube_text(char **field, const char *foreign, size_t max_bytes);

const char *kube_label(const cJSON *object, const char *name); /* of metadata; NULL: none */
const char *kube_annotation(const cJSON *object, const char *name);

/* A condition of status.conditions: its object, or its status as yes, no, unknown. */
const cJSON *kube_condition(const cJSON *status, const char *type);
enum tri kube_condition_is(const cJSON *status, const char *type);

/* An environment variable of a container; NULL: not set. The last one of a name counts, as in the kubelet. */
const cJSON *kube_env(const cJSON *container, const char *name);
/* Its literal value; NULL where it has valueFrom. */
const char *kube_env_value(const cJSON *container, const char *name);

/* The name of the owner of that kind; NULL: none. */
const char *kube_owner(const cJSON *object, const char *kind);

/* A whole number; `otherwise` where it is absent or not one. */
long long kube_int(const cJSON *object, const char *name, long long otherwise);

/* A resource quantity that is a whole number ("6"). */
struct known_u64 kube_quantity(const cJSON *resources, const char *name);

/* The first container of a group's pod template, which KubeRay takes for Ray's. */
const cJSON *kube_ray_container(const cJSON *group_spec);

/* Are both variables for gRPC keepalive set in its environment? Unknown where envFrom may set them. */
enum tri kube_keepalive(const cJSON *container);

#endif
