/* truecolor_test.c - numbers of a palette that stand for colours, and the bytes that select them. */
#include "tui/term/truecolor.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void each_colour_has_a_number_of_its_own(void **state)
{
    (void)state;
    struct truecolor t;
    truecolor_init(&t);
    truecolor_keep(&t, 22);
    truecolor_keep(&t, -1);
    const int first = truecolor_number(&t, 0x005f00); /* 22 itself is that colour */
    assert_int_not_equal(first, 22);
    assert_true(first >= 16);
    assert_int_equal(truecolor_number(&t, 0x005f00), first);
    assert_int_not_equal(truecolor_number(&t, 0x005f01), first);
    for (int rgb = 1; rgb < 400; rgb++) assert_in_range(truecolor_number(&t, rgb << 4), 16, 255);
}

static void bytes_are(const char *from, const char *to)
{
    struct truecolor t;
    struct buf out;
    truecolor_init(&t);
    t.rgb[22] = 0x0a0b0c;
    t.rgb[231] = 0xffffff;
    buf_init(&out, 4096);
    truecolor_write(&t, from, strlen(from), &out);
    assert_string_equal(buf_text(&out), to);
    buf_done(&out);
}

static void only_colours_are_replaced(void **state)
{
    (void)state;
    bytes_are("", "");
    bytes_are("plain 38;5;22m", "plain 38;5;22m");
    bytes_are("\033[38;5;22mx", "\033[38;2;10;11;12mx");
    bytes_are("\033[48;5;231m\033[H\033[2Jx\033[m", "\033[48;2;255;255;255m\033[H\033[2Jx\033[m");
    bytes_are("\033[0;1;38;5;22;48;5;231;4mx", "\033[0;1;38;2;10;11;12;48;2;255;255;255;4mx");
    bytes_are("\033[38;5;23mx", "\033[38;5;23mx");                     /* it stands for itself */
    bytes_are("\033[38;5;22Hx", "\033[38;5;22Hx");                     /* no SGR */
    bytes_are("\033[38;5m\033[38;5;999m", "\033[38;5m\033[38;5;999m"); /* no number */
    bytes_are("\033[38;2;5;22;1m", "\033[38;2;5;22;1m");
    bytes_are("\033[;;m\033[?25l\033(B\033", "\033[;;m\033[?25l\033(B\033");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_colour_has_a_number_of_its_own),
        cmocka_unit_test(only_colours_are_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
