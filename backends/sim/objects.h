/*
 * objects.h - the simulated API server's store: objects by kind, namespace and name, each with a resourceVersion, and a
 * bounded log of events, from which watches are served.
 *
 * Invariants: one counter numbers all versions; an object's metadata.resourceVersion is that of its last event; the log
 * holds every event after objects_floor(). Objects are sorted by namespace, then name, as in etcd.
 */
#ifndef RAYDECK_SIM_OBJECTS_H
#define RAYDECK_SIM_OBJECTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OBJECTS_LOG = 4096, OBJECTS_EVENTS_KEPT = 1000 };

/* X(kind, group, version, plural, kind's name, namespaced, custom: defined by a CRD) */
#define SIM_KINDS(X)                                                                                                   \
    X(POD, "", "v1", "pods", "Pod", true, false)                                                                       \
    X(NODE, "", "v1", "nodes", "Node", false, false)                                                                   \
    X(EVENT, "", "v1", "events", "Event", true, false)                                                                 \
    X(SERVICE, "", "v1", "services", "Service", true, false)                                                           \
    X(SECRET, "", "v1", "secrets", "Secret", true, false)                                                              \
    X(NAMESPACE, "", "v1", "namespaces", "Namespace", false, false)                                                    \
    X(CONFIGMAP, "", "v1", "configmaps", "ConfigMap", true, false)                                                     \
    X(ACCOUNT, "", "v1", "serviceaccounts", "ServiceAccount", true, false)                                             \
    X(CLAIM, "", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true, false)                                 \
    X(ROLE, "rbac.authorization.k8s.io", "v1", "roles", "Role", true, false)                                           \
    X(BINDING, "rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true, false)                          \
    X(BUDGET, "policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true, false)                              \
    X(DEPLOYMENT, "apps", "v1", "deployments", "Deployment", true, false)                                              \
    X(STATEFULSET, "apps", "v1", "statefulsets", "StatefulSet", true, false)                                           \
    X(JOB, "batch", "v1", "jobs", "Job", true, false)                                                                  \
    X(LEASE, "coordination.k8s.io", "v1", "leases", "Lease", true, false)                                              \
    X(INGRESS, "networking.k8s.io", "v1", "ingresses", "Ingress", true, false)                                         \
    X(POLICY, "networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true, false)                              \
    X(CRD, "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false, false)        \
    X(SLICE, "discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true, false)                                 \
    X(RAYSERVICE, "ray.io", "v1", "rayservices", "RayService", true, true)                                             \
    X(RAYCLUSTER, "ray.io", "v1", "rayclusters", "RayCluster", true, true)

enum sim_kind {
#define X(id, group, version, plural, kind, namespaced, custom) SIM_##id,
    SIM_KINDS(X)
#undef X
        SIM_KIND_COUNT
};
struct sim_kind_info {
    const char *group, *version, *plural, *kind;
    bool namespaced, custom;
};
const struct sim_kind_info *sim_kind_info(enum sim_kind kind);
/* False: no such kind. */
bool sim_kind_find(const char *group, const char *version, const char *plural, enum sim_kind *ret);

struct object_event {
    uint64_t version;
    const char *type; /* ADDED, MODIFIED, DELETED */
    enum sim_kind kind;
    cJSON *object; /* as it was then */
};

struct objects;
struct objects *objects_new(void);
void objects_free(struct objects *o); /* NULL is fine */

uint64_t objects_version(const struct objects *o); /* of the last event; 1 at first */
uint64_t objects_floor(const struct objects *o);   /* the log holds every event after this version */
void objects_clear_log(struct objects *o);         /* drops the log: watches from older versions get a 410 */

/* Deletes every object, as objects_delete would. */
void objects_clear(struct objects *o);
/* Stores an object, replacing one of its name: ADDED or MODIFIED. Takes obj; returns it. */
cJSON *objects_put(struct objects *o, enum sim_kind kind, cJSON *obj);
void objects_changed(struct objects *o, enum sim_kind kind, cJSON *obj); /* obj was changed in place: MODIFIED */
void objects_delete(struct objects *o, enum sim_kind kind, cJSON *obj);  /* DELETED; frees obj */
cJSON *objects_get(const struct objects *o, enum sim_kind kind, const char *ns, const char *name); /* or NULL */
cJSON *const *objects_all(const struct objects *o, enum sim_kind kind, size_t *ret_count);

/* Events of the log after `version`, oldest first. */
void objects_since(const struct objects *o, uint64_t version, void (*event)(void *arg, const struct object_event *e),
                   void *arg);
/* Sets the one listener, called with every event. */
void objects_listen(struct objects *o, void (*event)(void *arg, const struct object_event *e), void *arg);

const char *object_name(const cJSON *obj); /* metadata.name; never NULL */
const char *object_ns(const cJSON *obj);   /* metadata.namespace, "" for none */

#endif
