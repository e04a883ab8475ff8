/* change_test.c - Changes, and their JSON. */
#include "backends/base/mem.h"
#include "backends/world/change.h"
#include "tests/support/random_change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *line_of(const struct change *c)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    assert_int_equal(change_to_json(c, &b), ERR_OK);
    return buf_take(&b);
}

static void changes_own_what_they_say(void **state)
{
    (void)state;
    char source[] = "kube/pods", why[] = "refused";
    struct change *c = change_source(source, WORLD_KUBE, SOURCE_DOWN, ERR_REFUSED, why, NULL);
    source[0] = why[0] = 'X';
    assert_string_equal(c->source, "kube/pods");
    assert_string_equal(c->why, "refused");
    assert_null(c->detail);
    change_free(c);
    change_free(NULL);
    c = change_new(CHANGE_ALIVE, NULL, WORLD_REDIS);
    assert_string_equal(c->source, "");
    change_free(c);
}

static void a_line_is_as_written(void **state)
{
    (void)state;
    struct request *q = record_new(TABLE_REQUEST, "7");
    record_set(&q->kind, "probe");
    struct change *c = change_put("serve", WORLD_SERVE, &q->record);
    c->at_ms = 12;
    c->wall_ms = 1795440528077;
    char *line = line_of(c);
    assert_string_equal(line,
                        "{\"type\":\"put\",\"at\":12,\"wall\":1795440528077,\"world\":\"serve\","
                        "\"source\":\"serve\",\"put\":{\"record\":\"request\",\"key\":\"7\",\"kind\":\"probe\"}}");
    free(line);
    change_free(c);
    c = change_new(CHANGE_DELETED, "kube/pods", WORLD_KUBE);
    c->key = mem_str("uid");
    c->detail = mem_str("mistral/head");
    c->number = UINT64_MAX;
    line = line_of(c);
    assert_string_equal(line, "{\"type\":\"deleted\",\"at\":0,\"wall\":0,\"world\":\"kube\",\"source\":\"kube/pods\","
                              "\"detail\":\"mistral/head\",\"key\":\"uid\",\"number\":\"18446744073709551615\"}");
    free(line);
    change_free(c);
}

static void a_kill_keeps_whom_and_how_long_it_took(void **state)
{
    (void)state;
    static const char written[] =
        "{\"type\":\"killed\",\"at\":9000,\"wall\":1795440528077,\"world\":\"kube\",\"source\":\"kube/pods\","
        "\"why\":\"killed gcs_server, pid 57\",\"detail\":\"mistral/head\",\"key\":\"uid\",\"number\":150}";
    struct change *c = NULL;
    assert_int_equal(change_from_json(written, strlen(written), &c, NULL), ERR_OK);
    assert_int_equal(c->type, CHANGE_KILLED);
    assert_int_equal(c->number, 150);
    char *line = line_of(c);
    assert_string_equal(line, written);
    free(line);
    change_free(c);
    static const char without[] = "{\"type\":\"killed\",\"world\":\"kube\",\"source\":\"kube/pods\"}";
    assert_int_equal(change_from_json(without, strlen(without), &c, NULL), ERR_PARSE);
}

static void same_change(const struct change *a, const struct change *b)
{
    char *x = line_of(a), *y = line_of(b);
    assert_string_equal(x, y);
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->world, b->world);
    assert_int_equal(a->at_ms, b->at_ms);
    assert_int_equal(a->number, b->number);
    if (a->record) assert_true(record_equal(a->record, b->record));
    if (a->type == CHANGE_SOURCE) {
        assert_int_equal(a->state, b->state);
        assert_int_equal(a->err, b->err);
    }
    free(x);
    free(y);
}

static void random_changes_survive_a_recording(void **state)
{
    (void)state;
    struct rng rng = {7};
    uint64_t clock = 1;
    for (int i = 0; i < 5000; i++) {
        struct change *c = random_change(&rng, &clock), *back = NULL;
        char *line = line_of(c);
        assert_null(strchr(line, '\n'));
        assert_int_equal(change_from_json(line, strlen(line), &back, NULL), ERR_OK);
        same_change(c, back);
        free(line);
        change_free(c);
        change_free(back);
    }
}

static void a_line_too_long_for_its_buffer(void **state)
{
    (void)state;
    struct change *c = change_new(CHANGE_ALIVE, "redis", WORLD_REDIS);
    struct buf b;
    buf_init(&b, 10);
    assert_int_equal(change_to_json(c, &b), ERR_LIMIT);
    assert_int_equal(b.len, 0);
    buf_done(&b);
    change_free(c);
}

static void lines_that_are_no_change(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "null",
        "{}",
        "{\"type\":\"put\"}",
        "{\"type\":\"put\",\"world\":\"kube\"}",
        "{\"type\":\"put\",\"world\":\"kube\",\"source\":\"s\"}",
        "{\"type\":\"put\",\"world\":\"kube\",\"source\":\"s\",\"put\":{\"record\":\"pod\"}}",
        "{\"type\":\"puts\",\"world\":\"kube\",\"source\":\"s\"}",
        "{\"type\":\"alive\",\"world\":\"mars\",\"source\":\"s\"}",
        "{\"type\":\"source\",\"world\":\"kube\",\"source\":\"s\",\"state\":\"odd\"}",
        "{\"type\":\"gone\",\"world\":\"kube\",\"source\":\"s\",\"table\":\"pod\"}",
        "{\"type\":\"gone\",\"world\":\"kube\",\"source\":\"s\",\"key\":\"x\"}",
        "{\"type\":\"relist\",\"world\":\"kube\",\"source\":\"s\",\"table\":\"pots\"}",
        "{\"type\":\"deleted\",\"world\":\"kube\",\"source\":\"s\"}",
        "{\"type\":\"alive\",\"world\":\"kube\",\"source\":\"s\"} x",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct change *c = NULL;
        struct why why = {0};
        assert_int_equal(change_from_json(bad[i], strlen(bad[i]), &c, &why), ERR_PARSE);
        assert_null(c);
        assert_true(strlen(why.text) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_own_what_they_say),          cmocka_unit_test(a_line_is_as_written),
        cmocka_unit_test(random_changes_survive_a_recording), cmocka_unit_test(a_line_too_long_for_its_buffer),
        cmocka_unit_test(lines_that_are_no_change),           cmocka_unit_test(a_kill_keeps_whom_and_how_long_it_took),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
