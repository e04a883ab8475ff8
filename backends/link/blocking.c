/* blocking.c - detached threads that hand what they did to the loop through one uv_async. */
#include "backends/link/blocking.h"

#include "backends/base/mem.h"
#include "backends/link/blocking_priv.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* Shared by the loop and the threads; the last of them frees it. Everything in it is guarded by the mutex but what only
 * the loop's thread touches. */
struct blocking_pool {
    pthread_mutex_t mutex;
    unsigned owners;             /* threads, and the loop while it lives */
    unsigned running;            /* threads */
    bool closed;                 /* the loop takes nothing any more */
    struct blocking_call *ready; /* done and not delivered */
    uv_async_t async;            /* the loop's; sent with the mutex held, and only while !closed */
    unsigned awaited; /* the loop's: calls that were not abandoned; while there are any, they keep the loop alive */
};

struct blocking_call {
    struct blocking_pool *pool;
    const struct blocking_ops *ops;
    void *data, *arg;
    bool abandoned; /* the loop's */
    struct blocking_call *next;
};

static void call_free(struct blocking_call *c)
{
    c->ops->free_data(c->data);
    free(c);
}

/* Unlocks. */
static void pool_disown(struct blocking_pool *p)
{
    bool last = --p->owners == 0;

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
    pool_disown(p);
    return NULL;
}

static void await_one_less(struct blocking_pool *p)
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
            await_one_less(p);
            c->ops->done(c->arg, c->data);
        }
        call_free(c);
    }
}

struct blocking_pool *blocking_pool_new(uv_loop_t *uv)
{
    struct blocking_pool *p = mem_zero(1, sizeof *p);

    pthread_mutex_init(&p->mutex, NULL);
    p->owners = 1;
    uv_async_init(uv, &p->async, on_ready);
    p->async.data = p;
    uv_unref((uv_handle_t *)&p->async);
    return p;
}

static void on_async_closed(uv_handle_t *h)
{
    struct blocking_pool *p = h->data;

    pthread_mutex_lock(&p->mutex);
    pool_disown(p);
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

/* Signals are the main thread's, but for those that a fault of this one raises. */
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
    if (!err) p->running++, p->owners++;
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
    await_one_less(c->pool);
}
