/* bytes.c - TCP (resolving names off the loop), unix sockets and commands, as one kind of byte stream on libuv. */
#include "backends/link/bytes.h"

#include "backends/base/mem.h"
#include "backends/link/blocking.h"
#include "backends/link/child.h"
#include "backends/link/descriptors.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DESCRIPTORS_NEEDED = 4, /* by getaddrinfo: with fewer left, its failure is EMFILE, whatever it returns */
    KEEPALIVE_S = 15,
    PORT_TEXT_MAX = 16,
    DRAIN_MS = 300 /* wait for the end of a command's output after its exit, or the other way round */
};

struct bytes {
    struct loop *loop;
    struct bytes_calls calls;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } in, out; /* read from and written to; a socket uses `in` for both */
    uv_stream_t *write_to;
    struct child *child;
    struct alarm *timeout, *open_later;
    struct blocking_call *resolving; /* NULL: done, or none */
    uv_connect_t connect;
    struct addrinfo *addresses, *address; /* all, and the one being connected to */
    char *name;                           /* of the peer, for messages */
    struct why reason;                    /* why it closed; of a command, how it exited */
    int early_status;                     /* a libuv error at opening, to be reported from the loop */
    unsigned pending;                     /* libuv handles and requests whose callbacks are outstanding */
    bool open, closed, freed, output_ended, command_ended;
    char block[64 * 1024];
};

/* Frees the memory once bytes_free was called and libuv holds nothing of it. */
static void bytes_release(struct bytes *b)
{
    if (b->pending > 0 || !b->freed) return;
    if (b->addresses) freeaddrinfo(b->addresses);
    free(b->name);
    free(b);
}

static void on_handle_closed(uv_handle_t *h)
{
    struct bytes *b = h->data;
    b->pending--;
    bytes_release(b);
}

static void close_one(uv_handle_t *h)
{
    if (h->data && !uv_is_closing(h)) uv_close(h, on_handle_closed);
}

/* Closes every handle; the struct stays until its owner frees it. */
static void close_all(struct bytes *b)
{
    b->closed = true;
    b->open = false;
    alarm_free(b->timeout);
    alarm_free(b->open_later);
    b->timeout = b->open_later = NULL;
    child_free(b->child);
    b->child = NULL;
    blocking_abandon(b->resolving);
    b->resolving = NULL;
    close_one(&b->in.handle);
    close_one(&b->out.handle);
}

static void bytes_fail(struct bytes *b, enum err err, const char *what)
{
    struct why why;

    if (b->closed) return;
    why_set(&why, err, "%s: %s", b->name, what);
    b->reason = why;
    close_all(b);
    b->calls.closed(b->calls.arg, why.code, why.text); /* why is local: the callback may free b */
}

static void bytes_fail_uv(struct bytes *b, int status)
{
    bytes_fail(b, loop_err(status), status == UV_EOF ? "the connection was closed" : uv_strerror(status));
}

static void on_alloc(uv_handle_t *h, size_t wanted, uv_buf_t *out)
{
    struct bytes *b = h->data;
    (void)wanted;
    *out = uv_buf_init(b->block, sizeof b->block);
}

static void command_fail(struct bytes *b)
{
    if (b->command_ended)
        bytes_fail(b, b->reason.code, b->reason.text);
    else
        bytes_fail(b, ERR_RESET, "it closed its output");
}

static void bytes_opened(void *arg);

static void child_ended(void *arg, enum err err, const char *why)
{
    struct bytes *b = arg;

    b->command_ended = true;
    why_set(&b->reason, err ? err : ERR_RESET, "%s", err ? why : "it ended");
    /* A short-lived command may exit before reading has started: its output is still in the pipe. */
    if (!b->open && child_pid(b->child) > 0) {
        alarm_stop(b->open_later);
        bytes_opened(b);
        if (b->closed || b->freed) return;
    }
    if (b->output_ended || !b->open)
        command_fail(b);
    else
        alarm_set(b->timeout, DRAIN_MS, 0);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct bytes *b = stream->data;

    if (n > 0) {
        b->calls.received(b->calls.arg, buffer->base, (size_t)n);
    } else if (n < 0 && b->child) {
        /* the exit status and stderr, which follow, explain more than the end of file */
        uv_read_stop(stream);
        b->output_ended = true;
        if (b->command_ended)
            command_fail(b);
        else
            alarm_set(b->timeout, DRAIN_MS, 0);
    } else if (n < 0) {
        bytes_fail_uv(b, (int)n);
    }
}

