/* schema.c - the fields of each kind, validation and defaulting. */
#include "backends/sim/schema.h"

#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/sim/rng.h"
#include "backends/sim/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECRET_MAX = 1024 * 1024 };

/* ---- members ----------------------------------------------------------------------------------------------------- */

/* Without apiVersion, kind and metadata. "": the top level; names are separated by spaces. */
static const struct {
    enum sim_kind kind;
    const char *at, *names;
} declared[] = {
    {SIM_NAMESPACE, "", "spec status"},
    {SIM_POD, "", "spec status"},
    {SIM_STATEFULSET, "", "spec status"},
    {SIM_POLICY, "", "spec"},
    {SIM_SECRET, "", "data stringData type immutable"},
    {SIM_CONFIGMAP, "", "data binaryData immutable"},
    {SIM_ACCOUNT, "", "secrets imagePullSecrets automountServiceAccountToken"},
    {SIM_CLAIM, "", "spec status"},
    {SIM_ROLE, "", "rules"},
    {SIM_BINDING, "", "subjects roleRef"},
    {SIM_BUDGET, "", "spec status"},
    {SIM_SERVICE, "", "spec status"},
    {SIM_SERVICE, "spec",
     "ports selector clusterIP clusterIPs type externalIPs sessionAffinity loadBalancerIP loadBalancerSourceRanges "
     "externalName externalTrafficPolicy healthCheckNodePort publishNotReadyAddresses sessionAffinityConfig ipFamilies "
     "ipFamilyPolicy allocateLoadBalancerNodePorts loadBalancerClass internalTrafficPolicy trafficDistribution"},
    {SIM_LEASE, "", "spec"},
    {SIM_DEPLOYMENT, "", "spec status"},
    {SIM_DEPLOYMENT, "spec",
     "replicas selector template strategy minReadySeconds revisionHistoryLimit paused progressDeadlineSeconds"},
    {SIM_INGRESS, "", "spec status"},
    {SIM_INGRESS, "spec", "ingressClassName defaultBackend tls rules"},
    {SIM_RAYSERVICE, "", "spec status"},
    {SIM_RAYSERVICE, "spec",
     "serviceUnhealthySecondThreshold deploymentUnhealthySecondThreshold serveService upgradeStrategy serveConfigV2 "
     "rayClusterConfig excludeHeadPodFromServeSvc rayClusterDeletionDelaySeconds suspend managedBy"},
    {SIM_RAYSERVICE, "spec.rayClusterConfig",
     "authOptions suspend managedBy autoscalerOptions headServiceAnnotations enableInTreeAutoscaling "
     "gcsFaultToleranceOptions headGroupSpec rayVersion workerGroupSpecs upgradeStrategy"},
};

bool schema_can_apply(enum sim_kind kind)
{
    for (size_t i = 0; i < ARRAY_LEN(declared); i++)
        if (declared[i].kind == kind) return true;
    return false;
}

static bool in_words(const char *words, const char *name)
{
    size_t len = strlen(name);
    for (const char *w = words; *w; w += strcspn(w, " "), w += *w == ' ')
        if (strcspn(w, " ") == len && memcmp(w, name, len) == 0) return true;
    return false;
}

char *schema_unknown(enum sim_kind kind, const cJSON *config)
{
    for (size_t i = 0; i < ARRAY_LEN(declared); i++) {
        const char *at = declared[i].at;
        if (declared[i].kind != kind) continue;
        JSON_EACH (m, *at ? json_path(config, at) : config) {
            if (!m->string || in_words(declared[i].names, m->string)) continue;
            if (!*at && in_words("apiVersion kind metadata", m->string)) continue;
            return mem_printf("%s%s.%.128s", *at ? "." : "", at, m->string);
        }
    }
    return NULL;
}

bool schema_has_generation(enum sim_kind kind)
{
    return kind == SIM_DEPLOYMENT || kind == SIM_STATEFULSET || kind == SIM_POLICY || kind == SIM_BUDGET ||
           kind == SIM_INGRESS || kind == SIM_RAYSERVICE;
}

/* The offset at which Go's decoder gives up; false: it is base64. */
static bool base64_broken(const char *text, size_t *ret_at)
{
    struct buf plain;
    buf_init(&plain, SECRET_MAX);
    bool broken = text_base64_decode(text, strlen(text), &plain) != ERR_OK;
    buf_wipe(&plain);
    size_t at = 0;
    while (text[at] && (text[at] == '+' || text[at] == '/' || text[at] == '=' || (text[at] >= '0' && text[at] <= '9') ||
                        ((text[at] | 32) >= 'a' && (text[at] | 32) <= 'z')))
        at++;
    *ret_at = text[at] ? at : strlen(text) / 4 * 4;
    return broken;
}

char *schema_invalid(enum sim_kind kind, const cJSON *config)
{
    size_t at = 0;
    if (kind != SIM_SECRET) return NULL;
    JSON_EACH (value, json_get(config, "data")) {
        if (!cJSON_IsString(value) || base64_broken(value->valuestring, &at))
            return mem_printf("Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input "
                              "byte %zu",
                              cJSON_IsString(value) ? at : 0);
    }
    return NULL;
}

/* ---- defaults ---------------------------------------------------------------------------------------------------- */

/* Adds the members of a JSON text that the object lacks; ' stands for ". */
static void fill_in(cJSON *object, const char *text)
{
    cJSON *values = template_text(text, NULL), *next;
    for (cJSON *v = values->child; v && object; v = next) {
        next = v->next;
        if (json_member(object, v->string)) continue;
        cJSON *moved = cJSON_DetachItemViaPointer(values, v);
        char *name = mem_str(moved->string);
        cJSON_AddItemToObject(object, name, moved);
        free(name);
    }
    cJSON_Delete(values);
}

