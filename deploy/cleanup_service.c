/* cleanup_service.c - deletes the RayService and waits for its finalizer and for the Job that empties its Redis;
 * reports its state and, when stuck, the reason and a remedy. */
#include "deploy/cleanup_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/cluster_parse.h"
#include "deploy/reason.h"

#include <stdlib.h>
#include <string.h>

static void service_delete(void *arg);
static void service_read(void *arg);

/* ---- the RayService ---- */

static struct cleanup_object *service_left(const struct cleanup *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (cleanup_is_service(&c->objects[i]) && !c->objects[i].gone) return &c->objects[i];
    return NULL;
}

static void way_out_log(struct cleanup *c)
{
    if (c->reason[0]) step_log(&c->engine, TONE_WARN, "stuck: %s", c->reason);
    if (c->namespace_going)
        step_log(&c->engine, TONE_WARN,
                 "namespace %s is being deleted: KubeRay cannot create a cleanup Job in it (kuberay #3388)", c->ns);
    if (c->job_failed && operator_is_older(c->ray_version, 2, 50) == TRI_YES)
        step_log(&c->engine, TONE_WARN,
                 "Ray %s cannot clean up an ElastiCache (kuberay #4767): the Job always fails there", c->ray_version);
    if (c->cluster[0])
        step_log(
            &c->engine, TONE_WARN,
            "to remove the finalizer and leave the fields in Redis: kubectl -n %s patch raycluster %s --type=merge -p "
            "'{\"metadata\":{\"finalizers\":[]}}'",
            c->ns, c->cluster);
}

static void service_hangs(void *arg)
{
    struct cleanup *c = arg;
    if (!c->reason[0] && c->conf.world) reason_of_redis_cleanup(c->conf.world, c->ns, c->reason, sizeof c->reason);
    if (!c->reason[0]) snprintf(c->reason, sizeof c->reason, "%s", step_waits_for(&c->engine));
    way_out_log(c);
}

static void service_late(void *arg)
{
    struct cleanup *c = arg;
    const char *last = step_waits_for(&c->engine);
    step_error(&c->engine, ERR_TIMEOUT, "still exists: %s", last);
    step_fail(
        &c->engine, ERR_TIMEOUT,
        "the RayService is not deleted: %s; the other objects were kept, so that its Redis can still be cleaned up",
        last);
}

static void service_finish(struct cleanup *c)
{
    struct cleanup_object *t = service_left(c);
    t->gone = true;
    step_log(&c->engine, TONE_PLAIN, "%s and its RayCluster are gone", t->words);
    service_delete(c);
}

static const char *finished_of(const cJSON *job, const char *type)
{
    JSON_EACH (condition, json_path(job, "status.conditions")) {
        if (!text_eq(json_str(condition, "type"), type) || !text_eq(json_str(condition, "status"), "True")) continue;
        const char *message = json_str(condition, "message");
        return message ? message : type;
    }
    return NULL;
}

static void job_log(struct cleanup *c, const cJSON *job)
{
    char name[OBJECT_NAME_MAX + 1];
    const char *failed = finished_of(job, "Failed");
    text_safe_into(name, sizeof name, kobject_name(job), strlen(kobject_name(job)));
    if (!c->job_seen) step_log(&c->engine, TONE_PLAIN, "Job %s cleans up Redis", name);
    c->job_seen = true;
    c->job_failed = failed != NULL;
    if (failed) {
        char text[300];
        text_safe_into(text, sizeof text, failed, strlen(failed));
        snprintf(c->reason, sizeof c->reason, "Job %s failed: %s", name, text);
    } else if (finished_of(job, "Complete") && !c->job_done) {
        c->job_done = true;
        step_log(&c->engine, TONE_PLAIN, "Job %s succeeded", name);
    }
}

static void on_jobs(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    JSON_EACH (job, json_get(a->object, "items"))
        if (text_eq(json_str(json_path(job, "metadata.labels"), "ray.io/cluster"), c->cluster)) job_log(c, job);
    step_unmet(&c->engine);
}

/* Publishes the states of service and cluster together, because one text would replace the other. */
static void state_publish(struct cleanup *c)
{
    if (c->state[0]) step_wait_text(&c->engine, "%s", c->state);
}

