/* process_test.c - Child processes. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/process.h"
#include "tests/support/deadline.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct loop *loop;
    struct process *process;
    struct buf lines; /* joined by '|' */
    size_t skipped;
    unsigned long_lines, ended;
    enum err err;
    char *why;
    bool free_in_line, free_in_ended;
};

static void process_drop(struct fixture *s)
{
    process_free(s->process);
    s->process = NULL;
}

static void on_line(void *arg, char *text, size_t len)
{
    struct fixture *s = arg;
    if (text)
        buf_printf(&s->lines, "%.*s|", (int)len, text);
    else
        s->long_lines++, s->skipped = len;
    if (s->free_in_line) process_drop(s);
}

static void on_ended(void *arg, enum err err, const char *why)
{
    struct fixture *s = arg;
    s->ended++;
    s->err = err;
    free(s->why);
    s->why = mem_str(why);
    if (s->free_in_ended) process_drop(s);
}

static int fixture_open(void **state)
{
    struct fixture *s = mem_zero(1, sizeof *s);
    s->loop = loop_new();
    buf_init(&s->lines, 1024 * 1024);
    *state = s;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    process_free(s->process);
    loop_free(s->loop);
    buf_done(&s->lines);
    free(s->why);
    free(s);
    return 0;
}

#define WAIT_FOR(s, condition)                                                                                         \
    do {                                                                                                               \
        uint64_t limit_ = loop_now_ms() + DEADLINE_MS;                                                                 \
        while (!(condition) && loop_now_ms() < limit_) loop_step((s)->loop, 20);                                       \
        assert_true(condition);                                                                                        \
    } while (0)

static void process_run(struct fixture *s, const char *command, uint64_t limit_ms)
{
    struct process_calls calls = {.line = on_line, .ended = on_ended, .arg = s};
    s->process = process_shell(s->loop, command, limit_ms, &calls);
}

static void lines_come_whole(void **state)
{
    struct fixture *s = *state;
    process_run(s, "printf 'one\\ntw'; printf 'o\\r\\n\\nlast'", 0);
    WAIT_FOR(s, s->ended == 1);
    assert_string_equal(buf_text(&s->lines), "one|two||last|");
    assert_int_equal(s->err, ERR_OK);
    assert_string_equal(s->why, "");
}

static void a_failure_says_why(void **state)
{
    struct fixture *s = *state;
    process_run(s, "echo first >&2; printf 'expired \\033[31mtoken\\n\\n' >&2; exit 3", 0);
    WAIT_FOR(s, s->ended == 1);
    assert_int_equal(s->err, ERR_CHILD);
    assert_string_equal(s->why, "/bin/sh ended with status 3: expired \\x1b[31mtoken");
}

/* As gke-gcloud-auth-plugin ends, and the AWS CLI, and Python. */
static void the_line_that_says_why_is_said(void **state)
{
    static const struct {
        const char *printed, *said;
    } cases[] = {
        {"ERROR: You do not have an active account.\\nPlease run:\\n  gcloud auth login\\n)\\n",
         "ERROR: You do not have an active account. Please run: gcloud auth login"},
        {"warming up\\nError: no token\\n}\\n", "Error: no token"},
        {"error: old\\nmore\\nerror: new\\n", "error: new"},
        {"Traceback:\\n  raise error: x\\nbotocore.Oops: expired\\n---\\n", "botocore.Oops: expired"},
    };
    struct fixture *s = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *command = mem_printf("printf '%s' >&2; exit 1", cases[i].printed);
        char *expected = mem_printf("/bin/sh ended with status 1: %s", cases[i].said);
        s->ended = 0;
        process_run(s, command, 0);
        WAIT_FOR(s, s->ended == 1);
        assert_string_equal(s->why, expected);
        process_free(s->process);
        s->process = NULL;
        free(s->why);
        s->why = NULL;
        free(expected);
        free(command);
    }
}

static void no_such_program(void **state)
{
    struct fixture *s = *state;
    const char *const argv[] = {"/nonexistent/plugin", NULL};
    struct process_calls calls = {.line = on_line, .ended = on_ended, .arg = s};
    s->process = process_start(s->loop, argv, CHILD_SECRETS_NONE, NULL, 0, &calls);
    assert_int_equal(s->ended, 0);
    WAIT_FOR(s, s->ended == 1);
    assert_int_equal(s->err, ERR_NOT_FOUND);
    assert_non_null(strstr(s->why, "/nonexistent/plugin"));
    process_drop(s);
    process_run(s, "no-such-program-at-all", 0);
    WAIT_FOR(s, s->ended == 2);
    assert_int_equal(s->err, ERR_NOT_FOUND);
}

