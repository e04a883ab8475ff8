/* kuberay_gone.c - deletes a RayService: its pods, the Redis cleanup Job, then the finalizers. Recorded from KubeRay
 * 1.7: 11.5 s with fault tolerance, 0.3 s without. */
#include "backends/base/json.h"
#include "backends/sim/kuberay_priv.h"

#include <stdio.h>
#include <string.h>

enum {
    GRACE_S = 30,
    ENDS_MS = 3300,    /* the pods' termination */
    JOB_MS = 20,       /* after the last of them */
    BOUND_MS = 25,     /* the Job's pod */
    RUNS_MS = 3600,    /* after it was bound */
    DONE_MS = 2320,    /* its work */
    COUNTED_MS = 1020, /* the Job's own status, after its pod's end */
    FREED_MS = 1200,   /* the finalizers, after that */
    QUICK_MS = 300,    /* without data in Redis */
    AGAIN_MS = 5000
};
#define CLEANUP "-redis-cleanup"

static void mark_deleted(struct kuberay *k, enum sim_kind kind, cJSON *obj)
{
    char now[STAMP_TEXT_MAX];
    cJSON *meta = json_member(obj, "metadata");
    if (json_member(meta, "deletionTimestamp")) return;
    cJSON_AddStringToObject(meta, "deletionTimestamp", stamp_iso(now, kuberay_now(k)));
    cJSON_AddNumberToObject(meta, "deletionGracePeriodSeconds", 0);
    objects_changed(k->objects, kind, obj);
}

/* ---- removal ----------------------------------------------------------------------------------------------------- */

static void remove_object(struct kuberay *k, enum sim_kind kind, const char *name)
{
    cJSON *obj = objects_get(k->objects, kind, k->ns, name);
    if (obj) objects_delete(k->objects, kind, obj);
}

static void remove_services(struct kuberay *k)
{
    char name[KUBERAY_NAME + 32];
    snprintf(name, sizeof name, "%s-head-svc", k->cluster);
    remove_object(k, SIM_SERVICE, name);
    remove_object(k, SIM_ACCOUNT, k->cluster);
    remove_object(k, SIM_ROLE, k->cluster);
    remove_object(k, SIM_BINDING, k->cluster);
    snprintf(name, sizeof name, "%s-head-svc", k->name);
    remove_object(k, SIM_SERVICE, name);
    snprintf(name, sizeof name, "%s-serve-svc", k->name);
    remove_object(k, SIM_SERVICE, name);
    for (size_t i = 0; i < 3; i++) {
        if (k->slices[i]) objects_delete(k->objects, SIM_SLICE, k->slices[i]);
        k->slices[i] = NULL;
    }
}

static void finalizers_removed(void *arg)
{
    struct kuberay *k = arg;
    sched_drop(k->sched, k);
    if (k->raycluster) objects_delete(k->objects, SIM_RAYCLUSTER, k->raycluster);
    if (k->rayservice) objects_delete(k->objects, SIM_RAYSERVICE, k->rayservice);
    k->raycluster = k->rayservice = NULL;
    remove_services(k);
    if (k->cleaner.object) objects_delete(k->objects, SIM_POD, k->cleaner.object);
    if (k->job) objects_delete(k->objects, SIM_JOB, k->job);
    k->job = k->cleaner.object = NULL;
    k->deleting = k->deployed = k->promoted = k->serve_runs = false;
    adopt_next_service(k);
}

/* ---- the Job ----------------------------------------------------------------------------------------------------- */

static void job_update_status(struct kuberay *k, const char *text)
{
    char now[STAMP_TEXT_MAX];
    const struct template_value values[] = {{"NOW", stamp_iso(now, kuberay_now(k))},
                                            {"STARTED", json_str(json_member(k->job, "metadata"), "creationTimestamp")},
                                            {"POD_UID", k->cleaner.uid},
                                            {NULL, NULL}};
    cJSON_ReplaceItemInObjectCaseSensitive(k->job, "status", template_text(text, values));
    objects_changed(k->objects, SIM_JOB, k->job);
}

#define MET                                                                                                            \
    "{'type':'SuccessCriteriaMet','status':'True','lastProbeTime':'${NOW}','lastTransitionTime':'${NOW}','reason':"    \
    "'CompletionsReached','message':'Reached expected number of succeeded pods'}"

