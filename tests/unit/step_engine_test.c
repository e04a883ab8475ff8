/* step_engine_test.c - the order of steps, waits, confirmation, failure, cancelling in each state, and who may close.
 */
#include "deploy/step_engine.h"

#include "backends/backend.h"
#include "backends/base/mem.h"
#include "tests/support/deadline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PLENTY_MS = 60 * 60 * 1000 };

/* A client of an API server that answers when the test says so. */
struct kube {
    const char *read_only; /* NULL: changes are allowed */
    struct http_calls calls;
    unsigned requests, cancelled;
    bool in_flight;
    char asked[200]; /* the last request */
};
struct fixture {
    struct loop *loop;
    struct step_engine *engine;
    struct kube kube;
    struct step_poll poll;
    unsigned begun[4], confirms, readings, hangs;
    bool met, unread, over, close_in_confirm, close_in_done;
    enum err err;
    char why[ERR_TEXT_MAX], log[4096];
};

/* ---- the client ---- */

static struct kube_call *kube_request(struct kube *be, const struct http_ask *ask, const struct http_calls *calls)
{
    assert_false(be->in_flight);
    snprintf(be->asked, sizeof be->asked, "%s %s", ask->method, ask->url);
    be->calls = *calls;
    be->in_flight = true;
    be->requests++;
    return (struct kube_call *)(void *)be;
}

/* The calls of this client are the client itself. */
static void kube_cancel(struct kube_call *call)
{
    struct kube *be = (struct kube *)(void *)call;
    be->in_flight = false;
    be->cancelled++;
}

static enum err kube_judge(const struct http_answer *answer, struct why *why)
{
    return answer->err ? why_set(why, answer->err, "%s", answer->why) : ERR_OK;
}

static enum err kube_may_change(const struct kube *be, struct why *why)
{
    return be->read_only ? why_set(why, ERR_GUARD, "%s", be->read_only) : ERR_OK;
}

static const struct kube_ops ops = {
    .request = kube_request, .cancel = kube_cancel, .judge = kube_judge, .may_change = kube_may_change};

static void kube_answer_with(struct kube *be, enum err err, const char *text)
{
    const struct http_answer answer = {
        .err = err, .why = text, .status = 200, .body = err ? "" : text, .body_len = err ? 0 : strlen(text)};
    assert_true(be->in_flight);
    be->in_flight = false;
    be->calls.done(be->calls.arg, &answer);
}

static void kube_answer(struct kube *be)
{
    kube_answer_with(be, ERR_OK, "{}");
}

/* ---- the run ---- */

static void on_changed(void *arg, const struct step *step, const struct step_line *line)
{
    struct fixture *f = arg;
    const size_t used = strlen(f->log);
    if (line)
        snprintf(f->log + used, sizeof f->log - used, "%s: %s\n", step->name, line->text);
    else if (step->now[0])
        snprintf(f->log + used, sizeof f->log - used, "%s … %s\n", step->name, step->now);
    else
        snprintf(f->log + used, sizeof f->log - used, "%s %s\n", step->name, step_state_word(step->state));
}

static void engine_close(struct fixture *f)
{
    if (f->engine) step_engine_close(f->engine);
    free(f->engine);
    f->engine = NULL;
}

static void on_confirm(void *arg)
{
    struct fixture *f = arg;
    f->confirms++;
    if (f->close_in_confirm) engine_close(f);
}

static void on_done(void *arg, enum err err, const char *why)
{
    struct fixture *f = arg;
    assert_false(f->over);
    f->over = true;
    f->err = err;
    snprintf(f->why, sizeof f->why, "%s", why);
    if (f->close_in_done) engine_close(f);
}

static void fixture_open(struct fixture *f, const struct step_def *defs, size_t count)
{
    f->loop = loop_new();
    f->engine = mem_zero(1, sizeof *f->engine);
    const struct step_engine_conf conf = {.loop = f->loop,
                                          .cluster = {&ops, &f->kube, NULL},
                                          .defs = defs,
                                          .count = count,
                                          .words = {"the apply of", "applied", "the rest was not", "again is safe"},
                                          .observer = {on_changed, on_confirm, on_done, f},
                                          .arg = f,
                                          .silent_ms = 1};
    step_engine_open(f->engine, &conf);
}
#define OPEN(f, defs) fixture_open(f, defs, sizeof(defs) / sizeof *(defs))

