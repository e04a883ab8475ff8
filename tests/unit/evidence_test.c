/*
 * evidence_test.c - ANSWERING is about the users' way: what one Serve proxy, one status or the reader's own trouble
 * says does not decide it. replay_test.c holds the same against recordings.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/evidence.h"
#include "tests/support/small_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char q5rdw[] = "mistral-44qn2-inf2-worker-q5rdw", x2p7c[] = "mistral-44qn2-inf2-worker-x2p7c";
static const char head[] = "mistral-44qn2-head-d4544";
#define KUBE "kube/endpointslices"

static void line_is(const struct small *s, enum evidence_line line, const char *word, const char *why)
{
    struct service_evidence e = small_evidence(s);
    assert_string_equal(evidence_word(e.line[line].verdict), word);
    assert_string_equal(e.line[line].why, why);
}

static void top_is(const struct small *s, const char *word, enum evidence_line from)
{
    struct service_evidence e = small_evidence(s);
    assert_string_equal(evidence_word(e.verdict), word);
    if (e.verdict > VERDICT_OK) assert_string_equal(evidence_name(e.from), evidence_name(from));
}

/* A second in which each worker's proxy says this and the service that; Kubernetes is heard. NULL: not asked. */
static void pass_second(struct small *s, const char *proxies, const char *way)
{
    char key[32];
    small_wait(s, 1000);
    small_apply(s, change_new(CHANGE_ALIVE, KUBE, WORLD_KUBE));
    for (int i = 0; proxies && i < 2; i++) {
        snprintf(key, sizeof key, "p%llu.%d", (unsigned long long)s->now_ms, i);
        small_probe(s, key, i ? x2p7c : q5rdw, strcmp(proxies, "ok") ? "failed" : "ok", proxies, 38000);
    }
    snprintf(key, sizeof key, "w%llu", (unsigned long long)s->now_ms);
    if (way) small_request(s, "way", key, true, strcmp(way, "ok") ? "failed" : "ok", way, 9000);
    if (!way || !strcmp(way, "ok")) return;
    struct request *q = small_edit(s, TABLE_REQUEST, key); /* the API server says what the service did */
    q->status = known_u64(503);
    small_put(s, "way", WORLD_SERVE, q);
}

static void endpoint_add(struct slice *slice, const char *pod, const char *address)
{
    struct endpoint *e = RECORD_APPEND(slice, endpoints);
    record_set(&e->pod, pod);
    record_set(&e->address, address);
    e->ready = TRI_YES;
}

/* The service's ready endpoints: the pods that are named, NULL: none. */
static void endpoints_are(struct small *s, const char *one, const char *other)
{
    struct slice *slice = record_new(TABLE_SLICE, "slice-uid");
    record_set(&slice->ns, "mistral");
    record_set(&slice->name, "mistral-serve-svc-x");
    record_set(&slice->service, "mistral-serve-svc");
    if (one) endpoint_add(slice, one, "100.64.31.40");
    if (other) endpoint_add(slice, other, "100.64.47.18");
    small_put(s, KUBE, WORLD_KUBE, slice);
}

static void serve_says(struct small *s, const char *status, const char *replica_state, const char *proxy_ip)
{
    struct focus f = small_focus(s);
    struct serveapp *app = record_new(TABLE_SERVEAPP, f.rayservice->record.key);
    struct deployment *d = RECORD_APPEND(app, deployments);
    record_set(&d->app, "mistral");
    record_set(&d->app_status, status);
    record_set(&d->name, "mistral-7b");
    if (replica_state) {
        struct replica *r = RECORD_APPEND(app, replicas);
        record_set(&r->app, "mistral");
        record_set(&r->deployment, "mistral-7b");
        record_set(&r->state, replica_state);
    }
    if (proxy_ip) record_set(&RECORD_APPEND(app, proxies)->ip, proxy_ip);
    small_apply(s, change_source("serve", WORLD_SERVE, SOURCE_LIVE, ERR_OK, NULL, NULL));
    small_put(s, "serve", WORLD_SERVE, app);
}

/* ---- the model --------------------------------------------------------------------------------------------------- */

