/*
 * themes.h - finds and loads themes: those that raydeck ships, and files of the same or other names beside them
 * (asset.h); tui/term/theme.h parses them.
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
