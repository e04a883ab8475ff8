/* cleanup_outcomes_test.c - a clean-up against a server that plays a script, answer by answer: what is read, what is
 * asked before it begins, what became of each object, of the RayService, of the namespace and of the GCS's fields. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/kube/kube_api.h"
#include "backends/link/clock.h"
#include "deploy/cleanup.h"
#include "tests/support/answer_rows.h"
#include "tests/support/step_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STATUS(code, message) "{\"kind\":\"Status\",\"code\":" code ",\"message\":\"" message "\"}"
#define NONE STATUS("404", "none")
#define AWAY STATUS("500", "etcd is away")
#define FORBIDDEN STATUS("403", "not you")
#define OURS "\"labels\":{\"app.kubernetes.io/managed-by\":\"raydeck\"}"
#define OBJECT(name, more) "{\"metadata\":{\"name\":\"" name "\",\"uid\":\"u-" name "\"" more "}}"
#define LIST(items) "{\"items\":[" items "]}"
#define DELETING ",\"deletionTimestamp\":\"2026-11-23T12:00:00Z\""

#define NAMESPACE_PATH "/api/v1/namespaces/mistral"
#define NAMESPACE_GET "GET " NAMESPACE_PATH " "
#define NAMESPACE_DELETE "DELETE " NAMESPACE_PATH " "
#define SERVICE_PATH "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral"
#define SERVICE_GET "GET " SERVICE_PATH " "
#define SERVICE_DELETE "DELETE " SERVICE_PATH " "
#define CLUSTERS_GET "GET /apis/ray.io/v1/namespaces/mistral/rayclusters?"
#define JOBS_GET "GET /apis/batch/v1/namespaces/mistral/jobs?"
#define SECRETS_GET "GET " NAMESPACE_PATH "/secrets "
#define SECRET_DELETE "DELETE " NAMESPACE_PATH "/secrets/s "
#define MAPS_GET "GET " NAMESPACE_PATH "/configmaps "
#define DEPLOYMENTS_GET "GET /apis/apps/v1/namespaces/mistral/deployments "

/* A namespace of ours with a RayService and a Secret; everything goes at once. */
static const struct answer_row usual[] = {
    {NAMESPACE_GET, 200, OBJECT("mistral", "," OURS ",\"resourceVersion\":\"3\""), 0, 2},
    {NAMESPACE_GET, 404, NONE, 2, 99},
    {"GET /apis/ray.io/v1/namespaces/mistral/rayservices ", 200, LIST(OBJECT("mistral", "," OURS)), 0, 1},
    {"GET /apis/ray.io/v1/namespaces/mistral/rayservices ", 200, LIST(""), 1, 99},
    {SECRETS_GET, 200, LIST(OBJECT("s", "," OURS)), 0, 1},
    {SECRETS_GET, 200, LIST(""), 1, 99},
    {SERVICE_GET, 404, NONE, 0, 0},
    {"GET /apis ", 200, "{\"groups\":[]}", 0, 0},
    {"GET /api/v1 ", 200, "{\"resources\":[]}", 0, 0},
    {"DELETE ", 200, "{\"kind\":\"Status\"}", 0, 0},
    {"GET ", 200, LIST(""), 0, 0},
    {NULL, 0, NULL, 0, 0}};

struct script {
    struct step_script run; /* first: the route finds its way back */
    const struct answer_row *rows;
    unsigned seen[ANSWER_ROWS_MAX], seen_usual[ANSWER_ROWS_MAX];
    const char *service;
    unsigned fields,
        fields_after;   /* of the GCS, before and after the RayService is deleted; 0 before: Redis is not read */
    bool no, pod_waits; /* pod_waits: that of a cleanup Job, for its image */
    char question[8 * 1024];
    struct cleanup *cleanup;
};

static void world_put(struct script *s, struct change *c)
{
    c->at_ms = clock_now_ms(loop_clock(s->run.fixture.loop));
    world_apply(s->run.fixture.world, c);
    change_free(c);
}

static void fields_put(struct script *s, unsigned fields)
{
    struct gcstable *t = record_new(TABLE_GCSTABLE, "gcs-1/ACTOR");
    record_set(&t->ns, "gcs-1");
    t->fields = known_u64(fields);
    world_put(s, change_put("redis", WORLD_REDIS, &t->record));
}

