/* serve_config_test.c - what is taken out of serveConfigV2 for the simulated Serve. */
#include "backends/sim/serve_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void deployments_with_cores_come_first(void **state)
{
    struct serve_config w;
    (void)state;
    serve_config_read("applications:\n"
                      "- name: chat\n"
                      "  route_prefix: /v2\n"
                      "  deployments:\n"
                      "  - {name: Door, num_replicas: 2, max_replicas_per_node: 1}\n"
                      "  - name: llm\n"
                      "    autoscaling_config: {min_replicas: 3}\n"
                      "    ray_actor_options: {resources: {neuron_cores: 4}}\n"
                      "- name: other\n",
                      &w);
    assert_string_equal(w.app, "chat");
    assert_string_equal(w.route, "/v2");
    assert_int_equal(w.count, 2);
    assert_string_equal(w.deployment[0].name, "llm");
    assert_int_equal(w.deployment[0].replicas, 3);
    assert_int_equal(w.deployment[0].cores, 4);
    assert_int_equal(w.deployment[0].per_node, 0);
    assert_string_equal(w.deployment[1].name, "Door");
    assert_int_equal(w.deployment[1].replicas, 2);
    assert_int_equal(w.deployment[1].cores, 0);
    assert_int_equal(w.deployment[1].per_node, 1);
    assert_int_equal(w.ingress, 1);
}

static void a_lone_model_gets_an_ingress(void **state)
{
    struct serve_config w;
    (void)state;
    serve_config_read("applications: [{name: app, deployments: [{name: llm, num_replicas: auto, ray_actor_options: "
                      "{resources: {neuron_cores: 2.0}}}]}]",
                      &w);
    assert_string_equal(w.route, "/");
    assert_int_equal(w.count, 2);
    assert_int_equal(w.deployment[0].replicas, 1);
    assert_int_equal(w.deployment[0].cores, 2);
    assert_string_equal(w.deployment[1].name, "app");
    assert_int_equal(w.ingress, 1);
    serve_config_read("applications: [{deployments: [{name: web}]}]", &w);
    assert_string_equal(w.app, "default");
    assert_int_equal(w.count, 1);
    assert_int_equal(w.ingress, 0);
}

static void what_is_no_configuration_is_the_recorded_one(void **state)
{
    static const char *const none[] = {NULL, "", "applications: []", "applications: [a]", "a: [", "applications: 3"};
    struct serve_config w;
    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        serve_config_read(none[i], &w);
        assert_string_equal(w.app, "mistral-deployment");
        assert_string_equal(w.deployment[0].name, "mistral-7b");
        assert_int_equal(w.count, 2);
    }
}

static void bad_values_are_bounded(void **state)
{
    struct serve_config w;
    (void)state;
    serve_config_read(
        "applications: [{name: \"a\\\"b\\\\c\\u00e9\", deployments: [{name: x, num_replicas: 99999999999}, "
        "{name: y, num_replicas: -3}, {name: z, num_replicas: lots}, {num_replicas: 2}, 7, {name: n4}, "
        "{name: n5}, {name: n6}, {name: n7}, {name: n8}, {name: n9}]}]",
        &w);
    assert_string_equal(w.app, "a_b_c__");
    assert_int_equal(w.count, SERVE_CONFIG_DEPLOYMENTS);
    assert_int_equal(w.deployment[0].replicas, SERVE_CONFIG_REPLICAS_MAX);
    assert_int_equal(w.deployment[1].replicas, 1);
    assert_int_equal(w.deployment[2].replicas, 1);
    assert_string_equal(w.deployment[7].name, "n8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deployments_with_cores_come_first),
        cmocka_unit_test(a_lone_model_gets_an_ingress),
        cmocka_unit_test(what_is_no_configuration_is_the_recorded_one),
        cmocka_unit_test(bad_values_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
