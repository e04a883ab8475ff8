/* kube_parse.c - Objects and watch events by kind: to the parser of each. */
#include "backends/kube/kube_parse.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/json_prune.h"
#include "backends/kube/kinds_parse.h"
#include "backends/kube/kube_fields.h"
#include "backends/kube/status_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UID_MAX = 128 };

/* Decimal with every server that is known; opaque by contract. */
#define VERSION_CHARS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~"

/* Members of a pod that are not used here. Keys of labels, annotations or environments may equal them: none of those
 * used does. */
static const char *const of_pods[] = {"managedFields",
                                      "volumes",
                                      "volumeMounts",
                                      "livenessProbe",
                                      "readinessProbe",
                                      "startupProbe",
                                      "lifecycle",
                                      "tolerations",
                                      "command",
                                      "args",
                                      "affinity",
                                      "securityContext",
                                      "ports",
                                      "ownerReferences",
                                      "hostIPs",
                                      "podIPs",
                                      "imagePullSecrets",
                                      "kubectl.kubernetes.io/last-applied-configuration",
                                      NULL};
/* In other objects a user-defined key (a Serve application's name) may be used. */
static const char *const of_others[] = {"managedFields", "kubectl.kubernetes.io/last-applied-configuration", NULL};

/* As json_parse_shown, without unused members; errors refer to the whole text. */
static enum err object_parse(enum table table, const char *bytes, size_t len, cJSON **ret, struct why *why)
{
    size_t less = 0;
    char *text = json_prune(bytes, len, table == TABLE_POD ? of_pods : of_others, &less);
    enum err e = json_parse_shown(text, less, ret, NULL);
    free(text);
    return e == ERR_OK ? ERR_OK : json_parse_shown(bytes, len, ret, why);
}

static bool record_fill(enum table table, const cJSON *obj, void *record)
{
    switch (table) {
    case TABLE_POD: pod_parse(obj, record); return true;
    case TABLE_RAYSERVICE: rayservice_parse(obj, record); return true;
    case TABLE_RAYCLUSTER: raycluster_parse(obj, record); return true;
    case TABLE_KNODE: knode_parse(obj, record); return true;
    case TABLE_EVENT: event_parse(obj, record); return true;
    case TABLE_SLICE: slice_parse(obj, record); return true;
    case TABLE_INGRESS: ingress_parse(obj, record); return true;
    default: return false;
    }
}

/* The UID as a key; false where there is none. */
static bool key_of(const cJSON *obj, char key[UID_MAX])
{
    const char *uid = json_str(json_get(obj, "metadata"), "uid");
    if (!uid || !*uid || strlen(uid) >= UID_MAX) return false;
    text_safe_into(key, UID_MAX, uid, strlen(uid));
    return true;
}

enum err kube_parse_object(enum table table, const cJSON *obj, struct record **ret, struct why *why)
{
    char key[UID_MAX];
    if (!cJSON_IsObject(obj)) return why_set(why, ERR_PARSE, "a %s that is not an object", table_name(table));
    if (!key_of(obj, key)) {
        const char *name = json_str(json_get(obj, "metadata"), "name");
        return why_set(why, ERR_PARSE, "a %s without metadata.uid (name %.100s)", table_name(table),
                       name ? name : "missing");
    }
    struct record *r = record_new(table, key);
    if (!record_fill(table, obj, r)) {
        record_free(r);
        return why_set(why, ERR_UNSUPPORTED, "%s is not a kind of Kubernetes", table_name(table));
    }
    *ret = r;
    return ERR_OK;
}

static void copy_version(char out[KUBE_VERSION_MAX], const cJSON *meta)
{
    const char *v = json_str(meta, "resourceVersion");
    out[0] = '\0';
    /* Used verbatim in a URL. */
    if (v && strlen(v) < KUBE_VERSION_MAX && strspn(v, VERSION_CHARS) == strlen(v))
        snprintf(out, KUBE_VERSION_MAX, "%s", v);
}

static void take_items(enum table table, const cJSON *items, struct kube_page *p)
{
    size_t room = 0;
    JSON_EACH (obj, items) {
        struct why why;
        if (p->count == KUBE_PAGE_ITEMS) {
            p->beyond++;
            continue;
        }
        if (p->count == room) {
            room = room ? room * 2 : 64;
            p->items = mem_grow(p->items, room, sizeof *p->items);
        }
        if (kube_parse_object(table, obj, &p->items[p->count], &why) == ERR_OK)
            p->count++;
        else if (!p->skipped++)
            p->skipped_why = why;
    }
}

