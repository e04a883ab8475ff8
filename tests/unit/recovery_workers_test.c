/*
 * recovery_workers_test.c - what an outage counts of its workers: which pods and Neuron runtimes are compared with
 * those at T0, and what becomes of the requests since.
 */
#include "backends/base/mem.h"
#include "backends/world/outage.h"
#include "tests/support/small_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define W1 "mistral-44qn2-inf2-worker-q5rdw"
#define W2 "mistral-44qn2-inf2-worker-x2p7c"

static const char old_head[] = SMALL_HEAD, new_head[] = "7rk2-head";

static void head_is_deleted(struct small *s, const char *uid)
{
    small_delete_accepted(s, uid, 0);
    small_gone(s, TABLE_POD, uid);
}

static void head_is_back(struct small *s, const char *uid)
{
    struct pod *p = small_pod(uid, "mistral-44qn2-head-7rk2m", "head", "ip-100-64-90-12", "100.64.90.44");
    p->created = p->started = known_u64(small_wall(s));
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

/* ---- at T0 ------------------------------------------------------------------------------------------------------ */

static void pods_that_go_or_are_no_workers_are_not_compared(void **state)
{
    struct small *s = *state;
    struct pod *p = small_pod("w3", "mistral-44qn2-inf2-worker-going", "worker", NULL, NULL);
    p->deleted = known_u64(small_wall(s));
    small_put(s, "kube/pods", WORLD_KUBE, p);
    p = small_pod("o1", "other-abcde-inf2-worker-x", "worker", NULL, NULL);
    record_set(&p->cluster, "other-abcde");
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_gone(s, TABLE_POD, "w2");
    head_is_deleted(s, old_head);
    const struct outage o = small_outage_now(s);
    assert_int_equal(o.workers, 1);
    assert_string_equal(o.worker[0].name, W1);
}

/* The shortest time in which a worker must hear of the GCS again is what counts. */
static void the_shortest_reconnect_timeout_counts(void **state)
{
    struct small *s = *state;
    static const struct {
        const char *uid;
        uint64_t reconnect_s, least; /* 0: not known */
    } steps[] = {{"w1", 300, 300}, {"w2", 200, 200}, {"w1", 100, 100}, {"w2", 0, 100}};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct pod *p = small_edit(s, TABLE_POD, steps[i].uid);
        p->reconnect_s = steps[i].reconnect_s ? known_u64(steps[i].reconnect_s) : UNKNOWN_U64;
        small_put(s, "kube/pods", WORLD_KUBE, p);
        recovery_done(&s->r);
        recovery_init(&s->r);
        small_apply(s, change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE));
        small_delete_accepted(s, old_head, 0);
        assert_int_equal(s->r.outage, OUTAGE_RUNNING);
        assert_true(s->r.reconnect_s.known);
        assert_int_equal(s->r.reconnect_s.value, steps[i].least);
    }
}

static void runtimes_of_monitors_that_are_gone_or_elsewhere_are_not_counted(void **state)
{
    struct small *s = *state;
    struct pod *p = small_pod("o1", "other-abcde-inf2-worker-x", "worker", NULL, NULL);
    record_set(&p->cluster, "other-abcde");
    small_put(s, "kube/pods", WORLD_KUBE, p);
    struct monitor *m = small_edit(s, TABLE_MONITOR, "neuron/q5rdw");
    record_set(&m->pod, "other-abcde-inf2-worker-x");
    small_put(s, "neuron/q5rdw", WORLD_NEURON, m);
    head_is_deleted(s, old_head);
    assert_int_equal(small_outage_now(s).runtimes, 1);
    assert_int_equal(small_outage_now(s).runtimes_same, 1);
    small_gone(s, TABLE_MONITOR, "neuron/x2p7c");
    assert_int_equal(small_outage_now(s).runtimes, 1);
    assert_int_equal(small_outage_now(s).runtimes_same, 0);
    assert_int_equal(small_outage_now(s).runtimes_unheard, 1);
}

