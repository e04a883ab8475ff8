/* redis_child.c - starts the simulator's redis-server. */
#include "backends/sim/redis_child.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct redis_child {
    struct guard *guard; /* borrowed */
    char *dir, *password;
    char *folder; /* of the append-only file, in dir; a new name each time, so that none is ever read of an earlier run;
                     NULL: no persistence */
    unsigned port;
    pid_t pid;
};
enum { READY_MS = 5000, RESTART_MS = 30000, PORT_TRIES = 5 }; /* restarted: the port is ours, a file is loaded */
static const char user[] = "ray";

static unsigned free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unsigned port = 0;
    if (fd < 0) return 0;
    if (bind(fd, (struct sockaddr *)&at, len) == 0 && getsockname(fd, (struct sockaddr *)&at, &len) == 0)
        port = ntohs(at.sin_port);
    close(fd);
    return port;
}

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* AUTH: another server on that port would refuse the password. PING: one that loads its file takes AUTH and refuses
 * the rest. */
static bool child_answers(const struct redis_child *c)
{
    const struct timeval limit = {1, 0};
    redisContext *rc = redisConnectWithTimeout("127.0.0.1", (int)c->port, limit);
    bool fine = false;
    if (rc && !rc->err) {
        redisSetTimeout(rc, limit);
        redisReply *r = redisCommand(rc, "AUTH %s %s", user, c->password);
        fine = r && r->type == REDIS_REPLY_STATUS;
        if (r) freeReplyObject(r);
        r = fine ? redisCommand(rc, "PING") : NULL;
        fine = r && r->type == REDIS_REPLY_STATUS;
        if (r) freeReplyObject(r);
    }
    if (rc) redisFree(rc);
    return fine;
}

static bool wait_ready(const struct redis_child *c, uint64_t ready_ms)
{
    for (uint64_t end = now_ms() + ready_ms; now_ms() < end;) {
        if (child_answers(c)) return true;
        (void)poll(NULL, 0, 10);
    }
    return false;
}

static enum err child_start_server(struct redis_child *c, unsigned ready_ms, struct why *why)
{
    struct buf conf;
    buf_init(&conf, 8192);
    enum err e = buf_printf(&conf,
                            "port %u\nbind 127.0.0.1\ndir \"%s\"\nsave \"\"\ndaemonize no\n"
                            "databases 1\nuser default on >%s ~* &* +@all\nuser %s on >%s ~* &* +@all\n",
                            c->port, c->dir, c->password, user, c->password);
    if (e == ERR_OK && c->folder) /* a process that is killed loses nothing that it wrote */
        e = buf_printf(&conf, "appendonly yes\nappendfsync no\nappenddirname \"%s\"\n", c->folder);
    if (e == ERR_OK) e = guard_redis(c->guard, buf_text(&conf), conf.len, &c->pid, why);
    buf_wipe(&conf);
    if (e != ERR_OK) return e;
    if (wait_ready(c, ready_ms)) return ERR_OK;
    guard_kill_redis(c->guard);
    return why_set(why, ERR_CHILD, "redis-server on 127.0.0.1:%u did not answer within %u s", c->port, ready_ms / 1000);
}

static enum err name_folder(struct redis_child *c)
{
    unsigned char random[8];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) return ERR_IO;
    char *hex = text_hex(random, sizeof random);
    free(c->folder);
    c->folder = mem_printf("redis-%s", hex);
    free(hex);
    char *path = mem_printf("%s/%s", c->dir, c->folder);
    const enum err e = guard_remove_folder(c->guard, path);
    free(path);
    return e;
}

enum err redis_child_start(struct guard *g, const char *dir, bool append_only, struct redis_child **ret,
                           struct why *why)
{
    unsigned char random[24];
    if (strpbrk(dir, "\"\\\n")) return why_set(why, ERR_USAGE, "redis-server: a folder with such a name will not do");
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return why_set(why, ERR_IO, "redis-server: %s", strerror(errno));
    struct redis_child *c = mem_zero(1, sizeof *c);
    c->guard = g;
    c->dir = mem_str(dir);
    c->password = text_hex(random, sizeof random);
    enum err e = append_only ? name_folder(c) : ERR_OK;
    if (e != ERR_OK) {
        redis_child_free(c);
        return why_set(why, e, "redis-server: no folder for its append-only file");
    }
    /* Another process may take the port between free_port and bind. */
    for (int tries = 0; tries < PORT_TRIES; tries++) {
        c->port = free_port();
        e = c->port ? child_start_server(c, READY_MS, why) : why_set(why, ERR_IO, "no free port on 127.0.0.1");
        if (e != ERR_CHILD) break;
    }
    if (e != ERR_OK) {
        redis_child_free(c);
        return e;
    }
    *ret = c;
    return ERR_OK;
}

unsigned redis_child_port(const struct redis_child *c)
{
    return c->port;
}

const char *redis_child_user(const struct redis_child *c)
{
    (void)c;
    return user;
}

const char *redis_child_password(const struct redis_child *c)
{
    return c->password;
}

void redis_child_kill(struct redis_child *c)
{
    guard_kill_redis(c->guard);
}

/* Empty by a new folder: whatever the server does with the old file, and however long, it is not this one's. */
enum err redis_child_restart(struct redis_child *c, bool empty, struct why *why)
{
    if (empty && c->folder && name_folder(c) != ERR_OK)
        return why_set(why, ERR_IO, "redis-server: no folder for its append-only file");
    return child_start_server(c, RESTART_MS, why);
}

bool redis_child_keeps_data(const struct redis_child *c)
{
    return c->folder != NULL;
}

void redis_child_free(struct redis_child *c)
{
    if (!c) return;
    guard_kill_redis(c->guard);
    free(c->dir);
    free(c->folder);
    mem_free_secret(c->password);
    free(c);
}
