/* drill_verdict_test.c - a healthy loss of the head passes; each way in which it did not, or was not seen, never does.
 */
#include "tests/support/loss_fixture.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HISTORIES = 20000 };

static int fixture_open(void **state)
{
    struct loss_fixture *x = mem_zero(1, sizeof *x);
    loss_fill(x);
    *state = x;
    return 0;
}

static int fixture_close(void **state)
{
    free(*state);
    return 0;
}

static void verdict_is(struct loss_fixture *x, enum drill_result result, const char *cause)
{
    drill_judge(&x->ask, &x->verdict);
    if (x->verdict.result != result || !strstr(x->verdict.cause, cause))
        fail_msg("%s, not %s: %s", drill_result_word(x->verdict.result), drill_result_word(result), x->verdict.cause);
}

static void a_loss_as_it_should_be_passes(void **state)
{
    struct loss_fixture *x = *state;
    verdict_is(x, DRILL_PASS, "");
    assert_string_equal(x->verdict.cause, "");
    assert_string_equal(x->verdict.scope, "deletion of the head pod; node loss not tested");
    for (int i = 0; i < CRITERIA; i++) {
        assert_int_equal(x->verdict.of[i].state, JUDGED_MET);
        assert_true(x->verdict.of[i].value.known);
    }
    assert_true(x->verdict.of[CRITERION_OUTAGE].value.value == 41);
    assert_true(x->verdict.of[CRITERION_REQUESTS].value.value == 205 + 14);
}

static void a_broken_promise_fails(void **state)
{
    struct loss_fixture *x = *state;
    loss_add_requests(x, TALLY_ROUTE, 0, 3);
    verdict_is(x, DRILL_FAIL, "requests failed: 0.99 %, at most 0 % is wanted (3 of 303: 3 refused)");
    loss_fill(x);
    x->tally.sum[TALLY_ROUTE].gap_ms = 4200;
    verdict_is(x, DRILL_FAIL, "longest time without an answer: 4.2 s");
    loss_fill(x);
    for (int i = 0; i < 10; i++) histogram_record(&x->tally.sum[TALLY_ROUTE].latency, 9000000);
    verdict_is(x, DRILL_FAIL, "latency of 99 % of the requests: 9.0 s");
    loss_fill(x);
    loss_add_requests(x, TALLY_PROMPTS, 0, 1);
    verdict_is(x, DRILL_FAIL, "prompts failed: 4.76 %");
    loss_fill(x);
    x->outage.restarts = 2;
    x->outage.worker[1] = (struct outage_worker){"worker-b", WORKER_RESTARTED, 2};
    verdict_is(x, DRILL_FAIL, "worker containers restarted: 2, at most 0 is wanted (worker-b)");
    loss_fill(x);
    x->outage.replaced = 1;
    x->outage.same = 1;
    x->outage.worker[0] = (struct outage_worker){"worker-a", WORKER_REPLACED, 0};
    verdict_is(x, DRILL_FAIL, "worker pods replaced: 1, at most 0 is wanted (worker-a)");
    loss_fill(x);
    x->outage.runtimes_same = 3;
    verdict_is(x, DRILL_FAIL, "Neuron runtimes restarted: 1");
    loss_fill(x);
    x->outage.recovered_ms = known_u64(301000);
    verdict_is(x, DRILL_FAIL, "time to recover: 301.0 s");
    loss_fill(x);
    x->outage.fields.lost = 1;
    verdict_is(x, DRILL_FAIL, "GCS fields lost: 1, at most 0 is wanted (90 of 93 kept");
}

