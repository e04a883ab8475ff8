/* serve_test.c - Prompts, probes and the Serve API against a server that answers, refuses, hangs up, is slow or wrong.
 */
#include "backends/base/mem.h"
#include "backends/serve/infer.h"
#include "backends/serve/prober.h"
#include "backends/serve/serve_status.h"
#include "backends/world/request_kind.h"
#include "backends/world/world.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
#include "tests/support/tiny_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
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
    struct tiny_reply reply;
    struct request *last; /* the final record of a prompt */
    struct prompt_run *run;
    struct prober *prober;
    struct serve_status *status;
    unsigned done, asked, puts, alive, gone;
    char base[64], proxied_path[256];
    char *keep[16]; /* what a slow answer may still be sent from */
    size_t kept;
    bool refuse_proxy;
};

static struct tiny_reply server_answer(void *arg, const char *request)
{
    struct fixture *s = arg;
    (void)request;
    s->asked++;
    return s->reply;
}

static void on_change(void *owner, struct change *c)
{
    struct fixture *s = owner;
    c->at_ms = loop_now_ms();
    c->wall_ms = loop_wall_ms(s->loop);
    s->puts += c->type == CHANGE_PUT;
    s->alive += c->type == CHANGE_ALIVE;
    s->gone += c->type == CHANGE_GONE;
    world_apply(s->world, c);
    change_free(c);
}

/* A kube whose proxy is the test's server. */
static struct http_request *kube_proxied(struct kube *be, const char *path, const struct http_ask *ask,
                                         const struct http_calls *calls)
{
    struct fixture *s = (struct fixture *)be;
    struct http_ask copy = *ask;
    snprintf(s->proxied_path, sizeof s->proxied_path, "%s", path);
    if (s->refuse_proxy) {
        const struct http_answer no = {
            .err = ERR_REFUSED, .why = "no connection to the API server", .body = "", .content_type = ""};
        calls->done(calls->arg, &no);
        return NULL;
    }
    char *url = mem_printf("%s%s", s->base, path);
    copy.url = url;
    struct http_request *r = http_send(s->http, &copy, calls);
    free(url);
    return r;
}
static const struct kube_ops fake_kube = {.kind = "fake", .proxy = kube_proxied};

static int fixture_open(void **state)
{
    struct fixture *s = mem_zero(1, sizeof *s);
    const struct http_client_conf conf = {.proxy = "", .user_agent = "test"};
    s->loop = loop_new();
    s->world = world_new();
    s->http = http_client_new(s->loop, &conf);
    s->server = tiny_start(s->loop, server_answer, s);
    s->how = (struct serve_open){.http = s->http, .kube_ops = &fake_kube, .kube = (struct kube *)s};
    s->sink = (struct sink){on_change, s};
    snprintf(s->base, sizeof s->base, "http://127.0.0.1:%u", tiny_port(s->server));
    *state = s;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    if (s->run) infer_ops.cancel(s->run);
    prober_free(s->prober);
    serve_status_free(s->status);
    http_client_free(s->http);
    tiny_stop(s->server);
    loop_free(s->loop);
    world_free(s->world);
    if (s->last) record_free(&s->last->record);
    for (size_t i = 0; i < s->kept; i++) free(s->keep[i]);
    free(s);
    return 0;
}

#define UNTIL(s, condition) ASSERT_UNTIL((s)->loop, condition)

static void reply_with(struct fixture *s, const char *status, const char *body)
{
    assert_true(s->kept < ARRAY_LEN(s->keep));
    char *text = s->keep[s->kept++] = mem_printf(
        "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", status, strlen(body), body);
    s->reply = (struct tiny_reply){.bytes = text};
}

static struct serve_path path_direct(struct fixture *s)
{
    return (struct serve_path){.words = (char *)"direct", .base = s->base};
}
static struct serve_path path_proxied(void)
{
    return (struct serve_path){
        .words = (char *)"API server proxy", .base = (char *)"/api/v1/namespaces/n/pods/w:8000/proxy", .proxied = true};
}

/* ---- prompts ----------------------------------------------------------------------------------------------------- */

static void on_done(void *arg, const struct request *r)
{
    struct fixture *s = arg;
    s->done++;
    s->run = NULL;
    if (s->last) record_free(&s->last->record);
    s->last = record_copy(&r->record);
}

