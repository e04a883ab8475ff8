/* kuberay_up.c - starts a pod: created, bound, containers started, ready. Delays are those of two recorded head kills
 * (Kubernetes 1.34, KubeRay 1.7, Ray 2.60), varied by the seed. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/kuberay_priv.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    /* after the head pod was created */
    BOUND_MS = 10,
    TRIED_MS = 60, /* an unschedulable pod, after a node has room */
    CREATING_MS = 30,
    PULLED_MS = 420,
    STARTED_MS = 680,
    /* after its containers started */
    DASHBOARD_MS = 9300,
    READY_MS = 11000,
    SERVE_RUNS_MS = 11400,
    SERVICE_RUNNING_MS = 12000,
    /* a worker pod: its init container waits for the GCS, then the model is loaded */
    WORKER_INIT_MS = 11000,
    WORKER_WAITS_MS = 500, /* until it looks again */
    WORKER_READY_MS = 22000,
    /* of faults */
    SLOW_PULL_MS = 80000,
    CRASH_MS = 1500, /* after the container started */
};

/* ---- head pod ---------------------------------------------------------------------------------------------------- */

static void head_dashboard(void *arg)
{
    struct sim_pod *p = arg;
    p->dashboard = true;
}

static void head_ready(void *arg)
{
    struct sim_pod *p = arg;
    p->stage = POD_READY;
    p->ready_ms = kuberay_now(p->owner);
    p->serving = SERVING_OK;
    pod_update_status(p);
    slices_update(p->owner, true);
    raycluster_update_status(p->owner, "HeadPodRunningAndReady", "");
    pod_notify(p, KUBERAY_HEAD_READY);
}

static void serve_runs(void *arg)
{
    struct sim_pod *p = arg;
    p->owner->serve_runs = true;
    if (kuberay_fault(p->owner, FAULT_WORKERS_NOT_READY)) workers_lost(p->owner, LOSS_UNREADY);
}

static void service_running(void *arg)
{
    struct sim_pod *p = arg;
    struct kuberay *k = p->owner;
    char text[3 * KUBERAY_NAME];
    if (!k->promoted) {
        deploy_head_runs(k);
        return;
    }
    snprintf(text, sizeof text, "Updated serve applications to the RayCluster %s/%s", k->ns, k->cluster);
    if (k->conf.ft && !k->state_lost) {
        rayservice_update_status(k, APP_RUNNING);
        return;
    }
    /* A new GCS has no application: KubeRay sends the configuration again. */
    event_by_controller(k, "rayservice-controller", k->rayservice, "UpdatedServeApplications", "Update", text);
    rayservice_update_status(k, APP_DEPLOYING);
}

void service_worker_ready(struct kuberay *k)
{
    bool whole = k->promoted && k->app == APP_DEPLOYING && ready_workers(k) >= workers_needed(k);
    if (whole) k->state_lost = false;
    rayservice_update_status(k, whole ? APP_RUNNING : k->app);
}

static void head_crashes(void *arg)
{
    struct sim_pod *p = arg;
    gcs_silent(p);
    kuberay_head_exits(p->owner);
}

void head_started(void *arg)
{
    struct sim_pod *p = arg;
    p->stage = POD_STARTED;
    p->started_ms = kuberay_now(p->owner);
    pod_update_status(p);
    slices_update(p->owner, true);
    raycluster_update_status(p->owner, "ContainersNotReady", "containers with unready status: [head]");
    p->gcs = true;
    pod_notify(p, KUBERAY_HEAD_STARTED);
    if (kuberay_fault(p->owner, FAULT_HEAD_CRASH_LOOP)) {
        pod_schedule_action(p, CRASH_MS, head_crashes);
        return;
    }
    pod_schedule_action(p, DASHBOARD_MS, head_dashboard);
    uint64_t ready = rng_around(&p->owner->rng, READY_MS, 6);
    sched_in(p->owner->sched, ready, head_ready, p);
    sched_in(p->owner->sched, ready + SERVE_RUNS_MS - READY_MS, serve_runs, p);
    sched_in(p->owner->sched, ready + SERVICE_RUNNING_MS - READY_MS, service_running, p);
}

void pod_containers_started(void *arg)
{
    struct sim_pod *p = arg;
    JSON_EACH (container, json_path(p->object, "spec.containers")) {
        const char *name = json_str(container, "name"), *image = json_str(container, "image");
        char *text = mem_printf("Container image \"%s\" already present on machine", image ? image : "");
        event_by_kubelet(p, name, "Normal", "Pulled", text);
        free(text);
        text = mem_printf("Created container: %s", name);
        event_by_kubelet(p, name, "Normal", "Created", text);
        free(text);
        text = mem_printf("Started container %s", name);
        event_by_kubelet(p, name, "Normal", "Started", text);
        free(text);
    }
}

static void pod_creating(void *arg)
{
    struct sim_pod *p = arg;
    p->stage = POD_CREATING;
    pod_update_status(p);
    if (p->head)
        raycluster_update_status(p->owner, "ContainerCreating",
                                 "containers with unready status: [head autoscaler]; head: ; autoscaler: ");
}