/* An API server that stops for 25 s stops the probes that go through it, and no user. */
static void a_way_of_ours_that_was_down_breaks_no_promise(void **state)
{
    struct loss_fixture *x = *state;
    x->tally.sum[TALLY_ROUTE].unknown = 100;
    x->tally.sum[TALLY_ROUTE].gap_ms = 25300;
    verdict_is(x, DRILL_INCONCLUSIVE,
               "longest time without an answer: unknown (25.3 s, but 100 of 400 requests say nothing of Serve");
    x->tally.sum[TALLY_ROUTE].unknown = 1; /* one that was cancelled explains no such time */
    verdict_is(x, DRILL_FAIL, "longest time without an answer: 25.3 s");
    x->tally.sum[TALLY_ROUTE].unknown = 100;
    loss_add_requests(x, TALLY_ROUTE, 0, 3);
    verdict_is(x, DRILL_FAIL, "requests failed");
}

/* Where nobody saw the silence, it is not said that requests were due in it. */
static void requests_of_a_silence_that_was_not_seen(void **state)
{
    struct loss_fixture *x = *state;
    drill_judge(&x->ask, &x->verdict);
    assert_null(strstr(x->verdict.of[CRITERION_REQUESTS].why, "not seen"));
    x->outage.rung[RUNG_GCS_SILENT].seen = false;
    drill_judge(&x->ask, &x->verdict);
    assert_non_null(strstr(x->verdict.of[CRITERION_REQUESTS].why, "; since T0: the silence was not seen"));
}

static void without_ft_the_cause_says_so(void **state)
{
    struct loss_fixture *x = *state;
    x->outage.ft = TRI_NO;
    x->outage.replaced = 2;
    verdict_is(x, DRILL_FAIL, "; GCS fault tolerance is off");
}

/* A prompt that hung and was answered in the end has not failed, and one that hangs still has not ended. */
static void prompts_that_hang_fail(void **state)
{
    struct loss_fixture *x = *state;
    histogram_record(&x->tally.sum[TALLY_PROMPTS].latency, 9020000);
    verdict_is(x, DRILL_FAIL,
               "slowest prompt, beyond those before: 9.0 s, at most 5.0 s is wanted (9.0 s, 20 ms before the fault)");
    x->tally.sum[TALLY_PROMPTS].before_us = known_u64(8000000);
    verdict_is(x, DRILL_PASS, "");
    x->tally.sum[TALLY_PROMPTS].waits_ms = 50000;
    verdict_is(x, DRILL_FAIL, "slowest prompt, beyond those before: 42.0 s");
    loss_fill(x);
    x->tally.sum[TALLY_PROMPTS].before_us = UNKNOWN_U64;
    verdict_is(x, DRILL_INCONCLUSIVE, "unknown (no prompt was answered before the fault)");
}

static void the_cause_says_what_lies_behind(void **state)
{
    struct loss_fixture *x = *state;
    loss_add_requests(x, TALLY_ROUTE, 0, 3);
    loss_add_requests(x, TALLY_PROXIES, 100, 0);
    verdict_is(x, DRILL_FAIL,
               "; the workers' proxies answered all the while: does the users' route (ingress mistral) "
               "lead to the head?");
    loss_add_requests(x, TALLY_PROXIES, 50, 50);
    verdict_is(x, DRILL_FAIL, "; the workers ran on and their proxies failed: 50 of 200");
    x->outage.restarts = 2;
    x->outage.reconnect_s = known_u64(40);
    verdict_is(x, DRILL_FAIL, "; the workers give up after 40 s (RAY_gcs_rpc_server_reconnect_timeout_s)");
    x->outage.state_gone = true;
    verdict_is(x, DRILL_FAIL, "; the GCS's state was gone from Redis, which came back empty");
    x->outage.state_gone = false;
    x->outage.fields.lost = 50;
    verdict_is(x, DRILL_FAIL, "; the new head did not find the GCS's state: 50 of 93 fields are gone");
    snprintf(x->outage.other_storage_ns, sizeof x->outage.other_storage_ns, "blue");
    verdict_is(x, DRILL_FAIL, "; the new head reads another external storage namespace, blue");
    loss_fill(x);
    x->outage.gcs_silent_ms = UNKNOWN_U64;
    x->outage.rung[RUNG_GCS_SILENT].seen = false;
    x->outage.rung[RUNG_GCS_BACK] = (struct outage_rung){.seen = true, .after_ms = 10500};
    x->outage.rung[RUNG_HEAD_ALIVE] = (struct outage_rung){.seen = true, .after_ms = 20300};
    verdict_is(x, DRILL_INCONCLUSIVE, "; two heads were ALIVE in NODE for 9.8s: the old GCS ran on");
}

