/* timeline_svg_lane.c - one lane of a timeline in SVG. */
#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/xml.h"
#include "tui/panes/timeline_bars.h"
#include "tui/panes/timeline_draw_priv.h"
#include "tui/panes/timeline_svg_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BAND = 18, HEIGHT = 28, VALUE = 18, SERIES = 14, BAR = 12, MARKS = 18, BEAT_TOP_S = 10, BEAT_LATE_S = 3 };
#define STEP ((double)SVG_PLOT / SVG_COLUMNS)

double svg_x(const struct svg *v, uint64_t at_ms)
{
    const double span = (double)v->plan.col_ms * SVG_COLUMNS;
    const double share = at_ms < v->plan.from_ms ? 0 : (double)(at_ms - v->plan.from_ms) / span;
    return SVG_LEFT + SVG_PLOT * (share > 1 ? 1 : share);
}

static int bar_lines(const struct svg *v)
{
    return bars_depth(v->scene->timeline, &v->plan, SVG_LINES);
}

int svg_lane_height(const struct svg *v, const struct timeline_lane *lane)
{
    switch (lane->shape) {
    case SHAPE_BAND: return BAND;
    case SHAPE_HEIGHT: return HEIGHT;
    case SHAPE_VALUE: return VALUE;
    case SHAPE_SERIES: return SERIES;
    case SHAPE_BARS: return BAR * bar_lines(v) + 2;
    default: return MARKS;
    }
}

static struct timeline_cell column_cell(const struct svg *v, const struct timeline_lane *lane, int col)
{
    return plan_cell(v->scene->timeline, lane, &v->plan, col);
}

static double column_x(int col)
{
    return SVG_LEFT + STEP * col;
}

/* words NULL: no title. */
static void rect_add(const struct svg *v, const char *class, double x, double width, int top, int height,
                     const char *words)
{
    buf_printf(v->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"", class, x, v->y + top,
               width, height);
    if (words && *words) {
        buf_str(v->out, "><title>");
        xml_text(v->out, words);
        buf_str(v->out, "</title></rect>\n");
    } else {
        buf_str(v->out, "/>\n");
    }
}

/* Calls for each run of columns of one class; NULL: nothing is there. */
static void runs_add(const struct svg *v, const struct timeline_lane *lane,
                     const char *(*class_of)(const struct timeline_cell *cell),
                     void (*add)(const struct svg *v, const char *class, double x, double width))
{
    const char *class = NULL;
    int from = 0;
    for (int col = 0; col <= SVG_COLUMNS; col++) {
        const struct timeline_cell cell = column_cell(v, lane, col);
        const char *next = col < SVG_COLUMNS ? class_of(&cell) : NULL;
        if (next == class && col < SVG_COLUMNS) continue;
        if (class) add(v, class, column_x(from), column_x(col) - column_x(from));
        class = next;
        from = col;
    }
}

static const char *class_of_unknown(const struct timeline_cell *cell)
{
    return cell->state == TIMELINE_UNKNOWN ? "unknown" : NULL;
}

/* A hatched box with question marks as far apart as they are on a terminal. */
static void unknown_add(const struct svg *v, const char *class, double x, double width)
{
    enum { MARK = 8, APART = 48 };
    const int height = v->height < BAND ? v->height - 4 : BAND - 4, top = v->height - height - 2;
    rect_add(v, class, x, width, top, height, "unknown");
    for (double at = x + 2; at + MARK <= x + width; at += APART)
        buf_printf(v->out, "<text class=\"dim\" x=\"%.1f\" y=\"%d\">?</text>\n", at, v->y + top + height - 2);
}

/* ---- bands ---------------------------------------------------------------------------------------------------- */

static void died_add(const struct svg *v, double x)
{
    buf_printf(v->out, "<path class=\"died\" d=\"M%.1f %d l8 10 m0 -10 l-8 10\"/>\n", x - 4, v->y + 4);
}

