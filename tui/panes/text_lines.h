/*
 * text_lines.h - a text of lines separated by '\n' as a struct text_source, in one role. Continuations of "key   value"
 * hang under the value. Pure.
 */
#ifndef RAYDECK_PANES_TEXT_LINES_H
#define RAYDECK_PANES_TEXT_LINES_H

#include "tui/panes/text_view.h"

struct text_lines {
    const char *text; /* safe, borrowed */
    size_t *at;       /* where each line begins; owned */
    size_t count, capacity, len;
    uint64_t generation;
    enum role role;
};

/* Of another text, or of the same that has changed: borrowed until the next call. A zeroed one is empty. */
void text_lines_set(struct text_lines *l, const char *text, size_t len, enum role role);
void text_lines_done(struct text_lines *l);
struct text_source text_lines_source(const struct text_lines *l);

#endif
