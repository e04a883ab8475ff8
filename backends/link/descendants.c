/* descendants.c - reads the process table from /proc and signals a child's descendants. */
#include "backends/link/descendants.h"

#include "backends/base/mem.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { PROC_PATH_MAX = 64, STAT_MAX = 1024, ENVIRON_MAX = 1024 * 1024, PROCESSES_MAX = 1 << 16 };

struct entry {
    pid_t pid, parent, group;
    unsigned long long start; /* clock ticks since boot */
    bool is_descendant;
};

struct table {
    struct entry *entry;
    size_t count;
};

static ssize_t read_proc(pid_t pid, const char *file, char *out, size_t size)
{
    char path[PROC_PATH_MAX];
    size_t len = 0;
    ssize_t n = 0;
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    while (len < size && (n = read(fd, out + len, size - len)) > 0) len += (size_t)n;
    close(fd);
    return n < 0 ? -1 : (ssize_t)len;
}

/* Fields of stat, by their numbers in proc(5). */
enum { FIELD_STATE = 3, FIELD_PARENT = 4, FIELD_GROUP = 5, FIELD_START = 22 };

/* False: the process has exited. The second field, the name in parentheses, may hold any character. */
static bool read_stat(pid_t pid, struct entry *ret)
{
    char stat[STAT_MAX];
    ssize_t n = read_proc(pid, "stat", stat, sizeof stat - 1);
    if (n <= 0) return false;
    stat[n] = '\0';
    const char *at = strrchr(stat, ')');
    *ret = (struct entry){.pid = pid};
    for (int field = FIELD_STATE; at && (at = strchr(at, ' ')) && field <= FIELD_START; field++) {
        at++;
        if (field == FIELD_PARENT) ret->parent = (pid_t)strtol(at, NULL, 10);
        if (field == FIELD_GROUP) ret->group = (pid_t)strtol(at, NULL, 10);
        if (field == FIELD_START) ret->start = strtoull(at, NULL, 10);
    }
    return true;
}

static struct table table_read(void)
{
    struct table t = {0};
    DIR *dir = opendir("/proc");
    size_t room = 0;
    for (const struct dirent *e; dir && t.count < PROCESSES_MAX && (e = readdir(dir));) {
        char *end = NULL;
        long pid = strtol(e->d_name, &end, 10);
        if (*end || pid <= 1) continue;
        if (t.count == room) t.entry = mem_grow(t.entry, room += 256, sizeof *t.entry);
        if (read_stat((pid_t)pid, &t.entry[t.count])) t.count++;
    }
    if (dir) closedir(dir);
    return t;
}

/* The environment is a list of NUL-terminated variables: compares whole ones. */
static bool has_mark(pid_t pid, const char *mark, char *scratch)
{
    ssize_t n = *mark ? read_proc(pid, "environ", scratch, ENVIRON_MAX) : 0;
    const size_t len = strlen(mark);
    for (const char *at = scratch, *end = scratch + (n > 0 ? n : 0); at < end;) {
        const char *next = memchr(at, '\0', (size_t)(end - at));
        if ((size_t)((next ? next : end) - at) == len && memcmp(at, mark, len) == 0) return true;
        at = next ? next + 1 : end;
    }
    return false;
}

static bool read_socket(pid_t pid, int fd, char out[DESCENDANTS_MARK_MAX])
{
    char path[PROC_PATH_MAX];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
    ssize_t n = readlink(path, out, DESCENDANTS_MARK_MAX - 1);
    out[n > 0 ? n : 0] = '\0';
    return strncmp(out, "socket:[", 8) == 0;
}

static bool has_socket(pid_t pid, const char *socket)
{
    char held[DESCENDANTS_MARK_MAX];
    for (int fd = 0; *socket && fd <= STDERR_FILENO; fd++)
        if (read_socket(pid, fd, held) && strcmp(held, socket) == 0) return true;
    return false;
}

static bool parent_is_descendant(const struct table *t, pid_t parent)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->entry[i].pid == parent) return t->entry[i].is_descendant;
    return false;
}

/* Marks children of descendants until a pass finds no more. */
static void table_mark_children(struct table *t, pid_t self)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < t->count; i++) {
            struct entry *e = &t->entry[i];
            if (e->is_descendant || e->pid == self || !parent_is_descendant(t, e->parent)) continue;
            e->is_descendant = more = true;
        }
    }
}

size_t descendants_signal(const struct descendants *d, int number)
{
    const pid_t self = getpid();
    struct table t = table_read();
    char *scratch = mem_alloc(ENVIRON_MAX);
    size_t signalled = 0;
    for (size_t i = 0; i < t.count; i++) {
        struct entry *e = &t.entry[i];
        if (e->pid == self || e->start < d->since) continue; /* older than the child */
        e->is_descendant = e->pid == d->root || has_socket(e->pid, d->socket) || has_mark(e->pid, d->mark, scratch);
    }
    table_mark_children(&t, self);
    for (size_t i = 0; i < t.count; i++)
        if (t.entry[i].is_descendant && t.entry[i].group != d->root && kill(t.entry[i].pid, number) == 0) signalled++;
    free(scratch);
    free(t.entry);
    return signalled;
}

void descendants_mark(struct descendants *d)
{
    uint64_t number = 0;
    *d = (struct descendants){0};
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number) return;
    snprintf(d->mark, sizeof d->mark, "RAYDECK_CHILD=%d.%016llx", (int)getpid(), (unsigned long long)number);
}

void descendants_started(struct descendants *d, pid_t root)
{
    struct entry e = {0};
    if (read_stat(root, &e)) d->since = e.start;
    d->root = root;
    if (!read_socket(root, STDERR_FILENO, d->socket)) d->socket[0] = '\0';
}
