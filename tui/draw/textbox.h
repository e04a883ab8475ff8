/*
 * textbox.h - text being typed: insertion, movement, deletion by character, word and line (as in a shell), paste. One
 * line, scrolling sideways when it is longer than its place; or several, wrapped. UTF-8; a character and its combining
 * marks are one step.
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
    size_t lost;            /* bytes of the last input that did not fit */
    char cut[TEXTBOX_MAX];  /* what ^K, ^U, ^W and M-d took last, for ^Y; kept by textbox_clear */
    bool lines;             /* it may have several; set by the owner, kept by textbox_clear */
};

void textbox_clear(struct textbox *tb);
void textbox_set(struct textbox *tb, const char *safe); /* cursor at the end */

/* Left Right Home End Backspace Delete ^A ^E ^B ^F ^D ^H ^W ^U ^K ^Y M-b M-f M-d, characters, pastes (line breaks
 * become blanks where there is one line). With several also Up Down ^P ^N, unless there is no line there, and M-Enter
 * and ^J, which begin one. True when it was for the box; Enter, Esc, Tab, ^C and the rest are the owner's. What does
 * not fit is dropped, and counted in `lost`. */
bool textbox_input(struct textbox *tb, const struct input *in);

/* In `width` columns; places the canvas's cursor. An ellipsis marks the truncated side. */
void textbox_draw(const struct textbox *tb, struct canvas *cv, int row, int col, int width, enum role role);

/* The same wrapped, in a window of `rows`, so that the cursor is in it; and how many rows all of it would take. */
void textbox_draw_lines(const struct textbox *tb, struct canvas *cv, int row, int col, int rows, int width,
                        enum role role);
int textbox_rows(const struct textbox *tb, int width);

#endif
