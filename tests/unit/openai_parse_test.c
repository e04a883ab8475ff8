/* openai_parse_test.c - chat completions in pieces and whole, errors in their three spellings, models, the question. */
#include "backends/serve/openai_parse.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/serve/sse_parse.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIX "tests/fixtures/serve/"

struct whole {
    struct buf text;
    char finish[16], model[32];
    struct known_u64 tokens;
    bool over;
};

static bool on_event(void *arg, const char *name, const char *data, size_t len)
{
    struct whole *w = arg;
    struct openai_piece p;
    struct why why = {0};
    assert_string_equal(name, "");
    if (openai_parse_event(data, len, &p, &why) != ERR_OK) fail_msg("%s: %s", data, why.text);
    assert_null(p.error);
    if (p.text) buf_str(&w->text, p.text);
    if (p.finish) snprintf(w->finish, sizeof w->finish, "%s", p.finish);
    if (p.model) snprintf(w->model, sizeof w->model, "%s", p.model);
    if (p.tokens.known) w->tokens = p.tokens;
    w->over = w->over || p.over;
    openai_piece_done(&p);
    return true;
}

static void test_stream(void **state)
{
    struct whole w = {.over = false};
    struct sse sse;
    size_t len;
    (void)state;
    char *stream = fixture_read(FIX "openai-stream.txt", &len);
    buf_init(&w.text, 1000);
    sse_init(&sse);
    assert_int_equal(sse_feed(&sse, stream, len, on_event, &w), ERR_OK);
    assert_string_equal(buf_text(&w.text), " High availability \xE2\x80\x93 nothing stops.\n");
    assert_string_equal(w.finish, "stop");
    assert_string_equal(w.model, "mistral-7b");
    assert_true(w.tokens.known && w.tokens.value == 8);
    assert_true(w.over);
    sse_done(&sse);
    buf_done(&w.text);
    free(stream);
}

static void test_whole(void **state)
{
    struct openai_piece p;
    size_t len;
    (void)state;
    char *body = fixture_read(FIX "openai-whole.json", &len);
    assert_int_equal(openai_parse_answer(body, len, &p, NULL), ERR_OK);
    assert_string_equal(p.text, " High availability.\n");
    assert_string_equal(p.finish, "length");
    assert_int_equal(p.tokens.value, 4);
    openai_piece_done(&p);
    free(body);
}

static void parser_refuses(const char *text)
{
    struct openai_piece p;
    struct why why = {0};
    assert_int_not_equal(openai_parse_answer(text, strlen(text), &p, &why), ERR_OK);
    assert_true(why.text[0]);
    assert_int_not_equal(openai_parse_event(text, strlen(text), &p, NULL), ERR_OK);
}

static void test_not_completions(void **state)
{
    struct openai_piece p;
    (void)state;
    parser_refuses("");
    parser_refuses("[]");
    parser_refuses("null");
    parser_refuses("\"text\"");
    parser_refuses("{\"choices\":3}");
    parser_refuses("{\"choices\":[{\"delta\"");
    parser_refuses("{\"choices\":[]}trailing");
    parser_refuses("[DONE");
    /* whole answers without a message; pieces may be without one */
    const char *empty = "{\"choices\":[{\"message\":{\"content\":null},\"delta\":{\"content\":7}}]}";
    assert_int_equal(openai_parse_answer(empty, strlen(empty), &p, NULL), ERR_PARSE);
    assert_int_equal(openai_parse_event(empty, strlen(empty), &p, NULL), ERR_OK);
    assert_null(p.text);
    assert_false(p.tokens.known);
    openai_piece_done(&p);
}

static void error_is(const char *body, const char *want)
{
    char *got = openai_parse_error(body, strlen(body));
    if (want)
        assert_string_equal(got, want);
    else
        assert_null(got);
    free(got);
}

static void test_errors(void **state)
{
    struct openai_piece p;
    (void)state;
    error_is("{\"error\":{\"message\":\"The model `x` does not exist.\",\"type\":\"NotFoundError\",\"code\":404}}",
             "The model `x` does not exist.");
    error_is("{\"object\":\"error\",\"message\":\"too long\",\"code\":400}", "too long");
    error_is("{\"error\":\"out of memory\"}", "out of memory");
    error_is("{\"error\":{}}", "an error without a message");
    error_is("{\"detail\":\"Not Found\"}", "Not Found");
    error_is("{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\"}]}", "field required");
    error_is("{\"error\":{\"message\":\"\\u001b]0;owned\\u0007\\u001b[2J\"}}", "\\x1b]0;owned\\x07\\x1b[2J");
    error_is("<html>502</html>", NULL);
    error_is("{\"fine\":true}", NULL);
    const char *mid = "{\"error\":{\"message\":\"replica died\",\"code\":500}}";
    assert_int_equal(openai_parse_event(mid, strlen(mid), &p, NULL), ERR_OK);
    assert_string_equal(p.error, "replica died");
    openai_piece_done(&p);
}

static void test_models(void **state)
{
    char *model = NULL;
    size_t len;
    (void)state;
    char *body = fixture_read(FIX "openai-models.json", &len);
    assert_int_equal(openai_parse_models(body, len, &model, NULL), ERR_OK);
    assert_string_equal(model, "mistral-7b");
    free(body);
    free(model);
    model = NULL;
    assert_int_equal(openai_parse_models("{\"data\":[]}", 11, &model, NULL), ERR_NOT_FOUND);
    assert_int_equal(openai_parse_models("{\"data\":[{}]}", 13, &model, NULL), ERR_NOT_FOUND);
    assert_int_equal(openai_parse_models("{\"data\":1}", 10, &model, NULL), ERR_PARSE);
    assert_int_equal(openai_parse_models("success", 7, &model, NULL), ERR_PARSE);
    assert_null(model);
}

static void test_question(void **state)
{
    cJSON *root = NULL;
    (void)state;
    char *body = openai_build_request("m\"1", NULL, 0, "two\nlines \xE2\x80\x93 \"quoted\"");
    assert_int_equal(json_parse(body, strlen(body), &root, NULL), ERR_OK);
    const cJSON *message = json_get(root, "messages")->child;
    assert_string_equal(json_str(root, "model"), "m\"1");
    assert_string_equal(json_str(message, "role"), "user");
    assert_string_equal(json_str(message, "content"), "two\nlines \xE2\x80\x93 \"quoted\"");
    assert_null(message->next);
    assert_int_equal(json_bool(root, "stream"), TRI_YES);
    assert_int_equal(json_bool(json_get(root, "stream_options"), "include_usage"), TRI_YES);
    cJSON_Delete(root);
    free(body);
    const struct prompt_turn turns[] = {{"first", "one"}, {"second", "two"}};
    body = openai_build_request("m", turns, 2, "third");
    assert_non_null(strstr(body, "\"messages\":[{\"role\":\"user\",\"content\":\"first\"},"
                                 "{\"role\":\"assistant\",\"content\":\"one\"},"
                                 "{\"role\":\"user\",\"content\":\"second\"},"
                                 "{\"role\":\"assistant\",\"content\":\"two\"},"
                                 "{\"role\":\"user\",\"content\":\"third\"}]"));
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream), cmocka_unit_test(test_whole),  cmocka_unit_test(test_not_completions),
        cmocka_unit_test(test_errors), cmocka_unit_test(test_models), cmocka_unit_test(test_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
