/* kuberay_pod.c - a Ray pod's object and its status in each stage, as the kubelet writes it (recorded:
 * Kubernetes 1.34). */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/sim/kuberay_priv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_ID "sha256:8dad8dea27525e45e8b2c7939d3f3411b7db550d4b60e5b8edd45d95d26d1cbb"

static void remove_member(cJSON *object, const char *name)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
}

static void container_remove_env(cJSON *container, const char *name)
{
    cJSON *env = cJSON_GetObjectItemCaseSensitive(container, "env"), *one, *next;
    for (one = env ? env->child : NULL; one; one = next) {
        next = one->next;
        const char *its = json_str(one, "name");
        if (its && strcmp(its, name) == 0) cJSON_Delete(cJSON_DetachItemViaPointer(env, one));
    }
}

/* Without fault tolerance KubeRay writes ft-enabled "false" and none of the rest. */
static void pod_remove_ft(cJSON *pod, bool head)
{
    static const char *const env[] = {"RAY_external_storage_namespace", "RAY_REDIS_ADDRESS", "REDIS_USERNAME",
                                      "REDIS_PASSWORD", "RAY_gcs_rpc_server_reconnect_timeout_s"};
    cJSON *notes = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(pod, "metadata"), "annotations");
    cJSON *spec = cJSON_GetObjectItemCaseSensitive(pod, "spec");
    cJSON *container = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(spec, "containers"), 0);
    if (head) {
        remove_member(notes, "ray.io/external-storage-namespace");
        cJSON_ReplaceItemInObjectCaseSensitive(notes, "ray.io/ft-enabled", cJSON_CreateString("false"));
    }
    for (size_t i = 0; i < ARRAY_LEN(env); i++) container_remove_env(container, env[i]);
}

static const char *worker_patience_s(const struct kuberay *k)
{
    return kuberay_fault(k, FAULT_SHORT_PATIENCE) ? "60" : "600";
}

void workers_set_patience(struct kuberay *k)
{
    for (size_t i = 0; i < KUBERAY_PODS; i++) {
        struct sim_pod *p = &k->pods[i];
        if (!p->used || p->head) continue;
        cJSON *container = cJSON_GetArrayItem(json_member(json_member(p->object, "spec"), "containers"), 0), *env;
        cJSON_ArrayForEach(env, json_member(container, "env")) if (text_eq(json_str(env, "name"),
                                                                           "RAY_gcs_rpc_server_reconnect_timeout_s"))
            json_set(env, "value", cJSON_CreateString(worker_patience_s(k)));
        objects_changed(k->objects, SIM_POD, p->object);
    }
}

cJSON *pod_object(struct kuberay *k, const struct sim_pod *p)
{
    char created[STAMP_TEXT_MAX], index[12];
    snprintf(index, sizeof index, "%u", p->index);
    const struct template_value values[] = {{"NAME", p->name},
                                            {"NS", k->ns},
                                            {"SERVICE", k->name},
                                            {"UID", p->uid},
                                            {"CREATED", stamp_iso(created, p->created_ms)},
                                            {"CLUSTER", k->cluster},
                                            {"CLUSTER_UID", k->cluster_uid},
                                            {"STORAGE_NS", k->storage_ns},
                                            {"PATIENCE_S", worker_patience_s(k)},
                                            {"REDIS_ADDRESS", k->redis_address},
                                            {"HASH", k->hash},
                                            {"VOLUME", p->volume},
                                            {"NODE", p->node},
                                            {"INDEX", index},
                                            {NULL, NULL}};
    cJSON *pod = template_make(k->templates, p->head ? "head" : "worker", values);
    if (!k->conf.ft) pod_remove_ft(pod, p->head);
    if (k->deployed) pod_apply_template(k, pod, p->head);
    if (p->stage == POD_NEW) remove_member(cJSON_GetObjectItemCaseSensitive(pod, "spec"), "nodeName");
    return pod;
}

static cJSON *add_condition(cJSON *list, const char *type, bool yes, uint64_t since_ms, const struct sim_pod *p)
{
    char since[STAMP_TEXT_MAX];
    cJSON *c = cJSON_CreateObject();
    cJSON_AddStringToObject(c, "type", type);
    if (p->stage > POD_BOUND || p->refused) cJSON_AddNumberToObject(c, "observedGeneration", p->deleting ? 2 : 1);
    cJSON_AddStringToObject(c, "status", yes ? "True" : "False");
    cJSON_AddNullToObject(c, "lastProbeTime");
    cJSON_AddStringToObject(c, "lastTransitionTime", stamp_iso(since, since_ms));
    cJSON_AddItemToArray(list, c);
    return c;
}

