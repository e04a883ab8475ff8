/* timeline_draw.c - the plan of a timeline on so many rows and columns, its labels, and the words at the cursor. */
#include "tui/panes/timeline_draw.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "tui/panes/timeline_bars.h"
#include "tui/panes/timeline_draw_priv.h"

#include <stdio.h>
#include <string.h>

enum {
    MINUTE = 60 * 1000,
    LABEL_WIDE = 20,
    LABEL_NARROW = 15,
    GROUP_WIDE = 8,
    GROUP_NARROW = 8,
    WORDS_FROM = 72, /* columns of the screen */
    WORDS_NARROW = 18,
    WORDS_LEAST = 30,
    WORDS_MOST = 48,
    LEGEND_LEAST = 13, /* rows */
    LADDER_LEAST = 11,
    PROMPT_LINES = 4,
    UNWATCHED_PART = 8, /* of a picture's width that the label takes */
    TALL_MOST = 3,      /* rows of a band or a height */
    BLANK = TIMELINE_LANES
};

uint64_t timeline_zoom_ms(int zoom)
{
    static const uint64_t minutes[TIMELINE_ZOOMS] = {2, 5, 10, 15, 30, 60, 120};
    return minutes[zoom < 0 ? 0 : zoom < TIMELINE_ZOOMS ? zoom : TIMELINE_ZOOMS - 1] * MINUTE;
}

bool has_outage(const struct timeline_scene *s)
{
    return s->outage && s->outage->state != OUTAGE_NONE;
}

int column_of(const struct timeline_plan *plan, uint64_t at_ms)
{
    if (at_ms < plan->from_ms) return -1;
    const uint64_t column = (at_ms - plan->from_ms) / plan->col_ms;
    return column < (uint64_t)plan->plot ? (int)column : -1;
}

/* ---- the plan ---------------------------------------------------------------------------------------------------- */

static bool begins_group(const struct timeline_plan *plan, size_t lane)
{
    return lane == 0 || strcmp(plan->lane[lane].group, plan->lane[lane - 1].group) != 0;
}

/* How rows beyond one a lane are used; each only where all of it fits. */
struct spread {
    int prompts; /* lines of the prompts */
    int bands, heights;
    bool gaps;
};

static bool spare_take(int *spare, int rows)
{
    const bool fits = rows > 0 && *spare >= rows;
    if (fits) *spare -= rows;
    return fits;
}

static struct spread spread_of(const struct timeline_scene *s, const struct timeline_plan *plan, size_t from, int rows)
{
    struct spread spread = {.prompts = 1, .bands = 1, .heights = 1};
    int gaps = 0, bands = 0, heights = 0, spare = rows - (int)(plan->lanes - from);
    for (size_t i = from; i < plan->lanes; i++) {
        gaps += i > from && begins_group(plan, i);
        bands += plan->lane[i].shape == SHAPE_BAND;
        heights += plan->lane[i].shape == SHAPE_HEIGHT;
    }
    const int prompts = bars_depth(s->timeline, plan, PROMPT_LINES);
    while (spread.prompts < prompts && spare_take(&spare, 1)) spread.prompts++;
    spread.gaps = spare_take(&spare, gaps);
    for (int i = 1; i < TALL_MOST; i++) {
        spread.bands += spare_take(&spare, bands);
        spread.heights += spare_take(&spare, heights);
    }
    return spread;
}

static int lane_lines(const struct spread *spread, enum timeline_shape shape)
{
    switch (shape) {
    case SHAPE_BARS: return spread->prompts;
    case SHAPE_BAND: return spread->bands;
    case SHAPE_HEIGHT: return spread->heights;
    default: return 1;
    }
}

static void line_add(struct timeline_plan *plan, size_t lane, int part, int parts)
{
    plan->line[plan->lines++] = (struct timeline_line){
        .lane = (unsigned short)lane, .part = (unsigned char)part, .parts = (unsigned char)parts};
}

