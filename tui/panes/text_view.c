/* text_view.c - scrolls, searches and draws a text. */
#include "tui/panes/text_view.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/draw/wrap.h"
#include "tui/panes/motion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_STEP = 8 };

/* ---- lines and their rows ---- */

struct text_part text_part_of(const char *text, enum role role, int col)
{
    return (struct text_part){.text = text, .len = strlen(text), .role = role, .col = col};
}

static struct text_line line_of(const struct text_source *source, uint64_t n, int cols)
{
    struct text_line l = {.parts = 0};
    source->line(source->arg, n, cols, &l);
    return l;
}

static bool is_hidden(const struct text_source *source, uint64_t n)
{
    return source->hidden && source->hidden(source->arg, n);
}

static uint64_t end_of(const struct text_source *source)
{
    return source->first + source->count;
}

/* The visible line after n, the end where there is none; and the one before, n itself where there is none. */
static uint64_t line_after(const struct text_source *source, uint64_t n)
{
    const uint64_t end = end_of(source);
    do n++;
    while (n < end && is_hidden(source, n));
    return n < end ? n : end;
}

static uint64_t line_before(const struct text_source *source, uint64_t n)
{
    for (uint64_t at = n; at > source->first;)
        if (!is_hidden(source, --at)) return at;
    return n;
}

/* A row of a line: the bytes of its last part, and their column. */
struct text_row {
    size_t start, len, next;
    int col;
};

static void row_cut(const struct text_line *l, bool wraps, int cols, struct text_row *r)
{
    const struct text_part *last = &l->part[l->parts - 1];
    size_t next = 0;
    if (wraps) {
        const int width = cols > r->col ? cols - r->col : 1;
        const int hang = r->start == 0 && r->col < l->hang ? l->hang - r->col : 0;
        r->len = wrap_first_line(last->text + r->start, width, hang, &next);
        r->next = r->start + next;
        if (r->next > last->len) r->next = last->len;
    } else {
        r->len = last->len - r->start;
        r->next = last->len;
    }
}

static bool row_first(const struct text_line *l, bool wraps, int cols, struct text_row *ret)
{
    if (!l->parts) return false;
    *ret = (struct text_row){.col = l->part[l->parts - 1].col};
    row_cut(l, wraps, cols, ret);
    return true;
}

static bool row_after(const struct text_line *l, bool wraps, int cols, struct text_row *r)
{
    if (r->next >= l->part[l->parts - 1].len || r->next == r->start) return false;
    *r = (struct text_row){.start = r->next, .col = l->hang};
    row_cut(l, wraps, cols, r);
    return true;
}

static int line_rows(const struct text_source *source, uint64_t n, bool wraps, int cols)
{
    const struct text_line l = line_of(source, n, cols);
    struct text_row r;
    int rows = 1;
    if (wraps && row_first(&l, wraps, cols, &r))
        while (row_after(&l, wraps, cols, &r)) rows++;
    return rows;
}

int text_view_height(const struct text_source *source, bool wraps, int cols, int most)
{
    int rows = 0;
    for (uint64_t n = source->first; n < end_of(source) && rows < most; n++)
        if (!is_hidden(source, n)) rows += line_rows(source, n, wraps, cols);
    return rows < most ? rows : most;
}

void text_view_print(const struct text_source *source, int cols, struct buf *out)
{
    for (uint64_t n = source->first; n < end_of(source); n++) {
        const struct text_line l = line_of(source, n, cols);
        int col = 0;
        if (!l.parts) continue;
        for (size_t i = 0; i < l.parts; i++) {
            const struct text_part *p = &l.part[i];
            (void)buf_printf(out, "%*s", p->col > col ? p->col - col : 0, "");
            (void)buf_add(out, p->text, p->len);
            col = p->col + (int)text_widthn(p->text, p->len);
        }
        (void)buf_char(out, '\n');
    }
}

/* ---- the position ---- */

