/* sim_fault_test.c - Faults of the simulated Serve's answers to prompts, whole and streamed; its health checks go on
 * well. */
#include "backends/base/buf.h"
#include "tests/support/deadline.h"
#include "tests/support/sim_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SERVE "/api/v1/namespaces/mistral/services/mistral-serve-svc:serve/proxy"
#define INFER SERVE "/infer?sentence=hello"
#define CHAT SERVE "/v1/chat/completions"
#define ASK(stream)                                                                                                    \
    "{\"model\":\"mistral-7b\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"stream\":" stream "}"

enum {
    TEXT_MAX = 1024 * 1024,
    GIVE_UP_MS = 900,
    SLOW_FIRST_MS = 1700, /* ten times the least of a first token, a little less for what the clocks round */
    TRIES = 20
};

struct result {
    struct buf text;
    bool done, first_only;
    enum err err;
    long status;
    uint64_t began_ms, first_ms;
};

static int sim_setup(void **state)
{
    const struct sim_conf conf = {.seed = 5, .no_redis = true, .openai = true};
    *state = sim_fixture_new(&conf);
    return 0;
}

static int sim_teardown(void **state)
{
    sim_fixture_free(*state);
    return 0;
}

static bool on_piece(void *arg, const char *bytes, size_t len)
{
    struct result *r = arg;
    if (!r->first_ms) r->first_ms = loop_now_ms();
    assert_int_equal(buf_add(&r->text, bytes, len), ERR_OK);
    return !r->first_only;
}

static void on_end(void *arg, const struct http_answer *answer)
{
    struct result *r = arg;
    r->done = true;
    r->err = answer->err;
    r->status = answer->status;
}

/* body NULL: a GET. ret's text is the caller's. */
static void prompt_send(struct sim_fixture *b, const char *path, const char *body, uint64_t timeout_ms,
                        struct result *ret)
{
    char url[512];
    ret->began_ms = loop_now_ms();
    buf_init(&ret->text, TEXT_MAX);
    snprintf(url, sizeof url, "https://127.0.0.1:%u%s", sim_port(b->sim), path);
    const struct http_ask asked = {.method = body ? "POST" : "GET",
                                   .url = url,
                                   .header = {{"Authorization", b->bearer}, {"Content-Type", "application/json"}},
                                   .body = body,
                                   .body_len = body ? strlen(body) : 0,
                                   .timeout_ms = timeout_ms};
    const struct http_calls calls = {.bytes = on_piece, .done = on_end, .arg = ret};
    http_send(b->http, &asked, &calls);
    while (!ret->done) {
        if (loop_now_ms() > ret->began_ms + DEADLINE_MS) fail_msg("no answer of %s", path);
        loop_step(b->loop, 20);
    }
}

static void sim_ask(struct sim_fixture *b, const char *path, const char *body, uint64_t timeout_ms, struct result *ret)
{
    *ret = (struct result){0};
    prompt_send(b, path, body, timeout_ms, ret);
}

static uint64_t first_token_ms(struct sim_fixture *b)
{
    struct result r = {.first_only = true};
    prompt_send(b, CHAT, ASK("true"), 0, &r);
    assert_true(r.first_ms > 0);
    buf_done(&r.text);
    return r.first_ms - r.began_ms;
}

static void sim_expect(struct sim_fixture *b, const char *path, const char *body, enum err err, long status)
{
    struct result r;
    sim_ask(b, path, body, 0, &r);
    if (r.err != err || r.status != status) fail_msg("%s: %s, %ld", path, err_word(r.err), r.status);
    buf_done(&r.text);
}

/* Whatever is wrong with prompts. */
static void the_rest_is_well(struct sim_fixture *b)
{
    sim_expect(b, SERVE "/-/healthz", NULL, ERR_OK, 200);
    sim_expect(b, SERVE "/v1/models", NULL, ERR_OK, 200);
}

static void serve_500(void **state)
{
    struct sim_fixture *b = *state;
    sim_fixture_say(b, "fault serve-500");
    sim_expect(b, INFER, NULL, ERR_OK, 500);
    sim_expect(b, CHAT, ASK("true"), ERR_OK, 500);
    the_rest_is_well(b);
    sim_fixture_say(b, "clear");
    sim_expect(b, INFER, NULL, ERR_OK, 200);
}

static void serve_hang(void **state)
{
    struct sim_fixture *b = *state;
    struct result r;
    sim_fixture_say(b, "fault serve-hang");
    sim_ask(b, CHAT, ASK("true"), GIVE_UP_MS, &r);
    assert_int_equal(r.err, ERR_TIMEOUT);
    assert_int_equal(r.status, 0);
    assert_int_equal(r.text.len, 0);
    buf_done(&r.text);
    sim_ask(b, INFER, NULL, GIVE_UP_MS, &r);
    assert_int_equal(r.err, ERR_TIMEOUT);
    buf_done(&r.text);
    the_rest_is_well(b);
    sim_fixture_say(b, "clear");
    sim_expect(b, INFER, NULL, ERR_OK, 200);
}

/* Something came, and not all of it; caller has no text to free. */
static void breaks_off(struct sim_fixture *b, const char *path, const char *body, const char *end)
{
    struct result r;
    sim_ask(b, path, body, 0, &r);
    assert_int_equal(r.status, 200);
    assert_int_not_equal(r.err, ERR_OK);
    assert_int_not_equal(r.err, ERR_TIMEOUT);
    assert_true(r.text.len > 10);
    assert_null(strstr(buf_text(&r.text), end));
    buf_done(&r.text);
}

static void serve_cut(void **state)
{
    struct sim_fixture *b = *state;
    sim_fixture_say(b, "fault serve-cut");
    breaks_off(b, CHAT, ASK("true"), "[DONE]");
    breaks_off(b, CHAT, ASK("false"), "}]");
    breaks_off(b, INFER, NULL, "\"]");
    the_rest_is_well(b);
    sim_fixture_say(b, "clear");
    struct result r;
    sim_ask(b, CHAT, ASK("true"), 0, &r);
    assert_int_equal(r.err, ERR_OK);
    assert_non_null(strstr(buf_text(&r.text), "[DONE]"));
    buf_done(&r.text);
}

static void serve_slow(void **state)
{
    struct sim_fixture *b = *state;
    sim_fixture_say(b, "fault serve-slow");
    assert_true(first_token_ms(b) >= SLOW_FIRST_MS);
    the_rest_is_well(b);
    sim_fixture_say(b, "reset");    /* clears it too */
    for (int i = 0; i < TRIES; i++) /* a busy machine may be slow too, now and then */
        if (first_token_ms(b) < SLOW_FIRST_MS) return;
    fail_msg("still slow");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, sim_setup, sim_teardown)
    const struct CMUnitTest tests[] = {TEST(serve_500), TEST(serve_hang), TEST(serve_cut), TEST(serve_slow)};
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
