/* losses.c - keeps the reports of the last two losses of the head and draws them side by side. */
#include "tui/panes/losses.h"

#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "tui/draw/wrap.h"
#include "tui/panes/pane_tools.h"

#include <stdio.h>
#include <string.h>

enum { BESIDE_COLS = 70, LABEL_WIDTH = 12, AXIS_STEP = 10, LINES = 11 /* besides the dots */, GAP = 2, BOX_COLS = 120 };

void losses_record(struct losses *l, const struct view *v)
{
    struct outage *last = &l->item[LOSSES - 1];
    const struct outage *o = v->outage;
    const char *uid = v->focus->rayservice ? v->focus->rayservice->record.key : NULL;
    if (uid) snprintf(l->service_uid, sizeof l->service_uid, "%s", uid);
    if (o->state == OUTAGE_NONE || !outage_is_loss(o)) return;
    const bool same = last->t0_wall_ms == o->t0_wall_ms && strcmp(last->old_head_uid, o->old_head_uid) == 0;
    struct loss_speed *speed = &l->speed[LOSSES - 1];
    if (last->state != OUTAGE_NONE && !same) {
        memmove(l->item, l->item + 1, (LOSSES - 1) * sizeof l->item[0]);
        memmove(l->speed, l->speed + 1, (LOSSES - 1) * sizeof l->speed[0]);
    }
    if (last->state == OUTAGE_NONE || !same) *speed = (struct loss_speed){.times = v->sim_speed};
    if (o->state == OUTAGE_RUNNING && speed->times != v->sim_speed) speed->changed = true;
    *last = *o;
}

/* ---- drawing -------------------------------------------------------------------------------------------------- */

static int draw_field(struct canvas *cv, int row, const char *label, enum role role, const char *text)
{
    canvas_field(cv, row, 0, LABEL_WIDTH, ROLE_DIM, label);
    canvas_field(cv, row, LABEL_WIDTH, cv->cols - LABEL_WIDTH, role, text);
    return row + 1;
}

static size_t seconds_of(const struct outage *o)
{
    return o->state == OUTAGE_NONE ? 0 : strlen(o->second);
}

/* Seconds of a row of dots: a multiple of ten, the same for both, so that a second stands below a second. */
static int seconds_a_row(const struct canvas *cv)
{
    const int width = cv->cols - LABEL_WIDTH;
    return width < AXIS_STEP ? width : width - width % AXIS_STEP;
}

/* Takes the rows of the longer one, so that the lines below are aligned. The label of a row is its first second. */
static int draw_dots(struct canvas *cv, int row, const struct outage *o, size_t longest)
{
    const int each = seconds_a_row(cv);
    const size_t len = seconds_of(o);
    canvas_field(cv, row, 0, LABEL_WIDTH, ROLE_DIM, "seconds +0");
    if (each <= 0) return row + 1;
    for (size_t i = 0; i < len; i++) {
        const char one[2] = {o->second[i], '\0'};
        const enum role role = one[0] == 'X' ? ROLE_BAD : one[0] == 's' ? ROLE_WARN : ROLE_OK;
        const int below = (int)i / each;
        if (below && i % (size_t)each == 0) canvas_printf(cv, row + below, 0, ROLE_DIM, "%*s%zu", 8, "+", i);
        canvas_text(cv, row + below, LABEL_WIDTH + (int)i % each, role, one);
    }
    return row + (longest ? ((int)longest + each - 1) / each : 1);
}

static int draw_workers(struct canvas *cv, int row, const struct outage *o)
{
    char text[OUTAGE_WORDS_MAX];
    enum role role = !o->workers ? ROLE_DIM : outage_workers_lived_on(o) ? ROLE_OK : ROLE_BAD;
    row = draw_field(cv, row, "worker pods", role, outage_worker_words(o, text));
    if (outage_runtimes_other(o))
        role = ROLE_BAD;
    else
        role = !o->runtimes || o->runtimes_unheard ? ROLE_DIM : ROLE_OK;
    return draw_field(cv, row, "runtimes", role, outage_runtime_words(o, text));
}

