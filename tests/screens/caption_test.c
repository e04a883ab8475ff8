/* caption_test.c - the band of a walkthrough over the main screen: found from the last row, and the footer stays. */
#include "tests/support/screen_file.h"
#include "tests/support/world_fixture.h"
#include "tui/panes/caption.h"
#include "tui/panes/overlay.h"
#include "tui/panes/screen.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void caption_show(const char *name, const struct caption *c, int rows, int cols, bool roles)
{
    struct fixture f;
    fixture_calm(&f);
    struct screen *s = screen_new();
    struct canvas cv;
    char file[80];
    struct view v = fixture_view(&f);
    canvas_init(&cv, rows, cols);
    struct canvas stage = canvas_sub(&cv, 0, 0, rows - caption_own_rows(c, &cv), cols);
    screen_size(s, stage.rows, cols);
    screen_update(s, &v);
    screen_draw(s, &v, &stage);
    caption_draw(c, &cv);
    snprintf(file, sizeof file, "caption-%s-%dx%d", name, cols, rows);
    screen_check(file, &cv, roles);
    canvas_done(&cv);
    screen_free(s);
    fixture_done(&f);
}

static const struct caption gone = {
    .text = "Gone. No grace.", .state = "9/17  waiting for the head to go, 2 s of 30 s", .hint = "any key takes over"};

static void over_the_main_screen(void **state)
{
    (void)state;
    caption_show("gone", &gone, 40, 120, false);
    caption_show("gone", &gone, 24, 80, false);
    caption_show("gone", &gone, 10, 40, false);
    struct caption paused = gone;
    paused.paused = true;
    paused.state = " PAUSED at 9/17: a key was pressed ";
    paused.hint = ":script goes on";
    caption_show("paused", &paused, 24, 80, true);
}

/* Whatever its length, lines are broken at blanks and stand in the middle. */
static void long_and_small(void **state)
{
    (void)state;
    struct canvas cv;
    struct caption c = gone;
    c.text = "One Ray head. By default, everything depends on it.";
    canvas_init(&cv, 12, 40);
    canvas_fill(&cv, 0, 0, 12, 40, ROLE_TEXT, '~');
    caption_draw(&c, &cv);
    screen_check("caption-wrapped-40x12", &cv, false);
    c.text = "";
    caption_draw(&c, &cv);
    canvas_done(&cv);
    static const int sizes[][2] = {{1, 1}, {2, 3}, {1, 80}, {3, 9}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        canvas_init(&cv, sizes[i][0], sizes[i][1]);
        canvas_fill(&cv, 0, 0, cv.rows, cv.cols, ROLE_TEXT, '~');
        caption_draw(&gone, &cv);
        assert_int_equal(canvas_cell(&cv, cv.rows - 1, 0)->cp, '~'); /* the footer's row is not its own */
        canvas_done(&cv);
    }
}

/* Neither a pane nor a dialog is drawn in its rows, whatever its length; a screen of less than twelve rows has none to
 * spare. */
static void it_has_rows_of_its_own(void **state)
{
    (void)state;
    struct canvas cv;
    canvas_init(&cv, 24, 80);
    assert_int_equal(caption_own_rows(&gone, &cv), 2);
    struct canvas stage = canvas_sub(&cv, 0, 0, 24 - caption_own_rows(&gone, &cv), 80);
    caption_draw(&gone, &cv);
    char *before = canvas_dump(&cv, false);
    (void)overlay_box(&stage, 100, 100, ROLE_DIALOG, "as large as it gets");
    char *after = canvas_dump(&cv, false);
    assert_non_null(strstr(after, "Gone. No grace."));
    assert_non_null(strstr(after, "waiting for the head to go"));
    assert_non_null(strstr(before, "Gone. No grace."));
    free(before);
    free(after);
    canvas_done(&cv);
    canvas_init(&cv, 12, 80); /* as long as the console itself has what it needs */
    assert_int_equal(caption_own_rows(&gone, &cv), 2);
    canvas_done(&cv);
    canvas_init(&cv, 11, 80);
    assert_int_equal(caption_own_rows(&gone, &cv), 0);
    canvas_done(&cv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(over_the_main_screen), cmocka_unit_test(long_and_small),
                                       cmocka_unit_test(it_has_rows_of_its_own)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
