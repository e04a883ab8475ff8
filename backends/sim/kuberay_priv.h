/* kuberay_priv.h - internals of the simulated controllers; for kuberay*.c only. */
#ifndef RAYDECK_SIM_KUBERAY_PRIV_H
#define RAYDECK_SIM_KUBERAY_PRIV_H

#include "backends/base/stamp.h"
#include "backends/sim/kuberay.h"
#include "backends/sim/rng.h"

/* KubeRay limits the name, to leave room for the suffixes it appends. */
enum { KUBERAY_SERVICE_NAME_MAX = 47 };

enum app_state { APP_GONE, APP_DEPLOYING, APP_FAILED, APP_RUNNING };

struct kuberay {
    struct loop *loop;
    struct objects *objects;
    struct sched *sched;
    const struct templates *templates;
    struct kuberay_conf conf;
    struct rng rng;
    char ns[KUBERAY_NAME], name[KUBERAY_NAME]; /* of the RayService being reconciled */
    char cluster[KUBERAY_NAME], cluster_uid[RNG_UUID], storage_ns[RNG_UUID], service_uid[RNG_UUID], hash[33];
    char redis_address[64];
    char knode[KUBERAY_WORKERS + 1][KUBERAY_NAME], knode_ip[KUBERAY_WORKERS + 1][16];
    char instance[KUBERAY_WORKERS + 1][24], zone[KUBERAY_WORKERS + 1][16];
    struct sim_pod pods[KUBERAY_PODS];
    unsigned heads; /* created so far; determines their addresses */
    unsigned workers;
    struct sim_pod *head;
    struct sim_pod ghost; /* a head whose object was removed while its GCS still runs */
    cJSON *rayservice, *raycluster, *slices[3];
    enum app_state app;
    bool serve_runs;
    bool state_lost;                        /* the head's GCS knows of no application, though fault tolerance is on */
    bool deployed;                          /* the pods match the applied RayService */
    bool promoted;                          /* the pending RayCluster has become active */
    bool deleting;                          /* the RayCluster is being deleted */
    bool clean;                             /* it has no data in Redis (any more) */
    unsigned wanted, devices, devices_each; /* workers; Neuron devices per node, and per worker */
    char group[40];
    struct serve_config serve;
    cJSON *config; /* the spec that the RayCluster was created from, without replica counts; NULL: none yet */
    cJSON *job;
    struct kuberay *self;   /* its address identifies scheduled actions of namespaces */
    struct sim_pod cleaner; /* the Job's pod; object NULL: none */
};

/* kuberay.c */
bool kuberay_fault(const struct kuberay *k, enum fault f);
void cluster_name(struct kuberay *k);          /* name and UID of a new RayCluster */
uint64_t kuberay_now(const struct kuberay *k); /* wall clock */
void pod_notify(struct sim_pod *p, enum kuberay_notification what);
void pod_schedule_action(struct sim_pod *p, uint64_t ms, void (*run)(void *arg)); /* after ms, varied by the seed */
struct sim_pod *pod_new(struct kuberay *k, bool head, unsigned index);            /* named; not in the store yet */

/* kuberay_up.c */
void pod_create_replacement(struct kuberay *k, bool head, unsigned index); /* creates a new one */
void pod_containers_started(void *pod);                                    /* with the kubelet's events */
void pods_create(struct kuberay *k); /* the head and the workers of a new RayCluster */
void service_worker_ready(
    struct kuberay *k); /* a worker is ready (again): updates the RayService, and sets RUNNING if all are */

/* kuberay_place.c */
bool pod_schedule(struct sim_pod *p);                   /* false: FailedScheduling */
void pods_schedule_pending(struct kuberay *k);          /* retries pods that could not be scheduled */
unsigned devices_wanted(const cJSON *ray_cluster_spec); /* by a worker */

void head_started(void *pod);                      /* its container runs: a GCS starts */
bool head_gcs_answers(const struct kuberay *k);    /* what a worker's init container waits for */
bool head_serves_workers(const struct kuberay *k); /* Serve has a controller, which starts the workers' proxies */

