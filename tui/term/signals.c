/* signals.c - Signals that end, stop or resize. */
#include "tui/term/signals.h"

#include "backends/base/mem.h"

#include <signal.h>
#include <stdlib.h>

static const int taken_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH};
enum { SIGNAL_COUNT = sizeof taken_signals / sizeof taken_signals[0] };

struct signals {
    uv_signal_t handle[SIGNAL_COUNT];
    int open;
    void (*taken)(void *arg, int signal_);
    void *arg;
};

static void on_signal(uv_signal_t *handle, int number)
{
    struct signals *s = handle->data;
    if (s->taken) s->taken(s->arg, number);
}

static bool is_ignored(int number)
{
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

struct signals *signals_open(struct loop *l, void (*taken)(void *arg, int signal_), void *arg)
{
    struct signals *s = mem_zero(1, sizeof *s);
    s->taken = taken;
    s->arg = arg;
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        uv_signal_init(loop_uv(l), &s->handle[i]);
        s->handle[i].data = s;
        s->open++;
        if (!is_ignored(taken_signals[i])) uv_signal_start(&s->handle[i], on_signal, taken_signals[i]);
        /* Alone, listening to signals is no reason to keep the loop running. */
        uv_unref((uv_handle_t *)&s->handle[i]);
    }
    return s;
}

static void on_closed(uv_handle_t *handle)
{
    struct signals *s = handle->data;
    if (--s->open == 0) free(s);
}

void signals_close(struct signals *s)
{
    if (!s || !s->taken) return;
    s->taken = NULL;
    for (size_t i = 0; i < SIGNAL_COUNT; i++) uv_close((uv_handle_t *)&s->handle[i], on_closed);
}

static uv_signal_t *handle_of(struct signals *s, int number)
{
    size_t i = 0;
    while (taken_signals[i] != number) i++;
    return &s->handle[i];
}

void signals_stop_here(struct signals *s, bool group)
{
    uv_signal_t *stop = handle_of(s, SIGTSTP);
    if (!uv_is_active((uv_handle_t *)stop)) return; /* it is ignored */
    uv_signal_stop(stop);                           /* the default again */
    if (group)
        kill(0, SIGTSTP);
    else
        raise(SIGTSTP);
    uv_signal_start(stop, on_signal, SIGTSTP);
}
