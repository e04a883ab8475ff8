/* requests_draw.c - draws the requests. */
#include "backends/base/stamp.h"
#include "backends/world/evidence.h"
#include "tui/panes/requests.h"

#include "tui/panes/chrome.h"
#include "tui/panes/detail.h"
#include "tui/panes/footer.h"

#include <stdio.h>
#include <string.h>

enum { LATENCY_WIDTH = 13 /* "p95 999 ms" and a gap */ };

/* Only failures are highlighted. Row by row, as many of the newest as there is room for. */
static void draw_dots(const struct requests *s, struct canvas *cv, int row)
{
    const int wide = cv->cols - REQUESTS_MARGIN;
    const size_t room = wide > 0 ? (size_t)wide * (size_t)requests_dot_rows(s) : 0;
    const size_t show = s->dot_count < room ? s->dot_count : room;
    const char *from = s->dots + s->dot_count - show;
    for (int i = 0; i < (int)show; i++) {
        char one[2] = {from[i], '\0'};
        enum role role = one[0] == 'X' ? ROLE_BAD : one[0] == 's' ? ROLE_WARN : one[0] == '?' ? ROLE_DIM : ROLE_OK;
        canvas_text(cv, row + i / wide, REQUESTS_MARGIN / 2 + i % wide, role, one);
    }
}

/* Ends at a column, where it leaves what is before `from` alone: left out, never cut. */
static void draw_right(struct canvas *cv, int row, int from, const char *text, int end)
{
    const int at = end - 2 - (int)text_width(text);
    if (at >= from + 2) canvas_text(cv, row, at, ROLE_TEXT, text);
}

static void draw_probes(const struct requests *s, const struct view *v, struct canvas *cv)
{
    char p50[TEXT_NUM_MAX], p95[TEXT_NUM_MAX], rate[TEXT_NUM_MAX], text[160];
    bool outage = v->outage->state != OUTAGE_NONE && !v->outage->final;
    snprintf(text, sizeof text, "probe GET /-/healthz, %s/s", count_text(rate, s->per_s));
    canvas_text(cv, 0, 2, ROLE_TEXT, text);
    const char *span = outage ? outage_since_words(v->outage) : "60 s ▸ now";
    int width = (int)text_width(span);
    if (cv->cols > 2 + (int)text_width(text) + width + 4) canvas_text(cv, 0, cv->cols - 2 - width, ROLE_DIM, span);
    const int sums = 1 + requests_dot_rows(s);
    draw_dots(s, cv, 1);
    int col = canvas_printf(cv, sums, 2, ROLE_TEXT, "ok %zu   slow %zu   ", s->sum.ok, s->sum.slow);
    col = canvas_printf(cv, sums, col, s->sum.failed ? ROLE_BAD : ROLE_TEXT, "failed %zu", s->sum.failed);
    col = canvas_printf(cv, sums, col, ROLE_DIM, "   ? in flight");
    snprintf(text, sizeof text, "p95 %s", text_latency(p95, s->sum.p95_us));
    draw_right(cv, sums, col, text, cv->cols);
    snprintf(text, sizeof text, "p50 %s", text_latency(p50, s->sum.p50_us));
    draw_right(cv, sums, col, text, cv->cols - LATENCY_WIDTH);
}

/* Since a loss that has just begun none has ended yet. */
static void draw_no_probes(const struct requests *s, const struct view *v, struct canvas *cv)
{
    char text[96];
    const bool outage = v->outage->state != OUTAGE_NONE && !v->outage->final;
    if (outage && s->target[0])
        snprintf(text, sizeof text, "no probe has ended yet %s", outage_since_words(v->outage));
    else
        snprintf(text, sizeof text, "no probes are sent: ANSWERING is unknown");
    pane_say(cv, 0, ROLE_DIM, text);
}

void requests_draw(const struct pane *p, const struct view *v, struct canvas *cv, bool focused)
{
    const struct requests *s = (const struct requests *)p;
    struct fresh f = fresh_of(v->world, WORLD_SERVE, "probe", v->now_ms);
    if (s->dot_count > 0 || s->sum.ok || s->sum.failed)
        draw_probes(s, v, cv);
    else if (f.why[0])
        pane_say(cv, 0, f.state == FRESH_DENIED ? ROLE_BAD : ROLE_DIM, f.why);
    else
        draw_no_probes(s, v, cv);
    if (fresh_is_old(f.state)) pane_stale(cv);
    const int head = requests_head(s);
    if (s->page.there) {
        const enum role role = s->page.answers == TRI_NO    ? ROLE_BAD
                               : s->page.answers == TRI_YES ? ROLE_TEXT
                                                            : ROLE_WARN;
        canvas_text(cv, head - 1, 2, ROLE_DIM, "chat page");
        canvas_field(cv, head - 1, 12, cv->cols - 12, role, s->page_words);
    }
    struct canvas under = canvas_sub(cv, head, 0, cv->rows - head, cv->cols);
    if (s->table.count)
        table_draw(&s->table, &under, focused);
    else
        canvas_text(&under, 0, 2, ROLE_DIM,
                    v->chrome && v->chrome->replay  ? "prompts  none"
                    : footer_offers(v->chrome, "p") ? "prompts  none yet    p  sends one"
                                                    : "prompts  none yet");
}

static void words_number(struct buf *out, const char *name, const char *text)
{
    buf_printf(out, "%-13s %s\n", name, text);
}

void request_detail(const struct row *row, struct buf *out)
{
    const struct request *r = ROW(row, request);
    char num[TEXT_NUM_MAX], stamp[STAMP_TEXT_MAX];
    words_number(out, "sent", r->due.known ? stamp_iso(stamp, r->due.value) : "–");
    words_number(out, "phase", or_dash(r->phase));
    if (r->failure || r->why) words_number(out, "failure", or_dash(r->why ? r->why : r->failure));
    words_number(out, "took", text_latency(num, r->latency_us));
    words_number(out, "first token", r->first_token_us.known ? text_latency(num, r->first_token_us) : "n/a");
    if (r->tokens.known) words_number(out, "tokens", count_text(num, r->tokens));
    if (r->tokens_per_s.known) buf_printf(out, "%-13s %.1f\n", "tokens/s", r->tokens_per_s.value);
    if (r->gap_us.known) words_number(out, "between", text_latency(num, r->gap_us));
    if (r->gap_max_us.known) words_number(out, "at most", text_latency(num, r->gap_max_us));
    if (r->model) words_number(out, "model", r->model);
    if (r->head) words_number(out, "meanwhile", r->head);
    words_number(out, "path", or_dash(r->path));
    words_number(out, "target", or_dash(r->target));
    if (r->pod) words_number(out, "pod", r->pod);
    buf_printf(out, "\nQuestion\n%s\n", or_dash(r->question));
    buf_printf(out, "\nAnswer\n%s\n", or_dash(r->answer));
}

void requests_detail(const struct pane *p, const struct view *v, struct buf *out)
{
    const char *key = table_selected(&((const struct requests *)p)->table);
    const struct row *row = key ? world_find(v->world, TABLE_REQUEST, key) : NULL;
    if (row) {
        request_detail(row, out);
    } else { /* no prompt yet: what ANSWERING rests on */
        const struct service_evidence e = evidence_of(v->world, v->focus, v->now_ms, v->wall_ms);
        evidence_text(&e, "", out);
    }
}