static void the_environment_is_added_to(void **state)
{
    struct fixture *s = *state;
    const char *const argv[] = {"sh", "-c", "echo $HOME,$RAYDECK_TEST", NULL};
    const char *const extra[] = {"HOME=/here", "RAYDECK_TEST=yes", NULL};
    struct process_calls calls = {.line = on_line, .ended = on_ended, .arg = s};
    s->process = process_start(s->loop, argv, CHILD_SECRETS_NONE, extra, 0, &calls);
    WAIT_FOR(s, s->ended == 1);
    assert_string_equal(buf_text(&s->lines), "/here,yes|");
}

static void secrets_stay_with_us(void **state)
{
    struct fixture *s = *state;
    const char *const argv[] = {"sh", "-c", "echo $REDIS_PASSWORD,$AWS_SESSION_TOKEN", NULL};
    struct process_calls calls = {.line = on_line, .ended = on_ended, .arg = s};
    setenv("REDIS_PASSWORD", "r3dis", 1);
    setenv("AWS_SESSION_TOKEN", "t0ken", 1);
    process_run(s, argv[2], 0);
    WAIT_FOR(s, s->ended == 1);
    process_drop(s);
    process_run(s, "echo $REDIS_PASSWORD,$AWS_SESSION_TOKEN # for aws", 0);
    WAIT_FOR(s, s->ended == 2);
    process_drop(s);
    s->process = process_start(s->loop, argv, CHILD_SECRETS_AWS, NULL, 0, &calls);
    WAIT_FOR(s, s->ended == 3);
    unsetenv("REDIS_PASSWORD");
    unsetenv("AWS_SESSION_TOKEN");
    assert_string_equal(buf_text(&s->lines), ",|,t0ken|,t0ken|");
}

static void stdin_is_empty(void **state)
{
    struct fixture *s = *state;
    process_run(s, "cat; echo over", 0);
    WAIT_FOR(s, s->ended == 1);
    assert_string_equal(buf_text(&s->lines), "over|");
}

/* A zombie does not: its parent may take its time. */
static bool process_lives(long pid)
{
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f) return false;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    const char *state = strrchr(text, ')');
    return state && strncmp(state, ") Z", 3) != 0;
}

static void over_time_ends_the_whole_group(void **state)
{
    struct fixture *s = *state;
    process_run(s, "trap '' TERM; sleep 60 & echo $!; wait; sleep 60", 100);
    WAIT_FOR(s, s->ended == 1);
    assert_int_equal(s->err, ERR_TIMEOUT);
    long grandchild = strtol(buf_text(&s->lines), NULL, 10);
    assert_true(grandchild > 1);
    WAIT_FOR(s, !process_lives(grandchild));
}

static void freeing_kills_and_tells_nothing(void **state)
{
    struct fixture *s = *state;
    process_run(s, "sleep 60 & echo $!; wait", 0);
    WAIT_FOR(s, s->lines.len > 0);
    long leader = process_pid(s->process), grandchild = strtol(buf_text(&s->lines), NULL, 10);
    assert_true(leader > 1 && process_lives(leader));
    process_drop(s);
    WAIT_FOR(s, !process_lives(leader) && !process_lives(grandchild));
    assert_int_equal(s->ended, 0);
}

/* The pid that a command prints, once it has; then the process is given up, and whatever printed it has to end. */
static void check_ended(struct fixture *s, const char *command, bool leader_ends)
{
    buf_clear(&s->lines);
    s->ended = 0;
    process_run(s, command, 0);
    WAIT_FOR(s, s->lines.len > 0);
    if (leader_ends) WAIT_FOR(s, s->ended == 1);
    long pid = strtol(buf_text(&s->lines), NULL, 10);
    assert_true(pid > 1 && process_lives(pid));
    process_drop(s);
    STEP_UNTIL(s->loop, !process_lives(pid));
    if (process_lives(pid)) {
        kill((pid_t)pid, SIGKILL);
        fail_msg("it lives on: %s", command);
    }
}

