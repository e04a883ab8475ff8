/* request_tally_test.c - the requests of a period, by series, with the longest time without an answer. */
#include "backends/world/request_tally.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define T0 UINT64_C(1795437792000)

struct fixture {
    struct world *world;
    struct request_tally *tally;
    unsigned next;
};

static int fixture_open(void **state)
{
    struct fixture *x = mem_zero(1, sizeof *x);
    x->world = world_new();
    x->tally = mem_zero(1, sizeof *x->tally);
    tally_begin(x->tally, NULL, T0);
    *state = x;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *x = *state;
    world_free(x->world);
    free(x->tally);
    free(x);
    return 0;
}

/* Due and done after T0. phase ends with the failure, where it failed: "failed refused". */
static void request_end(struct fixture *x, const char *kind, const char *phase, uint64_t due_ms, uint64_t done_ms)
{
    char key[32], word[16];
    snprintf(key, sizeof key, "r%u", ++x->next);
    struct request *q = record_new(TABLE_REQUEST, key);
    snprintf(word, sizeof word, "%.*s", (int)strcspn(phase, " "), phase);
    record_set(&q->kind, kind);
    record_set(&q->phase, word);
    record_set(&q->path, "ingress mistral");
    if (strchr(phase, ' ')) record_set(&q->failure, strchr(phase, ' ') + 1);
    q->due = q->sent = known_u64(T0 + due_ms);
    if (strcmp(word, "waiting") != 0) q->done = known_u64(T0 + done_ms);
    if (strcmp(word, "ok") == 0 || strcmp(word, "slow") == 0) q->latency_us = known_u64((done_ms - due_ms) * 1000);
    struct change *c = change_put("probe/way", WORLD_SERVE, &q->record);
    c->at_ms = 1000 + done_ms;
    c->wall_ms = T0 + done_ms;
    world_apply(x->world, c);
    tally_observe(x->tally, x->world, c);
    change_free(c);
}

static void requests_are_counted_by_series_and_end(void **state)
{
    struct fixture *x = *state;
    request_end(x, "way", "ok", 0, 10);
    request_end(x, "way", "slow", 200, 1400);
    request_end(x, "way", "failed refused", 400, 410);
    request_end(x, "way", "failed refused", 600, 610);
    request_end(x, "way", "failed 5xx", 800, 820);
    request_end(x, "way", "waiting", 1000, 0);
    request_end(x, "way", "cancelled", 1000, 1001);
    request_end(x, "way", "failed not sent", 1200, 1201);
    request_end(x, "probe", "ok", 0, 5);
    request_end(x, "prompt", "ok", 0, 900);
    const struct tally_sum *route = &x->tally->sum[TALLY_ROUTE];
    assert_int_equal(route->ok, 1);
    assert_int_equal(route->slow, 1);
    assert_int_equal(route->failed, 3);
    assert_int_equal(route->unknown, 1);
    assert_int_equal(tally_ended(route), 5);
    assert_string_equal(route->failure[0].name, "refused");
    assert_int_equal(route->failure[0].count, 2);
    assert_string_equal(route->failure[1].name, "5xx");
    assert_string_equal(route->path, "ingress mistral");
    assert_int_equal(tally_ended(&x->tally->sum[TALLY_PROXIES]), 1);
    assert_int_equal(tally_percentile(&x->tally->sum[TALLY_PROMPTS], 50).value, 900000);
}

static void what_was_due_before_or_after_is_not_of_the_period(void **state)
{
    struct fixture *x = *state;
    tally_begin(x->tally, NULL, T0 + 100);
    x->tally->until_ms = T0 + 300;
    request_end(x, "way", "ok", 99, 150);
    request_end(x, "way", "ok", 100, 150);
    request_end(x, "way", "ok", 299, 500);
    request_end(x, "way", "ok", 300, 301);
    assert_int_equal(x->tally->sum[TALLY_ROUTE].ok, 2);
}

static void the_longest_time_without_an_answer(void **state)
{
    struct fixture *x = *state;
    const struct tally_sum *s = &x->tally->sum[TALLY_ROUTE];
    assert_false(tally_unserved_ms(s, T0 + 5000).known);
    request_end(x, "way", "failed timeout", 0, 500);
    assert_int_equal(tally_unserved_ms(s, T0 + 600).value, 600);
    request_end(x, "way", "ok", 200, 700);
    request_end(x, "way", "ok", 400, 800);
    request_end(x, "way", "ok", 300, 750); /* ended before, told of later */
    assert_int_equal(tally_unserved_ms(s, T0 + 900).value, 700);
    request_end(x, "way", "failed refused", 1000, 1001);
    assert_int_equal(tally_unserved_ms(s, T0 + 2000).value, 1200);
    request_end(x, "way", "ok", 2000, 2100);
    assert_int_equal(tally_unserved_ms(s, T0 + 2100).value, 1300);
}

