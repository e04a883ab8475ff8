/* record_test.c - Records: copied, compared, written, for every schema. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/record.h"
#include "tests/support/random_change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct pod *mistral_head(void)
{
    struct pod *p = record_new(TABLE_POD, "2f8d2c6e-9c1e");
    record_set(&p->ns, "mistral");
    record_set(&p->name, "mistral-44qn2-head-d4544");
    record_set(&p->role, "head");
    p->restarts = known_u64(0);
    p->is_ready = TRI_YES;
    p->ft = TRI_NO;
    struct container *c = RECORD_APPEND(p, list);
    record_set(&c->name, "ray-head");
    c->started = known_u64(1795440190299);
    c = RECORD_APPEND(p, list);
    record_set(&c->name, "autoscaler");
    c->exit_code = known_u64(137);
    return p;
}

static void new_record_knows_nothing(void **state)
{
    (void)state;
    struct pod *p = record_new(TABLE_POD, "uid");
    assert_int_equal(p->record.table, TABLE_POD);
    assert_string_equal(p->record.key, "uid");
    assert_null(p->name);
    assert_false(p->restarts.known);
    assert_int_equal(p->is_ready, TRI_UNKNOWN);
    assert_int_equal(p->list_count, 0);
    record_free(&p->record);
    record_free(NULL);
}

static void copy_is_its_own(void **state)
{
    (void)state;
    struct pod *p = mistral_head(), *copy = record_copy(&p->record);
    assert_true(record_equal(&p->record, &copy->record));
    assert_ptr_not_equal(p->name, copy->name);
    assert_ptr_not_equal(p->list, copy->list);
    assert_string_equal(copy->list[1].name, "autoscaler");
    record_set(&p->list[1].name, "gone");
    assert_string_equal(copy->list[1].name, "autoscaler");
    record_free(&p->record);
    assert_int_equal(copy->list[1].exit_code.value, 137);
    record_free(&copy->record);
}

/* Every way in which two pods can differ by one thing. */
static void size_is_of_all_that_hangs_on_it(void **state)
{
    (void)state;
    struct rayservice *r = record_new(TABLE_RAYSERVICE, "rs");
    size_t before = record_bytes(&r->record);
    record_set(&r->name, "mistral");
    assert_int_equal(record_bytes(&r->record) - before, strlen("mistral") + 1 + RECORD_ALLOCATION);
    for (int i = 0; i < 2; i++) {
        before = record_bytes(&r->record);
        struct deployment *d = RECORD_APPEND(r, deployments);
        const size_t empty = record_bytes(&r->record);
        assert_true(empty >= before + sizeof *d);
        record_set(&d->message, "import error");
        assert_int_equal(record_bytes(&r->record) - empty, strlen("import error") + 1 + RECORD_ALLOCATION);
    }
    record_free(&r->record);
}

static void text_upper(void *arg, char *text)
{
    (void)arg;
    for (; *text; text++) *text = (char)(*text >= 'a' && *text <= 'z' ? *text - 'a' + 'A' : *text);
}

static void each_text_is_of_lists_too(void **state)
{
    (void)state;
    struct rayservice *r = record_new(TABLE_RAYSERVICE, "rs");
    record_set(&r->name, "mistral");
    for (int i = 0; i < 2; i++) {
        struct deployment *d = RECORD_APPEND(r, deployments);
        record_set(&d->name, "model");
    }
    record_each_text(&r->record, text_upper, NULL);
    assert_string_equal(r->record.key, "RS");
    assert_string_equal(r->name, "MISTRAL");
    for (size_t i = 0; i < r->deployments_count; i++) assert_string_equal(r->deployments[i].name, "MODEL");
    record_free(&r->record);
}

static void equality_sees_one_difference(void **state)
{
    (void)state;
    for (int what = 0; what < 9; what++) {
        struct pod *a = mistral_head(), *b = mistral_head();
        assert_true(record_equal(&a->record, &b->record));
        switch (what) {
        case 0: record_set(&b->record.key, "other"); break;
        case 1: record_set(&b->name, NULL); break;
        case 2: b->restarts = UNKNOWN_U64; break;
        case 3: b->restarts = known_u64(1); break;
        case 4: b->ft = TRI_UNKNOWN; break;
        case 5: (void)RECORD_APPEND(b, list); break;
        case 6: record_set(&b->list[0].state, "Running"); break;
        case 7: b->list[1].exit_code = known_u64(0); break;
        case 8: record_set(&b->message, ""); break;
        }
        assert_false(record_equal(&a->record, &b->record));
        record_free(&a->record);
        record_free(&b->record);
    }
}

