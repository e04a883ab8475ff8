/* drill_past_test.c - the report of an earlier drill: read back as it was written, refused where it is none, held
 * against a new one, and in a table. */
#include "backends/base/mem.h"
#include "deploy/drill_past.h"
#include "tests/support/loss_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int fixture_open(void **state)
{
    struct loss_fixture *x = mem_zero(1, sizeof *x);
    loss_fill(x);
    snprintf(x->outage.ns, sizeof x->outage.ns, "mistral");
    snprintf(x->outage.service, sizeof x->outage.service, "chat");
    *state = x;
    return 0;
}

static int fixture_close(void **state)
{
    free(*state);
    return 0;
}

static void report_fill(struct loss_fixture *x, struct drill_report *r)
{
    drill_report_judge(&x->ask, &x->verdict, r);
    r->ray_version = "2.60.0";
    r->kuberay = "v1.7.0";
    r->raydeck = "1.0";
    r->context = "prod";
}

static void past_of(struct loss_fixture *x, struct drill_past *ret)
{
    struct buf text;
    struct drill_report r;
    report_fill(x, &r);
    buf_init(&text, DRILL_REPORT_MAX);
    drill_report_write(&r, DRILL_FORMAT_JSON, &text);
    assert_int_equal(drill_past_read("old.json", buf_text(&text), text.len, ret, NULL), ERR_OK);
    buf_done(&text);
}

static void a_report_is_read_back(void **state)
{
    struct loss_fixture *x = *state;
    struct drill_past past;
    past_of(x, &past);
    assert_int_equal(past.result, DRILL_PASS);
    assert_string_equal(past.context, "prod");
    assert_string_equal(past.ns, "mistral");
    assert_string_equal(past.service, "chat");
    assert_string_equal(past.ray, "2.60.0");
    assert_string_equal(past.kuberay, "v1.7.0");
    assert_string_equal(past.fault, "deletion of the head pod");
    assert_true(past.failed.known && past.failed.value == 0);
    for (int i = 0; i < CRITERIA; i++) {
        assert_int_equal(past.of[i].state, x->verdict.of[i].state);
        assert_true(past.of[i].value.known && past.of[i].value.value == x->verdict.of[i].value.value);
    }
}

static void what_is_no_report_is_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } wrong[] = {
        {"", "old.json: it is empty"},
        {"{\"version\":", "old.json: "},
        {"[]", "old.json: this is no JSON report of raydeck drill"},
        {"{\"version\":1,\"items\":[]}", "old.json: this is no JSON report of raydeck drill"},
        {"{\"version\":2,\"raydeck\":\"9\"}", "old.json: a report of version 2; this raydeck reads version 1"},
        {"{\"version\":1,\"raydeck\":\"1\",\"result\":\"FINE\",\"criteria\":[],\"service\":{}}",
         "this is no JSON report"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct drill_past past = {.judged_ms = 7};
        struct why why = {0};
        assert_int_equal(drill_past_read("old.json", wrong[i].text, strlen(wrong[i].text), &past, &why), ERR_PARSE);
        if (!strstr(why.text, wrong[i].why)) fail_msg("%s: %s", wrong[i].text, why.text);
        assert_int_equal(past.judged_ms, 7);
    }
}

/* The caller frees *ret. */
static size_t loss_compare(struct loss_fixture *x, const struct drill_past *old, char **ret)
{
    struct buf out;
    struct drill_report r;
    report_fill(x, &r);
    buf_init(&out, DRILL_REPORT_MAX);
    const size_t worse = drill_past_compare(old, &r, &out);
    *ret = buf_take(&out);
    return worse;
}

static void compared_as(struct loss_fixture *x, const struct drill_past *old, size_t worse, const char *words)
{
    char *text;
    const size_t found = loss_compare(x, old, &text);
    if (found != worse || !strstr(text, words)) fail_msg("%zu: %s", found, text);
    free(text);
}

static void what_got_worse_is_said_and_noise_is_not(void **state)
{
    struct loss_fixture *x = *state;
    struct drill_past old;
    past_of(x, &old);
    compared_as(x, &old, 0, "nothing got worse");
    x->outage.recovered_ms = known_u64(62000); /* 50 s before: within a quarter */
    x->tally.sum[TALLY_ROUTE].gap_ms = 400;    /* 0.22 s before: within a quarter of a second */
    compared_as(x, &old, 0, "nothing got worse");
    x->outage.recovered_ms = known_u64(63000);
    compared_as(x, &old, 1, "worse: time to recover: 50.0 s → 63.0 s (met)");
    loss_fill(x);
    loss_add_requests(x, TALLY_ROUTE, 0, 3);
    compared_as(x, &old, 2, "worse: PASS → FAIL");
    compared_as(x, &old, 2, "worse: requests failed: 0 % → 0.99 % (broken)");
    loss_fill(x);
    x->outage.fields.known = false;
    compared_as(x, &old, 2, "worse: GCS fields lost: 0 → unknown (unknown)");
}

/* One that is shorter, or that has fewer requests, is not worse for it. */
static void what_got_better_is_not_worse(void **state)
{
    struct loss_fixture *x = *state;
    struct drill_past old;
    loss_add_requests(x, TALLY_ROUTE, 0, 3);
    past_of(x, &old);
    loss_fill(x);
    x->outage.gcs_silent_ms = known_u64(9000);
    x->outage.recovered_ms = known_u64(12000);
    compared_as(x, &old, 0, "nothing got worse");
    compared_as(x, &old, 0, "another RayService: chat → –");
}

static void the_table_holds_them_by_rayservice(void **state)
{
    struct loss_fixture *x = *state;
    struct drill_past *past = mem_zero(3, sizeof *past);
    struct buf out;
    past_of(x, &past[0]);
    x->outage.recovered_ms = known_u64(100000);
    loss_add_requests(x, TALLY_ROUTE, 0, 3);
    past_of(x, &past[1]);
    past[2] = past[0];
    snprintf(past[2].service, sizeof past[2].service, "other");
    buf_init(&out, DRILL_REPORT_MAX);
    drill_past_table(past, 3, &out);
    const char *text = buf_text(&out);
    assert_null(strchr(text, '>'));
    assert_non_null(strstr(text, "mistral/chat, context prod\n  DATE                  VERDICT       SILENCE"));
    assert_non_null(strstr(text, "  FAIL          41.0 s    100.0 s   3       2.60.0    v1.7.0    deletion"));
    assert_non_null(strstr(text, "  time to recover  ▅█  at most 100.0 s\n\nmistral/other"));
    buf_done(&out);
    free(past);
}

/* 600 s of waiting are no recovery that took 600 s. */
static void what_did_not_recover_is_told_so_in_the_table(void **state)
{
    struct loss_fixture *x = *state;
    struct drill_past past;
    struct buf out;
    x->outage.state = OUTAGE_RUNNING;
    x->outage.missing = RUNG_GCS_BACK;
    x->outage.recovered_ms = known_u64(600000);
    past_of(x, &past);
    buf_init(&out, DRILL_REPORT_MAX);
    drill_past_table(&past, 1, &out);
    if (!strstr(buf_text(&out), "  >600.0 s  ")) fail_msg("%s", buf_text(&out));
    buf_done(&out);
}

#define PAST_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAST_TEST(a_report_is_read_back),
        PAST_TEST(what_is_no_report_is_refused),
        PAST_TEST(what_got_worse_is_said_and_noise_is_not),
        PAST_TEST(what_got_better_is_not_worse),
        PAST_TEST(what_did_not_recover_is_told_so_in_the_table),
        PAST_TEST(the_table_holds_them_by_rayservice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
