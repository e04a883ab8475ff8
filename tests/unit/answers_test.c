/* answers_test.c - the answers of the strip, by worlds that lead to each. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/answers.h"
#include "tests/support/random_change.h"
#include "tests/support/small_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char q5rdw[] = "mistral-44qn2-inf2-worker-q5rdw", x2p7c[] = "mistral-44qn2-inf2-worker-x2p7c";
static const char head[] = SMALL_HEAD;

/* n seconds of probes of both workers; every source is heard. */
static void probe_for(struct small *s, int n, const char *phase, const char *failure)
{
    static const char *const live[] = {"kube/pods", "kube/endpointslices", "redis", "neuron/q5rdw", "neuron/x2p7c"};
    static const enum world_kind kinds[] = {WORLD_KUBE, WORLD_KUBE, WORLD_REDIS, WORLD_NEURON, WORLD_NEURON};
    char key[32];
    for (int i = 0; i < n; i++) {
        small_wait(s, 1000);
        for (int j = 0; j < 2; j++) {
            snprintf(key, sizeof key, "p%llu.%d", (unsigned long long)s->now_ms, j);
            small_probe(s, key, j ? x2p7c : q5rdw, phase, failure, i ? 38000 : 48000);
        }
        for (size_t j = 0; j < ARRAY_LEN(live); j++) small_apply(s, change_new(CHANGE_ALIVE, live[j], kinds[j]));
    }
}

/* ---- ANSWERING ------------------------------------------------------------------------------------------------- */

static void answering_on_a_calm_day(void **state)
{
    struct small *s = *state;
    probe_for(s, 30, "ok", NULL);
    small_answer_is(s, 0, "ANSWERING", VERDICT_OK, "YES",
                    "service not probed · 2 endpoints, not head · proxies 60/60 in 60 s, p95 38 ms · 92 executions/s",
                    "2 endpoints · proxies 60/60 in 60 s");
}

static void answering_is_not_known_without_probes(void **state)
{
    struct small *s = *state;
    small_answer_is(s, 0, "ANSWERING", VERDICT_UNKNOWN, "–",
                    "unknown: nothing is probed · service not probed · 2 endpoints, not head",
                    "unknown: nothing is probed");
    small_apply(s, change_source("probe", WORLD_SERVE, SOURCE_DENIED, ERR_FORBIDDEN, "pods/proxy forbidden", NULL));
    assert_string_equal(small_answer(s, 0).text,
                        "unknown: probes denied: pods/proxy forbidden · service not probed · 2 endpoints, not head");
}

static void answering_is_not_known_from_old_probes(void **state)
{
    struct small *s = *state;
    probe_for(s, 5, "ok", NULL);
    small_wait(s, 4000);
    assert_string_equal(small_answer(s, 0).word, "YES");
    small_wait(s, 1000);
    assert_string_equal(small_answer(s, 0).word, "–");
    assert_string_equal(small_answer(s, 0).brief, "unknown: no answer for 5 s · proxies 10/10 in 60 s");
    small_wait(s, 9000);
    assert_string_equal(small_answer(s, 0).brief, "unknown: no probe ended for 14 s");
    assert_int_equal(small_answer(s, 0).verdict, VERDICT_UNKNOWN);
}

static void answering_no_with_the_class_of_failure(void **state)
{
    struct small *s = *state;
    probe_for(s, 3, "ok", NULL);
    probe_for(s, 1, "failed", "refused");
    struct answer a = small_answer(s, 0);
    assert_int_equal(a.verdict, VERDICT_NO);
    assert_string_equal(a.word, "NO");
    assert_string_equal(a.brief, "2 of 2 proxies fail: refused · 2 endpoints · proxies 6/8 in 60 s");
}

static void answering_partly(void **state)
{
    struct small *s = *state;
    probe_for(s, 3, "ok", NULL);
    small_wait(s, 1000);
    small_probe(s, "x", x2p7c, "failed", "timeout", 5000000);
    struct answer a = small_answer(s, 0);
    assert_int_equal(a.verdict, VERDICT_WARN);
    assert_string_equal(a.word, "PARTLY");
    assert_true(text_has(a.text, "1 of 2 proxies fail: timeout · ") && text_has(a.text, " · proxies 6/7 in 60 s"));
}

static void answering_again_keeps_what_failed(void **state)
{
    struct small *s = *state;
    probe_for(s, 1, "failed", "reset");
    probe_for(s, 3, "ok", NULL);
    struct answer a = small_answer(s, 0);
    assert_string_equal(a.word, "YES");
    assert_int_equal(a.verdict, VERDICT_WARN);
    assert_true(text_has(a.text, " · proxies 6/8 in 60 s"));
    probe_for(s, 60, "ok", NULL);
    assert_int_equal(small_answer(s, 0).verdict, VERDICT_OK);
}

