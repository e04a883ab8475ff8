/* chat_draw.c - draws the chat. */
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "backends/world/request_kind.h"
#include "backends/world/request_words.h"
#include "tui/draw/rule.h"
#include "tui/draw/wrap.h"
#include "tui/panes/chat.h"
#include "tui/panes/pane_tools.h"
#include "tui/panes/strip.h"

#include <stdio.h>
#include <string.h>

enum { INDENT = 2, LINE_MAX_BYTES = 640, TURN_GAP = 1, CHAT_STATUS_MAX = 640 };

static bool phase_is(const struct request *r, const char *phase)
{
    return r->phase && strcmp(r->phase, phase) == 0;
}

static bool is_streaming(const struct request *r)
{
    return phase_is(r, "waiting") && r->first_token_us.known;
}

/* ---- the words of a turn --------------------------------------------------------------------------------------- */

static const char *state_words(const struct request *r, enum role *ret_role, enum glyph *ret_glyph)
{
    *ret_role = ROLE_ACTIVE;
    *ret_glyph = GLYPH_POINT;
    if (is_streaming(r)) return "streaming";
    if (phase_is(r, "waiting")) return "waiting";
    *ret_glyph = GLYPH_CHECK;
    *ret_role = phase_is(r, "slow") ? ROLE_WARN : ROLE_OK;
    if (phase_is(r, "ok") || phase_is(r, "slow")) return r->phase;
    *ret_glyph = GLYPH_CROSS;
    *ret_role = ROLE_DIM;
    if (phase_is(r, "cancelled")) return "stopped";
    *ret_role = ROLE_BAD;
    return r->failure ? r->failure : "failed";
}

/* "ok 2.3 s · first token 210 ms · 41 tokens · 18.3 tokens/s · between 52 ms, at most 90 ms": what is not reported is
 * left out. */
static void status_line(const struct request *r, const struct view *v, const char *state, struct buf *out)
{
    char num[TEXT_NUM_MAX];
    struct known_u64 latency = r->latency_us;
    if (phase_is(r, "waiting") && r->due.known && v->wall_ms >= r->due.value)
        latency = known_u64((v->wall_ms - r->due.value) * 1000);
    buf_str(out, state);
    if (latency.known) buf_printf(out, " %s", text_latency(num, latency));
    if (r->first_token_us.known) buf_printf(out, " · first token %s", text_latency(num, r->first_token_us));
    if (r->tokens.known) buf_printf(out, " · %s tokens", count_text(num, r->tokens));
    if (r->tokens_per_s.known) buf_printf(out, " · %.1f tokens/s", r->tokens_per_s.value);
    if (r->gap_us.known) buf_printf(out, " · between %s", text_latency(num, r->gap_us));
    if (r->gap_max_us.known) buf_printf(out, ", at most %s", text_latency(num, r->gap_max_us));
}

/* "3 earlier turns with it, 1 left out"; "" for one without, and where the kind sends none. */
static void turns_words(const struct request *r, char *out, size_t size)
{
    unsigned long long with = r->earlier.value, without = r->dropped.value;
    out[0] = '\0';
    if (!r->earlier.known || (!with && !without)) return;
    int at = snprintf(out, size, " · %llu earlier turn%s with it", with, text_plural(with));
    if (without && at > 0 && (size_t)at < size) snprintf(out + at, size - (size_t)at, ", %llu left out", without);
}

static void where_line(const struct request *r, char *out, size_t size)
{
    const char *end = request_end_words(r);
    char turns[80];
    turns_words(r, turns, sizeof turns);
    snprintf(out, size, "%s · by %s%s%s%s%s%s", r->head ? r->head : "head n/a", or_dash(r->path), r->model ? " · " : "",
             r->model ? r->model : "", turns, end ? " · " : "", end ? end : "");
}

static enum role head_role(const struct request *r)
{
    return r->head && strcmp(r->head, "head up") != 0 ? ROLE_WARN : ROLE_DIM;
}

/* ---- turns, one line after the other ---------------------------------------------------------------------------- */

/* The position of the next line. Without a canvas lines are only counted. */
struct flow {
    struct canvas *cv;
    int cols, row; /* row < 0: still above the window */
};

static void flow_text(struct flow *f, int indent, enum role role, const char *text)
{
    int width = f->cols - indent > 1 ? f->cols - indent : 1, lines = wrap_height(text, width);
    if (f->cv && f->row < f->cv->rows && f->row + lines > 0) {
        struct canvas right = canvas_sub(f->cv, 0, indent, f->cv->rows, width);
        wrap_draw(&right, f->row > 0 ? f->row : 0, 0, role, text, f->row < 0 ? -f->row : 0);
    }
    f->row += lines;
}

static void put_mark(struct flow *f, enum role role, const char *mark)
{
    if (f->cv && f->row >= 0 && f->row < f->cv->rows) canvas_text(f->cv, f->row, 0, role, mark);
}