static uint64_t first_line(const struct text_source *source)
{
    return source->count && is_hidden(source, source->first) ? line_after(source, source->first) : source->first;
}

/* The position that shows the end on the last row. */
static void last_position(const struct text_view *v, const struct text_source *source, uint64_t *ret_top, int *ret_skip)
{
    uint64_t n = end_of(source);
    int rows = 0;
    *ret_top = first_line(source);
    *ret_skip = 0;
    while (rows < v->rows) {
        const uint64_t before = line_before(source, n);
        if (before == n) return;
        n = before;
        rows += line_rows(source, n, v->wraps, v->cols);
    }
    *ret_top = n;
    *ret_skip = rows - v->rows;
}

static void show_end(struct text_view *v, const struct text_source *source)
{
    last_position(v, source, &v->top, &v->skip);
}

static bool is_after(const struct text_view *v, uint64_t top, int skip)
{
    return v->top > top || (v->top == top && v->skip > skip);
}

/* Within the text; at its very end one that tails follows again. */
static void view_clamp(struct text_view *v, const struct text_source *source)
{
    uint64_t top;
    int skip;
    if (v->top < source->first) {
        v->top = source->first;
        v->skip = 0;
    }
    if (v->top < end_of(source) && is_hidden(source, v->top)) {
        v->top = line_before(source, v->top);
        if (is_hidden(source, v->top)) v->top = first_line(source);
        v->skip = 0;
    }
    last_position(v, source, &top, &skip);
    if (is_after(v, top, skip)) {
        v->top = top;
        v->skip = skip;
    }
    if (v->top < end_of(source)) {
        const int rows = line_rows(source, v->top, v->wraps, v->cols);
        if (v->skip >= rows) v->skip = rows - 1;
    }
}

static bool at_end(const struct text_view *v, const struct text_source *source)
{
    uint64_t top;
    int skip;
    last_position(v, source, &top, &skip);
    return v->top == top && v->skip == skip;
}

static void rows_down(struct text_view *v, const struct text_source *source, int by)
{
    while (by-- > 0) {
        if (v->top >= end_of(source)) return;
        if (++v->skip < line_rows(source, v->top, v->wraps, v->cols)) continue;
        v->top = line_after(source, v->top);
        v->skip = 0;
    }
}

static void rows_up(struct text_view *v, const struct text_source *source, int by)
{
    while (by-- > 0) {
        if (v->skip > 0) {
            v->skip--;
            continue;
        }
        const uint64_t before = line_before(source, v->top);
        if (before == v->top) return;
        v->top = before;
        v->skip = line_rows(source, before, v->wraps, v->cols) - 1;
    }
}

/* Is line n wholly within the window? */
static bool is_shown(const struct text_view *v, const struct text_source *source, uint64_t n)
{
    int rows = -v->skip;
    if (n < v->top || (n == v->top && v->skip)) return false;
    for (uint64_t at = v->top; at < end_of(source) && rows < v->rows; at = line_after(source, at)) {
        const int high = line_rows(source, at, v->wraps, v->cols);
        if (at == n) return rows + high <= v->rows || high > v->rows;
        rows += high;
    }
    return false;
}

/* Scrolls no further than is needed, so that n is shown with `above` rows before it. */
static void show_line(struct text_view *v, const struct text_source *source, uint64_t n, int above)
{
    if (is_shown(v, source, n)) return;
    v->top = n;
    v->skip = 0;
    rows_up(v, source, above);
    view_clamp(v, source);
}

/* ---- the cursor ---- */

static void cursor_move(struct text_view *v, const struct text_source *source, int by)
{
    const uint64_t end = end_of(source);
    for (; by > 0; by--) {
        const uint64_t next = line_after(source, v->cursor);
        if (next == end) break;
        v->cursor = next;
    }
    for (; by < 0; by++) {
        const uint64_t before = line_before(source, v->cursor);
        if (before == v->cursor) break;
        v->cursor = before;
    }
}