static void what_is_not_known_is_not_compared(void **state)
{
    (void)state;
    struct core *a = record_new(TABLE_CORE, "n/0"), *b = record_new(TABLE_CORE, "n/0");
    a->utilisation.value = 3;
    a->memory.value = 9;
    assert_true(record_equal(&a->record, &b->record));
    record_free(&a->record);
    record_free(&b->record);
}

static void json_is_as_written(void **state)
{
    (void)state;
    struct actor *a = record_new(TABLE_ACTOR, "ns/01");
    record_set(&a->class_name, "ServeReplica:app:mistral-7b");
    a->restarts = known_u64(0);
    a->started = known_u64(UINT64_MAX);
    a->detached = TRI_NO;
    coreset_add(&a->cores, 0);
    coreset_add(&a->cores, 1);
    cJSON *json = record_to_json(&a->record, RECORD_LEAVE_OUT);
    char *text = cJSON_PrintUnformatted(json);
    assert_string_equal(text, "{\"record\":\"actor\",\"key\":\"ns/01\",\"class_name\":\"ServeReplica:app:mistral-7b\","
                              "\"restarts\":0,\"started\":\"18446744073709551615\",\"cores\":[0,1],"
                              "\"detached\":false}");
    free(text);
    cJSON_Delete(json);
    json = record_to_json(&a->record, RECORD_AS_NULL);
    assert_true(cJSON_IsNull(json_get(json, "name")));
    assert_true(cJSON_IsNull(json_get(json, "pid")));
    assert_true(cJSON_IsFalse(json_get(json, "detached")));
    cJSON_Delete(json);
    record_free(&a->record);
}

static void redis_namespace_has_no_underscore(void **state)
{
    (void)state;
    struct redis *r = record_new(TABLE_REDIS, "redis"), *back = NULL;
    record_set(&r->namespace_, "3f0c");
    cJSON *json = record_to_json(&r->record, RECORD_LEAVE_OUT);
    assert_string_equal(json_str(json, "namespace"), "3f0c");
    struct record *out = NULL;
    assert_int_equal(record_from_json(json, &out, NULL), ERR_OK);
    back = (void *)out;
    assert_string_equal(back->namespace_, "3f0c");
    cJSON_Delete(json);
    record_free(&r->record);
    record_free(out);
}

static struct record *parse_record(const char *text, enum err *ret_err, struct why *why)
{
    struct record *r = NULL;
    cJSON *json = NULL;
    assert_int_equal(json_parse(text, strlen(text), &json, NULL), ERR_OK);
    *ret_err = record_from_json(json, &r, why);
    cJSON_Delete(json);
    return r;
}

static void json_that_is_no_record(void **state)
{
    (void)state;
    static const char *const bad[] = {"{}",
                                      "[]",
                                      "7",
                                      "{\"record\":\"pod\"}",
                                      "{\"record\":\"pod\",\"key\":\"\"}",
                                      "{\"record\":\"pods\",\"key\":\"x\"}",
                                      "{\"record\":null,\"key\":\"x\"}"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        enum err err;
        struct why why = {0};
        assert_null(parse_record(bad[i], &err, &why));
        assert_int_equal(err, ERR_PARSE);
        assert_true(strlen(why.text) > 0);
    }
}

