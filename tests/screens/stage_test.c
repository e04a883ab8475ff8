/* stage_test.c - the stage: its screens at the sizes of halls and laptops, what it may claim, and that nothing on it
 * moves while a head is lost and comes back. */
#include "backends/base/mem.h"
#include "tests/support/screen_file.h"
#include "tests/support/world_fixture.h"
#include "tui/draw/block_text.h"
#include "tui/panes/screen.h"
#include "tui/panes/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    int rows, cols;
} sizes[] = {{60, 200}, {40, 120}, {24, 80}, {10, 40}};

static void stage_killed(struct fixture *f)
{
    fixture_calm(f);
    fixture_kill_head(f);
}

/* Requests that failed, one that was slow, one that waits. */
static void stage_failures(struct fixture *f)
{
    stage_killed(f);
    static const char *const phases[] = {"failed", "failed", "slow", "ok", "waiting"};
    for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
        fixture_wait(f, 1000);
        fixture_probe(f, phases[i], strcmp(phases[i], "slow") == 0 ? 1400000 : 38000);
    }
}

static void stage_stale(struct fixture *f)
{
    fixture_calm(f);
    fixture_sleep(f, 14000);
}

static void stage_empty(struct fixture *f)
{
    fixture_empty(f);
}

static const struct {
    const char *name;
    void (*begin)(struct fixture *f);
} worlds[] = {{"calm", fixture_calm},
              {"killed", stage_killed},
              {"failures", stage_failures},
              {"stale", stage_stale},
              {"empty", stage_empty}};

static void stage_show(struct screen *s, struct fixture *f, struct canvas *cv)
{
    const struct view v = fixture_view(f);
    screen_update(s, &v);
    screen_draw(s, &v, cv);
}

static struct screen *stage_open(struct fixture *f, int rows, int cols, struct canvas *cv)
{
    struct screen *s = screen_new();
    screen_size(s, rows, cols);
    canvas_init(cv, rows, cols);
    stage_show(s, f, cv);
    assert_true(screen_focus(s, 'S'));
    stage_show(s, f, cv);
    return s;
}

static void test_screens(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(worlds); i++)
        for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
            struct fixture f;
            struct canvas cv;
            char name[64];
            worlds[i].begin(&f);
            struct screen *s = stage_open(&f, sizes[k].rows, sizes[k].cols, &cv);
            snprintf(name, sizeof name, "stage-%s-%dx%d", worlds[i].name, sizes[k].cols, sizes[k].rows);
            screen_check(name, &cv, false);
            if (i == 2 && k == 1) {
                screen_check("stage-failures-roles-120x40", &cv, true);
                cv.ascii = true;
                stage_show(s, &f, &cv);
                screen_check("stage-failures-ascii-120x40", &cv, false);
            }
            screen_free(s);
            canvas_done(&cv);
            fixture_done(&f);
        }
}

/* Where anything stands: the cells of badges, and the row of the axis. The marks are of the moments they name. */
static void places_of(const struct canvas *cv, char *out)
{
    for (int row = 1; row < cv->rows / 2 - 2; row++)
        for (int col = 0; col < cv->cols; col++) {
            const enum role role = (enum role)canvas_cell(cv, row, col)->role;
            *out++ = role >= ROLE_BADGE_OK && role <= ROLE_BADGE_UNKNOWN ? '#' : ' ';
        }
    *out = '\0';
}

static int row_with(const struct canvas *cv, const char *words)
{
    char *text = canvas_dump(cv, false), *at = strstr(text, words);
    int row = 0;
    assert_non_null(at);
    for (const char *c = text; c < at; c++) row += *c == '\n';
    free(text);
    return row;
}

static void test_nothing_moves(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(sizes) - 1; k++) {
        struct fixture f;
        struct canvas cv;
        static char before[60 * 200], now[60 * 200];
        fixture_calm(&f);
        struct screen *s = stage_open(&f, sizes[k].rows, sizes[k].cols, &cv);
        places_of(&cv, before);
        const int axis = row_with(&cv, " s ago   requests");
        fixture_kill_head(&f);
        for (int tenth = 0; tenth < 900; tenth++) {
            fixture_wait(&f, 100);
            if (tenth % 10 == 0) fixture_probe(&f, tenth % 70 ? "ok" : "failed", 38000);
            stage_show(s, &f, &cv);
            places_of(&cv, now);
            assert_string_equal(before, now);
            assert_int_equal(row_with(&cv, " s ago   requests"), axis);
        }
        screen_free(s);
        canvas_done(&cv);
        fixture_done(&f);
    }
}

