/*
 * completion_test.c - what `raydeck --complete` offers, and what bash, zsh and fish make of it, where they are
 * installed; the help of a subcommand.
 */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct sim_run *sim;
static char *program, *folder;

static int sim_setup(void **state)
{
    (void)state;
    sim = sim_run_start(NULL);
    program = realpath(run_raydeck(), NULL);
    folder = run_folder();
    return program ? 0 : -1;
}

static int sim_teardown(void **state)
{
    (void)state;
    sim_run_stop(sim);
    run_remove(folder);
    free(program);
    return 0;
}

/* The lines of a shell's command; $RAYDECK is the program, $CONFIG a configuration of the simulated cluster. */
static void shell_prints(const char *const *shell, const char *script, const char *expected)
{
    const char *argv[8] = {NULL};
    size_t count = 0;
    while (shell[count]) argv[count] = shell[count], count++;
    argv[count] = script;
    char *config = realpath(sim_run_config(sim), NULL);
    char *env[] = {mem_printf("RAYDECK=%s", program), mem_printf("CONFIG=%s", config), mem_printf("HOME=%s", folder)};
    const char *const all[] = {env[0], env[1], env[2], NULL};
    struct run r = run_program(argv, all, NULL, DEADLINE_MS);
    if (strcmp(r.out, expected) != 0) fail_msg("%s\nprints (%d):\n%s%s", script, r.status, r.out, r.err);
    run_done(&r);
    for (size_t i = 0; i < ARRAY_LEN(env); i++) free(env[i]);
    free(config);
}
/* Of a shell that has none the program says which have. */
static void other_shells_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *shell, *said;
    } lines[] = {{"tcsh", "raydeck: --completion tcsh: bash, zsh or fish is expected\n"},
                 {NULL, "raydeck: --completion: bash, zsh or fish is expected\n"}};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        const char *const argv[] = {program, "--completion", lines[i].shell, NULL};
        struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
        assert_int_equal(r.status, 2);
        assert_string_equal(r.err, lines[i].said);
        run_done(&r);
    }
}

static const char *const sh[] = {"/bin/sh", "-c", NULL};

#define COMPLETES(words, expected) shell_prints(sh, "$RAYDECK --complete " words " | cut -f 1", expected)

static void tables_are_completed(void **state)
{
    (void)state;
    COMPLETES("st", "status\n");
    COMPLETES("status --o", "--output\n");
    COMPLETES("lint --sv", "");
    COMPLETES("timeline --sv", "--svg\n");
    COMPLETES("--redis-credentials ''", "rayservice\n");
    COMPLETES("status -o ''", "text\njson\n");
    COMPLETES("lint -o ''", "text\njson\nsarif\njunit\ngithub\n");
    COMPLETES("status --output=j", "--output=json\n");
    COMPLETES("status --output = j", "json\n");
    COMPLETES("status --output =", "text\njson\n");
    COMPLETES("--theme pro", "projector\n");
    COMPLETES("drill --fault ''", "delete\ndelete-now\ngcs\n");
    COMPLETES("lint --explain D2", "D2\nD20\nD21\nD22\n");
    COMPLETES("deploy --var REDIS_PA", "REDIS_PASSWORD=\n");
    COMPLETES("deploy --var A = b --dr", "--dry-run\n");
    COMPLETES("deploy -f ''", ":file\n");
    COMPLETES("lint ''", ":file\n");
    COMPLETES("replay x ''", "status\ndoctor\nreport\n");
    COMPLETES("status ''", "");
    COMPLETES("nosuch ''", "");
    COMPLETES("--nosuch=", "");
    COMPLETES("--yes=", "");
}

static void names_of_the_cluster_are_completed(void **state)
{
    (void)state;
    COMPLETES("--config $CONFIG --context ''", "raydeck-sim\n");
    COMPLETES("--config $CONFIG status -n ''", "mistral\n");
    COMPLETES("--config $CONFIG -n mistral status --service=", "--service=mistral\n");
    COMPLETES("--config /nonexistent -n ''", "");
}

/* EKS names contexts by ARN; bash splits words at ':', and a name with a control character is none to type. */
static void contexts_with_colons_are_completed(void **state)
{
    (void)state;
    char *path = mem_printf("%s/kubeconfig", folder);
    static const char yaml[] = "apiVersion: v1\nkind: Config\n"
                               "clusters: [{name: c, cluster: {server: \"http://127.0.0.1:1\"}}]\n"
                               "users: [{name: u, user: {}}]\n"
                               "contexts:\n"
                               "- {name: \"arn:aws:eks:us-west-2:1:cluster/a\", context: {cluster: c, user: u}}\n"
                               "- {name: \"arn:x\\e[31m\", context: {cluster: c, user: u}}\n"
                               "current-context: \"arn:aws:eks:us-west-2:1:cluster/a\"\n";
    assert_int_equal(file_write(path, yaml, sizeof yaml - 1, NULL), ERR_OK);
    COMPLETES("--kubeconfig $HOME/kubeconfig --context arn:aws:", "arn:aws:eks:us-west-2:1:cluster/a\n");
    COMPLETES("--kubeconfig $HOME/kubeconfig --context arn : aws :", "eks:us-west-2:1:cluster/a\n");
    COMPLETES("--kubeconfig $HOME/kubeconfig --context = arn : aw", "aws:eks:us-west-2:1:cluster/a\n");
    assert_int_equal(unlink(path), 0);
    free(path);
}

