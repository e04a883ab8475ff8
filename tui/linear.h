/*
 * linear.h - what happens, as lines of plain text with their times: for screen readers, and for logs. Pure.
 *
 * It compares a view with the one before, and reports what differs: the three answers, the state of each pod, events,
 * prompts, sources that are lost and heard again, the head that is lost and back, and the rungs of its recovery. The
 * sentences are those of the screen and of `kill-head`: answers.h, timeline.h, outage.h, fresh.h, request_words.h.
 * What runs on by itself (a length, a count of probes) is reported with the next thing that happens, never alone.
 */
#ifndef RAYDECK_LINEAR_H
#define RAYDECK_LINEAR_H

#include "tui/panes/pane.h"

struct linear;
/* line: a line without its newline, borrowed. */
struct linear *linear_new(void (*line)(void *arg, const char *text), void *arg);
void linear_free(struct linear *l); /* NULL is fine */

/* Reports what has changed since the last call. The first call reports nothing: what was there is known from `status`.
 */
void linear_observe(struct linear *l, const struct view *v);

#endif
