/* The life of the pods: how they are made, deleted and made again. Delays are those of ray-mistral's two recorded head
 * kills (Kubernetes 1.34, KubeRay 1.7, Ray 2.60), varied a little by the seed. */
#include "backends/sim/kuberay.h"

#include "backends/base/mem.h"
#include "backends/sim/kuberay_own.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OWN_GRACE_S = 30,
    /* after a new head pod is there */
    BOUND_MS = 10,
    CREATING_MS = 30,
    PULLED_MS = 420,
    STARTED_MS = 680,
    /* after its containers run */
    DASHBOARD_MS = 9300,
    READY_MS = 11000,
    SERVE_RUNS_MS = 11400,
    SERVICE_RUNNING_MS = 12000,
    /* a worker pod's own start: its init container waits for the GCS, then the model is loaded */
    WORKER_INIT_MS = 11000,
    WORKER_READY_MS = 22000,
    /* the old GCS, after its pod was deleted without grace */
    OLD_GCS_MS = 2000,
    /* a container that ended by itself is started again after */
    BACKOFF_MS = 10000,
    /* without FT, the workers after the head's death: after a grace, and without one */
    HANGS_MS = 18000,
    RESTARTS_MS = 31000,
    FAILS_MS = 4000,
    RESTARTS_NOW_MS = 20000,
    WORKER_AGAIN_MS = 11000,
};

uint64_t kuberay_now(const struct kuberay *k)
{
    return loop_wall_ms(k->loop);
}

static void news(struct sim_pod *p, enum kuberay_news what)
{
    struct kuberay *k = p->owner;
    if (k->conf.news) k->conf.news(k->conf.arg, what, p);
}

static void later(struct sim_pod *p, uint64_t ms, void (*run)(void *arg))
{
    sched_in(p->owner->sched, rng_around(&p->owner->rng, ms, 6), run, p);
}

static struct sim_pod *pod_new(struct kuberay *k, bool head, unsigned index)
{
    struct sim_pod *p = NULL;
    for (size_t i = 0; i < KUBERAY_PODS && !p; i++)
        if (!k->pods[i].used) p = &k->pods[i];
    assert(p); /* a pod is made only for one that is gone */
    char tail[6];
    *p = (struct sim_pod){.owner = k, .used = true, .head = head, .index = index};
    rng_suffix(&k->rng, tail, 5);
    snprintf(p->name, sizeof p->name, "%.40s-%s-%s", k->cluster, head ? "head" : "inf2-worker", tail);
    rng_uuid(&k->rng, p->uid);
    rng_suffix(&k->rng, p->volume, 5);
    for (int i = 0; i < 2; i++) rng_hex(&k->rng, p->container_id[i], 64);
    snprintf(p->node, sizeof p->node, "%s", k->knode[head ? KUBERAY_WORKERS : index]);
    if (head)
        snprintf(p->ip, sizeof p->ip, "127.0.0.%u", 31 + k->heads++ % 9);
    else
        snprintf(p->ip, sizeof p->ip, "127.0.0.%u", 41 + k->workers++ % 50);
    p->created_ms = kuberay_now(k);
    if (head) k->head = p;
    return p;
}

/* ---- a head comes up --------------------------------------------------------------------------------------------- */

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
    pod_told(p);
    slices_told(p->owner, true);
    raycluster_told(p->owner, "HeadPodRunningAndReady", "");
    news(p, KUBERAY_HEAD_READY);
}

static void serve_runs(void *arg)
{
    struct sim_pod *p = arg;
    p->owner->serve_runs = true;
}

static void service_running(void *arg)
{
    struct sim_pod *p = arg;
    struct kuberay *k = p->owner;
    char text[2 * KUBERAY_NAME];
    snprintf(text, sizeof text, "Updated serve applications to the RayCluster " SIM_NS "/%s", k->cluster);
    if (!k->conf.ft)
        event_by_controller(k, "rayservice-controller", k->rayservice, "UpdatedServeApplications", "Update", text);
    rayservice_told(k, APP_RUNNING);
}

