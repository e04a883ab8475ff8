/* json_test.c - JSON: what is taken, what is refused. */
#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static cJSON *parsed_json(const char *text)
{
    cJSON *tree = NULL;
    struct why why = {0};
    enum err err = json_parse(text, strlen(text), &tree, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(err, ERR_OK);
    return tree;
}

static void values_are_read(void **state)
{
    (void)state;
    cJSON *t = parsed_json(" {\"s\":\"\\u00e9\\n\\ud83d\\ude80\",\"n\":-1.5e3,\"u\":9007199254740992,\"str\":\"42\","
                           "\"yes\":true,\"no\":false,\"nil\":null,\"at\":\"2026-11-23T12:43:12Z\","
                           "\"a\":{\"b\":{\"c\":[1,2,3]}},\"A\":7} \r\n\t");
    assert_string_equal(json_str(t, "s"), "\xC3\xA9\n\xF0\x9F\x9A\x80");
    assert_null(json_str(t, "n"));
    assert_null(json_str(t, "nil"));
    assert_null(json_str(NULL, "s"));
    assert_true(json_f64(t, "n").known && json_f64(t, "n").value == -1500.0);
    assert_false(json_f64(t, "s").known);
    assert_true(json_u64(t, "u").known);
    assert_int_equal(json_u64(t, "u").value, UINT64_C(1) << 53);
    assert_int_equal(json_u64(t, "str").value, 42);
    assert_false(json_u64(t, "n").known);
    assert_false(json_u64(t, "nil").known);
    assert_false(json_u64(t, "s").known);
    assert_int_equal(json_bool(t, "yes"), TRI_YES);
    assert_int_equal(json_bool(t, "no"), TRI_NO);
    assert_int_equal(json_bool(t, "nil"), TRI_UNKNOWN);
    assert_int_equal(json_bool(t, "absent"), TRI_UNKNOWN);
    assert_int_equal(json_stamp(t, "at").value, UINT64_C(1795437792000));
    assert_false(json_stamp(t, "s").known);
    assert_int_equal(cJSON_GetArraySize(json_path(t, "a.b.c")), 3);
    assert_null(json_path(t, "a.x.c"));
    assert_null(json_path(t, "s.b"));
    assert_int_equal(json_u64(t, "A").value, 7);
    assert_true(cJSON_IsObject(json_get(t, "a")));
    unsigned sum = 0;
    JSON_EACH (item, json_path(t, "a.b.c")) sum += (unsigned)item->valuedouble;
    JSON_EACH (item, json_get(t, "s")) sum += 100;
    assert_int_equal(sum, 6);
    cJSON_Delete(t);
}

static void shown_is(const char *text, const char *expected)
{
    cJSON *t = NULL;
    struct why why = {0};
    assert_int_equal(json_parse_shown(text, strlen(text), &t, &why), ERR_OK);
    assert_string_equal(t->valuestring, expected);
    cJSON_Delete(t);
}

/* \u0000 is refused, but for what is only shown. */
static void a_nul_is_shown_where_that_is_asked_for(void **state)
{
    (void)state;
    cJSON *t = NULL;
    assert_int_equal(json_parse("\"a\\u0000b\"", 10, &t, NULL), ERR_PARSE);
    shown_is("\"a\\u0000b\\u0000\"", "a\\x00b\\x00");
    shown_is("\"a\\\\u0000b\"", "a\\u0000b"); /* a backslash, and then text */
    shown_is("\"\\\\\\u0000\"", "\\\\x00");
    shown_is("\"no nul\"", "no nul");
    assert_int_equal(json_parse_shown("\"\\u0000", 7, &t, NULL), ERR_PARSE);
    assert_int_equal(json_parse_shown("\"\\u000", 6, &t, NULL), ERR_PARSE);
    assert_null(t);
}

/* One value that cannot be read leaves the others as they are. */
static void a_bad_value_does_not_take_the_rest_with_it(void **state)
{
    (void)state;
    cJSON *t = NULL;
    shown_is("\"a\xff"
             "b\xc3\"",
             "a\\xffb\\xc3");
    shown_is("\"\xed\xa0\x80\"", "\\xed\\xa0\\x80"); /* a surrogate as UTF-8 */
    shown_is("\"a\tb\x01\"", "a\\x09b\\x01");
    shown_is("\"\\ud800\"", "\\ud800");
    shown_is("\"\\ud800\\u0041 \\udc00\"", "\\ud800A \\udc00");
    shown_is("\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80");
    shown_is("\"\\q \\u12\"", "\\q \\u12");
    static const char numbers[] = "{\"a\":NaN,\"b\":-Infinity,\"c\":1e999,\"d\":"
                                  "1111111111111111111111111111111111111111111111111111111111111111,\"e\":7}";
    assert_int_equal(json_parse_shown(numbers, sizeof numbers - 1, &t, NULL), ERR_OK);
    assert_true(cJSON_IsNull(json_get(t, "a")) && cJSON_IsNull(json_get(t, "b")) && cJSON_IsNull(json_get(t, "c")) &&
                cJSON_IsNull(json_get(t, "d")));
    assert_int_equal(json_u64(t, "e").value, 7);
    cJSON_Delete(t);
    t = NULL;

    struct buf deep;
    buf_init(&deep, 100000);
    buf_str(&deep, "[");
    for (int i = 0; i < 1000; i++) buf_str(&deep, "{\"a\":[");
    for (int i = 0; i < 1000; i++) buf_str(&deep, ",\"}\"]}");
    buf_str(&deep, ",\"the rest\"]");
    assert_int_equal(json_parse(deep.data, deep.len, &t, NULL), ERR_LIMIT);
    assert_int_equal(json_parse_shown(deep.data, deep.len, &t, NULL), ERR_OK);
    assert_string_equal(t->child->next->valuestring, "the rest");
    cJSON_Delete(t);
    buf_done(&deep);

    /* Grammar is not mended, and the reason is that of the text. */
    struct why why = {0};
    static const char *const broken[] = {"[1,", "{\"a\\u0000\":}", "[NaNx]", "[1e]", "\"\xff", "[}", "]", "", "- 1"};
    t = NULL;
    for (size_t i = 0; i < ARRAY_LEN(broken); i++)
        if (json_parse_shown(broken[i], strlen(broken[i]), &t, &why) == ERR_OK) fail_msg("%s", broken[i]);
    assert_null(t);
    assert_int_equal(json_parse_shown("{\"a\\u0000\":}", 13, &t, &why), ERR_PARSE);
    assert_string_equal(why.text, "byte 3: \\u0000 in a string");
}

static void fractions_and_large_numbers_are_no_u64(void **state)
{
    (void)state;
    cJSON *t = parsed_json("{\"f\":1.5,\"big\":9007199254740994,\"neg\":-1,\"tiny\":1e-400}");
    assert_false(json_u64(t, "f").known);
    assert_false(json_u64(t, "big").known);
    assert_false(json_u64(t, "neg").known);
    assert_true(json_f64(t, "tiny").known);
    cJSON_Delete(t);
}

static void what_is_wrong_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *why;
        enum err err;
    } cases[] = {
        {"", "byte 0: unexpected character", ERR_PARSE},
        {"   ", "byte 2: unexpected character", ERR_PARSE},
        {"{\"1\":1,", "byte 7: the text ends too early", ERR_PARSE},
        {"{\"a\":\"b", "byte 5: the string does not end", ERR_PARSE},
        {"{\"a\":\"\\u0000\"}", "byte 6: \\u0000 in a string", ERR_PARSE},
        {"{\"a\\u0000b\":1}", "byte 3: \\u0000 in a string", ERR_PARSE},
        {"[1e999]", "byte 1: a number too large", ERR_PARSE},
        {"[-1e999]", "byte 1: a number too large", ERR_PARSE},
        {"[01]", "byte 1: not a number", ERR_PARSE},
        {"[1.]", "byte 1: not a number", ERR_PARSE},
        {"[.5]", "byte 1: unexpected character", ERR_PARSE},
        {"[+5]", "byte 1: unexpected character", ERR_PARSE},
        {"[NaN]", "byte 1: unexpected character", ERR_PARSE},
        {"[-]", "byte 1: not a number", ERR_PARSE},
        {"[1] 2", "byte 4: more after the value", ERR_PARSE},
        {"{}{}", "byte 2: more after the value", ERR_PARSE},
        {"[\"\xff\"]", "byte 2: not UTF-8", ERR_PARSE},
        {"[\"\xED\xA0\x80\"]", "byte 2: not UTF-8", ERR_PARSE},
        {"[\"a\nb\"]", "byte 3: a control character in a string", ERR_PARSE},
        {"[\"\\x\"]", "byte 2: not an escape", ERR_PARSE},
        {"[\"\\u12g4\"]", "byte 2: not an escape", ERR_PARSE},
        {"[\"\\u12", "byte 2: the string does not end", ERR_PARSE},
        {"\xEF\xBB\xBF{}", "byte 0: unexpected character", ERR_PARSE},
        {"[1,]", "byte 3: unexpected character", ERR_PARSE},
        {"]", "byte 0: unexpected character", ERR_PARSE},
        {"[\x01]", "byte 1: unexpected character", ERR_PARSE},
        {"tru", "byte 0: unexpected character", ERR_PARSE},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        cJSON *t = (cJSON *)&cases;
        struct why why = {0};
        assert_int_equal(json_parse(cases[i].text, strlen(cases[i].text), &t, &why), cases[i].err);
        assert_string_equal(why.text, cases[i].why);
        assert_ptr_equal(t, &cases);
    }
}

