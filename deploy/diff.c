/* diff.c - see diff.h. */
#include "deploy/diff.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/kobject.h"
#include "deploy/manifest.h"
#include "deploy/secrets.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Both sides of a path. */
struct pair {
    struct secrets_at old, now; /* node NULL: absent on this side */
};

static void pair_compare(struct diff *d, const struct pair *p, const char *path);

static char *side_text(const struct secrets_at *at)
{
    return at->node ? secrets_value(at, DIFF_VALUE_MAX) : NULL;
}

/* Bytes of the path that lead to its last member or item: names may have dots in them ("ray.io/ft-enabled"). */
static size_t head_len(const struct pair *p, const char *path)
{
    const char *name = p->now.name ? p->now.name : p->old.name;
    const size_t len = strlen(path), own = name ? strlen(name) : 0;
    if (name && own < len && path[len - own - 1] == '.' && strcmp(path + len - own, name) == 0) return len - own - 1;
    size_t at = len;
    for (int depth = 0; at > 0; at--) {
        depth += path[at - 1] == ']';
        depth -= path[at - 1] == '[';
        if (depth == 0) break;
    }
    return at > 0 ? at - 1 : 0;
}

static void add_row(struct diff *d, const struct pair *p, const char *path)
{
    if (d->count == DIFF_ROWS) {
        d->beyond++;
        return;
    }
    const size_t len = strlen(path), head = head_len(p, path);
    const char *top = path + (path[0] == '.' && head > 0), *name = path + head + (path[head] == '.');
    d->row = mem_grow(d->row, d->count + 1, sizeof *d->row);
    d->row[d->count++] = (struct diff_row){
        .path = text_safe(path, len, TEXT_ONE_LINE, DIFF_PATH_MAX),
        .head = text_safe(top, (size_t)(path + head - top), TEXT_ONE_LINE, DIFF_PATH_MAX),
        .name = text_safe(name, strlen(name), TEXT_ONE_LINE, DIFF_PATH_MAX),
        .old = side_text(&p->old),
        .now = side_text(&p->now),
    };
}

/* ---- where two objects are the same thing ---- */

static const char *label_of(const cJSON *item)
{
    static const char *const keys[] = {"groupName",     "name", "mountPath", "key",
                                       "containerPort", "port", "path",      "host"};
    for (size_t i = 0; i < ARRAY_LEN(keys) && cJSON_IsObject(item); i++) {
        const char *text = json_str(item, keys[i]);
        if (text) return text;
    }
    return NULL;
}

/* Whether all items of both lists have unique names; a missing list counts as empty. */
static bool is_named(const cJSON *list)
{
    JSON_EACH (item, list) {
        const char *label = label_of(item);
        if (!label) return false;
        for (const cJSON *other = item->next; other; other = other->next)
            if (text_eq(label_of(other), label)) return false;
    }
    return true;
}

static const cJSON *item_labelled(const cJSON *list, const char *label)
{
    JSON_EACH (item, list)
        if (text_eq(label_of(item), label)) return item;
    return NULL;
}

static bool is_ignored(const char *path)
{
    static const char *const ignored[] = {".status",
                                          ".metadata.managedFields",
                                          ".metadata.uid",
                                          ".metadata.resourceVersion",
                                          ".metadata.generation",
                                          ".metadata.creationTimestamp",
                                          ".metadata.selfLink",
                                          ".metadata.annotations.kubectl.kubernetes.io/last-applied-configuration"};
    for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
        if (strcmp(path, ignored[i]) == 0) return true;
    return false;
}

/* ---- the walk ---- */

static void compare_below(struct diff *d, const struct pair *p, const cJSON *old, const cJSON *now, const char *name,
                          const char *path)
{
    const struct pair below = {{&p->old, name, old}, {&p->now, name, now}};
    if (!is_ignored(path)) pair_compare(d, &below, path);
}

