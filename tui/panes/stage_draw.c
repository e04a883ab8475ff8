/* stage_draw.c - draws the stage: where each part stands depends on the size of the screen alone. */
#include "tui/panes/stage.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/draw/block_text.h"
#include "tui/draw/wrap.h"

#include <stdio.h>
#include <string.h>

enum {
    MARGIN = 2,
    GAP = 2,
    PAD = 1,
    BARE_ROWS = 18,
    BARE_COLS = 70,
    WIDE_COLS = 100,
    WIDE_ROWS = 28,
    LABEL_LEAST = 60
};

/* The rows of each part, and the blank ones over it. */
struct stage_plan {
    int across;                            /* badges side by side */
    int badge_rows, clock_rows, bars_rows; /* bars: of the strip alone */
    int top, between, over_clock, over_strip;
};

static struct stage_plan plan_of(int rows, int cols)
{
    struct stage_plan p = {.across = 2, .badge_rows = 4, .clock_rows = 5, .bars_rows = 2};
    if (rows < BARE_ROWS || cols < BARE_COLS) {
        p = (struct stage_plan){.across = 1, .badge_rows = 1, .clock_rows = 1, .bars_rows = 1};
    } else if (rows >= WIDE_ROWS && cols >= WIDE_COLS) {
        p = (struct stage_plan){.across = STAGE_BADGES, .badge_rows = 9, .clock_rows = 5, .bars_rows = 4};
        if (rows >= 34) p.clock_rows = 10;
        if (rows >= 46) p.badge_rows = 13, p.bars_rows = 8;
    }
    /* What is left is air: between the parts first, then above them, and below. */
    const int bands = STAGE_BADGES / p.across, used = bands * p.badge_rows + p.clock_rows + p.bars_rows + 2;
    int *const gaps[] = {&p.over_clock, &p.over_strip, p.across == 2 ? &p.between : NULL, &p.top, NULL};
    for (int left = p.across == 1 ? 0 : rows - used, i = 0; left > 0; i = (i + 1) % (int)ARRAY_LEN(gaps)) {
        if (i == 2 && !gaps[i]) continue;
        if (gaps[i]) ++*gaps[i];
        left--;
    }
    return p;
}

static enum role badge_role(enum verdict verdict)
{
    static const enum role roles[] = {[VERDICT_UNKNOWN] = ROLE_BADGE_UNKNOWN,
                                      [VERDICT_OK] = ROLE_BADGE_OK,
                                      [VERDICT_WARN] = ROLE_BADGE_WARN,
                                      [VERDICT_NO] = ROLE_BADGE_BAD};
    return roles[verdict];
}

/* Never colour alone. */
static const char *verdict_mark(const struct canvas *cv, enum verdict verdict)
{
    return verdict == VERDICT_OK     ? glyph(cv->ascii, GLYPH_CHECK)
           : verdict == VERDICT_NO   ? glyph(cv->ascii, GLYPH_CROSS)
           : verdict == VERDICT_WARN ? "!"
                                     : "?";
}

/* Of one size on all badges of a screen, as long as it fits. */
static void word_draw(struct canvas *cv, int row, int rows, int col, int cols, enum role role, const char *word)
{
    const enum block_size most = cols >= 40 ? BLOCK_SQUARE : BLOCK_TALL;
    const enum block_size size = block_text_fit(word, rows, cols, most, cv->ascii);
    if (size == BLOCK_NONE)
        canvas_field(cv, row + rows / 2, col, cols, role, word);
    else
        block_text_draw(cv, row + (rows - block_text_rows(size)) / 2, col, role, word, size);
}

static const char longest_label[] = "ANSWERING"; /* so that all are of one size */

/* The label over the word, the evidence at the foot. */
static void badge_draw(struct canvas *cv, const struct stage_badge *b)
{
    const enum role role = badge_role(b->verdict);
    const int inner = cv->cols - 2 * PAD, lines = 2, top = cv->rows >= 12 ? 1 : 0;
    canvas_fill(cv, 0, 0, cv->rows, cv->cols, role, ' ');
    int label = 1;
    if (block_text_fit(longest_label, top ? 3 : 0, inner, BLOCK_HALF, cv->ascii) == BLOCK_HALF) {
        block_text_draw(cv, top, PAD, role, b->label, BLOCK_HALF);
        label = 3;
    } else {
        canvas_field(cv, top, PAD, inner, role, b->label);
    }
    const int from = top + label, room = cv->rows - from - lines;
    canvas_text(cv, from + room / 2, cv->cols - PAD - 1, role, verdict_mark(cv, b->verdict));
    word_draw(cv, from, room, PAD, inner - 2, role, b->word);
    struct canvas foot = canvas_sub(cv, cv->rows - lines, PAD, lines, inner);
    wrap_parts_draw(&foot, 0, 0, foot.rows, role, b->text);
}