static void a_serve_api_that_is_heard_and_says_nothing_of_it(void **state)
{
    struct small *s = *state;
    line_is(s, EVIDENCE_MODEL, "YES", "Serve API not heard yet · 92 executions/s");
    small_apply(s, change_source("serve", WORLD_SERVE, SOURCE_LIVE, ERR_OK, NULL, NULL));
    line_is(s, EVIDENCE_MODEL, "YES", "replicas not known · 92 executions/s");
    serve_says(s, "RUNNING", "RUNNING", NULL);
    line_is(s, EVIDENCE_MODEL, "YES", "1 of 1 replicas RUNNING · 92 executions/s");
    struct focus f = small_focus(s);
    small_apply(s, change_gone("serve", WORLD_SERVE, TABLE_SERVEAPP, f.rayservice->record.key));
    line_is(s, EVIDENCE_MODEL, "YES", "replicas not known · 92 executions/s");
    small_apply(s, change_source("serve", WORLD_SERVE, SOURCE_DOWN, ERR_RESET, "connection reset", NULL));
    struct service_evidence e = small_evidence(s);
    assert_null(strstr(e.line[EVIDENCE_MODEL].why, "not known"));
}

/* Of those that are heard. */
static void executions_are_as_old_as_the_oldest_monitor(void **state)
{
    struct small *s = *state;
    small_wait(s, 3000);
    small_apply(s, change_new(CHANGE_ALIVE, "neuron/q5rdw", WORLD_NEURON));
    small_wait(s, 1000);
    struct service_evidence e = small_evidence(s);
    assert_string_equal(e.line[EVIDENCE_MODEL].by, "neuron-monitor");
    assert_int_equal(e.line[EVIDENCE_MODEL].age_ms.value, 4000);
    small_apply(s, change_new(CHANGE_ALIVE, "neuron/x2p7c", WORLD_NEURON));
    e = small_evidence(s);
    assert_int_equal(e.line[EVIDENCE_MODEL].age_ms.value, 1000);
    small_apply(s, change_source("neuron/q5rdw", WORLD_NEURON, SOURCE_DOWN, ERR_RESET, "x", NULL));
    e = small_evidence(s);
    assert_int_equal(e.line[EVIDENCE_MODEL].age_ms.value, 0);
    assert_true(e.executions_s.known && e.executions_s.value > 45 && e.executions_s.value < 47);
}

/* ---- the service's own failures ---------------------------------------------------------------------------------- */

static void all_three_lines_say_yes(void **state)
{
    struct small *s = *state;
    pass_second(s, "ok", "ok");
    serve_says(s, "RUNNING", "RUNNING", "100.64.31.40");
    line_is(s, EVIDENCE_ROUTE, "YES", "ok · 2 endpoints, not head");
    line_is(s, EVIDENCE_PROXIES, "YES", "2 of 2 answer");
    line_is(s, EVIDENCE_MODEL, "YES", "1 of 1 replicas RUNNING · 92 executions/s");
    top_is(s, "YES", EVIDENCE_ROUTE);
    struct service_evidence e = small_evidence(s);
    assert_string_equal(e.line[EVIDENCE_ROUTE].by, "API server proxy");
    assert_string_equal(e.line[EVIDENCE_MODEL].by, "Serve API");
    assert_int_equal(e.line[EVIDENCE_ROUTE].age_ms.value, 0);
}

/* Redis back empty: readiness takes the endpoints away seconds before the workers' proxies die. */
static void no_endpoint_is_no_though_the_proxies_answer(void **state)
{
    struct small *s = *state;
    pass_second(s, "ok", NULL);
    top_is(s, "YES", EVIDENCE_ROUTE);
    endpoints_are(s, NULL, NULL);
    line_is(s, EVIDENCE_ROUTE, "NO", "no Serve endpoint is ready");
    line_is(s, EVIDENCE_PROXIES, "YES", "2 of 2 answer");
    top_is(s, "NO", EVIDENCE_ROUTE);
}

static void refused_requests_are_no_though_the_proxies_answer(void **state)
{
    struct small *s = *state;
    pass_second(s, "ok", "refused");
    line_is(s, EVIDENCE_ROUTE, "NO", "refused · 2 endpoints, not head");
    top_is(s, "NO", EVIDENCE_ROUTE);
    pass_second(s, "ok", "ok");
    line_is(s, EVIDENCE_ROUTE, "PARTLY", "1 of 2 requests fail: refused · 2 endpoints, not head");
    for (int i = 0; i < 3; i++) pass_second(s, "ok", "ok");
    top_is(s, "YES", EVIDENCE_ROUTE);
}

