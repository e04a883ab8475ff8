/*
 * recovery_again_test.c - rungs that stop being true, are reached again, or replace an outage that runs; and the clocks
 * of an outage, which never go back.
 */
#include "backends/base/mem.h"
#include "backends/world/recovery_wait.h"
#include "tests/support/random_change.h"
#include "tests/support/small_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char old_head[] = SMALL_HEAD, new_head[] = "7rk2-head", new_pod[] = "mistral-44qn2-head-7rk2m";
static const char head_pod[] = "mistral-44qn2-head-d4544";

static int with_cluster(void **state)
{
    small_setup(state);
    small_warm_up(*state);
    return 0;
}

/* ---- what happens to the head ----------------------------------------------------------------------------------- */

static void head_deleted(struct small *s, const char *uid, uint64_t grace)
{
    small_delete_accepted(s, uid, grace);
    if (!grace) small_gone(s, TABLE_POD, uid);
}

/* The head's pod with a run of its container of that name; NULL: in CrashLoopBackOff. */
static void head_runs(struct small *s, const char *uid, const char *name, const char *container, enum tri ready)
{
    struct pod *p = small_edit(s, TABLE_POD, uid);
    const bool another = p && container && (!p->container_id || strcmp(p->container_id, container) != 0);
    if (!p) p = small_pod(uid, name, "head", "ip-100-64-90-12", "100.64.90.44");
    if (another || !p->container_id) p->started = known_u64(small_wall(s));
    if (!container) p->started = UNKNOWN_U64;
    record_set(&p->container_id, container);
    record_set(&p->status, container ? "Running" : "CrashLoopBackOff");
    p->is_ready = ready;
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

static void node_registers(struct small *s, const char *id, const char *pod)
{
    struct raynode *n = small_raynode(id, "ALIVE", pod, NULL);
    n->started = known_u64(small_wall(s));
    small_put(s, "redis", WORLD_REDIS, n);
    small_put(s, "redis", WORLD_REDIS, small_raynode(SMALL_OLD_NODE, "DEAD", head_pod, NULL));
}

static void heartbeat_beat(struct small *s)
{
    small_redis(s, 4, small_wall(s));
}

static void serve_says(struct small *s, const char *status, const char *head_node)
{
    struct serveapp *a = record_new(TABLE_SERVEAPP, "rs-uid");
    struct deployment *d = RECORD_APPEND(a, deployments);
    record_set(&d->app, "mistral");
    record_set(&d->app_status, status);
    struct proxy *proxy = RECORD_APPEND(a, proxies);
    record_set(&proxy->ray_node, head_node);
    record_set(&proxy->ip, "100.64.90.31");
    small_put(s, "serve", WORLD_SERVE, a);
}

static void worker_restarts(struct small *s, const char *uid, enum tri ready)
{
    struct pod *p = small_edit(s, TABLE_POD, uid);
    p->restarts = known_u64(1);
    p->is_ready = ready;
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

/* A whole recovery, 10 s after the delete. */
static void head_killed_and_back(struct small *s)
{
    head_deleted(s, old_head, 0);
    small_wait(s, 2000);
    head_runs(s, new_head, new_pod, "one", TRI_NO);
    small_wait(s, 6000);
    node_registers(s, "7afdda9d", new_pod);
    small_wait(s, 1000);
    heartbeat_beat(s);
    small_wait(s, 1000);
    head_runs(s, new_head, new_pod, "one", TRI_YES);
}

static void lost_at(const struct outage *o, enum rung rung, uint64_t was_ms, uint64_t lost_ms)
{
    const struct outage_rung *at = &o->rung[rung];
    if (!at->lost || at->was_after_ms != was_ms || at->lost_after_ms != lost_ms)
        fail_msg("%s: lost %d, was %llu, lost again %llu", rung_words(rung), at->lost,
                 (unsigned long long)at->was_after_ms, (unsigned long long)at->lost_after_ms);
}

/* ---- tests ------------------------------------------------------------------------------------------------------ */

/* gcs_server is killed again before Serve runs: one outage, and each of its rungs is taken back with both times. */
static void a_second_crash_takes_rungs_back(void **state)
{
    struct small *s = *state;
    char words[OUTAGE_WORDS_MAX];
    serve_says(s, "RUNNING", SMALL_OLD_NODE);
    head_killed_and_back(s);
    assert_int_equal(small_outage_now(s).state, OUTAGE_RUNNING);
    assert_string_equal(small_answer(s, 1).question, "RECOVERING");
    assert_int_equal(small_outage_now(s).head_down_ms.value, 10000);
    small_wait(s, 5000);
    head_runs(s, new_head, new_pod, NULL, TRI_NO);
    struct outage o = small_outage_now(s);
    assert_int_equal(o.state, OUTAGE_RUNNING);
    assert_string_equal(o.old_head_uid, old_head);
    lost_at(&o, RUNG_HEAD_RUNNING, 2000, 15000);
    lost_at(&o, RUNG_HEAD_ALIVE, 8000, 15000);
    lost_at(&o, RUNG_GCS_BACK, 9000, 15000);
    lost_at(&o, RUNG_HEAD_READY, 10000, 15000);
    assert_false(o.rung[RUNG_HEAD_CREATED].lost); /* the pod is the same */
    assert_false(o.rung[RUNG_WORKERS_SAME].lost); /* and so are the workers */
    assert_string_equal(outage_rung_words(&o.rung[RUNG_GCS_BACK], words), "was +9.0s, lost again +15.0s");
    assert_string_equal(small_answer(s, 1).question, "HEAD DOWN");
    assert_string_equal(small_answer(s, 1).word, "15.0s");
    assert_int_equal(outage_previous(&s->r)->state, OUTAGE_NONE);
    small_wait(s, 4000);
    head_runs(s, new_head, new_pod, "two", TRI_NO);
    o = small_outage_now(s);
    assert_int_equal(o.rung[RUNG_HEAD_RUNNING].after_ms, 19000);
    assert_string_equal(outage_rung_words(&o.rung[RUNG_HEAD_RUNNING], words), "first +2.0s, lost again +15.0s");
    assert_false(o.rung[RUNG_HEAD_ALIVE].seen); /* NODE still says ALIVE of the run that has ended */
    heartbeat_beat(s);
    assert_false(small_outage_now(s).rung[RUNG_GCS_BACK].seen);
    small_wait(s, 6000);
    node_registers(s, "8b8b8b8b", new_pod);
    small_wait(s, 1000);
    heartbeat_beat(s);
    head_runs(s, new_head, new_pod, "two", TRI_YES);
    serve_says(s, "RUNNING", "8b8b8b8b");
    o = small_outage_now(s);
    assert_int_equal(o.state, OUTAGE_OVER);
    assert_int_equal(o.head_down_ms.value, 26000);
    lost_at(&o, RUNG_GCS_BACK, 9000, 15000);
}

/* Its connections go again and its heartbeat stands still, in the same container. */
static void a_gcs_that_falls_silent_again_is_not_back(void **state)
{
    struct small *s = *state;
    serve_says(s, "RUNNING", SMALL_OLD_NODE);
    head_killed_and_back(s);
    assert_true(small_outage_now(s).rung[RUNG_GCS_BACK].seen);
    uint64_t last = small_wall(s);
    small_redis(s, 4, last);
    const uint64_t silent = s->now_ms - s->r.t0_ms;
    small_wait(s, 1000);
    small_redis(s, 0, last);
    small_wait(s, 2000);
    struct outage o = small_outage_now(s);
    assert_false(o.rung[RUNG_GCS_BACK].seen);
    lost_at(&o, RUNG_GCS_BACK, 9000, silent);
    assert_true(o.gcs_silent_ms.value >= 12000); /* it runs on from the first silence */
    small_wait(s, 1000);
    heartbeat_beat(s);
    assert_true(small_outage_now(s).rung[RUNG_GCS_BACK].seen);
}

/* Without fault tolerance workers exit half a minute later; with it they may as well. */
static void a_worker_that_restarts_after_all_opens_the_ladder_again(void **state)
{
    struct small *s = *state;
    head_killed_and_back(s);
    struct outage o = small_outage_now(s);
    assert_int_equal(o.state, OUTAGE_OVER);
    assert_true(o.rung[RUNG_WORKERS_SAME].seen);
    small_wait(s, 45000);
    worker_restarts(s, "w1", TRI_NO);
    o = small_outage_now(s);
    assert_int_equal(o.state, OUTAGE_RUNNING);
    lost_at(&o, RUNG_WORKERS_SAME, 10000, 55000);
    assert_string_equal(small_answer(s, 1).question, "RECOVERING");
    assert_string_equal(small_answer(s, 1).word, "10.0s");
    assert_int_equal(o.head_down_ms.value, 10000);
    small_wait(s, 10000);
    worker_restarts(s, "w1", TRI_YES);
    o = small_outage_now(s);
    assert_int_equal(o.state, OUTAGE_OVER);
    assert_int_equal(o.missing, RUNG_WORKERS_SAME);
    assert_int_equal(o.restarts, 1);
    small_wait(s, 40000);
    assert_true(small_outage_now(s).final);
    worker_restarts(s, "w2", TRI_YES); /* a day later it is none of this outage's */
    assert_int_equal(small_outage_now(s).restarts, 1);
    assert_int_equal(small_outage_now(s).state, OUTAGE_OVER);
}

/* The Serve API's RUNNING is the old head's while its proxy is on the old head's Ray node, and is taken back. */
static void serve_is_judged_by_whose_it_is(void **state)
{
    struct small *s = *state;
    serve_says(s, "RUNNING", SMALL_OLD_NODE);
    head_deleted(s, old_head, 0);
    small_wait(s, 1400);
    head_runs(s, new_head, new_pod, "one", TRI_NO);
    small_wait(s, 600);
    serve_says(s, "RUNNING", SMALL_OLD_NODE);
    assert_false(small_outage_now(s).rung[RUNG_SERVE_RUNNING].seen);
    small_wait(s, 9000);
    serve_says(s, "RUNNING", "7afdda9d");
    assert_true(small_outage_now(s).rung[RUNG_SERVE_RUNNING].seen);
    small_wait(s, 1000);
    serve_says(s, "DEPLOYING", "7afdda9d");
    struct outage o = small_outage_now(s);
    lost_at(&o, RUNG_SERVE_RUNNING, 11000, 12000);
}

/* Somebody deletes the new head while the first outage still runs: it ends there, with what it lacks. */
static void an_outage_that_is_replaced_leaves_its_trace(void **state)
{
    struct small *s = *state;
    serve_says(s, "RUNNING", SMALL_OLD_NODE);
    head_killed_and_back(s);
    small_wait(s, 2000);
    assert_int_equal(small_outage_now(s).state, OUTAGE_RUNNING);
    head_deleted(s, new_head, 0);
    struct outage o = small_outage_now(s);
    const struct outage *before = outage_previous(&s->r);
    assert_string_equal(o.old_head_uid, new_head);
    assert_int_equal(before->state, OUTAGE_OVER);
    assert_string_equal(before->old_head_uid, old_head);
    assert_int_equal(before->head_down_ms.value, 10000);
    assert_false(before->recovered_ms.known);
    assert_int_equal(before->missing, RUNG_SERVE_RUNNING);
    assert_int_equal(before->waits_for, RUNG_COUNT);
}

/* While it runs no row moves under a reader's eyes. */
static void rungs_stand_in_the_order_of_time_once_it_is_over(void **state)
{
    struct small *s = *state;
    enum rung order[RUNG_COUNT];
    head_deleted(s, old_head, 0);
    head_runs(s, new_head, new_pod, "one", TRI_NO);
    for (int i = 0; i < 2; i++) { /* the old GCS beats on */
        small_wait(s, 1000);
        heartbeat_beat(s);
    }
    small_wait(s, 8000);
    struct outage o = small_outage_now(s);
    outage_rung_order(&o, order);
    static const enum rung expected[] = {RUNG_DELETE_ACCEPTED, RUNG_HEAD_CREATED, RUNG_HEAD_RUNNING,
                                         RUNG_GCS_SILENT,      RUNG_HEAD_ALIVE,   RUNG_GCS_BACK,
                                         RUNG_SERVE_RUNNING,   RUNG_HEAD_READY,   RUNG_WORKERS_SAME};
    for (int i = 0; i < RUNG_COUNT; i++) assert_int_equal(order[i], i);
    o.state = OUTAGE_OVER;
    outage_rung_order(&o, order);
    assert_memory_equal(order, expected, sizeof expected);
}

/* It is dated by the last heartbeat once it is sure: a clock that had run until then would go back. */
static void no_clock_runs_for_what_is_dated_back(void **state)
{
    struct small *s = *state;
    heartbeat_beat(s);
    head_deleted(s, old_head, 0);
    small_wait(s, 1000);
    heartbeat_beat(s);
    for (int i = 0; i < 8; i++) {
        const struct outage o = small_outage_now(s);
        const struct known_u64 clock = outage_rung_clock(&o, RUNG_GCS_SILENT, s->now_ms);
        if (clock.known && !o.rung[RUNG_GCS_SILENT].seen) fail_msg("it runs: %llu", (unsigned long long)clock.value);
        small_wait(s, 1000);
        small_apply(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
    }
    const struct outage o = small_outage_now(s);
    assert_true(o.rung[RUNG_GCS_SILENT].seen);
    assert_int_equal(outage_rung_clock(&o, RUNG_GCS_SILENT, s->now_ms).value, 1000);
    assert_int_equal(o.waits_for, RUNG_HEAD_CREATED);
    assert_int_equal(outage_rung_clock(&o, RUNG_HEAD_CREATED, s->now_ms).value, s->now_ms - o.t0_ms);
}

/* Kubernetes was not heard while it happened: the silence was the loss, and has its T0. */
static void a_silence_that_turns_out_a_loss_is_that_loss(void **state)
{
    struct small *s = *state;
    heartbeat_beat(s);
    small_wait(s, 1000);
    heartbeat_beat(s);
    const uint64_t last = s->now_ms;
    for (int i = 0; i < 10 && s->r.outage != OUTAGE_RUNNING; i++) {
        small_wait(s, 1000);
        small_apply(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
    }
    assert_int_equal(s->r.cause, CAUSE_SILENCE);
    small_wait(s, 2000);
    node_registers(s, "7afdda9d", new_pod);
    heartbeat_beat(s);
    struct outage o = small_outage_now(s);
    assert_int_equal(o.state, OUTAGE_OVER);
    assert_true(o.other_head);
    assert_int_equal(outage_last(&o, outage_previous(&s->r))->t0_ms, last);
    small_wait(s, 5000);
    small_gone(s, TABLE_POD, old_head);
    o = small_outage_now(s);
    assert_true(o.head_lost);
    assert_int_equal(o.t0_ms, last);
    head_runs(s, new_head, new_pod, "one", TRI_YES);
    small_wait(s, 1000);
    heartbeat_beat(s);
    small_wait(s, 61000);
    o = small_outage_now(s);
    assert_int_equal(o.state, OUTAGE_OVER);
    assert_int_equal(o.t0_ms, last);
    head_deleted(s, new_head, 0);
    assert_int_equal(outage_previous(&s->r)->t0_ms, last);
}

/* Terminating, and it serves: with fault tolerance or without. */
static void a_head_in_its_grace_is_going(void **state)
{
    struct small *s = *state;
    for (int ft = 0; ft < 2; ft++) {
        small_teardown(state);
        with_cluster(state);
        s = *state;
        if (!ft) {
            struct rayservice *rs = small_edit(s, TABLE_RAYSERVICE, "rs-uid");
            rs->ft = TRI_NO;
            small_put(s, "kube/rayservices", WORLD_KUBE, rs);
            small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_OFF, ERR_OK, NULL, NULL));
        }
        struct pod *p = small_edit(s, TABLE_POD, old_head);
        p->deleted = known_u64(small_wall(s) + 30000);
        p->grace = known_u64(30);
        small_put(s, "kube/pods", WORLD_KUBE, p);
        for (int i = 0; i < 20; i++) {
            small_wait(s, 1000);
            if (ft) heartbeat_beat(s);
        }
        struct answer a = small_answer(s, 1);
        assert_string_equal(a.question, "HEAD GOING");
        assert_string_equal(a.word, "in 10s");
        assert_false(small_outage_now(s).node_stale); /* it is ALIVE */
        assert_false(small_outage_now(s).head_down_ms.known);
        small_gone(s, TABLE_POD, old_head);
        small_wait(s, 2000);
        a = small_answer(s, 1);
        assert_string_equal(a.question, "HEAD DOWN");
        assert_string_equal(a.word, "2.0s");
    }
}

/* ---- Redis ------------------------------------------------------------------------------------------------------ */

/* As the backend reports a Redis that came back empty: every row goes. */
static void redis_is_emptied(struct small *s)
{
    static const enum table tables[] = {TABLE_GCSTABLE, TABLE_RAYNODE, TABLE_ACTOR};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        struct change *c = change_new(CHANGE_RELIST, "redis", WORLD_REDIS);
        c->table = tables[i];
        small_apply(s, c);
        c = change_new(CHANGE_RELISTED, "redis", WORLD_REDIS);
        c->table = tables[i];
        small_apply(s, c);
    }
}

/* It is said at once, and red, before anything has fallen silent: what was there is lost, and nobody reconnects. */
static void state_that_is_gone_is_said_at_once(void **state)
{
    struct small *s = *state;
    char words[OUTAGE_WORDS_MAX];
    bool bad = false;
    redis_is_emptied(s);
    struct outage o = small_outage_now(s);
    assert_int_equal(o.state, OUTAGE_RUNNING);
    assert_false(o.head_lost);
    struct answer a = small_answer(s, 1);
    assert_string_equal(a.question, "GCS STATE GONE");
    assert_int_equal(a.verdict, VERDICT_NO);
    assert_string_equal(a.text, "GCS state gone: Redis came back empty · the next head finds nothing, and the workers "
                                "restart with it");
    assert_string_equal(outage_field_words(&o.fields, words, &bad), "kept 0/15 LOST 15");
    assert_true(bad);
    assert_string_equal(outage_cause_words(&o, words), "GCS state gone from Redis");
    small_wait(s, 4000);
    head_runs(s, old_head, head_pod, NULL, TRI_NO);
    o = small_outage_now(s);
    a = small_answer(s, 1);
    assert_string_equal(a.question, "HEAD DOWN");
    assert_string_equal(a.word, "4.0s");
    assert_int_equal(a.verdict, VERDICT_NO);
    assert_null(strstr(a.text, "reconnect"));
    assert_false(o.node_stale); /* there is no NODE */
    assert_string_equal(o.rung[RUNG_GCS_BACK].why, "head pod CrashLoopBackOff");
    /* The new head writes its own: that is a state, and what is lost stays lost. */
    head_runs(s, old_head, head_pod, "two", TRI_NO);
    assert_string_equal(small_outage_now(s).rung[RUNG_GCS_BACK].why, "the GCS's state is gone: Redis came back empty");
    small_table(s, "NODE", "7afdda9d");
    node_registers(s, "7afdda9d", head_pod);
    heartbeat_beat(s);
    small_wait(s, 2000);
    o = small_outage_now(s);
    assert_true(o.rung[RUNG_GCS_BACK].seen);
    assert_int_equal(o.state_gone_ms.value, 4000);
    assert_string_equal(outage_field_words(&o.fields, words, &bad), "kept 0/15 LOST 15 +1");
}

/* A service that is deleted takes its state with it. */
static void state_that_goes_with_its_service_is_no_loss(void **state)
{
    struct small *s = *state;
    struct rayservice *rs = small_edit(s, TABLE_RAYSERVICE, "rs-uid");
    rs->deleted = known_u64(small_wall(s));
    small_put(s, "kube/rayservices", WORLD_KUBE, rs);
    redis_is_emptied(s);
    assert_int_equal(small_outage_now(s).state, OUTAGE_NONE);
}

/* While Redis is down nothing is kept, and nothing is to go. */
static void nothing_is_kept_while_redis_is_down(void **state)
{
    struct small *s = *state;
    char words[OUTAGE_WORDS_MAX];
    head_killed_and_back(s);
    small_wait(s, 90000);
    small_apply(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
    heartbeat_beat(s);
    small_wait(s, 100);
    heartbeat_beat(s);
    head_deleted(s, new_head, 0);
    struct pod *p = small_pod("third", "mistral-44qn2-head-third", "head", "ip-100-64-90-12", NULL);
    p->started = UNKNOWN_U64;
    p->is_ready = TRI_NO;
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_non_null(strstr(small_answer(s, 1).text, "to go"));
    struct outage o = small_outage_now(s);
    assert_true(o.fields.known);
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_DOWN, ERR_REFUSED, "refused", NULL));
    o = small_outage_now(s);
    assert_string_equal(outage_field_words(&o.fields, words, NULL), "–");
    for (size_t i = 0; i < o.tables; i++) assert_false(o.table[i].known);
    assert_false(o.checkpoints.known);
    struct answer a = small_answer(s, 1);
    assert_null(strstr(a.text, "to go"));
    assert_null(strstr(a.brief, "to go"));
    assert_non_null(strstr(a.text, "Redis down: refused"));
}

