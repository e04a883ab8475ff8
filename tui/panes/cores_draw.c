/* cores_draw.c - draws the NeuronCores. */
#include "tui/draw/bar.h"
#include "tui/draw/spark.h"
#include "tui/draw/table_layout.h"
#include "tui/panes/cores.h"

#include "backends/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number stays on the right of its bar, so that it can be read without it. */
static void draw_util(struct canvas *cv, int line, int col, int width, const struct table_row *tr, bool selected)
{
    double util = tr->cell[CORES_UTIL].number;
    char text[16];
    snprintf(text, sizeof text, "%.0f%%", util);
    enum role role = selected ? ROLE_SELECTED : load_role(util);
    bar_draw(cv, line, col, width - CORES_NUMBER, role, known_f64(util / 100));
    canvas_field(cv, line, col + width - CORES_NUMBER, -CORES_NUMBER, selected ? ROLE_SELECTED : ROLE_TEXT, text);
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
        if (core_use_of(v->world, ROW(row, core)) == CORE_USED && at.width[CORES_UTIL] >= CORES_BAR + CORES_NUMBER)
            draw_util(cv, line, at.at[CORES_UTIL], at.width[CORES_UTIL], tr, selected && focused);
        double minute[CORES_SPARK_MAX];
        const int spark = at.width[CORES_HISTORY];
        if (spark < CORES_SPARK || spark > CORES_SPARK_MAX) continue;
        size_t n = core_minute(v->world, ROW(row, core), minute, (size_t)spark);
        spark_draw(cv, line, at.at[CORES_HISTORY], spark, selected && focused ? ROLE_SELECTED : ROLE_SPARK, minute, n,
                   100);
    }
}

/* Where it does not fit, without some of its words. */
static void exec_text(const struct cores_sum *sum, int cols, char *out, size_t size)
{
    char p50[TEXT_NUM_MAX], p99[TEXT_NUM_MAX], errors[TEXT_NUM_MAX], ecc[TEXT_NUM_MAX];
    struct known_u64 us50 = sum->p50.known ? known_u64((uint64_t)(sum->p50.value * 1e6)) : UNKNOWN_U64;
    struct known_u64 us99 = sum->p99.known ? known_u64((uint64_t)(sum->p99.value * 1e6)) : UNKNOWN_U64;
    snprintf(out, size, "exec p50 %s  p99 %s   errors %s   ECC uncorr. %s", text_latency(p50, us50),
             text_latency(p99, us99), count_text(errors, sum->errors), count_text(ecc, sum->ecc_uncorrected));
    if ((int)text_width(out) > cols) snprintf(out, size, "p50 %s  p99 %s  errors %s  ECC %s", p50, p99, errors, ecc);
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

/* What the filter leaves out keeps its place, empty. */
static void draw_heat(const struct cores *s, struct canvas *cv, bool focused)
{
    bool *hidden = s->table.filter[0] ? mem_alloc(s->table.count * sizeof *hidden) : NULL;
    for (size_t i = 0; hidden && i < s->table.count; i++) hidden[i] = true;
    for (size_t i = 0; hidden && i < s->table.shown_count; i++) hidden[s->table.shown[i]] = false;
    heat_draw(&s->heat,
              &(struct heat_look){.selected_row = cores_selected_row(s), .hidden = hidden, .focused = focused}, cv);
    free(hidden);
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
    if (cores_heat(s)) {
        draw_heat(s, &top, focused);
    } else {
        table_draw(&s->table, &top, focused);
        draw_histories(s, v, &top, focused);
    }
    char exec[200];
    exec_text(&s->sum, cv->cols - 2, exec, sizeof exec);
    bool bad =
        (s->sum.errors.known && s->sum.errors.value) || (s->sum.ecc_uncorrected.known && s->sum.ecc_uncorrected.value);
    if (fit.devices) canvas_field(cv, fit.table, 2, cv->cols - 2, ROLE_TEXT, s->devices);
    if (fit.exec) canvas_field(cv, fit.table + fit.devices, 2, cv->cols - 2, bad ? ROLE_WARN : ROLE_TEXT, exec);
    if (fresh_is_old(f.state) && !cores_heat(s)) pane_stale(cv); /* the heat view marks each place */
}