static void what_was_not_seen_is_inconclusive(void **state)
{
    struct loss_fixture *x = *state;
    x->outage.gcs_silent_ms = known_u64(4999);
    verdict_is(x, DRILL_INCONCLUSIVE, "GCS silent: 4.9 s, at least 5.0 s is wanted");
    loss_fill(x);
    x->outage.gcs_silent_ms = UNKNOWN_U64;
    verdict_is(x, DRILL_INCONCLUSIVE, "GCS silent: unknown (the silence of the GCS was not seen)");
    loss_fill(x);
    x->tally = (struct request_tally){.from_ms = LOSS_T0};
    verdict_is(x, DRILL_INCONCLUSIVE, "requests due while the GCS was silent: 0, at least 20 is wanted");
    loss_fill(x);
    x->outage.workers = x->outage.same = 0;
    verdict_is(x, DRILL_INCONCLUSIVE, "unknown (no worker pod was there)");
    loss_fill(x);
    x->outage.runtimes = x->outage.runtimes_same = 0;
    verdict_is(x, DRILL_INCONCLUSIVE, "Neuron runtimes restarted: unknown");
    loss_fill(x);
    x->outage.runtimes_same = 2;
    x->outage.runtimes_unheard = x->outage.runtimes - 2;
    verdict_is(x, DRILL_INCONCLUSIVE, "Neuron runtimes restarted: unknown (2 of 4 are not heard)");
    loss_fill(x);
    x->outage.fields.known = false;
    verdict_is(x, DRILL_INCONCLUSIVE, "GCS fields lost: unknown");
    loss_fill(x);
    x->outage.recovered_ms = UNKNOWN_U64;
    verdict_is(x, DRILL_INCONCLUSIVE, "time to recover: unknown");
    loss_fill(x);
    x->outage.head_lost = false;
    verdict_is(x, DRILL_INCONCLUSIVE, "no head was lost");
    loss_fill(x);
    x->outage.state = OUTAGE_NONE;
    verdict_is(x, DRILL_INCONCLUSIVE, "no head was lost");
}

static void a_recovery_that_goes_on_is_no_pass(void **state)
{
    struct loss_fixture *x = *state;
    x->outage.state = OUTAGE_RUNNING;
    x->outage.missing = x->outage.waits_for = RUNG_SERVE_RUNNING;
    snprintf(x->outage.rung[RUNG_SERVE_RUNNING].why, OUTAGE_WHY_MAX, "DEPLOYING");
    verdict_is(x, DRILL_INCONCLUSIVE, "time to recover: unknown (not seen: Serve RUNNING: DEPLOYING)");
    x->outage.recovered_ms = known_u64(301000);
    verdict_is(x, DRILL_FAIL,
               "time to recover: 301.0 s, at most 300.0 s is wanted (not seen: Serve RUNNING: DEPLOYING)");
    assert_null(strstr(strstr(x->verdict.cause, "DEPLOYING") + 1, "DEPLOYING")); /* once is enough */
}

/* What needs a source that is not there is not judged, and the scope names it. */
static void the_scope_names_what_was_not_judged(void **state)
{
    struct loss_fixture *x = *state;
    x->ask.has_redis = x->ask.has_fields = x->ask.has_neuron = x->ask.has_prompts = false;
    x->outage.gcs_silent_ms = UNKNOWN_U64;
    verdict_is(x, DRILL_PASS, "");
    assert_int_equal(x->verdict.of[CRITERION_FIELDS].state, JUDGED_NOT);
    assert_non_null(strstr(x->verdict.scope, "; prompts not judged (no prompts were sent)"));
    assert_non_null(strstr(x->verdict.scope, "; runtimes not judged (no neuron-monitor is read)"));
    assert_non_null(strstr(x->verdict.scope, "; fields not judged (no GCS field is read)"));
}

