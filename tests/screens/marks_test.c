/* marks_test.c - marked rows on the screen: how they look, how many the pane says there are, what Esc clears first, and
 * which pods they are of. */
#include "tests/support/fake_console.h"
#include "tests/support/screen_file.h"
#include "tui/panes/cores.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void row_mark(struct fake_console *d, const char *key)
{
    struct table_view *t = screen_rows(d->s);
    assert_true(table_select(t, key));
    assert_true(table_mark(t));
    fake_console_update(d);
}

static void console_check(struct fake_console *d, const char *name, bool ascii, bool roles)
{
    struct canvas cv;
    char file[64];
    canvas_init(&cv, d->s->rows, d->s->cols);
    cv.ascii = ascii;
    fake_console_update(d);
    screen_draw(d->s, &d->v, &cv);
    snprintf(file, sizeof file, "marks-%s-%dx%d", name, d->s->cols, d->s->rows);
    screen_check(file, &cv, roles);
    canvas_done(&cv);
}

/* The pods of the marked rows, in the pane's order. */
static void assert_pods(struct fake_console *d, const char *const *uids)
{
    struct selection at;
    for (size_t i = 0; screen_mark_next(d->s, &d->v, &i, &at); uids++) {
        assert_non_null(*uids);
        assert_string_equal(at.pod_uid, *uids);
    }
    assert_null(*uids);
}

static void they_are_seen_on_each_screen(void **state)
{
    (void)state;
    static const int sizes[][2] = {{40, 120}, {24, 80}, {10, 40}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct fake_console d;
        fake_console_open(&d, sizes[i][0], sizes[i][1]);
        row_mark(&d, "22bb-worker");
        row_mark(&d, "11aa-worker");
        console_check(&d, "two", false, false);
        if (i == 1) {
            console_check(&d, "ascii", true, false);
            console_check(&d, "roles", false, true);
        }
        table_filter(screen_table(d.s), "q5rdw"); /* the other one is marked all the same */
        console_check(&d, "filtered", false, false);
        fake_console_close(&d);
    }
}

/* The mark stays on the tombstone, beside its sign, and goes with it. */
static void that_of_a_pod_that_is_gone_stays_with_its_row(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 24, 80);
    row_mark(&d, "9c1e7a40-head");
    row_mark(&d, "11aa-worker");
    fixture_kill_head(&d.f);
    fake_console_update(&d);
    screen_focus(d.s, '1');
    console_check(&d, "gone", false, false);
    assert_int_equal(screen_marks(d.s), 2);
    fixture_wait(&d.f, 70 * 1000);
    fake_console_update(&d);
    assert_null(fake_console_row(&d, LAYOUT_PODS, "9c1e7a40-head"));
    assert_int_equal(screen_marks(d.s), 1);
    fake_console_close(&d);
}

/* Detail, zoom, marks, filter: what covers the rows before what was done to them, one thing at a time. */
static void esc_clears_them_before_the_filter(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 24, 80);
    struct table_view *t = screen_table(d.s);
    table_filter(t, "worker");
    row_mark(&d, "11aa-worker");
    screen_zoom(d.s);
    assert_true(screen_open(d.s));
    fake_console_update(&d);
    assert_int_equal(screen_marks(d.s), 0); /* the detail is of one row */
    assert_null(screen_rows(d.s));          /* and Space pages in it */
    assert_true(screen_back(d.s));
    assert_true(screen_opened(d.s)); /* still zoomed */
    assert_int_equal(screen_marks(d.s), 1);
    assert_true(screen_back(d.s));
    assert_false(screen_opened(d.s));
    assert_int_equal(screen_marks(d.s), 1);
    assert_true(screen_back(d.s));
    assert_int_equal(screen_marks(d.s), 0);
    assert_string_equal(t->filter, "worker");
    assert_true(screen_back(d.s));
    assert_string_equal(t->filter, "");
    assert_false(screen_back(d.s));
    fake_console_close(&d);
}

static void each_row_has_its_pod(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    row_mark(&d, "22bb-worker");
    row_mark(&d, "9c1e7a40-head");
    assert_pods(&d, (const char *const[]){"9c1e7a40-head", "22bb-worker", NULL});
    screen_focus(d.s, '2'); /* another pane has its own */
    fake_console_update(&d);
    assert_int_equal(screen_marks(d.s), 0);
    row_mark(&d, "neuron/q5rdw/0");
    row_mark(&d, "neuron/x2p7c/0");
    struct selection at;
    size_t i = 0;
    assert_true(screen_mark_next(d.s, &d.v, &i, &at));
    assert_int_equal(at.table, TABLE_CORE);
    assert_true(at.pod_uid[0]);
    screen_focus(d.s, '3');
    fake_console_update(&d);
    table_mark(screen_rows(d.s));
    i = 0;
    assert_true(screen_mark_next(d.s, &d.v, &i, &at));
    assert_string_equal(at.pod_uid, "");
    fake_console_close(&d);
}

/* The heat view has no room for them: there is nothing to mark, and what is marked is counted. */
static void the_heat_view_marks_nothing(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    screen_focus(d.s, '2');
    fake_console_update(&d);
    row_mark(&d, "neuron/q5rdw/0");
    while (!cores_heat((const struct cores *)screen_pane(d.s))) {
        screen_heat(d.s);
        fake_console_update(&d);
    }
    assert_null(screen_rows(d.s));
    assert_int_equal(screen_marks(d.s), 1);
    fake_console_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_seen_on_each_screen),
        cmocka_unit_test(that_of_a_pod_that_is_gone_stays_with_its_row),
        cmocka_unit_test(esc_clears_them_before_the_filter),
        cmocka_unit_test(each_row_has_its_pod),
        cmocka_unit_test(the_heat_view_marks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
