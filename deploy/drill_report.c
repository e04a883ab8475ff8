/* drill_report.c - the report as text and Markdown, and what all formats share; see drill_report.h. */
#include "deploy/drill_report_priv.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *extension;
    void (*write)(const struct drill_report *r, struct buf *out);
} formats[DRILL_FORMATS] = {
#define X(name, extension, function) {extension, function},
    DRILL_FORMAT_MAP(X)
#undef X
};

enum err drill_format_of(const char *path, enum drill_format *ret, struct why *why)
{
    const size_t len = strlen(path);

    for (int i = 0; i < DRILL_FORMATS; i++) {
        const size_t extension = strlen(formats[i].extension);
        if (len <= extension || strcmp(path + len - extension, formats[i].extension) != 0) continue;
        *ret = (enum drill_format)i;
        return ERR_OK;
    }
    return why_set(why, ERR_USAGE, "a report's file name ends in .txt, .json, .xml (JUnit), .md or .svg");
}

void drill_report_judge(const struct verdict_ask *ask, struct drill_verdict *ret_verdict, struct drill_report *ret)
{
    drill_judge(ask, ret_verdict);
    *ret = (struct drill_report){.verdict = ret_verdict,
                                 .outage = ask->outage,
                                 .tally = ask->tally,
                                 .fault = ask->fault,
                                 .wall_ms = ask->wall_ms};
}

const char *drill_format_extension(enum drill_format format)
{
    return formats[format].extension;
}

void drill_report_write(const struct drill_report *r, enum drill_format format, struct buf *out)
{
    formats[format].write(r, out);
}

/* ---- what the formats share -------------------------------------------------------------------------------------- */

const char *report_seen(const struct drill_report *r, enum criterion_id id, char out[CRITERION_TEXT_MAX])
{
    const struct judged *j = &r->verdict->of[id];

    return j->value.known ? criterion_value(id, j->value.value, out) : "–";
}

static void percentile_add(const struct tally_sum *s, double percent, const char *name, char out[REPORT_LINE_MAX])
{
    const struct known_u64 us = tally_percentile(s, percent);
    const size_t used = strlen(out);

    if (us.known) snprintf(out + used, REPORT_LINE_MAX - used, ", %s %.1f ms", name, (double)us.value / 1e3);
}

char *report_series(const struct drill_report *r, enum tally_series series, char out[REPORT_LINE_MAX])
{
    const struct tally_sum *s = &r->tally->sum[series];

    *out = '\0';
    if (!tally_ended(s) && !s->unknown) return out;
    snprintf(out, REPORT_LINE_MAX, "%llu answered, %llu failed", (unsigned long long)(s->ok + s->slow),
             (unsigned long long)s->failed);
    for (int i = 0; i < TALLY_FAILURES && s->failure[i].count; i++) {
        const size_t used = strlen(out);
        snprintf(out + used, REPORT_LINE_MAX - used, "%s%llu %s", i ? ", " : " (",
                 (unsigned long long)s->failure[i].count, s->failure[i].name);
    }
    const size_t used = strlen(out);
    if (s->failed) snprintf(out + used, REPORT_LINE_MAX - used, ")");
    if (s->unknown)
        snprintf(out + strlen(out), REPORT_LINE_MAX - strlen(out), ", %llu say nothing of Serve",
                 (unsigned long long)s->unknown);
    percentile_add(s, 50, "p50", out);
    percentile_add(s, 99, "p99", out);
    percentile_add(s, 100, "slowest", out);
    return out;
}

const char *report_fate_word(enum worker_fate fate)
{
    static const char *const words[] = {"same", "restarted", "replaced"};
    return words[fate];
}

