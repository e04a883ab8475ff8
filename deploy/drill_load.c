/* drill_load.c - the load of a drill, and its baseline; see drill.h. */
#include "deploy/drill_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <string.h>

enum { PROMPT_TIMEOUT_MS = 180 * 1000 };
#define PROMPTS_BASELINE_PER_S 1.0 /* due; one is in flight at a time */
#define PROXIES_PER_S 5.0          /* over all workers: through the API server, which others need as well */
#define PROXY_PER_S 1.0            /* of one worker, at most */

static void series_add(struct drill *d, const struct load_series *series, enum tally_series of)
{
    d->series_of[d->series_count] = of;
    d->series[d->series_count] = *series;
    d->series[d->series_count++].name = tally_series_words(of);
}

/* The pods' names are borrowed from the world until the load is started. */
static void proxies_add(struct drill *d)
{
    const struct world *w = session_world(d->conf.session);
    const struct focus f = session_focus(d->conf.session);
    const size_t first = d->series_count;

    for (struct focus_pods at = focus_pods_of(w, &f); at.row && d->series_count < first + TALLY_PODS;
         focus_pods_next(&at))
        if (focus_probes(&f, at.row))
            series_add(d, &(struct load_series){.pod = ROW(at.row, pod)->name}, TALLY_PROXIES);
    const double each = PROXIES_PER_S / (double)(d->series_count - first);
    for (size_t i = first; i < d->series_count; i++) d->series[i].per_s = each < PROXY_PER_S ? each : PROXY_PER_S;
}

/* Half of the users' requests take a connection of their own, where they can: the API server's proxy keeps its own. */
enum err drill_load_start(struct drill *d, double prompts_per_s, struct why *why)
{
    const bool fresh = !session_load_is_proxied(d->conf.session);
    const double per_s = fresh ? d->conf.per_s / 2 : d->conf.per_s;
    const struct load_calls calls = {.arg = d};

    d->series_count = 0;
    series_add(d, &(struct load_series){.per_s = per_s}, TALLY_ROUTE);
    if (fresh) series_add(d, &(struct load_series){.per_s = per_s, .fresh = true}, TALLY_FRESH);
    if (prompts_per_s > 0)
        series_add(
            d,
            &(struct load_series){
                .per_s = prompts_per_s, .question = d->conf.question, .in_flight = 1, .timeout_ms = PROMPT_TIMEOUT_MS},
            TALLY_PROMPTS);
    proxies_add(d);
    const struct load_conf conf = {
        .series = d->series, .count = d->series_count, .sink = session_sink(d->conf.session)};
    const enum err err = session_load_start(d->conf.session, &conf, &calls, &d->load, why);
    for (size_t i = 0; i < d->series_count; i++) d->series[i].pod = NULL; /* the load has a copy */
    return err;
}

const char *drill_series_name(const struct drill *d, enum tally_series of)
{
    if (of == TALLY_ROUTE && session_load_is_proxied(d->conf.session)) return REQUEST_PATH_PROXY;
    return tally_series_words(of);
}

void drill_load_end(struct drill *d)
{
    for (int i = 0; d->load && i < TALLY_SERIES; i++) (void)drill_load_now(d, (enum tally_series)i, &d->ended[i]);
    load_free(d->load);
    d->load = NULL;
}

bool drill_load_runs(const struct drill *d)
{
    return d->load && !d->stopped;
}

bool drill_load_has_ended(const struct drill *d)
{
    return !d->load;
}

bool drill_load_now(const struct drill *d, enum tally_series of, struct drill_load_now *ret)
{
    *ret = d->load ? (struct drill_load_now){.in_flight = 0} : d->ended[of];
    for (size_t i = 0; d->load && i < d->series_count; i++) {
        const struct load_sum *sum = load_sum(d->load, i);
        if (d->series_of[i] != of) continue;
        ret->per_s += d->series[i].per_s;
        ret->planned += sum->planned;
        ret->ok += sum->ok;
        ret->failed += sum->failed;
        ret->in_flight += sum->planned - sum->ok - sum->failed;
    }
    /* As the verdict has it: until T0 there is no outage that a request could say something of. */
    if (d->load && d->tallying) {
        const uint64_t unknown = d->tally.sum[of].unknown;
        ret->unknown = unknown < ret->failed ? unknown : ret->failed;
        ret->failed -= ret->unknown;
    }
    return ret->per_s > 0;
}

/* ---- baseline ---------------------------------------------------------------------------------------------------- */

/* Half of what one prompt at a time came to. */
static double prompts_rate(const struct drill *d)
{
    const uint64_t ms = drill_now_ms(d) - d->begun_ms;
    struct drill_load_now prompts;

    return drill_load_now(d, TALLY_PROMPTS, &prompts) && ms ? (double)prompts.ok * 1000 / (double)ms / 2 : 0;
}

/* A worker's proxy that does not answer is shown, and does not stand against the drill: users do not go by it. */
static void baseline_series(struct drill *d, size_t series)
{
    const struct load_sum *sum = load_sum(d->load, series);
    const struct known_u64 p50 = histogram_percentile(&sum->latency, 50), p99 = histogram_percentile(&sum->latency, 99);
    const char *pod = load_series(d->load, series)->pod, *what = pod ? pod : drill_series_name(d, d->series_of[series]);

    if (pod && !sum->ok)
        step_log(&d->engine, TONE_WARN, "proxy of %s: none was answered", pod);
    else if (!sum->ok)
        drill_refuse(d, "%s: none was answered", what);
    else if (sum->failed && !pod)
        drill_refuse(d, "%s: %llu of %llu failed", what, (unsigned long long)sum->failed,
                     (unsigned long long)(sum->ok + sum->failed));
    else
        step_log(&d->engine, TONE_PLAIN, "%s%s: %llu answered, p50 %.1f ms, p99 %.1f ms", pod ? "proxy of " : "", what,
                 (unsigned long long)sum->ok, (double)p50.value / 1e3, (double)p99.value / 1e3);
}

/* A prompt may take longer than the baseline: the first is waited for. */
static bool baseline_is_read(const struct drill *d)
{
    struct drill_load_now prompts;

    if (drill_now_ms(d) < d->begun_ms + d->conf.baseline_ms) return false;
    return !drill_load_now(d, TALLY_PROMPTS, &prompts) || prompts.ok + prompts.failed > 0;
}

static void baseline_read(void *arg)
{
    struct drill *d = arg;

    if (!baseline_is_read(d)) {
        step_wait_text(&d->engine,
                       "load before the fault, for %llu s; then prompts go at half the rate that is answered now",
                       (unsigned long long)d->conf.baseline_ms / 1000);
        step_unmet(&d->engine);
        return;
    }
    for (size_t i = 0; i < d->series_count; i++) baseline_series(d, i);
    d->prompts_per_s = prompts_rate(d);
    drill_load_end(d);
    step_next(&d->engine);
}

void drill_baseline(void *arg)
{
    struct drill *d = arg;
    struct why why = {0};
    const enum err err = drill_load_start(d, d->conf.question ? PROMPTS_BASELINE_PER_S : 0, &why);

    if (err) {
        step_fail(&d->engine, err, "%s", why.text);
        return;
    }
    d->begun_ms = drill_now_ms(d);
    step_poll(&d->engine, &(struct step_poll){.read = baseline_read,
                                              .every_ms = DRILL_POLL_MS,
                                              .limit_ms = PROMPT_TIMEOUT_MS + d->conf.baseline_ms});
}
