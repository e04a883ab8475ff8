/* schema_table_test.c - the table that make_schema.py makes is one that schema_table.c can search, and searches in it.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/schema_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { DEPTH_MAX = 30, WORDS_MAX = 64 };

static const struct schema_type *type_of(const char *api_version, const char *kind)
{
    const struct schema_root *root = schema_root_of(api_version, kind);
    if (!root) fail_msg("%s %s is not in the table", api_version, kind);
    return schema_type_at(root->type);
}

/* Fields are sorted, nothing is in itself, lists of words end. */
static void check_type(const struct schema_type *t, unsigned depth)
{
    const struct schema_field *fields = schema_fields(t);
    const char *const *words = schema_words(t);
    size_t count = 0;
    assert_true(depth < DEPTH_MAX);
    while (words && words[count]) assert_true(++count < WORDS_MAX);
    for (int i = 0; i < t->count; i++) {
        if (i && strcmp(fields[i - 1].name, fields[i].name) >= 0) fail_msg("%s is not sorted", fields[i].name);
        assert_ptr_equal(schema_field_of(t, fields[i].name), &fields[i]);
        check_type(schema_type_at(fields[i].type), depth + 1);
    }
    const bool holds = t->kind == SCHEMA_KIND_LIST || t->kind == SCHEMA_KIND_MAP;
    assert_int_equal(holds, t->item >= 0);
    if (holds) check_type(schema_type_at(t->item), depth + 1);
}

static void the_table_is_a_forest(void **state)
{
    (void)state;
    static const char *const kinds[][2] = {
        {"ray.io/v1", "RayService"},
        {"ray.io/v1", "RayCluster"},
        {"ray.io/v1", "RayJob"},
        {"ray.io/v1", "RayCronJob"},
        {"ray.io/v1alpha1", "RayService"},
        {"v1", "Secret"},
        {"v1", "ConfigMap"},
        {"v1", "Service"},
        {"v1", "PersistentVolumeClaim"},
        {"v1", "Pod"},
        {"networking.k8s.io/v1", "Ingress"},
    };
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) check_type(type_of(kinds[i][0], kinds[i][1]), 0);
    assert_null(schema_root_of("v1", "RayService"));
    assert_null(schema_root_of(NULL, NULL));
}

static void fields_are_found_below(void **state)
{
    (void)state;
    char out[512];
    const struct schema_type *t = type_of("ray.io/v1", "RayService");
    assert_true(schema_find_below(t, "rayVersion", out, sizeof out));
    assert_string_equal(out, "spec.rayClusterConfig.rayVersion");
    t = schema_type_at(schema_field_of(t, "spec")->type);
    assert_true(schema_find_below(t, "groupName", out, sizeof out));
    assert_string_equal(out, "rayClusterConfig.workerGroupSpecs[].groupName");
    assert_false(schema_find_below(t, "nonesuch", out, sizeof out));
    assert_false(schema_find_below(t, "", out, sizeof out));
}

static void slips_are_recognized(void **state)
{
    (void)state;
    const struct schema_type *t = type_of("ray.io/v1", "RayService");
    t = schema_type_at(schema_field_of(t, "spec")->type);
    static const char *const cases[][2] = {{"serveconfigv2", "serveConfigV2"},
                                           {"serveConfig", "serveConfigV2"},
                                           {"rayClusterConfg", "rayClusterConfig"},
                                           {"rayClusterSpec", NULL},
                                           {"x", NULL},
                                           {"", NULL}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct schema_field *f = schema_field_like(t, cases[i][0]);
        if (!text_eq(f ? f->name : NULL, cases[i][1]) && (f || cases[i][1]))
            fail_msg("%s is taken for %s", cases[i][0], f ? f->name : "nothing");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_a_forest),
        cmocka_unit_test(fields_are_found_below),
        cmocka_unit_test(slips_are_recognized),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
