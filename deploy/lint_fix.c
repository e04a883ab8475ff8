/* lint_fix.c - makes the edits of findings in a text; see lint_fix.h. */
#include "deploy/lint_fix.h"

#include "backends/base/mask.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { CONTEXT = 3 };

static void lines_cut(struct fix *fix, size_t len)
{
    size_t cap = 0;
    for (size_t from = 0; from < len;) {
        const char *end = memchr(fix->text + from, '\n', len - from);
        const size_t next = end ? (size_t)(end - fix->text) + 1 : len;
        if (fix->count == cap) fix->lines = mem_grow(fix->lines, cap = cap ? cap * 2 : 64, sizeof *fix->lines);
        fix->lines[fix->count++] = (struct fix_line){.was = fix->text + from, .len = next - from};
        from = next;
    }
}

/* Without "\n" or "\r\n" at its end. */
static size_t bare_len(const char *line, size_t len)
{
    while (len && strchr("\r\n", line[len - 1])) len--;
    return len;
}

/* The line as it is now, without its end. Caller frees. */
static char *line_now(const struct fix_line *line)
{
    return line->now ? mem_str(line->now) : mem_strn(line->was, bare_len(line->was, line->len));
}

static size_t spaces_of(const char *text)
{
    return strspn(text, " ");
}

/* The bytes before the character in that column (from 1); SIZE_MAX: the line is shorter. */
static size_t column_offset(const char *text, unsigned column)
{
    const size_t len = strlen(text);
    size_t at = 0;
    for (unsigned i = 1; i < column; i++) {
        uint32_t cp;
        if (at >= len) return SIZE_MAX;
        at += text_decode(text + at, len - at, &cp);
    }
    return at <= len ? at : SIZE_MAX;
}

/* The bytes of the scalar at `text` that reads `old`, quotes included; 0: it is another. */
static size_t scalar_len(const char *text, const char *old)
{
    const size_t len = strlen(old);
    if (*text != '"' && *text != '\'') {
        if (strncmp(text, old, len) != 0) return 0;
        const char next = text[len]; /* what is longer is another scalar */
        return !next || strchr(" \t,]}:", next) ? len : 0;
    }
    return strncmp(text + 1, old, len) == 0 && text[len + 1] == *text ? len + 2 : 0;
}

/* Replaces `len` bytes at `at` of the line. */
static void line_replace(struct fix_line *line, char *text /* takes */, size_t at, size_t len, const char *with)
{
    char *now = mem_printf("%.*s%s%s", (int)at, text, with, text + at + len);
    free(text);
    free(line->now);
    line->now = now;
}

static bool edit_replace(struct fix *fix, const struct finding_edit *edit)
{
    struct fix_line *line = &fix->lines[edit->line - 1];
    char *text = line_now(line);
    const size_t at = column_offset(text, edit->column);
    size_t len = 0;
    if (at != SIZE_MAX && edit->kind == EDIT_TEXT)
        len = strncmp(text + at, edit->old, strlen(edit->old)) == 0 ? strlen(edit->old) : 0;
    else if (at != SIZE_MAX)
        len = scalar_len(text + at, edit->old);
    if (!len) {
        free(text);
        return false;
    }
    line_replace(line, text, at, len, edit->text);
    return true;
}

/* A line of its own before the edit's, as far indented. */
static bool edit_insert(struct fix *fix, const struct finding_edit *edit)
{
    struct fix_line *line = &fix->lines[edit->line - 1];
    char *text = line_now(line);
    const bool fits = spaces_of(text) + 1 == edit->column && strncmp(text + edit->column - 1, "- ", 2) != 0;
    if (fits && !line->before) line->before = mem_printf("%*s%s", (int)edit->column - 1, "", edit->text);
    free(text);
    return fits;
}

/* Whether a line belongs to the entry whose key is indented by `indent`: deeper, or an item of its list. */
static bool is_of_entry(const char *text, size_t indent)
{
    const size_t spaces = spaces_of(text);
    return spaces > indent || (spaces == indent && text[spaces] == '-' && strchr(" ", text[spaces + 1]));
}

/* An entry of a block map: the lines of its key and value. Blank lines and comments that follow belong to what comes
 * next. */
static bool edit_drop(struct fix *fix, const struct finding_edit *edit)
{
    size_t last = edit->line - 1;
    char *first = line_now(&fix->lines[last]);
    const size_t indent = edit->column - 1;
    const bool fits = spaces_of(first) == indent && scalar_len(first + indent, edit->old);
    free(first);
    if (!fits) return false;
    for (size_t i = last + 1; i < fix->count; i++) {
        char *text = line_now(&fix->lines[i]);
        const bool blank = !text[spaces_of(text)], of_entry = !blank && is_of_entry(text, indent);
        free(text);
        if (of_entry) last = i;
        if (!of_entry && !blank) break;
    }
    for (size_t i = edit->line - 1; i <= last; i++) fix->lines[i].removed = true;
    return true;
}

