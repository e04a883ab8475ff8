/* ingress_parse.c - parses Ingresses (networking.k8s.io/v1): hosts, paths and their backend Services. */
#include "backends/base/text.h"
#include "backends/kube/kinds_parse.h"
#include "backends/kube/kube_fields.h"

#include <stdio.h>

/* A rule without a host matches any; a TLS entry without hosts covers all. */

static bool has_tls(const cJSON *spec, const char *host)
{
    JSON_EACH (entry, json_get(spec, "tls")) {
        const cJSON *hosts = json_get(entry, "hosts");
        if (!cJSON_IsArray(hosts) || !hosts->child) return true;
        JSON_EACH (h, hosts) {
            if (host && cJSON_IsString(h) && text_eq(h->valuestring, host)) return true;
        }
    }
    return false;
}

static void route_parse(const cJSON *spec, const char *host, const cJSON *path, const cJSON *backend,
                        struct ingress *ret)
{
    const cJSON *service = json_get(backend, "service"), *port = json_get(service, "port");
    struct known_u64 number = json_u64(port, "number");
    char text[TEXT_NUM_MAX];
    if (!json_str(service, "name") || ret->routes_count >= KUBE_ROUTES) return;
    struct route *r = RECORD_APPEND(ret, routes);
    kube_text(&r->host, host, KUBE_NAME_MAX);
    kube_text(&r->path, json_str(path, "path"), KUBE_MESSAGE_MAX);
    kube_text(&r->path_type, json_str(path, "pathType"), KUBE_NAME_MAX);
    kube_text(&r->service, json_str(service, "name"), KUBE_NAME_MAX);
    if (number.known) snprintf(text, sizeof text, "%llu", (unsigned long long)number.value);
    kube_text(&r->port, number.known ? text : json_str(port, "name"), KUBE_NAME_MAX);
    r->tls = tri_of(has_tls(spec, host));
}

void ingress_parse(const cJSON *obj, struct ingress *ret)
{
    const cJSON *meta = json_get(obj, "metadata"), *spec = json_get(obj, "spec");
    const cJSON *lb = json_path(obj, "status.loadBalancer.ingress"), *first = cJSON_IsArray(lb) ? lb->child : NULL;
    const char *name = json_str(first, "hostname");
    kube_text(&ret->ns, json_str(meta, "namespace"), KUBE_NAME_MAX);
    kube_text(&ret->name, json_str(meta, "name"), KUBE_NAME_MAX);
    kube_text(&ret->class_name, json_str(spec, "ingressClassName"), KUBE_NAME_MAX);
    kube_text(&ret->address, name && *name ? name : json_str(first, "ip"), KUBE_NAME_MAX);
    kube_text(&ret->rewrite, kube_annotation(obj, "nginx.ingress.kubernetes.io/rewrite-target"), KUBE_NAME_MAX);
    JSON_EACH (rule, json_get(spec, "rules")) {
        JSON_EACH (path, json_path(rule, "http.paths"))
            route_parse(spec, json_str(rule, "host"), path, json_get(path, "backend"), ret);
    }
    route_parse(spec, NULL, NULL, json_get(spec, "defaultBackend"), ret);
}
