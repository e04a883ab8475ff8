/* load_test.c - a load on a server that answers, stalls, refuses or never answers: every request that was due is told
 * of once, and none is sent late in silence.
 */
#include "backends/serve/load.h"

#include "backends/base/mem.h"
#include "backends/serve/infer.h"
#include "backends/serve/serve_request.h"
#include "tests/support/deadline.h"
#include "tests/support/tiny_server.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEEN_MAX = 4096 };
#define HEALTHY "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess"
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[\"answer\"]"

struct fixture {
    struct loop *loop;
    struct http_client *http;
    struct tiny_server *server;
    struct serve_open how;
    struct tiny_reply reply;
    struct load *load;
    struct load_outcome seen[SEEN_MAX];
    size_t ended, most_in_flight, asked;
    unsigned over, records, kinds[2];
};

static struct tiny_reply server_answer(void *arg, const char *request)
{
    struct fixture *x = arg;
    (void)request;
    x->asked++;
    return x->reply;
}

static void on_ended(void *arg, const struct load_outcome *outcome)
{
    struct fixture *x = arg;
    const size_t in_flight = load_in_flight(x->load);
    assert_true(x->ended < SEEN_MAX);
    x->seen[x->ended++] = *outcome;
    if (in_flight > x->most_in_flight) x->most_in_flight = in_flight;
}

static void on_over(void *arg)
{
    struct fixture *x = arg;
    x->over++;
}

static int fixture_open(void **state)
{
    struct fixture *x = mem_zero(1, sizeof *x);
    x->loop = loop_new();
    x->http = http_client_new(x->loop, &(struct http_client_conf){.proxy = ""});
    x->server = tiny_start(x->loop, server_answer, x);
    x->how = (struct serve_open){.http = x->http};
    x->reply = (struct tiny_reply){.bytes = HEALTHY};
    *state = x;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *x = *state;
    load_free(x->load);
    tiny_stop(x->server);
    http_client_free(x->http);
    loop_free(x->loop);
    free(x);
    return 0;
}

static struct load_series series_of(struct fixture *x, double per_s)
{
    return (struct load_series){.name = "service", .path = serve_path_direct(tiny_url(x->server, "")), .per_s = per_s};
}

static void fixture_start(struct fixture *x, struct load_series *s, size_t count, const struct load_conf *more)
{
    const struct load_calls calls = {on_ended, on_over, x};
    struct load_conf conf = *more;
    struct why why = {0};
    conf.series = s;
    conf.count = count;
    if (load_start(x->loop, &x->how, &conf, &calls, &x->load, &why)) fail_msg("%s", why.text);
    for (size_t i = 0; i < count; i++) serve_path_done(&s[i].path);
}

static void fixture_run(struct fixture *x)
{
    const uint64_t limit_ms = loop_now_ms() + DEADLINE_MS;
    while (!x->over && loop_now_ms() < limit_ms) loop_step(x->loop, 100);
    assert_int_equal(x->over, 1);
    loop_step(x->loop, 0);
    assert_int_equal(x->over, 1);
    assert_int_equal(load_in_flight(x->load), 0);
}

/* Each number of the series once. */
static void check_each_once(const struct fixture *x, size_t series, uint64_t planned)
{
    uint64_t count = 0;
    bool *seen = mem_zero(planned + 1, sizeof *seen);
    for (size_t i = 0; i < x->ended; i++) {
        if (x->seen[i].series != series) continue;
        assert_true(x->seen[i].number < planned);
        assert_false(seen[x->seen[i].number]);
        seen[x->seen[i].number] = true;
        count++;
    }
    assert_int_equal(count, planned);
    free(seen);
}

static void the_planned_requests_are_sent(void **state)
{
    struct fixture *x = *state;
    struct load_series s[] = {series_of(x, 100), series_of(x, 7.5)};
    fixture_start(x, s, 2, &(struct load_conf){.duration_ms = 1000});
    fixture_run(x);
    const struct load_sum *fast = load_sum(x->load, 0), *slow = load_sum(x->load, 1);
    assert_int_equal(fast->planned, 100);
    assert_int_equal(slow->planned, 8);
    assert_int_equal(fast->ok, 100);
    assert_int_equal(fast->latency.count, 100);
    check_each_once(x, 0, 100);
    check_each_once(x, 1, 8);
    for (size_t i = 0; i < x->ended; i++) {
        const struct load_outcome *o = &x->seen[i];
        const struct load_sum *sum = load_sum(x->load, o->series);
        const double per_s = o->series ? 7.5 : 100;
        assert_int_equal(o->due_us, sum->first_due_us + (uint64_t)((double)o->number * 1e6 / per_s));
        assert_true(o->sent_us.known && o->sent_us.value >= o->due_us);
        assert_int_equal(o->latency_us, o->done_us - o->due_us);
        assert_int_equal(o->status, 200);
    }
    assert_true(fast->connections >= 1 && fast->connections < 100);
}

static void a_fresh_series_makes_a_connection_a_request(void **state)
{
    struct fixture *x = *state;
    struct load_series s[] = {series_of(x, 50)};
    s[0].fresh = true;
    fixture_start(x, s, 1, &(struct load_conf){.duration_ms = 400});
    fixture_run(x);
    assert_int_equal(load_sum(x->load, 0)->ok, 20);
    assert_int_equal(load_sum(x->load, 0)->connections, 20);
    assert_int_equal(tiny_connections(x->server), 20);
}

/* What waited for a stalled server was due all the while: its latency says so, and it is called late. */
static void latency_counts_from_when_a_request_was_due(void **state)
{
    struct fixture *x = *state;
    struct load_series s[] = {series_of(x, 50)};
    s[0].in_flight = 1;
    x->reply.after_ms = 300;
    fixture_start(x, s, 1, &(struct load_conf){.duration_ms = 400});
    fixture_run(x);
    const struct load_sum *sum = load_sum(x->load, 0);
    assert_int_equal(sum->planned, 20);
    assert_int_equal(sum->ok + sum->failed, 20);
    check_each_once(x, 0, 20);
    assert_true(x->most_in_flight <= 1);
    /* the twentieth was due at 380 ms, and 19 answers of 300 ms came before it, until they had waited for 5 s */
    assert_true(sum->late >= 18);
    assert_true(sum->latency.max_us >= 4000000);
    assert_true(sum->failure[SERVE_FAILURE_TIMEOUT] > 0);
    for (size_t i = 0; i < x->ended; i++)
        if (!x->seen[i].sent_us.known) assert_true(x->seen[i].latency_us >= 5000000);
}

static void a_server_that_never_answers_is_timed_out(void **state)
{
    struct fixture *x = *state;
    struct load_series s[] = {series_of(x, 50)};
    s[0].in_flight = 3;
    s[0].timeout_ms = 200;
    x->reply = (struct tiny_reply){.bytes = NULL};
    fixture_start(x, s, 1, &(struct load_conf){.duration_ms = 500});
    fixture_run(x);
    const struct load_sum *sum = load_sum(x->load, 0);
    assert_int_equal(sum->planned, 25);
    assert_int_equal(sum->failure[SERVE_FAILURE_TIMEOUT], 25);
    assert_int_equal(sum->failed, 25);
    assert_true(sum->sent < 25);
    assert_false(histogram_percentile(&sum->latency, 50).known);
    assert_true(sum->longest_gap_us >= 500000);
    check_each_once(x, 0, 25);
}

static void failures_are_told_by_class(void **state)
{
    struct fixture *x = *state;
    struct load_series s[] = {series_of(x, 50)};
    x->reply = (struct tiny_reply){.bytes = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"};
    fixture_start(x, s, 1, &(struct load_conf){.duration_ms = 200});
    fixture_run(x);
    assert_int_equal(load_sum(x->load, 0)->failure[SERVE_FAILURE_SERVER], 10);
    assert_int_equal(load_sum(x->load, 0)->ok, 0);
    assert_int_equal(x->seen[0].status, 503);
}

static void prompts_are_a_series(void **state)
{
    struct fixture *x = *state;
    struct load_series s[] = {series_of(x, 20)};
    s[0].prompt = &infer_ops;
    s[0].question = "What is a head?";
    x->reply = (struct tiny_reply){.bytes = ANSWER};
    fixture_start(x, s, 1, &(struct load_conf){.duration_ms = 250});
    fixture_run(x);
    assert_int_equal(load_sum(x->load, 0)->ok, 5);
    assert_non_null(strstr(tiny_last(x->server), "GET /infer?sentence=What%20is%20a%20head%3F "));
}

static void a_stopped_load_ends_what_it_began(void **state)
{
    struct fixture *x = *state;
    struct load_series s[] = {series_of(x, 100)};
    x->reply.after_ms = 100;
    fixture_start(x, s, 1, &(struct load_conf){.duration_ms = 0});
    while (!x->ended) loop_step(x->loop, 100);
    assert_int_equal(x->over, 0);
    load_stop(x->load);
    load_stop(x->load);
    fixture_run(x);
    const struct load_sum *sum = load_sum(x->load, 0);
    assert_int_equal(sum->planned, x->ended);
    assert_int_equal(sum->failed, 0);
    check_each_once(x, 0, sum->planned);
}

static void a_freed_load_calls_nothing(void **state)
{
    struct fixture *x = *state;
    struct load_series s[] = {series_of(x, 100), series_of(x, 100)};
    s[1].prompt = &infer_ops;
    s[1].question = "?";
    x->reply = (struct tiny_reply){.bytes = NULL};
    fixture_start(x, s, 2, &(struct load_conf){.duration_ms = 0});
    while (x->asked < 4) loop_step(x->loop, 100);
    load_free(x->load);
    x->load = NULL;
    for (int i = 0; i < 5; i++) loop_step(x->loop, 10);
    assert_int_equal(x->ended, 0);
    assert_int_equal(x->over, 0);
}

/* A laptop that slept: the requests that were due meanwhile say nothing about the service. */
static void a_pause_of_the_process_is_no_failure_of_the_service(void **state)
{
    struct fixture *x = *state;
    struct load_series s[] = {series_of(x, 100)};
    s[0].timeout_ms = 100;
    fixture_start(x, s, 1, &(struct load_conf){.duration_ms = 1000, .pause_ms = 300});
    while (!x->ended) loop_step(x->loop, 100);
    poll(NULL, 0, 500);
    fixture_run(x);
    const struct load_sum *sum = load_sum(x->load, 0);
    assert_int_equal(sum->planned, 100);
    assert_true(sum->failure[SERVE_FAILURE_OURS] >= 30);
    check_each_once(x, 0, 100);
}

/* Every place is in flight and nothing is due: the process runs all the while, and the service is to blame. */
static void a_stalled_service_is_no_pause_of_the_process(void **state)
{
    struct fixture *x = *state;
    struct load_series s[] = {series_of(x, 2)};
    s[0].in_flight = 1;
    x->reply.after_ms = 3500;
    fixture_start(x, s, 1, &(struct load_conf){.duration_ms = 1000, .pause_ms = 3000});
    fixture_run(x);
    const struct load_sum *sum = load_sum(x->load, 0);
    assert_int_equal(sum->planned, 2);
    assert_int_equal(sum->failure[SERVE_FAILURE_OURS], 0);
}

static void what_is_no_load_is_refused(void **state)
{
    struct fixture *x = *state;
    static const double rates[] = {0, -1, LOAD_PER_S_MAX + 1.0, 1e9, 0.0 / 0.0, 1.0 / 0.0};
    const struct load_calls calls = {on_ended, on_over, x};
    struct load *none = NULL;
    struct why why = {0};
    for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
        struct load_series s = {.name = "service", .per_s = rates[i]};
        assert_int_equal(
            load_start(x->loop, &x->how, &(struct load_conf){.series = &s, .count = 1}, &calls, &none, &why),
            ERR_USAGE);
    }
    const struct load_series two[] = {{.name = "a", .per_s = 300}, {.name = "b", .per_s = 300}};
    assert_int_equal(load_start(x->loop, &x->how, &(struct load_conf){.series = two, .count = 2}, &calls, &none, &why),
                     ERR_USAGE);
    assert_int_equal(load_start(x->loop, &x->how, &(struct load_conf){.series = two}, &calls, &none, &why), ERR_USAGE);
    assert_null(none);
}

static void on_change(void *owner, struct change *c)
{
    struct fixture *x = owner;
    const struct request *r = (const void *)c->record;
    assert_int_equal(c->type, CHANGE_PUT);
    x->records += r->done.known;
    if (r->done.known) {
        assert_true(r->due.known && r->sent.known && r->due.value <= r->sent.value && r->sent.value <= r->done.value);
        assert_string_equal(r->phase, r->failure ? "failed" : "ok");
        x->kinds[strcmp(r->kind, "way") == 0] += strcmp(r->kind, "way") == 0 || strcmp(r->kind, "prompt") == 0;
    }
    change_free(c);
}

/* For a world and for a recording: a verdict needs no other sum. */
static void each_request_is_a_record_where_there_is_a_sink(void **state)
{
    struct fixture *x = *state;
    struct load_series s[] = {series_of(x, 50), series_of(x, 10)};
    const struct sink sink = {on_change, x};
    s[1].prompt = &infer_ops;
    s[1].question = "?";
    fixture_start(x, s, 2, &(struct load_conf){.duration_ms = 400, .sink = &sink});
    fixture_run(x);
    assert_int_equal(x->records, 24);
    assert_int_equal(x->kinds[true], 20);
    assert_int_equal(x->kinds[false], 4);
}

#define LOAD_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOAD_TEST(the_planned_requests_are_sent),
        LOAD_TEST(a_fresh_series_makes_a_connection_a_request),
        LOAD_TEST(latency_counts_from_when_a_request_was_due),
        LOAD_TEST(a_server_that_never_answers_is_timed_out),
        LOAD_TEST(failures_are_told_by_class),
        LOAD_TEST(prompts_are_a_series),
        LOAD_TEST(a_stopped_load_ends_what_it_began),
        LOAD_TEST(a_freed_load_calls_nothing),
        LOAD_TEST(a_pause_of_the_process_is_no_failure_of_the_service),
        LOAD_TEST(each_request_is_a_record_where_there_is_a_sink),
        LOAD_TEST(a_stalled_service_is_no_pause_of_the_process),
        LOAD_TEST(what_is_no_load_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