static const char *missing_word(const char *text)
{
    return text && *text ? text : "–";
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

static void text_criteria(const struct drill_report *r, struct buf *out)
{
    (void)buf_printf(out, "%-12s %-10s %-18s %-12s\n", "CRITERION", "SEEN", "LIMIT", "");
    for (int i = 0; i < CRITERIA; i++) {
        const enum criterion_id id = (enum criterion_id)i;
        const struct judged *j = &r->verdict->of[i];
        char seen[CRITERION_TEXT_MAX], limit[CRITERION_TEXT_MAX];
        const char *value = report_seen(r, id, seen);
        /* The dash is one column of three bytes. */
        (void)buf_printf(out, "%-12s %-*s %-18s %-10s %s%s%s%s\n", criterion_get(id)->id, j->value.known ? 10 : 12,
                         value, criterion_limit(id, j->limit, limit), judged_state_words(id, j->state),
                         criterion_get(id)->what, *j->why ? " (" : "", j->why, *j->why ? ")" : "");
    }
}

static void text_ladder(const struct drill_report *r, struct buf *out)
{
    enum rung order[RUNG_COUNT];

    outage_rung_order(r->outage, order);
    (void)buf_str(out, "\nLADDER\n");
    for (int i = 0; i < RUNG_COUNT; i++) {
        const struct outage_rung *rung = &r->outage->rung[order[i]];
        char offset[TEXT_NUM_MAX];
        const char *at = rung->seen ? outage_offset(offset, rung->after_ms) : "not seen";
        if (!rung->seen && !rung->possible) continue;
        (void)buf_printf(out, "  %9s  %s%s%s\n", at, rung_words(order[i]),
                         *(rung->seen ? rung->note : rung->why) ? ": " : "", rung->seen ? rung->note : rung->why);
    }
}

/* Which of the workers' proxies answered. */
static void text_proxies(const struct request_tally *t, struct buf *out)
{
    for (size_t i = 0; i < t->pods; i++)
        (void)buf_printf(out, "    %-15s %llu answered, %llu failed\n", t->pod[i].name,
                         (unsigned long long)t->pod[i].ok, (unsigned long long)t->pod[i].failed);
    if (t->pods_beyond) (void)buf_printf(out, "    %llu more are not listed\n", (unsigned long long)t->pods_beyond);
}

/* Each count with the time that it is of: since the fault as long as it was watched, and until the recovery, as the
 * console and status count the loss. */
static void text_requests(const struct drill_report *r, struct buf *out)
{
    const uint64_t until_ms = r->tally->until_ms ? r->tally->until_ms : r->wall_ms;
    char seconds[TEXT_NUM_MAX], words[OUTAGE_WORDS_MAX];

    (void)buf_printf(out, "\nREQUESTS due within %s of the fault\n",
                     text_seconds(seconds, until_ms > r->tally->from_ms ? until_ms - r->tally->from_ms : 0));
    for (int i = 0; i < TALLY_SERIES; i++) {
        char line[REPORT_LINE_MAX];
        (void)buf_printf(out, "  %-17s %s\n", tally_series_name(r->tally, (enum tally_series)i),
                         missing_word(report_series(r, (enum tally_series)i, line)));
        if (i == TALLY_PROXIES) text_proxies(r->tally, out);
    }
    if (*outage_request_words(r->outage, OUTAGE_CLASSES, words))
        (void)buf_printf(out, "  %-17s %s (worker proxies and prompts, %s)\n", "until recovered", words,
                         outage_since_words(r->outage));
}

static void text_rest(const struct drill_report *r, struct buf *out)
{
    text_requests(r, out);
    (void)buf_str(out, "\nWORKER PODS\n");
    for (size_t i = 0; i < r->outage->workers; i++)
        (void)buf_printf(out, "  %-10s %s\n", report_fate_word(r->outage->worker[i].fate), r->outage->worker[i].name);
    if (!r->outage->workers) (void)buf_str(out, "  –\n");
}

void report_text(const struct drill_report *r, struct buf *out)
{
    char began[STAMP_TEXT_MAX] = "";
    const struct outage *o = r->outage;

    (void)buf_printf(out, "%s  %s\n", drill_result_word(r->verdict->result), r->verdict->cause);
    (void)buf_printf(out, "scope    %s\n", r->verdict->scope);
    (void)buf_printf(out, "service  %s/%s, context %s, Ray %s\n", missing_word(o->ns), missing_word(o->service),
                     missing_word(r->context), missing_word(r->ray_version));
    if (o->state != OUTAGE_NONE) (void)buf_printf(out, "began    %s, %s\n", stamp_iso(began, o->t0_wall_ms), r->fault);
    (void)buf_char(out, '\n');
    text_criteria(r, out);
    if (o->state == OUTAGE_NONE) return;
    text_ladder(r, out);
    text_rest(r, out);
}

/* ---- Markdown ---------------------------------------------------------------------------------------------------- */

/* What would end a cell, or be taken for markup or HTML, is escaped. */
static void markdown_add(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\`*_{}[]<>#|!~", *text)) (void)buf_char(out, '\\');
        (void)buf_char(out, *text);
    }
}

static void markdown_cells(struct buf *out, const char *const *cells, size_t count)
{
    (void)buf_char(out, '|');
    for (size_t i = 0; i < count; i++) {
        (void)buf_char(out, ' ');
        markdown_add(out, cells[i]);
        (void)buf_str(out, " |");
    }
    (void)buf_char(out, '\n');
}

static void markdown_criteria(const struct drill_report *r, struct buf *out)
{
    (void)buf_str(out, "\n| criterion | seen | limit | | |\n|---|---|---|---|---|\n");
    for (int i = 0; i < CRITERIA; i++) {
        const enum criterion_id id = (enum criterion_id)i;
        const struct judged *j = &r->verdict->of[i];
        char seen[CRITERION_TEXT_MAX], limit[CRITERION_TEXT_MAX];
        const char *const cells[] = {criterion_get(id)->what, report_seen(r, id, seen),
                                     criterion_limit(id, j->limit, limit), judged_state_words(id, j->state), j->why};
        markdown_cells(out, cells, ARRAY_LEN(cells));
    }
}

static void markdown_ladder(const struct drill_report *r, struct buf *out)
{
    enum rung order[RUNG_COUNT];

    outage_rung_order(r->outage, order);
    (void)buf_str(out, "\n| after | rung | seen by |\n|---|---|---|\n");
    for (int i = 0; i < RUNG_COUNT; i++) {
        const struct outage_rung *rung = &r->outage->rung[order[i]];
        char offset[TEXT_NUM_MAX];
        const char *const cells[] = {rung->seen ? outage_offset(offset, rung->after_ms) : "not seen",
                                     rung_words(order[i]), rung->seen ? rung->note : rung->why};
        if (rung->seen || rung->possible) markdown_cells(out, cells, ARRAY_LEN(cells));
    }
}

/* An indented block: no text of it is markup, and none can end it. */
static void markdown_timeline(const struct drill_report *r, struct buf *out)
{
    if (!r->timeline) return;
    (void)buf_str(out, "\n## Timeline\n\n");
    for (const char *line = r->timeline; *line;) {
        const size_t len = strcspn(line, "\n");
        if (len) (void)buf_printf(out, "    %.*s", (int)len, line);
        (void)buf_char(out, '\n');
        line += len + (line[len] == '\n');
    }
}

void report_markdown(const struct drill_report *r, struct buf *out)
{
    const struct outage *o = r->outage;
    char began[STAMP_TEXT_MAX], line[REPORT_LINE_MAX];

    (void)buf_printf(out, "# %s: ", drill_result_word(r->verdict->result));
    markdown_add(out, r->fault);
    (void)buf_str(out, "\n\n");
    if (*r->verdict->cause) {
        markdown_add(out, r->verdict->cause);
        (void)buf_str(out, "\n\n");
    }
    (void)buf_str(out, "- Scope: ");
    markdown_add(out, r->verdict->scope);
    (void)buf_str(out, "\n- RayService: ");
    markdown_add(out, missing_word(o->ns));
    (void)buf_char(out, '/');
    markdown_add(out, missing_word(o->service));
    (void)buf_str(out, "\n- Ray: ");
    markdown_add(out, missing_word(r->ray_version));
    if (o->state != OUTAGE_NONE) (void)buf_printf(out, "\n- Began: %s", stamp_iso(began, o->t0_wall_ms));
    (void)buf_char(out, '\n');
    markdown_criteria(r, out);
    if (o->state == OUTAGE_NONE) return;
    markdown_ladder(r, out);
    (void)buf_char(out, '\n');
    for (int i = 0; i < TALLY_SERIES; i++) {
        (void)buf_printf(out, "- %s: ", tally_series_name(r->tally, (enum tally_series)i));
        markdown_add(out, missing_word(report_series(r, (enum tally_series)i, line)));
        (void)buf_char(out, '\n');
    }
    markdown_timeline(r, out);
}

/* ---- the picture ---------------------------------------------------------------------------------------------- */

void report_picture(const struct drill_report *r, struct buf *out)
{
    (void)buf_str(out, r->picture ? r->picture : "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n");
}
