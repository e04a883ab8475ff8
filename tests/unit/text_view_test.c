/* text_view_test.c - a text scrolls, wraps, follows its end and is searched; what is replaced keeps its position. */
#include "tui/panes/text_lines.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 5, COLS = 20 };

/* Numbered lines of which the first are dropped and to which more are appended, as a log's. */
struct numbered {
    uint64_t first, count;
    char text[32];
};

static void numbered_line(const void *arg, uint64_t n, int cols, struct text_line *ret)
{
    struct numbered *l = (struct numbered *)(uintptr_t)arg;
    (void)cols;
    snprintf(l->text, sizeof l->text, "line %llu", (unsigned long long)n);
    *ret = (struct text_line){.part = {{.text = l->text, .len = strlen(l->text), .role = ROLE_TEXT}}, .parts = 1};
}

static struct text_source numbered_source(struct numbered *l)
{
    return (struct text_source){.first = l->first, .count = l->count, .line = numbered_line, .arg = l};
}

static char *drawn_at(struct text_view *v, const struct text_source *source, int rows, int cols, bool roles)
{
    struct canvas cv;
    canvas_init(&cv, rows, cols);
    text_view_update(v, source, rows, cols);
    text_view_draw(v, source, &cv);
    char *text = canvas_dump(&cv, roles);
    canvas_done(&cv);
    return text;
}

static void assert_shows(struct text_view *v, const struct text_source *source, const char *want)
{
    char *text = drawn_at(v, source, ROWS, COLS, false);
    assert_string_equal(text, want);
    free(text);
}

static enum text_view_result view_press(struct text_view *v, const struct text_source *source, uint32_t key)
{
    const struct input in = {.type = INPUT_KEY, .key = key};
    const enum text_view_result result = text_view_input(v, source, &in);
    text_view_update(v, source, ROWS, COLS);
    return result;
}

static void view_type(struct text_view *v, const struct text_source *source, const char *text)
{
    for (; *text; text++) view_press(v, source, (unsigned char)*text);
}

static void test_scrolls_within_the_text(void **state)
{
    (void)state;
    struct numbered l = {.count = 8};
    const struct text_source source = numbered_source(&l);
    struct text_view v = {0};
    text_view_open(&v, true, false);
    assert_shows(&v, &source, "line 0\nline 1\nline 2\nline 3\nline 4\n");
    view_press(&v, &source, 'j');
    assert_shows(&v, &source, "line 1\nline 2\nline 3\nline 4\nline 5\n");
    view_press(&v, &source, KEYP_PGDN);
    assert_shows(&v, &source, "line 3\nline 4\nline 5\nline 6\nline 7\n");
    view_press(&v, &source, 'j');
    assert_shows(&v, &source, "line 3\nline 4\nline 5\nline 6\nline 7\n");
    view_press(&v, &source, 'g');
    view_press(&v, &source, 'k');
    assert_shows(&v, &source, "line 0\nline 1\nline 2\nline 3\nline 4\n");
    assert_int_equal(view_press(&v, &source, 'x'), TEXT_VIEW_UNUSED);
    assert_int_equal(view_press(&v, &source, KEYP_ESC), TEXT_VIEW_UNUSED);
    assert_int_equal(view_press(&v, &source, 'w'), TEXT_VIEW_SAVE);
    text_view_done(&v);
}

/* A text shorter than its window, and one without a line. */
static void test_short_texts(void **state)
{
    (void)state;
    struct numbered l = {.count = 2};
    struct text_source source = numbered_source(&l);
    struct text_view v = {0};
    text_view_open(&v, false, true);
    view_press(&v, &source, 'G');
    assert_shows(&v, &source, "line 0\nline 1\n\n\n\n");
    source.count = 0;
    view_press(&v, &source, 'j');
    view_press(&v, &source, 'k');
    view_type(&v, &source, "/x");
    view_press(&v, &source, KEYP_ENTER);
    view_press(&v, &source, 'n');
    assert_shows(&v, &source, "\n\n\n\n/x          no match\n");
    text_view_done(&v);
}

