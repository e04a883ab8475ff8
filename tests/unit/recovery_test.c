/* recovery_test.c - the recovery's rungs, by what is seen and in what order. */
#include "backends/base/mem.h"
#include "backends/world/recovery_priv.h"
#include "tests/support/random_change.h"
#include "tests/support/small_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char old_head[] = SMALL_HEAD, new_head[] = "7rk2-head";

static void heartbeat_beat(struct small *s, uint64_t connections)
{
    small_redis(s, connections, small_wall(s));
}

static void head_deleting(struct small *s, uint64_t grace)
{
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    p->deleted = known_u64(small_wall(s));
    p->grace = known_u64(grace);
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

static struct pod *new_pod(const struct small *s)
{
    struct pod *p = small_pod(new_head, "mistral-44qn2-head-7rk2m", "head", NULL, NULL);
    p->created = known_u64(small_wall(s));
    p->started = UNKNOWN_U64;
    p->is_ready = TRI_NO;
    record_set(&p->phase, "Pending");
    return p;
}

static void head_bound(struct small *s)
{
    struct pod *p = new_pod(s);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    p = small_edit(s, TABLE_POD, new_head);
    record_set(&p->node, "ip-100-64-90-12");
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

static void head_running(struct small *s)
{
    struct pod *p = small_edit(s, TABLE_POD, new_head);
    record_set(&p->phase, "Running");
    p->started = known_u64(small_wall(s));
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

static void head_ready(struct small *s)
{
    struct pod *p = small_edit(s, TABLE_POD, new_head);
    p->is_ready = TRI_YES;
    p->ready = p->containers = known_u64(2);
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

static void new_node_written(struct small *s)
{
    struct raynode *n = small_raynode("7afdda9d", "ALIVE", "mistral-44qn2-head-7rk2m", "100.64.90.44");
    n->started = known_u64(small_wall(s));
    small_put(s, "redis", WORLD_REDIS, n);
}

static void nodes_turn(struct small *s)
{
    new_node_written(s);
    assert_false(s->r.rung[RUNG_HEAD_ALIVE].reached);
    small_put(s, "redis", WORLD_REDIS,
              small_raynode(SMALL_OLD_NODE, "DEAD", "mistral-44qn2-head-d4544", "100.64.90.31"));
}

static void serve_says(struct small *s, const char *status)
{
    struct serveapp *a = record_new(TABLE_SERVEAPP, "rs-uid");
    struct deployment *d = RECORD_APPEND(a, deployments);
    record_set(&d->app, "mistral");
    record_set(&d->app_status, status);
    small_put(s, "serve", WORLD_SERVE, a);
}

static void rung_at(const struct small *s, enum rung rung, uint64_t ms)
{
    assert_true(s->r.rung[rung].reached);
    assert_int_equal(s->r.rung[rung].at_ms - s->r.t0_ms, ms);
    assert_int_equal(s->r.rung[rung].wall_ms - s->r.t0_wall_ms, ms);
}

/* The screens' own example: grace 0, everything as it is drawn there. */
static void the_ladder_with_grace_0(void **state)
{
    struct small *s = *state;
    serve_says(s, "RUNNING");
    small_warm_up(s);
    small_wait(s, 100);
    small_delete_accepted(s, old_head, 0);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    assert_true(s->r.ours);
    assert_int_equal(s->r.grace_s.value, 0);
    assert_string_equal(s->r.old_head_name, "mistral-44qn2-head-d4544");
    assert_string_equal(s->r.old_ray_node, SMALL_OLD_NODE);
    assert_int_equal(s->r.workers, 2);
    assert_int_equal(s->r.reconnect_s.value, SMALL_RECONNECT_S);
    small_wait(s, 100);
    small_gone(s, TABLE_POD, old_head);
    small_wait(s, 500);
    uint64_t last_beat = small_wall(s);
    heartbeat_beat(s, 0);
    small_wait(s, 300);
    head_bound(s);
    serve_says(s, "RUNNING");
    small_wait(s, 700);
    small_redis(s, 0, last_beat);
    small_wait(s, 600);
    head_running(s);
    small_wait(s, 2800);
    small_redis(s, 4, last_beat);
    small_wait(s, 5600);
    assert_false(s->r.rung[RUNG_GCS_BACK].reached); /* four connections are no GCS that is back */
    nodes_turn(s);
    assert_false(s->r.rung[RUNG_GCS_BACK].reached); /* nor is a NODE record without a heartbeat */
    small_wait(s, 700);
    heartbeat_beat(s, 4);
    small_wait(s, 2200);
    serve_says(s, "DEPLOYING");
    serve_says(s, "RUNNING");
    small_wait(s, 1100);
    small_probe(s, "p1", "mistral-44qn2-inf2-worker-q5rdw", "ok", NULL, 38000);
    small_probe(s, "p2", "mistral-44qn2-inf2-worker-x2p7c", "slow", NULL, 1212000);
    head_ready(s);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    small_wait(s, 400);
    small_probe(s, "p3", "mistral-44qn2-inf2-worker-q5rdw", "ok", NULL, 38000);
    assert_false(s->r.rung[RUNG_WORKERS_SAME].reached);
    small_probe(s, "p4", "mistral-44qn2-inf2-worker-x2p7c", "ok", NULL, 38000);
    rung_at(s, RUNG_DELETE_ACCEPTED, 0);
    rung_at(s, RUNG_GCS_SILENT, 600);
    rung_at(s, RUNG_HEAD_CREATED, 900);
    rung_at(s, RUNG_HEAD_RUNNING, 2200);
    rung_at(s, RUNG_HEAD_ALIVE, 10600);
    rung_at(s, RUNG_GCS_BACK, 11300);
    rung_at(s, RUNG_SERVE_RUNNING, 13500);
    rung_at(s, RUNG_HEAD_READY, 14600);
    rung_at(s, RUNG_WORKERS_SAME, 15000);
    assert_string_equal(s->r.rung[RUNG_DELETE_ACCEPTED].note, "uid 9c1e0000…, grace 0");
    assert_string_equal(s->r.rung[RUNG_GCS_SILENT].note, "Ray connections 4 → 0, heartbeat stopped");
    assert_string_equal(s->r.rung[RUNG_HEAD_CREATED].note, "ip-100-64-90-12");
    assert_string_equal(s->r.rung[RUNG_GCS_BACK].note, "heartbeat of new head, 7afdda9d in NODE");
    assert_string_equal(s->r.rung[RUNG_HEAD_ALIVE].note, "7afdda9d ALIVE, 5cabc3e8 DEAD");
    assert_string_equal(s->r.rung[RUNG_HEAD_READY].note, "2/2");
    assert_string_equal(s->r.rung[RUNG_WORKERS_SAME].note, "2/2 same UIDs, 0 restarts");
    assert_int_equal(s->r.outage, OUTAGE_OVER);
    assert_int_equal(s->r.over_since_ms.value - s->r.t0_ms, 15000);
    assert_int_equal(s->r.request[OUTAGE_PROBES].ok, 3);
    assert_int_equal(s->r.request[OUTAGE_PROBES].slow, 1);
    assert_int_equal(s->r.request[OUTAGE_PROBES].failed, 0);
    assert_int_equal(s->r.request[OUTAGE_PROBES].slowest_us.value, 1212000);
    assert_string_equal(s->r.new_head_name, "mistral-44qn2-head-7rk2m");
    struct outage o;
    small_outage(s, &o);
    const struct outage *last = outage_last(&o, outage_previous(&s->r));
    assert_int_equal(last->state, OUTAGE_OVER);
    assert_int_equal(last->rung[RUNG_HEAD_READY].after_ms, 14600);
    assert_int_equal(last->t0_wall_ms, s->r.t0_wall_ms);
}

static void new_head_runs(struct small *s)
{
    small_warm_up(s);
    small_delete_accepted(s, old_head, 0);
    small_gone(s, TABLE_POD, old_head);
    head_bound(s);
    head_running(s);
}

/* Redis came back empty: the new GCS has written its own record, and nobody one of the old head. */
static void an_old_node_that_is_absent_is_not_called_dead(void **state)
{
    struct small *s = *state;
    new_head_runs(s);
    small_gone(s, TABLE_RAYNODE, SMALL_NS "/" SMALL_OLD_NODE);
    new_node_written(s);
    assert_true(s->r.rung[RUNG_HEAD_ALIVE].reached);
    assert_string_equal(s->r.rung[RUNG_HEAD_ALIVE].note, "7afdda9d ALIVE, 5cabc3e8 not in NODE");
}

static void an_old_node_that_is_not_known_is_not_called_dead(void **state)
{
    struct small *s = *state;
    small_gone(s, TABLE_RAYNODE, SMALL_NS "/" SMALL_OLD_NODE);
    record_set(&s->r.memory->head.ray_node, NULL);
    new_head_runs(s);
    new_node_written(s);
    assert_true(s->r.rung[RUNG_HEAD_ALIVE].reached);
    assert_string_equal(s->r.rung[RUNG_HEAD_ALIVE].note, "7afdda9d ALIVE, the old head's node ID is not known");
}

/* The new head's GCS connects before the old one's silence is certain: its connections were seen to fall. */
static void a_fall_of_connections_is_remembered(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    small_delete_accepted(s, old_head, 0);
    small_gone(s, TABLE_POD, old_head);
    small_wait(s, 1200);
    heartbeat_beat(s, 4);
    const uint64_t last_beat = small_wall(s);
    small_wait(s, 800);
    small_redis(s, 0, last_beat);
    head_bound(s);
    head_running(s);
    small_wait(s, 1600);
    assert_false(s->r.rung[RUNG_GCS_SILENT].reached);
    for (int i = 0; i < 6 && !s->r.rung[RUNG_GCS_SILENT].reached; i++) {
        small_redis(s, 4, last_beat);
        small_wait(s, 1000);
    }
    rung_at(s, RUNG_GCS_SILENT, 1200);
    assert_string_equal(s->r.rung[RUNG_GCS_SILENT].note, "Ray connections 4 → 0, heartbeat stopped");
}

/* Whichever comes last: here Redis tells of the new node when the head has long been ready. */
static void the_ladder_ends_with_the_rung_that_came_last(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    small_delete_accepted(s, old_head, 0);
    small_gone(s, TABLE_POD, old_head);
    const uint64_t last_beat = small_wall(s);
    small_wait(s, 1000);
    small_redis(s, 0, last_beat);
    head_bound(s);
    head_running(s);
    small_wait(s, 1000);
    head_ready(s);
    small_wait(s, 5000);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    nodes_turn(s);
    for (int i = 0; i < 4 && s->r.outage == OUTAGE_RUNNING; i++) {
        small_wait(s, 1000);
        heartbeat_beat(s, 4);
    }
    assert_int_equal(s->r.outage, OUTAGE_OVER);
    uint64_t last = 0;
    for (int i = 0; i < RUNG_COUNT; i++)
        if (s->r.rung[i].reached && s->r.rung[i].at_ms > last) last = s->r.rung[i].at_ms;
    assert_int_equal(s->r.over_since_ms.value, last);
    rung_at(s, RUNG_HEAD_READY, 2000);
    assert_true(last >= s->r.t0_ms + 7000);
}

/* Nobody here deleted it; the old head serves through its grace, and what the old one says counts for nothing. */
static void the_ladder_with_the_default_grace(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    small_wait(s, 500);
    head_deleting(s, 30);
    assert_false(s->r.ours);
    assert_string_equal(s->r.rung[RUNG_DELETE_ACCEPTED].note, "seen: head pod Terminating, grace 30");
    for (int i = 0; i < 30; i++) {
        small_wait(s, 1000);
        heartbeat_beat(s, 4);
    }
    assert_false(s->r.rung[RUNG_GCS_SILENT].reached);
    assert_false(s->r.silent_since_ms.known);
    assert_true(s->r.going);
    uint64_t last_beat = small_wall(s);
    small_wait(s, 1000);
    small_redis(s, 0, last_beat);
    assert_true(s->r.going);
    small_wait(s, 1500);
    rung_at(s, RUNG_GCS_SILENT, 30000);
    assert_false(s->r.going);
    assert_int_equal(s->r.down_since_ms.value - s->r.t0_ms, 30000);
    small_gone(s, TABLE_POD, old_head);
    head_bound(s);
    head_running(s);
    small_wait(s, 1000);
    small_redis(s, 4, last_beat);
    nodes_turn(s);
    assert_false(s->r.rung[RUNG_GCS_BACK].reached);
    small_wait(s, 1000);
    heartbeat_beat(s, 4);
    rung_at(s, RUNG_GCS_BACK, 34500);
    small_wait(s, 9000);
    head_ready(s);
    rung_at(s, RUNG_WORKERS_SAME, 43500);
    assert_string_equal(s->r.rung[RUNG_WORKERS_SAME].note, "2/2 same UIDs, 0 restarts; not probed");
    assert_int_equal(s->r.outage, OUTAGE_OVER);
    assert_false(s->r.rung[RUNG_SERVE_RUNNING].reached);
}

/* With grace 0 the connections can go, and the new head can run, while the old GCS still beats: none of its heartbeats
 * is the new head's, however late it is read. */
static void the_old_gcs_beats_on(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    small_delete_accepted(s, old_head, 0);
    small_gone(s, TABLE_POD, old_head);
    head_bound(s);
    head_running(s);
    for (int i = 0; i < 3; i++) {
        small_wait(s, 1000);
        heartbeat_beat(s, 0);
        assert_false(s->r.rung[RUNG_GCS_SILENT].reached);
        assert_false(s->r.rung[RUNG_GCS_BACK].reached);
    }
    uint64_t last_beat = small_wall(s) + 900; /* read seven seconds late */
    small_wait(s, 7000);
    rung_at(s, RUNG_GCS_SILENT, 3000);
    small_redis(s, 4, last_beat);
    assert_false(s->r.rung[RUNG_GCS_BACK].reached);
    nodes_turn(s);
    assert_false(s->r.rung[RUNG_GCS_BACK].reached);
    small_wait(s, 200);
    heartbeat_beat(s, 4); /* the new head's, 200 ms after its NODE record: no window is waited for */
    rung_at(s, RUNG_GCS_BACK, 10200);
    rung_at(s, RUNG_GCS_SILENT, 3000);
}

static void our_delete_is_told_after_the_watch_has(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    head_deleting(s, 0);
    uint64_t t0 = s->r.t0_ms;
    small_wait(s, 20);
    small_delete_accepted(s, old_head, UINT64_MAX);
    assert_true(s->r.ours);
    assert_int_equal(s->r.t0_ms, t0);
    assert_false(s->r.grace_s.known);
    assert_string_equal(s->r.rung[RUNG_DELETE_ACCEPTED].note, "uid 9c1e0000…, default grace");
}

static void deleting_something_else_is_no_head_loss(void **state)
{
    struct small *s = *state;
    small_delete_accepted(s, "w1", 0);
    small_gone(s, TABLE_POD, "w2");
    assert_int_equal(s->r.outage, OUTAGE_NONE);
}

/* A heartbeat that stops is silence after a while, while Redis goes on answering; since the last beat. */
static void a_heartbeat_that_stops(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    uint64_t last = s->now_ms;
    for (int i = 0; i < 6; i++) {
        small_wait(s, 1000);
        small_apply(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
        if (i < 5) assert_int_equal(s->r.outage, OUTAGE_NONE);
    }
    small_wait(s, 1000);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    assert_int_equal(s->r.t0_ms, last);
    assert_int_equal(s->r.silent_since_ms.value, last);
    assert_false(s->r.head_lost);
    assert_string_equal(s->r.rung[RUNG_GCS_SILENT].note, "heartbeat stopped");
    /* It was nothing: the same head goes on. No loss is kept as the last one. */
    heartbeat_beat(s, 4);
    assert_int_equal(s->r.outage, OUTAGE_OVER);
    struct outage o;
    small_outage(s, &o);
    assert_int_equal(outage_last(&o, outage_previous(&s->r))->state, OUTAGE_NONE);
}

/* KV is read now and then: the old head's last beat may be read after its silence seemed sure. It was not silent then.
 */
static void a_last_beat_read_late_is_no_new_gcs(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    small_delete_accepted(s, old_head, 0);
    head_deleting(s, 0);
    struct redis *r = small_edit(s, TABLE_REDIS, "redis");
    r->ray_connections = known_u64(0);
    small_put(s, "redis", WORLD_REDIS, r);
    small_wait(s, 2600);
    rung_at(s, RUNG_GCS_SILENT, 0);
    small_redis(s, 0, small_wall(s) - 1000);
    assert_false(s->r.rung[RUNG_GCS_SILENT].reached);
    assert_false(s->r.silent_since_ms.known);
    assert_false(s->r.rung[RUNG_GCS_BACK].reached);
    small_wait(s, 3000);
    rung_at(s, RUNG_GCS_SILENT, 2600);
    assert_int_equal(s->r.down_since_ms.value, s->r.t0_ms); /* and the head has been down all the while */
}

static void a_redis_that_is_not_heard_proves_nothing(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    small_wait(s, 30000);
    assert_int_equal(s->r.outage, OUTAGE_NONE);
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_DOWN, ERR_TIMEOUT, "no answer", NULL));
    small_wait(s, 30000);
    assert_int_equal(s->r.outage, OUTAGE_NONE);
}

static void a_heartbeat_no_longer_told_proves_nothing(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    struct redis *r = small_edit(s, TABLE_REDIS, "redis");
    r->heartbeat = UNKNOWN_U64;
    small_put(s, "redis", WORLD_REDIS, r);
    for (int i = 0; i < 20; i++) {
        small_wait(s, 1000);
        small_apply(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
    }
    assert_int_equal(s->r.outage, OUTAGE_NONE);
}

/* gcs_server killed inside the pod: the same pod, its container started again. */
static void a_container_that_is_restarted(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    uint64_t last = s->now_ms;
    small_wait(s, 400);
    small_redis(s, 0, SMALL_WALL + last);
    assert_int_equal(s->r.outage, OUTAGE_NONE);
    small_wait(s, 2200);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    assert_int_equal(s->r.t0_ms, last);
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    p->started = known_u64(small_wall(s));
    p->restarts = known_u64(1);
    p->is_ready = TRI_NO;
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_true(s->r.head_lost);
    assert_true(s->r.rung[RUNG_HEAD_RUNNING].reached);
    assert_string_equal(s->r.rung[RUNG_HEAD_CREATED].note, "the same pod, restarted on ip-100-64-90-12");
    assert_false(s->r.rung[RUNG_HEAD_READY].reached);
    small_put(s, "redis", WORLD_REDIS, small_raynode("7afdda9d", "ALIVE", "mistral-44qn2-head-d4544", "100.64.90.31"));
    small_put(s, "redis", WORLD_REDIS,
              small_raynode(SMALL_OLD_NODE, "DEAD", "mistral-44qn2-head-d4544", "100.64.90.31"));
    assert_false(s->r.rung[RUNG_GCS_BACK].reached);
    small_wait(s, 1000);
    heartbeat_beat(s, 4);
    rung_at(s, RUNG_GCS_BACK, 3600);
    small_wait(s, 4000);
    p = small_edit(s, TABLE_POD, old_head);
    p->is_ready = TRI_YES;
    small_put(s, "kube/pods", WORLD_KUBE, p);
    rung_at(s, RUNG_HEAD_READY, 7600);
    assert_int_equal(s->r.outage, OUTAGE_OVER);
}

/* Connections from a translated address are none of the head's: the heartbeat says that all is well. */
/* CrashLoopBackOff: the container has ended, and is not started yet. The head is down now, not when it is back. */
static void a_container_that_waits_to_be_restarted(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    small_wait(s, 400);
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    p->started = UNKNOWN_U64;
    p->is_ready = TRI_NO;
    record_set(&p->status, "CrashLoopBackOff");
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    assert_true(s->r.head_lost);
    assert_int_equal(s->r.t0_ms, s->now_ms);
    assert_false(s->r.rung[RUNG_DELETE_ACCEPTED].reached);
    assert_false(s->r.rung[RUNG_HEAD_RUNNING].reached);
    small_wait(s, 9000);
    p = small_edit(s, TABLE_POD, old_head);
    p->started = known_u64(small_wall(s));
    p->restarts = known_u64(1);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_true(s->r.rung[RUNG_HEAD_RUNNING].reached);
    assert_int_equal(s->r.rung[RUNG_HEAD_RUNNING].at_ms - s->r.t0_ms, 9000);
}

static void connections_that_are_not_counted(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    for (int i = 0; i < 5; i++) {
        small_wait(s, 1000);
        heartbeat_beat(s, 0);
        assert_int_equal(s->r.outage, OUTAGE_NONE);
    }
    head_deleting(s, 30);
    for (int i = 0; i < 5; i++) {
        small_wait(s, 1000);
        heartbeat_beat(s, 0);
        assert_false(s->r.rung[RUNG_GCS_SILENT].reached);
    }
    for (int i = 0; i < 4; i++) {
        small_wait(s, 1000);
        small_apply(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
    }
    rung_at(s, RUNG_GCS_SILENT, 5000);
}

/* Nor do they date its silence: one beat that is late is none that is missed. */
static void a_late_beat_is_no_silence_where_connections_are_not_counted(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    for (int i = 0; i < 3; i++) {
        small_wait(s, 1000);
        heartbeat_beat(s, 0);
    }
    const uint64_t last_beat = small_wall(s);
    head_deleting(s, 30);
    small_wait(s, 1200);
    small_redis(s, 0, last_beat);
    assert_false(s->r.rung[RUNG_GCS_SILENT].reached);
    small_wait(s, 300);
    heartbeat_beat(s, 0);
    assert_false(s->r.rung[RUNG_GCS_SILENT].reached);
}

static void a_head_lost_while_we_were_not_connected(void **state)
{
    struct small *s = *state;
    small_wait(s, 1000);
    struct change *c = change_new(CHANGE_RELIST, "kube/pods", WORLD_KUBE);
    c->table = TABLE_POD;
    small_apply(s, c);
    struct pod *w1 = small_edit(s, TABLE_POD, "w1"), *w2 = small_edit(s, TABLE_POD, "w2");
    small_put(s, "kube/pods", WORLD_KUBE, w1);
    small_put(s, "kube/pods", WORLD_KUBE, w2);
    head_bound(s);
    head_running(s);
    c = change_new(CHANGE_RELISTED, "kube/pods", WORLD_KUBE);
    c->table = TABLE_POD;
    small_apply(s, c);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    assert_string_equal(s->r.old_head_uid, old_head);
    assert_string_equal(s->r.new_head_uid, new_head);
    assert_string_equal(s->r.rung[RUNG_DELETE_ACCEPTED].note, "seen: head pod gone");
    assert_true(s->r.rung[RUNG_HEAD_RUNNING].reached);
    struct outage o;
    small_outage(s, &o);
    assert_int_equal(o.cause, CAUSE_GONE);
    assert_string_equal(o.evidence, "mistral-44qn2-head-d4544");
}

static void an_upgrade_is_no_head_loss(void **state)
{
    struct small *s = *state;
    struct raycluster *rc = record_new(TABLE_RAYCLUSTER, "rc2-uid");
    record_set(&rc->ns, "mistral");
    record_set(&rc->name, "mistral-new");
    record_set(&rc->service, "mistral");
    small_put(s, "kube/rayclusters", WORLD_KUBE, rc);
    struct pod *p = new_pod(s);
    record_set(&p->cluster, "mistral-new");
    small_put(s, "kube/pods", WORLD_KUBE, p);
    struct rayservice *rs = small_edit(s, TABLE_RAYSERVICE, "rs-uid");
    record_set(&rs->active_cluster, "mistral-new");
    small_put(s, "kube/rayservices", WORLD_KUBE, rs);
    small_gone(s, TABLE_POD, old_head);
    assert_int_equal(s->r.outage, OUTAGE_NONE);
    small_gone(s, TABLE_POD, new_head);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    assert_string_equal(s->r.old_head_uid, new_head);
}

static void taking_the_service_away_is_no_head_loss(void **state)
{
    struct small *s = *state;
    struct raycluster *rc = small_edit(s, TABLE_RAYCLUSTER, "rc-uid");
    rc->deleted = known_u64(small_wall(s));
    small_put(s, "kube/rayclusters", WORLD_KUBE, rc);
    head_deleting(s, 30);
    small_gone(s, TABLE_POD, old_head);
    small_gone(s, TABLE_RAYSERVICE, "rs-uid");
    heartbeat_beat(s, 0);
    small_wait(s, 20000);
    assert_int_equal(s->r.outage, OUTAGE_NONE);
}

static void workers_that_did_not_survive(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    small_delete_accepted(s, old_head, 0);
    small_gone(s, TABLE_POD, old_head);
    struct pod *p = small_edit(s, TABLE_POD, "w1");
    p->restarts = known_u64(2);
    p->is_ready = TRI_NO;
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_gone(s, TABLE_POD, "w2");
    struct outage o;
    small_outage(s, &o);
    assert_int_equal(o.workers, 2);
    assert_int_equal(o.same, 1);
    assert_int_equal(o.replaced, 1);
    assert_int_equal(o.restarts, 2);
    assert_string_equal(o.worker[0].name, "mistral-44qn2-inf2-worker-q5rdw");
    assert_int_equal(o.worker[0].fate, WORKER_RESTARTED);
    assert_int_equal(o.worker[1].fate, WORKER_REPLACED);
    head_bound(s);
    head_running(s);
    nodes_turn(s);
    small_wait(s, 100);
    heartbeat_beat(s, 4);
    head_ready(s);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    p = small_edit(s, TABLE_POD, "w1");
    p->is_ready = TRI_YES;
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    small_put(s, "kube/pods", WORLD_KUBE, small_pod("w3", "mistral-44qn2-inf2-worker-new", "worker", NULL, NULL));
    assert_int_equal(s->r.outage, OUTAGE_OVER);
    assert_false(s->r.rung[RUNG_WORKERS_SAME].reached);
}

static void a_probe_that_fails_holds_the_last_rung(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    small_delete_accepted(s, old_head, 0);
    small_gone(s, TABLE_POD, old_head);
    head_bound(s);
    head_running(s);
    nodes_turn(s);
    small_probe(s, "p0", "mistral-44qn2-inf2-worker-q5rdw", "waiting", NULL, 0);
    small_probe(s, "p1", "mistral-44qn2-inf2-worker-x2p7c", "failed", "refused", 1000);
    head_ready(s);
    assert_int_equal(s->r.request[OUTAGE_PROBES].failed, 1);
    small_probe(s, "p0", "mistral-44qn2-inf2-worker-q5rdw", "ok", NULL, 4000);
    small_probe(s, "p0", "mistral-44qn2-inf2-worker-q5rdw", "ok", NULL, 4000);
    assert_int_equal(s->r.request[OUTAGE_PROBES].ok, 1);
    small_probe(s, "p2", "mistral-44qn2-inf2-worker-x2p7c", "cancelled", NULL, 4000);
    small_wait(s, 30000);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    /* Not for ever: the head is ready. */
    small_wait(s, 31000);
    assert_int_equal(s->r.outage, OUTAGE_OVER);
    assert_false(s->r.rung[RUNG_WORKERS_SAME].reached);
}

static void the_new_head_is_lost_before_it_was_ready(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    small_delete_accepted(s, old_head, 0);
    uint64_t t0 = s->r.t0_ms;
    small_gone(s, TABLE_POD, old_head);
    head_bound(s);
    head_running(s);
    small_wait(s, 1000);
    small_gone(s, TABLE_POD, new_head);
    struct pod *p = new_pod(s);
    record_set(&p->record.key, "third");
    record_set(&p->name, "mistral-44qn2-head-third");
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_int_equal(s->r.t0_ms, t0);
    assert_string_equal(s->r.new_head_uid, "third");
    assert_false(s->r.rung[RUNG_HEAD_CREATED].reached);
    assert_true(s->r.rung[RUNG_DELETE_ACCEPTED].reached);
}

static void a_second_death_begins_a_second_ladder(void **state)
{
    struct small *s = *state;
    the_ladder_with_grace_0(state);
    small_wait(s, 50000);
    struct pod *p = small_edit(s, TABLE_POD, new_head);
    p->deleted = known_u64(small_wall(s));
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
    assert_string_equal(s->r.old_head_uid, new_head);
    assert_string_equal(s->r.old_ray_node, "7afdda9d");
    assert_null(s->r.new_head_uid);
    assert_int_equal(s->r.request[OUTAGE_PROBES].ok, 0);
    assert_false(s->r.rung[RUNG_HEAD_READY].reached);
    assert_int_equal(outage_previous(&s->r)->rung[RUNG_HEAD_READY].after_ms, 14600);
}

static const struct outage_fields *fields_of(const struct outage *o, const char *table)
{
    const struct outage_fields *k = outage_fields_of(o, table);
    if (!k) fail_msg("no table %s", table);
    return k;
}

static void put_checkpoint(struct small *s)
{
    struct checkpoint *c = record_new(TABLE_CHECKPOINT, SMALL_NS "/app-config");
    record_set(&c->ns, SMALL_NS);
    c->present = TRI_YES;
    small_put(s, "redis", WORLD_REDIS, c);
}

static void fields_kept_and_lost(void **state)
{
    struct small *s = *state;
    struct outage o;
    put_checkpoint(s);
    small_outage(s, &o);
    assert_int_equal(o.tables, 0);
    small_delete_accepted(s, old_head, 0);
    small_outage(s, &o);
    assert_int_equal(o.tables, 4);
    for (size_t i = 0; i < o.tables; i++) {
        assert_true(o.table[i].known);
        assert_int_equal(o.table[i].kept, o.table[i].before);
        assert_int_equal(o.table[i].lost + o.table[i].lost_expected + o.table[i].added, 0);
    }
    /* The proxy of the old head died with it: its specification goes, and so do the agent's addresses. */
    struct actor *a = small_edit(s, TABLE_ACTOR, SMALL_NS "/aa04");
    record_set(&a->state, "DEAD");
    small_put(s, "redis", WORLD_REDIS, a);
    small_table(s, "ACTOR_TASK_SPEC", "aa01 aa02 aa05");
    small_table(s, "KV", "gcs_pid @namespace_dashboard:DASHBOARD_AGENT_ADDR_NODE_ID_PREFIX:7afdda9d");
    small_table(s, "NODE", SMALL_OLD_NODE " b5846ef7 1d09aa52 7afdda9d");
    small_outage(s, &o);
    const struct outage_fields *k = fields_of(&o, "ACTOR_TASK_SPEC");
    assert_int_equal(k->before, 4);
    assert_int_equal(k->kept, 2);
    assert_int_equal(k->lost_expected, 1);
    assert_int_equal(k->lost, 1);
    assert_int_equal(k->added, 1);
    k = fields_of(&o, "KV");
    assert_int_equal(k->kept, 1);
    assert_int_equal(k->lost_expected, 2);
    assert_int_equal(k->lost, 1);
    assert_int_equal(k->added, 1);
    k = fields_of(&o, "NODE");
    assert_int_equal(k->kept, 3);
    assert_int_equal(k->added, 1);
    assert_int_equal(o.checkpoints.before, 1);
    assert_int_equal(o.checkpoints.kept, 1);
    /* Checkpoints are fields of KV: all fields are those of the tables. */
    assert_int_equal(o.fields.before, 4 + 4 + 3 + 4);
    assert_int_equal(o.fields.lost, 2);
}

/* What an actor of the old head loses with it is expected, for as many as are remembered. */
static void more_actors_on_the_old_head_than_are_remembered(void **state)
{
    enum { MORE = 300, REMEMBERED = 256 };
    struct small *s = *state;
    struct outage o;
    char *names = mem_str("aa01");
    for (int i = 0; i < MORE; i++) {
        char id[16], *more;
        snprintf(id, sizeof id, "b%03d", i);
        struct actor *a = small_edit(s, TABLE_ACTOR, SMALL_NS "/aa04");
        char *key = mem_printf(SMALL_NS "/%s", id);
        record_set(&a->record.key, key);
        record_set(&a->id, id);
        small_put(s, "redis", WORLD_REDIS, a);
        more = mem_printf("%s %s", names, id);
        free(names);
        free(key);
        names = more;
    }
    small_table(s, "ACTOR_TASK_SPEC", names);
    free(names);
    small_delete_accepted(s, old_head, 0);
    for (int i = 0; i < MORE; i++) {
        char key[64];
        snprintf(key, sizeof key, SMALL_NS "/b%03d", i);
        struct actor *a = small_edit(s, TABLE_ACTOR, key);
        record_set(&a->state, "DEAD");
        small_put(s, "redis", WORLD_REDIS, a);
    }
    small_table(s, "ACTOR_TASK_SPEC", "aa01");
    small_outage(s, &o);
    const struct outage_fields *k = fields_of(&o, "ACTOR_TASK_SPEC");
    assert_int_equal(k->before, MORE + 1);
    assert_int_equal(k->kept, 1);
    assert_int_equal(k->lost + k->lost_expected, MORE);
    assert_true(k->lost_expected >= REMEMBERED - 1);
}

static void fields_that_are_not_all_listed(void **state)
{
    struct small *s = *state;
    struct outage o;
    struct gcstable *t = small_edit(s, TABLE_GCSTABLE, SMALL_NS "/KV");
    t->fields = known_u64(1000000);
    small_put(s, "redis", WORLD_REDIS, t);
    small_delete_accepted(s, old_head, 0);
    small_outage(s, &o);
    assert_false(fields_of(&o, "KV")->known);
    assert_false(o.fields.known);
    assert_int_equal(fields_of(&o, "KV")->before, 1000000);
    assert_int_equal(fields_of(&o, "KV")->lost, 0);
    small_gone(s, TABLE_GCSTABLE, SMALL_NS "/ACTOR");
    small_outage(s, &o);
    assert_int_equal(fields_of(&o, "ACTOR")->lost, 4);
}

static void runtimes_by_their_pids(void **state)
{
    struct small *s = *state;
    struct outage o;
    small_delete_accepted(s, old_head, 0);
    small_outage(s, &o);
    assert_int_equal(o.runtimes, 2);
    assert_int_equal(o.runtimes_same, 2);
    struct monitor *m = small_edit(s, TABLE_MONITOR, "neuron/q5rdw");
    m->runtimes[0].pid = known_u64(111);
    small_put(s, "neuron/q5rdw", WORLD_NEURON, m);
    small_outage(s, &o);
    assert_int_equal(o.runtimes_same, 1);
}

static void more_workers_and_runtimes_than_are_remembered(void **state)
{
    enum { MORE = RECOVERY_WORKERS + 20 };
    struct small *s = *state;
    struct outage o;
    struct monitor *m = small_edit(s, TABLE_MONITOR, "neuron/q5rdw");
    for (unsigned i = 0; i < MORE; i++) {
        char uid[32];
        snprintf(uid, sizeof uid, "more-%u", i);
        small_put(s, "kube/pods", WORLD_KUBE, small_pod(uid, uid, "worker", "ip-100-64-31-7", NULL));
        struct runtime *runtime = RECORD_APPEND(m, runtimes);
        runtime->pid = known_u64(1000 + i);
    }
    small_put(s, "neuron/q5rdw", WORLD_NEURON, m);
    small_delete_accepted(s, old_head, 0);
    small_outage(s, &o);
    assert_int_equal(o.workers, RECOVERY_WORKERS);
    assert_int_equal(o.runtimes, RECOVERY_WORKERS);
    assert_int_equal(o.runtimes_same, RECOVERY_WORKERS);
}

/* Where Redis lists no nodes, the Serve API's proxies tell the head's by its address. */
static void the_heads_ray_node_may_be_known_by_serve_alone(void **state)
{
    struct small *s = *state;
    for (int other = 0; other < 2; other++) {
        if (other) small_teardown(state);
        if (other) small_setup(state);
        s = *state;
        small_gone(s, TABLE_RAYNODE, SMALL_NS "/" SMALL_OLD_NODE);
        struct serveapp *a = record_new(TABLE_SERVEAPP, "rs-uid");
        struct proxy *proxy = RECORD_APPEND(a, proxies);
        record_set(&proxy->ip, other ? "100.64.31.40" : "100.64.90.31");
        record_set(&proxy->ray_node, "ab12");
        small_put(s, "serve", WORLD_SERVE, a);
        small_put(s, "kube/pods", WORLD_KUBE, small_edit(s, TABLE_POD, old_head));
        small_delete_accepted(s, old_head, 0);
        /* A proxy of another pod says nothing: what was known before stays. */
        assert_string_equal(s->r.old_ray_node, other ? SMALL_OLD_NODE : "ab12");
    }
}

static void rungs_have_words(void **state)
{
    (void)state;
    assert_string_equal(rung_words(RUNG_DELETE_ACCEPTED), "delete accepted");
    assert_string_equal(rung_words(RUNG_WORKERS_SAME), "worker proxies answer, workers the same");
    assert_string_equal(rung_words(RUNG_COUNT), "");
}

/* ---- a ladder belongs to one RayService ------------------------------------------------------------------------ */

static void serve_of(struct small *s, const char *uid, const char *status)
{
    struct serveapp *a = record_new(TABLE_SERVEAPP, uid);
    struct deployment *d = RECORD_APPEND(a, deployments);
    record_set(&d->app, "mistral");
    record_set(&d->app_status, status);
    small_put(s, "serve", WORLD_SERVE, a);
}

/* `x c`, then `x d` in the same console: the Serve applications of the RayService that was deleted stand first in the
 * table, as a tombstone. */
static void a_tombstone_holds_up_no_rung(void **state)
{
    struct small *s = *state;
    serve_of(s, "older-rs-uid", "RUNNING");
    small_gone(s, TABLE_SERVEAPP, "older-rs-uid");
    serve_of(s, "rs-uid", "RUNNING");
    small_warm_up(s);
    small_delete_accepted(s, old_head, 0);
    small_gone(s, TABLE_POD, old_head);
    head_bound(s);
    head_running(s);
    small_wait(s, 3000);
    serve_of(s, "rs-uid", "RUNNING");
    rung_at(s, RUNG_SERVE_RUNNING, 3000);
}

/* The Serve applications of a service that is not the one whose head was lost say nothing. */
static void another_services_serve_marks_nothing(void **state)
{
    struct small *s = *state;
    serve_of(s, "rs-uid", "RUNNING");
    small_warm_up(s);
    small_delete_accepted(s, old_head, 0);
    small_gone(s, TABLE_POD, old_head);
    head_bound(s);
    head_running(s);
    serve_of(s, "rs-uid", "DEPLOYING");
    serve_of(s, "other-uid", "RUNNING");
    assert_false(s->r.rung[RUNG_SERVE_RUNNING].reached);
}

static void put_other_service(struct small *s)
{
    struct rayservice *rs = record_new(TABLE_RAYSERVICE, "other-uid");
    record_set(&rs->ns, "mistral");
    record_set(&rs->name, "other");
    record_set(&rs->active_cluster, "other-abcde");
    rs->ft = TRI_YES;
    small_put(s, "kube/rayservices", WORLD_KUBE, rs);
    struct pod *p = small_pod("other-head", "other-abcde-head-x", "head", "ip-100-64-90-12", "100.64.90.99");
    record_set(&p->cluster, "other-abcde");
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

/* `:svc` while a head is down: what another RayService is seen to do moves nothing here. */
static void another_service_in_focus_moves_nothing(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    small_delete_accepted(s, old_head, 0);
    small_gone(s, TABLE_POD, old_head);
    put_other_service(s);
    struct recovery *r = &s->r;
    struct focus other = focus_of(s->w, "mistral", "other");
    assert_non_null(other.head);
    struct change *c = change_put("kube/pods", WORLD_KUBE, record_copy(&other.head->record));
    c->at_ms = s->now_ms;
    c->wall_ms = small_wall(s);
    recovery_observe(r, s->w, &other, c);
    change_free(c);
    recovery_tick(r, s->w, &other, s->now_ms + 1000, small_wall(s) + 1000);
    assert_null(r->new_head_uid);
    for (int i = RUNG_HEAD_CREATED; i < RUNG_COUNT; i++) assert_false(r->rung[i].reached);
    assert_int_equal(r->outage, OUTAGE_RUNNING);
    /* Its own goes on. */
    struct focus own = focus_of(s->w, "mistral", "mistral");
    struct pod *p = new_pod(s);
    record_set(&p->node, "ip-100-64-90-12");
    c = change_put("kube/pods", WORLD_KUBE, &p->record);
    c->at_ms = s->now_ms;
    c->wall_ms = small_wall(s);
    world_apply(s->w, c);
    own = focus_of(s->w, "mistral", "mistral");
    recovery_observe(r, s->w, &own, c);
    change_free(c);
    assert_true(r->rung[RUNG_HEAD_CREATED].reached);
}

/* Redis read for another service's GCS says nothing of this one's: neither that it is silent nor that it is back. */
static void another_services_redis_marks_nothing(void **state)
{
    struct small *s = *state;
    small_warm_up(s);
    uint64_t last_beat = small_wall(s);
    small_delete_accepted(s, old_head, 0);
    small_gone(s, TABLE_POD, old_head);
    small_wait(s, 1000);
    small_redis(s, 0, last_beat);
    small_wait(s, 1500);
    assert_true(s->r.rung[RUNG_GCS_SILENT].reached);
    head_bound(s);
    head_running(s);
    nodes_turn(s);
    for (int i = 0; i < 12; i++) {
        small_wait(s, 1000);
        struct redis *r = small_edit(s, TABLE_REDIS, "redis");
        record_set(&r->namespace_, "another-gcs");
        r->ray_connections = known_u64(4);
        r->heartbeat = known_u64(small_wall(s));
        small_put(s, "redis", WORLD_REDIS, r);
        assert_false(s->r.rung[RUNG_GCS_BACK].reached);
    }
    heartbeat_beat(s, 4);
    assert_true(s->r.rung[RUNG_GCS_BACK].reached);
}

/* Any stream at all, on the cluster's own keys too: nothing trips, and a rung never stands before T0. */
static void random_streams_never_trip(void **state)
{
    (void)state;
    static const char *const keys[] = {"9c1e0000-head", "7rk2-head", "w1", "rs-uid", "rc-uid", "redis"};
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct small s;
        struct rng rng = {seed * 104729};
        struct outage o;
        small_init(&s, true);
        uint64_t clock = s.now_ms;
        for (int i = 0; i < 3000; i++) {
            struct change *c = random_change(&rng, &clock);
            s.now_ms = clock;
            const char *key = keys[random_next(&rng) % ARRAY_LEN(keys)];
            if (c->key)
                record_set(&c->key, key);
            else if (c->record && random_next(&rng) % 2)
                record_set(&c->record->key, key);
            small_apply(&s, c);
            struct focus f = small_focus(&s);
            recovery_tick(&s.r, s.w, &f, s.now_ms, small_wall(&s));
            small_outage(&s, &o);
            assert_true(o.tables <= KEPT_TABLES);
            for (int rung = 0; rung < RUNG_COUNT; rung++)
                assert_true(!s.r.rung[rung].reached || s.r.rung[rung].at_ms >= s.r.t0_ms);
        }
        small_done(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WITH(test) cmocka_unit_test_setup_teardown(test, small_setup, small_teardown)
        WITH(the_ladder_with_grace_0),
        WITH(the_ladder_with_the_default_grace),
        WITH(an_old_node_that_is_absent_is_not_called_dead),
        WITH(an_old_node_that_is_not_known_is_not_called_dead),
        WITH(a_fall_of_connections_is_remembered),
        WITH(the_ladder_ends_with_the_rung_that_came_last),
        WITH(the_old_gcs_beats_on),
        WITH(our_delete_is_told_after_the_watch_has),
        WITH(deleting_something_else_is_no_head_loss),
        WITH(a_heartbeat_that_stops),
        WITH(a_last_beat_read_late_is_no_new_gcs),
        WITH(a_redis_that_is_not_heard_proves_nothing),
        WITH(a_heartbeat_no_longer_told_proves_nothing),
        WITH(a_container_that_is_restarted),
        WITH(a_container_that_waits_to_be_restarted),
        WITH(connections_that_are_not_counted),
        WITH(a_late_beat_is_no_silence_where_connections_are_not_counted),
        WITH(a_head_lost_while_we_were_not_connected),
        WITH(an_upgrade_is_no_head_loss),
        WITH(taking_the_service_away_is_no_head_loss),
        WITH(workers_that_did_not_survive),
        WITH(a_probe_that_fails_holds_the_last_rung),
        WITH(the_new_head_is_lost_before_it_was_ready),
        WITH(a_second_death_begins_a_second_ladder),
        WITH(fields_kept_and_lost),
        WITH(more_actors_on_the_old_head_than_are_remembered),
        WITH(fields_that_are_not_all_listed),
        WITH(runtimes_by_their_pids),
        WITH(more_workers_and_runtimes_than_are_remembered),
        WITH(the_heads_ray_node_may_be_known_by_serve_alone),
        WITH(a_tombstone_holds_up_no_rung),
        WITH(another_services_serve_marks_nothing),
        WITH(another_service_in_focus_moves_nothing),
        WITH(another_services_redis_marks_nothing),
        cmocka_unit_test(rungs_have_words),
        cmocka_unit_test(random_streams_never_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
