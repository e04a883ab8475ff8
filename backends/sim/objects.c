/* objects.c - the simulated API server's store: objects by kind, their resourceVersion, the log of events. */
#include "backends/sim/objects.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct table {
    cJSON **items;
    size_t count, cap;
};
struct objects {
    struct table tables[SIM_KIND_COUNT];
    struct object_event log[OBJECTS_LOG]; /* a ring: log_start is the oldest */
    size_t log_start, log_count;
    uint64_t version, floor;
    void (*event)(void *arg, const struct object_event *e);
    void *arg;
};

const struct sim_kind_info *sim_kind_info(enum sim_kind kind)
{
    static const struct sim_kind_info infos[] = {
#define X(id, group, version, plural, kind, namespaced, custom) {group, version, plural, kind, namespaced, custom},
        SIM_KINDS(X)
#undef X
    };
    return &infos[kind];
}

bool sim_kind_find(const char *group, const char *version, const char *plural, enum sim_kind *ret)
{
    for (int i = 0; i < SIM_KIND_COUNT; i++) {
        const struct sim_kind_info *k = sim_kind_info((enum sim_kind)i);
        if (strcmp(k->group, group) || strcmp(k->version, version) || strcmp(k->plural, plural)) continue;
        *ret = (enum sim_kind)i;
        return true;
    }
    return false;
}

struct objects *objects_new(void)
{
    struct objects *o = mem_zero(1, sizeof *o);
    o->version = 1;
    o->floor = 1;
    return o;
}

void objects_clear_log(struct objects *o)
{
    for (; o->log_count; o->log_count--) {
        cJSON_Delete(o->log[o->log_start].object);
        o->log_start = (o->log_start + 1) % OBJECTS_LOG;
    }
    o->floor = o->version;
}

void objects_free(struct objects *o)
{
    if (!o) return;
    objects_clear_log(o);
    for (int i = 0; i < SIM_KIND_COUNT; i++) {
        for (size_t j = 0; j < o->tables[i].count; j++) cJSON_Delete(o->tables[i].items[j]);
        free(o->tables[i].items);
    }
    free(o);
}

uint64_t objects_version(const struct objects *o)
{
    return o->version;
}

uint64_t objects_floor(const struct objects *o)
{
    return o->floor;
}

const char *object_name(const cJSON *obj)
{
    const char *name = json_str(json_get(obj, "metadata"), "name");
    return name ? name : "";
}

const char *object_ns(const cJSON *obj)
{
    const char *ns = json_str(json_get(obj, "metadata"), "namespace");
    return ns ? ns : "";
}

/* The index of the name, or where to insert it. */
static size_t table_find(const struct table *t, const char *ns, const char *name, bool *ret_found)
{
    size_t low = 0, high = t->count;
    *ret_found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(object_ns(t->items[middle]), ns);
        if (order == 0) order = strcmp(object_name(t->items[middle]), name);
        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

cJSON *objects_get(const struct objects *o, enum sim_kind kind, const char *ns, const char *name)
{
    bool found;
    size_t at = table_find(&o->tables[kind], ns, name, &found);
    return found ? o->tables[kind].items[at] : NULL;
}

cJSON *const *objects_all(const struct objects *o, enum sim_kind kind, size_t *ret_count)
{
    *ret_count = o->tables[kind].count;
    return o->tables[kind].items;
}

static void set_version(struct objects *o, cJSON *obj)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, ++o->version);
    cJSON *meta = cJSON_GetObjectItemCaseSensitive(obj, "metadata");
    assert(meta);
    cJSON_DeleteItemFromObjectCaseSensitive(meta, "resourceVersion");
    cJSON_AddStringToObject(meta, "resourceVersion", text);
}

static void notify_watchers(struct objects *o, const char *type, enum sim_kind kind, cJSON *obj)
{
    set_version(o, obj);
    if (o->log_count == OBJECTS_LOG) {
        struct object_event *oldest = &o->log[o->log_start];
        o->floor = oldest->version;
        cJSON_Delete(oldest->object);
        o->log_start = (o->log_start + 1) % OBJECTS_LOG;
        o->log_count--;
    }
    struct object_event *e = &o->log[(o->log_start + o->log_count++) % OBJECTS_LOG];
    *e = (struct object_event){o->version, type, kind, cJSON_Duplicate(obj, 1)};
    if (o->event) o->event(o->arg, e);
}

/* The API server keeps Events for an hour; here the one repeated longest ago is dropped. */
static void trim_events(struct objects *o)
{
    const struct table *t = &o->tables[SIM_EVENT];
    if (t->count <= OBJECTS_EVENTS_KEPT) return;
    size_t oldest = 0;
    uint64_t lowest = UINT64_MAX;
    for (size_t i = 0; i < t->count; i++) {
        struct known_u64 version = json_u64(json_get(t->items[i], "metadata"), "resourceVersion");
        if (version.value >= lowest) continue;
        lowest = version.value;
        oldest = i;
    }
    objects_delete(o, SIM_EVENT, t->items[oldest]);
}

cJSON *objects_put(struct objects *o, enum sim_kind kind, cJSON *obj)
{
    struct table *t = &o->tables[kind];
    bool found;
    size_t at = table_find(t, object_ns(obj), object_name(obj), &found);
    if (found) {
        cJSON_Delete(t->items[at]);
        t->items[at] = obj;
        notify_watchers(o, "MODIFIED", kind, obj);
        return obj;
    }
    if (t->count == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 16;
        t->items = mem_grow(t->items, t->cap, sizeof(cJSON *));
    }
    memmove(t->items + at + 1, t->items + at, (t->count - at) * sizeof(cJSON *));
    t->items[at] = obj;
    t->count++;
    notify_watchers(o, "ADDED", kind, obj);
    if (kind == SIM_EVENT) trim_events(o);
    return obj;
}

void objects_changed(struct objects *o, enum sim_kind kind, cJSON *obj)
{
    notify_watchers(o, "MODIFIED", kind, obj);
}

void objects_delete(struct objects *o, enum sim_kind kind, cJSON *obj)
{
    struct table *t = &o->tables[kind];
    bool found;
    size_t at = table_find(t, object_ns(obj), object_name(obj), &found);
    assert(found && t->items[at] == obj);
    t->count--;
    memmove(t->items + at, t->items + at + 1, (t->count - at) * sizeof(cJSON *));
    notify_watchers(o, "DELETED", kind, obj);
    cJSON_Delete(obj);
}

void objects_clear(struct objects *o)
{
    for (int i = 0; i < SIM_KIND_COUNT; i++) {
        struct table *t = &o->tables[i];
        while (t->count) objects_delete(o, (enum sim_kind)i, t->items[t->count - 1]);
    }
}

void objects_since(const struct objects *o, uint64_t version, void (*event)(void *arg, const struct object_event *e),
                   void *arg)
{
    for (size_t i = 0; i < o->log_count; i++) {
        const struct object_event *e = &o->log[(o->log_start + i) % OBJECTS_LOG];
        if (e->version > version) event(arg, e);
    }
}

void objects_listen(struct objects *o, void (*event)(void *arg, const struct object_event *e), void *arg)
{
    o->event = event;
    o->arg = arg;
}