static void head_started(void *arg)
{
    struct sim_pod *p = arg;
    p->stage = POD_STARTED;
    p->started_ms = kuberay_now(p->owner);
    pod_told(p);
    slices_told(p->owner, true);
    raycluster_told(p->owner, "ContainersNotReady", "containers with unready status: [head]");
    p->gcs = true;
    news(p, KUBERAY_HEAD_STARTED);
    later(p, DASHBOARD_MS, head_dashboard);
    uint64_t ready = rng_around(&p->owner->rng, READY_MS, 6);
    sched_in(p->owner->sched, ready, head_ready, p);
    sched_in(p->owner->sched, ready + SERVE_RUNS_MS - READY_MS, serve_runs, p);
    sched_in(p->owner->sched, ready + SERVICE_RUNNING_MS - READY_MS, service_running, p);
}

static void head_again(void *arg)
{
    struct sim_pod *p = arg;
    p->crashed = false;
    p->restarts++;
    head_started(p);
}

void kuberay_head_exits(struct kuberay *k)
{
    struct sim_pod *p = k->head;
    if (!p || p->crashed || p->stage < POD_STARTED || p->stage == POD_FAILED) return;
    if (!p->deleting) sched_drop(k->sched, p);
    p->crashed = true;
    p->stage = POD_STARTED;
    p->stopped_ms = kuberay_now(k);
    p->serving = SERVING_NOT;
    p->gcs = p->dashboard = false;
    k->serve_runs = false;
    pod_told(p);
    slices_told(k, true);
    raycluster_told(k, "CrashLoopBackOff",
                    "containers with unready status: [head]; head: back-off restarting failed container");
    rayservice_told(k, APP_GONE);
    event_by_kubelet(p, "head", "Warning", "BackOff", "Back-off restarting failed container head");
    if (!p->deleting) later(p, BACKOFF_MS, head_again);
}

static void pulled(void *arg)
{
    static const char *const containers[] = {"head", "autoscaler"};
    struct sim_pod *p = arg;
    char text[128];
    for (size_t i = 0; i < (p->head ? 2 : 1); i++) {
        const char *c = p->head ? containers[i] : "worker";
        event_by_kubelet(
            p, c, "Normal", "Pulled",
            "Container image \"public.ecr.aws/data-on-eks/ray2.60.0-py310-mistral7b-neuron:2.60.0\" already "
            "present on machine");
        snprintf(text, sizeof text, "Created container: %s", c);
        event_by_kubelet(p, c, "Normal", "Created", text);
        snprintf(text, sizeof text, "Started container %s", c);
        event_by_kubelet(p, c, "Normal", "Started", text);
    }
}

static void creating(void *arg)
{
    struct sim_pod *p = arg;
    p->stage = POD_CREATING;
    pod_told(p);
    if (p->head)
        raycluster_told(p->owner, "ContainerCreating",
                        "containers with unready status: [head autoscaler]; head: ; autoscaler: ");
}

static void bound(void *arg)
{
    struct sim_pod *p = arg;
    struct kuberay *k = p->owner;
    char text[2 * KUBERAY_NAME + 64];
    p->stage = POD_BOUND;
    pod_told(p);
    snprintf(text, sizeof text, "Successfully assigned " SIM_NS "/%s to %s", p->name, p->node);
    event_by_controller(k, "default-scheduler", p->object, "Scheduled", "Binding", text);
    if (p->head) raycluster_told(k, "Unknown", "");
}

/* KubeRay makes a pod in place of one that is gone. */
static struct sim_pod *pod_made(struct kuberay *k, bool head, unsigned index)
{
    struct sim_pod *p = pod_new(k, head, index);
    char text[KUBERAY_NAME + 64];
    p->object = pod_object(k, p);
    cJSON_ReplaceItemInObjectCaseSensitive(p->object, "status", pod_status(p));
    objects_put(k->objects, SIM_POD, p->object);
    snprintf(text, sizeof text, "Created %s Pod " SIM_NS "/%s", head ? "head" : "worker", p->name);
    event_by_controller(k, "raycluster-controller", k->raycluster, head ? "CreatedHeadPod" : "CreatedWorkerPod",
                        "Create", text);
    later(p, BOUND_MS, bound);
    later(p, CREATING_MS, creating);
    return p;
}

static void head_made(struct kuberay *k)
{
    struct sim_pod *p = pod_made(k, true, 0);
    later(p, PULLED_MS, pulled);
    later(p, STARTED_MS, head_started);
}

