/* deploy_outcomes_test.c - what became of each object that was to be applied, and what KubeRay and Serve made of it:
 * the server's answers between the question and the end. */
#include "backends/base/mem.h"
#include "backends/link/clock.h"
#include "tests/support/deploy_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STATUS(code, message) "{\"kind\":\"Status\",\"code\":" code ",\"message\":\"" message "\"}"
#define NONE STATUS("404", "none")
#define MODIFIED STATUS("409", "the object has been modified")
#define CONFLICT(manager, field)                                                                                       \
    "{\"kind\":\"Status\",\"code\":409,\"reason\":\"Conflict\",\"message\":\"Apply failed with 1 "                     \
    "conflict\",\"details\":{\"causes\":[{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with "            \
    "\\\"" manager "\\\"\",\"field\":\"" field "\"}]}}"
#define GROUPS_CONFLICT CONFLICT("kuberay-operator", ".spec.rayClusterConfig.workerGroupSpecs")

#define MAP "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: mistral}\ndata: {a: '2'}\n"
#define LIVE_MAP(uid, more)                                                                                            \
    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\",\"uid\":\"" uid                        \
    "\",\"resourceVersion\":\"5\"" more "},\"data\":{\"a\":\"1\"}}"
#define SENT_MAP                                                                                                       \
    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\",\"uid\":\"u-1\"},\"data\":{\"a\":"     \
    "\"2\"}}"
#define MAP_GET "GET /api/v1/namespaces/mistral/configmaps/m "
#define MAP_PATCH "PATCH /api/v1/namespaces/mistral/configmaps/m?fieldManager=raydeck"

#define LIVE_SERVICE(replicas)                                                                                         \
    "{\"kind\":\"RayService\",\"metadata\":{\"generation\":1,\"uid\":\"u-1\",\"resourceVersion\":\"7\","               \
    "\"managedFields\":[{\"manager\":\"kuberay-operator\","                                                            \
    "\"fieldsV1\":{\"f:spec\":{\"f:rayClusterConfig\":{\"f:workerGroupSpecs\":{}}}}}]},\"spec\":{"                     \
    "\"rayClusterConfig\":{\"workerGroupSpecs\":[{\"groupName\":\"inf2\",\"replicas\":" replicas                       \
    "}]}},\"status\":{\"observedGeneration\":1,\"activeServiceStatus\":{\"rayClusterName\":\"mistral-abcde\"},"        \
    "\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"reason\":\"NonZeroServeEndpoints\"}]}}"
#define SERVICE_GET "GET /apis/ray.io/v1/namespaces/mistral/rayservices/mistral "
#define SERVICE_PATCH "PATCH /apis/ray.io/v1/namespaces/mistral/rayservices/mistral?fieldManager=raydeck"
#define SERVICE_STATUS(status) "{\"metadata\":{\"generation\":1},\"status\":{" status "}}"
#define ACTIVE "\"activeServiceStatus\":{\"rayClusterName\":\"mistral-abcde\"}"
#define READY(status, reason) "\"conditions\":[{\"type\":\"Ready\",\"status\":\"" status "\",\"reason\":\"" reason "\"}"
#define NAMESPACE_GET "GET /api/v1/namespaces/mistral "
#define NAMESPACE_POST "POST /api/v1/namespaces?fieldManager=raydeck"

static unsigned line_times(const char *log, const char *line)
{
    unsigned n = 0;
    for (const char *p = log; (p = strstr(p, line)); p++) n++;
    return n;
}

static struct deploy_script *outcome_deployed(const struct answer_row *rows, const struct deploy_script_how *how)
{
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, how);
    return r;
}

/* ---- what was there ---- */