/* ---- others of the same name ------------------------------------------------------------------------------------ */

/* An event of a pod that had this one's name before is not its event. */
static void events_of_another_uid_say_nothing(void **state)
{
    struct small *s = *state;
    static const char *const uids[] = {"another", old_head};
    for (int i = 0; i < 2; i++) {
        small_teardown(state);
        with_cluster(state);
        s = *state;
        struct event *e = record_new(TABLE_EVENT, "e");
        record_set(&e->ns, "mistral");
        record_set(&e->about, head_pod);
        record_set(&e->about_uid, uids[i]);
        record_set(&e->reason, "Killing");
        record_set(&e->message, "Container ray-head failed liveness probe, will be restarted");
        e->last = known_u64(small_wall(s));
        small_put(s, "kube/events", WORLD_KUBE, e);
        small_wait(s, 1000);
        struct pod *p = small_edit(s, TABLE_POD, old_head);
        p->started = UNKNOWN_U64;
        record_set(&p->ended_reason, "Error");
        small_put(s, "kube/pods", WORLD_KUBE, p);
        assert_string_equal(small_outage_now(s).evidence, i ? "liveness probe failed" : "Error");
    }
}

/* ---- the first observation --------------------------------------------------------------------------------------- */

/* A full list of what is there: rows that are gone have left. */
static void pods_listed(struct small *s)
{
    struct change *c = change_new(CHANGE_RELIST, "kube/pods", WORLD_KUBE);
    c->table = TABLE_POD;
    small_apply(s, c);
    struct record *pods[8];
    size_t n = 0;
    WORLD_EACH (row, s->w, TABLE_POD)
        if (!row->gone_ms && n < ARRAY_LEN(pods)) pods[n++] = record_copy(row->record);
    for (size_t i = 0; i < n; i++) small_put(s, "kube/pods", WORLD_KUBE, pods[i]);
    c = change_new(CHANGE_RELISTED, "kube/pods", WORLD_KUBE);
    c->table = TABLE_POD;
    small_apply(s, c);
}

