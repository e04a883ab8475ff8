/* recovery_wait_test.c - what a recovery waits for and why that does not come, on the small cluster. */
#include "backends/world/recovery_wait.h"

#include "backends/base/mem.h"
#include "tests/support/small_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char old_head[] = SMALL_HEAD, new_head[] = "7rk2-head";

static void delete_accepted(struct small *s)
{
    small_warm_up(s);
    small_delete_accepted(s, old_head, 0);
    assert_int_equal(s->r.outage, OUTAGE_RUNNING);
}

static enum rung waits_for(const struct small *s)
{
    struct focus f = small_focus(s);
    return recovery_waits_for(&s->r, s->w, &f);
}

static void why_is(const struct small *s, enum rung rung, const char *expected)
{
    char out[RECOVERY_WHY_MAX];
    struct focus f = small_focus(s);
    assert_string_equal(recovery_why(&s->r, s->w, &f, rung, s->now_ms, out), expected);
}

static void head_is_put(struct small *s, const char *status, const char *message, const char *node)
{
    struct pod *p = small_pod(new_head, "mistral-44qn2-head-7rk2m", "head", node, NULL);
    p->created = known_u64(small_wall(s));
    p->started = UNKNOWN_U64;
    p->is_ready = TRI_NO;
    record_set(&p->phase, "Pending");
    record_set(&p->status, status);
    record_set(&p->message, message);
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

static void a_head_that_is_not_placed_says_why(void **state)
{
    struct small *s = *state;
    delete_accepted(s);
    assert_int_equal(waits_for(s), RUNG_GCS_SILENT);
    struct pod *p = small_edit(s, TABLE_POD, old_head);
    p->deleted = known_u64(small_wall(s));
    record_set(&p->status, "Terminating");
    small_put(s, "kube/pods", WORLD_KUBE, p);
    why_is(s, RUNG_GCS_SILENT, "the old head's GCS runs on through its grace");
    why_is(s, RUNG_HEAD_CREATED, "the old head pod is still Terminating");
    small_redis(s, 0, small_wall(s));
    small_gone(s, TABLE_POD, old_head);
    why_is(s, RUNG_HEAD_CREATED, "there is no new head pod");
    small_wait(s, 8000);
    assert_int_equal(waits_for(s), RUNG_HEAD_CREATED);
    why_is(s, RUNG_HEAD_CREATED, "none is being made: is the KubeRay operator up?");
    head_is_put(s, "Pending", "0/3 nodes are available: 3 Insufficient cpu.", NULL);
    why_is(s, RUNG_HEAD_CREATED, "head pod Pending: 0/3 nodes are available: 3 Insufficient cpu.");
    head_is_put(s, "ImagePullBackOff", "Back-off pulling image \"ray:nightly\"", "ip-100-64-90-12");
    assert_int_equal(waits_for(s), RUNG_HEAD_RUNNING);
    why_is(s, RUNG_HEAD_RUNNING, "head pod ImagePullBackOff: Back-off pulling image \"ray:nightly\"");
}

/* The pod says nothing yet, the scheduler does, in an event. */
static void an_event_says_what_the_pod_does_not(void **state)
{
    struct small *s = *state;
    delete_accepted(s);
    small_gone(s, TABLE_POD, old_head);
    head_is_put(s, "Pending", NULL, NULL);
    why_is(s, RUNG_HEAD_CREATED, "head pod Pending");
    struct event *e = record_new(TABLE_EVENT, "e1");
    record_set(&e->ns, "mistral");
    record_set(&e->type, "Warning");
    record_set(&e->reason, "FailedScheduling");
    record_set(&e->about, "mistral-44qn2-head-7rk2m");
    record_set(&e->message, "node(s) had untolerated taint");
    small_put(s, "kube/events", WORLD_KUBE, e);
    why_is(s, RUNG_HEAD_CREATED, "head pod Pending: node(s) had untolerated taint");
    /* What is later, and no warning about this pod, changes nothing. */
    static const struct {
        const char *ns, *type, *about;
    } others[] = {{"mistral", "Normal", "mistral-44qn2-head-7rk2m"},
                  {"another", "Warning", "mistral-44qn2-head-7rk2m"},
                  {"mistral", "Warning", "another-head"}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char key[8] = {'o', (char)('0' + i)};
        e = record_new(TABLE_EVENT, key);
        record_set(&e->ns, others[i].ns);
        record_set(&e->type, others[i].type);
        record_set(&e->about, others[i].about);
        record_set(&e->message, "of something else");
        e->last = known_u64(small_wall(s));
        small_put(s, "kube/events", WORLD_KUBE, e);
        why_is(s, RUNG_HEAD_CREATED, "head pod Pending: node(s) had untolerated taint");
    }
    small_gone(s, TABLE_EVENT, "e1");
    why_is(s, RUNG_HEAD_CREATED, "head pod Pending");
}

static void redis_that_is_down_is_the_reason(void **state)
{
    struct small *s = *state;
    delete_accepted(s);
    small_gone(s, TABLE_POD, old_head);
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_DOWN, ERR_REFUSED, "127.0.0.1:6379: refused", NULL));
    why_is(s, RUNG_GCS_BACK, "Redis down: 127.0.0.1:6379: refused");
    assert_int_equal(waits_for(s), RUNG_GCS_SILENT); /* it was seen before, and may be again */
}

