/*
 * outage_test.c - the report of an outage: its lengths, its words, its JSON; and that whoever prints an outage says the
 * same of it, on random histories.
 */
#include "backends/world/answers.h"
#include "backends/world/outage.h"
#include "backends/world/recoveries.h"

#include "backends/base/mem.h"
#include "tests/support/random_change.h"
#include "tests/support/small_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char old_head[] = SMALL_HEAD;

static void head_killed(struct small *s)
{
    small_warm_up(s);
    small_delete_accepted(s, old_head, 0);
    small_gone(s, TABLE_POD, old_head);
}

static void head_ended(struct small *s, const char *reason, uint64_t code)
{
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    p->started = UNKNOWN_U64;
    p->is_ready = TRI_NO;
    record_set(&p->status, reason);
    record_set(&p->container_id, "containerd://one");
    record_set(&p->ended_reason, reason);
    p->ended_code = known_u64(code);
    p->ended = known_u64(small_wall(s) / 1000 * 1000);
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

static void head_started(struct small *s, const char *container, enum tri ready)
{
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    p->started = known_u64(small_wall(s));
    p->restarts = known_u64(p->restarts.value + 1);
    p->is_ready = ready;
    record_set(&p->status, "Running");
    record_set(&p->container_id, container);
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

static void cause_is(const struct outage *o, const char *expected)
{
    char words[OUTAGE_WORDS_MAX];
    assert_string_equal(outage_cause_words(o, words), expected);
}

static void ray_node_is(struct small *s, const char *id, const char *state)
{
    small_put(s, "redis", WORLD_REDIS, small_raynode(id, state, "mistral-44qn2-head-d4544", NULL));
}

/* The table NODE keeps the old head's until the new one registers: the report says so. */
static void an_old_ray_node_that_is_still_alive_is_stale(void **state)
{
    struct small *s = *state;
    head_killed(s);
    assert_true(small_outage_now(s).node_stale);
    ray_node_is(s, "another", "DEAD");
    assert_true(small_outage_now(s).node_stale);
    ray_node_is(s, SMALL_OLD_NODE, "DEAD");
    assert_false(small_outage_now(s).node_stale);
    ray_node_is(s, SMALL_OLD_NODE, "ALIVE");
    small_apply(s, change_gone("redis", WORLD_REDIS, TABLE_RAYNODE, SMALL_NS "/" SMALL_OLD_NODE));
    assert_false(small_outage_now(s).node_stale);
}

/* What asks to be drawn anew: a tick that found something out. */
static void a_tick_says_whether_it_moved_the_ladder(void **state)
{
    struct small *s = *state;
    struct focus f = small_focus(s);
    small_warm_up(s);
    assert_false(recovery_tick(&s->r, s->w, &f, s->now_ms, small_wall(s)));
    head_killed(s);
    f = small_focus(s);
    assert_false(recovery_tick(&s->r, s->w, &f, s->now_ms, small_wall(s)));
    unsigned moved = 0;
    for (int i = 0; i < 10; i++) {
        s->now_ms += 1000;
        small_apply(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS)); /* Redis is heard, and no heartbeat */
        const bool silent = s->r.rung[RUNG_GCS_SILENT].reached;
        f = small_focus(s);
        const bool moves = recovery_tick(&s->r, s->w, &f, s->now_ms, small_wall(s));
        assert_int_equal(moves, silent != s->r.rung[RUNG_GCS_SILENT].reached);
        moved += moves;
    }
    assert_int_equal(moved, 1);
}

/* ---- the container of the head ---------------------------------------------------------------------------------- */

static void a_container_that_ends_is_a_loss_of_its_own(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    small_wait(s, 300);
    uint64_t t0 = s->now_ms;
    head_ended(s, "OOMKilled", 137);
    struct outage o = small_outage_now(s);
    assert_int_equal(o.state, OUTAGE_RUNNING);
    assert_true(o.head_lost);
    assert_int_equal(o.t0_ms, t0);
    cause_is(&o, "head container ended: OOMKilled, exit code 137");
    assert_false(o.rung[RUNG_DELETE_ACCEPTED].seen || o.rung[RUNG_DELETE_ACCEPTED].possible);
    assert_string_equal(outage_since_words(&o), "since the head was lost");
    struct answer a[ANSWERS];
    struct focus f = small_focus(s);
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_OFF, ERR_OK, NULL, NULL));
    small_wait(s, 4000);
    head_started(s, "containerd://two", TRI_NO);
    o = small_outage_now(s);
    assert_string_equal(o.new_head_uid, old_head);
    f = small_focus(s); /* the world has changed since */
    answers_of(s->w, &f, &o, outage_previous(&s->r), s->now_ms, small_wall(s), a);
    assert_string_equal(a[1].question, "HEAD DOWN");
    assert_string_equal(a[1].word, "4.0s");
    assert_non_null(strstr(a[1].text, "head container starting"));
    small_wait(s, 6000);
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    p->is_ready = TRI_YES;
    small_put(s, "kube/pods", WORLD_KUBE, p);
    o = small_outage_now(s);
    assert_true(o.rung[RUNG_HEAD_READY].seen);
    assert_int_equal(o.head_down_ms.value, 10000);
}

