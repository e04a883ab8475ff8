/* pod_parse.c - Parses Pods. */
#include "backends/base/text.h"
#include "backends/kube/kinds_parse.h"
#include "backends/kube/kube_fields.h"
#include "backends/kube/pod_words.h"

#include <stdlib.h>
#include <string.h>

static const cJSON *state_of(const cJSON *container, const char *where, const char *which)
{
    const cJSON *s = json_get(json_get(container, where), which);
    return cJSON_IsObject(s) ? s : NULL;
}

/* A termination's reason, else its exit code. */
static void ended_word(struct container *c, const cJSON *terminated)
{
    const char *reason = json_str(terminated, "reason");
    kube_text(&c->state, reason && *reason ? reason : "Terminated", KUBE_NAME_MAX);
}

static void container_end(struct container *c, const cJSON *terminated)
{
    c->exit_code = json_u64(terminated, "exitCode");
    c->finished = json_stamp(terminated, "finishedAt");
    if (!c->started.known) c->started = json_stamp(terminated, "startedAt");
}

static void container_parse(const cJSON *status, bool init, struct container *c)
{
    const cJSON *running = state_of(status, "state", "running");
    const cJSON *waiting = state_of(status, "state", "waiting");
    const cJSON *terminated = state_of(status, "state", "terminated");
    const cJSON *last = state_of(status, "lastState", "terminated");
    const char *reason = json_str(waiting, "reason");
    kube_text(&c->name, json_str(status, "name"), KUBE_NAME_MAX);
    kube_text(&c->image, json_str(status, "image"), KUBE_MESSAGE_MAX);
    c->restarts = json_u64(status, "restartCount");
    c->ready = json_bool(status, "ready");
    c->init = tri_of(init);
    if (running) {
        record_set(&c->state, "Running");
        c->started = json_stamp(running, "startedAt");
    } else if (terminated) {
        ended_word(c, terminated);
        kube_text(&c->message, json_str(terminated, "message"), KUBE_MESSAGE_MAX);
    } else if (waiting) {
        kube_text(&c->state, reason && *reason ? reason : "Waiting", KUBE_NAME_MAX);
        kube_text(&c->message, json_str(waiting, "message"), KUBE_MESSAGE_MAX);
    }
    /* Waiting to be restarted: reports how the last run ended. */
    if (terminated || last) container_end(c, terminated ? terminated : last);
}

static void containers_parse(const cJSON *status, struct pod *p)
{
    JSON_EACH (c, json_get(status, "initContainerStatuses")) {
        if (p->list_count < KUBE_CONTAINERS) container_parse(c, true, RECORD_APPEND(p, list));
    }
    JSON_EACH (c, json_get(status, "containerStatuses")) {
        if (p->list_count < KUBE_CONTAINERS) container_parse(c, false, RECORD_APPEND(p, list));
    }
}

/* Why it is not running: the pod's reason, else the first container's, else the scheduler's. */
static void reason_parse(const cJSON *status, struct pod *p)
{
    const cJSON *scheduled = kube_condition(status, "PodScheduled");
    kube_text(&p->reason, json_str(status, "reason"), KUBE_NAME_MAX);
    kube_text(&p->message, json_str(status, "message"), KUBE_MESSAGE_MAX);
    if (p->reason || p->message) return;
    if (kube_condition_is(status, "PodScheduled") == TRI_NO) {
        kube_text(&p->reason, json_str(scheduled, "reason"), KUBE_NAME_MAX);
        kube_text(&p->message, json_str(scheduled, "message"), KUBE_MESSAGE_MAX);
        return;
    }
    for (size_t i = 0; i < p->list_count; i++) {
        const struct container *c = &p->list[i];
        if (!c->state || text_eq(c->state, "Running") || text_eq(c->state, "Completed")) continue;
        record_set(&p->reason, c->state);
        record_set(&p->message, c->message);
        return;
    }
}

static const cJSON *status_named(const cJSON *statuses, const char *name)
{
    JSON_EACH (c, statuses) {
        if (text_eq(json_str(c, "name"), name)) return c;
    }
    return NULL;
}

/* Ray 2.52 and later require a bearer token if this is set; unknown with envFrom or valueFrom. */
static enum tri token_auth(const cJSON *ray)
{
    const char *mode = kube_env_value(ray, "RAY_AUTH_MODE");
    if (!ray || (!mode && (kube_env(ray, "RAY_AUTH_MODE") || json_get(ray, "envFrom")))) return TRI_UNKNOWN;
    return tri_of(text_eq(mode, "token"));
}

