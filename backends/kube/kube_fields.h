/*
 * kube_fields.h - what every Kubernetes object has in common, read forgivingly: metadata, labels, conditions,
 * environment. For the parsers of this folder.
 *
 * A wrong type is "not there". Text goes through text_safe on its way into a record and is bounded.
 */
#ifndef RAYDECK_KUBE_FIELDS_H
#define RAYDECK_KUBE_FIELDS_H

#include "backends/base/json.h"
#include "backends/world/record.h"

enum {
    KUBE_NAME_MAX = 253,     /* DNS subdomain */
    KUBE_MESSAGE_MAX = 1024, /* messages of conditions, events, containers */
    KUBE_CONTAINERS = 64,    /* containers of a pod that are kept */
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

/* An environment variable of a container: its object; NULL: not named. The last one of a name counts, as in the
 * kubelet. */
const cJSON *kube_env(const cJSON *container, const char *name);
/* Its literal value; NULL where it comes from elsewhere. */
const char *kube_env_value(const cJSON *container, const char *name);

/* The name of the owner of that kind; NULL: none. */
const char *kube_owner(const cJSON *object, const char *kind);

/* A whole number of either sign; `otherwise` where it is none. */
long long kube_int(const cJSON *object, const char *name, long long otherwise);

/* A count of whole things as a resource quantity writes it ("6"). */
struct known_u64 kube_quantity(const cJSON *resources, const char *name);

/* The first of a pod template's containers, which is Ray's. */
const cJSON *kube_ray_container(const cJSON *group_spec);

/* Are both settings of gRPC's keepalive in its environment? Unknown where envFrom may bring them. */
enum tri kube_keepalive(const cJSON *container);

#endif
