/* kube_log_test.c - the log of a container over a server that cuts, refuses and forgets: no line twice, none lost
 * without a word, and nothing of it that a terminal would obey. */
#include "tests/support/kube_fixture.h"

#include "backends/base/mem.h"
#include "backends/kube/kube_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const struct kube_ops kube_api;

#define LOG "GET /api/v1/namespaces/mistral/pods/head/log?"
#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
#define CHUNKED HEAD "Transfer-Encoding: chunked\r\n\r\n"

enum { ATTEMPTS = 8 };

/* One answer an attempt; the last one holds. body NULL: status alone, with the message. */
struct attempt {
    int status;
    const char *text;
    enum { HOLDS, CUT, ENDS } then;
};
struct reader {
    struct kube_fixture fixture; /* first */
    const struct attempt *attempt;
    unsigned attempts, asked;
    char request[ATTEMPTS][1024];
    struct buf text; /* lines and notes, one a line; notes in [] */
    struct kube_log *log;
    const char *wanted; /* of reader_has */
    enum kube_log_state state;
};

/* A body in one chunk, without the last one: what is cut is seen to be. */
static char *body_chunked(const char *text)
{
    return *text ? mem_printf(CHUNKED "%zx\r\n%s\r\n", strlen(text), text) : mem_str(CHUNKED);
}

static bool log_route(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    struct reader *r = (struct reader *)s;
    if (!kube_fixture_is(request, LOG)) return false;
    const struct attempt *a = &r->attempt[r->asked < r->attempts ? r->asked : r->attempts - 1];
    if (r->asked < ATTEMPTS) snprintf(r->request[r->asked], sizeof r->request[0], "%s", request);
    r->asked++;
    if (a->status != 200) {
        char *body = kube_fixture_keep(
            s, mem_printf("{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"%s\",\"code\":%d}", a->text,
                          a->status));
        *reply = kube_fixture_json(s, a->status, body);
        return true;
    }
    char *bytes = a->then == ENDS ? mem_printf(HEAD "Content-Length: %zu\r\n\r\n%s", strlen(a->text), a->text)
                                  : body_chunked(a->text);
    *reply =
        (struct tiny_reply){.bytes = kube_fixture_keep(s, bytes), .hang_up = a->then == CUT, .fed = a->then == HOLDS};
    return true;
}

static void on_line(void *arg, uint64_t ns, char *text)
{
    struct reader *r = arg;
    (void)ns;
    buf_printf(&r->text, "%s\n", text);
    free(text);
}

static void on_note(void *arg, uint64_t ns, const char *words)
{
    (void)ns;
    buf_printf(&((struct reader *)arg)->text, "[%s]\n", words);
}

static void on_changed(void *arg)
{
    (void)arg;
}

static void reader_open(struct reader *r, const struct attempt *attempt, unsigned attempts,
                        const struct kube_log_want *want)
{
    *r = (struct reader){.fixture = {.route = log_route}, .attempt = attempt, .attempts = attempts};
    buf_init(&r->text, 1024 * 1024);
    kube_fixture_start(&r->fixture);
    kube_fixture_open(&r->fixture, "{token: x}", "mistral");
    r->log = kube_api.log(r->fixture.be, want, &(struct kube_log_calls){on_line, on_note, on_changed, r});
}

static void reader_close(struct reader *r)
{
    kube_api.log_close(r->log);
    kube_fixture_stop(&r->fixture);
    buf_done(&r->text);
}

static bool text_is_there(struct kube_fixture *s)
{
    const struct reader *r = (const struct reader *)s;
    return strstr(buf_text(&r->text), r->wanted) != NULL;
}

static bool state_is(struct kube_fixture *s)
{
    const struct reader *r = (const struct reader *)s;
    return kube_api.log_state(r->log, NULL) == r->state;
}

static void reader_until(struct reader *r, const char *text)
{
    r->wanted = text;
    kube_fixture_until(&r->fixture, text_is_there, text);
}

static void reader_until_state(struct reader *r, enum kube_log_state state)
{
    r->state = state;
    kube_fixture_until(&r->fixture, state_is, "the state");
}

#define READER(r, want, ...)                                                                                           \
    static const struct attempt script[] = {__VA_ARGS__};                                                              \
    struct reader r;                                                                                                   \
    reader_open(&r, script, sizeof script / sizeof *script, want)

static const struct kube_log_want follow = {.ns = "mistral", .pod = "head", .container = "ray-head", .tail = 100};