/* Every prefix of a text, with nothing readable behind it: AddressSanitizer sees a byte read too far. */
static void a_cut_text_is_never_read_past_its_end(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":[1,-2.5e+3,\"\\u00e9x\",true,null],\"b\":{\"c\":\"\xE2\x82\xAC\"}}";
    for (size_t len = 0; len < sizeof text - 1; len++) {
        char *cut = mem_alloc(len);
        cJSON *t = NULL;
        memcpy(cut, text, len);
        assert_int_equal(json_parse(cut, len, &t, NULL), ERR_PARSE);
        free(cut);
    }
}

static char *text_repeated(char c, size_t n)
{
    char *text = mem_alloc(n + 1);
    memset(text, c, n);
    text[n] = '\0';
    return text;
}

static void depth_length_and_count_have_limits(void **state)
{
    (void)state;
    struct why why;
    cJSON *t = NULL;
    char *deep = text_repeated('[', 1000000);
    assert_int_equal(json_parse(deep, 1000000, &t, &why), ERR_LIMIT);
    assert_string_equal(why.text, "byte 64: nested too deep");
    free(deep);

    char *just = text_repeated('[', 2 * JSON_DEPTH);
    memset(just + JSON_DEPTH, ']', JSON_DEPTH);
    assert_int_equal(json_parse(just, 2 * JSON_DEPTH, &t, &why), ERR_OK);
    cJSON_Delete(t);
    free(just);

    char *many = text_repeated(',', JSON_VALUES + 10);
    assert_int_equal(json_parse(many, JSON_VALUES + 10, &t, &why), ERR_LIMIT);
    free(many);

    char *digits = text_repeated('9', 100);
    assert_int_equal(json_parse(digits, 100, &t, &why), ERR_PARSE);
    assert_string_equal(why.text, "byte 0: a number too long");
    free(digits);
}