static void failures_of_many_kinds_are_all_counted(void **state)
{
    struct fixture *x = *state;
    for (unsigned i = 0; i < 12; i++) {
        char phase[32];
        snprintf(phase, sizeof phase, "failed kind %u", i);
        request_end(x, "way", phase, i * 10, i * 10 + 1);
    }
    const struct tally_sum *s = &x->tally->sum[TALLY_ROUTE];
    uint64_t all = 0;
    for (int i = 0; i < TALLY_FAILURES; i++) all += s->failure[i].count;
    assert_int_equal(s->failed, 12);
    assert_int_equal(all, 12);
    assert_string_equal(s->failure[TALLY_FAILURES - 1].name, "other");
    assert_int_equal(s->failure[TALLY_FAILURES - 1].count, 5);
}

static void what_was_never_sent_is_late(void **state)
{
    struct fixture *x = *state;
    struct request *q = record_new(TABLE_REQUEST, "r");
    record_set(&q->kind, "way");
    record_set(&q->phase, "failed");
    record_set(&q->failure, "timeout");
    q->due = known_u64(T0 + 10);
    q->done = known_u64(T0 + 10);
    struct change *c = change_put("probe/way", WORLD_SERVE, &q->record);
    world_apply(x->world, c);
    tally_observe(x->tally, x->world, c);
    change_free(c);
    assert_int_equal(x->tally->sum[TALLY_ROUTE].late, 1);
    request_end(x, "way", "ok", 20, 30);
    assert_int_equal(x->tally->sum[TALLY_ROUTE].late, 1);
}

static void requests_to_another_rayservice_are_not_counted(void **state)
{
    struct fixture *x = *state;
    static const char *const owners[] = {"uid-a", "uid-b", NULL};
    tally_begin(x->tally, "uid-a", T0);
    for (size_t i = 0; i < ARRAY_LEN(owners); i++) {
        struct request *q = record_new(TABLE_REQUEST, "r");
        record_set(&q->kind, "way");
        record_set(&q->phase, "ok");
        q->due = q->sent = q->done = known_u64(T0 + i);
        struct change *c = change_put("probe/way", WORLD_SERVE, &q->record);
        c->owner = mem_str(owners[i]);
        world_apply(x->world, c);
        tally_observe(x->tally, x->world, c);
        change_free(c);
    }
    assert_int_equal(x->tally->sum[TALLY_ROUTE].ok, 2);
}

static void requests_of_an_outage_are_counted_by_whole_seconds(void **state)
{
    struct fixture *x = *state;
    for (uint64_t ms = 0; ms < 10000; ms += 200)
        request_end(x, "way", ms < 5000 ? "ok" : "failed refused", ms, ms + 10);
    request_end(x, "way", "failed not sent", 3000, 3001);
    assert_int_equal(tally_due_between(x->tally, TALLY_ROUTE, T0 + 2000, T0 + 5000), 15);
    assert_int_equal(tally_due_between(x->tally, TALLY_ROUTE, T0 + 1001, T0 + 5999), 15);
    assert_int_equal(tally_due_between(x->tally, TALLY_ROUTE, T0 - 5000, T0 + 1000), 5);
    assert_int_equal(tally_due_between(x->tally, TALLY_ROUTE, T0 + 5000, T0 + 5000000), 25);
    assert_int_equal(tally_due_between(x->tally, TALLY_ROUTE, T0 + 5000, T0 + 4000), 0);
    assert_int_equal(tally_due_between(x->tally, TALLY_PROXIES, T0, T0 + 5000), 0);
}

/* A request of a load, or with series NULL one of the session's own. */
static void load_request_end(struct fixture *x, const char *kind, const char *series, const char *pod,
                             const char *phase)
{
    char key[32];
    snprintf(key, sizeof key, "r%u", ++x->next);
    struct request *q = record_new(TABLE_REQUEST, key);
    record_set(&q->kind, kind);
    record_set(&q->series, series);
    record_set(&q->pod, pod);
    record_set(&q->phase, phase);
    q->due = q->sent = known_u64(T0 + 1000);
    q->done = known_u64(T0 + 1010);
    q->latency_us = known_u64(10000);
    struct change *c = change_put("load", WORLD_CONSOLE, &q->record);
    c->at_ms = 2010;
    c->wall_ms = T0 + 1010;
    world_apply(x->world, c);
    tally_observe(x->tally, x->world, c);
    change_free(c);
}