/* ---- a worker comes up ------------------------------------------------------------------------------------------- */

static void worker_ready(void *arg)
{
    struct sim_pod *p = arg;
    struct kuberay *k = p->owner;
    p->stage = POD_READY;
    p->ready_ms = kuberay_now(k);
    p->serving = SERVING_OK;
    pod_told(p);
    slices_told(k, false);
    raycluster_told(k, k->head && k->head->stage == POD_READY ? "HeadPodRunningAndReady" : "ContainersNotReady", "");
    rayservice_told(k, k->app);
    news(p, KUBERAY_WORKER_RUNS);
}

static void worker_started(void *arg)
{
    struct sim_pod *p = arg;
    p->stage = POD_STARTED;
    p->started_ms = kuberay_now(p->owner);
    pulled(p);
    pod_told(p);
    later(p, WORKER_READY_MS, worker_ready);
}

static void worker_made(struct kuberay *k, unsigned index)
{
    struct sim_pod *p = pod_made(k, false, index);
    later(p, WORKER_INIT_MS, worker_started);
}

/* ---- without fault tolerance the workers restart ----------------------------------------------------------------- */

static void worker_again(void *arg)
{
    struct sim_pod *p = arg;
    p->serving = SERVING_OK;
    p->stage = POD_READY;
    p->ready_ms = kuberay_now(p->owner);
    pod_told(p);
    slices_told(p->owner, false);
    rayservice_told(p->owner, p->owner->app);
    news(p, KUBERAY_WORKER_RUNS);
}

static void worker_restarts(void *arg)
{
    struct sim_pod *p = arg;
    p->restarts++;
    p->stopped_ms = kuberay_now(p->owner);
    p->stage = POD_STARTED;
    p->started_ms = kuberay_now(p->owner);
    news(p, KUBERAY_WORKER_STOPS);
    pulled(p);
    pod_told(p);
    slices_told(p->owner, false);
    rayservice_told(p->owner, p->owner->app);
    later(p, WORKER_AGAIN_MS, worker_again);
}

static void worker_fails(void *arg)
{
    struct sim_pod *p = arg;
    event_by_kubelet(p, "worker", "Warning", "Unhealthy", "Readiness probe failed: ");
    p->serving = p->serving == SERVING_HANGS ? SERVING_HANGS : SERVING_503;
}

static void worker_hangs(void *arg)
{
    struct sim_pod *p = arg;
    p->serving = SERVING_HANGS;
}

/* The head is gone and with it the cluster's identity: raylets find another one, and exit. */
static void workers_lost(struct kuberay *k, bool graceful)
{
    for (size_t i = 0; i < KUBERAY_PODS; i++) {
        struct sim_pod *p = &k->pods[i];
        if (!p->used || p->head || p->deleting) continue;
        if (graceful) later(p, HANGS_MS, worker_hangs);
        later(p, graceful ? RESTARTS_MS - 1000 : FAILS_MS, worker_fails);
        later(p, graceful ? RESTARTS_MS : RESTARTS_NOW_MS, worker_restarts);
    }
}

/* ---- a pod goes -------------------------------------------------------------------------------------------------- */

static void gcs_silent(struct sim_pod *p)
{
    if (!p->gcs) return;
    p->gcs = false;
    news(p, KUBERAY_GCS_SILENT);
}

/* The old GCS outlives a pod object that was deleted without grace; its place in the table is taken by then. */
static void old_gcs_silent(void *arg)
{
    gcs_silent(arg);
}

static void pod_object_gone(struct sim_pod *p)
{
    struct kuberay *k = p->owner;
    sched_drop(k->sched, p);
    objects_delete(k->objects, SIM_POD, p->object);
    p->object = NULL;
    p->used = false;
    if (k->head == p) k->head = NULL;
}

static void pod_replaced(struct kuberay *k, bool head, unsigned index)
{
    if (head) {
        head_made(k);
    } else {
        worker_made(k, index);
        raycluster_told(k, k->head && k->head->stage == POD_READY ? "HeadPodRunningAndReady" : "ContainersNotReady",
                        "");
        rayservice_told(k, k->app);
    }
}

