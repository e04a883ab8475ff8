/* kuberay_template.c - builds a pod of an applied RayService: the recorded pod with the pod template of its group. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/kuberay_priv.h"

#include <stdio.h>
#include <string.h>

static void copy_member(cJSON *object, const cJSON *from, const char *name)
{
    if (json_get(from, name)) json_set(object, name, cJSON_Duplicate(json_get(from, name), 1));
}

static cJSON *item_named(cJSON *list, const char *name)
{
    cJSON *one;
    cJSON_ArrayForEach(one, list)
    {
        const char *its = json_str(one, "name");
        if (its && strcmp(its, name) == 0) return one;
    }
    return NULL;
}

/* Removes fields of the recorded manifest that this one lacks. */
static void remove_env(cJSON *env)
{
    static const char *const names[] = {"LD_LIBRARY_PATH", "HUGGING_FACE_HUB_TOKEN", "REDIS_USERNAME",
                                        "REDIS_PASSWORD"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        cJSON *one = item_named(env, names[i]);
        if (one) cJSON_Delete(cJSON_DetachItemViaPointer(env, one));
    }
}

static void set_env(cJSON *env, const cJSON *said)
{
    const char *name = json_str(said, "name");
    cJSON *has = name ? item_named(env, name) : NULL;
    if (has) cJSON_Delete(cJSON_DetachItemViaPointer(env, has));
    cJSON_AddItemToArray(env, cJSON_Duplicate(said, 1));
}

/* A redisPassword or redisUsername of gcsFaultToleranceOptions. */
static void add_credential(cJSON *env, const cJSON *said, const char *name)
{
    if (!said) return;
    cJSON *one = cJSON_Duplicate(said, 1);
    cJSON_AddStringToObject(one, "name", name);
    set_env(env, one);
    cJSON_Delete(one);
}

static void add_containers(cJSON *spec, const cJSON *said, const cJSON *options, bool head)
{
    static const char *const members[] = {"image", "imagePullPolicy", "resources", "lifecycle"};
    cJSON *ray = cJSON_GetArrayItem(json_member(spec, "containers"), 0), *env = json_member(ray, "env"), *other;
    for (size_t i = 0; i < ARRAY_LEN(members); i++) copy_member(ray, said, members[i]);
    remove_env(env);
    JSON_EACH (one, json_get(said, "env")) set_env(env, one);
    if (head) {
        add_credential(env, json_get(options, "redisUsername"), "REDIS_USERNAME");
        add_credential(env, json_get(options, "redisPassword"), "REDIS_PASSWORD");
    }
    cJSON_ArrayForEach(other, json_member(spec, "initContainers"))
    {
        copy_member(other, said, "image");
        remove_env(json_member(other, "env"));
    }
    if (head && cJSON_GetArraySize(json_member(spec, "containers")) > 1)
        copy_member(cJSON_GetArrayItem(json_member(spec, "containers"), 1), said, "image");
}

/* Kubernetes appends its two default tolerations after those of the template. */
static void add_tolerations(cJSON *spec, const cJSON *said)
{
    cJSON *list = cJSON_CreateArray(), *one;
    JSON_EACH (t, json_get(said, "tolerations")) cJSON_AddItemToArray(list, cJSON_Duplicate(t, 1));
    cJSON_ArrayForEach(one, json_member(spec, "tolerations"))
    {
        const char *key = json_str(one, "key");
        if (key && strncmp(key, "node.kubernetes.io/", 19) == 0) cJSON_AddItemToArray(list, cJSON_Duplicate(one, 1));
    }
    json_set(spec, "tolerations", list);
}

void pod_apply_template(struct kuberay *k, cJSON *pod, bool head)
{
    const cJSON *config = json_get(k->raycluster, "spec");
    const cJSON *group =
        head ? json_get(config, "headGroupSpec") : cJSON_GetArrayItem(json_get(config, "workerGroupSpecs"), 0);
    const cJSON *said = json_path(group, "template.spec");
    cJSON *spec = json_member(pod, "spec"), *meta = json_member(pod, "metadata");
    if (!said) return;
    add_containers(spec, cJSON_GetArrayItem(json_get(said, "containers"), 0),
                   json_get(config, "gcsFaultToleranceOptions"), head);
    cJSON_DeleteItemFromObjectCaseSensitive(spec, "nodeSelector");
    copy_member(spec, said, "nodeSelector");
    copy_member(spec, said, "schedulerName");
    add_tolerations(spec, said);
    if (head && json_bool(config, "enableInTreeAutoscaling") != TRI_YES)
        cJSON_DeleteItemFromArray(json_member(spec, "containers"), 1);
    if (head) return;
    char prefix[KUBERAY_NAME + 64];
    snprintf(prefix, sizeof prefix, "%s-%s-worker-", k->cluster, k->group);
    json_set(meta, "generateName", cJSON_CreateString(prefix));
    json_set(json_member(meta, "labels"), "ray.io/group", cJSON_CreateString(k->group));
}
