/* The last two losses side by side: what is counted of each, what outlives the world it was seen in, how it looks. */
#include "tests/support/screen_file.h"
#include "tests/support/world_fixture.h"
#include "tui/panes/losses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void take(struct losses *l, struct fixture *f)
{
    struct view v = fixture_view(f);
    losses_take(l, &v);
}

static void show(const struct losses *l, const char *name)
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
    take(&l, &f);
    assert_int_equal(l.item[LOSSES - 1].t0_wall_ms, 0);
    show(&l, "none");
    fixture_done(&f);
}

static void two_of_them(void **state)
{
    (void)state;
    struct losses l = {0};
    struct fixture f, other;
    fixture_calm(&f);
    fixture_kill_head(&f);
    take(&l, &f);
    const struct loss *one = &l.item[LOSSES - 1];
    assert_int_equal(one->answered, 30);
    assert_int_equal(one->failed, 0);
    assert_int_equal(one->prompts, 1); /* and one that waits */
    assert_true(one->gap_ms.known && one->gap_ms.value > 0);
    assert_false(one->head_ms.known);
    assert_int_equal(one->workers.same, 2);
    fixture_probe(&f, "failed", 0);
    take(&l, &f); /* the same loss, looked at again: not another one */
    assert_int_equal(l.item[0].t0_wall_ms, 0);
    assert_int_equal(one->failed, 1);
    fixture_done(&f);
    /* Another cluster, as after a reset: the first one is kept. */
    fixture_calm(&other);
    fixture_wait(&other, 60000);
    fixture_kill_head(&other);
    take(&l, &other);
    assert_int_equal(l.item[0].failed, 1);
    assert_int_equal(l.item[1].failed, 0);
    show(&l, "two");
    /* Long after it nothing of it changes. */
    fixture_wait(&other, LOSS_SECONDS * 1000);
    fixture_probe(&other, "failed", 0);
    take(&l, &other);
    assert_int_equal(l.item[1].failed, 0);
    fixture_done(&other);
}

static void without_fault_tolerance(void **state)
{
    (void)state;
    struct losses l = {.item = {[LOSSES - 1] = {.t0_wall_ms = 1795000000000,
                                                .ft = TRI_NO,
                                                .grace_s = {0, true},
                                                .dots = "..s.XXXXXXXXXXXX  ..",
                                                .answered = 14,
                                                .failed = 28,
                                                .gap_ms = {14400, true},
                                                .head_ms = {5500, true},
                                                .workers = {2, 2, 0, 2, true},
                                                .runtimes = {2, 0}}}};
    show(&l, "no-ft");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_was_watched),
        cmocka_unit_test(two_of_them),
        cmocka_unit_test(without_fault_tolerance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