static void fixture_close(struct fixture *f)
{
    engine_close(f);
    loop_free(f->loop);
}

static void run_until(struct fixture *f, const bool *condition)
{
    const uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (!*condition) {
        if (loop_now_ms() > limit) fail_msg("timed out: \n%s", f->log);
        loop_step(f->loop, 20);
    }
}

static void run_until_logged(struct fixture *f, const char *text)
{
    const uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (!strstr(f->log, text)) {
        if (loop_now_ms() > limit) fail_msg("timed out: %s, but:\n%s", text, f->log);
        loop_step(f->loop, 20);
    }
}

static void ends_with(struct fixture *f, enum err err, const char *why)
{
    run_until(f, &f->over);
    assert_string_equal(f->why, why);
    assert_int_equal(f->err, err);
    for (unsigned i = 0; i < 3; i++) loop_step(f->loop, 5); /* nothing comes after it: on_done would fail */
}

/* ---- steps ---- */

static void step_good(void *arg)
{
    struct fixture *f = arg;
    f->begun[0]++;
    step_log(f->engine, TONE_PLAIN, "good");
    step_next(f->engine);
}

static void step_bad(void *arg)
{
    struct fixture *f = arg;
    f->begun[1]++;
    step_error(f->engine, ERR_REFUSED, "one is bad");
    step_fail(f->engine, ERR_REFUSED, "something is bad");
}

static void error_and_next(void *arg)
{
    struct fixture *f = arg;
    step_error(f->engine, ERR_FORBIDDEN, "not allowed");
    step_next(f->engine);
}

static void step_last(void *arg)
{
    struct fixture *f = arg;
    f->begun[2]++;
    step_finish(f->engine, ERR_OK, "finished");
}

static void step_always(void *arg)
{
    struct fixture *f = arg;
    f->begun[3]++;
    step_next(f->engine);
}

static void on_answer(void *arg, const struct object_answer *a)
{
    struct fixture *f = arg;
    (void)a;
    step_log(f->engine, TONE_PLAIN, "answered");
    step_next(f->engine);
}

static void step_get(void *arg)
{
    struct fixture *f = arg;
    object_read(&f->engine->cluster, "/api/v1/pods/p", on_answer, f);
    step_wait_text(f->engine, "requested");
}

static void step_change(void *arg)
{
    struct fixture *f = arg;
    cJSON *o =
        cJSON_Parse("{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"p\",\"namespace\":\"n\"}}");
    object_create(&f->engine->cluster, kobject_kind_of(o), o, on_answer, f);
    cJSON_Delete(o);
    step_wait_text(f->engine, "requested");
}

static void read_condition(void *arg)
{
    struct fixture *f = arg;
    f->readings++;
    if (f->met) {
        step_next(f->engine);
    } else if (f->unread) {
        step_unread(f->engine, "refused");
    } else {
        step_wait_text(f->engine, "not yet");
        step_unmet(f->engine);
    }
}

static void step_polls(void *arg)
{
    struct fixture *f = arg;
    step_poll(f->engine, &f->poll);
}

static void on_hang(void *arg)
{
    struct fixture *f = arg;
    f->hangs++;
}

static void on_late(void *arg)
{
    struct fixture *f = arg;
    step_fail(f->engine, ERR_TIMEOUT, "late: %s", step_waits_for(f->engine));
}

/* ---- order and failure ---- */

static void steps_run_in_order(void **state)
{
    (void)state;
    static const struct step_def defs[] = {{"a", step_good, 0}, {"b", step_good, 0}};
    struct fixture f = {0};
    OPEN(&f, defs);
    assert_string_equal(f.log, ""); /* from the loop, and not before */
    ends_with(&f, ERR_OK, "done");
    assert_string_equal(f.log, "a running\na: good\na ok\nb running\nb: good\nb ok\n");
    fixture_close(&f);
}

static void a_failure_skips_the_rest(void **state)
{
    (void)state;
    static const struct step_def defs[] = {{"a", step_bad, 0}, {"b", step_good, 0}, {"c", step_good, STEP_REQUIRES}};
    struct fixture f = {0};
    OPEN(&f, defs);
    ends_with(&f, ERR_REFUSED, "something is bad: nothing was applied");
    assert_string_equal(f.log, "a running\na: one is bad\na failed\nb skipped\nc skipped\n");
    fixture_close(&f);
}

