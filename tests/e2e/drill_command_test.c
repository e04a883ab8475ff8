/*
 * drill_command_test.c - `raydeck drill` as a program, on simulated clusters: a PASS, a FAIL without GCS fault
 * tolerance, an interrupted one and one that kills gcs_server, side by side, since each watches the workers for a
 * minute and a half; what it refuses.
 */
#include "tests/support/deadline.h"
#include "tests/support/drill_run.h"
#include "tests/support/front_proxy.h"
#include "tests/support/run.h"

#include "backends/base/mem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* How fast this machine is, is not the question. */
#define SPEEDS "--limit", "unserved=600s", "--limit", "latency=600s", "--limit", "prompt-wait=600s"
#define NAMES "--context", "raydeck-sim", "-n", "mistral", "-s", "mistral", "--yes"

static void check_pass(const struct drill_run *r)
{
    cJSON *json = drill_run_report(r);
    if (r->status != 0) fail_msg("status %d: %s: %s", r->status, json_str(json, "result"), json_str(json, "cause"));
    assert_string_equal(json_str(json, "result"), "PASS");
    assert_string_equal(json_str(json, "scope"), "deletion of the head pod, grace 0; node loss not tested");
    JSON_EACH (c, json_get(json, "criteria")) assert_string_equal(json_str(c, "state"), "met");
    assert_true(json_f64(drill_run_criterion(json, "outage"), "value").value >= 5);
    assert_int_equal(json_u64(json_get(json_get(json, "requests"), "route"), "failed").value, 0);
    assert_true(json_u64(json_get(json_get(json, "requests"), "prompts"), "answered").value > 0);
    size_t workers = 0;
    JSON_EACH (worker, json_get(json_get(json, "requests"), "workers")) {
        workers++;
        assert_true(json_u64(worker, "answered").value > 0);
        assert_int_equal(json_u64(worker, "failed").value, 0);
    }
    assert_int_equal(workers, 2);
    cJSON_Delete(json);
}

static void check_fail(const struct drill_run *r)
{
    cJSON *json = drill_run_report(r);
    assert_int_equal(r->status, 1);
    assert_string_equal(json_str(json, "result"), "FAIL");
    assert_non_null(strstr(json_str(json, "cause"), "GCS fault tolerance is off"));
    assert_non_null(strstr(json_str(json, "scope"), "; overridden: GCS fault tolerance is off"));
    cJSON_Delete(json);
}

/* What happened is seen to the end; without the load it proves less. */
static void check_interrupted(const struct drill_run *r)
{
    cJSON *json = drill_run_report(r);
    assert_int_equal(r->status, 1);
    assert_string_equal(json_str(json, "result"), "INCONCLUSIVE");
    assert_string_equal(json_str(json, "cause"), "the load was stopped before the end");
    assert_string_not_equal(json_str(drill_run_criterion(json, "unserved"), "state"), "broken");
    assert_string_equal(json_str(drill_run_criterion(json, "restarts"), "state"), "met");
    assert_string_equal(json_str(drill_run_criterion(json, "recovery"), "state"), "met");
    cJSON_Delete(json);
    assert_true(pty_wait_for(r->pty, "interrupted: the load is stopped", 0));
}

/* The container of the same pod restarted, and no worker did. */
static void check_gcs(const struct drill_run *r)
{
    cJSON *json = drill_run_report(r);
    if (r->status != 0) fail_msg("status %d: %s: %s", r->status, json_str(json, "result"), json_str(json, "cause"));
    assert_string_equal(json_str(json, "fault"), "gcs_server killed in the head's container");
    assert_non_null(strstr(json_str(json, "scope"), "; pod deletion not tested"));
    assert_true(json_f64(drill_run_criterion(json, "outage"), "value").value >= 5);
    assert_true(pty_wait_for(r->pty, "killed gcs_server, pid 57 in ", 0));
    assert_true(pty_wait_for(r->pty, "the same pod, restarted", 0));
    assert_string_equal(json_str(json_get(json, "outage"), "cause"), "KILLED"); /* T0 is our own kill */
    cJSON_Delete(json);
}

/* Users' requests take a connection of their own and a kept one, half each, where the route is not the API server's
 * proxy; each is judged, and recorded by its series. */