static void set_grace(struct sim_pod *p, uint64_t grace_s)
{
    cJSON *meta = cJSON_GetObjectItemCaseSensitive(p->object, "metadata");
    cJSON_DeleteItemFromObjectCaseSensitive(meta, "deletionGracePeriodSeconds");
    cJSON_AddNumberToObject(meta, "deletionGracePeriodSeconds", (double)grace_s);
}

static void removed(void *arg)
{
    struct sim_pod *p = arg;
    struct kuberay *k = p->owner;
    bool head = p->head;
    unsigned index = p->index;
    set_grace(p, 0);
    objects_changed(k->objects, SIM_POD, p->object);
    pod_object_gone(p);
    pod_replaced(k, head, index);
}

static void deleted_event(struct sim_pod *p)
{
    struct kuberay *k = p->owner;
    char text[640], started[STAMP_TEXT_MAX], ended[STAMP_TEXT_MAX];
    stamp_iso(started, p->started_ms);
    stamp_iso(ended, p->deleted_ms);
    started[10] = ended[10] = ' ';
    started[19] = ended[19] = '\0';
    snprintf(text, sizeof text,
             "Deleted %s Pod " SIM_NS "/%s; Pod status: Failed; Pod restart policy: Always; Ray container terminated "
             "status: &ContainerStateTerminated{ExitCode:137,Signal:0,Reason:Error,Message:,StartedAt:%s +0000 UTC,"
             "FinishedAt:%s +0000 UTC,ContainerID:containerd://%s,}",
             p->head ? "head" : "worker", p->name, started, ended, p->container_id[0]);
    event_by_controller(k, "raycluster-controller", k->raycluster, p->head ? "DeletedHeadPod" : "DeletedWorkerPod",
                        "Delete", text);
}

/* The grace is over: the containers are killed. */
static void grace_over(void *arg)
{
    struct sim_pod *p = arg;
    struct kuberay *k = p->owner;
    bool started = p->stage == POD_STARTED || p->stage == POD_READY;
    p->stage = started ? POD_FAILED : p->stage;
    p->deleted_ms = kuberay_now(k);
    p->serving = SERVING_NOT;
    p->dashboard = false;
    sched_drop(k->sched, p);
    if (p->head) k->serve_runs = false;
    gcs_silent(p);
    if (!p->head) news(p, KUBERAY_WORKER_STOPS);
    pod_told(p);
    slices_told(k, p->head);
    if (started) deleted_event(p);
    if (p->head) {
        raycluster_told(k, "PodFailed", "");
        rayservice_told(k, APP_GONE);
        if (!k->conf.ft) workers_lost(k, true);
    }
    later(p, 340, removed);
}

static void told_again(void *arg)
{
    pod_told(arg);
}

static void mark_deleting(struct sim_pod *p, uint64_t grace_s)
{
    struct kuberay *k = p->owner;
    char when[STAMP_TEXT_MAX];
    cJSON *meta = cJSON_GetObjectItemCaseSensitive(p->object, "metadata");
    p->deleted_ms = kuberay_now(k);
    p->grace_s = grace_s;
    cJSON_DeleteItemFromObjectCaseSensitive(meta, "deletionTimestamp");
    cJSON_AddStringToObject(meta, "deletionTimestamp", stamp_iso(when, p->deleted_ms + grace_s * 1000));
    set_grace(p, grace_s);
    cJSON_ReplaceItemInObjectCaseSensitive(meta, "generation", cJSON_CreateNumber(2));
    objects_changed(k->objects, SIM_POD, p->object);
    p->deleting = true;
    slices_told(k, p->head);
    event_by_kubelet(p, p->head ? "head" : "worker", "Normal", "Killing",
                     p->head ? "Stopping container head" : "Stopping container worker");
}

/* Without grace the object goes at once, and the replacement comes at once. */
static void delete_now(void *arg)
{
    struct sim_pod *p = arg;
    struct kuberay *k = p->owner;
    bool head = p->head;
    unsigned index = p->index;
    p->serving = SERVING_NOT;
    if (!head) news(p, KUBERAY_WORKER_STOPS);
    pod_object_gone(p);
    if (p->gcs) {
        sched_drop(k->sched, &k->ghost);
        gcs_silent(&k->ghost);
        k->ghost = *p;
        sched_in(k->sched, OLD_GCS_MS, old_gcs_silent, &k->ghost);
    }
    slices_told(k, head);
    if (head) {
        k->serve_runs = false;
        if (!k->conf.ft) workers_lost(k, false);
    }
    pod_replaced(k, head, index);
    if (head) rayservice_told(k, APP_GONE);
}

