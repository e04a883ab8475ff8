/* text_folds.c - which lines of an indented text are hidden by those that are folded. */
#include "tui/panes/text_folds.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEPARATION = 1 };

static const char *line_at(const struct text_folds *f, size_t n)
{
    return f->lines.text + f->lines.at[n];
}

/* The items of a list belong to the key above them, also where they are not indented further. */
static unsigned depth_of(const char *line)
{
    const size_t blanks = strspn(line, " ");
    const bool item = line[blanks] == '-' && (line[blanks + 1] == ' ' || line[blanks + 1] == '\n');
    return (unsigned)(2 * blanks) + item;
}

static bool is_empty(const struct text_folds *f, size_t n)
{
    const char *line = line_at(f, n);
    return line[strspn(line, " ")] == '\n' || !line[strspn(line, " ")];
}

/* Does line n hold deeper ones? */
static bool line_holds(const struct text_folds *f, size_t n)
{
    return n + 1 < f->lines.count && f->fold[n + 1].depth > f->fold[n].depth;
}

static void hidden_update(struct text_folds *f)
{
    for (size_t n = 0; n < f->lines.count;) {
        f->fold[n].hidden = false;
        size_t under = n + 1;
        if (f->fold[n].folded)
            for (; under < f->lines.count && f->fold[under].depth > f->fold[n].depth; under++)
                f->fold[under].hidden = true;
        snprintf(f->fold[n].more, sizeof f->fold[n].more, "… %zu line%s", under - n - 1, text_plural(under - n - 1));
        n = under;
    }
}

void text_folds_set(struct text_folds *f, const char *text, size_t len)
{
    const size_t before = f->lines.count;
    text_lines_set(&f->lines, text, len, ROLE_TEXT);
    if (f->lines.count > f->capacity) {
        f->fold = mem_grow(f->fold, f->lines.count, sizeof *f->fold);
        f->capacity = f->lines.count;
    }
    for (size_t n = 0; n < f->lines.count; n++) {
        if (n >= before) f->fold[n] = (struct text_fold){0};
        /* An empty line, as in a literal text, belongs to the one before. */
        f->fold[n].depth = n && is_empty(f, n) ? f->fold[n - 1].depth : depth_of(line_at(f, n));
    }
    for (size_t n = 0; n < f->lines.count; n++) f->fold[n].folded = f->fold[n].folded && line_holds(f, n);
    hidden_update(f);
}

void text_folds_done(struct text_folds *f)
{
    text_lines_done(&f->lines);
    free(f->fold);
    *f = (struct text_folds){0};
}

/* Bytes of "key:" at the start of a line; 0: it has none. */
static size_t key_of(const struct text_part *line)
{
    const size_t len = strcspn(line->text, ":\"'\n");
    if (len >= line->len || line->text[len] != ':') return 0;
    return len + 1 == line->len || line->text[len + 1] == ' ' ? len + 1 : 0;
}

static void line_get(const void *arg, uint64_t n, int cols, struct text_line *ret)
{
    const struct text_folds *f = arg;
    const struct text_source plain = text_lines_source(&f->lines);
    plain.line(plain.arg, n, cols, ret);
    struct text_part *line = &ret->part[0];
    line->lead = key_of(line);
    line->lead_role = ROLE_KEY;
    if (!f->fold[n].folded) return;
    ret->hang = (int)text_widthn(line->text, line->len) + SEPARATION;
    ret->part[ret->parts++] = text_part_of(f->fold[n].more, ROLE_DIM, ret->hang);
}

static bool is_hidden(const void *arg, uint64_t n)
{
    return ((const struct text_folds *)arg)->fold[n].hidden;
}

static void lines_reveal(void *arg, uint64_t n)
{
    struct text_folds *f = arg;
    unsigned depth = f->fold[n].depth;
    for (size_t at = (size_t)n; at-- > 0;)
        if (f->fold[at].depth < depth) {
            depth = f->fold[at].depth;
            f->fold[at].folded = false;
        }
    hidden_update(f);
}

struct text_source text_folds_source(struct text_folds *f)
{
    struct text_source source = text_lines_source(&f->lines);
    source.line = line_get;
    source.hidden = is_hidden;
    source.reveal = lines_reveal;
    source.marks = true;
    source.arg = f;
    return source;
}

uint64_t text_folds_set_folded(struct text_folds *f, uint64_t n, bool folded)
{
    if (n >= f->lines.count) return n;
    size_t at = (size_t)n;
    if (folded && (!line_holds(f, at) || f->fold[at].folded))
        while (at > 0 && f->fold[at].depth >= f->fold[n].depth) at--;
    if (!line_holds(f, at)) return n;
    f->fold[at].folded = folded;
    hidden_update(f);
    return at;
}

bool text_folds_is_folded(const struct text_folds *f, uint64_t n)
{
    return n < f->lines.count && f->fold[n].folded;
}

void text_folds_all(struct text_folds *f)
{
    bool any = false;
    for (size_t n = 0; n < f->lines.count; n++) any = any || f->fold[n].folded;
    for (size_t n = 0; n < f->lines.count; n++) f->fold[n].folded = !any && line_holds(f, n);
    hidden_update(f);
}
