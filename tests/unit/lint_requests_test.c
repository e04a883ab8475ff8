/* lint_requests_test.c - L35 to L38, and ray.serve.llm: each has an edit of a clean manifest that trips it, and one
 * that does not. */
#include "backends/base/mem.h"
#include "tests/support/lint_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define APPS "    applications:\n"

static void the_proxies_are_on_the_workers(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {APPS, "    proxy_location: HeadOnly\n" APPS, "L35",
         "proxy_location HeadOnly: the only Serve proxy is on the head", 10},
        {APPS, "    proxy_location: Disabled\n" APPS, "L35", "proxy_location Disabled: there is no Serve proxy", 10},
        {APPS, "    proxy_location: EveryNode\n" APPS, "", NULL, 0},
        {APPS, "    http_options: {location: NoServer}\n" APPS, "L35", NULL, 10},
        {APPS, "    http_options: {host: 127.0.0.1}\n" APPS, "L35",
         "http_options.host 127.0.0.1: the Serve proxies are reached from their own pods only", 10},
        {APPS, "    http_options: {host: localhost, port: 8000}\n" APPS, "L35", NULL, 10},
        {APPS, "    http_options: {host: 0.0.0.0, port: 8000}\n" APPS, "", NULL, 0},
        {APPS, "    http_options: {port: 9000}\n" APPS, "L35",
         "the Serve proxies listen on port 9000, the serve service sends to 8000", 10},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void a_route_goes_to_a_port_of_the_service(void **state)
{
    (void)state;
    static const char to[] = "{name: demo-serve-svc, port: {number: 8000}}";
    static const char ingress[] = "kind: Ingress\nmetadata: {name: demo, namespace: prod}\nspec:\n";
    static const struct lint_case cases[] = {
        {to, "{name: demo-serve-svc, port: {number: 8001}}", "L35",
         "the serve service demo-serve-svc has port 8000 alone, this backend names 8001", 59},
        {to, "{name: demo-serve-svc, port: {name: http}}", "L35",
         "the serve service demo-serve-svc has port serve alone, this backend names http", 59},
        {to, "{name: demo-serve-svc, port: {name: serve}}", "", NULL, 0},
        {to, "{name: other-serve-svc, port: {number: 8001}}", "", NULL, 0}, /* it is not in the file */
        {to, "{name: demo-dashboard, port: {number: 8001}}", "", NULL, 0},
        {ingress, "kind: HTTPRoute\nmetadata: {name: demo}\nspec:\n  x: [{name: demo-serve-svc, port: 80}]\n", "", NULL,
         0}, /* the namespace is not said */
        {ingress,
         "kind: HTTPRoute\nmetadata: {name: demo, namespace: prod}\nspec:\n  x: [{name: demo-serve-svc, port: 80}]\n",
         "L35", NULL, 56},
        {ingress,
         "kind: HTTPRoute\nmetadata: {name: demo, namespace: web}\nspec:\n  x: [{name: demo-serve-svc, port: 80}]\n",
         "", NULL, 0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void found_with_ports(const char *options, const char *head, const char *worker, const char *more,
                             const char *words)
{
    static const char env[] = "            env:\n";
    char *text = lint_edited(APPS, options), *first = strstr(text, env);
    memcpy(strstr(text, "{number: 8000}"), "{name: serve} ", strlen("{number: 8000}")); /* the Ingress follows */
    char *second = strstr(first + 1, env), *spec = strstr(text, "  serveConfigV2: |\n");
    char *all = mem_printf("%.*s%s%.*s%s%.*s%s%s", (int)(spec - text), text, more, (int)(first - spec), spec, head,
                           (int)(second - first), first, worker, second);
    struct findings f = lint_run(all, NULL);
    char *found = lint_words(&f);
    if (strcmp(found, words) != 0) fail_msg("%s%s%s: \"%s\"", options, head, worker, found);
    free(found);
    findings_done(&f);
    free(all);
    free(text);
}

static void service_probe_and_proxies_have_one_port(void **state)
{
    (void)state;
    static const char at_9000[] = "    http_options: {port: 9000}\n" APPS;
    static const char ports[] = "            ports: [{name: serve, containerPort: 9000}]\n";
    static const char others[] = "            ports: [{name: dashboard, containerPort: 8265}]\n";
    static const char probe[] = "            readinessProbe: {httpGet: {path: /-/healthz, port: 9000}}\n";
    found_with_ports(at_9000, ports, ports, "", "");
    found_with_ports(at_9000, ports, "", "", "L35"); /* the worker's probe asks 8000 */
    found_with_ports(at_9000, ports, probe, "", "");
    found_with_ports(at_9000, others, ports, "", ""); /* what the service becomes is not in the file */
    found_with_ports(at_9000, "", ports, "  serveService: {spec: {ports: [{port: 9000}]}}\n", "");
    found_with_ports(APPS, ports, "", "", "L35");
    found_with_ports(APPS, others, others, "", "");
}

static void there_is_an_application(void **state)
{
    (void)state;
    char *text = lint_edited(NULL, NULL), *from = strstr(text, "  serveConfigV2"), *to = strstr(text, "  rayCluster");
    static const struct {
        const char *with, *words, *message;
    } cases[] = {
        {"", "L36", "serveConfigV2 is missing"},
        {"  serveConfigV2: \"\"\n", "L36", "serveConfigV2 is empty"},
        {"  serveConfig: {importPath: a.b, deployments: []}\n", "K3 L36",
         "serveConfig is of an older KubeRay: the API server drops it, and serveConfigV2 is not there"},
        {"  serveConfigV2: |\n    applications: []\n", "L36", "serveConfigV2 lists no applications"},
        {"  serveConfigV2: |\n    proxy_location: EveryNode\n", "L36", "serveConfigV2 lists no applications"},
        {"  serveConfigV2: |\n    import_path: a:b\n", "K5 K6", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *all = mem_printf("%.*s%s%s", (int)(from - text), text, cases[i].with, to);
        struct findings f = lint_run(all, NULL);
        char *found = lint_words(&f);
        assert_string_equal(found, cases[i].words);
        if (cases[i].message) assert_string_equal(lint_first(&f, RULE_L36)->message, cases[i].message);
        free(found);
        findings_done(&f);
        free(all);
    }
    free(text);
}

static void each_worker_pod_gets_a_replica(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"      minReplicas: 2\n      replicas: 2\n      maxReplicas: 4\n",
         "      minReplicas: 7\n      replicas: 7\n      maxReplicas: 7\n", "L37",
         "7 worker pods, and 6 replicas at most: 1 pod without one never gets Ready", 38},
        {"      minReplicas: 2\n      replicas: 2\n      maxReplicas: 4\n",
         "      minReplicas: 5\n      replicas: 5\n      maxReplicas: 7\n", "L37",
         "5 worker pods, and no deployment has more than 4 replicas: a pod without one never gets Ready", 38},
        {"      minReplicas: 2\n      replicas: 2\n      maxReplicas: 4\n",
         "      minReplicas: 4\n      replicas: 4\n      maxReplicas: 7\n", "", NULL, 0},
        {"      minReplicas: 2\n      replicas: 2\n", "      numOfHosts: 3\n      minReplicas: 2\n      replicas: 2\n",
         "L37", NULL, 39},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void each_replica_finds_a_pod(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"        num_replicas: 2\n", "        num_replicas: 5\n", "L38",
         "deployment Ingress has 5 replicas at least; max_replicas_per_node 1 lets 4 onto 4 pods", 15},
        {"        num_replicas: 2\n", "        num_replicas: 4\n", "", NULL, 0},
        {"ray_actor_options: {resources: {neuron_cores: 2}}", "ray_actor_options: {num_cpus: 90}", "", NULL, 0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void found_with_cpus(const char *resources, const char *needs, const char *words)
{
    char *text = lint_edited("            resources: {limits: {aws.amazon.com/neuron: \"2\"}}\n", resources);
    char *at = strstr(text, "{resources: {neuron_cores: 2}}");
    char *all = mem_printf("%.*s{num_cpus: %s}%s", (int)(at - text), text, needs, strchr(at, '\n'));
    struct findings f = lint_run(all, NULL);
    char *found = lint_words(&f);
    assert_string_equal(found, words);
    free(found);
    findings_done(&f);
    free(all);
    free(text);
}

static void a_replica_fits_into_the_widest_pod(void **state)
{
    (void)state;
    found_with_cpus("            resources: {limits: {cpu: \"4\"}}\n", "4", "");
    found_with_cpus("            resources: {limits: {cpu: 3500m}}\n", "4", ""); /* KubeRay rounds up */
    found_with_cpus("            resources: {limits: {cpu: \"4\"}}\n", "4.5", "L38");
    found_with_cpus("            resources: {requests: {cpu: \"4\"}}\n", "8", ""); /* it may have the whole node's */
}

static void found_with_models(const char *args, const char *words, const char *message)
{
    char *text = lint_edited(NULL, NULL), *from = strstr(text, APPS), *to = strstr(text, "  rayClusterConfig:\n");
    char *all = mem_printf("%.*s    applications:\n    - name: llm\n      import_path: %s%s", (int)(from - text), text,
                           args, to);
    struct findings f = lint_run(all, NULL);
    char *found = lint_words(&f);
    if (strcmp(found, words) != 0) fail_msg("%s\"%s\"", args, found);
    if (message) assert_string_equal(f.items[0].message, message);
    free(found);
    findings_done(&f);
    free(all);
    free(text);
}

#define OPENAI "ray.serve.llm:build_openai_app\n      args:\n        llm_configs:\n"
#define LISTED(replicas)                                                                                               \
    "      deployments: [{name: 'LLMServer:mistral', num_replicas: " replicas ", max_replicas_per_node: 1}]\n"
#define MODEL "        - model_loading_config: {model_id: mistral}\n"

/* Their ingress has two replicas of its own; what counts is each model's deployment_config. */
static void models_of_ray_serve_llm_count(void **state)
{
    (void)state;
    found_with_models(OPENAI MODEL "          deployment_config: {num_replicas: 2}\n", "", NULL);
    found_with_models(OPENAI MODEL
                      "          deployment_config: {autoscaling_config: {min_replicas: 2, max_replicas: 4}}\n",
                      "", NULL);
    found_with_models(OPENAI MODEL
                      "          deployment_config: {autoscaling_config: {min_replicas: 1, max_replicas: 4}}\n",
                      "L17", "deployment mistral has 1 replica at least");
    found_with_models(OPENAI MODEL, "L17", "deployment mistral has 1 replica at least");
    found_with_models(OPENAI MODEL LISTED("2"), "", NULL); /* beside it, options of what the builder makes */
    found_with_models(OPENAI MODEL LISTED("1"), "L17", "deployment LLMServer:mistral has 1 replica at least");
    found_with_models(OPENAI "        - models/mistral.yaml\n", "L17?", NULL);
    found_with_models("ray.serve.llm:build_dp_openai_app\n", "L17?", NULL);
    found_with_models("my.app:build_openai_app\n", "L17", NULL); /* another's: it lists nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_proxies_are_on_the_workers),
        cmocka_unit_test(service_probe_and_proxies_have_one_port),
        cmocka_unit_test(a_route_goes_to_a_port_of_the_service),
        cmocka_unit_test(there_is_an_application),
        cmocka_unit_test(each_worker_pod_gets_a_replica),
        cmocka_unit_test(each_replica_finds_a_pod),
        cmocka_unit_test(a_replica_fits_into_the_widest_pod),
        cmocka_unit_test(models_of_ray_serve_llm_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
