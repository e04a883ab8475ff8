/* losses.c - keeps the reports of the last two losses of the head and draws them side by side. */
#include "tui/panes/losses.h"

#include "backends/base/stamp.h"
#include "tui/panes/pane_tools.h"

#include <stdio.h>
#include <string.h>

enum { BESIDE_COLS = 70, LABEL_WIDTH = 12 };

void losses_record(struct losses *l, const struct view *v)
{
    struct outage *last = &l->item[LOSSES - 1];
    const struct outage *o = v->outage;
    const char *uid = v->focus->rayservice ? v->focus->rayservice->record.key : NULL;
    if (uid) snprintf(l->service_uid, sizeof l->service_uid, "%s", uid);
    if (o->state == OUTAGE_NONE || !o->head_lost) return;
    const bool same = last->t0_wall_ms == o->t0_wall_ms && strcmp(last->old_head_uid, o->old_head_uid) == 0;
    if (last->state != OUTAGE_NONE && !same) memmove(l->item, l->item + 1, (LOSSES - 1) * sizeof l->item[0]);
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

/* Takes the rows of the longer one, so that the lines below are aligned. */
static int draw_dots(struct canvas *cv, int row, const struct outage *o, size_t longest)
{
    const int width = cv->cols - LABEL_WIDTH;
    const size_t len = seconds_of(o);
    canvas_field(cv, row, 0, LABEL_WIDTH, ROLE_DIM, "requests");
    for (size_t i = 0; width > 0 && i < len; i++) {
        const char one[2] = {o->second[i], '\0'};
        const enum role role = one[0] == 'X' ? ROLE_BAD : one[0] == 's' ? ROLE_WARN : ROLE_OK;
        canvas_text(cv, row + (int)i / width, LABEL_WIDTH + (int)i % width, role, one);
    }
    return row + (width > 0 && longest ? ((int)longest + width - 1) / width : 1);
}

static int draw_workers(struct canvas *cv, int row, const struct outage *o)
{
    char text[OUTAGE_WORDS_MAX];
    enum role role = !o->workers ? ROLE_DIM : outage_workers_lived_on(o) ? ROLE_OK : ROLE_BAD;
    row = draw_field(cv, row, "worker pods", role, outage_worker_words(o, text));
    if (!o->runtimes) return draw_field(cv, row, "runtimes", ROLE_DIM, "–");
    snprintf(text, sizeof text, "%zu/%zu same pids", o->runtimes_same, o->runtimes);
    return draw_field(cv, row, "runtimes", o->runtimes_same == o->runtimes ? ROLE_OK : ROLE_BAD, text);
}

static int draw_gcs(struct canvas *cv, int row, const struct outage *o)
{
    char text[OUTAGE_WORDS_MAX];
    bool bad;
    if (o->ft == TRI_NO) return draw_field(cv, row, "GCS fields", ROLE_BAD, "died with the head");
    outage_field_words(&o->fields, text, &bad);
    return draw_field(cv, row, "GCS fields", !o->fields.known ? ROLE_DIM : bad ? ROLE_BAD : ROLE_OK, text);
}

static int draw_requests(struct canvas *cv, int row, const struct outage *o, enum outage_class class, const char *label)
{
    char text[OUTAGE_WORDS_MAX];
    bool some = *outage_request_words(o, class, text) != '\0';
    enum role role = !some ? ROLE_DIM : o->request[class].failed ? ROLE_BAD : ROLE_OK;
    return draw_field(cv, row, label, role, some ? text : "–");
}

/* One that was deployed again under the same name has another UID: what was before it is none of its losses. */
static bool is_earlier(const struct losses *l, const struct outage *o)
{
    return *l->service_uid && *o->service_uid && strcmp(l->service_uid, o->service_uid) != 0;
}

static void draw_loss(struct canvas *cv, const struct losses *l, const struct outage *o, size_t longest)
{
    char text[OUTAGE_WORDS_MAX + 64], cause[OUTAGE_WORDS_MAX], clock[STAMP_TEXT_MAX], length[TEXT_NUM_MAX],
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
    int row = draw_dots(cv, 3, o, longest);
    row = draw_requests(cv, row, o, OUTAGE_PROBES, "answered");
    row = draw_requests(cv, row, o, OUTAGE_PROMPTS, "");
    row = draw_field(cv, row, "longest gap", ROLE_TEXT, outage_length(length, o->unserved_ms));
    row = draw_workers(cv, row, o);
    row = draw_gcs(cv, row, o);
    draw_field(cv, row, "head down", ROLE_TEXT, outage_length(length, o->head_down_ms));
}

void losses_open(struct losses *l)
{
    l->overlay = (struct overlay){.ops = &losses_overlay};
}

void losses_draw(const struct losses *l, struct canvas *cv)
{
    struct canvas in = overlay_box(cv, cv->rows, cv->cols, ROLE_DIALOG, "The last two head losses");
    const int rows = in.rows - 1, half = (in.cols - 3) / 2;
    if (rows < 1 || in.cols < LABEL_WIDTH) return;
    canvas_field(&in, rows, 0, in.cols, ROLE_DIM, "Esc closes   a dot is a second, X: a probe failed in it");
    if (in.cols < BESIDE_COLS - 4) { /* no room for both: the last one */
        struct canvas part = canvas_sub(&in, 0, 0, rows, in.cols);
        draw_loss(&part, l, &l->item[LOSSES - 1], seconds_of(&l->item[LOSSES - 1]));
        return;
    }
    size_t longest = 0;
    for (int i = 0; i < LOSSES; i++)
        if (seconds_of(&l->item[i]) > longest) longest = seconds_of(&l->item[i]);
    for (int i = 0; i < LOSSES; i++) {
        struct canvas part = canvas_sub(&in, 0, i * (half + 3), rows, half);
        draw_loss(&part, l, &l->item[i], longest);
    }
    canvas_fill(&in, 0, half + 1, rows, 1, ROLE_RULE, 0x2502);
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

const struct overlay_ops losses_overlay = {
    .name = "losses", .whole_screen = true, .draw = losses_overlay_draw, .input = losses_overlay_input};
