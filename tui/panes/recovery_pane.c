#include "tui/panes/recovery_pane.h"

#include "backends/base/stamp.h"
#include "backends/world/recovery_wait.h"
#include "tui/panes/pane_tools.h"

#include <stdio.h>
#include <string.h>

enum {
    WIDE = 110,
    NARROW = 56,
    WIDEST = 140, /* the times stay beside their words */
    LAST_WIDTH = 9,
    GAP = 3,
    NOW_WIDTH = 8,
    WORDS_WIDTH = 27,
    WORDS_AT = 4,
    NOTE_LEAST = 12
};

struct recovery_state {
    struct pane pane;
};

bool recovery_pane_shown(const struct view *v)
{
    const struct recovery *r = v->recovery;
    if (!r || r->outage == OUTAGE_NONE) return false;
    return r->outage == OUTAGE_RUNNING || !r->over_ms.known || v->now_ms < r->over_ms.value + RECOVERY_SHOWN_MS;
}

static void init(struct pane *p)
{
    p->table = NULL;
}

static void done(struct pane *p)
{
    (void)p;
}

static void update(struct pane *p, const struct view *v)
{
    (void)p;
    (void)v;
}

static const char *t0_words(const struct recovery *r)
{
    return r->ours ? "T0 = delete accepted" : "T0 = first sign";
}

static char *offset_text(char out[TEXT_NUM_MAX], uint64_t at_ms, uint64_t t0_ms)
{
    char secs[TEXT_NUM_MAX];
    bool before = at_ms < t0_ms;
    snprintf(out, TEXT_NUM_MAX, "%c%.20s", before ? '-' : '+',
             text_seconds(secs, before ? t0_ms - at_ms : at_ms - t0_ms));
    return out;
}

static bool node_says_alive(const struct view *v)
{
    const char *id = v->recovery->old_ray_node;
    WORLD_EACH (row, v->world, TABLE_RAYNODE) {
        const struct raynode *n = ROW(row, raynode);
        if (id && n->id && n->state && strcmp(n->id, id) == 0) return strcmp(n->state, "ALIVE") == 0;
    }
    return false;
}

static enum rung waited_for(const struct view *v)
{
    return recovery_waits_for(v->recovery, v->world, v->focus);
}

/* What there is to know about a rung that was not reached: why it does not come, what may not be taken for it. */
static const char *hint(const struct view *v, int rung, bool active, char why[RECOVERY_WHY_MAX])
{
    const bool never = !active && !recovery_may_come(v->recovery, v->world, v->focus, (enum rung)rung);
    const bool off = v->focus->rayservice && v->focus->rayservice->ft == TRI_NO;
    const bool of_gcs = rung == RUNG_GCS_SILENT || rung == RUNG_GCS_READING || rung == RUNG_HEAD_ALIVE;
    if (never && of_gcs && off) return "GCS fault tolerance is off: its state was in the head";
    if (never && (rung == RUNG_GCS_SILENT || v->recovery->outage == OUTAGE_OVER)) return "not seen";
    if ((active || v->recovery->outage == OUTAGE_OVER) &&
        *recovery_why(v->recovery, v->world, v->focus, (enum rung)rung, v->now_ms, why))
        return why;
    if (rung == RUNG_HEAD_ALIVE && v->recovery->head_lost && node_says_alive(v))
        return "NODE still calls the old head ALIVE: stale, not evidence";
    if (rung == RUNG_SERVE_RUNNING) return "Serve API, not RayService.status (which lags)";
    return "";
}

/* Where the column "now" begins; the last time's is the first to leave. */
static int times_at(const struct canvas *cv)
{
    return cv->cols - 2 - NOW_WIDTH - (cv->cols < NARROW ? 0 : LAST_WIDTH + GAP);
}

/* How a rung stands: what it is drawn as. */
struct standing {
    enum role role, mark_role;
    enum glyph mark;
};

static struct standing standing_of(const struct view *v, int rung, bool active)
{
    const struct recovery *r = v->recovery;
    if (r->rung[rung].reached) return (struct standing){ROLE_TEXT, ROLE_OK, GLYPH_CHECK};
    if (active) return (struct standing){ROLE_ACTIVE, ROLE_ACTIVE, GLYPH_POINT};
    const bool missed = r->outage == OUTAGE_OVER && recovery_may_come(r, v->world, v->focus, (enum rung)rung);
    return missed ? (struct standing){ROLE_BAD, ROLE_BAD, GLYPH_CROSS}
                  : (struct standing){ROLE_DIM, ROLE_DIM, GLYPH_DOT};
}

static void draw_times(const struct view *v, struct canvas *cv, int line, int rung, bool active)
{
    const struct recovery *r = v->recovery;
    const struct rung_state *s = &r->rung[rung];
    const struct recovery_past *past = recovery_past_before(r);
    char now[TEXT_NUM_MAX] = "–", last[TEXT_NUM_MAX] = "–";
    if (s->reached)
        offset_text(now, s->at_ms, r->t0_ms);
    else if (active)
        text_seconds(now, v->now_ms > r->t0_ms ? v->now_ms - r->t0_ms : 0);
    bool before = past && past->known && past->t0_wall_ms != r->t0_wall_ms; /* not this one, once it is over */
    if (before && past->rung_ms[rung].known) offset_text(last, past->rung_ms[rung].value, 0);
    canvas_field(cv, line, times_at(cv), -NOW_WIDTH, standing_of(v, rung, active).role, now);
    if (cv->cols < NARROW) return;
    canvas_field(cv, line, cv->cols - 2 - LAST_WIDTH, -LAST_WIDTH, ROLE_DIM, last);
}

