/*
 * recovery_loss_test.c - what counts as the loss of a head, why it was lost, and which pod is its successor: each sign
 * by itself, with all that is like it and does not count.
 */
#include "backends/base/mem.h"
#include "backends/world/outage.h"
#include "backends/world/recovery_wait.h"
#include "tests/support/small_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD_POD "mistral-44qn2-head-d4544"
#define NEW_POD "mistral-44qn2-head-7rk2m"

static const char old_head[] = SMALL_HEAD, new_head[] = "7rk2-head";

static void container_restarts(struct small *s)
{
    small_done(s);
    small_init(s, true);
}

static void head_is_deleted(struct small *s)
{
    small_delete_accepted(s, old_head, 0);
    small_gone(s, TABLE_POD, old_head);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
}

/* The new head, in a container of that name; NULL: none has begun. */
static void head_is(struct small *s, const char *uid, const char *container)
{
    struct pod *p = small_pod(uid, NEW_POD, "head", "ip-100-64-90-12", "100.64.90.44");
    p->created = known_u64(small_wall(s));
    p->started = container ? known_u64(small_wall(s)) : UNKNOWN_U64;
    record_set(&p->container_id, container);
    p->is_ready = TRI_NO;
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

/* ---- why it ended ----------------------------------------------------------------------------------------------- */

static void container_ends(struct small *s)
{
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    p->started = UNKNOWN_U64;
    p->is_ready = TRI_NO;
    record_set(&p->ended_reason, "Error");
    p->ended_code = known_u64(137);
    p->ended = known_u64(small_wall(s));
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

static void only_the_events_of_that_end_say_liveness(void **state)
{
    struct small *s = *state;
    enum { AGE_MOST = 60000 };
    static const char liveness[] = "Container failed liveness probe";
    static const struct {
        const char *ns, *about, *reason, *message;
        uint64_t age_ms;
        bool gone, named;
    } cases[] = {
        {"mistral", HEAD_POD, "Killing", liveness, 0, false, true},
        {"mistral", HEAD_POD, "Killing", liveness, AGE_MOST, false, true},
        {"mistral", HEAD_POD, "Killing", liveness, AGE_MOST + 1, false, false},
        {"mistral", HEAD_POD, "Killing", liveness, 0, true, false},
        {"another", HEAD_POD, "Killing", liveness, 0, false, false},
        {"mistral", "another", "Killing", liveness, 0, false, false},
        {"mistral", HEAD_POD, "Unhealthy", liveness, 0, false, false},
        {"mistral", HEAD_POD, "Killing", "Stopping container", 0, false, false},
        {"mistral", HEAD_POD, "Killing", NULL, 0, false, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        container_restarts(s);
        small_wait(s, 2000);
        struct event *e = record_new(TABLE_EVENT, "e");
        record_set(&e->ns, cases[i].ns);
        record_set(&e->about, cases[i].about);
        record_set(&e->reason, cases[i].reason);
        record_set(&e->message, cases[i].message);
        e->last = known_u64(small_wall(s) - cases[i].age_ms);
        small_put(s, "kube/events", WORLD_KUBE, e);
        if (cases[i].gone) small_gone(s, TABLE_EVENT, "e");
        container_ends(s);
        const struct outage o = small_outage_now(s);
        if ((strstr(o.evidence, "liveness") != NULL) != cases[i].named) fail_msg("case %zu: %s", i, o.evidence);
        assert_non_null(strstr(o.evidence, "exit code 137"));
    }
}

/* ---- gcs_server is killed by us ---------------------------------------------------------------------------------- */

static void gcs_is_killed(struct small *s, const char *uid, uint64_t took_ms)
{
    struct change *c = change_new(CHANGE_KILLED, "kube/pods", WORLD_KUBE);
    c->key = mem_str(uid);
    c->detail = mem_str("mistral/" HEAD_POD);
    c->why = mem_str("killed gcs_server, pid 57");
    c->number = took_ms;
    small_apply(s, c);
}

static void container_runs_again(struct small *s, const char *container)
{
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    p->started = known_u64(small_wall(s));
    p->is_ready = TRI_YES;
    record_set(&p->container_id, container);
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

/* T0 is the answer to our kill, and not the end of the container, which follows. */
static void our_kill_of_gcs_server_is_t0(void **state)
{
    struct small *s = *state;
    container_restarts(s);
    small_warm_up(s);
    const uint64_t last_beat = small_wall(s), t0_ms = s->now_ms;
    gcs_is_killed(s, old_head, 150);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    assert_int_equal(s->r.t0_ms, t0_ms);
    assert_int_equal(s->r.cause, CAUSE_KILLED);
    assert_string_equal(s->r.evidence, "killed gcs_server, pid 57");
    assert_false(s->r.ours || s->r.head_lost); /* no pod was deleted, and its container still runs */
    small_wait(s, 700);
    struct outage o = small_outage_now(s);
    assert_int_equal(o.state, OUTAGE_RUNNING);
    assert_int_equal(outage_phase_of(&o), PHASE_SILENT);
    assert_true(o.gcs_silent_ms.known && o.gcs_silent_ms.value == 700);
    assert_false(o.rung[RUNG_DELETE_ACCEPTED].seen || o.rung[RUNG_DELETE_ACCEPTED].possible);
    assert_string_equal(outage_since_words(&o), "since gcs_server was killed");
    container_ends(s);
    assert_true(s->r.head_lost);
    assert_int_equal(s->r.t0_ms, t0_ms);
    assert_int_equal(s->r.cause, CAUSE_KILLED);
    for (int i = 0; i < 8; i++) {
        small_redis(s, 0, last_beat);
        small_wait(s, 1000);
    }
    assert_true(s->r.rung[RUNG_GCS_SILENT].reached);
    container_runs_again(s, "two");
    o = small_outage_now(s);
    assert_int_equal(o.t0_ms, t0_ms);
    assert_int_equal(o.head_down_ms.value, s->now_ms - t0_ms);
}

/* kubectl answers late, when the container has ended and runs again: that was this kill and no other. */
static void a_late_answer_belongs_to_the_loss_that_it_made(void **state)
{
    struct small *s = *state;
    container_restarts(s);
    small_warm_up(s);
    small_wait(s, 400);
    const uint64_t t0_ms = s->now_ms;
    container_ends(s);
    small_wait(s, 500);
    container_runs_again(s, "two");
    small_wait(s, 500);
    gcs_is_killed(s, old_head, 1200);
    assert_int_equal(s->r.t0_ms, t0_ms);
    assert_int_equal(s->r.cause, CAUSE_KILLED);
    /* One that was sent after that is another's. */
    small_wait(s, 2000);
    gcs_is_killed(s, old_head, 100);
    assert_int_equal(s->r.t0_ms, s->now_ms);
}

static void a_kill_in_another_pod_is_no_loss(void **state)
{
    struct small *s = *state;
    container_restarts(s);
    small_warm_up(s);
    gcs_is_killed(s, "another", 100);
    assert_int_equal(s->r.outage, OUTAGE_NONE);
}

/* Nothing follows: nobody saw the GCS fall silent, and the head runs on. It does not wait forever. */
static void a_kill_that_nothing_follows_ends(void **state)
{
    struct small *s = *state;
    container_restarts(s);
    small_warm_up(s);
    gcs_is_killed(s, old_head, 100);
    small_wait(s, 30000);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    small_wait(s, 40000);
    assert_int_equal(s->r.outage, OUTAGE_OVER);
    const struct outage o = small_outage_now(s);
    assert_false(outage_is_loss(&o));
}

/* ---- the old head's node ---------------------------------------------------------------------------------------- */

static void old_node_is(struct small *s, const char *ns, const char *key, const char *state)
{
    struct raynode *n = small_raynode(SMALL_OLD_NODE, state, HEAD_POD, "100.64.90.31");
    record_set(&n->ns, ns);
    record_set(&n->record.key, key);
    small_put(s, "redis", WORLD_REDIS, n);
}

static void new_node_is(struct small *s, const char *id, const char *state, const char *pod)
{
    small_put(s, "redis", WORLD_REDIS, small_raynode(id, state, pod, "100.64.90.44"));
}

static void the_new_head_counts_when_the_old_one_is_dead(void **state)
{
    struct small *s = *state;
    head_is_deleted(s);
    head_is(s, new_head, "one");
    new_node_is(s, "7afdda9d", "ALIVE", NEW_POD);
    assert_false(s->r.rung[RUNG_HEAD_ALIVE].reached);
    old_node_is(s, SMALL_NS, SMALL_NS "/" SMALL_OLD_NODE, "DEAD");
    assert_true(s->r.rung[RUNG_HEAD_ALIVE].reached);
    assert_string_equal(s->r.rung[RUNG_HEAD_ALIVE].note, "7afdda9d ALIVE, " SMALL_OLD_NODE " DEAD");
    assert_false(s->r.rung[RUNG_GCS_BACK].reached);
}

/* Its row may leave the table instead of turning DEAD. */
static void an_old_node_that_is_gone_is_dead(void **state)
{
    struct small *s = *state;
    head_is_deleted(s);
    head_is(s, new_head, "one");
    small_gone(s, TABLE_RAYNODE, SMALL_NS "/" SMALL_OLD_NODE);
    assert_false(s->r.rung[RUNG_HEAD_ALIVE].reached);
    new_node_is(s, "7afdda9d", "ALIVE", NEW_POD);
    assert_true(s->r.rung[RUNG_HEAD_ALIVE].reached);
}

/* The GCS of another service may list a node of the same id. */
static void a_node_of_another_gcs_is_not_the_old_head(void **state)
{
    struct small *s = *state;
    head_is_deleted(s);
    old_node_is(s, "another", "another/" SMALL_OLD_NODE, "ALIVE");
    head_is(s, new_head, "one");
    small_gone(s, TABLE_RAYNODE, SMALL_NS "/" SMALL_OLD_NODE);
    new_node_is(s, "7afdda9d", "ALIVE", NEW_POD);
    assert_true(s->r.rung[RUNG_HEAD_ALIVE].reached);
}

static void other_nodes_are_not_the_new_head(void **state)
{
    struct small *s = *state;
    head_is_deleted(s);
    head_is(s, new_head, "one");
    old_node_is(s, SMALL_NS, SMALL_NS "/" SMALL_OLD_NODE, "DEAD");
    new_node_is(s, "00000001", "DEAD", NEW_POD);
    new_node_is(s, "00000002", "ALIVE", "mistral-44qn2-head-other");
    new_node_is(s, "00000003", "ALIVE", "mistral-44qn2-inf2-worker-q5rdw");
    struct raynode *n = small_raynode("00000004", "ALIVE", NEW_POD, "100.64.90.44");
    n->is_head = TRI_NO;
    small_put(s, "redis", WORLD_REDIS, n);
    n = small_raynode("00000005", "ALIVE", NEW_POD, "100.64.90.44");
    record_set(&n->ns, "another");
    small_put(s, "redis", WORLD_REDIS, n);
    assert_false(s->r.rung[RUNG_HEAD_ALIVE].reached);
    new_node_is(s, "00000006", "ALIVE", NEW_POD);
    assert_true(s->r.rung[RUNG_HEAD_ALIVE].reached);
    assert_string_equal(s->r.rung[RUNG_HEAD_ALIVE].note, "00000006 ALIVE, " SMALL_OLD_NODE " DEAD");
}

/* A successor that ended leaves a record that says ALIVE, as the old head did: the next one's is another. */
static void the_node_of_a_lost_successor_is_not_the_next_ones(void **state)
{
    struct small *s = *state;
    head_is_deleted(s);
    old_node_is(s, SMALL_NS, SMALL_NS "/" SMALL_OLD_NODE, "DEAD");
    head_is(s, new_head, "one");
    new_node_is(s, "00000001", "ALIVE", NEW_POD);
    assert_true(s->r.rung[RUNG_HEAD_ALIVE].reached);
    small_wait(s, 3000);
    head_is(s, new_head, "two");
    assert_false(s->r.rung[RUNG_HEAD_ALIVE].reached);
    new_node_is(s, "00000001", "ALIVE", NEW_POD);
    assert_false(s->r.rung[RUNG_HEAD_ALIVE].reached);
    small_wait(s, 1000);
    new_node_is(s, "00000002", "ALIVE", NEW_POD);
    assert_true(s->r.rung[RUNG_HEAD_ALIVE].reached);
    assert_non_null(strstr(s->r.rung[RUNG_HEAD_ALIVE].note, "00000002 ALIVE"));
}

/* ---- the successor ---------------------------------------------------------------------------------------------- */

static void a_successor_in_another_container_begins_anew(void **state)
{
    struct small *s = *state;
    head_is_deleted(s);
    head_is(s, new_head, "one");
    const uint64_t first = s->r.rung[RUNG_HEAD_RUNNING].at_ms;
    small_wait(s, 3000);
    head_is(s, new_head, "one"); /* the same one: nothing begins anew */
    assert_int_equal(s->r.rung[RUNG_HEAD_RUNNING].at_ms, first);
    small_wait(s, 3000);
    head_is(s, new_head, "two");
    assert_int_equal(s->r.rung[RUNG_HEAD_RUNNING].at_ms, s->now_ms);
    assert_true(s->r.rung[RUNG_HEAD_RUNNING].lost);
    assert_int_equal(s->r.rung[RUNG_HEAD_RUNNING].was_at_ms, first);
    assert_int_equal(s->r.rung[RUNG_HEAD_CREATED].at_ms, first); /* the same pod */
}

static void a_successor_whose_container_ended_runs_no_more(void **state)
{
    struct small *s = *state;
    head_is_deleted(s);
    head_is(s, new_head, "one");
    assert_true(s->r.rung[RUNG_HEAD_RUNNING].reached);
    small_wait(s, 3000);
    head_is(s, new_head, NULL);
    assert_false(s->r.rung[RUNG_HEAD_RUNNING].reached);
    assert_true(s->r.rung[RUNG_HEAD_CREATED].reached);
}

static void a_successor_that_is_not_ready_any_more_loses_its_rung(void **state)
{
    struct small *s = *state;
    static const enum tri ready[] = {TRI_YES, TRI_UNKNOWN, TRI_NO};
    head_is_deleted(s);
    head_is(s, new_head, "one");
    for (size_t i = 0; i < ARRAY_LEN(ready); i++) {
        struct pod *p = small_edit(s, TABLE_POD, new_head);
        p->is_ready = ready[i];
        small_put(s, "kube/pods", WORLD_KUBE, p);
        assert_int_equal(s->r.rung[RUNG_HEAD_READY].reached, ready[i] != TRI_NO);
        assert_int_equal(s->r.rung[RUNG_HEAD_READY].lost, ready[i] == TRI_NO);
        small_wait(s, 1000);
    }
}

static void another_pod_is_another_successor(void **state)
{
    struct small *s = *state;
    head_is_deleted(s);
    head_is(s, new_head, "one");
    small_wait(s, 3000);
    struct pod *p = small_pod("third", NEW_POD, "head", NULL, NULL);
    p->created = known_u64(small_wall(s));
    p->started = UNKNOWN_U64;
    p->is_ready = TRI_NO;
    small_gone(s, TABLE_POD, new_head);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_false(s->r.rung[RUNG_HEAD_CREATED].reached); /* it has no node yet */
    assert_false(s->r.rung[RUNG_HEAD_RUNNING].reached);
    assert_true(s->r.rung[RUNG_DELETE_ACCEPTED].reached);
    assert_string_equal(s->r.new_head_uid, "third");
}

/* ---- what ends it ----------------------------------------------------------------------------------------------- */

/* Either of both being deleted takes the head away on purpose. */
static void an_outage_ends_with_the_service_that_is_deleted(void **state)
{
    struct small *s = *state;
    for (int cluster = 0; cluster < 2; cluster++) {
        container_restarts(s);
        head_is_deleted(s);
        small_wait(s, 2000);
        assert_int_equal(s->r.outage, OUTAGE_RUNNING);
        if (cluster) {
            struct raycluster *rc = small_edit(s, TABLE_RAYCLUSTER, "rc-uid");
            rc->deleted = known_u64(small_wall(s));
            small_put(s, "kube/rayclusters", WORLD_KUBE, rc);
        } else {
            struct rayservice *rs = small_edit(s, TABLE_RAYSERVICE, "rs-uid");
            rs->deleted = known_u64(small_wall(s));
            small_put(s, "kube/rayservices", WORLD_KUBE, rs);
        }
        assert_int_equal(s->r.outage, OUTAGE_OVER);
        assert_true(small_outage_now(s).final);
    }
}

/* Of no workers none can be the same. */
static void without_workers_there_is_no_such_rung(void **state)
{
    struct small *s = *state;
    small_gone(s, TABLE_POD, "w1");
    small_gone(s, TABLE_POD, "w2");
    head_is_deleted(s);
    struct pod *p = small_pod(new_head, NEW_POD, "head", "ip-100-64-90-12", "100.64.90.44");
    p->created = p->started = known_u64(small_wall(s));
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_true(s->r.rung[RUNG_HEAD_READY].reached);
    assert_int_equal(s->r.workers, 0);
    assert_false(s->r.rung[RUNG_WORKERS_SAME].reached);
}

static void what_is_missing_is_asked_of_an_outage_only(void **state)
{
    struct small *s = *state;
    struct focus f = small_focus(s);
    assert_int_equal(recovery_missing(&s->r, s->w, &f), RUNG_COUNT);
    head_is_deleted(s);
    f = small_focus(s);
    assert_true(recovery_missing(&s->r, s->w, &f) < RUNG_COUNT);
}

/* What a source's liveness brings is no loss, and no end of one. */
static void a_proof_of_life_loses_nothing(void **state)
{
    struct small *s = *state;
    small_apply(s, change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE));
    small_apply(s, change_source("kube/pods", WORLD_KUBE, SOURCE_DOWN, ERR_REFUSED, "refused", NULL));
    assert_int_equal(s->r.outage, OUTAGE_NONE);
    head_is_deleted(s);
    const uint64_t t0_ms = s->r.t0_ms;
    small_wait(s, 2000);
    small_apply(s, change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE));
    small_apply(s, change_source("kube/pods", WORLD_KUBE, SOURCE_LIVE, ERR_OK, NULL, NULL));
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    assert_int_equal(s->r.t0_ms, t0_ms);
}

/* A head that runs and is not ready: how many of its containers are. */
static void a_head_that_is_not_ready_says_how_far_it_is(void **state)
{
    struct small *s = *state;
    static const struct {
        const char *status;
        bool ready, containers;
        const char *why;
    } cases[] = {
        {"Running", true, true, "head pod: 1 of 2 containers ready"},
        {"Running", false, true, "head pod Running"},
        {"Running", true, false, "head pod Running"},
        {"CrashLoopBackOff", true, true, "head pod CrashLoopBackOff"},
    };
    head_is_deleted(s);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char why[RECOVERY_WHY_MAX];
        struct pod *p = small_pod(new_head, NEW_POD, "head", "ip-100-64-90-12", "100.64.90.44");
        p->is_ready = TRI_NO;
        record_set(&p->status, cases[i].status);
        if (cases[i].ready) p->ready = known_u64(1);
        if (cases[i].containers) p->containers = known_u64(2);
        small_put(s, "kube/pods", WORLD_KUBE, p);
        struct focus f = small_focus(s);
        assert_string_equal(recovery_why(&s->r, s->w, &f, RUNG_HEAD_READY, s->now_ms, why), cases[i].why);
    }
}

#define T(test) cmocka_unit_test_setup_teardown(test, small_setup, small_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(only_the_events_of_that_end_say_liveness),
        T(our_kill_of_gcs_server_is_t0),
        T(a_late_answer_belongs_to_the_loss_that_it_made),
        T(a_kill_in_another_pod_is_no_loss),
        T(a_kill_that_nothing_follows_ends),
        T(the_new_head_counts_when_the_old_one_is_dead),
        T(an_old_node_that_is_gone_is_dead),
        T(a_node_of_another_gcs_is_not_the_old_head),
        T(other_nodes_are_not_the_new_head),
        T(the_node_of_a_lost_successor_is_not_the_next_ones),
        T(a_successor_in_another_container_begins_anew),
        T(a_successor_whose_container_ended_runs_no_more),
        T(another_pod_is_another_successor),
        T(a_successor_that_is_not_ready_any_more_loses_its_rung),
        T(an_outage_ends_with_the_service_that_is_deleted),
        T(without_workers_there_is_no_such_rung),
        T(what_is_missing_is_asked_of_an_outage_only),
        T(a_proof_of_life_loses_nothing),
        T(a_head_that_is_not_ready_says_how_far_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
