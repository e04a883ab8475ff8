/* losses_test.c - the last two losses side by side: what is counted of each, what outlives the world it was seen in,
 * how it looks. */
#include "tests/support/screen_file.h"
#include "tests/support/world_fixture.h"
#include "tui/panes/losses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void losses_observe(struct losses *l, struct fixture *f)
{
    struct view v = fixture_view(f);
    losses_record(l, &v);
}

static void losses_show(const struct losses *l, const char *name)
{
    static const int sizes[][2] = {{40, 120}, {24, 80}, {10, 40}};
    for (size_t i = 0; i < 3; i++) {
        struct canvas cv;
        char file[64];
        canvas_init(&cv, sizes[i][0], sizes[i][1]);
        losses_draw(l, &cv);
        snprintf(file, sizeof file, "losses-%s-%dx%d", name, sizes[i][1], sizes[i][0]);
        screen_check(file, &cv, false);
        canvas_done(&cv);
    }
}

static void none_was_watched(void **state)
{
    (void)state;
    struct losses l = {0};
    struct fixture f;
    fixture_calm(&f);
    losses_observe(&l, &f);
    assert_int_equal(l.item[LOSSES - 1].state, OUTAGE_NONE);
    losses_show(&l, "none");
    fixture_done(&f);
}

static void two_of_them(void **state)
{
    (void)state;
    struct losses l = {0};
    struct fixture f, other;
    fixture_calm(&f);
    fixture_kill_head(&f);
    losses_observe(&l, &f);
    const struct outage *one = &l.item[LOSSES - 1];
    assert_int_equal(one->request[OUTAGE_PROBES].ok, 30);
    assert_int_equal(outage_failed(one), 0);
    assert_int_equal(one->request[OUTAGE_PROMPTS].ok, 1); /* and one that waits */
    assert_true(one->unserved_ms.known && one->unserved_ms.value > 0);
    assert_true(one->head_down_ms.known);
    assert_int_equal(one->same, 2);
    fixture_probe(&f, "failed", 0);
    losses_observe(&l, &f); /* the same loss, looked at again: not another one */
    assert_int_equal(l.item[0].state, OUTAGE_NONE);
    assert_int_equal(outage_failed(one), 1);
    fixture_done(&f);
    /* Another cluster, as after a reset: the first one is kept. */
    fixture_calm(&other);
    fixture_wait(&other, 60000);
    fixture_kill_head(&other);
    losses_observe(&l, &other);
    assert_int_equal(outage_failed(&l.item[0]), 1);
    assert_int_equal(outage_failed(&l.item[1]), 0);
    losses_show(&l, "two");
    /* The service was deleted and deployed again: what was before is none of its losses. */
    snprintf(l.item[0].service_uid, sizeof l.item[0].service_uid, "another");
    struct canvas cv;
    canvas_init(&cv, 40, 120);
    losses_draw(&l, &cv);
    char *text = canvas_dump(&cv, false);
    assert_non_null(strstr(text, "GCS fault tolerance ON · of another RayService, before"));
    free(text);
    canvas_done(&cv);
    fixture_done(&other);
}

static char *losses_text(const struct losses *l, int rows, int cols)
{
    struct canvas cv;
    canvas_init(&cv, rows, cols);
    losses_draw(l, &cv);
    char *text = canvas_dump(&cv, false);
    canvas_done(&cv);
    return text;
}

static void losses_say(const struct losses *l, const char *words, bool says)
{
    char *text = losses_text(l, 24, 80);
    if ((strstr(text, words) != NULL) != says) fail_msg("\"%s\" %s\n%s", words, says ? "is missing" : "is there", text);
    free(text);
}

/* A loss that runs is no result: it is called so, and its lengths are so far. The answers stay in sight. */
static void one_that_runs_is_not_over(void **state)
{
    (void)state;
    struct losses l = {0};
    struct fixture f;
    fixture_calm(&f);
    fixture_kill_head(&f);
    losses_observe(&l, &f);
    losses_say(&l, "HEAD DOWN, running", true);
    losses_say(&l, "head down   6.0s so far", true);
    char *text = losses_text(&l, 24, 80);
    const char *first = strchr(text, '\n');
    if (text[0] != ' ' && text[0] != '\n') fail_msg("it covers the answers:\n%s", text);
    assert_non_null(first);
    free(text);
    l.item[1].state = OUTAGE_OVER;
    losses_say(&l, "running", false);
    losses_say(&l, "so far", false);
    fixture_done(&f);
}

