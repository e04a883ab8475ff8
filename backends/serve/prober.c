/* prober.c - schedules probes at a fixed rate within the limits, and emits their records. */
#include "backends/serve/prober.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/budget.h"
#include "backends/serve/request_record.h"
#include "backends/serve/serve_request.h"
#include "backends/world/request_kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct target {
    char *pod;
    struct serve_path path;
    struct probe *flying;
    size_t in_flight;
    uint64_t probed_us; /* when its last probe was due; 0: never */
    bool keep;          /* used by prober_set_targets */
};
struct probe {
    struct prober *prober;
    struct target *target;
    struct probe *next, **at; /* in the target's list */
    struct serve_request *get;
    struct request *record;
    uint64_t due_us;
};
struct prober {
    struct loop *loop;
    struct serve_open how;
    struct sink sink;
    struct prober_conf conf;
    struct alarm *alarm;
    struct target *target[PROBER_TARGETS];
    size_t targets, beyond;
    uint64_t round_us;   /* time to probe each target once: the interval, or longer within the limits */
    struct budget dials; /* connections to the API server */
    bool dials_short;
    size_t first; /* burst of probes in a first round */
    size_t ended; /* since there are targets */
    uint64_t next_due_us, sent;
    struct prober_share own;
    bool counted; /* among those that share the limits */
    enum source_state state;
    enum err err;
    char *why; /* of the state */
};
static const struct budget_rate dial_rates[BUDGET_KINDS] = {[BUDGET_CONNECTIONS] = {PROBER_DIALS_PER_S, PROBER_DIALS}};
/* A loop that was blocked catches up on the probes that were due; after a longer gap (suspend) it starts over. */
enum { OWED_MAX = 10, HEALTH_MAX = 64 * 1024, PAGE_MAX = 4 * 1024 * 1024 };

static bool prober_is_stretched(const struct prober *p)
{
    return p->round_us > p->conf.interval_ms * 1000;
}

/* ---- the source's own state ------------------------------------------------------------------------------------ */

static const char *prober_source(const struct prober *p)
{
    return p->conf.page ? PROBER_PAGE_SOURCE : p->conf.users_route ? PROBER_ROUTE_SOURCE : PROBER_SOURCE;
}

static enum world_kind prober_world(const struct prober *p)
{
    return p->conf.page ? WORLD_CONSOLE : WORLD_SERVE;
}

static const char *prober_no_target_text(const struct prober *p)
{
    return p->conf.page          ? "no chat page is known"
           : p->conf.users_route ? "no route to the service is known"
                                 : "no worker proxy is known";
}

static void prober_publish_state(struct prober *p, enum source_state state, enum err err, const char *why)
{
    char each[48] = "", beyond[48] = "", round[TEXT_NUM_MAX];
    if (prober_is_stretched(p))
        snprintf(each, sizeof each, ", each every %s", text_latency(round, known_u64(p->round_us)));
    if (p->beyond) snprintf(beyond, sizeof beyond, "; %zu more are not probed", p->beyond);
    char *detail = p->conf.users_route || p->conf.page
                       ? mem_str(p->targets ? p->target[0]->path.words : "")
                       : mem_printf("%zu prox%s%s%s", p->targets, p->targets == 1 ? "y" : "ies", each, beyond);
    char *own = mem_str(why);
    free(p->why);
    p->why = own;
    p->state = state;
    p->err = err;
    sink_put(&p->sink, change_source(prober_source(p), prober_world(p), state, err, own, detail));
    free(detail);
}

static void plan_round(struct prober *p);

/* Once the burst of connections is spent, assumes that each probe needs a new one, until tokens are left over. */
static void dials_charge(struct prober *p, const struct target *t, const struct http_answer *answer)
{
    if (t->path.proxied) budget_spend(&p->dials, BUDGET_CONNECTIONS, answer->new_connections);
    const bool is_short = budget_wait(&p->dials, loop_now_ms(), NULL) > 0;
    if (is_short == p->dials_short) return;
    p->dials_short = is_short;
    plan_round(p);
}

/* What a response of the chat page says of the page, and of the path to it. */
static void page_update_state(struct prober *p, const struct target *t, const struct http_answer *answer,
                              enum serve_failure f, const char *why)
{
    enum source_state state = f == SERVE_FAILURE_NONE ? SOURCE_LIVE : SOURCE_DOWN;
    enum err err = f == SERVE_FAILURE_NONE ? ERR_OK : answer->err ? answer->err : ERR_SERVER;
    if (f == SERVE_FAILURE_FORBIDDEN && t->path.proxied) {
        state = SOURCE_DENIED;
        err = answer->status == 401 ? ERR_AUTH : ERR_FORBIDDEN;
    } else if (f == SERVE_FAILURE_OURS || f == SERVE_FAILURE_CANCELLED || f == SERVE_FAILURE_API_SERVER ||
               (t->path.proxied && !answer->status && f != SERVE_FAILURE_NONE)) { /* the API server gave no answer */
        state = SOURCE_CONNECTING;
    }
    prober_publish_state(p, state, err, err == ERR_OK ? NULL : why); /* each time: it is the proof of life */
}

