/*
 * text_search.h - the lines of a text (text_view.h) in which a word occurs. Lines that are appended are searched as
 * they come, lines that are dropped are forgotten; another generation of the text is searched anew. Pure.
 */
#ifndef RAYDECK_PANES_TEXT_SEARCH_H
#define RAYDECK_PANES_TEXT_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text_source;

enum { TEXT_QUERY_MAX = 256 };
struct text_search {
    char query[TEXT_QUERY_MAX]; /* safe; "": nothing is searched. Case counts once it has a capital letter */
    bool folds;
    uint64_t *line; /* numbers of the lines with a match: line[from] … line[end - 1], ascending; owned */
    size_t from, end, capacity;
    uint64_t next; /* the first line that was not searched yet */
    uint64_t generation;
};

void text_search_set(struct text_search *s, const char *query);
void text_search_done(struct text_search *s);
void text_search_run(struct text_search *s, const struct text_source *source, int cols);

size_t text_search_count(const struct text_search *s);
/* The match's position, from 0, of the first line at or after n; the count where there is none. */
size_t text_search_at(const struct text_search *s, uint64_t n);
uint64_t text_search_line(const struct text_search *s, size_t position);

/* Where the query begins in text from byte `from` on; len: it does not occur. */
size_t text_search_find(const struct text_search *s, const char *text, size_t len, size_t from);

#endif
