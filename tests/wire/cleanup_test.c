/* cleanup_test.c - a clean-up against a server that plays a script: the order, what is left alone, what hangs. */
#include "backends/base/mem.h"
#include "backends/kube/kube_api.h"
#include "deploy/cleanup.h"
#include "tests/support/step_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OURS "\"labels\":{\"app.kubernetes.io/managed-by\":\"raydeck\"}"
#define ONE(name) "{\"items\":[{\"metadata\":{\"name\":\"" name "\",\"uid\":\"u-" name "\"," OURS "}}]}"
#define WITH(name, service)                                                                                            \
    "{\"metadata\":{\"name\":\"" name "\",\"uid\":\"u-" name "\",\"annotations\":{\"raydeck/rayservice\":\"" service   \
    "\"}," OURS "}}"
#define NONE "{\"kind\":\"Status\",\"code\":404}"
#define HELD "\"deletionTimestamp\":\"2026-11-23T12:00:00Z\",\"finalizers\":[\"ray.io/gcs-ft-redis-cleanup-finalizer\"]"

struct script {
    struct step_script run; /* first: the route finds its way back */
    const char *service;    /* the one that is meant */
    bool redis, redis_too;  /* the Redis for development; another RayService may use it */
    bool volume;            /* its volume is to go too */
    bool two, pod, foreign_namespace, someone_else, hangs, job_failed, forbidden, replaced, cut;
    unsigned clusters, namespaces; /* asked so far, after the deletion */
    bool service_deleted, namespace_deleted;
    char deleted[4096]; /* what was deleted, in order, with its body's UID checked */
    struct cleanup *cleanup;
};

static struct tiny_reply answer_delete(struct script *s, const char *request)
{
    char line[300];
    snprintf(line, sizeof line, "%.*s\n", (int)strcspn(request + 7, " "), request + 7);
    text_append(s->deleted, sizeof s->deleted, line);
    if (!strstr(request, "\"preconditions\":{\"uid\":\"u-")) fail_msg("no UID: %s", request);
    if (s->replaced && strstr(line, "rayservices"))
        return kube_fixture_json(&s->run.fixture, 409, "{\"kind\":\"Status\",\"code\":409}");
    if (strstr(line, "/rayservices/")) s->service_deleted = true;
    if (strcmp(line, "/api/v1/namespaces/mistral\n") == 0) s->namespace_deleted = true;
    return kube_fixture_json(&s->run.fixture, 200, "{\"kind\":\"Status\"}");
}

static const char *jobs_body(const struct script *s)
{
    return s->job_failed
               ? "{\"items\":[{\"metadata\":{\"name\":\"mistral-abcde-redis-cleanup\",\"labels\":{\"ray.io/cluster\":"
                 "\"mistral-abcde\"}},\"status\":{\"conditions\":[{\"type\":\"Failed\",\"status\":\"True\",\"message\":"
                 "\"Job has reached the specified backoff limit\"}]}}]}"
               : "{\"items\":[{\"metadata\":{\"name\":\"mistral-abcde-redis-cleanup\",\"labels\":{\"ray.io/cluster\":"
                 "\"mistral-abcde\"}},\"status\":{\"conditions\":[{\"type\":\"Complete\",\"status\":\"True\"}]}}]}";
}

#define REDIS(name, more)                                                                                              \
    "{\"items\":[{\"metadata\":{\"name\":\"" name "\",\"uid\":\"u-" name                                               \
    "\",\"labels\":{\"app.kubernetes.io/name\":\"gcs-redis-dev\"" more "}}}]}"
#define REDIS_OURS ",\"app.kubernetes.io/managed-by\":\"raydeck\""

