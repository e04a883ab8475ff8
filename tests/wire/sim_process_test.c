/* sim_process_test.c - raydeck-sim as a program: what it says, how it ends, and that it leaves nothing behind, however
 * it ends. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/loop.h"
#include "tests/support/deadline.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGS = 16, LINE = 4096 };

extern char **environ;

struct child {
    pid_t pid;
    int out;
    char *folder;
};

/* Starts it in dir with its stdout read up to `ready`. */
static struct child sim_child_start(const char *dir, const char *const *extra)
{
    struct child c = {.folder = mem_str(dir)};
    const char *argv[ARGS] = {run_raydeck_sim(), "--dir", dir};
    int out[2];
    char said[LINE] = "";
    size_t len = 0;
    for (size_t n = 3, i = 0; extra && extra[i] && n < ARGS - 1; i++) argv[n++] = extra[i];
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, out[1], 1);
    assert_int_equal(posix_spawn(&c.pid, argv[0], &files, NULL, (char *const *)(uintptr_t)argv, environ), 0);
    posix_spawn_file_actions_destroy(&files);
    close(out[1]);
    c.out = out[0];
    while (!strchr(said, '\n')) {
        ssize_t got = read(c.out, said + len, sizeof said - 1 - len);
        if (got <= 0) fail_msg("raydeck-sim ended: %s", said);
        len += (size_t)got;
    }
    assert_string_equal(said, "ready\n");
    return c;
}

/* Its exit status; -signal. */
static int wait_for(struct child *c)
{
    int status = 0;
    uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (waitpid(c->pid, &status, WNOHANG) == 0) {
        if (loop_now_ms() > limit) kill(c->pid, SIGKILL);
        poll(NULL, 0, 5);
    }
    close(c->out);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static char *child_say(const struct child *c, const char *line)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char text[LINE];
    size_t len = 0;
    snprintf(at.sun_path, sizeof at.sun_path, "%s/control", c->folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(write(fd, line, strlen(line)), strlen(line));
    while (len < sizeof text - 1) {
        ssize_t got = read(fd, text + len, sizeof text - 1 - len);
        if (got <= 0) break;
        len += (size_t)got;
        if (text[len - 1] == '\n') break;
    }
    text[len] = '\0';
    close(fd);
    return mem_str(text);
}

static unsigned redis_port(const struct child *c)
{
    char *state = child_say(c, "state\n");
    const char *at = strstr(state, " redis=");
    uint64_t port = 0;
    assert_non_null(at);
    assert_int_equal(text_u64(at + 7, strspn(at + 7, "0123456789"), 65535, &port), ERR_OK);
    free(state);
    return (unsigned)port;
}

static bool port_listens(unsigned port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool yes = connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
    close(fd);
    return yes;
}

static void nothing_is_left(const char *folder, unsigned port)
{
    uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while ((access(folder, F_OK) == 0 || port_listens(port)) && loop_now_ms() < limit) poll(NULL, 0, 5);
    assert_int_not_equal(access(folder, F_OK), 0);
    assert_false(port_listens(port));
}

static void ends_by(int signal_number, int status)
{
    char *above = run_folder(), *folder = mem_printf("%s/made by the simulator's own", above);
    struct child c = sim_child_start(folder, NULL);
    unsigned port = redis_port(&c);
    assert_true(port > 0 && port_listens(port));
    assert_true(run_entries(folder) >= 4);
    kill(c.pid, signal_number);
    assert_int_equal(wait_for(&c), status);
    nothing_is_left(folder, port);
    free(c.folder);
    free(folder);
    assert_int_equal(run_entries(above), 0);
    run_remove(above);
}

static void sigterm_is_a_clean_end(void **state)
{
    (void)state;
    ends_by(SIGTERM, 0);
}

static void sigint_is_a_clean_end(void **state)
{
    (void)state;
    ends_by(SIGINT, 0);
}

static void sigkill_leaves_nothing_either(void **state)
{
    (void)state;
    ends_by(SIGKILL, -SIGKILL);
}

static void quit_ends_it(void **state)
{
    (void)state;
    char *above = run_folder(), *folder = mem_printf("%s/sim", above);
    struct child c = sim_child_start(folder, NULL);
    unsigned port = redis_port(&c);
    char *answer = child_say(&c, "quit\n");
    assert_string_equal(answer, "ok\n");
    assert_int_equal(wait_for(&c), 0);
    nothing_is_left(folder, port);
    free(answer);
    free(c.folder);
    free(folder);
    run_remove(above);
}

/* sim_run_stop closes its stdin, and checks that its folder, which was there before, is empty and still there. */
static void the_end_of_stdin_ends_it(void **state)
{
    (void)state;
    struct sim_run *s = sim_run_start(NULL);
    char *answer = sim_run_say(s, "state");
    assert_int_equal(strncmp(answer, "ok serve=running", 16), 0);
    free(answer);
    sim_run_stop(s);
}

static void redis_goes_and_comes_back_on_its_port(void **state)
{
    (void)state;
    struct sim_run *s = sim_run_start((const char *const[]){"--speed", "20", NULL});
    char *before = sim_run_say(s, "state"), *gone = sim_run_say(s, "fault redis-gone"), *after = NULL;
    assert_string_equal(gone, "ok");
    uint64_t limit = loop_now_ms() + DEADLINE_MS;
    for (;;) {
        free(after);
        after = sim_run_say(s, "state");
        if (strstr(after, "serve=down") || loop_now_ms() > limit) break;
    }
    assert_non_null(strstr(after, "serve=down"));
    assert_non_null(strstr(after, "fault=redis-gone"));
    char *clear = sim_run_say(s, "clear");
    assert_string_equal(clear, "ok");
    for (limit = loop_now_ms() + DEADLINE_MS; loop_now_ms() < limit;) {
        free(after);
        after = sim_run_say(s, "state");
        if (strcmp(after, before) == 0) break;
    }
    assert_string_equal(after, before);
    free(before);
    free(gone);
    free(after);
    free(clear);
    sim_run_stop(s);
}

static char *state_without_redis(const char *seed)
{
    struct sim_run *s = sim_run_start((const char *const[]){"--seed", seed, "--no-redis", "--pods", "3", NULL});
    char *state = sim_run_say(s, "state");
    sim_run_stop(s);
    return state;
}

static void one_seed_gives_one_cluster(void **state)
{
    (void)state;
    char *first = state_without_redis("7"), *second = state_without_redis("7"), *other = state_without_redis("8");
    assert_string_equal(first, second);
    assert_string_not_equal(first, other);
    assert_non_null(strstr(first, "-head-"));
    free(first);
    free(second);
    free(other);
}

static void sim_refuses(const char *const *argv, int status, const char *says)
{
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, status);
    if (!strstr(r.err, says)) fail_msg("not '%s' but: %s", says, r.err);
    if (!text_is_safe(r.err, strlen(r.err), TEXT_KEEP_LINES)) fail_msg("a control character is in: %s", r.err);
    run_done(&r);
}