static void without_fault_tolerance_the_gcs_is_not_waited_for(void **state)
{
    struct small *s = *state;
    struct rayservice *r = NULL;
    WORLD_EACH (row, s->w, TABLE_RAYSERVICE) r = small_edit(s, TABLE_RAYSERVICE, row->record->key);
    r->ft = TRI_NO;
    small_put(s, "kube/rayservices", WORLD_KUBE, r);
    delete_accepted(s);
    assert_int_equal(waits_for(s), RUNG_HEAD_CREATED);
    struct focus f = small_focus(s);
    assert_false(recovery_may_come(&s->r, s->w, &f, RUNG_GCS_SILENT));
    assert_false(recovery_may_come(&s->r, s->w, &f, RUNG_GCS_BACK));
    assert_false(recovery_may_come(&s->r, s->w, &f, RUNG_HEAD_ALIVE));
}

/* What is lost decides: a GCS that is only silent needs neither a new head nor Serve anew, and a head that has crashed
 * was not deleted. */
static void which_rungs_may_come(void **state)
{
    struct small *s = *state;
    for (int serve = 0; serve < 2; serve++) {
        if (serve) small_put(s, "serve", WORLD_SERVE, record_new(TABLE_SERVEAPP, "rs-uid"));
        delete_accepted(s);
        const struct focus f = small_focus(s);
        for (int lost = 0; lost < 2; lost++) {
            s->r.head_lost = lost;
            s->r.rung[RUNG_GCS_SILENT].reached = false;
            assert_int_equal(recovery_may_come(&s->r, s->w, &f, RUNG_DELETE_ACCEPTED), !lost);
            assert_int_equal(recovery_may_come(&s->r, s->w, &f, RUNG_SERVE_RUNNING), lost && serve);
            assert_int_equal(recovery_may_come(&s->r, s->w, &f, RUNG_WORKERS_SAME), lost);
            assert_int_equal(recovery_may_come(&s->r, s->w, &f, RUNG_HEAD_READY), lost);
            assert_true(recovery_may_come(&s->r, s->w, &f, RUNG_GCS_SILENT));
            s->r.rung[RUNG_GCS_SILENT].reached = true;
            assert_false(recovery_may_come(&s->r, s->w, &f, RUNG_DELETE_ACCEPTED));
        }
        const size_t workers = s->r.workers;
        s->r.workers = 0;
        assert_false(recovery_may_come(&s->r, s->w, &f, RUNG_WORKERS_SAME));
        s->r.workers = workers;
    }
}

static void without_redis_the_gcs_is_not_waited_for(void **state)
{
    struct small *s = *state;
    delete_accepted(s);
    assert_int_equal(waits_for(s), RUNG_GCS_SILENT);
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_OFF, ERR_OK, NULL, NULL));
    assert_int_equal(waits_for(s), RUNG_HEAD_CREATED);
}

