/* crowd.c - pods of another application, for benchmarks. */
#include "backends/sim/crowd.h"

#include "backends/base/json.h"
#include "backends/sim/rng.h"
#include "backends/sim/template.h"

#include <stdio.h>

static cJSON *crowd_meta(const cJSON *like, struct rng *r, unsigned index)
{
    char name[64], uid[RNG_UUID], tail[6];
    rng_suffix(r, tail, 5);
    rng_uuid(r, uid);
    snprintf(name, sizeof name, "batch-%05u-%s", index, tail);
    const struct template_value values[] = {{"NAME", name},
                                            {"UID", uid},
                                            {"NS", object_ns(like)},
                                            {"CREATED", json_str(json_get(like, "metadata"), "creationTimestamp")},
                                            {NULL, NULL}};
    return template_text(
        "{'name':'${NAME}','generateName':'batch-','namespace':'${NS}','uid':'${UID}','generation':1,"
        "'creationTimestamp':'${CREATED}','labels':{'app':'batch','ray.io/cluster':'batch','ray.io/is-ray-node':'yes',"
        "'ray.io/node-type':'worker','ray.io/group':'batch'}}",
        values);
}

void crowd_create(struct objects *o, unsigned count, uint64_t seed)
{
    struct rng r;
    size_t there;
    cJSON *const *all = objects_all(o, SIM_POD, &there);
    if (!count || !there) return;
    cJSON *like = cJSON_Duplicate(all[there - 1], 1);
    cJSON_DeleteItemFromObjectCaseSensitive(cJSON_GetObjectItemCaseSensitive(like, "spec"), "initContainers");
    cJSON_DeleteItemFromObjectCaseSensitive(cJSON_GetObjectItemCaseSensitive(like, "status"), "initContainerStatuses");
    rng_init(&r, seed ^ rng_hash("crowd"));
    for (unsigned i = 0; i < count && i < CROWD_MAX; i++) {
        cJSON *pod = cJSON_Duplicate(like, 1);
        cJSON_ReplaceItemInObjectCaseSensitive(pod, "metadata", crowd_meta(like, &r, i));
        objects_put(o, SIM_POD, pod);
    }
    cJSON_Delete(like);
    objects_clear_log(o);
}
