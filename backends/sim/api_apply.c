/* api_apply.c - server-side apply (PATCH with application/apply-patch+yaml) and create (POST); refusals as recorded
 * from Kubernetes 1.34. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/sim/api_priv.h"
#include "backends/sim/schema.h"
#include "backends/sim/server_apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

static void invalid_option(struct https_request *r, const char *cause, const char *message, const char *field)
{
    char *text = mem_printf("PatchOptions.meta.k8s.io \"\" is invalid: %s: %s", field, message);
    cJSON *s = status_object(422, "Invalid", text, "PatchOptions", "");
    cJSON *details = json_member(s, "details"), *one = cJSON_CreateObject();
    cJSON_AddStringToObject(details, "group", "meta.k8s.io");
    cJSON_AddStringToObject(one, "reason", cause);
    cJSON_AddStringToObject(one, "message", message);
    cJSON_AddStringToObject(one, "field", field);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(details, "causes"), one);
    api_json(r, 422, s);
    free(text);
}

static bool is_post(struct https_request *r)
{
    return strcmp(https_method(r), "POST") == 0;
}

static bool options_refused(struct https_request *r)
{
    const char *type = https_header(r, "Content-Type"), *manager = https_query(r, "fieldManager");
    const char *dry = https_query(r, "dryRun"),
               *wanted = is_post(r) ? "application/json" : "application/apply-patch+yaml";
    if (!type || strncmp(type, wanted, strlen(wanted)) != 0)
        api_status(r, 415, "UnsupportedMediaType",
                   "the body of the request was in an unknown format - accepted media types include: "
                   "application/apply-patch+yaml, application/json-patch+json",
                   "", "");
    else if (!manager || !*manager)
        invalid_option(r, "FieldValueRequired", "Required value: is required for apply patch", "fieldManager");
    else if (dry && *dry && strcmp(dry, "All") != 0)
        invalid_option(r, "FieldValueNotSupported", "Unsupported value: supported values: \"All\"", "dryRun");
    else
        return false;
    return true;
}

static void reply_invalid(struct https_request *r, char *text)
{
    api_status(r, 400, "BadRequest", text, "", "");
    free(text);
}

static bool is_same_text(const char *has, const char *wanted)
{
    return has && strcmp(has, wanted) == 0;
}

/* Refuses an object whose name differs from the path's. */
static bool refuse_other_name(struct https_request *r, const struct target *t, const cJSON *config)
{
    const struct sim_kind_info *info = sim_kind_info(t->kind);
    const cJSON *meta = json_get(config, "metadata");
    const char *name = json_str(meta, "name"), *ns = json_str(meta, "namespace");
    char api[64];
    snprintf(api, sizeof api, "%s%s%s", info->group, *info->group ? "/" : "", info->version);
    if (!is_same_text(json_str(config, "apiVersion"), api) || !is_same_text(json_str(config, "kind"), info->kind))
        reply_invalid(r, mem_printf("the apiVersion and kind of the body are not those of the URL (%s, Kind=%s)", api,
                                    info->kind));
    else if (name && strcmp(name, t->name) != 0)
        reply_invalid(r, mem_printf("the name of the object (%.200s) does not match the name on the URL (%.200s)", name,
                                    t->name));
    else if (info->namespaced && ns && strcmp(ns, t->ns) != 0)
        reply_invalid(r,
                      mem_str("the namespace of the provided object does not match the namespace sent on the request"));
    else if (json_get(meta, "managedFields"))
        reply_invalid(r, mem_str("metadata.managedFields must be nil"));
    else
        return false;
    return true;
}

static bool refuse_unknown_field(struct https_request *r, const struct target *t, const cJSON *config)
{
    const struct sim_kind_info *info = sim_kind_info(t->kind);
    char *field = schema_unknown(t->kind, config);
    if (!field) return false;
    if (is_post(r)) {
        reply_invalid(
            r, mem_printf("%s in version \"%s\" cannot be handled as a %s: strict decoding error: unknown field \"%s\"",
                          info->kind, info->version, info->kind, field + 1));
        free(field);
        return true;
    }
    char *text = mem_printf("failed to create typed patch object (%s/%s; %s/%s, Kind=%s): %s: field not declared in "
                            "schema",
                            t->ns, t->name, info->group, info->version, info->kind, field);
    api_status(r, 500, NULL, text, "", "");
    free(text);
    free(field);
    return true;
}

