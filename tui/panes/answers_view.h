/*
 * answers_view.h - draws the three answers: question, word, evidence. Where space is short the brief evidence, and of
 * that the leading parts which fit whole; of a first part that does not, its clauses, or else its words.
 */
#ifndef RAYDECK_PANES_ANSWERS_VIEW_H
#define RAYDECK_PANES_ANSWERS_VIEW_H

#include "backends/world/answers.h"
#include "tui/draw/canvas.h"

enum role verdict_role(enum verdict v);
void answers_draw(const struct answer answers[ANSWERS], struct canvas *cv); /* a line each */

#endif