static void ray_container_parse(const cJSON *spec, const cJSON *status, struct pod *p)
{
    const cJSON *all = json_get(spec, "containers");
    const cJSON *ray = cJSON_IsArray(all) ? all->child : NULL;
    const char *reconnect = kube_env_value(ray, "RAY_gcs_rpc_server_reconnect_timeout_s");
    const cJSON *own = status_named(json_get(status, "containerStatuses"), json_str(ray, "name"));
    const cJSON *running = state_of(own, "state", "running"), *ended = state_of(own, "state", "terminated");
    uint64_t seconds;
    if (reconnect && text_u64(reconnect, strlen(reconnect), 1000000000, &seconds) == ERR_OK)
        p->reconnect_s = known_u64(seconds);
    p->keepalive = kube_keepalive(ray);
    p->token_auth = token_auth(ray);
    p->started = json_stamp(running, "startedAt");
    if (!ended) ended = state_of(own, "lastState", "terminated");
    kube_text(&p->container_id, json_str(own, "containerID"), KUBE_NAME_MAX);
    kube_text(&p->ended_reason, json_str(ended, "reason"), KUBE_NAME_MAX);
    p->ended_code = json_u64(ended, "exitCode");
    p->ended = json_stamp(ended, "finishedAt");
}

/* aws.amazon.com/neuron and …/neurondevice are two names of the same devices. */
static void devices_parse(const cJSON *spec, struct pod *p)
{
    JSON_EACH (c, json_get(spec, "containers")) {
        const cJSON *limits = json_path(c, "resources.limits");
        struct known_u64 n = kube_quantity(limits, "aws.amazon.com/neuron");
        if (!n.known) n = kube_quantity(limits, "aws.amazon.com/neurondevice");
        if (n.known) p->neuron_devices = known_u64((p->neuron_devices.known ? p->neuron_devices.value : 0) + n.value);
    }
}

static void labels_parse(const cJSON *obj, struct pod *p)
{
    const char *serve = kube_label(obj, "ray.io/serve"), *ft = kube_annotation(obj, "ray.io/ft-enabled");
    kube_text(&p->cluster, kube_label(obj, "ray.io/cluster"), KUBE_NAME_MAX);
    kube_text(&p->role, kube_label(obj, "ray.io/node-type"), KUBE_NAME_MAX);
    kube_text(&p->group, kube_label(obj, "ray.io/group"), KUBE_NAME_MAX);
    kube_text(&p->storage_ns, kube_annotation(obj, "ray.io/external-storage-namespace"), KUBE_NAME_MAX);
    kube_text(&p->kuberay, kube_annotation(obj, "ray.io/kuberay-version"), KUBE_NAME_MAX);
    if (serve) p->serve = tri_of(strcmp(serve, "true") == 0);
    if (ft) p->ft = tri_of(strcmp(ft, "true") == 0);
}

/* Its node selector, which the scheduler's message does not contain. */
static void selector_parse(const cJSON *spec, struct pod *p)
{
    struct buf b;
    if (p->node) return;
    buf_init(&b, KUBE_MESSAGE_MAX);
    JSON_EACH (want, json_get(spec, "nodeSelector")) {
        if (!cJSON_IsString(want)) continue;
        if (buf_printf(&b, "%s%s=%s", b.len ? ", " : "", want->string, want->valuestring) != ERR_OK) break;
    }
    kube_text(&p->selector, buf_text(&b), KUBE_MESSAGE_MAX);
    buf_done(&b);
}

static void words_parse(const cJSON *obj, struct pod *p)
{
    struct pod_words words;
    pod_words_of(obj, &words);
    if (!*words.status) return;
    record_set(&p->status, words.status);
    p->containers = known_u64(words.containers);
    p->ready = known_u64(words.ready);
    p->restarts = known_u64(words.restarts);
    p->restarted = words.restarted;
}

void pod_parse(const cJSON *obj, struct pod *ret)
{
    const cJSON *meta = json_get(obj, "metadata"), *spec = json_get(obj, "spec"), *status = json_get(obj, "status");
    kube_text(&ret->ns, json_str(meta, "namespace"), KUBE_NAME_MAX);
    kube_text(&ret->name, json_str(meta, "name"), KUBE_NAME_MAX);
    ret->created = json_stamp(meta, "creationTimestamp");
    ret->deleted = json_stamp(meta, "deletionTimestamp");
    ret->grace = json_u64(meta, "deletionGracePeriodSeconds");
    ret->own_grace = json_u64(spec, "terminationGracePeriodSeconds");
    kube_text(&ret->phase, json_str(status, "phase"), KUBE_NAME_MAX);
    kube_text(&ret->node, json_str(spec, "nodeName"), KUBE_NAME_MAX);
    kube_text(&ret->ip, json_str(status, "podIP"), KUBE_NAME_MAX);
    ret->is_ready = kube_condition_is(status, "Ready");
    labels_parse(obj, ret);
    words_parse(obj, ret);
    containers_parse(status, ret);
    reason_parse(status, ret);
    ray_container_parse(spec, status, ret);
    devices_parse(spec, ret);
    selector_parse(spec, ret);
}