/* What a console that starts now observes; the recovery is the caller's. */
static struct outage first_observation(struct small *s, struct recovery *fresh)
{
    struct outage o;
    struct change *alive = change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE);
    pods_listed(s);
    const struct focus f = small_focus(s);
    alive->at_ms = s->now_ms;
    alive->wall_ms = small_wall(s);
    recovery_init(fresh);
    recovery_observe(fresh, s->w, &f, alive);
    recovery_tick(fresh, s->w, &f, s->now_ms, small_wall(s));
    outage_of(fresh, s->w, &f, s->now_ms, small_wall(s), &o);
    change_free(alive);
    return o;
}

static void cluster_is_four_days_old(struct small *s)
{
    struct raycluster *rc = small_edit(s, TABLE_RAYCLUSTER, "rc-uid");
    rc->created = known_u64(small_wall(s) - 5 * SMALL_DAY);
    record_set(&rc->state, "ready");
    small_put(s, "kube/rayclusters", WORLD_KUBE, rc);
}

/* The same question and the same length, within the second of the servers' stamps. */
static void agrees_with(struct small *s, const char *question, const char *evidence)
{
    struct recovery fresh;
    struct answer a[ANSWERS];
    const struct outage watched = small_outage_now(s), found = first_observation(s, &fresh);
    const struct focus f = small_focus(s);
    answers_of(s->w, &f, &found, outage_previous(&fresh), s->now_ms, small_wall(s), a);
    assert_true(found.found);
    assert_string_equal(a[1].question, question);
    assert_string_equal(found.evidence, evidence);
    const uint64_t there = watched.head_down_ms.value, here = found.head_down_ms.value;
    if ((there > here ? there - here : here - there) > 1000)
        fail_msg("down %llu ms, found %llu ms", (unsigned long long)there, (unsigned long long)here);
    assert_false(found.fields.known); /* what was there at T0 nobody knows */
    recovery_done(&fresh);
}