/* As recorded of gcs_server killed again and again: the container that follows ends before it was ready. It is one
 * outage, and what was said of the one that ended is taken back. */
static void a_container_that_ends_again_is_the_same_loss(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    head_ended(s, "Error", 1);
    uint64_t t0 = s->r.t0_ms;
    small_wait(s, 1000);
    head_started(s, "containerd://two", TRI_NO);
    assert_true(small_outage_now(s).rung[RUNG_HEAD_RUNNING].seen);
    small_wait(s, 5000);
    head_ended(s, "Error", 1);
    struct outage o = small_outage_now(s);
    assert_int_equal(o.t0_ms, t0);
    assert_false(o.rung[RUNG_HEAD_RUNNING].seen);
    small_wait(s, 5000);
    head_started(s, "containerd://three", TRI_NO);
    o = small_outage_now(s);
    assert_int_equal(o.t0_ms, t0);
    assert_int_equal(o.rung[RUNG_HEAD_RUNNING].after_ms, 11000);
}

/* Two runs of a container can begin within one second of kubelet's clock. */
static void a_container_is_identified_by_its_id(void **state)
{
    struct small *s = *state;
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    record_set(&p->container_id, "containerd://one");
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_warm_up(s);
    p = small_edit(s, TABLE_POD, old_head);
    record_set(&p->container_id, "containerd://two");
    p->restarts = known_u64(1);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    struct outage o = small_outage_now(s);
    assert_int_equal(o.state, OUTAGE_RUNNING);
    assert_int_equal(o.cause, CAUSE_CONTAINER);
}

/* kubelet's word for it is Error, exit code 137, as of any kill: its event says more. */
static void a_liveness_restart_is_named(void **state)
{
    struct small *s = *state;
    struct event *e = record_new(TABLE_EVENT, "killing");
    record_set(&e->ns, "mistral");
    record_set(&e->about, "mistral-44qn2-head-d4544");
    record_set(&e->reason, "Killing");
    record_set(&e->message, "Container ray-head failed liveness probe, will be restarted");
    e->last = known_u64(small_wall(s));
    small_put(s, "kube/events", WORLD_KUBE, e);
    head_ended(s, "Error", 137);
    struct outage o = small_outage_now(s);
    cause_is(&o, "head container ended: liveness probe failed, exit code 137");
}

/* It ended while nobody was connected: T0 is kubelet's time of its end, not that of our looking again. */
static void a_container_that_ended_unseen(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    uint64_t ended = s->now_ms + 10000;
    small_wait(s, 10000);
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    p->ended = known_u64(small_wall(s));
    small_wait(s, 20000);
    p->started = known_u64(small_wall(s) - 15000);
    p->is_ready = TRI_NO;
    record_set(&p->ended_reason, "Error");
    p->ended_code = known_u64(1);
    assert_int_equal(s->r.outage, OUTAGE_NONE);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    assert_int_equal(s->r.t0_ms, ended);
}

/* ---- lengths ---------------------------------------------------------------------------------------------------- */