static void an_error_fails_its_step_at_the_end(void **state)
{
    (void)state;
    static const struct step_def defs[] = {{"a", error_and_next, 0}, {"b", step_good, 0}};
    struct fixture f = {0};
    OPEN(&f, defs);
    ends_with(&f, ERR_FORBIDDEN, "not allowed: nothing was applied");
    assert_int_equal(f.begun[0], 0);
    fixture_close(&f);
}

static void a_step_that_continues_is_followed_up_to_one_that_requires_it(void **state)
{
    (void)state;
    static const struct step_def defs[] = {
        {"a", step_bad, STEP_CONTINUES}, {"b", step_good, 0}, {"c", step_last, STEP_REQUIRES}, {"d", step_good, 0}};
    struct fixture f = {0};
    OPEN(&f, defs);
    ends_with(&f, ERR_REFUSED, "something is bad: nothing was applied");
    assert_int_equal(f.begun[0], 1);
    assert_int_equal(f.begun[2], 0);
    assert_non_null(strstr(f.log, "b ok\nc skipped\nd skipped\n"));
    fixture_close(&f);
}

static void a_step_finishes_the_run(void **state)
{
    (void)state;
    static const struct step_def defs[] = {
        {"a", step_last, 0}, {"b", step_good, 0}, {"c", step_always, STEP_ALWAYS}, {"d", step_good, 0}};
    struct fixture f = {0};
    OPEN(&f, defs);
    ends_with(&f, ERR_OK, "finished");
    assert_string_equal(f.log, "a running\na ok\nb skipped\nc running\nc ok\nd skipped\n");
    fixture_close(&f);
}

static void a_verdict_follows_a_failure_and_changes_nothing_about_it(void **state)
{
    (void)state;
    static const struct step_def defs[] = {{"a", step_bad, 0}, {"b", step_good, 0}, {"c", step_last, STEP_ALWAYS}};
    struct fixture f = {0};
    OPEN(&f, defs);
    ends_with(&f, ERR_REFUSED, "something is bad: nothing was applied");
    assert_int_equal(f.begun[2], 1);
    fixture_close(&f);
}

/* ---- confirmation ---- */

static const struct step_def confirmed[] = {{"confirm", NULL, STEP_CONFIRMS}, {"b", step_good, 0}};

static void it_waits_for_the_answer(void **state)
{
    (void)state;
    struct fixture f = {0};
    OPEN(&f, confirmed);
    step_engine_confirm(f.engine, true); /* nobody was asked yet */
    run_until_logged(&f, "waiting for confirmation");
    loop_step(f.loop, 5);
    assert_int_equal(f.confirms, 1);
    assert_int_equal(f.begun[0], 0);
    step_engine_confirm(f.engine, true);
    step_engine_confirm(f.engine, false); /* the first answer counts */
    ends_with(&f, ERR_OK, "done");
    assert_int_equal(f.begun[0], 1);
    fixture_close(&f);
}

static void confirm_refused(bool yes, const char *read_only, const char *why)
{
    struct fixture f = {.kube.read_only = read_only};
    OPEN(&f, confirmed);
    run_until_logged(&f, "waiting for confirmation");
    step_engine_confirm(f.engine, yes);
    ends_with(&f, ERR_GUARD, why);
    assert_int_equal(f.begun[0], 0);
    assert_non_null(strstr(f.log, "confirm failed\nb skipped\n"));
    fixture_close(&f);
}

static void no_is_a_refusal(void **state)
{
    (void)state;
    confirm_refused(false, NULL, "not confirmed: nothing was applied");
}

static void yes_is_refused_where_nothing_may_be_changed(void **state)
{
    (void)state;
    confirm_refused(true, "READ-ONLY", "READ-ONLY: nothing was applied");
}

/* ---- waits ---- */

static const struct step_def waits[] = {{"wait", step_polls, 0}, {"b", step_good, 0}};

static void a_condition_is_read_until_it_is_met(void **state)
{
    (void)state;
    struct fixture f = {.poll = {.read = read_condition, .every_ms = 1, .limit_ms = PLENTY_MS}};
    OPEN(&f, waits);
    run_until_logged(&f, "wait … not yet");
    STEP_UNTIL(f.loop, f.readings >= 3);
    f.met = true;
    ends_with(&f, ERR_OK, "done");
    assert_true(f.readings > 3);
    fixture_close(&f);
}

