/* loop.c - creates, runs and closes the libuv loop; clock.c has its clock and alarms. */
#include "backends/link/loop.h"

#include "backends/base/mem.h"
#include "backends/link/blocking_priv.h"
#include "backends/link/clock_priv.h"
#include "backends/link/descriptors.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

enum {
    LOOP_DESCRIPTORS = 12, /* libuv's own, and a few to report an error with */
    CLOSE_LIMIT_MS = 4000  /* longer than children take to end: SIGKILL follows SIGTERM after 2 s */
};

struct loop {
    uv_loop_t uv;
    uv_timer_t step; /* bounds loop_step; else idle */
    struct blocking_pool *blocking;
    struct clock *clock;
    uint32_t random;
};

static uint64_t clock_us(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t loop_now_us(void)
{
    return clock_us(CLOCK_BOOTTIME);
}

uint64_t loop_now_ms(void)
{
    return loop_now_us() / 1000;
}

struct loop *loop_new(void)
{
    struct loop *l = mem_zero(1, sizeof *l);

    /* a closed connection must fail the write with EPIPE; libuv restores the default in children */
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    /* libuv aborts if it cannot create its signal pipe */
    if (descriptors_short(LOOP_DESCRIPTORS) || uv_loop_init(&l->uv))
        mem_exhausted_of("too few file descriptors are left; raise the limit: ulimit -n 1024");
    /* early at boot getrandom would block: falls back to the clock */
    if (getrandom(&l->random, sizeof l->random, GRND_NONBLOCK) != sizeof l->random) l->random = (uint32_t)loop_now_us();
    uv_timer_init(&l->uv, &l->step);
    uv_unref((uv_handle_t *)&l->step);
    l->clock = clock_new(&l->uv);
    l->blocking = blocking_pool_new(&l->uv);
    return l;
}

void loop_free(struct loop *l)
{
    if (!l) return;
    uint64_t limit = loop_now_ms() + CLOSE_LIMIT_MS;
    while (uv_loop_alive(&l->uv) && loop_now_ms() < limit) loop_step(l, 100);
    uv_close((uv_handle_t *)&l->step, NULL);
    blocking_pool_close(l->blocking);
    while (uv_run(&l->uv, UV_RUN_NOWAIT) && loop_now_ms() < limit) {
    }
    int busy = uv_loop_close(&l->uv);
    assert(!busy && "a handle was not closed by its owner");
    if (busy) return;
    clock_free(l->clock);
    free(l);
}

struct blocking_pool *loop_blocking_pool(struct loop *l)
{
    return l->blocking;
}

struct clock *loop_clock(struct loop *l)
{
    return l->clock;
}

uv_loop_t *loop_uv(struct loop *l)
{
    return &l->uv;
}

void loop_run(struct loop *l)
{
    uv_run(&l->uv, UV_RUN_DEFAULT);
}

static void on_step_timeout(uv_timer_t *t)
{
    (void)t;
}

bool loop_step(struct loop *l, uint64_t max_ms)
{
    if (!uv_loop_alive(&l->uv)) return false;
    uv_update_time(&l->uv);
    /* repeats: should it fire before the loop starts to poll, the next one still ends the poll */
    uv_timer_start(&l->step, on_step_timeout, max_ms, max_ms);
    uv_run(&l->uv, max_ms > 0 ? UV_RUN_ONCE : UV_RUN_NOWAIT);
    uv_timer_stop(&l->step);
    return uv_loop_alive(&l->uv) != 0;
}

void loop_stop(struct loop *l)
{
    uv_stop(&l->uv);
}

uint64_t loop_local_wall_ms(void)
{
    return clock_us(CLOCK_REALTIME) / 1000;
}

uint64_t loop_wall_ms(const struct loop *l)
{
    return clock_wall_ms(l->clock);
}

void loop_sync_date(struct loop *l, uint64_t server_wall_ms)
{
    clock_sync_date(l->clock, server_wall_ms);
}

/* A Weyl sequence through murmur3's finalizer: consecutive seeds give unrelated streams. */
uint32_t loop_random(struct loop *l)
{
    uint32_t x = l->random += 0x9e3779b9u;
    x = (x ^ (x >> 16)) * 0x85ebca6bu;
    x = (x ^ (x >> 13)) * 0xc2b2ae35u;
    return x ^ (x >> 16);
}

void loop_seed(struct loop *l, uint32_t seed)
{
    l->random = seed;
}

enum err loop_err(int uv_status)
{
    if (uv_status >= 0) return ERR_OK;
    switch (uv_status) {
    case UV_ECONNREFUSED:
    case UV_ENOENT: return ERR_REFUSED; /* connect(2) to a socket path that does not exist */
    case UV_ETIMEDOUT: return ERR_TIMEOUT;
    case UV_ECONNRESET:
    case UV_ECONNABORTED:
    case UV_EPIPE:
    case UV_ENOTCONN:
    case UV_EOF: return ERR_RESET;
    case UV_EACCES:
    case UV_EPERM: return ERR_FORBIDDEN;
    case UV_ECANCELED: return ERR_CANCELLED;
    case UV_EMFILE:
    case UV_ENFILE:
    case UV_ENOMEM:
    case UV_ENOBUFS:
    case UV_EAI_MEMORY: return ERR_EXHAUSTED;
    case UV_EAI_ADDRFAMILY:
    case UV_EAI_AGAIN:
    case UV_EAI_FAIL:
    case UV_EAI_NODATA:
    case UV_EAI_NONAME:
    case UV_EAI_SERVICE: return ERR_DNS;
    default: return ERR_IO;
    }
}
