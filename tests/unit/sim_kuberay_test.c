/* sim_kuberay_test.c - the simulated KubeRay against the recorded one: the same members and types, the same steps in
 * the same order. */
#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/kuberay.h"
#include "tests/support/fixture.h"
#include "tests/support/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STORY_MAX = 64 * 1024 };

struct cluster {
    struct loop *loop;
    struct objects *objects;
    struct sched *sched;
    struct templates *templates;
    struct kuberay *kuberay;
    struct buf story; /* one line a thing that happened */
    cJSON *recorded;
    bool names; /* in the story */
};

static const char *condition_reason(const cJSON *obj, const char *type)
{
    JSON_EACH (c, json_path(obj, "status.conditions")) {
        const char *its = json_str(c, "type");
        if (its && strcmp(its, type) == 0) return json_str(c, "reason") ? json_str(c, "reason") : json_str(c, "status");
    }
    return "-";
}

static unsigned ready_containers(const cJSON *pod)
{
    unsigned n = 0;
    JSON_EACH (c, json_path(pod, "status.containerStatuses"))
        if (json_bool(c, "ready") == TRI_YES) n++;
    return n;
}

static void tell_slice(struct cluster *c, const cJSON *slice)
{
    buf_printf(&c->story, " %s", json_str(json_path(slice, "metadata.labels"), "kubernetes.io/service-name"));
    JSON_EACH (e, json_get(slice, "endpoints")) {
        const cJSON *conditions = json_get(e, "conditions");
        buf_printf(&c->story, " [%s%s]", json_bool(conditions, "serving") == TRI_YES ? "serving" : "not-serving",
                   json_bool(conditions, "terminating") == TRI_YES ? " terminating" : "");
    }
}

static void on_event(void *arg, const struct object_event *e)
{
    struct cluster *c = arg;
    const cJSON *meta = json_get(e->object, "metadata");
    buf_printf(&c->story, "%s %s", e->type, sim_kind_info(e->kind)->kind);
    if (c->names) buf_printf(&c->story, " %s %s", object_name(e->object), json_str(meta, "uid"));
    switch (e->kind) {
    case SIM_POD:
        buf_printf(&c->story, " %s%s %u", json_str(json_get(e->object, "status"), "phase"),
                   json_get(meta, "deletionTimestamp") ? " deleting" : "", ready_containers(e->object));
        break;
    case SIM_EVENT: buf_printf(&c->story, " %s", json_str(e->object, "reason")); break;
    case SIM_RAYCLUSTER: buf_printf(&c->story, " %s", condition_reason(e->object, "HeadPodReady")); break;
    case SIM_RAYSERVICE:
        buf_printf(&c->story, " %s %s", condition_reason(e->object, "Ready"),
                   json_path(e->object, "status.activeServiceStatus.applicationStatuses") ? "apps" : "no-apps");
        break;
    case SIM_SLICE: tell_slice(c, e->object); break;
    default: break;
    }
    buf_char(&c->story, '\n');
}

static void on_notification(void *arg, enum kuberay_notification what, const struct sim_pod *pod)
{
    static const char *const words[] = {"head started", "GCS silent", "head ready", "worker runs", "worker stops"};
    struct cluster *c = arg;
    (void)pod;
    buf_printf(&c->story, "NEWS %s\n", words[what]);
}

static void cluster_start(struct cluster *c, uint64_t seed, bool ft)
{
    *c = (struct cluster){.loop = loop_new(), .objects = objects_new(), .templates = templates_new()};
    buf_init(&c->story, STORY_MAX);
    /* So slow that nothing happens but by sched_advance. */
    c->sched = sched_new(c->loop, 0.001);
    const struct kuberay_conf conf = {.seed = seed,
                                      .ft = ft,
                                      .redis_port = 6390,
                                      .redis_user = "ray",
                                      .redis_password = "sesame",
                                      .now_ms = loop_wall_ms(c->loop),
                                      .notify = on_notification,
                                      .arg = c};
    c->kuberay = kuberay_new(c->loop, c->objects, c->sched, c->templates, &conf);
    c->recorded = fixture_json("tests/fixtures/sim/recorded.json");
    objects_listen(c->objects, on_event, c);
}

