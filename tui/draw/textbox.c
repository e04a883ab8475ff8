/* textbox.c - One line of text being edited. */
#include "tui/draw/textbox.h"

#include "backends/base/text.h"
#include "tui/draw/wrap.h"

#include <string.h>

void textbox_clear(struct textbox *tb)
{
    tb->text[0] = '\0';
    tb->len = tb->cursor = 0;
}

void textbox_set(struct textbox *tb, const char *safe)
{
    size_t len = strnlen(safe, TEXTBOX_MAX);
    if (len == TEXTBOX_MAX) len--;
    while (len > 0 && ((unsigned char)safe[len] & 0xC0) == 0x80) len--;
    memcpy(tb->text, safe, len);
    tb->text[len] = '\0';
    tb->len = tb->cursor = len;
}

static uint32_t char_at(const struct textbox *tb, size_t at, size_t *ret_bytes)
{
    uint32_t cp;
    *ret_bytes = text_decode(tb->text + at, tb->len - at, &cp);
    return cp;
}

static bool is_combining(const struct textbox *tb, size_t at)
{
    size_t bytes;
    return at < tb->len && text_cp_width(char_at(tb, at, &bytes)) == 0;
}

static size_t next_char(const struct textbox *tb, size_t at)
{
    size_t bytes;
    if (at >= tb->len) return tb->len;
    do {
        char_at(tb, at, &bytes);
        at += bytes;
    } while (is_combining(tb, at));
    return at;
}

static size_t previous_char(const struct textbox *tb, size_t at)
{
    while (at > 0) {
        at--;
        if (((unsigned char)tb->text[at] & 0xC0) != 0x80 && !is_combining(tb, at)) break;
    }
    return at;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n';
}

static size_t word_before(const struct textbox *tb, size_t at)
{
    while (at > 0 && is_blank(tb->text[at - 1])) at--;
    while (at > 0 && !is_blank(tb->text[at - 1])) at--;
    return at;
}

static size_t word_after(const struct textbox *tb, size_t at)
{
    while (at < tb->len && is_blank(tb->text[at])) at++;
    while (at < tb->len && !is_blank(tb->text[at])) at++;
    return at;
}

static size_t line_start(const struct textbox *tb, size_t at)
{
    while (at > 0 && tb->text[at - 1] != '\n') at--;
    return at;
}

static size_t line_end(const struct textbox *tb, size_t at)
{
    while (at < tb->len && tb->text[at] != '\n') at++;
    return at;
}

static void remove_range(struct textbox *tb, size_t from, size_t to)
{
    memmove(tb->text + from, tb->text + to, tb->len - to + 1);
    tb->len -= to - from;
    tb->cursor = from;
}

/* The same, kept for ^Y. Nothing taken leaves what was kept. */
static void cut_range(struct textbox *tb, size_t from, size_t to)
{
    if (from == to) return;
    memcpy(tb->cut, tb->text + from, to - from);
    tb->cut[to - from] = '\0';
    remove_range(tb, from, to);
}

static bool text_insert(struct textbox *tb, const char *bytes, size_t len)
{
    if (len > TEXTBOX_MAX - 1 - tb->len) {
        tb->lost += len;
        return false;
    }
    memmove(tb->text + tb->cursor + len, tb->text + tb->cursor, tb->len - tb->cursor + 1);
    memcpy(tb->text + tb->cursor, bytes, len);
    tb->len += len;
    tb->cursor += len;
    return true;
}

/* A combining mark needs a character to stand on, which an edit may have taken away or may have brought marks of its
 * own: those that no longer have a place are dropped, so that the text is safe again. */
static void drop_marks(struct textbox *tb)
{
    unsigned room = 0;

    for (size_t at = 0, bytes; at < tb->len;) {
        uint32_t cp = char_at(tb, at, &bytes);
        if (text_cp_width(cp) != 0) {
            room = cp == '\n' ? 0 : TEXT_MARKS_MAX;
            at += bytes;
        } else if (room) {
            room--;
            at += bytes;
        } else {
            size_t cursor = tb->cursor;
            remove_range(tb, at, at + bytes);
            tb->cursor = cursor > at ? cursor - bytes : cursor;
        }
    }
}

