/* rayservice_parse.c - parses RayServices (ray.io/v1). */
#include "backends/base/traceback.h"
#include "backends/kube/ft_wiring.h"
#include "backends/kube/kinds_parse.h"
#include "backends/kube/kube_fields.h"
#include "backends/kube/serve_config_parse.h"

#include <string.h>

/* Where deployments of a cluster are put: the record's list and its count. */
struct deployments {
    struct deployment **list;
    size_t *count;
};

static struct deployment *deployment_add(const struct deployments *to, const cJSON *app)
{
    if (*to->count >= KUBE_DEPLOYMENTS) return NULL;
    *to->list = record_list_grow(*to->list, *to->count, sizeof **to->list);
    struct deployment *one = &(*to->list)[(*to->count)++];
    kube_text(&one->app, app->string, KUBE_NAME_MAX);
    kube_text(&one->app_status, json_str(app, "status"), KUBE_NAME_MAX);
    return one;
}

static void message_set(struct deployment *one, const char *message)
{
    if (message && *message) one->message = traceback_text(message, KUBE_MESSAGE_MAX);
}

static void app_status_parse(const cJSON *app, const struct deployments *to)
{
    const cJSON *deployments = json_get(app, "serveDeploymentStatuses");
    const char *app_message = json_str(app, "message");
    JSON_EACH (d, deployments) {
        struct deployment *one = deployment_add(to, app);
        const char *message = json_str(d, "message");
        if (!one) return;
        kube_text(&one->name, d->string, KUBE_NAME_MAX);
        kube_text(&one->status, json_str(d, "status"), KUBE_NAME_MAX);
        message_set(one, message && *message ? message : app_message);
    }
    if (cJSON_IsObject(deployments) && deployments->child) return;
    /* an application without deployments yet (DEPLOYING, DEPLOY_FAILED) still has a status and a message */
    struct deployment *one = json_str(app, "status") ? deployment_add(to, app) : NULL;
    if (one) message_set(one, app_message);
}

static void apps_parse(const cJSON *cluster_status, const struct deployments *to)
{
    JSON_EACH (app, json_get(cluster_status, "applicationStatuses")) {
        if (app->string) app_status_parse(app, to);
    }
}

static void status_parse_of(const cJSON *status, struct rayservice *r)
{
    const cJSON *active = json_get(status, "activeServiceStatus"), *ready = kube_condition(status, "Ready");
    const cJSON *pending = json_get(status, "pendingServiceStatus");
    kube_text(&r->service_status, json_str(status, "serviceStatus"), KUBE_NAME_MAX);
    r->ready = kube_condition_is(status, "Ready");
    kube_text(&r->ready_reason, json_str(ready, "reason"), KUBE_NAME_MAX);
    kube_text(&r->ready_message, json_str(ready, "message"), KUBE_MESSAGE_MAX);
    r->upgrading = kube_condition_is(status, "UpgradeInProgress");
    kube_text(&r->active_cluster, json_str(active, "rayClusterName"), KUBE_NAME_MAX);
    kube_text(&r->pending_cluster, json_str(pending, "rayClusterName"), KUBE_NAME_MAX);
    r->serve_endpoints = json_u64(status, "numServeEndpoints");
    /* Go's omitempty: absent means 0 where conditions exist (KubeRay 1.3), since the count is older (1.1) */
    if (!r->serve_endpoints.known && ready) r->serve_endpoints = known_u64(0);
    apps_parse(active, &(struct deployments){&r->deployments, &r->deployments_count});
    apps_parse(pending, &(struct deployments){&r->pending, &r->pending_count});
}

/* True: the operator has not processed the newest spec yet, or rejected it. */
static enum tri generation_unobserved(const cJSON *obj)
{
    const struct known_u64 written = json_u64(json_get(obj, "metadata"), "generation");
    const struct known_u64 seen = json_u64(json_get(obj, "status"), "observedGeneration");
    return written.known && seen.known ? tri_of(seen.value < written.value) : TRI_UNKNOWN;
}

static struct known_u64 workers_of(const cJSON *groups)
{
    uint64_t sum = 0;
    if (!cJSON_IsArray(groups)) return UNKNOWN_U64;
    JSON_EACH (g, groups) {
        struct known_u64 n = json_u64(g, "replicas"), hosts = json_u64(g, "numOfHosts");
        if (!n.known) n = json_u64(g, "minReplicas");
        if (!n.known || n.value > 1000000 || (hosts.known && hosts.value > 1000)) return UNKNOWN_U64;
        sum += n.value * (hosts.known && hosts.value ? hosts.value : 1);
    }
    return known_u64(sum);
}

void rayservice_parse(const cJSON *obj, struct rayservice *ret)
{
    const cJSON *meta = json_get(obj, "metadata"), *spec = json_get(obj, "spec");
    const cJSON *cluster = json_get(spec, "rayClusterConfig");
    const char *serve = json_str(spec, "serveConfigV2");
    kube_text(&ret->ns, json_str(meta, "namespace"), KUBE_NAME_MAX);
    kube_text(&ret->name, json_str(meta, "name"), KUBE_NAME_MAX);
    kube_text(&ret->resource_version, json_str(meta, "resourceVersion"), KUBE_NAME_MAX);
    ret->created = json_stamp(meta, "creationTimestamp");
    ret->deleted = json_stamp(meta, "deletionTimestamp");
    kube_text(&ret->ray_version, json_str(cluster, "rayVersion"), KUBE_NAME_MAX);
    status_parse_of(json_get(obj, "status"), ret);
    ret->unseen = generation_unobserved(obj);
    ft_wiring_parse(obj, ret);
    ret->workers_wanted = workers_of(json_get(cluster, "workerGroupSpecs"));
    if (cJSON_IsObject(spec)) ret->head_serves = tri_of(json_bool(spec, "excludeHeadPodFromServeSvc") != TRI_YES);
    /* KubeRay reports malformed YAML itself; the rest of the object is valid */
    if (serve) serve_config_parse(serve, strlen(serve), ret, NULL);
}
