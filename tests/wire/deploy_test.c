/* deploy_test.c - a deployment against a server that plays a script: each step, and each way in which it fails. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/deploy_script.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void nothing_was_applied(const struct deploy_script *r)
{
    assert_null(strstr(r->run.log, "fieldManager=raydeck\n"));
    assert_null(strstr(r->run.log, "fieldValidation=Strict\n"));
}

/* ---- all is well ---- */

static void it_goes_from_a_file_to_an_answer(void **state)
{
    (void)state;
    struct deploy_script *r = deploy_script_new(NULL);
    deploy_script_run(r, &(struct deploy_script_how){0});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    assert_string_equal(r->run.why, "deployed");
    deploy_script_said(r, "  prerequisites: KubeRay v1.7.0 in namespace kuberay-system\n");
    deploy_script_said(r, "  prerequisites: namespace mistral exists\n");
    deploy_script_said(
        r, "  prerequisites: inf2: 2 of 2 K8s nodes fit; needs 2 × 6 aws.amazon.com/neuron\n= prerequisites ok\n");
    deploy_script_said(r, "  variables: HUGGING_FACE_HUB_TOKEN: set, a secret\n= variables ok\n");
    deploy_script_said(r, "  lint: 0 errors");
    deploy_script_said(r, "  difference: rayservice.ray.io/mistral: new RayService and RayCluster: needs 12 Neuron "
                          "devices\n  difference: "
                          "rayservice.ray.io/mistral: new\n");
    /* As kubectl words it, in the order in which one needs the other. */
    deploy_script_said(
        r, "= apply running\n  apply: secret/hf-token serverside-applied\n  apply: rayservice.ray.io/mistral "
           "serverside-applied\n  apply: ingress.networking.k8s.io/mistral serverside-applied\n= apply ok\n");
    deploy_script_said(r, "  accepted: accepted by KubeRay: RayCluster mistral-abcde\n= accepted ok\n");
    deploy_script_said(r, "  answering: RayService is Ready (NonZeroServeEndpoints); 60/60 probes\n= answering ok\n");
    /* Checked first, then applied; with our own manager, without force; base64 and our label in what was sent. */
    const char *checked = strstr(r->run.log, "PATCH /api/v1/namespaces/mistral/secrets/"
                                             "hf-token?fieldManager=raydeck&dryRun=All\n");
    assert_non_null(checked);
    assert_non_null(
        strstr(checked, "POST /api/v1/namespaces/mistral/secrets?fieldManager=raydeck&fieldValidation=Strict\n"));
    assert_null(strstr(r->run.log, "force=true"));
    assert_non_null(strstr(r->bodies, "\"hf-token\":\"" BASE64_TOKEN "\""));
    assert_non_null(strstr(r->bodies, "\"app.kubernetes.io/managed-by\":\"raydeck\""));
    free(r);
}

static void a_dry_run_applies_nothing(void **state)
{
    (void)state;
    struct deploy_script *r = deploy_script_new(NULL);
    deploy_script_run(r, &(struct deploy_script_how){.dry_run = true});
    assert_int_equal(r->run.err, ERR_OK);
    assert_false(r->run.asked);
    assert_string_equal(r->run.why, "dry run: nothing was applied");
    nothing_was_applied(r);
    deploy_script_said(r, "= apply skipped\n");
    free(r);
}

static void a_no_applies_nothing(void **state)
{
    (void)state;
    struct deploy_script *r = deploy_script_new(NULL);
    deploy_script_run(r, &(struct deploy_script_how){.no = true});
    assert_int_equal(r->run.err, ERR_GUARD);
    assert_string_equal(r->run.why, "not confirmed: nothing was applied");
    nothing_was_applied(r);
    free(r);
}