static void redis_is_read(struct script *s)
{
    struct rayservice *r = record_new(TABLE_RAYSERVICE, "u-mistral");
    record_set(&r->ns, "mistral");
    record_set(&r->name, "mistral");
    record_set(&r->storage_ns, "gcs-1");
    world_put(s, change_put("test", WORLD_KUBE, &r->record));
    world_put(s, change_source("redis", WORLD_REDIS, SOURCE_LIVE, ERR_OK, NULL, NULL));
    world_put(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
    fields_put(s, s->fields);
}

static void pod_put(struct script *s)
{
    struct pod *p = record_new(TABLE_POD, "u-cleanup");
    record_set(&p->ns, "mistral");
    record_set(&p->name, "cleanup");
    record_set(&p->role, "redis-cleanup");
    record_set(&p->phase, "Pending");
    record_set(&p->status, "ImagePullBackOff");
    record_set(&p->message, "no such image");
    world_put(s, change_put("test", WORLD_KUBE, &p->record));
}

static bool script_route(struct kube_fixture *fixture, const char *request, struct tiny_reply *reply)
{
    struct script *s = (struct script *)(void *)fixture;
    if (!step_script_takes(&s->run, request)) return false;
    if (kube_fixture_is(request, SERVICE_DELETE) && s->fields) fields_put(s, s->fields_after);
    const struct answer_row *row = answer_row_find(s->rows, s->seen, request);
    if (!row) row = answer_row_find(usual, s->seen_usual, request);
    if (!row) fail_msg("nobody answers: %.200s", request);
    *reply = answer_row_reply(fixture, row);
    return true;
}

static void question_read(struct script *s)
{
    struct buf text;
    buf_init(&text, sizeof s->question - 1);
    cleanup_confirm_text(s->cleanup, &text);
    snprintf(s->question, sizeof s->question, "%s", buf_text(&text));
    buf_done(&text);
}

static struct script *script_new(const struct answer_row *rows)
{
    struct script *s = mem_zero(1, sizeof *s);
    s->rows = rows;
    return s;
}

static void script_run(struct script *s)
{
    step_script_open(&s->run, script_route);
    if (s->fields) redis_is_read(s);
    if (s->pod_waits) pod_put(s);
    const struct cleanup_conf conf = {.loop = s->run.fixture.loop,
                                      .cluster = {&kube_api, s->run.fixture.be},
                                      .world = s->run.fixture.world,
                                      .ns = "mistral",
                                      .service = s->service,
                                      .hang_ms = 120,
                                      .wait_ms = 400,
                                      .poll_ms = 20};
    const struct step_observer observer = step_script_observer(&s->run);
    s->cleanup = cleanup_start(&conf, &observer);
    step_script_until_asked(&s->run, cleanup_engine(s->cleanup));
    if (s->run.asked) question_read(s);
    if (!s->run.over) assert_null(strstr(s->run.log, "DELETE"));
    step_script_answer(&s->run, !s->no);
    cleanup_free(s->cleanup);
    kube_fixture_stop(&s->run.fixture);
}

static struct script *cleaned_up(const struct answer_row *rows)
{
    struct script *s = script_new(rows);
    script_run(s);
    return s;
}

static void script_logged(const struct script *s, const char *line, bool logged)
{
    if (!strstr(s->run.log, line) == logged)
        fail_msg("%s: %s\n%s%s", logged ? "not asked" : "asked", line, s->run.log, s->run.said);
}

/* One answer, and what is said of it. */
struct one_answer {
    struct answer_row row;
    enum err err;
    const char *said, *why;
};

static void answers_are_said(const struct one_answer *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct answer_row rows[] = {cases[i].row, {NULL, 0, NULL, 0, 0}};
        struct script *s = cleaned_up(rows);
        step_script_said(&s->run, cases[i].said);
        if (s->run.err != cases[i].err) fail_msg("%s\n%s", s->run.why, s->run.said);
        if (cases[i].why) assert_string_equal(s->run.why, cases[i].why);
        free(s);
    }
}
#define ANSWERS_ARE_SAID(cases) answers_are_said(cases, sizeof(cases) / sizeof *(cases))

/* ---- what is read, and the question ---- */