static void cut_within_a_line(void **state)
{
    (void)state;
    READER(
        r, &follow,
        {200, "2026-11-30T12:00:00.500000001Z zero\n2026-11-30T12:00:01.100000000Z one\n2026-11-30T12:00:01.2Z tw",
         CUT},
        {200, "2026-11-30T12:00:01.100000000Z one\n2026-11-30T12:00:01.2Z two\n2026-11-30T12:00:02Z three\n", HOLDS});
    reader_until(&r, "three\n");
    assert_string_equal(buf_text(&r.text), "zero\none\ntwo\nthree\n");
    assert_non_null(strstr(r.request[0], "timestamps=true&follow=true&container=ray-head&tailLines=100 HTTP"));
    assert_non_null(strstr(r.request[0], "Accept: application/json, */*\r\n"));
    assert_non_null(strstr(r.request[1], "follow=true&container=ray-head&sinceTime=2026-11-30T12:00:01Z HTTP"));
    assert_int_equal(kube_api.log_state(r.log, NULL), KUBE_LOG_FOLLOWING);
    reader_close(&r);
}

static void cut_within_a_character(void **state)
{
    (void)state;
    READER(r, &follow, {200, "2026-11-30T12:00:01Z one\n2026-11-30T12:00:02Z caf\xc3", CUT},
           {200, "2026-11-30T12:00:01Z one\n2026-11-30T12:00:02Z caf\xc3\xa9\n", HOLDS});
    reader_until(&r, "caf\xc3\xa9\n");
    assert_string_equal(buf_text(&r.text), "one\ncaf\xc3\xa9\n");
    reader_close(&r);
}

/* Two lines that look the same are two lines; each comes again once. */
static void equal_lines_are_counted(void **state)
{
    (void)state;
    READER(
        r, &follow, {200, "2026-11-30T12:00:01Z same\n2026-11-30T12:00:01Z same\n", CUT},
        {200, "2026-11-30T12:00:01Z same\n2026-11-30T12:00:01Z same\n2026-11-30T12:00:01Z same\n", CUT},
        {200,
         "2026-11-30T12:00:01Z same\n2026-11-30T12:00:01Z same\n2026-11-30T12:00:01Z same\n2026-11-30T12:00:02Z end\n",
         HOLDS});
    reader_until(&r, "end\n");
    assert_string_equal(buf_text(&r.text), "same\nsame\nsame\nend\n");
    reader_close(&r);
}

static void a_gap_is_said(void **state)
{
    (void)state;
    READER(r, &follow, {200, "2026-11-30T12:00:01Z one\n", CUT}, {200, "2026-11-30T12:00:09Z nine\n", HOLDS});
    reader_until(&r, "nine\n");
    assert_string_equal(buf_text(&r.text),
                        "one\n[lines between 12:00:01.000Z and 12:00:09.000Z may be missing: the log was "
                        "rotated, or its container restarted]\nnine\n");
    reader_close(&r);
}

/* The end of the last line was not written: it is taken as it is. */
static void the_next_run_is_said(void **state)
{
    (void)state;
    READER(r, &follow, {200, "2026-11-30T12:00:01Z one\n2026-11-30T12:00:02Z Killed", ENDS},
           {400, "container \\\"ray-head\\\" in pod \\\"head\\\" is waiting to start: ContainerCreating", HOLDS},
           {200, "2026-11-30T12:00:09Z started\n", HOLDS});
    reader_until(&r, "started\n");
    assert_string_equal(buf_text(&r.text), "one\nKilled\n[the log ended after 12:00:02.000Z; what follows is of the "
                                           "container's next run]\nstarted\n");
    reader_close(&r);
}

static void a_refusal_is_final(void **state)
{
    (void)state;
    const char *why;
    READER(r, &follow,
           {403, "pods \\\"head\\\" is forbidden: User \\\"x\\\" cannot get resource \\\"pods/log\\\"", HOLDS});
    reader_until_state(&r, KUBE_LOG_REFUSED);
    kube_api.log_state(r.log, &why);
    assert_non_null(strstr(why, "cannot get resource \"pods/log\""));
    assert_int_equal(r.asked, 1);
    kube_api.log_last(r.log);
    assert_int_equal(kube_api.log_state(r.log, NULL), KUBE_LOG_REFUSED);
    reader_close(&r);
}

static void no_previous_run(void **state)
{
    (void)state;
    const char *why;
    const struct kube_log_want previous = {.ns = "mistral", .pod = "head", .previous = true};
    READER(r, &previous, {400, "previous terminated container \\\"ray-head\\\" in pod \\\"head\\\" not found", HOLDS});
    reader_until_state(&r, KUBE_LOG_REFUSED);
    kube_api.log_state(r.log, &why);
    assert_non_null(strstr(why, "previous terminated container \"ray-head\" in pod \"head\" not found"));
    assert_non_null(strstr(r.request[0], "log?timestamps=true&previous=true HTTP"));
    reader_close(&r);
}

static void a_previous_run_has_an_end(void **state)
{
    (void)state;
    const struct kube_log_want previous = {.ns = "mistral", .pod = "head", .previous = true, .since_s = 300};
    READER(r, &previous, {200, "2026-11-30T12:00:01Z one\n", ENDS});
    reader_until_state(&r, KUBE_LOG_ENDED);
    assert_string_equal(buf_text(&r.text), "one\n");
    assert_non_null(strstr(r.request[0], "&sinceSeconds=300 "));
    reader_close(&r);
}