static void answering_may_hang(void **state)
{
    struct small *s = *state;
    char key[16];
    probe_for(s, 2, "ok", NULL);
    for (int i = 0; i < 4; i++) {
        small_wait(s, 1000);
        small_probe(s, (snprintf(key, sizeof key, "w%d", i), key), q5rdw, "waiting", NULL, 0);
    }
    struct answer a = small_answer(s, 0);
    assert_int_equal(a.verdict, VERDICT_WARN);
    assert_string_equal(a.word, "–");
    assert_true(!strncmp(a.text, "no answer for 4 s, 4 probes waiting", 35));
}

/* A probe of a round that takes longer than a second. */
static void probe_of_round(struct small *s, const char *key, const char *pod, const char *phase, uint64_t round_ms)
{
    small_probe(s, key, pod, phase, strcmp(phase, "failed") == 0 ? "refused" : NULL, 38000);
    struct request *q = small_edit(s, TABLE_REQUEST, key);
    q->round_ms = known_u64(round_ms);
    small_put(s, "probe", WORLD_SERVE, q);
}

static void answering_says_how_old_its_oldest_probe_is(void **state)
{
    struct small *s = *state;
    probe_of_round(s, "a", q5rdw, "ok", 25600);
    struct answer a = small_answer(s, 0);
    assert_string_equal(a.word, "YES");
    assert_int_equal(a.verdict, VERDICT_WARN); /* of the other one nothing is known */
    assert_true(text_has(a.text, "1 of 2 proxies probed this round"));
    small_wait(s, 20000);
    probe_of_round(s, "b", x2p7c, "ok", 25600);
    a = small_answer(s, 0);
    assert_int_equal(a.verdict, VERDICT_OK);
    assert_true(text_has(a.text, "oldest of 2 probed 20 s ago"));
    assert_true(text_has(a.brief, "oldest of 2 probed 20 s ago"));
    small_wait(s, 17000); /* the round has passed, and nobody asked again */
    a = small_answer(s, 0);
    assert_int_equal(a.verdict, VERDICT_UNKNOWN);
    assert_true(text_has(a.text, "unknown: no answer for 17 s"));
    assert_true(text_has(a.text, "1 of 2 proxies probed this round"));
}

/* What failed counts until the same proxy is asked again, and no longer than its pod is there. */
static void answering_keeps_a_failure_for_its_round(void **state)
{
    struct small *s = *state;
    probe_of_round(s, "a", q5rdw, "failed", 25600);
    small_wait(s, 20000);
    probe_of_round(s, "b", x2p7c, "ok", 25600);
    assert_string_equal(small_answer(s, 0).word, "PARTLY");
    small_gone(s, TABLE_POD, "w1");
    assert_string_equal(small_answer(s, 0).word, "YES");
}

static void answering_tells_any_number_of_proxies_apart(void **state)
{
    struct small *s = *state;
    char key[16], pod[32];
    small_gone(s, TABLE_SLICE, "slice-uid"); /* which of them are endpoints is not known */
    for (int i = 0; i < 200; i++) {
        snprintf(key, sizeof key, "p%d", i);
        snprintf(pod, sizeof pod, "worker-%d", i);
        small_probe(s, key, pod, i == 150 ? "failed" : "ok", i == 150 ? "refused" : NULL, 38000);
    }
    struct answer a = small_answer(s, 0);
    assert_string_equal(a.word, "PARTLY");
    assert_true(!strncmp(a.text, "1 of 200 proxies fail: refused", 30));
}

static void answering_names_a_monitor_that_is_not_heard(void **state)
{
    struct small *s = *state;
    small_wait(s, 14000);
    small_probe(s, "p", q5rdw, "ok", NULL, 38000);
    assert_string_equal(
        small_answer(s, 0).text,
        "service not probed · endpoints not known · proxies 1/1 in 60 s, p95 38 ms · Neuron not heard for 14 s");
    small_apply(s, change_source("neuron/q5rdw", WORLD_NEURON, SOURCE_OFF, ERR_OK, NULL, NULL));
    small_apply(s, change_source("neuron/x2p7c", WORLD_NEURON, SOURCE_OFF, ERR_OK, NULL, NULL));
    assert_string_equal(small_answer(s, 0).text,
                        "service not probed · endpoints not known · proxies 1/1 in 60 s, p95 38 ms");
}