/* A worker is lost: kube-proxy sends nobody there any more. */
static void a_proxy_that_is_no_endpoint_judges_nothing(void **state)
{
    struct small *s = *state;
    pass_second(s, "ok", "ok");
    small_probe(s, "dead", x2p7c, "failed", "refused", 1000);
    top_is(s, "PARTLY", EVIDENCE_PROXIES);
    endpoints_are(s, q5rdw, NULL);
    line_is(s, EVIDENCE_PROXIES, "PARTLY", "1 of 2 proxies fail: refused");
    top_is(s, "YES", EVIDENCE_ROUTE);
}

/* Its EndpointSlice says so a moment later; meanwhile every request is answered. */
static void a_worker_that_is_deleted_judges_nothing(void **state)
{
    struct small *s = *state;
    pass_second(s, "ok", "ok");
    struct pod *p = small_edit(s, TABLE_POD, "w2");
    p->deleted = known_u64(small_wall(s));
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_probe(s, "dying", x2p7c, "failed", "refused", 1000);
    line_is(s, EVIDENCE_PROXIES, "PARTLY", "1 of 2 proxies fail: refused");
    top_is(s, "YES", EVIDENCE_ROUTE);
    small_gone(s, TABLE_POD, "w2");
    top_is(s, "YES", EVIDENCE_ROUTE);
    small_put(s, "kube/pods", WORLD_KUBE, small_pod("w3", x2p7c, "worker", "ip-100-64-47-3", "100.64.47.18"));
    top_is(s, "PARTLY", EVIDENCE_PROXIES); /* one of that name is there again */
}

/* Without fault tolerance both workers' proxies end, and the head's, which is not probed, answers. */
static void proxies_without_endpoints_or_a_way_are_no_no(void **state)
{
    struct small *s = *state;
    small_gone(s, TABLE_SLICE, "slice-uid");
    pass_second(s, "refused", NULL);
    line_is(s, EVIDENCE_PROXIES, "NO", "2 of 2 proxies fail: refused");
    top_is(s, "–", EVIDENCE_ROUTE);
    pass_second(s, "refused", "ok");
    top_is(s, "YES", EVIDENCE_ROUTE);
}

/* Where the proxies cannot be reached, requests by the service's own way are what counts. */
static void proxies_alone_are_no_no(void **state)
{
    struct small *s = *state;
    for (int i = 0; i < 3; i++) pass_second(s, "refused", "ok");
    line_is(s, EVIDENCE_PROXIES, "NO", "2 of 2 proxies fail: refused");
    top_is(s, "PARTLY", EVIDENCE_PROXIES);
}

/* Without fault tolerance the new head becomes the only endpoint: its proxy says 200, and each request hangs. */
static void a_proxy_without_replicas_answers_nobody(void **state)
{
    struct small *s = *state;
    endpoints_are(s, head, NULL);
    pass_second(s, NULL, "ok");
    line_is(s, EVIDENCE_ROUTE, "YES", "ok · 1 endpoint, the head's alone");
    serve_says(s, "DEPLOYING", "STARTING", "100.64.90.31");
    line_is(s, EVIDENCE_MODEL, "NO", "mistral-7b: no replica RUNNING · DEPLOYING · 92 executions/s");
    top_is(s, "NO", EVIDENCE_MODEL);
    serve_says(s, "RUNNING", "RUNNING", "100.64.90.31");
    top_is(s, "YES", EVIDENCE_ROUTE);
}

/* Without fault tolerance the workers serve half a minute longer, while the new head's Serve knows of nothing. */
static void an_earlier_serve_still_answers(void **state)
{
    struct small *s = *state;
    pass_second(s, "ok", "ok");
    serve_says(s, "DEPLOYING", NULL, "100.64.90.31");
    line_is(s, EVIDENCE_MODEL, "–", "the workers serve an earlier Serve · 92 executions/s");
    top_is(s, "YES", EVIDENCE_ROUTE);
}

