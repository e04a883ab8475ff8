/* loop.c - see loop.h; its clock and alarms are clock.c. */
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
    LOOP_DESCRIPTORS = 12, /* those of libuv's loop, and a few to say with what is missing */
    CLOSE_LIMIT_MS = 4000  /* children get SIGTERM, then SIGKILL 2 s later: they are waited for */
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

    /* A peer that hangs up is an error of the write, not the end of the program; children get the default back. */
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    /* libuv aborts where it cannot have the pipes of its signals. */
    if (descriptors_short(LOOP_DESCRIPTORS) || uv_loop_init(&l->uv))
        mem_exhausted_of("too few file descriptors are left to run with; raise the limit: ulimit -n 1024");
    /* Before the kernel has its entropy, at boot, the clock is better than to wait for it. */
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
    assert(!busy && "a handle of the loop has an owner that did not free it");
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

static void step_over(uv_timer_t *t)
{
    (void)t;
}

bool loop_step(struct loop *l, uint64_t max_ms)
{
    if (!uv_loop_alive(&l->uv)) return false;
    uv_update_time(&l->uv);
    /* Repeating: where it is due before the loop has begun to wait, the next one still ends the wait. */
    uv_timer_start(&l->step, step_over, max_ms, max_ms);
    uv_run(&l->uv, max_ms > 0 ? UV_RUN_ONCE : UV_RUN_NOWAIT);
    uv_timer_stop(&l->step);
    return uv_loop_alive(&l->uv) != 0;
}

void loop_stop(struct loop *l)
{
    uv_stop(&l->uv);
}

uint64_t loop_own_wall_ms(void)
{
    return clock_us(CLOCK_REALTIME) / 1000;
}

uint64_t loop_wall_ms(const struct loop *l)
{
    return clock_wall_ms(l->clock);
}

void loop_hear_date(struct loop *l, uint64_t server_wall_ms)
{
    clock_hear_date(l->clock, server_wall_ms);
}

/* Weyl's sequence, mixed as murmur3 ends: neighbouring seeds begin streams that have nothing in common. */
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
    case UV_ENOENT: return ERR_REFUSED; /* of a socket's path: nobody listens there */
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
