/* secrets_test.c - where secrets could leave the process: core dumps, an unknown option's message, another Redis. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/redis_server.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { USAGE = 2 };

/* The soft limit of core files, as /proc says it: "0" or "unlimited". */
static bool core_limit_is(struct pty *p, const char *wanted)
{
    char path[64], line[256], soft[64] = "";
    snprintf(path, sizeof path, "/proc/%d/limits", (int)pty_pid(p));
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "Max core file size %63s", soft) == 1) break;
    fclose(f);
    return strcmp(soft, wanted) == 0;
}

/* A console that crashes in a folder of its own; whether a core is left there. */
static bool dumps_core(const char *environment, const char *limit)
{
    char *folder = run_folder(), program[4096];
    assert_non_null(realpath(run_raydeck(), program));
    char *command = mem_printf("cd %s && ulimit -c unlimited && exec %s --kubeconfig none --redis redis://127.0.0.1:1 "
                               "--neuron none",
                               folder, program);
    const char *env[] = {environment, "ASAN_OPTIONS=handle_abort=0", NULL};
    struct pty *p =
        pty_start(&(struct pty_conf){.argv = (const char *const[]){"/bin/sh", "-c", command, NULL}, .env = env});
    pty_see(p, "ANSWERING");
    assert_true(core_limit_is(p, limit));
    pty_signal(p, SIGABRT);
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 128 + SIGABRT);
    assert_true(pty_modes_restored(p));
    pty_stop(p);
    bool left = run_entries(folder) > 0;
    run_remove(folder);
    free(command);
    return left;
}

static void no_core_is_dumped_unless_asked_for(void **state)
{
    (void)state;
    char pattern[64] = "";
    FILE *f = fopen("/proc/sys/kernel/core_pattern", "r");
    if (f && !fgets(pattern, sizeof pattern, f)) pattern[0] = '\0';
    if (f) fclose(f);
    assert_false(dumps_core("RAYDECK_CORE_DUMPS=0", "0"));
#ifndef __SANITIZE_ADDRESS__ /* its run time takes the limit away */
    /* Where a core goes, and whether, is the machine's choice; a plain name is looked for. */
    assert_true(dumps_core("RAYDECK_CORE_DUMPS=1", "unlimited") || strncmp(pattern, "core\n", 5) != 0);
#endif
}

/* How many processes but `but` have that text in their environment, and how many there are of that name. */
static unsigned secret_holders(const char *text, pid_t but, const char *name, unsigned *ret_named)
{
    unsigned found = 0;
    DIR *dir = opendir("/proc");
    assert_non_null(dir);
    char *bytes = mem_alloc(1024 * 1024);
    *ret_named = 0;
    for (const struct dirent *e; (e = readdir(dir));) {
        char path[300], comm[64] = "";
        long pid = strtol(e->d_name, NULL, 10);
        if (pid <= 0 || pid == but) continue;
        snprintf(path, sizeof path, "/proc/%ld/comm", pid);
        FILE *f = fopen(path, "r");
        if (f && fgets(comm, sizeof comm, f)) *ret_named += strncmp(comm, name, strlen(name)) == 0;
        if (f) fclose(f);
        snprintf(path, sizeof path, "/proc/%ld/environ", pid);
        f = fopen(path, "r");
        size_t n = f ? fread(bytes, 1, 1024 * 1024, f) : 0;
        if (f) fclose(f);
        found += memmem(bytes, n, text, strlen(text)) != NULL;
    }
    closedir(dir);
    free(bytes);
    return found;
}

static void no_child_of_a_demo_has_a_secret(void **state)
{
    (void)state;
    char secret[64], password[96], token[96];
    snprintf(secret, sizeof secret, "s3cr3t-of-%d", (int)getpid());
    snprintf(password, sizeof password, "REDIS_PASSWORD=%s", secret);
    snprintf(token, sizeof token, "HF_TOKEN=hf_0123456789%s", secret);
    const char *env[] = {password, token, NULL};
    struct pty *p =
        pty_start(&(struct pty_conf){.argv = (const char *const[]){run_raydeck(), "demo", NULL}, .env = env});
    pty_see(p, "ANSWERING +YES");
    unsigned simulators = 0, servers = 0;
    assert_int_equal(secret_holders(secret, pty_pid(p), "raydeck-sim", &simulators), 0);
    (void)secret_holders(secret, pty_pid(p), "redis-server", &servers);
    assert_true(simulators >= 1 && servers >= 1);
    pty_stop(p);
}

static void an_unknown_option_is_named_without_its_value(void **state)
{
    (void)state;
    static const struct {
        const char *args, *said;
    } cases[] = {
        {"--redis-password=s3cr3t", "--redis-password: no such option"},
        {"status --pasword=s3cr3t", "--pasword: no such option"},
        {"-ps3cr3t", "-p: no such option"},
        {"-Ps3cr3t", "-P: no such option"},
        {"--ascii=s3cr3t", "--ascii: takes no argument"},
        {"--r=s3cr3t", "--r: could be"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *command = mem_printf("exec %s %s", run_raydeck(), cases[i].args);
        struct run r = run_program((const char *const[]){"/bin/sh", "-c", command, NULL}, NULL, NULL, DEADLINE_MS);
        if (r.status != USAGE || !strstr(r.err, cases[i].said) || strstr(r.err, "s3cr3t") || *r.out)
            fail_msg("%s: status %d: %s%s", command, r.status, r.err, r.out);
        run_done(&r);
        free(command);
    }
}

static struct run raydeck_to(const struct sim_run *sim, const struct redis_server *to, const char *command,
                             const char *credentials)
{
    const char *argv[] = {run_raydeck(),
                          "--config",
                          sim_run_config(sim),
                          command,
                          "--redis",
                          redis_server_url(to),
                          credentials ? "--redis-credentials" : NULL,
                          credentials,
                          NULL};
    return run_program(argv, NULL, NULL, DEADLINE_MS);
}

/* A Redis that keeps a log of each AUTH it refuses: the one of somebody else, or of another cluster. */
static void the_clusters_password_goes_to_no_other_redis(void **state)
{
    (void)state;
    static const char *const commands[] = {"status", "info", "doctor"};
    struct sim_run *sim = sim_run_start(NULL);
    struct redis_server *other = redis_server_start(NULL, NULL);
    redis_say(other, "CONFIG SET requirepass another");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        struct run r = raydeck_to(sim, other, commands[i], NULL);
        if (redis_ask_count(other, "ACL LOG")) fail_msg("%s: a password was sent: %s%s", commands[i], r.out, r.err);
        if (i < 2 && !strstr(r.out, "alone")) fail_msg("%s: not told: %s%s", commands[i], r.out, r.err);
        run_done(&r);
    }
    struct run r = raydeck_to(sim, other, "status", "rayservice");
    assert_true(redis_ask_count(other, "ACL LOG") > 0);
    assert_null(strstr(r.out, "alone"));
    run_done(&r);
    redis_server_free(other);
    sim_run_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_core_is_dumped_unless_asked_for),
        cmocka_unit_test(no_child_of_a_demo_has_a_secret),
        cmocka_unit_test(an_unknown_option_is_named_without_its_value),
        cmocka_unit_test(the_clusters_password_goes_to_no_other_redis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
