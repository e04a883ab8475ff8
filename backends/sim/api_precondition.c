/* api_precondition.c - preconditions: those of DeleteOptions, and metadata.uid and metadata.resourceVersion in an
 * apply. Conflicts are worded as by Kubernetes 1.34. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/api_priv.h"

#include <stdlib.h>
#include <string.h>

static const char *metadata_text(const cJSON *obj, const char *name)
{
    const char *text = json_str(json_get(obj, "metadata"), name);
    return text ? text : "";
}

/* "rayservices.ray.io" */
static char *resource_of(const struct target *t)
{
    return mem_printf("%s%s%s", t->plural, *t->group ? "." : "", t->group);
}

static bool reply_conflict(struct https_request *r, const struct target *t, char *why /* takes */)
{
    char *resource = resource_of(t);
    char *text = mem_printf("Operation cannot be fulfilled on %s \"%s\": %s", resource, t->name, why);
    api_status(r, 409, "Conflict", text, t->plural, t->name);
    free(resource);
    free(text);
    free(why);
    return true;
}

bool api_delete_refused(struct https_request *r, const struct target *t, const cJSON *options, const cJSON *obj)
{
    const cJSON *asked = json_get(options, "preconditions");
    const char *uid = json_str(asked, "uid"), *version = json_str(asked, "resourceVersion");
    if (uid && strcmp(uid, metadata_text(obj, "uid")) != 0)
        return reply_conflict(
            r, t,
            mem_printf("the UID in the precondition (%.64s) does not match the UID in record (%s). The object "
                       "might have been deleted and then recreated",
                       uid, metadata_text(obj, "uid")));
    if (version && strcmp(version, metadata_text(obj, "resourceVersion")) != 0)
        return reply_conflict(
            r, t,
            mem_printf("the ResourceVersion in the precondition (%.64s) does not match the ResourceVersion in "
                       "record (%s). The object might have been modified",
                       version, metadata_text(obj, "resourceVersion")));
    return false;
}

bool api_apply_refused(struct https_request *r, const struct target *t, const cJSON *config, const cJSON *live)
{
    const char *uid = metadata_text(config, "uid"), *version = metadata_text(config, "resourceVersion");
    if (*uid && !live)
        return reply_conflict(
            r, t,
            mem_printf("uid mismatch: the provided object specified uid %.64s, and no existing object was "
                       "found",
                       uid));
    if (*version && live && strcmp(version, metadata_text(live, "resourceVersion")) != 0)
        return reply_conflict(
            r, t,
            mem_str("the object has been modified; please apply your changes to the latest version and try "
                    "again"));
    if (!*uid || strcmp(uid, metadata_text(live, "uid")) == 0) return false;
    const struct sim_kind_info *info = sim_kind_info(t->kind);
    char *text = mem_printf("%s%s%s \"%s\" is invalid: metadata.uid: Invalid value: \"%.64s\": field is immutable",
                            info->kind, *t->group ? "." : "", t->group, t->name, uid);
    api_status(r, 422, "Invalid", text, t->plural, t->name);
    free(text);
    return true;
}
