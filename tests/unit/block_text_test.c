/* block_text_test.c - big letters: their sizes, what fits where, and how they look. */
#include "tui/draw/block_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_drawn(const char *text, enum block_size size, bool ascii, const char *want)
{
    struct canvas cv;
    canvas_init(&cv, block_text_rows(size), block_text_cols(text, size));
    cv.ascii = ascii;
    block_text_draw(&cv, 0, 0, ROLE_OK, text, size);
    char *drawn = canvas_dump(&cv, false);
    assert_string_equal(drawn, want);
    free(drawn);
    canvas_done(&cv);
}

static void letters_are_dots(void **state)
{
    (void)state;
    assert_drawn("up", BLOCK_TALL, true, "#  # ###\n#  # #  #\n#  # ###\n#  # #\n ##  #\n");
    assert_drawn("0:1", BLOCK_HALF, false, "▄▀▀▄ ▄ ▄█\n█  █ ▄  █\n ▀▀    ▀▀▀\n");
    assert_drawn("1", BLOCK_SQUARE, true, "  ##\n####\n  ##\n  ##\n######\n");
    assert_drawn("–", BLOCK_TALL, true, "\n\n####\n\n\n");
}

static void sizes_and_what_fits(void **state)
{
    (void)state;
    assert_int_equal(block_text_cols("UP", BLOCK_TALL), 9);
    assert_int_equal(block_text_cols("UP", BLOCK_SQUARE), 18);
    assert_int_equal(block_text_cols("UP", BLOCK_DOUBLE), 36);
    assert_int_equal(block_text_cols("", BLOCK_DOUBLE), 0);
    assert_int_equal(block_text_cols("111", BLOCK_TALL), 3 * 4 + 2);
    assert_int_equal(block_text_fit("UP", 10, 36, BLOCK_DOUBLE, false), BLOCK_DOUBLE);
    assert_int_equal(block_text_fit("UP", 10, 35, BLOCK_DOUBLE, false), BLOCK_SQUARE);
    assert_int_equal(block_text_fit("UP", 10, 36, BLOCK_TALL, false), BLOCK_TALL);
    assert_int_equal(block_text_fit("UP", 4, 36, BLOCK_DOUBLE, false), BLOCK_HALF);
    assert_int_equal(block_text_fit("UP", 4, 36, BLOCK_DOUBLE, true), BLOCK_NONE);
    assert_int_equal(block_text_fit("UP", 5, 8, BLOCK_DOUBLE, false), BLOCK_NONE);
}

/* Clocks are of one width whatever they say. */
static void digits_are_of_one_width(void **state)
{
    (void)state;
    const int wide = block_text_cols("0:00.0", BLOCK_TALL);
    char text[] = "0:00.0";
    for (char digit = '2'; digit <= '9'; digit++) {
        text[0] = text[2] = text[3] = text[5] = digit;
        assert_int_equal(block_text_cols(text, BLOCK_TALL), wide);
    }
    text[0] = text[2] = text[3] = text[5] = '1';
    assert_int_equal(block_text_cols(text, BLOCK_TALL), wide);
}

/* What no letter is there for is a question mark; broken UTF-8 ends somewhere. */
static void the_rest_is_a_question_mark(void **state)
{
    (void)state;
    assert_int_equal(block_text_cols("日", BLOCK_TALL), block_text_cols("?", BLOCK_TALL));
    assert_true(block_text_cols("\xFF\xC3", BLOCK_TALL) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_are_dots),
        cmocka_unit_test(sizes_and_what_fits),
        cmocka_unit_test(digits_are_of_one_width),
        cmocka_unit_test(the_rest_is_a_question_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
