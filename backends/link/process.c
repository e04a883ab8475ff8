/* process.c - splits a child's stdout into lines, and reports its exit once both have ended. */
#include "backends/link/process.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/child.h"

#include <stdlib.h>
#include <string.h>

struct process {
    struct child *child;
    uv_pipe_t out;
    struct alarm *time_limit, *drain_timer;
    struct process_calls calls;
    struct buf line;
    size_t skipped; /* bytes of the current line, which is too long; 0: it is not */
    struct why exit;
    bool child_ended, out_ended, reported, timed_out, freed;
    char block[64 * 1024];
};

enum { DRAIN_MS = 300 }; /* a grandchild may hold stdout open: the exit is reported without its end of file */

static void on_out_closed(uv_handle_t *h)
{
    struct process *p = h->data;

    if (!p->freed) return;
    buf_done(&p->line);
    free(p);
}

static void process_finish(void *arg)
{
    struct process *p = arg;

    if (p->reported || p->freed) return;
    p->reported = true;
    alarm_stop(p->time_limit);
    alarm_stop(p->drain_timer);
    if (p->timed_out) why_set(&p->exit, ERR_TIMEOUT, "the command took too long");
    p->calls.ended(p->calls.arg, p->exit.code, p->exit.text);
}

static void line_report(struct process *p)
{
    size_t len = p->line.len;

    if (p->skipped) {
        p->skipped = 0; /* was reported when it became too long */
    } else {
        if (len > 0 && p->line.data[len - 1] == '\r') p->line.data[--len] = '\0';
        char empty[1] = "";
        p->calls.line(p->calls.arg, p->line.data ? p->line.data : empty, len);
    }
    if (!p->freed) buf_clear(&p->line);
}

static void line_append(struct process *p, const char *bytes, size_t len)
{
    if (p->skipped == 0 && !buf_add(&p->line, bytes, len)) return;
    bool known = p->skipped > 0;
    p->skipped += len + p->line.len;
    buf_done(&p->line);
    if (!known) p->calls.line(p->calls.arg, NULL, p->skipped);
}

static void on_alloc(uv_handle_t *h, size_t wanted, uv_buf_t *out)
{
    struct process *p = h->data;
    (void)wanted;
    *out = uv_buf_init(p->block, sizeof p->block);
}

static void on_stdout(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
    struct process *p = stream->data;

    if (n < 0) {
        uv_read_stop(stream);
        p->out_ended = true;
        if (p->line.len > 0 || p->skipped) line_report(p);
        if (!p->freed && p->child_ended) process_finish(p);
        return;
    }
    const char *at = b->base, *end = b->base + n;
    while (at < end && !p->freed) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        line_append(p, at, (size_t)((newline ? newline : end) - at));
        if (!newline || p->freed) break;
        line_report(p);
        at = newline + 1;
    }
}

static void on_child_ended(void *arg, enum err err, const char *why)
{
    struct process *p = arg;

    p->child_ended = true;
    why_set(&p->exit, err, "%s", why);
    if (p->out_ended || !uv_is_active((uv_handle_t *)&p->out))
        process_finish(p);
    else
        alarm_set(p->drain_timer, DRAIN_MS, 0);
}

static void on_time_limit(void *arg)
{
    struct process *p = arg;
    p->timed_out = true;
    child_terminate(p->child);
}

struct process *process_start(struct loop *l, const char *const *argv, enum child_secrets secrets,
                              const char *const *extra_env, uint64_t time_limit_ms, const struct process_calls *calls)
{
    struct process *p = mem_zero(1, sizeof *p);

    p->calls = *calls;
    buf_init(&p->line, PROCESS_LINE_MAX);
    p->time_limit = alarm_new(l, on_time_limit, p);
    p->drain_timer = alarm_new(l, process_finish, p);
    uv_pipe_init(loop_uv(l), &p->out, 0);
    p->out.data = p;
    p->child = child_start(l, argv, secrets, extra_env, NULL, &p->out, on_child_ended, p);
    if (child_pid(p->child) > 0) uv_read_start((uv_stream_t *)&p->out, on_alloc, on_stdout);
    if (time_limit_ms > 0) alarm_set(p->time_limit, time_limit_ms, 0);
    return p;
}

struct process *process_shell(struct loop *l, const char *command, uint64_t time_limit_ms,
                              const struct process_calls *calls)
{
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};
    return process_start(l, argv, child_secrets_of_command(command), NULL, time_limit_ms, calls);
}

size_t process_unfinished(const struct process *p)
{
    return p->skipped ? p->skipped : p->line.len;
}

long process_pid(const struct process *p)
{
    return child_pid(p->child);
}

void process_free(struct process *p)
{
    if (!p || p->freed) return;
    p->freed = true;
    /* the command has exited, but a descendant holds its stdout: a monitor behind setsid */
    if (p->child_ended && !p->out_ended) child_terminate(p->child);
    child_free(p->child);
    alarm_free(p->time_limit);
    alarm_free(p->drain_timer);
    uv_close((uv_handle_t *)&p->out, on_out_closed);
}
