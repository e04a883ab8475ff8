/*
 * kobject.h - the Kubernetes objects that deploy and cleanup handle: kinds, order, paths, and kubectl's notation. Pure.
 */
#ifndef RAYDECK_DEPLOY_KOBJECT_H
#define RAYDECK_DEPLOY_KOBJECT_H

#include "backends/base/json.h"
#include "deploy/conflict_parse.h"

#include <stdbool.h>

#define OWN_LABEL "app.kubernetes.io/managed-by"
#define OWN_VALUE "raydeck"
#define OWN_SERVICE "raydeck/rayservice" /* an annotation: the RayService it was deployed with */
#define FIELD_MANAGER OWN_MANAGER

enum { OBJECT_NAME_MAX = 253 };

/* One of kinds.def, or one that the API server reported (kind_discovery.h), whose texts are then its owner's to free;
 * `order`: what has a lower one is applied before and deleted after. */
struct kobject_kind {
    const char *api_version, *kind, *plural;
    bool namespaced;
    unsigned order;
};
extern const struct kobject_kind kobject_kinds[]; /* ends with a NULL kind */

unsigned kobject_order_of_others(bool namespaced); /* of those that are not in kinds.def */
void kobject_kind_done(struct kobject_kind *kind); /* frees the texts of one that owns them */

const struct kobject_kind *kobject_kind_named(const char *api_version, const char *kind); /* NULL: none of ours */
const struct kobject_kind *kobject_kind_of(const cJSON *object);

const char *kobject_name(const cJSON *object); /* "" where absent: borrowed */
const char *kobject_ns(const cJSON *object);
const char *kobject_uid(const cJSON *object);
const char *kobject_version(const cJSON *object); /* metadata.resourceVersion */
bool kobject_is(const cJSON *object, const char *kind);
bool kobject_is_owned(const cJSON *object); /* by another object: garbage-collected with it */
bool kobject_is_ours(const cJSON *object);  /* carries our label, and is not owned */

/* Sets the precondition: its UID, and its resourceVersion unless NULL. */
void kobject_pin(cJSON *object, const char *uid, const char *version);
/* The entry of managedFields of our create, not yet recorded as an apply; SIZE_MAX: none. */
size_t kobject_created_entry(const cJSON *object);

/* Adds our label, and the annotation of the RayService it is deployed with ("": none). */
void kobject_own(cJSON *object, const char *service);
const char *kobject_deployed_with(const cJSON *object); /* NULL: not annotated; borrowed */

/* "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral"; name NULL: the collection. Caller frees. */
char *kobject_path(const struct kobject_kind *kind, const char *ns, const char *name);

/* "rayservice.ray.io/mistral", safe. Caller frees. */
char *kobject_words(const struct kobject_kind *kind, const char *name);

/* "ingresses.networking.k8s.io", as kube_ops->may takes it. Caller frees. */
char *kobject_resource(const struct kobject_kind *kind);

/* The worker groups' Neuron devices: replicas × limits of aws.amazon.com/neuron, of a RayService. */
struct known_u64 kobject_neuron_devices(const cJSON *rayservice);

/* Whether workerGroupSpecs of a RayService is owned by another manager. */
bool kobject_groups_are_owned(const cJSON *live);

/* Copies the live replicas of each worker group to the object to apply, within the group's minimum and maximum. Returns
 * how many differ from the manifest. */
size_t kobject_take_replicas(cJSON *object, const cJSON *live);

#endif
