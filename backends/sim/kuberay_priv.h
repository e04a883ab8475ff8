/* kuberay_priv.h - what the files of the cluster's state machine share. Included by kuberay*.c alone. */
#ifndef RAYDECK_SIM_KUBERAY_PRIV_H
#define RAYDECK_SIM_KUBERAY_PRIV_H

#include "backends/base/stamp.h"
#include "backends/sim/kuberay.h"
#include "backends/sim/rng.h"

/* A longer one would not leave room for what KubeRay appends to it. */
enum { KUBERAY_SERVICE_NAME_MAX = 47 };

enum app_state { APP_GONE, APP_DEPLOYING, APP_RUNNING };

struct kuberay {
    struct loop *loop;
    struct objects *objects;
    struct sched *sched;
    const struct templates *templates;
    struct kuberay_conf conf;
    struct rng rng;
    char ns[KUBERAY_NAME], name[KUBERAY_NAME]; /* of the RayService that is looked after */
    char cluster[KUBERAY_NAME], cluster_uid[RNG_UUID], service_uid[RNG_UUID], hash[33];
    char redis_address[64];
    char knode[KUBERAY_WORKERS + 1][KUBERAY_NAME], knode_ip[KUBERAY_WORKERS + 1][16];
    char instance[KUBERAY_WORKERS + 1][24], zone[KUBERAY_WORKERS + 1][16];
    struct sim_pod pods[KUBERAY_PODS];
    unsigned heads; /* made so far: gives their addresses */
    unsigned workers;
    struct sim_pod *head;
    struct sim_pod ghost; /* a head whose object is gone while its GCS still beats */
    cJSON *rayservice, *raycluster, *slices[3];
    enum app_state app;
    bool serve_runs;
    bool deployed;                          /* the pods are as the applied RayService says */
    bool promoted;                          /* the pending RayCluster has become the active one */
    bool deleting;                          /* the RayCluster goes */
    bool clean;                             /* it has no storage in Redis (any more) */
    unsigned wanted, devices, devices_each; /* workers; Neuron devices of a K8s node, and of a worker */
    char group[40];
    struct serve_wish serve;
    cJSON *config; /* what the RayCluster was made for, without numbers of replicas; NULL: none yet */
    cJSON *job;
    struct kuberay *self;   /* its address is what namespaces wait by */
    struct sim_pod cleaner; /* the Job's pod; object NULL: none */
};

/* kuberay.c */
void cluster_named(struct kuberay *k);         /* name and UID of a new RayCluster */
uint64_t kuberay_now(const struct kuberay *k); /* wall clock */
void pod_news(struct sim_pod *p, enum kuberay_news what);
void pod_later(struct sim_pod *p, uint64_t ms, void (*run)(void *arg)); /* about so long, by the seed */
struct sim_pod *pod_new(struct kuberay *k, bool head, unsigned index);  /* named, with nothing in the store yet */

/* kuberay_up.c */
void pod_replaced(struct kuberay *k, bool head, unsigned index); /* a new one is made */
void pod_containers_started(void *pod);                          /* the kubelet's events of it */
void pods_made(struct kuberay *k);                               /* the head and the workers of a new RayCluster */
void worker_back(
    struct kuberay *k); /* one is ready (again): the RayService says so, and RUNNING if it was waited for */

/* kuberay_place.c */
bool pod_placed(struct sim_pod *p);                     /* false: the scheduler has said why not */
void pods_tried(struct kuberay *k);                     /* those without a place are looked at again */
unsigned devices_wanted(const cJSON *ray_cluster_spec); /* by a worker */

/* kuberay_down.c */
void gcs_silent(struct sim_pod *p);
void pod_object_gone(struct sim_pod *p);
void pod_marked(struct sim_pod *p, uint64_t grace_s); /* deletionTimestamp, the kubelet's event */

/* kuberay_check.c: why KubeRay refuses it (caller frees), or NULL. */
char *rayservice_refusal(const cJSON *service);

/* kuberay_deploy.c */
void deploy_begin(struct kuberay *k); /* the RayService was accepted, and has no RayCluster */
/* The RayService `service` says why in its status (unless it runs) and in an event. */
void deploy_refused(struct kuberay *k, cJSON *service, const char *why);
void deploy_head_runs(struct kuberay *k);         /* Serve's configuration can be sent */
void deploy_worker_ready(struct kuberay *k);      /* may make the service ready */
unsigned workers_needed(const struct kuberay *k); /* by its replicas, at least */

/* kuberay_gone.c */
void service_deleted(struct kuberay *k); /* the RayService is marked */
void cluster_emptied(struct kuberay *k); /* a pod of the cluster that goes is gone: maybe its last one */

/* kuberay_namespace.c */
bool namespace_deleting(struct kuberay *k, cJSON *ns);
bool namespace_goes(const struct kuberay *k, const char *name);

/* kuberay_lost.c */
void workers_lost(struct kuberay *k, bool graceful);

/* kuberay_dress.c */
void pod_dressed(struct kuberay *k, cJSON *pod, bool head);

/* kuberay_pod.c */
cJSON *pod_object(struct kuberay *k, const struct sim_pod *p); /* without status */
cJSON *pod_status(const struct sim_pod *p);
void pod_told(struct sim_pod *p); /* its object gets the status of its stage, and is MODIFIED */

/* kuberay_status.c */
enum { SLICE_CLUSTER, SLICE_HEAD, SLICE_SERVE };
void place_objects(struct kuberay *k, uint64_t since_ms);   /* the K8s nodes, at start */
void cluster_objects(struct kuberay *k, uint64_t since_ms); /* all but the pods, of a service that runs */
void service_and_slice(struct kuberay *k, int which, const char *created);
cJSON *applications_status(const struct kuberay *k, enum app_state app); /* NULL: none */
unsigned ready_workers(const struct kuberay *k);
void slices_told(struct kuberay *k, bool heads_only);
void raycluster_told(struct kuberay *k, const char *reason, const char *message);
void rayservice_told(struct kuberay *k, enum app_state app);

/* kuberay_base.c */
void base_objects(struct kuberay *k, uint64_t since_ms);

/* kuberay_applied.c */
void rayservice_owned(cJSON *service, uint64_t when_ms); /* the operator has written its fields */
void config_noted(struct kuberay *k);                    /* the RayCluster is as the RayService says now */
void next_service(struct kuberay *k);                    /* none is looked after: one that waits gets its turn */

/* kuberay_event.c */
void event_by_controller(struct kuberay *k, const char *controller, const cJSON *about, const char *reason,
                         const char *action, const char *message);
void event_warning(struct kuberay *k, const char *controller, const cJSON *about, const char *reason,
                   const char *action, const char *message);
void event_by_kubelet(struct sim_pod *p, const char *container, const char *type, const char *reason,
                      const char *message);

#endif