static void a_serve_api_that_is_silent_says_nothing(void **state)
{
    struct small *s = *state;
    pass_second(s, "ok", "ok");
    serve_says(s, "DEPLOYING", NULL, "100.64.31.40");
    small_apply(s, change_source("serve", WORLD_SERVE, SOURCE_DOWN, ERR_REFUSED, "refused", NULL));
    for (int i = 0; i < 4; i++) pass_second(s, "ok", "ok");
    line_is(s, EVIDENCE_MODEL, "YES", "Serve API silent for 4 s · 92 executions/s");
    top_is(s, "YES", EVIDENCE_ROUTE);
}

static void a_prompt_that_fails_is_not_green(void **state)
{
    struct small *s = *state;
    pass_second(s, "ok", "ok");
    small_request(s, "prompt", "mine", false, "failed", "5xx", 40000);
    line_is(s, EVIDENCE_MODEL, "PARTLY", "the last prompt failed: 5xx · Serve API not heard yet · 92 executions/s");
    top_is(s, "PARTLY", EVIDENCE_MODEL);
    pass_second(s, "ok", "ok");
    small_request(s, "prompt", "again", false, "ok", NULL, 40000);
    line_is(s, EVIDENCE_MODEL, "YES", "a prompt was answered · Serve API not heard yet · 92 executions/s");
    top_is(s, "YES", EVIDENCE_ROUTE);
    small_request(s, "prompt", "wrong", false, "failed", "4xx", 40000); /* its own fault */
    top_is(s, "YES", EVIDENCE_ROUTE);
}

static void a_service_that_is_not_there_yet(void **state)
{
    struct small *s = *state;
    struct change *c = change_new(CHANGE_RELIST, KUBE, WORLD_KUBE);
    c->table = TABLE_SLICE;
    small_apply(s, c);
    c = change_new(CHANGE_RELISTED, KUBE, WORLD_KUBE);
    c->table = TABLE_SLICE;
    small_apply(s, change_source(KUBE, WORLD_KUBE, SOURCE_LIVE, ERR_OK, NULL, NULL));
    small_apply(s, c);
    line_is(s, EVIDENCE_ROUTE, "NO", "no Serve service yet");
}

/* Replicas that are older than an outage lived through it; only where each of them tells its start is it known. */
static void the_youngest_replica_is_as_old(void **state)
{
    struct small *s = *state;
    serve_says(s, "RUNNING", "RUNNING", NULL);
    struct serveapp *app = small_edit(s, TABLE_SERVEAPP, "rs-uid");
    app->replicas[0].started = known_u64(small_wall(s) - 3 * SMALL_DAY);
    struct replica *r = RECORD_APPEND(app, replicas);
    record_set(&r->state, "RUNNING");
    r->started = known_u64(small_wall(s) - 85000);
    r = RECORD_APPEND(app, replicas);
    record_set(&r->state, "STARTING");
    small_put(s, "serve", WORLD_SERVE, app);
    line_is(s, EVIDENCE_MODEL, "YES", "2 of 3 replicas RUNNING, youngest 85s old · 92 executions/s");
    app = small_edit(s, TABLE_SERVEAPP, "rs-uid");
    app->replicas[0].started = UNKNOWN_U64;
    small_put(s, "serve", WORLD_SERVE, app);
    line_is(s, EVIDENCE_MODEL, "YES", "2 of 3 replicas RUNNING · 92 executions/s");
}

/* What the NeuronCores execute is evidence of a model where nothing else is, and no answer. */
static void executions_are_evidence_of_a_model(void **state)
{
    struct small *s = *state;
    line_is(s, EVIDENCE_MODEL, "YES", "Serve API not heard yet · 92 executions/s");
    assert_string_equal(small_evidence(s).line[EVIDENCE_MODEL].by, "neuron-monitor");
    assert_int_equal(small_evidence(s).line[EVIDENCE_MODEL].age_ms.value, 0);
    top_is(s, "–", EVIDENCE_ROUTE);
    endpoints_are(s, head, NULL);
    serve_says(s, "DEPLOYING", "STARTING", NULL);
    line_is(s, EVIDENCE_MODEL, "NO", "mistral-7b: no replica RUNNING · DEPLOYING · 92 executions/s");
    small_wait(s, SOURCE_STALE_MS + 1000); /* no monitor is heard any more */
    line_is(s, EVIDENCE_MODEL, "–", "Serve API silent for 11 s");
}