/* The namespace must exist, in a dry run too; creating in a terminating one is forbidden. */
static bool no_namespace(struct api *a, struct https_request *r, const struct target *t, bool is_new)
{
    if (!sim_kind_info(t->kind)->namespaced) return false;
    const cJSON *ns = objects_get(a->conf.objects, SIM_NAMESPACE, "", t->ns);
    const struct target named = {.kind = SIM_NAMESPACE, .group = "", .plural = "namespaces", .name = t->ns};
    if (!ns) {
        api_not_found(r, &named);
        return true;
    }
    if (!is_new || !json_get(json_get(ns, "metadata"), "deletionTimestamp")) return false;
    char *text = mem_printf("%s%s%s \"%s\" is forbidden: unable to create new content in namespace %s because it is "
                            "being terminated",
                            t->plural, *t->group ? "." : "", t->group, t->name, t->ns);
    cJSON *s = status_object(403, "Forbidden", text, t->plural, t->name);
    cJSON *cause = cJSON_CreateObject(), *details = json_member(s, "details");
    cJSON_AddStringToObject(cause, "reason", "NamespaceTerminating");
    char *why = mem_printf("namespace %s is being terminated", t->ns);
    cJSON_AddStringToObject(cause, "message", why);
    cJSON_AddStringToObject(cause, "field", "metadata.namespace");
    if (*t->group) cJSON_AddStringToObject(details, "group", t->group);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(details, "causes"), cause);
    api_json(r, 403, s);
    free(why);
    free(text);
    return true;
}

/* Parses the body; NULL: it was refused and the answer is sent. */
static cJSON *config_of(struct api *a, struct https_request *r, const struct target *t, bool is_new)
{
    size_t len;
    const char *body = https_body(r, &len);
    cJSON *config = NULL;
    struct why why = {ERR_OK, ""};
    if (!schema_can_apply(t->kind)) {
        api_not_allowed(r);
        return NULL;
    }
    if (options_refused(r)) return NULL;
    if (json_parse(body, len, &config, &why) != ERR_OK || !cJSON_IsObject(config)) {
        reply_invalid(r, mem_printf("error decoding YAML: %s", *why.text ? why.text : "not an object"));
        cJSON_Delete(config);
        return NULL;
    }
    char *wrong = NULL;
    if (!refuse_other_name(r, t, config) && !no_namespace(a, r, t, is_new) && !refuse_unknown_field(r, t, config)) {
        wrong = schema_invalid(t->kind, config);
        if (!wrong) return config;
        reply_invalid(r, wrong);
    }
    cJSON_Delete(config);
    return NULL;
}

/* ---- the result -------------------------------------------------------------------------------------------------- */

/* The API server writes kind and apiVersion first. */
static cJSON *object_created(struct api *a, const struct target *t, cJSON *merged)
{
    char uid[RNG_UUID], now[STAMP_TEXT_MAX];
    cJSON *obj = cJSON_CreateObject(), *meta = cJSON_AddObjectToObject(obj, "metadata"), *next;
    cJSON *said = json_member(merged, "metadata");
    rng_uuid(&a->rng, uid);
    cJSON_AddStringToObject(meta, "name", t->name);
    if (*t->ns) cJSON_AddStringToObject(meta, "namespace", t->ns);
    cJSON_AddStringToObject(meta, "uid", uid);
    if (schema_has_generation(t->kind)) cJSON_AddNumberToObject(meta, "generation", 1);
    cJSON_AddStringToObject(meta, "creationTimestamp", stamp_iso(now, loop_wall_ms(a->loop)));
    for (cJSON *m = said ? said->child : NULL; m; m = next) {
        next = m->next;
        if (!json_member(meta, m->string)) cJSON_AddItemToObject(meta, m->string, cJSON_Duplicate(m, 1));
    }
    JSON_EACH (m, merged) {
        if (!json_member(obj, m->string) && strcmp(m->string, "kind") && strcmp(m->string, "apiVersion"))
            cJSON_AddItemToObject(obj, m->string, cJSON_Duplicate(m, 1));
    }
    cJSON *api = cJSON_Duplicate(json_member(merged, "apiVersion"), 1),
          *kind = cJSON_Duplicate(json_member(merged, "kind"), 1);
    cJSON *whole = cJSON_CreateObject();
    cJSON_AddItemToObject(whole, "kind", kind);
    cJSON_AddItemToObject(whole, "apiVersion", api);
    while (obj->child) {
        cJSON *m = cJSON_DetachItemViaPointer(obj, obj->child);
        char *name = mem_str(m->string);
        cJSON_AddItemToObject(whole, name, m);
        free(name);
    }
    cJSON_Delete(obj);
    cJSON_Delete(merged);
    return whole;
}