static void band_add(const struct svg *v, const struct timeline_lane *lane)
{
    static const char *const classes[TIMELINE_STATES] = {
        [TIMELINE_NONE] = NULL,           [TIMELINE_GONE] = "gone",       [TIMELINE_READY] = "ready",
        [TIMELINE_STARTING] = "starting", [TIMELINE_PENDING] = "pending", [TIMELINE_TERMINATING] = "terminating",
        [TIMELINE_UNKNOWN] = "unknown",   [TIMELINE_FAILED] = "failed"};
    const struct timeline *t = v->scene->timeline;
    const uint64_t end_ms = v->plan.from_ms + v->plan.col_ms * SVG_COLUMNS, now_ms = timeline_now_ms(t);
    const size_t count = timeline_spans(t, lane);
    const double watched_x = v->plan.unwatched ? svg_x(v, timeline_began_ms(t)) : 0;
    enum timeline_state before = TIMELINE_NONE;
    for (size_t i = 0; i < count; i++) {
        const struct timeline_span *span = timeline_span(t, lane, i);
        const uint64_t next_ms = i + 1 < count ? timeline_span(t, lane, i + 1)->at_ms : now_ms;
        const uint64_t until_ms = next_ms < end_ms ? next_ms : end_ms;
        const double x = svg_x(v, span->at_ms), to = svg_x(v, until_ms);
        const bool dead = span->state == TIMELINE_GONE || span->state == TIMELINE_FAILED;
        const bool was_dead = before == TIMELINE_GONE || before == TIMELINE_FAILED;
        before = span->state;
        if (span->at_ms >= end_ms || until_ms < v->plan.from_ms || !classes[span->state]) continue;
        char words[TIMELINE_WORDS_MAX], stamp[STAMP_TEXT_MAX];
        snprintf(words, sizeof words, "%s since %s", span->words,
                 stamp_tenths(stamp, timeline_wall_ms(t, span->at_ms)));
        if (span->state == TIMELINE_GONE)
            rect_add(v, "gone", x, to - x, BAND / 2 - 1, 2, words);
        else if (span->state == TIMELINE_UNKNOWN && to > watched_x)
            unknown_add(v, "unknown", x > watched_x ? x : watched_x, to - (x > watched_x ? x : watched_x));
        else if (span->state == TIMELINE_UNKNOWN)
            continue;
        else
            rect_add(v, classes[span->state], x, to > x + 1 ? to - x : 1, 2, BAND - 4, words);
        if (dead && !was_dead && span->at_ms >= v->plan.from_ms) died_add(v, x);
    }
}

/* ---- heights -------------------------------------------------------------------------------------------------- */

/* The share of the full height; below 0: not known. */
static double height_share(const struct svg *v, const struct timeline_lane *lane, int col)
{
    const double top = lane->kind == LANE_BEAT ? BEAT_TOP_S : 100;
    const struct timeline_cell cell = column_cell(v, lane, col);
    if (col >= SVG_COLUMNS || cell.state != TIMELINE_READY || isnan(cell.value)) return -1;
    return cell.value <= 0 ? 0 : cell.value >= top ? 1 : cell.value / top;
}

/* An area for each run of known columns; a heartbeat that is late has a line on its top. */
static void height_add(const struct svg *v, const struct timeline_lane *lane)
{
    const int base = v->y + HEIGHT - 3, most = HEIGHT - 6;
    const double late = lane->kind == LANE_BEAT ? (double)BEAT_LATE_S / BEAT_TOP_S : 2;
    bool open = false;
    runs_add(v, lane, class_of_unknown, unknown_add);
    for (int col = 0; col <= SVG_COLUMNS; col++) {
        const double share = height_share(v, lane, col);
        const bool known = share >= 0;
        if (known && !open) buf_printf(v->out, "<path class=\"%s\" d=\"M%.1f %d", lane->group, column_x(col), base);
        if (known) buf_printf(v->out, "V%.1fH%.1f", base - 1 - share * most, column_x(col + 1));
        if (open && !known) buf_printf(v->out, "V%dZ\"/>\n", base);
        open = known;
    }
    for (int col = 0; col < SVG_COLUMNS; col++) {
        const double share = height_share(v, lane, col);
        if (share >= late) rect_add(v, "late", column_x(col), STEP, HEIGHT - 4 - (int)(share * most), 2, NULL);
    }
}

/* ---- values --------------------------------------------------------------------------------------------------- */

static const char *class_of_value(const struct timeline_cell *cell)
{
    if (cell->state == TIMELINE_UNKNOWN) return "unknown";
    if (cell->state != TIMELINE_READY) return NULL;
    return cell->value > 0 ? "line" : "zero";
}

static void value_run_add(const struct svg *v, const char *class, double x, double width)
{
    if (strcmp(class, "unknown") == 0)
        unknown_add(v, class, x, width);
    else
        rect_add(v, class, x, width, VALUE - 4, 1, NULL);
}

/* Where two values begin so close that their numbers would meet, the later one is written. */
static void value_add(const struct svg *v, const struct timeline_lane *lane)
{
    enum { DIGIT = 8 };
    bool due = true;
    double free_x = 0;
    runs_add(v, lane, class_of_value, value_run_add);
    for (int col = 0; col < SVG_COLUMNS; col++) {
        const struct timeline_cell cell = column_cell(v, lane, col);
        char text[TEXT_NUM_MAX];
        due = due || cell.begins || cell.state != TIMELINE_READY;
        if (cell.state != TIMELINE_READY || !due || column_x(col) < free_x) continue;
        snprintf(text, sizeof text, "%.0f", cell.value);
        buf_printf(v->out, "<text class=\"%s\" x=\"%.1f\" y=\"%d\">%s</text>\n", cell.value > 0 ? "number" : "bad",
                   column_x(col), v->y + VALUE - 7, text);
        free_x = column_x(col) + DIGIT * (double)strlen(text) + DIGIT / 2.0;
        due = false;
    }
}