static void lengths_are_what_the_header_says(void **state)
{
    struct small *s = *state;
    char words[TEXT_NUM_MAX];
    head_killed(s);
    struct outage o = small_outage_now(s);
    assert_false(o.unserved_ms.known); /* nothing was probed */
    assert_string_equal(outage_length(words, o.unserved_ms), "–");
    small_probe(s, "a", "mistral-44qn2-inf2-worker-q5rdw", "ok", NULL, 0);
    small_wait(s, 600);
    uint64_t beat = small_wall(s);
    small_redis(s, 0, beat);
    small_wait(s, 1000);
    small_redis(s, 0, beat);
    o = small_outage_now(s);
    assert_false(o.gcs_silent_ms.known); /* one missed heartbeat may be one read late */
    assert_int_equal(o.head_down_ms.value, 1600);
    assert_int_equal(o.recovered_ms.value, 1600);
    assert_int_equal(o.unserved_ms.value, 1600);
    small_wait(s, 2400);
    o = small_outage_now(s);
    assert_int_equal(o.gcs_silent_ms.value, 3400); /* since the last one, however late it was sure */
    assert_int_equal(o.head_down_ms.value, 4000);
    small_probe(s, "b", "mistral-44qn2-inf2-worker-q5rdw", "ok", NULL, 0);
    small_wait(s, 1000);
    o = small_outage_now(s);
    assert_int_equal(o.unserved_ms.value, 4000);
    small_redis(s, 4, beat);
    small_wait(s, 3000);
    assert_int_equal(small_outage_now(s).gcs_silent_ms.value, 7400); /* connections are no GCS that is back */
    assert_int_equal(small_outage_now(s).head_down_ms.value, 8000);
}

/* ---- fields lost otherwise beside fields lost as expected -------------------------------------------------------- */

static void a_loss_is_not_hidden_by_an_expected_one(void **state)
{
    struct small *s = *state;
    char words[OUTAGE_WORDS_MAX];
    bool bad = false;
    head_killed(s);
    small_table(s, "KV",
                "@namespace_dashboard:DASHBOARD_AGENT_ADDR_NODE_ID_PREFIX:" SMALL_OLD_NODE
                " @namespace_dashboard:DASHBOARD_AGENT_ADDR_IP_PREFIX:100.64.31.40 new");
    struct outage o = small_outage_now(s);
    assert_string_equal(outage_field_words(outage_fields_of(&o, "KV"), words, &bad), "kept 2/4 LOST 1 +1 -1 expected");
    assert_true(bad);
    assert_string_equal(outage_field_words(&o.fields, words, &bad), "kept 13/15 LOST 1 +1 -1 expected");
    assert_true(bad);
}

/* Tables are read one after the other: the specification of the old head's actor is seen to be gone first. */
static void a_specification_gone_before_its_actor_is_dead(void **state)
{
    struct small *s = *state;
    head_killed(s);
    small_table(s, "ACTOR_TASK_SPEC", "aa01 aa02 aa03");
    struct outage o = small_outage_now(s);
    assert_int_equal(outage_fields_of(&o, "ACTOR_TASK_SPEC")->lost_expected, 1);
    assert_int_equal(o.fields.lost, 0);
    /* One that has come up again on the new head has no reason to lose it. */
    struct actor *a = small_edit(s, TABLE_ACTOR, SMALL_NS "/aa04");
    record_set(&a->ray_node, "7afdda9d");
    small_put(s, "redis", WORLD_REDIS, a);
    o = small_outage_now(s);
    assert_int_equal(o.fields.lost, 1);
}

/* ---- services ---------------------------------------------------------------------------------------------------- */

static void sums_hold(const struct outage *o);

struct two {
    struct small *s;
    struct recoveries *all;
    const char *service, *ns; /* in focus; ns NULL: mistral */
};

static struct focus two_focus(const struct two *t)
{
    return focus_of(t->s->w, t->ns ? t->ns : "mistral", t->service);
}

static void two_apply(struct two *t, struct change *c)
{
    c->at_ms = t->s->now_ms;
    c->wall_ms = small_wall(t->s);
    world_apply(t->s->w, c);
    struct focus f = two_focus(t);
    recoveries_observe(t->all, t->s->w, &f, c, c->type == CHANGE_PUT);
    change_free(c);
}

static void two_put(struct two *t, void *record)
{
    two_apply(t, change_put("kube", WORLD_KUBE, record));
}

static const struct recovery *recovery_in_focus(const struct two *t)
{
    struct focus f = two_focus(t);
    return recoveries_of(t->all, &f);
}

static void put_service(struct two *t, const char *uid, const char *name, const char *cluster, const char *head)
{
    struct rayservice *rs = record_new(TABLE_RAYSERVICE, uid);
    record_set(&rs->ns, "mistral");
    record_set(&rs->name, name);
    record_set(&rs->active_cluster, cluster);
    rs->ft = TRI_NO;
    two_put(t, rs);
    struct pod *p = small_pod(head, head, "head", "ip-100-64-90-12", NULL);
    record_set(&p->cluster, cluster);
    two_put(t, p);
}

