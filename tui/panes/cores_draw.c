/* cores_draw.c - draws the NeuronCores. */
#include "tui/draw/bar.h"
#include "tui/draw/spark.h"
#include "tui/draw/table_layout.h"
#include "tui/panes/cores.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The number stays on the right of its bar, so that it can be read without it. */
static void draw_util(struct canvas *cv, int line, int col, const struct table_row *tr, bool selected)
{
    double util = tr->cell[CORES_UTIL].number;
    char text[16];
    snprintf(text, sizeof text, "%.0f%%", util);
    enum role role = selected ? ROLE_SELECTED : ROLE_BAR;
    bar_draw(cv, line, col, CORES_BAR, role, known_f64(util / 100));
    canvas_field(cv, line, col + CORES_BAR, -5, selected ? ROLE_SELECTED : ROLE_TEXT, text);
}

static void draw_histories(const struct cores *s, const struct view *v, struct canvas *cv, bool focused)
{
    struct table_layout at;
    table_layout(&s->table, cv->cols, &at);
    for (int line = 1; line < cv->rows; line++) {
        bool selected;
        const struct table_row *tr = pane_row_at(&s->table, cv->rows, line, &selected);
        const struct row *row = tr ? world_find(v->world, TABLE_CORE, tr->key) : NULL;
        if (!row || ROW(row, core)->held == TRI_NO) continue;
        if (core_use_of(v->world, ROW(row, core)) == CORE_USED && at.width[CORES_UTIL] >= CORES_BAR + 5)
            draw_util(cv, line, at.at[CORES_UTIL], tr, selected && focused);
        double minute[CORES_SPARK];
        size_t n = core_minute(v->world, ROW(row, core), minute, CORES_SPARK);
        if (at.width[CORES_HISTORY] >= CORES_SPARK)
            spark_draw(cv, line, at.at[CORES_HISTORY], CORES_SPARK, selected && focused ? ROLE_SELECTED : ROLE_SPARK,
                       minute, n, 100);
    }
}

static void exec_text(const struct cores_sum *sum, char *out, size_t size)
{
    char p50[TEXT_NUM_MAX], p99[TEXT_NUM_MAX], errors[TEXT_NUM_MAX], ecc[TEXT_NUM_MAX];
    struct known_u64 us50 = sum->p50.known ? known_u64((uint64_t)(sum->p50.value * 1e6)) : UNKNOWN_U64;
    struct known_u64 us99 = sum->p99.known ? known_u64((uint64_t)(sum->p99.value * 1e6)) : UNKNOWN_U64;
    snprintf(out, size, "exec p50 %s  p99 %s   errors %s   ECC uncorr. %s", text_latency(p50, us50),
             text_latency(p99, us99), count_text(errors, sum->errors), count_text(ecc, sum->ecc_uncorrected));
}

static void draw_nothing(const struct view *v, struct canvas *cv, const struct fresh *f)
{
    if (f->state == FRESH_OFF)
        pane_say(cv, 0, ROLE_DIM, "no neuron-monitor found; --neuron 'COMMAND' sets one");
    else if (f->why[0])
        pane_say(cv, 0, f->state == FRESH_DENIED ? ROLE_BAD : ROLE_DIM, f->why);
    else if (world_count(v->world, TABLE_MONITOR))
        pane_say(cv, 0, ROLE_DIM, "no Neuron devices (is the driver loaded?)");
    else
        pane_say(cv, 0, ROLE_DIM, "waiting for the first sample …");
}

void cores_draw(const struct pane *p, const struct view *v, struct canvas *cv, bool focused)
{
    const struct cores *s = (const struct cores *)p;
    struct fresh f = fresh_of(v->world, WORLD_NEURON, NULL, v->now_ms);
    if (s->table.count == 0) {
        draw_nothing(v, cv, &f);
        return;
    }
    struct cores_fit fit = cores_fit(s, cv->rows);
    struct canvas top = canvas_sub(cv, 0, 0, fit.table, cv->cols);
    table_draw(&s->table, &top, focused);
    draw_histories(s, v, &top, focused);
    char exec[200];
    exec_text(&s->sum, exec, sizeof exec);
    bool bad =
        (s->sum.errors.known && s->sum.errors.value) || (s->sum.ecc_uncorrected.known && s->sum.ecc_uncorrected.value);
    if (fit.devices) canvas_field(cv, fit.table, 2, cv->cols - 2, ROLE_TEXT, s->devices);
    if (fit.exec) canvas_field(cv, fit.table + fit.devices, 2, cv->cols - 2, bad ? ROLE_WARN : ROLE_TEXT, exec);
    if (fresh_is_old(f.state)) pane_stale(cv);
}