static void what_cannot_be_read_is_not_cleaned_up(void **state)
{
    (void)state;
    static const struct one_answer cases[] = {
        {{NAMESPACE_GET, 404, NONE, 0, 0}, ERR_OK, "  read: namespace mistral does not exist\n", "nothing to clean up"},
        {{NAMESPACE_GET, 500, AWAY, 0, 0},
         ERR_SERVER,
         "# read: the API server: etcd is away\n",
         "the objects could not be listed: nothing was deleted"},
        {{SECRETS_GET, 500, AWAY, 0, 0},
         ERR_SERVER,
         "# read: secrets: etcd is away\n",
         "the objects could not be listed: nothing was deleted"},
        {{NAMESPACE_GET, 200, OBJECT("mistral", DELETING "," OURS), 0, 2},
         ERR_OK,
         "! read: namespace mistral is already being deleted: KubeRay cannot create a cleanup Job in it",
         NULL},
    };
    ANSWERS_ARE_SAID(cases);
}

static void nothing_of_ours_is_nothing_to_clean_up(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {NAMESPACE_GET, 200, OBJECT("mistral", ""), 0, 0},
        {"GET /apis/ray.io/v1/namespaces/mistral/rayservices ", 200, LIST(OBJECT("mistral", "")), 0, 0},
        {SECRETS_GET, 200, LIST(OBJECT("s", "")), 0, 0},
        {NULL, 0, NULL, 0, 0}};
    for (size_t i = 0; i < 2; i++) {
        struct script *s = script_new(rows);
        s->service = i ? "mistral" : NULL;
        script_run(s);
        assert_string_equal(s->run.why, "nothing to clean up");
        step_script_said(&s->run,
                         i ? "  read: no object in namespace mistral has raydeck's label for RayService mistral\n"
                           : "  read: no object in namespace mistral has raydeck's label\n");
        assert_false(s->run.asked);
        /* Also of the kinds that the server tells of. */
        script_logged(s, "GET /apis\n", true);
        free(s);
    }
}

/* Of what could not be read, or may not be listed, nobody says that it is not there. */
static void nothing_is_not_said_of_what_is_not_known(void **state)
{
    (void)state;
    static const struct answer_row unread[] = {{NAMESPACE_GET, 500, AWAY, 0, 0}, {NULL, 0, NULL, 0, 0}};
    struct script *s = script_new(unread);
    script_run(s);
    assert_int_equal(s->run.err, ERR_SERVER);
    assert_null(strstr(s->run.said, "raydeck's label"));
    free(s);
    static const struct answer_row forbidden[] = {
        {NAMESPACE_GET, 200, OBJECT("mistral", ""), 0, 0},
        {"GET /apis/ray.io/v1/namespaces/mistral/rayservices ", 403, FORBIDDEN, 0, 0},
        {SECRETS_GET, 200, LIST(""), 0, 0},
        {NULL, 0, NULL, 0, 0}};
    s = script_new(forbidden);
    script_run(s);
    step_script_said(&s->run, "  read: no object that this user may list in namespace mistral has raydeck's label\n");
    assert_int_equal(s->run.err, ERR_FORBIDDEN);
    assert_string_equal(s->run.why, "whether there is anything to clean up is unknown: nothing was deleted");
    free(s);
}

static void an_empty_namespace_of_ours_goes(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {"GET /apis/ray.io/v1/namespaces/mistral/rayservices ", 200, LIST(""), 0, 0},
        {SECRETS_GET, 200, LIST(""), 0, 0},
        {NULL, 0, NULL, 0, 0}};
    struct script *s = cleaned_up(rows);
    assert_int_equal(s->run.err, ERR_OK);
    assert_string_equal(s->question, "namespace/mistral, last\n");
    assert_string_equal(s->run.why, "cleaned up");
    step_script_said(&s->run, "  RayService: none created by raydeck\n= RayService ok\n");
    step_script_said(&s->run, "  user interface: none created by raydeck\n= user interface ok\n");
    step_script_said(&s->run, "  namespace: namespace/mistral is gone\n");
    step_script_said(&s->run, "  GCS in Redis: no RayService created by raydeck\n");
    free(s);
}

