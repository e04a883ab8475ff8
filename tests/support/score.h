/*
 * score.h - the word that the console gives for ANSWERING against what users of the service saw, second by second.
 */
#ifndef RAYDECK_TESTS_SCORE_H
#define RAYDECK_TESTS_SCORE_H

#include "tests/support/replay.h"

enum { SCORE_WRONG_MAX_S = 3 /* so long the word may be behind */ };

/* What the word has to be. Where the Serve proxies answer and no model does, PARTLY is as good as NO; where requests of
 * one second fared differently, any word is. */
enum truth { TRUTH_NONE, TRUTH_YES, TRUTH_NO, TRUTH_NOT_YES, TRUTH_ANY };
enum truth truth_of(const struct replay_users *u);
const char *truth_words(enum truth truth);

struct score {
    size_t seconds, right, wrong, unknown, longest; /* longest: seconds in a row that are not right */
    size_t run;
};
/* blind: the sources are down, and that the word is unknown is right. */
void score_second(struct score *s, enum truth truth, const char *word, bool blind);
bool score_is_right(enum truth truth, const char *word);

#endif