/* What it reported before it fell silent is not true of now, and nothing else is known. */
static void runtimes_of_a_monitor_that_is_not_heard_are_unknown(void **state)
{
    struct small *s = *state;
    char words[OUTAGE_WORDS_MAX];
    head_is_deleted(s, old_head);
    assert_int_equal(small_outage_now(s).runtimes_same, 2);
    assert_int_equal(small_outage_now(s).runtimes_unheard, 0);
    small_apply(s, change_source("neuron/q5rdw", WORLD_NEURON, SOURCE_DOWN, ERR_CHILD, "it ended", NULL));
    const struct outage o = small_outage_now(s);
    assert_int_equal(o.runtimes_same, 1);
    assert_int_equal(o.runtimes_unheard, 1);
    assert_string_equal(outage_runtime_words(&o, words), "1/2 same pids, 1 not heard");
}

static void a_monitor_that_was_gone_at_t0_has_no_runtimes(void **state)
{
    struct small *s = *state;
    small_gone(s, TABLE_MONITOR, "neuron/x2p7c");
    head_is_deleted(s, old_head);
    assert_int_equal(small_outage_now(s).runtimes, 1);
}

/* A monitor of a host, or of a pod that nobody lists, may be ours; a runtime without a pid cannot be found again. */
static void a_monitor_of_no_known_pod_is_counted(void **state)
{
    struct small *s = *state;
    struct monitor *m = small_edit(s, TABLE_MONITOR, "neuron/q5rdw");
    record_set(&m->pod, NULL);
    struct runtime *rt = RECORD_APPEND(m, runtimes);
    rt->pid = UNKNOWN_U64;
    small_put(s, "neuron/q5rdw", WORLD_NEURON, m);
    m = small_edit(s, TABLE_MONITOR, "neuron/x2p7c");
    record_set(&m->pod, "unlisted");
    small_put(s, "neuron/x2p7c", WORLD_NEURON, m);
    head_is_deleted(s, old_head);
    assert_int_equal(small_outage_now(s).runtimes, 2);
    assert_int_equal(small_outage_now(s).runtimes_same, 2);
}

/* ---- since T0 --------------------------------------------------------------------------------------------------- */

static void a_worker_is_the_same_until_it_restarts_or_goes(void **state)
{
    struct small *s = *state;
    head_is_deleted(s, old_head);
    struct pod *p = small_edit(s, TABLE_POD, "w1");
    p->restarts = UNKNOWN_U64; /* not told is not restarted */
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_int_equal(small_outage_now(s).worker[0].fate, WORKER_SAME);
    p = small_edit(s, TABLE_POD, "w1");
    p->restarts = known_u64(3);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_int_equal(small_outage_now(s).worker[0].fate, WORKER_RESTARTED);
    assert_int_equal(small_outage_now(s).worker[0].restarts, 3);
    assert_int_equal(small_outage_now(s).same, 2);
    p = small_edit(s, TABLE_POD, "w2");
    p->deleted = known_u64(small_wall(s));
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_int_equal(small_outage_now(s).worker[1].fate, WORKER_REPLACED);
    assert_int_equal(small_outage_now(s).same, 1);
    assert_int_equal(small_outage_now(s).replaced, 1);
    assert_int_equal(small_outage_now(s).restarts, 3);
}

