/*
 * openai_test.c - chat completions against a server that streams, stalls, breaks off, fails in the middle, says too
 * much or something else altogether.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/serve/openai.h"
#include "backends/serve/openai_parse.h"
#include "backends/world/world.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
#include "tests/support/tiny_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct loop *loop;
    struct world *world;
    struct http_client *http;
    struct tiny_server *server;
    struct serve_open how;
    struct sink sink;
    struct tiny_reply reply, models;
    char base[64];
    struct request *last;
    struct prompt_run *run;
    unsigned done, asked, asked_models, puts;
    char *seen; /* the answers as they grew, "|" after each */
    char *keep[4];
    size_t kept;
};

static struct tiny_reply server_answer(void *arg, const char *request)
{
    struct fixture *s = arg;
    if (strncmp(request, "GET /v1/models ", 15) == 0) {
        s->asked_models++;
        return s->models;
    }
    s->asked++;
    return s->reply;
}

static void on_change(void *owner, struct change *c)
{
    struct fixture *s = owner;
    c->at_ms = loop_now_ms();
    c->wall_ms = loop_wall_ms(s->loop);
    const struct request *r = (const void *)c->record;
    s->puts++;
    if (r->answer) {
        char *more = mem_printf("%s%s|", s->seen, r->answer);
        free(s->seen);
        s->seen = more;
    }
    world_apply(s->world, c);
    change_free(c);
}

static int fixture_open(void **state)
{
    struct fixture *s = mem_zero(1, sizeof *s);
    const struct http_client_conf conf = {.proxy = "", .user_agent = "test"};
    s->loop = loop_new();
    s->world = world_new();
    s->http = http_client_new(s->loop, &conf);
    s->server = tiny_start(s->loop, server_answer, s);
    s->how = (struct serve_open){.http = s->http};
    s->sink = (struct sink){on_change, s};
    s->seen = mem_str("");
    snprintf(s->base, sizeof s->base, "http://127.0.0.1:%u", tiny_port(s->server));
    *state = s;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    if (s->run) openai_ops.cancel(s->run);
    http_client_free(s->http);
    if (s->server) tiny_stop(s->server);
    loop_free(s->loop);
    world_free(s->world);
    if (s->last) record_free(&s->last->record);
    for (size_t i = 0; i < s->kept; i++) free(s->keep[i]);
    free(s->seen);
    free(s);
    return 0;
}

#define UNTIL(s, condition) ASSERT_UNTIL((s)->loop, condition)

static void on_done(void *arg, const struct request *r)
{
    struct fixture *s = arg;
    s->done++;
    s->run = NULL;
    if (s->last) record_free(&s->last->record);
    s->last = record_copy(&r->record);
}

static void prompt_start(struct fixture *s, const char *question, const char *model, uint64_t timeout_ms)
{
    const struct prompt_ask a = {.id = "p1",
                                 .question = question,
                                 .model = model,
                                 .path = {.words = (char *)"direct", .base = s->base},
                                 .timeout_ms = timeout_ms,
                                 .due_wall_ms = loop_wall_ms(s->loop) - 250};
    s->run = openai_ops.ask(s->loop, &s->how, &a, &s->sink, on_done, s);
    assert_string_equal(
        ((const struct request *)(const void *)world_find(s->world, TABLE_REQUEST, "p1")->record)->phase, "waiting");
}

static const struct request *prompt_send(struct fixture *s, const char *model)
{
    unsigned before = s->done;
    prompt_start(s, "What is \"HA\"?", model, 700);
    UNTIL(s, s->done == before + 1);
    return s->last;
}

static const char *keep_text(struct fixture *s, char *text)
{
    assert_true(s->kept < ARRAY_LEN(s->keep));
    return s->keep[s->kept++] = text;
}

#define STREAM "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define CHUNKED "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
#define PIECE(text) "data: {\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]}\n\n"
#define STOP "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"

