/* mouse_console_test.c - the mouse in the console: off unless it is wanted; then clicks and the wheel do what they do
 * elsewhere, and the terminal gets it back whenever the console leaves it. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD_KILL "tests/fixtures/recordings/head-kill.rec"
static const char on[] = "\033[?1000h\033[?1006h", off[] = "\033[?1006l\033[?1000l";

/* Of a recording that stands still. */
static struct pty *console_start(const char *option, const char *value)
{
    const char *const argv[] = {run_raydeck(), "replay", HEAD_KILL, "--at", "+5", option, value, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 120});
    pty_see(p, "REPLAY");
    pty_send(p, ",");
    pty_see(p, "REPLAY paused");
    return p;
}

static size_t raw_count(struct pty *p, const char *bytes)
{
    size_t len, found = 0;
    const char *raw = pty_raw(p, &len);
    for (size_t i = 0; i + strlen(bytes) <= len; i++) found += memcmp(raw + i, bytes, strlen(bytes)) == 0;
    return found;
}

static void console_quit(struct pty *p, size_t offs)
{
    pty_send(p, "\003");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 130);
    assert_true(pty_modes_restored(p));
    assert_int_equal(raw_count(p, off), offs);
    pty_stop(p);
}

/* The line of the screen that contains a text, from 0; -1: none. */
static int row_of(struct pty *p, const char *text)
{
    int found = -1;
    for (int row = 0; row < 40 && found < 0; row++) {
        char *line = pty_line(p, row);
        if (strstr(line, text)) found = row;
        free(line);
    }
    return found;
}

/* In that line, at the column where the text begins (no wide character before it). */
static void console_click(struct pty *p, const char *text)
{
    const int row = row_of(p, text);
    assert_true(row >= 0);
    char *line = pty_line(p, row);
    int col = 0;
    for (const char *c = line; c < strstr(line, text); c++) col += ((unsigned char)*c & 0xC0) != 0x80;
    char bytes[64];
    snprintf(bytes, sizeof bytes, "\033[<0;%d;%dM\033[<0;%d;%dm", col + 1, row + 1, col + 1, row + 1);
    pty_send(p, bytes);
    free(line);
}

static void it_is_off_by_default(void **state)
{
    (void)state;
    struct pty *p = console_start("--no-bell", NULL);
    assert_int_equal(raw_count(p, "\033[?1000h"), 0);
    console_quit(p, 0);
}

static void clicks_sort_select_and_open(void **state)
{
    (void)state;
    struct pty *p = console_start("--mouse", NULL);
    assert_int_equal(raw_count(p, on), 1);
    console_click(p, "NAME");
    pty_see(p, "NAME↑");
    console_click(p, "NAME↑");
    pty_see(p, "NAME↓");
    console_click(p, "TABLE");
    pty_see(p, "TABLE↑");
    console_click(p, "-head-"); /* of the pods: in focus again, and with the second click opened */
    pty_see(p, "^> +head ");
    console_click(p, "-head-");
    pty_see(p, "Esc back");
    console_click(p, "Esc back");
    assert_true(pty_wait_gone(p, "Esc back", DEADLINE_MS));
    pty_send(p, "?");
    pty_see(p, "Help");
    pty_send(p, "\033[<65;40;20M\033[<65;40;20M");
    assert_true(pty_wait_gone(p, "In this pane: Pods", DEADLINE_MS));
    pty_send(p, "\033[<64;40;20M\033[<64;40;20M");
    pty_see(p, "In this pane: Pods");
    console_quit(p, 1);
}

static void the_configuration_turns_it_on(void **state)
{
    (void)state;
    char *folder = run_folder(), *file = mem_printf("%s/config.yaml", folder);
    assert_int_equal(file_write(file, "mouse: true\n", 12, NULL), ERR_OK);
    struct pty *p = console_start("--config", file);
    assert_int_equal(raw_count(p, on), 1);
    console_quit(p, 1);
    free(file);
    run_remove(folder);
}

static bool is_on_twice(struct pty *p, void *arg)
{
    (void)arg;
    return raw_count(p, on) == 2;
}

static bool is_off(struct pty *p, void *arg)
{
    (void)arg;
    return raw_count(p, off) == 1;
}

static void stopped_it_is_off_and_continued_on(void **state)
{
    (void)state;
    struct pty *p = console_start("--mouse", NULL);
    pty_send(p, "\032");
    assert_true(pty_wait_stopped(p, DEADLINE_MS));
    assert_true(pty_wait(p, is_off, NULL, DEADLINE_MS));
    pty_signal(p, SIGCONT);
    assert_true(pty_wait(p, is_on_twice, NULL, DEADLINE_MS));
    console_quit(p, 2);
}

static void a_crash_leaves_it_off(void **state)
{
    (void)state;
    struct pty *p = console_start("--mouse", NULL);
    pty_signal(p, SIGABRT);
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 128 + SIGABRT);
    assert_true(pty_modes_restored(p));
    assert_int_equal(raw_count(p, off), 1);
    pty_stop(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_off_by_default),          cmocka_unit_test(clicks_sort_select_and_open),
        cmocka_unit_test(the_configuration_turns_it_on), cmocka_unit_test(stopped_it_is_off_and_continued_on),
        cmocka_unit_test(a_crash_leaves_it_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