const cJSON *kuberay_delete_pod(struct kuberay *k, const char *name, int64_t grace_s)
{
    struct sim_pod *p = NULL;
    for (size_t i = 0; i < KUBERAY_PODS; i++)
        if (k->pods[i].used && strcmp(k->pods[i].name, name) == 0) p = &k->pods[i];
    if (!p) return NULL;
    uint64_t grace = grace_s < 0 ? OWN_GRACE_S : (uint64_t)grace_s;
    if (p->deleting && grace >= p->grace_s) return p->object;
    mark_deleting(p, grace);
    sched_drop(k->sched, p);
    if (grace == 0) {
        sched_in(k->sched, 10, delete_now, p);
    } else {
        sched_in(k->sched, 35, told_again, p);
        sched_in(k->sched, grace * 1000 + 250, grace_over, p);
    }
    return p->object;
}

/* ---- at start ---------------------------------------------------------------------------------------------------- */

static void pod_aged(struct kuberay *k, bool head, unsigned index, uint64_t since_ms)
{
    struct sim_pod *p = pod_new(k, head, index);
    p->created_ms = since_ms;
    p->started_ms = since_ms + (head ? 1000 : 13000);
    p->ready_ms = since_ms + (head ? 12000 : 35000);
    p->stage = POD_READY;
    p->serving = SERVING_OK;
    p->gcs = p->dashboard = head;
    p->object = pod_object(k, p);
    cJSON_ReplaceItemInObjectCaseSensitive(p->object, "status", pod_status(p));
    objects_put(k->objects, SIM_POD, p->object);
}

static void name_places(struct kuberay *k)
{
    static const char *const nodes[] = {"ip-100-64-31-7", "ip-100-64-47-3", "ip-100-64-90-12"};
    static const char *const ips[] = {"100.64.31.7", "100.64.47.3", "100.64.90.12"};
    static const char *const zones[] = {"us-west-2b", "us-west-2c", "us-west-2b"};
    for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
        char id[18];
        rng_hex(&k->rng, id, 15);
        snprintf(k->knode[i], sizeof k->knode[i], "%s.us-west-2.compute.internal", nodes[i]);
        snprintf(k->knode_ip[i], sizeof k->knode_ip[i], "%s", ips[i]);
        snprintf(k->zone[i], sizeof k->zone[i], "%s", zones[i]);
        snprintf(k->instance[i], sizeof k->instance[i], "i-0%s", id);
    }
    char tail[6];
    rng_suffix(&k->rng, tail, 5);
    snprintf(k->cluster, sizeof k->cluster, SIM_NAME "-%s", tail);
    rng_uuid(&k->rng, k->cluster_uid);
    rng_uuid(&k->rng, k->service_uid);
    rng_hex(&k->rng, k->hash, 32);
    for (char *c = k->hash; *c; c++) *c = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
    snprintf(k->redis_address, sizeof k->redis_address, "redis://127.0.0.1:%u", k->conf.redis_port);
}

struct kuberay *kuberay_new(struct loop *l, struct objects *o, struct sched *s, const struct templates *t,
                            const struct kuberay_conf *conf)
{
    struct kuberay *k = mem_zero(1, sizeof *k);
    k->loop = l;
    k->objects = o;
    k->sched = s;
    k->templates = t;
    k->conf = *conf;
    rng_init(&k->rng, conf->seed);
    uint64_t since = conf->now_ms - KUBERAY_AGE_MS;
    name_places(k);
    cluster_objects(k, since);
    k->serve_runs = true;
    for (unsigned i = 0; i < KUBERAY_WORKERS; i++) pod_aged(k, false, i, since + 2000);
    pod_aged(k, true, 0, conf->now_ms - KUBERAY_HEAD_AGE_MS);
    slices_told(k, false);
    raycluster_told(k, "HeadPodRunningAndReady", "");
    rayservice_told(k, APP_RUNNING);
    k->conf.redis_user = k->conf.redis_password = NULL;
    return k;
}

void kuberay_free(struct kuberay *k)
{
    free(k);
}