static void cluster_end(struct cluster *c)
{
    sched_free(c->sched);
    kuberay_free(c->kuberay);
    objects_free(c->objects);
    templates_free(c->templates);
    loop_free(c->loop);
    buf_done(&c->story);
    cJSON_Delete(c->recorded);
}

static const cJSON *recorded_object(const struct cluster *c, const char *name)
{
    const cJSON *found = json_get(c->recorded, name);
    assert_non_null(found);
    return found;
}

static cJSON *head_object(const struct cluster *c)
{
    const struct sim_pod *head = kuberay_head(c->kuberay);
    assert_non_null(head);
    return objects_get(c->objects, SIM_POD, "mistral", head->name);
}

static cJSON *worker_object(const struct cluster *c)
{
    const struct sim_pod *p;
    for (size_t i = 0; (p = kuberay_pod_at(c->kuberay, i)); i++)
        if (!p->head) return objects_get(c->objects, SIM_POD, "mistral", p->name);
    fail();
    return NULL;
}

/* ---- shapes ------------------------------------------------------------------------------------------------------ */

/* Without status and the members that only a list's item lacks. */
static void pods_are_as_recorded(void **state)
{
    static const char *const except[] = {".kind", ".apiVersion", ".status", NULL};
    struct cluster c;
    (void)state;
    cluster_start(&c, 7, true);
    shape_assert(recorded_object(&c, "pod-head"), head_object(&c), except);
    shape_assert(recorded_object(&c, "pod-worker"), worker_object(&c), except);
    shape_assert(recorded_object(&c, "status-worker"), json_get(worker_object(&c), "status"), NULL);
    cluster_end(&c);
}

/* The stages of a head, from its deletion to the new one's readiness. Recorded pods had one container, so what only
 * two can have is the reason in the message; the annotations of the head are in both. */
static void head_stages_are_as_recorded(void **state)
{
    static const struct {
        const char *name;
        enum pod_stage stage;
    } stages[] = {{"pod-terminating", POD_READY}, {"pod-failed", POD_FAILED},     {"pod-new", POD_NEW},
                  {"pod-bound", POD_BOUND},       {"pod-creating", POD_CREATING}, {"pod-started", POD_STARTED},
                  {"pod-ready", POD_READY}};
    static const char *const except[] = {".type", ".spec", NULL};
    struct cluster c;
    (void)state;
    cluster_start(&c, 7, true);
    assert_non_null(kuberay_delete_pod(c.kuberay, kuberay_head(c.kuberay)->name, -1));
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        for (int ms = 0; !kuberay_head(c.kuberay) || kuberay_head(c.kuberay)->stage != stages[i].stage; ms++) {
            assert_true(ms < 40000);
            sched_advance(c.sched, 1);
        }
        print_message("%s\n", stages[i].name);
        shape_assert(recorded_object(&c, stages[i].name), head_object(&c), except);
    }
    cluster_end(&c);
}

static void owners_are_as_recorded(void **state)
{
    /* The fixtures were taken without managedFields. */
    static const char *const no_spec[] = {".spec", ".metadata.annotations", ".metadata.managedFields", NULL};
    static const char *const names[] = {"slice-cluster", "slice-head", "slice-serve"};
    struct cluster c;
    size_t count;
    (void)state;
    cluster_start(&c, 7, true);
    const cJSON *service = objects_get(c.objects, SIM_RAYSERVICE, "mistral", "mistral");
    const cJSON *cluster = objects_get(c.objects, SIM_RAYCLUSTER, "mistral", kuberay_cluster(c.kuberay));
    shape_assert(recorded_object(&c, "rayservice"), service, no_spec);
    shape_assert(recorded_object(&c, "raycluster"), cluster, no_spec);
    cJSON *const *slices = objects_all(c.objects, SIM_SLICE, &count);
    assert_int_equal(count, 3);
    static const char *const listed[] = {".kind", ".apiVersion", ".endpoints[].zone", NULL};
    for (size_t i = 0; i < count; i++) shape_assert(recorded_object(&c, names[i]), slices[i], listed);
    cJSON *const *nodes = objects_all(c.objects, SIM_NODE, &count);
    assert_int_equal(count, 3);
    static const char *const node[] = {".kind", ".apiVersion", ".status.phase", NULL};
    shape_assert(recorded_object(&c, "node"), nodes[0], node);
    shape_assert(recorded_object(&c, "service-serve"),
                 objects_get(c.objects, SIM_SERVICE, "mistral", "mistral-serve-svc"), listed);
    shape_assert(recorded_object(&c, "service-head"),
                 objects_get(c.objects, SIM_SERVICE, "mistral", "mistral-head-svc"), listed);
    cluster_end(&c);
}

