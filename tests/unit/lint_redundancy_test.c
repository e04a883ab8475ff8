/* lint_redundancy_test.c - L15 to L19 and L26: each has an edit of a clean manifest that trips it, and one that does
 * not. */
#include "backends/base/mem.h"
#include "tests/support/lint_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define APP "    - import_path: app:app\n      deployments:\n"
#define APPS "    applications:\n" APP
#define SERVE_BACKEND "{name: demo-serve-svc, port: {number: 8000}}"

static void the_head_runs_no_replicas(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"{num-cpus: \"0\"}", "{num-cpus: \"2\"}", "L15", "the head's num-cpus is 2: replicas are placed on it", 27},
        {"{num-cpus: \"0\"}", "{}", "L15", "the head's num-cpus is not \"0\": replicas are placed on it", 27},
        {"{num-cpus: \"0\"}", "{num-cpus: 0}", "K1", NULL, 27}, /* counts once */
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void there_are_two_workers_at_least(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"      minReplicas: 2\n", "      minReplicas: 1\n", "L16",
         "1 worker pod at least (minReplicas; the autoscaler may go down to it)", 38},
        {"      minReplicas: 2\n", "      minReplicas: 1\n      numOfHosts: 2\n", "", NULL, 0},
        {"      minReplicas: 2\n", "", "L16", "0 worker pods at least (minReplicas; the autoscaler may go down to it)",
         37},
        {"    enableInTreeAutoscaling: true\n", "", "", NULL, 0},
        {"      replicas: 2\n", "      replicas: 1\n", "", NULL, 0}, /* the autoscaler holds minReplicas */
        {"    - groupName: inf2\n",
         "    - {groupName: more, minReplicas: 1, replicas: 1, maxReplicas: 1, template: {spec: {containers: []}}}\n   "
         " - groupName: inf2\n",
         "K4", NULL, 0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

#define ON_GPU "        ray_actor_options: {num_gpus: 1}\n"

static void each_deployment_has_two_replicas(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"        num_replicas: 2\n", "        num_replicas: 1\n", "L17", "deployment Ingress has 1 replica at least",
         14},
        {"        num_replicas: 2\n", "", "L17", "deployment Ingress has 1 replica at least", 13},
        {"        num_replicas: 2\n", "        num_replicas: 3\n", "", NULL, 0},
        {"        num_replicas: 2\n", "        num_replicas: auto\n", "L17", NULL, 14},
        {"{min_replicas: 2, max_replicas: 4}", "{min_replicas: 1, max_replicas: 4}", "L17",
         "deployment model has 1 replica at least", 18},
        {"{min_replicas: 2, max_replicas: 4}", "{max_replicas: 4}", "L17", NULL, 16},
        {"      - name: Ingress\n", "      - name: second\n", "", NULL, 0}, /* without accelerators, before the model */
        {"      - name: Ingress\n", "      - name: second\n" ON_GPU, "L17",
         "application default lists no ingress deployment: one that is not listed has 1 replica unless the code says "
         "more",
         12},
        {"      - name: Ingress\n", "      - name: rapid-model\n" ON_GPU, "L17", NULL, 12}, /* no "api" of its own */
        {"      - name: Ingress\n", "      - name: APIServer\n" ON_GPU, "", NULL, 0},
        {"      - name: Ingress\n", "      - name: my_router\n" ON_GPU, "", NULL, 0},
        {"      - name: Ingress\n", "      - name: HTTPProxy\n" ON_GPU, "", NULL, 0},
        {APPS, "    applications:\n    - {name: bare, import_path: bare:app, route_prefix: /bare}\n" APP, "L17",
         "application bare lists no ingress deployment: one that is not listed has 1 replica unless the code says more",
         11},
        {APPS,
         "    applications:\n    - {name: x, import_path: x:app, route_prefix: null,\n"
         "       deployments: [{name: one, num_replicas: 2, max_replicas_per_node: 1}]}\n" APP,
         "L17?", NULL, 12}, /* it may be its own ingress */
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void replicas_are_spread_and_the_head_left_out(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"        max_replicas_per_node: 1\n", "", "L18", "deployment Ingress has no max_replicas_per_node", 13},
        {"        max_replicas_per_node: 1\n", "        max_replicas_per_node: 2\n", "L18",
         "deployment Ingress: max_replicas_per_node 2 lets all of its 2 replicas onto one node", 15},
        {"  excludeHeadPodFromServeSvc: true\n", "", "L19",
         "excludeHeadPodFromServeSvc is not set: requests go to the head's proxy too", 7},
        {"  excludeHeadPodFromServeSvc: true\n", "  excludeHeadPodFromServeSvc: false\n", "L19", NULL, 8},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void serve_traffic_goes_past_the_head(void **state)
{
    (void)state;
    static const char to_head[] = "{name: demo-head-svc, port: {number: 8000}}";
    static const char named[] = "{name: demo-abcde-head-svc, port: {name: serve}}";
    static const char dashboard[] = "{name: demo-head-svc, port: {number: 8265}}";
    static const char other[] = "{name: overhead-svc-2, port: {number: 8000}}";
    static const struct lint_case cases[] = {
        {SERVE_BACKEND, to_head, "L26", "Serve traffic goes to demo-head-svc, the head's service", 59},
        {SERVE_BACKEND, named, "L26", NULL, 59},
        {SERVE_BACKEND, dashboard, "", NULL, 0},
        {SERVE_BACKEND, other, "", NULL, 0},
        {"kind: Ingress\nmetadata: {name: demo, namespace: prod}\nspec:\n",
         "kind: HTTPRoute\nmetadata: {name: demo}\nspec:\n  x: [{name: demo-head-svc, port: 8000}]\n", "L26", NULL, 56},
        {"kind: Ingress\nmetadata: {name: demo, namespace: prod}\nspec:\n",
         "kind: Ingress\nmetadata: {name: demo}\nspec:\n  backend: {serviceName: a-head-svc, servicePort: 8000}\n",
         "K3 L26", NULL, 56},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void found_beside(const char *more, const char *expected)
{
    char *text = mem_printf("%s---\n%s", lint_clean, more);
    struct findings f = lint_run(text, NULL);
    char *words = lint_words(&f);
    assert_string_equal(words, expected);
    free(words);
    findings_done(&f);
    free(text);
}

static void clients_are_looked_at_too(void **state)
{
    (void)state;
    found_beside(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: ui}, spec: {env: [{name: SERVICE_NAME, value: "
        "\"http://demo-head-svc.prod.svc.cluster.local:8000\"}]}}\n",
        "L26");
    found_beside(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: ui}, spec: {env: [{name: SERVICE_NAME, value: "
        "\"http://demo-serve-svc.prod.svc.cluster.local:8000\"}]}}\n",
        "");
    found_beside("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {d: \"http://demo-head-svc:8265/\"}}\n",
                 "");
}

#define BALANCER(port)                                                                                                 \
    "{apiVersion: v1, kind: Service, metadata: {name: mine}, spec: {type: LoadBalancer, "                              \
    "selector: {ray.io/node-type: head}, ports: [{port: 80, targetPort: " port "}]}}\n"
#define ELSEWHERE(ns)                                                                                                  \
    "{apiVersion: v1, kind: Service, metadata: {name: mine, namespace: prod}, spec: {selector: "                       \
    "{ray.io/node-type: head}}}\n---\n{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, "          \
    "namespace: " ns "}, spec: {defaultBackend: {service: {name: mine, port: {number: 8000}}}}}\n"

/* A Service of one's own that selects the head is a head service by any name. */
static void a_service_that_selects_the_head_counts(void **state)
{
    (void)state;
    found_beside(
        "{apiVersion: v1, kind: Service, metadata: {name: mine}, spec: {selector: {ray.io/node-type: head}}}\n---\n"
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {d: \"http://mine:8000/infer\"}}\n",
        "L26");
    found_beside(BALANCER("8000"), "L26");
    found_beside(BALANCER("8265"), "");
    found_beside(ELSEWHERE("prod"), "L26");
    found_beside(ELSEWHERE("web"), ""); /* the same name in another namespace is another's */
    found_beside(
        "{apiVersion: v1, kind: Service, metadata: {name: mine}, spec: {selector: {ray.io/serve: \"true\"}}}\n---\n"
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {d: \"http://mine:8000/infer\"}}\n",
        "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_runs_no_replicas),
        cmocka_unit_test(there_are_two_workers_at_least),
        cmocka_unit_test(each_deployment_has_two_replicas),
        cmocka_unit_test(replicas_are_spread_and_the_head_left_out),
        cmocka_unit_test(serve_traffic_goes_past_the_head),
        cmocka_unit_test(clients_are_looked_at_too),
        cmocka_unit_test(a_service_that_selects_the_head_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
