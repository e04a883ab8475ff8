/* redis_by_hand_test.c - --var EXT_REDIS_ENDPOINT=HOST: any Redis, without AWS, from the command line and in the
 * console; and what no one may read off a process. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARGS = 32, CMDLINE_MAX = 64 * 1024 };
#define PASSWORD "by-hand-s3cr3t"
#define AWS_SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define BY_HAND(host, port)                                                                                            \
    "--var", "EXT_REDIS_ENDPOINT=" host, "--var", "REDIS_PORT=" port, "--var=REDIS_SCHEME=redis", "--var",             \
        "REDIS_PASSWORD=" PASSWORD, "--var", "RAY_SERVE_IMAGE=own.example/serve:2.9"
#define SURE "--context", "raydeck-sim", "-n", "mistral", "-s", "mistral", "--yes"

static const char *const env[] = {"EXT_REDIS_ENDPOINT=null",
                                  "REDIS_PORT=1",
                                  "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
                                  "AWS_SECRET_ACCESS_KEY=" AWS_SECRET,
                                  "AWS_ENDPOINT_URL=http://127.0.0.1:1",
                                  "HUGGING_FACE_HUB_TOKEN=hf_abcdefghijklmnopqrstuvwxyz",
                                  NULL};

static struct run run_command(const struct sim_run *sim, const char *const *args)
{
    const char *argv[ARGS] = {run_raydeck(), "--config", sim_run_config(sim)};
    for (size_t i = 0; args[i]; i++) argv[3 + i] = args[i];
    struct run r = run_program(argv, env, NULL, DEADLINE_MS);
    if (strstr(r.out, PASSWORD) || strstr(r.err, PASSWORD)) fail_msg("a secret: %s%s", r.out, r.err);
    return r;
}
#define RAYDECK(...) run_command(sim, (const char *const[]){__VA_ARGS__, NULL})

#define SAYS(r, text)                                                                                                  \
    do {                                                                                                               \
        if (!strstr((r).out, text) && !strstr((r).err, text))                                                          \
            fail_msg("not said: %s\nbut (%d): %s%s", text, (r).status, (r).out, (r).err);                              \
    } while (0)

static void from_the_command_line(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--empty", NULL});
    struct run r = RAYDECK("deploy", BY_HAND("127.0.0.9", "6380"), "--timeout", "2", SURE);
    SAYS(r, "rayservice.ray.io/mistral serverside-applied\n");
    run_done(&r);
    r = RAYDECK("deploy", BY_HAND("127.0.0.8", "6381"), "--dry-run");
    SAYS(r, "redis://127.0.0.9:6380");
    SAYS(r, "redis://127.0.0.8:6381");
    run_done(&r);
    /* What a script makes of no endpoint is none by hand either. */
    r = RAYDECK("deploy", BY_HAND("null", "6379"), "--dry-run");
    assert_int_not_equal(r.status, 0);
    SAYS(r, "EXT_REDIS_ENDPOINT");
    assert_null(strstr(r.out, "null:6379"));
    run_done(&r);
    sim_run_stop(sim);
}

/* The words of the process, as every user of the machine reads them. */
static void words_hold_no_secret(pid_t pid)
{
    char path[64];
    struct buf words;
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    buf_init(&words, CMDLINE_MAX);
    assert_int_equal(file_read(path, &words, NULL), ERR_OK);
    assert_true(words.len > 0);
    for (size_t i = 0; i + 1 < words.len; i++)
        if (!words.data[i]) words.data[i] = ' ';
    assert_non_null(strstr(buf_text(&words), "REDIS_PASSWORD=xxxx"));
    assert_null(strstr(buf_text(&words), PASSWORD));
    assert_null(strstr(buf_text(&words), AWS_SECRET));
    buf_done(&words);
}

static void in_the_console(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--empty", NULL});
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), BY_HAND("127.0.0.9", "6380"), NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 50, .cols = 150});
    size_t len;
    pty_see(p, "ANSWERING");
    words_hold_no_secret(pty_pid(p));
    pty_send(p, "xd");
    pty_see(p, "Enter confirms");
    pty_send(p, "\r");
    pty_see(p, "Apply this\\?");
    pty_see(p, "y yes");
    pty_send(p, "y");
    pty_see(p, "rayservice.ray.io/mistral serverside-applied");
    assert_null(strstr(pty_raw(p, &len), PASSWORD));
    assert_null(strstr(pty_raw(p, &len), AWS_SECRET));
    pty_send(p, "\003");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 130);
    pty_stop(p);
    struct run r = RAYDECK("deploy", BY_HAND("127.0.0.8", "6381"), "--dry-run");
    SAYS(r, "redis://127.0.0.9:6380");
    run_done(&r);
    sim_run_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(from_the_command_line), cmocka_unit_test(in_the_console)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
