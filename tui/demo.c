/* demo.c - see demo.h. */
#include "tui/demo.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/child_env.h"
#include "backends/link/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READY_MS = 20000, STOP_MS = 5000, SAID_MAX = 8192, PATH_TEXT_MAX = 4096, ARGS_MAX = 12 };

extern char **environ;

struct demo {
    char folder[PATH_TEXT_MAX], config[PATH_TEXT_MAX + 16], env[PATH_TEXT_MAX + 16], control[PATH_TEXT_MAX + 16],
        program[PATH_TEXT_MAX + 16];
    pid_t pid;
    int stdin_fd; /* closing it terminates the child */
    int out_fd, err_fd;
};

/* In the directory of this program. */
static enum err find_program(struct demo *d, struct why *why)
{
    char self[PATH_TEXT_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0) return why_set(why, ERR_IO, "raydeck-sim cannot be found: /proc/self/exe: %s", strerror(errno));
    self[len] = '\0';
    char *slash = strrchr(self, '/');
    if (slash) *slash = '\0';
    snprintf(d->program, sizeof d->program, "%s/raydeck-sim", self);
    if (access(d->program, X_OK) == 0) return ERR_OK;
    return why_set(why, ERR_NOT_FOUND, "%s is missing: it is built and installed together with raydeck", d->program);
}

static enum err make_folder(struct demo *d, struct why *why)
{
    const char *base = getenv("TMPDIR");
    snprintf(d->folder, sizeof d->folder, "%s/raydeck-demo-XXXXXX", base && base[0] == '/' ? base : "/tmp");
    if (!mkdtemp(d->folder)) return why_set(why, ERR_IO, "%s: %s", d->folder, strerror(errno));
    snprintf(d->config, sizeof d->config, "%s/config.yaml", d->folder);
    snprintf(d->env, sizeof d->env, "%s/env", d->folder);
    snprintf(d->control, sizeof d->control, "%s/control", d->folder);
    return ERR_OK;
}

/* A process group of its own, so that signals of the terminal's keys do not reach the child. */
static enum err sim_spawn(struct demo *d, const struct demo_conf *conf, struct why *why)
{
    int in[2], out[2], err[2];
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
        return why_set(why, ERR_IO, "pipe: %s", strerror(errno));
    char *argv[ARGS_MAX] = {d->program, "--dir", d->folder, "--exit-with-stdin", "--own-dir"};
    int n = 5;
    if (conf->seed) argv[n++] = "--seed", argv[n++] = (char *)conf->seed;
    if (conf->speed) argv[n++] = "--speed", argv[n++] = (char *)conf->speed;
    if (conf->empty) argv[n++] = "--empty";
    if (conf->no_ft) argv[n++] = "--no-ft";
    if (conf->openai) argv[n++] = "--openai";
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, err[1], STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    char **env = child_env_new((const char *const *)environ, CHILD_SECRETS_NONE, NULL);
    int failed = posix_spawn(&d->pid, d->program, &files, &attributes, argv, env);
    free(env);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    close(in[0]);
    close(out[1]);
    close(err[1]);
    d->stdin_fd = in[1];
    d->out_fd = out[0];
    d->err_fd = err[0];
    if (!failed) return ERR_OK;
    d->pid = 0;
    return why_set(why, ERR_CHILD, "%s: %s", d->program, strerror(failed));
}

/* Blocks fatal signals until the simulator, which removes the directory, has started. The child inherits the blocked
 * signals, since it may still be in our process group on ^C, and unblocks them when ready. */
static enum err demo_begin(struct demo *d, const struct demo_conf *conf, struct why *why)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigset_t set, before;
    sigemptyset(&set);
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) sigaddset(&set, ends[i]);
    sigprocmask(SIG_BLOCK, &set, &before);
    enum err err = make_folder(d, why);
    if (!err) err = sim_spawn(d, conf, why);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return err;
}

/* Appends the available bytes; false: end of file. */
static bool fd_drain(int fd, struct buf *out)
{
    char piece[1024];
    ssize_t got = read(fd, piece, sizeof piece);
    if (got > 0) buf_add(out, piece, (size_t)got); /* ignores bytes beyond the maximum */
    return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

static enum err wait_ready(struct demo *d, struct why *why)
{
    struct buf out, err;
    buf_init(&out, SAID_MAX);
    buf_init(&err, SAID_MAX);
    uint64_t limit = loop_now_ms() + READY_MS;
    bool alive = true;
    while (alive && !strstr(buf_text(&out), "ready") && loop_now_ms() < limit) {
        struct pollfd both[2] = {{d->out_fd, POLLIN, 0}, {d->err_fd, POLLIN, 0}};
        if (poll(both, 2, (int)(limit - loop_now_ms())) < 0 && errno != EINTR) break;
        if (both[1].revents && !fd_drain(d->err_fd, &err)) alive = both[0].revents == 0;
        if (both[0].revents) alive = fd_drain(d->out_fd, &out);
    }
    enum err result = ERR_OK;
    char *said = text_safe(buf_text(&err), err.len, TEXT_KEEP_LINES, SAID_MAX);
    if (!strstr(buf_text(&out), "ready"))
        result = why_set(why, alive ? ERR_TIMEOUT : ERR_CHILD, "the simulated cluster did not start: %s",
                         *said ? said : "it said nothing");
    else if (*said)
        fputs(said, stderr); /* such as a missing redis-server */
    free(said);
    buf_done(&out);
    buf_done(&err);
    return result;
}

enum err demo_start(const struct demo_conf *conf, struct demo **ret, struct why *why)
{
    struct demo *d = mem_zero(1, sizeof *d);
    d->stdin_fd = d->out_fd = d->err_fd = -1;
    enum err err = find_program(d, why);
    if (!err) err = demo_begin(d, conf, why);
    if (!err) err = wait_ready(d, why);
    if (err) {
        demo_stop(d);
        return err;
    }
    /* Drains its output: a full pipe must not block it. */
    fcntl(d->out_fd, F_SETFL, O_NONBLOCK);
    close(d->out_fd);
    close(d->err_fd);
    d->out_fd = d->err_fd = -1;
    *ret = d;
    return ERR_OK;
}

const char *demo_config(const struct demo *d)
{
    return d->config;
}

const char *demo_env(const struct demo *d)
{
    return d->env;
}

const char *demo_control(const struct demo *d)
{
    return d->control;
}

/* Closes its stdin; kills it if it has not exited within STOP_MS (its guard cleans up). */
static void stop_child(struct demo *d)
{
    uint64_t limit = loop_now_ms() + STOP_MS;
    while (waitpid(d->pid, NULL, WNOHANG) == 0) {
        if (loop_now_ms() > limit) {
            kill(d->pid, SIGKILL);
            waitpid(d->pid, NULL, 0);
            return;
        }
        poll(NULL, 0, 10);
    }
}

void demo_stop(struct demo *d)
{
    if (!d) return;
    if (d->stdin_fd >= 0) close(d->stdin_fd);
    if (d->out_fd >= 0) close(d->out_fd);
    if (d->err_fd >= 0) close(d->err_fd);
    if (d->pid > 0) stop_child(d);
    if (d->folder[0]) rmdir(d->folder); /* only if no child was started; else the child or its guard removes it */
    free(d);
}