static void reply_json(struct fixture *s, const char *status, const char *body)
{
    s->reply = (struct tiny_reply){
        .bytes =
            keep_text(s, mem_printf("HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                                    status, strlen(body), body))};
}

static void test_stream(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){.bytes = STREAM PIECE(" The") PIECE(" head"),
                                   .then = PIECE(" is\\n") PIECE("back.\\n") STOP
                                   "data: {\"choices\":[],\"usage\":{\"completion_tokens\":9}}\n\ndata: [DONE]\n\n",
                                   .then_ms = 300,
                                   .hang_up = true};
    const struct request *r = prompt_send(s, "m");
    assert_string_equal(r->phase, "ok");
    assert_null(r->failure);
    assert_string_equal(r->answer, "The head is\nback.");
    assert_string_equal(r->finish, "stop");
    assert_string_equal(r->question, "What is \"HA\"?");
    assert_string_equal(r->path, "direct");
    assert_int_equal(r->status.value, 200);
    assert_int_equal(r->tokens.value, 9);
    /* due 250 ms before; two pieces at once, then two after 300 ms */
    assert_true(r->first_token_us.value >= 250000 && r->first_token_us.value < 550000);
    assert_true(r->last_token_us.value >= r->first_token_us.value + 250000);
    assert_true(r->gap_max_us.value >= 250000);
    assert_int_equal(r->gap_us.value, (r->last_token_us.value - r->first_token_us.value) / 8);
    assert_true(r->tokens_per_s.value > 2 && r->tokens_per_s.value < 8 / 0.25);
    assert_true(r->latency_us.value >= r->last_token_us.value);
    /* it grew before it was whole */
    assert_non_null(strstr(s->seen, "The head|"));
    assert_true(strncmp(tiny_last(s->server), "POST /v1/chat/completions HTTP/1.1\r\n", 36) == 0);
    assert_non_null(strstr(tiny_last(s->server), "Content-Type: application/json\r\n"));
    assert_int_equal(s->asked_models, 0);
}

/* Told as soon as there is text: a prompt that ends in its middle has been served as well. */
static void test_pod_that_answers(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){
        .bytes = "HTTP/1.1 200 OK\r\nx-serving-pod: mistral-worker-\x1b[31m7\r\nConnection: close\r\n\r\n" PIECE("The")
            STOP "data: [DONE]\n\n",
        .hang_up = true};
    assert_string_equal(prompt_send(s, "m")->pod, "mistral-worker-\\x1b[31m7");
    s->reply = (struct tiny_reply){
        .bytes = "HTTP/1.1 200 OK\r\nX-Serving-Pod: w1\r\nConnection: close\r\n\r\n" PIECE("The"), .hang_up = true};
    const struct request *cut = prompt_send(s, "m");
    assert_string_equal(cut->phase, "failed");
    assert_string_equal(cut->pod, "w1");
    reply_json(s, "200 OK\r\nX-Serving-Pod: w2", "{\"choices\":[{\"message\":{\"content\":\"Yes.\"}}]}");
    assert_string_equal(prompt_send(s, "m")->pod, "w2");
    reply_json(s, "200 OK", "{\"choices\":[{\"message\":{\"content\":\"Yes.\"}}]}");
    assert_null(prompt_send(s, "m")->pod);
}

static void test_first_model(void **state)
{
    struct fixture *s = *state;
    size_t len;
    char *models = fixture_read("tests/fixtures/serve/openai-models.json", &len);
    s->models = (struct tiny_reply){
        .bytes = keep_text(s, mem_printf("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", len, models))};
    free(models);
    char *whole = fixture_read("tests/fixtures/serve/openai-whole.json", NULL);
    reply_json(s, "200 OK", whole);
    free(whole);
    const struct request *r = prompt_send(s, NULL);
    /* a server that does not stream: when its first token came nobody knows */
    assert_string_equal(r->phase, "ok");
    assert_string_equal(r->answer, "High availability.");
    assert_string_equal(r->model, "mistral-7b");
    assert_string_equal(r->finish, "length");
    assert_int_equal(r->tokens.value, 4);
    assert_false(r->first_token_us.known || r->gap_us.known || r->tokens_per_s.known);
    assert_non_null(strstr(tiny_last(s->server), "\"model\":\"mistral-7b\""));
    assert_non_null(strstr(tiny_last(s->server), "\"content\":\"What is \\\"HA\\\"?\""));
    assert_int_equal(s->asked_models, 1);
}

static void prompt_fails(struct fixture *s, const char *failure, const char *why, const char *so_far)
{
    const struct request *r = prompt_send(s, "m");
    assert_string_equal(r->phase, "failed");
    assert_string_equal(r->failure, failure);
    if (!strstr(r->why, why)) fail_msg("%s: %s", failure, r->why);
    if (so_far)
        assert_string_equal(r->answer, so_far);
    else
        assert_null(r->answer);
}

static void test_cut(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){.bytes = STREAM PIECE("Half an") "data: {\"choi", .hang_up = true};
    prompt_fails(s, "cut", "the stream ended before the answer did", "Half an");
    assert_int_equal(s->last->tokens.value, 1);
    assert_true(s->last->first_token_us.known);
    assert_false(s->last->gap_us.known);
    s->reply = (struct tiny_reply){.bytes = CHUNKED "40\r\n" PIECE("Half"), .hang_up = true};
    prompt_fails(s, "cut", "the connection was lost in the middle", "Half");
    s->reply = (struct tiny_reply){.bytes = STREAM PIECE("Half"), .then = "", .then_ms = 100, .reset = true};
    prompt_fails(s, "cut", "the connection was lost in the middle", "Half");
    s->reply = (struct tiny_reply){.bytes = STREAM PIECE("Half")};
    prompt_fails(s, "timeout", "", "Half");
    assert_int_equal(s->asked, 4); /* nothing is sent twice */
}

