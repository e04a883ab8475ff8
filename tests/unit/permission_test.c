/* permission_test.c - whose answer counts: of the namespace that is looked at, the newest, and how long. */
#include "backends/session/session_priv.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MINUTE_MS = 60 * 1000 };

/* The API server's answers come when the test says so. */
struct reviews {
    unsigned sent;
    char ns[64]; /* of the last one */
    void (*done)(void *arg, enum tri answer, const char *why);
    void *arg;
};
struct fixture {
    struct reviews reviews; /* is what the session takes for its client */
    struct kube_ops ops;
    struct loop *loop;
    struct session session;
};

static void on_may(struct kube *be, const char *verb, const char *resource, const char *ns,
                   void (*done)(void *arg, enum tri answer, const char *why), void *arg)
{
    struct reviews *r = (struct reviews *)(void *)be;
    assert_string_equal(verb, "delete");
    assert_string_equal(resource, "pods");
    assert_null(r->done); /* one at a time */
    r->sent++;
    r->done = done;
    r->arg = arg;
    snprintf(r->ns, sizeof r->ns, "%s", ns);
}

static void review_answer(struct fixture *f, enum tri permission_now, const char *why)
{
    struct reviews *r = &f->reviews;
    void (*done)(void *, enum tri, const char *) = r->done;
    assert_non_null(done);
    r->done = NULL;
    done(r->arg, permission_now, why);
}

static int fixture_open(void **state)
{
    struct fixture *f = mem_zero(1, sizeof *f);
    f->ops = (struct kube_ops){.may = on_may};
    f->loop = loop_new();
    f->session = (struct session){.kube = (struct kube *)(void *)&f->reviews,
                                  .kube_ops = &f->ops,
                                  .world = world_new(),
                                  .loop = f->loop,
                                  .clock = loop_clock(f->loop)};
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;
    session_permission_done(&f->session);
    world_free(f->session.world);
    loop_free(f->loop);
    free(f);
    return 0;
}

static enum tri permission_now(const struct fixture *f)
{
    const char *why;
    return session_may_delete_pods(&f->session, &why);
}

static void an_answer_that_is_no_is_an_answer(void **state)
{
    struct fixture *f = *state;
    const char *why;
    assert_true(session_permission_waits(&f->session));
    session_permission_set_namespace(&f->session, "one");
    assert_true(session_permission_waits(&f->session));
    review_answer(f, TRI_NO, "not you");
    assert_false(session_permission_waits(&f->session));
    assert_int_equal(session_may_delete_pods(&f->session, &why), TRI_NO);
    assert_string_equal(why, "not you");
    session_permission_set_namespace(&f->session, "one"); /* nothing new */
    assert_int_equal(f->reviews.sent, 1);
}

static void another_namespace_forgets_the_answer(void **state)
{
    struct fixture *f = *state;
    session_permission_set_namespace(&f->session, "one");
    review_answer(f, TRI_YES, "");
    assert_int_equal(permission_now(f), TRI_YES);
    session_permission_set_namespace(&f->session, "two");
    assert_int_equal(permission_now(f), TRI_UNKNOWN);
    assert_true(session_permission_waits(&f->session));
    session_permission_set_namespace(&f->session, "three");
    assert_int_equal(f->reviews.sent, 2);
    review_answer(f, TRI_YES, ""); /* a stale review of "two" is dropped, and one of "three" is requested */
    assert_int_equal(permission_now(f), TRI_UNKNOWN);
    assert_true(session_permission_waits(&f->session));
    assert_int_equal(f->reviews.sent, 3);
    assert_string_equal(f->reviews.ns, "three");
    review_answer(f, TRI_NO, "");
    assert_int_equal(permission_now(f), TRI_NO);
    assert_int_equal(f->reviews.sent, 3);
}

static void it_is_asked_again_after_five_minutes(void **state)
{
    struct fixture *f = *state;
    session_permission_set_namespace(&f->session, "one");
    review_answer(f, TRI_YES, "");
    const uint64_t now = loop_now_ms();
    session_permission_tick(&f->session, now + 4 * MINUTE_MS);
    assert_int_equal(f->reviews.sent, 1);
    session_permission_tick(&f->session, now + 5 * MINUTE_MS + 1);
    assert_int_equal(f->reviews.sent, 2);
    assert_int_equal(permission_now(f), TRI_YES); /* until the next answer is there */
    assert_false(session_permission_waits(&f->session));
    session_permission_tick(&f->session, now + 6 * MINUTE_MS); /* one is in flight */
    review_answer(f, TRI_NO, "");
    assert_int_equal(permission_now(f), TRI_NO);
    assert_int_equal(f->reviews.sent, 2);
}

static void what_could_not_be_said_is_asked_again_sooner(void **state)
{
    struct fixture *f = *state;
    session_permission_set_namespace(&f->session, "one");
    review_answer(f, TRI_UNKNOWN, "timed out");
    assert_false(session_permission_waits(&f->session)); /* nothing is gained by waiting */
    session_permission_tick(&f->session, loop_now_ms() + MINUTE_MS);
    assert_int_equal(f->reviews.sent, 2);
}

static void a_refresh_while_one_is_in_flight_follows_it(void **state)
{
    struct fixture *f = *state;
    session_permission_set_namespace(&f->session, "one");
    session_permission_refresh(&f->session);
    session_permission_refresh(&f->session);
    assert_int_equal(f->reviews.sent, 1);
    review_answer(f, TRI_NO, "");
    assert_int_equal(f->reviews.sent, 2);
    review_answer(f, TRI_YES, "");
    assert_int_equal(f->reviews.sent, 2);
    assert_int_equal(permission_now(f), TRI_YES);
}

/* A watch that is denied is so every few seconds: no storm of reviews. */
static void a_source_that_is_denied_asks_again_but_not_each_time(void **state)
{
    struct fixture *f = *state;
    session_permission_set_namespace(&f->session, "one");
    review_answer(f, TRI_YES, "");
    for (int i = 0; i < 100; i++) session_permission_doubt(&f->session);
    assert_int_equal(f->reviews.sent, 1);
    session_permission_tick(&f->session, loop_now_ms() + MINUTE_MS);
    assert_int_equal(f->reviews.sent, 2);
    review_answer(f, TRI_YES, "");
    assert_int_equal(f->reviews.sent, 2);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(an_answer_that_is_no_is_an_answer),           T(another_namespace_forgets_the_answer),
        T(it_is_asked_again_after_five_minutes),        T(what_could_not_be_said_is_asked_again_sooner),
        T(a_refresh_while_one_is_in_flight_follows_it), T(a_source_that_is_denied_asks_again_but_not_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
