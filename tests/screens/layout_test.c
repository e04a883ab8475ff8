/* layout_test.c - where things go: every rectangle on the screen, none over another, at every size. */
#include "tui/panes/layout_split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct layout_ask ask_of(int rows, int cols)
{
    return (struct layout_ask){.rows = rows,
                               .cols = cols,
                               .wanted = {[LAYOUT_RECOVERY] = 9,
                                          [LAYOUT_PODS] = 4,
                                          [LAYOUT_CORES] = 9,
                                          [LAYOUT_GCS] = 9,
                                          [LAYOUT_REQUESTS] = 5,
                                          [LAYOUT_EVENTS] = 2},
                               .focus = LAYOUT_PODS,
                               .brief_lines = 4,
                               .detail_lines = 5};
}

enum { SIDE = 256 };
struct paper {
    unsigned char at[SIDE][SIDE];
};

static void paint_rect(struct paper *p, const struct layout_ask *ask, struct rect r)
{
    if (r.rows == 0) return;
    assert_true(r.rows > 0 && r.cols > 0);
    assert_true(r.row >= 0 && r.col >= 0);
    assert_true(r.row + r.rows <= ask->rows);
    assert_true(r.col + r.cols <= ask->cols);
    for (int i = r.row; i < r.row + r.rows; i++)
        for (int k = r.col; k < r.col + r.cols; k++) {
            assert_int_equal(p->at[i][k], 0);
            p->at[i][k] = 1;
        }
}

static void layout_check(const struct layout_ask *ask)
{
    static struct paper p;
    struct layout l = layout_of(ask);
    memset(&p, 0, sizeof p);
    if (l.shape == LAYOUT_TOO_SMALL) {
        assert_true(ask->rows < LAYOUT_MIN_ROWS || ask->cols < LAYOUT_MIN_COLS);
        return;
    }
    paint_rect(&p, ask, l.strip);
    paint_rect(&p, ask, l.answers);
    paint_rect(&p, ask, l.footer);
    if (l.message.row != l.footer.row) paint_rect(&p, ask, l.message);
    paint_rect(&p, ask, l.tabs);
    paint_rect(&p, ask, l.briefs);
    paint_rect(&p, ask, l.detail_rule);
    paint_rect(&p, ask, l.detail);
    for (int i = 0; i < LAYOUT_PANES; i++) {
        paint_rect(&p, ask, l.rule[i]);
        paint_rect(&p, ask, l.pane[i]);
    }
    for (int i = 0; i < 2; i++) paint_rect(&p, ask, l.split[i]);
    assert_true(l.pane[ask->focus].rows >= 1);
    assert_int_equal(l.answers.rows, 3);
}

static void test_every_size(void **state)
{
    (void)state;
    for (int rows = 1; rows <= 70; rows++)
        for (int cols = 1; cols <= 210; cols += cols < 120 ? 1 : 9) {
            struct layout_ask ask = ask_of(rows, cols);
            layout_check(&ask);
            ask.recovery = true;
            ask.focus = LAYOUT_RECOVERY;
            layout_check(&ask);
            ask.alone = true;
            layout_check(&ask);
        }
}

static void test_greedy_panes(void **state)
{
    (void)state;
    for (int rows = 10; rows <= 60; rows++)
        for (int many = 0; many < 12; many++) {
            struct layout_ask ask = ask_of(rows, many % 2 ? 120 : 80);
            ask.wanted[many % LAYOUT_PANES] = 100000;
            ask.brief_lines = many * 3;
            ask.detail_lines = many * 100;
            ask.recovery = many > 5;
            layout_check(&ask);
        }
}

static void test_wide_shows_every_pane(void **state)
{
    (void)state;
    struct layout_ask ask = ask_of(40, 120);
    struct layout l = layout_of(&ask);
    assert_int_equal(l.shape, LAYOUT_ALL);
    assert_int_equal(l.pane[LAYOUT_RECOVERY].rows, 0);
    for (int i = LAYOUT_PODS; i <= LAYOUT_EVENTS; i++) assert_true(l.pane[i].rows >= 4);
    assert_int_equal(l.pane[LAYOUT_DOCTOR].rows, 0);
    assert_true(l.detail.rows >= 4);
    assert_int_equal(l.split_col, 60);
    assert_int_equal(l.pane[LAYOUT_CORES].cols, 60);
    assert_int_equal(l.pane[LAYOUT_GCS].cols, 59);
    assert_int_equal(l.pane[LAYOUT_GCS].col, 61);
}

