/* replay_command_test.c - `raydeck replay` without a screen: a moment of a recording, what is no recording, what was
 * saved. */
#include "tests/support/deadline.h"
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

enum { USAGE = 2 };
#define HEAD_KILL "tests/fixtures/recordings/head-kill.rec"

#define REPLAY(...)                                                                                                    \
    run_program((const char *const[]){run_raydeck(), "replay", __VA_ARGS__, NULL}, NULL, NULL, DEADLINE_MS)

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
    assert_true(cJSON_IsTrue(json_get(before, "replay")));
    assert_true(cJSON_IsNull(json_get(before, "outage")));
    assert_false(cJSON_IsNull(json_get(during, "outage")));
    assert_string_equal(json_str(json_get(before, "service"), "context"), "raydeck-sim");
    assert_string_not_equal(json_str(json_get(before, "service"), "head_pod"),
                            json_str(json_get(after, "service"), "head_pod"));
    cJSON_Delete(before);
    cJSON_Delete(during);
    cJSON_Delete(after);
    struct run r = REPLAY(HEAD_KILL);
    assert_non_null(strstr(r.out, "watched: head down 11.7s"));
    /* What was is not live, and its ages are not of now. */
    assert_non_null(strstr(r.out, "\nREPLAY at 2026-11-30T11:11:14Z: recorded, not live; ages are as of then\n"));
    assert_non_null(strstr(r.out, "\nKubernetes: live then\n"));
    assert_null(strstr(r.out, ": live\n"));
    char *counted = strstr(r.out, "28/28 requests, 0 failed");
    assert_non_null(counted);
    run_done(&r);
    r = REPLAY(HEAD_KILL, "report"); /* each count has its period; that of status is one of them */
    assert_non_null(strstr(r.out, "REQUESTS due within 1:34 of the fault"));
    assert_non_null(strstr(r.out, "until recovered   28/28 requests, 0 failed"));
    assert_non_null(strstr(r.out, "  API server proxy  95 answered"));
    assert_null(strstr(r.out, "users' route"));
    assert_null(strstr(r.out, "broken"));
    assert_non_null(strstr(r.out, "too few"));
    assert_non_null(strstr(r.out, "send more of them (drill --rate), or set another limit (--limit requests=N)"));
    run_done(&r);
    r = REPLAY(HEAD_KILL, "doctor");
    assert_non_null(strstr(r.out, "REPLAY at 2026-11-30T11:11:14Z: recorded"));
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
               {HEAD_KILL, "sing", NULL, NULL, "doctor or report"},
               {HEAD_KILL, "status", "--at", "soon", "is expected"},
               {HEAD_KILL, "status", "--at", "+9999", "not within the recording"},
               {HEAD_KILL, "--linear", "--speed", "fast", "--speed fast: a number from 0.25 to 64"},
               {HEAD_KILL, "--linear", "--speed", "0", "--speed 0: a number from 0.25 to 64"},
               {HEAD_KILL, "--linear", "--speed", "100", "--speed 100: a number from 0.25 to 64"},
               {HEAD_KILL, "--linear", "--speed", "nan", "--speed nan: a number from 0.25 to 64"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *argv[8] = {run_raydeck(), "replay", bad[i].file, bad[i].what, bad[i].option, bad[i].value};
        struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
        if (r.status != USAGE || !strstr(r.err, bad[i].said) || *r.out)
            fail_msg("%s: status %d: %s%s", bad[i].file, r.status, r.err, r.out);
        run_done(&r);
    }
    free(empty);
    run_remove(folder);
}

