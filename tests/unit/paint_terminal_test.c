/* paint_terminal_test.c - what a terminal shows after any sequence of frames is the last canvas: random canvases with
 * footers that change, wide and combining characters are painted for each kind of terminal, read through libvterm in
 * random pieces as a line delivers them, and compared cell by cell. */
#include "tui/term/paint.h"

#include "backends/base/mem.h"
#include "tui/draw/glyph.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <vterm.h>

enum { ROWS = 12, COLS = 64, FRAMES = 400, SEEDS = 4, MARKS_SHOWN = CELL_MARKS };

struct random {
    uint64_t state;
};

static unsigned random_below(struct random *r, unsigned n)
{
    r->state = r->state * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(r->state >> 33) % n;
}

/* ---- canvases ---- */

static void footer_draw(struct random *r, struct canvas *cv)
{
    static const struct {
        const char *key, *word;
    } keys[] = {{"Enter", "open"}, {"/", "filter"},    {"L", "logs"}, {"o", "sort"},      {"c", "copy"},
                {"y", "YAML"},     {"d", "describe"},  {"p", "ask"},  {"x", "act:kdfrc"}, {"Tab", "pane"},
                {"S", "stage"},    {":", "cmd"},       {"?", "help"}, {"q", "quit"},      {"x", "act:k"},
                {"p", "ask日本"},  {"e\xCC\x81", "aé"}};
    int col = 0;
    canvas_fill(cv, ROWS - 1, 0, 1, COLS, ROLE_TEXT, ' ');
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (random_below(r, 3) == 0) continue;
        col = canvas_text(cv, ROWS - 1, col, random_below(r, 4) ? ROLE_KEY : ROLE_KEY_OFF, keys[i].key);
        col = canvas_text(cv, ROWS - 1, col + 1, ROLE_DIM, keys[i].word);
        col += (int)random_below(r, 3);
    }
}

static void row_draw(struct random *r, struct canvas *cv, int row)
{
    static const char *const pieces[] = {"a",
                                         "bb",
                                         "Running",
                                         "日本",
                                         "e\xCC\x81",
                                         "─────────────────",
                                         "·",
                                         "  ",
                                         "▸",
                                         "░░░░░░░",
                                         "\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88",
                                         "0000000000",
                                         "k",
                                         "한국",
                                         "é",
                                         "x\xCC\x88\xCC\xA3"};
    int col = (int)random_below(r, COLS);
    for (unsigned left = 1 + random_below(r, 8); left > 0; left--) {
        const enum role role = (enum role)random_below(r, ROLE_COUNT);
        col = canvas_text(cv, row, col, role, pieces[random_below(r, ARRAY_LEN(pieces))]);
    }
}

static void canvas_change(struct random *r, struct canvas *cv)
{
    switch (random_below(r, 6)) {
    case 0: canvas_clear(cv, ROLE_TEXT); break;
    case 1: canvas_fill(cv, (int)random_below(r, ROWS), (int)random_below(r, COLS), 3, 20, ROLE_TEXT, ' '); break;
    case 2: { /* as a list that scrolls */
        const int rows = ROWS - 2;
        memmove(cv->cells, cv->cells + COLS, (size_t)rows * COLS * sizeof *cv->cells);
        row_draw(r, cv, rows);
        break;
    }
    case 3: canvas_cursor(cv, (int)random_below(r, ROWS), (int)random_below(r, COLS)); break;
    case 4: canvas_cursor(cv, -1, 0); break;
    default:
        for (unsigned left = 1 + random_below(r, 5); left > 0; left--) row_draw(r, cv, (int)random_below(r, ROWS));
    }
    footer_draw(r, cv);
    /* Behind ESC ( B libvterm 0.1 decodes ASCII and UTF-8 apart: in the last column it wraps a mark of an ASCII letter.
     */
    for (int row = 0; row < ROWS; row++)
        if (canvas_cell(cv, row, COLS - 1)->mark[0]) canvas_fill(cv, row, COLS - 1, 1, 1, ROLE_TEXT, 'm');
}

/* ---- the terminal ---- */

struct shown {
    const char *terminal;
    struct paint *paint;
    VTerm *vt;
    VTermScreen *screen;
    bool direct;
};

static void shown_open(struct shown *s)
{
    struct theme theme;
    struct why why = {0};
    s->vt = vterm_new(ROWS, COLS);
    s->screen = vterm_obtain_screen(s->vt);
    vterm_set_utf8(s->vt, 1);
    vterm_screen_enable_altscreen(s->screen, 1);
    vterm_screen_reset(s->screen, 1);
    theme_default(&theme);
    const struct paint_conf conf = {
        .terminal = s->terminal, .rows = ROWS, .cols = COLS, .direct = s->direct, .theme = &theme};
    if (paint_open(&conf, &s->paint, &why)) fail_msg("%s", why.text);
}

static void shown_close(struct shown *s)
{
    paint_free(s->paint);
    vterm_free(s->vt);
}