static void prompt_send(struct fixture *s, const char *question, struct serve_path path, uint64_t timeout_ms)
{
    const struct prompt_ask a = {.id = "p1",
                                 .question = question,
                                 .path = path,
                                 .timeout_ms = timeout_ms,
                                 .due_wall_ms = loop_wall_ms(s->loop) - 250};
    unsigned before = s->done;
    s->run = infer_ops.ask(s->loop, &s->how, &a, &s->sink, on_done, s);
    assert_int_equal(s->done, before); /* never before ask has returned */
    const struct row *row = world_find(s->world, TABLE_REQUEST, "p1");
    assert_non_null(row);
    assert_string_equal(ROW(row, request)->phase, "waiting");
}

static void test_prompt(void **state)
{
    struct fixture *s = *state;
    char *body = fixture_read("tests/fixtures/serve/infer-2.60.json", NULL);
    reply_with(s, "200 OK\r\nX-Serving-Pod: mistral-worker-7", body);
    free(body);
    prompt_send(s, "What is high availability? 1&2+3", path_direct(s), 5000);
    UNTIL(s, s->done == 1);
    const struct request *r = s->last;
    assert_string_equal(r->kind, "prompt");
    assert_string_equal(r->phase, "ok");
    assert_null(r->failure);
    assert_string_equal(r->question, "What is high availability? 1&2+3");
    assert_true(strncmp(r->answer, "her at are would", 16) == 0);
    assert_int_equal(r->status.value, 200);
    assert_int_equal(r->bytes.value, 154);
    assert_string_equal(r->path, "direct");
    assert_string_equal(r->pod, "mistral-worker-7");
    assert_true(r->latency_us.value >= 250000); /* from when it was due */
    assert_false(r->first_token_us.known);
    assert_false(r->tokens.known);
    assert_true(strncmp(tiny_last(s->server),
                        "GET /infer?sentence=What%20is%20high%20availability%3F%201%262%2B3 HTTP/1.1", 70) == 0);
    assert_string_equal(ROW(world_find(s->world, TABLE_REQUEST, "p1"), request)->phase, "ok");
}

static void prompt_fails(struct fixture *s, const char *failure)
{
    unsigned before = s->done;
    prompt_send(s, "q", path_direct(s), 300);
    UNTIL(s, s->done == before + 1);
    assert_string_equal(s->last->phase, "failed");
    assert_string_equal(s->last->failure, failure);
    assert_non_null(s->last->why);
    assert_null(s->last->answer);
}

static void test_prompt_failures(void **state)
{
    struct fixture *s = *state;
    reply_with(s, "500 Internal Server Error", "Internal Server Error");
    prompt_fails(s, "5xx");
    assert_int_equal(s->last->status.value, 500);
    reply_with(s, "422 Unprocessable Entity", "{\"detail\":[]}");
    prompt_fails(s, "4xx");
    reply_with(s, "200 OK", "success");
    prompt_fails(s, "bad body");
    s->reply = (struct tiny_reply){.bytes = NULL};
    prompt_fails(s, "timeout");
    unsigned asked = s->asked;
    s->reply = (struct tiny_reply){.bytes = "", .reset = true};
    prompt_fails(s, "reset");
    assert_int_equal(s->asked, asked + 1); /* nothing is sent twice */
    tiny_stop(s->server);
    prompt_fails(s, "refused");
    assert_false(s->last->status.known);
    s->server = tiny_start(s->loop, server_answer, s);
}

static void why_is(struct fixture *s, const char *status, const char *body, const char *failure, const char *why)
{
    reply_with(s, status, body);
    prompt_fails(s, failure);
    assert_string_equal(s->last->why, why);
}

