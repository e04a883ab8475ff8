/* text_search.c - finds a word in the lines of a text. */
#include "tui/panes/text_search.h"

#include "backends/base/mem.h"
#include "tui/panes/text_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINES_FIRST = 64 };

static void search_reset(struct text_search *s)
{
    s->from = s->end = 0;
    s->next = 0;
}

void text_search_set(struct text_search *s, const char *query)
{
    snprintf(s->query, sizeof s->query, "%s", query);
    s->folds = true;
    for (const char *at = s->query; *at; at++) s->folds = s->folds && !(*at >= 'A' && *at <= 'Z');
    search_reset(s);
}

void text_search_done(struct text_search *s)
{
    free(s->line);
    *s = (struct text_search){0};
}

size_t text_search_find(const struct text_search *s, const char *text, size_t len, size_t from)
{
    const size_t size = strlen(s->query);
    if (!size) return len;
    for (size_t at = from; at + size <= len; at++)
        if (s->folds ? strncasecmp(text + at, s->query, size) == 0 : memcmp(text + at, s->query, size) == 0) return at;
    return len;
}

static bool line_matches(const struct text_search *s, const struct text_line *l)
{
    for (size_t i = 0; i < l->parts; i++)
        if (text_search_find(s, l->part[i].text, l->part[i].len, 0) < l->part[i].len) return true;
    return false;
}

/* The room of forgotten lines is used before more is allocated. */
static void line_add(struct text_search *s, uint64_t n)
{
    if (s->end == s->capacity && s->from > s->capacity / 2) {
        memmove(s->line, s->line + s->from, (s->end - s->from) * sizeof *s->line);
        s->end -= s->from;
        s->from = 0;
    }
    if (s->end == s->capacity) {
        s->capacity = s->capacity ? 2 * s->capacity : LINES_FIRST;
        s->line = mem_grow(s->line, s->capacity, sizeof *s->line);
    }
    s->line[s->end++] = n;
}

void text_search_run(struct text_search *s, const struct text_source *source, int cols)
{
    const uint64_t end = source->first + source->count;
    if (!s->query[0]) return;
    if (s->generation != source->generation || s->next > end) search_reset(s);
    s->generation = source->generation;
    while (s->from < s->end && s->line[s->from] < source->first) s->from++;
    if (s->next < source->first) s->next = source->first;
    for (; s->next < end; s->next++) {
        struct text_line l = {.parts = 0};
        source->line(source->arg, s->next, cols, &l);
        if (line_matches(s, &l)) line_add(s, s->next);
    }
}

size_t text_search_count(const struct text_search *s)
{
    return s->end - s->from;
}

size_t text_search_at(const struct text_search *s, uint64_t n)
{
    size_t low = s->from, high = s->end;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->line[middle] < n)
            low = middle + 1;
        else
            high = middle;
    }
    return low - s->from;
}

uint64_t text_search_line(const struct text_search *s, size_t position)
{
    return s->line[s->from + position];
}
