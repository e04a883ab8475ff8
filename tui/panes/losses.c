#include "tui/panes/losses.h"

#include "backends/base/stamp.h"
#include "tui/panes/pane_tools.h"

#include <stdio.h>
#include <string.h>

enum { BESIDE_COLS = 70, LABEL_WIDTH = 12 };

/* ---- what is taken ---------------------------------------------------------------------------------------------- */

static bool is_probe(const struct request *r)
{
    return text_eq(r->kind, "probe") && r->due.known;
}

static bool is_answered(const struct request *r)
{
    return text_eq(r->phase, "ok") || text_eq(r->phase, "slow");
}

/* The worst of a second is what is shown of it. */
static void mark(char *dot, const struct request *r)
{
    const char one = text_eq(r->phase, "ok") ? '.' : text_eq(r->phase, "slow") ? 's' : 'X';
    if (*dot == ' ' || one == 'X' || (one == 's' && *dot == '.')) *dot = one;
}

static void take_requests(struct loss *l, const struct view *v)
{
    const uint64_t end = l->t0_wall_ms + LOSS_SECONDS * 1000;
    uint64_t last = l->t0_wall_ms, gap = 0, until = v->wall_ms < end ? v->wall_ms : end;
    memset(l->dots, ' ', LOSS_SECONDS);
    l->answered = l->failed = l->prompts = 0;
    WORLD_EACH (row, v->world, TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        if (!r->due.known || r->due.value < l->t0_wall_ms || r->due.value >= end) continue;
        l->prompts += text_eq(r->kind, "prompt") && is_answered(r);
        if (!is_probe(r) || (!is_answered(r) && !text_eq(r->phase, "failed"))) continue;
        mark(&l->dots[(r->due.value - l->t0_wall_ms) / 1000], r);
        l->answered += is_answered(r);
        l->failed += !is_answered(r);
        const uint64_t at = r->due.value + (r->latency_us.known ? r->latency_us.value / 1000 : 0);
        if (!is_answered(r) || at <= last) continue;
        if (at - last > gap) gap = at - last;
        last = at;
    }
    if (until > last && until - last > gap) gap = until - last;
    l->gap_ms = l->answered || l->failed ? known_u64(gap) : UNKNOWN_U64;
}

static void take_gcs(struct loss *l, const struct view *v)
{
    struct kept kept[KEPT_TABLES];
    const size_t count = recovery_kept(v->recovery, v->world, kept);
    l->gcs_before = l->gcs_kept = l->gcs_expected = 0;
    l->gcs_known = count > 0;
    for (size_t i = 0; i < count; i++) {
        l->gcs_known &= kept[i].known;
        l->gcs_before += kept[i].before;
        l->gcs_kept += kept[i].kept;
        l->gcs_expected += kept[i].lost_expected;
    }
}

void losses_take(struct losses *l, const struct view *v)
{
    const struct recovery *r = v->recovery;
    if (r->outage == OUTAGE_NONE || !r->t0_wall_ms || v->wall_ms > r->t0_wall_ms + LOSS_SECONDS * 1000) return;
    struct loss *now = &l->item[LOSSES - 1];
    if (now->t0_wall_ms != r->t0_wall_ms) {
        if (now->t0_wall_ms) memmove(l->item, l->item + 1, (LOSSES - 1) * sizeof l->item[0]);
        *now = (struct loss){.t0_wall_ms = r->t0_wall_ms,
                             .ft = v->focus->rayservice ? v->focus->rayservice->ft : TRI_UNKNOWN};
    }
    now->grace_s = r->grace_s;
    const struct rung_state *ready = &r->rung[RUNG_HEAD_READY];
    now->head_ms = ready->reached && ready->at_ms >= r->t0_ms ? known_u64(ready->at_ms - r->t0_ms) : UNKNOWN_U64;
    now->workers = recovery_workers(r, v->world, v->focus);
    now->runtimes = recovery_runtimes(r, v->world);
    take_requests(now, v);
    take_gcs(now, v);
}

/* ---- what is drawn ---------------------------------------------------------------------------------------------- */

static int field(struct canvas *cv, int row, const char *label, enum role role, const char *text)
{
    canvas_field(cv, row, 0, LABEL_WIDTH, ROLE_DIM, label);
    canvas_field(cv, row, LABEL_WIDTH, cv->cols - LABEL_WIDTH, role, text);
    return row + 1;
}

static size_t seconds_of(const struct loss *l)
{
    size_t len = strlen(l->dots);
    while (len && l->dots[len - 1] == ' ') len--;
    return len;
}

/* As many rows as the longer of the two needs, so that the lines below stand beside one another. */
static int draw_dots(struct canvas *cv, int row, const struct loss *l, size_t longest)
{
    const int width = cv->cols - LABEL_WIDTH;
    const size_t len = seconds_of(l);
    canvas_field(cv, row, 0, LABEL_WIDTH, ROLE_DIM, "requests");
    for (size_t i = 0; width > 0 && i < len; i++) {
        const char one[2] = {l->dots[i], '\0'};
        const enum role role = one[0] == 'X' ? ROLE_BAD : one[0] == 's' ? ROLE_WARN : ROLE_OK;
        canvas_text(cv, row + (int)i / width, LABEL_WIDTH + (int)i % width, role, one);
    }
    return row + (width > 0 && longest ? ((int)longest + width - 1) / width : 1);
}

