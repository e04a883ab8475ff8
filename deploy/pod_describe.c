/* pod_describe.c - a pod's own sections: where it runs, its containers, their states, its volumes. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/object_describe_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 4096 };

/* "State: Running since …", "Last state: Terminated: OOMKilled, exit code 137, from … to …". */
static void describe_state(struct buf *out, const char *label, const cJSON *state, uint64_t wall_ms)
{
    const cJSON *running = json_get(state, "running"), *waiting = json_get(state, "waiting"),
                *ended = json_get(state, "terminated");
    if (running) {
        describe_line(out, 4, label, "Running");
        describe_stamp(out, 6, "Started", json_str(running, "startedAt"), wall_ms);
    } else if (waiting) {
        const char *message = json_str(waiting, "message");
        char *text = mem_printf("Waiting: %s%s%s", describe_or_dash(json_str(waiting, "reason")), message ? ": " : "",
                                message ? message : "");
        describe_line(out, 4, label, text);
        free(text);
    } else if (ended) {
        const struct known_u64 code = json_u64(ended, "exitCode"), sig = json_u64(ended, "signal");
        char number[TEXT_NUM_MAX] = "–";
        if (code.known) snprintf(number, sizeof number, "%llu", (unsigned long long)code.value);
        char *text = mem_printf("Terminated: %s, exit code %s", describe_or_dash(json_str(ended, "reason")), number);
        describe_line(out, 4, label, text);
        free(text);
        if (sig.known && sig.value) {
            snprintf(number, sizeof number, "%llu", (unsigned long long)sig.value);
            describe_line(out, 6, "Signal", number);
        }
        describe_line(out, 6, "Message", json_str(ended, "message"));
        describe_stamp(out, 6, "Started", json_str(ended, "startedAt"), wall_ms);
        describe_stamp(out, 6, "Finished", json_str(ended, "finishedAt"), wall_ms);
    }
}

/* "cpu 2, memory 8Gi". */
static void describe_amounts(struct buf *out, const char *label, const cJSON *amounts)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    JSON_EACH (item, amounts) {
        char *value = cJSON_IsString(item) ? mem_str(item->valuestring) : cJSON_PrintUnformatted(item);
        (void)buf_printf(&text, "%s%s %s", text.len ? ", " : "", item->string, describe_or_dash(value));
        free(value);
    }
    describe_line(out, 4, label, buf_text(&text));
    buf_done(&text);
}

static void describe_words(struct buf *out, const char *label, const cJSON *words)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    JSON_EACH (word, words)
        if (cJSON_IsString(word)) (void)buf_printf(&text, "%s%s", text.len ? " " : "", word->valuestring);
    describe_line(out, 4, label, buf_text(&text));
    buf_done(&text);
}

static void describe_ports(struct buf *out, const cJSON *ports)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    JSON_EACH (port, ports) {
        const struct known_u64 number = json_u64(port, "containerPort");
        if (number.known)
            (void)buf_printf(&text, "%s%llu%s%s", text.len ? ", " : "", (unsigned long long)number.value,
                             json_str(port, "name") ? " " : "", json_str(port, "name") ? json_str(port, "name") : "");
    }
    describe_line(out, 4, "Ports", buf_text(&text));
    buf_done(&text);
}

/* Values were masked; of one that comes from a Secret only its place is known. */
static void describe_env(struct buf *out, const cJSON *env)
{
    if (!env || !env->child) return;
    (void)buf_str(out, "    Environment:\n");
    JSON_EACH (item, env) {
        const cJSON *from = json_get(item, "valueFrom"), *secret = json_get(from, "secretKeyRef"),
                    *config = json_get(from, "configMapKeyRef"), *field = json_get(from, "fieldRef"),
                    *ref = secret ? secret : config;
        char *text;
        if (ref)
            text = mem_printf("<key '%s' of %s '%s'>", describe_or_dash(json_str(ref, "key")),
                              secret ? "Secret" : "ConfigMap", describe_or_dash(json_str(ref, "name")));
        else if (field)
            text = mem_printf("<field %s>", describe_or_dash(json_str(field, "fieldPath")));
        else if (from)
            text = mem_str("<from the pod>");
        else
            text = mem_str(json_str(item, "value") && *json_str(item, "value") ? json_str(item, "value") : "\"\"");
        describe_line(out, 6, describe_or_dash(json_str(item, "name")), text);
        free(text);
    }
}