/* Nothing of the first outage is left in the second. */
static void a_second_outage_begins_with_nothing_counted(void **state)
{
    struct small *s = *state;
    head_is_deleted(s, old_head);
    small_probe(s, "p1", W1, "failed", "refused", 1000);
    head_is_back(s, new_head);
    small_probe(s, "p3", W2, "failed", "refused", 1000);
    small_probe(s, "p2", W1, "ok", NULL, 7000);
    struct outage o = small_outage_now(s);
    assert_int_equal(o.request[OUTAGE_PROBES].failed, 2);
    assert_false(s->r.rung[RUNG_WORKERS_SAME].reached); /* the second one does not answer */
    assert_int_equal(o.runtimes, 2);
    small_wait(s, 100000);
    assert_int_equal(s->r.outage, OUTAGE_OVER);
    head_is_deleted(s, new_head);
    o = small_outage_now(s);
    assert_int_equal(o.runtimes, 2);
    assert_int_equal(o.request[OUTAGE_PROBES].ok + o.request[OUTAGE_PROBES].failed, 0);
    assert_int_equal(o.failure[0].count, 0);
    assert_string_equal(o.second, "");
    assert_false(o.request[OUTAGE_PROBES].slowest_us.known);
    head_is_back(s, "third");
    assert_true(s->r.rung[RUNG_WORKERS_SAME].reached);
    assert_string_equal(s->r.rung[RUNG_WORKERS_SAME].note, "2/2 same UIDs, 0 restarts; not probed");
}

/* ---- requests --------------------------------------------------------------------------------------------------- */

/* A probe that was due that long after T0. */
static void probe_due(struct small *s, const char *key, uint64_t after_ms, const char *phase)
{
    struct request *q = record_new(TABLE_REQUEST, key);
    record_set(&q->kind, "probe");
    record_set(&q->pod, W1);
    record_set(&q->phase, phase);
    q->due = q->sent = known_u64(s->r.t0_wall_ms + after_ms);
    q->done = known_u64(small_wall(s));
    q->latency_us = known_u64(1000);
    small_put(s, "probe", WORLD_SERVE, q);
}

static void the_worst_of_a_second_is_kept(void **state)
{
    struct small *s = *state;
    static const struct {
        const char *phases[3], *second;
    } cases[] = {
        {{"ok", "ok", NULL}, "."},        {{"ok", "slow", NULL}, "s"},      {{"slow", "ok", NULL}, "s"},
        {{"slow", "failed", "ok"}, "X"},  {{"failed", "slow", NULL}, "X"},  {{"ok", "failed", "slow"}, "X"},
        {{"cancelled", NULL, NULL}, " "}, {{"cancelled", "ok", NULL}, "."},
    };
    head_is_deleted(s, old_head);
    unsigned keys = 0;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t j = 0; j < 3 && cases[i].phases[j]; j++) {
            char key[16];
            snprintf(key, sizeof key, "q%u", keys++);
            probe_due(s, key, 2000 * i + 1000 + 400 * j, cases[i].phases[j]);
        }
    }
    const struct outage o = small_outage_now(s);
    char expected[OUTAGE_SECONDS + 1] = "";
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        strcat(expected, " "); /* none was due in the seconds between */
        strcat(expected, cases[i].second);
    }
    assert_string_equal(o.second, expected);
}

static void what_was_due_before_t0_or_long_after_has_no_second(void **state)
{
    struct small *s = *state;
    small_wait(s, 5000);
    head_is_deleted(s, old_head);
    struct request *q = record_new(TABLE_REQUEST, "before");
    record_set(&q->kind, "probe");
    record_set(&q->pod, W1);
    record_set(&q->phase, "ok");
    q->due = known_u64(s->r.t0_wall_ms - 1);
    q->done = known_u64(small_wall(s));
    small_put(s, "probe", WORLD_SERVE, q);
    q = record_new(TABLE_REQUEST, "never due");
    record_set(&q->kind, "probe");
    record_set(&q->pod, W1);
    record_set(&q->phase, "ok");
    q->done = known_u64(small_wall(s));
    small_put(s, "probe", WORLD_SERVE, q);
    assert_string_equal(small_outage_now(s).second, "");
    assert_int_equal(small_outage_now(s).request[OUTAGE_PROBES].ok, 2); /* they are counted */
    probe_due(s, "late", OUTAGE_SECONDS * 1000, "ok");
    assert_string_equal(small_outage_now(s).second, "");
    probe_due(s, "at t0", 0, "ok");
    assert_string_equal(small_outage_now(s).second, ".");
    probe_due(s, "last", OUTAGE_SECONDS * 1000 - 1, "failed");
    const struct outage o = small_outage_now(s);
    assert_int_equal(strlen(o.second), OUTAGE_SECONDS);
    assert_int_equal(o.second[OUTAGE_SECONDS - 1], 'X');
}

