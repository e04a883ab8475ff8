/* ray_sim_serve.c - the Serve API's JSON of the simulated Ray cluster. */
#include "backends/sim/ray_sim.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"

#include <stdio.h>
#include <string.h>

/* The constant parts of Ray 2.60's answer. */
#define RUNTIME_ENV                                                                                                    \
    "\"runtime_env\": {\"env_vars\": {\"MODEL_ID\": \"mistralai/Mistral-7B-Instruct-v0.2\", \"NEURON_CC_FLAGS\": "     \
    "\"-O1\", \"NEURON_CORES\": \"2\"}}"
#define ROUTER                                                                                                         \
    "\"request_router_config\": {\"request_router_class\": \"ray.serve._private.request_router:"                       \
    "PowerOfTwoChoicesRequestRouter\", \"request_router_kwargs\": {}, \"request_routing_stats_period_s\": 10.0, "      \
    "\"request_routing_stats_timeout_s\": 30.0, \"initial_backoff_s\": 0.025, \"backoff_multiplier\": 2.0, "           \
    "\"max_backoff_s\": 0.5}, \"rolling_update_percentage\": 0.2, \"max_surge_percent\": 0"

enum { BODY_MAX = 1024 * 1024 };

static const char *node_ip(const struct ray_sim *r, const char *id)
{
    const struct ray_sim_node *n = ray_sim_node_of(r, id);
    return n ? n->ip : "";
}

static const char *node_pod(const struct ray_sim *r, const char *id)
{
    const struct ray_sim_node *n = ray_sim_node_of(r, id);
    return n ? n->pod : "";
}

static void controller_info(const struct ray_sim *r, struct buf *b)
{
    const struct ray_sim_actor *a;
    size_t n = ray_sim_actors(r, &a);
    for (size_t i = 0; i < n; i++) {
        if (a[i].kind != RAY_SIM_CONTROLLER) continue;
        (void)buf_printf(b,
                         "\"controller_info\": {\"node_id\": \"%s\", \"node_ip\": \"%s\", \"node_instance_id\": "
                         "\"%s\", \"actor_id\": \"%s\", \"actor_name\": \"SERVE_CONTROLLER_ACTOR\", \"worker_id\": "
                         "\"%s\", \"log_file_path\": \"/serve/controller_%u.log\"}",
                         a[i].node, node_ip(r, a[i].node), node_pod(r, a[i].node), a[i].id, a[i].worker, a[i].pid);
        return;
    }
    (void)buf_str(b, "\"controller_info\": {}");
}

static void add_proxies(const struct ray_sim *r, struct buf *b)
{
    const struct ray_sim_actor *a;
    size_t n = ray_sim_actors(r, &a);
    const char *comma = "";
    (void)buf_str(b, "\"proxies\": {");
    for (size_t i = 0; i < n; i++) {
        if (a[i].kind != RAY_SIM_PROXY || a[i].state != RAY_SIM_ALIVE) continue;
        const char *ip = node_ip(r, a[i].node);
        (void)buf_printf(b,
                         "%s\"%s\": {\"node_id\": \"%s\", \"node_ip\": \"%s\", \"node_instance_id\": \"%s\", "
                         "\"actor_id\": \"%s\", \"actor_name\": \"%s\", \"worker_id\": \"%s\", \"log_file_path\": "
                         "\"/serve/proxy_%s.log\", \"status\": \"HEALTHY\"}",
                         comma, a[i].node, a[i].node, ip, node_pod(r, a[i].node), a[i].id, a[i].name, a[i].worker, ip);
        comma = ", ";
    }
    (void)buf_str(b, "}");
}

static unsigned add_replicas(const struct ray_sim *r, const char *deployment, struct buf *b)
{
    const struct ray_sim_actor *a;
    size_t n = ray_sim_actors(r, &a);
    unsigned running = 0;
    (void)buf_str(b, "\"replicas\": [");
    for (size_t i = 0; i < n; i++) {
        if (a[i].kind != RAY_SIM_REPLICA || a[i].state != RAY_SIM_ALIVE || strcmp(a[i].deployment, deployment) != 0)
            continue;
        (void)buf_printf(b,
                         "%s{\"node_id\": \"%s\", \"node_ip\": \"%s\", \"node_instance_id\": \"%s\", \"actor_id\": "
                         "\"%s\", \"actor_name\": \"%s\", \"worker_id\": \"%s\", \"log_file_path\": "
                         "\"/serve/replica_%s_%s_%s.log\", \"replica_id\": \"%s\", \"state\": "
                         "\"RUNNING\", \"pid\": %u, \"start_time_s\": %.7f}",
                         running++ ? ", " : "", a[i].node, node_ip(r, a[i].node), node_pod(r, a[i].node), a[i].id,
                         a[i].name, a[i].worker, ray_sim_conf(r)->serve.app, deployment, a[i].replica, a[i].replica,
                         a[i].pid, (double)a[i].start_ms / 1000 + 0.0000001);
    }
    (void)buf_str(b, "], \"recent_dead_replicas\": []");
    return running;
}