static void the_question_names_each_object_with_its_uid(void **state)
{
    (void)state;
    struct script *s = script_new(NULL);
    s->no = true;
    script_run(s);
    assert_string_equal(s->question, "secret/s  uid u-s\nrayservice.ray.io/mistral  uid u-mistral\n"
                                     "namespace/mistral, last\n");
    free(s);
    static const struct answer_row foreign[] = {{MAPS_GET, 200, LIST(OBJECT("theirs", "")), 0, 0},
                                                {NULL, 0, NULL, 0, 0}};
    s = script_new(foreign);
    s->no = true;
    script_run(s);
    assert_string_equal(s->question, "secret/s  uid u-s\nrayservice.ray.io/mistral  uid u-mistral\n");
    free(s);
    struct buf many;
    buf_init(&many, 100000);
    for (int i = 0; i < CLEANUP_CONFIRM_LINES; i++)
        buf_printf(&many, "%s{\"metadata\":{\"name\":\"m%d\",\"uid\":\"u\"," OURS "}}", i ? "," : "{\"items\":[", i);
    buf_str(&many, "]}");
    const struct answer_row rows[] = {{MAPS_GET, 200, buf_text(&many), 0, 0}, {NULL, 0, NULL, 0, 0}};
    s = script_new(rows);
    s->no = true;
    script_run(s);
    unsigned lines = 0;
    for (const char *p = s->question; (p = strstr(p, "  uid ")); p++) lines++;
    assert_int_equal(lines, CLEANUP_CONFIRM_LINES);
    assert_non_null(strstr(s->question, "… and 2 more\nnamespace/mistral, last\n"));
    buf_done(&many);
    free(s);
}

/* ---- kinds that nobody deploys ---- */

#define GROUPS(version)                                                                                                \
    "{\"groups\":[{\"name\":\"example.com\",\"preferredVersion\":{\"groupVersion\":\"" version "\"}}]}"
#define KIND(name, scope, verbs)                                                                                       \
    "{\"name\":\"" name "\",\"kind\":\"Widget\",\"namespaced\":" scope ",\"verbs\":[" verbs "]}"
#define ALL_VERBS "\"create\",\"list\",\"delete\""

static void what_the_server_has_of_other_kinds_keeps_the_namespace(void **state)
{
    (void)state;
    static const struct {
        const char *resource;
        bool looked_at;
    } kinds[] = {
        {KIND("widgets", "true", ALL_VERBS), true},
        {KIND("widgets", "true", "\"delete\",\"list\""), true},
        {KIND("widgets", "false", ALL_VERBS), false}, /* is in no namespace */
        {KIND("widgets", "true", "\"create\",\"list\""), false},
        {KIND("widgets", "true", "\"create\",\"delete\""), false},
        {KIND("widgets/status", "true", ALL_VERBS), false},
        {KIND("events", "true", ALL_VERBS), false}, /* made by the control plane, again and again */
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char body[400];
        snprintf(body, sizeof body, "{\"resources\":[%s]}", kinds[i].resource);
        const struct answer_row rows[] = {
            {"GET /apis ", 200, GROUPS("example.com/v1"), 0, 0},
            {"GET /apis/example.com/v1 ", 200, body, 0, 0},
            {"GET /apis/example.com/v1/namespaces/mistral/", 200, LIST(OBJECT("theirs", "")), 0, 0},
            {NULL, 0, NULL, 0, 0}};
        struct script *s = cleaned_up(rows);
        assert_int_equal(s->run.err, ERR_OK);
        script_logged(s, "GET /apis/example.com/v1/namespaces/mistral/widgets\n", kinds[i].looked_at);
        script_logged(s, "DELETE " NAMESPACE_PATH "\n", !kinds[i].looked_at);
        if (kinds[i].looked_at)
            step_script_said(
                &s->run,
                "  namespace: namespace/mistral kept: it contains foreign objects: widget.example.com/theirs\n");
        free(s);
    }
}