/* Updates the source's state from what a completed probe shows about the path, as opposed to the worker. */
static void path_update_state(struct prober *p, const struct target *t, const struct http_answer *answer,
                              enum serve_failure f, const char *why)
{
    enum source_state state = SOURCE_LIVE;
    enum err err = ERR_OK;
    struct why throttled;
    if (f == SERVE_FAILURE_OURS) {
        state = SOURCE_DOWN;
        err = answer->err;
    } else if (f == SERVE_FAILURE_FORBIDDEN && t->path.proxied) {
        state = SOURCE_DENIED;
        err = answer->status == 401 ? ERR_AUTH : ERR_FORBIDDEN;
    } else if (!answer->status && answer->err != ERR_OK && answer->err != ERR_TIMEOUT && t->path.proxied) {
        state = SOURCE_DOWN;
        err = answer->err;
    }
    if (state == SOURCE_LIVE && p->dials_short) {
        char limit[BUDGET_TEXT_MAX];
        err = ERR_THROTTLED;
        (void)why_set(&throttled, err, "throttled: the API server keeps no connection; no more than %s",
                      budget_words(&p->dials, BUDGET_CONNECTIONS, limit));
        why = throttled.text;
    }
    if (state != p->state || err != p->err) prober_publish_state(p, state, err, err == ERR_OK ? NULL : why);
}

/* ---- one probe ------------------------------------------------------------------------------------------------- */

static void request_publish(struct prober *p, const struct request *r)
{
    if (!p->conf.page) request_record_emit(r, &p->sink, prober_source(p), WORLD_SERVE);
}

static void probe_free(struct probe *probe)
{
    if (probe->at) {
        *probe->at = probe->next;
        if (probe->next) probe->next->at = probe->at;
        probe->target->in_flight--;
    }
    record_free(&probe->record->record);
    free(probe);
}

/* Emits the final record and frees the probe. seen: the response says something about Serve. */
static void probe_end(struct probe *probe, bool seen, enum serve_failure f, const char *why)
{
    struct prober *p = probe->prober;
    struct request *r = probe->record;
    uint64_t now = loop_now_us();
    r->done = known_u64(loop_wall_ms(p->loop));
    r->latency_us = known_u64(now > probe->due_us ? now - probe->due_us : 0);
    bool slow = r->latency_us.value > p->conf.slow_ms * 1000;
    request_record_end(r, !seen ? "cancelled" : f != SERVE_FAILURE_NONE ? "failed" : slow ? "slow" : "ok", f, why);
    p->ended++;
    request_publish(p, r);
    probe_free(probe);
}

/* False: it was not sent, or the API server refused it or was not reached. A timeout may be the API server's or
 * Serve's: request_is_evidence, which has more context, decides. */
static bool answer_is_evidence(const struct http_answer *answer, enum serve_failure f, bool proxied)
{
    if (f == SERVE_FAILURE_OURS || f == SERVE_FAILURE_CANCELLED) return false;
    if (!proxied || f == SERVE_FAILURE_NONE) return true;
    if (f == SERVE_FAILURE_API_SERVER) return false;
    return f != SERVE_FAILURE_FORBIDDEN && (answer->status || f == SERVE_FAILURE_TIMEOUT);
}

static void on_response(void *arg, const struct http_answer *answer)
{
    struct probe *probe = arg;
    struct target *t = probe->target;
    probe->get = NULL;
    if (answer->status) probe->record->status = known_u64((uint64_t)answer->status);
    probe->record->bytes = known_u64(answer->body_len);
    struct why why = {0};
    const bool page = probe->prober->conf.page;
    const enum serve_failure f = (page ? serve_failure_of : serve_failure_of_health)(answer, t->path.proxied, &why);
    dials_charge(probe->prober, t, answer);
    (page ? page_update_state : path_update_state)(probe->prober, t, answer, f, why.text);
    probe_end(probe, answer_is_evidence(answer, f, t->path.proxied), f, why.text);
}

