/* sim_run.c - see sim_run.h. */
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"
#include "backends/link/loop.h"
#include "tests/support/deadline.h"
#include "tests/support/run.h"

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

enum { ARGS = 24, LINE = 4096 };

extern char **environ;

struct sim_run {
    char *folder, *config;
    pid_t pid;
    int in, out; /* the end of `in` ends it, also when the test dies */
};

struct sim_run *sim_run_start(const char *const *extra)
{
    struct sim_run *s = mem_zero(1, sizeof *s);
    int in[2], out[2];
    s->folder = run_folder();
    s->config = mem_printf("%s/config.yaml", s->folder);
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) fail_msg("pipe: %s", strerror(errno));
    const char *argv[ARGS] = {run_raydeck_sim(), "--dir", s->folder, "--exit-with-stdin"};
    for (size_t n = 4, i = 0; extra && extra[i] && n < ARGS - 1; i++) argv[n++] = extra[i];
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in[0], 0);
    posix_spawn_file_actions_adddup2(&files, out[1], 1);
    int failed = posix_spawn(&s->pid, argv[0], &files, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&files);
    if (failed) fail_msg("%s: %s", argv[0], strerror(failed));
    close(in[0]);
    close(out[1]);
    s->in = in[1];
    s->out = out[0];
    char said[LINE] = "";
    size_t len = 0;
    uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (!strstr(said, "ready")) {
        struct pollfd fd = {s->out, POLLIN, 0};
        if (loop_now_ms() > limit) fail_msg("raydeck-sim was not ready in time: %s", said);
        if (poll(&fd, 1, 100) <= 0) continue;
        ssize_t got = read(s->out, said + len, sizeof said - 1 - len);
        if (got <= 0) fail_msg("raydeck-sim ended: %s", said);
        len += (size_t)got;
        said[len] = '\0';
    }
    return s;
}

void sim_run_pause(struct sim_run *s, bool paused)
{
    kill(s->pid, paused ? SIGSTOP : SIGCONT);
}

void sim_run_stop(struct sim_run *s)
{
    if (!s) return;
    int status = 0;
    uint64_t limit = loop_now_ms() + DEADLINE_MS;
    bool killed = false;
    close(s->in);
    while (waitpid(s->pid, &status, WNOHANG) == 0) {
        if (!killed && loop_now_ms() > limit) killed = true, kill(s->pid, SIGKILL);
        poll(NULL, 0, 5);
    }
    close(s->out);
    size_t left = run_entries(s->folder);
    run_remove(s->folder);
    free(s->config);
    free(s);
    if (killed) fail_msg("raydeck-sim did not end with its input");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail_msg("raydeck-sim ended with %d", status);
    if (left) fail_msg("raydeck-sim left %zu files behind", left);
}

const char *sim_run_folder(const struct sim_run *s)
{
    return s->folder;
}

const char *sim_run_config(const struct sim_run *s)
{
    return s->config;
}

char *sim_run_say(struct sim_run *s, const char *line)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/control", s->folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        fail_msg("control: %s", strerror(errno));
    dprintf(fd, "%s\n", line);
    char answer[LINE] = "";
    size_t len = 0;
    uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (!strchr(answer, '\n') && loop_now_ms() < limit) {
        struct pollfd p = {fd, POLLIN, 0};
        if (poll(&p, 1, 100) <= 0) continue;
        ssize_t got = read(fd, answer + len, sizeof answer - 1 - len);
        if (got <= 0) break;
        len += (size_t)got;
        answer[len] = '\0';
    }
    close(fd);
    char *end = strchr(answer, '\n');
    if (!end) fail_msg("\"%s\" was not answered", line);
    *end = '\0';
    return mem_str(answer);
}