static void add_ready(cJSON *list, const char *type, const struct sim_pod *p)
{
    bool ready = p->stage == POD_READY;
    uint64_t since = ready ? p->ready_ms : p->stage == POD_FAILED ? p->deleted_ms : p->created_ms;
    cJSON *c = add_condition(list, type, ready, since, p);
    if (ready) return;
    cJSON_AddStringToObject(c, "reason", p->stage == POD_FAILED ? "PodFailed" : "ContainersNotReady");
    if (p->stage == POD_FAILED) return;
    bool both = p->head && p->stage < POD_STARTED;
    char text[KUBERAY_NAME];
    snprintf(text, sizeof text, "containers with unready status: [%s%s]", p->head ? "head" : "worker",
             both ? " autoscaler" : "");
    cJSON_AddStringToObject(c, "message", text);
}

static cJSON *conditions_json(const struct sim_pod *p)
{
    cJSON *list = cJSON_CreateArray();
    if (p->stage >= POD_CREATING) {
        bool sandbox = p->stage == POD_STARTED || p->stage == POD_READY;
        add_condition(list, "PodReadyToStartContainers", sandbox,
                      sandbox                  ? p->started_ms
                      : p->stage == POD_FAILED ? p->deleted_ms
                                               : p->created_ms,
                      p);
        cJSON *c = add_condition(list, "Initialized", p->head || p->stage > POD_CREATING,
                                 p->head         ? p->created_ms
                                 : p->started_ms ? p->started_ms
                                                 : p->created_ms,
                                 p);
        if (!p->head && p->stage == POD_CREATING) {
            cJSON_AddStringToObject(c, "reason", "ContainersNotInitialized");
            cJSON_AddStringToObject(c, "message", "containers with incomplete status: [wait-gcs-ready]");
        }
        add_ready(list, "Ready", p);
        add_ready(list, "ContainersReady", p);
    }
    cJSON *c = add_condition(list, "PodScheduled", !p->refused, p->created_ms, p);
    if (p->refused) {
        cJSON_AddStringToObject(c, "reason", "Unschedulable");
        cJSON_AddStringToObject(c, "message", p->refusal);
    }
    return list;
}

static void add_terminated(cJSON *state, unsigned code, uint64_t from_ms, uint64_t to_ms, const char *id)
{
    char from[STAMP_TEXT_MAX], to[STAMP_TEXT_MAX];
    cJSON *done = cJSON_AddObjectToObject(state, "terminated");
    cJSON_AddNumberToObject(done, "exitCode", code);
    cJSON_AddStringToObject(done, "reason", code ? "Error" : "Completed");
    cJSON_AddStringToObject(done, "startedAt", stamp_iso(from, from_ms));
    cJSON_AddStringToObject(done, "finishedAt", stamp_iso(to, to_ms));
    cJSON_AddStringToObject(done, "containerID", id);
}

static void add_running(cJSON *state, uint64_t since_ms)
{
    char since[STAMP_TEXT_MAX];
    cJSON_AddStringToObject(cJSON_AddObjectToObject(state, "running"), "startedAt", stamp_iso(since, since_ms));
}

static void add_backoff(cJSON *state, const struct sim_pod *p)
{
    char minutes[16] = "";
    if (p->backoff_s >= 60) snprintf(minutes, sizeof minutes, "%um", p->backoff_s / 60);
    char *text = mem_printf("back-off %s%us restarting failed container=%s pod=%s_%s(%s)", minutes, p->backoff_s % 60,
                            p->head ? "head" : "worker", p->name, p->owner->ns, p->uid);
    cJSON *waiting = cJSON_AddObjectToObject(state, "waiting");
    cJSON_AddStringToObject(waiting, "reason", "CrashLoopBackOff");
    cJSON_AddStringToObject(waiting, "message", text);
    free(text);
}

/* which as container_status; a worker's init container runs while its pod is being created. */
static void add_state(cJSON *status, const struct sim_pod *p, const char *id, int which, bool init)
{
    cJSON *state = cJSON_AddObjectToObject(status, "state"), *waiting;
    if (init && p->stage == POD_CREATING) {
        add_running(state, p->created_ms);
    } else if (init) {
        add_terminated(state, 0, p->created_ms, p->started_ms, id);
    } else if (p->stage == POD_CREATING) {
        waiting = cJSON_AddObjectToObject(state, "waiting");
        cJSON_AddStringToObject(waiting, "reason", p->head ? "ContainerCreating" : "PodInitializing");
    } else if (p->stage == POD_FAILED) {
        add_terminated(state, 137, p->started_ms, p->deleted_ms, id);
    } else if (p->crashed && which == 0 && !p->backoff_s) {
        add_terminated(state, 1, p->started_ms, p->stopped_ms, id);
    } else if (p->crashed && which == 0) {
        add_backoff(state, p);
    } else {
        add_running(state, p->started_ms);
    }
    cJSON *last = cJSON_AddObjectToObject(status, "lastState");
    if (which != 0 || !p->stopped_ms || (p->crashed && !p->backoff_s)) return;
    char last_id[KUBERAY_NAME + 16];
    snprintf(last_id, sizeof last_id, "containerd://%s", p->crashed ? p->container_id[0] : p->last_id);
    add_terminated(last, 1, p->created_ms, p->stopped_ms, last_id);
}