/* `:svc` during an outage: the ladder of the other service goes on, and this one's is its own. */
static void each_service_has_a_ladder(void **state)
{
    struct two t = {.s = *state, .all = recoveries_new(), .service = "mistral"};
    put_service(&t, "other-uid", "other", "other-abcde", "other-head");
    struct pod *p = small_edit(t.s, TABLE_POD, old_head);
    two_put(&t, p);
    two_apply(&t, small_delete_change(old_head, 0));
    const struct recovery *own = recovery_in_focus(&t);
    assert_int_equal(own->outage, OUTAGE_RUNNING);
    t.service = "other";
    assert_ptr_not_equal(recovery_in_focus(&t), own);
    assert_int_equal(recovery_in_focus(&t)->outage, OUTAGE_NONE);
    /* While the other is in focus the new head comes, and is seen. */
    two_apply(&t, change_gone("kube", WORLD_KUBE, TABLE_POD, old_head));
    p = small_pod("new", "mistral-44qn2-head-new", "head", "ip-100-64-90-12", NULL);
    two_put(&t, p);
    assert_string_equal(own->new_head_uid, "new");
    assert_int_equal(recovery_in_focus(&t)->outage, OUTAGE_NONE);
    /* And the other's own head is lost meanwhile. */
    two_apply(&t, small_delete_change("other-head", 0));
    assert_int_equal(recovery_in_focus(&t)->outage, OUTAGE_RUNNING);
    assert_string_equal(own->old_head_uid, old_head);
    t.service = "mistral";
    assert_ptr_equal(recovery_in_focus(&t), own);
    recoveries_free(t.all);
}

/* Lets a minute after the other pass, until the recovery is over; returns whether a tick said that something moved. */
static bool two_ticks(struct two *t, const struct recovery *own)
{
    bool moved = false;
    for (int minutes = 0; minutes < 20 && own->outage == OUTAGE_RUNNING; minutes++) {
        t->s->now_ms += 60 * 1000;
        const struct focus f = two_focus(t);
        moved = recoveries_tick(t->all, t->s->w, &f, t->s->now_ms, small_wall(t->s));
    }
    return moved;
}

/* Also by the clock alone, but only while its pods are read. */
static void a_ladder_that_is_not_in_focus_ends_by_the_clock(void **state)
{
    struct two t = {.s = *state, .all = recoveries_new(), .service = "mistral"};
    put_service(&t, "other-uid", "other", "other-abcde", "other-head");
    struct rayservice *far = record_new(TABLE_RAYSERVICE, "far-uid");
    record_set(&far->ns, "far");
    record_set(&far->name, "far");
    two_put(&t, far);
    two_put(&t, small_edit(t.s, TABLE_POD, old_head));
    two_apply(&t, small_delete_change(old_head, 0));
    const struct recovery *own = recovery_in_focus(&t);
    two_apply(&t, change_gone("kube", WORLD_KUBE, TABLE_POD, old_head));
    struct pod *p = small_pod("new", "mistral-44qn2-head-new", "head", "ip-100-64-90-12", NULL);
    two_put(&t, p);
    assert_true(own->rung[RUNG_HEAD_READY].reached);
    assert_int_equal(own->outage, OUTAGE_RUNNING);
    t.ns = t.service = "far";
    two_apply(&t, change_new(CHANGE_ALIVE, "kube", WORLD_KUBE));
    assert_false(two_ticks(&t, own));
    assert_int_equal(own->outage, OUTAGE_RUNNING);
    t.ns = NULL;
    t.service = "other";
    assert_true(two_ticks(&t, own));
    assert_int_equal(own->outage, OUTAGE_OVER);
    assert_int_equal(recovery_in_focus(&t)->outage, OUTAGE_NONE);
    recoveries_free(t.all);
}