static void cleaner_update_status(struct kuberay *k, const char *phase)
{
    struct sim_pod *p = &k->cleaner;
    cJSON *status = pod_status(p);
    if (strcmp(phase, "Succeeded") == 0) {
        cJSON_ReplaceItemInObjectCaseSensitive(status, "phase", cJSON_CreateString(phase));
        cJSON *ran = cJSON_GetArrayItem(json_member(status, "containerStatuses"), 0), *state = cJSON_CreateObject();
        cJSON *done = cJSON_AddObjectToObject(state, "terminated");
        char from[STAMP_TEXT_MAX], to[STAMP_TEXT_MAX];
        cJSON_AddNumberToObject(done, "exitCode", 0);
        cJSON_AddStringToObject(done, "reason", "Completed");
        cJSON_AddStringToObject(done, "startedAt", stamp_iso(from, p->started_ms));
        cJSON_AddStringToObject(done, "finishedAt", stamp_iso(to, kuberay_now(k)));
        cJSON_ReplaceItemInObjectCaseSensitive(ran, "state", state);
        cJSON_ReplaceItemInObjectCaseSensitive(ran, "ready", cJSON_CreateFalse());
        cJSON_ReplaceItemInObjectCaseSensitive(ran, "started", cJSON_CreateFalse());
    }
    cJSON *spec = json_member(p->object, "spec");
    if (p->stage >= POD_BOUND && !json_member(spec, "nodeName")) cJSON_AddStringToObject(spec, "nodeName", p->node);
    cJSON_ReplaceItemInObjectCaseSensitive(p->object, "status", status);
    objects_changed(k->objects, SIM_POD, p->object);
}

static void job_complete(void *arg)
{
    struct kuberay *k = arg;
    cJSON_DeleteItemFromObjectCaseSensitive(json_member(k->cleaner.object, "metadata"), "finalizers");
    objects_changed(k->objects, SIM_POD, k->cleaner.object);
    job_update_status(
        k, "{'conditions':[" MET
           ",{'type':'Complete','status':'True','lastProbeTime':'${NOW}','lastTransitionTime':'${NOW}','reason':"
           "'CompletionsReached','message':'Reached expected number of succeeded pods'}],'startTime':'${STARTED}',"
           "'completionTime':'${NOW}','succeeded':1,'terminating':0,'uncountedTerminatedPods':{},'ready':0}");
    event_by_controller(k, "job-controller", k->job, "Completed", "Completed", "Job completed");
    sched_in(k->sched, FREED_MS, finalizers_removed, k);
}

static void cleaner_done(void *arg)
{
    struct kuberay *k = arg;
    k->clean = true;
    cleaner_update_status(k, "Succeeded");
    if (k->conf.notify) k->conf.notify(k->conf.arg, KUBERAY_CLUSTER_CLEANED, NULL);
    sched_in(k->sched, COUNTED_MS, job_complete, k);
}

static void cleaner_runs(void *arg)
{
    struct kuberay *k = arg;
    k->cleaner.stage = POD_READY;
    k->cleaner.started_ms = k->cleaner.ready_ms = kuberay_now(k);
    cleaner_update_status(k, "Running");
    job_update_status(k,
                      "{'startTime':'${STARTED}','active':1,'terminating':0,'uncountedTerminatedPods':{},'ready':1}");
    sched_in(k->sched, DONE_MS, cleaner_done, k);
}

static void cleaner_bound(void *arg)
{
    struct kuberay *k = arg;
    char text[4 * KUBERAY_NAME];
    k->cleaner.stage = POD_CREATING;
    snprintf(text, sizeof text, "Successfully assigned %s/%s to %s", k->ns, k->cleaner.name, k->cleaner.node);
    event_by_controller(k, "default-scheduler", k->cleaner.object, "Scheduled", "Binding", text);
    cleaner_update_status(k, "Pending");
    sched_in(k->sched, RUNS_MS, cleaner_runs, k);
}

/* Turns the head's metadata into the Job's; the Job's own labels distinguish its pods from the head. */
static void job_relabel(cJSON *meta)
{
    cJSON *labels = json_member(meta, "labels");
    cJSON_ReplaceItemInObjectCaseSensitive(labels, "ray.io/node-type", cJSON_CreateString("redis-cleanup"));
    cJSON_ReplaceItemInObjectCaseSensitive(labels, "ray.io/serve", cJSON_CreateString("false"));
    cJSON_DeleteItemFromObjectCaseSensitive(json_member(meta, "annotations"), "ray.io/kuberay-version");
    cJSON_DeleteItemFromObjectCaseSensitive(json_member(meta, "annotations"), "ray.io/upgrade-strategy-recreate-hash");
}