static void bytes_opened(void *arg)
{
    struct bytes *b = arg;

    alarm_stop(b->timeout);
    if (b->early_status) {
        bytes_fail_uv(b, b->early_status);
        return;
    }
    b->open = true;
    int bad = uv_read_start(&b->in.stream, on_alloc, on_read);
    if (bad)
        bytes_fail_uv(b, bad);
    else
        b->calls.opened(b->calls.arg);
}

static void on_timeout(void *arg)
{
    struct bytes *b = arg;

    if (b->child)
        command_fail(b);
    else
        bytes_fail(b, ERR_TIMEOUT,
                   b->resolving ? "the name look-up does not return" : "no connection in the time given");
}

static struct bytes *bytes_new(struct loop *l, char *name, const struct bytes_calls *calls)
{
    struct bytes *b = mem_zero(1, sizeof *b);

    b->loop = l;
    b->calls = *calls;
    b->name = name;
    b->write_to = &b->in.stream;
    b->timeout = alarm_new(l, on_timeout, b);
    b->open_later = alarm_new(l, bytes_opened, b);
    return b;
}

static void connect_next(struct bytes *b, int last_status);

static void on_connect(uv_connect_t *req, int status)
{
    struct bytes *b = req->data;

    b->pending--;
    if (b->closed)
        bytes_release(b);
    else if (status)
        connect_next(b, status);
    else
        bytes_opened(b);
}

/* A socket that failed to connect cannot be reused. */
static void on_closed_before_retry(uv_handle_t *h)
{
    struct bytes *b = h->data;

    b->pending--;
    h->data = NULL;
    if (b->closed)
        bytes_release(b);
    else
        connect_next(b, 0);
}

static void connect_address(struct bytes *b)
{
    uv_tcp_init(loop_uv(b->loop), &b->in.tcp);
    b->in.tcp.data = b;
    b->connect.data = b;
    b->pending++;
    uv_tcp_nodelay(&b->in.tcp, 1);
    uv_tcp_keepalive(&b->in.tcp, 1, KEEPALIVE_S);
    int bad = uv_tcp_connect(&b->connect, &b->in.tcp, b->address->ai_addr, on_connect);
    if (bad)
        connect_next(b, bad);
    else
        b->pending++;
}

/* After a failure (last_status < 0) closes the socket, then connects to the next address. */
static void connect_next(struct bytes *b, int last_status)
{
    if (last_status < 0) {
        if (!b->address || !b->address->ai_next) {
            bytes_fail_uv(b, last_status);
            return;
        }
        b->address = b->address->ai_next;
        uv_close(&b->in.handle, on_closed_before_retry);
        return;
    }
    connect_address(b);
}

/* Data of the thread that resolves the name. */
struct lookup {
    char *host, service[PORT_TEXT_MAX];
    struct addrinfo *found;
    int status, saved_errno; /* getaddrinfo's */
};

static void lookup_run(void *data)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct lookup *lookup = data;

    lookup->status = getaddrinfo(lookup->host, lookup->service, &hints, &lookup->found);
    lookup->saved_errno = errno;
}

static void lookup_done(void *arg, void *data)
{
    struct bytes *b = arg;
    struct lookup *lookup = data;

    b->resolving = NULL;
    b->addresses = b->address = lookup->found;
    lookup->found = NULL;
    if (lookup->status && descriptors_short(DESCRIPTORS_NEEDED)) /* getaddrinfo reports EAI_NONAME then */
        bytes_fail(b, ERR_EXHAUSTED, "too many open files");
    else if (lookup->status == EAI_SYSTEM)
        bytes_fail_uv(b, uv_translate_sys_error(lookup->saved_errno));
    else if (lookup->status == EAI_MEMORY)
        bytes_fail_uv(b, UV_ENOMEM);
    else if (lookup->status)
        bytes_fail(b, ERR_DNS, gai_strerror(lookup->status));
    else
        connect_address(b);
}

