/* cleanup_race_test.c - what somebody else does while a clean-up waits for its answer is not destroyed with it. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "tests/support/deploy_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define YAML "application/apply-patch+yaml"
#define NAMESPACE "/api/v1/namespaces/mistral"
#define AS "?fieldManager=someone"
#define OURS ",\"labels\":{\"app.kubernetes.io/managed-by\":\"raydeck\"}"

static void object_put(struct deploy_harness *r, const char *path, const char *api, const char *kind, const char *name,
                       const char *meta)
{
    char *to = mem_printf("%s/%s" AS, path, name);
    char *body =
        mem_printf("{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"name\":\"%s\"%s}}", api, kind, name, meta);
    cJSON_Delete(sim_fixture_ask(r->sim, "PATCH", to, YAML, body, 201));
    free(to);
    free(body);
}

static void config_map_put(struct deploy_harness *r, const char *name, const char *meta)
{
    object_put(r, NAMESPACE "/configmaps", "v1", "ConfigMap", name, meta);
}

/* A namespace that raydeck made, with one ConfigMap of its own in it. */
static int race_setup(void **state)
{
    struct deploy_harness *r =
        deploy_harness_new(&(struct sim_conf){.seed = 5, .speed = 50, .no_redis = true, .empty = true});
    object_put(r, "/api/v1/namespaces", "v1", "Namespace", "mistral", OURS);
    config_map_put(r, "ours", OURS);
    *state = r;
    return 0;
}

static int race_teardown(void **state)
{
    deploy_harness_free(*state);
    return 0;
}

static void all_of_ours_goes(void **state)
{
    struct deploy_harness *r = *state;
    deploy_harness_cleanup(r);
    deploy_harness_answer(r, true);
    if (r->err) fail_msg("%s\n%s", r->why, r->said);
    deploy_harness_said(r, "  namespace: namespace/mistral is gone\n");
    cJSON_Delete(sim_fixture_get(r->sim, NAMESPACE, 404));
}

static void what_came_while_it_was_asked_keeps_the_namespace(void **state)
{
    struct deploy_harness *r = *state;
    deploy_harness_cleanup(r);
    config_map_put(r, "theirs", "");
    deploy_harness_answer(r, true);
    assert_int_equal(r->err, ERR_CONFLICT);
    deploy_harness_said(r, "# namespace: namespace/mistral kept: new since it was shown: configmap/theirs\n");
    cJSON_Delete(sim_fixture_get(r->sim, NAMESPACE "/configmaps/theirs", 200));
    cJSON_Delete(sim_fixture_get(r->sim, NAMESPACE "/configmaps/ours", 404));
    cJSON_Delete(sim_fixture_get(r->sim, NAMESPACE, 200));
}

/* Also what has raydeck's label: it was not shown. */
static void what_another_raydeck_made_meanwhile_stays(void **state)
{
    struct deploy_harness *r = *state;
    deploy_harness_cleanup(r);
    config_map_put(r, "second", OURS);
    deploy_harness_answer(r, true);
    assert_int_equal(r->err, ERR_CONFLICT);
    deploy_harness_said(r, "new since it was shown: configmap/second\n");
    cJSON_Delete(sim_fixture_get(r->sim, NAMESPACE "/configmaps/second", 200));
}

/* Not the one that was shown, under its name. */
static void one_that_was_replaced_stays_and_keeps_the_namespace(void **state)
{
    struct deploy_harness *r = *state;
    deploy_harness_cleanup(r);
    cJSON_Delete(sim_fixture_ask(r->sim, "DELETE", NAMESPACE "/configmaps/ours", NULL, NULL, 200));
    config_map_put(r, "ours", OURS);
    deploy_harness_answer(r, true);
    assert_int_equal(r->err, ERR_CONFLICT);
    deploy_harness_said(r, "configmap/ours was replaced since it was shown: not deleted\n");
    deploy_harness_said(r, "new since it was shown: configmap/ours\n");
    cJSON_Delete(sim_fixture_get(r->sim, NAMESPACE "/configmaps/ours", 200));
}