static const cJSON *status_of(const cJSON *statuses, const char *name)
{
    JSON_EACH (status, statuses)
        if (text_eq(json_str(status, "name"), name)) return status;
    return NULL;
}

static void describe_container(struct buf *out, const cJSON *container, const cJSON *statuses, uint64_t wall_ms)
{
    const char *name = describe_or_dash(json_str(container, "name"));
    const cJSON *status = status_of(statuses, json_str(container, "name"));
    const struct known_u64 restarts = json_u64(status, "restartCount");
    const enum tri ready = json_bool(status, "ready");
    char number[TEXT_NUM_MAX];
    char *safe = text_safe(name, strlen(name), TEXT_ONE_LINE, 256);
    (void)buf_printf(out, "  %s:\n", safe);
    free(safe);
    describe_line(out, 4, "Image", json_str(container, "image"));
    describe_line(out, 4, "Container ID", json_str(status, "containerID"));
    if (status)
        describe_state(out, "State", json_get(status, "state"), wall_ms);
    else
        describe_line(out, 4, "State", "not reported by the kubelet yet");
    describe_state(out, "Last state", json_get(status, "lastState"), wall_ms);
    if (ready != TRI_UNKNOWN) describe_line(out, 4, "Ready", ready == TRI_YES ? "true" : "false");
    if (restarts.known) {
        snprintf(number, sizeof number, "%llu", (unsigned long long)restarts.value);
        describe_line(out, 4, "Restarts", number);
    }
    describe_ports(out, json_get(container, "ports"));
    describe_words(out, "Command", json_get(container, "command"));
    describe_words(out, "Args", json_get(container, "args"));
    describe_amounts(out, "Limits", json_path(container, "resources.limits"));
    describe_amounts(out, "Requests", json_path(container, "resources.requests"));
    describe_env(out, json_get(container, "env"));
}

static void describe_containers(struct buf *out, const char *title, const cJSON *containers, const cJSON *statuses,
                                uint64_t wall_ms)
{
    if (!containers || !containers->child) return;
    (void)buf_printf(out, "%s:\n", title);
    JSON_EACH (container, containers) describe_container(out, container, statuses, wall_ms);
}

/* A volume's kind is its member beside the name: "secret", "emptyDir" … */
static void describe_volumes(struct buf *out, const cJSON *volumes)
{
    if (!volumes || !volumes->child) return;
    (void)buf_str(out, "Volumes:\n");
    JSON_EACH (volume, volumes) {
        const char *name = describe_or_dash(json_str(volume, "name"));
        JSON_EACH (source, volume) {
            if (strcmp(source->string, "name") == 0) continue;
            const char *of = json_str(source, "secretName");
            if (!of) of = json_str(source, "claimName");
            if (!of) of = json_str(source, "name");
            if (!of) of = json_str(source, "path");
            char *text = mem_printf("%s%s%s", source->string, of ? " " : "", of ? of : "");
            describe_line(out, 2, name, text);
            free(text);
        }
    }
}

void describe_pod(struct buf *out, const cJSON *pod, uint64_t wall_ms)
{
    const cJSON *spec = json_get(pod, "spec"), *status = json_get(pod, "status");
    describe_line(out, 0, "Node", json_str(spec, "nodeName"));
    describe_stamp(out, 0, "Start Time", json_str(status, "startTime"), wall_ms);
    describe_line(out, 0, "Status", json_str(status, "phase"));
    describe_line(out, 0, "Reason", json_str(status, "reason"));
    describe_line(out, 0, "Message", json_str(status, "message"));
    describe_line(out, 0, "IP", json_str(status, "podIP"));
    describe_line(out, 0, "Service Account", json_str(spec, "serviceAccountName"));
    describe_line(out, 0, "QoS Class", json_str(status, "qosClass"));
    describe_line(out, 0, "Priority Class", json_str(spec, "priorityClassName"));
    describe_containers(out, "Init Containers", json_get(spec, "initContainers"),
                        json_get(status, "initContainerStatuses"), wall_ms);
    describe_containers(out, "Containers", json_get(spec, "containers"), json_get(status, "containerStatuses"),
                        wall_ms);
    describe_volumes(out, json_get(spec, "volumes"));
}
