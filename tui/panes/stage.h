/*
 * stage.h - the stage: what an audience reads from the back of a room, on the whole screen. Four verdicts as filled
 * badges, the clock of the outage in block digits, and the requests of the last minute as a strip.
 *
 * It judges nothing itself: the words come from the answers (answers.h), the report of the outage (outage.h), the
 * connections (ft_links.h) and the timeline. Nothing on it moves while a value changes: each part has its rows and
 * columns by the size of the screen alone.
 */
#ifndef RAYDECK_PANES_STAGE_H
#define RAYDECK_PANES_STAGE_H

#include "tui/panes/pane.h"

enum { STAGE_SLOTS = 256, STAGE_WORD_MAX = 40, STAGE_TEXT_MAX = ANSWER_TEXT_MAX };

enum stage_place { STAGE_HEAD, STAGE_WORKERS, STAGE_GCS, STAGE_ANSWERING, STAGE_BADGES };
struct stage_badge {
    const char *label;
    enum verdict verdict;
    char word[STAGE_WORD_MAX]; /* "UP", "DOWN", "2/2"; "–" unknown */
    char text[STAGE_TEXT_MAX]; /* the evidence */
};

/* The clock runs in whole seconds, and stops at tenths. "-:--": there is nothing to time. */
struct stage_clock {
    char label[STAGE_WORD_MAX];
    char digits[32], whole[24]; /* "0:14.2", and without its tenths */
    char text[STAGE_TEXT_MAX];
    enum role role;
};

/* One second a slot, the newest last: '.' all were answered, 's' one was slow, 'X' one failed, '?' one waits, '-'
 * unknown, ' ' none was due. */
struct stage_strip {
    char slot[STAGE_SLOTS + 1];
    int slots, lost, back; /* the slots of T0 and of the new head's readiness; -1: not within */
    const char *lost_word; /* "kill", or "lost" */
    size_t ok, slow, failed;
    bool known;
};

struct stage {
    struct pane pane;
    struct stage_badge badge[STAGE_BADGES];
    struct stage_clock clock;
    struct stage_strip strip;
};

void stage_badges_of(const struct view *v, const struct answer answers[ANSWERS], struct stage_badge out[STAGE_BADGES]);
void stage_clock_of(const struct view *v, const struct answer answers[ANSWERS], struct stage_clock *ret);
void stage_strip_of(const struct view *v, int slots, struct stage_strip *ret);
int stage_slots(int cols); /* of a strip on a screen so wide */
void stage_draw(const struct stage *s, struct canvas *cv);

#endif