static void a_limit_ends_it(void **state)
{
    (void)state;
    struct fixture f = {.poll = {.read = read_condition, .every_ms = 1, .limit_ms = 1}};
    OPEN(&f, waits);
    ends_with(&f, ERR_TIMEOUT, "timed out: not yet: nothing was applied");
    assert_non_null(strstr(f.log, "wait failed\nb skipped\n"));
    fixture_close(&f);
}

static void its_owner_words_the_limit(void **state)
{
    (void)state;
    struct fixture f = {.poll = {.read = read_condition, .every_ms = 1, .limit_ms = 1, .late = on_late}};
    OPEN(&f, waits);
    ends_with(&f, ERR_TIMEOUT, "late: not yet: nothing was applied");
    fixture_close(&f);
}

static void what_hangs_is_said_once(void **state)
{
    (void)state;
    struct fixture f = {.poll = {.read = read_condition, .every_ms = 1, .limit_ms = PLENTY_MS, .hang_ms = 1}};
    OPEN(&f, waits);
    run_until_logged(&f, "wait: stuck: not yet");
    const unsigned readings = f.readings;
    STEP_UNTIL(f.loop, f.readings >= readings + 3);
    f.met = true;
    ends_with(&f, ERR_OK, "done");
    assert_null(strstr(strstr(f.log, "stuck: ") + 1, "stuck: "));
    assert_non_null(strstr(f.log, "wait warning\n"));
    fixture_close(&f);

    struct fixture g = {
        .poll = {.read = read_condition, .every_ms = 1, .limit_ms = 30, .hang_ms = 1, .hangs = on_hang}};
    OPEN(&g, waits);
    ends_with(&g, ERR_TIMEOUT, "timed out: not yet: nothing was applied");
    assert_int_equal(g.hangs, 1);
    fixture_close(&g);
}

/* The readings fail for silent_ms, far less than the limit of the wait. */
static void a_server_that_is_gone_is_not_waited_for_to_the_limit(void **state)
{
    (void)state;
    struct fixture f = {.unread = true, .poll = {.read = read_condition, .every_ms = 1, .limit_ms = PLENTY_MS}};
    OPEN(&f, waits);
    ends_with(&f, ERR_TIMEOUT, "timed out: the API server: refused: nothing was applied");
    fixture_close(&f);
}

/* ---- cancelling ---- */

static void nothing_was_done(struct fixture *f)
{
    step_engine_cancel(f->engine, ERR_CANCELLED, "interrupted");
    step_engine_cancel(f->engine, ERR_TIMEOUT, "once more");
    ends_with(f, ERR_CANCELLED, "interrupted: nothing was applied");
    assert_int_equal(f->begun[0], 0);
}

static void cancelled_before_it_begins(void **state)
{
    (void)state;
    struct fixture f = {0};
    OPEN(&f, confirmed);
    nothing_was_done(&f);
    assert_int_equal(f.confirms, 0);
    fixture_close(&f);
}

static void cancelled_while_it_waits_for_the_answer(void **state)
{
    (void)state;
    struct fixture f = {0};
    OPEN(&f, confirmed);
    run_until_logged(&f, "waiting for confirmation");
    nothing_was_done(&f);
    step_engine_confirm(f.engine, true);
    loop_step(f.loop, 5);
    assert_int_equal(f.begun[0], 0);
    fixture_close(&f);
}

static void cancelled_in_a_wait(void **state)
{
    (void)state;
    struct fixture f = {.poll = {.read = read_condition, .every_ms = 1, .limit_ms = PLENTY_MS}};
    OPEN(&f, waits);
    run_until_logged(&f, "not yet");
    nothing_was_done(&f);
    const unsigned readings = f.readings;
    loop_step(f.loop, 20);
    assert_int_equal(f.readings, readings);
    assert_non_null(strstr(f.log, "wait: interrupted\nwait failed\nb skipped\n"));
    fixture_close(&f);
}

static void cancelled_while_it_reads(void **state)
{
    (void)state;
    static const struct step_def defs[] = {{"a", step_get, 0}, {"b", step_good, 0}};
    struct fixture f = {0};
    OPEN(&f, defs);
    run_until_logged(&f, "requested");
    nothing_was_done(&f);
    assert_null(strstr(f.log, "answered"));
    fixture_close(&f);
}