static void test_failures(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){.bytes = NULL};
    prompt_fails(s, "timeout", "", NULL);
    s->reply = (struct tiny_reply){.bytes = "", .reset = true};
    prompt_fails(s, "reset", "", NULL);
    reply_json(s, "502 Bad Gateway", "<html>502 Bad Gateway</html>");
    prompt_fails(s, "5xx", "HTTP status 502 from a proxy before Serve: 502 Bad Gateway", NULL);
    assert_int_equal(s->last->status.value, 502);
    reply_json(s, "404 Not Found", "{\"error\":{\"message\":\"The model `m` does not exist.\",\"code\":404}}");
    prompt_fails(s, "4xx", "HTTP status 404: The model `m` does not exist.", NULL);
    reply_json(s, "200 OK", "{\"error\":{\"message\":\"no free NeuronCore\"}}");
    prompt_fails(s, "model error", "no free NeuronCore", NULL);
    reply_json(s, "200 OK", "success");
    prompt_fails(s, "bad body", "neither a stream", NULL);
    tiny_stop(s->server);
    s->server = NULL;
    prompt_fails(s, "refused", "", NULL);
    assert_false(s->last->status.known);
}

static void test_error_in_the_middle(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){
        .bytes = STREAM PIECE("So far") "event: error\ndata: {\"error\":{\"message\":\"replica \\u001b[2Jdied\","
                                        "\"code\":500}}\n\n" PIECE("never"),
        .hang_up = true};
    prompt_fails(s, "model error", "replica \\x1b[2Jdied", "So far");
    s->reply = (struct tiny_reply){.bytes = STREAM PIECE("So far") "data: Internal Server Error\n\n", .hang_up = true};
    prompt_fails(s, "bad body", "", "So far");
}

static void test_models_fail(void **state)
{
    struct fixture *s = *state;
    s->models =
        (struct tiny_reply){.bytes = "HTTP/1.1 404 Not Found\r\nContent-Length: 22\r\n\r\n{\"detail\":\"Not Found\"}"};
    const struct request *r = prompt_send(s, NULL);
    assert_string_equal(r->phase, "failed");
    assert_string_equal(r->failure, "4xx");
    assert_string_equal(r->why, "/v1/models: HTTP status 404: Not Found");
    assert_int_equal(s->asked, 0);
}

static void test_escapes(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){.bytes = STREAM PIECE("\\u001b]52;c;aGk=\\u0007") PIECE("one\\r")
                                       PIECE("\\ntwo\\u202e\\u009b") STOP "data: [DONE]\n\n",
                                   .hang_up = true};
    const struct request *r = prompt_send(s, "m");
    assert_string_equal(r->phase, "ok");
    assert_true(text_is_safe(r->answer, strlen(r->answer), TEXT_KEEP_LINES));
    assert_true(strncmp(r->answer, "\\x1b]52;c;aGk=\\x07one\ntwo", 24) == 0);
    s->reply = (struct tiny_reply){.bytes = STREAM PIECE("a\\u0000b") STOP "data: [DONE]\n\n", .hang_up = true};
    assert_string_equal(prompt_send(s, "m")->answer, "a\\x00b");
}

/* Fifty megabytes: what is kept is what may be kept, and the rest is not read. */
static void test_endless(void **state)
{
    struct fixture *s = *state;
    const char *one = PIECE("0123456789012345678901234567890123456789012345678901234567890123456789");
    size_t each = strlen(one), head = strlen(STREAM), count = (size_t)50 * 1024 * 1024 / each;
    char *bytes = mem_alloc(head + count * each + 1);
    memcpy(bytes, STREAM, head);
    for (size_t i = 0; i < count; i++) memcpy(bytes + head + i * each, one, each);
    bytes[head + count * each] = '\0';
    s->reply = (struct tiny_reply){.bytes = keep_text(s, bytes), .len = head + count * each, .hang_up = true};
    prompt_start(s, "q", "m", DEADLINE_MS);
    UNTIL(s, s->done == 1);
    assert_string_equal(s->last->failure, "bad body");
    assert_non_null(strstr(s->last->why, "too large"));
    assert_true(strlen(s->last->answer) <= OPENAI_ANSWER_MAX && strlen(s->last->answer) > OPENAI_ANSWER_MAX - 80);
    assert_true(s->last->bytes.value < 4 * 1024 * 1024);
}

