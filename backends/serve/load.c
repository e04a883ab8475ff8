/* load.c - sends requests at fixed rates, open loop, and counts how they end; see load.h. */
#include "backends/serve/load.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/serve/request_record.h"
#include "backends/serve/serve_request.h"
#include "backends/world/request_kind.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { US_PER_S = 1000000, HEALTH_BODY_MAX = 64 * 1024, KEY_MAX = 80 };

struct load_request {
    struct load *load;
    struct series *of;
    struct load_request *next, **at; /* in the series' list */
    struct serve_request *get;
    struct prompt_run *prompt;
    uint64_t number, due_us, sent_us;
};
struct series {
    struct load_series conf;
    struct load_sum sum;
    struct load_request *flying;
    size_t in_flight;
    uint64_t begun_us; /* since when it has been without an ok answer */
};
struct load {
    struct loop *loop;
    struct serve_open how;
    struct load_calls calls;
    struct alarm *alarm;
    struct series *series;
    size_t count;
    uint64_t start_us, end_us; /* end 0: until load_stop */
    uint64_t ticked_us, pause_us;
    struct sink sink; /* change NULL: none */
    bool over, closing;
};

/* ---- when a request is due --------------------------------------------------------------------------------------- */

static uint64_t series_due_us(const struct load *load, const struct series *s, uint64_t number)
{
    return load->start_us + (uint64_t)((double)number * US_PER_S / s->conf.per_s);
}

/* How many have been due until now; none is at the end itself. */
static uint64_t series_due_count(const struct load *load, const struct series *s, uint64_t now_us)
{
    const uint64_t until_us = load->end_us && now_us >= load->end_us ? load->end_us - 1 : now_us;
    uint64_t count;

    if (until_us < load->start_us) return 0;
    count = (uint64_t)((double)(until_us - load->start_us) * s->conf.per_s / US_PER_S) + 1;
    while (series_due_us(load, s, count) <= until_us) count++; /* by the same rounding as series_due_us */
    while (count && series_due_us(load, s, count - 1) > until_us) count--;
    return count;
}

/* ---- how a request ended ----------------------------------------------------------------------------------------- */

static void request_unlink(struct load_request *r)
{
    *r->at = r->next;
    if (r->next) r->next->at = r->at;
    r->of->in_flight--;
}

static void series_add_gap(struct series *s, uint64_t until_us, bool ok)
{
    const uint64_t gap_us = until_us > s->begun_us ? until_us - s->begun_us : 0;

    if (gap_us > s->sum.longest_gap_us) s->sum.longest_gap_us = gap_us;
    if (ok) s->begun_us = until_us;
}

/* Unique among those of all loads: by when this one began. */
static void request_key(const struct load *load, const struct load_outcome *o, char out[KEY_MAX])
{
    snprintf(out, KEY_MAX, "load-%llx-%zu-%llu", (unsigned long long)load->start_us, o->series,
             (unsigned long long)o->number);
}

/* Wall times count from now, by how long ago it was. */
static void outcome_record_put(const struct load *load, const struct load_outcome *o)
{
    const struct load_series *of = &load->series[o->series].conf;
    const uint64_t now_us = loop_now_us(), wall_ms = loop_wall_ms(load->loop);
    const bool counts = o->failure != SERVE_FAILURE_OURS && o->failure != SERVE_FAILURE_CANCELLED;
    char key[KEY_MAX];

    if (!load->sink.change || (of->prompt && o->sent_us.known)) return; /* a prompt that was sent puts its own */
    request_key(load, o, key);
    struct request *r = request_record_new(key,
                                           of->prompt ? REQUEST_PROMPT
                                           : of->pod  ? REQUEST_PROBE
                                                      : REQUEST_ROUTE,
                                           of->prompt ? of->prompt->kind : SERVE_HEALTH_TARGET, &of->path);
    record_set(&r->pod, of->pod);
    record_set(&r->series, of->name);
    request_record_end(r,
                       o->failure == SERVE_FAILURE_NONE ? "ok"
                       : counts                         ? "failed"
                                                        : "cancelled",
                       o->failure, o->why);
    r->due = known_u64(wall_ms - (now_us - o->due_us) / 1000);
    if (o->sent_us.known) r->sent = known_u64(wall_ms - (now_us - o->sent_us.value) / 1000);
    r->done = known_u64(wall_ms - (now_us - o->done_us) / 1000);
    r->latency_us = known_u64(o->latency_us);
    if (o->status) r->status = known_u64((uint64_t)o->status);
    sink_put(&load->sink, change_put("load", WORLD_CONSOLE, &r->record));
}

