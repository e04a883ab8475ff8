/* object_describe.c - an object in the sections of `kubectl describe`: metadata, what is specific to pods and nodes,
 * conditions, events. */
#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "deploy/object_describe_priv.h"
#include "deploy/object_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_COLS = 20, LABEL_MAX = 256, CELL_MAX = 4096 };

const char *describe_or_dash(const char *text)
{
    return text ? text : "–";
}

void describe_line(struct buf *out, int indent, const char *label, const char *value)
{
    char safe[CELL_MAX];
    if (!value || !*value) return;
    char *name = text_safe(label, strlen(label), TEXT_ONE_LINE, LABEL_MAX);
    text_safe_into(safe, sizeof safe, value, strlen(value));
    const int room = LABEL_COLS - indent - (int)strlen(name) - 1;
    (void)buf_printf(out, "%*s%s:%*s%s\n", indent, "", name, room > 2 ? room : 2, "", safe);
    free(name);
}

void describe_stamp(struct buf *out, int indent, const char *label, const char *stamp, uint64_t wall_ms)
{
    char text[CELL_MAX], age[TEXT_NUM_MAX];
    uint64_t ms;
    if (!stamp) return;
    if (stamp_parse(stamp, &ms))
        snprintf(text, sizeof text, "%.200s", stamp);
    else
        snprintf(text, sizeof text, "%.64s (%s ago)", stamp, text_duration(age, wall_ms > ms ? wall_ms - ms : 0));
    describe_line(out, indent, label, text);
}

/* key=value, one a line. */
static void describe_map(struct buf *out, const char *label, const cJSON *map)
{
    bool first = true;
    JSON_EACH (item, map) {
        char *text = mem_printf("%s=%s", item->string, cJSON_IsString(item) ? item->valuestring : "");
        char *safe = text_safe(text, strlen(text), TEXT_ONE_LINE, CELL_MAX);
        (void)buf_printf(out, "%s%*s%s\n", first ? label : "", LABEL_COLS - (first ? (int)strlen(label) : 0), "", safe);
        first = false;
        free(safe);
        free(text);
    }
}

static void describe_meta(struct buf *out, const cJSON *object, uint64_t wall_ms)
{
    const cJSON *meta = json_get(object, "metadata");
    char *kind = mem_printf("%s (%s)", describe_or_dash(json_str(object, "kind")),
                            describe_or_dash(json_str(object, "apiVersion")));
    describe_line(out, 0, "Name", json_str(meta, "name"));
    describe_line(out, 0, "Namespace", json_str(meta, "namespace"));
    describe_line(out, 0, "Kind", kind);
    describe_line(out, 0, "UID", json_str(meta, "uid"));
    describe_stamp(out, 0, "Created", json_str(meta, "creationTimestamp"), wall_ms);
    describe_stamp(out, 0, "Deletion", json_str(meta, "deletionTimestamp"), wall_ms);
    describe_map(out, "Labels:", json_get(meta, "labels"));
    describe_map(out, "Annotations:", json_get(meta, "annotations"));
    JSON_EACH (owner, json_get(meta, "ownerReferences")) {
        char *text =
            mem_printf("%s/%s", describe_or_dash(json_str(owner, "kind")), describe_or_dash(json_str(owner, "name")));
        describe_line(out, 0, "Owner", text);
        free(text);
    }
    JSON_EACH (finalizer, json_get(meta, "finalizers"))
        if (cJSON_IsString(finalizer)) describe_line(out, 0, "Finalizer", finalizer->valuestring);
    free(kind);
}

