/* drill_recordings_test.c - the verdict on recordings of real losses of a head, and of failures that are none. */
#include "tests/support/drill_harness.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MISTRAL_KILL_MS UINT64_C(1795440528077) /* marks.txt of ray-mistral: default grace */

static void recording_open(struct replay *p, void *folder)
{
    replay_open(p, folder, REPLAY_PROMPTS | REPLAY_WHOAMI);
}

/* until_ms: the loss that it shows then, wall; 0: at its end. */
static void recording_judge_at(const char *folder, uint64_t until_ms, enum drill_result result, const char *cause,
                               struct drill_verdict *ret)
{
    char name[64];
    struct outage outage;
    text_safe_into(name, sizeof name, folder, strlen(folder));
    drill_judge_recording(&(struct drill_recording){.open = recording_open, .arg = name, .until_ms = until_ms}, ret,
                          &outage);
    drill_verdict_print(folder, ret);
    assert_string_equal(drill_result_word(ret->result), drill_result_word(result));
    if (!strstr(ret->cause, cause)) fail_msg("%s: %s", folder, ret->cause);
}

static void recording_judge(const char *folder, enum drill_result result, const char *cause, struct drill_verdict *ret)
{
    recording_judge_at(folder, 0, result, cause, ret);
}

static double seconds_of(const struct drill_verdict *v, enum criterion_id id)
{
    assert_true(v->of[id].value.known);
    return v->of[id].value.value;
}

/* The head deleted with grace 0: users' requests failed from +34 s to +44 s, and both workers were restarted. */
static void a_loss_without_ft_fails(void **state)
{
    (void)state;
    struct drill_verdict v;
    recording_judge("real-noft-kill", DRILL_FAIL, "GCS fault tolerance is off", &v);
    assert_int_equal(v.of[CRITERION_FAILED].state, JUDGED_BROKEN);
    assert_int_equal(v.of[CRITERION_PROMPTS].state, JUDGED_BROKEN);
    assert_true(seconds_of(&v, CRITERION_RESTARTS) == 2);
    assert_true(seconds_of(&v, CRITERION_UNSERVED) > 8 && seconds_of(&v, CRITERION_UNSERVED) < 12);
}

/* Without FT, with the head's own grace and with none; requests of users, and no others, were recorded. */
static void both_earlier_losses_without_ft_fail(void **state)
{
    (void)state;
    struct drill_verdict v;
    recording_judge("ray-noft-headkill", DRILL_FAIL, "GCS fault tolerance is off", &v);
    assert_true(seconds_of(&v, CRITERION_RESTARTS) == 1);
    assert_true(seconds_of(&v, CRITERION_UNSERVED) > 26 && seconds_of(&v, CRITERION_UNSERVED) < 29);
    recording_judge("ray-noft-forcekill", DRILL_FAIL, "GCS fault tolerance is off", &v);
    assert_true(seconds_of(&v, CRITERION_RESTARTS) == 1);
    assert_true(seconds_of(&v, CRITERION_UNSERVED) > 21 && seconds_of(&v, CRITERION_UNSERVED) < 24);
}

/* gcs_server killed three times in one outage of 168 s, with FT: not one request failed. */
static void a_gcs_that_crashes_thrice_passes_with_ft(void **state)
{
    (void)state;
    struct drill_verdict v;
    recording_judge("real-gcs-crash-twice", DRILL_PASS, "", &v);
    assert_true(seconds_of(&v, CRITERION_FAILED) <= 0 && seconds_of(&v, CRITERION_PROMPTS) <= 0);
    assert_true(seconds_of(&v, CRITERION_OUTAGE) > 160 && seconds_of(&v, CRITERION_OUTAGE) < 175);
}

static void a_head_that_comes_back_late_passes_with_ft(void **state)
{
    (void)state;
    struct drill_verdict v;
    recording_judge("real-operator-down", DRILL_PASS, "", &v);
    assert_true(seconds_of(&v, CRITERION_FAILED) <= 0 && seconds_of(&v, CRITERION_PROMPTS) <= 0);
    assert_non_null(strstr(v.scope, "fields not judged"));
}

/* Two kills of one head after the other, with FT: by the pod's own grace, and by none. */
static void both_head_kills_of_ray_mistral_pass(void **state)
{
    (void)state;
    struct drill_verdict v;
    recording_judge_at("ray-mistral", MISTRAL_KILL_MS + 92000, DRILL_PASS, "", &v);
    assert_true(seconds_of(&v, CRITERION_OUTAGE) > 11 && seconds_of(&v, CRITERION_OUTAGE) < 15);
    recording_judge("ray-mistral", DRILL_PASS, "", &v);
    assert_true(seconds_of(&v, CRITERION_OUTAGE) > 10 && seconds_of(&v, CRITERION_OUTAGE) < 13);
}

static void what_is_no_loss_of_a_head_proves_nothing(void **state)
{
    (void)state;
    struct drill_verdict v;
    recording_judge("real-redis-pause", DRILL_INCONCLUSIVE, "no head was lost", &v);
    recording_judge("real-deploy-failed", DRILL_INCONCLUSIVE, "no head was lost", &v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loss_without_ft_fails),
        cmocka_unit_test(both_earlier_losses_without_ft_fail),
        cmocka_unit_test(a_gcs_that_crashes_thrice_passes_with_ft),
        cmocka_unit_test(a_head_that_comes_back_late_passes_with_ft),
        cmocka_unit_test(both_head_kills_of_ray_mistral_pass),
        cmocka_unit_test(what_is_no_loss_of_a_head_proves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
