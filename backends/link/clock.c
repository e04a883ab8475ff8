/* clock.c - the clock of a loop, and its alarms: uv_timer_t until the clock is set, then a list that clock_set runs. */
#include "backends/base/mem.h"
#include "backends/link/clock_priv.h"
#include "backends/link/loop.h"

#include <assert.h>
#include <stdlib.h>

enum { DATE_SLACK_MS = 500 }; /* allowed latency of a response: an older Date moves the clock back */

struct clock {
    uv_loop_t *uv;
    bool is_set;
    bool firing, setting;     /* an alarm's callback, clock_set is on the stack */
    uint64_t now_ms, wall_ms; /* as set */
    int64_t wall_offset_ms;   /* correction of the system's wall clock */
    uint64_t orders;          /* last order given to an alarm */
    struct alarm *alarms;     /* created by clock_alarm_new */
};

struct alarm {
    uv_timer_t timer;
    struct clock *clock;
    void (*fire)(void *arg);
    void *arg;
    bool by_clock;
    bool is_pending; /* on a clock that was set: fires at due_ms */
    uint64_t due_ms, after_ms, every_ms;
    uint64_t order; /* of two due at the same time the one set first fires first */
    struct alarm *next;
};

struct clock *clock_new(uv_loop_t *uv)
{
    struct clock *c = mem_zero(1, sizeof *c);
    c->uv = uv;
    return c;
}

void clock_free(struct clock *c)
{
    free(c);
}

/* ---- the time ---------------------------------------------------------------------------------------------------- */

uint64_t clock_now_ms(const struct clock *c)
{
    return c->is_set ? c->now_ms : loop_now_ms();
}

uint64_t clock_local_wall_ms(const struct clock *c)
{
    return c->is_set ? c->wall_ms : loop_local_wall_ms();
}

uint64_t clock_wall_ms(const struct clock *c)
{
    if (c->is_set) return c->wall_ms;
    const int64_t wall = (int64_t)loop_local_wall_ms() + c->wall_offset_ms;
    return wall > 0 ? (uint64_t)wall : 0;
}

/* A Date is truncated to seconds: the server's clock is anywhere in the second that starts there. Ours moves only if it
 * is outside of that second, and only to its edge, so that consecutive responses do not make it jitter. */
void clock_sync_date(struct clock *c, uint64_t server_wall_ms)
{
    const uint64_t ours = clock_wall_ms(c), last = server_wall_ms + 1000 + DATE_SLACK_MS;

    if (ours < server_wall_ms)
        c->wall_offset_ms += (int64_t)(server_wall_ms - ours);
    else if (ours > last)
        c->wall_offset_ms -= (int64_t)(ours - last);
}

/* ---- alarms ------------------------------------------------------------------------------------------------------ */

static void alarm_fire(struct alarm *a)
{
    struct clock *c = a->clock;

    c->firing = true;
    a->fire(a->arg); /* may free the alarm */
    c->firing = false;
}

static void on_timer(uv_timer_t *t)
{
    alarm_fire(t->data);
}

static struct alarm *alarm_create(struct clock *c, void (*fire)(void *arg), void *arg)
{
    struct alarm *a = mem_zero(1, sizeof *a);

    a->fire = fire;
    a->arg = arg;
    a->clock = c;
    uv_timer_init(c->uv, &a->timer);
    a->timer.data = a;
    return a;
}

struct alarm *alarm_new(struct loop *l, void (*fire)(void *arg), void *arg)
{
    return alarm_create(loop_clock(l), fire, arg);
}

struct alarm *clock_alarm_new(struct clock *c, void (*fire)(void *arg), void *arg)
{
    struct alarm *a = alarm_create(c, fire, arg);
    a->by_clock = true;
    a->next = c->alarms;
    c->alarms = a;
    return a;
}