static void a_model_that_nobody_asks_is_not_known(void **state)
{
    struct small *s = *state;
    static const char *const sources[] = {"neuron/q5rdw", "neuron/x2p7c"};
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        struct monitor *m = small_edit(s, TABLE_MONITOR, sources[i]);
        m->executions_s = known_f64(0);
        small_put(s, sources[i], WORLD_NEURON, m);
    }
    line_is(s, EVIDENCE_MODEL, "–", "Serve API not heard yet · 0.0 executions/s");
}

/* ---- the reader's own trouble ------------------------------------------------------------------------------------ */

static void time_out(struct small *s, const char *kind, const char *key, bool via_api)
{
    small_request(s, kind, key, via_api, "failed", "timeout", 5000000);
    struct request *q = small_edit(s, TABLE_REQUEST, key);
    record_set(&q->why, "API server: timed out");
    small_put(s, kind, WORLD_SERVE, q);
}

static void an_api_server_that_is_stopped_is_no_no(void **state)
{
    struct small *s = *state;
    pass_second(s, "ok", "ok");
    small_wait(s, 8000); /* nothing is heard of Kubernetes any more */
    time_out(s, "way", "t", true);
    line_is(s, EVIDENCE_ROUTE, "–", "not seen: API server: timed out · 2 endpoints, not head");
    top_is(s, "–", EVIDENCE_ROUTE);
    small_apply(s, change_new(CHANGE_ALIVE, KUBE, WORLD_KUBE)); /* it answers others: the service hangs */
    small_wait(s, 100);
    line_is(s, EVIDENCE_ROUTE, "NO", "timeout · 2 endpoints, not head");
    top_is(s, "NO", EVIDENCE_ROUTE);
}

/* The API server answered a request of ours, in so long. */
static void api_answers(struct small *s, uint64_t took_ms)
{
    struct change *c = change_new(CHANGE_ALIVE, KUBE, WORLD_KUBE);
    c->number = took_ms + 1;
    small_apply(s, c);
}

/* It queues requests, and goes on sending what is watched. */
static void an_api_server_that_is_slow_is_no_no(void **state)
{
    struct small *s = *state;
    api_answers(s, 20);
    pass_second(s, "ok", "ok");
    small_wait(s, 12000);
    small_apply(s, change_new(CHANGE_ALIVE, KUBE, WORLD_KUBE)); /* a bookmark */
    api_answers(s, SOURCE_PROMPT_MS + 1);
    time_out(s, "way", "t", true);
    time_out(s, "probe", "p", true);
    line_is(s, EVIDENCE_ROUTE, "–", "not seen: API server: timed out · 2 endpoints, not head");
    line_is(s, EVIDENCE_PROXIES, "–", "not seen: API server: timed out");
    top_is(s, "–", EVIDENCE_ROUTE);
    api_answers(s, SOURCE_PROMPT_MS); /* while they waited: it is the service */
    line_is(s, EVIDENCE_ROUTE, "NO", "timeout · 2 endpoints, not head");
}

/* What timed out while it was stopped says nothing once it goes on. */
static void an_api_server_that_goes_on_makes_no_no(void **state)
{
    struct small *s = *state;
    api_answers(s, 20);
    small_wait(s, 20000);
    time_out(s, "way", "t", true);
    small_wait(s, 100);
    api_answers(s, 20);
    line_is(s, EVIDENCE_ROUTE, "–", "not seen: API server: timed out · 2 endpoints, not head");
    pass_second(s, "ok", "ok");
    top_is(s, "YES", EVIDENCE_ROUTE);
}

static void a_time_out_of_the_service_itself_is_no(void **state)
{
    struct small *s = *state;
    time_out(s, "way", "t", false);
    line_is(s, EVIDENCE_ROUTE, "NO", "timeout · 2 endpoints, not head");
}

/* Without a network here everything times out: the service's own address too. */
static void a_network_that_is_gone_here_is_no_no(void **state)
{
    struct small *s = *state;
    pass_second(s, "ok", "ok");
    small_wait(s, 12000);
    time_out(s, "way", "t", false);
    line_is(s, EVIDENCE_ROUTE, "–", "not seen: API server: timed out · endpoints not known");
    small_wait(s, 100); /* it is back */
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_DOWN, ERR_TIMEOUT, "timed out", NULL));
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_LIVE, ERR_OK, NULL, NULL));
    line_is(s, EVIDENCE_ROUTE, "–", "not seen: API server: timed out · endpoints not known");
    small_wait(s, 5000);
    time_out(s, "way", "u", false); /* Redis is heard, and it is not */
    small_apply(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
    line_is(s, EVIDENCE_ROUTE, "NO", "timeout · endpoints not known");
}