static void check_front(const struct drill_run *r, const struct front_proxy *front)
{
    cJSON *json = drill_run_report(r);
    const cJSON *requests = json_get(json, "requests");
    if (r->status != 0) fail_msg("status %d: %s: %s", r->status, json_str(json, "result"), json_str(json, "cause"));
    const uint64_t fresh = json_u64(json_get(requests, "fresh"), "answered").value,
                   kept = json_u64(json_get(requests, "route"), "answered").value;
    assert_true(fresh > 0 && kept > 0);
    assert_int_equal(json_u64(json_get(requests, "fresh"), "failed").value, 0);
    assert_true(front_proxy_connections(front) >= fresh);
    assert_true(front_proxy_requests(front) - front_proxy_connections(front) >= kept / 2); /* they were kept */
    const char *measured = json_str(drill_run_criterion(json, "failed"), "measured");
    if (!strstr(measured, "the users' route (direct 127.0.0.1:")) fail_msg("%s", measured);
    cJSON_Delete(json);
}

/* The Lease is released however the drill ended; the next drill names the end of the cool-down. */
static void check_cools_down(const struct drill_run *r)
{
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(r->sim), "drill", NAMES, NULL};
    struct run again = run_program(argv, NULL, NULL, DEADLINE_MS);
    if (again.status != 4 || !strstr(again.out, "the cool-down ends at "))
        fail_msg("%d: %s%s", again.status, again.out, again.err);
    run_done(&again);
}

/* Another process reads the loss from the kept report; from the pods alone its length is unknown. */
static void check_remembered(const struct drill_run *r, const char *folder)
{
    char *state = mem_printf("XDG_STATE_HOME=%s", folder);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(r->sim), "status", NULL}, *const env[] = {
                                                                                                        state, NULL};
    struct run status = run_program(argv, env, NULL, DEADLINE_MS);
    const char *line = strstr(status.out, "LAST HEAD LOSS");
    if (!line || !strstr(line, "watched: head down")) fail_msg("%s%s", status.out, status.err);
    run_done(&status);
    free(state);
}

/* The verdict computed from what the drill recorded is the drill's: the same requests in the same outage. Lengths to a
 * second: a recording is played second by second. */
static void check_recorded(const struct drill_run *r, const char *file)
{
    const char *const argv[] = {run_raydeck(), "replay", file, "report", "-o", "json", SPEEDS, NULL};
    struct run replay = run_program(argv, NULL, NULL, DEADLINE_MS);
    cJSON *live = drill_run_report(r), *again = NULL;
    if (json_parse(replay.out, strlen(replay.out), &again, NULL)) fail_msg("%s%s", replay.out, replay.err);
    assert_string_equal(json_str(again, "result"), json_str(live, "result"));
    assert_int_equal(replay.status, r->status);
    assert_string_equal(json_str(again, "began"), json_str(live, "began"));
    assert_string_equal(json_str(again, "fault"), json_str(live, "fault"));
    JSON_EACH (c, json_get(live, "criteria")) {
        const cJSON *of = drill_run_criterion(again, json_str(c, "id"));
        const struct known_f64 was = json_f64(c, "value"), is = json_f64(of, "value");
        const double apart = strcmp(json_str(c, "unit"), "seconds") == 0 ? 1 : 1e-6;
        assert_string_equal(json_str(of, "state"), json_str(c, "state"));
        if (was.known != is.known || (was.known && fabs(was.value - is.value) > apart))
            fail_msg("%s: %f live, %f of %s (%s, %s)", json_str(c, "id"), was.value, is.value, file,
                     json_str(c, "detail"), json_str(of, "detail"));
    }
    assert_true(cJSON_Compare(json_get(live, "requests"), json_get(again, "requests"), true));
    cJSON_Delete(live);
    cJSON_Delete(again);
    run_done(&replay);
}

