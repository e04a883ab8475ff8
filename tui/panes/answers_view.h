/* answers_view.h - draws the three answers: question, word, evidence (brief where space is short). */
#ifndef RAYDECK_PANES_ANSWERS_VIEW_H
#define RAYDECK_PANES_ANSWERS_VIEW_H

#include "backends/world/answers.h"
#include "tui/draw/canvas.h"

enum role verdict_role(enum verdict v);
void answers_draw(const struct answer answers[ANSWERS], struct canvas *cv); /* a line each */

#endif
