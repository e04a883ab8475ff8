/* clipboard_test.c - the bytes of OSC 52, and which terminals are known to take them. */
#include "tui/term/clipboard.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_text_is_sent_in_base64(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, CLIPBOARD_BYTES_MAX);
    assert_int_equal(clipboard_bytes("kubectl é", false, &out), ERR_OK);
    assert_string_equal(buf_text(&out), "\033]52;c;a3ViZWN0bCDDqQ==\a");
    buf_done(&out);
}

/* Once for tmux, whose set-clipboard may take it, once passed through to the terminal around it. */
static void tmux_gets_it_twice(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, CLIPBOARD_BYTES_MAX);
    assert_int_equal(clipboard_bytes("a", true, &out), ERR_OK);
    assert_string_equal(buf_text(&out), "\033]52;c;YQ==\a\033Ptmux;\033\033]52;c;YQ==\a\033\\");
    buf_done(&out);
}

static void a_text_too_long_is_not_cut(void **state)
{
    (void)state;
    struct buf out;
    char *text = mem_zero(CLIPBOARD_MAX + 2, 1);
    memset(text, 'x', CLIPBOARD_MAX + 1);
    buf_init(&out, CLIPBOARD_BYTES_MAX);
    assert_int_equal(clipboard_bytes(text, true, &out), ERR_LIMIT);
    assert_int_equal(clipboard_bytes("", true, &out), ERR_USAGE);
    assert_int_equal(out.len, 0);
    text[CLIPBOARD_MAX] = '\0';
    assert_int_equal(clipboard_bytes(text, true, &out), ERR_OK);
    assert_true(out.len > 2 * 99000);
    buf_done(&out);
    free(text);
}

/* One variable at a time. */
static const char *named, *value;

static const char *only_one(const char *name)
{
    return strcmp(name, named) == 0 ? value : NULL;
}

static void only_what_is_known_is_believed(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        bool known, tmux;
    } cases[] = {
        {"TERM", "xterm-256color", false, false},
        {"TERM", "", false, false},
        {"TERM", "linux", false, false},
        {"TERM", "foot-extra", true, false},
        {"TERM", "alacritty", true, false},
        {"TERM_PROGRAM", "Apple_Terminal", false, false},
        {"TERM_PROGRAM", "WezTerm", true, false},
        {"WT_SESSION", "c1b2", true, false},
        {"KITTY_WINDOW_ID", "1", true, false},
        {"VTE_VERSION", "7600", false, false},
        {"TMUX", "/tmp/tmux-0/default,1,0", true, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        bool tmux;
        named = cases[i].name;
        value = cases[i].value;
        assert_int_equal(clipboard_known(only_one, &tmux), cases[i].known);
        assert_int_equal(tmux, cases[i].tmux);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_sent_in_base64),
        cmocka_unit_test(tmux_gets_it_twice),
        cmocka_unit_test(a_text_too_long_is_not_cut),
        cmocka_unit_test(only_what_is_known_is_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