/* The label beside the word. */
static void badge_draw_flat(struct canvas *cv, const struct stage_badge *b)
{
    const enum role role = badge_role(b->verdict);
    const int word_at = 15;
    canvas_fill(cv, 0, 0, cv->rows, cv->cols, role, ' ');
    canvas_textn(cv, 0, 1, role, verdict_mark(cv, b->verdict), strlen(verdict_mark(cv, b->verdict)));
    canvas_text(cv, 0, 3, role, b->label);
    word_draw(cv, 0, 3, word_at, cv->cols - word_at - 1, role, b->word);
    struct canvas foot = canvas_sub(cv, 3, 3, 1, cv->cols - 4);
    wrap_parts_draw(&foot, 0, 0, foot.rows, role, b->text);
}

static void badge_draw_line(struct canvas *cv, const struct stage_badge *b)
{
    const enum role role = badge_role(b->verdict);
    canvas_fill(cv, 0, 0, 1, 20, role, ' ');
    canvas_text(cv, 0, 0, role, verdict_mark(cv, b->verdict));
    canvas_field(cv, 0, 2, 10, role, b->label);
    canvas_field(cv, 0, 12, 8, role, b->word);
    struct canvas side = canvas_sub(cv, 0, 21, 1, cv->cols - 21);
    wrap_parts_draw(&side, 0, 0, side.rows, ROLE_TEXT, b->text);
}

static int badges_draw(const struct stage *s, const struct stage_plan *plan, struct canvas *cv)
{
    int row = 0;
    const bool bare = plan->across == 1;
    const int margin = bare ? 0 : MARGIN, gap = bare ? 0 : GAP;
    const int wide = (cv->cols - 2 * margin - (plan->across - 1) * gap) / plan->across;
    for (int i = 0; i < STAGE_BADGES; i++) {
        if (i % plan->across == 0) row += i ? plan->badge_rows + plan->between : plan->top;
        struct canvas at = canvas_sub(cv, row, margin + i % plan->across * (wide + gap), plan->badge_rows, wide);
        if (bare)
            badge_draw_line(&at, &s->badge[i]);
        else if (plan->across == STAGE_BADGES)
            badge_draw(&at, &s->badge[i]);
        else
            badge_draw_flat(&at, &s->badge[i]);
    }
    return row + plan->badge_rows;
}

/* ---- the clock ---- */

static void clock_draw(const struct stage_clock *c, struct canvas *cv)
{
    const int least = cv->cols / 4;
    const char *digits = c->digits;
    enum block_size size = block_text_fit(digits, cv->rows, cv->cols - least, BLOCK_DOUBLE, cv->ascii);
    const enum block_size whole = block_text_fit(c->whole, cv->rows, cv->cols - least, BLOCK_DOUBLE, cv->ascii);
    if (size < whole) size = whole, digits = c->whole; /* the digits keep their size as the clock stops */
    block_text_draw(cv, 0, MARGIN, c->role, digits, size);
    const int used = block_text_cols("0:00.0", size), own = block_text_cols(digits, size);
    const int at = MARGIN + (used > own && used + least < cv->cols ? used : own) + 2 * GAP,
              room = cv->cols - at - MARGIN;
    struct canvas side = canvas_sub(cv, 0, at, cv->rows, room);
    const enum block_size label = block_text_fit(c->label, room < LABEL_LEAST ? 0 : 3, room, BLOCK_HALF, cv->ascii);
    block_text_draw(&side, 0, 0, ROLE_STRONG, c->label, label);
    if (label == BLOCK_NONE) canvas_field(&side, 0, 0, room, ROLE_STRONG, c->label);
    struct canvas words = canvas_sub(&side, label == BLOCK_NONE ? 1 : 4, 0, cv->rows, room);
    wrap_parts_draw(&words, 0, 0, words.rows, ROLE_TEXT, c->text);
}

static void clock_draw_line(const struct stage_clock *c, struct canvas *cv)
{
    canvas_field(cv, 0, 0, 10, c->role, c->digits);
    const int col = canvas_text(cv, 0, 10, ROLE_STRONG, c->label);
    struct canvas side = canvas_sub(cv, 0, col + 2, 1, cv->cols - col - 2);
    wrap_parts_draw(&side, 0, 0, side.rows, ROLE_TEXT, c->text);
}