static void drills_are_judged(void **state)
{
    (void)state;
    char *folder = run_folder(), *pass = mem_printf("%s/pass.rec", folder), *fail = mem_printf("%s/fail.rec", folder),
         *killed = mem_printf("%s/gcs.rec", folder);
    const char *const now[] = {"--fault", "delete-now", "--record", pass, SPEEDS, NULL}, *const forced[] = {
                                                                                             "--fault", "delete-now",
                                                                                             "--force", "--record",
                                                                                             fail,      SPEEDS,
                                                                                             NULL};
    static const char *const without_ft[] = {"--no-ft", NULL};
    const char *const no_prompts[] = {"--fault", "delete-now", "--no-prompts", SPEEDS, NULL},
                      *const gcs[] = {"--fault", "gcs", "--no-prompts", "--record", killed, SPEEDS, NULL};
    /* What is kept of the others is of clusters with the same UIDs. */
    char *alone = run_folder();
    struct sim_run *behind = sim_run_start(NULL);
    struct front_proxy *front = front_proxy_start(behind);
    const char *const direct[] = {"--fault", "delete-now", "--prompt", front_proxy_url(front), SPEEDS, NULL};
    struct drill_run run[] = {drill_run_start(alone, "pass", NULL, now),
                              drill_run_start(folder, "fail", without_ft, forced),
                              drill_run_start(folder, "interrupted", NULL, no_prompts),
                              drill_run_start(folder, "gcs", NULL, gcs), drill_run_on(behind, folder, "front", direct)};
    run[2].interrupt = true;
    drill_run_all(run, ARRAY_LEN(run));
    check_pass(&run[0]);
    check_fail(&run[1]);
    check_interrupted(&run[2]);
    check_gcs(&run[3]);
    check_front(&run[4], front);
    check_recorded(&run[0], pass);
    check_recorded(&run[1], fail);
    check_recorded(&run[3], killed);
    for (size_t i = 0; i < ARRAY_LEN(run); i++) check_cools_down(&run[i]);
    char *kept = mem_printf("%s/raydeck/drills", alone), *losses = mem_printf("%s/raydeck/recordings", alone);
    assert_true(run_entries(kept) > 0);
    assert_true(run_entries(losses) > 0); /* by the flight recorder */
    check_remembered(&run[0], alone);
    run_remove(kept); /* without a report, the recording has the loss */
    check_remembered(&run[0], alone);
    free(losses);
    free(pass);
    free(fail);
    free(killed);
    for (size_t i = 0; i < ARRAY_LEN(run); i++) drill_run_close(&run[i]);
    front_proxy_stop(front);
    run_remove(alone);
    run_remove(folder);
}

static void a_guard_refuses_and_nothing_is_deleted(void **state)
{
    (void)state;
    static const char *const without_ft[] = {"--no-ft", NULL};
    struct sim_run *sim = sim_run_start(without_ft);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), "drill", NAMES, NULL};
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    if (r.status != 4 || !strstr(r.out, "GCS fault tolerance is off")) fail_msg("%d: %s%s", r.status, r.out, r.err);
    assert_null(strstr(r.out, "accepted"));
    run_done(&r);
    const char *const status[] = {run_raydeck(), "--config", sim_run_config(sim), "status", "-o", "json", NULL};
    r = run_program(status, NULL, NULL, DEADLINE_MS);
    assert_non_null(strstr(r.out, "\"outage\":\tnull"));
    run_done(&r);
    sim_run_stop(sim);
}

/* Before anything is read or changed. */
static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[][3] = {
        {"--limit", "nosuch=1", "no criterion"}, {"--limit", "failed=5s", "a percentage"},
        {"--rate", "0", "more than 0"},          {"--rate", "1000000000", "at most 500"},
        {"--fault", "nosuch", "delete-now"},     {"--fault", "", "delete-now"},
        {"--report", "r.pdf", "ends in .txt"},   {"--report", "/nowhere/r.json", "No such file"},
        {"--criteria", "/dev/zero", "regular"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        const char *const argv[] = {run_raydeck(), "--kubeconfig", "none",      "--redis",   "none",
                                    "drill",       NAMES,          wrong[i][0], wrong[i][1], NULL};
        struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
        if (r.status != 2 || !strstr(r.err, wrong[i][2])) fail_msg("%s: %d: %s", wrong[i][1], r.status, r.err);
        run_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drills_are_judged),
        cmocka_unit_test(a_guard_refuses_and_nothing_is_deleted),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