/* Two kills that were simulated at different speeds say nothing about each other's length. */
static void speeds_that_differ_are_said(void **state)
{
    (void)state;
    struct losses l = {0};
    struct fixture f, other;
    fixture_calm(&f);
    fixture_kill_head(&f);
    struct view v = fixture_view(&f);
    v.sim_speed = 1;
    losses_record(&l, &v);
    fixture_calm(&other);
    fixture_wait(&other, 60000);
    fixture_kill_head(&other);
    v = fixture_view(&other);
    v.sim_speed = 1;
    losses_record(&l, &v);
    losses_say(&l, "speed", false);
    v.sim_speed = 2; /* while it runs */
    losses_record(&l, &v);
    losses_say(&l, "HEAD DOWN, running · speed changed", true);
    losses_say(&l, "simulated at different speeds: the lengths do not compare", true);
    l.speed[1] = (struct loss_speed){.times = 2};
    losses_say(&l, "HEAD DOWN, running · 2x speed", true);
    losses_say(&l, "simulated at different speeds: the lengths do not compare", true);
    l.speed[0] = l.speed[1];
    losses_say(&l, "simulated at different speeds", false);
    fixture_done(&f);
    fixture_done(&other);
}

/* A second of one stands below the same second of the other, and nothing of them is cut. */
static void they_have_one_axis(void **state)
{
    (void)state;
    struct losses l = {0};
    for (int i = 0; i < LOSSES; i++) {
        struct outage *o = &l.item[i];
        *o = (struct outage){.state = OUTAGE_OVER, .head_lost = true, .workers = 2, .same = 2, .ft = TRI_YES};
        o->fields =
            (struct outage_fields){.before = 54, .kept = 52, .lost = 1, .added = 2, .lost_expected = 1, .known = true};
        memset(o->second, i ? '.' : 'X', i ? 90 : 35);
    }
    char *text = losses_text(&l, 24, 80);
    for (int i = 20; i <= 80; i += 20) {
        char mark[16];
        snprintf(mark, sizeof mark, "+%d ", i);
        assert_non_null(strstr(text, mark));
    }
    assert_non_null(strstr(text, "2/2 same UIDs, 0 restarts"));
    assert_non_null(strstr(text, "expected"));
    assert_null(strstr(text, "…"));
    free(text);
}

/* Once it is over and was watched for long enough, nothing of it changes. */
static void what_is_final_stays(void **state)
{
    (void)state;
    struct losses l = {0};
    struct fixture f;
    fixture_calm(&f);
    fixture_kill_head(&f);
    f.recovery.outage = OUTAGE_OVER;
    fixture_wait(&f, OUTAGE_SECONDS * 1000);
    fixture_probe(&f, "failed", 0);
    losses_observe(&l, &f);
    assert_true(l.item[1].final);
    assert_int_equal(outage_failed(&l.item[1]), 0);
    fixture_done(&f);
}

static void without_fault_tolerance(void **state)
{
    (void)state;
    struct losses l = {.item = {[LOSSES - 1] = {.state = OUTAGE_OVER,
                                                .head_lost = true,
                                                .cause = CAUSE_OURS,
                                                .t0_wall_ms = 1795000000000,
                                                .ft = TRI_NO,
                                                .grace_s = {0, true},
                                                .second = "..s.XXXXXXXXXXXX  ..",
                                                .request = {{.ok = 13, .slow = 1, .failed = 28}},
                                                .unserved_ms = {14400, true},
                                                .head_down_ms = {5500, true},
                                                .workers = 2,
                                                .same = 2,
                                                .restarts = 2,
                                                .runtimes = 2}}};
    losses_show(&l, "no-ft");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_was_watched),          cmocka_unit_test(two_of_them),
        cmocka_unit_test(one_that_runs_is_not_over), cmocka_unit_test(speeds_that_differ_are_said),
        cmocka_unit_test(they_have_one_axis),        cmocka_unit_test(what_is_final_stays),
        cmocka_unit_test(without_fault_tolerance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
