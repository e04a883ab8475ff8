/* file_test.c - Small files, whole, on and off the loop. */
#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "backends/link/file_job.h"
#include "tests/support/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    char *folder, *path;
    struct buf b;
};

static int fixture_open(void **state)
{
    struct fixture *s = mem_zero(1, sizeof *s);
    s->folder = run_folder();
    s->path = mem_printf("%s/file", s->folder);
    buf_init(&s->b, 1000);
    *state = s;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    run_remove(s->folder);
    free(s->path);
    buf_done(&s->b);
    free(s);
    return 0;
}

static void what_was_written_is_read(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    struct stat st;
    assert_int_equal(file_write(s->path, "one\0two", 7, &why), ERR_OK);
    assert_int_equal(file_read(s->path, &s->b, &why), ERR_OK);
    assert_int_equal(s->b.len, 7);
    assert_memory_equal(s->b.data, "one\0two", 7);
    assert_int_equal(stat(s->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(file_write(s->path, "new", 3, &why), ERR_OK);
    buf_clear(&s->b);
    assert_int_equal(file_read(s->path, &s->b, &why), ERR_OK);
    assert_string_equal(buf_text(&s->b), "new");
    assert_int_equal(run_entries(s->folder), 1);
}

static void what_cannot_be_read_is_said(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    assert_int_equal(file_read(s->path, &s->b, &why), ERR_NOT_FOUND);
    assert_non_null(strstr(why.text, s->path));
    assert_int_equal(file_read("/dev/null", &s->b, &why), ERR_IO);
    assert_int_equal(file_read(s->folder, &s->b, &why), ERR_IO);
    assert_int_equal(mkfifo(s->path, 0600), 0);
    assert_int_equal(file_read(s->path, &s->b, &why), ERR_IO);
    assert_non_null(strstr(why.text, "not a regular file"));
}

static void a_file_too_long_leaves_the_buffer_as_it_was(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    char *text = mem_zero(2000, 1);
    memset(text, 'x', 2000);
    buf_str(&s->b, "kept");
    assert_int_equal(file_write(s->path, text, 2000, &why), ERR_OK);
    assert_int_equal(file_read(s->path, &s->b, &why), ERR_LIMIT);
    assert_string_equal(buf_text(&s->b), "kept");
    free(text);
}

static void a_failed_write_leaves_nothing(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    char *nowhere = mem_printf("%s/absent/file", s->folder);
    assert_int_equal(file_write(nowhere, "x", 1, &why), ERR_NOT_FOUND);
    free(nowhere);
    assert_int_equal(mkdir(s->path, 0700), 0);
    assert_int_not_equal(file_write(s->path, "x", 1, &why), ERR_OK);
    assert_int_equal(run_entries(s->folder), 1);
}

/* ---- off the loop ---- */

struct job_end {
    unsigned ends;
    enum err err;
    char text[64];
};

static void on_end(void *arg, enum err err, const char *text, size_t len, const char *why)
{
    struct job_end *end = arg;
    end->ends++;
    end->err = err;
    snprintf(end->text, sizeof end->text, "%.*s", (int)len, text ? text : "");
    assert_true(err == ERR_OK || why[0]);
}

static void jobs_read_and_write_off_the_loop(void **state)
{
    struct fixture *s = *state;
    struct loop *loop = loop_new();
    struct job_end end = {0};
    char *deep = mem_printf("%s/a/b/file", s->folder);
    file_job_read(loop, deep, 100, on_end, &end);
    assert_int_equal(end.ends, 0);
    while (!end.ends) loop_step(loop, 100);
    assert_int_equal(end.err, ERR_NOT_FOUND);
    file_job_write(loop, deep, "text", 4, on_end, &end);
    while (end.ends < 2) loop_step(loop, 100);
    assert_int_equal(end.err, ERR_OK);
    file_job_read(loop, deep, 100, on_end, &end);
    while (end.ends < 3) loop_step(loop, 100);
    assert_int_equal(end.err, ERR_OK);
    assert_string_equal(end.text, "text");
    file_job_read(loop, deep, 3, on_end, &end);
    while (end.ends < 4) loop_step(loop, 100);
    assert_int_equal(end.err, ERR_LIMIT);
    /* Cancelled before, during and after its thread's work: none tells anything, and the loop closes at once. */
    for (unsigned i = 0; i < 200; i++) {
        struct file_job *job = file_job_read(loop, deep, 100, on_end, &end);
        if (i % 3 == 1) usleep(i);
        file_job_cancel(job);
        if (i % 2) loop_step(loop, 0);
    }
    loop_free(loop);
    assert_int_equal(end.ends, 4);
    free(deep);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(what_was_written_is_read),
        T(what_cannot_be_read_is_said),
        T(a_file_too_long_leaves_the_buffer_as_it_was),
        T(a_failed_write_leaves_nothing),
        T(jobs_read_and_write_off_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