/* `:svc` to another namespace: the pods of this one are no longer read, which loses no head; nor does coming back. */
static void pods_that_are_not_read_are_not_lost(void **state)
{
    struct two t = {.s = *state, .all = recoveries_new(), .service = "mistral"};
    struct rayservice *rs = record_new(TABLE_RAYSERVICE, "far-uid");
    record_set(&rs->ns, "far");
    record_set(&rs->name, "far");
    record_set(&rs->active_cluster, "far-abcde");
    two_put(&t, rs);
    struct pod *head = small_edit(t.s, TABLE_POD, old_head), *worker = small_edit(t.s, TABLE_POD, "w1");
    two_put(&t, record_copy(&head->record));
    const struct recovery *own = recovery_in_focus(&t);
    t.ns = t.service = "far";
    two_apply(&t, change_gone("kube", WORLD_KUBE, TABLE_POD, old_head));
    t.ns = t.service = "mistral";
    two_put(&t, record_copy(&worker->record));
    assert_int_equal(own->outage, OUTAGE_NONE);
    two_put(&t, record_copy(&head->record));
    t.ns = t.service = "far";
    two_apply(&t, change_gone("kube", WORLD_KUBE, TABLE_POD, old_head));
    two_apply(&t, change_gone("kube", WORLD_KUBE, TABLE_POD, "w1"));
    struct pod *far = small_pod("far-head", "far-head", "head", "ip-100-64-90-12", NULL);
    record_set(&far->ns, "far");
    record_set(&far->cluster, "far-abcde");
    two_put(&t, far);
    assert_int_equal(own->outage, OUTAGE_NONE);
    const struct recovery *other = recovery_in_focus(&t);
    t.ns = t.service = "mistral";
    two_apply(&t, change_gone("kube", WORLD_KUBE, TABLE_POD, "far-head"));
    two_put(&t, &worker->record);
    assert_ptr_equal(recovery_in_focus(&t), own);
    assert_int_equal(own->outage, OUTAGE_NONE);
    assert_int_equal(other->outage, OUTAGE_NONE);
    two_put(&t, &head->record);
    two_apply(&t, small_delete_change(old_head, 0)); /* and from here on it is looked after again */
    assert_int_equal(own->outage, OUTAGE_RUNNING);
    recoveries_free(t.all);
}

/* `x c`, `x d`: the same name, another UID, a ladder of its own. */
static void a_service_made_again_begins_anew(void **state)
{
    struct two t = {.s = *state, .all = recoveries_new(), .service = "mistral"};
    two_put(&t, small_edit(t.s, TABLE_POD, old_head));
    two_apply(&t, small_delete_change(old_head, 0));
    const struct recovery *first = recovery_in_focus(&t);
    assert_int_equal(first->outage, OUTAGE_RUNNING);
    two_apply(&t, change_gone("kube", WORLD_KUBE, TABLE_RAYSERVICE, "rs-uid"));
    put_service(&t, "second-uid", "mistral", "mistral-fghij", "second-head");
    const struct recovery *second = recovery_in_focus(&t);
    assert_ptr_not_equal(first, second);
    assert_int_equal(second->outage, OUTAGE_NONE);
    two_apply(&t, small_delete_change("second-head", 0));
    assert_string_equal(recovery_in_focus(&t)->old_head_uid, "second-head");
    recoveries_free(t.all);
}

/* RayServices may not be read: the only cluster there is has a ladder all the same. */
static void a_cluster_without_its_service(void **state)
{
    struct two t = {.s = *state, .all = recoveries_new()};
    two_apply(&t, change_gone("kube", WORLD_KUBE, TABLE_RAYSERVICE, "rs-uid"));
    two_put(&t, small_edit(t.s, TABLE_POD, old_head));
    two_apply(&t, small_delete_change(old_head, 0));
    assert_int_equal(recovery_in_focus(&t)->outage, OUTAGE_RUNNING);
    recoveries_free(t.all);
}

static void more_services_than_are_kept(void **state)
{
    struct two t = {.s = *state, .all = recoveries_new(), .service = "mistral"};
    char uid[32], name[32], cluster[40], head[32];
    two_put(&t, small_edit(t.s, TABLE_POD, old_head));
    for (int i = 0; i < RECOVERIES_MAX + 6; i++) {
        snprintf(uid, sizeof uid, "uid-%d", i);
        snprintf(name, sizeof name, "svc-%d", i);
        snprintf(cluster, sizeof cluster, "svc-%d-abcde", i);
        snprintf(head, sizeof head, "head-%d", i);
        put_service(&t, uid, name, cluster, head);
    }
    two_apply(&t, small_delete_change(old_head, 0));
    assert_int_equal(recovery_in_focus(&t)->outage, OUTAGE_RUNNING);
    t.service = "svc-69"; /* beyond what is kept: chosen, it gets its place, and the one that is down keeps its own */
    two_put(&t, small_edit(t.s, TABLE_POD, "head-69"));
    two_apply(&t, small_delete_change("head-69", 0));
    assert_int_equal(recovery_in_focus(&t)->outage, OUTAGE_RUNNING);
    t.service = "mistral";
    assert_string_equal(recovery_in_focus(&t)->old_head_uid, old_head);
    recoveries_free(t.all);
}