static void a_first_observation_finds_a_head_that_is_down(void **state)
{
    struct small *s = *state;
    struct recovery fresh;
    cluster_is_four_days_old(s);
    assert_int_equal(first_observation(s, &fresh).state, OUTAGE_NONE); /* all is well */
    recovery_done(&fresh);
    head_deleted(s, old_head, 0);
    small_wait(s, 20000);
    small_redis(s, 0, s->r.t0_wall_ms);
    agrees_with(s, "HEAD DOWN", "no head pod");
    head_runs(s, new_head, new_pod, NULL, TRI_NO);
    struct pod *p = small_edit(s, TABLE_POD, new_head);
    p->created = known_u64(small_wall(s));
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_wait(s, 5000);
    small_redis(s, 0, s->r.t0_wall_ms);
    agrees_with(s, "HEAD DOWN", "new head pod, not ready");
}

static void a_first_observation_finds_a_head_in_its_grace(void **state)
{
    struct small *s = *state;
    struct recovery fresh;
    cluster_is_four_days_old(s);
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    p->deleted = known_u64(small_wall(s) + 30000);
    p->grace = known_u64(30);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_wait(s, 8000);
    heartbeat_beat(s);
    const struct outage found = first_observation(s, &fresh), watched = small_outage_now(s);
    assert_true(found.going);
    assert_int_equal(found.t0_wall_ms, watched.t0_wall_ms);
    assert_int_equal(found.grace_left_ms.value, 22000);
    assert_false(found.head_down_ms.known);
    recovery_done(&fresh);
}

