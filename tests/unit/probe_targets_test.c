/*
 * probe_targets_test.c - which probe of each proxy counts, for how long, and which failures say anything of Serve: each
 * rule by itself, at its limit.
 */
#include "backends/world/probe_targets.h"

#include "backends/base/mem.h"
#include "tests/support/small_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define W1 "mistral-44qn2-inf2-worker-q5rdw"
#define W2 "mistral-44qn2-inf2-worker-x2p7c"

static struct probe_targets targets_now(const struct small *s)
{
    struct focus f = small_focus(s);
    return probe_targets_of(s->w, &f, s->now_ms, small_wall(s));
}

/* A probe that ended now. */
static void probe_put(struct small *s, const char *key, const char *pod, const char *failure)
{
    small_probe(s, key, pod, failure ? "failed" : "ok", failure, 1000);
}

static void no_endpoints_are_known(struct small *s)
{
    small_gone(s, TABLE_SLICE, "slice-uid");
}

/* ---- what counts ------------------------------------------------------------------------------------------------ */

static void without_probes_there_is_nothing(void **state)
{
    struct small *s = *state;
    const struct probe_targets t = targets_now(s);
    assert_int_equal(t.asked + t.failing + t.expected + t.waiting, 0);
    assert_null(t.last);
    assert_null(t.last_ok);
    assert_null(t.failed);
    assert_null(t.unseen);
    assert_int_equal(t.last_done_ms, 0);
    assert_false(t.round_ms.known);
}

static void the_newest_of_each_proxy_counts(void **state)
{
    struct small *s = *state;
    probe_put(s, "a", W1, "refused");
    small_wait(s, 1000);
    probe_put(s, "b", W1, NULL);
    probe_put(s, "c", W2, NULL);
    small_wait(s, 1000);
    probe_put(s, "d", W2, "5xx");
    struct probe_targets t = targets_now(s);
    assert_int_equal(t.asked, 2);
    assert_int_equal(t.failing, 1);
    assert_string_equal(t.failed->record.key, "d");
    assert_string_equal(t.last->record.key, "d");
    assert_string_equal(t.last_ok->record.key, "b");
    assert_int_equal(t.last_done_ms, small_wall(s));
    assert_int_equal(t.oldest_age_ms, 1000);
    assert_int_equal(t.expected, 2);
    probe_put(s, "e", W2, NULL); /* of the same millisecond: the later one */
    t = targets_now(s);
    assert_int_equal(t.failing, 0);
    assert_null(t.failed);
}

/* Told in another order than they ended in. */
static void an_older_one_that_is_told_late_changes_nothing(void **state)
{
    struct small *s = *state;
    small_wait(s, 3000);
    probe_put(s, "new", W1, NULL);
    struct request *q = record_new(TABLE_REQUEST, "old");
    record_set(&q->kind, "probe");
    record_set(&q->pod, W1);
    record_set(&q->phase, "failed");
    record_set(&q->failure, "refused");
    q->due = q->sent = q->done = known_u64(small_wall(s) - 2000);
    small_put(s, "probe", WORLD_SERVE, q);
    const struct probe_targets t = targets_now(s);
    assert_int_equal(t.asked, 1);
    assert_int_equal(t.failing, 0);
    assert_string_equal(t.last->record.key, "new");
}

static void a_probe_counts_for_ten_seconds(void **state)
{
    struct small *s = *state;
    probe_put(s, "a", W1, NULL);
    const uint64_t done_ms = small_wall(s);
    small_wait(s, PROBE_OLD_MS);
    assert_int_equal(targets_now(s).asked, 1);
    assert_int_equal(targets_now(s).oldest_age_ms, PROBE_OLD_MS);
    small_wait(s, 1);
    assert_int_equal(targets_now(s).asked, 0);
    assert_null(targets_now(s).last);
    assert_int_equal(targets_now(s).last_done_ms, done_ms); /* that it was asked is still known */
    small_wait(s, 200000);
    assert_int_equal(targets_now(s).last_done_ms, done_ms);
}

