/*
 * question.h - a question of a subcommand on the terminal, and the line typed as its answer.
 *
 * As in the console an answer counts only once the question can have been read (tui/reading.h): "> " appears then.
 * Input typed earlier is discarded. A paste is no answer, whether the terminal brackets it or more input follows its
 * end of line within QUESTION_PASTE_MS. The loop keeps running. A signal ends it with ERR_CANCELLED; after a stop and
 * continue it is asked again. The terminal's modes are restored in every case.
 */
#ifndef RAYDECK_QUESTION_H
#define RAYDECK_QUESTION_H

#include "tui/snapshot.h"

enum { QUESTION_LINE_MAX = 300, QUESTION_PASTE_MS = 50 /* input this soon after an end of line is a paste */ };

/* Whether stdin and stderr are the same terminal, so that the question is visible. */
bool question_can_be_asked(void);

/* text: lines, each with its newline, printed on stderr, and again when it is asked again. ret_line: the line typed,
 * without its newline; UTF-8. ERR_GUARD: no answer (^D, no terminal, or it is gone); ERR_CANCELLED: a signal arrived.
 */
enum err question_ask(struct snapshot *snapshot, const char *text, char ret_line[QUESTION_LINE_MAX], struct why *why);

#endif