static void plan_lines(const struct timeline_scene *s, struct timeline_plan *plan, size_t from, int rows)
{
    if (rows > TIMELINE_ROWS) rows = TIMELINE_ROWS;
    const struct spread spread = spread_of(s, plan, from, rows);
    for (size_t i = from; i < plan->lanes; i++) {
        const int parts = lane_lines(&spread, plan->lane[i].shape);
        const bool gap = spread.gaps && i > from && begins_group(plan, i);
        if (plan->lines + parts + gap > rows) {
            plan->below = plan->lanes - i;
            return;
        }
        if (gap) line_add(plan, BLANK, 0, 1);
        for (int part = 0; part < parts; part++) line_add(plan, i, part, parts);
    }
}

static void plan_columns(struct timeline_plan *plan, int cols)
{
    const bool wide = cols >= TIMELINE_WIDE;
    const int words = cols * 3 / 10;
    plan->label = wide ? LABEL_WIDE : LABEL_NARROW;
    plan->wide = wide;
    plan->words = cols < WORDS_FROM ? 0 : !wide ? WORDS_NARROW : words < WORDS_LEAST ? WORDS_LEAST : words;
    if (plan->words > WORDS_MOST) plan->words = WORDS_MOST;
    plan->plot = cols - plan->label - plan->words - 1;
    if (plan->plot < 1) plan->plot = 1;
}

/* Columns begin at multiples of their length, so that what is past does not flicker as time goes on. */
static void plan_time(const struct timeline_scene *s, struct timeline_plan *plan)
{
    const uint64_t plot = (uint64_t)plan->plot, span = s->to_ms > s->from_ms ? s->to_ms - s->from_ms : 1;
    plan->col_ms = (span + plot - 1) / plot;
    const uint64_t to_ms = (s->to_ms + plan->col_ms - 1) / plan->col_ms * plan->col_ms;
    plan->from_ms = to_ms > plot * plan->col_ms ? to_ms - plot * plan->col_ms : 0;
}

/* The label and a column between it and what was watched. */
static void plan_unwatched(const struct timeline_scene *s, struct timeline_plan *plan, int least)
{
    const uint64_t began_ms = timeline_began_ms(s->timeline),
                   span = began_ms > plan->from_ms ? began_ms - plan->from_ms : 0;
    const uint64_t columns = span / plan->col_ms;
    plan->unwatched = columns < (uint64_t)least ? 0 : columns < (uint64_t)plan->plot ? (int)columns : plan->plot;
}

struct timeline_cell plan_cell(const struct timeline *t, const struct timeline_lane *lane,
                               const struct timeline_plan *plan, int col)
{
    const uint64_t from_ms = plan->from_ms + (uint64_t)col * plan->col_ms, to_ms = from_ms + plan->col_ms;
    const uint64_t began_ms = timeline_began_ms(t);
    const bool begins = plan->unwatched && began_ms > from_ms && began_ms < to_ms;
    struct timeline_cell cell = timeline_cell(t, lane, begins ? began_ms : from_ms, to_ms);
    /* Of the column in which watching began: what was known at its end. A second goes by until the sources are heard.
     */
    if (begins && cell.state == TIMELINE_UNKNOWN) cell.state = timeline_cell(t, lane, to_ms - 1, to_ms).state;
    if (col < plan->unwatched && cell.state == TIMELINE_UNKNOWN) cell.state = TIMELINE_NONE;
    return cell;
}

void timeline_plan_of(const struct timeline_scene *s, int rows, int cols, struct timeline_plan *ret)
{
    ret->lines = 0;
    ret->below = 0;
    plan_columns(ret, cols);
    plan_time(s, ret);
    plan_unwatched(s, ret, (int)strlen(TIMELINE_UNWATCHED) + 1);
    ret->lanes = timeline_lanes(s->timeline, ret->from_ms, ret->from_ms + (uint64_t)ret->plot * ret->col_ms, ret->lane,
                                TIMELINE_LANES);
    ret->ladder = has_outage(s) && rows >= LADDER_LEAST;
    ret->legend = rows >= LEGEND_LEAST;
    const int rest = rows - 1 - ret->ladder - ret->legend - !ret->wide;
    plan_lines(s, ret, s->top < ret->lanes ? s->top : 0, rest > 0 ? rest : 0);
}