static void printed_json_is_safe_and_the_same(void **state)
{
    (void)state;
    static const char text[] = "\x1b[1m\x7f\xC2\x9b\xE2\x80\xAE\xF0\x9F\x9A\x80\xF3\xA0\x80\x81 e\xCC\x81\t\"\\";
    cJSON *root = cJSON_CreateObject(), *again = NULL;
    cJSON_AddStringToObject(root, "name", text);
    cJSON_AddStringToObject(root, "bytes", "\xff\x9b");
    char *printed = json_text(root);
    assert_true(text_is_safe(printed, strlen(printed), TEXT_KEEP_LINES));
    assert_int_equal(json_parse(printed, strlen(printed), &again, NULL), ERR_OK);
    assert_string_equal(json_str(again, "name"), text);
    assert_string_equal(json_str(again, "bytes"), "\xEF\xBF\xBD\xEF\xBF\xBD");
    cJSON_Delete(again);
    cJSON_Delete(root);
    free(printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printed_json_is_safe_and_the_same),
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(a_nul_is_shown_where_that_is_asked_for),
        cmocka_unit_test(a_bad_value_does_not_take_the_rest_with_it),
        cmocka_unit_test(fractions_and_large_numbers_are_no_u64),
        cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
        cmocka_unit_test(a_cut_text_is_never_read_past_its_end),
        cmocka_unit_test(depth_length_and_count_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