/* Where an error came from, and what it says: the application's own words, or how the body begins. */
static void test_prompt_errors_say_where_from(void **state)
{
    struct fixture *s = *state;
    why_is(s, "200 OK", "{\"error\":\"no free NeuronCore\"}", "model error", "no free NeuronCore");
    why_is(s, "500 Internal Server Error", "{\"detail\":\"out of device memory\"}", "model error",
           "HTTP status 500: out of device memory");
    why_is(s, "500 Internal Server Error", "Internal  Server\nError", "5xx",
           "HTTP status 500 from Serve or the application: Internal Server Error");
    why_is(s, "502 Bad Gateway",
           "<html>\r\n<head><title>502 Bad Gateway</title></head><body><hr><center>nginx</center></body></html>", "5xx",
           "HTTP status 502 from the proxy before Serve (nginx): 502 Bad Gateway nginx");
    why_is(s, "504 Gateway Time-out", "", "5xx", "HTTP status 504 from a proxy before Serve");
    why_is(s, "503 Service Unavailable", "\x1b[2Jno replicas", "5xx", "HTTP status 503: \\x1b[2Jno replicas");
    why_is(s, "401 Unauthorized", "{\"detail\":\"no such token: hf_abcdefghijklmnopqrstuvwxyz\"}", "forbidden",
           "HTTP status 401: no such token: •••");
    why_is(s, "503 Service Unavailable", "Authorization: Bearer abc.def was refused", "5xx",
           "HTTP status 503: Authorization: Bearer ••• was refused");
}

static void test_prompt_cancelled(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){.bytes = NULL};
    prompt_send(s, "q", path_direct(s), 5000);
    UNTIL(s, s->asked == 1);
    infer_ops.cancel(s->run);
    assert_int_equal(s->done, 1);
    assert_string_equal(s->last->phase, "cancelled");
    assert_false(s->last->latency_us.known);
    infer_ops.cancel(NULL);
}

static void test_prompt_too_long(void **state)
{
    struct fixture *s = *state;
    char *question = mem_alloc(INFER_QUESTION_MAX + 1);
    memset(question, 'x', INFER_QUESTION_MAX);
    question[INFER_QUESTION_MAX] = '\0';
    prompt_send(s, question, path_direct(s), 5000);
    free(question);
    UNTIL(s, s->done == 1);
    assert_string_equal(s->last->failure, "too long");
    assert_int_equal(s->asked, 0);
}

static void test_prompt_proxied(void **state)
{
    struct fixture *s = *state;
    reply_with(s, "200 OK", "[\"hello\"]");
    prompt_send(s, "q", path_proxied(), 5000);
    UNTIL(s, s->done == 1);
    assert_string_equal(s->last->answer, "hello");
    assert_string_equal(s->proxied_path, "/api/v1/namespaces/n/pods/w:8000/proxy/infer?sentence=q");
    /* Refused before it was sent, and without a Kubernetes at all. */
    s->refuse_proxy = true;
    prompt_send(s, "q", path_proxied(), 5000);
    UNTIL(s, s->done == 2);
    assert_string_equal(s->last->failure, "refused");
    assert_string_equal(s->last->why, "API server: no connection to the API server");
    s->how.kube = NULL;
    prompt_send(s, "q", path_proxied(), 5000);
    UNTIL(s, s->done == 3);
    assert_string_equal(s->last->failure, "unreachable");
}

/* ---- probes ------------------------------------------------------------------------------------------------------ */

struct tally {
    unsigned ok, slow, failed, waiting, cancelled;
    const struct request *last;
};

static struct tally requests_tally(const struct fixture *s)
{
    struct tally t = {0};
    WORLD_EACH (row, s->world, TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        t.ok += strcmp(r->phase, "ok") == 0;
        t.slow += strcmp(r->phase, "slow") == 0;
        t.failed += strcmp(r->phase, "failed") == 0;
        t.waiting += strcmp(r->phase, "waiting") == 0;
        t.cancelled += strcmp(r->phase, "cancelled") == 0;
        t.last = r;
    }
    return t;
}

static const struct source *probe_source(const struct fixture *s)
{
    return world_source_named(s->world, PROBER_SOURCE);
}

static void prober_start(struct fixture *s, uint64_t every_ms, uint64_t timeout_ms, uint64_t slow_ms,
                         struct serve_path path)
{
    const struct prober_conf conf = {.interval_ms = every_ms, .timeout_ms = timeout_ms, .slow_ms = slow_ms};
    const struct probe_target target = {"m-worker-a", path};
    s->prober = prober_new(s->loop, &s->how, &conf, &s->sink);
    assert_int_equal(probe_source(s)->state, SOURCE_OFF);
    prober_set_targets(s->prober, &target, 1, 0);
}