/* Where a round is long, as much longer as the round; of a pod that is gone no longer. */
static void in_a_long_round_a_probe_counts_until_the_next_is_overdue(void **state)
{
    struct small *s = *state;
    const char *const pods[] = {W1, "gone"};
    for (int i = 0; i < 2; i++) {
        struct request *q = record_new(TABLE_REQUEST, pods[i]);
        record_set(&q->kind, "probe");
        record_set(&q->pod, pods[i]);
        record_set(&q->phase, "ok");
        q->due = q->sent = q->done = known_u64(small_wall(s));
        q->round_ms = known_u64(30000);
        small_put(s, "probe", WORLD_SERVE, q);
    }
    struct probe_targets t = targets_now(s);
    assert_int_equal(t.asked, 2);
    assert_int_equal(t.round_ms.value, 30000);
    assert_int_equal(t.expected, 2); /* two pods are there to ask */
    small_wait(s, PROBE_OLD_MS + 1);
    t = targets_now(s);
    assert_int_equal(t.asked, 1);
    assert_int_equal(t.expected, 2);
    assert_string_equal(t.last->record.key, W1);
    small_wait(s, 30000 - 1);
    assert_int_equal(targets_now(s).asked, 1);
    assert_int_equal(targets_now(s).oldest_age_ms, PROBE_OLD_MS + 30000);
    small_wait(s, 1);
    assert_int_equal(targets_now(s).asked, 0);
}

static void what_waits_or_is_no_probe_is_no_answer(void **state)
{
    struct small *s = *state;
    small_probe(s, "w1", W1, "waiting", NULL, 0);
    small_probe(s, "w2", W2, "waiting", NULL, 0);
    small_request(s, "prompt", "p", false, "ok", NULL, 1000);
    small_request(s, "way", "y", false, "failed", "refused", 1000);
    probe_put(s, "gone", W1, NULL);
    small_gone(s, TABLE_REQUEST, "gone");
    const struct probe_targets t = targets_now(s);
    assert_int_equal(t.waiting, 2);
    assert_int_equal(t.asked, 0);
    assert_int_equal(t.last_done_ms, 0);
}

/* Without a pod's name by its address. */
static void a_target_without_a_pod_is_told_by_its_address(void **state)
{
    struct small *s = *state;
    static const char *const addresses[] = {"10.0.0.1", "10.0.0.2", NULL};
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        char key[8];
        snprintf(key, sizeof key, "t%zu", i);
        struct request *q = record_new(TABLE_REQUEST, key);
        record_set(&q->kind, "probe");
        record_set(&q->target, addresses[i]);
        record_set(&q->phase, "ok");
        q->due = q->sent = q->done = known_u64(small_wall(s));
        small_put(s, "probe", WORLD_SERVE, q);
        assert_int_equal(targets_now(s).asked, i + 1);
    }
}

/* ---- endpoints -------------------------------------------------------------------------------------------------- */

static void endpoints_are_counted_among_them(void **state)
{
    struct small *s = *state;
    probe_put(s, "a", W1, "refused");
    small_wait(s, 100);
    probe_put(s, "b", W2, NULL);
    small_wait(s, 100);
    probe_put(s, "c", "no-endpoint", NULL);
    struct probe_targets t = targets_now(s);
    assert_true(t.endpoints_known);
    assert_int_equal(t.asked, 3);
    assert_int_equal(t.endpoints_asked, 2);
    assert_int_equal(t.endpoints_failing, 1);
    assert_string_equal(t.last->record.key, "c");
    assert_string_equal(t.last_ok->record.key, "b"); /* users are sent to endpoints */
    no_endpoints_are_known(s);
    t = targets_now(s);
    assert_int_equal(t.endpoints_asked, 0);
    if (!t.endpoints_known) assert_string_equal(t.last_ok->record.key, "c");
}

/* ---- what says nothing ------------------------------------------------------------------------------------------ */

static void target_unseen(struct small *s, const char *key, const char *why)
{
    small_probe(s, key, W1, "failed", "forbidden", 1000);
    struct request *q = small_edit(s, TABLE_REQUEST, key);
    record_set(&q->why, why);
    small_put(s, "probe", WORLD_SERVE, q);
}

