/*
 * text_view.h - the one view of a text: details, help, steps, descriptions, YAML, logs. It scrolls both ways, wraps or
 * does not, follows an end that grows, and searches with `/`, n and N.
 *
 * The lines are its owner's, reached through a struct text_source: numbered, so that a position stays on its line while
 * lines are appended at the end and dropped at the start. Lines may be hidden (folded).
 * A frame is text_view_update, then text_view_draw; both cost what is visible, however long the text is. Pure.
 */
#ifndef RAYDECK_PANES_TEXT_VIEW_H
#define RAYDECK_PANES_TEXT_VIEW_H

#include "backends/base/buf.h"
#include "tui/draw/canvas.h"
#include "tui/draw/textbox.h"
#include "tui/panes/text_search.h"
#include "tui/term/input.h"

enum { TEXT_PARTS = 4 };

/* A piece of a line in one role, at its column: safe text without a line break, ended by NUL or '\n' at len. */
struct text_part {
    const char *text;
    size_t len;
    enum role role;
    int col;
    size_t lead; /* its first bytes, in a role of their own: a key */
    enum role lead_role;
};
struct text_part text_part_of(const char *text, enum role role, int col); /* the whole text, without a lead */

/* Only the last part wraps; what continues it begins at `hang`. */
struct text_line {
    struct text_part part[TEXT_PARTS];
    size_t parts;
    int hang;
};
struct text_source {
    uint64_t first, count; /* lines have the numbers first … first + count - 1 */
    uint64_t generation;   /* differs once lines were replaced, rather than appended or dropped */
    void (*line)(const void *arg, uint64_t n, int cols, struct text_line *ret); /* of a view of so many columns */
    bool (*hidden)(const void *arg, uint64_t n);                                /* NULL: no line ever is */
    void (*reveal)(void *arg, uint64_t n);                                      /* a match is in a hidden line */
    bool marks;                                                                 /* it has a cursor, on one line */
    void *arg;
};

struct text_view {
    uint64_t top; /* the first line shown, and how many of its rows are above the window */
    int skip;
    int left; /* columns scrolled to the right, where lines are not wrapped */
    int rows, cols;
    bool wraps;
    bool tails, follows; /* the text grows at its end; the end is shown */
    uint64_t cursor;     /* of a text that has one */
    struct text_search search;
    struct textbox *typed; /* the query being typed; NULL: none is. Owned */
    uint64_t from_top;     /* where the search began */
    int from_skip;
    uint64_t match; /* the line of the current match */
    bool matched;
};

enum text_view_result { TEXT_VIEW_UNUSED, TEXT_VIEW_USED, TEXT_VIEW_SAVE /* w: the owner writes the text to a file */ };

void text_view_open(struct text_view *v, bool wraps, bool tails); /* at the start, or at the end of one that tails */
void text_view_done(struct text_view *v);                         /* a zeroed one is fine */

/* The window's size, and what changed in the text. */
void text_view_update(struct text_view *v, const struct text_source *source, int rows, int cols);
void text_view_draw(const struct text_view *v, const struct text_source *source, struct canvas *cv);

/* Arrows, jk, paging, g G, the wheel; h l sideways; W wraps; / n N and Esc of the search; w. Every key while the query
 * is typed. */
enum text_view_result text_view_input(struct text_view *v, const struct text_source *source, const struct input *in);
bool text_view_typing(const struct text_view *v);
void text_view_find(struct text_view *v); /* opens the search, as / does */
bool text_view_back(struct text_view *v); /* ends the search; false: there was none */

/* Appends every line, hidden ones too, as one of plain text; what OVERLAY_SAVE writes. */
void text_view_print(const struct text_source *source, int cols, struct buf *out);

/* Rows of the whole text, counted up to `most`. */
int text_view_height(const struct text_source *source, bool wraps, int cols, int most);

#endif