static void test_probes(void **state)
{
    struct fixture *s = *state;
    reply_with(s, "200 OK", "success");
    prober_start(s, 50, 5000, 5000, path_direct(s));
    UNTIL(s, requests_tally(s).ok >= 4);
    struct tally t = requests_tally(s);
    assert_int_equal(t.failed + t.slow, 0);
    assert_int_equal(probe_source(s)->state, SOURCE_LIVE);
    const struct request *r = ROW(world_find(s->world, TABLE_REQUEST, "probe-1"), request);
    const struct request *r2 = ROW(world_find(s->world, TABLE_REQUEST, "probe-2"), request);
    assert_string_equal(r->kind, "probe");
    assert_string_equal(r->pod, "m-worker-a");
    assert_string_equal(r->target, "GET /-/healthz");
    assert_int_equal(r->status.value, 200);
    assert_true(r2->due.value - r->due.value >= 49 && r2->due.value - r->due.value <= 51);
    assert_true(strncmp(tiny_last(s->server), "GET /-/healthz HTTP/1.1", 23) == 0);
}

/* One that hangs does not hold up the next: each is due at its time, and times out at its own. */
static void test_open_loop(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){.bytes = NULL};
    prober_start(s, 40, 400, 5000, path_direct(s));
    UNTIL(s, requests_tally(s).waiting >= 5 && requests_tally(s).failed == 0);
    UNTIL(s, requests_tally(s).failed >= 3);
    WORLD_EACH (row, s->world, TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        if (strcmp(r->phase, "failed") != 0) continue;
        assert_string_equal(r->failure, "timeout");
        assert_true(r->latency_us.value >= 400000 && r->latency_us.value < 900000);
    }
    assert_int_equal(probe_source(s)->state, SOURCE_LIVE); /* it is the worker that says nothing */
}

static void test_in_flight_is_bounded(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){.bytes = NULL};
    prober_start(s, 2, 60000, 5000, path_direct(s));
    UNTIL(s, requests_tally(s).failed >= 3);
    struct tally t = requests_tally(s);
    assert_int_equal(t.waiting, PROBER_IN_FLIGHT);
    assert_string_equal(t.last->failure, "timeout");
    assert_false(t.last->sent.known);
}

static void test_slow_and_wrong(void **state)
{
    struct fixture *s = *state;
    reply_with(s, "200 OK", "success");
    s->reply.after_ms = 60;
    prober_start(s, 30, 5000, 40, path_direct(s));
    UNTIL(s, requests_tally(s).slow >= 1);
    assert_int_equal(requests_tally(s).ok, 0);
    reply_with(s, "200 OK", "<html>");
    UNTIL(s, requests_tally(s).failed >= 1);
    reply_with(s, "503 Service Unavailable", "unhealthy");
    bool seen = false;
    for (uint64_t end = loop_now_ms() + DEADLINE_MS; !seen && loop_now_ms() < end;) {
        loop_step(s->loop, 20);
        const struct request *last = requests_tally(s).last;
        WORLD_EACH (row, s->world, TABLE_REQUEST) {
            last = ROW(row, request);
            seen = seen || (last->failure && strcmp(last->failure, "5xx") == 0);
        }
    }
    assert_true(seen);
}

/* Behind the proxy: a worker that refuses, a user who may not, a server that is gone are three things. */
static void test_probes_proxied(void **state)
{
    struct fixture *s = *state;
    char *refused = fixture_read("tests/fixtures/serve/pod-proxy-refused.json", NULL);
    char *forbidden = fixture_read("tests/fixtures/serve/403-service-proxy.json", NULL);
    reply_with(s, "503 Service Unavailable", refused);
    prober_start(s, 20, 5000, 5000, path_proxied());
    UNTIL(s, requests_tally(s).failed >= 1);
    assert_string_equal(ROW(world_find(s->world, TABLE_REQUEST, "probe-1"), request)->failure, "refused");
    assert_string_equal(s->proxied_path, "/api/v1/namespaces/n/pods/w:8000/proxy/-/healthz");
    assert_int_equal(probe_source(s)->state, SOURCE_LIVE);
    reply_with(s, "403 Forbidden", forbidden);
    UNTIL(s, probe_source(s)->state == SOURCE_DENIED);
    assert_int_equal(probe_source(s)->err, ERR_FORBIDDEN);
    /* The user's permissions and the API server's health are no failures of the worker. */
    const unsigned failed = requests_tally(s).failed, cancelled = requests_tally(s).cancelled;
    assert_true(cancelled >= 1);
    s->refuse_proxy = true;
    UNTIL(s, probe_source(s)->state == SOURCE_DOWN && requests_tally(s).cancelled > cancelled + 1);
    assert_int_equal(probe_source(s)->err, ERR_REFUSED);
    assert_int_equal(requests_tally(s).failed, failed);
    s->refuse_proxy = false;
    reply_with(s, "200 OK", "success");
    UNTIL(s, probe_source(s)->state == SOURCE_LIVE && requests_tally(s).ok >= 1);
    free(refused);
    free(forbidden);
}