static void add_job_labels(cJSON *meta, const cJSON *job)
{
    static const char *const prefixes[] = {"batch.kubernetes.io/", ""};
    cJSON *labels = json_member(meta, "labels");
    char name[64];
    for (size_t i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%scontroller-uid", prefixes[i]);
        cJSON_AddItemToObject(labels, name, cJSON_Duplicate(json_member(json_member(job, "metadata"), "uid"), 1));
        snprintf(name, sizeof name, "%sjob-name", prefixes[i]);
        cJSON_AddItemToObject(labels, name, cJSON_CreateString(object_name(job)));
    }
}

/* As KubeRay does, copies the head's metadata, ownerReferences and generateName included. */
static void fill_template(cJSON *job, const cJSON *pod)
{
    static const char *const members[] = {"generateName", "namespace", "labels", "annotations", "ownerReferences"};
    cJSON *into = json_member(json_member(job, "spec"), "template"), *meta = json_member(into, "metadata");
    for (size_t i = 0; i < 5; i++)
        cJSON_AddItemToObject(meta, members[i],
                              cJSON_Duplicate(json_member(json_member(pod, "metadata"), members[i]), 1));
    add_job_labels(meta, job);
    cJSON_ReplaceItemInObjectCaseSensitive(into, "spec", cJSON_Duplicate(json_member(pod, "spec"), 1));
}

static cJSON *job_object(struct kuberay *k, const cJSON *pod)
{
    char name[KUBERAY_NAME + 32], uid[RNG_UUID], now[STAMP_TEXT_MAX];
    snprintf(name, sizeof name, "%s" CLEANUP, k->cluster);
    rng_uuid(&k->rng, uid);
    const struct template_value values[] = {{"NAME", name},
                                            {"NS", k->ns},
                                            {"UID", uid},
                                            {"CREATED", stamp_iso(now, kuberay_now(k))},
                                            {"CLUSTER", k->cluster},
                                            {"CLUSTER_UID", k->cluster_uid},
                                            {NULL, NULL}};
    cJSON *job = template_text(
        "{'kind':'Job','apiVersion':'batch/v1','metadata':{'name':'${NAME}','namespace':'${NS}"
        "','uid':'${UID}','generation':1,'creationTimestamp':'${CREATED}','labels':{},'annotations':{"
        "'ray.io/external-storage-namespace':'${CLUSTER_UID}','ray.io/ft-enabled':'true'},'ownerReferences':[{"
        "'apiVersion':'ray.io/v1','kind':'RayCluster','name':'${CLUSTER}','uid':'${CLUSTER_UID}','controller':true,"
        "'blockOwnerDeletion':true}]},'spec':{'parallelism':1,'completions':1,'activeDeadlineSeconds':300,"
        "'backoffLimit':0,'selector':{'matchLabels':{'batch.kubernetes.io/controller-uid':'${UID}'}},'manualSelector':"
        "false,'template':{'metadata':{},'spec':{}},'completionMode':'NonIndexed','suspend':false,"
        "'podReplacementPolicy':'TerminatingOrFailed'},'status':{}}",
        values);
    cJSON_ReplaceItemInObjectCaseSensitive(json_member(job, "metadata"), "labels",
                                           cJSON_Duplicate(json_member(json_member(pod, "metadata"), "labels"), 1));
    fill_template(job, pod);
    return job;
}

static void set_job_owner(cJSON *pod, const cJSON *job)
{
    cJSON *meta = json_member(pod, "metadata"), *owner = cJSON_GetArrayItem(json_member(meta, "ownerReferences"), 0);
    char prefix[KUBERAY_NAME + 48];
    cJSON_ReplaceItemInObjectCaseSensitive(owner, "apiVersion", cJSON_CreateString("batch/v1"));
    cJSON_ReplaceItemInObjectCaseSensitive(owner, "kind", cJSON_CreateString("Job"));
    cJSON_ReplaceItemInObjectCaseSensitive(owner, "name", cJSON_CreateString(object_name(job)));
    cJSON_ReplaceItemInObjectCaseSensitive(owner, "uid",
                                           cJSON_Duplicate(json_member(json_member(job, "metadata"), "uid"), 1));
    snprintf(prefix, sizeof prefix, "%s-", object_name(job));
    cJSON_ReplaceItemInObjectCaseSensitive(meta, "generateName", cJSON_CreateString(prefix));
    cJSON_AddItemToArray(cJSON_AddArrayToObject(meta, "finalizers"),
                         cJSON_CreateString("batch.kubernetes.io/job-tracking"));
    add_job_labels(meta, job);
}

