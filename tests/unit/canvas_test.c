/* canvas_test.c - the canvas: columns of wide and combining characters, clipping, windows, folding to ASCII, dumps. */
#include "tui/draw/canvas.h"
#include "tui/draw/glyph.h"

#include "backends/base/mem.h"
#include "tests/support/screen_file.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_drawn(const struct canvas *cv, const char *want)
{
    char *text = canvas_dump(cv, false);
    assert_string_equal(text, want);
    free(text);
}

static void text_is_clipped_on_every_side(void **state)
{
    (void)state;
    struct canvas cv;
    canvas_init(&cv, 2, 5);
    assert_int_equal(canvas_text(&cv, 0, 3, ROLE_OK, "abc"), 5);
    assert_int_equal(canvas_text(&cv, 1, -2, ROLE_OK, "abc"), 1);
    canvas_text(&cv, -1, 0, ROLE_OK, "xx");
    canvas_text(&cv, 2, 0, ROLE_OK, "xx");
    canvas_text(&cv, 0, 5, ROLE_OK, "xx");
    canvas_text(&cv, 0, INT_MAX, ROLE_OK, "xx");
    canvas_text(&cv, 0, INT_MIN / 2, ROLE_OK, "xx");
    canvas_text(&cv, 0, 0, ROLE_OK, NULL);
    assert_drawn(&cv, "   ab\nc\n");
    assert_int_equal(canvas_printf(&cv, 0, 0, ROLE_TEXT, "%d!", 42), 3);
    assert_drawn(&cv, "42!ab\nc\n");
    canvas_done(&cv);
}

static void wide_characters_take_two_columns(void **state)
{
    (void)state;
    struct canvas cv;
    canvas_init(&cv, 1, 5);
    assert_int_equal(canvas_text(&cv, 0, 0, ROLE_TEXT, "日本語"), 5); /* the third does not fit */
    assert_drawn(&cv, "日本\n");
    assert_int_equal(canvas_cell(&cv, 0, 1)->cp, 0);
    canvas_text(&cv, 0, 1, ROLE_TEXT, "x"); /* over the second half: the first must not stay */
    assert_drawn(&cv, " x本\n");
    canvas_text(&cv, 0, 2, ROLE_TEXT, "y");
    assert_drawn(&cv, " xy\n");
    canvas_clear(&cv, ROLE_TEXT);
    canvas_text(&cv, 0, -1, ROLE_TEXT, "日b"); /* half of it is outside */
    assert_drawn(&cv, " b\n");
    canvas_done(&cv);
}

static void a_window_cuts_what_crosses_its_edge(void **state)
{
    (void)state;
    struct canvas cv;
    canvas_init(&cv, 1, 6);
    canvas_text(&cv, 0, 0, ROLE_TEXT, "日日日");
    struct canvas w = canvas_sub(&cv, 0, 1, 1, 2);
    canvas_text(&w, 0, 0, ROLE_TEXT, "ab");
    assert_drawn(&cv, " ab 日\n"); /* both halves left and right are gone, outside the window as well */
    canvas_text(&w, 0, 1, ROLE_TEXT, "日");
    assert_drawn(&cv, " a  日\n");
    canvas_done(&cv);
}

static void combining_marks_stay_with_their_character(void **state)
{
    (void)state;
    struct canvas cv;
    canvas_init(&cv, 1, 3);
    assert_int_equal(canvas_text(&cv, 0, 0, ROLE_TEXT, "e\xCC\x81\xCC\xA3x"), 2);
    assert_drawn(&cv, "e\xCC\x81\xCC\xA3x\n");
    canvas_text(&cv, 0, 0, ROLE_TEXT, "a"); /* overwriting takes the marks away */
    assert_drawn(&cv, "ax\n");
    canvas_text(&cv, 0, 0, ROLE_TEXT, "\xCC\x81"); /* nothing to stand on */
    canvas_text(&cv, 0, 2, ROLE_TEXT,
                "e\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81"); /* more than a cell holds, last column */
    assert_drawn(&cv, "axe\xCC\x81\xCC\x81\xCC\x81\n");
    canvas_text(&cv, 0, 0, ROLE_TEXT, "日\xCC\x81");
    assert_drawn(&cv, "日\xCC\x81"
                      "e\xCC\x81\xCC\x81\xCC\x81\n");
    canvas_done(&cv);
}

static void what_is_not_safe_is_a_question_mark(void **state)
{
    (void)state;
    struct canvas cv;
    canvas_init(&cv, 1, 20);
    canvas_text(&cv, 0, 0, ROLE_TEXT, "a\033[2J\xFF\xC3(\x7F\xE2\x80\xAE.");
    assert_drawn(&cv, "a?[2J\?\?(\?\?.\n");
    canvas_fill(&cv, 0, 0, 1, 20, ROLE_TEXT, 0x65E5); /* wide characters do not fill */
    assert_drawn(&cv, "????????????????????\n");
    canvas_done(&cv);
}