static void what_says_nothing_of_serve_is_kept_apart(void **state)
{
    struct small *s = *state;
    probe_put(s, "ok", W1, NULL);
    small_wait(s, 100);
    target_unseen(s, "first", "you may not");
    small_wait(s, 100);
    target_unseen(s, "second", "nor now");
    target_unseen(s, "silent", NULL);
    struct probe_targets t = targets_now(s);
    assert_int_equal(t.asked, 1);
    assert_int_equal(t.failing, 0);
    assert_string_equal(t.unseen->record.key, "second");
    assert_int_equal(t.last_done_ms, small_wall(s) - 200); /* nothing ended since */
    small_wait(s, PROBE_OLD_MS);
    assert_string_equal(targets_now(s).unseen->record.key, "second");
    small_wait(s, 1);
    assert_null(targets_now(s).unseen);
}

static bool probe_counts(const struct small *s, const struct request *q)
{
    return request_is_evidence(s->w, q, s->now_ms, small_wall(s));
}

static void some_failures_are_our_own(void **state)
{
    struct small *s = *state;
    static const struct {
        const char *failure;
        bool probe, other; /* does it say anything: of a probe, of a request by the service's way */
    } cases[] = {
        {"forbidden", false, false},
        {"not sent", false, false},
        {"cancelled", false, false},
        {"too long", false, false},
        {"unreachable", false, false},
        {"4xx", true, false},
        {"bad body", true, false},
        {"refused", true, true},
        {"5xx", true, true},
        {"timeout", true, true},
        {NULL, true, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct request q = {.kind = (char *)(uintptr_t) "probe",
                            .phase = (char *)(uintptr_t) "failed",
                            .failure = (char *)(uintptr_t)cases[i].failure,
                            .proxied = TRI_NO};
        if (probe_counts(s, &q) != cases[i].probe) fail_msg("a probe: %s", cases[i].failure);
        q.kind = (char *)(uintptr_t) "way";
        if (probe_counts(s, &q) != cases[i].other) fail_msg("the way: %s", cases[i].failure);
        q.phase = (char *)(uintptr_t) "cancelled";
        if (probe_counts(s, &q)) fail_msg("cancelled: %s", cases[i].failure);
    }
}

/* Through the API server: a status is Serve's; without one a time-out is, where the API server answers others in the
 * second half of its time. */
static void through_the_api_server_it_must_be_seen_to_answer(void **state)
{
    struct small *s = *state;
    struct request q = {.kind = (char *)(uintptr_t) "way",
                        .phase = (char *)(uintptr_t) "failed",
                        .failure = (char *)(uintptr_t) "timeout",
                        .proxied = TRI_YES};
    small_wait(s, 1000);
    small_apply(s, change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE));
    const uint64_t alive_ms = small_wall(s);
    small_wait(s, 10000);
    small_apply(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS)); /* not of Kubernetes */
    static const struct {
        int64_t sent, done; /* since it was alive */
        bool tells;
    } cases[] = {{-3000, 2000, true}, {-2500, 2500, false}, {-2501, 2499, true}, {-1000, 4000, false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        q.sent = known_u64((uint64_t)((int64_t)alive_ms + cases[i].sent));
        q.done = known_u64((uint64_t)((int64_t)alive_ms + cases[i].done));
        if (probe_counts(s, &q) != cases[i].tells) fail_msg("case %zu", i);
    }
    q.failure = (char *)(uintptr_t) "refused";
    q.sent = known_u64(alive_ms - 3000);
    q.done = known_u64(alive_ms + 2000);
    assert_false(probe_counts(s, &q)); /* by whom is not known */
    q.status = known_u64(503);
    assert_true(probe_counts(s, &q));
    q.failure = (char *)(uintptr_t) "forbidden";
    assert_false(probe_counts(s, &q));
}

#define T(test) cmocka_unit_test_setup_teardown(test, small_setup, small_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(without_probes_there_is_nothing),
        T(the_newest_of_each_proxy_counts),
        T(an_older_one_that_is_told_late_changes_nothing),
        T(a_probe_counts_for_ten_seconds),
        T(in_a_long_round_a_probe_counts_until_the_next_is_overdue),
        T(what_waits_or_is_no_probe_is_no_answer),
        T(a_target_without_a_pod_is_told_by_its_address),
        T(endpoints_are_counted_among_them),
        T(what_says_nothing_of_serve_is_kept_apart),
        T(some_failures_are_our_own),
        T(through_the_api_server_it_must_be_seen_to_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
