/* recoveries_test.c - two RayServices that are read side by side: each one's recovery observes what is read for it. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/recoveries.h"
#include "tests/support/small_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SAMPLES = 40, SAMPLE_MS = 250 };
#define OWN "rs-uid" /* of RayService mistral, which small_cluster has */
#define OTHER "other-uid"
#define OLD_HEAD "9c1e0000-head"

struct fixture {
    struct small s;
    struct recoveries *all;
    const char *service; /* in focus */
};

static void fixture_apply_owned(struct fixture *f, const char *owner, struct change *c)
{
    c->owner = mem_str(owner);
    c->at_ms = f->s.now_ms;
    c->wall_ms = small_wall(&f->s);
    world_apply(f->s.w, c);
    const struct focus focus = focus_of(f->s.w, "mistral", f->service);
    recoveries_observe(f->all, f->s.w, &focus, c, c->type == CHANGE_PUT);
    change_free(c);
}

static void focus_on(struct fixture *f, const char *uid, const char *service)
{
    f->service = service;
    world_focus(f->s.w, uid);
}

static const struct recovery *recovery_of(const struct fixture *f, const char *service)
{
    const struct focus focus = focus_of(f->s.w, "mistral", service);
    return recoveries_of(f->all, &focus);
}

static void recoveries_alive(struct fixture *f, struct recoveries *all, const struct focus *own)
{
    struct change *c = change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE);
    c->at_ms = f->s.now_ms;
    c->wall_ms = small_wall(&f->s);
    recoveries_observe(all, f->s.w, own, c, true);
    change_free(c);
}

static void delete_head(struct fixture *f, const char *uid)
{
    struct change *c = change_gone("kube/pods", WORLD_KUBE, TABLE_POD, uid);
    c->type = CHANGE_DELETED;
    c->detail = mem_printf("mistral/%s", uid);
    fixture_apply_owned(f, NULL, c);
}

/* A probe that ended now. */
static void put_probe(struct fixture *f, const char *owner, const char *key, const char *phase)
{
    struct request *q = record_new(TABLE_REQUEST, key);
    record_set(&q->kind, "probe");
    record_set(&q->phase, phase);
    if (text_eq(phase, "failed")) record_set(&q->failure, "refused");
    q->due = q->sent = q->done = known_u64(small_wall(&f->s));
    q->latency_us = known_u64(1000);
    fixture_apply_owned(f, owner, change_put("probe", WORLD_SERVE, &q->record));
}

static void put_redis(struct fixture *f, const char *owner, const char *ns, uint64_t connections,
                      uint64_t heartbeat_wall_ms)
{
    struct redis *r = record_new(TABLE_REDIS, "redis");
    record_set(&r->namespace_, ns);
    r->ray_connections = known_u64(connections);
    r->heartbeat = known_u64(heartbeat_wall_ms);
    fixture_apply_owned(f, owner, change_put("redis", WORLD_REDIS, &r->record));
}

static int fixture_open(void **state)
{
    struct fixture *f = mem_zero(1, sizeof *f);
    small_init(&f->s, true);
    f->all = recoveries_new();
    focus_on(f, OWN, "mistral");
    struct rayservice *rs = record_new(TABLE_RAYSERVICE, OTHER);
    record_set(&rs->ns, "mistral");
    record_set(&rs->name, "other");
    record_set(&rs->active_cluster, "other-abcde");
    record_set(&rs->storage_ns, "other-ns");
    rs->ft = TRI_YES;
    fixture_apply_owned(f, NULL, change_put("kube/rayservices", WORLD_KUBE, &rs->record));
    struct pod *p = small_pod("other-head", "other-head", "head", "ip-100-64-90-12", NULL);
    record_set(&p->cluster, "other-abcde");
    fixture_apply_owned(f, NULL, change_put("kube/pods", WORLD_KUBE, &p->record));
    fixture_apply_owned(f, NULL, change_put("kube/pods", WORLD_KUBE, small_edit(&f->s, TABLE_POD, OLD_HEAD)));
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;
    recoveries_free(f->all);
    small_done(&f->s);
    free(f);
    return 0;
}

