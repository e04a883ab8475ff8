/* api_proxy.c - the API server's proxy to pods and services, and what answers behind it: Serve's HTTP proxies and the
 * Ray dashboard.
 */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/sim/api_priv.h"
#include "backends/sim/llm.h"
#include "backends/sim/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERVE_PORT = 8000, DASHBOARD_PORT = 8265, AGENT_PORT = 52365, HANG_MS = 60000, NAME_MAX_LEN = 128 };

static void reply_unavailable(struct https_request *r, const char *message)
{
    api_status(r, 503, "ServiceUnavailable", message, "", "");
}

static void reply_refused(struct https_request *r, const struct sim_pod *p, unsigned port)
{
    char text[128];
    snprintf(text, sizeof text, "error trying to reach service: dial tcp %s:%u: connect: connection refused", p->ip,
             port);
    reply_unavailable(r, text);
}

/* A proxied answer takes a few milliseconds, now and then some tens, as measured. */
static void reply_later(struct api *a, struct https_request *r, unsigned status, const char *type, char *body)
{
    struct rng rng;
    rng_init(&rng, a->conf.seed + a->proxied++);
    uint64_t ms = 2 + rng_below(&rng, 18);
    if (rng_below(&rng, 20) == 0) ms += rng_below(&rng, 30);
    api_answer_later(a, r, ms, status, type, body);
}

/* ---- Serve ------------------------------------------------------------------------------------------------------- */

/* Distributes prompts round-robin over the model replicas of both worker pods. */
static const struct sim_pod *replica_for(struct api *a)
{
    const struct sim_pod *found[KUBERAY_PODS], *p;
    size_t count = 0;
    for (size_t i = 0; (p = kuberay_pod_at(a->conf.kuberay, i)); i++)
        if (!p->head && p->serving == SERVING_OK) found[count++] = p;
    return count ? found[a->prompts++ % count] : NULL;
}

static void serve_infer(struct api *a, struct https_request *r)
{
    const char *sentence = https_query(r, "sentence");
    const struct sim_pod *replica = replica_for(a);
    if (!sentence) {
        reply_later(
            a, r, 422, "application/json",
            mem_str("{\"detail\":[{\"type\":\"missing\",\"loc\":[\"query\",\"sentence\"],\"msg\":\"Field required\","
                    "\"input\":null}]}"));
        return;
    }
    if (!replica) {
        reply_later(a, r, 503, "text/plain; charset=utf-8", mem_str("no replica is available"));
        return;
    }
    uint64_t ms;
    char *body = llm_answer(a->conf.seed, sentence, &ms);
    if (a->conf.prompt) a->conf.prompt(a->conf.arg, replica->name, api_prompt_ms(a, ms));
    api_answer_prompt(a, r, replica->name, ms, "application/json", body);
}

/* Handles a path within the application. */
static void serve_application(struct api *a, struct https_request *r, const char *path)
{
    bool infers = strcmp(path, "/infer") == 0, openai = a->conf.openai && strncmp(path, "/v1/", 4) == 0;
    bool prompt = infers || strcmp(path, "/v1/chat/completions") == 0;
    if (!infers && !openai)
        reply_later(a, r, 404, "application/json", mem_str("{\"detail\":\"Not Found\"}"));
    else if (prompt && api_fault(a, FAULT_SERVE_HANG))
        api_answer_later(a, r, HANG_MS, 504, "text/plain", mem_str(""));
    else if (prompt && api_fault(a, FAULT_SERVE_500))
        reply_later(a, r, 500, "text/plain; charset=utf-8", mem_str("Internal Server Error"));
    else if (openai)
        api_chat(a, r, replica_for(a), path);
    else
        serve_infer(a, r);
}

/* The path without the route prefix, or NULL: not of this application. */
static const char *path_within(const char *route, const char *path)
{
    size_t len = strlen(route);
    if (len && route[len - 1] == '/') len--;
    return strncmp(path, route, len) == 0 && (!path[len] || path[len] == '/') ? path + len : NULL;
}