static void compare_objects(struct diff *d, const struct pair *p, const char *path)
{
    char *at;
    JSON_EACH (item, p->old.node) {
        at = mem_printf("%s.%s", path, item->string);
        compare_below(d, p, item, json_get(p->now.node, item->string), item->string, at);
        free(at);
    }
    JSON_EACH (item, p->now.node) {
        if (json_get(p->old.node, item->string)) continue;
        at = mem_printf("%s.%s", path, item->string);
        compare_below(d, p, NULL, item, item->string, at);
        free(at);
    }
}

static void compare_named(struct diff *d, const struct pair *p, const char *path)
{
    char *at;
    JSON_EACH (item, p->old.node) {
        at = mem_printf("%s[%s]", path, label_of(item));
        compare_below(d, p, item, item_labelled(p->now.node, label_of(item)), NULL, at);
        free(at);
    }
    JSON_EACH (item, p->now.node) {
        if (item_labelled(p->old.node, label_of(item))) continue;
        at = mem_printf("%s[%s]", path, label_of(item));
        compare_below(d, p, NULL, item, NULL, at);
        free(at);
    }
}

static void compare_lists(struct diff *d, const struct pair *p, const char *path)
{
    if (is_named(p->old.node) && is_named(p->now.node)) {
        compare_named(d, p, path);
        return;
    }
    const cJSON *old = p->old.node->child, *now = p->now.node->child;
    for (size_t i = 0; old || now; i++) {
        char *at = mem_printf("%s[%zu]", path, i);
        compare_below(d, p, old, now, NULL, at);
        free(at);
        old = old ? old->next : NULL;
        now = now ? now->next : NULL;
    }
}

static cJSON *inner_yaml(const cJSON *text)
{
    struct yaml *y = NULL;
    cJSON *json = NULL;
    if (!cJSON_IsString(text)) return NULL;
    if (yaml_parse("serveConfigV2", text->valuestring, strlen(text->valuestring), &y, NULL) == ERR_OK && yaml_root(y))
        manifest_object_json(&(struct manifest_object){.root = yaml_root(y)}, &json, NULL);
    yaml_tree_free(y);
    return json;
}

static void compare_texts(struct diff *d, const struct pair *p, const char *path)
{
    cJSON *old = inner_yaml(p->old.node), *now = inner_yaml(p->now.node);
    if (cJSON_IsObject(old) && cJSON_IsObject(now)) {
        const struct pair inner = {{&p->old, p->old.name, old}, {&p->now, p->now.name, now}};
        compare_objects(d, &inner, path);
    } else {
        add_row(d, p, path);
    }
    cJSON_Delete(old);
    cJSON_Delete(now);
}

/* Empty values that the operator's Go types write: "metadata: {creationTimestamp: null}", "scaleStrategy: {}". */
static bool is_hollow(const cJSON *node, const char *name)
{
    static const char *const names[] = {"metadata", "scaleStrategy", "resources", "status"};
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) known = known || text_eq(name, names[i]);
    if (!known || !cJSON_IsObject(node)) return false;
    JSON_EACH (member, node)
        if (!cJSON_IsNull(member)) return false;
    return true;
}

/* An object with a name of its own, and something in it. */
static bool is_member(const struct pair *p, const cJSON *node)
{
    return (p->old.name || p->now.name) && cJSON_IsObject(node) && node->child;
}

static void pair_compare(struct diff *d, const struct pair *p, const char *path)
{
    const cJSON *old = p->old.node, *now = p->now.node;
    if (cJSON_IsObject(old) && cJSON_IsObject(now))
        compare_objects(d, p, path);
    else if (cJSON_IsArray(old) && cJSON_IsArray(now))
        compare_lists(d, p, path);
    else if ((old && now && cJSON_Compare(old, now, true)) || (!now && is_hollow(old, p->old.name)) ||
             (!old && is_hollow(now, p->now.name)))
        return;
    else if (old && now && strcmp(path, ".spec.serveConfigV2") == 0)
        compare_texts(d, p, path);
    else if (is_member(p, old ? old : now) && (!old || !now))
        compare_objects(d, p, path); /* what it is made of, under its own heading */
    else
        add_row(d, p, path);
}

