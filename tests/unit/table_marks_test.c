/* table_marks_test.c - a table's marks: of keys, through sorting, filtering, rebuilding and scrolling; ranges; how they
 * look without colours. */
#include "tui/draw/table_layout.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct column columns[] = {
    {.title = "NAME", .min = 8, .max = 0},
    {.title = "N", .min = 3, .max = 8, .priority = 1, .right = true, .numeric = true},
};

/* A row a letter, numbered against their order. */
static void table_fill(struct table_view *t, const char *keys)
{
    table_begin(t);
    for (const char *key = keys; *key; key++) {
        const char name[] = {*key, '\0'};
        struct table_row *r = table_row_add(t, name);
        table_cell_set(r, 0, ROLE_TEXT, name);
        table_cell_num(r, 1, ROLE_TEXT, 'z' - *key, "0");
    }
    table_end(t);
}

static void table_open(struct table_view *t, const char *keys)
{
    table_init(t, columns, ARRAY_LEN(columns));
    table_fill(t, keys);
}

/* The marked keys in the owner's order, "ac". */
static const char *marks_of(const struct table_view *t)
{
    static char out[64];
    size_t at = 0, len = 0;
    for (const char *key; (key = table_mark_next(t, &at));) out[len++] = key[0];
    out[len] = '\0';
    assert_int_equal(table_marks(t, NULL), len);
    return out;
}

static void a_mark_is_of_a_key(void **state)
{
    (void)state;
    struct table_view t;
    table_open(&t, "abcd");
    assert_string_equal(marks_of(&t), "");
    assert_true(table_mark(&t));
    assert_string_equal(marks_of(&t), "a");
    assert_string_equal(table_selected(&t), "a"); /* the cursor stays, as in k9s */
    table_select(&t, "c");
    assert_true(table_mark(&t));
    assert_string_equal(marks_of(&t), "ac");
    assert_true(table_is_marked(&t, "c"));
    assert_false(table_is_marked(&t, "b"));
    assert_true(table_mark(&t)); /* again: no more */
    assert_string_equal(marks_of(&t), "a");
    table_marks_clear(&t);
    assert_string_equal(marks_of(&t), "");
    table_done(&t);
}

static void it_stays_through_sorting_and_rebuilding(void **state)
{
    (void)state;
    struct table_view t;
    table_open(&t, "abcd");
    table_select(&t, "b");
    table_mark(&t);
    table_sort_by(&t, 1); /* "dcba" */
    assert_string_equal(marks_of(&t), "b");
    table_fill(&t, "xdcba");
    assert_string_equal(marks_of(&t), "b");
    table_sort_by(&t, 1);
    table_move(&t, 100, 2);
    table_reset(&t);
    assert_string_equal(marks_of(&t), "b");
    table_done(&t);
}

/* What a filter leaves out stays marked, and is counted. */
static void it_stays_behind_a_filter(void **state)
{
    (void)state;
    struct table_view t;
    size_t hidden = 9;
    table_open(&t, "abcd");
    table_select(&t, "b");
    table_mark(&t);
    table_select(&t, "d");
    table_mark(&t);
    assert_int_equal(table_marks(&t, &hidden), 2);
    assert_int_equal(hidden, 0);
    table_filter(&t, "d");
    assert_int_equal(table_marks(&t, &hidden), 2);
    assert_int_equal(hidden, 1);
    table_fill(&t, "abcd");
    assert_int_equal(table_marks(&t, &hidden), 2);
    table_filter(&t, "nothing");
    assert_int_equal(table_marks(&t, &hidden), 2);
    assert_int_equal(hidden, 2);
    assert_false(table_mark(&t)); /* no row is shown */
    assert_int_equal(table_marks_span(&t), 0);
    table_filter(&t, "");
    assert_string_equal(marks_of(&t), "bd");
    table_done(&t);
}

/* Kept as long as the row is there, a tombstone too; a later row of the key is another one. */
static void it_goes_with_its_row(void **state)
{
    (void)state;
    struct table_view t;
    table_open(&t, "abc");
    table_mark(&t);
    table_select(&t, "c");
    table_mark(&t);
    table_fill(&t, "bc");
    assert_string_equal(marks_of(&t), "c");
    table_fill(&t, "");
    assert_string_equal(marks_of(&t), "");
    assert_false(table_mark(&t));
    table_fill(&t, "abc");
    assert_string_equal(marks_of(&t), "");
    table_done(&t);
}