void alarm_set(struct alarm *a, uint64_t after_ms, uint64_t every_ms)
{
    /* libuv 1.44 runs timers until none is due: an alarm that re-arms itself with 0 ms would starve everything else */
    if (after_ms == 0 && a->clock->firing) after_ms = 1;
    a->after_ms = after_ms;
    a->every_ms = every_ms;
    if (a->by_clock && a->clock->is_set) {
        a->is_pending = true;
        a->due_ms = a->clock->now_ms + after_ms;
        a->order = a->clock->orders++;
        return;
    }
    /* libuv caches the time for a loop iteration: without the update the timer would fire early */
    uv_update_time(a->timer.loop);
    uv_timer_start(&a->timer, on_timer, after_ms, every_ms);
}

static uint64_t alarm_left_ms(const struct alarm *a)
{
    if (!a->is_pending) return uv_timer_get_due_in(&a->timer);
    return a->due_ms > a->clock->now_ms ? a->due_ms - a->clock->now_ms : 0;
}

void alarm_set_by(struct alarm *a, uint64_t after_ms)
{
    uv_update_time(a->timer.loop);
    if (!alarm_is_set(a) || alarm_left_ms(a) > after_ms) alarm_set(a, after_ms, 0);
}

void alarm_stop(struct alarm *a)
{
    a->is_pending = false;
    uv_timer_stop(&a->timer);
}

bool alarm_is_set(const struct alarm *a)
{
    return a->is_pending || uv_is_active((const uv_handle_t *)&a->timer) != 0;
}

static void on_closed(uv_handle_t *h)
{
    free(h->data);
}

void alarm_free(struct alarm *a)
{
    if (!a) return;
    struct alarm **at = &a->clock->alarms;
    while (*at && *at != a) at = &(*at)->next;
    if (*at) *at = a->next;
    uv_close((uv_handle_t *)&a->timer, on_closed);
}

/* ---- clock_set --------------------------------------------------------------------------------------------------- */

/* Moves pending alarms from libuv's timers to the clock. */
static void clock_adopt_timers(struct clock *c, uint64_t now_ms)
{
    uv_update_time(c->uv);
    for (struct alarm *a = c->alarms; a; a = a->next) {
        if (!uv_is_active((uv_handle_t *)&a->timer)) continue;
        const uint64_t left = uv_timer_get_due_in(&a->timer);
        uv_timer_stop(&a->timer);
        a->is_pending = true;
        a->due_ms = now_ms + left;
    }
    c->is_set = true;
    c->now_ms = now_ms;
}

static bool alarm_is_before(const struct alarm *a, const struct alarm *b)
{
    return a->due_ms < b->due_ms || (a->due_ms == b->due_ms && a->order < b->order);
}

static struct alarm *clock_next_alarm(const struct clock *c, uint64_t until_ms)
{
    struct alarm *next = NULL;
    for (struct alarm *a = c->alarms; a; a = a->next)
        if (a->is_pending && a->due_ms <= until_ms && (!next || alarm_is_before(a, next))) next = a;
    return next;
}

static void clock_go_back(struct clock *c, uint64_t now_ms)
{
    for (struct alarm *a = c->alarms; a; a = a->next)
        if (a->is_pending && a->due_ms > now_ms + a->after_ms) a->due_ms = now_ms + a->after_ms;
}

void clock_set(struct clock *c, uint64_t now_ms, uint64_t wall_ms)
{
    assert(!c->setting && "an alarm must not set its own clock");
    if (!c->is_set) clock_adopt_timers(c, now_ms);
    if (now_ms < c->now_ms) clock_go_back(c, now_ms);
    c->setting = true;
    for (struct alarm *a; (a = clock_next_alarm(c, now_ms));) {
        const uint64_t before_ms = now_ms - a->due_ms;
        c->now_ms = a->due_ms;
        c->wall_ms = wall_ms > before_ms ? wall_ms - before_ms : 0;
        a->is_pending = a->every_ms > 0;
        a->due_ms += a->every_ms;
        a->order = c->orders++;
        alarm_fire(a);
    }
    c->setting = false;
    c->now_ms = now_ms;
    c->wall_ms = wall_ms;
}

void clock_advance(struct clock *c, uint64_t ms)
{
    clock_set(c, clock_now_ms(c) + ms, clock_local_wall_ms(c) + ms);
}
