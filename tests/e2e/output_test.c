/* output_test.c - how the program ends: output that cannot be written is a failure, wherever it is written; alike
 * errors have alike exit statuses. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"

#include "backends/base/mem.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { USAGE = 2 };

#define NOTHING "--kubeconfig none --redis none --neuron none "
#define MANIFEST "deploy/assets/ft-options.yaml"

static struct run run_shell(const char *command)
{
    return run_program((const char *const[]){"/bin/sh", "-c", command, NULL}, NULL, NULL, DEADLINE_MS);
}

static void check_full(const char *program, const char *args)
{
    static const char *const outputs[] = {"/dev/full", "&-" /* closed */};
    for (size_t i = 0; i < ARRAY_LEN(outputs); i++) {
        char *command = mem_printf("exec %s %s >%s", program, args, outputs[i]);
        struct run r = run_shell(command);
        if (r.status == 0 || r.status > 127 || !strstr(r.err, ": standard output: "))
            fail_msg("%s: status %d: %s", command, r.status, r.err);
        run_done(&r);
        free(command);
    }
}

static void a_full_disk_is_a_failure(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "--help",
        "--version",
        "--variables",
        "--man",
        "--completion bash",
        "--completion zsh",
        "--completion fish",
        "--complete ''",
        "lint --help",
        NOTHING "status",
        NOTHING "status -o json",
        NOTHING "--redact status",
        NOTHING,
        NOTHING "info",
        NOTHING "info -o json",
        NOTHING "doctor",
        NOTHING "doctor -o json",
        "lint " MANIFEST,
        "lint -o json " MANIFEST,
        "demo --script walkthrough --check",
    };
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) check_full(run_raydeck(), commands[i]);
    check_full(run_raydeck_sim(), "--help");
}

static void a_reader_that_left_is_told_by_the_status_alone(void **state)
{
    (void)state;
    char *command = mem_printf("{ %s --help; echo \"status $?\" >&2; } | true", run_raydeck());
    struct run r = run_shell(command);
    assert_null(strstr(r.err, "raydeck:"));
    run_done(&r);
    free(command);
}

static char *folder;

static int folder_setup(void **state)
{
    (void)state;
    folder = run_folder();
    return 0;
}

static int folder_teardown(void **state)
{
    (void)state;
    run_remove(folder);
    return 0;
}

static void file_put(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void check_usage(const char *options)
{
    static const char *const commands[] = {
        "status",
        "info",
        "doctor",
        "ask what",
        "kill-head --yes --context c -n n -s s",
        "cleanup --yes --context c -n n -s s",
        "deploy --yes --context c -n n -s s -f " MANIFEST " --var REDIS_PASSWORD=x",
        "",
    };
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        char *command = mem_printf("exec %s %s %s", run_raydeck(), options, commands[i]);
        struct run r = run_shell(command);
        if (r.status != USAGE || !strstr(r.err, "raydeck: ")) fail_msg("%s: status %d: %s", command, r.status, r.err);
        run_done(&r);
        free(command);
    }
    /* The console, which has a terminal. */
    char *command = mem_printf("exec %s %s", run_raydeck(), options);
    struct pty *p = pty_start(&(struct pty_conf){.argv = (const char *const[]){"/bin/sh", "-c", command, NULL}});
    int status = pty_wait_exit(p, DEADLINE_MS);
    if (status != USAGE) fail_msg("console, %s: status %d", command, status);
    pty_stop(p);
    free(command);
}

static void a_configuration_that_cannot_be_used_is_usage(void **state)
{
    (void)state;
    file_put("bad", "{[");
    file_put("key",
             "current-context: c\nclusters:\n- {name: k, cluster: {server: \"https://k\"}}\nusers:\n- {name: u, user: "
             "{client-certificate-data: LS0tLS1CRUdJTiBY, client-key: encrypted}}\n"
             "contexts:\n- {name: c, context: {cluster: k, user: u}}\n");
    file_put("encrypted", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
    static const char *const options[] = {"--config /nonexistent",     "--config %s",     "--config %s/bad",
                                          "--kubeconfig /nonexistent", "--kubeconfig %s", "--kubeconfig %s/bad",
                                          "--kubeconfig %s/key"};
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        char text[600];
        const char *at = strstr(options[i], "%s");
        snprintf(text, sizeof text, "%.*s%s%s", at ? (int)(at - options[i]) : 100, options[i], at ? folder : "",
                 at ? at + 2 : "");
        check_usage(text);
    }
}

static void a_file_that_cannot_be_read_is_usage(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "lint /nonexistent",
        "lint /",
        "deploy " NOTHING "--yes --context c -n n -s s -f /nonexistent",
        "--script /nonexistent --check",
        "demo --script / --check",
        NOTHING "ask - < /",
        "lint - < /",
    };
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        char *command = mem_printf("exec %s %s", run_raydeck(), commands[i]);
        struct run r = run_shell(command);
        if (r.status != USAGE || !strstr(r.err, "raydeck: ")) fail_msg("%s: status %d: %s", command, r.status, r.err);
        run_done(&r);
        free(command);
    }
    static const char *const consoles[] = {NOTHING "--script /nonexistent", NOTHING "--theme /nonexistent"};
    for (size_t i = 0; i < ARRAY_LEN(consoles); i++) {
        char *command = mem_printf("exec %s %s", run_raydeck(), consoles[i]);
        struct pty *p = pty_start(&(struct pty_conf){.argv = (const char *const[]){"/bin/sh", "-c", command, NULL}});
        int status = pty_wait_exit(p, DEADLINE_MS);
        if (status != USAGE) fail_msg("%s: status %d", command, status);
        pty_stop(p);
        free(command);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_is_a_failure),
        cmocka_unit_test(a_reader_that_left_is_told_by_the_status_alone),
        cmocka_unit_test_setup_teardown(a_configuration_that_cannot_be_used_is_usage, folder_setup, folder_teardown),
        cmocka_unit_test(a_file_that_cannot_be_read_is_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
