/*
 * kuberay.h - the simulated cluster: what the API server's objects do because of KubeRay, the scheduler, the kubelet
 * and the endpoint controller. Paced as recorded from a real KubeRay 1.7 with Ray 2.60, a head killed twice.
 *
 * It begins as a RayService that has run for days: a head and two inf2 worker pods; or empty, and the RayService is
 * applied. A deleted head is served through its grace; the new one is made when the old object is gone. A deleted
 * RayService goes with its RayCluster, after the Redis cleanup Job.
 *
 * It looks after one RayService at a time, of any name and namespace: the first that is there and is not refused. One
 * beside it is refused with a condition and an event that say so, and gets its turn when the first is gone. Of a
 * RayService, the first worker group and Serve's first application are run.
 *
 * What is applied to one that runs changes its object and Serve's configuration, not its pods: the second RayCluster
 * that KubeRay would make beside the first is not simulated, and an event says so.
 */
#ifndef RAYDECK_SIM_KUBERAY_H
#define RAYDECK_SIM_KUBERAY_H

#include "backends/sim/objects.h"
#include "backends/sim/sched.h"
#include "backends/sim/serve_wish.h"
#include "backends/sim/template.h"

#include <stdbool.h>
#include <stdint.h>

enum { KUBERAY_NAME = 64, KUBERAY_WORKERS = 2 /* K8s nodes for them */, KUBERAY_PODS = 16, KUBERAY_REPLICAS_MAX = 8 };
enum { KUBERAY_DEVICES = 6, CORES_OF_A_DEVICE = 2, KUBERAY_NOWHERE = -1 };

/* How long the service has run at the start, and its head: it lost one before. */
enum { KUBERAY_AGE_MS = (9 * 24 + 3) * 3600 * 1000, KUBERAY_HEAD_AGE_MS = ((4 * 24 + 2) * 60 + 20) * 60 * 1000 };

/* How a pod's Serve proxy behaves. */
enum serving { SERVING_NOT, SERVING_OK, SERVING_HANGS, SERVING_503 };

enum pod_stage { POD_NEW, POD_BOUND, POD_CREATING, POD_STARTED, POD_READY, POD_FAILED };

/* A Ray pod, as long as its object is there; read-only outside. */
struct sim_pod {
    struct kuberay *owner;
    char name[KUBERAY_NAME], uid[37], ip[16], node[KUBERAY_NAME], volume[8];
    bool head, deleting, used;
    bool crashed; /* its Ray container ended and waits to be started again */
    bool refused; /* the scheduler found no place for it: why is in refusal */
    char refusal[512];
    unsigned index; /* of a worker: its replica index */
    int place;      /* of its K8s node, as in kuberay_knode; or KUBERAY_NOWHERE */
    unsigned restarts;
    enum pod_stage stage;
    enum serving serving;
    bool gcs, dashboard; /* head: the process runs; the dashboard answers */
    uint64_t created_ms, started_ms, ready_ms, stopped_ms, deleted_ms, grace_s; /* wall clock */
    char container_id[2][65];
    cJSON *object; /* in the store */
};

/* What the other simulated worlds are told. */
enum kuberay_news {
    KUBERAY_HEAD_STARTED, /* a new head's container runs: its GCS begins its steps */
    KUBERAY_GCS_SILENT,   /* the old head's process is gone: no heartbeat, no connections */
    KUBERAY_HEAD_READY,
    KUBERAY_WORKER_RUNS,  /* a worker's container serves (again) */
    KUBERAY_WORKER_STOPS, /* it ended: without FT, or its pod was deleted */
    /* of the whole cluster; without a pod */
    KUBERAY_CLUSTER_MADE,   /* it has a name and a UID now, and no pod yet */
    KUBERAY_CLUSTER_CLEANED /* its storage namespace is to be removed from Redis */
};

struct kuberay_conf {
    uint64_t seed;
    bool ft;
    bool empty; /* no RayService yet: KubeRay and the nodes alone */
    unsigned redis_port;
    const char *redis_user, *redis_password; /* into the Secret */
    uint64_t round;                          /* each reset gives other names and UIDs */
    uint64_t now_ms;                         /* wall clock at start */
    void (*news)(void *arg, enum kuberay_news news, const struct sim_pod *pod);
    void *arg;
};

struct kuberay;
struct kuberay *kuberay_new(struct loop *l, struct objects *o, struct sched *s, const struct templates *t,
                            const struct kuberay_conf *conf);
void kuberay_free(struct kuberay *k); /* before the objects; NULL is fine */

const char *kuberay_cluster(const struct kuberay *k);     /* the RayCluster's name */
const char *kuberay_cluster_uid(const struct kuberay *k); /* the storage namespace */
bool kuberay_ft(const struct kuberay *k);
bool kuberay_redis_here(const struct kuberay *k);       /* the RayService names the Redis of this simulator */
const char *kuberay_group(const struct kuberay *k);     /* of the workers */
unsigned kuberay_devices_each(const struct kuberay *k); /* Neuron devices that a worker asks for */
const struct serve_wish *kuberay_serve(const struct kuberay *k);
/* So many Neuron devices on each of the workers' K8s nodes from now on; pods that wait for them are looked at again. */
void kuberay_devices(struct kuberay *k, unsigned devices);
const struct sim_pod *kuberay_pod(const struct kuberay *k, const char *name); /* or NULL */
const struct sim_pod *kuberay_head(const struct kuberay *k);                  /* the newest; NULL between two */
/* Pods i = 0, 1, …; NULL after the last. */
const struct sim_pod *kuberay_pod_at(const struct kuberay *k, size_t i);
const char *kuberay_knode(const struct kuberay *k, size_t i); /* K8s nodes: the workers' first, then the head's; NULL */
const char *kuberay_instance(const struct kuberay *k, size_t i); /* its EC2 instance id */
bool kuberay_serve_running(const struct kuberay *k);             /* the Serve API would say RUNNING */

/* An object was put in by an apply, or is to go by a DELETE: what the controllers of its kind do then. Deleting gives
 * true where the object stays for now (it has finalizers): it is marked then; else the caller removes it. */
void kuberay_applied(struct kuberay *k, enum sim_kind kind, cJSON *obj);
bool kuberay_deleting(struct kuberay *k, enum sim_kind kind, cJSON *obj);

/* A pod's deletion was asked for. grace_s -1: the pod's own 30. Returns the object as the API answers it (borrowed). */
const cJSON *kuberay_delete_pod(struct kuberay *k, const char *name, int64_t grace_s);

/* The head's container ended by itself (its Redis is gone): CrashLoopBackOff, then the next try. */
void kuberay_head_exits(struct kuberay *k);

#endif