static void specs_are_as_recorded(void **state)
{
    /* Ours has the Redis user and password, two workers' Neuron resources, and keeps the head out of the Service. */
    static const char *const except[] = {".rayClusterConfig.gcsFaultToleranceOptions.redis",
                                         ".gcsFaultToleranceOptions.redis",
                                         ".rayClusterConfig.workerGroupSpecs[].rayStartParams",
                                         ".workerGroupSpecs[].rayStartParams",
                                         ".excludeHeadPodFromServeSvc",
                                         NULL};
    struct cluster c;
    (void)state;
    cluster_start(&c, 7, true);
    const cJSON *service = objects_get(c.objects, SIM_RAYSERVICE, "mistral", "mistral");
    const cJSON *cluster = objects_get(c.objects, SIM_RAYCLUSTER, "mistral", kuberay_cluster(c.kuberay));
    shape_assert(recorded_object(&c, "rayservice-spec"), json_get(service, "spec"), except);
    shape_assert(recorded_object(&c, "raycluster-spec"), json_get(cluster, "spec"), except);
    assert_string_equal(json_str(json_path(service, "spec.rayClusterConfig.gcsFaultToleranceOptions"), "redisAddress"),
                        "redis://127.0.0.1:6390");
    cluster_end(&c);
}

static const cJSON *event_of(const struct cluster *c, const char *reason)
{
    size_t count;
    cJSON *const *all = objects_all(c->objects, SIM_EVENT, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(json_str(all[i], "reason"), reason) == 0) return all[i];
    fail_msg("no event %s", reason);
    return NULL;
}

static void events_are_as_recorded(void **state)
{
    static const char *const reasons[] = {"Killing", "DeletedHeadPod", "CreatedHeadPod", "Scheduled", "Started"};
    struct cluster c;
    (void)state;
    cluster_start(&c, 7, true);
    kuberay_delete_pod(c.kuberay, kuberay_head(c.kuberay)->name, -1);
    sched_advance(c.sched, 60000);
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "event-%s", reasons[i]);
        shape_assert(recorded_object(&c, name), event_of(&c, reasons[i]), NULL);
    }
    const char *text = json_str(event_of(&c, "DeletedHeadPod"), "message");
    assert_non_null(strstr(text, "; Pod status: Failed; Pod restart policy: Always; Ray container terminated status: "
                                 "&ContainerStateTerminated{ExitCode:137,Signal:0,Reason:Error,Message:,StartedAt:20"));
    cluster_end(&c);
}

/* ---- order ------------------------------------------------------------------------------------------------------- */

/* The lines of the story that begin with one of these words, in order. */
static void story_is(struct cluster *c, const char *const *lines)
{
    const char *at = buf_text(&c->story);
    for (; *lines; lines++) {
        size_t len = strlen(*lines);
        const char *found = at;
        while (*found && !(strncmp(found, *lines, len) == 0 && found[len] == '\n')) {
            found = strchr(found, '\n');
            found = found ? found + 1 : "";
        }
        if (!*found) fail_msg("'%s' did not happen after what came before, in:\n%s", *lines, buf_text(&c->story));
        at = found + len + 1;
    }
}

static unsigned happened_times(const struct cluster *c, const char *line)
{
    unsigned n = 0;
    for (const char *at = buf_text(&c->story); (at = strstr(at, line)); at++) n++;
    return n;
}

