/*
 * select_text.h - a command on the whole width of the screen, for the terminal's own selection, where it could not be
 * sent to the clipboard: nothing stands beside it, and what is too long continues as a shell reads it.
 */
#ifndef RAYDECK_PANES_SELECT_TEXT_H
#define RAYDECK_PANES_SELECT_TEXT_H

#include "backends/base/buf.h"
#include "tui/panes/overlay.h"

enum { SELECT_TEXT_MAX = 64 * 1024 };
extern const struct overlay_ops select_overlay;
struct select_text {
    struct overlay overlay;
    struct buf text, lines; /* as given; as drawn in `cols` columns */
    const char *why;        /* borrowed: a constant */
    bool mouse;             /* the mouse is ours: Shift gives it to the terminal */
    int cols, top, page, count, why_rows;
};
/* Copies text: a command for a shell, one line of safe text. */
void select_text_open(struct select_text *s, const char *text, const char *why, bool mouse);

/* The lines of a command in so many columns: broken between words by a backslash, never within quotes. */
void select_text_lines(const char *text, int cols, struct buf *out);

#endif
