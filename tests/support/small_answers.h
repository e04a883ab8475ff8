/*
 * small_answers.h - the small cluster (small_cluster.h) judged: its answers, and the evidence that Serve answers.
 */
#ifndef RAYDECK_TESTS_SMALL_ANSWERS_H
#define RAYDECK_TESTS_SMALL_ANSWERS_H

#include "backends/world/answers.h"
#include "backends/world/evidence.h"
#include "tests/support/small_cluster.h"

struct answer small_answer(const struct small *s, int which); /* now; which: 0 to ANSWERS - 1 */
void small_answer_is(const struct small *s, int which, const char *question, enum verdict verdict, const char *word,
                     const char *text, const char *brief);
struct service_evidence small_evidence(const struct small *s); /* now */

#endif