/* How an object that was there is answered when it is read once more, and when it is changed. */
static void what_was_there_is_changed_only_as_it_was_shown(void **state)
{
    (void)state;
    static const struct {
        struct answer_row row;
        enum err err;
        const char *said;
        unsigned patches; /* that were no dry run */
    } cases[] = {
        {{MAP_GET, 200, LIVE_MAP("u-1", ",\"deletionTimestamp\":\"2026-11-23T12:00:00Z\""), 1, 9},
         ERR_CONFLICT,
         "# apply: configmap/m: it is being deleted\n",
         0},
        {{MAP_GET, 200, LIVE_MAP("u-2", ""), 1, 9}, ERR_CONFLICT, "configmap/m: it was replaced since", 0},
        {{MAP_GET, 404, NONE, 1, 9},
         ERR_CONFLICT,
         "configmap/m: it was deleted since it was shown: not created again\n",
         0},
        {{MAP_GET, 403, STATUS("403", "not you"), 1, 9}, ERR_FORBIDDEN, "# apply: configmap/m: not you\n", 0},
        {{MAP_PATCH " ", 422, STATUS("422", "too large"), 0, 9}, ERR_OK, "# apply: configmap/m: too large\n", 1},
        {{MAP_PATCH " ", 409, MODIFIED, 0, 3}, ERR_OK, "  apply: configmap/m serverside-applied\n", 4},
        {{MAP_PATCH " ", 409, MODIFIED, 0, 99},
         ERR_CONFLICT,
         "# apply: configmap/m: the object has been modified\n",
         10},
        {{MAP_PATCH " ", 409, CONFLICT("kubectl", ".data.a"), 0, 99},
         ERR_CONFLICT,
         "# apply: configmap/m: fields owned by kubectl: .data.a\n",
         1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct answer_row last = cases[i].row.from ? (struct answer_row){MAP_GET, 200, LIVE_MAP("u-1", ""), 0, 1}
                                                         : (struct answer_row){MAP_GET, 200, LIVE_MAP("u-1", ""), 0, 0};
        const struct answer_row rows[] = {last, cases[i].row, {MAP_PATCH, 200, SENT_MAP, 0, 0}, {NULL, 0, NULL, 0, 0}};
        struct deploy_script *r = outcome_deployed(rows, &(struct deploy_script_how){.text = MAP});
        deploy_script_said(r, cases[i].said);
        assert_int_equal(line_times(r->run.log, MAP_PATCH "\n"), cases[i].patches);
        if (strstr(cases[i].said, "serverside-applied")) {
            assert_int_equal(r->run.err, ERR_OK);
            assert_string_equal(r->run.why, "applied; the manifest has no RayService to wait for");
            /* Read again before each, and changed as the version of that reading. */
            assert_int_equal(line_times(r->run.log, MAP_GET), 0);
            assert_int_equal(line_times(r->run.log, "GET /api/v1/namespaces/mistral/configmaps/m\n"),
                             1 + cases[i].patches);
        } else {
            assert_int_not_equal(r->run.err, ERR_OK);
            if (cases[i].err) assert_int_equal(r->run.err, cases[i].err);
            deploy_script_said(r,
                               "  apply: not applied: configmap/m; deploy can safely be run again\n= apply failed\n");
            deploy_script_said(r, "  apply: applied: nothing\n");
        }
        free(r);
    }
}

/* What the operator owns is taken only as long as it does. */
static void a_take_over_that_is_not_needed_any_more_is_not_forced(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{SERVICE_GET, 200, LIVE_SERVICE("4"), 0, 0},
                                             {SERVICE_PATCH "&dryRun=All", 409, GROUPS_CONFLICT, 0, 1},
                                             {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = outcome_deployed(rows, &(struct deploy_script_how){0});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    assert_non_null(strstr(r->question, "takes .spec.rayClusterConfig.workerGroupSpecs from kuberay-operator"));
    assert_int_equal(line_times(r->run.log, SERVICE_PATCH "&dryRun=All\n"), 2);
    assert_int_equal(line_times(r->run.log, SERVICE_PATCH "\n"), 1);
    assert_int_equal(line_times(r->run.log, SERVICE_PATCH "&force=true\n"), 0);
    free(r);
}

static void a_take_over_that_cannot_be_checked_again_is_not_sent(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{SERVICE_GET, 200, LIVE_SERVICE("4"), 0, 0},
                                             {SERVICE_PATCH "&dryRun=All", 409, GROUPS_CONFLICT, 0, 1},
                                             {SERVICE_PATCH "&dryRun=All", 500, STATUS("500", "etcd is away"), 1, 9},
                                             {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = outcome_deployed(rows, &(struct deploy_script_how){0});
    assert_int_equal(r->run.err, ERR_SERVER);
    deploy_script_said(r, "# apply: rayservice.ray.io/mistral: etcd is away\n");
    assert_int_equal(line_times(r->run.log, SERVICE_PATCH "\n") + line_times(r->run.log, SERVICE_PATCH "&force=true\n"),
                     0);
    free(r);
}

/* The autoscaler may move it between the question and the answer: what it wants then is what is applied. */
static void the_number_of_workers_is_the_autoscalers(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{SERVICE_GET, 200, LIVE_SERVICE("4"), 0, 1},
                                             {SERVICE_GET, 200, LIVE_SERVICE("5"), 1, 99},
                                             {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = outcome_deployed(rows, &(struct deploy_script_how){0});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    const char *last = r->bodies, *sent = NULL;
    while ((last = strstr(last, "\"kind\":\"RayService\""))) sent = last++;
    assert_non_null(sent);
    assert_non_null(strstr(sent, "\"replicas\":5"));
    free(r);
}

/* ---- what was not there ---- */

static void the_namespace_that_the_manifest_holds_is_made_once(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{NAMESPACE_GET, 404, NONE, 0, 0}, {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    r->empty = true;
    deploy_script_run(r, &(struct deploy_script_how){
                             .text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: mistral, labels: {team: a}}\n"
                                     "---\n" MAP});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    assert_int_equal(line_times(r->run.log, NAMESPACE_POST), 1);
    assert_int_equal(line_times(r->run.log, "PATCH /api/v1/namespaces/mistral?fieldManager=raydeck&dryRun=All\n"), 1);
    assert_int_equal(line_times(r->run.log, "PATCH /api/v1/namespaces/mistral?fieldManager=raydeck\n"), 0);
    const char *made = strstr(strstr(r->bodies, "\"kind\":\"Namespace\"") + 1, "\"kind\":\"Namespace\"");
    assert_non_null(made);
    assert_non_null(strstr(made, "\"team\":\"a\""));
    deploy_script_said(
        r, "  apply: namespace/mistral serverside-applied\n  apply: configmap/m: accepted by the API server\n");
    deploy_script_said(r, "  apply: configmap/m serverside-applied\n= apply ok\n");
    free(r);
}

static void a_namespace_that_cannot_be_made_takes_the_rest_with_it(void **state)
{
    (void)state;
    static const struct {
        struct answer_row row;
        const char *said;
    } cases[] = {
        {{NAMESPACE_POST, 409, MODIFIED, 0, 0},
         "# apply: namespace/mistral: it was created by another client since it was shown: not changed\n"},
        {{NAMESPACE_POST, 403, STATUS("403", "not you"), 0, 0}, "# apply: namespace/mistral: not you\n"},
        {{NAMESPACE_POST, 0, NULL, 0, 0}, "  apply: it is unknown whether namespace/mistral was applied\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct answer_row rows[] = {{NAMESPACE_GET, 404, NONE, 0, 0}, cases[i].row, {NULL, 0, NULL, 0, 0}};
        struct deploy_script *r = deploy_script_new(rows);
        r->empty = true;
        deploy_script_run(r, &(struct deploy_script_how){.text = MAP});
        assert_int_not_equal(r->run.err, ERR_OK);
        deploy_script_said(r, cases[i].said);
        deploy_script_said(r, "= apply failed\n");
        assert_null(strstr(r->run.log, "configmaps?"));
        assert_null(strstr(r->run.log, "configmaps/m?"));
        free(r);
    }
}

/* A controller of the cluster's may have put it there as soon as there was a namespace. */
static void what_stands_in_a_new_namespace_already_is_left_alone(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {NAMESPACE_GET, 404, NONE, 0, 0}, {MAP_GET, 200, LIVE_MAP("u-1", ""), 0, 0}, {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = outcome_deployed(rows, &(struct deploy_script_how){.text = MAP});
    assert_int_equal(r->run.err, ERR_CONFLICT);
    deploy_script_said(r, "# apply: configmap/m: it was created by another client since it was shown: not changed\n");
    assert_non_null(strstr(r->run.why, "only namespace mistral was created; deploy can safely be run again"));
    assert_null(strstr(r->run.log, MAP_PATCH));
    assert_null(strstr(r->run.log, "configmaps?"));
    free(r);
}

static void what_cannot_be_read_or_checked_stops_the_dry_run(void **state)
{
    (void)state;
    static const struct {
        struct answer_row row;
        enum err err;
        const char *said;
    } cases[] = {
        {{MAP_GET, 500, STATUS("500", "etcd is away"), 0, 0}, ERR_PARSE, "# dry run: configmap/m: etcd is away\n"},
        {{MAP_PATCH "&dryRun=All", 403, STATUS("403", "not you"), 0, 0},
         ERR_FORBIDDEN,
         "# dry run: configmap/m: not you\n"},
        {{MAP_PATCH "&dryRun=All", 409, MODIFIED, 0, 0},
         ERR_CONFLICT,
         "# dry run: configmap/m: the object has been modified\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct answer_row rows[] = {cases[i].row, {MAP_GET, 404, NONE, 0, 0}, {NULL, 0, NULL, 0, 0}};
        struct deploy_script *r = outcome_deployed(rows, &(struct deploy_script_how){.text = MAP});
        assert_int_equal(r->run.err, cases[i].err);
        assert_string_equal(r->run.why, "the API server refuses the manifest: nothing was applied");
        deploy_script_said(r, cases[i].said);
        assert_false(r->run.asked);
        free(r);
    }
}

static void a_variable_that_nothing_refers_to_is_told(void **state)
{
    (void)state;
    static const char told[] = "! variables: HUGGING_FACE_HUB_TOKEN: set, but not used by the manifest\n";
    struct deploy_script *r = deploy_script_new(NULL);
    r->empty = true;
    deploy_script_run(r, &(struct deploy_script_how){.text = MAP, .dry_run = true});
    deploy_script_said(r, told);
    free(r);
    r = outcome_deployed(NULL, &(struct deploy_script_how){.dry_run = true});
    if (strstr(r->run.said, "not used by the manifest")) fail_msg("%s", r->run.said);
    free(r);
}

/* ---- the question ---- */

static void the_question_names_each_object_and_what_changes_in_it(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{NAMESPACE_GET, 404, NONE, 0, 0}, {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = outcome_deployed(rows, &(struct deploy_script_how){0});
    assert_string_equal(r->question, "namespace/mistral: new\nsecret/hf-token: new\n"
                                     "rayservice.ray.io/mistral: new · new RayService and RayCluster: needs 12 Neuron "
                                     "devices\ningress.networking.k8s.io/mistral: new\n");
    free(r);

    static const struct {
        const char *next, *question;
    } cases[] = {
        {SENT_MAP, "configmap/m: 1 field changes, uid u-1\n"},
        {"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\",\"uid\":\"u-1\"},\"data\":{\"a\":"
         "\"2\",\"b\":\"3\"}}",
         "configmap/m: 2 fields change, uid u-1\n"},
        {LIVE_MAP("u-1", ""), "configmap/m: unchanged\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct answer_row one[] = {
            {MAP_GET, 200, LIVE_MAP("u-1", ""), 0, 0}, {MAP_PATCH, 200, cases[i].next, 0, 0}, {NULL, 0, NULL, 0, 0}};
        r = outcome_deployed(one, &(struct deploy_script_how){.text = MAP, .no = true});
        assert_string_equal(r->question, cases[i].question);
        if (i < 2) deploy_script_said(r, "  difference:   data\n  difference:     ~ a: 1 → 2\n");
        if (i == 1) deploy_script_said(r, "  difference: configmap/m: 2 fields change\n");
        if (i == 1) deploy_script_said(r, "  difference:     + b: 3\n");
        if (i == 2) deploy_script_said(r, "  difference: configmap/m: unchanged\n");
        free(r);
    }
}

static void a_question_has_an_end(void **state)
{
    (void)state;
    char *manifest = mem_str("");
    for (int i = 0; i < DEPLOY_CONFIRM_LINES + 2; i++) {
        char *more = mem_printf("%s---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m%02d, namespace: mistral}\n",
                                manifest, i);
        free(manifest);
        manifest = more;
    }
    struct deploy_script *r = deploy_script_new(NULL);
    r->empty = true;
    deploy_script_run(r, &(struct deploy_script_how){.text = manifest, .no = true});
    assert_int_equal(line_times(r->question, ": new\n"), DEPLOY_CONFIRM_LINES);
    assert_non_null(strstr(r->question, "configmap/m11: new\n… and 2 more\n"));
    free(manifest);
    free(r);
}

/* ---- accepted ---- */

static void event_put(struct deploy_script *r, const char *about, int64_t age_ms)
{
    struct event *e = record_new(TABLE_EVENT, about);
    record_set(&e->ns, "mistral");
    record_set(&e->about, about);
    record_set(&e->type, "Warning");
    record_set(&e->reason, "InvalidRayServiceSpec");
    record_set(&e->message, "headService.metadata.name should not be set");
    e->last = known_u64((uint64_t)((int64_t)loop_wall_ms(r->run.fixture.loop) - age_ms));
    struct change *c = change_put("test/events", WORLD_KUBE, &e->record);
    c->at_ms = clock_now_ms(loop_clock(r->run.fixture.loop));
    world_apply(r->run.fixture.world, c);
    change_free(c);
}

/* The RayService of that name was deleted and made again: KubeRay refused the one before it. */
static void an_event_of_an_earlier_one_is_there(struct deploy_script *r)
{
    event_put(r, "mistral", -5000);
    struct event *e = record_copy(world_find(r->run.fixture.world, TABLE_EVENT, "mistral")->record);
    record_set(&e->about_uid, "the-uid-before");
    struct change *c = change_put("test/events", WORLD_KUBE, &e->record);
    c->at_ms = clock_now_ms(loop_clock(r->run.fixture.loop));
    world_apply(r->run.fixture.world, c);
    change_free(c);
}

static void an_event_of_it_is_there(struct deploy_script *r)
{
    event_put(r, "mistral", -5000);
}

static void other_events_are_there(struct deploy_script *r)
{
    event_put(r, "second", -5000);
    event_put(r, "mistral", 60 * 1000);
}

static void an_event_says_that_kuberay_refuses_the_spec(void **state)
{
    (void)state;
    struct deploy_script *r = outcome_deployed(NULL, &(struct deploy_script_how){.opened = an_event_of_it_is_there});
    assert_int_equal(r->run.err, ERR_PARSE);
    assert_string_equal(r->run.why,
                        "KubeRay refuses the RayService: InvalidRayServiceSpec: headService.metadata.name should not "
                        "be set");
    deploy_script_said(r, "# accepted: InvalidRayServiceSpec: headService.metadata.name should not be set\n"
                          "  accepted: everything was applied; nothing starts until the manifest is corrected and "
                          "applied again\n= accepted failed\n");
    free(r);
    /* Not one of another RayService, nor one of a time before it was applied. */
    r = outcome_deployed(NULL, &(struct deploy_script_how){.opened = other_events_are_there});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    free(r);
    r = outcome_deployed(NULL, &(struct deploy_script_how){.opened = an_event_of_an_earlier_one_is_there});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    free(r);
}

static void a_rayservice_that_is_deleted_meanwhile_is_not_waited_for(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{SERVICE_GET, 404, NONE, 0, 99}, {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = outcome_deployed(rows, &(struct deploy_script_how){0});
    assert_int_equal(r->run.err, ERR_NOT_FOUND);
    assert_string_equal(r->run.why, "the RayService was deleted");
    deploy_script_said(r, "# accepted: the RayService was deleted\n= accepted failed\n");
    free(r);
}

static void a_reading_that_fails_is_repeated(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {SERVICE_GET, 404, NONE, 0, 1},
        {SERVICE_GET, 500, STATUS("500", "etcd is away"), 1, 3},
        {SERVICE_GET, 200, SERVICE_STATUS(ACTIVE "," READY("True", "Fine") "]"), 3, 99},
        {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = outcome_deployed(rows, &(struct deploy_script_how){0});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    deploy_script_said(r, "= accepted running: the API server: etcd is away\n");
    deploy_script_said(r, "  accepted: accepted by KubeRay: RayCluster mistral-abcde\n= accepted ok\n");
    deploy_script_said(r, "  answering: RayService is Ready (Fine); 60/60 probes\n= answering ok\n");
    free(r);
}

/* ---- answering ---- */

/* While it is upgraded, what answers is the one before. */
static void an_upgrade_is_waited_for(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {SERVICE_GET, 404, NONE, 0, 1},
        {SERVICE_GET, 200,
         SERVICE_STATUS(ACTIVE "," READY("True", "Old") ",{\"type\":\"UpgradeInProgress\",\"status\":\"True\"}]"), 1,
         4},
        {SERVICE_GET, 200, SERVICE_STATUS(ACTIVE "," READY("True", "New") "]"), 4, 99},
        {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = outcome_deployed(rows, &(struct deploy_script_how){0});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    deploy_script_said(r, "= answering running: RayService: Old\n");
    deploy_script_said(r, "  answering: RayService is Ready (New); 60/60 probes\n");
    free(r);
}

/* A probe has a few readings' time to come; where nobody probes there is nothing to wait for. */
static void a_first_probe_is_waited_for(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {SERVICE_GET, 404, NONE, 0, 1},
        {SERVICE_GET, 200, SERVICE_STATUS(ACTIVE "," READY("True", "Fine") "]"), 1, 99},
        {NULL, 0, NULL, 0, 0}};
    unsigned reads[2];
    for (size_t i = 0; i < 2; i++) {
        struct deploy_script *r = deploy_script_new(rows);
        r->answering = TRI_UNKNOWN;
        r->no_probes = i;
        deploy_script_run(r, &(struct deploy_script_how){0});
        assert_string_equal(r->run.why, "deployed");
        deploy_script_said(r, "  answering: RayService is Ready (Fine)\n  answering: no probe observed: only KubeRay "
                              "reports that Serve answers\n");
        reads[i] = line_times(r->run.log, "GET /apis/ray.io/v1/namespaces/mistral/rayservices/mistral\n");
        free(r);
    }
    assert_int_equal(reads[0], reads[1] + 8);
}

static void what_does_not_answer_in_time_is_told_with_its_state(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {SERVICE_GET, 404, NONE, 0, 1},
        {SERVICE_GET, 200, SERVICE_STATUS(ACTIVE "," READY("False", "Initializing") "]"), 1, 999},
        {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = outcome_deployed(rows, &(struct deploy_script_how){0});
    assert_int_equal(r->run.err, ERR_TIMEOUT);
    assert_string_equal(r->run.why,
                        "everything was applied; timed out waiting for Serve to answer: RayService: Initializing");
    deploy_script_said(r, "# answering: Serve does not answer: RayService: Initializing\n= answering failed\n");
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_there_is_changed_only_as_it_was_shown),
        cmocka_unit_test(a_take_over_that_is_not_needed_any_more_is_not_forced),
        cmocka_unit_test(a_take_over_that_cannot_be_checked_again_is_not_sent),
        cmocka_unit_test(the_number_of_workers_is_the_autoscalers),
        cmocka_unit_test(the_namespace_that_the_manifest_holds_is_made_once),
        cmocka_unit_test(a_namespace_that_cannot_be_made_takes_the_rest_with_it),
        cmocka_unit_test(what_stands_in_a_new_namespace_already_is_left_alone),
        cmocka_unit_test(what_cannot_be_read_or_checked_stops_the_dry_run),
        cmocka_unit_test(a_variable_that_nothing_refers_to_is_told),
        cmocka_unit_test(the_question_names_each_object_and_what_changes_in_it),
        cmocka_unit_test(a_question_has_an_end),
        cmocka_unit_test(an_event_says_that_kuberay_refuses_the_spec),
        cmocka_unit_test(a_rayservice_that_is_deleted_meanwhile_is_not_waited_for),
        cmocka_unit_test(a_reading_that_fails_is_repeated),
        cmocka_unit_test(an_upgrade_is_waited_for),
        cmocka_unit_test(a_first_probe_is_waited_for),
        cmocka_unit_test(what_does_not_answer_in_time_is_told_with_its_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