static void fields_pad_and_cut(void **state)
{
    (void)state;
    static const struct {
        int width;
        const char *text, *want;
    } fields[] = {
        {5, "abc", "|abc  |\n"},       {-5, "abc", "|  abc|\n"},   {5, "abcdef", "|abcd…|\n"},
        {-5, "abcdef", "|abcd…|\n"},   {1, "ab", "|…|\n"},         {0, "ab", "|\n"},
        {4, "日本語", "|日 …|\n"},     {5, "日本語", "|日本…|\n"}, {6, "日本語", "|日本語|\n"},
        {-7, "日本語", "| 日本語|\n"}, {3, NULL, "|   |\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct canvas cv;
        int width = fields[i].width < 0 ? -fields[i].width : fields[i].width;
        canvas_init(&cv, 1, 12);
        canvas_text(&cv, 0, 1, ROLE_TEXT, "#########");
        canvas_fill(&cv, 0, 1 + width, 1, 11, ROLE_TEXT, ' ');
        canvas_fill(&cv, 0, 0, 1, 1, ROLE_TEXT, '|');
        if (width) canvas_fill(&cv, 0, 1 + width, 1, 1, ROLE_TEXT, '|');
        canvas_field(&cv, 0, 1, fields[i].width, ROLE_TEXT, fields[i].text);
        assert_drawn(&cv, fields[i].want);
        canvas_done(&cv);
    }
}

static void windows_have_their_own_coordinates(void **state)
{
    (void)state;
    struct canvas cv;
    canvas_init(&cv, 4, 8);
    struct canvas w = canvas_sub(&cv, 1, 2, 2, 4), inner = canvas_sub(&w, 1, 1, 100, 100);
    assert_int_equal(inner.rows, 1);
    assert_int_equal(inner.cols, 3);
    canvas_fill(&w, 0, 0, 100, 100, ROLE_TEXT, '.');
    canvas_text(&inner, 0, 0, ROLE_TEXT, "abcdef");
    assert_drawn(&cv, "\n  ....\n  .abc\n\n");
    assert_drawn(&w, "....\n.abc\n");
    canvas_cursor(&inner, 0, 2);
    assert_int_equal(cv.cursor->row, 2);
    assert_int_equal(cv.cursor->col, 5);
    canvas_cursor(&inner, 5, 5); /* outside: nothing */
    assert_int_equal(cv.cursor->row, 2);
    canvas_clear(&w, ROLE_TEXT); /* a window's clearing is not the whole screen's */
    assert_int_equal(cv.cursor->row, 2);
    canvas_clear(&cv, ROLE_TEXT);
    assert_int_equal(cv.cursor->row, -1);
    canvas_done(&w); /* not the owner: nothing */
    canvas_text(&cv, 0, 0, ROLE_TEXT, "still");
    canvas_done(&cv);
}

static void a_window_outside_is_empty(void **state)
{
    (void)state;
    struct canvas cv;
    canvas_init(&cv, 3, 3);
    const int places[][4] = {{5, 5, 2, 2}, {0, 0, -1, 4}, {-2, -2, 2, 2},
                             {3, 0, 1, 1}, {0, 0, 0, 0},  {INT_MAX, INT_MAX, INT_MAX, INT_MAX}};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        struct canvas w = canvas_sub(&cv, places[i][0], places[i][1], places[i][2], places[i][3]);
        assert_true(w.rows == 0 || w.cols == 0);
        canvas_text(&w, 0, 0, ROLE_TEXT, "x");
        canvas_fill(&w, 0, 0, 9, 9, ROLE_TEXT, 'x');
        canvas_role(&w, 0, 0, 9, ROLE_BAD);
        canvas_cursor(&w, 0, 0);
    }
    struct canvas corner = canvas_sub(&cv, -1, -1, 2, 3);
    assert_int_equal(corner.rows, 1);
    assert_int_equal(corner.cols, 2);
    assert_drawn(&cv, "\n\n\n");
    canvas_done(&cv);
}

static void a_canvas_of_no_size_is_no_trouble(void **state)
{
    (void)state;
    const int sizes[][2] = {{0, 0}, {0, 10}, {10, 0}, {-3, -3}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct canvas cv;
        canvas_init(&cv, sizes[i][0], sizes[i][1]);
        canvas_text(&cv, 0, 0, ROLE_TEXT, "日x");
        canvas_field(&cv, 0, 0, 5, ROLE_TEXT, "abcdefgh");
        canvas_role(&cv, 0, 0, 5, ROLE_BAD);
        canvas_cursor(&cv, 0, 0);
        assert_null(canvas_cell(&cv, 0, 0));
        free(canvas_dump(&cv, true));
        canvas_done(&cv);
    }
}