static const char *shell_found(const char *const *paths)
{
    for (; *paths; paths++)
        if (access(*paths, X_OK) == 0) return *paths;
    return NULL;
}

static void bash_completes(void **state)
{
    (void)state;
    const char *bash = shell_found((const char *const[]){"/bin/bash", "/usr/bin/bash", NULL});
    if (!bash) skip();
    const char *const shell[] = {bash, "--norc", "-c", NULL};
#define BASH(words, expected)                                                                                          \
    shell_prints(shell,                                                                                                \
                 "source <($RAYDECK --completion bash); COMP_WORDS=($RAYDECK " words ");"                              \
                 "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _raydeck $RAYDECK; printf '%s\\n' \"${COMPREPLY[@]}\"",       \
                 expected)
    BASH("sta", "status\n");
    BASH("--theme pro", "projector\n");
    BASH("--theme = pro", "projector\n");
    BASH("--config $CONFIG -s ''", "mistral\n");
    BASH("drill --fault g", "gcs\n");
    BASH("deploy --dr", "--dry-run\n");
}

static void fish_completes(void **state)
{
    (void)state;
    const char *fish = shell_found((const char *const[]){"/usr/bin/fish", "/usr/local/bin/fish", NULL});
    if (!fish) skip();
    const char *const shell[] = {fish, "--no-config", "-c", NULL};
#define FISH(words, expected)                                                                                          \
    shell_prints(shell,                                                                                                \
                 "$RAYDECK --completion fish | source; function raydeck; command $RAYDECK $argv; end; "                \
                 "complete -C 'raydeck " words "' | cut -f 1",                                                         \
                 expected)
    FISH("sta", "status\n");
    FISH("--theme pro", "projector\n");
    FISH("--theme=pro", "--theme=projector\n");
    FISH("drill --fault g", "gcs\n");
    FISH("status -o ", "json\ntext\n");
}

/* With its own completion system, which asks a terminal. */
static void zsh_completes(void **state)
{
    (void)state;
    const char *zsh = shell_found((const char *const[]){"/bin/zsh", "/usr/bin/zsh", NULL});
    if (!zsh) skip();
    const char *const argv[] = {zsh, "-f", "-i", NULL};
    char *raydeck = mem_printf("RAYDECK=%s", program), *home = mem_printf("HOME=%s", folder);
    struct pty *p = pty_start(
        &(struct pty_conf){.argv = argv, .env = (const char *const[]){raydeck, home, NULL}, .rows = 24, .cols = 100});
    pty_send(p, "PS1='>'; autoload -U compinit; compinit -u -D; raydeck() { $RAYDECK \"$@\" }; "
                "source <(raydeck --completion zsh); clear; print rea''dy\r");
    pty_see(p, "^ready");
    pty_send(p, "raydeck --theme \t"); /* a value without a description is listed alone */
    pty_see(p, "high-contrast");
    pty_see(p, "tritanopia");
    assert_false(pty_wait_for(p, "--( |$)", 0));
    pty_send(p, "\025clear\r");
    assert_true(pty_wait_gone(p, "tritanopia", DEADLINE_MS));
    pty_send(p, "raydeck --theme pro\t");
    pty_see(p, "^>raydeck --theme projector");
    pty_send(p, "dri\t");
    pty_see(p, "projector drill");
    pty_send(p, "--fault=g\t");
    pty_see(p, "drill --fault=gcs");
    pty_send(p, "\025exit\r");
    assert_true(pty_wait_exit(p, DEADLINE_MS) >= 0);
    pty_stop(p);
    free(raydeck);
    free(home);
}

static void help_of_a_subcommand_is_of_it_alone(void **state)
{
    (void)state;
    shell_prints(sh, "$RAYDECK timeline --help | grep -o '^  -[^ ]*\\( --[a-z-]*\\)*' | head -n 6",
                 "  --at\n  --from\n  --to\n  --svg\n  --theme\n  --ascii\n");
    shell_prints(sh, "$RAYDECK lint --help | grep -c -e --context -e --svg", "0\n");
    shell_prints(sh, "$RAYDECK --help | grep -c -e --context -e --svg", "3\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_completed),
        cmocka_unit_test(names_of_the_cluster_are_completed),
        cmocka_unit_test(contexts_with_colons_are_completed),
        cmocka_unit_test(bash_completes),
        cmocka_unit_test(other_shells_are_refused),
        cmocka_unit_test(fish_completes),
        cmocka_unit_test(zsh_completes),
        cmocka_unit_test(help_of_a_subcommand_is_of_it_alone),
    };
    return cmocka_run_group_tests(tests, sim_setup, sim_teardown);
}