/* A server that says [DONE] and keeps the connection: the answer is there. */
static void test_done_and_open(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){.bytes = STREAM ": ping\r\n\r\n" PIECE("Yes.") "data: [DONE]\n\n" PIECE("late")};
    prompt_start(s, "q", "m", DEADLINE_MS);
    UNTIL(s, s->done == 1);
    assert_string_equal(s->last->phase, "ok");
    assert_string_equal(s->last->answer, "Yes.");
    assert_true(s->last->latency_us.value < (250 + OPENAI_LINGER_MS) * 1000);
}

/* One that says why it stopped, never [DONE], and keeps the connection: the answer is there too. */
static void test_finished_and_open(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){.bytes = STREAM PIECE("Yes.") STOP
                                   "data: {\"choices\":[],\"usage\":{\"completion_tokens\":7}}\n\n"};
    prompt_start(s, "q", "m", DEADLINE_MS);
    UNTIL(s, s->done == 1);
    assert_string_equal(s->last->phase, "ok");
    assert_string_equal(s->last->answer, "Yes.");
    assert_int_equal(s->last->tokens.value, 7);
    assert_true(s->last->latency_us.value < (250 + OPENAI_LINGER_MS) * 1000);
}

/* What was said before goes along, also where the model has to be asked for first. */
static void test_turns(void **state)
{
    struct fixture *s = *state;
    char question[] = "first", answer_[] = "one";
    const struct prompt_turn turn = {question, answer_};
    const struct prompt_ask a = {.id = "p1",
                                 .question = "second",
                                 .talk = "chat-0",
                                 .turns = &turn,
                                 .turn_count = 1,
                                 .turns_dropped = 3,
                                 .path = {.words = (char *)"direct", .base = s->base},
                                 .timeout_ms = DEADLINE_MS};
    s->models =
        (struct tiny_reply){.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{\"data\":[{\"id\":\"m\"}]}"};
    s->reply = (struct tiny_reply){.bytes = STREAM PIECE("two") STOP "data: [DONE]\n\n", .hang_up = true};
    s->run = openai_ops.ask(s->loop, &s->how, &a, &s->sink, on_done, s);
    memset(question, 'x', strlen(question));
    memset(answer_, 'x', strlen(answer_));
    UNTIL(s, s->done == 1);
    assert_non_null(strstr(tiny_last(s->server), "[{\"role\":\"user\",\"content\":\"first\"},{\"role\":\"assistant\","
                                                 "\"content\":\"one\"},{\"role\":\"user\",\"content\":\"second\"}]"));
    assert_string_equal(s->last->talk, "chat-0");
    assert_int_equal(s->last->earlier.value, 1);
    assert_int_equal(s->last->dropped.value, 3);
}

static void test_cancelled(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){.bytes = STREAM PIECE("Begun")};
    prompt_start(s, "q", "m", DEADLINE_MS);
    UNTIL(s, strstr(s->seen, "Begun|"));
    openai_ops.cancel(s->run);
    assert_int_equal(s->done, 1);
    assert_string_equal(s->last->phase, "cancelled");
    assert_string_equal(s->last->answer, "Begun");
    assert_false(s->last->latency_us.known);
    prompt_start(s, "q", NULL, DEADLINE_MS); /* while the models are asked for */
    openai_ops.cancel(s->run);
    assert_int_equal(s->done, 2);
    openai_ops.cancel(NULL);
}

int main(void)
{
#define IN_FIXTURE(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        IN_FIXTURE(test_stream),        IN_FIXTURE(test_pod_that_answers), IN_FIXTURE(test_first_model),
        IN_FIXTURE(test_cut),           IN_FIXTURE(test_failures),         IN_FIXTURE(test_error_in_the_middle),
        IN_FIXTURE(test_models_fail),   IN_FIXTURE(test_escapes),          IN_FIXTURE(test_endless),
        IN_FIXTURE(test_done_and_open), IN_FIXTURE(test_cancelled),        IN_FIXTURE(test_finished_and_open),
        IN_FIXTURE(test_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