/* Of whatever kind: which there are, the server says. */
static void a_kind_that_nobody_listed_counts_too(void **state)
{
    struct deploy_harness *r = *state;
    deploy_harness_cleanup(r);
    object_put(r, "/apis/coordination.k8s.io/v1/namespaces/mistral/leases", "coordination.k8s.io/v1", "Lease", "theirs",
               "");
    deploy_harness_answer(r, true);
    assert_int_equal(r->err, ERR_CONFLICT);
    deploy_harness_said(r, "new since it was shown: lease.coordination.k8s.io/theirs\n");
    cJSON_Delete(sim_fixture_get(r->sim, NAMESPACE, 200));
    /* And before the question. */
    deploy_harness_cleanup(r);
    deploy_harness_said(r, "  read: namespace/mistral, kept: it contains lease.coordination.k8s.io/theirs\n");
}

/* The namespace itself was given to somebody else. */
static void a_namespace_that_changed_hands_stays(void **state)
{
    struct deploy_harness *r = *state;
    deploy_harness_cleanup(r);
    cJSON_Delete(
        sim_fixture_ask(r->sim, "PATCH", NAMESPACE AS "&force=true", YAML,
                        "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"mistral\",\"labels\":"
                        "{\"app.kubernetes.io/managed-by\":\"helm\"}}}",
                        200));
    deploy_harness_answer(r, true);
    assert_int_equal(r->err, ERR_CONFLICT);
    deploy_harness_said(r, "# namespace: namespace/mistral kept: it no longer has raydeck's label\n");
    cJSON_Delete(sim_fixture_get(r->sim, NAMESPACE, 200));
}

/* What the namespace holds, or whose it is, cannot be read any more: it stays. */
static void a_namespace_that_cannot_be_read_stays(void **state)
{
    struct deploy_harness *r = *state;
    static const struct {
        const char *deny, *said;
    } cases[] = {
        {"deny get namespaces", "# namespace: namespace/mistral kept: namespaces \"mistral\" is forbidden"},
        {"deny list secrets", "kept: its secrets could not be listed: secrets is forbidden"},
        {"deny delete namespaces", "# namespace: namespace/mistral: namespaces \"mistral\" is forbidden"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (i) race_teardown(state);
        if (i) race_setup(state);
        r = *state;
        deploy_harness_cleanup(r);
        sim_fixture_say(r->sim, cases[i].deny);
        deploy_harness_answer(r, true);
        assert_int_equal(r->err, ERR_FORBIDDEN);
        assert_string_equal(r->why, "not everything was deleted; cleanup can safely be run again");
        deploy_harness_said(r, cases[i].said);
        deploy_harness_said(r, "= namespace failed\n");
        if (strstr(r->said, "namespace/mistral deleted") || strstr(r->said, "is gone")) fail_msg("%s", r->said);
        if (strcmp(cases[i].deny, "deny get namespaces") != 0) cJSON_Delete(sim_fixture_get(r->sim, NAMESPACE, 200));
    }
}

static void without_permission_the_engine_refuses_by_itself(void **state)
{
    struct deploy_harness *r = *state;
    deploy_harness_cleanup(r);
    r->no = "READ-ONLY again";
    deploy_harness_answer(r, true);
    assert_int_equal(r->err, ERR_GUARD);
    assert_string_equal(r->why, "READ-ONLY again: nothing was deleted");
    deploy_harness_said(r, "# confirm: READ-ONLY again\n= confirm failed\n");
    cJSON_Delete(sim_fixture_get(r->sim, NAMESPACE "/configmaps/ours", 200));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_of_ours_goes, race_setup, race_teardown),
        cmocka_unit_test_setup_teardown(what_came_while_it_was_asked_keeps_the_namespace, race_setup, race_teardown),
        cmocka_unit_test_setup_teardown(what_another_raydeck_made_meanwhile_stays, race_setup, race_teardown),
        cmocka_unit_test_setup_teardown(one_that_was_replaced_stays_and_keeps_the_namespace, race_setup, race_teardown),
        cmocka_unit_test_setup_teardown(a_namespace_that_cannot_be_read_stays, race_setup, race_teardown),
        cmocka_unit_test_setup_teardown(a_kind_that_nobody_listed_counts_too, race_setup, race_teardown),
        cmocka_unit_test_setup_teardown(a_namespace_that_changed_hands_stays, race_setup, race_teardown),
        cmocka_unit_test_setup_teardown(without_permission_the_engine_refuses_by_itself, race_setup, race_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