/* The first two thirds of the file: what is there is shown, and a message says that it is cut off. */
static void a_cut_recording_is_shown_as_far_as_it_goes(void **state)
{
    (void)state;
    struct buf file;
    char *folder = run_folder(), *cut = mem_printf("%s/cut.rec", folder);
    buf_init(&file, 1 << 20);
    assert_int_equal(file_read(HEAD_KILL, &file, NULL), ERR_OK);
    assert_int_equal(file_write(cut, file.data, file.len * 2 / 3, NULL), ERR_OK);
    struct run r = REPLAY(cut);
    assert_non_null(strstr(r.out, "watched: head down 11.7s"));
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
    struct run r = run_program(argv, envs, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.err, "no recording was saved yet"));
    run_done(&r);
    assert_int_equal(file_make_dirs(path, NULL), ERR_OK);
    assert_int_equal(file_write(path, "x", 1, NULL), ERR_OK);
    r = run_program(argv, envs, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, path));
    run_done(&r);
    free(path);
    free(env);
    run_remove(folder);
}

static cJSON *file_json(const char *path)
{
    struct buf file;
    cJSON *json = NULL;
    buf_init(&file, 1 << 20);
    assert_int_equal(file_read(path, &file, NULL), ERR_OK);
    assert_int_equal(json_parse(buf_text(&file), file.len, &json, NULL), ERR_OK);
    buf_done(&file);
    return json;
}

/* The loss is judged as of the moment, by limits that can be set; the files say what stdout says. */
static void a_loss_is_judged(void **state)
{
    (void)state;
    char *folder = run_folder(), *json_path = mem_printf("%s/r.json", folder),
         *xml_path = mem_printf("%s/r.xml", folder), *limits = mem_printf("%s/limits.yaml", folder);
    struct run r = REPLAY(HEAD_KILL, "report");
    if (r.status != 1 || strncmp(r.out, "INCONCLUSIVE  requests due while the GCS was silent: 8", 53) != 0)
        fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);
    r = REPLAY(HEAD_KILL, "report", "--limit", "requests=5", "--report", json_path, "--report", xml_path);
    if (r.status != 0 || strncmp(r.out, "PASS", 4) != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);
    cJSON *json = file_json(json_path);
    assert_string_equal(json_str(json, "result"), "PASS");
    assert_int_equal(json_u64(json_get(json_get(json, "requests"), "route"), "failed").value, 0);
    cJSON_Delete(json);
    assert_int_equal(run_entries(folder), 2);
    assert_int_equal(file_write(limits, "requests: 5\nrecovery: 10s\n", 26, NULL), ERR_OK);
    r = REPLAY(HEAD_KILL, "report", "--criteria", limits, "-o", "json");
    if (r.status != 1 || !strstr(r.out, "\"FAIL\"") || !strstr(r.out, "time to recover: "))
        fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);
    r = REPLAY(HEAD_KILL, "report", "--at", "+20");
    if (r.status != 1 || strncmp(r.out, "INCONCLUSIVE  no head was lost", 30) != 0) fail_msg("%d: %s", r.status, r.out);
    run_done(&r);
    free(json_path);
    free(xml_path);
    free(limits);
    run_remove(folder);
}

/* Before anything is judged. */
static void a_report_that_cannot_be_written_is_refused(void **state)
{
    (void)state;
    static const char *const bad[][3] = {
        {"--report", "r.pdf", "ends in .txt"},
        {"--report", "/nowhere/r.json", "No such file"},
        {"--report", "README.md", "exists already"},
        {"--limit", "recovery=90", "a duration"},
        {"--limit", "nosuch=1", "no criterion"},
        {"--criteria", "Makefile", "Makefile"},
        {"--criteria", "/nowhere/limits.yaml", "limits"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct run r = REPLAY(HEAD_KILL, "report", bad[i][0], bad[i][1]);
        if (r.status != USAGE || !strstr(r.err, bad[i][2]) || *r.out)
            fail_msg("%s: status %d: %s%s", bad[i][1], r.status, r.err, r.out);
        run_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_is_printed),
        cmocka_unit_test(what_cannot_be_replayed_says_why),
        cmocka_unit_test(a_cut_recording_is_shown_as_far_as_it_goes),
        cmocka_unit_test(what_was_saved_is_listed),
        cmocka_unit_test(a_loss_is_judged),
        cmocka_unit_test(a_report_that_cannot_be_written_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
