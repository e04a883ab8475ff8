/*
 * kuberay.h - simulates the controllers: KubeRay, the scheduler, the kubelet and the endpoint controller, and how they
 * change the API server's objects. Delays are recorded from a real KubeRay 1.7 with Ray 2.60, a head killed twice.
 *
 * Starts with a RayService that has run for days (a head and two inf2 worker pods), or empty, to apply one. A deleted
 * head keeps running during its grace period; its replacement is created when the old object is removed. Deleting a
 * RayService removes its RayCluster, after the Redis cleanup Job.
 *
 * Reconciles one RayService at a time, of any name and namespace: the first valid one. Another one is refused with a
 * condition and an event, and reconciled once the first is removed. Of a RayService, only the first worker group and
 * Serve's first application are run.
 *
 * Applying to a running RayService changes its object and Serve's configuration, not its pods: the second RayCluster
 * that KubeRay would create is not simulated; an event says so.
 */
#ifndef RAYDECK_SIM_KUBERAY_H
#define RAYDECK_SIM_KUBERAY_H

#include "backends/sim/fault.h"
#include "backends/sim/objects.h"
#include "backends/sim/sched.h"
#include "backends/sim/serve_config.h"
#include "backends/sim/template.h"

#include <stdbool.h>
#include <stdint.h>

enum { KUBERAY_NAME = 64, KUBERAY_WORKERS = 2 /* K8s nodes for them */, KUBERAY_PODS = 16, KUBERAY_REPLICAS_MAX = 8 };
enum { KUBERAY_DEVICES = 6, CORES_OF_A_DEVICE = 2, KUBERAY_NOWHERE = -1 };

/* Ages of the service and of its head at the start: the head was replaced once. */
enum { KUBERAY_AGE_MS = (9 * 24 + 3) * 3600 * 1000, KUBERAY_HEAD_AGE_MS = ((4 * 24 + 2) * 60 + 20) * 60 * 1000 };

/* How a pod's Serve proxy behaves. */
enum serving { SERVING_NOT, SERVING_OK, SERVING_HANGS, SERVING_503 };

enum pod_stage { POD_NEW, POD_BOUND, POD_CREATING, POD_STARTED, POD_READY, POD_FAILED };

/* A Ray pod, as long as its object exists; read-only outside kuberay*.c. */
struct sim_pod {
    struct kuberay *owner;
    char name[KUBERAY_NAME], uid[37], ip[16], node[KUBERAY_NAME], volume[8];
    bool head, deleting, used;
    bool crashed; /* its Ray container has exited and will be restarted */
    bool refused; /* FailedScheduling, with the message in refusal */
    char refusal[512];
    unsigned index; /* a worker's replica index */
    int place;      /* index of its node, as in kuberay_knode; or KUBERAY_NOWHERE */
    unsigned restarts;
    unsigned backoff_s; /* crashed: CrashLoopBackOff for so long; 0: it has just ended */
    enum pod_stage stage;
    enum serving serving;
    bool gcs, dashboard; /* head: gcs_server runs; the dashboard responds */
    uint64_t created_ms, started_ms, ready_ms, stopped_ms, deleted_ms, grace_s; /* wall clock */
    char container_id[2][65], last_id[65]; /* last_id: of the Ray container's run before */
    cJSON *object;                         /* in the store */
};

/* Notifications to the other simulated worlds (Ray, Neuron). */
enum kuberay_notification {
    KUBERAY_HEAD_STARTED, /* a new head's container runs: its GCS starts */
    KUBERAY_GCS_SILENT,   /* the old head's gcs_server has exited: no heartbeat, no connections */
    KUBERAY_HEAD_READY,
    KUBERAY_WORKER_RUNS,  /* a worker's container serves (again) */
    KUBERAY_WORKER_STOPS, /* it exited: without FT, or its pod was deleted */
    /* about the whole cluster; without a pod */
    KUBERAY_CLUSTER_MADE,   /* it has a name and a UID, and no pods yet */
    KUBERAY_CLUSTER_CLEANED /* the cleanup Job removes its storage namespace from Redis */
};

