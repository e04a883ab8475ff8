/* run.c - see run.h. */
#include "tests/support/run.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/loop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ENV_MAX = 32, OUT_MAX = 16 * 1024 * 1024, PATH_MAX_HERE = 4096 };

static void clean_env(char **out, const char *const *extra)
{
    static const char *const kept[] = {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TMPDIR"};
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (getenv(kept[i])) out[n++] = mem_printf("%s=%s", kept[i], getenv(kept[i]));
    out[n++] = mem_str("LC_ALL=C.UTF-8");
    out[n++] = mem_str("TZ=UTC");
    out[n++] = mem_str("HOME=/dev/null/home");
    for (size_t i = 0; extra && extra[i] && n < ENV_MAX - 1; i++) out[n++] = mem_str(extra[i]);
    out[n] = NULL;
}

static pid_t program_start(const char *const *argv, const char *const *env, int in, int out, int err)
{
    char *environment[ENV_MAX] = {0};
    clean_env(environment, env);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, 0);
    posix_spawn_file_actions_adddup2(&files, out, 1);
    posix_spawn_file_actions_adddup2(&files, err, 2);
    /* A session of its own: what it starts can be killed with it, and no terminal is there to be asked. */
    posix_spawnattr_t attr;
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
    pid_t pid = 0;
    int failed = posix_spawn(&pid, argv[0], &files, &attr, (char *const *)(uintptr_t)argv, environment);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    for (size_t i = 0; environment[i]; i++) free(environment[i]);
    if (failed) fail_msg("%s: %s", argv[0], strerror(failed));
    return pid;
}

static bool fd_drain(int fd, struct buf *to)
{
    char piece[8192];
    ssize_t got = read(fd, piece, sizeof piece);
    if (got > 0) buf_add(to, piece, (size_t)got);
    return got > 0 || (got < 0 && errno == EINTR);
}

/* Reads both until they end, or the time is over. */
static bool output_collect(int out, int err, struct run *r, uint64_t limit)
{
    struct buf text[2];
    struct pollfd fds[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
    for (int i = 0; i < 2; i++) buf_init(&text[i], OUT_MAX);
    while ((fds[0].fd >= 0 || fds[1].fd >= 0) && loop_now_ms() < limit) {
        if (poll(fds, 2, 100) < 0 && errno != EINTR) break;
        for (int i = 0; i < 2; i++)
            if (fds[i].fd >= 0 && fds[i].revents && !fd_drain(fds[i].fd, &text[i])) fds[i].fd = -1;
    }
    r->out = buf_take(&text[0]);
    r->err = buf_take(&text[1]);
    return fds[0].fd < 0 && fds[1].fd < 0;
}

/* Its wait status. What goes on beyond the limit is killed, with all of its session's first group: *ended is false. */
static int wait_until(pid_t pid, bool *ended, uint64_t limit)
{
    int status = 0;
    while (*ended && waitpid(pid, &status, WNOHANG) == 0) {
        *ended = loop_now_ms() < limit;
        if (*ended) poll(NULL, 0, 5);
    }
    if (*ended) return status;
    kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

struct run run_program(const char *const *argv, const char *const *env, const char *input, unsigned max_ms)
{
    struct run r = {.status = -1};
    int in[2], out[2], err[2];
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) fail_msg("pipe: %s", strerror(errno));
    uint64_t limit = loop_now_ms() + max_ms;
    pid_t pid = program_start(argv, env, in[0], out[1], err[1]);
    close(in[0]);
    close(out[1]);
    close(err[1]);
    /* Small enough for the pipe; a program that does not read it is no error of ours. */
    for (size_t len = input ? strlen(input) : 0; len > 0;) {
        ssize_t n = write(in[1], input, len);
        if (n < 0 && errno == EPIPE) break; /* it has read enough */
        if (n < 0 && errno != EINTR) fail_msg("write: %s", strerror(errno));
        if (n > 0) input += n, len -= (size_t)n;
    }
    close(in[1]);
    bool ended = output_collect(out[0], err[0], &r, limit);
    close(out[0]);
    close(err[0]);
    const int status = wait_until(pid, &ended, limit);
    if (ended) r.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return r;
}

void run_done(struct run *r)
{
    free(r->out);
    free(r->err);
    *r = (struct run){0};
}

static const char *built_path(const char *name)
{
    static char path[2][PATH_MAX_HERE];
    char *out = path[strcmp(name, "raydeck") == 0];
    const char *build = getenv("BUILD");
    snprintf(out, PATH_MAX_HERE, "%s/%s", build ? build : "build", name);
    return out;
}

const char *run_raydeck(void)
{
    return built_path("raydeck");
}

const char *run_raydeck_sim(void)
{
    return built_path("raydeck-sim");
}

char *run_preload(const char *name)
{
    char *relative = mem_printf("%s/tests/preload/%s.so", getenv("BUILD") ? getenv("BUILD") : "build", name);
    char *path = realpath(relative, NULL);
    if (!path) fail_msg("%s: %s", relative, strerror(errno));
    char *env = mem_printf("LD_PRELOAD=%s", path);
    free(relative);
    free(path);
    return env;
}

char *run_folder(void)
{
    const char *base = getenv("TMPDIR");
    char *path = mem_printf("%s/raydeck-test-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(path)) fail_msg("%s: %s", path, strerror(errno));
    return path;
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

void run_remove(char *folder)
{
    if (folder) nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(folder);
}

size_t run_entries(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t count = 0;
    if (!dir) return 0;
    for (struct dirent *e; (e = readdir(dir));) count += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(dir);
    return count;
}