static void requests_count_for_their_service(void **state)
{
    struct fixture *f = *state;
    delete_head(f, OLD_HEAD);
    delete_head(f, "other-head");
    const struct recovery *own = recovery_of(f, "mistral"), *other = recovery_of(f, "other");
    put_probe(f, OWN, "probe-1", "ok");
    put_probe(f, OTHER, "probe-2", "failed"); /* of the one that is not in focus */
    put_probe(f, OTHER, "probe-3", "failed");
    focus_on(f, OTHER, "other");
    put_probe(f, OTHER, "probe-4", "failed");
    put_probe(f, OWN, "probe-5", "ok"); /* in its turn out of focus */
    assert_int_equal(own->request[OUTAGE_PROBES].ok, 2);
    assert_int_equal(own->request[OUTAGE_PROBES].failed, 0);
    assert_int_equal(other->request[OUTAGE_PROBES].ok, 0);
    assert_int_equal(other->request[OUTAGE_PROBES].failed, 3);
}

/* The connections of one GCS drop; the other's Redis is sampled all the while, under the same id and key. */
static void a_redis_tells_of_its_own_gcs(void **state)
{
    struct fixture *f = *state;
    put_redis(f, OWN, SMALL_NS, 4, small_wall(&f->s));
    put_redis(f, OTHER, "other-ns", 4, small_wall(&f->s));
    delete_head(f, OLD_HEAD);
    const struct recovery *own = recovery_of(f, "mistral");
    for (int i = 0; i < SAMPLES; i++) { /* the other's GCS stands still */
        f->s.now_ms += SAMPLE_MS;
        put_redis(f, OTHER, "other-ns", 0, 1);
        put_redis(f, OWN, SMALL_NS, 4, small_wall(&f->s));
    }
    assert_false(own->rung[RUNG_GCS_SILENT].reached);
    focus_on(f, OTHER, "other");
    const uint64_t last_ms = small_wall(&f->s);
    for (int i = 0; i < SAMPLES; i++) {
        f->s.now_ms += SAMPLE_MS;
        put_redis(f, OWN, SMALL_NS, 0, last_ms);
    }
    assert_true(own->rung[RUNG_GCS_SILENT].reached); /* seen though another is in focus */
}

/* ---- namespaces ------------------------------------------------------------------------------------------------- */

static void read_pods_of(struct fixture *f, const char *scope)
{
    struct change *c = change_source("kube/pods", WORLD_KUBE, SOURCE_LIVE, ERR_OK, NULL, NULL);
    c->key = mem_str(scope);
    fixture_apply_owned(f, NULL, c);
}

/* The other RayService lies in a namespace of its own, and so does its head. */
static void move_other(struct fixture *f)
{
    struct rayservice *rs = small_edit(&f->s, TABLE_RAYSERVICE, OTHER);
    struct pod *head = small_edit(&f->s, TABLE_POD, "other-head");
    record_set(&rs->ns, "elsewhere");
    record_set(&head->ns, "elsewhere");
    fixture_apply_owned(f, NULL, change_put("kube/rayservices", WORLD_KUBE, &rs->record));
    fixture_apply_owned(f, NULL, change_put("kube/pods", WORLD_KUBE, &head->record));
    recoveries_free(f->all);
    f->all = recoveries_new();
}

static const struct recovery *recovery_elsewhere(const struct fixture *f)
{
    const struct focus focus = focus_of(f->s.w, "elsewhere", "other");
    assert_non_null(focus.rayservice);
    return recoveries_of(f->all, &focus);
}

