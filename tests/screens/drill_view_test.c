/* drill_view_test.c - a drill over the screen: its phases, the load by series, the question, and the report. */
#include "tests/support/loss_fixture.h"
#include "tests/support/screen_file.h"
#include "tui/panes/drill_view.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "deploy/drill_report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"guards",  "baseline", "confirm", "fault",
                                    "observe", "recover",  "settle",  "verdict"};

static const struct drill_view_series load[] = {
    {"users' route", 2.5, 41, 40, 0, 1, 0},
    {"fresh connections", 2.5, 41, 39, 1, 1, 0},
    {"worker proxies", 2, 32, 32, 0, 0, 0},
    {"prompts", 0.21, 4, 3, 0, 1, 0},
};

static void steps_fill(struct steps *s, size_t running)
{
    steps_init(s, names, 8);
    for (size_t i = 0; i <= running; i++) {
        steps_begin(s, i);
        if (i == 0) steps_log(s, i, TONE_PLAIN, "ok: the head pod mistral-44qn2-head-d4544 is ready");
        if (i == 0)
            steps_log(s, i, TONE_WARN, "1 of 2 worker pods are not ready: mistral-44qn2-inf2-worker-q5rdw: overridden");
        if (i == 1) steps_log(s, i, TONE_PLAIN, "users' route: 50 answered, p50 13.6 ms, p99 38.2 ms");
        if (i == 3) steps_log(s, i, TONE_PLAIN, "delete of mistral-44qn2-head-d4544 accepted");
        if (i < running) steps_end(s, i);
    }
}

static void view_check(struct drill_view *v, const char *name)
{
    static const int sizes[][2] = {{60, 200}, {40, 120}, {24, 80}};
    for (size_t i = 0; i < 3; i++) {
        struct canvas cv;
        char file[64];
        canvas_init(&cv, sizes[i][0], sizes[i][1]);
        canvas_fill(&cv, 0, 0, sizes[i][0], sizes[i][1], ROLE_TEXT, '~');
        drill_view_update(v, sizes[i][0], sizes[i][1]);
        drill_view_draw(v, &cv);
        snprintf(file, sizeof file, "drill-%s-%dx%d", name, sizes[i][1], sizes[i][0]);
        screen_check(file, &cv, false);
        canvas_done(&cv);
    }
}

static struct drill_view view_of(const struct steps *s)
{
    struct drill_view v = {.steps = s, .title = "Drill · delete-now · mistral/mistral"};
    drill_view_open(&v);
    return v;
}

static void it_waits_for_the_confirmation(void **state)
{
    (void)state;
    struct steps s;
    steps_fill(&s, 2);
    steps_now(&s, 2, "waiting for confirmation");
    struct drill_view v = view_of(&s);
    v.asks = true;
    view_check(&v, "asks");
    steps_done(&s);
}

static void it_observes_under_load(void **state)
{
    (void)state;
    struct steps s;
    steps_fill(&s, 5);
    steps_now(&s, 5, "new head ALIVE, old DEAD: 4 Ray connections, no NODE record yet");
    steps_log(&s, 5, TONE_PLAIN, "+0.0s GCS silent: Ray connections 4 → 0, heartbeat stopped");
    steps_log(&s, 5, TONE_PLAIN, "+1.2s new head created, bound: mistral-44qn2-head-x7w2p");
    struct drill_view v = view_of(&s);
    v.injected = v.load_runs = true;
    v.elapsed_ms = 12400;
    v.limit_ms = 600000;
    memcpy(v.series, load, sizeof load);
    v.series_count = 4;
    view_check(&v, "recover");
    /* An ended load has nothing in flight. */
    struct canvas cv;
    v.load_ended = true;
    canvas_init(&cv, 24, 80);
    drill_view_draw(&v, &cv);
    char *drawn = canvas_dump(&cv, false);
    assert_non_null(strstr(drawn, "CANCELLED"));
    assert_null(strstr(drawn, "IN FLIGHT"));
    assert_null(strstr(drawn, "UNKNOWN"));
    free(drawn);
    /* Requests that say nothing of Serve have not failed. */
    v.series[0].unknown = 7;
    drill_view_draw(&v, &cv);
    drawn = canvas_dump(&cv, false);
    assert_non_null(strstr(drawn, "CANCELLED  UNKNOWN "));
    assert_non_null(strstr(drawn, "  1        7 "));
    free(drawn);
    canvas_done(&cv);
    steps_done(&s);
}