static void probes_are_summed(void **state)
{
    struct small *s = *state;
    char key[16];
    for (unsigned i = 1; i <= 100; i++)
        small_probe(s, (snprintf(key, sizeof key, "%u", i), key), q5rdw, i == 7 ? "slow" : "ok", NULL, i * 1000);
    small_probe(s, "f", q5rdw, "failed", "5xx", 999000000);
    small_probe(s, "w", q5rdw, "waiting", NULL, 0);
    small_probe(s, "c", q5rdw, "cancelled", NULL, 1000);
    struct probe_sum sum = probe_sum_of(s->w, "probe", small_wall(s) - 60000);
    assert_int_equal(sum.ok, 99);
    assert_int_equal(sum.slow, 1);
    assert_int_equal(sum.failed, 0);
    sum = probe_sum_of(s->w, "probe", 0);
    assert_int_equal(sum.failed, 1);
    assert_int_equal(sum.waiting, 1);
    assert_int_equal(sum.p50_us.value, 50000);
    assert_int_equal(sum.p95_us.value, 95000);
    assert_int_equal(sum.slowest_us.value, 100000);
    assert_int_equal(sum.last_ok_ms.value, small_wall(s));
    sum = probe_sum_of(s->w, "prompt", 0);
    assert_false(sum.p50_us.known || sum.last_ok_ms.known);
}

/* ---- LAST HEAD LOSS -------------------------------------------------------------------------------------------- */

static void last_loss_is_rebuilt_from_what_is_older(void **state)
{
    struct small *s = *state;
    small_answer_is(s, 2, "LAST HEAD LOSS", VERDICT_OK, "4d2h ago",
                    "both worker pods and 3/3 replicas predate it · outage length – (events expired)",
                    "workers and replicas predate it · length –");
    struct pod *p = small_edit(s, TABLE_POD, "w1");
    p->started = known_u64(small_wall(s));
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_put(s, "kube/events", WORLD_KUBE, record_new(TABLE_EVENT, "e"));
    small_answer_is(s, 2, "LAST HEAD LOSS", VERDICT_WARN, "4d2h ago",
                    "1 of 2 worker pods and 3/3 replicas predate it · outage length – (not watched)",
                    "1/2 workers, 3/3 replicas predate it · length –");
}

static void put_replica(struct small *s, const char *key, const char *ns, const char *actor_state)
{
    struct actor *a = record_new(TABLE_ACTOR, key);
    record_set(&a->ns, ns);
    record_set(&a->state, actor_state);
    record_set(&a->name, "SERVE_REPLICA::app#mistral#x9");
    a->started = known_u64(small_wall(s));
    small_put(s, "redis", WORLD_REDIS, a);
}

/* Replicas of another cluster, dead ones and those that are gone are none of its replicas. */
static void only_living_replicas_of_its_own_are_counted(void **state)
{
    struct small *s = *state;
    put_replica(s, "another/1", "another", "ALIVE");
    put_replica(s, SMALL_NS "/dead", SMALL_NS, "DEAD");
    put_replica(s, SMALL_NS "/gone", SMALL_NS, "ALIVE");
    assert_non_null(strstr(small_answer(s, 2).text, "3/4 replicas"));
    small_gone(s, TABLE_ACTOR, SMALL_NS "/gone");
    assert_non_null(strstr(small_answer(s, 2).text, "3/3 replicas"));
}

static void a_first_head_was_never_lost(void **state)
{
    struct small *s = *state;
    struct raycluster *rc = small_edit(s, TABLE_RAYCLUSTER, "rc-uid");
    struct pod *p = small_edit(s, TABLE_POD, head);
    rc->created = known_u64(p->created.value - 5000);
    small_put(s, "kube/rayclusters", WORLD_KUBE, rc);
    record_free(&p->record);
    small_answer_is(s, 2, "LAST HEAD LOSS", VERDICT_OK, "none", "the head is the cluster's first: 4d2h old",
                    "head 4d2h old");
    p = small_edit(s, TABLE_POD, head);
    p->restarts = known_u64(1); /* of a container beside Ray's */
    p->restarted = known_u64(small_wall(s) - 1000);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_string_equal(small_answer(s, 2).word, "none");
    p = small_edit(s, TABLE_POD, head);
    p->started = known_u64(small_wall(s) - 3600000);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    recovery_done(&s->r); /* nobody watched it */
    recovery_init(&s->r);
    assert_string_equal(small_answer(s, 2).word, "60m ago");
    p = small_edit(s, TABLE_POD, head);
    p->ended = known_u64(p->started.value - 1800000);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    recovery_done(&s->r);
    recovery_init(&s->r);
    assert_string_equal(small_answer(s, 2).word, "90m ago");
}