static void a_first_observation_finds_a_container_that_crashes(void **state)
{
    struct small *s = *state;
    cluster_is_four_days_old(s);
    uint64_t last = small_wall(s);
    small_wait(s, 1000);
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    p->started = UNKNOWN_U64;
    p->restarts = known_u64(1);
    p->ended = known_u64(small_wall(s));
    p->is_ready = TRI_NO;
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_wait(s, 30000);
    small_redis(s, 0, last);
    agrees_with(s, "HEAD DOWN", "head container restarted, not ready");
}

/* A first deployment whose head is not Ready yet has lost none. */
static void a_first_look_at_a_first_head_finds_nothing(void **state)
{
    struct small *s = *state;
    struct recovery fresh;
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    struct raycluster *rc = small_edit(s, TABLE_RAYCLUSTER, "rc-uid");
    rc->created = p->created = known_u64(small_wall(s) - 30000);
    p->is_ready = TRI_NO;
    small_put(s, "kube/rayclusters", WORLD_KUBE, rc);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_int_equal(first_observation(s, &fresh).state, OUTAGE_NONE);
    recovery_done(&fresh);
    struct rayservice *rs = small_edit(s, TABLE_RAYSERVICE, "rs-uid");
    rs->serve_endpoints = known_u64(0);
    small_put(s, "kube/rayservices", WORLD_KUBE, rs);
    small_gone(s, TABLE_POD, old_head);
    assert_int_equal(first_observation(s, &fresh).state, OUTAGE_NONE); /* it never served */
    recovery_done(&fresh);
}