static void lose_head_elsewhere(struct fixture *f)
{
    fixture_apply_owned(f, NULL, change_put("kube/pods", WORLD_KUBE, small_edit(&f->s, TABLE_POD, "other-head")));
    fixture_apply_owned(f, NULL, change_gone("kube/pods", WORLD_KUBE, TABLE_POD, "other-head"));
    fixture_apply_owned(f, NULL, change_put("kube/pods", WORLD_KUBE, small_edit(&f->s, TABLE_POD, OLD_HEAD)));
}

static void a_loss_in_another_namespace_is_one_where_all_are_read(void **state)
{
    struct fixture *f = *state;
    move_other(f);
    read_pods_of(f, SCOPE_ALL);
    lose_head_elsewhere(f);
    assert_int_equal(recovery_elsewhere(f)->outage, OUTAGE_RUNNING);
    assert_int_equal(recovery_of(f, "mistral")->outage, OUTAGE_NONE);
}

/* A pod that vanishes because its namespace is read no more was not lost. */
static void a_pod_of_a_namespace_that_is_not_read_is_not_lost(void **state)
{
    struct fixture *f = *state;
    move_other(f);
    read_pods_of(f, SCOPE_ALL);
    read_pods_of(f, "mistral");
    lose_head_elsewhere(f);
    assert_int_equal(recovery_elsewhere(f)->outage, OUTAGE_NONE);
    read_pods_of(f, SCOPE_ALL);
    fixture_apply_owned(f, NULL, change_put("kube/pods", WORLD_KUBE, small_edit(&f->s, TABLE_POD, "other-head")));
    assert_int_equal(recovery_elsewhere(f)->outage, OUTAGE_NONE);
}

/* What another session kept is the loss before the first one that is seen here, of that RayService alone. */
static void a_loss_that_was_kept_is_the_previous_one(void **state)
{
    struct fixture *f = *state;
    struct recoveries *all = recoveries_new();
    struct outage kept = {.state = OUTAGE_OVER, .head_lost = true, .service_uid = OWN, .t0_wall_ms = 3};
    recoveries_remember(all, &kept);
    kept.t0_wall_ms = 5;
    recoveries_remember(all, &kept);
    kept.t0_wall_ms = 4; /* an older one */
    recoveries_remember(all, &kept);
    const struct focus own = focus_of(f->s.w, "mistral", "mistral");
    recoveries_alive(f, all, &own);
    assert_int_equal(outage_previous(recoveries_of(all, &own))->t0_wall_ms, 5);
    const struct focus other = focus_of(f->s.w, "mistral", "other");
    assert_string_equal(other.rayservice->record.key, OTHER);
    assert_int_equal(outage_previous(recoveries_of(all, &other))->state, OUTAGE_NONE);
    recoveries_free(all);
}

/* A head that the kept loss did not leave behind was made by a later one, or is another cluster's of the same names. */
static void a_kept_loss_of_another_head_is_not_the_last(void **state)
{
    struct fixture *f = *state;
    static const char *const heads[] = {OLD_HEAD, "a-head-of-before"};
    for (size_t i = 0; i < 2; i++) {
        struct recoveries *all = recoveries_new();
        struct outage kept = {.state = OUTAGE_OVER, .head_lost = true, .service_uid = OWN, .t0_wall_ms = 5};
        snprintf(kept.new_head_uid, sizeof kept.new_head_uid, "%s", heads[i]);
        recoveries_remember(all, &kept);
        const struct focus own = focus_of(f->s.w, "mistral", "mistral");
        assert_string_equal(own.head->record.key, OLD_HEAD);
        recoveries_alive(f, all, &own);
        assert_int_equal(outage_previous(recoveries_of(all, &own))->state, i ? OUTAGE_NONE : OUTAGE_OVER);
        recoveries_free(all);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(a_loss_that_was_kept_is_the_previous_one),
        T(a_kept_loss_of_another_head_is_not_the_last),
        T(requests_count_for_their_service),
        T(a_redis_tells_of_its_own_gcs),
        T(a_loss_in_another_namespace_is_one_where_all_are_read),
        T(a_pod_of_a_namespace_that_is_not_read_is_not_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
