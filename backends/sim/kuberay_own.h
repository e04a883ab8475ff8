/* kuberay_own.h - what the files of the cluster's state machine share. Included by kuberay*.c alone. */
#ifndef RAYDECK_SIM_KUBERAY_OWN_H
#define RAYDECK_SIM_KUBERAY_OWN_H

#include "backends/base/stamp.h"
#include "backends/sim/kuberay.h"
#include "backends/sim/rng.h"

#define SIM_NS "mistral"
#define SIM_NAME "mistral"

enum app_state { APP_GONE, APP_DEPLOYING, APP_RUNNING };

struct kuberay {
    struct loop *loop;
    struct objects *objects;
    struct sched *sched;
    const struct templates *templates;
    struct kuberay_conf conf;
    struct rng rng;
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
};

/* kuberay.c */
uint64_t kuberay_now(const struct kuberay *k); /* wall clock */
void pod_news(struct sim_pod *p, enum kuberay_news what);
void pod_later(struct sim_pod *p, uint64_t ms, void (*run)(void *arg)); /* about so long, by the seed */
struct sim_pod *pod_new(struct kuberay *k, bool head, unsigned index);  /* named, with nothing in the store yet */

/* kuberay_up.c */
void pod_replaced(struct kuberay *k, bool head, unsigned index); /* a new one is made */
void pod_containers_started(void *pod);                          /* the kubelet's events of it */

/* kuberay_lost.c */
void workers_lost(struct kuberay *k, bool graceful);

/* kuberay_pod.c */
cJSON *pod_object(struct kuberay *k, const struct sim_pod *p); /* without status */
cJSON *pod_status(const struct sim_pod *p);
void pod_told(struct sim_pod *p); /* its object gets the status of its stage, and is MODIFIED */

/* kuberay_status.c */
enum { SLICE_CLUSTER, SLICE_HEAD, SLICE_SERVE };
void cluster_objects(struct kuberay *k, uint64_t since_ms); /* all but the pods, at start */
void slices_told(struct kuberay *k, bool heads_only);
void raycluster_told(struct kuberay *k, const char *reason, const char *message);
void rayservice_told(struct kuberay *k, enum app_state app);

/* kuberay_base.c */
void base_objects(struct kuberay *k, uint64_t since_ms);

/* kuberay_applied.c */
void rayservice_owned(cJSON *service, uint64_t when_ms); /* the operator has written its fields */

/* kuberay_event.c */
void event_by_controller(struct kuberay *k, const char *controller, const cJSON *about, const char *reason,
                         const char *action, const char *message);
void event_by_kubelet(struct sim_pod *p, const char *container, const char *type, const char *reason,
                      const char *message);

#endif