static void wrong_use_is_refused(void **state)
{
    const char *sim = run_raydeck_sim();
    char *folder = run_folder();
    (void)state;
    sim_refuses((const char *const[]){sim, NULL}, 2, "usage: raydeck-sim");
    sim_refuses((const char *const[]){sim, "--dir", folder, "--no\033[2J", NULL}, 2, ": no such option");
    sim_refuses((const char *const[]){sim, "monitor", "--no\033[2J", NULL}, 2, ": no such option");
    sim_refuses((const char *const[]){sim, "--dir", folder, "--fault", "\033[2J", NULL}, 2, "--fault: not valid: ");
    sim_refuses((const char *const[]){sim, "--dir", "/nowhere\033[2J/at/all", NULL}, 3, "/at/all: No such file");
    sim_refuses((const char *const[]){sim, "--dir", folder, "--seed", "-1", NULL}, 2, "--seed: not valid: -1");
    sim_refuses((const char *const[]){sim, "--dir", folder, "--speed", "0", NULL}, 2, "--speed: not valid: 0");
    sim_refuses((const char *const[]){sim, "--dir", folder, "--fault", "fire", NULL}, 2, "--fault: not valid: fire");
    sim_refuses((const char *const[]){sim, "--dir", folder, "--pods", "20001", NULL}, 2, "--pods: not valid: 20001");
    sim_refuses((const char *const[]){sim, "--dir", "/nowhere/at/all", NULL}, 3, "/nowhere/at/all: No such file");
    sim_refuses((const char *const[]){sim, "--dir", folder, "--no-redis", "--fault", "redis-gone", NULL}, 3,
                "--fault redis-gone: there is no redis-server");
    sim_refuses((const char *const[]){sim, "monitor", "--dir", "/nowhere", NULL}, 2, "usage: raydeck-sim");
    sim_refuses((const char *const[]){sim, "monitor", "--dir", "/nowhere", "--node", "n", NULL}, 3, "/nowhere");
    struct run r = run_program((const char *const[]){sim, "--help", NULL}, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "--exit-with-stdin"));
    run_done(&r);
    r = run_program((const char *const[]){sim, "--version", NULL}, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "raydeck-sim " RAYDECK_VERSION "\n");
    run_done(&r);
    run_remove(folder);
}

/* A line, and no failure: the other worlds run on. */
static void without_redis_server_one_line_says_so(void **state)
{
    (void)state;
    char *folder = run_folder();
    const char *const argv[] = {
        "/usr/bin/env", "PATH=/nowhere", run_raydeck_sim(), "--dir", folder, "--exit-with-stdin", NULL};
    struct run r = run_program(argv, NULL, "", DEADLINE_MS);
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "ready\n");
    assert_non_null(strstr(r.err, "redis-server is not installed"));
    assert_null(strchr(strchr(r.err, '\n') + 1, '\n'));
    run_done(&r);
    assert_int_equal(run_entries(folder), 0);
    run_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sigterm_is_a_clean_end),
        cmocka_unit_test(sigint_is_a_clean_end),
        cmocka_unit_test(sigkill_leaves_nothing_either),
        cmocka_unit_test(quit_ends_it),
        cmocka_unit_test(the_end_of_stdin_ends_it),
        cmocka_unit_test(redis_goes_and_comes_back_on_its_port),
        cmocka_unit_test(one_seed_gives_one_cluster),
        cmocka_unit_test(wrong_use_is_refused),
        cmocka_unit_test(without_redis_server_one_line_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