struct kuberay_conf {
    const bool *faults; /* FAULT_COUNT of them, borrowed; NULL: none */
    uint64_t seed;
    bool ft;
    bool empty; /* no RayService yet: KubeRay and the nodes alone */
    unsigned redis_port;
    const char *redis_user, *redis_password; /* into the Secret */
    uint64_t round;                          /* number of the reset: changes names and UIDs */
    uint64_t now_ms;                         /* wall clock at start */
    void (*notify)(void *arg, enum kuberay_notification what, const struct sim_pod *pod);
    void *arg;
};

struct kuberay;
struct kuberay *kuberay_new(struct loop *l, struct objects *o, struct sched *s, const struct templates *t,
                            const struct kuberay_conf *conf);
void kuberay_free(struct kuberay *k); /* before the objects; NULL is fine */

const char *kuberay_cluster(const struct kuberay *k); /* the RayCluster's name */
const char *
kuberay_storage_ns(const struct kuberay *k); /* of the newest head: the RayCluster's UID, or as a fault has it */
bool kuberay_ft(const struct kuberay *k);
bool kuberay_redis_here(const struct kuberay *k);       /* the RayService names the Redis of this simulator */
const char *kuberay_group(const struct kuberay *k);     /* of the workers */
unsigned kuberay_devices_each(const struct kuberay *k); /* Neuron devices that a worker asks for */
const struct serve_config *kuberay_serve(const struct kuberay *k);
/* Sets the Neuron devices of each worker node, and schedules pending pods again. */
void kuberay_set_devices(struct kuberay *k, unsigned devices);
const struct sim_pod *kuberay_pod(const struct kuberay *k, const char *name); /* or NULL */
const struct sim_pod *kuberay_head(const struct kuberay *k);                  /* the newest; NULL between two */
/* Pods i = 0, 1, …; NULL after the last. */
const struct sim_pod *kuberay_pod_at(const struct kuberay *k, size_t i);
const char *kuberay_knode(const struct kuberay *k, size_t i); /* K8s nodes: the workers' first, then the head's; NULL */
const char *kuberay_instance(const struct kuberay *k, size_t i); /* its EC2 instance id */
bool kuberay_serve_running(const struct kuberay *k);             /* the Serve API says RUNNING */

/* Reconciles after an apply or a DELETE of an object. kuberay_deleting returns true if the object has finalizers: it
 * got a deletionTimestamp and stays; else the caller removes it. */
void kuberay_applied(struct kuberay *k, enum sim_kind kind, cJSON *obj);
bool kuberay_deleting(struct kuberay *k, enum sim_kind kind, cJSON *obj);
/* The EndpointSlice of a chat page's applied Service ("NAME-chat"); NULL: there is none, or the Service is another one.
 */
cJSON *kuberay_page_slice(const struct kuberay *k, const char *ns, const char *service);

void kuberay_fault_changed(struct kuberay *k, enum fault f); /* of conf.faults */
/* What the Serve API says of it (caller frees); NULL: it has not failed. */
char *kuberay_failed_applications(const struct kuberay *k);

/* Handles a pod's DELETE. grace_s -1: the pod's own 30. Returns the object of the response (borrowed). */
const cJSON *kuberay_delete_pod(struct kuberay *k, const char *name, int64_t grace_s);

/* The GCS of the head that runs is another cluster's (its Redis came back empty): the workers are lost, and Serve's
 * configuration is sent again. */
void kuberay_state_lost(struct kuberay *k);

/* Kills gcs_server in the head's Ray container, as `kill -9` there: `ray start` notices, and the container exits.
 * Returns its pid there; 0: none runs. */
unsigned kuberay_kill_gcs(struct kuberay *k);

/* The head's container exits (its Redis is gone): CrashLoopBackOff, then a restart. */
void kuberay_head_exits(struct kuberay *k);

#endif
