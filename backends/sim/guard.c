/* guard.c - the guard process: holds a socket to the simulator; ends redis-server and removes files once it closes. */
#include "backends/sim/guard.h"

#include "backends/base/mem.h"
#include "backends/link/child_env.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GUARD_PATHS = 64, GUARD_MESSAGE = 16384, GUARD_SOCKET = 3 };

struct guard {
    pid_t pid;
    int fd;
};
/* The guard's reply to a request. */
struct reply {
    pid_t pid;
    int error;
};
/* State of the guard process. */
struct watch {
    char *path[GUARD_PATHS];
    bool folder[GUARD_PATHS]; /* with the files in it */
    size_t paths;
    pid_t redis; /* 0: none */
};

/* ---- in the guard's process ----------------------------------------------------------------------------------- */

static void end_redis(struct watch *w)
{
    if (!w->redis) return;
    kill(w->redis, SIGKILL); /* what its append-only file holds was written as it happened */
    while (waitpid(w->redis, NULL, 0) < 0 && errno == EINTR) continue;
    w->redis = 0;
}

static void on_signal(int number, void (*what)(int))
{
    struct sigaction a = {.sa_handler = what};
    sigaction(number, &a, NULL);
}

static void exec_redis(int conf_fd, int error_fd)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    on_signal(SIGINT, SIG_DFL);
    on_signal(SIGTERM, SIG_DFL);
    on_signal(SIGHUP, SIG_DFL);
    on_signal(SIGPIPE, SIG_DFL);
    if (dup2(conf_fd, STDIN_FILENO) == STDIN_FILENO) {
        close(GUARD_SOCKET);
        execlp("redis-server", "redis-server", "-", (char *)NULL);
    }
    int error = errno;
    ssize_t ignored = write(error_fd, &error, sizeof error);
    (void)ignored;
    _exit(127);
}

static struct reply start_redis(struct watch *w, const char *conf, size_t len)
{
    int in[2], err[2], error = 0;
    end_redis(w);
    if (pipe2(in, O_CLOEXEC) != 0) return (struct reply){0, errno};
    if (pipe2(err, O_CLOEXEC) != 0) {
        error = errno;
        close(in[0]);
        close(in[1]);
        return (struct reply){0, error};
    }
    /* Not fork(): libuv's handler of it would close descriptors by the numbers they had in the simulator. */
    pid_t pid = _Fork();
    if (pid == 0) exec_redis(in[0], err[1]);
    error = pid < 0 ? errno : 0;
    close(in[0]);
    close(err[1]);
    /* The configuration is smaller than a pipe's buffer: this cannot block. */
    if (pid > 0 && write(in[1], conf, len) != (ssize_t)len) error = EIO;
    close(in[1]);
    int said;
    if (pid > 0 && read(err[0], &said, sizeof said) == (ssize_t)sizeof said) error = said;
    close(err[0]);
    w->redis = pid > 0 ? pid : 0;
    if (error) end_redis(w);
    return (struct reply){w->redis, error};
}

static void files_remove(const char *folder)
{
    DIR *open = opendir(folder);
    for (const struct dirent *one; open && (one = readdir(open));) unlinkat(dirfd(open), one->d_name, 0);
    if (open) closedir(open);
}

static void clean_up(struct watch *w)
{
    end_redis(w);
    while (w->paths) {
        char *path = w->path[--w->paths];
        if (w->folder[w->paths]) files_remove(path);
        if (unlink(path) != 0 && errno == EISDIR) (void)rmdir(path);
        free(path);
    }
}

static void reply_write(const struct reply *reply)
{
    ssize_t ignored = send(GUARD_SOCKET, reply, sizeof *reply, MSG_NOSIGNAL);
    (void)ignored;
}

/* 0, or an errno. */
static int path_add(struct watch *w, const char *path, size_t len, bool folder)
{
    if (w->paths == GUARD_PATHS) return ENOSPC;
    w->folder[w->paths] = folder;
    w->path[w->paths++] = mem_strn(path, len);
    return 0;
}

