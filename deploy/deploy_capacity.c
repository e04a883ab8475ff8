/* deploy_capacity.c - do the pods of the RayService find room on the K8s nodes? Reads the nodes and what pods hold. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/capacity.h"
#include "deploy/deploy_priv.h"

#include <stdlib.h>
#include <string.h>

enum { PAGES_MAX = 40, WORDS_MAX = 900 };

#define NODES_PATH "/api/v1/nodes?limit=500"
/* One that has ended holds nothing. */
#define PODS_PATH "/api/v1/pods?fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed&limit=500"

/* The pages after the first; false: there are no more of them. */
static bool page_next(struct deploy *d, const char *path, const cJSON *list, object_done *done)
{
    const char *token = json_str(json_get(list, "metadata"), "continue");
    if (!token || !*token || ++d->pages >= PAGES_MAX) return false;
    struct buf b;
    buf_init(&b, (size_t)8 * 1024);
    buf_printf(&b, "%s&continue=", path);
    text_url_encode(token, strlen(token), &b);
    object_read(&d->engine.cluster, buf_text(&b), done, d);
    buf_done(&b);
    return true;
}

static void group_log(struct deploy *d, size_t g)
{
    const struct capacity_group group = capacity_group(d->capacity, g);
    const bool fits = group.room == group.pods;
    char name[OBJECT_NAME_MAX + 1];
    struct buf demand, reasons;
    buf_init(&demand, WORDS_MAX / 3);
    buf_init(&reasons, WORDS_MAX);
    capacity_demand(d->capacity, g, &demand);
    capacity_reasons(d->capacity, g, &reasons);
    text_safe_into(name, sizeof name, group.name, strlen(group.name));
    if (fits && !demand.len)
        step_log(&d->engine, TONE_PLAIN, "%s: %llu of %llu K8s nodes fit", name, (unsigned long long)group.fit,
                 (unsigned long long)group.nodes);
    else if (fits)
        step_log(&d->engine, TONE_PLAIN, "%s: %llu of %llu K8s nodes fit; needs %llu × %s", name,
                 (unsigned long long)group.fit, (unsigned long long)group.nodes, (unsigned long long)group.pods,
                 buf_text(&demand));
    else
        step_log(
            &d->engine, TONE_WARN,
            "%s: %llu of %llu K8s nodes fit%s%s; room for %llu of %llu pods: %llu stay%s Pending unless an autoscaler "
            "adds a K8s node",
            name, (unsigned long long)group.fit, (unsigned long long)group.nodes, reasons.len ? ": " : "",
            buf_text(&reasons), (unsigned long long)group.room, (unsigned long long)group.pods,
            (unsigned long long)(group.pods - group.room), group.pods - group.room == 1 ? "s" : "");
    buf_done(&demand);
    buf_done(&reasons);
}

static void capacity_finish(struct deploy *d, const struct object_answer *last)
{
    if (d->own[0][0] || d->own[1][0])
        step_log(&d->engine, TONE_PLAIN, "what the pods of RayService %s request now counts as free", d->service);
    capacity_run(d->capacity);
    for (size_t g = 0; g < capacity_groups(d->capacity); g++) group_log(d, g);
    capacity_free(d->capacity);
    d->capacity = NULL;
    deploy_checked(d, last);
}

static void on_pods(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    const char *const own[] = {d->own[0][0] ? d->own[0] : d->own[1], d->own[1][0] ? d->own[1] : d->own[0], NULL};
    if (a->err && cluster_is_out_of_reach(a->err)) {
        deploy_checked(d, a);
        return;
    }
    if (a->err)
        step_log(&d->engine, TONE_WARN, "the requests of other pods are unknown and counted as none: %s", a->why);
    capacity_add_pods(d->capacity, a->object, own);
    if (a->err || !page_next(d, PODS_PATH, a->object, on_pods)) capacity_finish(d, a);
}

static void on_nodes(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    if (a->err) {
        if (!cluster_is_out_of_reach(a->err))
            step_log(&d->engine, TONE_WARN, "the capacity for the pods is unknown: %s", a->why);
        deploy_checked(d, a);
        return;
    }
    capacity_add_nodes(d->capacity, a->object);
    if (page_next(d, NODES_PATH, a->object, on_nodes)) return;
    d->pages = 0;
    object_read(&d->engine.cluster, PODS_PATH, on_pods, d);
}

void deploy_check_capacity(struct deploy *d, const cJSON *rayservice)
{
    capacity_free(d->capacity);
    d->capacity = capacity_new(json_path(rayservice, "spec.rayClusterConfig"), d->ns);
    d->pages = 0;
    object_read(&d->engine.cluster, NODES_PATH, on_nodes, d);
}