static void outcome_count(struct load *load, struct load_outcome *o)
{
    struct series *s = &load->series[o->series];
    const bool ok = o->failure == SERVE_FAILURE_NONE;

    o->latency_us = o->done_us > o->due_us ? o->done_us - o->due_us : 0;
    if (ok) {
        s->sum.ok++;
        histogram_record(&s->sum.latency, o->latency_us);
    } else {
        s->sum.failed++;
        s->sum.failure[o->failure]++;
    }
    if (o->late) s->sum.late++;
    series_add_gap(s, o->done_us, ok);
    outcome_record_put(load, o);
    if (load->calls.ended) load->calls.ended(load->calls.arg, o);
}

static void load_tick(struct load *load);

static void request_end(struct load_request *r, enum serve_failure f, long status, const char *why)
{
    struct load *load = r->load;
    struct load_outcome o = {.series = (size_t)(r->of - load->series),
                             .number = r->number,
                             .due_us = r->due_us,
                             .done_us = loop_now_us(),
                             .sent_us = known_u64(r->sent_us),
                             .failure = f,
                             .status = status,
                             .late = r->sent_us - r->due_us >= REQUEST_LATE_MS * 1000,
                             .why = why ? why : ""};

    request_unlink(r);
    free(r);
    if (load->closing) return;
    outcome_count(load, &o);
    load_tick(load);
}

static void on_health(void *arg, const struct http_answer *answer)
{
    struct load_request *r = arg;
    struct why why = {0};
    const enum serve_failure f = serve_failure_of_health(answer, r->of->conf.path.proxied, &why);

    r->of->sum.connections += answer->new_connections;
    request_end(r, f, answer->status, why.text);
}