static void worker_began(struct small *s, const char *uid, uint64_t wall_ms)
{
    struct pod *p = small_edit(s, TABLE_POD, uid);
    p->created = p->started = known_u64(wall_ms);
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

/* Where nothing is older than the head, nothing tells of a loss; where only workers are, they do; so does the cluster.
 */
static void without_anything_older_no_loss_is_known(void **state)
{
    struct small *s = *state;
    static const char *const actors[] = {"aa01", "aa02", "aa03"};
    for (size_t i = 0; i < ARRAY_LEN(actors); i++) {
        char *key = mem_printf(SMALL_NS "/%s", actors[i]);
        small_gone(s, TABLE_ACTOR, key);
        free(key);
    }
    assert_non_null(strstr(small_answer(s, 2).text, "both worker pods predate it"));
    worker_began(s, "w1", small_wall(s) - 1000);
    worker_began(s, "w2", small_wall(s) - 1000);
    small_answer_is(s, 2, "LAST HEAD LOSS", VERDICT_UNKNOWN, "–",
                    "unknown: the head is 4d2h old, and nothing older is known", "unknown: head 4d2h old");
    struct raycluster *rc = small_edit(s, TABLE_RAYCLUSTER, "rc-uid"), *old = record_copy(&rc->record);
    old->created = known_u64(small_wall(s) - 9 * SMALL_DAY);
    small_put(s, "kube/rayclusters", WORLD_KUBE, old);
    small_answer_is(s, 2, "LAST HEAD LOSS", VERDICT_WARN, "4d2h ago",
                    "0 of 2 worker pods predate it · outage length – (events expired)",
                    "0/2 workers, 0/0 replicas predate it · length –");
    small_put(s, "kube/rayclusters", WORLD_KUBE, rc);
    worker_began(s, "w2", small_wall(s) - 9 * SMALL_DAY);
    assert_string_equal(small_answer(s, 2).word, "4d2h ago");
    assert_non_null(strstr(small_answer(s, 2).text, "1 of 2 worker pods predate it"));
    small_gone(s, TABLE_POD, "w1");
    assert_non_null(strstr(small_answer(s, 2).text, "the worker pod predates it"));
}

static void a_head_that_has_not_started(void **state)
{
    struct small *s = *state;
    struct pod *p = small_edit(s, TABLE_POD, head);
    p->started = p->created = UNKNOWN_U64;
    record_set(&p->phase, "Pending");
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_answer_is(s, 2, "LAST HEAD LOSS", VERDICT_UNKNOWN, "–", "unknown: the head has not started",
                    "unknown: head not started");
}

/* ---- an outage ------------------------------------------------------------------------------------------------- */

static void kill_head(struct small *s)
{
    small_warm_up(s);
    small_delete_accepted(s, head, 0);
}

/* What was answered before the delete says nothing about it. */
static void nothing_has_ended_since_the_delete(void **state)
{
    struct small *s = *state;
    probe_for(s, 3, "ok", NULL);
    assert_string_equal(small_answer(s, 0).word, "YES");
    small_wait(s, 100);
    kill_head(s);
    small_wait(s, 100);
    struct answer a = small_answer(s, 0);
    assert_string_equal(a.word, "–");
    assert_int_equal(a.verdict, VERDICT_UNKNOWN);
    assert_true(text_has(a.text, "nothing ended since the delete"));
    small_probe(s, "after", q5rdw, "ok", NULL, 38000);
    assert_string_equal(small_answer(s, 0).word, "YES");
}

static void an_outage_as_it_goes(void **state)
{
    struct small *s = *state;
    kill_head(s);
    small_answer_is(s, 1, "HEAD DOWN", VERDICT_WARN, "0.0s", "no new head yet", "no new head yet");
    small_answer_is(
        s, 0, "ANSWERING", VERDICT_UNKNOWN, "–",
        "unknown: nothing is probed · service not probed · 2 endpoints, not head · nothing ended since the delete",
        "unknown: nothing is probed · nothing ended since the delete");
    small_wait(s, 600);
    small_gone(s, TABLE_POD, head);
    uint64_t last_beat = small_wall(s);
    small_redis(s, 0, last_beat);
    assert_string_equal(small_answer(s, 1).word, "0.6s");
    small_wait(s, 1000);
    small_redis(s, 0, last_beat);
    small_answer_is(s, 1, "HEAD DOWN", VERDICT_WARN, "1.6s", "no new head yet",
                    "no new head yet"); /* it may beat yet */
    small_wait(s, 400);
    struct pod *p = small_pod("new", "mistral-44qn2-head-7rk2m", "head", "ip-100-64-90-12", NULL);
    p->created = known_u64(small_wall(s));
    p->started = UNKNOWN_U64;
    p->is_ready = TRI_NO;
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_wait(s, 4000);
    small_probe(s, "a", q5rdw, "ok", NULL, 38000);
    small_probe(s, "b", x2p7c, "ok", NULL, 212000);
    small_answer_is(s, 0, "ANSWERING", VERDICT_OK, "YES", "2/2 since the delete, 0 failed, slowest probe 212 ms",
                    "2/2 since the delete, 0 failed, slowest probe 212 ms");
    small_answer_is(s, 1, "HEAD DOWN", VERDICT_WARN, "6.0s", "new head starting · workers reconnect for another 9:54",
                    "new head starting · workers reconnect for 9:54 more");
    small_answer_is(s, 2, "WORKER PODS", VERDICT_OK, "2/2", "same UIDs, 0 restarts · Neuron runtimes 2/2 same pids",
                    "same UIDs, 0 restarts");
    struct request *q = record_new(TABLE_REQUEST, "prompt");
    record_set(&q->kind, "prompt");
    record_set(&q->phase, "waiting");
    q->due = known_u64(small_wall(s));
    small_put(s, "prompt", WORLD_SERVE, q);
    assert_string_equal(small_answer(s, 0).text,
                        "2/2 since the delete, 0 failed, slowest probe 212 ms · 1 prompt in flight");
    small_probe(s, "c", x2p7c, "failed", "reset", 1000);
    assert_string_equal(small_answer(s, 0).word, "PARTLY");
    small_wait(s, 596000);
    small_apply(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
    small_apply(s, change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE));
    small_answer_is(s, 1, "HEAD DOWN", VERDICT_NO, "10:02",
                    "new head starting · workers no longer reconnect: 600 s have passed",
                    "new head starting · workers no longer reconnect");
}

static void workers_that_are_lost_too(void **state)
{
    struct small *s = *state;
    kill_head(s);
    small_gone(s, TABLE_POD, "w2");
    struct pod *p = small_edit(s, TABLE_POD, "w1");
    p->restarts = known_u64(1);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    struct monitor *m = small_edit(s, TABLE_MONITOR, "neuron/x2p7c");
    m->runtimes[0].pid = known_u64(222);
    small_put(s, "neuron/x2p7c", WORLD_NEURON, m);
    small_answer_is(s, 2, "WORKER PODS", VERDICT_NO, "1/2", "1 replaced, 1 restart · Neuron runtimes 1/2 same pids",
                    "1 replaced, 1 restart");
}

static void without_workers_nothing_is_said_of_them(void **state)
{
    struct small *s = *state;
    small_gone(s, TABLE_POD, "w1");
    small_gone(s, TABLE_POD, "w2");
    kill_head(s);
    small_answer_is(s, 2, "WORKER PODS", VERDICT_UNKNOWN, "–", "unknown: none was seen before",
                    "unknown: none was seen before");
}

/* A head in its grace goes on serving: what it took is no part of the time that it is down. */
static void a_grace_is_not_counted_as_down(void **state)
{
    struct small *s = *state;
    struct change *c = change_new(CHANGE_DELETED, "kube/pods", WORLD_KUBE);
    c->key = mem_str(head);
    c->number = 30;
    small_apply(s, c);
    small_answer_is(s, 1, "HEAD GOING", VERDICT_WARN, "in 30s",
                    "Terminating, its GCS still runs: the outage begins with its end · grace 30 s",
                    "Terminating, its GCS still runs");
    for (int i = 0; i < 30; i++) {
        small_wait(s, 1000);
        small_redis(s, 4, small_wall(s));
    }
    assert_string_equal(small_answer(s, 1).word, "now");
    small_gone(s, TABLE_POD, head);
    struct pod *p = small_pod("new", "mistral-44qn2-head-7rk2m", "head", "ip-100-64-90-12", NULL);
    p->started = UNKNOWN_U64;
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_wait(s, 300);
    assert_string_equal(small_answer(s, 1).question, "HEAD DOWN");
    assert_string_equal(small_answer(s, 1).word, "0.3s");
    small_wait(s, 5000); /* the silence is seen, and dates nothing anew */
    assert_string_equal(small_answer(s, 1).word, "5.3s");
}

/* Nothing is said to be the same while nobody can say so. */
static void workers_that_are_not_heard_of(void **state)
{
    struct small *s = *state;
    kill_head(s);
    small_apply(s, change_source("kube/pods", WORLD_KUBE, SOURCE_DOWN, ERR_REFUSED, "connection refused", NULL));
    small_apply(s, change_source("neuron/q5rdw", WORLD_NEURON, SOURCE_DOWN, ERR_REFUSED, "it ended", NULL));
    struct answer a = small_answer(s, 2);
    assert_int_equal(a.verdict, VERDICT_UNKNOWN);
    assert_string_equal(a.text, "Kubernetes down: connection refused · before that same UIDs, 0 restarts · "
                                "Neuron down: it ended");
    assert_string_equal(a.brief, "Kubernetes down: connection refused · before that same UIDs, 0 restarts");
}

/* A GCS that is silent for a while loses no head: it is not called down, and the loss before it stays the last one. */
static void a_silence_does_not_hide_the_last_loss(void **state)
{
    struct small *s = *state;
    kill_head(s);
    small_gone(s, TABLE_POD, head);
    struct pod *p = small_pod("new", "mistral-44qn2-head-7rk2m", "head", "ip-100-64-90-12", NULL);
    p->started = known_u64(small_wall(s) + 1);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_wait(s, 120000);
    struct focus f = small_focus(s);
    recovery_tick(&s->r, s->w, &f, s->now_ms, small_wall(s));
    assert_int_equal(s->r.outage, OUTAGE_OVER);
    assert_non_null(strstr(small_answer(s, 2).text, "watched: head down"));
    for (int i = 0; i < 3; i++) {
        small_wait(s, 1000);
        small_redis(s, 4, small_wall(s));
    }
    for (int i = 0; i < 8 && s->r.outage != OUTAGE_RUNNING; i++) {
        small_wait(s, 1000);
        small_apply(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
        f = small_focus(s);
        recovery_tick(&s->r, s->w, &f, s->now_ms, small_wall(s));
    }
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    assert_string_equal(small_answer(s, 1).question, "GCS SILENT");
    assert_null(strstr(small_answer(s, 1).text, "to go"));
    /* What the pods were is no news of what they are. */
    assert_non_null(strstr(small_answer(s, 1).text, "the head pod is still there"));
    small_apply(s, change_source("kube/pods", WORLD_KUBE, SOURCE_DOWN, ERR_REFUSED, "connection refused", NULL));
    assert_non_null(strstr(small_answer(s, 1).text,
                           "Kubernetes down: connection refused · before that the head pod is still there"));
    small_apply(s, change_source("kube/pods", WORLD_KUBE, SOURCE_LIVE, ERR_OK, NULL, NULL));
    for (int i = 0; i < 2; i++) {
        small_wait(s, 500);
        small_redis(s, 4, small_wall(s));
    }
    assert_int_equal(s->r.outage, OUTAGE_OVER);
    assert_non_null(strstr(small_answer(s, 2).text, "watched: head down"));
}

static void without_redis_the_outage_counts_from_the_delete(void **state)
{
    struct small *s = *state;
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_OFF, ERR_OK, NULL, NULL));
    small_delete_accepted(s, head, 0);
    small_wait(s, 2500);
    small_answer_is(s, 1, "HEAD DOWN", VERDICT_WARN, "2.5s", "no new head yet · workers reconnect for another 9:57",
                    "no new head yet · workers reconnect for 9:57 more");
}

