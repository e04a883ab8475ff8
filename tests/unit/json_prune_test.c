/* json_prune_test.c - JSON without what nobody reads. */
#include "backends/kube/json_prune.h"
#include "backends/kube/kube_parse.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"x", "long name", NULL};

static void prune_check(const char *in, const char *out)
{
    size_t len;
    char *got = json_prune(in, strlen(in), names, &len);
    assert_string_equal(got, out);
    assert_int_equal(len, strlen(out));
    free(got);
}

static void values_of_every_sort_become_null(void **state)
{
    (void)state;
    prune_check("{\"a\":1,\"x\":{\"b\":[1,{\"c\":\"}\"}]},\"d\":2}", "{\"a\":1,\"x\":null,\"d\":2}");
    prune_check("{\"x\" : [\"]\",[]] , \"y\":3}", "{\"x\" :null , \"y\":3}");
    prune_check("{\"x\":\"a\\\"b,\\\\\",\"y\":3}", "{\"x\":null,\"y\":3}");
    prune_check("{\"x\":12}", "{\"x\":null}");
    prune_check("{\"x\":1}", "{\"x\":null}");
    prune_check("{\"x\":true,\"x\":1,\"x\":2}", "{\"x\":null,\"x\":null,\"x\":null}");
    prune_check("[{\"long name\":\n{}\n}]", "[{\"long name\":null\n}]");
}

static void what_only_looks_like_it_stays(void **state)
{
    (void)state;
    prune_check("{\"y\":\"x\",\"z\":[\"x\"]}", "{\"y\":\"x\",\"z\":[\"x\"]}");
    prune_check("{\"y\":\"\\\"x\\\":1\"}", "{\"y\":\"\\\"x\\\":1\"}");
    prune_check("{\"xx\":1,\"\":2,\"\\u0078\":3}", "{\"xx\":1,\"\":2,\"\\u0078\":3}");
    prune_check("", "");
}

static void malformed_stays_malformed(void **state)
{
    (void)state;
    prune_check("{\"x\":{\"a\":1", "{\"x\":null");
    prune_check("{\"x\":\"a", "{\"x\":null");
    prune_check("{\"x", "{\"x");
    prune_check("{\"x\":", "{\"x\":null");
    prune_check("{\"x\":}]", "{\"x\":null}]");
    prune_check("\"", "\"");
    prune_check("\"\\", "\"\\");
    prune_check("\"x\":,\"x\":,\"x\":,\"x\":,", "\"x\":null,\"x\":null,\"x\":null,\"x\":null,");
}

/* A page as it came gives the same records as its objects taken whole. */
static void nothing_that_is_read_is_lost(void **state)
{
    (void)state;
    size_t len, n = 0;
    struct kube_page page;
    struct why why = {0};
    char *bytes = fixture_read("tests/fixtures/kube/untrimmed.pods.json", &len);
    cJSON *whole = fixture_json("tests/fixtures/kube/untrimmed.pods.json");
    assert_non_null(strstr(bytes, "\"managedFields\""));
    assert_int_equal(kube_parse_page(TABLE_POD, bytes, len, &page, &why), ERR_OK);
    JSON_EACH (obj, json_get(whole, "items")) {
        struct record *r = NULL;
        assert_int_equal(kube_parse_object(TABLE_POD, obj, &r, &why), ERR_OK);
        assert_true(record_equal(r, page.items[n++]));
        record_free(r);
    }
    assert_int_equal(n, 2);
    assert_int_equal(page.count, 2);
    kube_page_done(&page);
    cJSON_Delete(whole);
    free(bytes);
}

static void errors_are_those_of_the_whole_text(void **state)
{
    (void)state;
    struct kube_page page;
    struct why why = {0};
    const char *bad = "{\"managedFields\":{\"a\":[1,2,3]},\"b\":?}";
    assert_int_equal(kube_parse_page(TABLE_POD, bad, strlen(bad), &page, &why), ERR_PARSE);
    assert_int_equal(strncmp(why.text, "byte 35", 7), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_sort_become_null),   cmocka_unit_test(what_only_looks_like_it_stays),
        cmocka_unit_test(malformed_stays_malformed),          cmocka_unit_test(nothing_that_is_read_is_lost),
        cmocka_unit_test(errors_are_those_of_the_whole_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