/* Wrong types are unknown; what is foreign is made safe; indices beyond the set are left out. */
static void json_with_wrong_members(void **state)
{
    (void)state;
    enum err err;
    struct record *r =
        parse_record("{\"record\":\"pod\",\"key\":\"x\",\"name\":7,\"ns\":\"a\\u001b[31mb\",\"restarts\":-1,"
                     "\"ready\":\"12\",\"containers\":\"1x\",\"is_ready\":\"yes\",\"list\":{\"a\":1},"
                     "\"nothing\":1}",
                     &err, NULL);
    struct pod *p = (void *)r;
    assert_int_equal(err, ERR_OK);
    assert_null(p->name);
    assert_true(text_is_safe(p->ns, strlen(p->ns), TEXT_ONE_LINE));
    assert_false(p->restarts.known);
    assert_int_equal(p->ready.value, 12);
    assert_false(p->containers.known);
    assert_int_equal(p->is_ready, TRI_UNKNOWN);
    assert_int_equal(p->list_count, 0);
    record_free(r);
    r = parse_record("{\"record\":\"actor\",\"key\":\"x\",\"cores\":[0,-1,256,1e300,\"2\",11]}", &err, NULL);
    assert_int_equal(coreset_count(&((struct actor *)(void *)r)->cores), 2);
    record_free(r);
}

static void tables_have_names(void **state)
{
    (void)state;
    enum table t = TABLE_POD;
    assert_string_equal(table_name(TABLE_RAYSERVICE), "rayservice");
    assert_string_equal(table_name(TABLE_REQUEST), "request");
    assert_int_equal(table_from_name("no such", &t), ERR_NOT_FOUND);
    assert_int_equal(table_from_name(NULL, &t), ERR_NOT_FOUND);
    assert_int_equal(t, TABLE_POD);
    for (int i = 0; i < TABLE_COUNT; i++) {
        assert_int_equal(table_from_name(table_name((enum table)i), &t), ERR_OK);
        assert_int_equal(t, i);
    }
}

/* Whatever a record holds: its copy equals it, and so does what is read back from its JSON, in both ways to write. */
static void random_records_survive(void **state)
{
    (void)state;
    struct rng rng = {42};
    for (int i = 0; i < 3000; i++) {
        struct record *r = record_new((enum table)(i % TABLE_COUNT), "some/key"), *back = NULL;
        record_randomize(r, random_next, &rng);
        struct record *copy = record_copy(r);
        assert_true(record_equal(r, copy));
        cJSON *json = record_to_json(r, i % 2 ? RECORD_LEAVE_OUT : RECORD_AS_NULL);
        char *text = cJSON_PrintUnformatted(json);
        cJSON *parsed = NULL;
        assert_int_equal(json_parse(text, strlen(text), &parsed, NULL), ERR_OK);
        assert_int_equal(record_from_json(parsed, &back, NULL), ERR_OK);
        assert_true(record_equal(r, back));
        record_randomize(copy, random_next, &rng);
        cJSON_Delete(json);
        cJSON_Delete(parsed);
        free(text);
        record_free(r);
        record_free(copy);
        record_free(back);
    }
}

static void core_sets_are_worded(void **state)
{
    (void)state;
    char out[64];
    struct coreset set = {0};
    assert_string_equal(coreset_text(&set, out, sizeof out), "–");
    coreset_add(&set, CORESET_MAX);
    assert_string_equal(coreset_text(&set, out, sizeof out), "none");
    coreset_add(&set, 0);
    coreset_add(&set, 1);
    assert_string_equal(coreset_text(&set, out, sizeof out), "0,1");
    for (unsigned i = 4; i <= 11; i++) coreset_add(&set, i);
    assert_string_equal(coreset_text(&set, out, sizeof out), "0,1,4–11");
    coreset_add(&set, 255);
    assert_string_equal(coreset_text(&set, out, sizeof out), "0,1,4–11,255");
    assert_string_equal(coreset_text(&set, out, 5), "0,1");
    assert_int_equal(coreset_count(&set), 11);
    assert_false(coreset_has(&set, 256));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_record_knows_nothing),
        cmocka_unit_test(copy_is_its_own),
        cmocka_unit_test(size_is_of_all_that_hangs_on_it),
        cmocka_unit_test(each_text_is_of_lists_too),
        cmocka_unit_test(equality_sees_one_difference),
        cmocka_unit_test(what_is_not_known_is_not_compared),
        cmocka_unit_test(json_is_as_written),
        cmocka_unit_test(redis_namespace_has_no_underscore),
        cmocka_unit_test(json_that_is_no_record),
        cmocka_unit_test(json_with_wrong_members),
        cmocka_unit_test(tables_have_names),
        cmocka_unit_test(random_records_survive),
        cmocka_unit_test(core_sets_are_worded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