static void test_wraps_and_hangs(void **state)
{
    (void)state;
    static const char text[] = "key   one two three four five\nshort\n\nlast";
    struct text_lines l = {0};
    struct text_view v = {0};
    text_lines_set(&l, text, strlen(text), ROLE_TEXT);
    const struct text_source source = text_lines_source(&l);
    text_view_open(&v, true, false);
    assert_int_equal(text_view_height(&source, true, COLS, 100), 5);
    assert_int_equal(text_view_height(&source, true, COLS, 3), 3);
    assert_shows(&v, &source, "key   one two three\n      four five\nshort\n\nlast\n");
    view_press(&v, &source, 'W');
    assert_shows(&v, &source, "key   one two three…\nshort\n\nlast\n\n");
    view_press(&v, &source, 'l');
    assert_shows(&v, &source, "e two three four fi…\n\n\n\n\n");
    view_press(&v, &source, 'h');
    view_press(&v, &source, 'h');
    assert_int_equal(v.left, 0);
    view_press(&v, &source, 'W');
    view_press(&v, &source, 'l'); /* what is wrapped has no side */
    assert_int_equal(v.left, 0);
    text_view_done(&v);
    text_lines_done(&l);
}

/* Rows of one long line are scrolled one by one. */
static void test_a_line_longer_than_the_window(void **state)
{
    (void)state;
    static const char text[] = "a b c d e f g h";
    struct text_lines l = {0};
    struct text_view v = {0};
    text_lines_set(&l, text, strlen(text), ROLE_TEXT);
    const struct text_source source = text_lines_source(&l);
    text_view_open(&v, true, false);
    const struct input down = {.type = INPUT_KEY, .key = 'j'}, up = {.type = INPUT_KEY, .key = 'k'};
    text_view_update(&v, &source, 3, 1);
    for (int i = 0; i < 20; i++) text_view_input(&v, &source, &down);
    char *shown = drawn_at(&v, &source, 3, 1, false);
    assert_string_equal(shown, "f\ng\nh\n");
    free(shown);
    text_view_input(&v, &source, &up);
    shown = drawn_at(&v, &source, 3, 1, false);
    assert_string_equal(shown, "e\nf\ng\n");
    free(shown);
    text_view_done(&v);
    text_lines_done(&l);
}

static void test_follows_an_end_that_grows(void **state)
{
    (void)state;
    struct numbered l = {.count = 8};
    struct text_source source = numbered_source(&l);
    struct text_view v = {0};
    text_view_open(&v, true, true);
    assert_shows(&v, &source, "line 3\nline 4\nline 5\nline 6\nline 7\n");
    source.count = 10;
    assert_shows(&v, &source, "line 5\nline 6\nline 7\nline 8\nline 9\n");
    view_press(&v, &source, 'k');
    assert_false(v.follows);
    source.count = 20;
    assert_shows(&v, &source, "line 4\nline 5\nline 6\nline 7\nline 8\n");
    /* Lines that are dropped leave the position on its line, until that one is dropped too. */
    source.first = 4;
    source.count = 16;
    assert_shows(&v, &source, "line 4\nline 5\nline 6\nline 7\nline 8\n");
    source.first = 9;
    source.count = 11;
    assert_shows(&v, &source, "line 9\nline 10\nline 11\nline 12\nline 13\n");
    view_press(&v, &source, 'G');
    assert_true(v.follows);
    source.count = 12;
    assert_shows(&v, &source, "line 16\nline 17\nline 18\nline 19\nline 20\n");
    text_view_done(&v);
}