static void a_worker_that_did_not_live_on_is_named(void **state)
{
    struct small *s = *state;
    delete_accepted(s);
    why_is(s, RUNG_WORKERS_SAME, "");
    struct pod *p = small_edit(s, TABLE_POD, s->r.worker[0].uid);
    char expected[RECOVERY_WHY_MAX];
    p->restarts = known_u64(p->restarts.value + 1);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    snprintf(expected, sizeof expected, "worker pod %s was restarted", s->r.worker[0].name);
    why_is(s, RUNG_WORKERS_SAME, expected);
    small_gone(s, TABLE_POD, s->r.worker[0].uid);
    snprintf(expected, sizeof expected, "worker pod %s is gone", s->r.worker[0].name);
    why_is(s, RUNG_WORKERS_SAME, expected);
    p = small_pod("new-worker", "mistral-44qn2-inf2-worker-zz9zz", "worker", NULL, NULL);
    p->is_ready = TRI_UNKNOWN; /* one that has no node has no such condition yet */
    record_set(&p->status, "Pending");
    record_set(&p->message, "3 Insufficient aws.amazon.com/neuron.");
    small_put(s, "kube/pods", WORLD_KUBE, p);
    why_is(s, RUNG_WORKERS_SAME,
           "worker pod mistral-44qn2-inf2-worker-zz9zz Pending: 3 Insufficient aws.amazon.com/neuron.");
}

static void serve_is(struct small *s, const char *app, const char *app_status, const char *name, const char *status,
                     const char *message)
{
    struct serveapp *a = record_new(TABLE_SERVEAPP, "rs-uid");
    struct deployment *d = RECORD_APPEND(a, deployments);
    record_set(&d->app, app);
    record_set(&d->app_status, app_status);
    record_set(&d->name, name);
    record_set(&d->status, status);
    record_set(&d->message, message);
    small_put(s, "serve", WORLD_SERVE, a);
}

/* The deployment that is at fault, else the application that does not run. */
static void serve_that_does_not_run_is_named(void **state)
{
    struct small *s = *state;
    delete_accepted(s);
    small_apply(s, change_source("serve", WORLD_SERVE, SOURCE_LIVE, ERR_OK, NULL, NULL));
    serve_is(s, "chat", "DEPLOYING", "model", "UNHEALTHY", "no cores");
    why_is(s, RUNG_SERVE_RUNNING, "Serve: model UNHEALTHY: no cores");
    serve_is(s, "chat", "DEPLOYING", "model", "HEALTHY", NULL);
    why_is(s, RUNG_SERVE_RUNNING, "Serve: chat DEPLOYING");
    serve_is(s, "chat", "NOT_STARTED", "model", NULL, NULL);
    why_is(s, RUNG_SERVE_RUNNING, "Serve: model NOT_STARTED");
    serve_is(s, "chat", "DEPLOY_FAILED", NULL, NULL, "import error");
    why_is(s, RUNG_SERVE_RUNNING, "Serve: chat DEPLOY_FAILED: import error");
    small_apply(s, change_source("serve", WORLD_SERVE, SOURCE_DOWN, ERR_REFUSED, "refused", NULL));
    why_is(s, RUNG_SERVE_RUNNING, "");
}

static void without_an_outage_nothing_is_waited_for(void **state)
{
    assert_int_equal(waits_for(*state), RUNG_COUNT);
}

#define T(test) cmocka_unit_test_setup_teardown(test, small_setup, small_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_head_that_is_not_placed_says_why),      T(an_event_says_what_the_pod_does_not),
        T(redis_that_is_down_is_the_reason),        T(without_fault_tolerance_the_gcs_is_not_waited_for),
        T(without_redis_the_gcs_is_not_waited_for), T(which_rungs_may_come),
        T(a_worker_that_did_not_live_on_is_named),  T(serve_that_does_not_run_is_named),
        T(without_an_outage_nothing_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
