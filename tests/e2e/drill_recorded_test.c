/*
 * drill_recorded_test.c - recordings of real losses of a head as files of `raydeck record`: `raydeck replay FILE
 * report` judges each as the world judges it that was fed with the same changes.
 */
#include "tests/support/deadline.h"
#include "tests/support/drill_harness.h"
#include "tests/support/replay_record.h"
#include "tests/support/run.h"

#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MISTRAL_KILL_MS UINT64_C(1795440528077) /* marks.txt of ray-mistral: the first of two */

static const struct recorded {
    char folder[32];
    const char *result, *cause; /* cause: a part of it, "" of PASS */
    uint64_t until_ms;          /* wall; 0: to its end */
} recorded[] = {
    {"ray-mistral", "PASS", "", MISTRAL_KILL_MS + 92000},
    {"ray-mistral", "PASS", "", 0},
    {"real-gcs-crash-twice", "PASS", "", 0},
    {"real-operator-down", "PASS", "", 0},
    {"real-noft-kill", "FAIL", "GCS fault tolerance is off", 0},
    {"ray-noft-headkill", "FAIL", "GCS fault tolerance is off", 0},
    {"ray-noft-forcekill", "FAIL", "GCS fault tolerance is off", 0},
};

static void recorded_open(struct replay *p, void *folder)
{
    replay_open(p, folder, REPLAY_PROMPTS | REPLAY_WHOAMI);
}

static void file_make(struct recorded *of, const char *path)
{
    struct buf file;
    struct replay p;
    buf_init(&file, REPLAY_RECORD_MAX);
    recorded_open(&p, of->folder);
    replay_record(&p, of->until_ms ? of->until_ms : p.end_ms, &file);
    assert_int_equal(file_write(path, file.data, file.len, NULL), ERR_OK);
    replay_close(&p);
    buf_done(&file);
}

/* The same criteria known, in the same state and with the same figures; lengths to the second that the harness looks
 * at. */
static void figure_check(const struct recorded *of, const cJSON *json, const struct drill_verdict *v)
{
    int i = 0;
    JSON_EACH (c, json_get(json, "criteria")) {
        const struct judged *j = &v->of[i++];
        const struct known_f64 value = json_f64(c, "value");
        const double apart = strcmp(json_str(c, "unit"), "seconds") == 0 ? 1 : 1e-6;
        if (j->state == JUDGED_NOT) continue;
        if (value.known != j->value.known || (value.known && fabs(value.value - j->value.value) > apart))
            fail_msg("%s: %s (%s): %s %f, not %s %f", of->folder, json_str(c, "id"), json_str(c, "detail"),
                     value.known ? "known" : "unknown", value.value, j->value.known ? "known" : "unknown",
                     j->value.value);
        if (!j->value.known && fabs(j->value.value) > 0) fail_msg("%s: an unknown figure has a value", of->folder);
        assert_string_equal(json_str(c, "state"), judged_state_word(j->state));
    }
    assert_int_equal(i, CRITERIA);
}

static void recorded_check(struct recorded *of, const char *path)
{
    struct drill_verdict v;
    struct outage outage;
    cJSON *json = NULL;
    const char *const argv[] = {run_raydeck(), "replay", path, "report", "-o", "json", NULL};
    drill_judge_recording(&(struct drill_recording){.open = recorded_open, .arg = of->folder, .until_ms = of->until_ms},
                          &v, &outage);
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    if (json_parse(r.out, strlen(r.out), &json, NULL)) fail_msg("%s: %d: %s%s", of->folder, r.status, r.out, r.err);
    const char *result = json_str(json, "result"), *cause = json_str(json, "cause");
    if (strcmp(result, of->result) != 0 || !strstr(cause ? cause : "", of->cause))
        fail_msg("%s: %s: %s", of->folder, result, cause);
    assert_int_equal(r.status, strcmp(result, "PASS") != 0);
    assert_string_equal(result, drill_result_word(v.result));
    figure_check(of, json, &v);
    cJSON_Delete(json);
    run_done(&r);
}

static void the_file_of_a_loss_is_judged_as_the_loss(void **state)
{
    (void)state;
    char *folder = run_folder();
    for (size_t i = 0; i < ARRAY_LEN(recorded); i++) {
        struct recorded of = recorded[i];
        char *path = mem_printf("%s/%zu.rec", folder, i);
        file_make(&of, path);
        recorded_check(&of, path);
        free(path);
    }
    run_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_file_of_a_loss_is_judged_as_the_loss)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
