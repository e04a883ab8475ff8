/* timeline_pane.c - the pane of the timeline: zooms, scrolls, moves the cursor, and opens what lies there. */
#include "tui/panes/timeline_pane.h"

#include "backends/base/stamp.h"
#include "tui/panes/detail.h"
#include "tui/panes/motion.h"
#include "tui/panes/pane_tools.h"
#include "tui/panes/timeline_draw_priv.h"

#include <stdio.h>
#include <string.h>

enum { STEP = 1, LEAP = 10, HISTORY_LINES = 100 };

void timeline_outage_of(const struct view *v, struct outage *ret)
{
    const struct outage *o = v->outage->state != OUTAGE_NONE ? v->outage : v->previous;
    if (o)
        *ret = *o;
    else
        ret->state = OUTAGE_NONE;
}

static void timeline_pane_init(struct pane *p)
{
    struct timeline_pane *s = (struct timeline_pane *)p;
    s->kind = LANE_HEAD;
}

static void timeline_pane_done(struct pane *p)
{
    (void)p;
}

/* ---- what is shown ----------------------------------------------------------------------------------------------- */

static uint64_t window_end(const struct timeline_pane *s, const struct view *v)
{
    return s->to_ms && s->to_ms < v->now_ms ? s->to_ms : v->now_ms;
}

/* The cursor stays where it was in time: where that has left the screen, the screen stays with it. */
static void window_keep_cursor(struct timeline_pane *s, const struct view *v)
{
    const uint64_t span = timeline_zoom_ms(s->zoom);
    const uint64_t end = window_end(s, v), begin = end > span ? end - span : 0;
    if (!s->cursor_ms) return;
    if (s->cursor_ms > v->now_ms) s->cursor_ms = 0; /* the replay went back */
    /* A column less: the span is moved to whole columns. */
    const uint64_t column = s->plan.col_ms;
    if (s->cursor_ms && s->cursor_ms < begin + column) s->to_ms = s->cursor_ms + span - column;
    if (s->cursor_ms > end) s->to_ms = s->cursor_ms < v->now_ms ? s->cursor_ms : 0;
}

/* An outage belongs to what is shown only where some of it is there. */
static bool outage_is_shown(const struct outage *o, uint64_t from_ms, uint64_t to_ms)
{
    const uint64_t span = to_ms - from_ms, t0 = o->t0_ms;
    return o->state != OUTAGE_NONE && t0 <= to_ms && t0 + span >= from_ms;
}

/* The latest that is shown: T0 is its. */
static const struct outage *outage_shown(const struct timeline_pane *s, const struct view *v, uint64_t from_ms,
                                         uint64_t to_ms)
{
    if (outage_is_shown(&s->outage, from_ms, to_ms)) return &s->outage;
    for (size_t i = v->past ? v->past->count : 0; i-- > 0;)
        if (outage_is_shown(v->past->loss[i], from_ms, to_ms)) return v->past->loss[i];
    return NULL;
}

/* A lane that is gone gives way to the first of its kind, and that to the first of all. */
static size_t selected_lane(const struct timeline_pane *s)
{
    size_t found = 0;
    for (size_t i = s->plan.lanes; i-- > 0;) {
        if (s->plan.lane[i].kind != s->kind) continue;
        found = i;
        if (strcmp(s->plan.lane[i].key, s->key) == 0) return i;
    }
    return found;
}

static void lane_select(struct timeline_pane *s, size_t lane)
{
    if (lane >= s->plan.lanes) return;
    s->kind = s->plan.lane[lane].kind;
    snprintf(s->key, sizeof s->key, "%s", s->plan.lane[lane].key);
    s->scene.selected = lane;
}

static void plan_make(struct timeline_pane *s)
{
    s->scene.top = s->top;
    timeline_plan_of(&s->scene, s->pane.rows, s->pane.cols, &s->plan);
}

/* Scrolls the lanes so far that the selected one is shown. */
static void plan_show_selected(struct timeline_pane *s)
{
    plan_make(s);
    s->scene.selected = selected_lane(s);
    if (s->scene.selected < s->top) s->top = s->scene.selected;
    plan_make(s);
    while (s->plan.below && s->scene.selected + s->plan.below >= s->plan.lanes && s->top < s->scene.selected) {
        s->top++;
        plan_make(s);
    }
    while (s->top > 0 && !s->plan.below) { /* there is room for more */
        s->top--;
        plan_make(s);
        if (!s->plan.below) continue;
        s->top++;
        plan_make(s);
        break;
    }
}