/* A new head pod whose containers are made. */
static void head_starts(struct small *s, const char *uid, const char *name)
{
    struct pod *p = small_pod(uid, name, "head", "ip-100-64-90-12", NULL);
    p->created = known_u64(small_wall(s));
    p->started = UNKNOWN_U64;
    p->is_ready = TRI_NO;
    record_set(&p->status, "ContainerCreating");
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

static void head_is(struct small *s, const char *uid, const char *status)
{
    struct pod *p = small_edit(s, TABLE_POD, uid);
    record_set(&p->status, status);
    if (text_eq(status, "Running")) p->started = known_u64(small_wall(s));
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

/* After it: what was watched, and at the next death how long the last one took. */
static void an_outage_that_was_watched(void **state)
{
    struct small *s = *state;
    kill_head(s);
    small_wait(s, 600);
    small_gone(s, TABLE_POD, head);
    uint64_t last_beat = small_wall(s);
    small_redis(s, 0, last_beat);
    small_probe(s, "a", q5rdw, "ok", NULL, 38000);
    small_wait(s, 1000);
    small_redis(s, 0, last_beat);
    head_starts(s, "new", "mistral-44qn2-head-7rk2m");
    small_wait(s, 1200);
    struct pod *p = small_edit(s, TABLE_POD, "new");
    p->started = known_u64(small_wall(s));
    record_set(&p->status, "Running");
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_wait(s, 12000);
    p = small_edit(s, TABLE_POD, "new");
    p->is_ready = TRI_YES;
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_put(s, "redis", WORLD_REDIS, small_raynode("7afdda9d", "ALIVE", "mistral-44qn2-head-7rk2m", NULL));
    small_put(s, "redis", WORLD_REDIS, small_raynode(SMALL_OLD_NODE, "DEAD", "mistral-44qn2-head-d4544", NULL));
    small_probe(s, "b", q5rdw, "ok", NULL, 38000);
    small_answer_is(s, 1, "RECOVERING", VERDICT_WARN, "14.8s",
                    "head ready · head down 14.8s · 7afdda9d in NODE, no heartbeat of it yet", "head ready");
    small_wait(s, 100);
    small_redis(s, 4, small_wall(s));
    assert_int_equal(s->r.outage, OUTAGE_OVER);
    small_wait(s, 60000);
    small_answer_is(s, 2, "LAST HEAD LOSS", VERDICT_OK, "74s ago",
                    "watched: head down 14.8s · worker pods 2/2 same UIDs, 0 restarts · 2/2 requests, 0 failed",
                    "down 14.8s · workers 2/2 same · 2/2 requests");
    small_redis(s, 4, small_wall(s));
    small_wait(s, 100);
    small_redis(s, 4, small_wall(s));
    last_beat = small_wall(s);
    small_gone(s, TABLE_POD, "new");
    small_wait(s, 1000);
    small_redis(s, 0, last_beat);
    small_wait(s, 3000);
    small_apply(s, change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE));
    /* A forecast is of a step that is under way. */
    assert_string_equal(small_answer(s, 1).text, "no new head yet · workers reconnect for another 9:56");
    head_starts(s, "third", "mistral-44qn2-head-x2");
    assert_string_equal(small_answer(s, 1).text,
                        "new head starting · about 13 s to go · workers reconnect for another 9:56");
    assert_string_equal(small_answer(s, 1).brief, "about 13 s to go · workers reconnect for 9:56 more");
    static const char *const stuck[] = {"Pending", "ErrImagePull", "CrashLoopBackOff"};
    for (size_t i = 0; i < ARRAY_LEN(stuck); i++) {
        head_is(s, "third", stuck[i]);
        assert_string_equal(small_answer(s, 1).text, "new head starting · workers reconnect for another 9:56");
    }
    head_is(s, "third", "Running"); /* what it has waited says nothing of what it still takes */
    assert_string_equal(small_answer(s, 1).text,
                        "new head starting · about 12 s to go · workers reconnect for another 9:56");
    small_wait(s, 12100);
    small_apply(s, change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE));
    small_apply(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
    assert_string_equal(small_answer(s, 1).text,
                        "new head starting · longer than the last time · workers reconnect for another 9:43");
}

/* A request that failed, a worker that did not live on, a field that is lost: each alone is reason enough. */
static void a_loss_that_harmed_anything_is_no_ok(void **state)
{
    (void)state;
    for (int harm = 0; harm < 4; harm++) {
        struct small s;
        struct answer a[ANSWERS];
        small_init(&s, true);
        const struct focus f = small_focus(&s);
        struct outage o = {.state = OUTAGE_OVER, .head_lost = true, .workers = 2, .same = 2, .t0_ms = SMALL_T0 - 60000};
        o.t0_wall_ms = small_wall(&s) - 60000;
        o.head_down_ms = known_u64(9000);
        o.fields.known = true;
        if (harm == 1) o.request[OUTAGE_PROBES].failed = 1;
        if (harm == 2) o.same = 1;
        if (harm == 3) o.fields.lost = 1;
        answers_of(s.w, &f, &o, NULL, s.now_ms, small_wall(&s), a);
        assert_string_equal(a[2].question, "LAST HEAD LOSS");
        if (a[2].verdict != (harm ? VERDICT_WARN : VERDICT_OK)) fail_msg("%d: %s %s", harm, a[2].word, a[2].text);
        small_done(&s);
    }
}

/* No operator, no replicas, no quota: nobody makes a head, and nothing is "to go". */
static void a_head_that_nobody_makes(void **state)
{
    struct small *s = *state;
    kill_head(s);
    small_wait(s, 600);
    small_gone(s, TABLE_POD, head);
    uint64_t last_beat = small_wall(s);
    small_redis(s, 0, last_beat);
    small_wait(s, 4000);
    small_redis(s, 0, last_beat);
    small_apply(s, change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE));
    assert_true(text_has(small_answer(s, 1).text, "no new head yet"));
    small_wait(s, 4000);
    struct answer a = small_answer(s, 1);
    if (!text_has(a.text, "no head pod for 8 s · none is being made: is the KubeRay operator up?"))
        fail_msg("%s", a.text);
    assert_true(text_has(a.brief, "no head pod for 8 s"));
    assert_false(text_has(a.text, "to go"));
    struct event *e = record_new(TABLE_EVENT, "quota");
    record_set(&e->ns, "mistral");
    record_set(&e->type, "Warning");
    record_set(&e->reason, "FailedToCreateHeadPod");
    record_set(&e->about_kind, "RayCluster");
    record_set(&e->about, "mistral-44qn2");
    record_set(&e->message, "exceeded quota: pods=3");
    e->last = known_u64(small_wall(s));
    small_put(s, "kube/events", WORLD_KUBE, e);
    a = small_answer(s, 1);
    if (!text_has(a.text, "no head pod for 8 s · it cannot be made: exceeded quota: pods=3")) fail_msg("%s", a.text);
    small_wait(s, SOURCE_STALE_MS); /* Kubernetes is not heard: there may be one */
    assert_false(text_has(small_answer(s, 1).text, "no head pod for"));
}