void timeline_plan_exact(const struct timeline_scene *s, int columns, struct timeline_plan *ret)
{
    const uint64_t span = s->to_ms > s->from_ms ? s->to_ms - s->from_ms : 1;
    *ret = (struct timeline_plan){.plot = columns, .from_ms = s->from_ms};
    ret->col_ms = (span + (uint64_t)columns - 1) / (uint64_t)columns;
    plan_unwatched(s, ret, columns / UNWATCHED_PART);
    ret->lanes = timeline_lanes(s->timeline, s->from_ms, s->to_ms, ret->lane, TIMELINE_LANES);
}

/* ---- words ---------------------------------------------------------------------------------------------------- */

char *timeline_moment(const struct timeline_scene *s, uint64_t at_ms, char out[TIMELINE_WORDS_MAX])
{
    char stamp[STAMP_TEXT_MAX], seconds[TEXT_NUM_MAX];
    if (has_outage(s)) {
        const bool before = at_ms < s->outage->t0_ms;
        const uint64_t ms = before ? s->outage->t0_ms - at_ms : at_ms - s->outage->t0_ms;
        snprintf(out, TIMELINE_WORDS_MAX, "%c%s", before ? '-' : '+', text_seconds(seconds, ms));
    } else {
        snprintf(out, TIMELINE_WORDS_MAX, "%s", stamp_tenths(stamp, timeline_wall_ms(s->timeline, at_ms)));
    }
    return out;
}

char *timeline_caption(const struct timeline_scene *s, char out[TIMELINE_WORDS_MAX])
{
    char t0[STAMP_TEXT_MAX], cause[OUTAGE_WORDS_MAX], cursor[TIMELINE_WORDS_MAX], length[TEXT_NUM_MAX];
    const uint64_t span = s->to_ms - s->from_ms;
    text_duration(length, span);
    timeline_moment(s, s->cursor_ms, cursor);
    if (has_outage(s))
        snprintf(out, TIMELINE_WORDS_MAX, "%s · T0 = %.60s %s · cursor %.20s", length,
                 outage_cause_words(s->outage, cause), stamp_tenths(t0, s->outage->t0_wall_ms), cursor);
    else
        snprintf(out, TIMELINE_WORDS_MAX, "%s · cursor %.20s", length, cursor);
    return out;
}

static enum role words_role(enum timeline_state state, const struct timeline_cell *cell)
{
    if (cell->failed || state == TIMELINE_FAILED) return ROLE_BAD;
    if (state == TIMELINE_UNKNOWN) return ROLE_STALE;
    if (state == TIMELINE_GONE) return ROLE_GONE;
    return state > TIMELINE_READY || cell->warnings || cell->slow ? ROLE_WARN : ROLE_TEXT;
}

static enum role lane_words(const struct timeline_scene *s, const struct timeline_plan *plan,
                            const struct timeline_lane *lane, char words[TIMELINE_WORDS_MAX])
{
    const uint64_t around_ms = plan->col_ms > 1000 ? plan->col_ms : 1000, now_ms = timeline_now_ms(s->timeline);
    const uint64_t at_ms = s->cursor_ms < now_ms ? s->cursor_ms : now_ms;
    const uint64_t from_ms = at_ms > around_ms ? at_ms - around_ms : 0;
    const bool moment = lane->shape == SHAPE_BAND || lane->shape == SHAPE_VALUE || lane->shape == SHAPE_HEIGHT;
    const struct timeline_cell cell = timeline_cell(s->timeline, lane, moment ? at_ms : from_ms, at_ms + 1);
    timeline_words(s->timeline, lane, s->cursor_ms, around_ms, words);
    return words_role(cell.state, &cell);
}