/* NULL: not of that Redis. */
static const char *redis_body(const struct script *s, const char *path)
{
    if (s->redis_too && strstr(path, "/rayservices"))
        return "{\"items\":[{\"metadata\":{\"name\":\"mistral\",\"uid\":\"u-mistral\"," OURS
               "}},{\"metadata\":{\"name\":\"theirs\",\"uid\":\"u-theirs\"}}]}";
    if (strstr(path, "/statefulsets") || strstr(path, "/services") || strstr(path, "/configmaps"))
        return REDIS("gcs-redis-dev", REDIS_OURS);
    if (strstr(path, "/persistentvolumeclaims")) return REDIS("data-gcs-redis-dev-0", "");
    return NULL;
}

static const char *list_body(const struct script *s, const char *path)
{
    const char *redis = s->redis ? redis_body(s, path) : NULL;
    if (redis) return redis;
    if (strstr(path, "/deployments")) return ONE("gradio");
    if (strstr(path, "/configmaps"))
        return s->someone_else ? "{\"items\":[{\"metadata\":{\"name\":\"theirs\",\"uid\":\"u-t\"}}]}"
                               : "{\"items\":[{\"metadata\":{\"name\":\"kube-root-ca.crt\",\"uid\":\"u-k\"}}]}";
    if (s->two && strstr(path, "/secrets"))
        return "{\"items\":[" WITH("hf-token", "mistral") "," WITH("other",
                                                                   "second") ",{\"metadata\":{\"name\":\"old\","
                                                                             "\"uid\":\"u-old\"," OURS "}}]}";
    if (strstr(path, "/secrets")) return ONE("hf-token");
    if (strstr(path, "/ingresses")) return ONE("mistral");
    /* KubeRay copies the label to what it makes: that goes with its owner. */
    if (strstr(path, "/services"))
        return "{\"items\":[{\"metadata\":{\"name\":\"mistral-head-svc\",\"uid\":\"u-s\",\"ownerReferences\":[{}]," OURS
               "}}]}";
    if (s->two && strstr(path, "/rayservices"))
        return "{\"items\":[{\"metadata\":{\"name\":\"mistral\",\"uid\":\"u-mistral\"," OURS
               "}},{\"metadata\":{\"name\":\"second\",\"uid\":\"u-second\"," OURS "}}]}";
    if (strstr(path, "/pods") && s->pod)
        return "{\"items\":[{\"metadata\":{\"name\":\"owned\",\"uid\":\"u-o\",\"ownerReferences\":[{}]}},"
               "{\"metadata\":{\"name\":\"notebook\",\"uid\":\"u-p\"}}]}";
    if (strstr(path, "/rayservices"))
        return "{\"items\":[{\"metadata\":{\"name\":\"mistral\",\"uid\":\"u-mistral\"," OURS
               "},\"spec\":{\"rayClusterConfig\":{\"rayVersion\":\"2.22.0\"}}}]}";
    return "{\"items\":[]}";
}

static struct tiny_reply answer_get(struct script *s, const char *path)
{
    struct kube_fixture *fixture = &s->run.fixture;
    if (strncmp(path, "/apis ", 6) == 0) return kube_fixture_json(fixture, 200, "{\"groups\":[]}");
    if (strncmp(path, "/api/v1 ", 8) == 0)
        return kube_fixture_json(
            fixture, 200,
            "{\"resources\":[{\"name\":\"pods\",\"kind\":\"Pod\",\"namespaced\":true,\"verbs\":[\"delete\","
            "\"list\"]}]}");
    if (strncmp(path, "/api/v1/namespaces/mistral ", 27) == 0) {
        if (s->namespace_deleted && s->namespaces++ > 0) return kube_fixture_json(fixture, 404, NONE);
        return kube_fixture_json(fixture, 200,
                                 s->foreign_namespace ? "{\"metadata\":{\"name\":\"mistral\",\"uid\":\"u-ns\"}}"
                                                      : "{\"metadata\":{\"name\":\"mistral\",\"uid\":\"u-ns\"," OURS
                                                        "}}");
    }
    if (strstr(path, "/rayservices/mistral ")) return kube_fixture_json(fixture, 404, NONE);
    if (strstr(path, "/rayclusters?"))
        return kube_fixture_json(fixture, 200,
                                 s->hangs || s->clusters++ < 2
                                     ? "{\"items\":[{\"metadata\":{\"name\":\"mistral-abcde\"," HELD "}}]}"
                                     : "{\"items\":[]}");
    if (strstr(path, "/jobs?")) return kube_fixture_json(fixture, 200, jobs_body(s));
    if (s->forbidden && strstr(path, "/secrets "))
        return kube_fixture_json(fixture, 403,
                                 "{\"kind\":\"Status\",\"code\":403,\"message\":\"secrets is forbidden\"}");
    return kube_fixture_json(fixture, 200, list_body(s, path));
}

