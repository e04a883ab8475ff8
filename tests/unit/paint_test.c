/* paint_test.c - Canvas to bytes: what an unchanged frame, a changed cell, another size and another theme cost. No
 * terminal needed. */
#include "tui/term/paint.h"

#include "backends/base/mem.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct paint *open_paint(const char *terminal, int rows, int cols, bool mono)
{
    struct theme theme;
    struct why why = {0};
    struct paint *p = NULL;
    theme_default(&theme);
    if (paint_open(
            &(struct paint_conf){.terminal = terminal, .rows = rows, .cols = cols, .mono = mono, .theme = &theme}, &p,
            &why))
        fail_msg("%s", why.text);
    return p;
}

static size_t paint_once(struct paint *p, const struct canvas *cv, struct buf *out)
{
    buf_clear(out);
    paint_frame(p, cv, out);
    return out->len;
}

static void only_differences_are_sent(void **state)
{
    (void)state;
    struct paint *p = open_paint("xterm-256color", 40, 120, false);
    struct canvas cv;
    struct buf out;
    buf_init(&out, PAINT_BYTES_MAX);
    canvas_init(&cv, 40, 120);
    for (int r = 0; r < 40; r++)
        canvas_printf(&cv, r, 0, (enum role)(r % ROLE_COUNT), "row %d of 日本 and e\xCC\x81", r);
    size_t first = paint_once(p, &cv, &out);
    assert_in_range(first, 40 * 10, 40 * 120);
    assert_non_null(strstr(out.data, "\033[?1049h"));
    assert_non_null(strstr(out.data, "\033[?25l"));
    for (int i = 0; i < 3; i++) assert_int_equal(paint_once(p, &cv, &out), 0);
    canvas_fill(&cv, 20, 60, 1, 1, ROLE_TEXT, 'x');
    assert_in_range(paint_once(p, &cv, &out), 2, 30);
    assert_int_equal(paint_once(p, &cv, &out), 0);
    canvas_role(&cv, 0, 0, 3, ROLE_BAD); /* the same text in another role is a difference */
    assert_in_range(paint_once(p, &cv, &out), 5, 60);
    canvas_cursor(&cv, 5, 6);
    paint_once(p, &cv, &out);
    assert_non_null(strstr(out.data, "\033[?25h"));
    assert_int_equal(paint_once(p, &cv, &out), 0);
    paint_redraw(p);
    assert_in_range(paint_once(p, &cv, &out), first / 2, first * 2);
    canvas_done(&cv);
    buf_done(&out);
    paint_free(p);
}

static void a_new_theme_draws_everything(void **state)
{
    (void)state;
    struct paint *p = open_paint("xterm-256color", 10, 40, false);
    struct canvas cv;
    struct buf out;
    struct theme theme;
    buf_init(&out, PAINT_BYTES_MAX);
    canvas_init(&cv, 10, 40);
    canvas_text(&cv, 0, 0, ROLE_BAD, "bad");
    paint_once(p, &cv, &out);
    theme_default(&theme);
    theme.look[ROLE_BAD] = (struct look){.fg = 201, .bg = COLOR_DEFAULT};
    paint_theme(p, &theme);
    paint_once(p, &cv, &out);
    assert_non_null(strstr(out.data, "\033[38;5;201mbad"));
    assert_int_equal(paint_once(p, &cv, &out), 0);
    canvas_done(&cv);
    buf_done(&out);
    paint_free(p);
}

static void sizes_that_do_not_agree_are_cut(void **state)
{
    (void)state;
    struct paint *p = open_paint("xterm-256color", 5, 10, false);
    struct canvas big, small, none;
    struct buf out;
    buf_init(&out, PAINT_BYTES_MAX);
    canvas_init(&big, 60, 300);
    canvas_init(&small, 2, 3);
    canvas_init(&none, 0, 0);
    canvas_fill(&big, 0, 0, 60, 300, ROLE_TEXT, 'B');
    for (int i = 0; i < 150; i++) canvas_text(&big, 59, 2 * i, ROLE_TEXT, "日");
    canvas_text(&small, 0, 0, ROLE_TEXT, "日x");
    const struct canvas *const all[] = {&big, &small, &none};
    const int sizes[][2] = {{5, 10}, {1, 1}, {60, 299}, {0, 0}, {-4, 7}, {100000, 3}, {3, 100000}, {24, 80}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        paint_size(p, sizes[i][0], sizes[i][1]);
        for (size_t k = 0; k < ARRAY_LEN(all); k++) paint_once(p, all[k], &out);
    }
    assert_in_range(paint_once(p, &small, &out), 1, 400);
    assert_int_equal(paint_once(p, &small, &out), 0);
    canvas_done(&big);
    canvas_done(&small);
    canvas_done(&none);
    buf_done(&out);
    paint_free(p);
}