static bool edit_make(struct fix *fix, const struct finding_edit *edit)
{
    if (!edit->line || edit->line > fix->count || fix->lines[edit->line - 1].removed) return false;
    switch (edit->kind) {
    case EDIT_SCALAR:
    case EDIT_TEXT: return edit_replace(fix, edit);
    case EDIT_INSERT: return edit_insert(fix, edit);
    case EDIT_DROP: return edit_drop(fix, edit);
    case EDIT_NONE: break;
    }
    return false;
}

/* What is on the right of a line first, so that columns on its left stay. */
static int by_column_from_right(const void *a, const void *b)
{
    const struct finding_edit *x = *(const struct finding_edit *const *)a, *y = *(const struct finding_edit *const *)b;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    return x->column == y->column ? 0 : x->column > y->column ? -1 : 1;
}

void fix_of(const char *file, const char *text, size_t len, const struct findings *f, struct fix *ret)
{
    const struct finding_edit **edits = mem_zero(f->count + 1, sizeof *edits);
    size_t count = 0;
    *ret = (struct fix){.text = mem_strn(text, len)};
    lines_cut(ret, len);
    /* Lines and columns are of characters; in UTF-16 they are not bytes. */
    for (size_t i = 0; i < f->count && !text_is_utf16(text, len); i++)
        if (f->items[i].edit.kind != EDIT_NONE && text_eq(f->items[i].where.file, file))
            edits[count++] = &f->items[i].edit;
    if (count) qsort(edits, count, sizeof *edits, by_column_from_right);
    for (size_t i = 0; i < count; i++) {
        const bool again = i && by_column_from_right(&edits[i - 1], &edits[i]) == 0;
        if (!again) ret->edits += edit_make(ret, edits[i]);
    }
    free(edits);
}

void fix_done(struct fix *fix)
{
    for (size_t i = 0; i < fix->count; i++) {
        mem_free_secret(fix->lines[i].now);
        free(fix->lines[i].before);
    }
    free(fix->lines);
    mem_free_secret(fix->text);
    *fix = (struct fix){0};
}

/* "\n", "\r\n", or nothing at the end of the file. */
static const char *line_end(const struct fix_line *line, size_t *ret_len)
{
    const size_t len = bare_len(line->was, line->len);
    *ret_len = line->len - len;
    return line->was + len;
}

void fix_text(const struct fix *fix, struct buf *out)
{
    for (size_t i = 0; i < fix->count; i++) {
        const struct fix_line *line = &fix->lines[i];
        size_t end_len = 0;
        const char *end = line_end(line, &end_len);
        if (line->removed) continue;
        if (line->before) {
            buf_str(out, line->before);
            buf_add(out, end_len ? end : "\n", end_len ? end_len : 1);
        }
        if (!line->now) {
            buf_add(out, line->was, line->len);
            continue;
        }
        buf_str(out, line->now);
        buf_add(out, end, end_len);
    }
}

static bool line_changes(const struct fix_line *line)
{
    return line->now || line->before || line->removed;
}

static void diff_line(char mark, const char *text, size_t len, struct buf *out)
{
    char *shown = mask_text(text, bare_len(text, len), TEXT_ONE_LINE, FINDING_TEXT_MAX);
    buf_printf(out, "%c%s\n", mark, shown);
    free(shown);
}

/* One hunk: the lines from `from` to before `to`; new_line: of the new text, from 1. Returns the lines that it has
 * there.
 */
static size_t diff_hunk(const struct fix *fix, size_t from, size_t to, size_t new_line, struct buf *out)
{
    size_t now = 0;
    for (size_t i = from; i < to; i++) now += (size_t)!fix->lines[i].removed + (fix->lines[i].before != NULL);
    buf_printf(out, "@@ -%zu,%zu +%zu,%zu @@\n", from + 1, to - from, new_line, now);
    for (size_t i = from; i < to; i++) {
        const struct fix_line *line = &fix->lines[i];
        if (line->before) diff_line('+', line->before, strlen(line->before), out);
        diff_line(line->now || line->removed ? '-' : ' ', line->was, line->len, out);
        if (line->now && !line->removed) diff_line('+', line->now, strlen(line->now), out);
    }
    return now;
}

void fix_diff(const struct fix *fix, const char *file, struct buf *out)
{
    size_t new_line = 1, done = 0;
    if (!fix->edits) return;
    buf_printf(out, "--- %s\n+++ %s\n", file, file);
    for (size_t i = 0; i < fix->count; i++) {
        if (!line_changes(&fix->lines[i])) continue;
        size_t from = i > CONTEXT ? i - CONTEXT : 0, last = i;
        if (from < done) from = done;
        for (size_t next = i; next < fix->count && next <= last + 2 * CONTEXT; next++)
            if (line_changes(&fix->lines[next])) last = next;
        const size_t to = last + 1 + CONTEXT < fix->count ? last + 1 + CONTEXT : fix->count;
        new_line += from - done;
        new_line += diff_hunk(fix, from, to, new_line, out);
        done = to;
        i = to - 1;
    }
}
