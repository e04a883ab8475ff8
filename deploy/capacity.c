/* capacity.c - places the pods of a RayService on K8s nodes; see capacity.h. */
#include "deploy/capacity.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/node_filter.h"
#include "deploy/pod_requests.h"
#include "deploy/quantity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 20000, REASONS_MAX = 6, REASON_TEXT = 300, REPLICAS_MAX = 1000000 };

#define NEURON "aws.amazon.com/neuron"
#define AUTOSCALER_CPU "500m" /* KubeRay's own default for the sidecar of the head, as is the memory */
#define AUTOSCALER_MEMORY "512Mi"

struct reason {
    char text[REASON_TEXT]; /* after the count; of resources after "has" or "have" */
    bool has;
    uint64_t count;
};

struct group {
    struct capacity_group seen;
    const cJSON *spec;
    cJSON *labels; /* of its pods */
    struct resources needs;
    const cJSON *term[CAPACITY_TERMS]; /* required anti-affinity */
    size_t terms;
    struct reason reason[REASONS_MAX];
    size_t reasons;
    uint64_t other; /* nodes whose reason is one too many */
};

struct spot {
    char *name;
    cJSON *node; /* what of it the filters look at */
    struct resources free;
    bool counts_pods;                /* it says how many pods it takes */
    unsigned taken[CAPACITY_GROUPS]; /* of a group's terms, those that a pod here matches: bits */
};

struct capacity {
    const char *ns;
    struct group group[CAPACITY_GROUPS];
    size_t groups;
    struct spot *spots;
    size_t count, cap;
};

/* ---- the groups ---- */

/* KubeRay's labels are on the pods whatever the template says. */
static cJSON *labels_of(const cJSON *template, const char *group, bool head)
{
    const cJSON *own = json_path(template, "metadata.labels");
    cJSON *labels = cJSON_IsObject(own) ? cJSON_Duplicate(own, 1) : cJSON_CreateObject();
    const char *const added[][2] = {{"ray.io/group", head ? "headgroup" : group},
                                    {"ray.io/node-type", head ? "head" : "worker"},
                                    {"ray.io/is-ray-node", "yes"}};
    for (size_t i = 0; i < ARRAY_LEN(added); i++) {
        cJSON_DeleteItemFromObjectCaseSensitive(labels, added[i][0]);
        cJSON_AddStringToObject(labels, added[i][0], added[i][1]);
    }
    return labels;
}

static bool is_in_scope(const cJSON *term, const char *ns, const char *pod_ns)
{
    const cJSON *names = json_get(term, "namespaces");
    if (cJSON_GetArraySize(names) == 0) return strcmp(ns, pod_ns) == 0;
    JSON_EACH (n, names)
        if (cJSON_IsString(n) && strcmp(n->valuestring, pod_ns) == 0) return true;
    return false;
}

static bool term_matches(const cJSON *term, const char *ns, const cJSON *labels, const char *pod_ns)
{
    const cJSON *selector = json_get(term, "labelSelector");
    if (!cJSON_IsObject(selector) || !is_in_scope(term, ns, pod_ns)) return false;
    JSON_EACH (wanted, json_get(selector, "matchLabels"))
        if (!wanted->string || !cJSON_IsString(wanted) ||
            !text_eq(json_str(labels, wanted->string), wanted->valuestring))
            return false;
    JSON_EACH (r, json_get(selector, "matchExpressions"))
        if (!label_requirement_holds(r, labels)) return false;
    return true;
}

/* Of each group the terms that a pod matches are taken on the node where it is. */
static void terms_take(struct capacity *p, struct spot *at, const cJSON *labels, const char *pod_ns)
{
    for (size_t g = 0; g < p->groups; g++)
        for (size_t t = 0; t < p->group[g].terms; t++)
            if (term_matches(p->group[g].term[t], p->ns, labels, pod_ns)) at->taken[g] |= 1u << t;
}

static struct known_u64 replicas_of(const cJSON *group)
{
    struct known_u64 n = json_u64(group, "replicas"), hosts = json_u64(group, "numOfHosts");
    if (!n.known) n = json_u64(group, "minReplicas");
    if (!n.known || n.value > REPLICAS_MAX) n = known_u64(1);
    if (hosts.known && hosts.value > 1 && hosts.value < REPLICAS_MAX) n.value *= hosts.value;
    return n;
}

