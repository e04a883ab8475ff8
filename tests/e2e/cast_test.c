/*
 * cast_test.c - --cast FILE: an asciicast v2 whose output, given to a terminal, draws the screen that was seen, and
 * with whose events a parser finds nothing wrong.
 */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"

#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "backends/link/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD_KILL "tests/fixtures/recordings/head-kill.rec"
enum { ROWS = 40, COLS = 120, WIDER = 130, FILE_MAX = 16 << 20 };

/* As the format says it: https://docs.asciinema.org/manual/asciicast/v2/. */
struct parsed {
    struct buf output;
    size_t outputs, resizes, lines;
    double seconds;
    bool cut; /* the file ends within a line */
    int width, height;
};

static void header_parse(struct parsed *p, const cJSON *json)
{
    assert_true(cJSON_IsObject(json));
    assert_int_equal(json_u64(json, "version").value, 2);
    p->width = (int)json_u64(json, "width").value;
    p->height = (int)json_u64(json, "height").value;
    assert_true(json_u64(json, "timestamp").known);
    assert_string_equal(json_str(json_get(json, "env"), "TERM"), "xterm-256color");
}

static void event_parse(struct parsed *p, const cJSON *json)
{
    assert_true(cJSON_IsArray(json));
    assert_int_equal(cJSON_GetArraySize(json), 3);
    const cJSON *time = cJSON_GetArrayItem(json, 0), *code = cJSON_GetArrayItem(json, 1),
                *data = cJSON_GetArrayItem(json, 2);
    assert_true(cJSON_IsNumber(time) && cJSON_IsString(code) && cJSON_IsString(data));
    assert_true(time->valuedouble >= p->seconds);
    p->seconds = time->valuedouble;
    if (strcmp(code->valuestring, "o") == 0) {
        p->outputs++;
        assert_null(strstr(data->valuestring, "\033[5n"));
        assert_int_equal(buf_str(&p->output, data->valuestring), ERR_OK);
    } else {
        assert_string_equal(code->valuestring, "r");
        assert_string_equal(data->valuestring, "130x40");
        p->resizes++;
    }
}

static bool line_parse(void *arg, char *text, size_t len)
{
    struct parsed *p = arg;
    cJSON *json = NULL;
    if (json_parse(text, len, &json, NULL)) fail_msg("line %zu is no JSON: %s", p->lines + 1, text);
    if (p->lines++)
        event_parse(p, json);
    else
        header_parse(p, json);
    cJSON_Delete(json);
    return true;
}

static void cast_parse(const char *path, struct parsed *p)
{
    struct buf file;
    struct why why = {0};
    *p = (struct parsed){.lines = 0};
    buf_init(&file, FILE_MAX);
    buf_init(&p->output, FILE_MAX);
    if (file_read(path, &file, &why)) fail_msg("%s", why.text);
    buf_lines(&file, line_parse, p);
    p->cut = file.len > 0;
    buf_done(&file);
}

/* All but the footer, whose message ends by itself. */
static char *screen_above_footer(struct pty *p)
{
    char *text = pty_screen(p), *end = strrchr(text, '\n');
    if (end && !end[1]) {
        *end = '\0';
        end = strrchr(text, '\n');
    }
    if (end) *end = '\0';
    return text;
}

/* What a terminal of that size shows that is given the cast's output. Caller frees. */
static char *cast_screen(const char *cast, const char *raw)
{
    struct parsed parsed;
    const char *const show[] = {"/bin/sh", "-c", "stty raw -echo; cat \"$0\"", raw, NULL};
    cast_parse(cast, &parsed);
    assert_int_equal(file_write(raw, buf_text(&parsed.output), parsed.output.len, NULL), ERR_OK);
    buf_done(&parsed.output);
    struct pty *p = pty_start(&(struct pty_conf){.argv = show, .rows = ROWS, .cols = WIDER});
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    char *text = screen_above_footer(p);
    pty_stop(p);
    return text;
}

/* Polled: neither has a frame arrived at once on the one terminal, nor in the file. */
static void cast_compare(struct pty *p, const char *cast, const char *raw)
{
    const uint64_t limit_ms = loop_now_ms() + DEADLINE_MS;
    bool same = false;
    while (!same) {
        pty_pump(p, 50);
        char *seen = screen_above_footer(p), *drawn = cast_screen(cast, raw);
        same = strcmp(seen, drawn) == 0;
        if (!same && loop_now_ms() > limit_ms) fail_msg("seen:\n%s\nby the cast:\n%s", seen, drawn);
        free(seen);
        free(drawn);
    }
}

/* The strip, which ends at the right, is wider than the terminal was. */
static bool is_wide(struct pty *p, void *arg)
{
    char *line = pty_line(p, 0);
    size_t cols = 0;
    (void)arg;
    for (const char *at = line; *at; at++) cols += ((unsigned char)*at & 0xC0) != 0x80;
    free(line);
    return cols > COLS;
}

static void the_cast_draws_what_was_seen(void **state)
{
    (void)state;
    char *folder = run_folder(), *cast = mem_printf("%s/a.cast", folder), *raw = mem_printf("%s/raw", folder);
    const char *const argv[] = {run_raydeck(), "replay", HEAD_KILL, "--at", "+30", "--cast", cast, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = ROWS, .cols = COLS});
    pty_see(p, "HEAD DOWN");
    pty_resize(p, ROWS, WIDER);
    pty_send(p, ",");
    pty_see(p, "REPLAY paused");
    assert_true(pty_wait(p, is_wide, NULL, DEADLINE_MS));
    cast_compare(p, cast, raw);
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    pty_stop(p);

    struct parsed parsed;
    cast_parse(cast, &parsed);
    assert_int_equal(parsed.width, COLS);
    assert_int_equal(parsed.height, ROWS);
    assert_true(parsed.outputs > 1);
    assert_int_equal(parsed.resizes, 1);
    assert_false(parsed.cut);
    buf_done(&parsed.output);
    free(raw);
    free(cast);
    run_remove(folder);
}

static void a_cast_without_a_screen_or_into_a_file_that_is_there_is_refused(void **state)
{
    (void)state;
    char *folder = run_folder(), *cast = mem_printf("%s/a.cast", folder);
    const char *const argv[] = {run_raydeck(), "replay", HEAD_KILL, "--cast", cast, NULL};
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 2);
    if (!strstr(r.err, "there is no screen to write")) fail_msg("%s%s", r.out, r.err);
    run_done(&r);
    assert_int_equal(run_entries(folder), 0);
    assert_int_equal(file_write(cast, "mine\n", 5, NULL), ERR_OK);
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv});
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 2);
    pty_stop(p);
    free(cast);
    run_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cast_draws_what_was_seen),
        cmocka_unit_test(a_cast_without_a_screen_or_into_a_file_that_is_there_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
