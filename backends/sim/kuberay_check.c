/* kuberay_check.c - KubeRay's validation of a RayService, with its messages
 * (ray-operator/controllers/ray/utils/validation.go). */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/kuberay_priv.h"

#include <inttypes.h>
#include <string.h>

static const cJSON *head_container(const cJSON *config)
{
    return cJSON_GetArrayItem(json_path(config, "headGroupSpec.template.spec.containers"), 0);
}

static bool has_env(const cJSON *config, const char *name)
{
    JSON_EACH (env, json_get(head_container(config), "env")) {
        const char *its = json_str(env, "name");
        if (its && strcmp(its, name) == 0) return true;
    }
    return false;
}

static bool has_param(const cJSON *config, const char *name)
{
    const char *value = json_str(json_path(config, "headGroupSpec.rayStartParams"), name);
    return value && *value;
}

static const char *annotation_of(const cJSON *service, const char *name)
{
    const char *value = json_str(json_path(service, "metadata.annotations"), name);
    return value ? value : "";
}

static const char *with_options(const cJSON *service, const cJSON *config)
{
    if (has_param(config, "redis-password"))
        return "cannot set `redis-password` in rayStartParams when GcsFaultToleranceOptions is enabled - use "
               "GcsFaultToleranceOptions.RedisPassword instead";
    if (has_env(config, "REDIS_PASSWORD"))
        return "cannot set `REDIS_PASSWORD` env var in head Pod when GcsFaultToleranceOptions is enabled - use "
               "GcsFaultToleranceOptions.RedisPassword instead";
    if (has_env(config, "RAY_REDIS_ADDRESS"))
        return "cannot set `RAY_REDIS_ADDRESS` env var in head Pod when GcsFaultToleranceOptions is enabled - use "
               "GcsFaultToleranceOptions.RedisAddress instead";
    if (*annotation_of(service, "ray.io/external-storage-namespace"))
        return "cannot set `ray.io/external-storage-namespace` annotation when GcsFaultToleranceOptions is enabled - "
               "use GcsFaultToleranceOptions.ExternalStorageNamespace instead";
    return NULL;
}

static const char *fault_tolerance(const cJSON *service, const cJSON *config)
{
    const cJSON *options = json_get(config, "gcsFaultToleranceOptions");
    const char *said = annotation_of(service, "ray.io/ft-enabled"), *found = NULL;
    if (*said && options)
        return "ray.io/ft-enabled annotation and GcsFaultToleranceOptions are both set. Please use only "
               "GcsFaultToleranceOptions to configure GCS fault tolerance";
    if (strcmp(said, "true") != 0 && !options && has_env(config, "RAY_REDIS_ADDRESS"))
        return "RAY_REDIS_ADDRESS is set which implicitly enables GCS fault tolerance, but GcsFaultToleranceOptions is "
               "not set. Please set GcsFaultToleranceOptions to enable GCS fault tolerance";
    if (options) found = with_options(service, config);
    if (!found && (has_param(config, "redis-username") || has_env(config, "REDIS_USERNAME")))
        return "cannot set redis username in rayStartParams or environment variables - use "
               "GcsFaultToleranceOptions.RedisUsername instead";
    return found;
}

/* The blueprint names the head's service explicitly. */
static bool names_head_service(const cJSON *config)
{
    const char *name = json_str(json_path(config, "headGroupSpec.headService.metadata"), "name");
    return name && *name;
}

char *rayservice_refusal(const cJSON *service)
{
    if (strlen(object_name(service)) > KUBERAY_SERVICE_NAME_MAX)
        return mem_printf("RayService name should be no more than %d characters", KUBERAY_SERVICE_NAME_MAX);
    const cJSON *config = json_path(service, "spec.rayClusterConfig");
    if (names_head_service(config))
        return mem_str("spec.rayClusterConfig.headGroupSpec.headService.metadata.name should not be set");
    if (!head_container(config)) return mem_str("headGroupSpec should have at least one container");
    JSON_EACH (group, json_get(config, "workerGroupSpecs")) {
        const char *name = json_str(group, "groupName");
        struct known_u64 least = json_u64(group, "minReplicas"), most = json_u64(group, "maxReplicas");
        if (!json_path(group, "template.spec.containers"))
            return mem_str("workerGroupSpec should have at least one container");
        if (least.known && most.known && least.value > most.value)
            return mem_printf("worker group %s has minReplicas %" PRIu64 " greater than maxReplicas %" PRIu64,
                              name ? name : "", least.value, most.value);
    }
    const char *found = fault_tolerance(service, config);
    return found ? mem_str(found) : NULL;
}