/* ---- what lies at the cursor ------------------------------------------------------------------------------------- */

static const struct timeline_lane *lane_at_cursor(const struct timeline_pane *s)
{
    return s->scene.selected < s->plan.lanes ? &s->plan.lane[s->scene.selected] : NULL;
}

static void selection_set(struct selection *ret, enum table table, const char *key)
{
    *ret = (struct selection){.table = table};
    snprintf(ret->key, sizeof ret->key, "%s", key);
}

/* A lane without an object of its own is identified by its name, in the place of a key (detail.h). */
static bool selection_of(const struct timeline_pane *s, struct selection *ret)
{
    const struct timeline_lane *lane = lane_at_cursor(s);
    if (!lane) return false;
    const struct timeline_prompt *prompt = timeline_prompt_near(s->scene.timeline, s->scene.cursor_ms);
    const struct timeline_event *event = timeline_event_near(s->scene.timeline, s->scene.cursor_ms);
    if (lane->shape == SHAPE_BAND)
        selection_set(ret, TABLE_POD, lane->key);
    else if (lane->kind == LANE_CORE)
        selection_set(ret, TABLE_CORE, lane->key);
    else if (lane->kind == LANE_PROMPTS && prompt)
        selection_set(ret, TABLE_REQUEST, prompt->key);
    else if (lane->kind == LANE_EVENTS && event)
        selection_set(ret, TABLE_EVENT, event->key);
    else {
        *ret = (struct selection){.table = TABLE_RAYSERVICE};
        snprintf(ret->key, sizeof ret->key, "%s %s#", lane->group, lane->name);
    }
    return true;
}

static void selection_keep(struct timeline_pane *s)
{
    s->selects = selection_of(s, &s->selection);
}

static bool timeline_pane_selected(const struct pane *p, struct selection *ret)
{
    const struct timeline_pane *s = (const struct timeline_pane *)p;
    if (s->selects) *ret = s->selection;
    return s->selects;
}

/* ---- as of a view ----------------------------------------------------------------------------------------------- */

static void timeline_pane_update(struct pane *p, const struct view *v)
{
    struct timeline_pane *s = (struct timeline_pane *)p;
    if (p->rows == 0 || !v->timeline) { /* by the next time another timeline may be kept */
        s->scene = (struct timeline_scene){0};
        s->plan.lanes = 0;
        s->selects = false;
        return;
    }
    timeline_outage_of(v, &s->outage);
    window_keep_cursor(s, v);
    const uint64_t to_ms = window_end(s, v), span = timeline_zoom_ms(s->zoom);
    const uint64_t from_ms = to_ms > span ? to_ms - span : 0;
    s->scene = (struct timeline_scene){.timeline = v->timeline,
                                       .outage = outage_shown(s, v, from_ms, to_ms),
                                       .past = v->past,
                                       .from_ms = from_ms,
                                       .to_ms = to_ms,
                                       .cursor_ms = s->cursor_ms ? s->cursor_ms : to_ms};
    plan_show_selected(s);
    selection_keep(s);
}

static void timeline_pane_draw(const struct pane *p, const struct view *v, struct canvas *cv, bool focused)
{
    const struct timeline_pane *s = (const struct timeline_pane *)p;
    (void)focused;
    if (!v->timeline || !s->plan.lanes)
        pane_say(cv, 0, ROLE_DIM, "nothing was watched yet: the timeline begins when a RayService is first observed");
    else
        timeline_draw(&s->scene, &s->plan, cv);
}

static int wanted_rows(const struct pane *p, const struct view *v, int cols)
{
    (void)v;
    (void)cols;
    return (int)((const struct timeline_pane *)p)->plan.lanes + 3;
}

static void timeline_pane_status(const struct pane *p, const struct view *v, char *out, size_t size)
{
    const struct timeline_pane *s = (const struct timeline_pane *)p;
    char caption[TIMELINE_WORDS_MAX] = "";
    if (v->timeline && s->plan.lanes) timeline_caption(&s->scene, caption);
    snprintf(out, size, "%s%s", caption, !s->to_ms || !*caption ? "" : " · scrolled back");
}

static void timeline_pane_brief(const struct pane *p, const struct view *v, char *out, size_t size)
{
    (void)p;
    (void)v;
    (void)size;
    out[0] = '\0';
}

