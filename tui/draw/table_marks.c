/* table_marks.c - the rows of a table that a person has marked: their keys in order, so that each frame finds them
 * again among thousands of rows. */
#include "tui/draw/table_marks.h"

#include "backends/base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { MARKS_FIRST = 16 };

/* Where the key is, or would be. */
static size_t place_of(const struct table_view *t, const char *key, bool *ret_found)
{
    size_t from = 0, to = t->marks.count;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        const int by = strcmp(t->marks.key[middle], key);
        if (by == 0) {
            *ret_found = true;
            return middle;
        }
        if (by < 0)
            from = middle + 1;
        else
            to = middle;
    }
    *ret_found = false;
    return from;
}

static void mark_add(struct table_view *t, const char *key)
{
    bool found;
    const size_t at = place_of(t, key, &found);
    if (found) return;
    if (t->marks.count == t->marks.capacity) {
        t->marks.capacity = t->marks.capacity ? t->marks.capacity * 2 : MARKS_FIRST;
        t->marks.key = mem_grow(t->marks.key, t->marks.capacity, sizeof *t->marks.key);
    }
    memmove(t->marks.key + at + 1, t->marks.key + at, (t->marks.count - at) * sizeof *t->marks.key);
    t->marks.key[at] = mem_str(key);
    t->marks.count++;
}

static void mark_remove(struct table_view *t, size_t at)
{
    free(t->marks.key[at]);
    t->marks.count--;
    memmove(t->marks.key + at, t->marks.key + at + 1, (t->marks.count - at) * sizeof *t->marks.key);
}

bool table_is_marked(const struct table_view *t, const char *key)
{
    bool found = false;
    if (t->marks.count) (void)place_of(t, key, &found);
    return found;
}

static const char *shown_key(const struct table_view *t, size_t index)
{
    return t->rows[t->shown[index]].key;
}

bool table_mark(struct table_view *t)
{
    bool found;
    if (!t->shown_count) return false;
    const size_t at = place_of(t, shown_key(t, t->selected_at), &found);
    if (found)
        mark_remove(t, at);
    else
        mark_add(t, shown_key(t, t->selected_at));
    return true;
}

/* The row shown nearest to the selected one that is marked; the selected one itself where none is. */
static size_t nearest_mark(const struct table_view *t)
{
    for (size_t i = t->selected_at; i-- > 0;)
        if (table_is_marked(t, shown_key(t, i))) return i;
    for (size_t i = t->selected_at + 1; i < t->shown_count; i++)
        if (table_is_marked(t, shown_key(t, i))) return i;
    return t->selected_at;
}

size_t table_marks_span(struct table_view *t)
{
    const size_t before = t->marks.count;
    if (!t->shown_count) return 0;
    const size_t at = nearest_mark(t), to = t->selected_at;
    for (size_t i = at < to ? at : to; i <= (at < to ? to : at); i++) mark_add(t, shown_key(t, i));
    return t->marks.count - before;
}

void table_marks_all(struct table_view *t)
{
    for (size_t i = 0; i < t->shown_count; i++) mark_add(t, shown_key(t, i));
}

void table_marks_clear(struct table_view *t)
{
    for (size_t i = 0; i < t->marks.count; i++) free(t->marks.key[i]);
    t->marks.count = 0;
}

size_t table_marks(const struct table_view *t, size_t *ret_hidden)
{
    size_t shown = 0;
    for (size_t i = 0; ret_hidden && t->marks.count && i < t->shown_count; i++)
        shown += table_is_marked(t, shown_key(t, i));
    if (ret_hidden) *ret_hidden = t->marks.count - shown;
    return t->marks.count;
}

const char *table_mark_next(const struct table_view *t, size_t *at)
{
    while (t->marks.count && *at < t->count) {
        const char *key = t->rows[(*at)++].key;
        if (table_is_marked(t, key)) return key;
    }
    return NULL;
}

void table_marks_keep(struct table_view *t)
{
    if (!t->marks.count) return;
    bool *has_row = mem_zero(t->marks.count, sizeof *has_row), found;
    for (size_t i = 0; i < t->count; i++) {
        const size_t at = place_of(t, t->rows[i].key, &found);
        if (found) has_row[at] = true;
    }
    size_t kept = 0;
    for (size_t i = 0; i < t->marks.count; i++)
        if (has_row[i])
            t->marks.key[kept++] = t->marks.key[i];
        else
            free(t->marks.key[i]);
    t->marks.count = kept;
    free(has_row);
}

void table_marks_done(struct table_view *t)
{
    table_marks_clear(t);
    free(t->marks.key);
}