static void on_clusters(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    const cJSON *items = json_get(a->object, "items"), *one = cJSON_IsArray(items) ? items->child : NULL;
    struct service_seen seen;
    if (a->err && a->err != ERR_NOT_FOUND) {
        step_unread(&c->engine, a->why);
        return;
    }
    if (!one && c->service_gone) {
        service_finish(c);
        return;
    }
    if (!one) {
        state_publish(c);
        step_unmet(&c->engine);
        return;
    }
    service_parse(one, &seen);
    text_safe_into(c->cluster, sizeof c->cluster, kobject_name(one), strlen(kobject_name(one)));
    const size_t at = strlen(c->state);
    snprintf(c->state + at, sizeof c->state - at, "%sRayCluster %s %s%s%s", at ? "; " : "", c->cluster,
             seen.deleting[0] ? "is being deleted" : "still exists", seen.finalizers[0] ? ", finalizers: " : "",
             seen.finalizers);
    state_publish(c);
    char *ns = kobject_path(&(struct kobject_kind){"batch/v1", "Job", "jobs", true, 0}, c->ns, NULL);
    char *path = mem_printf("%s?labelSelector=ray.io%%2Fnode-type%%3Dredis-cleanup", ns);
    object_read(&c->engine.cluster, path, on_jobs, c);
    free(path);
    free(ns);
}

static void on_service(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    const struct cleanup_object *t = service_left(c);
    struct service_seen seen;
    c->service_gone = a->err == ERR_NOT_FOUND || (!a->err && strcmp(kobject_uid(a->object), t->uid) != 0);
    c->state[0] = '\0';
    if (!a->err && !c->service_gone) {
        service_parse(a->object, &seen);
        snprintf(c->state, sizeof c->state, "%s %s%s%s", t->words,
                 seen.deleting[0] ? "is being deleted" : "still exists", seen.finalizers[0] ? ", finalizers: " : "",
                 seen.finalizers);
    } else if (a->err && !c->service_gone) {
        snprintf(c->state, sizeof c->state, "the API server: %s", a->why);
    }
    char *selector = mem_printf("ray.io/originated-from-cr-name=%s", t->name);
    const struct kobject_kind cluster = {"ray.io/v1", "RayCluster", "rayclusters", true, 0};
    object_list(&c->engine.cluster, &cluster, c->ns, selector, on_clusters, c);
    free(selector);
}

static void service_read(void *arg)
{
    struct cleanup *c = arg;
    const struct cleanup_object *t = service_left(c);
    object_get(&c->engine.cluster, t->kind, c->ns, t->name, on_service, c);
}

static void on_deleted(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    struct cleanup_object *t = service_left(c);
    if (a->err && a->err != ERR_NOT_FOUND) {
        bool other = a->err == ERR_CONFLICT;
        step_error(&c->engine, a->err, "%s: %s", t->words,
                   other ? "it was replaced since it was shown: not deleted" : a->why);
        step_fail(&c->engine, a->err, "%s%s%s: %s; the other objects were kept",
                  a->unknown ? "the outcome of deleting " : "", t->words,
                  a->unknown ? " is unknown" : " was not deleted", other ? "it was replaced" : a->why);
        return;
    }
    step_log(&c->engine, TONE_PLAIN, "%s deleted; waiting for its finalizers", t->words);
    c->job_seen = c->job_done = c->job_failed = false;
    c->cluster[0] = c->reason[0] = c->state[0] = '\0';
    step_poll(&c->engine, &(struct step_poll){.read = service_read,
                                              .every_ms = c->conf.poll_ms,
                                              .limit_ms = c->conf.wait_ms,
                                              .hang_ms = c->conf.hang_ms,
                                              .hangs = service_hangs,
                                              .late = service_late});
}

static void service_delete(void *arg)
{
    struct cleanup *c = arg;
    const struct cleanup_object *t = service_left(c);
    if (t) {
        object_delete(&c->engine.cluster, t->kind, c->ns, t->name, &(struct object_pin){t->uid, NULL}, on_deleted, c);
        return;
    }
    if (!step_logged(&c->engine)->count) step_log(&c->engine, TONE_PLAIN, "none created by raydeck");
    step_next(&c->engine);
}

void cleanup_service_step(void *arg)
{
    struct cleanup *c = arg;
    service_delete(c);
}