static struct request *probe_record_new(struct prober *p, const struct target *t, uint64_t due_us)
{
    char key[TEXT_NUM_MAX + 8]; /* and the longer of both kinds */
    struct buf b;
    buf_init(&b, sizeof key - 1);
    const char *kind = p->conf.users_route ? REQUEST_ROUTE : REQUEST_PROBE;
    (void)buf_printf(&b, "%s-%llu", kind, (unsigned long long)++*p->conf.probes);
    struct request *r = request_record_new(buf_text(&b), kind, SERVE_HEALTH_TARGET, &t->path);
    buf_done(&b);
    uint64_t now_us = loop_now_us(), wall = loop_wall_ms(p->loop);
    record_set(&r->pod, t->pod);
    if (prober_is_stretched(p)) r->round_ms = known_u64(p->round_us / 1000);
    r->due = known_u64(wall - (now_us > due_us ? (now_us - due_us) / 1000 : 0));
    return r;
}

static void probe_start(struct prober *p, struct target *t, uint64_t due_us)
{
    struct probe *probe = mem_zero(1, sizeof *probe);
    probe->prober = p;
    probe->target = t;
    probe->due_us = due_us;
    t->probed_us = due_us;
    probe->record = probe_record_new(p, t, due_us);
    if (t->in_flight >= PROBER_IN_FLIGHT) {
        probe_end(probe, true, SERVE_FAILURE_TIMEOUT, "not sent: too many probes wait for an answer");
        return;
    }
    probe->record->sent = known_u64(loop_wall_ms(p->loop));
    probe->next = t->flying;
    probe->at = &t->flying;
    if (t->flying) t->flying->at = &probe->next;
    t->flying = probe;
    t->in_flight++;
    request_publish(p, probe->record);
    const struct serve_request_calls calls = {.done = on_response, .arg = probe};
    probe->get = serve_request_get(p->loop, &p->how, &t->path, p->conf.page ? "/" : SERVE_HEALTH_PATH,
                                   p->conf.timeout_ms, p->conf.page ? PAGE_MAX : HEALTH_MAX, &calls);
}

/* ---- targets and time ------------------------------------------------------------------------------------------ */

static void prober_arm(struct prober *p)
{
    uint64_t now = loop_now_us();
    alarm_set(p->alarm, p->next_due_us > now ? (p->next_due_us - now + 999) / 1000 : 0, 0);
}

static struct target *least_recently_probed(const struct prober *p)
{
    struct target *best = p->target[0];
    for (size_t i = 1; i < p->targets; i++)
        if (p->target[i]->probed_us < best->probed_us) best = p->target[i];
    return best;
}

/* Probes all targets, or in a round longer than the interval the next one. Returns the time until the next call. */
static uint64_t round_continue(struct prober *p, uint64_t due_us)
{
    if (!prober_is_stretched(p)) {
        for (size_t i = 0; i < p->targets; i++) probe_start(p, p->target[i], due_us);
        return p->round_us;
    }
    size_t n = p->first ? p->first : 1;
    p->first = 0;
    for (size_t i = 0; i < n; i++) probe_start(p, least_recently_probed(p), due_us);
    return n * p->round_us / p->targets;
}

static void on_due(void *arg)
{
    struct prober *p = arg;
    uint64_t now = loop_now_us(), interval = p->conf.interval_ms * 1000, before = p->round_us;
    plan_round(p); /* others may share the limits since */
    if (p->round_us != before) prober_publish_state(p, p->state, p->err, p->why);
    uint64_t owed = prober_is_stretched(p) ? interval : OWED_MAX * interval;
    if (now > p->next_due_us + owed) p->next_due_us = now;
    while (p->next_due_us <= now) p->next_due_us += round_continue(p, p->next_due_us);
    prober_arm(p);
}

static void share_count(struct prober *p)
{
    const bool has_targets = p->targets > 0;
    p->conf.share->probers += has_targets;
    p->conf.share->probers -= p->counted;
    p->counted = has_targets;
}

/* Computes the round for the current targets. */
static void plan_round(struct prober *p)
{
    uint64_t proxied = 0, budget_us;
    for (size_t i = 0; i < p->targets; i++) proxied += p->target[i]->path.proxied;
    budget_us = proxied * 1000000 / PROBER_PROXIED_PER_S + (p->targets - proxied) * 1000000 / PROBER_DIRECT_PER_S;
    budget_us *= p->conf.share->probers;
    if (p->dials_short) budget_us += proxied * 1000000 / PROBER_DIALS_PER_S;
    p->round_us = p->conf.interval_ms * 1000;
    if (budget_us > p->round_us) p->round_us = budget_us;
}

static void target_free(struct target *t)
{
    if (!t) return;
    while (t->flying) {
        serve_request_cancel(t->flying->get);
        probe_free(t->flying);
    }
    free(t->pod);
    serve_path_done(&t->path);
    free(t);
}

/* Emits the end of its probes in flight, whose records would otherwise stay "waiting" for ever. */
static void target_drop(struct prober *p, struct target *t)
{
    for (struct probe *probe = t->flying; probe; probe = probe->next) {
        request_record_end(probe->record, "cancelled", SERVE_FAILURE_CANCELLED, NULL);
        probe->record->done = known_u64(loop_wall_ms(p->loop));
        request_publish(p, probe->record);
    }
    target_free(t);
}

