/* child.c - spawns, reaps and terminates a child process on libuv. */
#include "backends/link/child.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/descendants.h"

#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
    DESCENDANTS_GRACE_MS = 200, /* between SIGTERM and SIGKILL once the child itself has exited */
    DRAIN_MS = 300,             /* a grandchild may hold stderr open: the exit is reported without its end of file */
    EXIT_NOT_FOUND = 127        /* of /bin/sh: no such command */
};

extern char **environ;

struct child {
    uv_process_t process;
    uv_pipe_t err_pipe;
    struct alarm *kill_timer, *report_timer;
    void (*ended)(void *arg, enum err err, const char *why);
    void *arg;
    char *program;
    struct descendants descendants;
    char tail[CHILD_STDERR_MAX];
    size_t tail_len;
    char block[4096];
    int spawn_status;
    int64_t exit_status;
    int exit_signal;
    unsigned handles;
    bool exited, err_ended, terminating, reported, freed;
    bool has_descendants; /* outside its group, when SIGTERM was sent */
};

static void on_handle_closed(uv_handle_t *h)
{
    struct child *c = h->data;

    if (--c->handles > 0) return;
    free(c->program);
    free(c);
}

static void close_handle(struct child *c, uv_handle_t *h)
{
    (void)c;
    if (!uv_is_closing(h)) uv_close(h, on_handle_closed);
}

/* Closes the handles once child_free was called, the process has exited and no SIGKILL is due. */
static void child_release(struct child *c)
{
    if (!c->freed || !c->exited || alarm_is_set(c->kill_timer)) return;
    alarm_free(c->kill_timer);
    alarm_free(c->report_timer);
    c->kill_timer = c->report_timer = NULL;
    close_handle(c, (uv_handle_t *)&c->err_pipe);
    close_handle(c, (uv_handle_t *)&c->process);
}

static bool has_letter(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (isalpha((unsigned char)text[i]) || (unsigned char)text[i] >= 0x80) return true;
    return false;
}

/* "ERROR: …", "error: …": what the lines below it are about. */
static bool begins_with_error(const char *text, size_t len)
{
    return len > 6 && strncasecmp(text, "error:", 6) == 0;
}

static size_t line_trim(const char **text, size_t len)
{
    while (len && strchr("\r \t", (*text)[len - 1])) len--;
    while (len && strchr(" \t", **text)) ++*text, len--;
    return len;
}

/* What stderr says, made safe, in a line: from the last line that begins with "error:" on, or the last one; lines
 * without a word (a bracket that closes) say nothing. */
static void stderr_words(const struct child *c, char out[ERR_TEXT_MAX])
{
    char text[CHILD_STDERR_MAX + 1];
    size_t used = 0;
    for (size_t from = 0, len; from < c->tail_len; from += len + 1) {
        const char *line = c->tail + from;
        const char *end = memchr(line, '\n', c->tail_len - from);
        len = end ? (size_t)(end - line) : c->tail_len - from;
        const size_t words = line_trim(&line, len);
        if (!has_letter(line, words)) continue;
        const bool goes_on = used && begins_with_error(text, used) && !begins_with_error(line, words);
        if (!goes_on) used = 0;
        if (goes_on && used < sizeof text - 1) text[used++] = ' ';
        const size_t room = sizeof text - 1 - used, fits = words < room ? words : room;
        memcpy(text + used, line, fits);
        used += fits;
    }
    text_safe_into(out, ERR_TEXT_MAX, text, used);
}

/* fork(2) fails with EAGAIN at RLIMIT_NPROC and at a cgroup's pids.max. */
static enum err spawn_err(int status)
{
    if (status == UV_ENOENT) return ERR_NOT_FOUND;
    return status == UV_EAGAIN ? ERR_EXHAUSTED : loop_err(status);
}

static void child_report(void *arg)
{
    struct child *c = arg;
    char words[ERR_TEXT_MAX];
    struct why why = {.code = ERR_OK};
    const char *sep = "";

    if (c->reported || c->freed) return;
    c->reported = true;
    alarm_stop(c->report_timer);
    stderr_words(c, words);
    if (*words) sep = ": ";
    if (c->spawn_status)
        why_set(&why, spawn_err(c->spawn_status), "%s: %s", c->program, uv_strerror(c->spawn_status));
    else if (c->exit_signal)
        why_set(&why, ERR_CHILD, "%s was killed by signal %d%s%s", c->program, c->exit_signal, sep, words);
    else if (c->exit_status)
        why_set(&why, c->exit_status == EXIT_NOT_FOUND ? ERR_NOT_FOUND : ERR_CHILD, "%s ended with status %d%s%s",
                c->program, (int)c->exit_status, sep, words);
    c->ended(c->arg, why.code, why.text);
}

static void keep_tail(struct child *c, const char *bytes, size_t len)
{
    if (len > sizeof c->tail) {
        bytes += len - sizeof c->tail;
        len = sizeof c->tail;
    }
    size_t over = c->tail_len + len > sizeof c->tail ? c->tail_len + len - sizeof c->tail : 0;
    memmove(c->tail, c->tail + over, c->tail_len - over);
    c->tail_len -= over;
    memcpy(c->tail + c->tail_len, bytes, len);
    c->tail_len += len;
}

