/* motion_test.c - every key that moves, and how far; and that no other key does. */
#include "tui/panes/motion.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int by_key(const char *text, int page)
{
    struct input in;
    assert_true(key_parse(text, &in));
    return motion_by(&in, page);
}

static void keys_move_by_rows_pages_and_ends(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        int by;
    } keys[] = {
        {"Up", -1},          {"k", -1},
        {"Down", 1},         {"j", 1},
        {"PgUp", -9},        {"^B", -9},
        {"PgDn", 9},         {"^F", 9},
        {"Space", 9},        {"^U", -4},
        {"^D", 4},           {"g", -MOTION_ALL},
        {"G", MOTION_ALL},   {"Home", -MOTION_ALL},
        {"End", MOTION_ALL},
    };
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) assert_int_equal(by_key(keys[i].key, 9), keys[i].by);
    assert_int_equal(by_key("PgDn", 0), 1); /* a page of nothing still moves */
    assert_int_equal(by_key("^D", 1), 1);
}

static void other_keys_move_nothing(void **state)
{
    (void)state;
    static const char *const keys[] = {"^K", "^J", "^G", "M-k", "u", "d", "f", "b", "Enter", "Esc", "K"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) assert_int_equal(by_key(keys[i], 9), 0);
    assert_int_equal(motion_by(&(struct input){.type = INPUT_PASTE, .paste = "j", .paste_len = 1}, 9), 0);
    assert_int_equal(motion_by(&(struct input){.type = INPUT_MOUSE, .mouse = MOUSE_PRESS}, 9), 0);
}

static void the_wheel_moves_by_lines(void **state)
{
    (void)state;
    assert_int_equal(motion_by(&(struct input){.type = INPUT_MOUSE, .mouse = MOUSE_WHEEL_UP}, 9), -3);
    assert_int_equal(motion_by(&(struct input){.type = INPUT_MOUSE, .mouse = MOUSE_WHEEL_DOWN}, 9), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_move_by_rows_pages_and_ends),
        cmocka_unit_test(other_keys_move_nothing),
        cmocka_unit_test(the_wheel_moves_by_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
