/* replay_command_test.c - `raydeck replay` without a screen: a moment of a recording, what is no recording, what was
 * saved. */
#include "tests/support/run.h"

#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT_MS = 30000, USAGE = 2 };
#define HEAD_KILL "tests/fixtures/recordings/head-kill.rec"

#define REPLAY(...) run_program((const char *const[]){run_raydeck(), "replay", __VA_ARGS__, NULL}, NULL, NULL, LIMIT_MS)

static cJSON *status_at(const char *at)
{
    struct run r = REPLAY(HEAD_KILL, "status", "-o", "json", "--at", at);
    cJSON *json = NULL;
    if (json_parse(r.out, strlen(r.out), &json, NULL)) fail_msg("status %d: %.300s%s", r.status, r.out, r.err);
    run_done(&r);
    return json;
}

static void a_moment_is_printed(void **state)
{
    (void)state;
    cJSON *before = status_at("+20"), *during = status_at("+30"), *after = status_at("-0");
    assert_true(cJSON_IsNull(json_get(before, "outage")));
    assert_false(cJSON_IsNull(json_get(during, "outage")));
    assert_string_equal(json_str(json_get(before, "service"), "context"), "raydeck-sim");
    assert_string_not_equal(json_str(json_get(before, "service"), "head_pod"),
                            json_str(json_get(after, "service"), "head_pod"));
    cJSON_Delete(before);
    cJSON_Delete(during);
    cJSON_Delete(after);
    struct run r = REPLAY(HEAD_KILL);
    assert_non_null(strstr(r.out, "watched: head down 12.9s"));
    run_done(&r);
    r = REPLAY(HEAD_KILL, "doctor", "-o", "json");
    assert_non_null(strstr(r.out, "\"L28\""));
    run_done(&r);
}

static void what_cannot_be_replayed_says_why(void **state)
{
    (void)state;
    char *folder = run_folder(), *empty = mem_printf("%s/empty", folder);
    assert_int_equal(file_write(empty, "", 0, NULL), ERR_OK);
    const struct {
        const char *file, *what, *option, *value, *said;
    } bad[] = {{empty, NULL, NULL, NULL, "the file is empty"},
               {"/dev/zero", NULL, NULL, NULL, "not a regular file"},
               {"Makefile", NULL, NULL, NULL, "Makefile: no recording"},
               {"/nowhere/x.rec", NULL, NULL, NULL, "cannot be opened"},
               {HEAD_KILL, "sing", NULL, NULL, "status or doctor"},
               {HEAD_KILL, "status", "--at", "soon", "is expected"},
               {HEAD_KILL, "status", "--at", "+9999", "not within the recording"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *argv[8] = {run_raydeck(), "replay", bad[i].file, bad[i].what, bad[i].option, bad[i].value};
        struct run r = run_program(argv, NULL, NULL, LIMIT_MS);
        if (r.status != USAGE || !strstr(r.err, bad[i].said) || *r.out)
            fail_msg("%s: status %d: %s%s", bad[i].file, r.status, r.err, r.out);
        run_done(&r);
    }
    free(empty);
    run_remove(folder);
}

/* The first two thirds of the file: what is there is shown, and that it is cut off is said. */
static void a_cut_recording_is_shown_as_far_as_it_goes(void **state)
{
    (void)state;
    struct buf file;
    char *folder = run_folder(), *cut = mem_printf("%s/cut.rec", folder);
    buf_init(&file, 1 << 20);
    assert_int_equal(file_read(HEAD_KILL, &file, NULL), ERR_OK);
    assert_int_equal(file_write(cut, file.data, file.len * 2 / 3, NULL), ERR_OK);
    struct run r = REPLAY(cut);
    assert_non_null(strstr(r.out, "watched: head down 12.9s"));
    assert_non_null(strstr(r.err, "cut.rec: at byte "));
    assert_non_null(strstr(r.err, "cut off"));
    run_done(&r);
    file.data[file.len / 4] ^= 0x10;
    assert_int_equal(file_write(cut, file.data, file.len, NULL), ERR_OK);
    r = REPLAY(cut);
    assert_non_null(strstr(r.out, "mistral"));
    assert_non_null(strstr(r.err, "cut.rec: "));
    run_done(&r);
    buf_done(&file);
    free(cut);
    run_remove(folder);
}

static void what_was_saved_is_listed(void **state)
{
    (void)state;
    char *folder = run_folder(), *env = mem_printf("XDG_STATE_HOME=%s", folder);
    char *path = mem_printf("%s/raydeck/recordings/loss-20261130T111122Z-llm.rec", folder);
    const char *const argv[] = {run_raydeck(), "replay", NULL}, *const envs[] = {env, NULL};
    struct run r = run_program(argv, envs, NULL, LIMIT_MS);
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.err, "no recording was saved yet"));
    run_done(&r);
    assert_int_equal(file_make_dirs(path, NULL), ERR_OK);
    assert_int_equal(file_write(path, "x", 1, NULL), ERR_OK);
    r = run_program(argv, envs, NULL, LIMIT_MS);
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, path));
    run_done(&r);
    free(path);
    free(env);
    run_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_is_printed),
        cmocka_unit_test(what_cannot_be_replayed_says_why),
        cmocka_unit_test(a_cut_recording_is_shown_as_far_as_it_goes),
        cmocka_unit_test(what_was_saved_is_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