/* ---- drawing ----------------------------------------------------------------------------------------------------- */

static void label_draw(const struct timeline_scene *s, const struct timeline_plan *plan, int line, struct canvas *cv,
                       int row)
{
    const size_t at = plan->line[line].lane;
    const struct timeline_lane *lane = &plan->lane[at];
    const bool wide = plan->wide, selected = at == s->selected;
    const int group = wide ? GROUP_WIDE : GROUP_NARROW;
    const bool first = line == 0 || begins_group(plan, at);
    const enum role role = selected ? ROLE_SELECTED : ROLE_TEXT;
    if (plan->line[line].part) return;
    if (selected) canvas_fill(cv, row, 0, 1, plan->label - 1, role, ' ');
    if (first)
        canvas_field(cv, row, 1, *lane->name ? group - 1 : plan->label - 2, selected ? role : ROLE_DIM, lane->group);
    const char *name = !wide && *lane->brief ? lane->brief : lane->name;
    const int width = (int)text_width(name), room = plan->label - group - 1; /* a long one begins earlier */
    if (*name)
        canvas_field(cv, row, width > room ? plan->label - 1 - width : group, width > room ? width : room, role, name);
}

/* Beside the lanes: what does not fit ends where a part of it does ("Running 1/1", of "Running 1/1, 0 restarts"); the
 * line of the selected lane has all of it. */
static void words_draw(struct canvas *cv, const struct timeline_plan *plan, int row, enum role role, const char *words)
{
    static const char *const ends[] = {", ", "; ", ": ", " · "};
    const size_t len = strlen(words);
    size_t fitting = 0;
    for (size_t i = 0; (int)text_width(words) > plan->words && i < len; i++)
        for (size_t k = 0; k < ARRAY_LEN(ends); k++) {
            const bool part = strncmp(words + i, ends[k], strlen(ends[k])) == 0;
            if (part && (int)text_widthn(words, i) <= plan->words) fitting = i;
        }
    char part[TIMELINE_WORDS_MAX];
    snprintf(part, sizeof part, "%.*s", (int)(fitting ? fitting : len), words);
    canvas_field(cv, row, plan->label + plan->plot + 1, plan->words, role, part);
}

static void line_draw(const struct timeline_scene *s, const struct timeline_plan *plan, int line, struct canvas *cv,
                      int row)
{
    const struct timeline_line *at = &plan->line[line];
    struct canvas plot = canvas_sub(cv, row, plan->label, 1, plan->plot);
    char words[TIMELINE_WORDS_MAX];
    if (at->lane == BLANK) return;
    const struct lane_line l = {s->timeline, &plan->lane[at->lane], plan, at->part, at->parts};
    label_draw(s, plan, line, cv, row);
    lane_draw(&l, &plot);
    if (at->part || !plan->words) return;
    const enum role role = lane_words(s, plan, l.lane, words);
    words_draw(cv, plan, row, role, words);
}

/* Over the lanes, and where there is nothing else, a thin line at T0. */
static void columns_draw(const struct timeline_scene *s, const struct timeline_plan *plan, struct canvas *cv, int row,
                         int rows)
{
    const int t0 = has_outage(s) ? column_of(plan, s->outage->t0_ms) : -1;
    const int cursor = column_of(plan, s->cursor_ms);
    for (int i = row; t0 >= 0 && i < row + rows; i++) {
        const struct cell *cell = canvas_cell(cv, i, plan->label + t0);
        if (cell && cell->cp == ' ') canvas_fill(cv, i, plan->label + t0, 1, 1, ROLE_DIM, 0x250A);
    }
    for (int i = row; cursor >= 0 && i < row + rows; i++) {
        const struct cell *cell = canvas_cell(cv, i, plan->label + cursor);
        const bool rung = plan->ladder && i == row && cell && cell->cp >= '0' && cell->cp <= '9';
        if (!rung) canvas_fill(cv, i, plan->label + cursor, 1, 1, ROLE_STRONG, 0x2502);
    }
}

