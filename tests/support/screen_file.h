/*
 * screen_file.h - holds what was drawn against the screen kept in tests/screens/NAME.txt (run from the top folder).
 *
 * A difference is printed as a unified diff and fails the test; with RAYDECK_ACCEPT=1 (`make accept`) the file is
 * written instead.
 */
#ifndef RAYDECK_TESTS_SCREEN_FILE_H
#define RAYDECK_TESTS_SCREEN_FILE_H

#include "tui/draw/canvas.h"

#include <stdbool.h>

void screen_check(const char *name, const struct canvas *cv, bool with_roles);
void screen_check_text(const char *name, const char *text);

/* The same without failing: true when equal. For the tests of this file. */
bool screen_same(const char *path, const char *text, bool accept);

#endif
