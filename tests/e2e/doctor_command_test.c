/* doctor_command_test.c - `raydeck doctor` as a program, against the simulator: its report, its JSON, its exit codes.
 */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct run run_doctor(struct sim_run *sim, const char *a, const char *b)
{
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), "doctor", "--timeout", "60", a, b,
                                NULL};
    return run_program(argv, NULL, NULL, DEADLINE_MS);
}

static cJSON *parsed_output(const struct run *r)
{
    cJSON *json = NULL;
    struct why why = {0};
    if (json_parse(r->out, strlen(r->out), &json, &why)) fail_msg("%s in: %.400s (%s)", why.text, r->out, r->err);
    return json;
}

/* The first finding of a rule; NULL: none. */
static const cJSON *finding_of(const cJSON *json, const char *rule)
{
    JSON_EACH (f, json_get(json, "findings")) {
        if (strcmp(json_str(f, "id"), rule) == 0) return f;
    }
    return NULL;
}

static void finding_check(const cJSON *json, const char *rule, const char *severity, const char *message)
{
    const cJSON *f = finding_of(json, rule);
    if (!f) fail_msg("no finding of %s", rule);
    assert_string_equal(json_str(f, "severity"), severity);
    if (!strstr(json_str(f, "message"), message)) fail_msg("%s: %s", rule, json_str(f, "message"));
}

/* The line of an answer; fails where there is none. */
static const cJSON *line_of(const cJSON *json, const char *question, const char *line)
{
    JSON_EACH (answer, json_get(json, "answers")) {
        if (strcmp(json_str(answer, "question"), question) != 0) continue;
        JSON_EACH (one, json_get(answer, "lines"))
            if (strcmp(json_str(one, "line"), line) == 0) return one;
    }
    fail_msg("no line %s of %s", line, question);
    return NULL;
}

/* As `status -o json` has them. */
static void check_answers(const cJSON *json)
{
    const cJSON *way = line_of(json, "ANSWERING", "service"), *model = line_of(json, "ANSWERING", "model");
    assert_string_equal(json_str(way, "answer"), "YES");
    assert_string_equal(json_str(way, "by"), "API server proxy");
    assert_true(json_u64(way, "age_ms").known && json_u64(way, "age_ms").value < 5000);
    assert_string_equal(json_str(line_of(json, "ANSWERING", "proxies"), "answer"), "YES");
    assert_non_null(strstr(json_str(model, "evidence"), " replicas RUNNING, youngest "));
    assert_string_equal(json_str(line_of(json, "LOSE THE HEAD?", "pod"), "answer"), "OK");
    line_of(json, "LOSE THE HEAD?", "node");
    assert_string_equal(json_str(line_of(json, "LOSE THE HEAD?", "redis"), "answer"), "OK");
}

static void a_healthy_cluster_has_warnings_alone(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    struct run r = run_doctor(sim, "-o", "json");
    cJSON *json = parsed_output(&r);
    if (r.status != 0) fail_msg("%d: %s", r.status, r.out);
    assert_int_equal(json_u64(json, "version").value, 1);
    assert_int_equal(json_u64(json, "errors").value, 0);
    assert_int_equal(json_u64(json, "unknowns").value, 0);
    finding_check(json, "L28", "warning", "2 of 2 worker pods have no gRPC keepalive");
    finding_check(json, "D7", "warning", "it has no replica");
    assert_null(finding_of(json, "D8"));
    check_answers(json);
    assert_null(finding_of(json, "D2"));
    assert_null(finding_of(json, "D10"));
    assert_null(finding_of(json, "D11"));
    cJSON_Delete(json);
    run_done(&r);
    r = run_doctor(sim, NULL, NULL);
    assert_int_equal(r.status, 0);
    if (!strstr(r.out, "ANSWERING        YES   service ok · 2 endpoints, not head · "))
        fail_msg("no ANSWERING YES in: %.600s", r.out);
    if (!strstr(r.out, "\n  service        YES   ok · 2 endpoints, not head · "))
        fail_msg("no ANSWERING YES in: %.600s", r.out);
    assert_non_null(strstr(r.out, "\n  pod lost       OK          GCS FT on · "));
    assert_non_null(strstr(r.out, "WARNINGS ("));
    assert_non_null(strstr(r.out, "       where  RayService mistral/mistral\n"));
    assert_non_null(strstr(r.out, "0 errors, "));
    assert_null(strstr(r.out, "ERRORS"));
    assert_null(strchr(r.out, '\033'));
    run_done(&r);
    sim_run_stop(sim);
}

/* Fault tolerance that rests on a Redis which comes back empty is none. */
static void a_redis_that_keeps_nothing_is_an_error(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--redis-volatile", NULL});
    struct run r = run_doctor(sim, "-o", "json");
    cJSON *json = parsed_output(&r);
    assert_int_equal(r.status, 1);
    finding_check(json, "D8", "error", "neither persistence nor a replica: it comes back empty");
    const cJSON *redis = line_of(json, "LOSE THE HEAD?", "redis");
    assert_string_equal(json_str(redis, "answer"), "NO");
    assert_non_null(strstr(json_str(redis, "evidence"), "worker pods restart about 12 s later"));
    cJSON_Delete(json);
    run_done(&r);
    sim_run_stop(sim);
}

static void a_redis_that_is_gone_makes_its_rules_unknown(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    free(sim_run_say(sim, "fault redis-gone"));
    struct run r = run_doctor(sim, "-o", "json");
    cJSON *json = parsed_output(&r);
    for (int rule = 6; rule <= 12; rule++) {
        char id[16];
        snprintf(id, sizeof id, "D%d", rule);
        finding_check(json, id, "unknown", "Redis: down");
    }
    finding_check(json, "D5", "unknown", "the head may still reach it");
    assert_int_equal(r.status, json_u64(json, "errors").value ? 1 : 3);
    cJSON_Delete(json);
    run_done(&r);
    sim_run_stop(sim);
}

/* In the console: `d`, what is found, its detail, and back; the answer counts the same warnings. */
static void the_console_shows_them(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), NULL};
    struct pty *pty = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 120});
    pty_see(pty, "2 warnings \\(:doctor\\)");
    pty_send(pty, "D");
    pty_see(pty, "6 Doctor .* 0 errors · 2 warnings · 1 info · 0 unknown");
    pty_see(pty, "warning +D7 +Redis .* it has no replica");
    pty_send(pty, "\r");
    pty_see(pty, "fix +env RAY_grpc_client_keepalive_time_ms");
    pty_send(pty, "q");
    pty_see(pty, "SEVERITY +RULE");
    pty_send(pty, "q");
    pty_see(pty, "1 Pods");
    pty_send(pty, "q");
    assert_int_equal(pty_wait_exit(pty, DEADLINE_MS), 0);
    pty_stop(pty);
    sim_run_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_cluster_has_warnings_alone),
        cmocka_unit_test(the_console_shows_them),
        cmocka_unit_test(a_redis_that_keeps_nothing_is_an_error),
        cmocka_unit_test(a_redis_that_is_gone_makes_its_rules_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
