/* redis_server.c - a real redis-server of the test's own. */
#include "tests/support/redis_server.h"

#include "backends/base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGS_MAX = 48, START_TRIES = 500, TRY_MS = 10 };

struct redis_server {
    unsigned port;
    char *folder, *url, *path;
    char *sentinel; /* its file of settings, which it rewrites; NULL: no sentinel */
    char *config[ARGS_MAX];
    pid_t pid, guard;
    int guard_pipe; /* the guard removes the folder when this end is closed, by us or by our death */
    redisContext *own;
};

static void server_die(const char *what)
{
    fprintf(stderr, "redis-server for a test: %s: %s\n", what, strerror(errno));
    abort();
}

/* The socket stays bound, without listening, until the program ends: nobody else is given the port, and a server with
 * SO_REUSEADDR, as Redis sets it, can listen there. */
unsigned redis_server_free_port(void)
{
    const int reuse = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse) != 0 ||
        bind(fd, (struct sockaddr *)&at, len) != 0 || getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        server_die("no free port");
    return ntohs(at.sin_port);
}

static void copy_file(const char *from, const char *to)
{
    char block[16 * 1024];
    FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
    if (!out) server_die(from);
    for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0;)
        if (fwrite(block, 1, n, out) != n) server_die(to);
    fclose(in);
    if (fclose(out) != 0) server_die(to);
}

/* A program of its own, so that it holds nothing else of ours open: it waits for the end of its input. */
static void start_guard(struct redis_server *s)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) server_die("pipe");
    s->guard = fork();
    if (s->guard < 0) server_die("fork");
    if (s->guard == 0) {
        setpgid(0, 0);
        dup2(ends[0], STDIN_FILENO);
        execl("/bin/sh", "sh", "-c", "cat >/dev/null; rm -rf -- \"$1\"", "sh", s->folder, (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    s->guard_pipe = ends[1];
}

static void run_server(const struct redis_server *s, pid_t parent)
{
    char port[16];
    const char *argv[ARGS_MAX + 24] = {"redis-server", "--bind",    "127.0.0.1", "--port",       port, "--dir",
                                       s->folder,      "--save",    "",          "--appendonly", "no", "--unixsocket",
                                       s->path,        "--logfile", "redis.log", "--daemonize",  "no"};
    size_t n = 0;
    snprintf(port, sizeof port, "%u", s->port);
    while (argv[n]) n++;
    for (size_t i = 0; s->config[i]; i++) argv[n++] = s->config[i];
    const char *const sentinel[] = {"redis-server", s->sentinel, "--sentinel", NULL};
    if (s->sentinel) memcpy(argv, sentinel, sizeof sentinel);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(127);
    const int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    execvp(argv[0], (char *const *)argv);
    _exit(127);
}

static redisContext *connect_own(const struct redis_server *s)
{
    redisContext *c = redisConnectUnix(s->path);
    if (c && !c->err) return c;
    if (c) redisFree(c);
    return NULL;
}

static bool server_answers(const struct redis_server *s)
{
    redisContext *c = connect_own(s);
    if (!c) return false;
    redisReply *r = redisCommand(c, "PING");
    const bool loading = r && r->type == REDIS_REPLY_ERROR && strncmp(r->str, "LOADING", 7) == 0;
    const bool yes = r && !loading;
    if (r) freeReplyObject(r);
    redisFree(c);
    return yes;
}

void redis_server_revive(struct redis_server *s)
{
    const pid_t parent = getpid();
    s->pid = fork();
    if (s->pid < 0) server_die("fork");
    if (s->pid == 0) run_server(s, parent);
    for (int i = 0; i < START_TRIES; i++) {
        int status;
        if (server_answers(s)) return;
        if (waitpid(s->pid, &status, WNOHANG) == s->pid) break;
        usleep(TRY_MS * 1000);
    }
    server_die("it did not start");
}

static struct redis_server *server_new(void)
{
    struct redis_server *s = mem_zero(1, sizeof *s);
    s->folder = mem_str("/tmp/raydeck-test-redis-XXXXXX");
    if (!mkdtemp(s->folder)) server_die("no folder");
    start_guard(s);
    s->port = redis_server_free_port();
    s->url = mem_printf("redis://127.0.0.1:%u", s->port);
    s->path = mem_printf("%s/redis.sock", s->folder);
    return s;
}

struct redis_server *redis_server_start_sentinel(const struct redis_server *const *masters, size_t count,
                                                 const char *tail)
{
    struct redis_server *s = server_new();
    s->sentinel = mem_printf("%s/sentinel.conf", s->folder);
    FILE *out = fopen(s->sentinel, "w");
    if (!out) server_die(s->sentinel);
    fprintf(out, "port %u\nbind 127.0.0.1\nunixsocket %s\ndir %s\nlogfile redis.log\n", s->port, s->path, s->folder);
    for (size_t i = 0; i < count; i++) fprintf(out, "sentinel monitor m%zu 127.0.0.1 %u 1\n", i, masters[i]->port);
    fputs(tail ? tail : "", out);
    if (fclose(out) != 0) server_die(s->sentinel);
    redis_server_revive(s);
    return s;
}

struct redis_server *redis_server_start(const char *rdb, const char *const *config)
{
    struct redis_server *s = server_new();
    for (size_t i = 0; config && config[i] && i + 1 < ARGS_MAX; i++) s->config[i] = mem_str(config[i]);
    if (rdb) {
        char *to = mem_printf("%s/dump.rdb", s->folder);
        copy_file(rdb, to);
        free(to);
    }
    redis_server_revive(s);
    return s;
}

void redis_server_kill(struct redis_server *s)
{
    if (s->own) redisFree(s->own);
    s->own = NULL;
    if (s->pid > 0) {
        kill(s->pid, SIGKILL);
        waitpid(s->pid, NULL, 0);
    }
    s->pid = 0;
}

void redis_server_free(struct redis_server *s)
{
    if (!s) return;
    redis_server_kill(s);
    close(s->guard_pipe);
    waitpid(s->guard, NULL, 0);
    for (size_t i = 0; s->config[i]; i++) free(s->config[i]);
    free(s->folder);
    free(s->url);
    free(s->path);
    free(s->sentinel);
    free(s);
}

void redis_server_pause(struct redis_server *s, bool paused)
{
    kill(s->pid, paused ? SIGSTOP : SIGCONT);
}

unsigned redis_server_port(const struct redis_server *s)
{
    return s->port;
}

const char *redis_server_url(const struct redis_server *s)
{
    return s->url;
}

const char *redis_server_path(const struct redis_server *s)
{
    return s->path;
}

static redisReply *server_command(struct redis_server *s, const char *format, va_list ap)
{
    if (!s->own) s->own = connect_own(s);
    redisReply *r = s->own ? redisvCommand(s->own, format, ap) : NULL;
    if (!r || r->type == REDIS_REPLY_ERROR) {
        fprintf(stderr, "%s: %s\n", format, r ? r->str : "no answer");
        abort();
    }
    return r;
}

void redis_say(struct redis_server *s, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    freeReplyObject(server_command(s, format, ap));
    va_end(ap);
}

long long redis_ask_number(struct redis_server *s, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    redisReply *r = server_command(s, format, ap);
    va_end(ap);
    const long long number = r->integer;
    freeReplyObject(r);
    return number;
}

size_t redis_ask_count(struct redis_server *s, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    redisReply *r = server_command(s, format, ap);
    va_end(ap);
    const size_t count = r->elements;
    freeReplyObject(r);
    return count;
}
