/*
 * textbox.h - a text box: insertion, movement, deletion by character, word and line (as in a shell), paste. One line,
 * which scrolls horizontally, or several, wrapped. UTF-8; a character and its combining marks are one unit.
 */
#ifndef RAYDECK_DRAW_TEXTBOX_H
#define RAYDECK_DRAW_TEXTBOX_H

#include "tui/draw/canvas.h"
#include "tui/term/input.h"

#include <stdbool.h>
#include <stddef.h>

enum { TEXTBOX_MAX = 16384 };
struct textbox {
    char text[TEXTBOX_MAX]; /* safe, NUL-terminated */
    size_t len, cursor;     /* bytes */
    size_t lost;            /* bytes of the last input that were dropped */
    char cut[TEXTBOX_MAX];  /* text last cut by ^K, ^U, ^W or M-d, for ^Y; kept by textbox_clear */
    bool lines;             /* multi-line; set by the owner, kept by textbox_clear */
};

void textbox_clear(struct textbox *tb);
void textbox_set(struct textbox *tb, const char *safe); /* cursor at the end */

/* Left Right Home End Backspace Delete ^A ^E ^B ^F ^D ^H ^W ^U ^K ^Y M-b M-f M-d, characters, pastes (with a single
 * line, line breaks become blanks). Multi-line also Up Down ^P ^N, if there is such a line, and M-Enter and ^J, which
 * begin a new line. True if the box used it; Enter, Esc, Tab, ^C and others are left to the owner. Input that does not
 * fit is dropped and counted in `lost`. */
bool textbox_input(struct textbox *tb, const struct input *in);

/* Draws one line in `width` columns and sets the canvas's cursor. An ellipsis marks a truncated side. */
void textbox_draw(const struct textbox *tb, struct canvas *cv, int row, int col, int width, enum role role);

/* Draws it wrapped, in a window of `rows` that contains the cursor; and the number of rows of the whole text. */
void textbox_draw_lines(const struct textbox *tb, struct canvas *cv, int row, int col, int rows, int width,
                        enum role role);
int textbox_rows(const struct textbox *tb, int width);

#endif