static double deployment_cpus(const struct serve_config_deployment *d)
{
    return d->cores ? 1.0 : 0.5;
}

/* ray_actor_options, in the application's configuration and in a deployment's. */
static void actor_options(const struct serve_config_deployment *d, struct buf *b)
{
    (void)buf_printf(b, "\"num_cpus\": %.1f", deployment_cpus(d));
    if (d->cores) (void)buf_printf(b, ", \"resources\": {\"neuron_cores\": %u}", d->cores);
}

static void add_required(const struct serve_config_deployment *d, struct buf *b)
{
    if (d->cores) (void)buf_printf(b, "\"neuron_cores\": %u, ", d->cores);
    (void)buf_printf(b, "\"CPU\": %.1f", deployment_cpus(d));
}

/* Returns whether all replicas are RUNNING. */
static bool add_deployment(const struct ray_sim *r, const struct serve_config_deployment *d, struct buf *b)
{
    struct buf list;
    buf_init(&list, BODY_MAX);
    bool whole = add_replicas(r, d->name, &list) >= d->replicas;
    (void)buf_printf(
        b,
        "\"%s\": {\"name\": \"%s\", \"status\": \"%s\", \"status_trigger\": \"%s\", \"message\": \"\", "
        "\"deployment_config\": {\"name\": \"%s\", \"num_replicas\": %u, \"max_ongoing_requests\": 5, "
        "\"max_queued_requests\": -1, \"backpressure_config\": {\"status_code\": 503, \"retry_after_s\": null}, "
        "\"user_config\": null, \"graceful_shutdown_wait_loop_s\": 2.0, \"graceful_shutdown_timeout_s\": %.1f, "
        "\"health_check_period_s\": 10.0, \"health_check_timeout_s\": 30.0, \"ray_actor_options\": {" RUNTIME_ENV ", ",
        d->name, d->name, whole ? "HEALTHY" : "UPDATING", whole ? "CONFIG_UPDATE_COMPLETED" : "HEALTH_CHECK_FAILED",
        d->name, d->replicas, d->cores ? 5.0 : 20.0);
    actor_options(d, b);
    (void)buf_printf(b, "}, " ROUTER "}, \"target_num_replicas\": %u, \"required_resources\": {", d->replicas);
    add_required(d, b);
    (void)buf_printf(b, "}, %s}", buf_text(&list));
    buf_done(&list);
    return whole;
}

/* Recorded order: the ingress before the deployments it calls. */
static void app_config(const struct serve_config *s, struct buf *b)
{
    (void)buf_printf(b,
                     "\"deployed_app_config\": {\"name\": \"%s\", \"route_prefix\": \"%s\", "
                     "\"import_path\": \"ray_serve_mistral:entrypoint\", " RUNTIME_ENV ", \"deployments\": [",
                     s->app, s->route);
    for (size_t i = s->count; i > 0; i--) {
        const struct serve_config_deployment *d = &s->deployment[i - 1];
        (void)buf_printf(b, "%s{\"name\": \"%s\", \"num_replicas\": %u, %s\"ray_actor_options\": {",
                         i < s->count ? ", " : "", d->name, d->replicas,
                         d->cores ? "\"graceful_shutdown_timeout_s\": 5.0, " : "");
        actor_options(d, b);
        (void)buf_str(b, "}}");
    }
    (void)buf_str(b, "]}");
}

/* The ingress calls all the others. */
static void add_topology(const struct serve_config *s, struct buf *b)
{
    const char *comma = "";
    (void)buf_printf(b, "\"deployment_topology\": {\"app_name\": \"%s\", \"nodes\": {", s->app);
    for (size_t i = 0; i < s->count; i++) {
        const char *name = s->deployment[i].name, *and = "";
        (void)buf_printf(b, "%s\"%s\": {\"name\": \"%s\", \"app_name\": \"%s\", \"outbound_deployments\": [", comma,
                         name, name, s->app);
        for (size_t j = 0; i == s->ingress && j < s->count; j++) {
            if (j == i) continue;
            (void)buf_printf(b, "%s{\"name\": \"%s\", \"app_name\": \"%s\"}", and, s->deployment[j].name, s->app);
            and = ", ";
        }
        (void)buf_printf(b, "], \"is_ingress\": %s}", i == s->ingress ? "true" : "false");
        comma = ", ";
    }
    (void)buf_printf(b, "}, \"ingress_deployment\": \"%s\"}", s->deployment[s->ingress].name);
}

