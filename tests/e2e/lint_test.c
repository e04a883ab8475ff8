/* lint_test.c - `raydeck lint` as a program: exit codes, both outputs, variables, what is refused; no cluster. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BLUEPRINT "tests/fixtures/manifests/blueprint-ft.yaml"
#define OURS "deploy/assets/ft-options.yaml"

static struct run run_lint(const char *const *env, const char *const *args)
{
    const char *argv[24] = {run_raydeck(), "lint"};
    for (size_t i = 0; args[i]; i++) argv[2 + i] = args[i];
    return run_program(argv, env, NULL, DEADLINE_MS);
}
#define LINT(env, ...) run_lint(env, (const char *const[]){__VA_ARGS__, NULL})

static void text_contains(const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("\"%s\" is not in: %s", part, text);
}

static void the_blueprint_fails(void **state)
{
    (void)state;
    struct run r = LINT(NULL, BLUEPRINT);
    assert_int_equal(r.status, 1);
    assert_string_equal(r.err, "");
    text_contains(r.out, BLUEPRINT ":45:32: error L4 headService.metadata.name is set");
    text_contains(r.out, BLUEPRINT ":62:48: error L1 $EXT_REDIS_ENDPOINT is not set; \":6379\" is what remains\n");
    text_contains(r.out, "\n6 errors, 17 warnings, 1 info, 0 unknown\n");
    assert_null(strchr(r.out, '\x1b'));
    run_done(&r);
}

static void json_is_one_object(void **state)
{
    (void)state;
    struct run r = LINT(NULL, "-o", "json", BLUEPRINT, OURS);
    cJSON *json = NULL;
    assert_int_equal(r.status, 1);
    assert_int_equal(json_parse(r.out, strlen(r.out), &json, NULL), ERR_OK);
    assert_int_equal(json_u64(json, "version").value, 1);
    assert_int_equal(json_u64(json, "errors").value, 9);
    size_t ours = 0;
    JSON_EACH (item, json_get(json, "findings")) {
        ours += strcmp(json_str(item, "file"), OURS) == 0;
        assert_non_null(json_str(item, "id"));
        assert_non_null(json_str(item, "fix"));
        assert_true(json_u64(item, "line").value > 0);
    }
    assert_int_equal(ours, 5);
    cJSON_Delete(json);
    run_done(&r);
}

static void variables_come_from_the_environment_and_by_hand(void **state)
{
    (void)state;
    static const char *const env[] = {"EXT_REDIS_ENDPOINT=redis.example", "REDIS_PASSWORD=correct-horse", NULL};
    struct run r =
        LINT(env, OURS, "--var", "HUGGING_FACE_HUB_TOKEN=hf_battery-staple", "--var=RAY_SERVE_IMAGE=x/ray:2.22.0");
    assert_string_equal(r.out, "0 errors, 0 warnings, 0 infos, 0 unknown\n");
    assert_int_equal(r.status, 0);
    run_done(&r);
    r = LINT(env, OURS, "--var", "HUGGING_FACE_HUB_TOKEN="); /* by hand wins, and it is empty */
    text_contains(r.out, "error L1 $HUGGING_FACE_HUB_TOKEN is empty");
    assert_null(strstr(r.out, "horse"));
    assert_int_equal(r.status, 1);
    run_done(&r);
}

static void a_version_of_kuberay_is_judged_for(void **state)
{
    (void)state;
    static const char *const env[] = {"EXT_REDIS_ENDPOINT=redis.example", "REDIS_PASSWORD=correct-horse",
                                      "HUGGING_FACE_HUB_TOKEN=hf_battery-staple", "RAY_SERVE_IMAGE=x/ray:2.22.0", NULL};
    static const char cron[] = "{apiVersion: ray.io/v1, kind: RayCronJob, metadata: {name: c}, spec: {}}\n";
    struct run r = LINT(env, OURS, "--kuberay", "1.3");
    assert_string_equal(r.out, "0 errors, 0 warnings, 0 infos, 0 unknown\n");
    assert_int_equal(r.status, 0);
    run_done(&r);
    const char *const argv[] = {run_raydeck(), "lint", "--kuberay=v1.5.1", "-", NULL};
    r = run_program(argv, NULL, cron, DEADLINE_MS);
    text_contains(r.out, "error K1 RayCronJob is a kind since KubeRay 1.6");
    assert_int_equal(r.status, 1);
    run_done(&r);
    r = LINT(env, OURS, "--kuberay", "newest");
    text_contains(r.err, "not a version of KubeRay from 1.3 on: newest");
    assert_int_equal(r.status, 2);
    run_done(&r);
}

