/*
 * question.h - a question among the lines of a subcommand, and the line that is typed as its answer.
 *
 * As in the console an answer counts only once the question can have been read (tui/reading.h): "> " appears then. What
 * was typed before is thrown away, in the terminal and on its way; a paste is no answer, whether the terminal brackets
 * it or it shows by what follows its end of line at once. The loop runs meanwhile. A signal ends it with ERR_CANCELLED;
 * stopped and continued, it is asked afresh. The terminal's modes are given back whatever happens.
 */
#ifndef RAYDECK_QUESTION_H
#define RAYDECK_QUESTION_H

#include "tui/snapshot.h"

enum { QUESTION_LINE_MAX = 300, QUESTION_PASTE_MS = 50 /* what follows an end of line so soon was pasted */ };

/* Stdin and stderr are one terminal: what is asked can be seen by whoever answers. */
bool question_can_be_asked(void);

/* text: lines, each ended, shown on stderr; shown again where it is asked again. ret_line: what was typed, without its
 * end; UTF-8. ERR_GUARD: there was no answer (^D, no terminal, or it is gone); ERR_CANCELLED: a signal came. */
enum err question_ask(struct snapshot *snapshot, const char *text, char ret_line[QUESTION_LINE_MAX], struct why *why);

#endif