/* Which kinds there are, and what there is of each, is part of what is shown: without it nothing is deleted. */
static void a_server_that_breaks_off_among_the_kinds_ends_it(void **state)
{
    (void)state;
    static const char *const questions[] = {"GET /apis ", "GET /api/v1 ", "GET /apis/example.com/v1 ",
                                            "GET /apis/example.com/v1/namespaces/mistral/widgets"};
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        const struct answer_row rows[] = {
            {questions[i], 0, NULL, 0, 0},
            {"GET /apis ", 200, GROUPS("example.com/v1"), 0, 0},
            {"GET /apis/example.com/v1 ", 200, "{\"resources\":[" KIND("widgets", "true", ALL_VERBS) "]}", 0, 0},
            {NULL, 0, NULL, 0, 0}};
        struct script *s = cleaned_up(rows);
        assert_int_not_equal(s->run.err, ERR_OK);
        assert_false(s->run.asked);
        step_script_said(&s->run, "= read failed\n");
        script_logged(s, "DELETE ", false);
        free(s);
    }
}

static void kinds_that_cannot_be_told_keep_the_namespace(void **state)
{
    (void)state;
    static const struct {
        struct answer_row row;
        const char *kept;
    } cases[] = {
        {{"GET /apis ", 500, AWAY, 0, 0}, "possibly objects of the API groups, which could not be listed"},
        {{"GET /apis/example.com/v1 ", 500, AWAY, 0, 0},
         "possibly objects of example.com/v1, which could not be listed"},
        {{"GET /api/v1 ", 500, AWAY, 0, 0}, "possibly objects of v1, which could not be listed"},
        {{"GET /apis/example.com/v1/namespaces/mistral/widgets ", 403, FORBIDDEN, 0, 0},
         "possibly widgets, which could not be listed"},
        {{SECRETS_GET, 403, FORBIDDEN, 0, 0}, "possibly secrets, which this user may not list"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct answer_row rows[] = {
            cases[i].row,
            {"GET /apis ", 200, GROUPS("example.com/v1"), 0, 0},
            {"GET /apis/example.com/v1 ", 200, "{\"resources\":[" KIND("widgets", "true", ALL_VERBS) "]}", 0, 0},
            {NULL, 0, NULL, 0, 0}};
        struct script *s = cleaned_up(rows);
        char kept[300];
        assert_int_equal(s->run.err, ERR_OK);
        snprintf(kept, sizeof kept, "  namespace: namespace/mistral kept: it contains foreign objects: %s\n",
                 cases[i].kept);
        step_script_said(&s->run, kept);
        script_logged(s, "DELETE " NAMESPACE_PATH "\n", false);
        script_logged(s, "DELETE " SERVICE_PATH "\n", true);
        free(s);
    }
    /* Of a kind that is told and not there, there is none. */
    static const struct answer_row rows[] = {
        {"GET /apis ", 200, GROUPS("example.com/v1"), 0, 0},
        {"GET /apis/example.com/v1 ", 200, "{\"resources\":[" KIND("widgets", "true", ALL_VERBS) "]}", 0, 0},
        {"GET /apis/example.com/v1/namespaces/mistral/widgets ", 404, NONE, 0, 0},
        {NULL, 0, NULL, 0, 0}};
    struct script *s = cleaned_up(rows);
    step_script_said(&s->run, "  namespace: namespace/mistral is gone\n");
    free(s);
}

/* ---- one object after the other ---- */

static void what_becomes_of_an_object_is_said(void **state)
{
    (void)state;
    static const struct one_answer cases[] = {
        {{SECRET_DELETE, 404, NONE, 0, 0}, ERR_OK, "  the rest: secret/s is already deleted\n= the rest ok\n", NULL},
        {{SECRET_DELETE, 403, FORBIDDEN, 0, 0},
         ERR_FORBIDDEN,
         "# the rest: secret/s: not you\n= the rest failed\n",
         "not everything was deleted; cleanup can safely be run again"},
        {{SECRET_DELETE, 409, STATUS("409", "uid"), 0, 0},
         ERR_OK,
         "! the rest: secret/s was replaced since it was shown: not deleted\n",
         NULL},
    };
    ANSWERS_ARE_SAID(cases);
    static const struct answer_row rows[] = {{SECRET_DELETE, 403, FORBIDDEN, 0, 0}, {NULL, 0, NULL, 0, 0}};
    struct script *s = cleaned_up(rows);
    step_script_said(&s->run, "  namespace: namespace/mistral kept: not everything in it was deleted\n");
    script_logged(s, "DELETE " NAMESPACE_PATH "\n", false);
    free(s);
}

/* ---- the RayService ---- */

static void the_rayservice_is_waited_for_until_it_and_its_cluster_are_gone(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {SERVICE_GET, 200, OBJECT("mistral", DELETING ",\"finalizers\":[\"f\"]"), 0, 2},
        {SERVICE_GET, 500, AWAY, 2, 3},
        {SERVICE_GET, 200, OBJECT("other", ""), 3, 99}, /* another one of that name */
        {CLUSTERS_GET, 200, LIST(""), 0, 1},
        {CLUSTERS_GET, 500, AWAY, 1, 2},
        {CLUSTERS_GET, 200, LIST(OBJECT("c", "")), 2, 5},
        {CLUSTERS_GET, 200, LIST(""), 5, 99},
        {JOBS_GET, 200,
         "{\"items\":[{\"metadata\":{\"name\":\"j\",\"labels\":{\"ray.io/"
         "cluster\":\"other\"}},\"status\":{\"conditions\":[{"
         "\"type\":\"Failed\",\"status\":\"True\"}]}}]}",
         0, 0},
        {NULL, 0, NULL, 0, 0}};
    struct script *s = cleaned_up(rows);
    if (s->run.err) fail_msg("%s\n%s", s->run.why, s->run.said);
    step_script_said(&s->run, "= RayService running: rayservice.ray.io/mistral is being deleted, finalizers: f\n");
    step_script_said(&s->run, "= RayService running: the API server: etcd is away; RayCluster c still exists\n");
    step_script_said(&s->run, "= RayService running: RayCluster c still exists\n");
    step_script_said(&s->run, "  RayService: rayservice.ray.io/mistral and its RayCluster are gone\n= RayService ok\n");
    assert_null(strstr(s->run.said, "Job")); /* that one is not of this cluster */
    free(s);
}