/* Its RayCluster is gone too, and nobody makes another. */
static void a_cluster_that_nobody_makes(void **state)
{
    struct small *s = *state;
    kill_head(s);
    small_wait(s, 600);
    small_gone(s, TABLE_POD, head);
    small_gone(s, TABLE_RAYCLUSTER, "rc-uid");
    for (int i = 0; i < 8; i++) {
        small_wait(s, 1000);
        small_apply(s, change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE));
    }
    const struct answer a = small_answer(s, 1);
    if (!text_has(a.text, "there is no RayCluster: is the KubeRay operator up?"))
        fail_msg("%s: %s", a.question, a.text);
}

/* Without fault tolerance no GCS is seen; its pod is, and serves on through its grace. */
static void a_head_that_goes_without_redis_is_going(void **state)
{
    struct small *s = *state;
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_OFF, ERR_OK, NULL, NULL));
    struct pod *p = small_edit(s, TABLE_POD, head);
    p->started = known_u64(small_wall(s) - 60000);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    p = small_edit(s, TABLE_POD, head);
    p->deleted = known_u64(small_wall(s) + 30000);
    p->grace = known_u64(30);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_wait(s, 2500);
    assert_string_equal(small_answer(s, 1).question, "HEAD GOING");
    small_gone(s, TABLE_POD, head);
    small_wait(s, 1000);
    assert_string_equal(small_answer(s, 1).question, "HEAD DOWN");
}

