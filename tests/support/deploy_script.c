/* deploy_script.c - see deploy_script.h. */
#include "tests/support/deploy_script.h"

#include "backends/base/mem.h"
#include "backends/kube/kube_api.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Nothing that lint calls an error. */
static const char manifest_text[] =
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: mistral, namespace: mistral}\n"
    "spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: mistral-serve-svc, port: "
    "{number: "
    "8000}}}}]}}]}\n"
    "---\n"
    "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: mistral, namespace: mistral}\n"
    "spec:\n"
    "  serveConfigV2: |\n"
    "    applications:\n    - {name: a, import_path: m:e, deployments: [{name: d, num_replicas: 2, "
    "max_replicas_per_node: 1}]}\n"
    "  rayClusterConfig:\n"
    "    rayVersion: '2.60.0'\n"
    "    gcsFaultToleranceOptions: {redisAddress: 'rediss://redis.example:6379', redisPassword: {valueFrom: "
    "{secretKeyRef: {name: r, key: p}}}}\n"
    "    headGroupSpec: {rayStartParams: {num-cpus: '0'}, template: {spec: {containers: [{name: head, image: "
    "'ray:2.60.0'}]}}}\n"
    "    workerGroupSpecs:\n"
    "    - {groupName: inf2, replicas: 2, minReplicas: 2, maxReplicas: 5, rayStartParams: {}, template: {spec: "
    "{nodeSelector: {pool: inf2}, containers: [{name: w, image: 'ray:2.60.0', resources: {limits: "
    "{aws.amazon.com/neuron: 6}}}]}}}\n"
    "---\n"
    "apiVersion: v1\nkind: Secret\nmetadata: {name: hf-token, namespace: mistral}\n"
    "data: {hf-token: $HUGGING_FACE_HUB_TOKEN}\n";

#define ANYTHING "{\"kind\":\"Whatever\",\"metadata\":{\"generation\":1}}"
#define A_SERVICE                                                                                                      \
    "{\"kind\":\"RayService\",\"metadata\":{\"generation\":1},\"spec\":{\"rayClusterConfig\":{\"workerGroupSpecs\":[{" \
    "\"replicas\":2,\"template\":{\"spec\":{\"containers\":[{\"resources\":{\"limits\":{\"aws.amazon.com/neuron\":"    \
    "\"6\"}}}]}}}]}}}"

static const struct answer_row usual[] = {
    {"GET /apis/ray.io/v1 ", 200, "{\"resources\":[{\"name\":\"rayservices\",\"kind\":\"RayService\"}]}", 0, 0},
    {"GET /apis/apps/v1/deployments?", 200,
     "{\"items\":[{\"metadata\":{\"namespace\":\"kuberay-system\"},\"spec\":{\"template\":{\"spec\":{\"containers\":[{"
     "\"image\":\"quay.io/kuberay/operator:v1.7.0\"}]}}},\"status\":{\"readyReplicas\":1}}]}",
     0, 0},
    {"GET /api/v1/namespaces/mistral ", 200, "{\"kind\":\"Namespace\",\"metadata\":{\"name\":\"mistral\"}}", 0, 0},
    {"GET /api/v1/nodes?limit=500 ", 200,
     "{\"items\":[{\"metadata\":{\"labels\":{\"pool\":\"inf2\"}},\"status\":{\"allocatable\":{\"aws.amazon.com/"
     "neuron\":"
     "\"6\"}}},{\"metadata\":{\"labels\":{\"pool\":\"inf2\"}},\"status\":{\"allocatable\":{\"aws.amazon.com/"
     "neuron\":\"6\"}}}]}",
     0, 0},
    {"GET /api/v1/pods?", 200, "{\"items\":[]}", 0, 0},
    {"GET /apis/ray.io/v1/namespaces/mistral/rayservices ", 200, "{\"items\":[]}", 0, 0},
    {"POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews ", 201, "{\"status\":{\"allowed\":true}}", 0, 0},
    {"GET /apis/ray.io/v1/namespaces/mistral/rayservices/mistral ", 404, "{\"kind\":\"Status\",\"code\":404}", 0, 1},
    {"GET /apis/ray.io/v1/namespaces/mistral/rayservices/mistral ", 200,
     "{\"metadata\":{\"uid\":\"rs-uid\",\"generation\":1},\"status\":{}}", 1, 2},
    {"GET /apis/ray.io/v1/namespaces/mistral/rayservices/mistral ", 200,
     "{\"metadata\":{\"uid\":\"rs-uid\",\"generation\":1},\"status\":{\"observedGeneration\":1,"
     "\"pendingServiceStatus\":{"
     "\"rayClusterName\":"
     "\"mistral-abcde\"},\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\",\"reason\":\"Initializing\"}]}}",
     2, 3},
    {"GET /apis/ray.io/v1/namespaces/mistral/rayservices/mistral ", 200,
     "{\"metadata\":{\"uid\":\"rs-uid\",\"generation\":1},\"status\":{\"observedGeneration\":1,\"activeServiceStatus\":"
     "{"
     "\"rayClusterName\":"
     "\"mistral-abcde\"},\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"reason\":\"NonZeroServeEndpoints\"}]"
     "}}",
     3, 99},
    {"GET /api/v1/namespaces/mistral/secrets/r ", 200, "{\"kind\":\"Secret\",\"metadata\":{\"name\":\"r\"}}", 0, 0},
    {"GET /api/v1/namespaces/mistral/secrets/hf-token ", 404, "{\"kind\":\"Status\",\"code\":404}", 0, 0},
    {"GET /apis/networking.k8s.io/v1/namespaces/mistral/ingresses/mistral ", 404, "{\"kind\":\"Status\",\"code\":404}",
     0, 0},
    {"PATCH /apis/ray.io/v1/namespaces/mistral/rayservices/mistral?fieldManager=raydeck", 201, A_SERVICE, 0, 0},
    {"PATCH ", 201, ANYTHING, 0, 0},
    {"POST /apis/ray.io/v1/namespaces/mistral/rayservices?fieldManager=raydeck", 201, A_SERVICE, 0, 0},
    {"POST ", 201, ANYTHING, 0, 0},
    {NULL, 0, NULL, 0, 0}};