/* The users' way: one target, no pod, records and a source of its own. */
static void test_probe_of_the_way(void **state)
{
    struct fixture *s = *state;
    const struct prober_conf conf = {.interval_ms = 20, .users_route = true};
    struct probe_target target = {NULL, path_direct(s)};
    reply_with(s, "200 OK", "success");
    s->prober = prober_new(s->loop, &s->how, &conf, &s->sink);
    prober_set_targets(s->prober, &target, 1, 0);
    UNTIL(s, requests_tally(s).ok >= 2);
    prober_set_targets(s->prober, &target, 1, 0); /* the same: what is in flight goes on */
    assert_int_equal(requests_tally(s).cancelled, 0);
    const struct request *q = ROW(world_find(s->world, TABLE_REQUEST, "way-1"), request);
    assert_string_equal(q->kind, "way");
    assert_null(q->pod);
    assert_int_equal(q->proxied, TRI_NO);
    assert_null(world_source_named(s->world, PROBER_SOURCE));
    const struct source *source = world_source_named(s->world, PROBER_ROUTE_SOURCE);
    assert_int_equal(source->state, SOURCE_LIVE);
    assert_string_equal(source->detail, target.path.words);
    prober_set_targets(s->prober, NULL, 0, 0);
    assert_int_equal(source->state, SOURCE_OFF);
    assert_string_equal(source->why, "no route to the service is known");
}

/* Through the API server all workers share one budget: each is asked in its turn, over few connections, and each record
 * says how long a round takes. */
static void test_probes_share_a_budget(void **state)
{
    enum { WORKERS = 30 };
    struct fixture *s = *state;
    struct probe_target target[WORKERS];
    char name[WORKERS][16];
    for (size_t i = 0; i < WORKERS; i++) {
        snprintf(name[i], sizeof name[i], "worker-%zu", i);
        target[i] = (struct probe_target){name[i], path_proxied()};
    }
    reply_with(s, "200 OK", "success");
    const struct prober_conf conf = {.interval_ms = 1000, .timeout_ms = 5000, .slow_ms = 5000};
    const uint64_t began = loop_now_ms();
    s->prober = prober_new(s->loop, &s->how, &conf, &s->sink);
    prober_set_targets(s->prober, target, WORKERS, 0);
    UNTIL(s, requests_tally(s).ok >= WORKERS);
    const uint64_t seconds = (loop_now_ms() - began + 999) / 1000;
    assert_true(s->asked <= (seconds + 1) * PROBER_PROXIED_PER_S);
    assert_true(tiny_connections(s->server) <= 2 * PROBER_PROXIED_PER_S);
    unsigned of[WORKERS] = {0};
    WORLD_EACH (row, s->world, TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        unsigned *count = &of[atoi(r->pod + strlen("worker-"))];
        assert_int_equal(r->round_ms.value, 1000 * WORKERS / PROBER_PROXIED_PER_S);
        if (strcmp(r->phase, "ok") == 0) (*count)++;
    }
    for (size_t i = 0; i < WORKERS; i++) assert_true(of[i] >= 1 && of[i] <= 2);
    assert_non_null(strstr(probe_source(s)->detail, "each every 3.0 s"));
    /* Few enough for the normal interval: nothing is stretched, and the record says so by saying nothing. */
    prober_set_targets(s->prober, target, 2, 0);
    unsigned before = s->asked;
    UNTIL(s, s->asked >= before + 2);
    assert_false(requests_tally(s).last->round_ms.known);
}

