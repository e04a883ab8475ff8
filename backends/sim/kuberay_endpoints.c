/* kuberay_endpoints.c - the endpoint controller, for the applied Services of chat pages ("NAME-chat"): an EndpointSlice
 * with the pods of the Deployments that the selector selects. Those pods are ready at once and are no objects of their
 * own.
 */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/sim/kuberay_priv.h"

#include <stdio.h>
#include <string.h>

#define PAGE_SUFFIX "-chat"
#define SERVICE_LABEL "kubernetes.io/service-name"

static bool is_selected(const cJSON *selector, const cJSON *labels)
{
    JSON_EACH (wanted, selector) {
        const char *has = json_str(labels, wanted->string);
        if (!has || !cJSON_IsString(wanted) || strcmp(has, wanted->valuestring) != 0) return false;
    }
    return selector && selector->child;
}

static void pods_add(struct kuberay *k, cJSON *list, const cJSON *owner)
{
    const struct known_u64 replicas = json_u64(json_get(owner, "spec"), "replicas");
    const uint64_t count = replicas.known ? replicas.value : 1;
    char hash[10], tail[6], name[2 * KUBERAY_NAME], ip[24];
    struct rng rng;
    rng_init(&rng, k->conf.seed + rng_hash(object_name(owner))); /* the same names each time */
    rng_suffix(&rng, hash, sizeof hash - 1);
    for (unsigned i = 0; i < count && i < KUBERAY_PODS; i++) {
        rng_suffix(&rng, tail, sizeof tail - 1);
        snprintf(name, sizeof name, "%.64s-%s-%s", object_name(owner), hash, tail);
        snprintf(ip, sizeof ip, "10.1.9.%u", 10 + i);
        const struct template_value values[] = {{"IP", ip},
                                                {"NAME", name},
                                                {"NS", object_ns(owner)},
                                                {"NODE", k->knode[i % KUBERAY_WORKERS]},
                                                {"ZONE", k->zone[i % KUBERAY_WORKERS]},
                                                {NULL, NULL}};
        cJSON_AddItemToArray(
            list, template_text("{'addresses':['${IP}'],'conditions':{'ready':true,'serving':true,'terminating':false},"
                                "'targetRef':{'kind':'Pod','namespace':'${NS}','name':'${NAME}'},'nodeName':'${NODE}',"
                                "'zone':'${ZONE}'}",
                                values));
    }
}

cJSON *kuberay_page_slice(const struct kuberay *k, const char *ns, const char *service)
{
    size_t count;
    if (!text_has_suffix(service, PAGE_SUFFIX)) return NULL;
    cJSON *const *all = objects_all(k->objects, SIM_SLICE, &count);
    for (size_t i = 0; i < count; i++) {
        const char *of = json_str(json_get(json_get(all[i], "metadata"), "labels"), SERVICE_LABEL);
        if (of && strcmp(of, service) == 0 && strcmp(object_ns(all[i]), ns) == 0) return all[i];
    }
    return NULL;
}

static cJSON *slice_new(struct kuberay *k, const cJSON *service)
{
    char uid[RNG_UUID], name[KUBERAY_NAME + 8], now[STAMP_TEXT_MAX], tail[6];
    struct rng rng;
    rng_init(&rng, k->conf.seed ^ rng_hash(object_name(service)));
    rng_uuid(&rng, uid);
    rng_suffix(&rng, tail, sizeof tail - 1);
    snprintf(name, sizeof name, "%.64s-%s", object_name(service), tail);
    const struct template_value values[] = {{"NAME", name},
                                            {"NS", object_ns(service)},
                                            {"UID", uid},
                                            {"SERVICE", object_name(service)},
                                            {"CREATED", stamp_iso(now, kuberay_now(k))},
                                            {NULL, NULL}};
    return objects_put(
        k->objects, SIM_SLICE,
        template_text("{'kind':'EndpointSlice','apiVersion':'discovery.k8s.io/v1','metadata':{'name':'${NAME}',"
                      "'namespace':'${NS}','uid':'${UID}','generation':1,'creationTimestamp':'${CREATED}','labels':{"
                      "'endpointslice.kubernetes.io/managed-by':'endpointslice-controller.k8s.io','" SERVICE_LABEL
                      "':'${SERVICE}'}},'addressType':'IPv4','endpoints':null,'ports':null}",
                      values));
}

/* Takes endpoints. service NULL: it is being deleted, and its slice with it. */
static void slice_put(struct kuberay *k, const cJSON *service, cJSON *slice, cJSON *endpoints)
{
    if (!service && slice) objects_delete(k->objects, SIM_SLICE, slice);
    if (!service || cJSON_Compare(json_get(slice, "endpoints"), endpoints, true)) {
        cJSON_Delete(endpoints);
        return;
    }
    if (!slice) slice = slice_new(k, service);
    json_set(slice, "endpoints", endpoints);
    objects_changed(k->objects, SIM_SLICE, slice);
}

void endpoints_update(struct kuberay *k, const char *ns, const cJSON *deleted)
{
    size_t services, count;
    cJSON *const *all = objects_all(k->objects, SIM_SERVICE, &services);
    for (size_t i = 0; i < services; i++) {
        const cJSON *selector = json_path(all[i], "spec.selector");
        if (strcmp(object_ns(all[i]), ns) != 0 || !text_has_suffix(object_name(all[i]), PAGE_SUFFIX)) continue;
        cJSON *slice = kuberay_page_slice(k, ns, object_name(all[i])), *list = cJSON_CreateArray();
        cJSON *const *owner = objects_all(k->objects, SIM_DEPLOYMENT, &count);
        for (size_t j = 0; j < count; j++)
            if (owner[j] != deleted && strcmp(object_ns(owner[j]), ns) == 0 &&
                is_selected(selector, json_path(owner[j], "spec.template.metadata.labels")))
                pods_add(k, list, owner[j]);
        slice_put(k, all[i] == deleted ? NULL : all[i], slice, list);
    }
}
