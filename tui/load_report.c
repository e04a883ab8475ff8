/* load_report.c - prints what a load measured; see load_report.h. */
#include "tui/load_report.h"

#include "backends/base/mem.h"
#include "backends/world/request_kind.h"

#include <stdio.h>

static const struct {
    const char *name, *words;
    double percent;
} percentiles[] = {
    {"p50", "p50", 50}, {"p90", "p90", 90}, {"p99", "p99", 99}, {"p999", "p99.9", 99.9}, {"max", "max", 100},
};

static const char *series_target(const struct load_series *series)
{
    return series->prompt ? "prompts" : SERVE_HEALTH_TARGET;
}

static void failures_text(const struct load_sum *s, struct buf *out)
{
    const char *between = " (";

    for (int i = 0; i < SERVE_FAILURE_CLASSES; i++) {
        if (!s->failure[i]) continue;
        (void)buf_printf(out, "%s%llu %s", between, (unsigned long long)s->failure[i],
                         serve_failure_word((enum serve_failure)i));
        between = ", ";
    }
    if (s->failed) (void)buf_str(out, ")");
}

static void latency_text(const struct load_sum *s, struct buf *out)
{
    if (!s->latency.count) {
        (void)buf_str(out, "–");
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(percentiles); i++) {
        const struct known_u64 us = histogram_percentile(&s->latency, percentiles[i].percent);
        (void)buf_printf(out, "%s%s %.1f ms", i ? "  " : "", percentiles[i].words, (double)us.value / 1e3);
    }
}

void load_report_text(const struct load *load, size_t series, uint64_t duration_ms, struct buf *out)
{
    const struct load_series *of = load_series(load, series);
    const struct load_sum *s = load_sum(load, series);
    char num[TEXT_NUM_MAX];
    const double ok = s->planned ? 100.0 * (double)s->ok / (double)s->planned : 0;

    (void)buf_printf(out, "route        %s, %s\n", of->path.words, series_target(of));
    (void)buf_printf(out, "rate         %g requests/s for %s, %s\n", of->per_s,
                     text_latency(num, known_u64(duration_ms * 1000)),
                     of->fresh ? "a connection for each" : "connections are kept alive");
    (void)buf_printf(out, "due          %llu\n", (unsigned long long)s->planned);
    (void)buf_printf(out, "ok           %llu", (unsigned long long)s->ok);
    (void)buf_printf(out, s->planned ? " (%.5g %%)\n" : "\n", ok);
    (void)buf_printf(out, "failed       %llu", (unsigned long long)s->failed);
    failures_text(s, out);
    (void)buf_printf(out, "\nlate         %llu (sent %d ms or more after they were due, or never)\n",
                     (unsigned long long)s->late, REQUEST_LATE_MS);
    (void)buf_str(out, "latency      ");
    latency_text(s, out);
    (void)buf_printf(out, "\nunanswered   %s at the longest\n", text_latency(num, known_u64(s->longest_gap_us)));
    if (!of->prompt) (void)buf_printf(out, "connections  %llu\n", (unsigned long long)s->connections);
}

static cJSON *failures_json(const struct load_sum *s)
{
    cJSON *json = cJSON_CreateObject();

    for (int i = 0; i < SERVE_FAILURE_CLASSES; i++)
        if (s->failure[i])
            cJSON_AddNumberToObject(json, serve_failure_word((enum serve_failure)i), (double)s->failure[i]);
    return json;
}

static cJSON *latency_json(const struct load_sum *s)
{
    cJSON *json = cJSON_CreateObject();

    for (size_t i = 0; i < ARRAY_LEN(percentiles); i++) {
        const struct known_u64 us = histogram_percentile(&s->latency, percentiles[i].percent);
        json_set(json, percentiles[i].name, us.known ? cJSON_CreateNumber((double)us.value / 1e3) : cJSON_CreateNull());
    }
    return json;
}

cJSON *load_report_json(const struct load *load, size_t series, uint64_t duration_ms)
{
    const struct load_series *of = load_series(load, series);
    const struct load_sum *s = load_sum(load, series);
    cJSON *json = cJSON_CreateObject();

    cJSON_AddNumberToObject(json, "version", 1);
    cJSON_AddStringToObject(json, "route", of->path.words);
    cJSON_AddStringToObject(json, "target", series_target(of));
    cJSON_AddNumberToObject(json, "rate_per_s", of->per_s);
    cJSON_AddNumberToObject(json, "duration_ms", (double)duration_ms);
    cJSON_AddBoolToObject(json, "fresh", of->fresh);
    cJSON_AddNumberToObject(json, "planned", (double)s->planned);
    cJSON_AddNumberToObject(json, "sent", (double)s->sent);
    cJSON_AddNumberToObject(json, "ok", (double)s->ok);
    cJSON_AddNumberToObject(json, "failed", (double)s->failed);
    json_set(json, "failures", failures_json(s));
    cJSON_AddNumberToObject(json, "late", (double)s->late);
    json_set(json, "connections", of->prompt ? cJSON_CreateNull() : cJSON_CreateNumber((double)s->connections));
    json_set(json, "latency_ms", latency_json(s));
    cJSON_AddNumberToObject(json, "longest_unanswered_ms", (double)s->longest_gap_us / 1e3);
    return json;
}
