/* control.c - the control socket: one line per command and reply. */
#include "backends/sim/control.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/sim/sim.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utlist.h>

struct client {
    uv_pipe_t pipe;
    struct control *control; /* NULL: the socket is gone */
    struct buf in;
    struct client *prev, *next;
};
struct control {
    uv_pipe_t pipe;
    char *path;
    void (*answer)(void *arg, const char *line, char *out, size_t size);
    void *arg;
    struct client *clients;
    size_t count;
};
struct sending {
    uv_write_t write;
    char *text;
};

static void client_closed(uv_handle_t *handle)
{
    struct client *c = handle->data;
    buf_done(&c->in);
    free(c);
}

static void client_end(struct client *c)
{
    if (c->control) {
        DL_DELETE(c->control->clients, c);
        c->control->count--;
    }
    c->control = NULL;
    if (!uv_is_closing((uv_handle_t *)&c->pipe)) uv_close((uv_handle_t *)&c->pipe, client_closed);
}

static void on_written(uv_write_t *write, int status)
{
    struct sending *s = write->data;
    (void)status;
    free(s->text);
    free(s);
}

static bool line_read(void *arg, char *text, size_t len)
{
    struct client *c = arg;
    char out[SIM_ANSWER_MAX] = "";
    (void)len;
    c->control->answer(c->control->arg, text, out, sizeof out - 1);
    struct sending *s = mem_zero(1, sizeof *s);
    s->text = mem_printf("%s\n", out);
    s->write.data = s;
    uv_buf_t piece = uv_buf_init(s->text, (unsigned)strlen(s->text));
    if (uv_write(&s->write, (uv_stream_t *)&c->pipe, &piece, 1, on_written) != 0) on_written(&s->write, 0);
    return true;
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
    (void)handle;
    (void)size;
    *out = uv_buf_init(mem_alloc(SIM_COMMAND_MAX), SIM_COMMAND_MAX);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *piece)
{
    struct client *c = stream->data;
    bool good = n >= 0 && c->control && buf_add(&c->in, piece->base, (size_t)n) == ERR_OK;
    free(piece->base);
    if (good)
        buf_lines(&c->in, line_read, c);
    else
        client_end(c);
}

static void on_connection(uv_stream_t *server, int status)
{
    struct control *control = server->data;
    if (status < 0) return;
    struct client *c = mem_zero(1, sizeof *c);
    uv_pipe_init(server->loop, &c->pipe, 0);
    c->pipe.data = c;
    buf_init(&c->in, 2 * SIM_COMMAND_MAX);
    bool good = uv_accept(server, (uv_stream_t *)&c->pipe) == 0 && control->count < SIM_CONTROLS;
    if (good) {
        c->control = control;
        DL_APPEND(control->clients, c);
        control->count++;
        good = uv_read_start((uv_stream_t *)&c->pipe, on_alloc, on_read) == 0;
    }
    if (!good) client_end(c);
}

static void control_closed(uv_handle_t *handle)
{
    struct control *c = handle->data;
    free(c->path);
    free(c);
}

enum err control_new(struct loop *l, const char *path,
                     void (*answer)(void *arg, const char *line, char *out, size_t size), void *arg,
                     struct control **ret, struct why *why)
{
    struct control *c = mem_zero(1, sizeof *c);
    c->answer = answer;
    c->arg = arg;
    c->path = mem_str(path);
    uv_pipe_init(loop_uv(l), &c->pipe, 0);
    c->pipe.data = c;
    unlink(path);
    int e = uv_pipe_bind(&c->pipe, path);
    if (e == 0) e = chmod(path, 0600) == 0 ? 0 : UV_EACCES;
    if (e == 0) e = uv_listen((uv_stream_t *)&c->pipe, SIM_CONTROLS, on_connection);
    if (e != 0) {
        uv_close((uv_handle_t *)&c->pipe, control_closed);
        return why_set(why, ERR_IO, "%s: %s", path, uv_strerror(e));
    }
    *ret = c;
    return ERR_OK;
}

void control_free(struct control *c)
{
    if (!c) return;
    while (c->clients) client_end(c->clients);
    unlink(c->path);
    uv_close((uv_handle_t *)&c->pipe, control_closed);
}
