/*
 * themes.h - theme files: where they are, and their order. The parsing is tui/term/theme.h's.
 *
 * Searched in $XDG_CONFIG_HOME/raydeck/themes, then where `make install` puts them, then beside the sources the
 * program was built from (build/../themes).
 */
#ifndef RAYDECK_THEMES_H
#define RAYDECK_THEMES_H

#include "tui/term/theme.h"

enum { THEMES_MAX = 64 };

/* By name ("projector"), or by path when it contains a '/'. NULL and "default" need no file. */
enum err themes_load(const char *name, struct theme *ret, struct why *why);

/* The names of all themes, sorted, "default" first. Caller frees each and the array (NULL-terminated). */
char **themes_list(void);

#endif