/* Whatever the world holds, an answer is safe text in its place. */
static void random_worlds_have_answers(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct small s;
        struct rng rng = {seed * 15485863};
        small_init(&s, seed == 2);
        uint64_t clock = s.now_ms;
        for (int i = 0; i < 3000; i++) {
            struct change *c = random_change(&rng, &clock);
            s.now_ms = clock;
            small_apply(&s, c);
            if (i % 20) continue;
            for (int j = 0; j < ANSWERS; j++) {
                struct answer a = small_answer(&s, j);
                assert_non_null(a.question);
                assert_true(*a.word != '\0');
                assert_true(text_is_safe(a.text, strlen(a.text), TEXT_ONE_LINE));
                assert_true(text_is_safe(a.brief, strlen(a.brief), TEXT_ONE_LINE));
            }
        }
        small_done(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WITH(test) cmocka_unit_test_setup_teardown(test, small_setup, small_teardown)
        WITH(answering_on_a_calm_day),
        WITH(answering_is_not_known_without_probes),
        WITH(answering_is_not_known_from_old_probes),
        WITH(answering_no_with_the_class_of_failure),
        WITH(answering_partly),
        WITH(answering_again_keeps_what_failed),
        WITH(answering_may_hang),
        WITH(answering_says_how_old_its_oldest_probe_is),
        WITH(answering_keeps_a_failure_for_its_round),
        WITH(answering_tells_any_number_of_proxies_apart),
        WITH(answering_names_a_monitor_that_is_not_heard),
        WITH(probes_are_summed),
        WITH(last_loss_is_rebuilt_from_what_is_older),
        WITH(only_living_replicas_of_its_own_are_counted),
        WITH(without_anything_older_no_loss_is_known),
        WITH(a_first_head_was_never_lost),
        WITH(a_head_that_has_not_started),
        WITH(nothing_has_ended_since_the_delete),
        WITH(an_outage_as_it_goes),
        WITH(without_workers_nothing_is_said_of_them),
        WITH(workers_that_are_lost_too),
        WITH(a_grace_is_not_counted_as_down),
        WITH(workers_that_are_not_heard_of),
        WITH(a_silence_does_not_hide_the_last_loss),
        WITH(without_redis_the_outage_counts_from_the_delete),
        WITH(an_outage_that_was_watched),
        WITH(a_loss_that_harmed_anything_is_no_ok),
        WITH(a_head_that_nobody_makes),
        WITH(a_cluster_that_nobody_makes),
        WITH(a_head_that_goes_without_redis_is_going),
        cmocka_unit_test(random_worlds_have_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