/* hint: its index if nothing has changed. */
static struct target *target_find(struct prober *p, const struct probe_target *want, size_t hint)
{
    for (size_t i = 0; i < p->targets; i++) {
        struct target *t = p->target[(hint + i) % p->targets];
        if (text_unchanged(t->pod, want->pod) && serve_path_same(&t->path, &want->path)) return t;
    }
    return NULL;
}

static struct target *target_new(const struct probe_target *want)
{
    struct target *t = mem_zero(1, sizeof *t);
    t->pod = mem_str(want->pod);
    t->path = serve_path_copy(&want->path);
    return t;
}

/* How many probes the first round sends at once. */
static size_t prober_at_once(const struct prober *p)
{
    return prober_is_stretched(p) && p->targets > PROBER_PROXIED_PER_S ? PROBER_PROXIED_PER_S : p->targets;
}

void prober_set_targets(struct prober *p, const struct probe_target *targets, size_t count, size_t beyond)
{
    struct target *next[PROBER_TARGETS];
    size_t n = 0, before = p->targets;
    if (count > PROBER_TARGETS) beyond += count - PROBER_TARGETS;
    bool changed = beyond != p->beyond;
    for (size_t i = 0; i < p->targets; i++) p->target[i]->keep = false;
    for (size_t i = 0; i < count && n < PROBER_TARGETS; i++) {
        struct target *t = target_find(p, &targets[i], i);
        if (t && t->keep) continue; /* listed twice */
        if (!t) {
            t = target_new(&targets[i]);
            changed = true;
        }
        t->keep = true;
        next[n++] = t;
    }
    for (size_t i = 0; i < p->targets; i++) {
        if (!p->target[i]->keep) {
            target_drop(p, p->target[i]);
            changed = true;
        }
    }
    if (n) memcpy(p->target, next, n * sizeof *next);
    p->targets = n;
    p->beyond = beyond;
    share_count(p);
    plan_round(p);
    if (!n) {
        alarm_stop(p->alarm);
        if (p->state != SOURCE_OFF) prober_publish_state(p, SOURCE_OFF, ERR_OK, prober_no_target_text(p));
        return;
    }
    if (!before) {
        p->next_due_us = loop_now_us();
        p->first = prober_at_once(p);
        p->ended = 0;
        prober_arm(p);
    }
    const bool was_off = p->state == SOURCE_OFF;
    if (changed) prober_publish_state(p, was_off ? SOURCE_CONNECTING : p->state, p->err, was_off ? NULL : p->why);
}

bool prober_is_settled(const struct prober *p)
{
    return (p->state != SOURCE_LIVE && p->state != SOURCE_CONNECTING) || p->ended >= prober_at_once(p);
}

void prober_set_interval(struct prober *p, uint64_t interval_ms)
{
    interval_ms = interval_ms ? interval_ms : PROBER_INTERVAL_MS;
    if (interval_ms == p->conf.interval_ms) return;
    p->conf.interval_ms = interval_ms;
    plan_round(p);
    if (!p->targets) return;
    uint64_t latest = loop_now_us() + interval_ms * 1000;
    p->next_due_us = p->next_due_us < latest ? p->next_due_us : latest;
    prober_arm(p);
}

struct prober *prober_new(struct loop *l, const struct serve_open *how, const struct prober_conf *conf,
                          const struct sink *sink)
{
    struct prober *p = mem_zero(1, sizeof *p);
    p->loop = l;
    p->how = *how;
    p->sink = *sink;
    if (conf) p->conf = *conf;
    p->conf.interval_ms = p->conf.interval_ms ? p->conf.interval_ms : PROBER_INTERVAL_MS;
    p->conf.timeout_ms = p->conf.timeout_ms ? p->conf.timeout_ms : PROBER_TIMEOUT_MS;
    p->conf.slow_ms = p->conf.slow_ms ? p->conf.slow_ms : PROBER_SLOW_MS;
    if (!p->conf.probes) p->conf.probes = &p->sent;
    if (!p->conf.share) p->conf.share = &p->own;
    p->alarm = alarm_new(l, on_due, p);
    budget_init(&p->dials, dial_rates, loop_now_ms());
    prober_publish_state(p, SOURCE_OFF, ERR_OK, prober_no_target_text(p));
    return p;
}

void prober_free(struct prober *p)
{
    if (!p) return;
    for (size_t i = 0; i < p->targets; i++) target_free(p->target[i]);
    p->targets = 0;
    share_count(p);
    free(p->why);
    alarm_free(p->alarm);
    free(p);
}