/* Any stream at all, while the focus goes from one service to another. */
static void random_streams_with_any_focus(void **state)
{
    (void)state;
    static const char *const keys[] = {"9c1e0000-head", "other-head", "w1", "rs-uid", "other-uid", "redis"};
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct small s;
        struct rng rng = {seed * 86028157};
        small_init(&s, true);
        struct two t = {.s = &s, .all = recoveries_new(), .service = "mistral"};
        put_service(&t, "other-uid", "other", "other-abcde", "other-head");
        uint64_t clock = s.now_ms;
        for (int i = 0; i < 2000; i++) {
            struct change *c = random_change(&rng, &clock);
            s.now_ms = clock;
            const char *key = keys[random_next(&rng) % ARRAY_LEN(keys)];
            if (c->key)
                record_set(&c->key, key);
            else if (c->record && random_next(&rng) % 2)
                record_set(&c->record->key, key);
            t.service = (const char *[]){"mistral", "other", NULL, "none"}[random_next(&rng) % 4];
            two_apply(&t, c);
            struct focus f = two_focus(&t);
            recoveries_tick(t.all, s.w, &f, s.now_ms, small_wall(&s));
            struct outage o;
            outage_of(recovery_in_focus(&t), s.w, &f, s.now_ms, small_wall(&s), &o);
            sums_hold(&o);
        }
        recoveries_free(t.all);
        small_done(&s);
    }
}

/* ---- on random histories ----------------------------------------------------------------------------------------- */

static void sums_hold(const struct outage *o)
{
    size_t before = 0, kept = 0, lost = 0, expected = 0, added = 0, same = 0, replaced = 0;
    uint64_t restarts = 0;
    for (size_t i = 0; i < o->tables; i++) {
        const struct outage_fields *k = &o->table[i];
        if (k->known) assert_int_equal(k->before, k->kept + k->lost + k->lost_expected);
        before += k->before;
        kept += k->kept;
        lost += k->lost;
        expected += k->lost_expected;
        added += k->added;
    }
    assert_int_equal(o->fields.before, before);
    assert_int_equal(o->fields.kept, kept);
    assert_int_equal(o->fields.lost, lost);
    assert_int_equal(o->fields.lost_expected, expected);
    assert_int_equal(o->fields.added, added);
    for (size_t i = 0; i < o->workers; i++) {
        same += o->worker[i].fate != WORKER_REPLACED;
        replaced += o->worker[i].fate == WORKER_REPLACED;
        restarts += o->worker[i].restarts;
    }
    assert_int_equal(o->same, same);
    assert_int_equal(o->replaced, replaced);
    assert_int_equal(o->same + o->replaced, o->workers);
    assert_int_equal(o->restarts, restarts);
    size_t failures = 0;
    for (int i = 0; i < OUTAGE_FAILURES; i++) failures += o->failure[i].count;
    assert_int_equal(failures, outage_failed(o));
}

/* Through JSON and back it is the same report, to the last byte. */
static void same_fields(const struct outage_fields *a, const struct outage_fields *b)
{
    assert_string_equal(a->table, b->table);
    assert_int_equal(a->known, b->known);
    assert_int_equal(a->before, b->before);
    assert_int_equal(a->kept, b->kept);
    assert_int_equal(a->added, b->added);
    assert_int_equal(a->lost, b->lost);
    assert_int_equal(a->lost_expected, b->lost_expected);
}

static void json_round_trips(const struct outage *o)
{
    struct outage again = {0};
    cJSON *json = outage_to_json(o), *read = NULL;
    char *text = cJSON_PrintUnformatted(json);
    assert_int_equal(json_parse(text, strlen(text), &read, NULL), ERR_OK);
    assert_int_equal(outage_from_json(read, &again), ERR_OK);
    cJSON *json_again = outage_to_json(&again);
    char *text_again = cJSON_PrintUnformatted(json_again);
    assert_string_equal(text, text_again);
    assert_int_equal(again.state, o->state);
    assert_int_equal(again.waits_for, o->waits_for);
    assert_int_equal(again.missing, o->missing);
    assert_int_equal(again.workers, o->workers);
    for (size_t i = 0; i < o->workers; i++) {
        assert_string_equal(again.worker[i].name, o->worker[i].name);
        assert_int_equal(again.worker[i].fate, o->worker[i].fate);
        assert_int_equal(again.worker[i].restarts, o->worker[i].restarts);
    }
    assert_int_equal(again.tables, o->tables);
    for (size_t i = 0; i < o->tables; i++) same_fields(&again.table[i], &o->table[i]);
    same_fields(&again.fields, &o->fields);
    same_fields(&again.checkpoints, &o->checkpoints);
    for (int i = 0; i < OUTAGE_CLASSES; i++) {
        assert_int_equal(again.request[i].ok, o->request[i].ok);
        assert_int_equal(again.request[i].slow, o->request[i].slow);
        assert_int_equal(again.request[i].failed, o->request[i].failed);
    }
    free(text);
    free(text_again);
    cJSON_Delete(json);
    cJSON_Delete(json_again);
    cJSON_Delete(read);
}

