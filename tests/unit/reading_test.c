/* reading_test.c - when a question takes an answer. */
#include "tui/reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { T = 100000 };

static void it_takes_half_a_second_to_read(void **state)
{
    struct reading r = {0};
    (void)state;
    assert_false(reading_over(&r, T));
    reading_sent(&r, T);
    reading_shown(&r, T + 30);
    assert_int_equal(reading_left(&r, T + 30), READING_MS);
    assert_false(reading_over(&r, T + 30 + READING_MS - 1));
    assert_true(reading_over(&r, T + 30 + READING_MS));
    assert_int_equal(reading_left(&r, T + 30 + READING_MS), 0);
}

static void a_mute_terminal_takes_two_seconds(void **state)
{
    struct reading r = {0};
    (void)state;
    reading_sent(&r, T);
    assert_false(reading_over(&r, T + READING_MUTE_MS - 1));
    assert_true(reading_over(&r, T + READING_MUTE_MS));
    /* Its late answer changes nothing. */
    reading_shown(&r, T + READING_MUTE_MS + 1);
    assert_true(reading_over(&r, T + READING_MUTE_MS + 1));
}

static void who_types_does_not_read(void **state)
{
    struct reading r = {0};
    (void)state;
    reading_sent(&r, T);
    reading_typed(&r, T + 10); /* does not shorten a mute terminal's time */
    assert_int_equal(reading_left(&r, T + 10), READING_MUTE_MS - 10);
    reading_typed(&r, T + READING_MUTE_MS - 1);
    assert_false(reading_over(&r, T + READING_MUTE_MS));
    reading_shown(&r, T + READING_MUTE_MS);
    reading_typed(&r, T + READING_MUTE_MS + 400);
    assert_false(reading_over(&r, T + READING_MUTE_MS + READING_MS));
    assert_true(reading_over(&r, T + READING_MUTE_MS + 400 + READING_MS));
    reading_typed(&r, T + READING_MUTE_MS + 400 + READING_MS);
    assert_true(reading_over(&r, T + READING_MUTE_MS + 400 + READING_MS));
}

static void asked_again_it_is_read_again(void **state)
{
    struct reading r = {0};
    (void)state;
    reading_sent(&r, T);
    reading_shown(&r, T);
    assert_true(reading_over(&r, T + READING_MS));
    reading_sent(&r, T + READING_MS);
    assert_false(reading_over(&r, T + READING_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_takes_half_a_second_to_read),
        cmocka_unit_test(a_mute_terminal_takes_two_seconds),
        cmocka_unit_test(who_types_does_not_read),
        cmocka_unit_test(asked_again_it_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
