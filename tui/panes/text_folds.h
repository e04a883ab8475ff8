/*
 * text_folds.h - a text of indented lines ("key:" above what it holds, as YAML) as a struct text_source whose lines can
 * be folded: a folded line hides those that are deeper, and says how many. Pure.
 */
#ifndef RAYDECK_PANES_TEXT_FOLDS_H
#define RAYDECK_PANES_TEXT_FOLDS_H

#include "tui/panes/text_lines.h"

struct text_fold {
    unsigned depth;
    bool folded, hidden;
    char more[32]; /* of a folded one: "… 12 lines" */
};
struct text_folds {
    struct text_lines lines;
    struct text_fold *fold; /* of each line; owned */
    size_t capacity;
};

/* The text, borrowed. Lines that were folded stay so where the new text has the same line at that place. */
void text_folds_set(struct text_folds *f, const char *text, size_t len);
void text_folds_done(struct text_folds *f); /* a zeroed one is fine */
struct text_source text_folds_source(struct text_folds *f);

/* Folds or unfolds line n; a line that holds none stands for the one that holds it. Returns the line that was meant. */
uint64_t text_folds_set_folded(struct text_folds *f, uint64_t n, bool folded);
bool text_folds_is_folded(const struct text_folds *f, uint64_t n);
void text_folds_all(struct text_folds *f); /* folds all, or unfolds all where any is folded */

#endif
