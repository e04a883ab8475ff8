/* server_apply.c - server-side apply: managedFields, conflicts, force. */
#include "backends/sim/server_apply.h"

#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/stamp.h"
#include "backends/sim/fields.h"

#include <string.h>

enum { MESSAGE_MAX = 64 * 1024 };

/* ---- managedFields ----------------------------------------------------------------------------------------------- */

static cJSON *managed_entries(const cJSON *obj)
{
    return json_member(json_member(obj, "metadata"), "managedFields");
}

static bool entry_is(const cJSON *entry, const char *manager, const char *operation)
{
    const char *its = json_str(entry, "manager"), *how = json_str(entry, "operation");
    return its && how && !json_get(entry, "subresource") && strcmp(its, manager) == 0 && strcmp(how, operation) == 0;
}

static cJSON *entry_of(const cJSON *obj, const char *manager, const char *operation)
{
    cJSON *entry;
    cJSON_ArrayForEach(entry, managed_entries(obj)) if (entry_is(entry, manager, operation)) return entry;
    return NULL;
}

cJSON *managed_fields(const cJSON *obj, const char *manager, const char *operation)
{
    return json_member(entry_of(obj, manager, operation), "fieldsV1");
}

static cJSON *entry_new(const cJSON *obj, const char *manager, const char *operation, cJSON *fields, uint64_t now_ms)
{
    char now[STAMP_TEXT_MAX];
    const char *api = json_str(obj, "apiVersion");
    cJSON *e = cJSON_CreateObject();
    cJSON_AddStringToObject(e, "manager", manager);
    cJSON_AddStringToObject(e, "operation", operation);
    cJSON_AddStringToObject(e, "apiVersion", api ? api : "v1");
    cJSON_AddStringToObject(e, "time", stamp_iso(now, now_ms));
    cJSON_AddStringToObject(e, "fieldsType", "FieldsV1");
    cJSON_AddItemToObject(e, "fieldsV1", fields);
    return e;
}

void managed_set(cJSON *obj, const char *manager, const char *operation, cJSON *fields, uint64_t now_ms)
{
    cJSON *list = managed_entries(obj), *old = entry_of(obj, manager, operation);
    if (old && cJSON_Compare(json_member(old, "fieldsV1"), fields, 1)) {
        cJSON_Delete(fields);
        return;
    }
    if (old) cJSON_Delete(cJSON_DetachItemViaPointer(list, old));
    if (!list) list = cJSON_AddArrayToObject(json_member(obj, "metadata"), "managedFields");
    if (fields->child)
        cJSON_AddItemToArray(list, entry_new(obj, manager, operation, fields, now_ms));
    else
        cJSON_Delete(fields);
}

/* Removes entries without fields. */
static void managed_fields_prune(cJSON *obj)
{
    cJSON *list = managed_entries(obj), *next;
    for (cJSON *e = list ? list->child : NULL; e; e = next) {
        next = e->next;
        if (!json_member(e, "fieldsV1")->child) cJSON_Delete(cJSON_DetachItemViaPointer(list, e));
    }
}

void managed_disown(cJSON *obj, const char *manager, const char *dotted)
{
    cJSON *entry;
    cJSON_ArrayForEach(entry, managed_entries(obj))
    {
        const char *its = json_str(entry, "manager");
        if (its && strcmp(its, manager) != 0) fields_disown(json_member(entry, "fieldsV1"), dotted);
    }
    managed_fields_prune(obj);
}

/* ---- conflicts --------------------------------------------------------------------------------------------------- */

struct gathered {
    cJSON *causes;
    const cJSON *entry; /* the entry being compared */
    struct buf paths;   /* the lines of the message of several conflicts */
    const cJSON *last;  /* the entry named last in it */
};

static void add_manager(struct buf *out, const cJSON *entry)
{
    const char *how = json_str(entry, "operation"), *sub = json_str(entry, "subresource");
    buf_printf(out, "\"%s\"", json_str(entry, "manager"));
    if (sub) buf_printf(out, " with subresource \"%s\"", sub);
    if (strcmp(how, "Update") == 0) buf_printf(out, " using %s", json_str(entry, "apiVersion"));
}

