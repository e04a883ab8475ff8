/* kind_discovery.c - reads the API server's resource lists; see kind_discovery.h. */
#include "deploy/kind_discovery.h"

#include "backends/base/buf.h"
#include "backends/base/text.h"

#include <string.h>

enum { PATH_BYTES = 4 * 1024 };

char *discovery_path(const char *api_version)
{
    const char *slash = strchr(api_version, '/');
    struct buf path;
    buf_init(&path, PATH_BYTES);
    buf_str(&path, slash ? "/apis/" : "/api/");
    text_url_encode(api_version, slash ? (size_t)(slash - api_version) : strlen(api_version), &path);
    if (slash) {
        buf_char(&path, '/');
        text_url_encode(slash + 1, strlen(slash + 1), &path);
    }
    return buf_take(&path);
}

bool resource_has_verb(const cJSON *resource, const char *verb)
{
    JSON_EACH (v, json_get(resource, "verbs"))
        if (cJSON_IsString(v) && strcmp(v->valuestring, verb) == 0) return true;
    return false;
}

const cJSON *discovery_find(const cJSON *list, const char *kind)
{
    JSON_EACH (resource, json_get(list, "resources")) {
        const char *name = json_str(resource, "name");
        if (name && *name && !strchr(name, '/') && text_eq(json_str(resource, "kind"), kind)) return resource;
    }
    return NULL;
}