static void worker_started(void *arg);

/* Schedules the steps after binding. */
static void schedule_start(struct sim_pod *p)
{
    const uint64_t pull_ms = kuberay_fault(p->owner, FAULT_SHORT_PATIENCE) ? SLOW_PULL_MS : 0;
    pod_schedule_action(p, CREATING_MS - BOUND_MS, pod_creating);
    if (p->head) {
        pod_schedule_action(p, pull_ms + PULLED_MS - BOUND_MS, pod_containers_started);
        pod_schedule_action(p, pull_ms + STARTED_MS - BOUND_MS, head_started);
    } else {
        pod_schedule_action(p, WORKER_INIT_MS - BOUND_MS, worker_started);
    }
}

static void pod_bound(void *arg)
{
    struct sim_pod *p = arg;
    struct kuberay *k = p->owner;
    char text[4 * KUBERAY_NAME];
    if (!pod_schedule(p)) return;
    p->stage = POD_BOUND;
    pod_update_status(p);
    snprintf(text, sizeof text, "Successfully assigned %s/%s to %s", k->ns, p->name, p->node);
    event_by_controller(k, "default-scheduler", p->object, "Scheduled", "Binding", text);
    if (p->head) raycluster_update_status(k, "Unknown", "");
    schedule_start(p);
}

void pods_schedule_pending(struct kuberay *k)
{
    for (size_t i = 0; i < KUBERAY_PODS; i++) {
        struct sim_pod *p = &k->pods[i];
        if (p->used && p->refused && !p->deleting) pod_schedule_action(p, TRIED_MS, pod_bound);
    }
}

static void storage_ns_name(struct kuberay *k)
{
    const bool wrong = kuberay_fault(k, FAULT_WRONG_NAMESPACE);
    snprintf(k->storage_ns, sizeof k->storage_ns, "%s", wrong ? "mistral-blue" : k->cluster_uid);
}

/* KubeRay creates a pod, the first one or a replacement. */
static void create_pod(struct kuberay *k, bool head, unsigned index)
{
    struct sim_pod *p = pod_new(k, head, index);
    char text[3 * KUBERAY_NAME];
    if (head) storage_ns_name(k);
    p->object = pod_object(k, p);
    cJSON_ReplaceItemInObjectCaseSensitive(p->object, "status", pod_status(p));
    objects_put(k->objects, SIM_POD, p->object);
    snprintf(text, sizeof text, "Created %s Pod %s/%s", head ? "head" : "worker", k->ns, p->name);
    event_by_controller(k, "raycluster-controller", k->raycluster, head ? "CreatedHeadPod" : "CreatedWorkerPod",
                        "Create", text);
    pod_schedule_action(p, BOUND_MS, pod_bound);
}

void pods_create(struct kuberay *k)
{
    create_pod(k, true, 0);
    for (unsigned i = 0; i < k->wanted; i++) create_pod(k, false, i);
}

/* ---- worker pod -------------------------------------------------------------------------------------------------- */

bool head_gcs_answers(const struct kuberay *k)
{
    return k->head && k->head->gcs && k->head->dashboard;
}

bool head_serves_workers(const struct kuberay *k)
{
    return k->head && k->serve_runs;
}

static void worker_ready(void *arg)
{
    struct sim_pod *p = arg;
    struct kuberay *k = p->owner;
    if (!head_serves_workers(k)) { /* no proxy is started there, which its readiness probe asks */
        pod_schedule_action(p, WORKER_WAITS_MS, worker_ready);
        return;
    }
    p->stage = POD_READY;
    p->ready_ms = kuberay_now(k);
    p->serving = SERVING_OK;
    pod_update_status(p);
    slices_update(k, false);
    raycluster_update_status(
        k, k->head && k->head->stage == POD_READY ? "HeadPodRunningAndReady" : "ContainersNotReady", "");
    service_worker_ready(k);
    pod_notify(p, KUBERAY_WORKER_RUNS);
    deploy_worker_ready(k);
}

static void worker_started(void *arg)
{
    struct sim_pod *p = arg;
    if (!head_gcs_answers(p->owner)) {
        pod_schedule_action(p, WORKER_WAITS_MS, worker_started);
        return;
    }
    p->stage = POD_STARTED;
    p->started_ms = kuberay_now(p->owner);
    pod_containers_started(p);
    pod_update_status(p);
    pod_schedule_action(p, WORKER_READY_MS, worker_ready);
}

void pod_create_replacement(struct kuberay *k, bool head, unsigned index)
{
    if (k->deleting) {
        cluster_emptied(k);
        return;
    }
    if (kuberay_fault(k, FAULT_OPERATOR_DOWN)) return;
    create_pod(k, head, index);
    if (!head) {
        pods_schedule_pending(k);
        raycluster_update_status(
            k, k->head && k->head->stage == POD_READY ? "HeadPodRunningAndReady" : "ContainersNotReady", "");
        rayservice_update_status(k, k->app);
    }
}