static void test_searches(void **state)
{
    (void)state;
    struct numbered l = {.count = 30};
    struct text_source source = numbered_source(&l);
    struct text_view v = {0};
    text_view_open(&v, true, false);
    view_press(&v, &source, '/');
    assert_true(text_view_typing(&v));
    view_type(&v, &source, "2");
    assert_shows(&v, &source, "line 0\nline 1\nline 2\nline 3\n/2              1/12\n");
    view_press(&v, &source, KEYP_ENTER);
    assert_false(text_view_typing(&v));
    view_press(&v, &source, 'n');
    assert_shows(&v, &source, "line 11\nline 12\nline 13\nline 14\n/2              2/12\n");
    view_press(&v, &source, 'N');
    view_press(&v, &source, 'N'); /* around the start */
    assert_shows(&v, &source, "line 26\nline 27\nline 28\nline 29\n/2             12/12\n");
    view_press(&v, &source, 'n');
    assert_int_equal(v.match, 2);
    /* What is appended is searched too, what is dropped is forgotten. */
    source.first = 10;
    source.count = 23;
    text_view_update(&v, &source, ROWS, COLS);
    assert_int_equal(text_search_count(&v.search), 12);
    assert_false(v.matched);
    assert_int_equal(view_press(&v, &source, KEYP_ESC), TEXT_VIEW_USED);
    assert_shows(&v, &source, "line 10\nline 11\nline 12\nline 13\nline 14\n");
    text_view_done(&v);
}

static void test_what_is_not_there_is_said(void **state)
{
    (void)state;
    struct numbered l = {.count = 30};
    const struct text_source source = numbered_source(&l);
    struct text_view v = {0};
    text_view_open(&v, true, false);
    text_view_update(&v, &source, ROWS, COLS);
    view_press(&v, &source, 'j');
    view_type(&v, &source, "/nowhere");
    assert_shows(&v, &source, "line 1\nline 2\nline 3\nline 4\n/nowhere    no match\n");
    view_press(&v, &source, KEYP_ESC); /* back to where the search began */
    assert_shows(&v, &source, "line 1\nline 2\nline 3\nline 4\nline 5\n");
    text_view_done(&v);
}

/* A letter is any case's until a capital is typed; every occurrence is marked, across the rows of a line too. */
static void test_marks_matches(void **state)
{
    (void)state;
    static const char text[] = "An error: ERROR Err\nnone\n";
    struct text_lines l = {0};
    struct text_view v = {0};
    text_lines_set(&l, text, strlen(text), ROLE_TEXT);
    const struct text_source source = text_lines_source(&l);
    text_view_open(&v, true, false);
    view_type(&v, &source, "/err");
    view_press(&v, &source, KEYP_ENTER);
    char *shown = drawn_at(&v, &source, 4, 24, true);
    char want[32];
    snprintf(want, sizeof want, "   %c%c%c    %c%c%c   %c%c%c\n", 'a' + ROLE_SELECTED, 'a' + ROLE_SELECTED,
             'a' + ROLE_SELECTED, 'a' + ROLE_SELECTED, 'a' + ROLE_SELECTED, 'a' + ROLE_SELECTED, 'a' + ROLE_SELECTED,
             'a' + ROLE_SELECTED, 'a' + ROLE_SELECTED);
    assert_non_null(strstr(shown, want));
    free(shown);
    view_press(&v, &source, KEYP_ESC);
    view_type(&v, &source, "/Err");
    assert_int_equal(text_search_count(&v.search), 1);
    size_t at = text_search_find(&v.search, text, 19, 0);
    assert_int_equal(at, 16);
    text_view_done(&v);
    text_lines_done(&l);
}

/* Another text of the same view: the position stays, the search is made anew. */
static void test_a_text_that_is_replaced(void **state)
{
    (void)state;
    static const char one[] = "a\nb\nc\nd\ne\nf\ng\nh\n", two[] = "a\nB\nc\nd\ne\nf\ng\nh\nb b\n", three[] = "b\n";
    struct text_lines l = {0};
    struct text_view v = {0};
    text_lines_set(&l, one, strlen(one), ROLE_TEXT);
    struct text_source source = text_lines_source(&l);
    text_view_open(&v, true, false);
    text_view_update(&v, &source, ROWS, COLS);
    view_press(&v, &source, 'j');
    view_type(&v, &source, "/b");
    view_press(&v, &source, KEYP_ENTER);
    assert_int_equal(text_search_count(&v.search), 1);
    text_lines_set(&l, two, strlen(two), ROLE_TEXT);
    source = text_lines_source(&l);
    assert_shows(&v, &source, "B\nc\nd\ne\n/b               1/2\n");
    text_lines_set(&l, three, strlen(three), ROLE_TEXT);
    source = text_lines_source(&l);
    assert_shows(&v, &source, "b\n\n\n\n/b           1 match\n");
    text_view_done(&v);
    text_lines_done(&l);
}

