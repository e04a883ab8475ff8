/* api_deny.c - RBAC denials set with `deny`: requests get a 403, access reviews "no". Without one, the user may do
 * everything. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/api_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USER "system:serviceaccount:mistral:viewer"

bool api_deny(struct api *a, const char *verb, const char *resource)
{
    if (a->denials == API_DENIALS) return false;
    struct denial *d = &a->denied[a->denials++];
    snprintf(d->verb, sizeof d->verb, "%s", verb);
    snprintf(d->resource, sizeof d->resource, "%s", resource);
    return true;
}

void api_allow(struct api *a)
{
    a->denials = 0;
}

static bool verb_is_denied(const struct api *a, const char *verb, const char *resource)
{
    for (size_t i = 0; i < a->denials; i++) {
        const struct denial *d = &a->denied[i];
        if ((strcmp(d->verb, "*") == 0 || strcmp(d->verb, verb) == 0) && strcmp(d->resource, resource) == 0)
            return true;
    }
    return false;
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static const char *verb_of(struct https_request *r, const struct target *t)
{
    const char *method = https_method(r), *watch = https_query(r, "watch");
    if (strcmp(method, "DELETE") == 0) return "delete";
    if (strcmp(method, "PATCH") == 0) return "patch";
    if (strcmp(method, "POST") == 0) return "create";
    if (*t->name) return "get";
    return watch && (strcmp(watch, "true") == 0 || strcmp(watch, "1") == 0) ? "watch" : "list";
}

static void reply_forbidden(struct https_request *r, const struct target *t, const char *verb, const char *resource)
{
    char subject[512], where[320];
    snprintf(subject, sizeof subject, "%s%s%s%s%.200s%s", t->plural, *t->group ? "." : "", t->group,
             *t->name ? " \"" : "", t->name, *t->name ? "\"" : "");
    snprintf(where, sizeof where, "%s%.200s%s", *t->ns ? "in the namespace \"" : "at the cluster scope", t->ns,
             *t->ns ? "\"" : "");
    char *text = mem_printf("%s is forbidden: User \"" USER "\" cannot %s resource \"%s\" in API group \"%s\" %s",
                            subject, verb, resource, t->group, where);
    cJSON *s = status_object(403, "Forbidden", text, t->plural, t->name);
    if (*t->group) cJSON_AddStringToObject(cJSON_GetObjectItem(s, "details"), "group", t->group);
    api_json(r, 403, s);
    free(text);
}

static void verb_report(const struct api *a, const struct target *t, const char *verb, const char *resource)
{
    if (a->conf.requested) a->conf.requested(a->conf.requested_arg, verb, t->group, resource);
}

bool api_denied(struct api *a, struct https_request *r, const struct target *t)
{
    const char *verb = verb_of(r, t);
    char resource[128];
    snprintf(resource, sizeof resource, "%s%s%s", t->plural, *t->sub ? "/" : "", t->sub);
    bool makes = strcmp(verb, "patch") == 0 && !objects_get(a->conf.objects, t->kind, t->ns, t->name);
    verb_report(a, t, verb, resource);
    if (makes) verb_report(a, t, "create", resource);
    if (!verb_is_denied(a, verb, resource)) {
        if (!makes || !verb_is_denied(a, "create", resource)) return false;
        verb = "create";
    }
    reply_forbidden(r, t, verb, resource);
    return true;
}

/* ---- access reviews ---------------------------------------------------------------------------------------------- */

void api_review(struct api *a, struct https_request *r)
{
    size_t len;
    const char *body = https_body(r, &len);
    cJSON *asked = NULL;
    if (json_parse(body, len, &asked, NULL) != ERR_OK) {
        api_status(r, 400, "BadRequest", "the body is not valid JSON", "", "");
        return;
    }
    const cJSON *spec = json_get(asked, "spec"), *what = json_get(spec, "resourceAttributes");
    const char *verb = json_str(what, "verb"), *plural = json_str(what, "resource");
    const char *sub = json_str(what, "subresource");
    char resource[128];
    snprintf(resource, sizeof resource, "%.60s%s%.60s", plural ? plural : "", sub && *sub ? "/" : "", sub ? sub : "");
    cJSON *answer = template_text("{'kind':'SelfSubjectAccessReview','apiVersion':'authorization.k8s.io/v1',"
                                  "'metadata':{},'spec':{},'status':{}}",
                                  NULL);
    if (spec) cJSON_ReplaceItemInObjectCaseSensitive(answer, "spec", cJSON_Duplicate(spec, 1));
    cJSON_AddBoolToObject(cJSON_GetObjectItem(answer, "status"), "allowed",
                          !verb_is_denied(a, verb ? verb : "", resource));
    cJSON_Delete(asked);
    api_json(r, 201, answer);
}
