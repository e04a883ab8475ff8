/* token_file_test.c - a token file, of a kubeconfig or for AWS, or AWS' own files, on a file system that hangs: neither
 * the keyboard nor the screen is held up, and the kubeconfig's token is taken when it comes. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "backends/link/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_MAX = 64 * 1024 };

struct stage {
    struct sim_run *sim;
    struct pty *pty;
    char *folder, *token, *hang, *log;
    char *preload, *hang_env, *log_env, *asan, *aws_token, *aws_agent_token, *aws_config;
};

/* The simulator's kubeconfig with its token in a file of its own. */
static void token_into_file(struct stage *s)
{
    struct why why = {0};
    struct buf text;
    char *path = mem_printf("%s/kubeconfig", sim_run_folder(s->sim));
    buf_init(&text, FILE_MAX);
    assert_int_equal(file_read(path, &text, &why), ERR_OK);
    char *at = strstr(text.data, "    token: ");
    assert_non_null(at);
    const char *token = at + strlen("    token: ");
    assert_int_equal(file_write(s->token, token, strcspn(token, "\n"), &why), ERR_OK);
    *at = '\0';
    char *whole = mem_printf("%s    tokenFile: %s\n", text.data, s->token);
    assert_int_equal(file_write(path, whole, strlen(whole), &why), ERR_OK);
    free(whole);
    free(path);
    buf_done(&text);
}

static int stage_setup(void **state)
{
    struct stage *s = mem_zero(1, sizeof *s);
    struct why why = {0};
    const char *asan = getenv("ASAN_OPTIONS");
    s->folder = run_folder();
    s->sim = sim_run_start(NULL);
    s->token = mem_printf("%s/hanging-token", s->folder);
    s->hang = mem_printf("%s/hang", s->folder);
    s->log = mem_printf("%s/log", s->folder);
    token_into_file(s);
    s->preload = run_preload("slow_files");
    s->aws_token = mem_printf("AWS_WEB_IDENTITY_TOKEN_FILE=%s/aws-token", s->folder);
    s->aws_agent_token = mem_printf("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=%s/aws-token", s->folder);
    s->aws_config = mem_printf("AWS_CONFIG_FILE=%s/aws-token", s->folder);
    s->hang_env = mem_printf("SLOW_FILES_HANG=%s", s->hang);
    s->log_env = mem_printf("SLOW_FILES_LOG=%s", s->log);
    s->asan = mem_printf("ASAN_OPTIONS=%s%sverify_asan_link_order=0", asan ? asan : "", asan ? ":" : "");
    assert_int_equal(file_write(s->hang, "", 0, &why), ERR_OK);
    *state = s;
    return 0;
}

static int stage_teardown(void **state)
{
    struct stage *s = *state;
    pty_stop(s->pty);
    sim_run_stop(s->sim);
    run_remove(s->folder);
    char *all[] = {s->token,   s->hang, s->log,       s->preload,         s->hang_env,
                   s->log_env, s->asan, s->aws_token, s->aws_agent_token, s->aws_config};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) free(all[i]);
    free(s);
    return 0;
}

static void stage_start(struct stage *s, const char *subcommand)
{
    const char *const argv[] = {run_raydeck(), "--no-probe",           "--neuron", "none",
                                "--config",    sim_run_config(s->sim), subcommand, NULL};
    const char *const env[] = {s->preload, "SLOW_FILES_NAME=hanging-token", s->hang_env, s->log_env, s->asan, NULL};
    s->pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 40, .cols = 120});
}

/* Until the file is being opened. */
static void until_opened(struct stage *s)
{
    const uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (access(s->log, F_OK) != 0) {
        if (loop_now_ms() > limit) fail_msg("the token file was not opened");
        pty_pump(s->pty, 20);
    }
}

static size_t times_opened(const struct stage *s)
{
    struct stat st;
    return stat(s->log, &st) ? 0 : (size_t)st.st_size;
}