static void gather_conflict(void *arg, const char *path)
{
    struct gathered *g = arg;
    struct buf text;
    buf_init(&text, MESSAGE_MAX);
    if (g->last != g->entry) {
        buf_str(&g->paths, g->last ? "\nconflicts with " : "conflicts with ");
        add_manager(&g->paths, g->entry);
        buf_char(&g->paths, ':');
        g->last = g->entry;
    }
    buf_printf(&g->paths, "\n- %s", path);
    buf_str(&text, "conflict with ");
    add_manager(&text, g->entry);
    cJSON *cause = cJSON_CreateObject();
    cJSON_AddStringToObject(cause, "reason", "FieldManagerConflict");
    cJSON_AddStringToObject(cause, "message", buf_text(&text));
    cJSON_AddStringToObject(cause, "field", path);
    cJSON_AddItemToArray(g->causes, cause);
    buf_done(&text);
}

static cJSON *conflict_status(struct gathered *g)
{
    struct buf text;
    buf_init(&text, MESSAGE_MAX);
    int count = cJSON_GetArraySize(g->causes);
    const cJSON *first = g->causes->child;
    if (count == 1)
        buf_printf(&text, "Apply failed with 1 conflict: %s: %s", json_str(first, "message"), json_str(first, "field"));
    else
        buf_printf(&text, "Apply failed with %d conflicts: %s", count, buf_text(&g->paths));
    cJSON *s = cJSON_CreateObject();
    cJSON_AddStringToObject(s, "kind", "Status");
    cJSON_AddStringToObject(s, "apiVersion", "v1");
    cJSON_AddObjectToObject(s, "metadata");
    cJSON_AddStringToObject(s, "status", "Failure");
    cJSON_AddStringToObject(s, "message", buf_text(&text));
    cJSON_AddStringToObject(s, "reason", "Conflict");
    cJSON_AddItemToObject(cJSON_AddObjectToObject(s, "details"), "causes", g->causes);
    cJSON_AddNumberToObject(s, "code", 409);
    buf_done(&text);
    return s;
}

/* NULL: no conflict, or forced: then the other managers' entries in `merged` no longer have those fields. */
static cJSON *conflicts_of(cJSON *merged, const struct apply_ask *ask, const cJSON *mine)
{
    struct gathered g = {.causes = cJSON_CreateArray()};
    buf_init(&g.paths, MESSAGE_MAX);
    cJSON *entry, *found = NULL;
    cJSON_ArrayForEach(entry, managed_entries(merged))
    {
        if (entry_is(entry, ask->manager, "Apply")) continue;
        g.entry = entry;
        fields_conflicts(mine, json_member(entry, "fieldsV1"), merged, ask->config, ask->force, gather_conflict, &g);
    }
    if (g.causes->child && !ask->force)
        found = conflict_status(&g);
    else
        cJSON_Delete(g.causes);
    buf_done(&g.paths);
    managed_fields_prune(merged);
    return found;
}

/* ---- merging ----------------------------------------------------------------------------------------------------- */

/* The fields of all managers but this one. The array refers to the entries. */
static cJSON *fields_of_others(const cJSON *obj, const char *manager)
{
    cJSON *list = cJSON_CreateArray(), *entry;
    cJSON_ArrayForEach(entry, managed_entries(obj))
    {
        if (!entry_is(entry, manager, "Apply")) cJSON_AddItemReferenceToArray(list, json_member(entry, "fieldsV1"));
    }
    return list;
}

static void drop_unapplied(cJSON *merged, const struct apply_ask *ask, const cJSON *mine)
{
    cJSON *before = cJSON_Duplicate(managed_fields(merged, ask->manager, "Apply"), 1);
    cJSON *others = fields_of_others(merged, ask->manager);
    if (before) fields_drop(merged, before, mine, others);
    cJSON_Delete(others);
    cJSON_Delete(before);
}

cJSON *apply_merge(const cJSON *live, const struct apply_ask *ask, cJSON **ret_refusal)
{
    cJSON *mine = fields_of(ask->config), *merged = cJSON_Duplicate(live ? live : ask->config, 1), *found;
    if (!json_member(merged, "metadata")) cJSON_AddObjectToObject(merged, "metadata");
    if (live && (found = conflicts_of(merged, ask, mine))) {
        cJSON_Delete(mine);
        cJSON_Delete(merged);
        *ret_refusal = found;
        return NULL;
    }
    if (live) {
        drop_unapplied(merged, ask, mine);
        fields_merge(merged, ask->config);
    }
    managed_set(merged, ask->manager, "Apply", mine, ask->now_ms);
    return merged;
}