/* ---- the requests ---- */

struct slot_look {
    char slot;
    enum role role;
    uint32_t cp, ascii;
    int of_four; /* how high it stands */
};

static const struct slot_look looks[] = {
    {'.', ROLE_OK, 0x2588, '#', 2}, {'s', ROLE_BADGE_WARN, 's', 's', 3}, {'X', ROLE_BADGE_BAD, 'X', 'X', 4},
    {'?', ROLE_DIM, '?', '?', 1},   {'-', ROLE_DIM, 0xB7, '.', 1},
};

static void slot_draw(struct canvas *bars, int col, int wide, char slot)
{
    for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
        if (looks[i].slot != slot) continue;
        int high = (bars->rows * looks[i].of_four + 2) / 4;
        if (high < 1 || looks[i].of_four == 1) high = 1;
        canvas_fill(bars, bars->rows - high, col, high, wide, looks[i].role,
                    bars->ascii ? looks[i].ascii : looks[i].cp);
    }
}

/* "|kill|" begins at its second; returns the column after it. */
static int mark_draw(struct canvas *cv, int col, int from, enum role role, const char *word)
{
    char text[16];
    snprintf(text, sizeof text, "|%.8s|", word);
    if (col < from) col = from;
    const int last = cv->cols - MARGIN - (int)strlen(text);
    if (col > last) col = last > from ? last : from;
    return canvas_text(cv, 0, col, role, text) + 1;
}

static void strip_axis(const struct stage_strip *s, struct canvas *cv)
{
    char left[32];
    snprintf(left, sizeof left, "%d s ago", s->slots);
    int col = canvas_text(cv, 0, MARGIN, ROLE_DIM, left) + 3;
    const int end = cv->cols - MARGIN - 3;
    canvas_text(cv, 0, end, ROLE_DIM, "now");
    if (!s->known) {
        canvas_text(cv, 0, col, ROLE_DIM, "no request was seen yet");
        return;
    }
    col = canvas_printf(cv, 0, col, ROLE_STRONG, "requests  ");
    col = canvas_printf(cv, 0, col, ROLE_TEXT, "ok %zu  slow %zu  ", s->ok, s->slow);
    canvas_printf(cv, 0, col, s->failed ? ROLE_BAD : ROLE_TEXT, "failed %zu", s->failed);
}

static void strip_draw_bars(const struct stage_strip *s, struct canvas *cv, int bars_rows)
{
    const int wide = (cv->cols - 2 * MARGIN) / (s->slots > 0 ? s->slots : 1);
    const int at = cv->cols - MARGIN - wide * s->slots;
    struct canvas marks = canvas_sub(cv, 0, 0, 1, cv->cols), bars = canvas_sub(cv, 1, 0, bars_rows, cv->cols);
    for (int i = 0; i < s->slots; i++) slot_draw(&bars, at + i * wide, wide > 1 ? wide - 1 : 1, s->slot[i]);
    const int moments[] = {s->lost, s->back};
    const char *const words[] = {s->lost_word, "back"};
    int from = MARGIN;
    for (int i = 0; i < 2; i++) {
        if (moments[i] < 0) continue;
        const int col = at + moments[i] * wide - (wide > 1);
        from = mark_draw(&marks, col, from, i ? ROLE_OK : ROLE_ACTIVE, words[i]);
        if (wide > 1) canvas_fill(&bars, 0, col, bars.rows, 1, i ? ROLE_OK : ROLE_ACTIVE, 0x2502);
    }
    struct canvas axis = canvas_sub(cv, 1 + bars_rows, 0, 1, cv->cols);
    strip_axis(s, &axis);
}

void stage_draw(const struct stage *s, struct canvas *cv)
{
    const struct stage_plan plan = plan_of(cv->rows, cv->cols);
    int row = badges_draw(s, &plan, cv) + plan.over_clock;
    struct canvas clock = canvas_sub(cv, row, 0, plan.clock_rows, cv->cols);
    if (plan.across == 1)
        clock_draw_line(&s->clock, &clock);
    else
        clock_draw(&s->clock, &clock);
    row += plan.clock_rows + plan.over_strip;
    struct canvas strip = canvas_sub(cv, row, 0, plan.bars_rows + 2, cv->cols);
    strip_draw_bars(&s->strip, &strip, plan.bars_rows);
}