static void group_add(struct capacity *p, const cJSON *group, const char *name, bool head)
{
    if (p->groups == CAPACITY_GROUPS) return;
    struct group *g = &p->group[p->groups++];
    const cJSON *template = json_get(group, "template");
    g->seen = (struct capacity_group){.name = name, .pods = head ? 1 : replicas_of(group).value};
    g->spec = json_get(template, "spec");
    g->labels = labels_of(template, name, head);
    pod_requests(g->spec, &g->needs);
    JSON_EACH (term, json_path(g->spec, "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution"))
        if (g->terms < CAPACITY_TERMS && json_str(term, "topologyKey") && !json_get(term, "namespaceSelector"))
            g->term[g->terms++] = term;
}

/* The sidecar that KubeRay puts beside the head. */
static void autoscaler_add(const cJSON *cluster, struct resources *needs)
{
    const cJSON *own = json_path(cluster, "autoscalerOptions.resources.requests");
    static const char *const usual[][2] = {{"cpu", AUTOSCALER_CPU}, {"memory", AUTOSCALER_MEMORY}};
    if (json_bool(cluster, "enableInTreeAutoscaling") != TRI_YES) return;
    for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
        struct known_u64 milli = quantity_of(own, usual[i][0]);
        if (!milli.known && quantity_parse(usual[i][1], &milli.value) == ERR_OK) milli.known = true;
        if (milli.known) resources_add(needs, usual[i][0], milli.value);
    }
}

struct capacity *capacity_new(const cJSON *cluster, const char *ns)
{
    struct capacity *p = mem_zero(1, sizeof *p);
    p->ns = ns;
    group_add(p, json_get(cluster, "headGroupSpec"), "head", true);
    autoscaler_add(cluster, &p->group[0].needs);
    JSON_EACH (g, json_get(cluster, "workerGroupSpecs")) {
        const char *name = json_str(g, "groupName");
        if (json_bool(g, "suspend") != TRI_YES) group_add(p, g, name ? name : "workers", false);
    }
    return p;
}

void capacity_free(struct capacity *p)
{
    if (!p) return;
    for (size_t g = 0; g < p->groups; g++) cJSON_Delete(p->group[g].labels);
    for (size_t i = 0; i < p->count; i++) {
        free(p->spots[i].name);
        cJSON_Delete(p->spots[i].node);
    }
    free(p->spots);
    free(p);
}

/* ---- what is there ---- */

static void member_copy(cJSON *to, const cJSON *from, const char *name)
{
    const cJSON *member = json_get(from, name);
    if (member) cJSON_AddItemToObject(to, name, cJSON_Duplicate(member, 1));
}

static cJSON *node_copy(const cJSON *node)
{
    cJSON *copy = cJSON_CreateObject(), *meta = cJSON_AddObjectToObject(copy, "metadata");
    cJSON *spec = cJSON_AddObjectToObject(copy, "spec");
    member_copy(meta, json_get(node, "metadata"), "name");
    member_copy(meta, json_get(node, "metadata"), "labels");
    member_copy(spec, json_get(node, "spec"), "taints");
    member_copy(spec, json_get(node, "spec"), "unschedulable");
    return copy;
}

void capacity_add_nodes(struct capacity *p, const cJSON *list)
{
    JSON_EACH (node, json_get(list, "items")) {
        if (p->count == NODES_MAX) return;
        if (p->count == p->cap) p->spots = mem_grow(p->spots, p->cap = p->cap ? p->cap * 2 : 16, sizeof *p->spots);
        struct spot *at = &p->spots[p->count++];
        const char *name = json_str(json_get(node, "metadata"), "name");
        *at = (struct spot){.name = mem_str(name ? name : ""), .node = node_copy(node)};
        resources_of_map(json_path(node, "status.allocatable"), &at->free);
        at->counts_pods = json_get(json_path(node, "status.allocatable"), "pods") != NULL;
    }
}

static struct spot *spot_named(struct capacity *p, const char *name)
{
    for (size_t i = 0; name && i < p->count; i++)
        if (strcmp(p->spots[i].name, name) == 0) return &p->spots[i];
    return NULL;
}

static bool is_own(const cJSON *pod, const char *ns, const char *const *own)
{
    const cJSON *meta = json_get(pod, "metadata");
    const char *cluster = json_str(json_get(meta, "labels"), "ray.io/cluster");
    if (!cluster || !own || !text_eq(json_str(meta, "namespace"), ns)) return false;
    while (*own && strcmp(*own, cluster) != 0) own++;
    return *own != NULL;
}