static void cursor_scroll(struct text_view *v, const struct text_source *source, int by)
{
    const bool down = by > 0;
    cursor_move(v, source, by);
    show_line(v, source, v->cursor, down && v->cursor > v->top ? v->rows - 1 : 0);
}

static void cursor_clamp(struct text_view *v, const struct text_source *source)
{
    const uint64_t end = end_of(source);
    if (!source->count) return;
    if (v->cursor < source->first) v->cursor = source->first;
    if (v->cursor >= end) v->cursor = end - 1;
    if (is_hidden(source, v->cursor)) v->cursor = line_before(source, v->cursor);
}

/* ---- the search ---- */

bool text_view_typing(const struct text_view *v)
{
    return v->typed != NULL;
}

static void typed_close(struct text_view *v)
{
    free(v->typed);
    v->typed = NULL;
}

void text_view_find(struct text_view *v)
{
    typed_close(v);
    v->typed = mem_zero(1, sizeof *v->typed);
    v->from_top = v->top;
    v->from_skip = v->skip;
}

bool text_view_back(struct text_view *v)
{
    const bool was = v->typed || v->search.query[0];
    if (v->typed) {
        v->top = v->from_top;
        v->skip = v->from_skip;
    }
    typed_close(v);
    text_search_set(&v->search, "");
    v->matched = false;
    return was;
}

/* Sideways, where lines are not wrapped: the match's first column is within the window. */
static void show_column(struct text_view *v, const struct text_source *source)
{
    const struct text_line l = line_of(source, v->match, v->cols);
    if (v->wraps || v->cols <= 0) return;
    for (size_t i = 0; i < l.parts; i++) {
        const struct text_part *p = &l.part[i];
        const size_t at = text_search_find(&v->search, p->text, p->len, 0);
        if (at >= p->len) continue;
        const int col = p->col + (int)text_widthn(p->text, at);
        if (col < v->left || col >= v->left + v->cols) v->left = col > v->cols / 2 ? col - v->cols / 2 : 0;
        return;
    }
}

static void match_show(struct text_view *v, const struct text_source *source, size_t position)
{
    v->matched = position < text_search_count(&v->search);
    if (!v->matched) return;
    v->match = text_search_line(&v->search, position);
    v->follows = false;
    if (is_hidden(source, v->match) && source->reveal) source->reveal(source->arg, v->match);
    v->cursor = v->match;
    show_line(v, source, v->match, v->rows / 3);
    show_column(v, source);
}

/* From where the search began: the first match at or after it, else the first of all. */
static void query_changed(struct text_view *v, const struct text_source *source)
{
    text_search_set(&v->search, v->typed->text);
    text_search_run(&v->search, source, v->cols);
    const size_t at = text_search_at(&v->search, v->from_top), count = text_search_count(&v->search);
    v->top = v->from_top;
    v->skip = v->from_skip;
    match_show(v, source, at < count ? at : 0);
}

static void match_next(struct text_view *v, const struct text_source *source, int by)
{
    text_search_run(&v->search, source, v->cols);
    const size_t count = text_search_count(&v->search);
    const uint64_t from = v->matched ? v->match : v->top;
    const size_t at = text_search_at(&v->search, by > 0 && v->matched ? from + 1 : from);
    if (!count) return;
    match_show(v, source, by > 0 ? at % count : (at + count - 1) % count);
}

static enum text_view_result query_input(struct text_view *v, const struct text_source *source, const struct input *in)
{
    if (in->type == INPUT_MOUSE) return TEXT_VIEW_USED;
    if (in->type == INPUT_KEY && in->key == KEYP_ENTER)
        typed_close(v);
    else if (in->type == INPUT_KEY && in->key == KEYP_ESC)
        text_view_back(v);
    else if (textbox_input(v->typed, in))
        query_changed(v, source);
    return TEXT_VIEW_USED;
}

/* ---- the view ---- */

void text_view_open(struct text_view *v, bool wraps, bool tails)
{
    text_view_done(v);
    v->wraps = wraps;
    v->tails = v->follows = tails;
}