static void lookup_free(void *data)
{
    struct lookup *lookup = data;

    if (lookup->found) freeaddrinfo(lookup->found);
    free(lookup->host);
    free(lookup);
}

struct bytes *bytes_tcp(struct loop *l, const char *host, unsigned port, uint64_t connect_timeout_ms,
                        const struct bytes_calls *calls)
{
    static const struct blocking_ops ops = {lookup_run, lookup_done, lookup_free};
    struct bytes *b = bytes_new(l, mem_printf(strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port), calls);
    struct lookup *lookup = mem_zero(1, sizeof *lookup);

    lookup->host = mem_str(host);
    snprintf(lookup->service, sizeof lookup->service, "%u", port);
    if (connect_timeout_ms > 0) alarm_set(b->timeout, connect_timeout_ms, 0);
    enum err err = blocking_start(l, &ops, lookup, b, &b->resolving);
    if (err) {
        b->early_status = err == ERR_LIMIT ? UV_EAI_AGAIN : UV_EAGAIN;
        alarm_set(b->open_later, 0, 0); /* deferred to the loop: the caller does not have the return value yet */
    }
    return b;
}

static void pipe_open(struct bytes *b, uv_pipe_t *p)
{
    uv_pipe_init(loop_uv(b->loop), p, 0);
    p->data = b;
    b->pending++;
}

struct bytes *bytes_unix(struct loop *l, const char *path, const struct bytes_calls *calls)
{
    struct bytes *b = bytes_new(l, mem_str(path), calls);

    pipe_open(b, &b->in.pipe);
    b->connect.data = b;
    b->pending++;
    uv_pipe_connect(&b->connect, &b->in.pipe, path, on_connect);
    return b;
}

struct bytes *bytes_command(struct loop *l, const char *command, const struct bytes_calls *calls)
{
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};
    struct bytes *b = bytes_new(l, mem_str("command"), calls);

    pipe_open(b, &b->in.pipe);
    pipe_open(b, &b->out.pipe);
    b->write_to = &b->out.stream;
    b->child = child_start(l, argv, child_secrets_of_command(command), NULL, &b->out.pipe, &b->in.pipe, child_ended, b);
    if (child_pid(b->child) > 0) alarm_set(b->open_later, 0, 0);
    return b;
}

struct write_request {
    uv_write_t req;
    struct bytes *bytes;
    size_t len;
    char data[];
};

static void on_written(uv_write_t *req, int status)
{
    struct write_request *w = (struct write_request *)(void *)req;
    struct bytes *b = w->bytes;

    mem_wipe(w->data, w->len); /* may hold a password */
    free(w);
    b->pending--;
    if (status < 0 && !b->closed && !b->child) bytes_fail_uv(b, status);
    bytes_release(b);
}

enum err bytes_write(struct bytes *b, const void *data, size_t len)
{
    if (!b->open || b->closed) return ERR_RESET;
    size_t queued = uv_stream_get_write_queue_size(b->write_to);
    if (queued > BYTES_QUEUE_MAX || len > BYTES_QUEUE_MAX - queued) return ERR_LIMIT;

    struct write_request *w = mem_alloc(sizeof *w + len);
    w->bytes = b;
    w->len = len;
    memcpy(w->data, data, len);
    uv_buf_t buffer = uv_buf_init(w->data, (unsigned)len);
    if (uv_write(&w->req, b->write_to, &buffer, 1, on_written)) {
        mem_wipe(w->data, len);
        free(w);
        return ERR_RESET;
    }
    b->pending++;
    return ERR_OK;
}

void bytes_free(struct bytes *b)
{
    if (!b || b->freed) return;
    if (!b->closed) close_all(b);
    b->freed = true;
    bytes_release(b);
}
