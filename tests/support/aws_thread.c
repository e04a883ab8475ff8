/* aws_thread.c - see aws_thread.h. */
#include "tests/support/aws_thread.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct aws_thread {
    struct loop *loop;
    struct aws_server *server;
    uv_async_t stop;
    uv_thread_t thread;
    char *url;
};

static void on_stop(uv_async_t *handle)
{
    struct aws_thread *t = handle->data;
    loop_stop(t->loop);
}

static void thread_run(void *arg)
{
    struct aws_thread *t = arg;
    loop_run(t->loop);
}

struct aws_thread *aws_thread_start(const struct sigv4_keys *keys, const struct aws_says *says)
{
    struct aws_thread *t = mem_zero(1, sizeof *t);
    t->loop = loop_new();
    t->server = aws_server_start(t->loop);
    t->url = mem_str(aws_server_url(t->server));
    t->stop.data = t;
    aws_server_knows(t->server, keys);
    for (; says->what; says++) aws_server_says(t->server, *says);
    assert_int_equal(uv_async_init(loop_uv(t->loop), &t->stop, on_stop), 0);
    assert_int_equal(uv_thread_create(&t->thread, thread_run, t), 0);
    return t;
}

unsigned aws_thread_stop(struct aws_thread *t, const char *what)
{
    uv_async_send(&t->stop);
    uv_thread_join(&t->thread);
    unsigned asked = what ? aws_server_asked(t->server, what) : 0, refused = aws_server_refused(t->server);
    uv_close((uv_handle_t *)&t->stop, NULL);
    aws_server_stop(t->server);
    loop_free(t->loop);
    free(t->url);
    free(t);
    assert_int_equal(refused, 0);
    return asked;
}

const char *aws_thread_url(const struct aws_thread *t)
{
    return t->url;
}