enum err kube_parse_page(enum table table, const char *bytes, size_t len, struct kube_page *ret, struct why *why)
{
    cJSON *root = NULL;
    struct kube_page p = {0};
    enum err e = object_parse(table, bytes, len, &root, why);
    if (e != ERR_OK) return e;
    const cJSON *meta = json_get(root, "metadata"), *items = json_get(root, "items");
    const char *next = json_str(meta, "continue");
    copy_version(p.version, meta);
    if (!cJSON_IsObject(meta) || (!cJSON_IsArray(items) && !cJSON_IsNull(items))) {
        e = why_set(why, ERR_PROTOCOL, "the answer is not a list");
        goto out;
    }
    if (!*p.version) {
        e = why_set(why, ERR_PROTOCOL, "a list without a resource version");
        goto out;
    }
    if (next && strlen(next) > KUBE_CONTINUE_MAX) {
        e = why_set(why, ERR_LIMIT, "a continue token of %zu bytes", strlen(next));
        goto out;
    }
    p.next = next && *next ? mem_str(next) : NULL;
    p.remaining = json_u64(meta, "remainingItemCount");
    take_items(table, items, &p);
    *ret = p;
out:
    cJSON_Delete(root);
    return e;
}

void kube_page_done(struct kube_page *p)
{
    if (!p) return;
    for (size_t i = 0; i < p->count; i++) record_free(p->items[i]);
    free(p->items);
    free(p->next);
    *p = (struct kube_page){0};
}

static enum err event_of(enum table table, const char *type, const cJSON *obj, struct kube_event *ev, struct why *why)
{
    char key[UID_MAX];
    if (strcmp(type, "ERROR") == 0) {
        ev->type = KUBE_ERROR;
        status_of(obj, ERR_SERVER, &ev->error);
        return ERR_OK;
    }
    copy_version(ev->version, json_get(obj, "metadata"));
    if (strcmp(type, "BOOKMARK") == 0) {
        ev->type = KUBE_BOOKMARK;
        return ERR_OK;
    }
    if (strcmp(type, "DELETED") == 0) {
        ev->type = KUBE_GONE;
        if (!key_of(obj, key))
            return why_set(why, ERR_PROTOCOL, "a deleted %s without metadata.uid", table_name(table));
        ev->key = mem_str(key);
        return ERR_OK;
    }
    if (strcmp(type, "ADDED") != 0 && strcmp(type, "MODIFIED") != 0)
        return why_set(why, ERR_PROTOCOL, "a watch event of an unknown type %.40s", type);
    ev->type = KUBE_PUT;
    return kube_parse_object(table, obj, &ev->record, why) == ERR_OK ? ERR_OK : ERR_PROTOCOL;
}

enum err kube_parse_line(enum table table, const char *bytes, size_t len, struct kube_event *ret, struct why *why)
{
    cJSON *root = NULL;
    struct kube_event ev = {0};
    enum err e = object_parse(table, bytes, len, &root, why);
    if (e != ERR_OK) return e;
    const char *type = json_str(root, "type");
    const cJSON *obj = json_get(root, "object");
    if (!type || !cJSON_IsObject(obj))
        e = why_set(why, ERR_PARSE, "not a watch event");
    else
        e = event_of(table, type, obj, &ev, why);
    cJSON_Delete(root);
    if (e != ERR_OK) {
        kube_event_done(&ev);
        if (why) why->code = e;
        return e;
    }
    *ret = ev;
    return ERR_OK;
}

void kube_event_done(struct kube_event *e)
{
    if (!e) return;
    record_free(e->record);
    free(e->key);
    e->record = NULL;
    e->key = NULL;
}

enum err kube_line_changes(const char *source, enum table table, const char *bytes, size_t len, const struct sink *sink,
                           struct why *why)
{
    struct kube_event ev;
    enum err e = kube_parse_line(table, bytes, len, &ev, why);
    if (e != ERR_OK) return e;
    switch (ev.type) {
    case KUBE_PUT:
        sink_put(sink, change_put(source, WORLD_KUBE, ev.record));
        ev.record = NULL;
        break;
    case KUBE_GONE: sink_put(sink, change_gone(source, WORLD_KUBE, table, ev.key)); break;
    case KUBE_BOOKMARK: sink_put(sink, change_new(CHANGE_ALIVE, source, WORLD_KUBE)); break;
    case KUBE_ERROR:
        e = ev.error.code;
        if (why) *why = ev.error;
        break;
    }
    kube_event_done(&ev);
    return e;
}
