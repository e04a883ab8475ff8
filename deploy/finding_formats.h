/*
 * finding_formats.h - findings as what other programs read: JSON, SARIF 2.1.0, JUnit's XML, GitHub's workflow commands.
 */
#ifndef RAYDECK_DEPLOY_FINDING_FORMATS_H
#define RAYDECK_DEPLOY_FINDING_FORMATS_H

#include "deploy/finding.h"

enum findings_format { FINDINGS_TEXT, FINDINGS_JSON, FINDINGS_SARIF, FINDINGS_JUNIT, FINDINGS_GITHUB };
/* By its word ("sarif"); NULL: FINDINGS_TEXT. False: there is none of that name. */
bool findings_format_named(const char *word, enum findings_format *ret);

/* Whether anything is at least as severe: FINDING_ERROR or FINDING_WARNING. */
bool findings_fail(const struct findings *f, enum finding_severity fail_on);

/* Appends the whole document, of sorted findings. Of JUnit, what is at least as severe as fail_on is a failure.
 * - SARIF: OASIS, Static Analysis Results Interchange Format 2.1.0 (columns in characters; what is ignored is
 * suppressed)
 * - JUnit: a test suite a file, a test case a finding, one that passes where a file has none, or that is an error where
 * it could not be read
 * - GitHub: "Workflow commands for GitHub Actions" (::error file=…), then the line of totals */
void findings_print(const struct findings *f, enum findings_format format, enum finding_severity fail_on,
                    struct buf *out);

#endif
