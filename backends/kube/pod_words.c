/* pod_words.c - computes a pod's STATUS, READY and RESTARTS as kubectl prints them. */
#include "backends/kube/pod_words.h"

#include "backends/base/text.h"
#include "backends/kube/kube_fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Accumulated over a pod's containers. */
struct tally {
    struct pod_words *words;
    const cJSON *spec, *status;
    uint64_t sidecar_restarts;
    struct known_u64 sidecar_restarted;
    bool initializing;
    bool running;
    char error[POD_STATUS_MAX];
};

static void status_set(char out[POD_STATUS_MAX], const char *prefix, const char *reason)
{
    char text[POD_STATUS_MAX + 16];
    snprintf(text, sizeof text, "%s%.*s", prefix, POD_STATUS_MAX, reason);
    text_safe_into(out, POD_STATUS_MAX, text, strlen(text));
}

static void status_set_terminated(char out[POD_STATUS_MAX], const char *prefix, const cJSON *terminated)
{
    char text[64];
    const char *reason = json_str(terminated, "reason");
    long long signal_no = kube_int(terminated, "signal", 0);
    if (reason && *reason) {
        status_set(out, prefix, reason);
        return;
    }
    if (signal_no)
        snprintf(text, sizeof text, "Signal:%lld", signal_no);
    else
        snprintf(text, sizeof text, "ExitCode:%lld", kube_int(terminated, "exitCode", 0));
    status_set(out, prefix, text);
}

/* A restartable init container (restartPolicy Always). */
static bool is_sidecar(const cJSON *spec, const char *name)
{
    JSON_EACH (c, json_get(spec, "initContainers")) {
        if (text_eq(json_str(c, "name"), name)) return text_eq(json_str(c, "restartPolicy"), "Always");
    }
    return false;
}

static void last_restart(struct known_u64 *last, const cJSON *container)
{
    struct known_u64 end = json_stamp(json_path(container, "lastState.terminated"), "finishedAt");
    if (end.known && (!last->known || end.value > last->value)) *last = end;
}

static uint64_t restarts_of(const cJSON *container)
{
    struct known_u64 n = json_u64(container, "restartCount");
    return n.known ? n.value : 0;
}

static const cJSON *state_of(const cJSON *container, const char *which)
{
    const cJSON *s = json_get(json_get(container, "state"), which);
    return cJSON_IsObject(s) ? s : NULL;
}

/* False: stop here, the following init containers have not started. */
static bool init_container(struct tally *t, const cJSON *container, size_t index)
{
    const cJSON *terminated = state_of(container, "terminated"), *waiting = state_of(container, "waiting");
    bool sidecar = is_sidecar(t->spec, json_str(container, "name"));
    const char *reason = json_str(waiting, "reason");
    t->words->restarts += restarts_of(container);
    last_restart(&t->words->restarted, container);
    if (sidecar) {
        t->sidecar_restarts += restarts_of(container);
        last_restart(&t->sidecar_restarted, container);
    }
    if (terminated && kube_int(terminated, "exitCode", 0) == 0) return true;
    if (sidecar && json_bool(container, "started") == TRI_YES) {
        if (json_bool(container, "ready") == TRI_YES) t->words->ready++;
        return true;
    }
    if (terminated) {
        status_set_terminated(t->words->status, "Init:", terminated);
    } else if (reason && *reason && strcmp(reason, "PodInitializing") != 0) {
        status_set(t->words->status, "Init:", reason);
    } else {
        const cJSON *all = json_get(t->spec, "initContainers");
        snprintf(t->words->status, POD_STATUS_MAX, "Init:%zu/%d", index,
                 cJSON_IsArray(all) ? cJSON_GetArraySize(all) : 0);
    }
    t->initializing = true;
    return false;
}

static void main_container(struct tally *t, const cJSON *container)
{
    const cJSON *terminated = state_of(container, "terminated"), *waiting = state_of(container, "waiting");
    const char *reason = json_str(waiting, "reason");
    t->words->restarts += restarts_of(container);
    last_restart(&t->words->restarted, container);
    if (reason && *reason) {
        status_set(t->words->status, "", reason);
    } else if (terminated) {
        status_set_terminated(t->words->status, "", terminated);
        if (kube_int(terminated, "exitCode", 0) != 0) memcpy(t->error, t->words->status, sizeof t->error);
    } else if (state_of(container, "running") && json_bool(container, "ready") == TRI_YES) {
        t->running = true;
        t->words->ready++;
    }
}

static void main_containers(struct tally *t)
{
    const cJSON *all = json_get(t->status, "containerStatuses");
    t->words->restarts = t->sidecar_restarts;
    t->words->restarted = t->sidecar_restarted;
    /* in reverse, so that the first container's reason wins; in cJSON, child->prev is the last child */
    const cJSON *c = cJSON_IsArray(all) && all->child ? all->child->prev : NULL;
    for (; c; c = c == all->child ? NULL : c->prev) main_container(t, c);
    if (strcmp(t->words->status, "Completed") != 0) return;
    if (t->running && kube_condition_is(t->status, "Ready") == TRI_YES)
        status_set(t->words->status, "", "Running");
    else if (*t->error)
        memcpy(t->words->status, t->error, sizeof t->error);
    else if (t->running)
        status_set(t->words->status, "", "NotReady");
}

static void count_containers(struct tally *t)
{
    const cJSON *all = json_get(t->spec, "containers");
    t->words->containers = cJSON_IsArray(all) ? (uint64_t)cJSON_GetArraySize(all) : 0;
    JSON_EACH (c, json_get(t->spec, "initContainers")) {
        if (text_eq(json_str(c, "restartPolicy"), "Always")) t->words->containers++;
    }
}

void pod_words_of(const cJSON *pod, struct pod_words *ret)
{
    struct tally t = {.words = ret, .spec = json_get(pod, "spec"), .status = json_get(pod, "status")};
    const char *phase = json_str(t.status, "phase"), *reason = json_str(t.status, "reason");
    const cJSON *scheduled = kube_condition(t.status, "PodScheduled");
    size_t index = 0;

    memset(ret, 0, sizeof *ret);
    count_containers(&t);
    status_set(ret->status, "", reason && *reason ? reason : phase ? phase : "");
    if (text_eq(json_str(scheduled, "reason"), "SchedulingGated")) status_set(ret->status, "", "SchedulingGated");
    JSON_EACH (c, json_get(t.status, "initContainerStatuses")) {
        if (!init_container(&t, c, index++)) break;
    }
    if (!t.initializing || kube_condition_is(t.status, "Initialized") == TRI_YES) main_containers(&t);
    if (!json_str(json_get(pod, "metadata"), "deletionTimestamp")) return;
    if (text_eq(reason, "NodeLost"))
        status_set(ret->status, "", "Unknown");
    else if (!text_eq(phase, "Succeeded") && !text_eq(phase, "Failed"))
        status_set(ret->status, "", "Terminating");
}

char *pod_restarts_text(char out[POD_RESTARTS_MAX], struct known_u64 restarts, struct known_u64 restarted,
                        uint64_t now_wall_ms)
{
    char ago[TEXT_NUM_MAX];
    if (!restarts.known)
        snprintf(out, POD_RESTARTS_MAX, "–");
    else if (!restarts.value || !restarted.known)
        snprintf(out, POD_RESTARTS_MAX, "%" PRIu64, restarts.value);
    else
        snprintf(out, POD_RESTARTS_MAX, "%" PRIu64 " (%s ago)", restarts.value,
                 text_duration(ago, now_wall_ms > restarted.value ? now_wall_ms - restarted.value : 0));
    return out;
}
