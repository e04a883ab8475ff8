/* layout_store_test.c - what is remembered of each size of the terminal, in a session and beyond it. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "tests/support/deadline.h"
#include "tests/support/run.h"
#include "tui/layout_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

struct fixture {
    struct loop *loop;
    char *folder, *file;
};

static int fixture_open(void **state)
{
    struct fixture *f = mem_zero(1, sizeof *f);
    f->loop = loop_new();
    f->folder = run_folder();
    f->file = mem_printf("%s/raydeck/layouts.json", f->folder);
    setenv("XDG_STATE_HOME", f->folder, 1);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;
    loop_free(f->loop);
    run_remove(f->folder);
    free(f->file);
    free(f);
    return 0;
}

static bool file_holds(struct fixture *f, const char *words)
{
    struct buf text;
    buf_init(&text, LAYOUT_FILE_MAX);
    const bool found = file_read(f->file, &text, NULL) == ERR_OK && strstr(buf_text(&text), words);
    buf_done(&text);
    return found;
}

static void wait_end(void *arg)
{
    loop_stop(arg);
}

/* Until the file holds those words. */
static void file_wait(struct fixture *f, const char *words)
{
    struct alarm *a = alarm_new(f->loop, wait_end, f->loop);
    for (unsigned waited = 0; !file_holds(f, words); waited += 10) {
        assert_true(waited < DEADLINE_MS);
        alarm_set(a, 10, 0);
        loop_run(f->loop);
    }
    alarm_free(a);
}

static void assert_found(const struct layout_store *s, int rows, int cols, char pane, bool zoomed,
                         enum cores_view cores)
{
    struct screen_layout got;
    assert_true(layout_store_find(s, rows, cols, &got));
    assert_int_equal(got.pane, pane);
    assert_int_equal(got.zoomed, zoomed);
    assert_int_equal(got.cores, cores);
}

static void each_size_has_its_own(void **state)
{
    struct fixture *f = *state;
    struct layout_store *s = layout_store_new(f->loop, false);
    struct screen_layout got;
    assert_false(layout_store_find(s, 24, 80, &got));
    layout_store_note(s, 24, 80, &(struct screen_layout){.pane = '3', .zoomed = true, .cores = CORES_AUTO});
    layout_store_note(s, 60, 200, &(struct screen_layout){.pane = '2', .zoomed = false, .cores = CORES_HEAT});
    assert_found(s, 24, 80, '3', true, CORES_AUTO);
    assert_found(s, 60, 200, '2', false, CORES_HEAT);
    layout_store_note(s, 24, 80, &(struct screen_layout){.pane = '5', .zoomed = false, .cores = CORES_BARS});
    assert_found(s, 24, 80, '5', false, CORES_BARS);
    for (int i = 0; i < LAYOUT_SIZES - 1; i++)
        layout_store_note(s, 30 + i, 100, &(struct screen_layout){.pane = '4', .zoomed = false, .cores = CORES_AUTO});
    assert_false(layout_store_find(s, 60, 200, &got)); /* arranged longest ago */
    assert_found(s, 24, 80, '5', false, CORES_BARS);
    layout_store_free(s);
    assert_false(file_holds(f, ""));
}

static void the_next_session_knows_them(void **state)
{
    struct fixture *f = *state;
    struct layout_store *s = layout_store_new(f->loop, true);
    layout_store_note(s, 24, 80, &(struct screen_layout){.pane = '3', .zoomed = true, .cores = CORES_AUTO});
    layout_store_note(
        s, 60, 200,
        &(struct screen_layout){.pane = '2', .zoomed = false, .cores = CORES_HEAT}); /* while the first is written */
    file_wait(f, "\"cols\": 200");
    const struct layout_sizes sizes = {40, 120, {50, 0}, {5, 6, 7, 9}};
    layout_store_note(s, 40, 120, &(struct screen_layout){'1', false, CORES_AUTO, sizes});
    file_wait(f, "\"split\": [50, 0, 5, 6, 7, 9]");
    layout_store_free(s);
    s = layout_store_new(f->loop, true);
    assert_found(s, 24, 80, '3', true, CORES_AUTO);
    assert_found(s, 60, 200, '2', false, CORES_HEAT);
    struct screen_layout got;
    assert_true(layout_store_find(s, 40, 120, &got));
    assert_memory_equal(&got.sizes, &sizes, sizeof sizes);
    layout_store_free(s);
}

static void what_is_not_its_own_is_left_alone(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = {
        "", "nonsense", "[]", "{\"version\": 2, \"sizes\": [{\"rows\": 24, \"cols\": 80, \"pane\": \"3\"}]}",
        "{\"version\": 1, \"sizes\": [{\"rows\": -1, \"cols\": 80}, {\"rows\": 1e99, \"cols\": 80}, 7, null]}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct screen_layout got;
        char *folder = mem_printf("%s/raydeck", f->folder);
        (void)mkdir(folder, 0700);
        assert_int_equal(file_write(f->file, texts[i], strlen(texts[i]), NULL), ERR_OK);
        free(folder);
        struct layout_store *s = layout_store_new(f->loop, true);
        assert_false(layout_store_find(s, 24, 80, &got));
        layout_store_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_size_has_its_own, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(the_next_session_knows_them, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(what_is_not_its_own_is_left_alone, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
