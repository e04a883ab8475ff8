/*
 * habits.h - keys that k9s and htop have taught and that have no function here, and which key does
 * that in this console. Pure.
 */
#ifndef RAYDECK_HABITS_H
#define RAYDECK_HABITS_H

#include "tui/term/input.h"

enum { HABIT_WORDS_MAX = 128 };

/* Writes "a shell is on !", cut to size; false, and nothing: the key has no such meaning, on a page of text where
 * in_text is true, else in the panes. */
bool habit_words(const struct input *in, bool in_text, char *out, size_t size);

/* A key of a habit that is a command's by now, whose words nobody would see; NULL: there is none. For the test. */
const char *habits_bound(void);

#endif