static void serve_proxy(struct api *a, struct https_request *r, const struct sim_pod *p, const char *path)
{
    const struct serve_config *w = kuberay_serve(a->conf.kuberay);
    const char *inside = path_within(w->route, path);
    if (p->serving == SERVING_NOT) {
        reply_refused(r, p, SERVE_PORT);
    } else if (p->serving == SERVING_HANGS) {
        api_answer_later(a, r, HANG_MS, 504, "text/plain", mem_str(""));
    } else if (p->serving == SERVING_503) {
        reply_later(a, r, 503, "text/plain; charset=utf-8", mem_str("unhealthy"));
    } else if (strcmp(path, "/-/healthz") == 0) {
        reply_later(a, r, 200, "text/plain; charset=utf-8", mem_str("success"));
    } else if (strcmp(path, "/-/routes") == 0) {
        reply_later(a, r, 200, "application/json", mem_printf("{\"%s\":\"%s\"}", w->route, w->app));
    } else if (inside) {
        serve_application(a, r, inside);
    } else {
        reply_later(a, r, 404, "application/json", mem_str("{\"detail\":\"Not Found\"}"));
    }
}

/* ---- the Ray dashboard ------------------------------------------------------------------------------------------- */

static char *applications_json(struct api *a)
{
    char *body = kuberay_failed_applications(a->conf.kuberay);
    if (!body && kuberay_serve_running(a->conf.kuberay) && a->conf.applications)
        body = a->conf.applications(a->conf.arg);
    return body ? body : mem_str("{\"applications\": {}}");
}

static void serve_dashboard(struct api *a, struct https_request *r, const struct sim_pod *p, const char *path)
{
    if (!p->dashboard)
        reply_refused(r, p, DASHBOARD_PORT);
    else if (strcmp(path, "/api/serve/applications/") == 0)
        reply_later(a, r, 200, "application/json; charset=utf-8", applications_json(a));
    else if (strcmp(path, "/api/gcs_healthz") == 0)
        reply_later(a, r, 200, "application/text; charset=utf-8", mem_str("success"));
    else if (strcmp(path, "/api/version") == 0)
        reply_later(a, r, 200, "application/json; charset=utf-8",
                    mem_str("{\"version\": \"4\", \"ray_version\": \"2.60.0\", \"ray_commit\": "
                            "\"b7f4259e944bf6959f721b106adc366ddfa0c356\"}"));
    else
        reply_later(a, r, 404, "text/plain; charset=utf-8", mem_str("404: Not Found"));
}

static void proxy_to_pod(struct api *a, struct https_request *r, const struct sim_pod *p, unsigned port,
                         const char *path)
{
    if (port == SERVE_PORT)
        serve_proxy(a, r, p, path);
    else if (port == DASHBOARD_PORT && p->head)
        serve_dashboard(a, r, p, path);
    else if (port == AGENT_PORT && strcmp(path, "/api/local_raylet_healthz") == 0 && p->stage >= POD_STARTED)
        reply_later(a, r, 200, "application/text; charset=utf-8", mem_str("success"));
    else
        reply_refused(r, p, port);
}

/* ---- names in the path ------------------------------------------------------------------------------------------- */

/* "[http:]NAME[:PORT]" */
static void split_name(const char *whole, char name[NAME_MAX_LEN], char port[NAME_MAX_LEN])
{
    if (strncmp(whole, "http:", 5) == 0) whole += 5;
    const char *colon = strchr(whole, ':');
    snprintf(name, NAME_MAX_LEN, "%.*s", (int)(colon ? colon - whole : (long)strlen(whole)), whole);
    snprintf(port, NAME_MAX_LEN, "%s", colon ? colon + 1 : "");
}

static void pod_proxy(struct api *a, struct https_request *r, const struct target *t, const char *name,
                      const char *port)
{
    const struct sim_pod *p = kuberay_pod(a->conf.kuberay, name);
    char text[NAME_MAX_LEN + 32];
    uint64_t number = 80;
    if (!p || !objects_get(a->conf.objects, SIM_POD, t->ns, name)) {
        snprintf(text, sizeof text, "pods \"%s\" not found", name);
        api_status(r, 404, "NotFound", text, "pods", name);
    } else if (*port && text_u64(port, strlen(port), 65535, &number) != ERR_OK) {
        api_status(r, 400, "BadRequest", "port: not a number", "", "");
    } else if (p->stage < POD_STARTED) {
        api_status(r, 400, "BadRequest", "address not allowed", "", "");
    } else {
        proxy_to_pod(a, r, p, (unsigned)number, t->rest);
    }
}

