/*
 * ask_test.c - `raydeck ask` against a server that stalls, complains or repeats what it was asked with: what is said of
 * it, with which status, and that no secret is.
 */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/tiny_server.h"

#include "backends/base/mem.h"
#include "backends/link/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LONG_QUESTION = 70 * 1024 };

#define PASSWORD "hunter2pass"
#define TOKEN "hf_abcdefghijklmnopqrstuvwxyz"
#define PIECE(text) "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]}\n\n"
#define STREAM "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
#define NO_WORLDS "--kubeconfig", "none", "--redis", "none", "--neuron", "none"

struct stage {
    struct loop *loop;
    struct tiny_server *server;
    struct tiny_reply models, other;
    struct pty *pty;
    char *url;
};

static struct tiny_reply server_answer(void *arg, const char *request)
{
    struct stage *s = arg;
    return strncmp(request, "GET /v1/models ", 15) == 0 ? s->models : s->other;
}

static int stage_open(void **state)
{
    struct stage *s = mem_zero(1, sizeof *s);
    s->loop = loop_new();
    s->server = tiny_start(s->loop, server_answer, s);
    s->url = mem_printf("http://ray:" PASSWORD "@127.0.0.1:%u", tiny_port(s->server));
    s->models =
        (struct tiny_reply){.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{\"data\":[{\"id\":\"m\"}]}"};
    *state = s;
    return 0;
}

static int stage_close(void **state)
{
    struct stage *s = *state;
    pty_stop(s->pty);
    tiny_stop(s->server);
    loop_free(s->loop);
    free(s->url);
    free(s);
    return 0;
}

static void ask_start(struct stage *s, const char *timeout_s)
{
    const char *const argv[] = {run_raydeck(), "ask", NO_WORLDS, "--prompt", s->url, "--timeout",
                                timeout_s,     "are", "you",     "there?",   NULL};
    s->pty = pty_start(&(struct pty_conf){.argv = argv, .rows = 24, .cols = 160});
}

static void screen_see(struct stage *s, const char *regex)
{
    uint64_t end = loop_now_ms() + DEADLINE_MS;
    while (loop_now_ms() < end) {
        loop_step(s->loop, 10);
        if (pty_wait_for(s->pty, regex, 10)) return;
    }
    pty_see(s->pty, regex); /* fails, with the screen */
}

/* Of all that was written to the terminal. */
static void no_secret(struct stage *s)
{
    size_t len;
    const char *raw = pty_raw(s->pty, &len);
    assert_null(memmem(raw, len, PASSWORD, strlen(PASSWORD)));
    assert_null(memmem(raw, len, TOKEN, strlen(TOKEN)));
}

static void a_stalled_answer_tells_how_far_it_came(void **state)
{
    struct stage *s = *state;
    s->other = (struct tiny_reply){.bytes = STREAM PIECE("The first") PIECE(" half")};
    ask_start(s, "2");
    screen_see(s, "^The first half$");
    /* The password is in nobody's process list while it runs. */
    char *path = mem_printf("/proc/%d/cmdline", (int)pty_pid(s->pty)), line[4096];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t len = fread(line, 1, sizeof line, file);
    fclose(file);
    free(path);
    assert_non_null(memmem(line, len, "http://xxxx", 11));
    assert_null(memmem(line, len, PASSWORD, strlen(PASSWORD)));
    screen_see(
        s,
        "^raydeck: timeout: no whole answer within 2 s \\(by direct 127.0.0.1:[0-9]+, head n/a, 2 tokens so far\\)$");
    assert_true(pty_wait_for(s->pty, "^The first half$", 0)); /* a line of its own */
    assert_int_equal(pty_wait_exit(s->pty, DEADLINE_MS), 1);
    no_secret(s);
}

static void silence_is_a_timeout_too(void **state)
{
    struct stage *s = *state;
    s->other = (struct tiny_reply){.bytes = NULL};
    ask_start(s, "1");
    screen_see(s, "^raydeck: timeout: no answer within 1 s \\(by direct 127.0.0.1:[0-9]+, head n/a\\)$");
    assert_int_equal(pty_wait_exit(s->pty, DEADLINE_MS), 1);
}

static void an_interrupted_answer_ends_its_line(void **state)
{
    struct stage *s = *state;
    s->other = (struct tiny_reply){.bytes = STREAM PIECE("Begun")};
    ask_start(s, "60");
    screen_see(s, "^Begun$");
    pty_send(s->pty, "\003");
    screen_see(s, "^raydeck: interrupted: stopped \\(by direct .*, 1 token so far\\)$");
    assert_int_equal(pty_wait_exit(s->pty, DEADLINE_MS), 130);
}

static void a_server_that_repeats_the_token_is_masked(void **state)
{
    struct stage *s = *state;
    s->other = (struct tiny_reply){.bytes = "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n"
                                            "{\"error\":{\"message\":\"no access with token " TOKEN "\"}}",
                                   .hang_up = true};
    ask_start(s, "20");
    screen_see(s, "^raydeck: forbidden: HTTP status 401: no access with token •••");
    assert_int_equal(pty_wait_exit(s->pty, DEADLINE_MS), 1);
    no_secret(s);
}

static void a_filtered_and_an_empty_answer_are_said(void **state)
{
    struct stage *s = *state;
    s->other = (struct tiny_reply){
        .bytes = STREAM "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\ndata: [DONE]\n\n",
        .hang_up = true};
    ask_start(s, "20");
    screen_see(s, "stopped by the content filter$");
    assert_int_equal(pty_wait_exit(s->pty, DEADLINE_MS), 0);
    pty_stop(s->pty);
    s->other = (struct tiny_reply){
        .bytes = STREAM "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
        .hang_up = true};
    ask_start(s, "20");
    screen_see(s, "the answer is empty$");
    assert_int_equal(pty_wait_exit(s->pty, DEADLINE_MS), 0);
}

/* The conversation and what was found show neither who we are there, nor what the server repeats of it. */
static void the_console_shows_no_secret_either(void **state)
{
    struct stage *s = *state;
    s->other = (struct tiny_reply){.bytes = "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n"
                                            "{\"detail\":\"key " TOKEN " of http://ray:" PASSWORD "@h is not known\"}",
                                   .hang_up = true};
    const char *const argv[] = {run_raydeck(), NO_WORLDS, "--prompt", s->url, NULL};
    s->pty = pty_start(&(struct pty_conf){.argv = argv, .rows = 24, .cols = 120});
    screen_see(s, "READ-ONLY");
    pty_send(s->pty, "P");
    screen_see(s, "── Chat ─.* openai m by direct 127.0.0.1:");
    pty_send(s->pty, "who am I?\r");
    screen_see(s, "✗ model error");
    screen_see(s, "HTTP status 500: key ••• of ••• is not known");
    pty_send(s->pty, "\003");
    assert_int_equal(pty_wait_exit(s->pty, DEADLINE_MS), 130);
    no_secret(s);
    const char *const info[] = {run_raydeck(), NO_WORLDS, "--prompt", s->url, "info", "--timeout", "1", NULL};
    struct run r = run_program(info, NULL, NULL, DEADLINE_MS);
    assert_non_null(strstr(r.out, "direct 127.0.0.1:"));
    assert_null(strstr(r.out, PASSWORD));
    assert_null(strstr(r.err, PASSWORD));
    run_done(&r);
}

static void usage_is(const char *const *args, const char *input, const char *said)
{
    const char *argv[16] = {run_raydeck(), NO_WORLDS};
    for (size_t i = 0; args[i]; i++) argv[7 + i] = args[i];
    struct run r = run_program(argv, NULL, input, DEADLINE_MS);
    if (r.status != 2 || !strstr(r.err, said)) fail_msg("%d: %s%s", r.status, r.out, r.err);
    assert_null(strstr(r.err, PASSWORD));
    run_done(&r);
}
#define USAGE(input, said, ...) usage_is((const char *const[]){"ask", __VA_ARGS__, NULL}, input, said)

static void what_cannot_be_asked_is_a_usage_error(void **state)
{
    (void)state;
    char *question = mem_alloc(LONG_QUESTION + 1);
    memset(question, 'x', LONG_QUESTION);
    question[LONG_QUESTION] = '\0';
    USAGE(question, "longer than 65536 bytes", "--prompt", "http://127.0.0.1:1", "-");
    free(question);
    USAGE(NULL, "--prompt-kind telepathy: infer or openai is expected", "--prompt-kind", "telepathy", "hello");
    USAGE(NULL, "without ? and #", "--prompt", "http://127.0.0.1:1/x?key=" PASSWORD, "hello");
}

int main(void)
{
#define ON_STAGE(f) cmocka_unit_test_setup_teardown(f, stage_open, stage_close)
    const struct CMUnitTest tests[] = {
        ON_STAGE(a_stalled_answer_tells_how_far_it_came),        ON_STAGE(silence_is_a_timeout_too),
        ON_STAGE(an_interrupted_answer_ends_its_line),           ON_STAGE(a_server_that_repeats_the_token_is_masked),
        ON_STAGE(a_filtered_and_an_empty_answer_are_said),       ON_STAGE(the_console_shows_no_secret_either),
        cmocka_unit_test(what_cannot_be_asked_is_a_usage_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
