/*
 * lint_harness.h - one manifest through lint, for tests: a clean one, edits of it, and what is found as words.
 */
#ifndef RAYDECK_TESTS_LINT_HARNESS_H
#define RAYDECK_TESTS_LINT_HARNESS_H

#include "deploy/lint.h"

/* A RayService of KubeRay 1.3 and an Ingress, in which no rule finds anything. */
extern const char lint_clean[];

/* The clean manifest with the first `old` in it (which must be there) replaced. old NULL: as it is. Caller frees. */
char *lint_edited(const char *old, const char *with);

/* What is found in the text, with environment and assignments (NULL-terminated; may be NULL). Sorted. */
struct findings lint_run(const char *text, const char *const *assignments);
struct findings lint_run_for(const char *text, unsigned kuberay); /* without assignments */

/* "L4 L10": the rules, each once, in their order; "L17? L9": ? for unknown. Caller frees. */
char *lint_words(const struct findings *f);
const struct finding *lint_first(const struct findings *f, enum rule_id id); /* NULL where there is none */

/* One row of a theme's table: an edit, what is then found, and the first finding's message and line. */
struct lint_case {
    const char *old, *with, *words;
    const char *message; /* of the first finding; NULL: not looked at */
    unsigned line;       /* 0: not looked at */
};
void lint_cases(const struct lint_case *cases, size_t count); /* fails the test at the first that is otherwise */
void lint_cases_for(unsigned kuberay, const struct lint_case *cases, size_t count); /* its minor version */

#endif