static void leaving_and_coming_back(void **state)
{
    (void)state;
    struct paint *p = open_paint("xterm-256color", 5, 20, false);
    struct canvas cv;
    struct buf out;
    char leave[256];
    buf_init(&out, PAINT_BYTES_MAX);
    canvas_init(&cv, 5, 20);
    canvas_text(&cv, 0, 0, ROLE_TEXT, "here");
    paint_once(p, &cv, &out);
    buf_clear(&out);
    paint_leave(p, &out);
    assert_non_null(strstr(out.data, "\033[?1049l"));
    assert_non_null(strstr(out.data, "\033[?12l\033[?25h"));
    paint_once(p, &cv, &out);
    assert_non_null(strstr(out.data, "\033[?1049h"));
    assert_non_null(strstr(out.data, "here"));
    size_t len = paint_leave_bytes(p, leave, sizeof leave);
    assert_int_equal(len, strlen(leave));
    assert_non_null(strstr(leave, "\033[?1049l"));
    assert_int_equal(paint_leave_bytes(p, leave, 8), 6); /* what does not fit is left out whole */
    assert_string_equal(leave, "\033(B\033[m");
    canvas_done(&cv);
    buf_done(&out);
    paint_free(p);
    paint_free(NULL);
}

static void colours_follow_the_depth(void **state)
{
    (void)state;
    static const struct {
        const char *terminal;
        int colors;
        bool xterm;
    } terminals[] = {{"xterm-256color", 256, true},
                     {"xterm", 8, true},
                     {"linux", 8, false},
                     {"vt100", 0, false},
                     {"screen-256color", 256, true}};
    for (size_t i = 0; i < ARRAY_LEN(terminals); i++) {
        struct paint *p = open_paint(terminals[i].terminal, 24, 80, false);
        assert_int_equal(paint_colors(p), terminals[i].colors);
        assert_int_equal(paint_like_xterm(p), terminals[i].xterm);
        paint_free(p);
        p = open_paint(terminals[i].terminal, 24, 80, true);
        assert_int_equal(paint_colors(p), 0);
        paint_free(p);
    }
}

static void greys_are_seen_among_eight_colours(void **state)
{
    (void)state;
    struct paint *p = open_paint("xterm", 10, 40, false);
    struct canvas cv;
    struct buf out;
    buf_init(&out, PAINT_BYTES_MAX);
    canvas_init(&cv, 10, 40);
    canvas_text(&cv, 0, 0, ROLE_RULE, "rule");
    canvas_text(&cv, 1, 0, ROLE_KEY_OFF, "off");
    canvas_text(&cv, 2, 0, ROLE_BAR_EMPTY, "empty");
    paint_once(p, &cv, &out);
    assert_null(strstr(out.data, "\033[30m"));
    assert_null(strstr(out.data, "\033[36m"));
    assert_non_null(strstr(out.data, "2mrule"));
    canvas_text(&cv, 3, 0, ROLE_ARMED, "armed"); /* black on purpose */
    paint_once(p, &cv, &out);
    assert_non_null(strstr(out.data, "\033[30m"));
    canvas_done(&cv);
    buf_done(&out);
    paint_free(p);
}

static void no_padding_is_left_in(void **state)
{
    (void)state;
    struct paint *p = open_paint("vt100", 24, 80, false);
    char leave[256];
    struct canvas cv;
    struct buf out;
    paint_leave_bytes(p, leave, sizeof leave);
    assert_null(strstr(leave, "$<"));
    assert_non_null(strchr(leave, '\033'));
    buf_init(&out, PAINT_BYTES_MAX);
    canvas_init(&cv, 24, 80);
    canvas_text(&cv, 3, 3, ROLE_BAD, "bad");
    paint_once(p, &cv, &out);
    assert_null(strstr(out.data, "$<"));
    assert_int_equal(strlen(out.data), out.len); /* no NULs to pass the time */
    canvas_done(&cv);
    buf_done(&out);
    paint_free(p);
}

static void a_terminal_without_an_entry_is_drawn_on_as_another(void **state)
{
    (void)state;
    static const char *const names[] = {"no-such-terminal", "../../etc/passwd"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct paint *p = open_paint(names[i], 24, 80, false);
        assert_true(paint_stands_in(p));
        assert_int_equal(paint_colors(p), 256);
        paint_free(p);
    }
    struct paint *p = open_paint("xterm-256color", 24, 80, false);
    assert_false(paint_stands_in(p));
    paint_free(p);
}

static void refusals_name_the_way_out(void **state)
{
    (void)state;
    struct theme theme;
    struct why why = {0};
    struct paint *p = NULL;
    theme_default(&theme);
    assert_int_equal(
        paint_open(&(struct paint_conf){.terminal = "vt52", .rows = 24, .cols = 80, .theme = &theme}, &p, &why),
        ERR_UNSUPPORTED);
    assert_null(p);
    assert_non_null(strstr(why.text, "use --linear, or raydeck status"));
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_differences_are_sent),
        cmocka_unit_test(a_new_theme_draws_everything),
        cmocka_unit_test(sizes_that_do_not_agree_are_cut),
        cmocka_unit_test(leaving_and_coming_back),
        cmocka_unit_test(colours_follow_the_depth),
        cmocka_unit_test(greys_are_seen_among_eight_colours),
        cmocka_unit_test(no_padding_is_left_in),
        cmocka_unit_test(refusals_name_the_way_out),
        cmocka_unit_test(a_terminal_without_an_entry_is_drawn_on_as_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
