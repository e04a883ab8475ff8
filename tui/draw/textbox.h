/*
 * textbox.h - one line of text being typed: insertion, movement, deletion by character, word and line (as in a shell),
 * paste, scrolling sideways when it is longer than its place. UTF-8; a character and its combining marks are one step.
 */
#ifndef RAYDECK_DRAW_TEXTBOX_H
#define RAYDECK_DRAW_TEXTBOX_H

#include "tui/draw/canvas.h"
#include "tui/term/input.h"

#include <stdbool.h>
#include <stddef.h>

enum { TEXTBOX_MAX = 4096 };
struct textbox {
    char text[TEXTBOX_MAX]; /* safe, one line, NUL-terminated */
    size_t len, cursor;     /* bytes */
};

void textbox_clear(struct textbox *tb);
void textbox_set(struct textbox *tb, const char *safe); /* cursor at the end */

/* Left Right Home End Backspace Delete ^A ^E ^B ^F ^D ^H ^W ^U ^K M-b M-f, characters, pastes (line breaks become
 * blanks). True when it was for the box; Enter, Esc, Tab, ^C and the rest are the owner's. What does not fit is
 * dropped. */
bool textbox_input(struct textbox *tb, const struct input *in);

/* In `width` columns; places the canvas's cursor. Cut-off text is told by an ellipsis on its side. */
void textbox_draw(const struct textbox *tb, struct canvas *cv, int row, int col, int width, enum role role);

#endif