static void text_contains(const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("\"%s\" is not in \"%s\"", part, text);
}

/* The answers say what the report says, in the report's words. */
static void answers_agree(const struct small *s, const struct outage *o)
{
    struct answer a[ANSWERS];
    struct focus f = small_focus(s);
    char length[TEXT_NUM_MAX], words[OUTAGE_WORDS_MAX];
    answers_of(s->w, &f, o, outage_previous(&s->r), s->now_ms, small_wall(s), a);
    if (o->state == OUTAGE_RUNNING && !o->going) {
        assert_string_equal(a[1].word, outage_length(length, outage_phase_ms(o)));
        if (o->workers) text_contains(a[2].text, outage_fate_words(o, words));
        outage_head_words(o, f.head, words);
        text_contains(words, length);
    }
    const struct outage *last = outage_last(o, outage_previous(&s->r));
    if (o->state == OUTAGE_RUNNING || last->state == OUTAGE_NONE) return;
    text_contains(a[2].text, outage_length(length, last->head_down_ms));
    if (last->workers) text_contains(a[2].text, outage_worker_words(last, words));
    if (*outage_request_words(last, OUTAGE_CLASSES, words)) text_contains(a[2].text, words);
}

/* As many classes of failure as there is room for; what is beyond counts as others. */
static void failures_beyond_the_last_class_are_others(void **state)
{
    struct small *s = *state;
    struct outage o;
    char key[32], failure[32];
    head_killed(s);
    for (int i = 0; i < OUTAGE_FAILURES + 2; i++) {
        snprintf(key, sizeof key, "f%d", i);
        snprintf(failure, sizeof failure, "class-%d", i);
        small_probe(s, key, "mistral-44qn2-inf2-worker-q5rdw", "failed", failure, 1000);
    }
    small_outage(s, &o);
    assert_string_equal(o.failure[OUTAGE_FAILURES - 2].name, "class-6");
    assert_int_equal(o.failure[OUTAGE_FAILURES - 2].count, 1);
    assert_string_equal(o.failure[OUTAGE_FAILURES - 1].name, "other");
    assert_int_equal(o.failure[OUTAGE_FAILURES - 1].count, 3);
}

/* Of what is not known there is no line. */
static void fields_that_are_not_known_have_no_line(void **state)
{
    struct small *s = *state;
    struct outage o;
    struct buf text;
    buf_init(&text, 65536);
    head_killed(s);
    small_outage(s, &o);
    o.fields.known = false;
    outage_losses_text(&o, &text);
    assert_null(strstr(buf_text(&text), "GCS  "));
    o.fields = (struct outage_fields){.known = true, .before = 54, .kept = 54};
    buf_clear(&text);
    outage_losses_text(&o, &text);
    text_contains(buf_text(&text), "\nrequests  none was seen\nGCS       fields kept 54/54");
    buf_done(&text);
}