static bool has_ended(const cJSON *pod)
{
    const char *phase = json_str(json_get(pod, "status"), "phase");
    return text_eq(phase, "Succeeded") || text_eq(phase, "Failed");
}

void capacity_add_pods(struct capacity *p, const cJSON *list, const char *const *own)
{
    static const struct resources one_pod = {.item = {{"pods", 1000}}, .count = 1};
    JSON_EACH (pod, json_get(list, "items")) {
        const cJSON *meta = json_get(pod, "metadata");
        const char *ns = json_str(meta, "namespace");
        struct spot *at = spot_named(p, json_str(json_get(pod, "spec"), "nodeName"));
        struct resources held;
        if (!at || has_ended(pod) || is_own(pod, p->ns, own)) continue;
        pod_requests(json_get(pod, "spec"), &held);
        resources_subtract(&at->free, &held);
        resources_subtract(&at->free, &one_pod);
        terms_take(p, at, json_get(meta, "labels"), ns ? ns : "");
    }
}

/* ---- placing ---- */

static bool has_room(const struct spot *at, const struct resources *needs)
{
    for (size_t i = 0; i < needs->count; i++)
        if (needs->item[i].milli > resources_get(&at->free, needs->item[i].name)) return false;
    return !at->counts_pods || resources_get(&at->free, "pods") >= 1000;
}

/* Another pod that it is not to be with is in the same domain: on that node, in that zone. */
static bool is_repelled(const struct capacity *p, size_t g, const struct spot *at)
{
    for (size_t t = 0; t < p->group[g].terms; t++) {
        const char *key = json_str(p->group[g].term[t], "topologyKey");
        const char *domain = json_str(json_path(at->node, "metadata.labels"), key);
        if (!domain) { /* a node's own name is a domain of its own, label or not */
            if (strcmp(key, "kubernetes.io/hostname") == 0 && at->taken[g] & 1u << t) return true;
            continue;
        }
        for (size_t i = 0; i < p->count; i++)
            if (p->spots[i].taken[g] & 1u << t &&
                text_eq(json_str(json_path(p->spots[i].node, "metadata.labels"), key), domain))
                return true;
    }
    return false;
}

static bool spot_takes(const struct capacity *p, size_t g, const struct spot *at)
{
    const struct group *group = &p->group[g];
    return node_filter(at->node, group->spec) == NODE_FITS && has_room(at, &group->needs) && !is_repelled(p, g, at);
}

/* Leaves the larger ones to those that need them. */
static bool is_smaller(const struct spot *a, const struct spot *b)
{
    const uint64_t x = resources_get(&a->free, NEURON), y = resources_get(&b->free, NEURON);
    return x != y ? x < y : resources_get(&a->free, "cpu") < resources_get(&b->free, "cpu");
}

static struct spot *spot_choose(struct capacity *p, size_t g)
{
    struct spot *found = NULL;
    for (size_t i = 0; i < p->count; i++)
        if ((!found || is_smaller(&p->spots[i], found)) && spot_takes(p, g, &p->spots[i])) found = &p->spots[i];
    return found;
}

/* ---- reasons ---- */

static bool is_bytes(const char *name)
{
    return strcmp(name, "memory") == 0 || strcmp(name, "ephemeral-storage") == 0 ||
           strncmp(name, "hugepages-", 10) == 0;
}

static const char *amount_text(const char *name, uint64_t milli, char out[QUANTITY_TEXT_MAX])
{
    return is_bytes(name) ? quantity_bytes_text(milli, out) : quantity_count_text(milli, out);
}

static const char *resource_word(const char *name)
{
    return strcmp(name, "cpu") == 0 ? "CPU" : name;
}

/* "16 of 90 CPU and 32G of 360G memory" */
static void shortage_words(const struct spot *at, const struct resources *needs, struct buf *out)
{
    char has[QUANTITY_TEXT_MAX], wanted[QUANTITY_TEXT_MAX];
    for (size_t i = 0; i < needs->count; i++) {
        const char *name = needs->item[i].name;
        const uint64_t is = resources_get(&at->free, name), need = needs->item[i].milli;
        if (need <= is) continue;
        buf_printf(out, "%s%s of %s %s", out->len ? " and " : "", amount_text(name, is, has),
                   amount_text(name, need, wanted), resource_word(name));
    }
    if (!out->len) buf_str(out, "too many pods");
}

