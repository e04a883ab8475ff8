/* timeline_lane.c - one lane of a timeline: bands, heights, values, series, bars and marks. */
#include "backends/base/mem.h"
#include "tui/panes/timeline_bars.h"
#include "tui/panes/timeline_draw_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    LEVELS = 8,
    BEAT_TOP_S = 10, /* full height */
    BEAT_LATE_S = 3,
    CORE_TOP = 100,
    UNKNOWN_EVERY = 4
};

static struct timeline_cell column_cell(const struct lane_line *l, int col)
{
    return plan_cell(l->timeline, l->lane, l->plan, col);
}

static void put_cell(struct canvas *cv, int col, enum role role, uint32_t cp)
{
    canvas_fill(cv, 0, col, 1, 1, role, cp);
}

/* The first column and every fourth: seen as what it is, without shouting. */
static void put_unknown(struct canvas *cv, int col)
{
    bool marked = false;
    for (int i = 1; i < UNKNOWN_EVERY && col - i >= 0; i++) marked = marked || canvas_cell(cv, 0, col - i)->cp == '?';
    put_cell(cv, col, ROLE_STALE, marked ? ' ' : '?');
}

/* ---- bands ------------------------------------------------------------------------------------------------------- */

static void band_draw(const struct lane_line *l, struct canvas *cv)
{
    static const struct {
        uint32_t cp;
        enum role role;
    } looks[TIMELINE_STATES] = {
        [TIMELINE_NONE] = {' ', ROLE_TEXT},       [TIMELINE_GONE] = {0x2504, ROLE_GONE},
        [TIMELINE_READY] = {0x2588, ROLE_OK},     [TIMELINE_STARTING] = {0x2592, ROLE_WARN},
        [TIMELINE_PENDING] = {0x2591, ROLE_WARN}, [TIMELINE_TERMINATING] = {0x259A, ROLE_WARN},
        [TIMELINE_FAILED] = {0x2573, ROLE_BAD},
    };
    for (int col = 0; col < cv->cols; col++) {
        const struct timeline_cell cell = column_cell(l, col);
        if (cell.died)
            put_cell(cv, col, ROLE_BAD, 0x2573);
        else if (cell.state == TIMELINE_UNKNOWN)
            put_unknown(cv, col);
        else
            put_cell(cv, col, looks[cell.state].role, looks[cell.state].cp);
    }
}

/* ---- heights ----------------------------------------------------------------------------------------------------- */

static enum role height_role(enum timeline_kind kind, double value)
{
    if (kind != LANE_BEAT) return ROLE_SPARK;
    return value >= BEAT_TOP_S ? ROLE_BAD : value >= BEAT_LATE_S ? ROLE_WARN : ROLE_OK;
}

/* Of `parts` lines with eight levels each; the lowest line has at least one, since zero is a height, too. */
static void height_put(const struct lane_line *l, struct canvas *cv, int col, double value)
{
    static const char ascii[LEVELS + 1] = "_.-=+*%#";
    const double top = l->lane->kind == LANE_BEAT ? BEAT_TOP_S : CORE_TOP;
    const double share = value <= 0 ? 0 : value >= top ? 1 : value / top;
    int level = (int)lround(share * (LEVELS * l->parts - 1)) + 1 - LEVELS * (l->parts - 1 - l->part);
    if (level <= 0) {
        put_cell(cv, col, ROLE_TEXT, ' ');
        return;
    }
    if (level > LEVELS) level = LEVELS;
    put_cell(cv, col, height_role(l->lane->kind, value),
             cv->ascii ? (uint32_t)ascii[level - 1] : (uint32_t)(0x2580 + level));
}