static void add_mounts(cJSON *status, const cJSON *container)
{
    cJSON *mounts = cJSON_AddArrayToObject(status, "volumeMounts");
    JSON_EACH (mount, json_get(container, "volumeMounts")) {
        cJSON *m = cJSON_CreateObject();
        cJSON_AddStringToObject(m, "name", json_str(mount, "name"));
        cJSON_AddStringToObject(m, "mountPath", json_str(mount, "mountPath"));
        if (json_bool(mount, "readOnly") == TRI_YES) {
            cJSON_AddTrueToObject(m, "readOnly");
            cJSON_AddStringToObject(m, "recursiveReadOnly", "Disabled");
        }
        cJSON_AddItemToArray(mounts, m);
    }
}

/* which: 0 the Ray container, 1 the autoscaler beside a head or the init container of a worker. */
static cJSON *container_status(const struct sim_pod *p, const cJSON *container, int which, bool init)
{
    char id[KUBERAY_NAME + 16];
    snprintf(id, sizeof id, "containerd://%s", p->container_id[which]);
    bool made = init || p->stage != POD_CREATING;
    bool running = init ? p->stage == POD_CREATING
                        : (p->stage == POD_STARTED || p->stage == POD_READY) && !(p->crashed && which == 0);
    cJSON *s = cJSON_CreateObject();
    cJSON_AddStringToObject(s, "name", json_str(container, "name"));
    add_state(s, p, id, which, init);
    cJSON_AddBoolToObject(s, "ready", init ? !running : p->stage == POD_READY || (running && which == 1));
    cJSON_AddNumberToObject(s, "restartCount", which == 0 ? p->restarts : 0);
    cJSON_AddStringToObject(s, "image", json_str(container, "image"));
    cJSON_AddStringToObject(s, "imageID", made ? IMAGE_ID : "");
    if (made) cJSON_AddStringToObject(s, "containerID", id);
    cJSON_AddBoolToObject(s, "started", running);
    const cJSON *resources = json_get(container, "resources");
    if (made && resources) {
        cJSON_AddItemToObject(s, "allocatedResources", cJSON_Duplicate(json_get(resources, "requests"), 1));
        cJSON_AddItemToObject(s, "resources", cJSON_Duplicate(resources, 1));
    }
    add_mounts(s, container);
    return s;
}

static void add_containers(cJSON *status, const struct sim_pod *p)
{
    const cJSON *spec = json_get(p->object, "spec");
    const cJSON *init = json_get(spec, "initContainers");
    if (init) {
        cJSON *list = cJSON_AddArrayToObject(status, "initContainerStatuses");
        cJSON_AddItemToArray(list, container_status(p, cJSON_GetArrayItem(init, 0), 1, true));
    }
    cJSON *list = cJSON_AddArrayToObject(status, "containerStatuses");
    int which = 0;
    JSON_EACH (container, json_get(spec, "containers"))
        cJSON_AddItemToArray(list, container_status(p, container, which++, false));
}

static const char *knode_ip(const struct sim_pod *p)
{
    return p->owner->knode_ip[p->place];
}

cJSON *pod_status(const struct sim_pod *p)
{
    char started[STAMP_TEXT_MAX];
    cJSON *s = cJSON_CreateObject();
    if (p->stage >= POD_CREATING) cJSON_AddNumberToObject(s, "observedGeneration", p->deleting ? 2 : 1);
    cJSON_AddStringToObject(s, "phase",
                            p->stage < POD_STARTED   ? "Pending"
                            : p->stage == POD_FAILED ? "Failed"
                                                     : "Running");
    if (p->stage >= POD_BOUND || p->refused) cJSON_AddItemToObject(s, "conditions", conditions_json(p));
    if (p->stage >= POD_CREATING) {
        const char *host = knode_ip(p);
        cJSON_AddStringToObject(s, "hostIP", host);
        cJSON *ips = cJSON_AddArrayToObject(s, "hostIPs"), *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "ip", host);
        cJSON_AddItemToArray(ips, one);
        if (p->stage >= POD_STARTED) {
            cJSON_AddStringToObject(s, "podIP", p->ip);
            cJSON *pod_ips = cJSON_AddArrayToObject(s, "podIPs");
            one = cJSON_CreateObject();
            cJSON_AddStringToObject(one, "ip", p->ip);
            cJSON_AddItemToArray(pod_ips, one);
        }
        cJSON_AddStringToObject(s, "startTime", stamp_iso(started, p->created_ms));
        add_containers(s, p);
    }
    cJSON_AddStringToObject(s, "qosClass", "Guaranteed");
    return s;
}

void pod_update_status(struct sim_pod *p)
{
    struct kuberay *k = p->owner;
    cJSON *spec = cJSON_GetObjectItemCaseSensitive(p->object, "spec");
    if (p->stage >= POD_BOUND && !json_get(spec, "nodeName")) cJSON_AddStringToObject(spec, "nodeName", p->node);
    cJSON_ReplaceItemInObjectCaseSensitive(p->object, "status", pod_status(p));
    objects_changed(k->objects, SIM_POD, p->object);
}