static void selection_words(const cJSON *spec, struct buf *out)
{
    JSON_EACH (wanted, json_get(spec, "nodeSelector"))
        if (cJSON_IsString(wanted) && wanted->string)
            buf_printf(out, "%s%s=%s", out->len ? ", " : "not matching ", wanted->string, wanted->valuestring);
    if (json_path(spec, "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"))
        buf_str(out, out->len ? " or the node affinity" : "not matching the node affinity");
}

/* Why the node takes no pod of the group; has: it is about what the node has. */
static void reason_words(const struct capacity *p, size_t g, const struct spot *at, struct buf *out, bool *ret_has)
{
    const struct group *group = &p->group[g];
    char taint[REASON_TEXT];
    *ret_has = false;
    switch (node_filter(at->node, group->spec)) {
    case NODE_CORDONED: buf_str(out, "cordoned"); return;
    case NODE_TAINTED:
        buf_printf(out, "tainted %s", taint_words(node_untolerated_taint(at->node, group->spec), taint, sizeof taint));
        return;
    case NODE_NOT_SELECTED: selection_words(group->spec, out); return;
    case NODE_FITS: break;
    }
    *ret_has = !has_room(at, &group->needs);
    if (*ret_has)
        shortage_words(at, &group->needs, out);
    else
        buf_str(out, "not matching pod anti-affinity rules");
}

static void reason_add(struct group *g, const char *text, bool has)
{
    size_t i = 0;
    while (i < g->reasons && (strcmp(g->reason[i].text, text) != 0 || g->reason[i].has != has)) i++;
    if (i == REASONS_MAX) {
        g->other++;
        return;
    }
    if (i == g->reasons) {
        g->reasons++;
        g->reason[i] = (struct reason){.has = has};
        text_safe_into(g->reason[i].text, sizeof g->reason[i].text, text, strlen(text));
    }
    g->reason[i].count++;
}

/* How many nodes take a pod of it now, and why the others do not. */
static void group_look(struct capacity *p, size_t g)
{
    struct group *group = &p->group[g];
    group->seen.nodes = p->count;
    for (size_t i = 0; i < p->count; i++) {
        struct buf words;
        bool has;
        if (spot_takes(p, g, &p->spots[i])) {
            group->seen.fit++;
            continue;
        }
        buf_init(&words, REASON_TEXT - 1);
        reason_words(p, g, &p->spots[i], &words, &has);
        reason_add(group, buf_text(&words), has);
        buf_done(&words);
    }
}

void capacity_run(struct capacity *p)
{
    static const struct resources one_pod = {.item = {{"pods", 1000}}, .count = 1};
    for (size_t g = 0; g < p->groups; g++) {
        struct group *group = &p->group[g];
        const uint64_t most = group->seen.pods < CAPACITY_PODS_MAX ? group->seen.pods : CAPACITY_PODS_MAX;
        group_look(p, g);
        for (struct spot *at; group->seen.room < most && (at = spot_choose(p, g)); group->seen.room++) {
            resources_subtract(&at->free, &group->needs);
            resources_subtract(&at->free, &one_pod);
            terms_take(p, at, group->labels, p->ns);
        }
        if (group->seen.room == CAPACITY_PODS_MAX) group->seen.room = group->seen.pods;
    }
}

size_t capacity_groups(const struct capacity *p)
{
    return p->groups;
}

struct capacity_group capacity_group(const struct capacity *p, size_t group)
{
    return p->group[group].seen;
}

void capacity_reasons(const struct capacity *p, size_t group, struct buf *out)
{
    const struct group *g = &p->group[group];
    for (size_t i = 0; i < g->reasons; i++) {
        const struct reason *r = &g->reason[i];
        buf_printf(out, "%s%llu %s%s", i ? ", " : "", (unsigned long long)r->count,
                   !r->has         ? ""
                   : r->count == 1 ? "has "
                                   : "have ",
                   r->text);
    }
    if (g->other) buf_printf(out, ", %llu for other reasons", (unsigned long long)g->other);
}

void capacity_demand(const struct capacity *p, size_t group, struct buf *out)
{
    const struct resources *needs = &p->group[group].needs;
    char amount[QUANTITY_TEXT_MAX], name[RESOURCE_NAME_MAX];
    size_t said = 0;
    for (size_t i = 0; i < needs->count; i++) {
        if (!needs->item[i].milli) continue;
        text_safe_into(name, sizeof name, resource_word(needs->item[i].name),
                       strlen(resource_word(needs->item[i].name)));
        buf_printf(out, "%s%s %s", said++ ? ", " : "", amount_text(needs->item[i].name, needs->item[i].milli, amount),
                   name);
    }
}