static bool insert_char(struct textbox *tb, uint32_t cp)
{
    char bytes[4];
    int width = text_cp_width(cp);
    size_t len = width >= 0 ? text_encode(cp, bytes) : 0;
    if (len == 0) return false;
    text_insert(tb, bytes, len);
    return true;
}

static void insert_paste(struct textbox *tb, const char *paste, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        size_t bytes = text_decode(paste + i, len - i, &cp);
        bool blank = cp == '\n' || cp == '\t';
        if (blank || (cp != TEXT_INVALID && text_cp_width(cp) >= 0))
            if (!text_insert(tb, blank && !(tb->lines && cp == '\n') ? " " : paste + i, bytes)) {
                tb->lost = len - i;
                return;
            }
        i += bytes;
    }
}

static int columns_between(const struct textbox *tb, size_t from, size_t to)
{
    int columns = 0;
    for (size_t at = from, bytes; at < to; at += bytes) {
        int width = text_cp_width(char_at(tb, at, &bytes));
        columns += width > 0 ? width : 0;
    }
    return columns;
}

/* To the end of the line; at its end, the break after it. */
static void kill_line(struct textbox *tb)
{
    size_t end = line_end(tb, tb->cursor);
    cut_range(tb, tb->cursor, end == tb->cursor && end < tb->len ? end + 1 : end);
}

/* To the same column of the line before or after; false where there is none. */
static bool move_line(struct textbox *tb, int by)
{
    size_t start = line_start(tb, tb->cursor), end = line_end(tb, tb->cursor), to;
    if (!tb->lines || (by < 0 ? start == 0 : end == tb->len)) return false;
    int wanted = columns_between(tb, start, tb->cursor);
    to = by < 0 ? line_start(tb, start - 1) : end + 1;
    for (size_t from = to; to < line_end(tb, from) && columns_between(tb, from, to) < wanted;) to = next_char(tb, to);
    tb->cursor = to;
    return true;
}

static bool edit_ctrl(struct textbox *tb, uint32_t key)
{
    switch (key) {
    case 'a': tb->cursor = line_start(tb, tb->cursor); return true;
    case 'e': tb->cursor = line_end(tb, tb->cursor); return true;
    case 'p': return move_line(tb, -1);
    case 'n': return move_line(tb, 1);
    case 'j': return tb->lines && (text_insert(tb, "\n", 1), true);
    case 'b': tb->cursor = previous_char(tb, tb->cursor); return true;
    case 'f': tb->cursor = next_char(tb, tb->cursor); return true;
    case 'd': remove_range(tb, tb->cursor, next_char(tb, tb->cursor)); return true;
    case 'h': remove_range(tb, previous_char(tb, tb->cursor), tb->cursor); return true;
    case 'w': cut_range(tb, word_before(tb, tb->cursor), tb->cursor); return true;
    case 'u': cut_range(tb, line_start(tb, tb->cursor), tb->cursor); return true;
    case 'k': kill_line(tb); return true;
    case 'y': text_insert(tb, tb->cut, strlen(tb->cut)); return true;
    default: return false;
    }
}

static bool edit_key(struct textbox *tb, uint32_t key)
{
    switch (key) {
    case KEYP_LEFT: tb->cursor = previous_char(tb, tb->cursor); return true;
    case KEYP_RIGHT: tb->cursor = next_char(tb, tb->cursor); return true;
    case KEYP_HOME: tb->cursor = line_start(tb, tb->cursor); return true;
    case KEYP_END: tb->cursor = line_end(tb, tb->cursor); return true;
    case KEYP_UP: return move_line(tb, -1);
    case KEYP_DOWN: return move_line(tb, 1);
    case KEYP_BACKSPACE: remove_range(tb, previous_char(tb, tb->cursor), tb->cursor); return true;
    case KEYP_DELETE: remove_range(tb, tb->cursor, next_char(tb, tb->cursor)); return true;
    default: return false;
    }
}

static bool edit_alt(struct textbox *tb, uint32_t key)
{
    switch (key) {
    case 'b': tb->cursor = word_before(tb, tb->cursor); return true;
    case 'f': tb->cursor = word_after(tb, tb->cursor); return true;
    case 'd': cut_range(tb, tb->cursor, word_after(tb, tb->cursor)); return true;
    case KEYP_BACKSPACE: remove_range(tb, word_before(tb, tb->cursor), tb->cursor); return true;
    case KEYP_ENTER: return tb->lines && (text_insert(tb, "\n", 1), true);
    default: return false;
    }
}