/* What came before the pod was gone stays, the line that was cut with it too. */
static void the_pod_is_deleted(void **state)
{
    (void)state;
    READER(r, &follow, {200, "2026-11-30T12:00:01Z one\n2026-11-30T12:00:02Z last wor", CUT},
           {404, "pods \\\"head\\\" not found", HOLDS});
    reader_until_state(&r, KUBE_LOG_ENDED);
    assert_string_equal(buf_text(&r.text), "one\nlast wor\n[the line above was cut with the connection]\n");
    assert_int_equal(r.asked, 2);
    reader_close(&r);
}

static void the_last_attempt(void **state)
{
    (void)state;
    READER(r, &follow, {200, "2026-11-30T12:00:01Z one\n", HOLDS});
    reader_until(&r, "one\n");
    kube_api.log_last(r.log); /* the stream goes on */
    assert_int_equal(kube_api.log_state(r.log, NULL), KUBE_LOG_FOLLOWING);
    tiny_feed(r.fixture.server, "1d\r\n2026-11-30T12:00:02Z two end\n\r\n0\r\n\r\n");
    reader_until_state(&r, KUBE_LOG_ENDED);
    assert_string_equal(buf_text(&r.text), "one\ntwo end\n");
    assert_int_equal(r.asked, 1);
    reader_close(&r);
}

/* Nothing that a terminal obeys, no tab, and no line without end. */
static void hostile_lines(void **state)
{
    (void)state;
    struct buf body;
    buf_init(&body, 1024 * 1024);
    buf_str(&body, "2026-11-30T12:00:01Z \x1b[31mred\x1b[0m \x1b]0;title\x07then\x1b(B \x1b[2J\x1b[1;1H.\n"
                   "2026-11-30T12:00:02Z a\tb\r\n"
                   "2026-11-30T12:00:03Z \x9b\xff\x07\x1b\n"
                   "no stamp\n"
                   "2026-11-30T12:00:04Z ");
    for (int i = 0; i < 200 * 1024; i++) buf_char(&body, 'x');
    buf_str(&body, "\n2026-11-30T12:00:05Z end\n");
    const struct attempt script[] = {{200, buf_text(&body), HOLDS}};
    struct reader r;
    reader_open(&r, script, 1, &follow);
    reader_until(&r, "end\n");
    const char *text = buf_text(&r.text);
    assert_int_equal(strncmp(text, "red then .\na       b\n\\x9b\\xff\\x07\nno stamp\nxxx", 43), 0);
    for (const char *at = text; *at; at++) assert_true((unsigned char)*at >= ' ' || *at == '\n');
    assert_non_null(strstr(text, "x…\nend\n"));
    reader_close(&r);
    buf_done(&body);
}

/* More lines in a second than are remembered: recognized by their times. */
static void many_lines_a_second(void **state)
{
    (void)state;
    enum { LINES = 6000 };
    struct buf first, second;
    buf_init(&first, 1024 * 1024);
    buf_init(&second, 1024 * 1024);
    for (int i = 0; i < LINES; i++) buf_printf(&first, "2026-11-30T12:00:01.%09dZ %d\n", i, i);
    buf_printf(&second, "%s2026-11-30T12:00:02Z end\n", buf_text(&first));
    const struct attempt script[] = {{200, buf_text(&first), CUT}, {200, buf_text(&second), HOLDS}};
    struct reader r;
    reader_open(&r, script, 2, &follow);
    reader_until(&r, "end\n");
    size_t lines = 0;
    for (const char *at = buf_text(&r.text); *at; at++) lines += *at == '\n';
    assert_int_equal(lines, LINES + 1);
    reader_close(&r);
    buf_done(&first);
    buf_done(&second);
}

/* Open ones go with the backend. */
static void closed_with_the_backend(void **state)
{
    (void)state;
    READER(r, &follow, {200, "2026-11-30T12:00:01Z one\n", HOLDS});
    reader_until(&r, "one\n");
    kube_fixture_stop(&r.fixture);
    buf_done(&r.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_within_a_line),       cmocka_unit_test(cut_within_a_character),
        cmocka_unit_test(equal_lines_are_counted), cmocka_unit_test(a_gap_is_said),
        cmocka_unit_test(the_next_run_is_said),    cmocka_unit_test(a_refusal_is_final),
        cmocka_unit_test(no_previous_run),         cmocka_unit_test(a_previous_run_has_an_end),
        cmocka_unit_test(the_pod_is_deleted),      cmocka_unit_test(the_last_attempt),
        cmocka_unit_test(hostile_lines),           cmocka_unit_test(many_lines_a_second),
        cmocka_unit_test(closed_with_the_backend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
