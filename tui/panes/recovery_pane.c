/* recovery_pane.c - the pane of the recovery's rungs, in the order of the ladder also when it is over: no row moves
 * under a reader's eyes. Reports have them in order of time. */
#include "tui/panes/recovery_pane.h"

#include "backends/base/stamp.h"
#include "backends/world/outage.h"
#include "tui/panes/pane_tools.h"

#include <stdio.h>
#include <string.h>

enum {
    WIDE = 110,
    NARROW = 56,
    WIDEST = 140, /* keeps the times close to their words */
    LAST_WIDTH = 9,
    GAP = 3,
    NOW_WIDTH = 8, /* "+59:59", and two blanks; from an hour on it is full */
    WORDS_WIDTH = 27,
    WORDS_NARROW = 25, /* the longest but one, whose notes are short */
    WORDS_AT = 4,
    NOTE_LEAST = 12
};

struct recovery_state {
    struct pane pane;
};

bool recovery_pane_shown(const struct view *v)
{
    const struct outage *o = v->outage;
    if (o->state != OUTAGE_OVER) return o->state == OUTAGE_RUNNING;
    return !o->last_rung.known || v->now_ms < o->t0_ms + o->last_rung.value + RECOVERY_SHOWN_MS;
}

static void recovery_pane_init(struct pane *p)
{
    p->table = NULL;
}

static void recovery_pane_done(struct pane *p)
{
    (void)p;
}

static void recovery_pane_update(struct pane *p, const struct view *v)
{
    (void)p;
    (void)v;
}

/* "T0 = delete accepted 12:42:11.2" */
static char *t0_text(const struct outage *o, char *out, size_t size)
{
    char cause[OUTAGE_WORDS_MAX], clock[STAMP_TEXT_MAX];
    snprintf(out, size, "T0 = %s %s", outage_cause_words(o, cause), stamp_tenths(clock, o->t0_wall_ms));
    return out;
}

/* The hint of a rung that was not reached: why not, and what must not be mistaken for it. */
static const char *rung_hint(const struct outage *o, int at, bool active)
{
    const struct outage_rung *rung = &o->rung[at];
    const bool over = o->state == OUTAGE_OVER, never = !active && !rung->possible;
    const bool of_gcs = at == RUNG_GCS_SILENT || at == RUNG_GCS_BACK || at == RUNG_HEAD_ALIVE;
    if (never && of_gcs && o->ft == TRI_NO) return "GCS fault tolerance is off: its state was in the head";
    if (never && (at == RUNG_GCS_SILENT || over)) return "not seen";
    if ((active || over) && *rung->why) return rung->why;
    if (at == RUNG_HEAD_ALIVE && o->node_stale) return "NODE still calls the old head ALIVE: stale, not evidence";
    if (at == RUNG_SERVE_RUNNING) return "by the Serve API: RayService.status lags";
    return "";
}

/* A head whose container restarts in the same pod creates no pod. */
static const char *words_of(const struct outage *o, int rung)
{
    bool same_pod = *o->new_head_uid && strcmp(o->new_head_uid, o->old_head_uid) == 0;
    return rung == RUNG_HEAD_CREATED && same_pod ? "same head pod, restarted" : rung_words((enum rung)rung);
}

/* A column of dashes would take the evidence's room. */
static bool has_last(const struct view *v, int cols)
{
    return cols >= NARROW && v->previous->state != OUTAGE_NONE;
}

/* The column of "now"; that of the last time is hidden first. */
static int times_at(const struct view *v, const struct canvas *cv)
{
    return cv->cols - 2 - NOW_WIDTH - (has_last(v, cv->cols) ? LAST_WIDTH + GAP : 0);
}

/* What is said beside a rung: by what it was seen, or why it was not; and when it was lost. */
static char *note_of(const struct outage *o, int rung, bool active, char *out, size_t size)
{
    char lost[OUTAGE_WORDS_MAX];
    const struct outage_rung *s = &o->rung[rung];
    const char *note = s->seen ? s->note : rung_hint(o, rung, active);
    outage_rung_words(s, lost);
    snprintf(out, size, "%s%s%s", lost, *lost && *note ? ": " : "", note);
    return out;
}

/* The state of a rung, for its drawing. */
struct standing {
    enum role role, mark_role;
    enum glyph mark;
};

