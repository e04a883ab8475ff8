/* snapshot.c - runs the session's loop until a condition holds, a limit passes or a signal arrives. */
#include "tui/snapshot.h"
#include "tui/drill_history.h"

#include "backends/base/mem.h"
#include "backends/world/answers.h"
#include "backends/world/request_kind.h"
#include "tui/term/signals.h"

#include <signal.h>
#include <stdlib.h>

enum {
    FIND_ROUTE_MS = 10 * 1000,
    PROBE_WAIT_MS = 5500, /* a probe has ended by then: PROBER_TIMEOUT_MS is 5 s */
    SNAPSHOT_EVERY_MS = 250,
    SNAPSHOT_TICK_MS = 1000
};

struct snapshot {
    struct loop *loop;
    struct session *session;
    struct signals *signals;
    struct alarm *pace, *limit, *tick;
    struct snapshot_hooks hooks;
    int signal, first_signal; /* 0: none; the first is kept for the exit status */
    void (*stop)(void *arg, bool stops);
    void *stop_arg;
    bool over;
    bool (*done)(void *arg);
    void *done_arg;
};

static void snapshot_check(struct snapshot *snapshot)
{
    if (snapshot->signal || snapshot->over || (snapshot->done && snapshot->done(snapshot->done_arg)))
        loop_stop(snapshot->loop);
}

static void on_change(void *arg, const struct change *c)
{
    (void)c;
    snapshot_check(arg);
}

static void on_pace(void *arg)
{
    snapshot_check(arg);
}

static void on_tick(void *arg)
{
    struct snapshot *snapshot = arg;
    if (snapshot->session) session_tick(snapshot->session);
}

static void on_limit(void *arg)
{
    struct snapshot *snapshot = arg;
    snapshot->over = true;
    snapshot_check(snapshot);
}

void snapshot_interrupt(struct snapshot *snapshot, int number)
{
    snapshot->signal = number;
    if (!snapshot->first_signal) snapshot->first_signal = number;
    if (snapshot->session) session_stop_changes(snapshot->session, "interrupted");
    snapshot_check(snapshot);
}

static void notify_stop(const struct snapshot *snapshot, bool stops)
{
    if (snapshot->stop) snapshot->stop(snapshot->stop_arg, stops);
}

static void on_signal(void *arg, int number)
{
    struct snapshot *snapshot = arg;
    switch (number) {
    case SIGWINCH: break;
    case SIGTSTP:
        notify_stop(snapshot, true);
        signals_stop_here(snapshot->signals, false);
        notify_stop(snapshot, false);
        break;
    case SIGCONT: notify_stop(snapshot, false); break;
    default: snapshot_interrupt(snapshot, number);
    }
}

static void on_applied(void *arg, const struct change *c)
{
    const struct snapshot *snapshot = arg;
    if (snapshot->hooks.applied) snapshot->hooks.applied(snapshot->hooks.arg, c);
}

enum err snapshot_open(const struct cli *cli, struct snapshot **ret, struct why *why)
{
    const struct snapshot_hooks none = {.arg = NULL};
    return snapshot_open_with(cli, &none, ret, why);
}

enum err snapshot_open_with(const struct cli *cli, const struct snapshot_hooks *hooks, struct snapshot **ret,
                            struct why *why)
{
    struct snapshot *snapshot = mem_zero(1, sizeof *snapshot);
    snapshot->hooks = *hooks;
    snapshot->loop = loop_new();
    snapshot->pace = alarm_new(snapshot->loop, on_pace, snapshot);
    snapshot->limit = alarm_new(snapshot->loop, on_limit, snapshot);
    snapshot->tick = alarm_new(snapshot->loop, on_tick, snapshot);
    alarm_set(snapshot->tick, SNAPSHOT_TICK_MS, SNAPSHOT_TICK_MS);
    snapshot->signals = signals_open(snapshot->loop, on_signal, snapshot);
    const struct session_calls calls = {.changed = on_change, .applied = on_applied, .arg = snapshot};
    enum err err = hooks->begin ? hooks->begin(hooks->arg, snapshot->loop, why) : ERR_OK;
    if (!err) err = cli_usage_of(session_open(snapshot->loop, &cli->conf, &calls, &snapshot->session, why), why);
    if (!err) drill_history_remember(snapshot->session);
    if (err) {
        snapshot_close(snapshot);
        return err;
    }
    *ret = snapshot;
    return ERR_OK;
}

struct snapshot *snapshot_begin(struct cli *cli, int *ret_status)
{
    struct why why = {0};
    struct snapshot *snapshot = NULL;
    enum err err = cli_configure(cli, &why);
    if (!err) err = snapshot_open(cli, &snapshot, &why);
    if (!err) return snapshot;
    cli_say("%s", why.text);
    *ret_status = cli_exit_of(err);
    return NULL;
}

void snapshot_close(struct snapshot *snapshot)
{
    if (!snapshot) return;
    snapshot->done = NULL;
    session_close(snapshot->session);
    alarm_free(snapshot->pace);
    alarm_free(snapshot->limit);
    alarm_free(snapshot->tick);
    signals_close(snapshot->signals);
    if (snapshot->hooks.end) snapshot->hooks.end(snapshot->hooks.arg);
    loop_free(snapshot->loop);
    free(snapshot);
}

struct session *snapshot_session(struct snapshot *snapshot)
{
    return snapshot->session;
}

struct loop *snapshot_loop(struct snapshot *snapshot)
{
    return snapshot->loop;
}

