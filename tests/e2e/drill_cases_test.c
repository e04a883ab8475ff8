/*
 * drill_cases_test.c - `raydeck drill` on each case of the simulated cluster in which high availability fails
 * (backends/sim/faults.def): FAIL or INCONCLUSIVE, exit status 1, and the cause named. They run side by side.
 */
#include "tests/support/drill_run.h"
#include "tests/support/run.h"

#include "backends/base/mem.h"
#include "backends/sim/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A recovery that does not come is given up after 90 s. */
#define SOON "--limit", "recovery=45s"

static const struct drill_case {
    enum fault fault;
    const char *options[4];
    const char *result, *broken; /* broken: a criterion, of FAIL */
    const char *cause;           /* a part of it */
} cases[] = {
    {FAULT_SHORT_PATIENCE, {NULL}, "FAIL", "restarts", "the workers give up after 60 s"},
    {FAULT_REDIS_LOST, {NULL}, "FAIL", "fields", "the GCS's state"},
    {FAULT_WRONG_NAMESPACE, {NULL}, "FAIL", "fields", "another external storage namespace, mistral-blue"},
    {FAULT_HEAD_TRAFFIC, {NULL}, "FAIL", "failed", "does the API server proxy lead to the head?"},
    {FAULT_HEAD_CRASH_LOOP, {SOON}, "FAIL", "recovery", "CrashLoopBackOff"},
    {FAULT_HEAD_PENDING, {SOON}, "FAIL", "recovery", "Insufficient memory"},
    {FAULT_WORKERS_NOT_READY, {NULL}, "FAIL", "failed", "the workers ran on and their proxies failed"},
    {FAULT_TWO_HEADS, {NULL}, "INCONCLUSIVE", NULL, "two heads were ALIVE in NODE"},
    {FAULT_PROMPTS_HANG, {NULL}, "FAIL", "prompt-wait", "slowest prompt"},
};

static struct drill_run case_start(const struct drill_case *c, const char *folder)
{
    const char *const sim[] = {"--fault", fault_info(c->fault)->word, NULL};
    const char *options[8] = {"--fault", "delete-now"};
    for (size_t i = 0; c->options[i]; i++) options[2 + i] = c->options[i];
    return drill_run_start(folder, fault_info(c->fault)->word, sim, options);
}

static void case_check(const struct drill_case *c, const struct drill_run *r)
{
    cJSON *json = drill_run_report(r);
    const char *result = json_str(json, "result"), *cause = json_str(json, "cause");
    if (r->status != 1 || strcmp(result, c->result) != 0 || !cause || !strstr(cause, c->cause))
        fail_msg("%s: status %d, %s: %s", fault_info(c->fault)->word, r->status, result, cause);
    if (c->broken) assert_string_equal(json_str(drill_run_criterion(json, c->broken), "state"), "broken");
    cJSON_Delete(json);
}

static void cases_try(size_t first, size_t count)
{
    struct drill_run run[ARRAY_LEN(cases)];
    char *folder = run_folder();
    for (size_t i = 0; i < count; i++) run[i] = case_start(&cases[first + i], folder);
    drill_run_all(run, count);
    for (size_t i = 0; i < count; i++) case_check(&cases[first + i], &run[i]);
    for (size_t i = 0; i < count; i++) drill_run_close(&run[i]);
    run_remove(folder);
}

/* In two halves: ten clusters at once are much for a small machine. */
static void a_loss_of_state_or_of_the_head_is_no_pass(void **state)
{
    (void)state;
    cases_try(0, 5);
}

static void a_recovery_that_is_none_is_no_pass(void **state)
{
    (void)state;
    cases_try(5, ARRAY_LEN(cases) - 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loss_of_state_or_of_the_head_is_no_pass),
        cmocka_unit_test(a_recovery_that_is_none_is_no_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