static void a_rayservice_that_does_not_go_is_told_with_its_state(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{NAMESPACE_GET, 200, OBJECT("mistral", DELETING "," OURS), 0, 0},
                                             {SERVICE_GET, 200, OBJECT("mistral", ""), 0, 0},
                                             {NULL, 0, NULL, 0, 0}};
    struct script *s = cleaned_up(rows);
    assert_int_equal(s->run.err, ERR_TIMEOUT);
    assert_string_equal(s->run.why, "the RayService is not deleted: rayservice.ray.io/mistral still exists; the other "
                                    "objects were kept, so that its Redis can still be cleaned up");
    step_script_said(&s->run,
                     "! RayService: stuck: rayservice.ray.io/mistral still exists\n"
                     "! RayService: namespace mistral is being deleted: KubeRay cannot create a cleanup Job in it");
    step_script_said(&s->run,
                     "# RayService: still exists: rayservice.ray.io/mistral still exists\n= RayService failed\n");
    assert_null(strstr(s->run.said, "to remove the finalizer"));
    script_logged(s, "DELETE " NAMESPACE_PATH "/secrets/s\n", false);
    free(s);
}

/* What the cleanup Job's pod waits for says more than that the RayService is there. */
static void why_a_rayservice_hangs_may_be_its_cleanup_pod(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{SERVICE_GET, 200, OBJECT("mistral", ""), 0, 0}, {NULL, 0, NULL, 0, 0}};
    struct script *s = script_new(rows);
    s->pod_waits = true;
    script_run(s);
    assert_int_equal(s->run.err, ERR_TIMEOUT);
    step_script_said(&s->run, "! RayService: stuck: pod cleanup is ImagePullBackOff: no such image\n");
    free(s);
    /* The Job itself is asked first. */
    static const struct answer_row failed[] = {
        {SERVICE_GET, 200, OBJECT("mistral", ""), 0, 0},
        {CLUSTERS_GET, 200, LIST(OBJECT("c", "")), 0, 0},
        {JOBS_GET, 200,
         "{\"items\":[{\"metadata\":{\"name\":\"j\",\"labels\":{\"ray.io/"
         "cluster\":\"c\"}},\"status\":{\"conditions\":[{"
         "\"type\":\"Failed\",\"status\":\"True\",\"message\":\"backoff limit\"}]}}]}",
         0, 0},
        {NULL, 0, NULL, 0, 0}};
    s = script_new(failed);
    s->pod_waits = true;
    script_run(s);
    step_script_said(&s->run, "! RayService: stuck: Job j failed: backoff limit\n");
    step_script_said(
        &s->run,
        "! RayService: to remove the finalizer and leave the fields in Redis: kubectl -n mistral patch raycluster c ");
    assert_null(strstr(s->run.said, "Ray 2.")); /* its version is not known */
    free(s);
}