/* LAST HEAD LOSS of somebody who did not watch it is as old as that of somebody who did. */
static void a_last_loss_is_as_old_for_all(void **state)
{
    struct small *s = *state;
    struct recovery fresh;
    struct answer a[ANSWERS];
    char age[TEXT_NUM_MAX], ago[TEXT_NUM_MAX + 8];
    cluster_is_four_days_old(s);
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    p->deleted = known_u64(small_wall(s) + 30000);
    p->grace = known_u64(30);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    const uint64_t t0 = small_wall(s);
    struct event *e = record_new(TABLE_EVENT, "killing");
    record_set(&e->ns, "mistral");
    record_set(&e->reason, "Killing");
    record_set(&e->about_kind, "Pod");
    record_set(&e->about, head_pod);
    record_set(&e->message, "Stopping container ray-head");
    e->last = known_u64(t0);
    small_put(s, "kube/events", WORLD_KUBE, e);
    small_wait(s, 30000);
    small_gone(s, TABLE_POD, old_head);
    head_runs(s, new_head, new_pod, "one", TRI_YES);
    p = small_edit(s, TABLE_POD, new_head);
    p->created = known_u64(small_wall(s));
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_wait(s, 120000);
    const struct outage found = first_observation(s, &fresh);
    const struct focus f = small_focus(s);
    answers_of(s->w, &f, &found, outage_previous(&fresh), s->now_ms, small_wall(s), a);
    assert_int_equal(found.state, OUTAGE_NONE);
    assert_string_equal(a[2].question, "LAST HEAD LOSS");
    snprintf(ago, sizeof ago, "%s ago", text_duration(age, small_wall(s) - t0));
    assert_string_equal(a[2].word, ago);
    recovery_done(&fresh);
}