void snapshot_wake(struct snapshot *snapshot)
{
    snapshot_check(snapshot);
}

enum err snapshot_signalled(struct snapshot *snapshot)
{
    loop_step(snapshot->loop, 0);
    return snapshot->signal ? ERR_CANCELLED : ERR_OK;
}

int snapshot_signal(const struct snapshot *snapshot)
{
    return snapshot->signal;
}

void snapshot_clear_signal(struct snapshot *snapshot)
{
    snapshot->signal = 0;
}

void snapshot_on_stop(struct snapshot *snapshot, void (*stop)(void *arg, bool stops), void *arg)
{
    snapshot->stop = stop;
    snapshot->stop_arg = arg;
}

int snapshot_exit_status(const struct snapshot *snapshot, enum err err)
{
    if (err != ERR_CANCELLED || !snapshot || !snapshot->first_signal) return cli_exit_of(err);
    return EXIT_SIGNALLED + snapshot->first_signal;
}

enum err snapshot_until(struct snapshot *snapshot, bool (*done)(void *arg), void *arg, uint64_t timeout_ms)
{
    snapshot->over = false;
    snapshot_signalled(snapshot);
    snapshot->done = done;
    snapshot->done_arg = arg;
    if (!snapshot->signal && !done(arg)) {
        alarm_set(snapshot->pace, SNAPSHOT_EVERY_MS, SNAPSHOT_EVERY_MS);
        if (timeout_ms != SNAPSHOT_NO_LIMIT) alarm_set(snapshot->limit, timeout_ms, 0);
        loop_run(snapshot->loop);
        alarm_stop(snapshot->pace);
        alarm_stop(snapshot->limit);
    }
    snapshot->done = NULL;
    if (snapshot->signal) return ERR_CANCELLED;
    return done(arg) ? ERR_OK : ERR_TIMEOUT;
}

static bool is_settled(void *arg)
{
    const struct snapshot *snapshot = arg;
    return session_settled(snapshot->session);
}

enum err snapshot_until_settled(struct snapshot *snapshot, uint64_t timeout_ms)
{
    return snapshot_until(snapshot, is_settled, snapshot, timeout_ms);
}

/* True also if waiting cannot help: Kubernetes has answered, or has failed permanently. */
static bool service_known(void *arg)
{
    const struct snapshot *snapshot = arg;
    struct focus f = session_focus(snapshot->session);
    return f.head != NULL || session_settled(snapshot->session);
}

/* Whether a probe of that kind has ended, or none is sent. */
static bool kind_is_probed(const struct world *w, const char *source, const char *kind)
{
    const struct source *s = world_source_named(w, source);
    const struct probe_sum sum = probe_sum_of(w, kind, 0);

    return !s || s->state == SOURCE_OFF || sum.ok + sum.slow + sum.failed > 0;
}

static bool is_probed(void *arg)
{
    const struct session *s = snapshot_session(arg);
    const struct world *w = session_world(s);

    return !session_route_is_pending(s) && kind_is_probed(w, PROBER_SOURCE, REQUEST_PROBE) &&
           kind_is_probed(w, PROBER_ROUTE_SOURCE, REQUEST_ROUTE);
}

enum err snapshot_until_probed(struct snapshot *snapshot)
{
    return snapshot_until(snapshot, is_probed, snapshot, PROBE_WAIT_MS) == ERR_CANCELLED ? ERR_CANCELLED : ERR_OK;
}

enum err snapshot_find_service(struct snapshot *snapshot, uint64_t timeout_ms, struct why *why)
{
    enum err err = snapshot_until(snapshot, service_known, snapshot, timeout_ms);
    if (err == ERR_CANCELLED) return why_set(why, err, "interrupted");
    struct focus f = session_focus(snapshot->session);
    if (f.head) return ERR_OK;
    const struct world *w = session_world(snapshot->session);
    const uint64_t now_ms = clock_now_ms(session_clock(snapshot->session));
    const struct source *source = world_source_named(w, f.rayservice ? "kube/pods" : "kube/rayservices");
    enum freshness fresh = source ? source_freshness(source, now_ms, NULL) : FRESH_OFF;
    if (fresh == FRESH_OFF) fresh = world_freshness(w, WORLD_KUBE, now_ms, NULL, &source);
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
        return why_set(why, ERR_USAGE, "there are %zu RayServices: choose one with --namespace and --service",
                       world_count(w, TABLE_RAYSERVICE));
    return why_set(why, ERR_NOT_FOUND, "no RayService was found");
}

static bool route_is_known(void *arg)
{
    const struct session *s = arg;
    return session_may_ask(s, NULL, NULL) == ERR_OK || session_ingresses_listed(s);
}

enum err snapshot_find_route(struct snapshot *snapshot, struct why *why)
{
    struct session *s = snapshot_session(snapshot);
    const enum err err = snapshot_find_service(snapshot, FIND_ROUTE_MS, why);
    if (err && !(err == ERR_NOT_FOUND && session_focus(s).rayservice)) return err;
    if (snapshot_until(snapshot, route_is_known, s, FIND_ROUTE_MS) == ERR_CANCELLED)
        return why_set(why, ERR_CANCELLED, "interrupted");
    return ERR_OK;
}

static bool is_routed(void *arg)
{
    return !session_route_is_pending(snapshot_session(arg));
}

enum err snapshot_until_routed(struct snapshot *snapshot)
{
    return snapshot_until(snapshot, is_routed, snapshot, PROMPT_ROUTER_DETECT_MS + 1000);
}
