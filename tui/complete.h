/*
 * complete.h - completion for shells: `raydeck --complete WORD… CURRENT` prints the candidates for the last word, as
 * the scripts of bash, zsh and fish want it, which know nothing by themselves.
 *
 * A candidate's line is "VALUE<TAB>HELP"; the line ":file" says that files are candidates too.
 */
#ifndef RAYDECK_COMPLETE_H
#define RAYDECK_COMPLETE_H

#include <stdio.h>

/* words: after the program's name, the last one being typed (possibly ""). Names of the cluster are asked for 2 s, with
 * the options that stand before; none are printed where they do not come. */
void complete_print(int count, char **words, FILE *out);

/* The script of that shell; NULL: there is none. */
const char *complete_script(const char *shell);

#endif