static void stdin_is_a_file_named_so(void **state)
{
    (void)state;
    const char *const argv[] = {run_raydeck(), "lint", "-", NULL};
    struct run r = run_program(argv, NULL, "a: 1\n\tb: 2\n", DEADLINE_MS);
    text_contains(r.out, "stdin:2:1: error M1 ");
    assert_int_equal(r.status, 1);
    run_done(&r);
}

static void what_cannot_be_read_is_a_usage_error(void **state)
{
    (void)state;
    struct run r = LINT(NULL, "tests/no-such-file.yaml");
    assert_int_equal(r.status, 2);
    assert_string_equal(r.out, "");
    text_contains(r.err, "tests/no-such-file.yaml");
    run_done(&r);
    r = LINT(NULL, BLUEPRINT, "tests/no-such-file.yaml"); /* the other one is judged none the less */
    assert_int_equal(r.status, 2);
    text_contains(r.out, "error L4 headService.metadata.name is set");
    text_contains(r.err, "tests/no-such-file.yaml");
    run_done(&r);
    r = LINT(NULL, OURS, "tests/no-such-file.yaml"); /* and is not the whole of what was to be checked */
    assert_int_equal(r.status, 2);
    text_contains(r.out, ", 1 file not read\n");
    run_done(&r);
    r = LINT(NULL, "tests/no-such-file.yaml", "--output", "sarif"); /* a reader gets a document, not nothing */
    assert_int_equal(r.status, 2);
    text_contains(r.out, "\"executionSuccessful\":\tfalse");
    text_contains(r.out, "no-such-file.yaml");
    run_done(&r);
    r = run_lint(NULL, (const char *const[]){NULL});
    assert_int_equal(r.status, 2);
    text_contains(r.err, "no FILE");
    run_done(&r);
    r = LINT(NULL, OURS, "--var", "hunter2");
    assert_int_equal(r.status, 2);
    assert_null(strstr(r.err, "hunter2"));
    run_done(&r);
}

static void a_file_that_is_no_yaml_is_a_finding_with_a_place(void **state)
{
    (void)state;
    char *folder = run_folder(), *path = mem_printf("%s/m.yaml", folder);
    static const char text[] = "a: 1\n\tb: 2\n";
    assert_int_equal(file_write(path, text, sizeof text - 1, NULL), ERR_OK);
    struct run r = LINT(NULL, path);
    assert_int_equal(r.status, 1);
    text_contains(r.out, "/m.yaml:2:1: error M1 ");
    run_done(&r);

    static const size_t sizes[] = {5 * 1024 * 1024 + 1, 41 * 1024 * 1024};
    static const char *const said[] = {"/m.yaml:1:5242881: error M1 larger than 5 MiB",
                                       "/m.yaml:1:1: error M1 larger than 5 MiB"};
    struct buf big;
    buf_init(&big, 64 * 1024 * 1024);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        while (big.len < sizes[i]) buf_str(&big, "x");
        assert_int_equal(file_write(path, big.data, big.len, NULL), ERR_OK);
        r = LINT(NULL, path);
        assert_int_equal(r.status, 1);
        text_contains(r.out, said[i]);
        run_done(&r);
    }
    buf_done(&big);
    free(path);
    run_remove(folder);
}