/* From 160 columns on cores and GCS have the height of two panes; requests are over events. */
static void test_wider_has_three_columns(void **state)
{
    (void)state;
    static const int sizes[][2] = {{32, 160}, {45, 160}, {60, 200}};
    for (int i = 0; i < 3; i++) {
        struct layout_ask ask = ask_of(sizes[i][0], sizes[i][1]);
        struct layout l = layout_of(&ask);
        const struct rect cores = l.pane[LAYOUT_CORES], gcs = l.pane[LAYOUT_GCS], requests = l.pane[LAYOUT_REQUESTS];
        assert_int_equal(cores.row, gcs.row);
        assert_int_equal(cores.rows, gcs.rows);
        assert_int_equal(requests.row, cores.row);
        assert_true(requests.rows >= 4 && l.pane[LAYOUT_EVENTS].rows >= 4);
        assert_int_equal(l.pane[LAYOUT_EVENTS].row + l.pane[LAYOUT_EVENTS].rows, cores.row + cores.rows);
        assert_int_equal(l.split[0].rows, cores.rows + 1);
        assert_int_equal(l.split[1].rows, cores.rows + 1);
        assert_true(cores.cols >= 57 && gcs.cols >= 54 && requests.cols >= 46);
        /* A prompt more moves no rule. */
        ask.wanted[LAYOUT_REQUESTS]++;
        struct layout more = layout_of(&ask);
        assert_int_equal(more.rule[LAYOUT_EVENTS].row, l.rule[LAYOUT_EVENTS].row);
    }
}

static void test_recovery_takes_the_details_place(void **state)
{
    (void)state;
    struct layout_ask ask = ask_of(40, 120);
    ask.recovery = true;
    struct layout l = layout_of(&ask);
    assert_int_equal(l.detail.rows, 0);
    assert_int_equal(l.pane[LAYOUT_RECOVERY].rows, 9);
    assert_true(l.pane[LAYOUT_RECOVERY].row > l.pane[LAYOUT_PODS].row);
    assert_true(l.pane[LAYOUT_RECOVERY].row < l.pane[LAYOUT_CORES].row);
}

static void test_many_pods_leave_room_for_the_rest(void **state)
{
    (void)state;
    struct layout_ask ask = ask_of(40, 120);
    ask.wanted[LAYOUT_PODS] = 201;
    struct layout l = layout_of(&ask);
    for (int i = LAYOUT_CORES; i <= LAYOUT_EVENTS; i++) assert_true(l.pane[i].rows >= 4);
    ask = ask_of(24, 80);
    ask.wanted[LAYOUT_PODS] = 201;
    l = layout_of(&ask);
    assert_int_equal(l.shape, LAYOUT_TABS);
    assert_int_equal(l.briefs.rows, 4);
    assert_true(l.pane[LAYOUT_PODS].rows >= 8);
}

static void test_tabs_show_one_pane(void **state)
{
    (void)state;
    struct layout_ask ask = ask_of(24, 80);
    struct layout l = layout_of(&ask);
    assert_int_equal(l.shape, LAYOUT_TABS);
    assert_int_equal(l.tabs.row, 4);
    assert_int_equal(l.pane[LAYOUT_PODS].row, 5);
    assert_int_equal(l.pane[LAYOUT_PODS].rows, 4);
    assert_int_equal(l.briefs.row, 10);
    for (int i = LAYOUT_CORES; i < LAYOUT_PANES; i++) assert_int_equal(l.pane[i].rows, 0);
}

static void test_smallest(void **state)
{
    (void)state;
    struct layout_ask ask = ask_of(10, 40);
    struct layout l = layout_of(&ask);
    assert_int_equal(l.shape, LAYOUT_TABS);
    assert_int_equal(l.pane[LAYOUT_PODS].rows, 4);
    assert_int_equal(l.message.row, l.footer.row);
    ask = ask_of(9, 200);
    assert_int_equal(layout_of(&ask).shape, LAYOUT_TOO_SMALL);
    ask = ask_of(50, 39);
    assert_int_equal(layout_of(&ask).shape, LAYOUT_TOO_SMALL);
}