static void ascii_folds_column_for_column(void **state)
{
    (void)state;
    struct canvas cv;
    canvas_init(&cv, 2, 24);
    cv.ascii = true;
    struct canvas w = canvas_sub(&cv, 0, 0, 1, 24);
    canvas_text(&w, 0, 0, ROLE_TEXT, "› a · b → c – ✔ ✗ ▸ │─…");
    canvas_text(&cv, 1, 0, ROLE_TEXT, "日e\xCC\x81ü█░▅");
    assert_drawn(&cv, "> a . b > c - v x > |-~\n??e?#.=\n");
    for (int g = 0; g < GLYPH_COUNT; g++) {
        assert_int_equal(strlen(glyph(true, (enum glyph)g)), 1);
        canvas_clear(&cv, ROLE_TEXT);
        canvas_text(&cv, 0, 0, ROLE_TEXT, glyph(false, (enum glyph)g)); /* either way round the same */
        char *text = canvas_dump(&cv, false);
        assert_int_equal(text[0], glyph(true, (enum glyph)g)[0]);
        free(text);
    }
    canvas_done(&cv);
}

static void dumps_tell_roles(void **state)
{
    (void)state;
    struct canvas cv;
    canvas_init(&cv, 2, 8);
    canvas_text(&cv, 0, 2, ROLE_BAD, "bad");
    canvas_text(&cv, 1, 0, ROLE_TEXT, "plain");
    canvas_role(&cv, 1, 1, 2, ROLE_SELECTED);
    char want[64], *text = canvas_dump(&cv, true);
    snprintf(want, sizeof want, "  bad\n  %c%c%c\nplain\n %c%c\n", 'a' + ROLE_BAD, 'a' + ROLE_BAD, 'a' + ROLE_BAD,
             'a' + ROLE_SELECTED, 'a' + ROLE_SELECTED);
    assert_string_equal(text, want);
    free(text);
    assert_string_equal(role_name(ROLE_BAR_EMPTY), "bar-empty");
    assert_string_equal(role_name(ROLE_COUNT), "?");
    canvas_done(&cv);
}

static void screens_are_compared_and_accepted(void **state)
{
    (void)state;
    char path[] = "/tmp/raydeck-screen-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_true(write(fd, "one\ntwo\n", 8) == 8);
    close(fd);
    assert_true(screen_same(path, "one\ntwo\n", false));
    assert_false(screen_same(path, "one\nthree\n", false));
    assert_true(screen_same(path, "one\nthree\n", true));
    assert_true(screen_same(path, "one\nthree\n", false));
    unlink(path);
    assert_false(screen_same(path, "one\n", false));
}

/* Each character is one column still; what the fonts lack has a stand-in. */
static void a_console_has_lines_and_blocks(void **state)
{
    (void)state;
    static const struct {
        uint32_t from, to;
    } cases[] = {{'x', 'x'},    {0x2500, 0x2500}, {0x2502, 0x2502}, {0x2588, 0x2588}, {0x2591, 0x2591},
                 {0xB7, 0xB7},  {0x2584, 0x2584}, {0x2581, '_'},    {0x2587, 0x2588}, {0x258D, 0x258C},
                 {0x2026, '~'}, {0x2013, '-'},    {0x2714, 'v'},    {0x25B8, '>'},    {0xD7, 'x'},
                 {0x65E5, '?'}, {0x203A, '>'}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (glyph_console(cases[i].from) != cases[i].to) fail_msg("U+%04X", (unsigned)cases[i].from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_console_has_lines_and_blocks),
        cmocka_unit_test(text_is_clipped_on_every_side),
        cmocka_unit_test(wide_characters_take_two_columns),
        cmocka_unit_test(a_window_cuts_what_crosses_its_edge),
        cmocka_unit_test(combining_marks_stay_with_their_character),
        cmocka_unit_test(what_is_not_safe_is_a_question_mark),
        cmocka_unit_test(fields_pad_and_cut),
        cmocka_unit_test(windows_have_their_own_coordinates),
        cmocka_unit_test(a_window_outside_is_empty),
        cmocka_unit_test(a_canvas_of_no_size_is_no_trouble),
        cmocka_unit_test(ascii_folds_column_for_column),
        cmocka_unit_test(dumps_tell_roles),
        cmocka_unit_test(screens_are_compared_and_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