/* An API server that keeps no connection: as many as a start may take, then two a second, and it is said. */
static void test_probes_that_need_a_connection_each(void **state)
{
    enum { WORKERS = 5, WATCHED_MS = 3000 };
    static const char *const name[WORKERS] = {"w0", "w1", "w2", "w3", "w4"};
    struct fixture *s = *state;
    struct probe_target target[WORKERS];
    for (size_t i = 0; i < WORKERS; i++) target[i] = (struct probe_target){name[i], path_proxied()};
    reply_with(s, "200 OK", "success");
    s->reply.hang_up = true;
    const struct prober_conf conf = {.interval_ms = 50, .timeout_ms = 5000, .slow_ms = 5000};
    s->prober = prober_new(s->loop, &s->how, &conf, &s->sink);
    prober_set_targets(s->prober, target, WORKERS, 0);
    UNTIL(s, source_is_throttled(probe_source(s)));
    assert_non_null(strstr(probe_source(s)->why, "throttled: "));
    const unsigned before = tiny_connections(s->server);
    const uint64_t from = loop_now_ms();
    while (loop_now_ms() < from + WATCHED_MS) loop_step(s->loop, 20);
    const uint64_t seconds = (loop_now_ms() - from + 999) / 1000;
    assert_true(before >= PROBER_DIALS);
    assert_true(tiny_connections(s->server) - before <= PROBER_DIALS_PER_S * (seconds + 1) + WORKERS);
    assert_true(tiny_connections(s->server) > before); /* slowly, not never */
    /* It keeps them again: the rate comes back. */
    s->reply.hang_up = false;
    UNTIL(s, probe_source(s)->err == ERR_OK);
}

static void test_targets_change(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){.bytes = NULL};
    prober_start(s, 60000, 60000, 5000, path_direct(s));
    UNTIL(s, s->asked == 1);
    /* The same target keeps its probe; another one takes its place; none turns the source off. */
    const struct probe_target same = {"m-worker-a", path_direct(s)}, other = {"m-worker-b", path_direct(s)};
    const struct probe_target twice[] = {same, same};
    prober_set_targets(s->prober, twice, 2, 0);
    assert_int_equal(requests_tally(s).waiting, 1);
    prober_set_targets(s->prober, &other, 1, 0);
    assert_int_equal(requests_tally(s).cancelled, 1);
    assert_int_equal(requests_tally(s).waiting, 0);
    prober_set_interval(s->prober, 30);
    UNTIL(s, requests_tally(s).waiting >= 2);
    prober_set_targets(s->prober, NULL, 0, 0);
    assert_int_equal(probe_source(s)->state, SOURCE_OFF);
    assert_int_equal(requests_tally(s).waiting, 0);
    prober_set_targets(s->prober, &same, 1, 0);
    UNTIL(s, requests_tally(s).waiting >= 1);
}

/* ---- the Serve API ----------------------------------------------------------------------------------------------- */

static const struct source *serve_source(const struct fixture *s)
{
    return world_source_named(s->world, SERVE_SOURCE);
}

static void test_status(void **state)
{
    struct fixture *s = *state;
    char *body = fixture_read("tests/fixtures/serve/serve_applications-2.60.json", NULL);
    reply_with(s, "200 OK", body);
    s->status = serve_status_new(s->loop, &s->how, &s->sink);
    assert_int_equal(serve_source(s)->state, SOURCE_OFF);
    const struct serve_path dashboard = path_direct(s);
    serve_status_set(s->status, "uid-1", &dashboard);
    serve_status_set(s->status, "uid-1", &dashboard); /* says nothing new */
    UNTIL(s, world_count(s->world, TABLE_SERVEAPP) == 1);
    assert_int_equal(s->asked, 1);
    assert_int_equal(serve_source(s)->state, SOURCE_LIVE);
    assert_true(strncmp(tiny_last(s->server), "GET /api/serve/applications/ HTTP/1.1", 37) == 0);
    const struct serveapp *app = ROW(world_find(s->world, TABLE_SERVEAPP, "uid-1"), serveapp);
    assert_int_equal(app->replicas_count, 3);

    /* Again: the same answer is a proof of life, not a change. */
    unsigned puts = s->puts;
    serve_status_refresh(s->status);
    UNTIL(s, s->alive == 1);
    assert_int_equal(s->puts, puts);

    /* Lost: what it said stays, as old. */
    reply_with(s, "503 Service Unavailable", "gone");
    serve_status_refresh(s->status);
    UNTIL(s, serve_source(s)->state == SOURCE_DOWN);
    assert_string_equal(serve_source(s)->why, "HTTP status 503");
    assert_int_equal(world_count(s->world, TABLE_SERVEAPP), 1);

    /* It is asked again by itself. */
    reply_with(s, "200 OK", body);
    UNTIL(s, serve_source(s)->state == SOURCE_LIVE);
    free(body);

    /* Another service. */
    serve_status_set(s->status, "uid-2", NULL);
    assert_int_equal(s->gone, 1);
    assert_int_equal(world_count(s->world, TABLE_SERVEAPP), 0);
    assert_int_equal(serve_source(s)->state, SOURCE_OFF);
}

