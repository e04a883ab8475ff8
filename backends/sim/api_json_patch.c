/* api_json_patch.c - PATCH with application/json-patch+json (RFC 6902): `test` and `replace` of strings in metadata,
 * all that the console sends. */
#include "backends/base/json.h"
#include "backends/base/text.h"
#include "backends/sim/api_priv.h"

#include <stdlib.h>
#include <string.h>

enum { POINTER_MAX = 512 };

/* Resolves the JSON pointer in obj; NULL: no such member. */
static cJSON *pointed_at(cJSON *obj, const char *pointer)
{
    char copy[POINTER_MAX];
    if (strlen(pointer) >= sizeof copy || *pointer != '/') return NULL;
    memcpy(copy, pointer, strlen(pointer) + 1);
    char *save = NULL;
    for (char *part = strtok_r(copy, "/", &save); part && obj; part = strtok_r(NULL, "/", &save)) {
        uint64_t i = 0;
        if (cJSON_IsArray(obj))
            obj = text_u64(part, strlen(part), 10000, &i) ? NULL : cJSON_GetArrayItem(obj, (int)i);
        else
            obj = cJSON_GetObjectItemCaseSensitive(obj, part);
    }
    return obj;
}

/* Values other than strings are not supported. */
static bool operation_apply(cJSON *obj, const cJSON *op)
{
    const char *name = json_str(op, "op"), *path = json_str(op, "path");
    const cJSON *value = json_get(op, "value");
    cJSON *at = path ? pointed_at(obj, path) : NULL;
    if (!at || !name || strncmp(path, "/metadata/", 10) != 0) return false;
    if (strcmp(name, "test") == 0) return cJSON_Compare(at, value, 1);
    if (strcmp(name, "replace") != 0 || !cJSON_IsString(at) || !cJSON_IsString(value)) return false;
    return cJSON_SetValuestring(at, value->valuestring) != NULL;
}

void api_json_patch(struct api *a, struct https_request *r, const struct target *t)
{
    size_t len;
    const char *body = https_body(r, &len);
    cJSON *live = objects_get(a->conf.objects, t->kind, t->ns, t->name);
    cJSON *ops = NULL, *obj = NULL;
    bool ok = true;
    if (!live) {
        api_not_found(r, t);
        return;
    }
    if (json_parse(body, len, &ops, NULL) != ERR_OK || !cJSON_IsArray(ops)) {
        api_status(r, 400, "BadRequest", "error decoding patch", "", "");
        cJSON_Delete(ops);
        return;
    }
    obj = cJSON_Duplicate(live, 1);
    JSON_EACH (op, ops) ok = ok && operation_apply(obj, op);
    cJSON_Delete(ops);
    if (!ok) {
        cJSON_Delete(obj);
        api_status(r, 422, "Invalid", "the server rejected our request due to an error in our request", "", "");
        return;
    }
    /* Changes the object in place, because the controllers hold pointers to it. */
    cJSON_ReplaceItemInObjectCaseSensitive(live, "metadata", cJSON_DetachItemFromObjectCaseSensitive(obj, "metadata"));
    cJSON_Delete(obj);
    objects_changed(a->conf.objects, t->kind, live);
    api_json(r, 200, cJSON_Duplicate(live, 1));
}
