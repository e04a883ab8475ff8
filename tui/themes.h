/*
 * themes.h - finds and loads theme files; tui/term/theme.h parses them.
 *
 * Searches $XDG_CONFIG_HOME/raydeck/themes, then the installed themes, then those in the source tree of the build
 * (build/../themes).
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