/* AWS asks for a token file too, each time its keys are renewed. */
static void aws_ends_by_a_signal(struct stage *s, const char *first, const char *second)
{
    const char *const argv[] = {
        run_raydeck(), "--config",     sim_run_config(s->sim), "deploy", "-f", "deploy/assets/ft-options.yaml",
        "--dry-run",   "--redis-from", "elasticache:ray-gcs",  NULL};
    const char *const env[] = {s->preload,
                               "SLOW_FILES_NAME=aws-token",
                               s->hang_env,
                               s->log_env,
                               s->asan,
                               "AWS_REGION=us-west-2",
                               "AWS_EC2_METADATA_DISABLED=true",
                               "HUGGING_FACE_HUB_TOKEN=hf_abcdefghijklmnopqrstuvwxyz",
                               first,
                               second,
                               NULL};
    s->pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 40, .cols = 120});
    until_opened(s);
    pty_send(s->pty, "\003");
    assert_int_equal(pty_wait_exit(s->pty, DEADLINE_MS), 130);
    pty_see(s->pty, "interrupted: nothing was applied");
    assert_int_equal(access(s->hang, F_OK), 0);
}

static void a_web_identity_is_not_waited_for(void **state)
{
    struct stage *s = *state;
    aws_ends_by_a_signal(s, s->aws_token, "AWS_ROLE_ARN=arn:aws:iam::111122223333:role/irsa");
}

static void a_containers_token_is_not_waited_for(void **state)
{
    struct stage *s = *state;
    aws_ends_by_a_signal(s, s->aws_agent_token, "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:1/v1/credentials");
}

static void aws_own_files_are_not_waited_for(void **state)
{
    struct stage *s = *state;
    aws_ends_by_a_signal(s, s->aws_config, "AWS_PROFILE=default");
}

static void the_console_is_not_held_up(void **state)
{
    struct stage *s = *state;
    stage_start(s, NULL);
    until_opened(s);
    pty_send(s->pty, ":disarm\r"); /* the keyboard */
    pty_see(s->pty, "READ-ONLY");
    pty_see(s->pty, "its file system hangs");
    assert_int_equal(times_opened(s), 1); /* one thread waits, and no more */
    assert_int_equal(unlink(s->hang), 0);
    pty_see(s->pty, "head +mistral-.*-head-");
    pty_send(s->pty, "\003");
    assert_int_equal(pty_wait_exit(s->pty, DEADLINE_MS), 130);
    assert_true(pty_modes_restored(s->pty));
}

static void a_signal_ends_it_while_it_hangs(void **state)
{
    struct stage *s = *state;
    stage_start(s, NULL);
    until_opened(s);
    pty_see(s->pty, "kube connecting");
    pty_send(s->pty, "\003");
    assert_int_equal(pty_wait_exit(s->pty, DEADLINE_MS), 130);
    assert_true(pty_modes_restored(s->pty));
    assert_int_equal(access(s->hang, F_OK), 0);
}

static void a_one_shot_command_prints_what_it_has(void **state)
{
    struct stage *s = *state;
    stage_start(s, "status");
    until_opened(s);
    assert_int_equal(pty_wait_exit(s->pty, DEADLINE_MS), 3);
    pty_see(s->pty, "GCS");
    assert_int_equal(access(s->hang, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_console_is_not_held_up, stage_setup, stage_teardown),
        cmocka_unit_test_setup_teardown(a_signal_ends_it_while_it_hangs, stage_setup, stage_teardown),
        cmocka_unit_test_setup_teardown(a_one_shot_command_prints_what_it_has, stage_setup, stage_teardown),
        cmocka_unit_test_setup_teardown(a_web_identity_is_not_waited_for, stage_setup, stage_teardown),
        cmocka_unit_test_setup_teardown(a_containers_token_is_not_waited_for, stage_setup, stage_teardown),
        cmocka_unit_test_setup_teardown(aws_own_files_are_not_waited_for, stage_setup, stage_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
