/* sched.c - the timer queue of simulated time. */
#include "backends/sim/sched.h"

#include "backends/base/mem.h"
#include "backends/link/clock.h"

#include <stdlib.h>
#include <string.h>

struct action {
    uint64_t due, order;
    void (*run)(void *arg);
    void *arg;
};
struct sched {
    const struct clock *clock;
    struct alarm *alarm;
    double speed;
    uint64_t real_start, skipped; /* simulated now = time passed by the clock * speed + skipped */
    uint64_t order;
    struct action *actions; /* sorted: the next one first */
    size_t count, cap;
    uint64_t pinned; /* while advancing: the due time being run; else 0 */
};

static uint64_t now_ms(const struct sched *s)
{
    if (s->pinned) return s->pinned;
    return (uint64_t)((double)(clock_now_ms(s->clock) - s->real_start) * s->speed) + s->skipped;
}

static void timer_arm(struct sched *s)
{
    if (!s->count) {
        alarm_stop(s->alarm);
        return;
    }
    uint64_t now = now_ms(s), due = s->actions[0].due;
    double real = due > now ? (double)(due - now) / s->speed : 0;
    alarm_set(s->alarm, (uint64_t)real + (due > now ? 1 : 0), 0);
}

static void run_until(struct sched *s, uint64_t limit)
{
    while (s->count && s->actions[0].due <= limit) {
        struct action a = s->actions[0];
        s->count--;
        memmove(s->actions, s->actions + 1, s->count * sizeof *s->actions);
        /* Delays set by an action count from its due time, so that a late loop does not stretch a sequence. */
        s->pinned = a.due ? a.due : 1;
        a.run(a.arg);
    }
    s->pinned = 0;
}

static void on_timer(void *arg)
{
    struct sched *s = arg;
    run_until(s, now_ms(s));
    timer_arm(s);
}

struct sched *sched_new(struct loop *l, double speed)
{
    struct sched *s = mem_zero(1, sizeof *s);
    s->speed = speed > 0 ? speed : 1;
    s->clock = loop_clock(l);
    s->real_start = clock_now_ms(s->clock);
    s->alarm = clock_alarm_new(loop_clock(l), on_timer, s);
    return s;
}

void sched_free(struct sched *s)
{
    if (!s) return;
    alarm_free(s->alarm);
    free(s->actions);
    free(s);
}

void sched_in(struct sched *s, uint64_t ms, void (*run)(void *arg), void *arg)
{
    if (s->count == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 32;
        s->actions = mem_grow(s->actions, s->cap, sizeof *s->actions);
    }
    struct action a = {now_ms(s) + ms, s->order++, run, arg};
    size_t at = s->count++;
    for (; at > 0 && s->actions[at - 1].due > a.due; at--) s->actions[at] = s->actions[at - 1];
    s->actions[at] = a;
    if (!s->pinned) timer_arm(s);
}

void sched_drop(struct sched *s, const void *arg)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->actions[i].arg != arg) s->actions[kept++] = s->actions[i];
    s->count = kept;
    if (!s->pinned) timer_arm(s);
}

void sched_set_speed(struct sched *s, double speed)
{
    s->skipped = now_ms(s);
    s->real_start = clock_now_ms(s->clock);
    s->speed = speed;
    timer_arm(s);
}

void sched_clear(struct sched *s)
{
    s->count = 0;
    timer_arm(s);
}

void sched_advance(struct sched *s, uint64_t ms)
{
    uint64_t limit = now_ms(s) + ms;
    run_until(s, limit);
    s->skipped += ms;
    timer_arm(s);
}

size_t sched_waiting(const struct sched *s)
{
    return s->count;
}
