/*
 * gcs_records_kv.c - the rows of the GCS's key-value store (KV): exported functions, Serve's checkpoints, addresses,
 * metadata.
 */
#include "backends/sim/gcs_records.h"

#include "backends/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Sizes of a small service's values, as recorded. */
enum {
    APP_CONFIG_BYTES = 324,
    APP_STATE_BYTES = 493604,
    DEPLOYMENT_STATE_BYTES = 274156,
    ENDPOINT_STATE_BYTES = 571,
    LOGGING_CONFIG_BYTES = 250,
    PROXY_CLASS_BYTES = 35581,
    CONTROLLER_CLASS_BYTES = 63738,
    REPLICA_CLASS_BYTES = 22019,
    FUNCTION_BYTES = 8327
};

struct out {
    gcs_row *row;
    void *arg;
};

static void put_text(const struct out *o, const char *field, const char *value)
{
    o->row(o->arg, "KV", field, strlen(field), value, strlen(value));
}

/* A pickle of that size: protocol 5, a frame, and bytes that are not text. */
static void put_pickle(const struct out *o, const char *field, size_t field_len, const char *about, size_t bytes)
{
    char *v = mem_alloc(bytes);
    size_t n = strlen(about);
    for (size_t i = 0; i < bytes; i++) v[i] = (char)(i * 131 + (i >> 8));
    memcpy(v, "\x80\x05\x95", bytes < 3 ? bytes : 3);
    if (n + 12 < bytes) memcpy(v + 11, about, n);
    o->row(o->arg, "KV", field, field_len, v, bytes);
    free(v);
}

static void named_pickle(const struct out *o, const char *field, const char *about, size_t bytes)
{
    put_pickle(o, field, strlen(field), about, bytes);
}

/* "@namespace_fun:ActorClass:01000000:" and raw bytes out of an id. */
static void put_export(const struct out *o, const char *kind, const char *id_hex, unsigned salt, const char *about,
                       size_t bytes)
{
    char field[96];
    struct buf b;
    buf_init(&b, sizeof field);
    (void)buf_printf(&b, "@namespace_fun:%s:01000000:", kind);
    for (size_t i = 0; id_hex[i] && id_hex[i + 1] && i < 56; i += 2)
        (void)buf_char(&b, (char)((unsigned)(id_hex[i] * 16 + id_hex[i + 1]) * 7u + salt * 31u + (unsigned)i));
    put_pickle(o, buf_text(&b), b.len, about, bytes);
    buf_done(&b);
}

static void serve_checkpoints(const struct out *o, const char *app)
{
    static const struct {
        const char *name;
        size_t bytes;
    } all[] = {{"app-config", APP_CONFIG_BYTES},
               {"application-state", APP_STATE_BYTES},
               {"deployment-state", DEPLOYMENT_STATE_BYTES},
               {"endpoint-state", ENDPOINT_STATE_BYTES},
               {"logging-config", LOGGING_CONFIG_BYTES}};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        char *field = mem_printf("@namespace_serve:ray-serve-_ray_internal_dashboard-serve-%s-checkpoint", all[i].name);
        char *about = mem_printf("%s ray.serve._private", app);
        named_pickle(o, field, about, all[i].bytes);
        free(about);
        free(field);
    }
}