/* The last line: it may take a second one. */
static void draw_gcs(struct canvas *cv, int row, const struct outage *o)
{
    char text[OUTAGE_WORDS_MAX];
    bool bad = true;
    struct canvas value = canvas_sub(cv, row, LABEL_WIDTH, cv->rows - row, cv->cols - LABEL_WIDTH);
    canvas_field(cv, row, 0, LABEL_WIDTH, ROLE_DIM, "GCS fields");
    if (o->ft == TRI_NO)
        snprintf(text, sizeof text, "died with the head");
    else
        outage_field_words(&o->fields, text, &bad);
    const bool known = o->ft == TRI_NO || o->fields.known;
    wrap_draw(&value, 0, 0, !known ? ROLE_DIM : bad ? ROLE_BAD : ROLE_OK, text, 0);
}

static int draw_requests(struct canvas *cv, int row, const struct outage *o)
{
    char text[OUTAGE_WORDS_MAX];
    bool some = *outage_request_words(o, OUTAGE_CLASSES, text) != '\0';
    enum role role = !some ? ROLE_DIM : outage_failed(o) ? ROLE_BAD : ROLE_OK;
    return draw_field(cv, row, "answered", role, some ? text : "–");
}

/* A length that still runs is no result. */
static char *length_words(const struct outage *o, struct known_u64 ms, char out[2 * TEXT_NUM_MAX])
{
    char length[TEXT_NUM_MAX];
    snprintf(out, 2 * TEXT_NUM_MAX, "%s%s", outage_length(length, ms),
             o->state == OUTAGE_RUNNING && ms.known ? " so far" : "");
    return out;
}

/* "HEAD DOWN, running · 2x speed" */
static int draw_state(struct canvas *cv, int row, const struct losses *l, const struct outage *o)
{
    const struct loss_speed *speed = &l->speed[o - l->item];
    char text[64] = "", simulated[32] = "";
    if (o->state == OUTAGE_RUNNING) snprintf(text, sizeof text, "%s, running", outage_phase_words(outage_phase_of(o)));
    if (speed->changed)
        snprintf(simulated, sizeof simulated, "speed changed");
    else if (speed->times > 1)
        snprintf(simulated, sizeof simulated, "%ux speed", speed->times);
    int col = canvas_text(cv, row, 0, ROLE_ACTIVE, text);
    if (*text && *simulated) col = canvas_text(cv, row, col, ROLE_DIM, " · ");
    canvas_field(cv, row, col, cv->cols - col, ROLE_WARN, simulated);
    return row + 1;
}

/* One that was deployed again under the same name has another UID: what was before it is none of its losses. */
static bool is_earlier(const struct losses *l, const struct outage *o)
{
    return *l->service_uid && *o->service_uid && strcmp(l->service_uid, o->service_uid) != 0;
}

static void draw_loss(struct canvas *cv, const struct losses *l, const struct outage *o, size_t longest)
{
    char text[OUTAGE_WORDS_MAX + 64], cause[OUTAGE_WORDS_MAX], clock[STAMP_TEXT_MAX], words[2 * TEXT_NUM_MAX],
        grace[32] = "";
    if (o->state == OUTAGE_NONE) {
        canvas_text(cv, 0, 0, ROLE_DIM, "no other loss was observed");
        return;
    }
    snprintf(text, sizeof text, "GCS fault tolerance %s%s",
             o->ft == TRI_YES  ? "ON"
             : o->ft == TRI_NO ? "OFF"
                               : "–",
             is_earlier(l, o) ? " · of another RayService, before" : "");
    canvas_field(cv, 0, 0, cv->cols, o->ft == TRI_NO ? ROLE_BAD : ROLE_STRONG, text);
    if (o->grace_s.known) snprintf(grace, sizeof grace, ", grace %llu s", (unsigned long long)o->grace_s.value);
    snprintf(text, sizeof text, "%s %s%s", stamp_clock(clock, o->t0_wall_ms), outage_cause_words(o, cause), grace);
    canvas_field(cv, 1, 0, cv->cols, ROLE_DIM, text);
    int row = draw_dots(cv, draw_state(cv, 2, l, o), o, longest);
    row = draw_requests(cv, row, o);
    row = draw_field(cv, row, "longest gap", ROLE_TEXT, length_words(o, o->unserved_ms, words));
    row = draw_workers(cv, row, o);
    row = draw_field(cv, row, "head down", ROLE_TEXT, length_words(o, o->head_down_ms, words));
    draw_gcs(cv, row, o);
}

