/*
 * joins.h - joins across the worlds (Kubernetes, Ray, Neuron). Pure look-ups; nothing is stored.
 *
 * A Ray node joins a pod by its instance_id (the pod's name), else by its IP address. A monitor joins a Node by
 * instance_id = providerID (or by its configured name), or a pod if it runs inside one. A replica's core indices are
 * relative to its pod: they join a monitor in the pod, or a monitor of the Node only if a single pod on it holds
 * NeuronCores; otherwise there is no join.
 */
#ifndef RAYDECK_WORLD_JOINS_H
#define RAYDECK_WORLD_JOINS_H

#include "backends/world/world.h"

/* The RayService on screen and the objects that belong to it. NULL members: do not exist. */
struct focus {
    const char *ns, *service; /* as requested; borrowed */
    const struct rayservice *rayservice;
    const struct raycluster *raycluster; /* the active one */
    const struct pod *head;              /* the newest living head pod of it */
    const struct row *head_row;
    const struct redis *redis;
    const char *gcs_ns; /* the storage namespace its GCS uses; NULL unknown */
    /* How many errors and warnings the doctor finds, where it was asked (deploy/doctor.h), for the answers to say;
     * focus_of leaves both unknown, and then they count what they judge themselves. */
    struct known_u64 errors, warnings;
};
/* ns or service NULL: the only RayService. Where several namespaces have one of that name none is in focus, and no
 * service either. Borrows from the world until its next change. */
struct focus focus_of(const struct world *w, const char *ns, const char *service);

bool focus_has_pod(const struct focus *f, const struct pod *pod); /* a Ray pod of the service's clusters */
/* The pods that focus_has_pod says yes to, tombstones included, in order of arrival:
 *     for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) … at.row …
 * Good until the next world_apply or world_expire. */
enum { FOCUS_CLUSTERS = 3 };
struct focus_pods {
    const struct row *row; /* NULL: no more */
    const struct world *world;
    const struct focus *focus;
    const struct row *next[FOCUS_CLUSTERS];
    size_t chain; /* of row */
};
struct focus_pods focus_pods_of(const struct world *w, const struct focus *f);
void focus_pods_next(struct focus_pods *at);
/* Is it a worker pod whose Serve proxy is probed: KubeRay marks it as serving, and it is running? A terminating pod is
 * probed until it is removed. While a service starts for the first time, its pods are probed only once ready, so that
 * startup does not count as failure. */
bool focus_probes(const struct focus *f, const struct row *pod_row);
/* Is the event about that object, by its name and, where the event has it, by its UID? One of the same name that was
 * there before has another. */
bool event_is_about(const struct event *e, const char *ns, const char *name, const char *uid);
/* The pod that the event is about: by its UID, and by its name where the event has no UID. NULL: it is not known. */
const struct pod *pod_of_event(const struct world *w, const struct event *e);
const struct pod *pod_named(const struct world *w, const char *ns, const char *name); /* living ones first */
const struct knode *knode_named(const struct world *w, const char *name);
const struct pod *pod_of_raynode(const struct world *w, const struct raynode *n);
const struct raynode *raynode_of_pod(const struct world *w, const struct focus *f,
                                     const struct pod *pod); /* ALIVE first */
const struct knode *knode_of_monitor(const struct world *w, const struct monitor *m);
const struct pod *pod_of_core(const struct world *w, const struct focus *f, const struct core *core);
const struct actor *actor_of_core(const struct world *w, const struct focus *f, const struct core *core);
/* Is the Ray node there? NO: it is DEAD, or its pod is gone or not among those listed: the GCS calls a node ALIVE until
 * another head replaces it. UNKNOWN: NODE has no state of it, or it is NULL. */
enum tri raynode_is_there(const struct world *w, const struct focus *f, const struct raynode *n);
const struct raynode *raynode_of_worker(const struct world *w, const struct rayworker *k); /* NULL: unknown */
/* Does the job's driver have its Ray node still? By its address: where two nodes had it, by the time they started. */
enum tri job_has_node(const struct world *w, const struct focus *f, const struct job *j);
/* A Serve replica actor's short name: "mistral-7b#0s09vcjz" out of SERVE_REPLICA::app#deployment#id. Writes "" if it is
 * none. */
char *replica_label(const struct actor *a, char *out, size_t size);

#endif