static cJSON *object_ensure(cJSON *object, const char *name)
{
    cJSON *has = json_member(object, name);
    return has ? has : cJSON_AddObjectToObject(object, name);
}

static void namespace_defaults(cJSON *obj)
{
    cJSON *labels = object_ensure(json_member(obj, "metadata"), "labels");
    if (!json_member(labels, "kubernetes.io/metadata.name"))
        cJSON_AddStringToObject(labels, "kubernetes.io/metadata.name", object_name(obj));
    fill_in(obj, "{'spec':{'finalizers':['kubernetes']},'status':{'phase':'Active'}}");
}

/* stringData is write-only: merges it into data. */
static void secret_defaults(cJSON *obj)
{
    cJSON *plain = cJSON_DetachItemFromObjectCaseSensitive(obj, "stringData");
    JSON_EACH (value, plain) {
        if (!cJSON_IsString(value)) continue;
        struct buf coded;
        buf_init(&coded, 2 * SECRET_MAX);
        text_base64_encode(value->valuestring, strlen(value->valuestring), &coded);
        cJSON *data = object_ensure(obj, "data");
        cJSON_DeleteItemFromObjectCaseSensitive(data, value->string);
        cJSON_AddStringToObject(data, value->string, buf_text(&coded));
        buf_wipe(&coded);
    }
    cJSON_Delete(plain);
    fill_in(obj, "{'type':'Opaque'}");
}

static void service_defaults(cJSON *obj)
{
    char address[32], text[256];
    const char *uid = json_str(json_get(obj, "metadata"), "uid");
    uint64_t hash = rng_hash(uid ? uid : "");
    cJSON *spec = object_ensure(obj, "spec"), *port;
    snprintf(address, sizeof address, "10.96.%u.%u", (unsigned)(hash % 255), 1 + (unsigned)(hash / 256 % 254));
    snprintf(text, sizeof text,
             "{'clusterIP':'%s','clusterIPs':['%s'],'type':'ClusterIP','sessionAffinity':'None','ipFamilies':['IPv4'],"
             "'ipFamilyPolicy':'SingleStack','internalTrafficPolicy':'Cluster'}",
             address, address);
    fill_in(spec, text);
    cJSON_ArrayForEach(port, json_member(spec, "ports"))
    {
        fill_in(port, "{'protocol':'TCP'}");
        if (!json_member(port, "targetPort"))
            cJSON_AddItemToObject(port, "targetPort", cJSON_Duplicate(json_member(port, "port"), 1));
    }
    fill_in(obj, "{'status':{'loadBalancer':{}}}");
}

static void containers_defaults(cJSON *spec, const char *text)
{
    cJSON *container, *port;
    cJSON_ArrayForEach(container, json_member(spec, "containers"))
    {
        fill_in(container, text);
        cJSON_ArrayForEach(port, json_member(container, "ports")) fill_in(port, "{'protocol':'TCP'}");
    }
}

static void deployment_defaults(cJSON *obj)
{
    cJSON *spec = object_ensure(obj, "spec"), *pod = object_ensure(object_ensure(spec, "template"), "spec");
    fill_in(spec, "{'replicas':1,'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxUnavailable':'25%',"
                  "'maxSurge':'25%'}},'revisionHistoryLimit':10,'progressDeadlineSeconds':600}");
    fill_in(pod, "{'restartPolicy':'Always','terminationGracePeriodSeconds':30,'dnsPolicy':'ClusterFirst',"
                 "'securityContext':{},'schedulerName':'default-scheduler'}");
    containers_defaults(pod, "{'resources':{},'terminationMessagePath':'/dev/termination-log',"
                             "'terminationMessagePolicy':'File','imagePullPolicy':'IfNotPresent'}");
    fill_in(obj, "{'status':{}}");
}

/* The CRD's defaults; the operator adds more (kuberay_applied.c). */
static void rayservice_defaults(cJSON *obj)
{
    cJSON *cluster = json_member(json_member(obj, "spec"), "rayClusterConfig"), *group;
    containers_defaults(json_member(json_member(json_member(cluster, "headGroupSpec"), "template"), "spec"), "{}");
    cJSON_ArrayForEach(group, json_member(cluster, "workerGroupSpecs"))
    {
        fill_in(group, "{'numOfHosts':1,'priority':0,'replicas':0,'minReplicas':0,'maxReplicas':2147483647}");
        containers_defaults(json_member(json_member(group, "template"), "spec"), "{}");
    }
}

void schema_defaults(enum sim_kind kind, cJSON *obj)
{
    switch ((int)kind) {
    case SIM_NAMESPACE: namespace_defaults(obj); break;
    case SIM_POD: fill_in(obj, "{'status':{'phase':'Pending','qosClass':'BestEffort'}}"); break; /* nobody runs it */
    case SIM_STATEFULSET: fill_in(obj, "{'status':{'replicas':0,'availableReplicas':0}}"); break;
    case SIM_POLICY: fill_in(object_ensure(obj, "spec"), "{'policyTypes':['Ingress']}"); break;
    case SIM_SECRET: secret_defaults(obj); break;
    case SIM_SERVICE: service_defaults(obj); break;
    case SIM_DEPLOYMENT: deployment_defaults(obj); break;
    case SIM_INGRESS: fill_in(obj, "{'status':{'loadBalancer':{}}}"); break;
    case SIM_RAYSERVICE: rayservice_defaults(obj); break;
    default: break;
    }
}