static struct drill_view judged_view(const struct steps *s, bool fails)
{
    static struct loss_fixture x;
    struct drill_view v = view_of(s);
    struct drill_report report;
    struct buf text;
    loss_fill(&x);
    snprintf(x.outage.ns, sizeof x.outage.ns, "mistral");
    snprintf(x.outage.service, sizeof x.outage.service, "mistral");
    if (fails) loss_add_requests(&x, TALLY_ROUTE, 0, 3);
    drill_report_judge(&x.ask, &x.verdict, &report);
    buf_init(&text, DRILL_REPORT_MAX);
    drill_report_write(&report, DRILL_FORMAT_TEXT, &text);
    v.report = buf_take(&text);
    v.shows_report = v.injected = true;
    v.bad = fails;
    snprintf(v.end, sizeof v.end, "%s", drill_result_word(x.verdict.result));
    return v;
}

static void the_verdict_is_a_report(void **state)
{
    (void)state;
    struct steps s;
    steps_fill(&s, 7);
    steps_end(&s, 7);
    struct drill_view v = judged_view(&s, false);
    view_check(&v, "pass");
    drill_view_done(&v);
    v = judged_view(&s, true);
    view_check(&v, "fail");
    drill_view_done(&v);
    steps_done(&s);
}

static enum overlay_result view_key(struct drill_view *v, uint32_t code, unsigned mods)
{
    const struct input in = {.type = INPUT_KEY, .key = code, .mods = mods};
    return drill_view_input(v, &in);
}

/* Before the fault s ends the drill; after it Esc and ^C end the load alone, and then Esc hides it. */
static void what_stops_depends_on_the_fault(void **state)
{
    (void)state;
    struct steps s;
    steps_fill(&s, 1);
    struct drill_view v = view_of(&s);
    v.load_runs = true;
    assert_int_equal(view_key(&v, KEYP_ESC, 0), OVERLAY_CANCELLED);
    assert_int_equal(view_key(&v, 's', 0), OVERLAY_ACTION);
    assert_int_equal(v.action, DRILL_VIEW_STOP);
    v.injected = true;
    assert_int_equal(view_key(&v, 'q', 0), OVERLAY_CANCELLED);
    assert_int_equal(view_key(&v, KEYP_ESC, 0), OVERLAY_ACTION);
    assert_int_equal(v.action, DRILL_VIEW_STOP);
    assert_int_equal(view_key(&v, 'c', MOD_CTRL), OVERLAY_ACTION);
    v.load_runs = false;
    assert_int_equal(view_key(&v, KEYP_ESC, 0), OVERLAY_CANCELLED);
    assert_int_equal(view_key(&v, 'w', 0), OVERLAY_STAYS);
    steps_done(&s);
}

static void the_report_scrolls_and_is_saved(void **state)
{
    (void)state;
    struct steps s;
    steps_fill(&s, 7);
    struct drill_view v = judged_view(&s, false);
    assert_int_equal(view_key(&v, 'w', 0), OVERLAY_ACTION);
    assert_int_equal(v.action, DRILL_VIEW_SAVE);
    for (int i = 0; i < 100; i++) view_key(&v, KEYP_DOWN, 0);
    drill_view_update(&v, 24, 80);
    assert_true(v.top > 0 && v.top < 100);
    view_key(&v, KEYP_TAB, 0);
    assert_false(v.shows_report);
    view_key(&v, KEYP_TAB, 0);
    assert_true(v.shows_report);
    assert_int_equal(view_key(&v, KEYP_ESC, 0), OVERLAY_CANCELLED);
    drill_view_done(&v);
    steps_done(&s);
}

/* No size is too small to draw on. */
static void every_size_is_drawn(void **state)
{
    (void)state;
    struct steps s;
    steps_fill(&s, 5);
    struct drill_view v = judged_view(&s, true);
    for (int rows = 1; rows < 30; rows++)
        for (int cols = 1; cols < 90; cols += 4)
            for (int report = 0; report < 2; report++) {
                struct canvas cv;
                canvas_init(&cv, rows, cols);
                v.shows_report = report;
                memcpy(v.series, load, sizeof load);
                v.series_count = 4;
                drill_view_update(&v, rows, cols);
                drill_view_draw(&v, &cv);
                canvas_done(&cv);
            }
    drill_view_done(&v);
    steps_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_waits_for_the_confirmation),   cmocka_unit_test(it_observes_under_load),
        cmocka_unit_test(the_verdict_is_a_report),         cmocka_unit_test(what_stops_depends_on_the_fault),
        cmocka_unit_test(the_report_scrolls_and_is_saved), cmocka_unit_test(every_size_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
