/* request_body.c - builds paths and JSON bodies of requests to an API server. */
#include "backends/kube/request_body.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 64 * 1024 };

char *request_path(const char *root, const char *ns, const char *resource, const char *name)
{
    struct buf b;
    buf_init(&b, PATH_BYTES);
    buf_str(&b, root);
    if (ns) {
        buf_str(&b, "/namespaces/");
        text_url_encode(ns, strlen(ns), &b);
    }
    buf_printf(&b, "/%s", resource);
    if (name) {
        buf_char(&b, '/');
        text_url_encode(name, strlen(name), &b);
    }
    return buf_take(&b);
}

static cJSON *body_new(const char *api_version, const char *kind)
{
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "apiVersion", api_version);
    cJSON_AddStringToObject(body, "kind", kind);
    return body;
}

cJSON *review_body(const char *verb, const char *resource, const char *ns)
{
    cJSON *body = body_new("authorization.k8s.io/v1", "SelfSubjectAccessReview");
    cJSON *attributes = cJSON_AddObjectToObject(cJSON_AddObjectToObject(body, "spec"), "resourceAttributes");
    char *plural = mem_str(resource), *slash = strchr(plural, '/');
    if (slash) *slash = '\0';
    char *dot = strchr(plural, '.');
    if (dot) *dot = '\0';
    cJSON_AddStringToObject(attributes, "verb", verb);
    cJSON_AddStringToObject(attributes, "resource", plural);
    if (slash) cJSON_AddStringToObject(attributes, "subresource", slash + 1);
    if (dot) cJSON_AddStringToObject(attributes, "group", dot + 1);
    if (ns) cJSON_AddStringToObject(attributes, "namespace", ns);
    free(plural);
    return body;
}

cJSON *delete_body(const struct delete_options *options)
{
    cJSON *body = body_new("v1", "DeleteOptions");
    cJSON *preconditions = cJSON_AddObjectToObject(body, "preconditions");
    cJSON_AddStringToObject(preconditions, "uid", options->uid);
    if (options->version) cJSON_AddStringToObject(preconditions, "resourceVersion", options->version);
    if (options->grace_s >= 0) cJSON_AddNumberToObject(body, "gracePeriodSeconds", (double)options->grace_s);
    if (options->propagation) cJSON_AddStringToObject(body, "propagationPolicy", options->propagation);
    return body;
}
