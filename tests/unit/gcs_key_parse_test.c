/* gcs_key_parse_test.c - Keys and fields as Ray 2.60 (one hash a table) and 2.22 (one hash) write them. */
#include "backends/redis/gcs_key_parse.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void assert_span(struct gcs_span got, const char *want, size_t len)
{
    assert_int_equal(got.len, len);
    assert_memory_equal(got.at, want, len);
}

static void test_key(void **state)
{
    (void)state;
    struct gcs_span ns, table;
    static const char key[] = "RAYmistral-raycluster-7hq2x@PLACEMENT_GROUP";
    assert_true(gcs_key_split(key, sizeof key - 1, &ns, &table));
    assert_span(ns, "mistral-raycluster-7hq2x", 24);
    assert_span(table, "PLACEMENT_GROUP", 15);
    static const char odd[] = "RAYme@home@KV";
    assert_true(gcs_key_split(odd, sizeof odd - 1, &ns, &table));
    assert_span(ns, "me@home", 7);
}

static void test_no_key(void **state)
{
    (void)state;
    struct gcs_span ns = {0}, table = {0};
    static const char *const keys[] = {
        "", "RAY", "RAYx", "RAY@KV", "RAYx@", "rayx@KV", "RAYx@JobCounter", "x@KV", "RAYx@KV\n", "RAYmist@KV x"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (gcs_key_split(keys[i], strlen(keys[i]), &ns, &table)) fail_msg("%s", keys[i]);
    char large[GCS_NAME_MAX + 16];
    memset(large, 'a', sizeof large);
    memcpy(large, "RAY", 3);
    memcpy(large + sizeof large - 3, "@KV", 3);
    assert_false(gcs_key_split(large, sizeof large, &ns, &table));
}

static void test_field(void **state)
{
    (void)state;
    struct gcs_span table, id;
    const struct gcs_span ns = {"default", 7};
    static const char actor[] = "default@ACTOR:\x01:@\x00\xff";
    assert_true(gcs_field_split(ns, actor, sizeof actor - 1, &table, &id));
    assert_span(table, "ACTOR", 5);
    assert_span(id, "\x01:@\x00\xff", 5);
    static const char kv[] = "default@KV:@namespace_fun:ActorClass:01000000:\xfe'\"";
    assert_true(gcs_field_split(ns, kv, sizeof kv - 1, &table, &id));
    assert_int_equal(gcs_table_of(table), GCS_KV);
    static const char counter[] = "default@:JobCounter";
    assert_true(gcs_field_split(ns, counter, sizeof counter - 1, &table, &id));
    assert_int_equal(table.len, 0);
    assert_span(id, "JobCounter", 10);
    static const char *const other[] = {"default",       "default@",   "default@KV",
                                        "defaultx@KV:a", "other@KV:a", "default@kv:a"};
    for (size_t i = 0; i < ARRAY_LEN(other); i++)
        assert_false(gcs_field_split(ns, other[i], strlen(other[i]), &table, &id));
}

static void test_tables(void **state)
{
    (void)state;
    for (int t = 0; t < GCS_TABLES; t++) {
        const char *word = gcs_table_word((enum gcs_table)t);
        assert_int_equal(gcs_table_of((struct gcs_span){word, strlen(word)}), t);
        assert_int_equal(gcs_table_has_records((enum gcs_table)t), t != GCS_KV);
    }
    assert_null(gcs_table_word(GCS_OTHER));
    assert_int_equal(gcs_table_of((struct gcs_span){"ACTOR_TASK_SPEC", 15}), GCS_OTHER);
    assert_false(gcs_table_has_records(GCS_OTHER));
}

static void test_kv(void **state)
{
    (void)state;
    struct gcs_span space, name;
    static const char fun[] = "@namespace_fun:ActorClass:01000000:\xf0:\x00";
    gcs_kv_split(fun, sizeof fun - 1, &space, &name);
    assert_span(space, "fun", 3);
    assert_span(name, fun + 15, sizeof fun - 1 - 15);
    gcs_kv_split("gcs_pid", 7, &space, &name);
    assert_int_equal(space.len, 0);
    assert_span(name, "gcs_pid", 7);
    gcs_kv_split("@namespace_x", 12, &space, &name);
    assert_int_equal(space.len, 0);
}

static void checkpoint_is(const char *field, const char *want)
{
    struct gcs_span name;
    const bool is = gcs_checkpoint_name(field, strlen(field), &name);
    assert_int_equal(is, want != NULL);
    if (want) assert_span(name, want, strlen(want));
}

static void test_checkpoints(void **state)
{
    (void)state;
    checkpoint_is("@namespace_serve:ray-serve-_ray_internal_dashboard-serve-app-config-checkpoint", "app-config");
    checkpoint_is("@namespace_serve:ray-serve-serve-serve-endpoint-state-checkpoint", "endpoint-state");
    checkpoint_is("@namespace_serve:ray-serve-x-serve-y-serve-logging-config-checkpoint", "logging-config");
    checkpoint_is("@namespace_serve:ray-serve-serve-checkpoint", NULL);
    checkpoint_is("@namespace_serve:ray-serve-a-serve--checkpoint", NULL);
    checkpoint_is("@namespace_fun:ray-serve-a-serve-b-checkpoint", NULL);
    checkpoint_is("@namespace_serve:ray-serve--checkpoint", NULL);
    checkpoint_is("@namespace_serve:", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key),    cmocka_unit_test(test_no_key), cmocka_unit_test(test_field),
        cmocka_unit_test(test_tables), cmocka_unit_test(test_kv),     cmocka_unit_test(test_checkpoints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