static void a_rayservice_that_is_not_deleted_ends_it(void **state)
{
    (void)state;
    static const struct one_answer cases[] = {
        {{SERVICE_DELETE, 403, FORBIDDEN, 0, 0},
         ERR_FORBIDDEN,
         "# RayService: rayservice.ray.io/mistral: not you\n= RayService failed\n",
         "rayservice.ray.io/mistral was not deleted: not you; the other objects were kept"},
        {{SERVICE_DELETE, 409, STATUS("409", "uid"), 0, 0},
         ERR_CONFLICT,
         "replaced since it was shown: not deleted\n",
         "rayservice.ray.io/mistral was not deleted: it was replaced; the other objects were kept"},
        {{SERVICE_DELETE, 404, NONE, 0, 0}, ERR_OK, "rayservice.ray.io/mistral and its RayCluster are gone\n", NULL},
    };
    ANSWERS_ARE_SAID(cases);
}

/* ---- the namespace ---- */

static void a_namespace_is_deleted_only_as_it_was_shown(void **state)
{
    (void)state;
    static const struct one_answer cases[] = {
        {{NAMESPACE_GET, 404, NONE, 1, 99}, ERR_OK, "  namespace: namespace/mistral is already deleted\n", NULL},
        {{NAMESPACE_GET, 200, OBJECT("other", "," OURS), 1, 99},
         ERR_CONFLICT,
         "kept: it was replaced since it was shown\n",
         NULL},
        {{NAMESPACE_GET, 200, OBJECT("mistral", ""), 1, 99},
         ERR_CONFLICT,
         "kept: it no longer has raydeck's label\n",
         NULL},
        {{NAMESPACE_GET, 500, AWAY, 1, 99}, ERR_SERVER, "kept: etcd is away\n", NULL},
        {{NAMESPACE_DELETE, 409, STATUS("409", "version"), 0, 0}, ERR_CONFLICT, "kept: it was just changed\n", NULL},
        {{NAMESPACE_DELETE, 403, FORBIDDEN, 0, 0}, ERR_FORBIDDEN, "# namespace: namespace/mistral: not you\n", NULL},
        {{NAMESPACE_DELETE, 404, NONE, 0, 0}, ERR_OK, "  namespace: namespace/mistral is gone\n", NULL},
        {{"GET /apis ", 500, AWAY, 1, 2},
         ERR_CONFLICT,
         "kept: possibly objects of the API groups, which could not be listed\n",
         NULL},
        {{SECRETS_GET, 200, LIST(OBJECT("a", "") "," OBJECT("b", "")), 1, 99},
         ERR_CONFLICT,
         "kept: new since it was shown: secret/a, secret/b\n",
         NULL},
        /* What was deleted a moment ago may still be going. */
        {{SECRETS_GET, 200, LIST(OBJECT("s", DELETING "," OURS)), 1, 99}, ERR_OK, "namespace/mistral is gone\n", NULL},
        {{SECRETS_GET, 404, NONE, 1, 99}, ERR_OK, "namespace/mistral is gone\n", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* Before the question it is as usual. */
        const struct answer_row first = {cases[i].row.start, 200,
                                         strcmp(cases[i].row.start, SECRETS_GET) == 0 ? LIST(OBJECT("s", "," OURS))
                                         : strcmp(cases[i].row.start, "GET /apis ") == 0
                                             ? "{\"groups\":[]}"
                                             : OBJECT("mistral", "," OURS ",\"resourceVersion\":\"3\""),
                                         0, cases[i].row.from};
        const struct answer_row rows[] = {
            cases[i].row.from ? first : cases[i].row, cases[i].row, {NULL, 0, NULL, 0, 0}};
        struct script *s = cleaned_up(rows);
        step_script_said(&s->run, cases[i].said);
        if (s->run.err != cases[i].err) fail_msg("%s\n%s", s->run.why, s->run.said);
        assert_true(s->run.asked);
        step_script_said(&s->run, cases[i].err ? "= namespace failed\n" : "= namespace ok\n");
        free(s);
    }
}

static void a_namespace_is_waited_for_until_it_is_gone(void **state)
{
    (void)state;
#define THERE(more) OBJECT("mistral", "," OURS ",\"resourceVersion\":\"3\"" more)
    static const struct answer_row rows[] = {{NAMESPACE_GET, 200, THERE(""), 0, 2},
                                             {NAMESPACE_GET, 200, THERE(DELETING), 2, 3},
                                             {NAMESPACE_GET, 500, AWAY, 3, 4},
                                             {NAMESPACE_GET, 200, OBJECT("other", ""), 4, 99},
                                             {NULL, 0, NULL, 0, 0}};
    struct script *s = cleaned_up(rows);
    if (s->run.err) fail_msg("%s\n%s", s->run.why, s->run.said);
    step_script_said(
        &s->run, "  namespace: namespace/mistral deleted\n= namespace running: waiting for its content to be deleted\n"
                 "= namespace running: the API server: etcd is away\n"
                 "  namespace: namespace/mistral is gone\n= namespace ok\n");
    free(s);
    static const struct answer_row stays[] = {{NAMESPACE_GET, 200, THERE(""), 0, 0}, {NULL, 0, NULL, 0, 0}};
    s = cleaned_up(stays);
    assert_int_equal(s->run.err, ERR_TIMEOUT);
    step_script_said(
        &s->run, "# namespace: namespace/mistral is not deleted: waiting for its content to be deleted; an object may "
                 "have a finalizer (see kubectl describe namespace)\n= namespace failed\n");
    free(s);
}

/* ---- the GCS's fields ---- */

static void the_gcs_fields_are_counted_before_and_after(void **state)
{
    (void)state;
    struct script *s = script_new(NULL);
    s->fields = 7;
    script_run(s);
    assert_int_equal(s->run.err, ERR_OK);
    assert_string_equal(s->run.why, "cleaned up");
    step_script_said(&s->run, "  read: 7 GCS fields in Redis under storage namespace gcs-1\n");
    assert_non_null(strstr(s->question, "and by KubeRay 7 GCS fields in Redis\n"));
    step_script_said(&s->run,
                     "  GCS in Redis: GCS fields under storage namespace gcs-1: 7 before, 0 now\n= GCS in Redis ok\n");
    free(s);

    s = script_new(NULL);
    s->fields = 7;
    s->fields_after = 2;
    script_run(s);
    assert_int_equal(s->run.err, ERR_OK);
    step_script_said(&s->run, "= GCS in Redis running: 2 of 7 fields left\n");
    step_script_said(
        &s->run, "! GCS in Redis: GCS fields under storage namespace gcs-1: 7 before, 2 now: orphaned; nothing reads "
                 "them or will delete them\n= GCS in Redis warning\n");
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_read_is_not_cleaned_up),
        cmocka_unit_test(nothing_of_ours_is_nothing_to_clean_up),
        cmocka_unit_test(nothing_is_not_said_of_what_is_not_known),
        cmocka_unit_test(an_empty_namespace_of_ours_goes),
        cmocka_unit_test(the_question_names_each_object_with_its_uid),
        cmocka_unit_test(what_the_server_has_of_other_kinds_keeps_the_namespace),
        cmocka_unit_test(a_server_that_breaks_off_among_the_kinds_ends_it),
        cmocka_unit_test(kinds_that_cannot_be_told_keep_the_namespace),
        cmocka_unit_test(what_becomes_of_an_object_is_said),
        cmocka_unit_test(the_rayservice_is_waited_for_until_it_and_its_cluster_are_gone),
        cmocka_unit_test(a_rayservice_that_does_not_go_is_told_with_its_state),
        cmocka_unit_test(why_a_rayservice_hangs_may_be_its_cleanup_pod),
        cmocka_unit_test(a_rayservice_that_is_not_deleted_ends_it),
        cmocka_unit_test(a_namespace_is_deleted_only_as_it_was_shown),
        cmocka_unit_test(a_namespace_is_waited_for_until_it_is_gone),
        cmocka_unit_test(the_gcs_fields_are_counted_before_and_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
