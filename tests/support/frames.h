/*
 * frames.h - the console and `status` at one moment after the other, held to what must be true of each of them,
 * whatever happens to the cluster. It knows nothing of what happened: tests that do hold the words against it.
 *
 *   one word      ANSWERING as drawn, as status prints it and as its JSON has it are one, and that of the evidence; so
 *                 are the other answers, LAST HEAD LOSS among them
 *   no old news   YES rests on an answer that is younger than EVIDENCE_FRESH_MS, and a source that is not heard is
 *                 called so on the strip
 *   one clock     while an outage runs, its T0 stays and its lengths do not go back; what is to go does not grow
 *   one length    whatever pane, detail or command names a length or a count of the outage, it is that of the report
 *   the head      HEAD DOWN is never shown for a ready head, and LOSE THE HEAD? is not asked where there is none
 *   Redis         nothing of a Redis that does not answer is "ok" or "kept"
 *   no rubbish    no nan, inf, (null) or number that went below zero
 */
#ifndef RAYDECK_TESTS_FRAMES_H
#define RAYDECK_TESTS_FRAMES_H

#include "tui/panes/pane.h"

struct frames;
/* panes_every_ms: how often the small screen, each pane and detail, and status as JSON are checked too, besides the
 * wide screen and status as text; 0: each time. */
struct frames *frames_new(uint64_t panes_every_ms);
void frames_free(struct frames *f);

/* v->chrome and v->selection are ours. Returns the word of ANSWERING as it was drawn; good until the next call. */
const char *frames_check(struct frames *f, const struct view *v);

const char *frames_answering(const struct frames *f); /* the whole row of that answer; good as long */

/* The rule of the one clock; after frames_check, for the same moment. */
void frames_check_clock(struct frames *f, const struct view *v);

/* How many rules were broken so far, and the first of them in words, a line each; "" where none was. */
size_t frames_broken(const struct frames *f);
const char *frames_complaints(const struct frames *f);

#endif
