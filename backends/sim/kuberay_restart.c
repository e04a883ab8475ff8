/* kuberay_restart.c - a Ray container that exits by itself, and the kubelet's restarts of it, as recorded: the first at
 * once, later ones after a back-off that doubles. */
#include "backends/base/mem.h"
#include "backends/sim/kuberay_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NOTICED_MS = 1500, /* from the end of gcs_server to that of the head's container */
    GCS_PID = 57,      /* in the container */
    AGAIN_MS = 1000,   /* the first restart */
    SHOWN_MS = 4000,   /* from the exit to CrashLoopBackOff */
    SYNC_MS = 8000,    /* from the end of the back-off to the restart */
    BACKOFF_S = 10,    /* of the second restart */
    BACKOFF_MAX_S = 5 * 60,
    DOUBLINGS = 5
};

static unsigned backoff_of(const struct sim_pod *p)
{
    const unsigned doublings = p->restarts > DOUBLINGS ? DOUBLINGS : p->restarts - 1;
    const unsigned seconds = (unsigned)BACKOFF_S << doublings;
    return seconds < BACKOFF_MAX_S ? seconds : BACKOFF_MAX_S;
}

static void container_backs_off(void *arg)
{
    struct sim_pod *p = arg;
    struct kuberay *k = p->owner;
    p->backoff_s = backoff_of(p);
    pod_update_status(p);
    event_by_kubelet(p, p->head ? "head" : "worker", "Warning", "BackOff", "Back-off restarting failed container");
    if (p->head)
        raycluster_update_status(k, "CrashLoopBackOff",
                                 "containers with unready status: [head]; head: back-off restarting failed container");
}

void container_exits(struct sim_pod *p, void (*restart)(void *arg))
{
    struct kuberay *k = p->owner;
    p->crashed = true;
    p->backoff_s = 0;
    p->stage = POD_STARTED;
    p->stopped_ms = kuberay_now(k);
    p->serving = SERVING_NOT;
    pod_update_status(p);
    slices_update(k, p->head);
    if (p->deleting) return;
    if (!p->restarts) {
        pod_schedule_action(p, AGAIN_MS, restart);
        return;
    }
    sched_in(k->sched, SHOWN_MS, container_backs_off, p);
    pod_schedule_action(p, backoff_of(p) * 1000 + SYNC_MS, restart);
}

void container_restarted(struct sim_pod *p)
{
    p->crashed = false;
    p->backoff_s = 0;
    p->restarts++;
    memcpy(p->last_id, p->container_id[0], sizeof p->last_id);
    rng_hex(&p->owner->rng, p->container_id[0], 64);
    p->started_ms = kuberay_now(p->owner);
}

static void head_restarted(void *arg)
{
    struct sim_pod *p = arg;
    container_restarted(p);
    head_started(p);
}

void kuberay_head_exits(struct kuberay *k)
{
    struct sim_pod *p = k->head;
    if (!p || p->crashed || p->stage < POD_STARTED || p->stage == POD_FAILED) return;
    if (!p->deleting) sched_drop(k->sched, p);
    p->gcs = p->dashboard = false;
    k->serve_runs = false;
    container_exits(p, head_restarted);
    raycluster_update_status(k, "Error", "containers with unready status: [head]");
    rayservice_update_status(k, APP_GONE);
}

static void gcs_missed(void *arg)
{
    struct kuberay *k = arg;
    kuberay_head_exits(k);
    if (!k->conf.ft) workers_lost(k, LOSS_AT_ONCE);
}

unsigned kuberay_kill_gcs(struct kuberay *k)
{
    struct sim_pod *p = k->head;
    if (!p || !p->gcs || p->crashed) return 0;
    gcs_silent(p);
    sched_in(k->sched, NOTICED_MS, gcs_missed, k);
    return GCS_PID;
}