/* Workers that do not live through it restart half a minute later: who has not watched them that long has not seen it.
 */
static void a_loss_that_was_not_watched_to_its_end_never_passes(void **state)
{
    struct loss_fixture *x = *state;
    x->outage.final = false;
    x->ask.wall_ms = x->outage.t0_wall_ms + 39000;
    verdict_is(x, DRILL_INCONCLUSIVE,
               "it was watched for 39.0s after T0, and workers that do not live through a loss restart late: 45 s are "
               "wanted");
    x->ask.wall_ms = x->outage.t0_wall_ms + 52000;
    verdict_is(x, DRILL_PASS, "");
    assert_non_null(strstr(x->verdict.scope, "; watched for 52.0s of 90 s after T0"));
    x->outage.restarts = 1; /* what is broken is broken */
    x->ask.wall_ms = x->outage.t0_wall_ms + 39000;
    drill_judge(&x->ask, &x->verdict);
    assert_int_equal(x->verdict.result, DRILL_FAIL);
}

/* A container that restarts needs no new pod. */
static void the_scope_says_whether_the_pod_was_deleted(void **state)
{
    struct loss_fixture *x = *state;
    x->outage.cause = CAUSE_KILLED;
    x->ask.fault = "gcs_server killed in the head's container";
    verdict_is(x, DRILL_PASS, "");
    assert_string_equal(x->verdict.scope,
                        "gcs_server killed in the head's container; node loss not tested; pod deletion not tested");
}

/* ---- random histories -------------------------------------------------------------------------------------------- */

static uint64_t random_below(uint64_t *state, uint64_t below)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state % below;
}

static struct known_u64 random_length(uint64_t *seed, uint64_t below_ms)
{
    return random_below(seed, 8) ? known_u64(random_below(seed, below_ms)) : UNKNOWN_U64;
}

/* Mostly as it should be, so that some pass; each reading may be bad or missing. */
static void history_fill(struct loss_fixture *x, uint64_t *seed)
{
    struct outage *o = &x->outage;
    loss_fill(x);
    if (!random_below(seed, 12)) o->state = (enum outage_state)random_below(seed, 3);
    if (!random_below(seed, 12)) o->head_lost = false;
    x->ask.wall_ms = LOSS_T0 + LOSS_OVER_MS;
    if (!random_below(seed, 12)) o->final = false, x->ask.wall_ms -= random_below(seed, LOSS_OVER_MS);
    if (!random_below(seed, 12)) o->missing = (enum rung)random_below(seed, RUNG_COUNT);
    if (!random_below(seed, 12)) o->workers = o->same = 0;
    if (!random_below(seed, 12)) o->restarts = random_below(seed, 3);
    if (!random_below(seed, 12)) o->replaced = random_below(seed, 3), o->same = o->workers - o->replaced % 3;
    if (!random_below(seed, 12)) o->runtimes_same = random_below(seed, 5);
    if (!random_below(seed, 12)) o->fields.lost = random_below(seed, 3);
    if (!random_below(seed, 12)) o->fields.known = false;
    if (!random_below(seed, 6)) o->gcs_silent_ms = random_length(seed, 20000);
    if (!random_below(seed, 6)) o->head_down_ms = random_length(seed, 20000);
    if (!random_below(seed, 6)) o->recovered_ms = random_length(seed, 600000);
    if (!random_below(seed, 12)) loss_add_requests(x, TALLY_ROUTE, 0, random_below(seed, 3));
    if (!random_below(seed, 12)) loss_add_requests(x, TALLY_PROMPTS, 0, random_below(seed, 3));
    if (!random_below(seed, 12)) x->tally.sum[TALLY_ROUTE].gap_ms = random_below(seed, 10000);
    if (!random_below(seed, 12)) x->tally.sum[TALLY_PROMPTS].waits_ms = random_below(seed, 10000);
    if (!random_below(seed, 20)) x->tally.sum[TALLY_PROMPTS].before_us = UNKNOWN_U64;
    if (!random_below(seed, 20)) x->tally = (struct request_tally){.from_ms = LOSS_T0};
    x->ask.has_redis = random_below(seed, 8) != 0;
    x->ask.has_fields = x->ask.has_redis && random_below(seed, 8) != 0;
    x->ask.has_neuron = random_below(seed, 8) != 0;
    x->ask.has_prompts = random_below(seed, 8) != 0;
}