static bool server_route(struct kube_fixture *fixture, const char *request, struct tiny_reply *reply)
{
    struct script *s = (struct script *)(void *)fixture;
    if (!step_script_takes(&s->run, request)) return false;
    if (kube_fixture_is(request, "DELETE ") && s->cut)
        *reply = (struct tiny_reply){.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", .hang_up = true};
    else if (kube_fixture_is(request, "DELETE "))
        *reply = answer_delete(s, request);
    else
        *reply = answer_get(s, request + 4);
    return true;
}

static void cleanup_run(struct script *s, bool yes)
{
    step_script_open(&s->run, server_route);
    const struct cleanup_conf conf = {.loop = s->run.fixture.loop,
                                      .cluster = {&kube_api, s->run.fixture.be},
                                      .world = s->run.fixture.world,
                                      .ns = "mistral",
                                      .service = s->service,
                                      .redis_volume = s->volume,
                                      .hang_ms = 60,
                                      .wait_ms = 300,
                                      .poll_ms = 20};
    const struct step_observer observer = step_script_observer(&s->run);
    s->cleanup = cleanup_start(&conf, &observer);
    step_script_until_asked(&s->run, cleanup_engine(s->cleanup));
    if (!s->run.over) assert_string_equal(s->deleted, "");
    step_script_answer(&s->run, yes);
    cleanup_free(s->cleanup);
    kube_fixture_stop(&s->run.fixture);
}

#define NS "/api/v1/namespaces/mistral"

static struct script *script_new(void)
{
    return mem_zero(1, sizeof(struct script));
}

/* The server may have done it: it is not called undone. */
static void what_is_cut_off_is_not_called_undone(void **state)
{
    (void)state;
    struct script *s = script_new();
    s->cut = true;
    cleanup_run(s, true);
    step_script_said(&s->run, "deployment.apps/gradio: the outcome is unknown: ");
    if (!strstr(s->run.why, "the outcome of deleting rayservice.ray.io/mistral is unknown: "))
        fail_msg("%s", s->run.why);
    free(s);
}

static void everything_of_ours_goes_in_order(void **state)
{
    (void)state;
    struct script *s = script_new();
    cleanup_run(s, true);
    if (s->run.err) fail_msg("%s\n%s", s->run.why, s->run.said);
    assert_string_equal(s->run.why, "cleaned up; the fields left in Redis are unknown");
    assert_string_equal(s->deleted, "/apis/apps/v1/namespaces/mistral/deployments/gradio\n"
                                    "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral\n"
                                    "/apis/networking.k8s.io/v1/namespaces/mistral/ingresses/mistral\n" NS
                                    "/secrets/hf-token\n" NS "\n");
    step_script_said(&s->run, "= RayService running: RayCluster mistral-abcde is being deleted, finalizers: "
                              "ray.io/gcs-ft-redis-cleanup-finalizer\n");
    step_script_said(&s->run, "  RayService: Job mistral-abcde-redis-cleanup cleans up Redis\n");
    step_script_said(&s->run, "  RayService: Job mistral-abcde-redis-cleanup succeeded\n");
    step_script_said(&s->run, "  RayService: rayservice.ray.io/mistral and its RayCluster are gone\n= RayService ok\n");
    step_script_said(&s->run, "  namespace: namespace/mistral is gone\n");
    step_script_said(&s->run, "! GCS in Redis: unknown: the storage namespace was not found in Redis\n");
    free(s);
}

static void a_no_deletes_nothing(void **state)
{
    (void)state;
    struct script *s = script_new();
    cleanup_run(s, false);
    assert_int_equal(s->run.err, ERR_GUARD);
    assert_string_equal(s->deleted, "");
    step_script_said(&s->run, "= namespace skipped\n");
    free(s);
}

static void a_namespace_that_is_not_ours_stays(void **state)
{
    (void)state;
    struct script *s = script_new();
    s->foreign_namespace = true;
    cleanup_run(s, true);
    assert_int_equal(s->run.err, ERR_OK);
    assert_false(s->namespace_deleted);
    step_script_said(&s->run, "  namespace: namespace/mistral kept: raydeck did not create it\n");
    free(s);

    s = script_new();
    s->someone_else = true;
    cleanup_run(s, true);
    assert_int_equal(s->run.err, ERR_OK);
    assert_false(s->namespace_deleted);
    assert_null(strstr(s->deleted, "theirs"));
    step_script_said(&s->run, "  read: namespace/mistral, kept: it contains configmap/theirs\n");
    step_script_said(&s->run, "  namespace: namespace/mistral kept: it contains foreign objects: configmap/theirs\n");
    free(s);

    s = script_new();
    s->forbidden = true;
    cleanup_run(s, true);
    assert_false(s->namespace_deleted);
    step_script_said(&s->run, "! read: this user may not list secrets: they are kept\n");
    step_script_said(&s->run, "kept: it contains foreign objects: possibly secrets, which this user may not list\n");
    free(s);
}

/* One of two goes with what was deployed with it; what does not say so stays too, and with it the namespace. */
static void one_of_two(void **state)
{
    (void)state;
    struct script *s = script_new();
    s->two = true;
    cleanup_run(s, true);
    assert_int_equal(s->run.err, ERR_USAGE);
    assert_string_equal(s->deleted, "");
    step_script_said(&s->run, "# read: 2 RayServices created by raydeck in namespace mistral: mistral, second\n");
    free(s);

    s = script_new();
    s->two = true;
    s->service = "mistral";
    cleanup_run(s, true);
    if (s->run.err) fail_msg("%s\n%s", s->run.why, s->run.said);
    assert_string_equal(s->deleted,
                        "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral\n" NS "/secrets/hf-token\n");
    assert_false(s->namespace_deleted);
    step_script_said(&s->run, "  read: namespace/mistral, kept: it contains ");
    free(s);
}

#define REDIS_GONE                                                                                                     \
    "/apis/apps/v1/namespaces/mistral/deployments/gradio\n"                                                            \
    "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral\n"                                                         \
    "/apis/networking.k8s.io/v1/namespaces/mistral/ingresses/mistral\n" NS "/services/gcs-redis-dev\n"                 \
    "/apis/apps/v1/namespaces/mistral/statefulsets/gcs-redis-dev\n"

/* KubeRay's cleanup Job still writes to it: Service, settings and pod go after the RayService. */
static void the_redis_for_development_goes_after_the_rayservice(void **state)
{
    (void)state;
    struct script *s = script_new();
    s->redis = true;
    cleanup_run(s, true);
    if (s->run.err) fail_msg("%s\n%s", s->run.why, s->run.said);
    assert_string_equal(s->deleted, REDIS_GONE NS "/configmaps/gcs-redis-dev\n" NS "/secrets/hf-token\n");
    assert_false(s->namespace_deleted);
    step_script_said(&s->run, "  read: persistentvolumeclaim/data-gcs-redis-dev-0: kept: the data of the Redis for "
                              "development; with --redis-volume it is deleted too\n");
    step_script_said(&s->run, "  GCS in Redis: statefulset.apps/gcs-redis-dev, which held them, was deleted\n");
    free(s);

    s = script_new();
    s->redis = s->volume = true;
    cleanup_run(s, true);
    if (s->run.err) fail_msg("%s\n%s", s->run.why, s->run.said);
    assert_string_equal(s->deleted, REDIS_GONE NS "/persistentvolumeclaims/data-gcs-redis-dev-0\n" NS
                                                  "/configmaps/gcs-redis-dev\n" NS "/secrets/hf-token\n" NS "\n");
    free(s);
}

/* Its Redis would be another one's loss. */
static void a_redis_that_another_one_may_use_stays(void **state)
{
    (void)state;
    struct script *s = script_new();
    s->redis = s->redis_too = s->volume = true;
    cleanup_run(s, true);
    if (s->run.err) fail_msg("%s\n%s", s->run.why, s->run.said);
    assert_non_null(strstr(s->deleted, "/rayservices/mistral\n"));
    assert_null(strstr(s->deleted, "gcs-redis-dev"));
    free(s);
}

/* A name that is mistyped takes nothing of the one that runs. */
static void another_name_takes_nothing(void **state)
{
    (void)state;
    struct script *s = script_new();
    s->service = "mistrall";
    cleanup_run(s, true);
    assert_string_equal(s->deleted, "");
    assert_string_equal(s->run.why, "nothing to clean up");
    free(s);
}

static void a_pod_of_somebody_keeps_the_namespace(void **state)
{
    (void)state;
    struct script *s = script_new();
    s->pod = true;
    cleanup_run(s, true);
    assert_int_equal(s->run.err, ERR_OK);
    assert_false(s->namespace_deleted);
    step_script_said(&s->run, "  namespace: namespace/mistral kept: it contains foreign objects: pod/notebook\n");
    free(s);
}

static void what_hangs_is_said_with_the_way_out(void **state)
{
    (void)state;
    struct script *s = script_new();
    s->hangs = s->job_failed = true;
    cleanup_run(s, true);
    assert_int_equal(s->run.err, ERR_TIMEOUT);
    step_script_said(
        &s->run, "! RayService: stuck: Job mistral-abcde-redis-cleanup failed: Job has reached the specified backoff "
                 "limit\n");
    step_script_said(&s->run, "! RayService: Ray 2.22.0 cannot clean up an ElastiCache (kuberay #4767)");
    step_script_said(
        &s->run,
        "! RayService: to remove the finalizer and leave the fields in Redis: kubectl -n mistral patch raycluster "
        "mistral-abcde --type=merge");
    step_script_said(&s->run, "= RayService failed\n");
    /* What the Job still needs was not touched: the Secret with the password, the namespace. */
    assert_null(strstr(s->deleted, "secrets"));
    assert_false(s->namespace_deleted);
    free(s);
}

static void another_one_of_that_name_is_left_alone(void **state)
{
    (void)state;
    struct script *s = script_new();
    s->replaced = true;
    cleanup_run(s, true);
    assert_int_equal(s->run.err, ERR_CONFLICT);
    step_script_said(&s->run,
                     "# RayService: rayservice.ray.io/mistral: it was replaced since it was shown: not deleted\n");
    assert_null(strstr(s->deleted, "secrets"));
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_cut_off_is_not_called_undone),
        cmocka_unit_test(everything_of_ours_goes_in_order),
        cmocka_unit_test(a_no_deletes_nothing),
        cmocka_unit_test(a_namespace_that_is_not_ours_stays),
        cmocka_unit_test(what_hangs_is_said_with_the_way_out),
        cmocka_unit_test(another_one_of_that_name_is_left_alone),
        cmocka_unit_test(one_of_two),
        cmocka_unit_test(another_name_takes_nothing),
        cmocka_unit_test(the_redis_for_development_goes_after_the_rayservice),
        cmocka_unit_test(a_redis_that_another_one_may_use_stays),
        cmocka_unit_test(a_pod_of_somebody_keeps_the_namespace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
