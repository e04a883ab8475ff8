/* blocking.c - detached threads that pass completed calls to the loop through one uv_async_t. */
#include "backends/link/blocking.h"

#include "backends/base/mem.h"
#include "backends/link/blocking_priv.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* Reference-counted by the loop and the threads. The mutex guards all fields except those of the loop's thread. */
struct blocking_pool {
    pthread_mutex_t mutex;
    unsigned refs;               /* one per thread, and one of the loop */
    unsigned running;            /* threads */
    bool closed;                 /* completed calls are freed instead of delivered */
    struct blocking_call *ready; /* completed, not delivered yet */
    uv_async_t async;            /* uv_async_send only with the mutex held and !closed */
    unsigned awaited;            /* loop's thread only: calls not abandoned; any keep the loop alive */
};

struct blocking_call {
    struct blocking_pool *pool;
    const struct blocking_ops *ops;
    void *data, *arg;
    bool abandoned; /* loop's thread only */
    struct blocking_call *next;
};

static void call_free(struct blocking_call *c)
{
    c->ops->free_data(c->data);
    free(c);
}

/* Drops a reference; call with the mutex held, which it unlocks. */
static void pool_unref(struct blocking_pool *p)
{
    bool last = --p->refs == 0;

    pthread_mutex_unlock(&p->mutex);
    if (!last) return;
    pthread_mutex_destroy(&p->mutex);
    free(p);
}

static void *thread_main(void *arg)
{
    struct blocking_call *c = arg;
    struct blocking_pool *p = c->pool;

    c->ops->work(c->data);
    pthread_mutex_lock(&p->mutex);
    p->running--;
    if (p->closed) {
        call_free(c);
    } else {
        c->next = p->ready;
        p->ready = c;
        uv_async_send(&p->async);
    }
    pool_unref(p);
    return NULL;
}

static void async_unref(struct blocking_pool *p)
{
    if (--p->awaited == 0) uv_unref((uv_handle_t *)&p->async);
}

static void on_ready(uv_async_t *async)
{
    struct blocking_pool *p = async->data;

    for (;;) {
        pthread_mutex_lock(&p->mutex);
        struct blocking_call *c = p->ready;
        if (c) p->ready = c->next;
        pthread_mutex_unlock(&p->mutex);
        if (!c) return;
        if (!c->abandoned) {
            async_unref(p);
            c->ops->done(c->arg, c->data);
        }
        call_free(c);
    }
}

struct blocking_pool *blocking_pool_new(uv_loop_t *uv)
{
    struct blocking_pool *p = mem_zero(1, sizeof *p);

    pthread_mutex_init(&p->mutex, NULL);
    p->refs = 1;
    uv_async_init(uv, &p->async, on_ready);
    p->async.data = p;
    uv_unref((uv_handle_t *)&p->async);
    return p;
}

static void on_async_closed(uv_handle_t *h)
{
    struct blocking_pool *p = h->data;

    pthread_mutex_lock(&p->mutex);
    pool_unref(p);
}

void blocking_pool_close(struct blocking_pool *p)
{
    pthread_mutex_lock(&p->mutex);
    p->closed = true;
    struct blocking_call *ready = p->ready;
    p->ready = NULL;
    pthread_mutex_unlock(&p->mutex);
    for (struct blocking_call *next; ready; ready = next) {
        next = ready->next;
        call_free(ready);
    }
    uv_close((uv_handle_t *)&p->async, on_async_closed);
}

/* Blocks all signals in the thread but those that its own faults raise: the main thread handles signals. */
static int thread_start(struct blocking_call *c)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t all, before;

    sigfillset(&all);
    for (size_t i = 0; i < ARRAY_LEN(own); i++) sigdelset(&all, own[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    int bad = pthread_create(&thread, &attr, thread_main, c);
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return bad;
}

enum err blocking_start(struct loop *l, const struct blocking_ops *ops, void *data, void *arg,
                        struct blocking_call **ret)
{
    struct blocking_pool *p = loop_blocking_pool(l);
    struct blocking_call *c = mem_zero(1, sizeof *c);

    *c = (struct blocking_call){.pool = p, .ops = ops, .data = data, .arg = arg};
    pthread_mutex_lock(&p->mutex);
    enum err err = p->running < BLOCKING_CALLS ? ERR_OK : ERR_LIMIT;
    if (!err && thread_start(c)) err = ERR_IO;
    if (!err) p->running++, p->refs++;
    pthread_mutex_unlock(&p->mutex);
    if (err) {
        call_free(c);
        return err;
    }
    if (p->awaited++ == 0) uv_ref((uv_handle_t *)&p->async);
    *ret = c;
    return ERR_OK;
}

void blocking_abandon(struct blocking_call *c)
{
    if (!c || c->abandoned) return;
    c->abandoned = true;
    async_unref(c->pool);
}