static void history_add(const struct timeline_pane *s, uint64_t at_ms, const char *words, struct buf *out)
{
    char moment[TIMELINE_WORDS_MAX], stamp[STAMP_TEXT_MAX];
    buf_printf(out, "%s  %10s  %s\n", stamp_tenths(stamp, timeline_wall_ms(s->scene.timeline, at_ms)),
               s->scene.outage ? timeline_moment(&s->scene, at_ms, moment) : "", words);
}

/* The states of a pod; of a lane of values, what it said in each column in which that changed. */
static void history_detail(const struct timeline_pane *s, const struct timeline_lane *lane, struct buf *out)
{
    const struct timeline *t = s->scene.timeline;
    const size_t spans = timeline_spans(t, lane);
    char words[TIMELINE_WORDS_MAX], before[TIMELINE_WORDS_MAX] = "";
    for (size_t i = spans > HISTORY_LINES ? spans - HISTORY_LINES : 0; i < spans; i++) {
        const struct timeline_span *span = timeline_span(t, lane, i);
        if (span->at_ms < timeline_began_ms(t)) /* it was created then: no clock of ours need reach so far back */
            buf_printf(out, "earlier      %10s  %s\n", "", span->words);
        else
            history_add(s, span->at_ms, span->words, out);
    }
    if (spans || lane->shape == SHAPE_BARS) return;
    for (int col = 0; col < s->plan.plot; col++) {
        const uint64_t at_ms = s->plan.from_ms + (uint64_t)(col + 1) * s->plan.col_ms - 1;
        timeline_words(t, lane, at_ms, s->plan.col_ms, words);
        if (*words && strcmp(words, before) != 0) history_add(s, at_ms, words, out);
        snprintf(before, sizeof before, "%s", words);
    }
}

