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
static const char on[] = "\033[?1000h\033[?1002h\033[?1006h", off[] = "\033[?1006l\033[?1002l\033[?1000l";

/* Of a recording that stands still. */
static struct pty *console_start_sized(const char *option, const char *value, int rows, int cols)
{
    const char *const argv[] = {run_raydeck(), "replay", HEAD_KILL, "--at", "+5", option, value, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = rows, .cols = cols});
    pty_see(p, "REPLAY");
    pty_send(p, ",");
    pty_see(p, "REPLAY paused");
    return p;
}

static struct pty *console_start(const char *option, const char *value)
{
    return console_start_sized(option, value, 40, 120);
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

struct place {
    const char *text; /* a line of the screen contains it, at: */
    int row, col;     /* row -1: any */
};

static bool is_at(struct pty *p, void *arg)
{
    const struct place *at = arg;
    const int row = row_of(p, at->text);
    if (row < 0 || (at->row >= 0 && row != at->row)) return false;
    return strcmp(pty_cell(p, row, at->col).text, "│") == 0;
}

static void see_at(struct pty *p, const char *text, int row, int col)
{
    struct place at = {text, row, col};
    if (pty_wait(p, is_at, &at, DEADLINE_MS)) return;
    fail_msg("%s is in row %d and not in %d, or its line is not in column %d:\n%s", text, row_of(p, text), row, col,
             pty_screen(p));
}

static void mouse_send(struct pty *p, int button, int row, int col, char final)
{
    char bytes[64];
    snprintf(bytes, sizeof bytes, "\033[<%d;%d;%d%c", button, col + 1, row + 1, final);
    pty_send(p, bytes);
}

static void console_drag(struct pty *p, int row, int col, int to_row, int to_col)
{
    mouse_send(p, 0, row, col, 'M');
    mouse_send(p, 32, to_row, to_col, 'M');
    mouse_send(p, 0, to_row, to_col, 'm');
}

/* The column of the line between panes, beside the NeuronCores' title. */
static int line_col(struct pty *p, int row)
{
    int col = 20;
    while (col < 300 && strcmp(pty_cell(p, row, col).text, "│") != 0) col++;
    return col;
}

static void lines_between_panes_are_dragged(void **state)
{
    (void)state;
    static const int sizes[][2] = {{32, 100}, {40, 120}, {60, 200}};
    static const char title[] = "2 NeuronCores";
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct pty *p = console_start_sized("--mouse", NULL, sizes[i][0], sizes[i][1]);
        pty_see(p, title);
        const int row = row_of(p, title), col = line_col(p, row);
        console_drag(p, row + 2, col, row + 2, col - 7);
        see_at(p, title, row, col - 7);
        if (i > 0) { /* at 32 rows every pane has its least */
            console_drag(p, row, 5, row + 1, 9);
            see_at(p, title, row + 1, col - 7);
            console_drag(p, row + 1, 5, row, 9);
        }
        console_drag(p, row + 2, col - 7, row + 2, 0); /* as far as it goes */
        see_at(p, title, row, 24);
        mouse_send(p, 4, row + 2, 24, 'M'); /* Shift: the terminal's */
        mouse_send(p, 36, row + 2, 40, 'M');
        mouse_send(p, 4, row + 2, 40, 'm');
        for (int k = 0; k < 2; k++) {
            see_at(p, title, row, 24);
            mouse_send(p, 0, row + 2, 24, 'M');
            mouse_send(p, 0, row + 2, 24, 'm');
        }
        see_at(p, title, -1, col); /* a click on a rule has moved the focus */
        console_quit(p, 1);
    }
}

static void keys_resize_the_pane_in_focus(void **state)
{
    (void)state;
    static const char title[] = "2 NeuronCores";
    struct pty *p = console_start("--no-bell", NULL);
    pty_see(p, title);
    const int row = row_of(p, title), col = line_col(p, row);
    pty_send(p, "2}}{}");
    see_at(p, title, row, col + 4);
    pty_resize(p, 45, 130); /* another size has its own */
    see_at(p, title, -1, 65);
    pty_resize(p, 40, 120);
    see_at(p, title, row, col + 4);
    pty_send(p, "_");
    see_at(p, title, -1, col);
    pty_send(p, "z}");
    pty_see(p, "nothing is beside this pane here");
    console_quit(p, 0);
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
        cmocka_unit_test(it_is_off_by_default),
        cmocka_unit_test(clicks_sort_select_and_open),
        cmocka_unit_test(lines_between_panes_are_dragged),
        cmocka_unit_test(keys_resize_the_pane_in_focus),
        cmocka_unit_test(the_configuration_turns_it_on),
        cmocka_unit_test(stopped_it_is_off_and_continued_on),
        cmocka_unit_test(a_crash_leaves_it_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
