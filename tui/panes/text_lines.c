/* text_lines.c - where the lines of a text begin. */
#include "tui/panes/text_lines.h"

#include "backends/base/mem.h"
#include "tui/draw/wrap.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_FIRST = 64 };

static void line_add(struct text_lines *l, size_t at)
{
    if (l->count == l->capacity) {
        l->capacity = l->capacity ? 2 * l->capacity : LINES_FIRST;
        l->at = mem_grow(l->at, l->capacity, sizeof *l->at);
    }
    l->at[l->count++] = at;
}

void text_lines_set(struct text_lines *l, const char *text, size_t len, enum role role)
{
    l->text = text;
    l->len = len;
    l->role = role;
    l->count = 0;
    l->generation++;
    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        line_add(l, at);
        at = end ? (size_t)(end - text) + 1 : len;
    }
}

void text_lines_done(struct text_lines *l)
{
    free(l->at);
    *l = (struct text_lines){0};
}

static void line_get(const void *arg, uint64_t n, int cols, struct text_line *ret)
{
    const struct text_lines *l = arg;
    const size_t at = l->at[n], end = n + 1 < l->count ? l->at[n + 1] : l->len;
    const size_t len = end - at - (end > at && l->text[end - 1] == '\n');
    *ret = (struct text_line){.part = {{.text = l->text + at, .len = len, .role = l->role}},
                              .parts = 1,
                              .hang = wrap_hang_of(l->text + at, cols)};
}

struct text_source text_lines_source(const struct text_lines *l)
{
    return (struct text_source){
        .count = l->count, .generation = l->generation, .line = line_get, .arg = (void *)(uintptr_t)l};
}