/* In ASCII too each cell is one, and in the smallest window nothing falls out of it. */
static void test_ascii_and_any_size(void **state)
{
    (void)state;
    struct fixture f;
    stage_failures(&f);
    for (int rows = 10; rows <= 70; rows += 5)
        for (int cols = 40; cols <= 240; cols += 20) {
            struct canvas cv;
            struct screen *s = stage_open(&f, rows, cols, &cv);
            cv.ascii = true;
            stage_show(s, &f, &cv);
            char *text = canvas_dump(&cv, false);
            for (const char *c = text; *c; c++) assert_true((unsigned char)*c < 0x80);
            assert_non_null(strstr(text, "HEAD"));
            assert_non_null(strstr(text, "|kill|"));
            free(text);
            screen_free(s);
            canvas_done(&cv);
        }
    fixture_done(&f);
}

/* The clock stops with tenths at what the report says, and the marks are there. */
static void test_the_end(void **state)
{
    (void)state;
    struct stage_clock clock;
    struct outage *o = mem_zero(1, sizeof *o);
    const struct outage none = {0};
    struct answer answers[ANSWERS] = {{0}};
    *o = (struct outage){.state = OUTAGE_OVER,
                         .head_lost = true,
                         .head_down_ms = known_u64(14230),
                         .recovered_ms = known_u64(75980),
                         .last_rung = known_u64(75980),
                         .t0_ms = 1000};
    struct view v = {.outage = o, .previous = &none, .now_ms = 90000};
    stage_clock_of(&v, answers, &clock);
    assert_string_equal(clock.digits, "1:15.9");
    assert_string_equal(clock.whole, "1:15");
    assert_string_equal(clock.label, "RECOVERED IN");
    assert_string_equal(clock.text, "head down 14.2s");
    v.now_ms += 10 * 60 * 1000;
    stage_clock_of(&v, answers, &clock);
    assert_string_equal(clock.label, "LAST HEAD LOSS");
    *o = none;
    stage_clock_of(&v, answers, &clock);
    assert_string_equal(clock.digits, "-:--"); /* unknown is not zero */
    free(o);
}

/* It is left as a zoom is, and a loss of the head does not take it away on a small screen. */
static void test_it_stays_and_is_left(void **state)
{
    (void)state;
    struct fixture f;
    struct canvas cv;
    fixture_calm(&f);
    struct screen *s = stage_open(&f, 24, 80, &cv);
    assert_true(screen_opened(s));
    fixture_kill_head(&f);
    stage_show(s, &f, &cv);
    assert_ptr_equal(screen_pane(s)->ops, &stage_pane_ops);
    assert_true(screen_back(s));
    assert_ptr_equal(screen_pane(s)->ops, &pods_pane_ops);
    assert_false(screen_opened(s));
    screen_free(s);
    canvas_done(&cv);
    fixture_done(&f);
}

/* A whole-screen pane that was opened on the stage gives it back; a pane that a person goes to does not. */
static void test_what_was_opened_on_it_goes_back_to_it(void **state)
{
    (void)state;
    struct fixture f;
    struct canvas cv;
    fixture_calm(&f);
    struct screen *s = stage_open(&f, 40, 120, &cv);
    assert_true(screen_focus(s, 'T'));
    assert_true(screen_focus(s, '6'));
    assert_true(screen_back(s));
    assert_ptr_equal(screen_pane(s)->ops, &stage_pane_ops);
    assert_true(screen_focus(s, 'T'));
    screen_next(s, 1);
    assert_true(screen_focus(s, 'T'));
    assert_true(screen_back(s));
    assert_ptr_not_equal(screen_pane(s)->ops, &stage_pane_ops);
    assert_true(screen_focus(s, 'S'));
    assert_true(screen_back(s));
    assert_false(screen_opened(s));
    screen_free(s);
    canvas_done(&cv);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screens),
        cmocka_unit_test(test_nothing_moves),
        cmocka_unit_test(test_ascii_and_any_size),
        cmocka_unit_test(test_the_end),
        cmocka_unit_test(test_it_stays_and_is_left),
        cmocka_unit_test(test_what_was_opened_on_it_goes_back_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