static void on_alloc(uv_handle_t *h, size_t wanted, uv_buf_t *out)
{
    struct child *c = h->data;
    (void)wanted;
    *out = uv_buf_init(c->block, sizeof c->block);
}

static void on_stderr(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
    struct child *c = stream->data;

    if (n >= 0) {
        keep_tail(c, b->base, (size_t)n);
        return;
    }
    c->err_ended = true;
    close_handle(c, (uv_handle_t *)stream);
    if (c->exited) child_report(c);
}

static void on_exited(uv_process_t *p, int64_t status, int signal_number)
{
    struct child *c = p->data;

    c->exited = true;
    c->exit_status = status;
    c->exit_signal = signal_number;
    alarm_stop(c->kill_timer);
    c->descendants.root = 0;
    if (c->terminating) {
        kill(-p->pid, SIGKILL);
        if (c->has_descendants) descendants_signal(&c->descendants, SIGKILL);
    }
    if (c->freed)
        child_release(c);
    else if (c->err_ended)
        child_report(c);
    else
        alarm_set(c->report_timer, DRAIN_MS, 0);
}

static void on_kill_timer(void *arg)
{
    struct child *c = arg;
    if (!c->exited) kill(-c->process.pid, SIGKILL);
    if (c->has_descendants) descendants_signal(&c->descendants, SIGKILL);
    child_release(c);
}

/* extra plus the mark; the strings are borrowed. */
static char **env_with_mark(const char *const *extra, const char *mark)
{
    size_t n = 0;
    while (extra && extra[n]) n++;
    char **all = mem_zero(n + 2, sizeof *all);
    for (size_t i = 0; i < n; i++) all[i] = (char *)(uintptr_t)extra[i];
    if (*mark) all[n] = (char *)(uintptr_t)mark;
    return all;
}

static uv_stdio_container_t pipe_of(uv_pipe_t *p, uv_stdio_flags direction)
{
    uv_stdio_container_t s = {.flags = UV_IGNORE};

    if (p) {
        s.flags = (uv_stdio_flags)(UV_CREATE_PIPE | direction);
        s.data.stream = (uv_stream_t *)p;
    }
    return s;
}

struct child *child_start(struct loop *l, const char *const *argv, enum child_secrets secrets,
                          const char *const *extra_env, uv_pipe_t *in, uv_pipe_t *out,
                          void (*ended)(void *arg, enum err err, const char *why), void *arg)
{
    struct child *c = mem_zero(1, sizeof *c);

    c->ended = ended;
    c->arg = arg;
    c->program = mem_str(argv[0]);
    c->kill_timer = alarm_new(l, on_kill_timer, c);
    c->report_timer = alarm_new(l, child_report, c);
    uv_pipe_init(loop_uv(l), &c->err_pipe, 0);
    c->err_pipe.data = c->process.data = c;
    c->handles = 2;

    uv_stdio_container_t stdio[3] = {pipe_of(in, UV_READABLE_PIPE), pipe_of(out, UV_WRITABLE_PIPE),
                                     pipe_of(&c->err_pipe, UV_WRITABLE_PIPE)};
    descendants_mark(&c->descendants);
    char **marked = env_with_mark(extra_env, c->descendants.mark);
    char **env = child_env_new((const char *const *)environ, secrets, (const char *const *)marked);
    uv_process_options_t options = {
        .exit_cb = on_exited,
        .file = argv[0],
        .args = (char **)(uintptr_t)argv,
        .env = env,
        .flags = UV_PROCESS_DETACHED, /* setsid: a session and process group of its own */
        .stdio_count = 3,
        .stdio = stdio,
    };
    c->spawn_status = uv_spawn(loop_uv(l), &c->process, &options);
    c->process.data = c;
    free(env);
    free(marked);
    if (c->spawn_status) {
        c->exited = true;
        alarm_set(c->report_timer, 0, 0);
    } else {
        descendants_started(&c->descendants, c->process.pid);
        uv_read_start((uv_stream_t *)&c->err_pipe, on_alloc, on_stderr);
    }
    return c;
}

void child_terminate(struct child *c)
{
    if (c->terminating || c->spawn_status) return;
    c->terminating = true;
    if (!c->exited) kill(-c->process.pid, SIGTERM);
    c->has_descendants = descendants_signal(&c->descendants, SIGTERM) > 0;
    if (!c->exited || c->has_descendants)
        alarm_set(c->kill_timer, c->exited ? DESCENDANTS_GRACE_MS : CHILD_GRACE_MS, 0);
}

void child_free(struct child *c)
{
    if (!c) return;
    c->freed = true;
    /* descendants that hold its stderr are terminated; any other is a daemon that was meant to stay */
    if (!c->exited || !c->err_ended) child_terminate(c);
    child_release(c);
}

long child_pid(const struct child *c)
{
    return c->spawn_status ? 0 : (long)c->process.pid;
}