/* ---- what it means ---- */

static void meaning_add(struct diff *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void meaning_add(struct diff *d, const char *fmt, ...)
{
    struct buf b;
    if (d->meanings == DIFF_MEANINGS) return;
    buf_init(&b, ERR_TEXT_MAX);
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&b, fmt, ap);
    va_end(ap);
    d->meaning[d->meanings++] = buf_take(&b);
}

/* Removes what KubeRay changes in place (rayservice_controller.go, generateHashWithoutReplicasAndWorkersToDelete), and
 * groups beyond the first `groups`: appended ones start in place. */
static cJSON *cluster_without_sizes(const cJSON *rayservice, int groups)
{
    cJSON *config = cJSON_Duplicate(json_path(rayservice, "spec.rayClusterConfig"), 1);
    cJSON *list = cJSON_GetObjectItemCaseSensitive(config, "workerGroupSpecs");
    while (cJSON_GetArraySize(list) > groups) cJSON_DeleteItemFromArray(list, groups);
    for (cJSON *g = list ? list->child : NULL; g; g = g->next) {
        cJSON_DeleteItemFromObjectCaseSensitive(g, "replicas");
        cJSON_DeleteItemFromObjectCaseSensitive(g, "minReplicas");
        cJSON_DeleteItemFromObjectCaseSensitive(g, "maxReplicas");
        cJSON_DeleteItemFromObjectCaseSensitive(g, "scaleStrategy");
    }
    return config;
}

static void hollow_remove(cJSON *node)
{
    for (cJSON *child = node ? node->child : NULL, *next; child; child = next) {
        next = child->next;
        hollow_remove(child);
        if (is_hollow(child, child->string)) cJSON_Delete(cJSON_DetachItemViaPointer(node, child));
    }
}

static bool needs_new_cluster(const cJSON *live, const cJSON *next)
{
    int groups = cJSON_GetArraySize(json_path(live, "spec.rayClusterConfig.workerGroupSpecs"));
    cJSON *old = cluster_without_sizes(live, groups), *now = cluster_without_sizes(next, groups);
    hollow_remove(old);
    hollow_remove(now);
    bool same = cJSON_Compare(old, now, true);
    cJSON_Delete(old);
    cJSON_Delete(now);
    return !same;
}

static bool diff_touches(const struct diff *d, const char *start)
{
    for (size_t i = 0; i < d->count; i++)
        if (strncmp(d->row[i].path, start, strlen(start)) == 0) return true;
    return false;
}

/* By gcsFaultToleranceOptions, or by the annotation of KubeRay before 1.3. */
static bool has_fault_tolerance(const cJSON *rayservice)
{
    const cJSON *annotations = json_path(rayservice, "metadata.annotations");
    return json_path(rayservice, "spec.rayClusterConfig.gcsFaultToleranceOptions") ||
           text_eq(json_str(annotations, "ray.io/ft-enabled"), "true");
}

/* "turns GCS fault tolerance on: ", or nothing. */
static const char *fault_tolerance_words(const cJSON *live, const cJSON *next)
{
    const bool was = has_fault_tolerance(live), is = has_fault_tolerance(next);
    return was == is ? "" : is ? "turns GCS fault tolerance on: " : "turns GCS fault tolerance off: ";
}

/* An upgradeStrategy of None (KubeRay 1.3) keeps the RayCluster that runs. */
static bool is_upgraded(const cJSON *rayservice)
{
    return !text_eq(json_str(json_path(rayservice, "spec.upgradeStrategy"), "type"), "None");
}

