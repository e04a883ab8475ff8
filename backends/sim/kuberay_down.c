/* kuberay_down.c - deletes a pod, after its grace period or at once, and creates the replacement. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/kuberay_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OWN_GRACE_S = 30,
    REMOVED_MS = 340, /* after its containers were killed */
    OLD_GCS_MS = 2000 /* heartbeats of a GCS whose pod was force-deleted */
};

void gcs_silent(struct sim_pod *p)
{
    if (!p->gcs) return;
    p->gcs = false;
    pod_notify(p, KUBERAY_GCS_SILENT);
    if (kuberay_fault(p->owner, FAULT_SHORT_PATIENCE)) workers_lost(p->owner, LOSS_PATIENCE);
}

/* The old GCS outlives the object of a force-deleted pod, whose slot is already reused: hence `ghost`. */
static void old_gcs_silent(void *arg)
{
    gcs_silent(arg);
}

void pod_object_gone(struct sim_pod *p)
{
    struct kuberay *k = p->owner;
    sched_drop(k->sched, p);
    objects_delete(k->objects, SIM_POD, p->object);
    p->object = NULL;
    p->used = false;
    if (k->head == p) k->head = NULL;
}

static void set_grace(struct sim_pod *p, uint64_t grace_s)
{
    cJSON *meta = cJSON_GetObjectItemCaseSensitive(p->object, "metadata");
    cJSON_DeleteItemFromObjectCaseSensitive(meta, "deletionGracePeriodSeconds");
    cJSON_AddNumberToObject(meta, "deletionGracePeriodSeconds", (double)grace_s);
}

static void on_pod_removed(void *arg)
{
    struct sim_pod *p = arg;
    struct kuberay *k = p->owner;
    bool head = p->head;
    unsigned index = p->index;
    set_grace(p, 0);
    objects_changed(k->objects, SIM_POD, p->object);
    pod_object_gone(p);
    pod_create_replacement(k, head, index);
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
             "Deleted %s Pod %s/%s; Pod status: Failed; Pod restart policy: Always; Ray container terminated "
             "status: &ContainerStateTerminated{ExitCode:137,Signal:0,Reason:Error,Message:,StartedAt:%s +0000 UTC,"
             "FinishedAt:%s +0000 UTC,ContainerID:containerd://%s,}",
             p->head ? "head" : "worker", k->ns, p->name, started, ended, p->container_id[0]);
    event_by_controller(k, "raycluster-controller", k->raycluster, p->head ? "DeletedHeadPod" : "DeletedWorkerPod",
                        "Delete", text);
}

/* The grace period has passed: the kubelet kills the containers. */
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
    if (!p->head) pod_notify(p, KUBERAY_WORKER_STOPS);
    pod_update_status(p);
    slices_update(k, p->head);
    if (started) deleted_event(p);
    if (p->head) {
        raycluster_update_status(k, "PodFailed", "");
        rayservice_update_status(k, APP_GONE);
        if (!k->conf.ft) workers_lost(k, LOSS_GRACEFUL);
    }
    pod_schedule_action(p, REMOVED_MS, on_pod_removed);
}

static void pod_status_again(void *arg)
{
    pod_update_status(arg);
}

void pod_set_deletion_timestamp(struct sim_pod *p, uint64_t grace_s)
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
    slices_update(k, p->head);
    const cJSON *containers = json_path(p->object, "spec.containers");
    for (int i = cJSON_GetArraySize(containers); i > 0; i--) {
        const char *name = json_str(cJSON_GetArrayItem(containers, i - 1), "name");
        char *text = mem_printf("Stopping container %s", name);
        event_by_kubelet(p, name, "Normal", "Killing", text);
        free(text);
    }
}

/* A force delete (grace 0) removes the object at once; the replacement follows at once. */
static void delete_now(void *arg)
{
    struct sim_pod *p = arg;
    struct kuberay *k = p->owner;
    bool head = p->head;
    unsigned index = p->index;
    p->serving = SERVING_NOT;
    if (!head) pod_notify(p, KUBERAY_WORKER_STOPS);
    pod_object_gone(p);
    if (p->gcs) {
        sched_drop(k->sched, &k->ghost);
        gcs_silent(&k->ghost);
        k->ghost = *p;
        sched_in(k->sched, OLD_GCS_MS, old_gcs_silent, &k->ghost);
    }
    slices_update(k, head);
    if (head) {
        k->serve_runs = false;
        if (!k->conf.ft) workers_lost(k, LOSS_AT_ONCE);
    }
    pod_create_replacement(k, head, index);
    if (head) rayservice_update_status(k, APP_GONE);
}

const cJSON *kuberay_delete_pod(struct kuberay *k, const char *name, int64_t grace_s)
{
    struct sim_pod *p = NULL;
    for (size_t i = 0; i < KUBERAY_PODS; i++)
        if (k->pods[i].used && strcmp(k->pods[i].name, name) == 0) p = &k->pods[i];
    if (!p) return NULL;
    uint64_t grace = grace_s < 0 ? OWN_GRACE_S : (uint64_t)grace_s;
    if (p->deleting && grace >= p->grace_s) return p->object;
    pod_set_deletion_timestamp(p, grace);
    sched_drop(k->sched, p);
    if (grace == 0) {
        sched_in(k->sched, 10, delete_now, p);
    } else {
        sched_in(k->sched, 35, pod_status_again, p);
        sched_in(k->sched, grace * 1000 + 250, grace_over, p);
    }
    return p->object;
}
