/*
 * answers_text.h - builds the text of an answer, joined by " · ". Private to answers*.c.
 */
#ifndef RAYDECK_WORLD_ANSWERS_TEXT_H
#define RAYDECK_WORLD_ANSWERS_TEXT_H

#include "backends/world/answers.h"

/* Adds a part to a text of ANSWER_TEXT_MAX bytes; omits a part that does not fit. */
void say(char *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void answer_word(struct answer *a, enum verdict verdict, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Says that a world is not heard ("redis not heard for 14 s"), or down, denied …; false, and nothing said, where it is
 * live. `name` as for a person: "Redis". */
bool say_unheard(char *text, const char *name, const struct world *w, enum world_kind kind, uint64_t now_ms);

/* ANSWERING (answers_probe.c), LAST HEAD LOSS (answers_last.c) */
void answer_answering(const struct world *w, const struct focus *f, const struct outage *o, uint64_t now_ms,
                      uint64_t wall_ms, struct answer *ret);
void answer_last_loss(const struct world *w, const struct focus *f, const struct outage *last, uint64_t wall_ms,
                      struct answer *ret);

#endif