/* The session's own probes go on during a drill, and a person may send prompts. */
static void a_load_is_counted_apart_from_the_probes_of_the_session(void **state)
{
    struct fixture *x = *state;
    load_request_end(x, "way", NULL, NULL, "failed");
    load_request_end(x, "prompt", NULL, NULL, "failed");
    load_request_end(x, "probe", NULL, "worker-0", "failed");
    assert_int_equal(x->tally->sum[TALLY_ROUTE].failed, 1);
    load_request_end(x, "way", "users' route", NULL, "ok");
    load_request_end(x, "way", "fresh connections", NULL, "failed");
    load_request_end(x, "probe", "worker proxies", "worker-0", "ok");
    load_request_end(x, "probe", "worker proxies", "worker-1", "failed");
    load_request_end(x, "probe", NULL, "worker-1", "failed");
    load_request_end(x, "prompt", "prompts", NULL, "ok");
    load_request_end(x, "prompt", NULL, NULL, "failed");
    const struct tally_sum *sum = x->tally->sum;
    assert_int_equal(sum[TALLY_ROUTE].ok, 1);
    assert_int_equal(sum[TALLY_ROUTE].failed, 0);
    assert_int_equal(sum[TALLY_FRESH].failed, 1);
    assert_int_equal(sum[TALLY_PROXIES].ok, 1);
    assert_int_equal(sum[TALLY_PROXIES].failed, 1);
    assert_int_equal(sum[TALLY_PROMPTS].ok, 1);
    assert_int_equal(sum[TALLY_PROMPTS].failed, 0);
    assert_int_equal(tally_due_between(x->tally, TALLY_ROUTE, T0, T0 + 5000), 1);
    assert_int_equal(x->tally->pods, 2);
    assert_string_equal(x->tally->pod[1].name, "worker-1");
    assert_int_equal(x->tally->pod[1].failed, 1);
}

#define TALLY_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

/* What ended before the period tells how long an answer takes; one that began before it and ended in it, nothing. */
static void the_slowest_answer_of_before_is_kept(void **state)
{
    struct fixture *x = *state;
    tally_begin(x->tally, NULL, UINT64_MAX);
    request_end(x, "prompt", "ok", 0, 1200);
    request_end(x, "prompt", "ok", 2000, 2900);
    request_end(x, "prompt", "failed timeout", 3000, 8000);
    tally_restart(x->tally, NULL, T0 + 10000);
    request_end(x, "prompt", "ok", 9000, 19000);
    const struct tally_sum *s = &x->tally->sum[TALLY_PROMPTS];
    assert_true(s->before_us.known);
    assert_int_equal(s->before_us.value, 1200000);
    assert_int_equal(tally_ended(s), 0);
}

static void one_that_is_not_answered_waits_still(void **state)
{
    struct fixture *x = *state;
    const struct tally_sum *s = &x->tally->sum[TALLY_PROMPTS];
    assert_false(tally_slowest_us(s).known);
    request_end(x, "prompt", "ok", 0, 1200);
    request_end(x, "prompt", "waiting", 3000, 3000);
    assert_int_equal(tally_slowest_us(s).value, 1200000);
    tally_close(x->tally, x->world, T0 + 40000);
    assert_int_equal(tally_slowest_us(s).value, 37000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TALLY_TEST(requests_are_counted_by_series_and_end),
        TALLY_TEST(what_was_due_before_or_after_is_not_of_the_period),
        TALLY_TEST(the_longest_time_without_an_answer),
        TALLY_TEST(failures_of_many_kinds_are_all_counted),
        TALLY_TEST(what_was_never_sent_is_late),
        TALLY_TEST(requests_to_another_rayservice_are_not_counted),
        TALLY_TEST(requests_of_an_outage_are_counted_by_whole_seconds),
        TALLY_TEST(a_load_is_counted_apart_from_the_probes_of_the_session),
        TALLY_TEST(the_slowest_answer_of_before_is_kept),
        TALLY_TEST(one_that_is_not_answered_waits_still),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