/* To the nearest mark above in the order that is shown, else below; without one it marks the row alone. */
static void a_range_reaches_to_the_nearest_mark(void **state)
{
    (void)state;
    struct table_view t;
    table_open(&t, "abcdefg");
    table_select(&t, "c");
    assert_int_equal(table_marks_span(&t), 1);
    assert_string_equal(marks_of(&t), "c");
    table_select(&t, "e");
    assert_int_equal(table_marks_span(&t), 2);
    assert_string_equal(marks_of(&t), "cde");
    table_select(&t, "a");
    assert_int_equal(table_marks_span(&t), 2);
    assert_string_equal(marks_of(&t), "abcde");
    table_marks_clear(&t);
    table_sort_by(&t, 1); /* "gfedcba" */
    table_select(&t, "f");
    table_mark(&t);
    table_select(&t, "d");
    table_filter(&t, "!e");
    assert_int_equal(table_marks_span(&t), 1); /* what is not shown is in no range */
    assert_string_equal(marks_of(&t), "df");
    table_done(&t);
}

static void all_are_those_that_are_shown(void **state)
{
    (void)state;
    struct table_view t;
    table_open(&t, "abcd");
    table_filter(&t, "!b");
    table_marks_all(&t);
    assert_string_equal(marks_of(&t), "acd");
    table_done(&t);
}

static char *table_text(const struct table_view *t, bool focused, struct canvas *cv)
{
    canvas_init(cv, 5, 16);
    table_draw(t, cv, focused);
    return canvas_dump(cv, false);
}

/* The gutter has room for it: no column moves, and the cursor or the sign stays beside it. */
static void it_is_seen_without_colours(void **state)
{
    (void)state;
    static const struct {
        const char *selected, *want;
    } cases[] = {
        {"a", "  NAME         N\n>*a            0\n- b            0\n+*c            0\n  d            0\n"},
        {"b", "  NAME         N\n *a            0\n->b            0\n+*c            0\n  d            0\n"},
        {"c", "  NAME         N\n *a            0\n- b            0\n+*c            0\n  d            0\n"},
        {"d", "  NAME         N\n *a            0\n- b            0\n+*c            0\n> d            0\n"},
    };
    struct table_view t;
    table_open(&t, "abcd");
    t.rows[1].sign = '-';
    t.rows[2].sign = '+';
    t.rows[2].role = ROLE_NEW;
    table_mark(&t);
    table_select(&t, "c");
    table_mark(&t);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct canvas cv;
        table_select(&t, cases[i].selected);
        char *text = table_text(&t, true, &cv);
        assert_string_equal(text, cases[i].want);
        free(text);
        canvas_done(&cv);
    }
    struct canvas cv;
    char *text = table_text(&t, false, &cv);
    assert_int_equal(canvas_cell(&cv, 1, 2)->role, ROLE_MARKED);
    assert_int_equal(canvas_cell(&cv, 3, 2)->role, ROLE_MARKED); /* before what it has by itself */
    assert_int_equal(canvas_cell(&cv, 4, 2)->role, ROLE_TEXT);
    free(text);
    canvas_done(&cv);
    table_done(&t);
}

/* Ten thousand rows cost no more than a search a row. */
static void many_are_found_again(void **state)
{
    (void)state;
    enum { MANY = 10000 };
    struct table_view t;
    table_init(&t, columns, ARRAY_LEN(columns));
    for (int round = 0; round < 2; round++) {
        table_begin(&t);
        for (int i = 0; i < MANY; i++) {
            char key[16];
            snprintf(key, sizeof key, "%d", round ? MANY - 1 - i : i);
            table_row_add(&t, key);
        }
        table_end(&t);
        if (round == 0) table_marks_all(&t);
        assert_int_equal(table_marks(&t, NULL), MANY);
    }
    assert_true(table_is_marked(&t, "9999"));
    table_done(&t);
    assert_int_equal(t.marks.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mark_is_of_a_key),
        cmocka_unit_test(it_stays_through_sorting_and_rebuilding),
        cmocka_unit_test(it_stays_behind_a_filter),
        cmocka_unit_test(it_goes_with_its_row),
        cmocka_unit_test(a_range_reaches_to_the_nearest_mark),
        cmocka_unit_test(all_are_those_that_are_shown),
        cmocka_unit_test(it_is_seen_without_colours),
        cmocka_unit_test(many_are_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