static void graceful_kill_is_served_through_its_grace(void **state)
{
    static const char *const order[] = {
        "MODIFIED Pod Running deleting 2",
        "MODIFIED EndpointSlice mistral-head-svc [serving terminating]",
        "ADDED Event Killing",
        "NEWS GCS silent",
        "MODIFIED Pod Failed deleting 0",
        "MODIFIED EndpointSlice mistral-head-svc",
        "ADDED Event DeletedHeadPod",
        "MODIFIED RayCluster PodFailed",
        "MODIFIED RayService NonZeroServeEndpoints no-apps",
        "DELETED Pod Failed deleting 0",
        "ADDED Pod Pending 0",
        "ADDED Event CreatedHeadPod",
        "MODIFIED Pod Pending 0",
        "ADDED Event Scheduled",
        "MODIFIED RayCluster Unknown",
        "MODIFIED RayCluster ContainerCreating",
        "ADDED Event Pulled",
        "ADDED Event Started",
        "MODIFIED Pod Running 1",
        "MODIFIED EndpointSlice mistral-head-svc [not-serving]",
        "MODIFIED RayCluster ContainersNotReady",
        "NEWS head started",
        "MODIFIED Pod Running 2",
        "MODIFIED EndpointSlice mistral-head-svc [serving]",
        "MODIFIED RayCluster HeadPodRunningAndReady",
        "NEWS head ready",
        "MODIFIED RayService NonZeroServeEndpoints apps",
        NULL,
    };
    struct cluster c;
    (void)state;
    cluster_start(&c, 1, true);
    char *old = mem_str(kuberay_head(c.kuberay)->name);
    kuberay_delete_pod(c.kuberay, old, -1);
    sched_advance(c.sched, 29000);
    assert_string_equal(kuberay_head(c.kuberay)->name, old);
    assert_int_equal(kuberay_head(c.kuberay)->serving, SERVING_OK);
    assert_true(kuberay_head(c.kuberay)->dashboard);
    sched_advance(c.sched, 31000);
    assert_string_not_equal(kuberay_head(c.kuberay)->name, old);
    assert_int_equal(kuberay_head(c.kuberay)->stage, POD_READY);
    assert_true(kuberay_serve_running(c.kuberay));
    story_is(&c, order);
    assert_int_equal(happened_times(&c, "NEWS worker"), 0);
    assert_int_equal(sched_waiting(c.sched), 0);
    free(old);
    cluster_end(&c);
}

static void kill_without_grace_makes_the_new_head_at_once(void **state)
{
    static const char *const order[] = {
        "MODIFIED Pod Running deleting 2",
        "MODIFIED EndpointSlice mistral-head-svc [serving terminating]",
        "ADDED Event Killing",
        "DELETED Pod Running deleting 2",
        "MODIFIED EndpointSlice mistral-head-svc",
        "ADDED Pod Pending 0",
        "ADDED Event CreatedHeadPod",
        "MODIFIED RayService NonZeroServeEndpoints no-apps",
        "MODIFIED RayCluster Unknown",
        "MODIFIED Pod Running 1",
        "NEWS head started",
        "NEWS GCS silent",
        "NEWS head ready",
        "MODIFIED RayService NonZeroServeEndpoints apps",
        NULL,
    };
    struct cluster c;
    (void)state;
    cluster_start(&c, 1, true);
    uint64_t before = objects_version(c.objects);
    kuberay_delete_pod(c.kuberay, kuberay_head(c.kuberay)->name, 0);
    sched_advance(c.sched, 100);
    assert_true(objects_version(c.objects) > before);
    assert_int_equal(happened_times(&c, "ADDED Pod"), 1);
    assert_false(kuberay_serve_running(c.kuberay));
    /* Recorded: Running 1.3 s and Ready 13.3 s after the delete. */
    sched_advance(c.sched, 9900);
    assert_int_equal(kuberay_head(c.kuberay)->stage, POD_STARTED);
    sched_advance(c.sched, 4000);
    assert_int_equal(kuberay_head(c.kuberay)->stage, POD_READY);
    story_is(&c, order);
    assert_int_equal(happened_times(&c, "DeletedHeadPod"), 0);
    cluster_end(&c);
}