/* Sideways too, where lines are not wrapped. */
static void test_a_match_beside_the_window(void **state)
{
    (void)state;
    static const char text[] = "0123456789012345678901234567890123456789needle";
    struct text_lines l = {0};
    struct text_view v = {0};
    text_lines_set(&l, text, strlen(text), ROLE_TEXT);
    const struct text_source source = text_lines_source(&l);
    text_view_open(&v, false, false);
    view_type(&v, &source, "/needle");
    view_press(&v, &source, KEYP_ENTER);
    assert_shows(&v, &source, "0123456789needle\n\n\n\n/needle          1/1\n");
    text_view_done(&v);
    text_lines_done(&l);
}

/* ---- hidden lines, a cursor ---- */

struct folded {
    struct numbered l;
    bool folded; /* lines 2 … 5 */
};

static void folded_line(const void *arg, uint64_t n, int cols, struct text_line *ret)
{
    numbered_line(&((const struct folded *)arg)->l, n, cols, ret);
}

static bool folded_hidden(const void *arg, uint64_t n)
{
    return ((const struct folded *)arg)->folded && n >= 2 && n <= 5;
}

static void folded_reveal(void *arg, uint64_t n)
{
    (void)n;
    ((struct folded *)arg)->folded = false;
}

static void test_hidden_lines(void **state)
{
    (void)state;
    struct folded f = {.folded = true};
    const struct text_source source = {
        .count = 9, .line = folded_line, .hidden = folded_hidden, .reveal = folded_reveal, .marks = true, .arg = &f};
    struct text_view v = {0};
    text_view_open(&v, true, false);
    assert_shows(&v, &source, "line 0\nline 1\nline 6\nline 7\nline 8\n");
    view_press(&v, &source, 'j');
    view_press(&v, &source, 'j');
    assert_int_equal(v.cursor, 6);
    view_press(&v, &source, 'k');
    assert_int_equal(v.cursor, 1);
    view_type(&v, &source, "/line 4");
    assert_false(f.folded);
    assert_int_equal(v.cursor, 4);
    f.folded = true;
    text_view_update(&v, &source, ROWS, COLS);
    assert_int_equal(v.cursor, 1);
    view_press(&v, &source, KEYP_ESC);
    view_press(&v, &source, 'G');
    assert_int_equal(v.cursor, 8);
    view_press(&v, &source, 'g');
    assert_int_equal(v.cursor, 0);
    text_view_done(&v);
}

/* However small the window is, and whatever is pressed in it. */
static void test_tiny_windows(void **state)
{
    (void)state;
    static const char text[] = "one two three\n\nfour  five six seven\n";
    static const char keys[] = "jjkG/o\nnNWlllhg/x\ngG";
    struct text_lines l = {0};
    text_lines_set(&l, text, strlen(text), ROLE_TEXT);
    const struct text_source source = text_lines_source(&l);
    for (int rows = 0; rows < 4; rows++)
        for (int cols = 0; cols < 6; cols++) {
            struct text_view v = {0};
            text_view_open(&v, cols % 2, rows % 2);
            for (const char *key = keys; *key; key++) {
                const struct input in = {.type = INPUT_KEY, .key = *key == '\n' ? KEYP_ENTER : (unsigned char)*key};
                free(drawn_at(&v, &source, rows, cols, false));
                text_view_input(&v, &source, &in);
            }
            text_view_done(&v);
        }
    text_lines_done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scrolls_within_the_text),
        cmocka_unit_test(test_short_texts),
        cmocka_unit_test(test_wraps_and_hangs),
        cmocka_unit_test(test_a_line_longer_than_the_window),
        cmocka_unit_test(test_follows_an_end_that_grows),
        cmocka_unit_test(test_searches),
        cmocka_unit_test(test_what_is_not_there_is_said),
        cmocka_unit_test(test_marks_matches),
        cmocka_unit_test(test_a_text_that_is_replaced),
        cmocka_unit_test(test_a_match_beside_the_window),
        cmocka_unit_test(test_hidden_lines),
        cmocka_unit_test(test_tiny_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