void text_view_done(struct text_view *v)
{
    typed_close(v);
    text_search_done(&v->search);
    *v = (struct text_view){0};
}

static bool has_bar(const struct text_view *v)
{
    return v->typed || v->search.query[0];
}

void text_view_update(struct text_view *v, const struct text_source *source, int rows, int cols)
{
    v->rows = has_bar(v) && rows > 1 ? rows - 1 : rows > 0 ? rows : 0;
    v->cols = cols > 0 ? cols : 0;
    text_search_run(&v->search, source, v->cols);
    if (v->matched) {
        const size_t at = text_search_at(&v->search, v->match);
        v->matched = at < text_search_count(&v->search) && text_search_line(&v->search, at) == v->match;
    }
    if (source->marks) cursor_clamp(v, source);
    if (v->follows)
        show_end(v, source);
    else
        view_clamp(v, source);
}

static void view_scroll(struct text_view *v, const struct text_source *source, int by)
{
    if (source->marks) {
        cursor_scroll(v, source, by);
        return;
    }
    v->follows = false;
    if (by <= -MOTION_ALL) {
        v->top = first_line(source);
        v->skip = 0;
    } else if (by >= MOTION_ALL) {
        show_end(v, source);
    } else if (by < 0) {
        rows_up(v, source, -by);
    } else {
        rows_down(v, source, by);
    }
    view_clamp(v, source);
    if (v->tails && by > 0) v->follows = at_end(v, source);
}

static void scroll_aside(struct text_view *v, int by)
{
    if (v->wraps) return;
    v->left += by;
    if (v->left < 0) v->left = 0;
}

static enum text_view_result key_input(struct text_view *v, const struct text_source *source, uint32_t key)
{
    switch (key) {
    case '/': text_view_find(v); return TEXT_VIEW_USED;
    case 'n':
    case 'N':
        if (!v->search.query[0]) return TEXT_VIEW_UNUSED;
        match_next(v, source, key == 'n' ? 1 : -1);
        return TEXT_VIEW_USED;
    case 'W':
        v->wraps = !v->wraps;
        v->left = v->skip = 0;
        return TEXT_VIEW_USED;
    case KEYP_LEFT:
    case 'h': scroll_aside(v, -SIDE_STEP); return TEXT_VIEW_USED;
    case KEYP_RIGHT:
    case 'l': scroll_aside(v, SIDE_STEP); return TEXT_VIEW_USED;
    case KEYP_ESC: return text_view_back(v) ? TEXT_VIEW_USED : TEXT_VIEW_UNUSED;
    case 'w': return TEXT_VIEW_SAVE;
    default: return TEXT_VIEW_UNUSED;
    }
}

enum text_view_result text_view_input(struct text_view *v, const struct text_source *source, const struct input *in)
{
    if (v->typed) return query_input(v, source, in);
    const int by = motion_by(in, v->rows > 1 ? v->rows - 1 : 1);
    if (by) {
        view_scroll(v, source, by);
        return TEXT_VIEW_USED;
    }
    if (in->type != INPUT_KEY || (in->mods & (MOD_CTRL | MOD_ALT))) return TEXT_VIEW_UNUSED;
    return key_input(v, source, in->key);
}

/* ---- drawing ---- */

/* Bytes from … to of a part were drawn from column col on: marks the matches in them. */
static void mark_matches(const struct text_view *v, struct canvas *cv, int row, int col, const struct text_part *p,
                         size_t from, size_t to, enum role role)
{
    const size_t size = strlen(v->search.query);
    for (size_t at = text_search_find(&v->search, p->text, p->len, 0); at < p->len;
         at = text_search_find(&v->search, p->text, p->len, at + size)) {
        const size_t start = at < from ? from : at, end = at + size < to ? at + size : to;
        if (start >= end) continue;
        canvas_role(cv, row, col + (int)text_widthn(p->text + from, start - from),
                    (int)text_widthn(p->text + start, end - start), role);
    }
}