/* In the console, without any cluster: a file, its findings, one's detail, the file read again, and back. */
static void the_console_shows_a_manifest(void **state)
{
    (void)state;
    char *folder = run_folder(), *path = mem_printf("%s/m.yaml", folder), *command = mem_printf(":lint %s\r", path);
    static const char good[] = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n", bad[] = "a: 1\n\tb: 2\n";
    const char *const argv[] = {run_raydeck(), "--kubeconfig", "none", "--redis", "none", "--neuron", "none", NULL};
    assert_int_equal(file_write(path, bad, sizeof bad - 1, NULL), ERR_OK);
    struct pty *pty = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 120});
    pty_see(pty, "1 Pods");
    pty_send(pty, command);
    pty_see(pty, "7 Lint .* m.yaml · 1 error · 0 warnings");
    pty_see(pty, "error +M1 +m.yaml:2:1 ");
    pty_send(pty, "\r");
    pty_see(pty, "^ *file +.*/m.yaml:2:1");
    pty_send(pty, "q");
    pty_see(pty, "SEVERITY +RULE");
    assert_int_equal(file_write(path, good, sizeof good - 1, NULL), ERR_OK);
    pty_send(pty, "r");
    pty_see(pty, "every rule holds in this manifest");
    pty_send(pty, ":lint tests/no-such-file.yaml\r");
    pty_see(pty, "lint: tests/no-such-file.yaml: cannot be opened");
    pty_send(pty, ":lint\r"); /* what x d would take */
    pty_see(pty, "7 Lint .* ft-options.yaml · [1-9]");
    pty_send(pty, "q");
    pty_see(pty, "1 Pods");
    pty_send(pty, "q");
    assert_int_equal(pty_wait_exit(pty, DEADLINE_MS), 0);
    pty_stop(pty);
    free(command);
    free(path);
    run_remove(folder);
}

static void the_exit_status_is_of_the_severity_that_is_asked(void **state)
{
    (void)state;
    static const char secret[] = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
                                 "data: {token: =} # raydeck: ignore L3\n"; /* M7, a warning */
    static const struct {
        const char *fail_on;
        int status;
    } cases[] = {{"--fail-on=error", 0}, {"--fail-on=warning", 1}, {"--fail-on=info", 2}};
    for (size_t i = 0; i < 3; i++) {
        const char *const argv[] = {run_raydeck(), "lint", cases[i].fail_on, "-", NULL};
        struct run r = run_program(argv, NULL, secret, DEADLINE_MS);
        assert_int_equal(r.status, cases[i].status);
        if (cases[i].status < 2)
            text_contains(r.out, "\nignored: 1 of L3 in stdin: no reason given\n0 errors, 1 warning, ");
        run_done(&r);
    }
}

static void other_programs_read_what_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *format, *part;
    } cases[] = {
        {"sarif", "\"ruleId\":\t\"L4\""},
        {"junit", "<testsuite name=\"" BLUEPRINT "\" tests=\"24\" failures=\"6\""},
        {"github", "::error file=" BLUEPRINT ",line=45,col=32,title=L4 headService.metadata.name is set::"},
    };
    for (size_t i = 0; i < 3; i++) {
        struct run r = LINT(NULL, "-o", cases[i].format, BLUEPRINT);
        assert_int_equal(r.status, 1);
        text_contains(r.out, cases[i].part);
        run_done(&r);
    }
    const char *const argv[] = {run_raydeck(), "status", "-o", "sarif", NULL};
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 2);
    text_contains(r.err, "--output sarif is of lint");
    run_done(&r);
}

static void a_rule_is_explained(void **state)
{
    (void)state;
    struct run r = LINT(NULL, "--explain", "l17");
    text_contains(r.out, "L17  warning: a deployment with under 2 replicas\n\nwhy     its only replica");
    text_contains(r.out, "\nfound in\n    spec:\n");
    assert_int_equal(r.status, 0);
    run_done(&r);
    r = LINT(NULL, "--explain", "all");
    text_contains(r.out, "## D22: an upgrade that does not end\n");
    run_done(&r);
    r = LINT(NULL, "--explain", "L99");
    text_contains(r.err, "--explain L99: no such rule");
    assert_int_equal(r.status, 2);
    run_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_blueprint_fails),
        cmocka_unit_test(json_is_one_object),
        cmocka_unit_test(a_version_of_kuberay_is_judged_for),
        cmocka_unit_test(stdin_is_a_file_named_so),
        cmocka_unit_test(the_console_shows_a_manifest),
        cmocka_unit_test(variables_come_from_the_environment_and_by_hand),
        cmocka_unit_test(what_cannot_be_read_is_a_usage_error),
        cmocka_unit_test(a_file_that_is_no_yaml_is_a_finding_with_a_place),
        cmocka_unit_test(the_exit_status_is_of_the_severity_that_is_asked),
        cmocka_unit_test(other_programs_read_what_is_found),
        cmocka_unit_test(a_rule_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
