/* look.c - see look.h. */
#include "tui/look.h"

#include "backends/base/mem.h"
#include "tui/term/signals.h"

#include <signal.h>
#include <stdlib.h>

enum { LOOK_EVERY_MS = 250, LOOK_TICK_MS = 1000 };

struct look {
    struct loop *loop;
    struct session *session;
    struct signals *signals;
    struct alarm *pace, *limit, *tick;
    int signal, first_signal; /* 0: none; the first is kept for the exit status */
    void (*stop)(void *arg, bool stops);
    void *stop_arg;
    bool over;
    bool (*done)(void *arg);
    void *done_arg;
};

static void check(struct look *look)
{
    if (look->signal || look->over || (look->done && look->done(look->done_arg))) loop_stop(look->loop);
}

static void on_change(void *arg, const struct change *c)
{
    (void)c;
    check(arg);
}

static void on_pace(void *arg)
{
    check(arg);
}

static void on_tick(void *arg)
{
    struct look *look = arg;
    if (look->session) session_tick(look->session);
}

static void on_limit(void *arg)
{
    struct look *look = arg;
    look->over = true;
    check(look);
}

void look_interrupt(struct look *look, int number)
{
    look->signal = number;
    if (!look->first_signal) look->first_signal = number;
    if (look->session) session_stop_changes(look->session, "interrupted");
    check(look);
}

static void tell_stop(const struct look *look, bool stops)
{
    if (look->stop) look->stop(look->stop_arg, stops);
}

static void on_signal(void *arg, int number)
{
    struct look *look = arg;
    switch (number) {
    case SIGWINCH: break;
    case SIGTSTP:
        tell_stop(look, true);
        signals_stop_here(look->signals, false);
        tell_stop(look, false);
        break;
    case SIGCONT: tell_stop(look, false); break;
    default: look_interrupt(look, number);
    }
}

enum err look_open(const struct cli *cli, struct look **ret, struct why *why)
{
    struct look *look = mem_zero(1, sizeof *look);
    look->loop = loop_new();
    look->pace = alarm_new(look->loop, on_pace, look);
    look->limit = alarm_new(look->loop, on_limit, look);
    look->tick = alarm_new(look->loop, on_tick, look);
    alarm_set(look->tick, LOOK_TICK_MS, LOOK_TICK_MS);
    look->signals = signals_open(look->loop, on_signal, look);
    const struct session_calls calls = {on_change, look};
    enum err err = cli_usage_of(session_open(look->loop, &cli->conf, &calls, &look->session, why), why);
    if (err) {
        look_close(look);
        return err;
    }
    *ret = look;
    return ERR_OK;
}

void look_close(struct look *look)
{
    if (!look) return;
    look->done = NULL;
    session_close(look->session);
    alarm_free(look->pace);
    alarm_free(look->limit);
    alarm_free(look->tick);
    signals_close(look->signals);
    loop_free(look->loop);
    free(look);
}

struct session *look_session(struct look *look)
{
    return look->session;
}

struct loop *look_loop(struct look *look)
{
    return look->loop;
}

void look_wake(struct look *look)
{
    check(look);
}

enum err look_signalled(struct look *look)
{
    loop_step(look->loop, 0);
    return look->signal ? ERR_CANCELLED : ERR_OK;
}

void look_go_on(struct look *look)
{
    look->signal = 0;
}

void look_on_stop(struct look *look, void (*stop)(void *arg, bool stops), void *arg)
{
    look->stop = stop;
    look->stop_arg = arg;
}

int look_exit_of(const struct look *look, enum err err)
{
    if (err != ERR_CANCELLED || !look || !look->first_signal) return cli_exit_of(err);
    return EXIT_SIGNALLED + look->first_signal;
}

enum err look_until(struct look *look, bool (*done)(void *arg), void *arg, uint64_t timeout_ms)
{
    look->over = false;
    look_signalled(look);
    look->done = done;
    look->done_arg = arg;
    if (!look->signal && !done(arg)) {
        alarm_set(look->pace, LOOK_EVERY_MS, LOOK_EVERY_MS);
        if (timeout_ms != LOOK_NO_LIMIT) alarm_set(look->limit, timeout_ms, 0);
        loop_run(look->loop);
        alarm_stop(look->pace);
        alarm_stop(look->limit);
    }
    look->done = NULL;
    if (look->signal) return ERR_CANCELLED;
    return done(arg) ? ERR_OK : ERR_TIMEOUT;
}

static bool settled(void *arg)
{
    const struct look *look = arg;
    return session_settled(look->session);
}

enum err look_until_settled(struct look *look, uint64_t timeout_ms)
{
    return look_until(look, settled, look, timeout_ms);
}

/* Ends early where waiting cannot help: Kubernetes has answered, or has failed, for good and all. */
static bool service_known(void *arg)
{
    const struct look *look = arg;
    struct focus f = session_focus(look->session);
    return f.head != NULL || session_settled(look->session);
}

enum err look_for_service(struct look *look, uint64_t timeout_ms, struct why *why)
{
    enum err err = look_until(look, service_known, look, timeout_ms);
    if (err == ERR_CANCELLED) return why_set(why, err, "interrupted");
    struct focus f = session_focus(look->session);
    if (f.head) return ERR_OK;
    const struct world *w = session_world(look->session);
    const struct source *source;
    enum freshness fresh = world_freshness(w, WORLD_KUBE, loop_now_ms(), NULL, &source);
    if (source && (fresh == FRESH_DOWN || fresh == FRESH_DENIED || fresh == FRESH_ABSENT))
        return why_set(why, source->err ? source->err : ERR_RESET, "%s: %s", source->id,
                       source->why ? source->why : "no answer");
    if (err) return why_set(why, err, "the RayService was not found in time");
    char unread[ERR_TEXT_MAX / 2];
    if (world_unread_words(w, f.rayservice ? TABLE_POD : TABLE_RAYSERVICE, unread, sizeof unread))
        return why_set(why, ERR_PARSE, "%s", unread);
    if (f.rayservice)
        return why_set(why, ERR_NOT_FOUND, "%s/%s has no head pod now", f.rayservice->ns, f.rayservice->name);
    if (world_count(w, TABLE_RAYSERVICE) > 1)
        return why_set(why, ERR_USAGE, "there are %zu RayServices: say which with --namespace and --service",
                       world_count(w, TABLE_RAYSERVICE));
    return why_set(why, ERR_NOT_FOUND, "no RayService was found");
}