static const struct step_def changes[] = {
    {"confirm", NULL, STEP_CONFIRMS}, {"change", step_change, 0}, {"b", step_good, 0}, {"c", step_always, STEP_ALWAYS}};

static void open_changing(struct fixture *f)
{
    OPEN(f, changes);
    run_until_logged(f, "waiting for confirmation");
    step_engine_confirm(f->engine, true);
    run_until_logged(f, "requested");
    assert_int_equal(f->kube.requests, 1);
}

static void a_change_that_was_sent_is_waited_for(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_changing(&f);
    step_engine_cancel(f.engine, ERR_CANCELLED, "interrupted");
    loop_step(f.loop, 5);
    assert_false(f.over);
    kube_answer(&f.kube);
    ends_with(&f, ERR_CANCELLED, "interrupted: the rest was not; again is safe");
    assert_non_null(strstr(f.log, "change: answered\nchange: interrupted\nchange failed\nb skipped\n"));
    assert_int_equal(f.begun[0], 0);
    assert_int_equal(f.begun[3], 1);
    fixture_close(&f);
}

#define SENT "the apply of secret/p was sent"
#define ELSE "; the rest was not; again is safe"

static void a_change_that_is_not_answered_is_read_again(void **state)
{
    (void)state;
    struct fixture f = {0};
    struct why left;
    open_changing(&f);
    step_engine_left(f.engine, "left", &left);
    assert_string_equal(left.text, "left: " SENT ", its outcome is unknown: the API server does not answer" ELSE);
    step_engine_cancel(f.engine, ERR_TIMEOUT, "not done in time");
    run_until_logged(&f, "change … the apply of secret/p was not answered: reading the object\n");
    assert_int_equal(f.kube.requests, 2);
    assert_int_equal(f.kube.cancelled, 1);
    assert_string_equal(f.kube.asked, "GET /api/v1/namespaces/n/secrets/p");
    step_engine_left(f.engine, "left", &left); /* a second signal */
    assert_string_equal(left.text, "left: " SENT ", its outcome is unknown: the API server does not answer" ELSE);
    kube_answer_with(&f.kube, ERR_OK,
                     "{\"metadata\":{\"uid\":\"u1\",\"managedFields\":[{\"manager\":\"raydeck\",\"operation\":"
                     "\"Update\"}]}}");
    ends_with(&f, ERR_TIMEOUT, "not done in time: " SENT ": it was created (UID u1)" ELSE);
    assert_int_equal(f.kube.requests, 2);
    assert_int_equal(f.begun[0], 0);
    assert_int_equal(f.begun[3], 1);
    fixture_close(&f);
}

static void what_cannot_be_read_again_is_not_known(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_changing(&f);
    step_engine_cancel(f.engine, ERR_CANCELLED, "interrupted");
    run_until_logged(&f, "reading the object\n");
    kube_answer_with(&f.kube, ERR_FORBIDDEN, "not allowed");
    ends_with(&f, ERR_CANCELLED, "interrupted: " SENT ", its outcome is unknown: not allowed" ELSE);
    fixture_close(&f);
}

/* The reading is not answered either: all of it has one limit. */
static void a_server_that_says_nothing_is_not_waited_for(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_changing(&f);
    step_engine_cancel(f.engine, ERR_CANCELLED, "interrupted");
    run_until_logged(&f, "reading the object\n");
    ends_with(&f, ERR_CANCELLED, "interrupted: " SENT ", its outcome is unknown: the API server does not answer" ELSE);
    assert_int_equal(f.kube.cancelled, 2);
    fixture_close(&f);
}

static void it_is_closed_while_the_object_is_read(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_changing(&f);
    step_engine_cancel(f.engine, ERR_CANCELLED, "interrupted");
    run_until_logged(&f, "reading the object\n");
    fixture_close(&f);
    assert_false(f.over);
}

static void cancelled_after_the_end_is_nothing(void **state)
{
    (void)state;
    static const struct step_def defs[] = {{"a", step_last, STEP_STOPPABLE}, {"b", step_good, 0}};
    struct fixture f = {0};
    OPEN(&f, defs);
    assert_false(step_engine_may_stop(f.engine));
    run_until_logged(&f, "a ok");
    step_engine_cancel(f.engine, ERR_CANCELLED, "interrupted");
    ends_with(&f, ERR_OK, "finished");
    step_engine_cancel(f.engine, ERR_CANCELLED, "interrupted");
    assert_false(step_engine_may_stop(f.engine));
    loop_step(f.loop, 5);
    assert_null(strstr(f.log, "interrupted"));
    fixture_close(&f);
}