static bool edit_any(struct textbox *tb, const struct input *in)
{
    if (in->type == INPUT_PASTE) {
        insert_paste(tb, in->paste, in->paste_len);
        return true;
    }
    if (in->type != INPUT_KEY) return false;
    if (in->mods & MOD_CTRL) return edit_ctrl(tb, in->key);
    if (in->mods & MOD_ALT) return edit_alt(tb, in->key);
    if (in->key >= KEY__FIRST) return edit_key(tb, in->key);
    return insert_char(tb, in->key);
}

bool textbox_input(struct textbox *tb, const struct input *in)
{
    tb->lost = 0;
    bool taken = edit_any(tb, in);
    if (taken) drop_marks(tb);
    return taken;
}

void textbox_draw(const struct textbox *tb, struct canvas *cv, int row, int col, int width, enum role role)
{
    if (width <= 0) return;
    canvas_fill(cv, row, col, 1, width, role, ' ');
    /* One column is kept for the cursor at the end; one for the ellipsis where the start is cut off. */
    size_t from = 0;
    int left = 0;
    while (from < tb->cursor && left + columns_between(tb, from, tb->cursor) > width - 1) {
        from = next_char(tb, from);
        left = 1;
    }
    if (left > width - 1) left = 0;
    struct canvas box = canvas_sub(cv, row, col, 1, width);
    if (left) canvas_text(&box, 0, 0, ROLE_DIM, glyph(cv->ascii, GLYPH_ELLIPSIS));
    canvas_textn(&box, 0, left, role, tb->text + from, tb->len - from);
    if (left + columns_between(tb, from, tb->len) > width && width > 1)
        canvas_text(&box, 0, width - 1, ROLE_DIM, glyph(cv->ascii, GLYPH_ELLIPSIS));
    canvas_cursor(&box, 0, left + columns_between(tb, from, tb->cursor));
}

/* Calls for each wrapped line: where it begins, and the bytes that are shown. Returns how many there are, and on which
 * of them the cursor is. */
static int each_line(const struct textbox *tb, int width, int *ret_cursor_line,
                     void (*line)(void *arg, int number, size_t start, size_t len), void *arg)
{
    int number = 0;
    size_t start = 0;
    bool more = true;
    while (more) {
        size_t next = 0, len = wrap_line(tb->text + start, width, &next), end = start + next;
        bool last = end >= tb->len;
        /* A break at the very end begins one more line, an empty one. */
        more = !last || (next > 0 && tb->text[tb->len - 1] == '\n');
        if (tb->cursor >= start && (tb->cursor < end || (last && !more))) *ret_cursor_line = number;
        if (line) line(arg, number, start, len);
        number++;
        start = end;
    }
    return number;
}

int textbox_rows(const struct textbox *tb, int width)
{
    int cursor_line = 0;
    return each_line(tb, width > 1 ? width - 1 : 1, &cursor_line, NULL, NULL);
}

struct lines_window {
    const struct textbox *tb;
    struct canvas *cv;
    int top, cursor_line;
    enum role role;
};

static void draw_line(void *arg, int number, size_t start, size_t len)
{
    struct lines_window *w = arg;
    int row = number - w->top;
    if (row < 0 || row >= w->cv->rows) return;
    canvas_textn(w->cv, row, 0, w->role, w->tb->text + start, len);
    if (number != w->cursor_line) return;
    int col = columns_between(w->tb, start, w->tb->cursor);
    canvas_cursor(w->cv, row, col < w->cv->cols ? col : w->cv->cols - 1);
}

void textbox_draw_lines(const struct textbox *tb, struct canvas *cv, int row, int col, int rows, int width,
                        enum role role)
{
    if (width <= 0 || rows <= 0) return;
    struct canvas box = canvas_sub(cv, row, col, rows, width);
    struct lines_window w = {.tb = tb, .cv = &box, .role = role};
    canvas_fill(&box, 0, 0, box.rows, box.cols, role, ' ');
    each_line(tb, width > 1 ? width - 1 : 1, &w.cursor_line, NULL, NULL);
    w.top = w.cursor_line >= box.rows ? w.cursor_line - box.rows + 1 : 0;
    each_line(tb, width > 1 ? width - 1 : 1, &w.cursor_line, draw_line, &w);
}
