/* session_clock_test.c - a session by a clock that is set: an outage of ten minutes passes in milliseconds, and what
 * is told of it is what was. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/session/session_priv.h"
#include "backends/world/outage.h"
#include "tests/support/small_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, REAL_LIMIT_MS = 30 * 1000 };

struct fixture {
    struct loop *loop;
    struct clock *clock;
    struct conf conf;
    struct session *session;
    uint64_t real_ms;
};

static int fixture_open(void **state)
{
    struct fixture *f = mem_zero(1, sizeof *f);
    f->real_ms = loop_now_ms();
    f->loop = loop_new();
    f->clock = loop_clock(f->loop);
    clock_set(f->clock, SMALL_T0, SMALL_WALL);
    conf_init(&f->conf);
    f->conf.kubeconfig = mem_str("none");
    f->conf.redis = mem_str("none");
    f->conf.no_probe = true;
    assert_int_equal(session_open(f->loop, &f->conf, NULL, &f->session, NULL), ERR_OK);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;
    session_close(f->session);
    loop_free(f->loop);
    conf_done(&f->conf);
    assert_true(loop_now_ms() - f->real_ms < REAL_LIMIT_MS); /* nothing waited for the machine's time */
    free(f);
    return 0;
}

static void session_put(struct fixture *f, const char *source, void *record)
{
    sink_put(session_sink(f->session), change_put(source, WORLD_KUBE, record));
}

static void source_live(struct fixture *f, const char *source)
{
    sink_put(session_sink(f->session), change_source(source, WORLD_KUBE, SOURCE_LIVE, ERR_OK, NULL, NULL));
}

/* As a replay does: a second at a time, each with a tick. */
static void clock_pass(struct fixture *f, uint64_t ms)
{
    for (uint64_t at = 0; at < ms; at += SECOND_MS) {
        clock_advance(f->clock, SECOND_MS);
        session_tick(f->session);
    }
}

static struct pod *ready_head(const char *uid, const char *name)
{
    return small_pod(uid, name, "head", "node-0", "10.0.0.1");
}

static void put_cluster(struct fixture *f)
{
    source_live(f, "kube/pods");
    source_live(f, "kube/rayservices");
    struct rayservice *rs = record_new(TABLE_RAYSERVICE, "rs-uid");
    record_set(&rs->ns, "mistral");
    record_set(&rs->name, "mistral");
    record_set(&rs->active_cluster, "mistral-44qn2");
    session_put(f, "kube/rayservices", rs);
    struct raycluster *rc = record_new(TABLE_RAYCLUSTER, "rc-uid");
    record_set(&rc->ns, "mistral");
    record_set(&rc->name, "mistral-44qn2");
    record_set(&rc->service, "mistral");
    session_put(f, "kube/rayclusters", rc);
    session_put(f, "kube/pods", ready_head("head-1", "mistral-44qn2-head-a"));
    session_put(f, "kube/pods", small_pod("worker-1", "mistral-44qn2-worker-a", "worker", "node-1", "10.0.0.2"));
}

static void outage_now(const struct fixture *f, struct outage *ret)
{
    const struct focus focus = session_focus(f->session);
    outage_of(session_recovery(f->session), session_world(f->session), &focus, clock_now_ms(f->clock),
              clock_wall_ms(f->clock), ret);
}

static void an_outage_of_ten_minutes_takes_milliseconds(void **state)
{
    struct fixture *f = *state;
    struct outage o;
    put_cluster(f);
    clock_pass(f, 5 * SECOND_MS);
    outage_now(f, &o);
    assert_int_equal(o.state, OUTAGE_NONE);

    sink_put(session_sink(f->session), change_gone("kube/pods", WORLD_KUBE, TABLE_POD, "head-1"));
    clock_pass(f, 10 * MINUTE_MS);
    outage_now(f, &o);
    assert_int_equal(o.state, OUTAGE_RUNNING);
    assert_int_equal(o.t0_ms, SMALL_T0 + 5 * SECOND_MS);
    assert_int_equal(o.t0_wall_ms, SMALL_WALL + 5 * SECOND_MS);
    assert_int_equal(o.head_down_ms.value, 10 * MINUTE_MS);

    session_put(f, "kube/pods", ready_head("head-2", "mistral-44qn2-head-b"));
    clock_pass(f, 2 * MINUTE_MS);
    outage_now(f, &o);
    assert_true(o.rung[RUNG_HEAD_READY].seen);
    assert_int_equal(o.rung[RUNG_HEAD_READY].after_ms, 10 * MINUTE_MS);
    assert_int_equal(o.rung[RUNG_HEAD_READY].wall_ms, SMALL_WALL + 5 * SECOND_MS + 10 * MINUTE_MS);
    assert_int_equal(o.same, 1);
}