static void what_calls_setsid_ends_as_well(void **state)
{
    struct fixture *s = *state;
    check_ended(s, "setsid sh -c 'echo $$; exec sleep 60' & wait", false);
    check_ended(s, "(setsid sh -c 'echo $$; exec sleep 60' &); sleep 60", false);
    check_ended(s, "(setsid sh -c 'echo $$; exec sleep 60 >/dev/null 2>&1' &); sleep 60", false);
    check_ended(s, "(env -i setsid sh -c 'echo $$; exec sleep 60' &); sleep 60", false);
    check_ended(s, "(setsid sh -c \"trap '' TERM; echo \\$\\$; exec sleep 60\" &); sleep 60", false);
    check_ended(s, "setsid sh -c 'echo $$; exec sleep 60' &", true);
    check_ended(s, "sh -c 'echo $$; exec sleep 60' &", true);
    check_ended(s, "setsid sh -c 'echo $$; exec sleep 60 2>/dev/null' &", true);
}

static void a_daemon_that_let_go_and_strangers_are_left_alone(void **state)
{
    struct fixture *s = *state;
    pid_t stranger = fork();
    if (stranger == 0) {
        execlp("sleep", "sleep", "60", (char *)NULL);
        _exit(1);
    }
    process_run(s, "(setsid sh -c 'echo $$; exec sleep 60 >/dev/null 2>&1' &)", 0);
    WAIT_FOR(s, s->ended == 1);
    long daemon = strtol(buf_text(&s->lines), NULL, 10);
    process_drop(s);
    process_run(s, "sleep 60", 0);
    process_drop(s);
    for (uint64_t limit = loop_now_ms() + 400; loop_now_ms() < limit;) loop_step(s->loop, 20);
    bool both = process_lives(daemon) && waitpid(stranger, NULL, WNOHANG) == 0;
    kill((pid_t)daemon, SIGKILL);
    kill(stranger, SIGKILL);
    waitpid(stranger, NULL, 0);
    assert_true(both);
}

static void it_may_be_freed_in_its_callbacks(void **state)
{
    struct fixture *s = *state;
    s->free_in_line = true;
    process_run(s, "echo one; echo two; sleep 60", 0);
    WAIT_FOR(s, s->lines.len > 0);
    loop_step(s->loop, 50);
    assert_string_equal(buf_text(&s->lines), "one|");
    s->free_in_line = false;
    s->free_in_ended = true;
    process_run(s, "true", 0);
    WAIT_FOR(s, s->ended == 1);
    assert_null(s->process);
}

static void a_line_too_long_is_counted(void **state)
{
    struct fixture *s = *state;
    process_run(s, "head -c 9000000 /dev/zero | tr '\\0' x; echo; echo next", 0);
    WAIT_FOR(s, s->ended == 1);
    assert_int_equal(s->long_lines, 1);
    assert_true(s->skipped > PROCESS_LINE_MAX && s->skipped <= 9000000);
    assert_string_equal(buf_text(&s->lines), "next|");
}

static void a_line_that_never_ends_is_told_while_it_runs(void **state)
{
    struct fixture *s = *state;
    process_run(s, "printf 'one\\ntwo'; head -c 9000000 /dev/zero | tr '\\0' x; sleep 60", 0);
    WAIT_FOR(s, s->long_lines == 1);
    WAIT_FOR(s, process_unfinished(s->process) == 9000003);
    assert_int_equal(s->ended, 0);
    assert_string_equal(buf_text(&s->lines), "one|");
    process_drop(s);
    process_run(s, "echo whole; printf part; sleep 60", 0);
    WAIT_FOR(s, s->process && process_unfinished(s->process) == 4);
    assert_string_equal(buf_text(&s->lines), "one|whole|");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(lines_come_whole),
        T(a_failure_says_why),
        T(the_line_that_says_why_is_said),
        T(no_such_program),
        T(the_environment_is_added_to),
        T(secrets_stay_with_us),
        T(stdin_is_empty),
        T(over_time_ends_the_whole_group),
        T(freeing_kills_and_tells_nothing),
        T(what_calls_setsid_ends_as_well),
        T(a_daemon_that_let_go_and_strangers_are_left_alone),
        T(it_may_be_freed_in_its_callbacks),
        T(a_line_too_long_is_counted),
        T(a_line_that_never_ends_is_told_while_it_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