static void a_missing_namespace_is_made_and_is_ours(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {"GET /api/v1/namespaces/mistral ", 404, "{\"kind\":\"Status\",\"code\":404}", 0, 0}, {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    deploy_script_said(r, "  prerequisites: namespace mistral does not exist: it will be created\n");
    deploy_script_said(r, "! dry run: objects in namespace mistral cannot be checked before it exists");
    deploy_script_said(r, "  difference: namespace/mistral: new, created first\n");
    deploy_script_said(r, "= apply running\n  apply: namespace/mistral serverside-applied\n  apply: secret/hf-token: "
                          "accepted by the API server\n");
    assert_true(strncmp(r->bodies,
                        "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"mistral\",\"labels\":{"
                        "\"app.kubernetes.io/managed-by\":\"raydeck\"}}}\n",
                        20) == 0);
    const char *made = strstr(r->run.log, "POST /api/v1/namespaces?fieldManager=raydeck&fieldValidation=Strict\n");
    assert_non_null(made);
    assert_non_null(strstr(made, "secrets/hf-token?fieldManager=raydeck&dryRun=All\n"));
    free(r);
}

/* ---- conflicts ---- */

#define LIVE                                                                                                           \
    "{\"kind\":\"RayService\",\"metadata\":{\"generation\":1,\"uid\":\"u-1\",\"resourceVersion\":\"7\","               \
    "\"managedFields\":[{\"manager\":\"kuberay-operator\","                                                            \
    "\"fieldsV1\":{\"f:spec\":{\"f:rayClusterConfig\":{\"f:workerGroupSpecs\":{}}}}}]},\"spec\":{"                     \
    "\"rayClusterConfig\":{"                                                                                           \
    "\"workerGroupSpecs\":[{\"groupName\":\"inf2\",\"replicas\":4}]}},\"status\":{\"observedGeneration\":1,"           \
    "\"activeServiceStatus\":{\"rayClusterName\":\"mistral-abcde\"},\"conditions\":[{\"type\":\"Ready\",\"status\":"   \
    "\"True\",\"reason\":\"NonZeroServeEndpoints\"}]}}"
#define CONFLICT(manager, field)                                                                                       \
    "{\"kind\":\"Status\",\"code\":409,\"reason\":\"Conflict\",\"message\":\"Apply failed with 1 "                     \
    "conflict\",\"details\":"                                                                                          \
    "{\"causes\":[{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"" manager                       \
    "\\\"\",\"field\":\"" field "\"}]}}"
#define SERVICE_PATCH "PATCH /apis/ray.io/v1/namespaces/mistral/rayservices/mistral?fieldManager=raydeck"

#define SERVICE_POST "POST /apis/ray.io/v1/namespaces/mistral/rayservices?fieldManager=raydeck&fieldValidation=Strict"

static void worker_groups_are_taken_over_with_the_live_replicas(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {"GET /apis/ray.io/v1/namespaces/mistral/rayservices/mistral ", 200, LIVE, 0, 0},
        {SERVICE_PATCH "&dryRun=All", 409, CONFLICT("kuberay-operator", ".spec.rayClusterConfig.workerGroupSpecs"), 0,
         0},
        {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    deploy_script_said(r, "  dry run: rayservice.ray.io/mistral: keeping the live number of worker pods\n");
    deploy_script_said(r, "  dry run: rayservice.ray.io/mistral: workerGroupSpecs is owned by kuberay-operator; "
                          "raydeck takes ownership of this field only, keeping the live replicas\n");
    assert_non_null(strstr(r->run.log, SERVICE_PATCH "&force=true&dryRun=All\n"));
    assert_non_null(strstr(r->run.log, SERVICE_PATCH "&force=true\n"));
    const char *last = r->bodies, *pinned = NULL;
    while ((last = strstr(last, "\"uid\":\"u-1\",\"resourceVersion\":\"7\""))) pinned = last++;
    assert_non_null(pinned);
    assert_null(strstr(r->run.log, "hf-token?fieldManager=raydeck&force=true"));
    assert_non_null(strstr(r->bodies, "\"minReplicas\":2,\"maxReplicas\":5"));
    assert_non_null(strstr(r->bodies, "\"replicas\":4"));
    assert_null(strstr(r->bodies, "\"replicas\":2,\"min"));
    free(r);
}

static unsigned line_times(const char *log, const char *line)
{
    unsigned n = 0;
    for (const char *p = log; (p = strstr(p, line)); p++) n++;
    return n;
}

/* An operator writes its status all the time: the object is read again, held against what was shown, and changed as it
 * is then. */
static void a_version_that_moved_on_is_read_again(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {"GET /apis/ray.io/v1/namespaces/mistral/rayservices/mistral ", 200, LIVE, 0, 0},
        {SERVICE_PATCH "&dryRun=All", 409, CONFLICT("kuberay-operator", ".spec.rayClusterConfig.workerGroupSpecs"), 0,
         0},
        {SERVICE_PATCH "&force=true ", 409,
         "{\"kind\":\"Status\",\"code\":409,\"reason\":\"Conflict\",\"message\":\"the object has been modified\"}", 0,
         2},
        {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    assert_int_equal(line_times(r->run.log, SERVICE_PATCH "&force=true\n"), 3);
    assert_true(line_times(r->run.log, "GET /apis/ray.io/v1/namespaces/mistral/rayservices/mistral\n") >= 4);
    free(r);
}

/* What was created is recorded as applied, wherever its entry has moved meanwhile; where that cannot be, it is said. */
static void the_fields_of_what_was_created_become_ours(void **state)
{
    (void)state;
#define CREATED                                                                                                        \
    "{\"kind\":\"Secret\",\"metadata\":{\"name\":\"hf-token\",\"namespace\":\"mistral\",\"uid\":\"u-2\","              \
    "\"managedFields\":["                                                                                              \
    "{\"manager\":\"raydeck\",\"operation\":\"Update\"}]}}"
#define REJECTED "{\"kind\":\"Status\",\"code\":422,\"message\":\"the server rejected our request\"}"
    static const struct answer_row rows[] = {
        {"POST /api/v1/namespaces/mistral/secrets?", 201, CREATED, 0, 0},
        {"GET /api/v1/namespaces/mistral/secrets/hf-token ", 404, "{\"kind\":\"Status\",\"code\":404}", 0, 1},
        {"GET /api/v1/namespaces/mistral/secrets/hf-token ", 200,
         "{\"kind\":\"Secret\",\"metadata\":{\"name\":\"hf-token\",\"namespace\":\"mistral\",\"uid\":\"u-2\","
         "\"managedFields\":["
         "{\"manager\":\"a\",\"operation\":\"Update\"},{\"manager\":\"raydeck\",\"operation\":\"Update\"}]}}",
         1, 99},
        {"PATCH /api/v1/namespaces/mistral/secrets/hf-token?fieldManager=raydeck ", 422, REJECTED, 0, 1},
        {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    assert_non_null(strstr(r->bodies, "{\"op\":\"test\",\"path\":\"/metadata/uid\",\"value\":\"u-2\"}"));
    assert_non_null(
        strstr(r->bodies, "{\"op\":\"replace\",\"path\":\"/metadata/managedFields/0/operation\",\"value\":\"Apply\"}"));
    assert_non_null(
        strstr(r->bodies, "{\"op\":\"replace\",\"path\":\"/metadata/managedFields/1/operation\",\"value\":\"Apply\"}"));
    deploy_script_said(r, "  apply: secret/hf-token serverside-applied\n");
    free(r);

    static const struct answer_row never[] = {
        {"POST /api/v1/namespaces/mistral/secrets?", 201, CREATED, 0, 0},
        {"GET /api/v1/namespaces/mistral/secrets/hf-token ", 404, "{\"kind\":\"Status\",\"code\":404}", 0, 1},
        {"GET /api/v1/namespaces/mistral/secrets/hf-token ", 200, CREATED, 1, 99},
        {"PATCH /api/v1/namespaces/mistral/secrets/hf-token?fieldManager=raydeck ", 422, REJECTED, 0, 0},
        {NULL, 0, NULL, 0, 0}};
    r = deploy_script_new(never);
    deploy_script_run(r, &(struct deploy_script_how){0});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    deploy_script_said(r, "! apply: secret/hf-token: its fields were not recorded as applied");
    deploy_script_said(r, "  apply: secret/hf-token serverside-applied\n");
    free(r);
}

/* What somebody else made is changed, and stays his: a clean-up must not take it. */
static void what_was_there_is_not_made_ours(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{"GET /api/v1/namespaces/mistral/secrets/hf-token ", 200,
                                              "{\"kind\":\"Secret\",\"metadata\":{\"name\":\"hf-token\"}}", 0, 0},
                                             {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    deploy_script_said(r, "  difference:   = not created by raydeck: cleanup will keep it\n");
    const char *secret = strstr(r->bodies, "\"hf-token\":\"" BASE64_TOKEN "\"");
    assert_non_null(secret);
    const char *line = secret, *end = strchr(secret, '\n');
    while (line > r->bodies && line[-1] != '\n') line--;
    char *body = mem_strn(line, end ? (size_t)(end - line) : strlen(line));
    assert_null(strstr(body, "managed-by"));
    assert_non_null(strstr(r->bodies, "\"raydeck/rayservice\":\"mistral\"")); /* the others say what they belong to */
    free(body);
    free(r);
}

static void another_managers_field_is_never_forced(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{SERVICE_PATCH, 409, CONFLICT("kubectl", ".spec.serveConfigV2"), 0, 0},
                                             {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    assert_int_equal(r->run.err, ERR_CONFLICT);
    deploy_script_said(r, "# dry run: rayservice.ray.io/mistral: fields owned by kubectl: .spec.serveConfigV2\n");
    deploy_script_said(r,
                       "  dry run: ingress.networking.k8s.io/mistral: accepted by the API server\n= dry run failed\n");
    assert_null(strstr(r->run.log, "force=true"));
    nothing_was_applied(r);
    free(r);
}

/* The server may have made it: it is not called undone. */
static void what_is_cut_off_is_not_called_undone(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {"POST /api/v1/namespaces/mistral/secrets?fieldManager=raydeck&fieldValidation=Strict ", 0, NULL, 0, 0},
        {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    deploy_script_said(r, "  apply: it is unknown whether secret/hf-token was applied\n");
    if (strncmp(r->run.why, "it is unknown whether secret/hf-token was applied: ", 50) != 0) fail_msg("%s", r->run.why);
    free(r);
}

/* ---- each step fails ---- */

static void what_is_missing_is_said_at_once(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {"GET /apis/ray.io/v1 ", 404, "404 page not found\n", 0, 0},
        {"GET /apis/apps/v1/deployments?", 403, "{\"kind\":\"Status\",\"code\":403,\"message\":\"no\"}", 0, 0},
        {"GET /api/v1/nodes?", 403, "{\"kind\":\"Status\",\"code\":403,\"message\":\"nodes is forbidden\"}", 0, 0},
        {"GET /api/v1/namespaces/mistral/secrets/r ", 404, "{\"kind\":\"Status\",\"code\":404}", 0, 0},
        {"POST /apis/auth", 201, "{\"status\":{\"allowed\":false}}", 0, 0},
        {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    assert_int_equal(r->run.err, ERR_NOT_FOUND);
    deploy_script_said(
        r,
        "# prerequisites: secret/r is neither in the manifest nor in namespace mistral: pods that refer to it cannot "
        "start\n");
    deploy_script_said(r, "# prerequisites: you may not read (get) secrets in namespace mistral\n");
    deploy_script_said(r, "! prerequisites: you may not create secrets in namespace mistral\n");
    deploy_script_said(r, "# prerequisites: KubeRay is not installed");
    deploy_script_said(r, "! prerequisites: the capacity for the pods is unknown: nodes is forbidden\n");
    deploy_script_said(r, "# prerequisites: you may not apply (patch) secrets in namespace mistral\n");
    deploy_script_said(r,
                       "# prerequisites: you may not apply (patch) ingresses.networking.k8s.io in namespace mistral\n");
    deploy_script_said(r, "= lint"); /* what needs no cluster is said all the same */
    assert_null(strstr(r->run.log, "PATCH"));
    free(r);
}

static void pods_that_would_stay_pending(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {"GET /api/v1/nodes?", 200,
         "{\"items\":[{\"metadata\":{\"labels\":{\"pool\":\"inf2\"}},\"status\":{\"allocatable\":{\"aws.amazon.com/"
         "neuron\":\"6\"}}},{\"metadata\":{\"labels\":{\"pool\":\"inf2\"}},\"spec\":{\"unschedulable\":true},"
         "\"status\":{"
         "\"allocatable\":{\"aws.amazon.com/neuron\":\"6\"}}},{}]}",
         0, 1},
        {"GET /api/v1/nodes?", 200, "{\"items\":[{}]}", 1, 2},
        {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){.dry_run = true});
    assert_int_equal(r->run.err, ERR_OK);
    deploy_script_said(
        r, "! prerequisites: inf2: 1 of 3 K8s nodes fit: 1 cordoned, 1 not matching pool=inf2; room for 1 of 2 pods: 1 "
           "stays Pending unless an autoscaler adds a K8s node\n");
    deploy_script_said(r, "= prerequisites warning\n");
    free(r);
}

static void lint_errors_stop_it(void **state)
{
    (void)state;
    struct deploy_script *r = deploy_script_new(NULL);
    deploy_script_run(r, &(struct deploy_script_how){.token = ""});
    assert_int_equal(r->run.err, ERR_PARSE);
    deploy_script_said(r, "! variables: HUGGING_FACE_HUB_TOKEN: unset: token for the model; it is gated");
    deploy_script_said(r, "error L1 ");
    deploy_script_said(r, "= lint failed\n");
    assert_null(strstr(r->run.log, "PATCH"));
    free(r);
}

static void an_unknown_kind_is_named_with_its_line(void **state)
{
    (void)state;
    static const struct answer_row none[] = {{"GET /apis/example/v9 ", 404, "{\"kind\":\"Status\",\"code\":404}", 0, 0},
                                             {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(none);
    deploy_script_run(r, &(struct deploy_script_how){
                             .text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: mistral}\n---\n"
                                     "apiVersion: example/v9\nkind: Odd\nmetadata: {name: b}\n"});
    assert_int_equal(r->run.err, ERR_PARSE);
    deploy_script_said(
        r, "# prerequisites: ft.yaml:5: Odd b: no matches for kind \"Odd\" in version \"example/v9\": ensure "
           "CRDs are installed first\n");
    assert_null(strstr(r->run.log, "PATCH"));
    free(r);
    r = deploy_script_new(NULL);
    deploy_script_run(
        r, &(struct deploy_script_how){
               .text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: other}\n", .ns = "mistral"});
    assert_int_equal(r->run.err, ERR_PARSE);
    deploy_script_said(r, "the object's namespace is other, not mistral (-n)");
    free(r);
}

static void a_refusal_by_the_server_hides_what_was_sent(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {"PATCH /api/v1/namespaces/mistral/secrets/hf-token", 422,
         "{\"kind\":\"Status\",\"code\":422,\"reason\":\"Invalid\",\"message\":\"data: Invalid value: \\\"" TOKEN
         "\\\" " BASE64_TOKEN "\"}",
         0, 0},
        {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    assert_int_not_equal(r->run.err, ERR_OK);
    deploy_script_said(r, "# dry run: secret/hf-token: data: Invalid value: \"•••\" •••\n");
    nothing_was_applied(r);
    free(r);
}

static void a_cut_in_the_middle_says_how_far_it_got(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{SERVICE_POST " ", 0, NULL, 0, 0}, {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    assert_int_not_equal(r->run.err, ERR_OK);
    deploy_script_said(r, "  apply: secret/hf-token serverside-applied\n# apply: rayservice.ray.io/mistral: ");
    deploy_script_said(r, "  apply: applied: secret/hf-token\n");
    deploy_script_said(r, "  apply: not applied: rayservice.ray.io/mistral, ingress.networking.k8s.io/mistral; deploy "
                          "can safely be run again\n");
    deploy_script_said(r, "= apply failed\n");
    deploy_script_said(r, "= accepted skipped\n");
    free(r);
}

static void a_server_that_is_gone(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{"GET /apis/ray.io/v1 ", 0, NULL, 0, 0}, {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    assert_int_not_equal(r->run.err, ERR_OK);
    assert_int_not_equal(r->run.err, ERR_PARSE);
    deploy_script_said(r, "# prerequisites: the API server: ");
    deploy_script_said(r, "= prerequisites failed\n");
    assert_null(strstr(r->run.log, "PATCH"));
    free(r);
}

static void kuberay_refuses_the_spec(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {"GET /apis/ray.io/v1/namespaces/mistral/rayservices/mistral ", 404, "{\"kind\":\"Status\",\"code\":404}", 0,
         1},
        {"GET /apis/ray.io/v1/namespaces/mistral/rayservices/mistral ", 200,
         "{\"metadata\":{\"generation\":2},\"status\":{\"observedGeneration\":2,\"conditions\":[{\"type\":\"Ready\","
         "\"status\":\"False\",\"reason\":\"ValidationFailed\",\"message\":\"headService.metadata.name should not be "
         "set\"}]}}",
         1, 99},
        {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    assert_int_equal(r->run.err, ERR_PARSE);
    deploy_script_said(r, "# accepted: ValidationFailed: headService.metadata.name should not be set\n");
    deploy_script_said(r, "= accepted failed\n");
    free(r);
}

static void a_status_may_stay_behind(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {"GET /apis/ray.io/v1/namespaces/mistral/rayservices/mistral ", 200,
         "{\"kind\":\"RayService\",\"metadata\":{\"generation\":3},\"status\":{\"observedGeneration\":2,"
         "\"activeServiceStatus\":{\"rayClusterName\":\"mistral-abcde\"},\"conditions\":[{\"type\":\"Ready\","
         "\"status\":\"True\",\"reason\":\"NonZeroServeEndpoints\"}]}}",
         0, 0},
        {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    free(r);
}

static void an_operator_that_sleeps(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{"GET /apis/ray.io/v1/namespaces/mistral/rayservices/mistral ", 404,
                                              "{\"kind\":\"Status\",\"code\":404}", 0, 1},
                                             {"GET /apis/ray.io/v1/namespaces/mistral/rayservices/mistral ", 200,
                                              "{\"metadata\":{\"generation\":1}}", 1, 999},
                                             {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    assert_int_equal(r->run.err, ERR_TIMEOUT);
    deploy_script_said(r, "# accepted: KubeRay has not updated its status: is the operator running?");
    free(r);
}

static void ready_is_no_answer(void **state)
{
    (void)state;
    struct deploy_script *r = deploy_script_new(NULL);
    r->answering = TRI_NO;
    deploy_script_run(r, &(struct deploy_script_how){0});
    assert_int_equal(r->run.err, ERR_TIMEOUT);
    deploy_script_said(r, "# answering: Serve does not answer: ");
    free(r);
    r = deploy_script_new(NULL);
    r->answering = TRI_UNKNOWN;
    deploy_script_run(r, &(struct deploy_script_how){0});
    assert_int_equal(r->run.err, ERR_OK);
    deploy_script_said(r, "  answering: no probe observed: only KubeRay reports that Serve answers\n");
    free(r);
}

/* ---- variables ---- */

static const char *many_workers(const char *name)
{
    if (strcmp(name, "RAY_WORKER_COUNT") == 0) return "many";
    return strcmp(name, "REDIS_PASSWORD") == 0 ? "hunter2-of-the-shell" : NULL;
}

/* What stands in the manifest is shown before it is applied; an invalid value ends it at once. */
static void variables_are_shown_and_checked(void **state)
{
    (void)state;
    char *text = fixture_read("deploy/assets/ft-options.yaml", NULL);
    struct deploy_script *r = deploy_script_new(NULL);
    deploy_script_run(r, &(struct deploy_script_how){.text = text, .environment = many_workers});
    assert_int_equal(r->run.err, ERR_PARSE);
    assert_string_equal(r->run.why, "a variable has an invalid value: nothing was applied");
    deploy_script_said(r, "# variables: RAY_WORKER_COUNT: unusable: expected a whole number from 1 to 10000\n");
    deploy_script_said(r, "  variables: default: RAY_SERVE_NAMESPACE=mistral, RAY_SERVE_NAME=mistral, ");
    deploy_script_said(r, ", RAY_HEAD_NODE_SELECTOR={}, ");
    deploy_script_said(r, ", RAY_WORKER_CPU=90, ");
    deploy_script_said(r, "  variables: REDIS_PASSWORD: found, a secret\n");
    deploy_script_said(r, "= prerequisites skipped\n");
    assert_string_equal(r->bodies, "");
    free(text);
    free(r);
}

/* ---- secrets ---- */

#define PASSWORD "hunter2-of-the-shell"

static const char *everything_is_set(const char *name)
{
    static const struct {
        const char *name, *value;
    } set[] = {{"EXT_REDIS_ENDPOINT", "redis.example"},
               {"HUGGING_FACE_HUB_TOKEN", TOKEN},
               {"REDIS_PASSWORD", PASSWORD},
               {"REDIS_SCHEME", "rediss"},
               {"REDIS_PORT", "6379"},
               {"RAY_VERSION", "2.60.0"},
               {"RAY_SERVE_IMAGE", "ray:2.60.0"}};
    size_t secrets = 0;
    for (size_t i = 0; i < variables_listed(); i++) secrets += variable_help_of(i).secret;
    assert_int_equal(secrets, 2); /* a third has to be set here as well */
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        if (strcmp(set[i].name, name) == 0) return set[i].value;
    return NULL;
}

/* Every body that the server got: a Secret, or without a secret. Returns how many had one. */
static unsigned bodies_are_clean(const struct deploy_script *r)
{
    char *encoded = NULL, *copy = mem_str(r->bodies), *save = NULL;
    struct buf b;
    unsigned count = 0;
    buf_init(&b, 1000);
    assert_int_equal(text_base64_encode(PASSWORD, strlen(PASSWORD), &b), ERR_OK);
    encoded = buf_take(&b);
    const char *const secrets[] = {PASSWORD, encoded, TOKEN, BASE64_TOKEN};
    assert_true(strlen(r->bodies) + 1 < sizeof r->bodies);
    for (char *body = strtok_r(copy, "\n", &save); body; body = strtok_r(NULL, "\n", &save)) {
        bool has = false;
        for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) has = has || strstr(body, secrets[i]);
        count += has;
        if (has && !strstr(body, "\"kind\":\"Secret\"")) fail_msg("in clear: %s", body);
        assert_null(strstr(body, "\"metadata\":{\"name\":\"" PASSWORD));
    }
    free(encoded);
    free(copy);
    return count;
}

static void no_secret_is_sent_but_in_a_secret(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        bool applied;
    } files[] = {{"deploy/assets/ft-options.yaml", true},
                 {"deploy/assets/ft-annotation.yaml", false},
                 {"tests/fixtures/manifests/blueprint-ft.yaml", false},
                 {"tests/fixtures/manifests/ft-kuberay-1.3.yaml", false}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct deploy_script *r = deploy_script_new(NULL);
        char *text = fixture_read(files[i].file, NULL);
        r->empty = true;
        deploy_script_run(r, &(struct deploy_script_how){.text = text, .environment = everything_is_set});
        const unsigned secrets = bodies_are_clean(r);
        if (files[i].applied && (r->run.err || secrets < 4)) fail_msg("%s: %u\n%s", r->run.why, secrets, r->run.said);
        assert_null(strstr(r->run.said, PASSWORD));
        assert_null(strstr(r->run.log, PASSWORD));
        free(text);
        free(r);
    }
}

/* The kubeRay sample in the annotation style: the head's own environment has the password, from a Secret. */
#define SHELL(env)                                                                                                     \
    "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: mistral, namespace: mistral, annotations: "             \
    "{ray.io/ft-enabled: 'true'}}\n"                                                                                   \
    "spec:\n  serveConfigV2: |\n    applications:\n    - {name: a, import_path: m:e, deployments: [{name: d, "         \
    "num_replicas: 2, max_replicas_per_node: 1}]}\n"                                                                   \
    "  rayClusterConfig:\n    rayVersion: '2.60.0'\n"                                                                  \
    "    headGroupSpec: {rayStartParams: {num-cpus: '0', redis-password: $REDIS_PASSWORD}, template: {spec: "          \
    "{containers: [{name: head, image: 'ray:2.60.0', env: [{name: RAY_REDIS_ADDRESS, value: "                          \
    "'rediss://redis.example:6379'}, " env "]}]}}}\n"                                                                  \
    "    workerGroupSpecs:\n    - {groupName: inf2, replicas: 2, minReplicas: 2, maxReplicas: 5, rayStartParams: {}, " \
    "template: {spec: {nodeSelector: {pool: inf2}, containers: [{name: w, image: 'ray:2.60.0', resources: {limits: "   \
    "{aws.amazon.com/neuron: 6}}}]}}}\n"

static void what_the_containers_shell_resolves_is_left_to_it(void **state)
{
    (void)state;
    struct deploy_script *r = deploy_script_new(NULL);
    deploy_script_run(r, &(struct deploy_script_how){
                             .text = SHELL("{name: REDIS_PASSWORD, valueFrom: {secretKeyRef: {name: r, key: p}}}"),
                             .environment = everything_is_set});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    deploy_script_said(r, "  variables: $REDIS_PASSWORD: not substituted, the container sets it itself\n");
    assert_non_null(strstr(r->bodies, "\"redis-password\":\"$REDIS_PASSWORD\""));
    assert_int_equal(bodies_are_clean(r), 0);
    free(r);
}

static void a_secret_that_would_stand_in_clear_is_refused(void **state)
{
    (void)state;
    struct deploy_script *r = deploy_script_new(NULL);
    deploy_script_run(r, &(struct deploy_script_how){.text = SHELL("{name: REDIS_PASSWORD, value: $REDIS_PASSWORD}"),
                                                     .environment = everything_is_set});
    assert_int_equal(r->run.err, ERR_PARSE);
    assert_string_equal(r->run.why, "a secret would be in clear text outside of a Secret: nothing was applied");
    deploy_script_said(r, "# variables: ft.yaml:10:");
    deploy_script_said(r, ": $REDIS_PASSWORD is a secret and would be in clear text in RayService mistral/mistral: put "
                          "it into a Secret and refer to it (secretKeyRef)\n");
    assert_string_equal(r->bodies, "");
    assert_null(strstr(r->run.said, PASSWORD));
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_goes_from_a_file_to_an_answer),
        cmocka_unit_test(a_dry_run_applies_nothing),
        cmocka_unit_test(a_no_applies_nothing),
        cmocka_unit_test(a_missing_namespace_is_made_and_is_ours),
        cmocka_unit_test(worker_groups_are_taken_over_with_the_live_replicas),
        cmocka_unit_test(a_version_that_moved_on_is_read_again),
        cmocka_unit_test(the_fields_of_what_was_created_become_ours),
        cmocka_unit_test(what_was_there_is_not_made_ours),
        cmocka_unit_test(what_is_cut_off_is_not_called_undone),
        cmocka_unit_test(another_managers_field_is_never_forced),
        cmocka_unit_test(what_is_missing_is_said_at_once),
        cmocka_unit_test(pods_that_would_stay_pending),
        cmocka_unit_test(lint_errors_stop_it),
        cmocka_unit_test(an_unknown_kind_is_named_with_its_line),
        cmocka_unit_test(a_refusal_by_the_server_hides_what_was_sent),
        cmocka_unit_test(a_cut_in_the_middle_says_how_far_it_got),
        cmocka_unit_test(a_server_that_is_gone),
        cmocka_unit_test(kuberay_refuses_the_spec),
        cmocka_unit_test(a_status_may_stay_behind),
        cmocka_unit_test(an_operator_that_sleeps),
        cmocka_unit_test(ready_is_no_answer),
        cmocka_unit_test(variables_are_shown_and_checked),
        cmocka_unit_test(no_secret_is_sent_but_in_a_secret),
        cmocka_unit_test(what_the_containers_shell_resolves_is_left_to_it),
        cmocka_unit_test(a_secret_that_would_stand_in_clear_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