static void mean_new(struct diff *d, const struct known_u64 *devices)
{
    if (devices->known && !devices->value)
        meaning_add(d, "new RayService and RayCluster");
    else if (!devices->known)
        meaning_add(d, "new RayService and RayCluster: needs – Neuron devices");
    else
        meaning_add(d, "new RayService and RayCluster: needs %llu Neuron devices", (unsigned long long)devices->value);
}

static void mean_new_cluster(struct diff *d, const cJSON *live, const cJSON *next, const struct known_u64 *devices)
{
    const char *ft = fault_tolerance_words(live, next);
    char needs[TEXT_NUM_MAX + 64] = "";
    if (!devices->known)
        snprintf(needs, sizeof needs, ", which needs – more Neuron devices until the old one is gone,");
    else if (devices->value)
        snprintf(needs, sizeof needs, ", which needs %llu more Neuron devices until the old one is gone,",
                 (unsigned long long)devices->value);
    if (is_upgraded(next))
        meaning_add(d, "%sKubeRay makes a new RayCluster%s and gives it the requests once it is ready", ft, needs);
    else
        meaning_add(d,
                    "%snothing yet: with upgradeStrategy None KubeRay makes no new RayCluster, and the one that runs "
                    "stays as it is",
                    ft);
}

/* Annotations are no part of what KubeRay compares. */
static void mean_in_place(struct diff *d, const cJSON *live, const cJSON *next, const struct known_u64 *devices)
{
    const struct known_u64 had = kobject_neuron_devices(live);
    const char *ft = fault_tolerance_words(live, next);
    if (*ft)
        meaning_add(d, "%sby an annotation alone, for which KubeRay makes no new RayCluster: not before the next one",
                    ft);
    if (devices->known && had.known && devices->value != had.value)
        meaning_add(d, "in place: worker pods change, %llu Neuron devices instead of %llu",
                    (unsigned long long)devices->value, (unsigned long long)had.value);
    else if (diff_touches(d, ".spec.rayClusterConfig"))
        meaning_add(d, "in place: worker groups change, the RayCluster stays");
    if (diff_touches(d, ".spec.serveConfigV2")) meaning_add(d, "in place: Serve applies the new configuration");
}

static void mean_rayservice(struct diff *d, const cJSON *live, const cJSON *next)
{
    const struct known_u64 devices = kobject_neuron_devices(next);
    const bool anew = live && needs_new_cluster(live, next);
    d->new_cluster = !live || (anew && is_upgraded(next));
    if (!live)
        mean_new(d, &devices);
    else if (anew)
        mean_new_cluster(d, live, next, &devices);
    else
        mean_in_place(d, live, next, &devices);
}

void diff_of(const cJSON *live, const cJSON *next, struct diff *ret)
{
    *ret = (struct diff){.made = live == NULL};
    const struct pair whole = {{NULL, NULL, live}, {NULL, NULL, next}};
    if (live) compare_objects(ret, &whole, "");
    if (kobject_is(next, "RayService")) mean_rayservice(ret, live, next);
    if (live && kobject_is(next, "Secret") && ret->count)
        meaning_add(ret, "running pods keep the old value until they are restarted");
}

void diff_done(struct diff *d)
{
    if (!d) return;
    for (size_t i = 0; i < d->count; i++) {
        free(d->row[i].path);
        free(d->row[i].head);
        free(d->row[i].name);
        free(d->row[i].old);
        free(d->row[i].now);
    }
    for (size_t i = 0; i < d->meanings; i++) free(d->meaning[i]);
    free(d->row);
    *d = (struct diff){0};
}

char diff_row_sign(const struct diff_row *row)
{
    return !row->old ? '+' : !row->now ? '-' : '~';
}

void diff_row_words(const struct diff_row *row, struct buf *out)
{
    buf_printf(out, "%c %s: ", diff_row_sign(row), row->name);
    if (row->old) buf_str(out, row->old);
    if (row->old && row->now) buf_str(out, " → ");
    if (row->now) buf_str(out, row->now);
    if (row->old && row->now && strcmp(row->old, row->now) == 0) buf_str(out, " (another value)");
}