static void random_step(struct small *s, struct rng *rng, int step)
{
    static const char *const pods[] = {"mistral-44qn2-inf2-worker-q5rdw", "mistral-44qn2-inf2-worker-x2p7c"};
    static const char *const phases[] = {"ok", "slow", "failed", "cancelled", "waiting"};
    static const char *const failures[] = {"refused", "timeout", "reset", "5xx"};
    char key[32];
    struct pod *p;
    small_wait(s, random_next(rng) % 2000);
    switch (random_next(rng) % 12) {
    case 0: small_gone(s, TABLE_POD, random_next(rng) % 2 ? "w1" : "w2"); break;
    case 1: small_delete_accepted(s, old_head, 0); break;
    case 2: head_ended(s, "Error", 1); break;
    case 3: head_started(s, random_next(rng) % 2 ? "a" : "b", random_next(rng) % 2 ? TRI_YES : TRI_NO); break;
    case 4: small_redis(s, random_next(rng) % 5, small_wall(s)); break;
    case 5: small_table(s, "KV", random_next(rng) % 2 ? "gcs_pid a b" : "gcs_pid"); break;
    case 6: small_table(s, "ACTOR", random_next(rng) % 2 ? "aa01 aa02 aa09" : "aa01 aa02 aa03 aa04"); break;
    case 7:
        p = small_edit(s, TABLE_POD, "w1");
        p->restarts = known_u64(random_next(rng) % 3);
        small_put(s, "kube/pods", WORLD_KUBE, p);
        break;
    default:
        snprintf(key, sizeof key, "r%d", step);
        small_probe(s, key, pods[random_next(rng) % 2], phases[random_next(rng) % 5], failures[random_next(rng) % 4],
                    random_next(rng) % 900000);
    }
}

static void all_printers_agree(void **state)
{
    (void)state;
    size_t running = 0, over = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct small s;
        struct rng rng = {seed * 0x9E3779B97F4A7C15u};
        small_init(&s, true);
        for (int step = 0; step < 120; step++) {
            struct outage o;
            random_step(&s, &rng, step);
            if (step % 40 == 30) { /* the head comes back, and is waited for no longer */
                head_started(&s, step % 80 == 30 ? "x" : "y", TRI_YES);
                small_wait(&s, 30000 + random_next(&rng) % 60000);
            }
            small_outage(&s, &o);
            running += o.state == OUTAGE_RUNNING;
            over += o.state == OUTAGE_OVER;
            sums_hold(&o);
            answers_agree(&s, &o);
            if (step % 10 == 0) json_round_trips(&o);
        }
        small_done(&s);
    }
    assert_true(running > 500 && over > 100);
}

/* Each number by its own name. */
static void fields_are_written_as_they_are_counted(void **state)
{
    struct small *s = *state;
    head_killed(s);
    struct outage o = small_outage_now(s);
    o.tables = 1;
    o.table[0] = (struct outage_fields){"KV", 1, 2, 3, 4, 5, true};
    o.fields = (struct outage_fields){"", 6, 7, 8, 9, 10, true};
    o.checkpoints = (struct outage_fields){"", 11, 12, 13, 14, 15, false};
    json_round_trips(&o);
}

static void json_that_is_no_outage(void **state)
{
    (void)state;
    static const char *const bad[] = {"[]", "{\"state\":\"x\"}", "{\"state\":\"over\",\"cause\":\"NOPE\"}",
                                      "{\"state\":\"over\",\"cause\":\"GONE\",\"worker_pods\":[{\"fate\":\"x\"}]}"};
    struct outage o = {.state = OUTAGE_OVER, .same = 7};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        cJSON *json = NULL;
        assert_int_equal(json_parse(bad[i], strlen(bad[i]), &json, NULL), ERR_OK);
        assert_int_equal(outage_from_json(json, &o), ERR_PARSE);
        assert_int_equal(o.same, 7);
        cJSON_Delete(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WITH(test) cmocka_unit_test_setup_teardown(test, small_setup, small_teardown)
        WITH(a_container_that_ends_is_a_loss_of_its_own),
        WITH(an_old_ray_node_that_is_still_alive_is_stale),
        WITH(a_tick_says_whether_it_moved_the_ladder),
        WITH(failures_beyond_the_last_class_are_others),
        WITH(fields_that_are_not_known_have_no_line),
        WITH(a_container_that_ends_again_is_the_same_loss),
        WITH(a_container_is_identified_by_its_id),
        WITH(a_liveness_restart_is_named),
        WITH(a_container_that_ended_unseen),
        WITH(lengths_are_what_the_header_says),
        WITH(a_loss_is_not_hidden_by_an_expected_one),
        WITH(a_specification_gone_before_its_actor_is_dead),
        WITH(each_service_has_a_ladder),
        WITH(a_ladder_that_is_not_in_focus_ends_by_the_clock),
        WITH(pods_that_are_not_read_are_not_lost),
        WITH(a_service_made_again_begins_anew),
        WITH(a_cluster_without_its_service),
        WITH(more_services_than_are_kept),
        cmocka_unit_test(random_streams_with_any_focus),
        cmocka_unit_test(all_printers_agree),
        cmocka_unit_test(json_that_is_no_outage),
        WITH(fields_are_written_as_they_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