static void draw_rung(const struct view *v, struct canvas *cv, int line, int rung, bool active)
{
    const struct rung_state *s = &v->recovery->rung[rung];
    const struct standing stands = standing_of(v, rung, active);
    char why[RECOVERY_WHY_MAX];
    int times = times_at(cv), words = (int)text_width(rung_words((enum rung)rung));
    if (words < WORDS_WIDTH) words = WORDS_WIDTH;
    int note_at = WORDS_AT + words + 1;
    bool noted = times - note_at > NOTE_LEAST;
    canvas_text(cv, line, 2, stands.mark_role, glyph(cv->ascii, stands.mark));
    canvas_field(cv, line, WORDS_AT, noted ? words : times - WORDS_AT - 1, stands.role, rung_words((enum rung)rung));
    if (noted)
        canvas_field(cv, line, note_at, times - note_at - 1, active ? ROLE_TEXT : ROLE_DIM,
                     s->note[0] ? s->note : hint(v, rung, active, why));
    draw_times(v, cv, line, rung, active);
}

/* What the columns are stands on the pane's rule, or where they are not under it on a line of its own. */
static bool has_head(int cols)
{
    return cols < WIDE || cols > WIDEST;
}

static void draw_head(const struct recovery *r, struct canvas *cv)
{
    char text[96], clock[STAMP_TEXT_MAX];
    snprintf(text, sizeof text, "%s %s", t0_words(r), stamp_tenths(clock, r->t0_wall_ms));
    canvas_fill(cv, 0, 0, 1, cv->cols, ROLE_HEADER, ' ');
    canvas_field(cv, 0, 2, times_at(cv) - 4, ROLE_HEADER, text);
    canvas_field(cv, 0, times_at(cv), -NOW_WIDTH, ROLE_HEADER, "now");
    if (cv->cols >= NARROW) canvas_field(cv, 0, cv->cols - 2 - LAST_WIDTH, -LAST_WIDTH, ROLE_HEADER, "last time");
}

/* Where not all rungs fit, those around the one that is waited for are shown. */
static int first_rung(int active, int rows)
{
    if (rows >= RUNG_COUNT) return 0;
    int first = (active == RUNG_COUNT ? RUNG_COUNT : active + 2) - rows;
    return first < 0 ? 0 : first > RUNG_COUNT - rows ? RUNG_COUNT - rows : first;
}

static void draw(const struct pane *p, const struct view *v, struct canvas *cv, bool focused)
{
    (void)p;
    (void)focused;
    if (!v->recovery || v->recovery->outage == OUTAGE_NONE) {
        pane_say(cv, 0, ROLE_DIM, "no head was lost while this console looked");
        return;
    }
    struct canvas part = canvas_sub(cv, 0, 0, cv->rows, cv->cols < WIDEST ? cv->cols : WIDEST);
    int head = has_head(cv->cols) && cv->rows > 1;
    cv = &part;
    if (head) draw_head(v->recovery, cv);
    int rows = cv->rows - head, active = (int)waited_for(v), first = first_rung(active, rows);
    for (int i = 0; i < rows && first + i < RUNG_COUNT; i++) draw_rung(v, cv, head + i, first + i, first + i == active);
}

static int wanted_rows(const struct pane *p, const struct view *v, int cols)
{
    (void)p;
    (void)v;
    return RUNG_COUNT + has_head(cols);
}

static void status(const struct pane *p, const struct view *v, char *out, size_t size)
{
    char clock[STAMP_TEXT_MAX];
    out[0] = '\0';
    if (!v->recovery || v->recovery->outage == OUTAGE_NONE || has_head(p->cols)) return;
    snprintf(out, size, "%s %s ─      now ─ last time", t0_words(v->recovery),
             stamp_tenths(clock, v->recovery->t0_wall_ms));
}

static void brief(const struct pane *p, const struct view *v, char *out, size_t size)
{
    const struct recovery *r = v->recovery;
    char secs[TEXT_NUM_MAX];
    (void)p;
    enum rung active = r ? waited_for(v) : RUNG_COUNT;
    out[0] = '\0';
    if (active != RUNG_COUNT)
        snprintf(out, size, "  Recovery  ▸ %s, %s", rung_words(active),
                 text_seconds(secs, v->now_ms > r->t0_ms ? v->now_ms - r->t0_ms : 0));
    else if (r && r->outage == OUTAGE_OVER && r->over_ms.known)
        snprintf(out, size, "  Recovery  ✔ over after %s",
                 text_seconds(secs, r->over_ms.value > r->t0_ms ? r->over_ms.value - r->t0_ms : 0));
}

static bool selected(const struct pane *p, struct selection *ret)
{
    (void)p;
    (void)ret;
    return false;
}

static void detail(const struct pane *p, const struct view *v, struct buf *out)
{
    char clock[STAMP_TEXT_MAX], secs[TEXT_NUM_MAX], why[RECOVERY_WHY_MAX];
    const struct recovery *r = v->recovery;
    (void)p;
    if (!r || r->outage == OUTAGE_NONE) return;
    buf_printf(out, "%s %s\n", t0_words(r), stamp_tenths(clock, r->t0_wall_ms));
    for (int i = 0; i < RUNG_COUNT; i++) {
        const struct rung_state *s = &r->rung[i];
        buf_printf(out, "%s %-40s %8s  %s\n", s->reached ? "✔" : "·", rung_words((enum rung)i),
                   s->reached ? offset_text(secs, s->at_ms, r->t0_ms) : "–",
                   s->reached ? s->note : hint(v, i, (enum rung)i == waited_for(v), why));
    }
}

static struct pane_request input(struct pane *p, const struct view *v, const struct input *in)
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
    .init = init,
    .done = done,
    .update = update,
    .draw = draw,
    .wanted_rows = wanted_rows,
    .status = status,
    .brief = brief,
    .selected = selected,
    .detail = detail,
    .input = input,
};
