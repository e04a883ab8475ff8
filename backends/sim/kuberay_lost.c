/* kuberay_lost.c - workers that do not live through the loss of a head: without GCS fault tolerance, with a Redis that
 * came back empty, or by a fault. Delays as recorded. */
#include "backends/sim/kuberay_priv.h"

enum {
    /* after the container started; the readiness probe succeeds later than requests do */
    PROXY_AGAIN_MS = 9500,
    READY_AGAIN_MS = 1500,
    WAITS_MS = 500 /* until the next check of what it waits for */
};

/* When workers hang (0: never), fail the readiness probe and exit (0: never): after the head died, after the GCS of an
 * empty Redis has registered its head, or after Serve is back. */
static const struct {
    uint64_t hangs_ms, fails_ms, exits_ms;
} delays[] = {
    [LOSS_GRACEFUL] = {18000, 30000, 31000}, [LOSS_AT_ONCE] = {0, 4000, 20000}, [LOSS_EMPTY_REDIS] = {0, 5000, 12000},
    [LOSS_PATIENCE] = {0, 60200, 61000},     [LOSS_UNREADY] = {0, 1000, 0},
};

static void worker_ready_again(void *arg)
{
    struct sim_pod *p = arg;
    p->stage = POD_READY;
    p->ready_ms = kuberay_now(p->owner);
    pod_update_status(p);
    slices_update(p->owner, false);
    service_worker_ready(p->owner);
    pod_notify(p, KUBERAY_WORKER_RUNS);
}

/* No proxy is started while Serve has no controller. */
static void worker_proxy_again(void *arg)
{
    struct sim_pod *p = arg;
    if (!head_serves_workers(p->owner)) {
        pod_schedule_action(p, WAITS_MS, worker_proxy_again);
        return;
    }
    p->serving = SERVING_OK;
    pod_schedule_action(p, READY_AGAIN_MS, worker_ready_again);
}

static void worker_restarted(void *arg)
{
    struct sim_pod *p = arg;
    container_restarted(p);
    pod_containers_started(p);
    pod_update_status(p);
    pod_schedule_action(p, PROXY_AGAIN_MS, worker_proxy_again);
}

static void worker_exits(void *arg)
{
    struct sim_pod *p = arg;
    pod_notify(p, KUBERAY_WORKER_STOPS);
    container_exits(p, worker_restarted);
    rayservice_update_status(p->owner, p->owner->app);
}

/* The readiness probe fails. Recorded: after a force delete no endpoint is left within 4 s; after a graceful one the
 * worker hangs and stays Ready until its container exits; with an empty Redis its own proxy answers until then. */
static void worker_fails(void *arg)
{
    struct sim_pod *p = arg;
    event_by_kubelet(p, "worker", "Warning", "Unhealthy", "Readiness probe failed: ");
    if (p->serving == SERVING_HANGS) return;
    if (!p->owner->state_lost) p->serving = SERVING_503;
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

/* The new head has another cluster id, so raylets of the old cluster exit. Workers that are starting wait, and stay. */
void workers_lost(struct kuberay *k, enum loss loss)
{
    for (size_t i = 0; i < KUBERAY_PODS; i++) {
        struct sim_pod *p = &k->pods[i];
        bool serves = p->serving == SERVING_OK || p->serving == SERVING_HANGS;
        if (!p->used || p->head || p->deleting || !serves) continue;
        sched_drop(k->sched, p); /* of a head that was lost before */
        if (delays[loss].hangs_ms) pod_schedule_action(p, delays[loss].hangs_ms, worker_hangs);
        pod_schedule_action(p, delays[loss].fails_ms, worker_fails);
        if (delays[loss].exits_ms) pod_schedule_action(p, delays[loss].exits_ms, worker_exits);
    }
}

void kuberay_state_lost(struct kuberay *k)
{
    k->state_lost = true;
    workers_lost(k, LOSS_EMPTY_REDIS);
}