static void height_draw(const struct lane_line *l, struct canvas *cv)
{
    const bool lowest = l->part == l->parts - 1;
    for (int col = 0; col < cv->cols; col++) {
        const struct timeline_cell cell = column_cell(l, col);
        if (cell.state == TIMELINE_UNKNOWN && lowest)
            put_unknown(cv, col);
        else if (cell.state == TIMELINE_READY && !isnan(cell.value))
            height_put(l, cv, col, cell.value);
        else
            put_cell(cv, col, ROLE_TEXT, ' ');
    }
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* A number cut short would be another number: where it does not fit before the edge or what is unknown, a mark says
 * that a value begins. Returns the column after it. */
static int number_put(const struct lane_line *l, struct canvas *cv, int col, double value)
{
    char text[TEXT_NUM_MAX];
    const int len = snprintf(text, sizeof text, "%.0f", value);
    bool fits = col + len <= cv->cols;
    for (int i = 1; fits && i < len; i++) fits = column_cell(l, col + i).state == TIMELINE_READY;
    return canvas_text(cv, 0, col, value <= 0 ? ROLE_BAD : ROLE_STRONG, fits ? text : "…");
}

/* A value where it begins, then a line for as long as it lasts. Two that follow at once are set apart by a column, so
 * that they never read as one number: the second begins late then, and is the value of its column. Nothing, for less
 * than a column, is shown before what came after it. */
static void value_draw(const struct lane_line *l, struct canvas *cv)
{
    int text_end = -1;
    bool due = true, fell = false;
    double shown = NAN;
    for (int col = 0; col < cv->cols; col++) {
        const struct timeline_cell cell = column_cell(l, col);
        const bool known = cell.state == TIMELINE_READY, zero = cell.value <= 0;
        due = due || cell.begins;
        fell = (fell || cell.fell) && shown > 0;
        if (cell.state == TIMELINE_UNKNOWN) {
            put_unknown(cv, col);
        } else if (known && due && col > text_end) {
            shown = fell ? 0 : cell.value;
            text_end = number_put(l, cv, col, shown);
            due = fell;
            fell = false;
        } else if (col >= text_end) {
            put_cell(cv, col, zero ? ROLE_BAD : ROLE_DIM, known ? 0x2500 : ' ');
        }
        if (!known) {
            shown = NAN;
            text_end = -1;
            due = true;
        }
    }
}

/* ---- series ------------------------------------------------------------------------------------------------------ */

static void series_put(struct canvas *cv, int col, const struct timeline_cell *cell)
{
    if (cell->failed)
        put_cell(cv, col, ROLE_BAD, 'X');
    else if (cell->slow)
        put_cell(cv, col, ROLE_WARN, 's');
    else if (cell->ok)
        put_cell(cv, col, ROLE_OK, '.');
    else if (cell->waiting)
        put_cell(cv, col, ROLE_ACTIVE, '?');
    else if (cell->unknown)
        put_cell(cv, col, ROLE_STALE, '?');
    else if (cell->state == TIMELINE_UNKNOWN)
        put_unknown(cv, col);
    else
        put_cell(cv, col, ROLE_TEXT, ' ');
}

static void series_draw(const struct lane_line *l, struct canvas *cv)
{
    for (int col = 0; col < cv->cols; col++) {
        const struct timeline_cell cell = column_cell(l, col);
        series_put(cv, col, &cell);
    }
}

/* ---- prompts ----------------------------------------------------------------------------------------------------- */

static void bar_put(struct canvas *cv, int from, int to, enum timeline_phase phase)
{
    static const struct {
        uint32_t end, alone;
        enum role role;
    } looks[] = {[PROMPT_WAITING] = {0x25B8, 0x25B8, ROLE_ACTIVE}, [PROMPT_OK] = {0x2524, 0x2022, ROLE_OK},
                 [PROMPT_SLOW] = {0x2524, 's', ROLE_WARN},         [PROMPT_FAILED] = {'X', 'X', ROLE_BAD},
                 [PROMPT_UNKNOWN] = {'?', '?', ROLE_STALE},        [PROMPT_CANCELLED] = {0xB7, 0xB7, ROLE_DIM}};
    if (to <= from) {
        put_cell(cv, from, looks[phase].role, looks[phase].alone);
        return;
    }
    put_cell(cv, from, looks[phase].role, 0x251C);
    canvas_fill(cv, 0, from + 1, 1, to - from - 1, looks[phase].role, 0x2500);
    put_cell(cv, to, looks[phase].role, looks[phase].end);
}

/* Where no line is free, the last one says so. */
static void bars_put(struct bars *b, const struct lane_line *l, struct canvas *cv)
{
    while (bars_step(b)) {
        const bool failed = b->prompt->phase == PROMPT_FAILED;
        if (b->line == l->part)
            bar_put(cv, b->first, b->last, b->prompt->phase);
        else if (b->line == b->lines && l->part == b->lines - 1)
            put_cell(cv, b->first, failed ? ROLE_BAD : ROLE_DIM, failed ? 'X' : '+');
    }
}

static void bars_draw(const struct lane_line *l, struct canvas *cv)
{
    struct bars b = bars_of(l->timeline, l->plan, l->parts);
    const bool dense = bars_are_dense(&b);
    const uint64_t kept_ms = timeline_prompts(l->timeline) ? timeline_prompt(l->timeline, 0)->due_ms : 0;
    for (int col = 0; l->part == 0 && col < cv->cols; col++) {
        struct timeline_cell cell = column_cell(l, col);
        const bool kept = kept_ms && l->plan->from_ms + (uint64_t)(col + 1) * l->plan->col_ms > kept_ms;
        if (kept && !dense) cell.ok = cell.slow = cell.failed = cell.waiting = cell.unknown = 0; /* it has a bar */
        series_put(cv, col, &cell);
    }
    if (!dense) bars_put(&b, l, cv);
}

/* ---- marks ------------------------------------------------------------------------------------------------------- */

static void marks_draw(const struct lane_line *l, struct canvas *cv)
{
    for (int col = 0; col < cv->cols; col++) {
        const struct timeline_cell cell = column_cell(l, col);
        if (cell.warnings)
            put_cell(cv, col, ROLE_WARN, '!');
        else if (cell.normal)
            put_cell(cv, col, ROLE_STRONG, 0x25B2);
    }
}

void lane_draw(const struct lane_line *l, struct canvas *cv)
{
    switch (l->lane->shape) {
    case SHAPE_BAND: band_draw(l, cv); break;
    case SHAPE_HEIGHT: height_draw(l, cv); break;
    case SHAPE_VALUE: value_draw(l, cv); break;
    case SHAPE_SERIES: series_draw(l, cv); break;
    case SHAPE_BARS: bars_draw(l, cv); break;
    case SHAPE_MARKS: marks_draw(l, cv); break;
    }
}