static void watch_serve(struct watch *w)
{
    static const struct reply fine = {0, 0};
    char message[GUARD_MESSAGE];
    for (;;) {
        ssize_t n = recv(GUARD_SOCKET, message, sizeof message, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return;
        size_t len = (size_t)n - 1;
        struct reply r = fine;
        if (message[0] == 'F' || message[0] == 'D')
            r.error = path_add(w, message + 1, len, message[0] == 'D');
        else if (message[0] == 'R')
            r = start_redis(w, message + 1, len);
        else
            end_redis(w);
        mem_wipe(message, (size_t)n);
        reply_write(&r);
    }
}

static void guard_main(int fd)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTOU, SIGTTIN, SIGPIPE};
    sigset_t none;
    struct watch w = {0};
    prctl(PR_SET_NAME, "raydeck-guard");
    environ = child_env_new((const char *const *)environ, CHILD_SECRETS_NONE, NULL); /* redis-server's */
    setsid();
    for (size_t i = 0; i < ARRAY_LEN(ignored); i++) on_signal(ignored[i], SIG_IGN);
    on_signal(SIGCHLD, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int null = open("/dev/null", O_RDWR);
    if (fd == null || null < 0) _exit(1);
    for (int std = 0; std <= 2; std++) dup2(null, std);
    if (fd != GUARD_SOCKET) dup2(fd, GUARD_SOCKET);
    close_range(GUARD_SOCKET + 1, ~0U, 0);
    watch_serve(&w);
    clean_up(&w);
    _exit(0);
}

/* ---- in ours --------------------------------------------------------------------------------------------------- */

enum err guard_start(struct guard **ret, struct why *why)
{
    int fd[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) != 0)
        return why_set(why, ERR_IO, "guard: %s", strerror(errno));
    pid_t pid = fork();
    if (pid < 0) {
        enum err e = why_set(why, ERR_IO, "guard: %s", strerror(errno));
        close(fd[0]);
        close(fd[1]);
        return e;
    }
    if (pid == 0) {
        close(fd[0]);
        guard_main(fd[1]);
    }
    close(fd[1]);
    struct guard *g = mem_zero(1, sizeof *g);
    g->pid = pid;
    g->fd = fd[0];
    *ret = g;
    return ERR_OK;
}

static enum err guard_request(struct guard *g, char type, const char *bytes, size_t len, struct reply *ret)
{
    if (len + 1 > GUARD_MESSAGE) return ERR_LIMIT;
    char *message = mem_alloc(len + 1);
    message[0] = type;
    if (len) memcpy(message + 1, bytes, len);
    ssize_t sent = send(g->fd, message, len + 1, MSG_NOSIGNAL), got = -1;
    mem_wipe(message, len + 1);
    free(message);
    if (sent == (ssize_t)(len + 1)) {
        do got = recv(g->fd, ret, sizeof *ret, 0);
        while (got < 0 && errno == EINTR);
    }
    return got == (ssize_t)sizeof *ret ? ERR_OK : ERR_IO;
}

static enum err path_register(struct guard *g, char type, const char *path)
{
    struct reply r;
    enum err e = guard_request(g, type, path, strlen(path), &r);
    return e != ERR_OK ? e : r.error ? ERR_LIMIT : ERR_OK;
}

enum err guard_remove(struct guard *g, const char *path)
{
    return path_register(g, 'F', path);
}

enum err guard_remove_folder(struct guard *g, const char *path)
{
    return path_register(g, 'D', path);
}

enum err guard_redis(struct guard *g, const char *conf, size_t len, pid_t *ret_pid, struct why *why)
{
    struct reply r;
    enum err e = guard_request(g, 'R', conf, len, &r);
    if (e != ERR_OK) return why_set(why, e, "redis-server: the guard does not answer");
    if (r.error == ENOENT) return why_set(why, ERR_NOT_FOUND, "redis-server is not installed (package redis-server)");
    if (r.error) return why_set(why, ERR_CHILD, "redis-server: %s", strerror(r.error));
    *ret_pid = r.pid;
    return ERR_OK;
}

enum err guard_kill_redis(struct guard *g)
{
    struct reply r;
    return guard_request(g, 'K', NULL, 0, &r);
}

void guard_free(struct guard *g)
{
    if (!g) return;
    close(g->fd);
    while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR) continue;
    free(g);
}

pid_t guard_pid(const struct guard *g)
{
    return g->pid;
}