static bool script_route(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    struct deploy_script *r = (struct deploy_script *)(void *)s;
    if (!step_script_takes(&r->run, request)) return false;
    const char *body = strstr(request, "\r\n\r\n");
    if (body && body[4] && !kube_fixture_is(request, "POST /apis/authorization.k8s.io/")) {
        text_append(r->bodies, sizeof r->bodies, body + 4);
        text_append(r->bodies, sizeof r->bodies, "\n");
    }
    const struct answer_row *row = answer_row_find(r->rows, r->seen, request);
    if (!row) row = answer_row_find(usual, r->seen_usual, request);
    static const struct answer_row absent = {"GET ", 404, "{\"kind\":\"Status\",\"code\":404}", 0, 0};
    if (!row && r->empty && kube_fixture_is(request, "GET ")) row = &absent;
    if (!row) fail_msg("nobody answers: %.200s", request);
    *reply = answer_row_reply(s, row);
    return true;
}

static enum tri on_answering(void *arg, char *ret, size_t size)
{
    const struct deploy_script *r = arg;
    snprintf(ret, size, "%s", r->answering == TRI_YES ? "60/60 probes" : "");
    return r->answering;
}

static void question_read(struct deploy_script *r)
{
    struct buf text;
    buf_init(&text, sizeof r->question - 1);
    deploy_confirm_text(r->deploy, &text);
    snprintf(r->question, sizeof r->question, "%s", buf_text(&text));
    buf_done(&text);
}

void deploy_script_run(struct deploy_script *r, const struct deploy_script_how *how)
{
    const char *text = how->text ? how->text : manifest_text;
    struct manifest *m = NULL;
    struct variables v;
    struct why why = {0};
    if (manifest_parse("ft.yaml", text, strlen(text), &m, NULL, &why)) fail_msg("%s", why.text);
    variables_init(&v, how->environment);
    char *given = mem_printf("HUGGING_FACE_HUB_TOKEN=%s", how->token ? how->token : TOKEN);
    if (!how->token || *how->token) assert_int_equal(variables_give(&v, given, &why), ERR_OK);
    free(given);
    step_script_open(&r->run, script_route);
    struct deploy_conf conf = {.loop = r->run.fixture.loop,
                               .cluster = {&kube_api, r->run.fixture.be},
                               .world = r->run.fixture.world,
                               .ns = how->ns,
                               .manifest = m,
                               .variables = &v,
                               .dry_run = how->dry_run,
                               .accept_ms = 600,
                               .answer_ms = 600,
                               .hooks = {NULL, r->no_probes ? NULL : on_answering, r},
                               .redis_ready_ms = 600,
                               .poll_ms = 20};
    if (how->redis_dev) {
        char *redis = fixture_read("deploy/assets/redis/redis.yaml", NULL);
        if (manifest_parse("redis.yaml", redis, strlen(redis), &conf.parts[PART_REDIS], NULL, &why))
            fail_msg("%s", why.text);
        free(redis);
    }
    const struct step_observer observer = step_script_observer(&r->run);
    if (how->opened) how->opened(r);
    r->deploy = deploy_start(&conf, &observer);
    step_script_until_asked(&r->run, deploy_engine(r->deploy));
    if (r->run.asked) question_read(r);
    step_script_answer(&r->run, !how->no);
    deploy_free(r->deploy);
    kube_fixture_stop(&r->run.fixture);
    manifest_free(m);
    manifest_free(conf.parts[PART_REDIS]);
    variables_done(&v);
    /* Whatever happened: no secret in what was said. */
    assert_null(strstr(r->run.said, TOKEN));
    assert_null(strstr(r->run.said, BASE64_TOKEN));
    assert_null(strstr(r->run.why, TOKEN));
    assert_null(strstr(r->run.log, TOKEN));
}

struct deploy_script *deploy_script_new(const struct answer_row *rows)
{
    struct deploy_script *r = mem_zero(1, sizeof *r);
    r->rows = rows;
    r->answering = TRI_YES;
    return r;
}

void deploy_script_said(const struct deploy_script *r, const char *text)
{
    step_script_said(&r->run, text);
}
