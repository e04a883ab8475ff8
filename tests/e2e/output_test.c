/* output_test.c - how the program ends: output that cannot be written is a failure, of every subcommand in every
 * format; a reader that left is none; alike errors have alike exit statuses. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"
#include "tui/cli.h"

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

static char *home; /* for what is kept between runs */

static struct run run_shell(const char *command)
{
    char *kept = home ? mem_printf("XDG_STATE_HOME=%s", home) : NULL;
    struct run r = run_program((const char *const[]){"/bin/sh", "-c", command, NULL}, (const char *const[]){kept, NULL},
                               NULL, DEADLINE_MS);
    free(kept);
    return r;
}

#define RECORDING "tests/fixtures/recordings/head-kill.rec"
#define YES "--yes --context raydeck-sim -n mistral -s mistral "

/* What each subcommand prints, on stdout and in each format. SIM: the options of a simulated cluster, whose
 * head is killed behind all that need one. */
static const struct {
    const char *sub; /* of subcommands.def; NULL: none */
    const char *args;
} printing[] = {
    {NULL, "--help"},
    {NULL, "--version"},
    {NULL, "--variables"},
    {NULL, "--man"},
    {NULL, "--completion bash"},
    {NULL, "--completion zsh"},
    {NULL, "--completion fish"},
    {NULL, "--complete ''"},
    {NULL, "lint --help"},
    {"", NOTHING},
    {"", NOTHING "--script walkthrough --check"},
    {"", NOTHING "-o json"},
    {"demo", "demo --script walkthrough --check"},
    {"demo", "demo"},
    {"demo", "demo -o json"},
    {"status", NOTHING "status"},
    {"status", "status SIM"},
    {"status", "status -o json SIM"},
    {"status", NOTHING "--redact status"},
    {"info", NOTHING "info"},
    {"info", NOTHING "info -o json"},
    {"doctor", NOTHING "doctor"},
    {"doctor", "doctor -o json SIM"},
    {"lint", "lint " MANIFEST},
    {"lint", "lint -o json " MANIFEST},
    {"lint", "lint -o sarif " MANIFEST},
    {"lint", "lint -o junit " MANIFEST},
    {"lint", "lint -o github " MANIFEST},
    {"lint", "lint --explain all"},
    {"lint", "lint --fix --dry-run " MANIFEST},
    {"lint", "lint --variables"},
    {"ui", "ui --help"}, /* it prints an address once one can be reached */
    {"deploy", "deploy --dry-run --var EXT_REDIS_ENDPOINT=redis.example.com --var REDIS_PASSWORD=x --var "
               "HUGGING_FACE_HUB_TOKEN=hf_x SIM"},
    {"ask", "ask what SIM"},
    {"load", "load --for 1 SIM"},
    {"load", "load --for 1 -o json SIM"},
    {"record", "record --help"}, /* the changes go to its file, and the rest to stderr */
    {"replay", "replay"},
    {"replay", "replay " RECORDING " status"},
    {"replay", "replay " RECORDING " status -o json"},
    {"replay", "replay " RECORDING " doctor"},
    {"replay", "replay " RECORDING " doctor -o json"},
    {"replay", "replay " RECORDING " report"},
    {"replay", "replay " RECORDING " report -o json"},
    {"replay", "replay " RECORDING " --linear"},
    {"replay", "replay --help"},
    {"timeline", "timeline " RECORDING},
    {NULL, "--linear SIM"}, /* ends, as its reader is gone */
    {"demo", "demo --linear"},
    {"snapshot", "snapshot SIM"},
    {"snapshot", "snapshot -o json SIM"},
    {"snapshot", "snapshot --json " RECORDING},
    {"snapshot", "snapshot demo"},
    {"snapshot", "snapshot " RECORDING},
    {"drill", "drill --history"},
    {"kill-head", "kill-head " YES "--grace 0 --timeout 1 SIM"},
    {"drill", "drill " YES "SIM"}, /* refused: an outage is under way */
    {"cleanup", "cleanup " YES "SIM"},
};

/* Caller frees. */
static char *command_of(const struct sim_run *sim, const char *args)
{
    const char *at = strstr(args, "SIM");
    return mem_printf("exec %s %.*s%s%s", run_raydeck(), at ? (int)(at - args) : 1000, args, at ? "--config " : "",
                      at ? sim_run_config(sim) : "");
}

static int sim_setup(void **state)
{
    *state = sim_run_start(NULL);
    home = run_folder();
    char *copy = mem_printf("mkdir -p %s/raydeck/recordings && cp " RECORDING " %s/raydeck/recordings", home, home);
    struct run r = run_shell(copy);
    assert_int_equal(r.status, 0);
    run_done(&r);
    free(copy);
    return 0;
}

static int sim_teardown(void **state)
{
    sim_run_stop(*state);
    run_remove(home);
    home = NULL;
    return 0;
}

static void each_subcommand_is_in_the_table(void **state)
{
    (void)state;
    for (const struct subcommand *s = subcommands; s->name; s++) {
        bool found = false;
        for (size_t i = 0; i < ARRAY_LEN(printing); i++)
            found = found || (printing[i].sub && strcmp(printing[i].sub, s->name) == 0);
        if (!found) fail_msg("\"%s\" is not tested", s->name);
    }
}

static void check_full(const char *command, const char *output)
{
    char *whole = mem_printf("%s >%s", command, output);
    struct run r = run_shell(whole);
    if (r.status == 0 || r.status > 127 || !strstr(r.err, ": standard output: "))
        fail_msg("%s: status %d: %s", whole, r.status, r.err);
    run_done(&r);
    free(whole);
}

static void a_full_disk_is_a_failure(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(printing); i++) {
        char *command = command_of(*state, printing[i].args);
        check_full(command, "/dev/full");
        if (!strstr(command, "--yes")) check_full(command, "&-" /* closed */);
        free(command);
    }
    char *command = mem_printf("exec %s --help", run_raydeck_sim());
    check_full(command, "/dev/full");
    check_full(command, "&-");
    free(command);
}

/* As of coreutils, though not by a signal: a message would stand on the screen behind `| head`. */
static void a_reader_that_left_is_told_by_the_status_alone(void **state)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    for (size_t i = 0; i < ARRAY_LEN(printing); i++) {
        char *command = command_of(*state, printing[i].args), *whole = mem_printf("%s >&%d", command, ends[1]);
        struct run r = run_shell(whole);
        if (r.status == 0 || r.status > 127 || strstr(r.err, "standard output") || strstr(r.err, "ipe"))
            fail_msg("%s: status %d: %s", whole, r.status, r.err);
        run_done(&r);
        free(whole);
        free(command);
    }
    close(ends[1]);
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
        NOTHING "--theme /nonexistent",
        "demo --theme nowhere",
        "replay " RECORDING " --theme nowhere",
        "timeline " RECORDING " --theme nowhere",
        "snapshot " RECORDING " --svg x.svg --theme nowhere",
        "replay " RECORDING " --config /nonexistent",
        NOTHING "--script walkthrough", /* there is no screen */
        NOTHING "--record x.rec",
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
        cmocka_unit_test(each_subcommand_is_in_the_table),
        cmocka_unit_test_setup_teardown(a_full_disk_is_a_failure, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_reader_that_left_is_told_by_the_status_alone, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_configuration_that_cannot_be_used_is_usage, folder_setup, folder_teardown),
        cmocka_unit_test(a_file_that_cannot_be_read_is_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