static void unwatched_draw(const struct timeline_plan *plan, struct canvas *cv, int row)
{
    static const char label[] = TIMELINE_UNWATCHED;
    if (plan->unwatched && plan->lines)
        canvas_text(cv, row, plan->label + plan->unwatched - (int)strlen(label) - 1, ROLE_DIM, label);
}

static void selected_draw(const struct timeline_scene *s, const struct timeline_plan *plan, struct canvas *cv, int row)
{
    char words[TIMELINE_WORDS_MAX], moment[TIMELINE_WORDS_MAX], line[2 * TIMELINE_WORDS_MAX];
    if (s->selected >= plan->lanes) return;
    const struct timeline_lane *lane = &plan->lane[s->selected];
    const enum role role = lane_words(s, plan, lane, words);
    snprintf(line, sizeof line, "%.20s  %s%s%s: %s", timeline_moment(s, s->cursor_ms, moment), lane->group,
             *lane->name ? " " : "", lane->name, *words ? words : "nothing");
    canvas_field(cv, row, 1, cv->cols - 2, role, line);
}

static void legend_draw(const struct timeline_scene *s, const struct timeline_plan *plan, struct canvas *cv, int row)
{
    static const char legend[] = "█ ready  ▒ not ready  ░ pending  ▚ terminating  ╳ died  ┄ gone  ? unknown";
    char dropped[TIMELINE_WORDS_MAX], more[TIMELINE_WORDS_MAX * 2] = "";
    timeline_dropped_words(s->timeline, dropped);
    if (plan->below)
        snprintf(more, sizeof more, "%zu more lane%s below%s%s", plan->below, text_plural(plan->below),
                 *dropped ? " · " : "", dropped);
    else
        snprintf(more, sizeof more, "%s", dropped);
    const int width = (int)text_width(more), left = cv->cols - 2 - (width ? width + 2 : 0);
    size_t whole = strlen(legend); /* of symbols that are explained whole */
    while (whole && (int)text_widthn(legend, whole) > left) do
            whole--;
        while (whole && strncmp(legend + whole, "  ", 2) != 0);
    canvas_textn(cv, row, 1, ROLE_DIM, legend, whole);
    if (width) canvas_field(cv, row, cv->cols - 1 - width, width, ROLE_WARN, more);
}

void timeline_draw(const struct timeline_scene *s, const struct timeline_plan *plan, struct canvas *cv)
{
    int row = 0;
    struct canvas axis = canvas_sub(cv, row++, plan->label, 1, plan->plot);
    axis_draw(s, plan, &axis);
    if (plan->words) canvas_field(cv, 0, plan->label + plan->plot + 1, plan->words, ROLE_HEADER, "at the cursor");
    if (plan->ladder) {
        char words[TIMELINE_WORDS_MAX];
        struct canvas ladder = canvas_sub(cv, row, plan->label, 1, plan->plot);
        canvas_field(cv, row, 1, plan->label - 2, ROLE_DIM, "recovery");
        ladder_draw(s, plan, &ladder);
        ladder_words(s, words);
        if (plan->words) words_draw(cv, plan, row, ROLE_TEXT, words);
        row++;
    }
    for (int i = 0; i < plan->lines; i++) line_draw(s, plan, i, cv, row + i);
    unwatched_draw(plan, cv, row);
    columns_draw(s, plan, cv, 1, row - 1 + plan->lines);
    row = cv->rows - plan->legend - !plan->wide;
    if (!plan->wide) selected_draw(s, plan, cv, row++);
    if (plan->legend) legend_draw(s, plan, cv, row);
}