static void add_application(const struct ray_sim *r, uint64_t wall_ms, struct buf *b)
{
    const struct serve_config *s = &ray_sim_conf(r)->serve;
    struct buf all;
    bool whole = true;
    buf_init(&all, BODY_MAX);
    for (size_t i = 0; i < s->count; i++) {
        if (i) (void)buf_str(&all, ", ");
        whole = add_deployment(r, &s->deployment[i], &all) && whole;
    }
    (void)buf_printf(b,
                     "\"applications\": {\"%s\": {\"name\": \"%s\", \"route_prefix\": \"%s\", "
                     "\"docs_path\": \"/docs\", \"status\": \"%s\", \"message\": \"\", \"last_deployed_time_s\": "
                     "%.7f, ",
                     s->app, s->app, s->route, whole ? "RUNNING" : "DEPLOYING", (double)wall_ms / 1000 - 3600.5);
    app_config(s, b);
    (void)buf_printf(b, ", \"source\": \"declarative\", \"deployments\": {%s}, \"external_scaler_enabled\": false, ",
                     buf_text(&all));
    add_topology(s, b);
    (void)buf_str(b, "}}");
    buf_done(&all);
}

static void add_targets(const struct ray_sim *r, struct buf *b)
{
    const struct ray_sim_actor *a;
    size_t n = ray_sim_actors(r, &a);
    const char *comma = "";
    (void)buf_str(b, "\"target_groups\": [{\"targets\": [");
    for (size_t i = 0; i < n; i++) {
        if (a[i].kind != RAY_SIM_PROXY || a[i].state != RAY_SIM_ALIVE) continue;
        (void)buf_printf(b, "%s{\"ip\": \"%s\", \"port\": 8000, \"instance_id\": \"%s\", \"name\": \"%s\"}", comma,
                         node_ip(r, a[i].node), node_pod(r, a[i].node), a[i].name);
        comma = ", ";
    }
    (void)buf_str(b, "], \"route_prefix\": \"/\", \"protocol\": \"HTTP\", \"app_name\": \"\", "
                     "\"ingress_request_router_targets\": [], \"ingress_deployment_name\": \"\"}]");
}

static void add_duration(struct buf *b, const char *name, double mean)
{
    (void)buf_printf(b, ", \"%s\": {\"mean\": %g, \"std\": %g, \"min\": %g, \"max\": %g}", name, mean, mean / 4,
                     mean / 2, mean * 3);
}

static void add_health(uint64_t wall_ms, struct buf *b)
{
    double now = (double)wall_ms / 1000 + 0.0001;
    (void)buf_printf(b,
                     "\"controller_health_metrics\": {\"timestamp\": %.5f, \"controller_start_time\": %.5f, "
                     "\"uptime_s\": 158.58, \"last_control_loop_time\": %.5f, \"num_control_loops\": 1494",
                     now, now - 158.58, now - 0.01);
    add_duration(b, "loop_duration_s", 0.0036184);
    (void)buf_str(b, ", \"loops_per_second\": 9.42, \"last_sleep_duration_s\": 0.1006, \"expected_sleep_duration_s\": "
                     "0.1, \"event_loop_delay_s\": 0.000645, \"num_asyncio_tasks\": 17, \"handle_ingest_duration_ms\": "
                     "{}, \"replica_ingest_duration_ms\": {}, \"metrics_decompress_duration_ms\": {}, "
                     "\"columnar_decode_duration_ms\": {}, \"handle_reports_received\": 0, "
                     "\"replica_reports_received\": 0, \"ingest_reports_received\": 0, \"ingest_cpu_fraction\": 0.0");
    add_duration(b, "deployment_state_update_duration_s", 0.00031410);
    add_duration(b, "application_state_update_duration_s", 0.00038821);
    add_duration(b, "proxy_state_update_duration_s", 0.00004457);
    add_duration(b, "node_update_duration_s", 0.00002310);
    (void)buf_str(b, ", \"handle_metrics_delay_ms\": {}, \"replica_metrics_delay_ms\": {}, \"process_memory_mb\": "
                     "142.05}");
}

char *ray_sim_serve_applications(const struct ray_sim *r, uint64_t wall_ms)
{
    struct buf b;
    buf_init(&b, BODY_MAX);
    (void)buf_char(&b, '{');
    controller_info(r, &b);
    (void)buf_str(&b, ", \"proxy_location\": \"EveryNode\", \"http_options\": {\"host\": \"0.0.0.0\", \"port\": 8000, "
                      "\"root_path\": \"\", \"request_timeout_s\": null, \"keep_alive_timeout_s\": 90, "
                      "\"ssl_keyfile\": null, \"ssl_certfile\": null, \"ssl_keyfile_password\": null, "
                      "\"ssl_ca_certs\": null}, \"grpc_options\": {\"port\": 9000, \"grpc_servicer_functions\": [], "
                      "\"request_timeout_s\": null, \"enable_reflection\": true}, ");
    add_proxies(r, &b);
    (void)buf_str(&b, ", ");
    add_application(r, wall_ms, &b);
    (void)buf_str(&b, ", \"target_capacity\": null, ");
    add_targets(r, &b);
    (void)buf_str(&b, ", ");
    add_health(wall_ms, &b);
    (void)buf_str(&b, ", \"restores_unset_config_options\": true}");
    return buf_take(&b);
}
