/* gcs_link.c - the simulated GCS's connection to the real Redis: hiredis on our loop. */
#include "backends/sim/gcs_link.h"

#include "backends/base/mem.h"

#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>

struct gcs_link {
    redisAsyncContext *rc; /* NULL once it is gone: hiredis frees it */
    void (*lost)(void *arg);
    void *arg;
};

/* ---- hiredis on the loop. Its own adapter drops poll errors, and with them a server that was killed. ------------ */

struct poll {
    uv_poll_t handle; /* first */
    redisAsyncContext *rc;
    int events;
};

static void on_poll(uv_poll_t *handle, int status, int events)
{
    struct poll *p = (struct poll *)handle;
    if (p->rc && (status < 0 || (events & UV_READABLE))) redisAsyncHandleRead(p->rc);
    if (p->rc && status == 0 && (events & UV_WRITABLE)) redisAsyncHandleWrite(p->rc);
}

static void poll_events(struct poll *p, int events)
{
    p->events = events;
    if (events)
        uv_poll_start(&p->handle, events, on_poll);
    else
        uv_poll_stop(&p->handle);
}
static void add_read(void *arg)
{
    struct poll *p = arg;
    poll_events(p, p->events | UV_READABLE);
}
static void del_read(void *arg)
{
    struct poll *p = arg;
    poll_events(p, p->events & ~UV_READABLE);
}
static void add_write(void *arg)
{
    struct poll *p = arg;
    poll_events(p, p->events | UV_WRITABLE);
}
static void del_write(void *arg)
{
    struct poll *p = arg;
    poll_events(p, p->events & ~UV_WRITABLE);
}
static void poll_closed(uv_handle_t *handle)
{
    free(handle);
}
static void poll_cleanup(void *arg)
{
    struct poll *p = arg;
    p->rc = NULL;
    uv_close((uv_handle_t *)&p->handle, poll_closed);
}

static bool context_attach(redisAsyncContext *rc, struct loop *l)
{
    struct poll *p = mem_zero(1, sizeof *p);
    if (uv_poll_init(loop_uv(l), &p->handle, rc->c.fd) != 0) {
        free(p);
        return false;
    }
    p->rc = rc;
    rc->ev.data = p;
    rc->ev.addRead = add_read;
    rc->ev.delRead = del_read;
    rc->ev.addWrite = add_write;
    rc->ev.delWrite = del_write;
    rc->ev.cleanup = poll_cleanup;
    return true;
}

/* ---- the link ---------------------------------------------------------------------------------------------------- */

static void link_lost(struct gcs_link *k)
{
    k->rc->data = NULL;
    k->rc = NULL;
    if (k->lost) k->lost(k->arg);
}

static void on_connected(const redisAsyncContext *rc, int status)
{
    if (status != REDIS_OK && rc->data) link_lost(rc->data);
}

static void on_disconnected(const redisAsyncContext *rc, int status)
{
    (void)status;
    if (rc->data) link_lost(rc->data);
}

/* A failed AUTH counts as a lost connection. */
static void logged_in(redisAsyncContext *rc, void *reply, void *arg)
{
    const redisReply *r = reply;
    (void)arg;
    if (r && r->type == REDIS_REPLY_ERROR) redisAsyncDisconnect(rc);
}

struct gcs_link *gcs_link_new(struct loop *l, const struct gcs_link_conf *conf)
{
    redisAsyncContext *rc = redisAsyncConnectBind("127.0.0.1", (int)conf->port, conf->from);
    if (!rc) return NULL;
    if (rc->err || !context_attach(rc, l)) {
        redisAsyncFree(rc);
        return NULL;
    }
    struct gcs_link *k = mem_zero(1, sizeof *k);
    k->rc = rc;
    k->lost = conf->lost;
    k->arg = conf->arg;
    rc->data = k;
    redisAsyncSetConnectCallback(rc, on_connected);
    redisAsyncSetDisconnectCallback(rc, on_disconnected);
    redisAsyncCommand(rc, logged_in, NULL, "AUTH %s %s", conf->user, conf->password);
    redisAsyncCommand(rc, NULL, NULL, "DEL DUMMY");
    return k;
}

void gcs_link_send(struct gcs_link *k, int argc, const char *const *argv, const size_t *lengths)
{
    if (!k || !k->rc) return;
    /* hiredis takes argv without const, and does not write to it. */
    redisAsyncCommandArgv(k->rc, NULL, NULL, argc, (const char **)(uintptr_t)argv, lengths);
}

void gcs_link_free(struct gcs_link *k)
{
    if (!k) return;
    if (k->rc) {
        k->rc->data = NULL; /* the callbacks below must not reach the freed link */
        redisAsyncFree(k->rc);
    }
    free(k);
}

void gcs_link_finish(struct gcs_link *k)
{
    if (!k) return;
    if (k->rc) {
        k->rc->data = NULL;
        redisAsyncDisconnect(k->rc);
    }
    free(k);
}
