/*
 * values.h - what an argument can be, by the words that options.def and commands.def have for it (CONTEXT, NAMESPACE,
 * SERVICE, THEME, FAULT, VARIABLE, PANE, RULE): the one source of completion, in shells (complete.h) and in the
 * console.
 */
#ifndef RAYDECK_VALUES_H
#define RAYDECK_VALUES_H

#include "backends/session/session.h"

struct values_from {
    const struct session *session; /* what it knows by now; NULL: no cluster */
    char *const *themes;           /* ends with NULL; NULL: they are listed now, from files */
};
/* suffix: what goes on directly behind the value ("=" of a variable); about: safe text, "" where there is none. */
typedef void value_found(void *arg, const char *value, const char *suffix, const char *about);

/* Calls found for each value that the word stands for. False: the word stands for nothing but itself (or for FILE,
 * which is the caller's). */
bool values_of(const char *word, const struct values_from *from, value_found *found, void *arg);
bool values_are_of_cluster(const char *word); /* they need a session */

#endif