static void test_alone_takes_all(void **state)
{
    (void)state;
    struct layout_ask ask = ask_of(40, 120);
    ask.alone = true;
    ask.focus = LAYOUT_EVENTS;
    struct layout l = layout_of(&ask);
    assert_int_equal(l.pane[LAYOUT_EVENTS].rows, 32);
    assert_int_equal(l.pane[LAYOUT_EVENTS].cols, 120);
    assert_int_equal(l.pane[LAYOUT_PODS].rows, 0);
    assert_int_equal(l.split_col, -1);
}

/* Wherever it is dragged to, nothing lies over anything else, every pane keeps its least, and the panes that are not
 * its neighbours stay. */
static void split_drag_everywhere(struct layout_ask ask, enum layout_split split)
{
    const struct layout before = layout_of(&ask);
    for (int row = -2; row < ask.rows + 2; row += 3)
        for (int col = -2; col < ask.cols + 2; col += 7) {
            struct layout_ask dragged = ask;
            dragged.sizes = layout_split_to(&before, split, row, col);
            layout_check(&dragged);
            const struct layout l = layout_of(&dragged);
            for (int i = LAYOUT_PODS; i <= LAYOUT_EVENTS; i++)
                assert_true(l.pane[i].rows >= 4 && l.pane[i].cols >= LAYOUT_COLUMN_MIN);
            if (split != SPLIT_PODS) assert_memory_equal(&l.pane[LAYOUT_PODS], &before.pane[LAYOUT_PODS], 16);
            if (split == SPLIT_PODS) assert_memory_equal(&l.pane[LAYOUT_CORES], &before.pane[LAYOUT_CORES], 16);
            if (split == SPLIT_LINE_2) assert_memory_equal(&l.pane[LAYOUT_CORES], &before.pane[LAYOUT_CORES], 16);
        }
}

static void test_a_line_moves_its_neighbours_alone(void **state)
{
    (void)state;
    static const int sizes[][2] = {{32, 100}, {40, 120}, {60, 200}};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 2 * SPLIT_NONE; k++) {
            struct layout_ask ask = ask_of(sizes[i][0], sizes[i][1]);
            const enum layout_split split = (enum layout_split)(k % SPLIT_NONE);
            ask.recovery = k >= SPLIT_NONE;
            const bool three = layout_of(&ask).three;
            if (three ? split == SPLIT_LOWER : split == SPLIT_REQUESTS || split == SPLIT_LINE_2) continue;
            split_drag_everywhere(ask, split);
        }
}

/* What was set holds as rows come and go, and a recovery has the rows that it needs. */
static void test_set_sizes_hold(void **state)
{
    (void)state;
    struct layout_ask ask = ask_of(40, 120);
    struct layout l = layout_of(&ask);
    const int rule = l.rule[LAYOUT_REQUESTS].row - 2;
    assert_int_equal(layout_split_at(&l, rule + 2, 5), SPLIT_LOWER);
    ask.sizes = layout_split_to(&l, SPLIT_LOWER, rule, 0);
    ask.wanted[LAYOUT_PODS] = 20;
    l = layout_of(&ask);
    assert_int_equal(l.rule[LAYOUT_REQUESTS].row, rule);
    assert_true(layout_wider(&l, LAYOUT_EVENTS, 2, &ask.sizes));
    l = layout_of(&ask);
    assert_int_equal(l.split_col, 58);
    assert_int_equal(layout_split_at(&l, l.split[0].row, 58), SPLIT_LINE);
    ask.recovery = true;
    assert_true(layout_of(&ask).pane[LAYOUT_RECOVERY].rows >= 9);
    ask.recovery = false;
    ask.cols = 121; /* of another size */
    assert_int_equal(layout_of(&ask).split_col, 60);
    ask.alone = true;
    l = layout_of(&ask);
    assert_false(layout_taller(&l, LAYOUT_PODS, 1, &ask.sizes));
    assert_int_equal(layout_split_at(&l, l.rule[LAYOUT_PODS].row, 3), SPLIT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_greedy_panes),
        cmocka_unit_test(test_wide_shows_every_pane),
        cmocka_unit_test(test_wider_has_three_columns),
        cmocka_unit_test(test_a_line_moves_its_neighbours_alone),
        cmocka_unit_test(test_set_sizes_hold),
        cmocka_unit_test(test_recovery_takes_the_details_place),
        cmocka_unit_test(test_many_pods_leave_room_for_the_rest),
        cmocka_unit_test(test_tabs_show_one_pane),
        cmocka_unit_test(test_smallest),
        cmocka_unit_test(test_alone_takes_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
