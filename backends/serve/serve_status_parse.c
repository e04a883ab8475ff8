/* serve_status_parse.c - parses the response to GET /api/serve/applications/. */
#include "backends/serve/serve_status_parse.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/traceback.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 256, MESSAGE_MAX_BYTES = 1024 };

static char *safe_text(const cJSON *obj, const char *name)
{
    const char *s = json_str(obj, name);
    return s && *s ? text_safe(s, strlen(s), TEXT_ONE_LINE, NAME_MAX_BYTES) : NULL;
}

static char *message_of(const cJSON *obj)
{
    const char *s = json_str(obj, "message");
    return s && *s ? traceback_text(s, MESSAGE_MAX_BYTES) : NULL;
}

static struct known_u64 seconds_as_ms(const cJSON *obj, const char *name)
{
    struct known_f64 s = json_f64(obj, name);
    return s.known && s.value > 0 && s.value < 1e11 ? known_u64((uint64_t)(s.value * 1000)) : UNKNOWN_U64;
}

/* False, and counted in *left_out: not an object, or beyond the limit. */
static bool item_is_object(const cJSON *item, size_t count, size_t *left_out)
{
    if (cJSON_IsObject(item) && count < SERVE_STATUS_ITEMS) return true;
    (*left_out)++;
    return false;
}

static void read_replicas(const cJSON *deployment, const char *app, struct serveapp *out, size_t *left_out)
{
    JSON_EACH (item, json_get(deployment, "replicas")) {
        if (!item_is_object(item, out->replicas_count, left_out)) continue;
        struct replica *r = RECORD_APPEND(out, replicas);
        record_set(&r->app, app);
        r->deployment = safe_text(deployment, "name");
        r->id = safe_text(item, "replica_id");
        r->state = safe_text(item, "state");
        r->actor = safe_text(item, "actor_id");
        r->ray_node = safe_text(item, "node_id");
        r->ip = safe_text(item, "node_ip");
        r->pid = json_u64(item, "pid");
        r->started = seconds_as_ms(item, "start_time_s");
    }
}

static void read_application(const cJSON *app, struct serveapp *out, size_t *left_out)
{
    char *name = safe_text(app, "name"), *status = safe_text(app, "status");
    if (!name && app->string) name = text_safe(app->string, strlen(app->string), TEXT_ONE_LINE, NAME_MAX_BYTES);
    size_t before = out->deployments_count;
    JSON_EACH (item, json_get(app, "deployments")) {
        if (!item_is_object(item, out->deployments_count, left_out)) continue;
        struct deployment *d = RECORD_APPEND(out, deployments);
        record_set(&d->app, name);
        record_set(&d->app_status, status);
        d->name = safe_text(item, "name");
        d->status = safe_text(item, "status");
        d->message = message_of(item);
        if (!d->message) d->message = message_of(app); /* a new configuration of it failed to build */
        read_replicas(item, name, out, left_out);
    }
    /* an application that failed to build has no deployments: it gets an entry with its own message */
    if (out->deployments_count == before && out->deployments_count < SERVE_STATUS_ITEMS) {
        struct deployment *d = RECORD_APPEND(out, deployments);
        record_set(&d->app, name);
        record_set(&d->app_status, status);
        d->message = message_of(app);
    }
    free(name);
    free(status);
}

static void read_proxies(const cJSON *proxies, struct serveapp *out, size_t *left_out)
{
    JSON_EACH (item, proxies) {
        if (!item_is_object(item, out->proxies_count, left_out)) continue;
        struct proxy *p = RECORD_APPEND(out, proxies);
        p->ray_node = safe_text(item, "node_id");
        p->ip = safe_text(item, "node_ip");
        p->status = safe_text(item, "status");
        p->actor = safe_text(item, "actor_id");
    }
}

enum err serve_status_parse(const char *service_uid, const char *body, size_t len, struct serveapp **ret,
                            size_t *ret_left_out, struct why *why)
{
    cJSON *root = NULL;
    size_t left_out = 0;
    enum err e = json_parse_shown(body, len, &root, why);
    if (e != ERR_OK) return e;
    const cJSON *apps = json_get(root, "applications");
    if (!cJSON_IsObject(apps)) {
        cJSON_Delete(root);
        return why_set(why, ERR_PARSE, "no object \"applications\" in the Serve API's answer");
    }
    struct serveapp *out = record_new(TABLE_SERVEAPP, service_uid);
    out->controller_actor = safe_text(json_get(root, "controller_info"), "actor_id");
    JSON_EACH (app, apps) {
        if (item_is_object(app, 0, &left_out)) read_application(app, out, &left_out);
    }
    read_proxies(json_get(root, "proxies"), out, &left_out);
    cJSON_Delete(root);
    *ret = out;
    *ret_left_out = left_out;
    return ERR_OK;
}

bool serve_status_settled(const struct serveapp *app)
{
    for (size_t i = 0; i < app->deployments_count; i++) {
        const struct deployment *d = &app->deployments[i];
        if (!text_eq(d->status, "HEALTHY") || !text_eq(d->app_status, "RUNNING")) return false;
    }
    return app->deployments_count > 0;
}