/* The world drops what a source without its kind had said; the same answer afterwards is news. */
static void test_status_comes_back(void **state)
{
    struct fixture *s = *state;
    char *body = fixture_read("tests/fixtures/serve/serve_applications-2.60.json", NULL);
    const struct serve_path dashboard = path_direct(s);
    reply_with(s, "200 OK", body);
    s->status = serve_status_new(s->loop, &s->how, &s->sink);
    serve_status_set(s->status, "uid-1", &dashboard);
    UNTIL(s, world_count(s->world, TABLE_SERVEAPP) == 1);

    reply_with(s, "404 Not Found", "404: Not Found");
    serve_status_refresh(s->status);
    UNTIL(s, serve_source(s)->state == SOURCE_ABSENT);
    assert_int_equal(world_count(s->world, TABLE_SERVEAPP), 0);
    reply_with(s, "200 OK", body);
    serve_status_refresh(s->status);
    UNTIL(s, serve_source(s)->state == SOURCE_LIVE);
    UNTIL(s, world_count(s->world, TABLE_SERVEAPP) == 1);

    serve_status_set(s->status, "uid-1", NULL);
    assert_int_equal(world_count(s->world, TABLE_SERVEAPP), 0);
    serve_status_set(s->status, "uid-1", &dashboard);
    UNTIL(s, world_count(s->world, TABLE_SERVEAPP) == 1);
    free(body);
}

static void test_status_failures(void **state)
{
    struct fixture *s = *state;
    const struct serve_path dashboard = path_proxied();
    char *forbidden = fixture_read("tests/fixtures/serve/403-service-proxy.json", NULL);
    char *absent = fixture_read("tests/fixtures/serve/svc-proxy-absent-404.json", NULL);
    reply_with(s, "403 Forbidden", forbidden);
    s->status = serve_status_new(s->loop, &s->how, &s->sink);
    serve_status_set(s->status, "uid-1", &dashboard);
    UNTIL(s, serve_source(s)->state == SOURCE_DENIED);
    reply_with(s, "404 Not Found", absent);
    serve_status_refresh(s->status);
    UNTIL(s, serve_source(s)->state == SOURCE_DOWN);
    reply_with(s, "404 Not Found", "404: Not Found");
    serve_status_refresh(s->status);
    UNTIL(s, serve_source(s)->state == SOURCE_ABSENT);
    reply_with(s, "200 OK", "{\"applications\": 7}");
    serve_status_refresh(s->status);
    UNTIL(s, serve_source(s)->state == SOURCE_DOWN && serve_source(s)->err == ERR_PARSE);
    free(forbidden);
    free(absent);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(test_prompt),
        TEST(test_prompt_failures),
        TEST(test_prompt_cancelled),
        TEST(test_prompt_too_long),
        TEST(test_prompt_proxied),
        TEST(test_probes),
        TEST(test_open_loop),
        TEST(test_in_flight_is_bounded),
        TEST(test_slow_and_wrong),
        TEST(test_probes_proxied),
        TEST(test_probe_of_the_way),
        TEST(test_targets_change),
        TEST(test_probes_share_a_budget),
        TEST(test_status),
        TEST(test_status_failures),
        TEST(test_prompt_errors_say_where_from),
        TEST(test_probes_that_need_a_connection_each),
        TEST(test_status_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