void losses_open(struct losses *l)
{
    l->overlay = (struct overlay){.ops = &losses_overlay};
}

/* Lengths of kills at other speeds of the simulator do not compare. */
static bool speeds_differ(const struct losses *l)
{
    if (l->item[0].state == OUTAGE_NONE) return false;
    return l->speed[0].times != l->speed[1].times || l->speed[0].changed || l->speed[1].changed;
}

static void draw_foot(const struct losses *l, struct canvas *in, int row)
{
    static const char keys[] = "Esc closes   . a second, X a probe failed in it";
    const bool differ = speeds_differ(l);
    if (differ)
        canvas_field(in, row, 0, in->cols, ROLE_WARN,
                     "Esc closes   simulated at different speeds: the lengths do not compare");
    else
        overlay_keys_draw(&l->overlay, in, row, keys);
}

/* As high as what is shown, so that the answers can still be read. */
void losses_draw(const struct losses *l, struct canvas *cv)
{
    const bool beside = cv->cols >= BESIDE_COLS;
    const int cols = cv->cols < BOX_COLS ? cv->cols : BOX_COLS, half = (cols - 4 - GAP) / 2;
    struct canvas part = canvas_sub(cv, 0, 0, cv->rows, beside ? half : cols - 4);
    const int each = seconds_a_row(&part) > 0 ? seconds_a_row(&part) : 1;
    size_t longest = seconds_of(&l->item[LOSSES - 1]);
    for (int i = 0; beside && i < LOSSES; i++)
        if (seconds_of(&l->item[i]) > longest) longest = seconds_of(&l->item[i]);
    struct canvas in = overlay_box(cv, LINES + (longest ? ((int)longest + each - 1) / each : 1), cols, ROLE_DIALOG,
                                   "The last two head losses");
    const int rows = in.rows - 1;
    if (rows < 1 || in.cols < LABEL_WIDTH) return;
    draw_foot(l, &in, rows);
    if (l->item[LOSSES - 1].state == OUTAGE_NONE) {
        canvas_field(&in, 0, 0, in.cols, ROLE_DIM, "no head loss was observed yet");
        return;
    }
    if (!beside) { /* no room for both: the last one */
        part = canvas_sub(&in, 0, 0, rows, in.cols);
        draw_loss(&part, l, &l->item[LOSSES - 1], longest);
        return;
    }
    for (int i = 0; i < LOSSES; i++) {
        part = canvas_sub(&in, 0, i * (half + GAP), rows, half);
        draw_loss(&part, l, &l->item[i], longest);
    }
    canvas_fill(&in, 0, half, rows, 1, ROLE_RULE, 0x2502);
}

enum overlay_result losses_input(const struct input *in)
{
    const bool leaves = in->type == INPUT_KEY && (in->key == KEYP_ESC || in->key == KEYP_ENTER || in->key == 'q');
    return leaves ? OVERLAY_CANCELLED : OVERLAY_STAYS;
}

static void losses_overlay_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    (void)v;
    losses_draw((const struct losses *)o, cv);
}

static enum overlay_result losses_overlay_input(struct overlay *o, const struct view *v, const struct input *in)
{
    (void)o;
    (void)v;
    return losses_input(in);
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {
        {"Esc q Enter", "Leave"},
        {". s X ?", "A second in which a probe was answered, slow, failed, not yet answered"},
        {NULL, NULL}};
    (void)o;
    return keys;
}

const struct overlay_ops losses_overlay = {.name = "losses",
                                           .place = "this comparison",
                                           .keys = help_keys,
                                           .no_text = true,
                                           .draw = losses_overlay_draw,
                                           .input = losses_overlay_input};
