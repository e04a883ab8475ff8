/* api_status.c - Kubernetes Status objects: every error that the simulated API server answers. */
#include "backends/sim/api_priv.h"

#include <string.h>

void api_json(struct https_request *r, unsigned status, cJSON *body)
{
    char *text = cJSON_PrintUnformatted(body);
    https_answer(r, status, "application/json", text, strlen(text));
    cJSON_free(text);
    cJSON_Delete(body);
}

cJSON *status_object(unsigned code, const char *reason, const char *message, const char *kind, const char *name)
{
    cJSON *s = cJSON_CreateObject();
    cJSON_AddStringToObject(s, "kind", "Status");
    cJSON_AddStringToObject(s, "apiVersion", "v1");
    cJSON_AddObjectToObject(s, "metadata");
    cJSON_AddStringToObject(s, "status", "Failure");
    cJSON_AddStringToObject(s, "message", message);
    if (reason) cJSON_AddStringToObject(s, "reason", reason);
    if (*kind) {
        cJSON *details = cJSON_AddObjectToObject(s, "details");
        if (*name) cJSON_AddStringToObject(details, "name", name);
        cJSON_AddStringToObject(details, "kind", kind);
    }
    cJSON_AddNumberToObject(s, "code", code);
    return s;
}

void api_status(struct https_request *r, unsigned code, const char *reason, const char *message, const char *kind,
                const char *name)
{
    api_json(r, code, status_object(code, reason, message, kind, name));
}

void api_no_path(struct https_request *r)
{
    static const char text[] = "404 page not found\n";
    https_answer(r, 404, "text/plain; charset=utf-8", text, sizeof text - 1);
}
