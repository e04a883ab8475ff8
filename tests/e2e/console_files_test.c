/* console_files_test.c - a theme or a manifest on a file system that hangs, named in the console: neither the keyboard
 * nor the screen is held up, and the file is taken when it comes. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "backends/link/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_MAX = 1024 * 1024 };
#define LATE "is being read, and its file system does not answer yet"

struct stage {
    struct sim_run *sim;
    struct pty *pty;
    char *folder, *file, *hang, *log;
    char *preload, *hang_env, *log_env, *asan;
};

static int stage_setup(void **state)
{
    struct stage *s = mem_zero(1, sizeof *s);
    const char *asan = getenv("ASAN_OPTIONS");
    s->folder = run_folder();
    s->sim = sim_run_start((const char *const[]){"--empty", NULL});
    s->file = mem_printf("%s/hanging.yaml", s->folder);
    s->hang = mem_printf("%s/hang", s->folder);
    s->log = mem_printf("%s/log", s->folder);
    s->preload = run_preload("slow_files");
    s->hang_env = mem_printf("SLOW_FILES_HANG=%s", s->hang);
    s->log_env = mem_printf("SLOW_FILES_LOG=%s", s->log);
    s->asan = mem_printf("ASAN_OPTIONS=%s%sverify_asan_link_order=0", asan ? asan : "", asan ? ":" : "");
    assert_int_equal(file_write(s->hang, "", 0, NULL), ERR_OK);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(s->sim), NULL};
    const char *const env[] = {s->preload, "SLOW_FILES_NAME=hanging.yaml", s->hang_env, s->log_env, s->asan, NULL};
    s->pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 40, .cols = 150});
    pty_see(s->pty, "ANSWERING");
    *state = s;
    return 0;
}

static int stage_teardown(void **state)
{
    struct stage *s = *state;
    pty_stop(s->pty);
    sim_run_stop(s->sim);
    run_remove(s->folder);
    char *all[] = {s->file, s->hang, s->log, s->preload, s->hang_env, s->log_env, s->asan};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) free(all[i]);
    free(s);
    return 0;
}

/* The file is one that is shipped. */
static void file_is(const struct stage *s, const char *shipped)
{
    struct buf text;
    buf_init(&text, FILE_MAX);
    assert_int_equal(file_read(shipped, &text, NULL), ERR_OK);
    assert_int_equal(file_write(s->file, buf_text(&text), text.len, NULL), ERR_OK);
    buf_done(&text);
}

static void stage_command(struct stage *s, const char *name, const char *path)
{
    char *line = mem_printf(":%s %s\r", name, path);
    pty_send(s->pty, line);
    free(line);
}

static void until_opened(struct stage *s)
{
    const uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (access(s->log, F_OK) != 0) {
        if (loop_now_ms() > limit) fail_msg("the file was not opened");
        pty_pump(s->pty, 20);
    }
}

/* Help comes and goes, while the file is being opened. */
static void keyboard_and_screen_go_on(struct stage *s)
{
    until_opened(s);
    pty_see(s->pty, LATE);
    pty_send(s->pty, "?");
    pty_see(s->pty, "Switch to the next theme");
    pty_send(s->pty, "\033");
    assert_true(pty_wait_gone(s->pty, "Switch to the next theme", DEADLINE_MS));
    assert_int_equal(access(s->hang, F_OK), 0);
}

static void stage_leave(struct stage *s)
{
    pty_send(s->pty, "\003");
    assert_int_equal(pty_wait_exit(s->pty, DEADLINE_MS), 130);
    assert_true(pty_modes_restored(s->pty));
}

static void a_theme_is_not_waited_for(void **state)
{
    struct stage *s = *state;
    file_is(s, "themes/projector.yaml");
    stage_command(s, "theme", s->file);
    keyboard_and_screen_go_on(s);
    assert_int_equal(unlink(s->hang), 0);
    pty_see(s->pty, "theme: projector");
    stage_leave(s);
}

static void a_manifest_to_check_is_not_waited_for(void **state)
{
    struct stage *s = *state;
    file_is(s, "deploy/assets/ft-options.yaml");
    stage_command(s, "lint", s->file);
    keyboard_and_screen_go_on(s);
    assert_int_equal(unlink(s->hang), 0);
    pty_see(s->pty, "hanging.yaml:[0-9]");
    stage_leave(s);
}

static void a_manifest_to_deploy_is_not_waited_for(void **state)
{
    struct stage *s = *state;
    file_is(s, "deploy/assets/ft-options.yaml");
    stage_command(s, "deploy", s->file);
    keyboard_and_screen_go_on(s);
    assert_int_equal(unlink(s->hang), 0);
    pty_see(s->pty, "nothing was applied");
    stage_leave(s);
}

/* It is read no more: what it says, whenever it comes, concerns nobody. */
static void another_file_takes_its_place(void **state)
{
    struct stage *s = *state;
    file_is(s, "themes/projector.yaml");
    stage_command(s, "theme", s->file);
    until_opened(s);
    pty_send(s->pty, ":theme mono\r");
    pty_see(s->pty, "theme: mono");
    stage_leave(s);
    assert_int_equal(access(s->hang, F_OK), 0); /* nor is it waited for at the end */
}

static void a_fifo_is_no_file(void **state)
{
    struct stage *s = *state;
    char *fifo = mem_printf("%s/fifo.yaml", s->folder);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    stage_command(s, "theme", fifo);
    pty_see(s->pty, "fifo.yaml: not a regular file");
    stage_command(s, "lint", fifo);
    pty_see(s->pty, "lint: .*fifo.yaml: not a regular file");
    stage_leave(s);
    free(fifo);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        T(a_theme_is_not_waited_for),
        T(a_manifest_to_check_is_not_waited_for),
        T(a_manifest_to_deploy_is_not_waited_for),
        T(another_file_takes_its_place),
        T(a_fifo_is_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