/* In pieces, as a line does, but of whole characters: libvterm 0.1 shows one that it gets in two pieces as two. */
static void bytes_deliver(struct random *r, const struct shown *s, const struct buf *bytes)
{
    for (size_t at = 0; at < bytes->len;) {
        const size_t left = bytes->len - at, piece = 1 + random_below(r, 200);
        size_t len = piece < left ? piece : left;
        while (len < left && ((unsigned char)bytes->data[at + len] & 0xC0) == 0x80) len++;
        vterm_input_write(s->vt, bytes->data + at, len);
        at += len;
    }
}

/* A wide character in the lower right corner is blank where the terminal cannot write there without a wrap. */
static bool corner_is_free(const struct shown *s, const struct canvas *cv, int row, int col)
{
    const bool wraps = strncmp(s->terminal, "screen", 6) == 0 || strncmp(s->terminal, "tmux", 4) == 0;
    const int lead = canvas_cell(cv, row, col)->cp ? col : col - 1;
    return wraps && row == ROWS - 1 && lead >= COLS - 3 && lead < COLS - 1 && canvas_cell(cv, row, lead + 1)->cp == 0;
}

static uint32_t expected_cp(const struct shown *s, const struct canvas *cv, int row, int col)
{
    const struct cell *cell = canvas_cell(cv, row, col);
    if (corner_is_free(s, cv, row, col)) return ' ';
    if (strcmp(s->terminal, "linux") != 0) return cell->cp;
    return cell->cp ? glyph_console(cell->cp) : '?';
}

static void row_print(const struct shown *s, const struct canvas *cv, int row)
{
    for (int col = 0; col < COLS; col++) {
        VTermScreenCell there;
        (void)vterm_screen_get_cell(s->screen, (VTermPos){row, col}, &there);
        const struct cell *cell = canvas_cell(cv, row, col);
        printf("%s%x/%x", col ? " " : "", (unsigned)expected_cp(s, cv, row, col), there.chars[0]);
        if (cell->mark[0]) printf("+%x+%x/+%x", (unsigned)cell->mark[0], (unsigned)cell->mark[1], there.chars[1]);
    }
    printf("\n");
}

static void cell_compare(const struct shown *s, const struct canvas *cv, int row, int col, unsigned frame,
                         const struct buf *bytes)
{
    const struct cell *cell = canvas_cell(cv, row, col);
    const uint32_t want = expected_cp(s, cv, row, col);
    VTermScreenCell there = {.chars = {0}}; /* libvterm sets them up to the first 0 */
    assert_true(vterm_screen_get_cell(s->screen, (VTermPos){row, col}, &there));
    const uint32_t cp = there.chars[0] == UINT32_MAX ? 0 : there.chars[0] ? there.chars[0] : ' ';
    bool same = cp == want;
    const bool marks = want == cell->cp && want && strcmp(s->terminal, "linux") != 0; /* its fonts have none */
    for (int i = 0; same && marks && i < MARKS_SHOWN; i++)
        same = there.chars[0] ? there.chars[i + 1] == cell->mark[i] : cell->mark[i] == 0;
    if (same) return;
    row_print(s, cv, row);
    for (size_t i = 0; i < bytes->len; i++)
        printf((unsigned char)bytes->data[i] < ' ' ? "\\x%02x" : "%c", (unsigned char)bytes->data[i]);
    fail_msg("%s, frame %u, row %d, column %d: U+%04X where U+%04X should be", s->terminal, frame, row, col,
             (unsigned)cp, (unsigned)want);
}

static void frames_compare(struct shown *s, uint64_t seed)
{
    struct random r = {seed};
    struct canvas cv;
    struct buf bytes;
    buf_init(&bytes, PAINT_BYTES_MAX);
    canvas_init(&cv, ROWS, COLS);
    shown_open(s);
    for (unsigned frame = 0; frame < FRAMES; frame++) {
        canvas_change(&r, &cv);
        buf_clear(&bytes);
        paint_frame(s->paint, &cv, &bytes);
        bytes_deliver(&r, s, &bytes);
        for (int at = 0; at < ROWS * COLS; at++) cell_compare(s, &cv, at / COLS, at % COLS, frame, &bytes);
    }
    shown_close(s);
    canvas_done(&cv);
    buf_done(&bytes);
}

static void the_terminal_shows_the_last_canvas(void **state)
{
    (void)state;
    static const struct {
        const char *terminal;
        bool direct;
    } kinds[] = {{"xterm-256color", false}, {"xterm-256color", true}, {"xterm", false}, {"screen-256color", false},
                 {"tmux-256color", false},  {"linux", false},         {"vt100", false}, {"vt220", false}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct shown s = {.terminal = kinds[i].terminal, .direct = kinds[i].direct};
            frames_compare(&s, seed);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_terminal_shows_the_last_canvas)};
    if (!setlocale(LC_CTYPE, "C.UTF-8")) return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