static void only_a_step_that_says_so_may_be_stopped(void **state)
{
    (void)state;
    static const struct step_def defs[] = {{"a", step_polls, STEP_STOPPABLE}, {"b", step_polls, 0}};
    struct fixture f = {.poll = {.read = read_condition, .every_ms = 1, .limit_ms = PLENTY_MS}};
    OPEN(&f, defs);
    run_until_logged(&f, "a … not yet");
    assert_true(step_engine_may_stop(f.engine));
    f.met = true;
    run_until_logged(&f, "a ok");
    f.met = false;
    run_until_logged(&f, "b … not yet");
    assert_false(step_engine_may_stop(f.engine));
    fixture_close(&f);
}

/* ---- closing ---- */

static void it_may_be_closed_in_confirm(void **state)
{
    (void)state;
    struct fixture f = {.close_in_confirm = true};
    OPEN(&f, confirmed);
    STEP_UNTIL(f.loop, !f.engine);
    assert_null(f.engine);
    loop_step(f.loop, 5);
    assert_false(f.over);
    fixture_close(&f);
}

static void it_may_be_closed_in_done(void **state)
{
    (void)state;
    static const struct step_def defs[] = {{"a", step_bad, 0}, {"b", step_good, 0}};
    struct fixture f = {.close_in_done = true};
    OPEN(&f, defs);
    ends_with(&f, ERR_REFUSED, "something is bad: nothing was applied");
    assert_null(f.engine);
    fixture_close(&f);

    struct fixture g = {.close_in_done = true};
    OPEN(&g, confirmed);
    run_until_logged(&g, "waiting for confirmation");
    step_engine_confirm(g.engine, false);
    assert_non_null(g.engine); /* done comes from the loop */
    ends_with(&g, ERR_GUARD, "not confirmed: nothing was applied");
    assert_null(g.engine);
    fixture_close(&g);
}

static void it_is_closed_with_a_change_in_flight(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_changing(&f);
    fixture_close(&f);
    assert_false(f.over);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_run_in_order),
        cmocka_unit_test(a_failure_skips_the_rest),
        cmocka_unit_test(an_error_fails_its_step_at_the_end),
        cmocka_unit_test(a_step_that_continues_is_followed_up_to_one_that_requires_it),
        cmocka_unit_test(a_step_finishes_the_run),
        cmocka_unit_test(a_verdict_follows_a_failure_and_changes_nothing_about_it),
        cmocka_unit_test(it_waits_for_the_answer),
        cmocka_unit_test(no_is_a_refusal),
        cmocka_unit_test(yes_is_refused_where_nothing_may_be_changed),
        cmocka_unit_test(a_condition_is_read_until_it_is_met),
        cmocka_unit_test(a_limit_ends_it),
        cmocka_unit_test(its_owner_words_the_limit),
        cmocka_unit_test(what_hangs_is_said_once),
        cmocka_unit_test(a_server_that_is_gone_is_not_waited_for_to_the_limit),
        cmocka_unit_test(cancelled_before_it_begins),
        cmocka_unit_test(cancelled_while_it_waits_for_the_answer),
        cmocka_unit_test(cancelled_in_a_wait),
        cmocka_unit_test(cancelled_while_it_reads),
        cmocka_unit_test(a_change_that_was_sent_is_waited_for),
        cmocka_unit_test(a_change_that_is_not_answered_is_read_again),
        cmocka_unit_test(what_cannot_be_read_again_is_not_known),
        cmocka_unit_test(a_server_that_says_nothing_is_not_waited_for),
        cmocka_unit_test(it_is_closed_while_the_object_is_read),
        cmocka_unit_test(cancelled_after_the_end_is_nothing),
        cmocka_unit_test(only_a_step_that_says_so_may_be_stopped),
        cmocka_unit_test(it_may_be_closed_in_confirm),
        cmocka_unit_test(it_may_be_closed_in_done),
        cmocka_unit_test(it_is_closed_with_a_change_in_flight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