static void what_is_forbidden_or_not_sent_is_unknown(void **state)
{
    static const char *const words[] = {"forbidden", "not sent", "cancelled",   "API server error",
                                        "too long",  "4xx",      "unreachable", "bad body"};
    struct small *s = *state;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        char key[16];
        snprintf(key, sizeof key, "f%zu", i);
        small_request(s, "way", key, false, "failed", words[i], 1000);
        struct service_evidence e = small_evidence(s);
        if (e.line[EVIDENCE_ROUTE].verdict != VERDICT_UNKNOWN) fail_msg("%s judges the service", words[i]);
        assert_true(text_has(e.line[EVIDENCE_ROUTE].why, words[i])); /* with the reason */
        small_probe(s, "p", q5rdw, "cancelled", words[i], 1000);
        assert_string_equal(evidence_word(small_evidence(s).verdict), "–");
    }
}

/* The endpoints that Kubernetes told of long ago are those of then. */
static void endpoints_of_an_api_server_that_is_silent(void **state)
{
    struct small *s = *state;
    endpoints_are(s, NULL, NULL);
    line_is(s, EVIDENCE_ROUTE, "NO", "no Serve endpoint is ready");
    small_wait(s, SOURCE_STALE_MS + 1000);
    line_is(s, EVIDENCE_ROUTE, "–", "not probed · endpoints not known");
}

/* ---- age --------------------------------------------------------------------------------------------------------- */

static void yes_needs_a_sample_younger_than_five_seconds(void **state)
{
    struct small *s = *state;
    pass_second(s, "ok", "ok");
    small_wait(s, EVIDENCE_FRESH_MS - 1);
    top_is(s, "YES", EVIDENCE_ROUTE);
    small_wait(s, 1);
    top_is(s, "–", EVIDENCE_ROUTE);
}

static void a_way_that_hangs_is_not_yes(void **state)
{
    struct small *s = *state;
    pass_second(s, NULL, "ok");
    for (int i = 0; i < 5; i++) {
        char key[16];
        small_wait(s, 1000);
        small_request(s, "way", (snprintf(key, sizeof key, "h%d", i), key), true, "waiting", NULL, 0);
    }
    line_is(s, EVIDENCE_ROUTE, "–", "no answer for 4 s · 2 endpoints, not head");
    top_is(s, "–", EVIDENCE_ROUTE);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, small_setup, small_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(all_three_lines_say_yes),
        WITH(a_serve_api_that_is_heard_and_says_nothing_of_it),
        WITH(executions_are_as_old_as_the_oldest_monitor),
        WITH(no_endpoint_is_no_though_the_proxies_answer),
        WITH(refused_requests_are_no_though_the_proxies_answer),
        WITH(a_proxy_that_is_no_endpoint_judges_nothing),
        WITH(a_worker_that_is_deleted_judges_nothing),
        WITH(proxies_without_endpoints_or_a_way_are_no_no),
        WITH(proxies_alone_are_no_no),
        WITH(a_proxy_without_replicas_answers_nobody),
        WITH(an_earlier_serve_still_answers),
        WITH(a_serve_api_that_is_silent_says_nothing),
        WITH(a_prompt_that_fails_is_not_green),
        WITH(a_service_that_is_not_there_yet),
        WITH(the_youngest_replica_is_as_old),
        WITH(executions_are_evidence_of_a_model),
        WITH(a_model_that_nobody_asks_is_not_known),
        WITH(an_api_server_that_is_stopped_is_no_no),
        WITH(an_api_server_that_is_slow_is_no_no),
        WITH(an_api_server_that_goes_on_makes_no_no),
        WITH(a_network_that_is_gone_here_is_no_no),
        WITH(a_time_out_of_the_service_itself_is_no),
        WITH(what_is_forbidden_or_not_sent_is_unknown),
        WITH(endpoints_of_an_api_server_that_is_silent),
        WITH(yes_needs_a_sample_younger_than_five_seconds),
        WITH(a_way_that_hangs_is_not_yes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