/* ---- any history ------------------------------------------------------------------------------------------------ */

static void anything_happens(struct small *s, struct rng *rng)
{
    static const char *const containers[] = {"one", "two", "three", NULL};
    const char *container = containers[random_next(rng) % ARRAY_LEN(containers)];
    const struct row *head = world_find(s->w, TABLE_POD, new_head);
    const bool there = head && !head->gone_ms;
    char node[16];
    snprintf(node, sizeof node, "%08x", (unsigned)random_next(rng));
    small_wait(s, random_next(rng) % 4000);
    switch (random_next(rng) % 12) {
    case 0:
        if (random_next(rng) % 3 == 0) head_deleted(s, there ? new_head : old_head, random_next(rng) % 2 * 30);
        break;
    case 1:
    case 2: head_runs(s, new_head, new_pod, container, container && random_next(rng) % 2 ? TRI_YES : TRI_NO); break;
    case 3: node_registers(s, node, new_pod); break;
    case 4: small_redis(s, random_next(rng) % 2 * 4, small_wall(s) - random_next(rng) % 3000); break;
    case 5: serve_says(s, random_next(rng) % 2 ? "RUNNING" : "DEPLOYING", node); break;
    case 6: worker_restarts(s, random_next(rng) % 2 ? "w1" : "w2", random_next(rng) % 2 ? TRI_YES : TRI_NO); break;
    case 7: small_redis(s, 0, small_wall(s)); break;
    default: heartbeat_beat(s);
    }
}