static void describe_conditions(struct buf *out, const cJSON *object, uint64_t wall_ms)
{
    const cJSON *conditions = json_path(object, "status.conditions");
    if (!conditions || !conditions->child) return;
    (void)buf_str(out, "Conditions:\n");
    JSON_EACH (c, conditions) {
        const char *reason = json_str(c, "reason"), *message = json_str(c, "message");
        const struct known_u64 since = json_stamp(c, "lastTransitionTime");
        char age[TEXT_NUM_MAX] = "–";
        if (since.known) text_duration(age, wall_ms > since.value ? wall_ms - since.value : 0);
        char *text = mem_printf("%s for %s%s%s%s%s", json_str(c, "status") ? json_str(c, "status") : "Unknown", age,
                                reason ? "  " : "", reason ? reason : "", message && *message ? ": " : "",
                                message ? message : "");
        describe_line(out, 2, describe_or_dash(json_str(c, "type")), text);
        free(text);
    }
}

static void describe_section(struct buf *out, const char *title, const cJSON *value)
{
    if (!value || !value->child) return;
    (void)buf_printf(out, "%s:\n", title);
    object_yaml(value, 2, out);
}

static void describe_node(struct buf *out, const cJSON *object)
{
    const cJSON *status = json_get(object, "status");
    describe_line(out, 0, "Provider ID", json_str(json_get(object, "spec"), "providerID"));
    describe_section(out, "Taints", json_path(object, "spec.taints"));
    describe_section(out, "Addresses", json_get(status, "addresses"));
    describe_section(out, "Capacity", json_get(status, "capacity"));
    describe_section(out, "Allocatable", json_get(status, "allocatable"));
    describe_section(out, "System Info", json_get(status, "nodeInfo"));
}

/* The conditions have a section of their own. */
static void describe_others(struct buf *out, const cJSON *object)
{
    cJSON *status = cJSON_Duplicate(json_get(object, "status"), 1);
    if (status) cJSON_DeleteItemFromObjectCaseSensitive(status, "conditions");
    describe_section(out, "Spec", json_get(object, "spec"));
    describe_section(out, "Data", json_get(object, "data"));
    describe_section(out, "Status", status);
    cJSON_Delete(status);
}

static void describe_events(struct buf *out, const cJSON *events, const char *why, uint64_t wall_ms)
{
    if (!events) {
        describe_line(out, 0, "Events", why ? why : "not known");
        return;
    }
    if (!events->child) {
        describe_line(out, 0, "Events", "none (the API server keeps them one hour)");
        return;
    }
    (void)buf_str(out, "Events:\n");
    JSON_EACH (e, events) {
        struct known_u64 last = json_stamp(e, "lastTimestamp"), count = json_u64(e, "count");
        if (!last.known) last = json_stamp(e, "eventTime");
        if (!last.known) last = json_stamp(json_get(e, "metadata"), "creationTimestamp");
        char age[TEXT_NUM_MAX] = "–", times[48] = "";
        if (last.known) text_duration(age, wall_ms > last.value ? wall_ms - last.value : 0);
        if (count.known && count.value > 1) snprintf(times, sizeof times, " (x%llu)", (unsigned long long)count.value);
        const char *message = json_str(e, "message"), *reason = json_str(e, "reason"), *type = json_str(e, "type");
        char *line = mem_printf("%s ago%s  %s%s%s", age, times, type && strcmp(type, "Normal") != 0 ? type : "",
                                type && strcmp(type, "Normal") != 0 ? ": " : "", message ? message : "");
        describe_line(out, 2, describe_or_dash(reason), line);
        free(line);
    }
}

void object_describe(const cJSON *object, const cJSON *events, const char *events_why, uint64_t wall_ms,
                     struct buf *out)
{
    const char *kind = json_str(object, "kind");
    describe_meta(out, object, wall_ms);
    if (kind && strcmp(kind, "Pod") == 0) {
        describe_pod(out, object, wall_ms);
        describe_conditions(out, object, wall_ms);
    } else {
        describe_conditions(out, object, wall_ms);
        if (kind && strcmp(kind, "Node") == 0)
            describe_node(out, object);
        else
            describe_others(out, object);
    }
    describe_events(out, events, events_why, wall_ms);
}