static void workers_are_untouched_by_a_head_kill(void **state)
{
    struct cluster c;
    (void)state;
    cluster_start(&c, 3, true);
    cJSON *before = cJSON_Duplicate(worker_object(&c), 1);
    kuberay_delete_pod(c.kuberay, kuberay_head(c.kuberay)->name, 0);
    sched_advance(c.sched, 120000);
    assert_true(cJSON_Compare(before, worker_object(&c), 1));
    cJSON_Delete(before);
    cluster_end(&c);
}

static const char *application_status(const struct cluster *c)
{
    return json_str(json_path(objects_get(c->objects, SIM_RAYSERVICE, "mistral", "mistral"),
                              "status.activeServiceStatus.applicationStatuses.mistral-deployment"),
                    "status");
}

static void without_ft_the_workers_restart(void **state)
{
    struct cluster c;
    (void)state;
    cluster_start(&c, 3, false);
    assert_null(json_path(objects_get(c.objects, SIM_RAYSERVICE, "mistral", "mistral"),
                          "spec.rayClusterConfig.gcsFaultToleranceOptions"));
    assert_string_equal(json_str(json_path(head_object(&c), "metadata.annotations"), "ray.io/ft-enabled"), "false");
    kuberay_delete_pod(c.kuberay, kuberay_head(c.kuberay)->name, 0);
    sched_advance(c.sched, 6000);
    assert_int_equal(happened_times(&c, "RayService ZeroServeEndpoints"), 1);
    assert_int_equal(happened_times(&c, "NEWS worker stops"), 0);
    sched_advance(c.sched, 12000);
    assert_string_equal(application_status(&c), "DEPLOYING"); /* the head is back, its replicas are not */
    sched_advance(c.sched, 42000);
    assert_string_equal(application_status(&c), "RUNNING");
    assert_int_equal(happened_times(&c, "NEWS worker stops"), 2);
    assert_int_equal(happened_times(&c, "NEWS worker runs"), 2);
    assert_string_equal(condition_reason(objects_get(c.objects, SIM_RAYSERVICE, "mistral", "mistral"), "Ready"),
                        "NonZeroServeEndpoints");
    const cJSON *status = cJSON_GetArrayItem(json_path(worker_object(&c), "status.containerStatuses"), 0);
    assert_int_equal(json_u64(status, "restartCount").value, 1);
    cluster_end(&c);
}

static void a_killed_worker_is_replaced_on_its_node(void **state)
{
    struct cluster c;
    (void)state;
    cluster_start(&c, 3, true);
    const struct sim_pod *worker = kuberay_pod_at(c.kuberay, 0);
    assert_false(worker->head);
    char *name = mem_str(worker->name), *node = mem_str(worker->node);
    kuberay_delete_pod(c.kuberay, name, 0);
    sched_advance(c.sched, 5000);
    assert_null(kuberay_pod(c.kuberay, name));
    sched_advance(c.sched, 40000);
    assert_int_equal(happened_times(&c, "CreatedWorkerPod"), 1);
    const struct sim_pod *p;
    unsigned there = 0;
    for (size_t i = 0; (p = kuberay_pod_at(c.kuberay, i)); i++)
        if (strcmp(p->node, node) == 0 && p->stage == POD_READY) there++;
    assert_int_equal(there, 1);
    free(name);
    free(node);
    cluster_end(&c);
}

static void a_head_killed_again_while_it_starts(void **state)
{
    struct cluster c;
    (void)state;
    cluster_start(&c, 3, true);
    for (int i = 0; i < 5; i++) {
        kuberay_delete_pod(c.kuberay, kuberay_head(c.kuberay)->name, i % 2 ? -1 : 0);
        sched_advance(c.sched, i % 2 ? 33000 : 1500);
    }
    sched_advance(c.sched, 60000);
    assert_int_equal(kuberay_head(c.kuberay)->stage, POD_READY);
    size_t count;
    objects_all(c.objects, SIM_POD, &count);
    assert_int_equal(count, 3);
    assert_int_equal(happened_times(&c, "NEWS head started") + 1, happened_times(&c, "NEWS GCS silent") + 1);
    cluster_end(&c);
}