/* Draws the bytes from … to of a part; returns the column after them. */
static int draw_bytes(const struct text_view *v, struct canvas *cv, int row, int col, const struct text_part *p,
                      size_t from, size_t to, bool marked, enum role match)
{
    const size_t lead = p->lead < from ? from : p->lead < to ? p->lead : to;
    int end = canvas_textn(cv, row, col, marked ? ROLE_SELECTED : p->lead_role, p->text + from, lead - from);
    end = canvas_textn(cv, row, end, marked ? ROLE_SELECTED : p->role, p->text + lead, to - lead);
    if (v->search.query[0]) mark_matches(v, cv, row, col, p, from, to, match);
    return end;
}

/* The row's first columns: parts that do not wrap. */
static void draw_parts(const struct text_view *v, struct canvas *cv, int row, const struct text_line *l, bool marked,
                       enum role match)
{
    for (size_t i = 0; i + 1 < l->parts; i++) {
        const struct text_part *p = &l->part[i];
        (void)draw_bytes(v, cv, row, p->col - v->left, p, 0, p->len, marked, match);
    }
}

static int draw_line(const struct text_view *v, const struct text_source *source, struct canvas *cv, int row,
                     uint64_t n)
{
    const struct text_line l = line_of(source, n, v->cols);
    const bool marked = source->marks && n == v->cursor;
    const enum role match = v->matched && n == v->match && !marked ? ROLE_SELECTED : ROLE_RELATED;
    struct text_row r;
    if (!row_first(&l, v->wraps, v->cols, &r)) return row + 1;
    const struct text_part *last = &l.part[l.parts - 1];
    if (marked) canvas_fill(cv, row, 0, 1, cv->cols, ROLE_SELECTED, ' ');
    draw_parts(v, cv, row, &l, marked, match);
    do {
        const int col = r.col - v->left;
        const int end = draw_bytes(v, cv, row, col, last, r.start, r.start + r.len, marked, match);
        if (!v->wraps && end >= cv->cols && r.len > 0 && cv->cols > 1 &&
            col + (int)text_widthn(last->text, last->len) > cv->cols)
            canvas_text(cv, row, cv->cols - 1, ROLE_DIM, glyph(cv->ascii, GLYPH_ELLIPSIS));
        row++;
    } while (row_after(&l, v->wraps, v->cols, &r));
    return row;
}

/* The query, and which of how many matches is shown. */
static void draw_bar(const struct text_view *v, struct canvas *cv, int row)
{
    char words[64] = "";
    const size_t count = text_search_count(&v->search);
    if (v->search.query[0] && !count)
        snprintf(words, sizeof words, "no match");
    else if (v->search.query[0] && v->matched)
        snprintf(words, sizeof words, "%zu/%zu", text_search_at(&v->search, v->match) + 1, count);
    else if (v->search.query[0])
        snprintf(words, sizeof words, "%zu match%s", count, count == 1 ? "" : "es");
    const int width = (int)strlen(words), room = cv->cols - width - 2;
    canvas_fill(cv, row, 0, 1, cv->cols, v->typed ? ROLE_INPUT : ROLE_TEXT, ' ');
    canvas_text(cv, row, 0, ROLE_KEY, "/");
    if (v->typed)
        textbox_draw(v->typed, cv, row, 1, room, ROLE_INPUT);
    else if (room > 0)
        canvas_field(cv, row, 1, room, ROLE_TEXT, v->search.query);
    canvas_text(cv, row, cv->cols - width, count ? ROLE_STRONG : ROLE_WARN, words);
}

void text_view_draw(const struct text_view *v, const struct text_source *source, struct canvas *cv)
{
    struct canvas body = canvas_sub(cv, 0, 0, v->rows, cv->cols);
    int row = -v->skip;
    for (uint64_t n = v->top; n < end_of(source) && row < body.rows; n = line_after(source, n))
        row = draw_line(v, source, &body, row, n);
    if (has_bar(v) && cv->rows > 1) draw_bar(v, cv, cv->rows - 1);
}