static unsigned service_port(const char *port, bool serve_only)
{
    static const struct {
        const char *name;
        unsigned number;
    } ports[] = {{"serve", 8000}, {"dashboard", 8265}, {"gcs-server", 6379}, {"client", 10001}, {"metrics", 8080}};
    uint64_t number = 0;
    for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
        bool named = strcmp(ports[i].name, port) == 0;
        bool numbered = text_u64(port, strlen(port), 65535, &number) == ERR_OK && number == ports[i].number;
        if (named || numbered) return serve_only && i > 0 ? 0 : ports[i].number;
    }
    return 0;
}

static const struct sim_pod *endpoint_pod(struct api *a, bool serve)
{
    const struct sim_pod *found[KUBERAY_PODS], *p;
    size_t count = 0;
    for (size_t i = 0; (p = kuberay_pod_at(a->conf.kuberay, i)); i++) {
        bool good = serve ? !p->head && p->stage == POD_READY && !p->deleting
                          : p->head && p->stage >= POD_STARTED && p->stage != POD_FAILED;
        if (good) found[count++] = p;
    }
    return count ? found[a->proxied % count] : NULL;
}

/* What the ingress answers whose upstream is the head's service. */
static void head_traffic(struct api *a, struct https_request *r, const char *path)
{
    const struct sim_pod *head = kuberay_head(a->conf.kuberay);
    if (head && head->serving == SERVING_OK)
        serve_proxy(a, r, head, path);
    else
        reply_later(a, r, 502, "text/html",
                    mem_str("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
                            "Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"));
}

/* A chat page's Service with pods behind it. Any other Service without an endpoint is what it says: unreachable. */
static bool leads_to_page(struct api *a, const struct target *t, const char *name, const char *port,
                          const cJSON *service)
{
    const cJSON *first = cJSON_GetArrayItem(json_path(service, "spec.ports"), 0),
                *pods = json_get(kuberay_page_slice(a->conf.kuberay, t->ns, name), "endpoints");
    char number[16];
    snprintf(number, sizeof number, "%u", (unsigned)json_u64(first, "port").value);
    return cJSON_GetArraySize(pods) > 0 && (text_eq(port, number) || text_eq(port, json_str(first, "name")));
}

static void service_proxy(struct api *a, struct https_request *r, const struct target *t, const char *name,
                          const char *port)
{
    const cJSON *service = objects_get(a->conf.objects, SIM_SERVICE, t->ns, name);
    char text[2 * NAME_MAX_LEN + 64];
    if (!service) {
        snprintf(text, sizeof text, "services \"%s\" not found", name);
        api_status(r, 404, "NotFound", text, "services", name);
        return;
    }
    const cJSON *selector = json_path(service, "spec.selector");
    const char *cluster = json_str(selector, "ray.io/cluster");
    bool serve = json_str(selector, "ray.io/serve");
    unsigned number = service_port(port, serve);
    bool ours = cluster && strcmp(cluster, kuberay_cluster(a->conf.kuberay)) == 0;
    const struct sim_pod *p = number && ours ? endpoint_pod(a, serve) : NULL;
    if (p && serve && api_fault(a, FAULT_HEAD_TRAFFIC)) {
        head_traffic(a, r, t->rest);
        return;
    }
    if (p) {
        proxy_to_pod(a, r, p, number, t->rest);
        return;
    }
    if (leads_to_page(a, t, name, port, service)) {
        const bool root = strcmp(t->rest, "/") == 0;
        reply_later(a, r, root ? 200 : 404, root ? "text/html; charset=utf-8" : "application/json",
                    mem_str(root ? "<!doctype html>\n<title>Chat</title>\n" : "{\"detail\":\"Not Found\"}"));
        return;
    }
    snprintf(text, sizeof text, "no endpoints available for service \"%s%s%s\"", name, *port ? ":" : "", port);
    reply_unavailable(r, text);
}

void api_proxy(struct api *a, struct https_request *r, const struct target *t)
{
    char name[NAME_MAX_LEN], port[NAME_MAX_LEN];
    split_name(t->name, name, port);
    if (t->kind == SIM_POD)
        pod_proxy(a, r, t, name, port);
    else
        service_proxy(a, r, t, name, port);
}
