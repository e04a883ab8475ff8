/* lint_drift.c - other versions and other clusters: L20 to L23, L27. */
#include "deploy/lint_ray.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/ray_image.h"

#include <stdlib.h>
#include <string.h>

static void lint_thresholds(struct lint *l, const struct ray *r)
{
    static const char *const names[] = {"serviceUnhealthySecondThreshold", "deploymentUnhealthySecondThreshold"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct yaml_node *n = yaml_get(r->spec, names[i]);
        if (!n) continue;
        lint_say(l, RULE_L20, n, "%s is deprecated", names[i]);
        lint_edit_drop(l, n);
    }
}

static void lint_serve_option(struct lint *l, const struct serve *s, const struct yaml_node *options, const char *was,
                              const char *now)
{
    const struct yaml_node *n = yaml_get(options, was);
    if (!n) return;
    const struct yaml_place at = serve_place(l, s, n);
    lint_say_as(l, RULE_L21, FINDING_WARNING, at, "%s was removed from newer versions of Ray", was);
    if (!yaml_get(options, now)) lint_edit_rename(l, n, at, now);
}

static void lint_serve_options(struct lint *l, const struct serve *s, const struct yaml_node *d)
{
    lint_serve_option(l, s, d, "max_concurrent_queries", "max_ongoing_requests");
    lint_serve_option(l, s, yaml_get(d, "autoscaling_config"), "target_num_ongoing_requests_per_replica",
                      "target_ongoing_requests");
}

static void lint_image(struct lint *l, const struct ray *r, const struct yaml_node *group)
{
    const struct yaml_node *container = ray_container(group), *at = yaml_get(container, "image");
    const char *image = yaml_str(container, "image"), *version = yaml_str(r->cluster, "rayVersion");
    const char *who = ray_group_name(r, group);
    if (!image || *image == '$') return;
    const char *tag = image_tag(image);
    if (image_tag_moves(image))
        lint_say(l, RULE_L22, at, "%s: the image's tag is %s", who, tag ? tag : "missing, which means latest");
    char named[RAY_VERSION_MAX];
    if (!version || !image_ray_version(image, named)) return;
    if (strcmp(named, version) != 0)
        lint_say(l, RULE_L22, at, "%s: the image is of Ray %s, rayVersion says %s", who, named, version);
}

/* Kubernetes' default. */
static const char *pull_policy(const struct yaml_node *container)
{
    const char *said = yaml_str(container, "imagePullPolicy"), *image = yaml_str(container, "image");
    if (said) return said;
    const char *tag = image ? image_tag(image) : NULL;
    return image && !strchr(image, '@') && (!tag || strcmp(tag, "latest") == 0) ? "Always" : "IfNotPresent";
}

static void lint_pull_policy(struct lint *l, const struct ray *r, const struct yaml_node *group)
{
    const struct yaml_node *head = ray_container(r->head), *worker = ray_container(group);
    if (!head || !worker || strcmp(pull_policy(head), pull_policy(worker)) == 0) return;
    if (strchr(pull_policy(head), '$') || strchr(pull_policy(worker), '$')) return; /* L1 and L2 say so */
    const struct yaml_node *at = yaml_get(worker, "imagePullPolicy");
    lint_say(l, RULE_L22, at ? at : worker, "%s pulls its image %s, the head %s", ray_group_name(r, group),
             pull_policy(worker), pull_policy(head));
}

static void lint_scheduler(struct lint *l, const struct ray *r, const struct yaml_node *group)
{
    const char *name = yaml_str(ray_pod(group), "schedulerName");
    if (name && *name && strcmp(name, "default-scheduler") != 0)
        lint_say(l, RULE_L23, yaml_get(ray_pod(group), "schedulerName"), "%s: schedulerName %s must be there",
                 ray_group_name(r, group), name);
}

static void lint_group(struct lint *l, const struct ray *r, const struct yaml_node *group)
{
    lint_image(l, r, group);
    lint_scheduler(l, r, group);
    if (group != r->head) lint_pull_policy(l, r, group);
}

void lint_drift(struct lint *l, const struct ray *r, const struct serve *s)
{
    const struct yaml_node *app;
    lint_thresholds(l, r);
    for (size_t a = 0; s && (app = serve_app(s, a)); a++) {
        const struct yaml_node *all = ray_list(app, "deployments");
        for (size_t i = 0; all && i < all->count; i++) lint_serve_options(l, s, all->items[i]);
    }
    if (r->head) lint_group(l, r, r->head);
    for (size_t i = 0; r->workers && i < r->workers->count; i++) lint_group(l, r, r->workers->items[i]);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* L27, for a namespace in which the same manifest has something whose Redis has to be cleaned up. */
void lint_namespaces(struct lint *l)
{
    const char **used = mem_zero(l->m->count + 1, sizeof *used);
    size_t count = 0;
    for (size_t i = 0; i < l->m->count; i++) {
        struct ray r;
        if (ray_of(&l->m->objects[i], &r) && r.ft)
            used[count++] = l->m->objects[i].ns ? l->m->objects[i].ns : "default";
    }
    qsort(used, count, sizeof *used, by_name);
    for (size_t i = 0; count && i < l->m->count; i++) {
        l->o = &l->m->objects[i];
        if (!text_eq(l->o->kind, "Namespace") || !l->o->name) continue;
        if (bsearch(&l->o->name, used, count, sizeof *used, by_name))
            lint_say(l, RULE_L27, NULL, "the namespace %s that Ray runs in is part of the manifest", l->o->name);
    }
    free(used);
}