/* The Job's pod is the head's template with the cleanup container alone. */
static void create_cleaner(struct kuberay *k)
{
    struct sim_pod *p = &k->cleaner;
    char tail[6], text[4 * KUBERAY_NAME];
    *p = (struct sim_pod){.owner = k, .head = true, .place = KUBERAY_WORKERS, .created_ms = kuberay_now(k)};
    rng_suffix(&k->rng, tail, 5);
    rng_uuid(&k->rng, p->uid);
    rng_suffix(&k->rng, p->volume, 5);
    for (int i = 0; i < 2; i++) rng_hex(&k->rng, p->container_id[i], 64);
    snprintf(p->name, sizeof p->name, "%.40s" CLEANUP "-%s", k->cluster, tail);
    snprintf(p->ip, sizeof p->ip, "127.0.0.39");
    snprintf(p->node, sizeof p->node, "%s", k->knode[KUBERAY_WORKERS]);
    p->object = pod_object(k, p);
    cJSON *containers = json_member(json_member(p->object, "spec"), "containers");
    while (cJSON_GetArraySize(containers) > 1) cJSON_DeleteItemFromArray(containers, 1);
    cJSON_ReplaceItemInObjectCaseSensitive(json_member(p->object, "spec"), "restartPolicy",
                                           cJSON_CreateString("Never"));
    job_relabel(json_member(p->object, "metadata"));
    k->job = objects_put(k->objects, SIM_JOB, job_object(k, p->object));
    set_job_owner(p->object, k->job);
    snprintf(text, sizeof text, "Created Redis cleanup Job %s/%s", k->ns, object_name(k->job));
    event_by_controller(k, "raycluster-controller", k->raycluster, "CreatedRedisCleanupJob", "Create", text);
    cJSON_ReplaceItemInObjectCaseSensitive(p->object, "status", pod_status(p));
    objects_put(k->objects, SIM_POD, p->object);
    snprintf(text, sizeof text, "Created pod: %s", p->name);
    event_by_controller(k, "job-controller", k->job, "SuccessfulCreate", "Create", text);
    job_update_status(k,
                      "{'startTime':'${STARTED}','active':1,'terminating':0,'uncountedTerminatedPods':{},'ready':0}");
}

/* No Job can be created in a terminating namespace: the RayCluster hangs on its finalizer (kuberay #3388). */
static void create_job(void *arg)
{
    struct kuberay *k = arg;
    if (namespace_goes(k, k->ns)) {
        sched_in(k->sched, AGAIN_MS, create_job, k);
        return;
    }
    create_cleaner(k);
    sched_in(k->sched, BOUND_MS, cleaner_bound, k);
}

/* ---- the pods ---------------------------------------------------------------------------------------------------- */

void cluster_emptied(struct kuberay *k)
{
    if (!kuberay_pod_at(k, 0)) sched_in(k->sched, JOB_MS, k->clean ? finalizers_removed : create_job, k);
}

static void pod_ended(void *arg)
{
    struct sim_pod *p = arg;
    struct kuberay *k = p->owner;
    bool head = p->head;
    p->serving = SERVING_NOT;
    p->dashboard = false;
    gcs_silent(p);
    if (!head && p->stage == POD_READY && k->conf.notify) pod_notify(p, KUBERAY_WORKER_STOPS);
    pod_object_gone(p);
    slices_update(k, head);
    if (head) k->serve_runs = false;
    cluster_emptied(k);
}

static void end_pods(struct kuberay *k)
{
    for (size_t i = 0; i < KUBERAY_PODS; i++) {
        struct sim_pod *p = &k->pods[i];
        if (!p->used) continue;
        sched_drop(k->sched, p);
        pod_set_deletion_timestamp(p, GRACE_S);
        pod_schedule_action(p, k->clean ? QUICK_MS : ENDS_MS, pod_ended);
    }
}

void service_deleted(struct kuberay *k)
{
    char text[4 * KUBERAY_NAME];
    if (k->deleting) return;
    sched_drop(k->sched, k);
    k->deleting = true;
    k->clean = !k->conf.ft;
    mark_deleted(k, SIM_RAYSERVICE, k->rayservice);
    if (k->raycluster) {
        mark_deleted(k, SIM_RAYCLUSTER, k->raycluster);
        snprintf(text, sizeof text, "Deleted the RayCluster %s/%s", k->ns, k->cluster);
        event_by_controller(k, "rayservice-controller", k->rayservice, "DeletedRayCluster", "Delete", text);
    }
    if (kuberay_pod_at(k, 0))
        end_pods(k);
    else if (k->raycluster && !k->clean)
        sched_in(k->sched, JOB_MS, create_job, k);
    else
        sched_in(k->sched, QUICK_MS, finalizers_removed, k);
}