static void count_generation(const struct target *t, const cJSON *live, cJSON *obj)
{
    cJSON *generation = json_member(json_member(obj, "metadata"), "generation");
    if (schema_has_generation(t->kind) && generation &&
        !cJSON_Compare(json_member(live, "spec"), json_member(obj, "spec"), 1))
        cJSON_SetNumberValue(generation, generation->valuedouble + 1);
}

static bool apply_asked(struct https_request *r, const char *name, const char *value)
{
    const char *said = https_query(r, name);
    return said && strcmp(said, value) == 0;
}

void api_apply(struct api *a, struct https_request *r, const struct target *t)
{
    const cJSON *live = objects_get(a->conf.objects, t->kind, t->ns, t->name);
    cJSON *config = config_of(a, r, t, !live), *refusal = NULL;
    if (!config) return;
    /* As the API server does, checks field conflicts before uid and resourceVersion. */
    cJSON *pinned = cJSON_Duplicate(config, 1);
    cJSON_DeleteItemFromObjectCaseSensitive(json_member(config, "metadata"), "uid");
    cJSON_DeleteItemFromObjectCaseSensitive(json_member(config, "metadata"), "resourceVersion");
    const struct apply_ask ask = {.config = config,
                                  .manager = https_query(r, "fieldManager"),
                                  .force = apply_asked(r, "force", "true"),
                                  .now_ms = loop_wall_ms(a->loop)};
    cJSON *obj = apply_merge(live, &ask, &refusal);
    cJSON_Delete(config);
    if (!obj) api_json(r, 409, refusal);
    const bool refused = !obj || api_apply_refused(r, t, pinned, live);
    cJSON_Delete(pinned);
    if (refused) {
        cJSON_Delete(obj);
        return;
    }
    unsigned status = live ? 200 : 201;
    if (!live) obj = object_created(a, t, obj);
    schema_defaults(t->kind, obj);
    if (live) count_generation(t, live, obj);
    if (apply_asked(r, "dryRun", "All") || (live && cJSON_Compare(live, obj, 1))) {
        api_json(r, status, obj);
        return;
    }
    objects_put(a->conf.objects, t->kind, obj);
    api_json(r, status, cJSON_Duplicate(obj, 1));
    kuberay_applied(a->conf.kuberay, t->kind, obj);
}

/* A create records its fields as an Update of its manager. */
static void owned_by_update(cJSON *obj, const char *manager, uint64_t now_ms)
{
    cJSON *fields = cJSON_Duplicate(managed_fields(obj, manager, "Apply"), 1);
    managed_set(obj, manager, "Apply", cJSON_CreateObject(), now_ms);
    if (fields) managed_set(obj, manager, "Update", fields, now_ms);
}

void api_create(struct api *a, struct https_request *r, const struct target *of)
{
    size_t len;
    const char *body = https_body(r, &len);
    cJSON *said = NULL, *refusal = NULL;
    struct target t = *of;
    if (json_parse(body, len, &said, NULL) == ERR_OK) {
        const char *name = json_str(json_get(said, "metadata"), "name");
        t.name = name ? name : "";
    }
    const bool is_there = objects_get(a->conf.objects, t.kind, t.ns, t.name) != NULL;
    cJSON *config = config_of(a, r, &t, !is_there);
    if (config && is_there) {
        char *text = mem_printf("%s%s%s \"%s\" already exists", t.plural, *t.group ? "." : "", t.group, t.name);
        api_status(r, 409, "AlreadyExists", text, t.plural, t.name);
        free(text);
    } else if (config) {
        const struct apply_ask ask = {
            .config = config, .manager = https_query(r, "fieldManager"), .now_ms = loop_wall_ms(a->loop)};
        cJSON *obj = object_created(a, &t, apply_merge(NULL, &ask, &refusal));
        owned_by_update(obj, ask.manager, ask.now_ms);
        schema_defaults(t.kind, obj);
        if (apply_asked(r, "dryRun", "All")) {
            api_json(r, 201, obj);
        } else {
            objects_put(a->conf.objects, t.kind, obj);
            api_json(r, 201, cJSON_Duplicate(obj, 1));
            kuberay_applied(a->conf.kuberay, t.kind, obj);
        }
    }
    cJSON_Delete(config);
    cJSON_Delete(said);
}