static const cJSON *head_container(const struct cluster *c)
{
    return cJSON_GetArrayItem(json_path(head_object(c), "status.containerStatuses"), 0);
}

/* Recorded: the first restart at once; the second time CrashLoopBackOff, some 4 s after the exit, for 18 s. */
static void a_head_without_redis_crashes_and_comes_back(void **state)
{
    struct cluster c;
    (void)state;
    cluster_start(&c, 3, true);
    char *first = mem_str(json_str(head_container(&c), "containerID"));
    kuberay_head_exits(c.kuberay);
    assert_string_equal(json_str(json_path(head_container(&c), "state.terminated"), "reason"), "Error");
    assert_false(kuberay_serve_running(c.kuberay));
    sched_advance(c.sched, 1500);
    assert_non_null(json_path(head_container(&c), "state.running"));
    assert_int_equal(json_u64(head_container(&c), "restartCount").value, 1);
    assert_string_not_equal(json_str(head_container(&c), "containerID"), first);
    assert_string_equal(json_str(json_path(head_container(&c), "lastState.terminated"), "containerID"), first);
    kuberay_head_exits(c.kuberay);
    assert_non_null(json_path(head_container(&c), "state.terminated"));
    sched_advance(c.sched, 5000);
    const cJSON *waiting = json_path(head_container(&c), "state.waiting");
    assert_string_equal(json_str(waiting, "reason"), "CrashLoopBackOff");
    assert_int_equal(strncmp(json_str(waiting, "message"), "back-off 10s restarting failed container=head pod=", 49),
                     0);
    sched_advance(c.sched, 10000);
    assert_int_equal(json_u64(head_container(&c), "restartCount").value, 1);
    sched_advance(c.sched, 20000);
    assert_int_equal(json_u64(head_container(&c), "restartCount").value, 2);
    assert_int_equal(kuberay_head(c.kuberay)->stage, POD_READY);
    assert_true(kuberay_serve_running(c.kuberay));
    free(first);
    cluster_end(&c);
}

/* ---- the seed ---------------------------------------------------------------------------------------------------- */

static char *whole_story(uint64_t seed)
{
    struct cluster c;
    cluster_start(&c, seed, true);
    c.names = true;
    kuberay_delete_pod(c.kuberay, kuberay_head(c.kuberay)->name, 0);
    sched_advance(c.sched, 20000);
    kuberay_delete_pod(c.kuberay, kuberay_head(c.kuberay)->name, -1);
    sched_advance(c.sched, 60000);
    char *story = buf_take(&c.story);
    cluster_end(&c);
    return story;
}

static void one_seed_gives_one_run(void **state)
{
    (void)state;
    char *first = whole_story(42), *second = whole_story(42), *other = whole_story(43);
    assert_true(strlen(first) > 1000);
    assert_string_equal(first, second);
    assert_string_not_equal(first, other);
    free(first);
    free(second);
    free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pods_are_as_recorded),
        cmocka_unit_test(head_stages_are_as_recorded),
        cmocka_unit_test(owners_are_as_recorded),
        cmocka_unit_test(specs_are_as_recorded),
        cmocka_unit_test(events_are_as_recorded),
        cmocka_unit_test(graceful_kill_is_served_through_its_grace),
        cmocka_unit_test(kill_without_grace_makes_the_new_head_at_once),
        cmocka_unit_test(workers_are_untouched_by_a_head_kill),
        cmocka_unit_test(without_ft_the_workers_restart),
        cmocka_unit_test(a_killed_worker_is_replaced_on_its_node),
        cmocka_unit_test(a_head_killed_again_while_it_starts),
        cmocka_unit_test(a_head_without_redis_crashes_and_comes_back),
        cmocka_unit_test(one_seed_gives_one_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
