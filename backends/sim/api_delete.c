/* api_delete.c - DELETE of an object other than a pod. */
#include "backends/base/json.h"
#include "backends/sim/api_priv.h"

#include <string.h>

static void reply_deleted(struct https_request *r, const struct target *t, const cJSON *obj)
{
    const char *uid = json_str(json_get(obj, "metadata"), "uid");
    const struct template_value values[] = {
        {"NAME", t->name}, {"KIND", t->plural}, {"UID", uid ? uid : ""}, {NULL, NULL}};
    cJSON *s = template_text("{'kind':'Status','apiVersion':'v1','metadata':{},'status':'Success','details':{"
                             "'name':'${NAME}','kind':'${KIND}','uid':'${UID}'}}",
                             values);
    if (*t->group) cJSON_AddStringToObject(cJSON_GetObjectItem(s, "details"), "group", t->group);
    api_json(r, 200, s);
}

static bool dry_run(struct https_request *r)
{
    const char *dry = https_query(r, "dryRun");
    return dry && strcmp(dry, "All") == 0;
}

/* Parses DeleteOptions; false: they are invalid and a Status was sent. */
static bool options_of(struct https_request *r, cJSON **ret)
{
    size_t len;
    const char *body = https_body(r, &len);
    if (!len || json_parse(body, len, ret, NULL) == ERR_OK) return true;
    api_status(r, 400, "BadRequest", "the body is not valid JSON", "", "");
    return false;
}

/* As recorded: the answer is the marked object where it has finalizers, the object for a Service, else a Status
 * "Success". */
void api_delete(struct api *a, struct https_request *r, const struct target *t)
{
    cJSON *obj = objects_get(a->conf.objects, t->kind, t->ns, t->name), *options = NULL;
    if (!options_of(r, &options)) return;
    if (!obj) {
        api_not_found(r, t);
    } else if (api_delete_refused(r, t, options, obj)) {
        /* it was answered */
    } else if (t->kind == SIM_NODE || t->kind == SIM_EVENT || t->kind == SIM_SLICE || t->kind == SIM_CRD) {
        api_not_allowed(r);
    } else if (dry_run(r)) {
        reply_deleted(r, t, obj);
    } else if (kuberay_deleting(a->conf.kuberay, t->kind, obj)) {
        api_json(r, 200, cJSON_Duplicate(obj, 1));
    } else {
        if (t->kind == SIM_SERVICE)
            api_json(r, 200, cJSON_Duplicate(obj, 1));
        else
            reply_deleted(r, t, obj);
        objects_delete(a->conf.objects, t->kind, obj);
    }
    cJSON_Delete(options);
}