static void put_turn(struct flow *f, const struct request *r, const struct view *v)
{
    char line[LINE_MAX_BYTES];
    enum role role;
    enum glyph mark;
    bool ascii = f->cv && f->cv->ascii;
    const char *state = state_words(r, &role, &mark);

    put_mark(f, ROLE_TITLE, glyph(ascii, GLYPH_CRUMB));
    flow_text(f, INDENT, ROLE_STRONG, or_dash(r->question));
    struct buf status;
    buf_init(&status, CHAT_STATUS_MAX);
    status_line(r, v, state, &status);
    put_mark(f, role, glyph(ascii, mark));
    flow_text(f, INDENT, role, buf_text(&status));
    buf_done(&status);
    if (phase_is(r, "failed") && r->why) flow_text(f, INDENT, ROLE_BAD, r->why);
    where_line(r, line, sizeof line);
    flow_text(f, INDENT, head_role(r), line);
    if (r->answer && r->answer[0]) flow_text(f, INDENT, ROLE_TEXT, r->answer);
    f->row += TURN_GAP;
}

int chat_turn_rows(const struct request *r, const struct view *v, int cols)
{
    struct flow f = {.cols = cols};
    put_turn(&f, r, v);
    return f.row;
}

static void draw_history(const struct chat *c, const struct view *v, struct canvas *cv)
{
    const struct row *rows[CHAT_TURNS];
    size_t count = 0;
    int total = 0;
    WORLD_EACH (row, v->world, TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        if (r->kind && strcmp(r->kind, REQUEST_PROMPT) == 0) rows[count++ % CHAT_TURNS] = row;
    }
    size_t shown = count < CHAT_TURNS ? count : CHAT_TURNS;
    for (size_t i = 0; i < shown; i++) total += c->turn[i].rows;
    struct flow f = {.cv = cv, .cols = cv->cols, .row = total > cv->rows ? cv->rows - total + c->up : 0};
    for (size_t i = 0; i < shown && f.row < cv->rows; i++) {
        int after = f.row + c->turn[i].rows;
        if (after > 0) put_turn(&f, ROW(rows[(count - shown + i) % CHAT_TURNS], request), v);
        f.row = after;
    }
    if (!count)
        pane_say(cv, 0, ROLE_DIM,
                 "No prompt was sent yet. What you type below goes to the model; it answers without the head.");
}

/* ---- title and keys ---------------------------------------------------------------------------------------------- */

static void title_text(const struct view *v, const struct chat_route *route, char *out, size_t size)
{
    size_t waiting = 0;
    char words[64] = "";
    WORLD_EACH (row, v->world, TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        waiting += r->kind && strcmp(r->kind, REQUEST_PROMPT) == 0 && phase_is(r, "waiting");
    }
    if (waiting) snprintf(words, sizeof words, "%zu in flight · ", waiting);
    bool alone = route->kind && strcmp(route->kind, "infer") == 0;
    snprintf(out, size, "%s%s%s%s by %s", words, route->kind ? route->kind : "kind not known yet",
             alone          ? ", one prompt at a time,"
             : route->model ? " "
                            : "",
             !alone && route->model ? route->model : "", route->path ? route->path : "a route not known yet");
}

static void draw_keys(const struct chat *c, struct canvas *cv, int row)
{
    static const char *const keys[][2] = {{"Enter", "send"},       {"Esc", "back"},   {"F1", "help"},
                                          {"M-Enter", "new line"}, {"^X", "stop"},    {"^R", "retry"},
                                          {"^T", "new"},           {"↑", "previous"}, {"PgUp", "scroll"}};
    int col = 1;
    if (c->notice[0]) {
        canvas_field(cv, row, 1, cv->cols - 2, ROLE_BAD, c->notice);
        return;
    }
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        int width = (int)text_width(keys[i][0]) + 1 + (int)text_width(keys[i][1]);
        if (col + width > cv->cols) return;
        col = canvas_text(cv, row, col, ROLE_KEY, keys[i][0]);
        col = canvas_text(cv, row, col + 1, ROLE_DIM, keys[i][1]) + 2;
    }
}

void chat_draw(const struct chat *c, const struct view *v, const struct chat_route *route, struct canvas *cv)
{
    char right[256], head[OUTAGE_WORDS_MAX];
    int typed = chat_typed_rows(c, cv->rows, cv->cols), history = cv->rows - 4 - typed;

    canvas_clear(cv, ROLE_TEXT);
    strip_draw(v, cv);
    if (cv->rows < 6) {
        textbox_draw_lines(&c->typed, cv, cv->rows - 1, 0, 1, cv->cols, ROLE_INPUT);
        return;
    }
    title_text(v, route, right, sizeof right);
    rule_draw(cv, 1, "Chat", right, true);
    struct canvas window = canvas_sub(cv, 2, 1, history, cv->cols - 2);
    draw_history(c, v, &window);
    outage_head_words(v->outage, v->focus->head, head);
    if (c->up)
        snprintf(right, sizeof right, "%d line%s below · %s", c->up, text_plural((uint64_t)c->up), head);
    else
        snprintf(right, sizeof right, "%s", head);
    rule_draw(cv, cv->rows - typed - 2, "Ask", right, false);
    canvas_text(cv, cv->rows - typed - 1, 0, ROLE_TITLE, glyph(cv->ascii, GLYPH_CRUMB));
    textbox_draw_lines(&c->typed, cv, cv->rows - typed - 1, 2, typed, cv->cols - 2, ROLE_INPUT);
    draw_keys(c, cv, cv->rows - 1);
}
