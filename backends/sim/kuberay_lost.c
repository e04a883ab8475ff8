/* kuberay_lost.c - workers whose head dies without GCS fault tolerance. Recorded with and without a grace period. */
#include "backends/sim/kuberay_priv.h"

enum {
    /* after the head died at the end of its grace period */
    HANGS_MS = 18000,
    RESTARTS_MS = 31000,
    /* after a force delete */
    FAILS_MS = 4000,
    RESTARTS_NOW_MS = 20000,
    /* after the container's start */
    WORKER_AGAIN_MS = 11000,
};

static void worker_ready_again(void *arg)
{
    struct sim_pod *p = arg;
    p->serving = SERVING_OK;
    p->stage = POD_READY;
    p->ready_ms = kuberay_now(p->owner);
    pod_update_status(p);
    slices_update(p->owner, false);
    service_worker_ready(p->owner);
    pod_notify(p, KUBERAY_WORKER_RUNS);
}

static void worker_restarts(void *arg)
{
    struct sim_pod *p = arg;
    p->restarts++;
    p->stopped_ms = kuberay_now(p->owner);
    p->stage = POD_STARTED;
    p->started_ms = kuberay_now(p->owner);
    pod_notify(p, KUBERAY_WORKER_STOPS);
    pod_containers_started(p);
    pod_update_status(p);
    slices_update(p->owner, false);
    rayservice_update_status(p->owner, p->owner->app);
    pod_schedule_action(p, WORKER_AGAIN_MS, worker_ready_again);
}

/* The readiness probe fails. Recorded: after a force delete no endpoint is left within 4 s; after a graceful one the
 * worker hangs and stays Ready until its container exits. */
static void worker_fails(void *arg)
{
    struct sim_pod *p = arg;
    event_by_kubelet(p, "worker", "Warning", "Unhealthy", "Readiness probe failed: ");
    if (p->serving == SERVING_HANGS) return;
    p->serving = SERVING_503;
    p->stage = POD_STARTED;
    pod_update_status(p);
    slices_update(p->owner, false);
    rayservice_update_status(p->owner, p->owner->app);
}

static void worker_hangs(void *arg)
{
    struct sim_pod *p = arg;
    p->serving = SERVING_HANGS;
}

/* The new head has another cluster id, so raylets of the old cluster exit. */
void workers_lost(struct kuberay *k, bool graceful)
{
    for (size_t i = 0; i < KUBERAY_PODS; i++) {
        struct sim_pod *p = &k->pods[i];
        if (!p->used || p->head || p->deleting) continue;
        if (graceful) pod_schedule_action(p, HANGS_MS, worker_hangs);
        pod_schedule_action(p, graceful ? RESTARTS_MS - 1000 : FAILS_MS, worker_fails);
        pod_schedule_action(p, graceful ? RESTARTS_MS : RESTARTS_NOW_MS, worker_restarts);
    }
}