/* ---- series --------------------------------------------------------------------------------------------------- */

static const char *class_of_series(const struct timeline_cell *cell)
{
    if (cell->failed) return "failures";
    if (cell->slow) return "slow";
    if (cell->waiting && !cell->ok) return "waiting";
    if (cell->ok) return "answered";
    return cell->unknown || cell->state == TIMELINE_UNKNOWN ? "unknown" : NULL;
}

/* The worse, the taller: so it is seen without colours, too. */
static void series_run_add(const struct svg *v, const char *class, double x, double width)
{
    if (strcmp(class, "unknown") == 0) {
        unknown_add(v, class, x, width);
        return;
    }
    const bool ok = strcmp(class, "answered") == 0, slow = strcmp(class, "slow") == 0;
    const int height = ok ? 3 : slow ? 7 : SERIES - 3;
    rect_add(v, class, x, width, SERIES - 2 - height, height, class);
}

/* ---- prompts, events ------------------------------------------------------------------------------------------ */

static void bars_add(const struct svg *v, const struct timeline_lane *lane)
{
    static const char *const classes[] = {
        [PROMPT_WAITING] = "waiting", [PROMPT_OK] = "answered",     [PROMPT_SLOW] = "slow",
        [PROMPT_FAILED] = "failures", [PROMPT_UNKNOWN] = "unknown", [PROMPT_CANCELLED] = "gone"};
    const struct timeline *t = v->scene->timeline;
    struct bars b = bars_of(t, &v->plan, bar_lines(v));
    if (bars_are_dense(&b)) {
        runs_add(v, lane, class_of_series, series_run_add);
        return;
    }
    runs_add(v, lane, class_of_unknown, unknown_add);
    while (bars_step(&b)) {
        const struct timeline_prompt *p = b.prompt;
        const uint64_t done_ms = p->done_ms ? p->done_ms : timeline_now_ms(t);
        const double x = svg_x(v, p->due_ms), to = svg_x(v, done_ms);
        char words[TIMELINE_WORDS_MAX], stamp[STAMP_TEXT_MAX], took[TEXT_NUM_MAX];
        snprintf(words, sizeof words, "prompt of %s: %s, %s%s%s%s%s",
                 stamp_tenths(stamp, timeline_wall_ms(t, p->due_ms)), classes[p->phase],
                 text_seconds(took, done_ms > p->due_ms ? done_ms - p->due_ms : 0), *p->failure ? ", " : "", p->failure,
                 *p->head ? ", " : "", p->head);
        const int line = b.line < b.lines ? b.line : b.lines - 1;
        rect_add(v, classes[p->phase], x, to > x + 2 ? to - x : 2, BAR * line + 2, BAR - 4, words);
    }
}

static void marks_add(const struct svg *v)
{
    const struct timeline *t = v->scene->timeline;
    const uint64_t end_ms = v->plan.from_ms + v->plan.col_ms * SVG_COLUMNS;
    for (size_t i = 0; i < timeline_events(t); i++) {
        const struct timeline_event *e = timeline_event(t, i);
        char words[TIMELINE_WORDS_MAX], stamp[STAMP_TEXT_MAX];
        if (e->at_ms < v->plan.from_ms || e->at_ms >= end_ms) continue;
        snprintf(words, sizeof words, "%s %s %s", stamp_clock(stamp, timeline_wall_ms(t, e->at_ms)), e->reason,
                 e->about);
        buf_printf(v->out, "<path class=\"%s\" d=\"M%.1f %d l5 9 h-10 z\"><title>", e->warning ? "warning" : "normal",
                   svg_x(v, e->at_ms), v->y + 4);
        xml_text(v->out, words);
        buf_str(v->out, "</title></path>\n");
    }
}

void svg_lane(struct svg *v, const struct timeline_lane *lane)
{
    v->height = svg_lane_height(v, lane);
    switch (lane->shape) {
    case SHAPE_BAND: band_add(v, lane); break;
    case SHAPE_HEIGHT: height_add(v, lane); break;
    case SHAPE_VALUE: value_add(v, lane); break;
    case SHAPE_SERIES: runs_add(v, lane, class_of_series, series_run_add); break;
    case SHAPE_BARS: bars_add(v, lane); break;
    case SHAPE_MARKS: marks_add(v); break;
    }
}