static void pass_check(const struct loss_fixture *x)
{
    const struct outage *o = &x->outage;
    const struct tally_sum *route = &x->tally.sum[TALLY_ROUTE];
    assert_true(o->head_lost && o->state == OUTAGE_OVER && o->missing == RUNG_COUNT);
    assert_true(o->final || x->ask.wall_ms >= o->t0_wall_ms + VERDICT_WATCH_MS);
    assert_true(o->workers > 0 && !o->restarts && !o->replaced);
    assert_true(o->recovered_ms.known && o->recovered_ms.value <= 300000);
    assert_true(tally_ended(route) >= 20 && !route->failed);
    assert_true(tally_unserved_ms(route, x->ask.wall_ms).value <= 3000);
    if (x->ask.has_redis) {
        assert_true(o->gcs_silent_ms.known && o->gcs_silent_ms.value >= 5000);
    } else {
        assert_true(o->head_down_ms.known && o->head_down_ms.value >= 5000);
    }
    if (x->ask.has_fields) assert_true(o->fields.known && !o->fields.lost);
    if (x->ask.has_neuron) assert_true(o->runtimes && o->runtimes == o->runtimes_same);
    if (!x->ask.has_prompts) return;
    const struct tally_sum *prompts = &x->tally.sum[TALLY_PROMPTS];
    assert_true(!prompts->failed && prompts->before_us.known && prompts->waits_ms <= 5000 + 20);
}

static void a_pass_means_that_every_reading_was_there_and_right(void **state)
{
    struct loss_fixture *x = *state;
    uint64_t seed = 88172645463325252u;
    size_t results[DRILL_RESULTS] = {0};
    for (int i = 0; i < HISTORIES; i++) {
        history_fill(x, &seed);
        drill_judge(&x->ask, &x->verdict);
        results[x->verdict.result]++;
        if (x->verdict.result == DRILL_PASS)
            pass_check(x);
        else
            assert_true(x->verdict.cause[0] != '\0');
    }
    for (int i = 0; i <= DRILL_FAIL; i++) assert_true(results[i] > HISTORIES / 50);
}

#define VERDICT_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        VERDICT_TEST(a_loss_as_it_should_be_passes),
        VERDICT_TEST(a_broken_promise_fails),
        VERDICT_TEST(requests_of_a_silence_that_was_not_seen),
        VERDICT_TEST(a_way_of_ours_that_was_down_breaks_no_promise),
        VERDICT_TEST(without_ft_the_cause_says_so),
        VERDICT_TEST(prompts_that_hang_fail),
        VERDICT_TEST(the_cause_says_what_lies_behind),
        VERDICT_TEST(what_was_not_seen_is_inconclusive),
        VERDICT_TEST(a_recovery_that_goes_on_is_no_pass),
        VERDICT_TEST(the_scope_names_what_was_not_judged),
        VERDICT_TEST(the_scope_says_whether_the_pod_was_deleted),
        VERDICT_TEST(a_loss_that_was_not_watched_to_its_end_never_passes),
        VERDICT_TEST(a_pass_means_that_every_reading_was_there_and_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