/* Probes and prompts are counted apart; another way to the service is not the workers' own response. */
static void kinds_of_requests_are_counted_apart(void **state)
{
    struct small *s = *state;
    head_is_deleted(s, old_head);
    small_wait(s, 1000);
    small_request(s, "way", "w", false, "failed", "refused", 1000);
    assert_int_equal(outage_failed(&(struct outage){.state = OUTAGE_RUNNING}), 0);
    struct outage o = small_outage_now(s);
    assert_int_equal(outage_failed(&o) + outage_answered(&o), 0);
    small_request(s, "prompt", "c1", false, "ok", NULL, 0);
    o = small_outage_now(s);
    assert_true(o.request[OUTAGE_PROMPTS].slowest_us.known); /* of one that took no time too */
    assert_int_equal(o.request[OUTAGE_PROMPTS].slowest_us.value, 0);
    small_request(s, "prompt", "c2", false, "slow", NULL, 9000);
    small_request(s, "prompt", "c3", false, "ok", NULL, 4000);
    small_request(s, "prompt", "c4", false, "failed", "refused", 20000);
    o = small_outage_now(s);
    assert_int_equal(o.request[OUTAGE_PROMPTS].ok, 2);
    assert_int_equal(o.request[OUTAGE_PROMPTS].slow, 1);
    assert_int_equal(o.request[OUTAGE_PROMPTS].failed, 1);
    assert_int_equal(o.request[OUTAGE_PROMPTS].slowest_us.value, 9000); /* a failure took no answer */
    assert_int_equal(o.request[OUTAGE_PROBES].ok, 0);
    assert_string_equal(o.second, ""); /* seconds are those of probes */
    assert_false(o.unserved_ms.known);
}

static void a_failure_without_a_name_is_one(void **state)
{
    struct small *s = *state;
    head_is_deleted(s, old_head);
    small_probe(s, "a", W1, "failed", NULL, 1000);
    small_probe(s, "b", W1, "failed", "", 1000);
    small_probe(s, "c", W1, "failed", "refused", 1000);
    small_probe(s, "d", W1, "failed", "refused", 1000);
    const struct outage o = small_outage_now(s);
    assert_string_equal(o.failure[0].name, "failed");
    assert_int_equal(o.failure[0].count, 2);
    assert_string_equal(o.failure[1].name, "refused");
    assert_int_equal(o.failure[1].count, 2);
    assert_int_equal(o.failure[2].count, 0);
}

/* The longest time between two answers, whichever order they are told in. */
static void the_longest_gap_between_answers_is_kept(void **state)
{
    struct small *s = *state;
    head_is_deleted(s, old_head);
    small_wait(s, 2000);
    small_probe(s, "a", W1, "ok", NULL, 1000);
    small_wait(s, 7000);
    small_probe(s, "b", W2, "slow", NULL, 1000);
    small_wait(s, 1000);
    small_probe(s, "c", W1, "ok", NULL, 1000);
    assert_int_equal(small_outage_now(s).unserved_ms.value, 7000);
    struct request *q = record_new(TABLE_REQUEST, "earlier");
    record_set(&q->kind, "probe");
    record_set(&q->phase, "ok");
    q->due = known_u64(small_wall(s) - 5000);
    q->latency_us = known_u64(1000000); /* done is not told: due and latency say when */
    small_put(s, "probe", WORLD_SERVE, q);
    small_wait(s, 8000);
    assert_int_equal(small_outage_now(s).unserved_ms.value, 8000);
}

/* ---- from when, until when -------------------------------------------------------------------------------------- */

static void probes_answer(struct small *s, const char *prefix, int n)
{
    for (int i = 0; i < n; i++) {
        char key[32];
        snprintf(key, sizeof key, "%s%d", prefix, i);
        small_wait(s, 100);
        small_probe(s, key, i % 2 ? W1 : W2, "ok", NULL, 1000);
    }
}