static void usage_stats(const struct out *o)
{
    static const char *const tags[][2] = {
        {"extra_usage_tag_actor_num_created", "2"},
        {"extra_usage_tag_autoscaler_version", "v2"},
        {"extra_usage_tag_dashboard_metrics_grafana_enabled", "False"},
        {"extra_usage_tag_dashboard_metrics_prometheus_enabled", "False"},
        {"extra_usage_tag_dashboard_used", "False"},
        {"extra_usage_tag_gcs_storage", "redis"},
        {"extra_usage_tag_num_actor_creation_tasks", "0"},
        {"extra_usage_tag_num_actor_tasks", "0"},
        {"extra_usage_tag_num_drivers", "1"},
        {"extra_usage_tag_num_normal_tasks", "0"},
        {"extra_usage_tag_pg_num_created", "0"},
        {"extra_usage_tag_serve_api_version", "v2"},
        {"extra_usage_tag_serve_deployment_handle_api_used", "1"},
        {"extra_usage_tag_serve_fastapi_used", "1"},
        {"extra_usage_tag_serve_http_proxy_used", "1"},
        {"extra_usage_tag_serve_num_apps", "1"},
        {"extra_usage_tag_serve_num_deployments", "2"},
        {"extra_usage_tag_serve_num_gpu_deployments", "0"},
        {"extra_usage_tag_serve_rest_api_version", "v2"},
        {"hardware_usage_Intel(R) Xeon(R) Processor", ""},
        {"hardware_usage_aws-neuron-core", ""},
        {"library_usage_core", ""},
        {"library_usage_serve", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        char *field = mem_printf("@namespace_usage_stats:%s", tags[i][0]);
        put_text(o, field, tags[i][1]);
        free(field);
    }
}

static void first_head(const struct out *o, const struct ray_sim *r, const char *session)
{
    const struct ray_sim_node *head = ray_sim_head(r);
    const struct serve_config *serve = &ray_sim_conf(r)->serve;
    char id[28];
    for (size_t i = 0; i < sizeof id; i++) id[i] = (char)((unsigned)head->id[i] * 37u + (unsigned)head->id[i + 28]);
    static const char cluster[] = "@namespace_cluster:ray_cluster_id";
    o->row(o->arg, "KV", cluster, sizeof cluster - 1, id, sizeof id);
    put_text(o, "@namespace_cluster:CLUSTER_METADATA",
             "{\"ray_version\": \"2.60.0\", \"python_version\": \"3.11.2\", \"ray_init_cluster\": false}");
    put_text(o, "@namespace_session:session_name", session);
    put_text(o, "@namespace___autoscaler:__autoscaler_v2_enabled", "1");
    put_export(o, "ActorClass", head->id, 1, "ServeController", CONTROLLER_CLASS_BYTES);
    for (size_t i = 0; i < serve->count; i++) {
        char *about = mem_printf("ServeReplica:%s:%s", serve->app, serve->deployment[i].name);
        put_export(o, "ActorClass", head->id, 2 + (unsigned)i, about, REPLICA_CLASS_BYTES);
        free(about);
    }
    put_export(o, "RemoteFunction", head->id, 2 + (unsigned)serve->count, "run_graph", FUNCTION_BYTES);
    serve_checkpoints(o, serve->app);
    usage_stats(o);
}

static void agent_addresses(const struct out *o, const struct ray_sim_node *n)
{
    char *by_ip = mem_printf("@namespace_dashboard:DASHBOARD_AGENT_ADDR_IP_PREFIX:%s", n->ip);
    char *by_id = mem_printf("@namespace_dashboard:DASHBOARD_AGENT_ADDR_NODE_ID_PREFIX:%s", n->id);
    char *to_ip = mem_printf("[\"%s\", 52365, 35119]", n->ip), *to_id = mem_printf("[\"%s\", 52365, 35119]", n->id);
    o->row(o->arg, "KV", by_ip, strlen(by_ip), n->alive ? to_id : NULL, n->alive ? strlen(to_id) : 0);
    o->row(o->arg, "KV", by_id, strlen(by_id), n->alive ? to_ip : NULL, n->alive ? strlen(to_ip) : 0);
    free(by_ip);
    free(by_id);
    free(to_ip);
    free(to_id);
}

static void at_port(const struct out *o, const char *field, const char *ip, unsigned port)
{
    char *v = mem_printf("%s:%u", ip, port);
    put_text(o, field, v);
    free(v);
}

void gcs_rows_kv(const struct ray_sim *r, const char *session, bool fresh, gcs_row *row, void *arg)
{
    const struct out o = {row, arg};
    const struct ray_sim_node *head = ray_sim_head(r), *node;
    size_t n = ray_sim_nodes(r, &node);
    if (!head) return;
    if (fresh) first_head(&o, r, session);
    /* Deletes those of dead nodes first: a new node may have the same address. */
    for (size_t i = 0; i < n; i++) {
        if (!node[i].alive) agent_addresses(&o, &node[i]);
    }
    for (size_t i = 0; i < n; i++) {
        if (node[i].alive) agent_addresses(&o, &node[i]);
    }
    at_port(&o, "@namespace_dashboard:dashboard", head->ip, 8265);
    at_port(&o, "@namespace_dashboard:webui:url", head->ip, 8265);
    at_port(&o, "AutoscalerMetricsAddress", head->ip, 44217);
    at_port(&o, "DashboardMetricsAddress", head->ip, 44227);
    put_text(&o, "@namespace_job:head_node_id", head->id);
    put_text(&o, "gcs_pid", "7"); /* the same in every head's container */
}

void gcs_rows_class(const struct ray_sim *r, gcs_row *row, void *arg)
{
    const struct out o = {row, arg};
    const struct ray_sim_actor *a;
    size_t n = ray_sim_actors(r, &a);
    for (size_t i = 0; i < n; i++) {
        if (a[i].kind == RAY_SIM_CONTROLLER)
            put_export(&o, "ActorClass", a[i].worker, 0, "ProxyActor", PROXY_CLASS_BYTES);
    }
}

void gcs_rows_heartbeat(uint64_t wall_ms, gcs_row *row, void *arg)
{
    const struct out o = {row, arg};
    char *v = mem_printf("{\"time\": %.6f}", (double)wall_ms / 1000);
    put_text(&o, "@namespace_healthcheck:ray_client_server", v);
    free(v);
}

void gcs_rows_autoscaling(const struct ray_sim *r, uint64_t wall_ms, gcs_row *row, void *arg)
{
    const struct out o = {row, arg};
    const struct ray_sim_node *node;
    size_t n = ray_sim_nodes(r, &node);
    struct buf b;
    buf_init(&b, 64 * 1024);
    (void)buf_printf(&b,
                     "{\"gcs_request_time\": 0.0025148, \"time\": %.6f, \"monitor_pid\": 38, "
                     "\"autoscaler_update_time\": 0.0019192, \"autoscaler_report\": {\"active_nodes\": {",
                     (double)wall_ms / 1000);
    const char *comma = "";
    for (size_t i = 0; i < n; i++) {
        if (!node[i].alive) continue;
        (void)buf_printf(&b, "%s\"node_%s\": 1", comma, node[i].id);
        comma = ", ";
    }
    (void)buf_str(&b, "}, \"idle_nodes\": null, \"pending_nodes\": [], \"pending_launches\": {}, \"failed_nodes\": [], "
                      "\"legacy\": true}, \"non_terminated_nodes_time\": 5.7220458984375e-06}");
    put_text(&o, "__autoscaling_status", buf_text(&b));
    buf_done(&b);
}