static void timeline_pane_detail(const struct pane *p, const struct view *v, struct buf *out)
{
    const struct timeline_pane *s = (const struct timeline_pane *)p;
    const struct timeline_lane *lane = lane_at_cursor(s);
    struct selection at;
    char words[TIMELINE_WORDS_MAX], stamp[STAMP_TEXT_MAX];
    if (!lane || !timeline_pane_selected(p, &at)) return;
    timeline_words(s->scene.timeline, lane, s->scene.cursor_ms, s->plan.col_ms, words);
    buf_printf(out, "At %s: %s\n\n", stamp_tenths(stamp, timeline_wall_ms(s->scene.timeline, s->scene.cursor_ms)),
               or_dash(words));
    const struct row *row = at.table != TABLE_RAYSERVICE ? world_find(v->world, at.table, at.key) : NULL;
    if (row && at.table == TABLE_POD) pod_detail(v, row, out);
    if (row && at.table == TABLE_CORE) core_detail(v, row, out);
    if (row && at.table == TABLE_REQUEST) request_detail(row, out);
    if (row && at.table == TABLE_EVENT) event_detail(v, row, out);
    if (!row && at.table != TABLE_RAYSERVICE)
        buf_str(out, "The world keeps it no longer: this is what the timeline knows.\n");
    if (lane->kind == LANE_PROMPTS || lane->kind == LANE_EVENTS) return;
    buf_str(out, row ? "\nHistory\n" : "History\n");
    history_detail(s, lane, out);
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

static void cursor_move(struct timeline_pane *s, const struct view *v, int64_t columns)
{
    const int64_t to = (int64_t)s->scene.cursor_ms + columns * (int64_t)s->plan.col_ms;
    const int64_t oldest = v->now_ms > TIMELINE_MS ? (int64_t)(v->now_ms - TIMELINE_MS) : 0;
    s->cursor_ms = to < oldest ? (uint64_t)oldest : (uint64_t)to;
    if (to >= (int64_t)v->now_ms) { /* back at now: follows again */
        s->cursor_ms = 0;
        s->to_ms = 0;
    }
}

/* Half of what is shown; the cursor keeps its column. */
static void window_scroll(struct timeline_pane *s, const struct view *v, int64_t columns)
{
    const int64_t end = (int64_t)window_end(s, v) + columns * (int64_t)s->plan.col_ms;
    const int64_t oldest = v->now_ms > TIMELINE_MS ? (int64_t)(v->now_ms - TIMELINE_MS) : 0;
    const int64_t least = oldest + (int64_t)timeline_zoom_ms(s->zoom);
    const int64_t to = end < least ? least : end;
    if (s->cursor_ms) cursor_move(s, v, columns);
    s->to_ms = to >= (int64_t)v->now_ms ? 0 : (uint64_t)to;
}

/* About the cursor: it keeps its place. */
static void window_zoom(struct timeline_pane *s, const struct view *v, int by)
{
    const uint64_t before = timeline_zoom_ms(s->zoom), end = window_end(s, v);
    s->zoom += by;
    if (s->zoom < 0) s->zoom = 0;
    if (s->zoom >= TIMELINE_ZOOMS) s->zoom = TIMELINE_ZOOMS - 1;
    if (!s->cursor_ms) return;
    const double share = (double)(end - s->scene.cursor_ms) / (double)before;
    const uint64_t to = s->scene.cursor_ms + (uint64_t)(share * (double)timeline_zoom_ms(s->zoom));
    s->to_ms = to >= v->now_ms ? 0 : to;
}

/* Whether the lane changes in the column that ends then: a state, a value, a failure, a prompt, an event. */
static bool column_changes(const struct timeline_pane *s, const struct timeline_lane *lane, uint64_t end_ms)
{
    const struct timeline *t = s->scene.timeline;
    const uint64_t step = s->plan.col_ms;
    const struct timeline_cell cell = timeline_cell(t, lane, end_ms - step, end_ms);
    const struct timeline_cell before = timeline_cell(t, lane, end_ms - 2 * step, end_ms - step);
    switch (lane->shape) {
    case SHAPE_MARKS: return cell.normal + cell.warnings > 0;
    case SHAPE_SERIES: return cell.state != before.state || (cell.failed > 0) != (before.failed > 0);
    case SHAPE_BARS: return cell.ok + cell.failed + cell.slow + cell.waiting > 0;
    case SHAPE_VALUE: return cell.begins || cell.state != before.state;
    default: break;
    }
    const bool stays_dead = before.died && (cell.state == TIMELINE_GONE || cell.state == TIMELINE_FAILED);
    return cell.died || (cell.state != before.state && !stays_dead);
}

/* To the next or the last column in which the selected lane changes. False: there is none, and it stays. */
static bool cursor_next(struct timeline_pane *s, const struct view *v, int by)
{
    const struct timeline_lane *lane = lane_at_cursor(s);
    const uint64_t step = s->plan.col_ms;
    const uint64_t oldest = v->now_ms > TIMELINE_MS ? v->now_ms - TIMELINE_MS : 2 * step;
    uint64_t end_ms = s->plan.from_ms + ((s->scene.cursor_ms - s->plan.from_ms) / step + 1) * step;
    if (!lane || s->scene.cursor_ms < s->plan.from_ms) return false;
    for (;;) {
        end_ms = by > 0 ? end_ms + step : end_ms - step;
        if (end_ms < oldest + 2 * step || end_ms > v->now_ms + step) return false;
        if (!column_changes(s, lane, end_ms)) continue;
        s->cursor_ms = end_ms - 1 < v->now_ms ? end_ms - 1 : 0;
        return true;
    }
}

/* To the latest T0 before the cursor; from the first of them to the latest of all. False: no loss was seen. */
static bool cursor_to_t0(struct timeline_pane *s)
{
    size_t at = 0;
    uint64_t before_ms = 0, latest_ms = s->outage.state != OUTAGE_NONE ? s->outage.t0_ms : 0;
    for (const struct outage *o; (o = scene_loss(&s->scene, NULL, &at));) {
        if (o->t0_ms > latest_ms) latest_ms = o->t0_ms;
        if (o->t0_ms < s->scene.cursor_ms) before_ms = o->t0_ms;
    }
    if (latest_ms && latest_ms < s->scene.cursor_ms) before_ms = latest_ms;
    if (before_ms || latest_ms) s->cursor_ms = before_ms ? before_ms : latest_ms;
    return before_ms || latest_ms;
}

static struct pane_request found_or_say(bool found, const char *words, bool may_come)
{
    if (found) return (struct pane_request){.type = REQUEST_NONE};
    return (struct pane_request){.type = REQUEST_SAY, .words = words, .may_come = may_come};
}

static void lane_move(struct timeline_pane *s, int by)
{
    const size_t at = s->scene.selected;
    if (by < 0)
        lane_select(s, at > (size_t)-by ? at - (size_t)-by : 0);
    else
        lane_select(s, at + (size_t)by < s->plan.lanes ? at + (size_t)by : s->plan.lanes - 1);
}

static struct pane_request mouse_input(struct timeline_pane *s, const struct view *v, const struct input *in)
{
    const int line = in->row - 1 - s->plan.ladder, col = in->col - s->plan.label;
    if (in->mouse == MOUSE_WHEEL_UP) window_scroll(s, v, -LEAP);
    if (in->mouse == MOUSE_WHEEL_DOWN) window_scroll(s, v, LEAP);
    if (in->mouse != MOUSE_PRESS) return (struct pane_request){.type = REQUEST_NONE};
    if (line >= 0 && line < s->plan.lines) lane_select(s, s->plan.line[line].lane);
    if (col >= 0 && col < s->plan.plot) {
        const uint64_t at = s->plan.from_ms + (uint64_t)(col + 1) * s->plan.col_ms - 1;
        s->cursor_ms = at < v->now_ms ? at : 0;
    }
    return (struct pane_request){.type = REQUEST_NONE};
}

static struct pane_request key_input(struct timeline_pane *s, const struct view *v, const struct input *in)
{
    const struct pane_request none = {.type = REQUEST_NONE};
    const int64_t half = s->plan.plot / 2;
    switch (motion_of(in)) {
    case MOTION_UP: return lane_move(s, -1), none;
    case MOTION_DOWN: return lane_move(s, 1), none;
    case MOTION_PAGE_UP:
    case MOTION_HALF_UP: return window_scroll(s, v, -half), none;
    case MOTION_PAGE_DOWN:
    case MOTION_HALF_DOWN: return window_scroll(s, v, half), none;
    case MOTION_FIRST: return cursor_move(s, v, -(int64_t)(TIMELINE_MS / s->plan.col_ms) - 1), none;
    case MOTION_LAST: return cursor_move(s, v, (int64_t)(TIMELINE_MS / s->plan.col_ms) + 1), none;
    default: break;
    }
    switch (in->key) {
    case KEYP_LEFT:
    case 'h': cursor_move(s, v, in->mods & MOD_SHIFT ? -LEAP : -STEP); break;
    case KEYP_RIGHT:
    case 'l': cursor_move(s, v, in->mods & MOD_SHIFT ? LEAP : STEP); break;
    case 'H': cursor_move(s, v, -LEAP); break;
    case 'L': cursor_move(s, v, LEAP); break;
    case '+':
    case '=': window_zoom(s, v, -1); break;
    case '-': window_zoom(s, v, 1); break;
    case 'n': return found_or_say(cursor_next(s, v, 1), "this lane has no change after the cursor", true);
    case 'N': return found_or_say(cursor_next(s, v, -1), "this lane has no change before the cursor", false);
    case 'b': return found_or_say(cursor_to_t0(s), "no head was lost so far", true);
    case KEYP_ENTER: return (struct pane_request){.type = REQUEST_OPEN};
    default: return pane_no_key(in);
    }
    return none;
}

/* The timeline of the last update may be gone: a recording was sought in, another RayService is in focus. */
static struct pane_request timeline_pane_input(struct pane *p, const struct view *v, const struct input *in)
{
    struct timeline_pane *s = (struct timeline_pane *)p;
    timeline_pane_update(p, v);
    if (!s->plan.lanes) return pane_no_key(in);
    const struct pane_request request = in->type == INPUT_MOUSE ? mouse_input(s, v, in)
                                        : in->type == INPUT_KEY ? key_input(s, v, in)
                                                                : (struct pane_request){.type = REQUEST_NONE};
    selection_keep(s);
    return request;
}

static const struct pane_key timeline_keys[] = {
    {"h l ← →", "The cursor, by a column; H and L by ten; j and k select a lane"},
    {"+ -", "Zoom in, zoom out: from 2 minutes to 2 hours"},
    {"PgUp PgDn", "Half of the span earlier, later"},
    {"n N b", "To the next change of the lane, the one before; to T0"},
    {"g G", "As far back as is kept; to now, and follow it"},
    {"Enter", "What lies at the cursor: the pod, the prompt, the event, the lane's history"},
    {NULL, NULL},
};

const struct pane_ops timeline_pane_ops = {
    .name = "timeline",
    .title = "Timeline",
    .tab = "Timeline",
    .letter = 'T',
    .state_size = sizeof(struct timeline_pane),
    .min_rows = 6,
    .sideways = true,
    .keys = timeline_keys,
    .init = timeline_pane_init,
    .done = timeline_pane_done,
    .update = timeline_pane_update,
    .draw = timeline_pane_draw,
    .wanted_rows = wanted_rows,
    .status = timeline_pane_status,
    .brief = timeline_pane_brief,
    .selected = timeline_pane_selected,
    .detail = timeline_pane_detail,
    .input = timeline_pane_input,
};