/* The old head serves through its grace: what was answered meanwhile would praise the outage that has not begun. What
 * failed from the delete on is counted. */
static void answers_of_the_grace_are_not_counted(void **state)
{
    struct small *s = *state;
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    p->deleted = known_u64(small_wall(s) + 30000);
    p->grace = known_u64(30);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_true(s->r.going);
    probes_answer(s, "grace", 20);
    small_probe(s, "bad", W1, "failed", "refused", 1000);
    assert_int_equal(small_outage_now(s).request[OUTAGE_PROBES].ok, 20);
    assert_string_equal(outage_since_words(&(struct outage){.ours = true}), "since the delete");
    small_gone(s, TABLE_POD, old_head);
    assert_int_equal(small_outage_now(s).request[OUTAGE_PROBES].ok, 0);
    probes_answer(s, "down", 3);
    const struct outage o = small_outage_now(s);
    assert_int_equal(o.request[OUTAGE_PROBES].ok, 3);
    assert_int_equal(o.request[OUTAGE_PROBES].failed, 1);
    assert_int_equal(o.served_on_ms, 2000);
    assert_string_equal(outage_since_words(&o), "since the head was down");
}

/* Answers count up to the recovery, however long the watch goes on; failures count after it too. */
static void the_count_ends_with_the_recovery(void **state)
{
    struct small *s = *state;
    head_is_deleted(s, old_head);
    probes_answer(s, "down", 4);
    head_is_back(s, new_head);
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_OFF, ERR_OK, NULL, NULL));
    probes_answer(s, "back", 2);
    for (int i = 0; i < 70 && s->r.outage == OUTAGE_RUNNING; i++) small_wait(s, 1000);
    assert_int_equal(s->r.outage, OUTAGE_OVER);
    const size_t counted = small_outage_now(s).request[OUTAGE_PROBES].ok;
    probes_answer(s, "later", 10);
    assert_false(small_outage_now(s).final);
    assert_int_equal(small_outage_now(s).request[OUTAGE_PROBES].ok, counted);
    small_probe(s, "bad", W1, "failed", "refused", 1000);
    assert_int_equal(small_outage_now(s).request[OUTAGE_PROBES].failed, 1);
}

/* A silence is dated by the last heartbeat: what ended since then belongs to it. */
static void requests_since_a_t0_that_is_dated_back_are_counted(void **state)
{
    struct small *s = *state;
    for (int i = 0; i < 3; i++) {
        small_wait(s, 1000);
        small_redis(s, 4, small_wall(s));
    }
    probes_answer(s, "silent", 5);
    for (int i = 0; i < 12 && s->r.outage != OUTAGE_RUNNING; i++) {
        small_wait(s, 1000);
        small_apply(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
    }
    assert_int_equal(s->r.cause, CAUSE_SILENCE);
    assert_int_equal(small_outage_now(s).request[OUTAGE_PROBES].ok, 5);
}

#define T(test) cmocka_unit_test_setup_teardown(test, small_setup, small_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(answers_of_the_grace_are_not_counted),
        T(the_count_ends_with_the_recovery),
        T(requests_since_a_t0_that_is_dated_back_are_counted),
        T(pods_that_go_or_are_no_workers_are_not_compared),
        T(the_shortest_reconnect_timeout_counts),
        T(runtimes_of_monitors_that_are_gone_or_elsewhere_are_not_counted),
        T(runtimes_of_a_monitor_that_is_not_heard_are_unknown),
        T(a_monitor_that_was_gone_at_t0_has_no_runtimes),
        T(a_monitor_of_no_known_pod_is_counted),
        T(a_worker_is_the_same_until_it_restarts_or_goes),
        T(a_second_outage_begins_with_nothing_counted),
        T(the_worst_of_a_second_is_kept),
        T(what_was_due_before_t0_or_long_after_has_no_second),
        T(kinds_of_requests_are_counted_apart),
        T(a_failure_without_a_name_is_one),
        T(the_longest_gap_between_answers_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