/* kuberay_down.c */
void gcs_silent(struct sim_pod *p); /* it has exited */
void pod_object_gone(struct sim_pod *p);
void pod_set_deletion_timestamp(struct sim_pod *p, uint64_t grace_s); /* deletionTimestamp, the kubelet's event */

/* kuberay_check.c: why KubeRay refuses it (caller frees), or NULL. */
char *rayservice_refusal(const cJSON *service);

/* kuberay_operator.c */
void operator_resumes(struct kuberay *k);

/* kuberay_deploy.c */
void deploy_again(struct kuberay *k); /* Serve builds what had failed */
void deploy_begin(struct kuberay *k); /* the RayService is valid and has no RayCluster */
/* Writes the reason into the status of `service` (unless it runs) and into an event. */
void deploy_refused(struct kuberay *k, cJSON *service, const char *why);
void deploy_head_runs(struct kuberay *k);         /* Serve's configuration can be sent */
void deploy_worker_ready(struct kuberay *k);      /* may make the service ready */
unsigned workers_needed(const struct kuberay *k); /* by its replicas, at least */

/* kuberay_gone.c */
void service_deleted(struct kuberay *k); /* the RayService is marked */
void cluster_emptied(struct kuberay *k); /* a pod of a cluster being deleted was removed, possibly the last one */

/* kuberay_namespace.c */
bool namespace_deleting(struct kuberay *k, cJSON *ns);
bool namespace_goes(const struct kuberay *k, const char *name);

/* kuberay_restart.c */
void container_exits(struct sim_pod *p,
                     void (*restart)(void *pod)); /* the Ray container; restart: when it runs again */
void container_restarted(struct sim_pod *p);      /* another run of it has begun */

/* kuberay_lost.c */
enum loss { LOSS_GRACEFUL, LOSS_AT_ONCE, LOSS_EMPTY_REDIS, LOSS_PATIENCE, LOSS_UNREADY };
void workers_lost(struct kuberay *k, enum loss loss);

/* kuberay_template.c */
void pod_apply_template(struct kuberay *k, cJSON *pod, bool head);

/* kuberay_pod.c */
cJSON *pod_object(struct kuberay *k, const struct sim_pod *p); /* without status */
cJSON *pod_status(const struct sim_pod *p);
void pod_update_status(struct sim_pod *p);    /* writes the status of its stage; a MODIFIED event */
void workers_set_patience(struct kuberay *k); /* into their env, as a fault has it */

/* kuberay_status.c */
enum { SLICE_CLUSTER, SLICE_HEAD, SLICE_SERVE };
void place_objects(struct kuberay *k, uint64_t since_ms);   /* the K8s nodes, at start */
void cluster_objects(struct kuberay *k, uint64_t since_ms); /* all but the pods, of a service that runs */
void service_create(struct kuberay *k, int which, const char *created);
cJSON *applications_status(const struct kuberay *k, enum app_state app); /* NULL: none */
unsigned ready_workers(const struct kuberay *k);
void slices_update(struct kuberay *k, bool heads_only);
void raycluster_update_status(struct kuberay *k, const char *reason, const char *message);
void rayservice_update_status(struct kuberay *k, enum app_state app);

/* kuberay_base.c */
void base_objects(struct kuberay *k, uint64_t since_ms);

/* kuberay_endpoints.c: of a namespace's applied Services; `deleted` is about to be (NULL: none) */
void endpoints_update(struct kuberay *k, const char *ns, const cJSON *deleted);

/* kuberay_applied.c */
void rayservice_set_managed_fields(cJSON *service, uint64_t when_ms); /* as the operator's writes do */
void config_save(struct kuberay *k);        /* remembers the spec that the RayCluster matches now */
void adopt_next_service(struct kuberay *k); /* starts to reconcile a RayService that was refused, if any */

/* kuberay_event.c */
void event_by_controller(struct kuberay *k, const char *controller, const cJSON *about, const char *reason,
                         const char *action, const char *message);
void event_warning(struct kuberay *k, const char *controller, const cJSON *about, const char *reason,
                   const char *action, const char *message);
void event_by_kubelet(struct sim_pod *p, const char *container, const char *type, const char *reason,
                      const char *message);

#endif