static struct standing standing_of(const struct outage *o, int rung, bool active)
{
    if (o->rung[rung].seen) return (struct standing){ROLE_TEXT, ROLE_OK, GLYPH_CHECK};
    if (active) return (struct standing){ROLE_ACTIVE, ROLE_ACTIVE, GLYPH_POINT};
    if (o->rung[rung].lost) return (struct standing){ROLE_BAD, ROLE_BAD, GLYPH_CROSS};
    const bool missed = o->state == OUTAGE_OVER && o->rung[rung].possible;
    return missed ? (struct standing){ROLE_BAD, ROLE_BAD, GLYPH_CROSS}
                  : (struct standing){ROLE_DIM, ROLE_DIM, GLYPH_DOT};
}

static void now_text(const struct view *v, int rung, bool active, char out[TEXT_NUM_MAX])
{
    const struct outage_rung *s = &v->outage->rung[rung];
    snprintf(out, TEXT_NUM_MAX, "–");
    if (s->seen)
        outage_offset(out, s->after_ms);
    else if (active)
        outage_length(out, outage_rung_clock(v->outage, (enum rung)rung, v->now_ms));
}

static void draw_times(const struct view *v, struct canvas *cv, int line, int rung, bool active, const char *now)
{
    const struct outage_rung *before = &v->previous->rung[rung];
    char last[TEXT_NUM_MAX] = "–";
    if (v->previous->state != OUTAGE_NONE && before->seen) outage_offset(last, before->after_ms);
    canvas_field(cv, line, times_at(v, cv), -NOW_WIDTH, standing_of(v->outage, rung, active).role, now);
    if (!has_last(v, cv->cols)) return;
    canvas_field(cv, line, cv->cols - 2 - LAST_WIDTH, -LAST_WIDTH, ROLE_DIM, last);
}

static void draw_rung(const struct view *v, struct canvas *cv, int line, int rung, bool active)
{
    char note[OUTAGE_WHY_MAX + OUTAGE_WORDS_MAX], now[TEXT_NUM_MAX];
    const struct standing stands = standing_of(v->outage, rung, active);
    const char *name = words_of(v->outage, rung);
    int times = times_at(v, cv), words = (int)text_width(name);
    const int least = cv->cols < WIDE ? WORDS_NARROW : WORDS_WIDTH;
    if (words < least) words = least;
    now_text(v, rung, active, now);
    const int note_at = WORDS_AT + words + 1, note_end = times - ((int)text_width(now) >= NOW_WIDTH);
    const bool noted = note_end - note_at > NOTE_LEAST;
    canvas_text(cv, line, 2, stands.mark_role, glyph(cv->ascii, stands.mark));
    canvas_field(cv, line, WORDS_AT, noted ? words : times - WORDS_AT - 1, stands.role, name);
    if (noted)
        canvas_field(cv, line, note_at, note_end - note_at, active ? ROLE_TEXT : ROLE_DIM,
                     note_of(v->outage, rung, active, note, sizeof note));
    draw_times(v, cv, line, rung, active, now);
}

/* The column heads, on the pane's rule or on a line of their own. */
static bool has_head(int cols)
{
    return cols < WIDE || cols > WIDEST;
}

static void draw_head(const struct view *v, struct canvas *cv)
{
    char text[2 * OUTAGE_WORDS_MAX];
    t0_text(v->outage, text, sizeof text);
    canvas_fill(cv, 0, 0, 1, cv->cols, ROLE_HEADER, ' ');
    canvas_field(cv, 0, 2, times_at(v, cv) - 4, ROLE_HEADER, text);
    canvas_field(cv, 0, times_at(v, cv), -NOW_WIDTH, ROLE_HEADER, "now");
    if (has_last(v, cv->cols)) canvas_field(cv, 0, cv->cols - 2 - LAST_WIDTH, -LAST_WIDTH, ROLE_HEADER, "last time");
}

/* Where not all rungs fit, shows those around the next one. */
static int first_rung(int active, int rows)
{
    if (rows >= RUNG_COUNT) return 0;
    int first = (active == RUNG_COUNT ? RUNG_COUNT : active + 2) - rows;
    return first < 0 ? 0 : first > RUNG_COUNT - rows ? RUNG_COUNT - rows : first;
}

static void recovery_pane_draw(const struct pane *p, const struct view *v, struct canvas *cv, bool focused)
{
    (void)p;
    (void)focused;
    if (v->outage->state == OUTAGE_NONE) {
        pane_say(cv, 0, ROLE_DIM, "no head loss was observed by this console");
        return;
    }
    struct canvas part = canvas_sub(cv, 0, 0, cv->rows, cv->cols < WIDEST ? cv->cols : WIDEST);
    int head = has_head(cv->cols) && cv->rows > 1;
    cv = &part;
    if (head) draw_head(v, cv);
    int rows = cv->rows - head, active = (int)v->outage->waits_for, first = first_rung(active, rows);
    for (int i = 0; i < rows && first + i < RUNG_COUNT; i++) draw_rung(v, cv, head + i, first + i, first + i == active);
}