static void on_prompt(void *arg, const struct request *record)
{
    request_end(arg, serve_failure_of_word(record->failure), (long)record->status.value, record->why);
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

static void no_record(void *owner, struct change *c)
{
    (void)owner;
    change_free(c);
}

static void prompt_send(struct load_request *r)
{
    const struct load_series *conf = &r->of->conf;
    const struct sink nowhere = {.change = no_record}, *sink = r->load->sink.change ? &r->load->sink : &nowhere;
    char id[KEY_MAX];
    request_key(r->load, &(struct load_outcome){.series = (size_t)(r->of - r->load->series), .number = r->number}, id);
    const struct prompt_ask ask = {
        .id = id,
        .question = conf->question,
        .series = conf->name,
        .model = conf->model,
        .path = conf->path,
        .timeout_ms = conf->timeout_ms,
        .due_wall_ms = loop_wall_ms(r->load->loop) - (r->sent_us - r->due_us) / 1000,
    };
    r->prompt = conf->prompt->ask(r->load->loop, &r->load->how, &ask, sink, on_prompt, r);
}

static void health_send(struct load_request *r)
{
    const struct load_series *conf = &r->of->conf;
    const struct serve_request_calls calls = {.done = on_health, .arg = r};

    r->get = (conf->fresh ? serve_request_get_fresh : serve_request_get)(
        r->load->loop, &r->load->how, &conf->path, SERVE_HEALTH_PATH, conf->timeout_ms, HEALTH_BODY_MAX, &calls);
}

static void request_send(struct load *load, struct series *s, uint64_t number, uint64_t due_us, uint64_t now_us)
{
    struct load_request *r = mem_zero(1, sizeof *r);

    *r = (struct load_request){.load = load,
                               .of = s,
                               .number = number,
                               .due_us = due_us,
                               .sent_us = now_us,
                               .next = s->flying,
                               .at = &s->flying};
    if (r->next) r->next->at = &r->next;
    s->flying = r;
    s->in_flight++;
    s->sum.sent++;
    if (s->conf.prompt)
        prompt_send(r);
    else
        health_send(r);
}

static void request_expire(struct load *load, struct series *s, uint64_t number, uint64_t due_us, bool paused)
{
    struct load_outcome o = {.series = (size_t)(s - load->series),
                             .number = number,
                             .due_us = due_us,
                             .done_us = loop_now_us(),
                             .failure = paused ? SERVE_FAILURE_OURS : SERVE_FAILURE_TIMEOUT,
                             .late = true,
                             .why = paused ? "this process was stopped when it was due"
                                           : "not sent: too many requests wait for an answer"};

    outcome_count(load, &o);
}

/* What is due and has a place in flight is sent; what has waited for one as long as for an answer is over. */
static void series_tick(struct load *load, struct series *s, uint64_t now_us, bool paused)
{
    const uint64_t due = series_due_count(load, s, now_us);

    for (; s->sum.planned < due; s->sum.planned++) {
        const uint64_t number = s->sum.planned, due_us = series_due_us(load, s, number);
        const uint64_t waited_us = now_us - due_us;
        s->sum.last_due_us = due_us;
        if (paused && waited_us >= REQUEST_LATE_MS * 1000)
            request_expire(load, s, number, due_us, true);
        else if (waited_us >= s->conf.timeout_ms * 1000)
            request_expire(load, s, number, due_us, false);
        else if (s->in_flight < s->conf.in_flight)
            request_send(load, s, number, due_us, now_us);
        else
            break;
    }
}

static bool series_is_over(const struct load *load, const struct series *s, uint64_t now_us)
{
    return load->end_us && now_us >= load->end_us && s->sum.planned == series_due_count(load, s, now_us) &&
           !s->in_flight;
}

/* When the series needs to be looked at again without an answer: its next request is due, or the one that waits for a
 * place in flight has waited for too long. UINT64_MAX: never. */
static uint64_t series_next_us(const struct load *load, const struct series *s, uint64_t now_us)
{
    const uint64_t next_us = series_due_us(load, s, s->sum.planned);

    if (load->end_us && next_us >= load->end_us) return s->in_flight ? UINT64_MAX : load->end_us;
    return next_us > now_us ? next_us : next_us + s->conf.timeout_ms * 1000;
}

static void on_over(void *arg)
{
    struct load *load = arg;

    if (!load->over)
        load_tick(load);
    else if (load->calls.over)
        load->calls.over(load->calls.arg);
}

static void load_tick(struct load *load)
{
    const uint64_t now_us = loop_now_us();
    const bool paused = now_us - load->ticked_us > load->pause_us;
    uint64_t next_us = now_us + US_PER_S; /* ticks show that the process runs while nothing is due */
    bool over = true;

    if (load->over) return;
    load->ticked_us = now_us;
    for (size_t i = 0; i < load->count; i++) {
        struct series *s = &load->series[i];
        series_tick(load, s, now_us, paused);
        over = over && series_is_over(load, s, now_us);
        const uint64_t at_us = series_next_us(load, s, now_us);
        if (at_us < next_us) next_us = at_us;
    }
    load->over = over;
    /* `over` is called from the loop: here a callback of a request may be on the stack. */
    alarm_set(load->alarm, !over && next_us > now_us ? (next_us - now_us + 999) / 1000 : 0, 0);
}

/* ---- the object -------------------------------------------------------------------------------------------------- */

static enum err conf_check(const struct load_conf *conf, struct why *why)
{
    double sum = 0;

    if (!conf->count || conf->count > LOAD_SERIES_MAX)
        return why_set(why, ERR_USAGE, "a load has 1 to %d series", LOAD_SERIES_MAX);
    for (size_t i = 0; i < conf->count; i++) {
        const struct load_series *s = &conf->series[i];
        if (!isfinite(s->per_s) || s->per_s <= 0 || s->per_s > LOAD_PER_S_MAX)
            return why_set(why, ERR_USAGE, "%s: a rate is more than 0 and at most %d requests/s", s->name,
                           LOAD_PER_S_MAX);
        if (s->in_flight > LOAD_IN_FLIGHT_MAX)
            return why_set(why, ERR_USAGE, "%s: at most %d requests are in flight", s->name, LOAD_IN_FLIGHT_MAX);
        sum += s->per_s;
    }
    if (sum > LOAD_PER_S_MAX)
        return why_set(why, ERR_USAGE, "all series together: at most %d requests/s", LOAD_PER_S_MAX);
    return ERR_OK;
}

static void series_init(struct series *s, const struct load_series *conf, uint64_t start_us)
{
    s->conf = *conf;
    s->conf.name = mem_str(conf->name);
    s->conf.pod = mem_str(conf->pod);
    s->conf.path = serve_path_copy(&conf->path);
    s->conf.question = mem_str(conf->question);
    s->conf.model = mem_str(conf->model);
    if (!conf->in_flight) s->conf.in_flight = LOAD_IN_FLIGHT;
    if (!conf->timeout_ms) s->conf.timeout_ms = LOAD_TIMEOUT_MS;
    s->begun_us = s->sum.first_due_us = s->sum.last_due_us = start_us;
}

enum err load_start(struct loop *l, const struct serve_open *how, const struct load_conf *conf,
                    const struct load_calls *calls, struct load **ret, struct why *why)
{
    const enum err err = conf_check(conf, why);

    if (err) return err;
    struct load *load = mem_zero(1, sizeof *load);
    load->loop = l;
    load->how = *how;
    load->calls = *calls;
    load->count = conf->count;
    load->series = mem_zero(conf->count, sizeof *load->series);
    load->start_us = load->ticked_us = loop_now_us();
    load->pause_us = (conf->pause_ms ? conf->pause_ms : LOAD_PAUSE_MS) * 1000;
    if (conf->sink) load->sink = *conf->sink;
    load->end_us = conf->duration_ms ? load->start_us + conf->duration_ms * 1000 : 0;
    for (size_t i = 0; i < conf->count; i++) series_init(&load->series[i], &conf->series[i], load->start_us);
    load->alarm = alarm_new(l, on_over, load);
    alarm_set(load->alarm, 0, 0);
    *ret = load;
    return ERR_OK;
}

void load_stop(struct load *load)
{
    const uint64_t now_us = loop_now_us();

    if (load->end_us && load->end_us <= now_us) return;
    load->end_us = now_us > load->start_us ? now_us : load->start_us + 1;
    alarm_set(load->alarm, 0, 0);
}

static void request_cancel(struct load_request *r)
{
    if (r->prompt) {
        r->of->conf.prompt->cancel(r->prompt); /* ends it through on_prompt */
        return;
    }
    serve_request_cancel(r->get);
    request_unlink(r);
    free(r);
}

void load_free(struct load *load)
{
    if (!load) return;
    load->closing = true;
    for (size_t i = 0; i < load->count; i++) {
        struct series *s = &load->series[i];
        while (s->flying) request_cancel(s->flying);
        free((char *)(uintptr_t)s->conf.name);
        free((char *)(uintptr_t)s->conf.pod);
        serve_path_done(&s->conf.path);
        free((char *)(uintptr_t)s->conf.question);
        free((char *)(uintptr_t)s->conf.model);
    }
    free(load->series);
    alarm_free(load->alarm);
    free(load);
}

const struct load_series *load_series(const struct load *load, size_t series)
{
    return &load->series[series].conf;
}

const struct load_sum *load_sum(const struct load *load, size_t series)
{
    return &load->series[series].sum;
}

size_t load_in_flight(const struct load *load)
{
    size_t count = 0;

    for (size_t i = 0; i < load->count; i++) count += load->series[i].in_flight;
    return count;
}