static int draw_workers(struct canvas *cv, int row, const struct loss *l)
{
    char text[96] = "–";
    const struct worker_now *w = &l->workers;
    const bool same = w->same == w->then && !w->restarts;
    if (w->known)
        snprintf(text, sizeof text, "%zu/%zu same, %llu restart%s", w->same, w->then, (unsigned long long)w->restarts,
                 w->restarts == 1 ? "" : "s");
    row = field(cv, row, "worker pods", !w->known ? ROLE_DIM : same ? ROLE_OK : ROLE_BAD, text);
    if (!l->runtimes.then) return field(cv, row, "runtimes", ROLE_DIM, "–");
    snprintf(text, sizeof text, "%zu/%zu same pids", l->runtimes.same, l->runtimes.then);
    return field(cv, row, "runtimes", l->runtimes.same == l->runtimes.then ? ROLE_OK : ROLE_BAD, text);
}

static int draw_gcs(struct canvas *cv, int row, const struct loss *l)
{
    char text[96];
    if (l->ft == TRI_NO) return field(cv, row, "GCS fields", ROLE_BAD, "died with the head");
    if (!l->gcs_known) return field(cv, row, "GCS fields", ROLE_DIM, "–");
    const size_t lost = l->gcs_before - l->gcs_kept - l->gcs_expected;
    int len = snprintf(text, sizeof text, "%zu/%zu kept", l->gcs_kept, l->gcs_before);
    if (lost)
        snprintf(text + len, sizeof text - (size_t)len, ", %zu LOST", lost);
    else if (l->gcs_expected)
        snprintf(text + len, sizeof text - (size_t)len, ", %zu expected", l->gcs_expected);
    return field(cv, row, "GCS fields", lost ? ROLE_BAD : ROLE_OK, text);
}

static void draw_loss(struct canvas *cv, const struct loss *l, size_t longest)
{
    char text[128], clock[STAMP_TEXT_MAX], secs[TEXT_NUM_MAX], grace[TEXT_NUM_MAX];
    if (!l->t0_wall_ms) {
        canvas_text(cv, 0, 0, ROLE_DIM, "no other loss was watched");
        return;
    }
    snprintf(text, sizeof text, "GCS fault tolerance %s", l->ft == TRI_YES ? "ON" : l->ft == TRI_NO ? "OFF" : "–");
    canvas_field(cv, 0, 0, cv->cols, l->ft == TRI_NO ? ROLE_BAD : ROLE_STRONG, text);
    snprintf(text, sizeof text, "head lost %s%s%s%s", stamp_clock(clock, l->t0_wall_ms),
             l->grace_s.known ? ", grace " : "", l->grace_s.known ? count_text(grace, l->grace_s) : "",
             l->grace_s.known ? " s" : "");
    canvas_field(cv, 1, 0, cv->cols, ROLE_DIM, text);
    int row = draw_dots(cv, 3, l, longest);
    snprintf(text, sizeof text, "%zu/%zu probes, %zu failed", l->answered, l->answered + l->failed, l->failed);
    row = field(cv, row, "answered", !l->answered && !l->failed ? ROLE_DIM : l->failed ? ROLE_BAD : ROLE_OK, text);
    snprintf(text, sizeof text, "%zu", l->prompts);
    row = field(cv, row, "and prompts", l->prompts ? ROLE_TEXT : ROLE_DIM, text);
    row = field(cv, row, "longest gap", ROLE_TEXT, l->gap_ms.known ? text_seconds(secs, l->gap_ms.value) : "–");
    row = draw_workers(cv, row, l);
    row = draw_gcs(cv, row, l);
    field(cv, row, "head ready", ROLE_TEXT, l->head_ms.known ? text_seconds(secs, l->head_ms.value) : "–");
}

void losses_draw(const struct losses *l, struct canvas *cv)
{
    struct canvas in = overlay_box(cv, cv->rows, cv->cols, ROLE_DIALOG, "The last two losses of the head");
    const int rows = in.rows - 1, half = (in.cols - 3) / 2;
    if (rows < 1 || in.cols < LABEL_WIDTH) return;
    canvas_field(&in, rows, 0, in.cols, ROLE_DIM, "Esc leaves   a dot is a second, X: a probe failed in it");
    if (in.cols < BESIDE_COLS - 4) { /* no room for both: the last one */
        struct canvas part = canvas_sub(&in, 0, 0, rows, in.cols);
        draw_loss(&part, &l->item[LOSSES - 1], seconds_of(&l->item[LOSSES - 1]));
        return;
    }
    size_t longest = 0;
    for (int i = 0; i < LOSSES; i++)
        if (seconds_of(&l->item[i]) > longest) longest = seconds_of(&l->item[i]);
    for (int i = 0; i < LOSSES; i++) {
        struct canvas part = canvas_sub(&in, 0, i * (half + 3), rows, half);
        draw_loss(&part, &l->item[i], longest);
    }
    canvas_fill(&in, 0, half + 1, rows, 1, ROLE_RULE, 0x2502);
}

enum overlay losses_input(const struct input *in)
{
    const bool leaves = in->type == INPUT_KEY && (in->key == KEYP_ESC || in->key == KEYP_ENTER || in->key == 'q');
    return leaves ? OVERLAY_CANCELLED : OVERLAY_STAYS;
}