static int wanted_rows(const struct pane *p, const struct view *v, int cols)
{
    (void)p;
    (void)v;
    return RUNG_COUNT + has_head(cols);
}

static void recovery_pane_status(const struct pane *p, const struct view *v, char *out, size_t size)
{
    char text[2 * OUTAGE_WORDS_MAX];
    out[0] = '\0';
    if (v->outage->state == OUTAGE_NONE || has_head(p->cols)) return;
    snprintf(out, size, "%s ─      now%s", t0_text(v->outage, text, sizeof text),
             has_last(v, p->cols) ? " ─ last time" : "");
}

static void recovery_pane_brief(const struct pane *p, const struct view *v, char *out, size_t size)
{
    const struct outage *o = v->outage;
    char length[TEXT_NUM_MAX], after[TEXT_NUM_MAX], words[OUTAGE_WORDS_MAX];
    (void)p;
    out[0] = '\0';
    if (o->waits_for != RUNG_COUNT)
        snprintf(out, size, "  Recovery  ▸ %s, %s", words_of(o, (int)o->waits_for),
                 outage_length(length, outage_rung_clock(o, o->waits_for, v->now_ms)));
    else if (o->state == OUTAGE_OVER && o->last_rung.known)
        snprintf(out, size, "  Recovery  ✔ over %s, %s", outage_offset(after, o->last_rung.value),
                 outage_main_words(o, words));
}

static bool recovery_pane_selected(const struct pane *p, struct selection *ret)
{
    (void)p;
    (void)ret;
    return false;
}

static void detail_lengths(const struct outage *o, struct buf *out)
{
    char down[TEXT_NUM_MAX], recovered[TEXT_NUM_MAX], silent[TEXT_NUM_MAX], unserved[TEXT_NUM_MAX],
        words[OUTAGE_WORDS_MAX];
    buf_printf(out, "head down %s   recovered after %s   GCS silent %s   longest time without an answered probe %s\n",
               outage_length(down, o->head_down_ms), outage_length(recovered, o->recovered_ms),
               outage_length(silent, o->gcs_silent_ms), outage_length(unserved, o->unserved_ms));
    if (o->state_gone_ms.known) buf_printf(out, "GCS state gone %s\n", outage_length(down, o->state_gone_ms));
    buf_printf(out, "worker pods %s\n", outage_worker_words(o, words));
    for (size_t i = 0; i < o->workers; i++) {
        static const char *const fates[] = {"the same", "restarted", "replaced"};
        if (o->worker[i].fate != WORKER_SAME) buf_printf(out, "  %s %s\n", o->worker[i].name, fates[o->worker[i].fate]);
    }
    buf_printf(out, "GCS fields %s\n", outage_field_words(&o->fields, words, NULL));
}

static void recovery_pane_detail(const struct pane *p, const struct view *v, struct buf *out)
{
    char text[2 * OUTAGE_WORDS_MAX], offset[TEXT_NUM_MAX], note[OUTAGE_WHY_MAX + OUTAGE_WORDS_MAX];
    const struct outage *o = v->outage;
    (void)p;
    if (o->state == OUTAGE_NONE) return;
    buf_printf(out, "%s\n", t0_text(o, text, sizeof text));
    for (int i = 0; i < RUNG_COUNT; i++) {
        const struct outage_rung *s = &o->rung[i];
        buf_printf(out, "%s %-40s %8s  %s\n",
                   s->seen   ? "✔"
                   : s->lost ? "✘"
                             : "·",
                   words_of(o, i), s->seen ? outage_offset(offset, s->after_ms) : "–",
                   note_of(o, i, i == (int)o->waits_for, note, sizeof note));
    }
    detail_lengths(o, out);
}

static struct pane_request recovery_pane_input(struct pane *p, const struct view *v, const struct input *in)
{
    (void)p;
    (void)v;
    return pane_no_key(in);
}

const struct pane_ops recovery_pane_ops = {
    .name = "recovery",
    .title = "Recovery",
    .tab = "Recovery",
    .letter = 'R',
    .state_size = sizeof(struct recovery_state),
    .min_rows = 5,
    .init = recovery_pane_init,
    .done = recovery_pane_done,
    .update = recovery_pane_update,
    .draw = recovery_pane_draw,
    .wanted_rows = wanted_rows,
    .status = recovery_pane_status,
    .brief = recovery_pane_brief,
    .selected = recovery_pane_selected,
    .detail = recovery_pane_detail,
    .input = recovery_pane_input,
};