static void length_grows(const char *name, struct known_u64 then, struct known_u64 now)
{
    if (then.known && now.known && now.value < then.value)
        fail_msg("%s went back: %llu, then %llu", name, (unsigned long long)then.value, (unsigned long long)now.value);
}

/* No clock of one outage goes back while it runs; a rung never stands before T0, nor in the future. */
static void no_clock_goes_back(void **state)
{
    size_t lost = 0, back = 0, replaced = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        small_teardown(state);
        with_cluster(state);
        struct small *s = *state;
        struct rng rng = {seed * 0x9E3779B97F4A7C15u};
        struct outage then = {0};
        serve_says(s, "RUNNING", SMALL_OLD_NODE);
        for (int i = 0; i < 120; i++) {
            anything_happens(s, &rng);
            const struct outage o = small_outage_now(s);
            replaced += then.state == OUTAGE_RUNNING && o.t0_ms != then.t0_ms;
            if (then.state == OUTAGE_RUNNING && o.state == OUTAGE_RUNNING && o.t0_ms == then.t0_ms) {
                if (!o.going && !then.going) length_grows("head down", then.head_down_ms, o.head_down_ms);
                if (!o.going && !then.going) length_grows("recovered", then.recovered_ms, o.recovered_ms);
                if (o.rung[RUNG_GCS_SILENT].after_ms == then.rung[RUNG_GCS_SILENT].after_ms)
                    length_grows("GCS silent", then.gcs_silent_ms, o.gcs_silent_ms);
            }
            for (int j = 0; j < RUNG_COUNT; j++) {
                lost += o.rung[j].lost;
                back += o.rung[j].lost && o.rung[j].seen;
                if (o.rung[j].seen) assert_true(o.rung[j].after_ms <= s->now_ms - o.t0_ms);
                if (o.rung[j].lost) assert_true(o.rung[j].was_after_ms <= o.rung[j].lost_after_ms);
                if (o.rung[j].lost && o.rung[j].seen) assert_true(o.rung[j].lost_after_ms <= o.rung[j].after_ms);
            }
            then = o;
        }
    }
    assert_true(lost > 1000 && back > 100 && replaced > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WITH(test) cmocka_unit_test_setup_teardown(test, with_cluster, small_teardown)
        WITH(a_second_crash_takes_rungs_back),
        WITH(a_gcs_that_falls_silent_again_is_not_back),
        WITH(a_worker_that_restarts_after_all_opens_the_ladder_again),
        WITH(serve_is_judged_by_whose_it_is),
        WITH(an_outage_that_is_replaced_leaves_its_trace),
        WITH(rungs_stand_in_the_order_of_time_once_it_is_over),
        WITH(no_clock_runs_for_what_is_dated_back),
        WITH(a_silence_that_turns_out_a_loss_is_that_loss),
        WITH(a_head_in_its_grace_is_going),
        WITH(state_that_is_gone_is_said_at_once),
        WITH(state_that_goes_with_its_service_is_no_loss),
        WITH(nothing_is_kept_while_redis_is_down),
        WITH(events_of_another_uid_say_nothing),
        WITH(a_first_observation_finds_a_head_that_is_down),
        WITH(a_first_observation_finds_a_head_in_its_grace),
        WITH(a_first_observation_finds_a_container_that_crashes),
        WITH(a_first_look_at_a_first_head_finds_nothing),
        WITH(a_last_loss_is_as_old_for_all),
        WITH(no_clock_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
