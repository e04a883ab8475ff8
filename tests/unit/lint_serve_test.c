/* lint_serve_test.c - K5 what Ray Serve refuses in serveConfigV2, K6 what it ignores there: edits of a clean manifest
 * that trip them, and some that do not. */
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
#define APP "    - import_path: app:app\n"
#define INGRESS "        max_replicas_per_node: 1\n      - name: model\n"
#define MORE(line) "        max_replicas_per_node: 1\n        " line "\n      - name: model\n"
#define OPTIONS "        ray_actor_options: {resources: {neuron_cores: 2}}\n"

static void the_top_level_is_serves(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {APPS, "    proxy_location: Everywhere\n" APPS, "K5",
         "serveConfigV2: proxy_location must be one of: Disabled HeadOnly EveryNode", 10},
        {APPS, "    proxy_location: $WHERE\n" APPS, "L2", NULL, 0},
        {APPS, "    proxy_location:\n" APPS, "K5", "serveConfigV2: proxy_location must not be null", 10},
        {APPS, "    target_capacity: 101\n" APPS, "K5", "serveConfigV2: target_capacity must be from 0 to 100", 10},
        {APPS, "    target_capacity: 50\n" APPS, "", NULL, 0},
        {APPS, "    target_capacity: null\n" APPS, "", NULL, 0},
        {APPS, "    http_options: 8000\n" APPS, "K5", "serveConfigV2: http_options must be a map", 10},
        {APPS, "    http_options: {port: 80a}\n" APPS, "K5", "serveConfigV2: http_options.port must be an integer", 10},
        {APPS, "    http_options: {port: \"8000\"}\n" APPS, "", NULL, 0}, /* Serve converts it */
        {APPS, "    http_options: {prot: 8000}\n" APPS, "K6",
         "serveConfigV2: http_options.prot is not a field and is ignored", 10},
        {APPS, "    http_options: {keep_alive_timeout: 5}\n" APPS, "K6",
         "serveConfigV2: http_options.keep_alive_timeout is not a field and is ignored; keep_alive_timeout_s is", 10},
        {APPS, "    port: 8000\n" APPS, "K6",
         "serveConfigV2: port is not a field and is ignored; it belongs in http_options", 10},
        {APPS, "    grpc_options: {port: 9000, grpc_servicer_functions: [a.b:c]}\n" APPS, "", NULL, 0},
        {APPS, "    grpc_options: {grpc_servicer_functions: [{}]}\n" APPS, "K5",
         "serveConfigV2: grpc_options.grpc_servicer_functions[0] must be a string", 10},
        {APPS, "    grpc_options: {grpc_servicer_functions: a.b:c}\n" APPS, "K5",
         "serveConfigV2: grpc_options.grpc_servicer_functions must be a list", 10},
        {APPS, "    logging_config: {log_level: debug}\n" APPS, "K5",
         "serveConfigV2: logging_config.log_level must be one of: "
         "CRITICAL FATAL ERROR WARNING WARN INFO DEBUG NOTSET",
         10},
        {APPS, "    logging_config: {log_level: 10, encoding: JSON, enable_access_log: \"no\"}\n" APPS, "", NULL, 0},
        {APPS, "    logging_config: {log_level: true}\n" APPS, "K5", NULL, 10},
        {APPS, "    logging_config: {log_level: \"5\"}\n" APPS, "K5", NULL, 10},
        {APPS, "    logging_config: {level: DEBUG}\n" APPS, "K5", "serveConfigV2: logging_config.level is not a field",
         10}, /* refused: it is a model that forbids others */
        {APPS, "    logging_config: {enable_access_log: perhaps}\n" APPS, "K5", NULL, 10},
        {APPS, "    applicatoins: []\n" APPS, "K6",
         "serveConfigV2: applicatoins is not a field and is ignored; applications is", 10},
        {APPS APP, "    applications: {name: x}\n    args:\n" APP, "K5 K6 L36", NULL, 9},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void an_application_is_serves(void **state)
{
    (void)state;
    static const char second[] = APPS "    - {name: b, import_path: b:app, route_prefix: /b, deployments: [{name: API, "
                                      "num_replicas: 2, max_replicas_per_node: 1}]}\n";
    static const struct lint_case cases[] = {
        {APP, "    - name: app\n", "K5", "serveConfigV2: applications[0].import_path is required", 11},
        {APP, "    - import_path: app\n", "K5",
         "serveConfigV2: applications[0].import_path must name the module and the application in it: module:app", 11},
        {APP, "    - import_path: a:b:c\n", "K5",
         "serveConfigV2: applications[0].import_path must have at most one colon", 11},
        {APP, "    - import_path: my.app\n", "", NULL, 0},
        {APP, "    - import_path: my.\n", "K5", NULL, 11},
        {APP, "    - import_path: [a]\n", "K5", "serveConfigV2: applications[0].import_path must be a single value",
         11},
        {APP, APP "      num_replicas: 2\n", "K6",
         "serveConfigV2: applications[0].num_replicas is not a field and is ignored; it belongs in deployments[]", 12},
        {APP, APP "      args: {anything: {goes: 1}}\n      runtime_env: {env_vars: {A: b}}\n", "", NULL, 0},
        {APP, APP "      args: 5\n", "K5", "serveConfigV2: applications[0].args must be a map", 12},
        {APP, APP "      port: 8000\n", "K5",
         "serveConfigV2: applications[0].port must not be set; port belongs in http_options", 12},
        {APP, APP "      name: \"\"\n", "K5", "serveConfigV2: applications[0].name must not be empty", 12},
        {APP, APP "      route_prefix: null\n", "", NULL, 0},
        {APP, APP "      runtime_env: {working_dir: ./src}\n", "K5",
         "serveConfigV2: applications[0].runtime_env.working_dir must be a remote URI (https://, s3://, gs:// ...): "
         "Serve takes no local path",
         12},
        {APP, APP "      runtime_env: {working_dir: \"https://x.example/a.zip\", py_modules: [\"s3://b/c.zip\"]}\n", "",
         NULL, 0},
        {APPS, second, "", NULL, 0},
        {APPS APP,
         APPS "    - {import_path: b:app, deployments: [{name: API, num_replicas: 2, "
              "max_replicas_per_node: 1}]}\n" APP,
         "K5", "serveConfigV2: two applications have the name default, the default", 12},
        {APPS APP,
         APPS "    - {name: b, import_path: b:app, deployments: [{name: API, num_replicas: 2, "
              "max_replicas_per_node: 1}]}\n" APP,
         "K5", "serveConfigV2: two applications have the route_prefix /, the default", 12},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void a_deployment_is_serves(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"num_replicas: 2\n", "num_replicas: two\n", "K5 L17",
         "serveConfigV2: applications[0].deployments[0].num_replicas must be an integer or \"auto\"", 14},
        {"num_replicas: 2\n", "num_replicas: 0\n", "K5 L17", NULL, 14},
        {"num_replicas: 2\n", "num_replicas: \"2\"\n", "", NULL, 0}, /* Ray 2.22 converts it */
        {"num_replicas: 2\n", "num_replicas: 2\n        autoscaling_config: {min_replicas: 2, max_replicas: 2}\n", "K5",
         "serveConfigV2: applications[0].deployments[0]: num_replicas is not allowed beside autoscaling_config, "
         "unless it is auto",
         14},
        {"num_replicas: 2\n", "num_replicas: auto\n        autoscaling_config: {min_replicas: 2, max_replicas: 2}\n",
         "", NULL, 0},
        {INGRESS, MORE("max_ongoing_requests: 0"), "K5",
         "serveConfigV2: applications[0].deployments[0].max_ongoing_requests must be greater than 0", 16},
        {INGRESS, MORE("max_ongoing_requests: 5"), "", NULL, 0},
        {INGRESS, MORE("max_ongoing_request: 5"), "K6",
         "serveConfigV2: applications[0].deployments[0].max_ongoing_request is not a field and is ignored; "
         "max_ongoing_requests is",
         16},
        {INGRESS, MORE("max_queued_requests: 0"), "K5", NULL, 16},
        {INGRESS, MORE("max_queued_requests: true"), "K5", NULL, 16},
        {INGRESS, MORE("max_queued_requests: -1"), "", NULL, 0},
        {INGRESS, MORE("min_replicas: 2"), "K6",
         "serveConfigV2: applications[0].deployments[0].min_replicas is not a field and is ignored; it belongs in "
         "deployments[].autoscaling_config",
         16},
        {INGRESS, MORE("import_path: a:b"), "K6", NULL, 16},
        {INGRESS, MORE("user_config: {a: 1}"), "", NULL, 0},
        {INGRESS, MORE("user_config: [1]"), "K5", NULL, 16},
        {INGRESS, MORE("placement_group_bundles: [{CPU: 1}]"), "K5", NULL, 15},
        {INGRESS, MORE("health_check_period_s: ${PERIOD}"), "L2", NULL, 0},
        {OPTIONS, "        ray_actor_options: {num_cpus: -1, resources: {neuron_cores: 2}}\n", "K5",
         "serveConfigV2: applications[0].deployments[1].ray_actor_options.num_cpus must be 0 or more", 19},
        {OPTIONS, "        ray_actor_options: {num_cpus: \"1\", memory: null, resources: {neuron_cores: 2}}\n", "",
         NULL, 0},
        {OPTIONS, "        ray_actor_options: {num_cpu: 1, resources: {neuron_cores: 2}}\n", "K6", NULL, 19},
        {"max_replicas: 4}", "max_replicas: 1}", "K5",
         "serveConfigV2: applications[0].deployments[1].autoscaling_config: max_replicas must be at least min_replicas",
         18},
        {"{min_replicas: 2, max_replicas: 4}", "{min_replicas: 2}", "K5",
         "serveConfigV2: applications[0].deployments[1].autoscaling_config: max_replicas must be at least "
         "min_replicas; "
         "it is 1 unless set",
         18},
        {"        autoscaling_config: {min_replicas: 2, max_replicas: 4}\n",
         "        num_replicas: auto\n        autoscaling_config: {min_replicas: 2}\n", "", NULL, 0},
        {"max_replicas: 4}", "max_replicas: many}", "K5", NULL, 18},
        {"max_replicas: 4}", "max_replicas: 4, initial_replicas: 5}", "K5", NULL, 18},
        {"max_replicas: 4}", "max_replicas: 4, initial_replicas: 3, upscale_delay_s: 0}", "", NULL, 0},
        {"max_replicas: 4}", "max_replicas: 4, target_ongoing_request: 3}", "K6", NULL, 18},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

/* Ray 2.60 converts numbers to strings no longer, nor fractions to integers; older Ray does. */
static void newer_ray_converts_less(void **state)
{
    (void)state;
    static const struct {
        const char *old, *with;
    } edits[] = {
        {"num_replicas: 2\n", "num_replicas: \"2\"\n"},
        {"      - name: Ingress\n", "      - name: 5\n        user_config: {api: 1}\n"},
        {INGRESS, MORE("max_ongoing_requests: 2.5")},
    };
    for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
        char *text = lint_edited(edits[i].old, edits[i].with), *version = strstr(text, "2.22.0\"");
        struct findings f = lint_run(text, NULL);
        assert_null(lint_first(&f, RULE_K5));
        findings_done(&f);
        memcpy(version, "2.60.0", 6);
        f = lint_run(text, NULL);
        assert_non_null(lint_first(&f, RULE_K5));
        findings_done(&f);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_top_level_is_serves),
        cmocka_unit_test(an_application_is_serves),
        cmocka_unit_test(a_deployment_is_serves),
        cmocka_unit_test(newer_ray_converts_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