/* A source that is silent for so long is stale by the clock, and its tombstones go. */
static void what_is_known_ages_by_the_clock(void **state)
{
    struct fixture *f = *state;
    const struct source *source;
    put_cluster(f);
    const struct world *w = session_world(f->session);
    assert_int_equal(world_freshness(w, WORLD_KUBE, clock_now_ms(f->clock), NULL, &source), FRESH_LIVE);
    sink_put(session_sink(f->session), change_gone("kube/pods", WORLD_KUBE, TABLE_POD, "worker-1"));
    assert_non_null(world_find(w, TABLE_POD, "worker-1"));
    clock_pass(f, 10 * MINUTE_MS);
    assert_int_equal(world_freshness(w, WORLD_KUBE, clock_now_ms(f->clock), NULL, &source), FRESH_STALE);
    assert_null(world_find(w, TABLE_POD, "worker-1"));
}

/* Discovery goes by the clock too: the focus is kept without a turn of the loop. */
static void discovery_follows_the_clock(void **state)
{
    struct fixture *f = *state;
    put_cluster(f);
    sink_put(session_sink(f->session), change_source("kube/rayservices", WORLD_KUBE, SOURCE_LIVE, ERR_OK, NULL, NULL));
    struct change *c = change_new(CHANGE_RELIST, "kube/rayservices", WORLD_KUBE);
    c->table = TABLE_RAYSERVICE;
    sink_put(session_sink(f->session), c);
    struct rayservice *rs = record_new(TABLE_RAYSERVICE, "rs-uid");
    record_set(&rs->ns, "mistral");
    record_set(&rs->name, "mistral");
    session_put(f, "kube/rayservices", rs);
    c = change_new(CHANGE_RELISTED, "kube/rayservices", WORLD_KUBE);
    c->table = TABLE_RAYSERVICE;
    sink_put(session_sink(f->session), c);
    clock_advance(f->clock, SECOND_MS);
    /* The one that was the only one stays in focus when a second appears. */
    rs = record_new(TABLE_RAYSERVICE, "rs-2");
    record_set(&rs->ns, "mistral");
    record_set(&rs->name, "another");
    session_put(f, "kube/rayservices", rs);
    clock_advance(f->clock, SECOND_MS);
    assert_string_equal(session_focus(f->session).service, "mistral");
}

/* A reconcile that is due in ten minutes (a throttled Redis) holds up none that a change asks for now. */
static void a_later_reconcile_does_not_hold_up_a_sooner_one(void **state)
{
    struct fixture *f = *state;
    clock_advance(f->clock, SECOND_MS);
    session_reconcile_after(f->session, 10 * MINUTE_MS);
    put_cluster(f);
    const uint64_t changed_ms = clock_now_ms(f->clock);
    clock_advance(f->clock, SECOND_MS);
    assert_true(f->session->reconciled_ms >= changed_ms);
}

static void changes_are_allowed_until_the_clock_says_so(void **state)
{
    struct fixture *f = *state;
    struct why why = {0};
    put_cluster(f);
    session_allow_changes(f->session, clock_now_ms(f->clock) + 15 * MINUTE_MS);
    assert_int_equal(session_may_change(f->session, &why), ERR_OK);
    clock_advance(f->clock, 15 * MINUTE_MS - 1);
    assert_int_equal(session_may_change(f->session, &why), ERR_OK);
    clock_advance(f->clock, 1);
    assert_int_equal(session_may_change(f->session, &why), ERR_GUARD);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(an_outage_of_ten_minutes_takes_milliseconds),
        T(what_is_known_ages_by_the_clock),
        T(discovery_follows_the_clock),
        T(a_later_reconcile_does_not_hold_up_a_sooner_one),
        T(changes_are_allowed_until_the_clock_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
