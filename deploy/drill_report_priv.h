/* drill_report_priv.h - the formats of drill_report.c, a function each. */
#ifndef RAYDECK_DEPLOY_DRILL_REPORT_PRIV_H
#define RAYDECK_DEPLOY_DRILL_REPORT_PRIV_H

#include "deploy/drill_report.h"

void report_text(const struct drill_report *r, struct buf *out);
void report_json(const struct drill_report *r, struct buf *out);
void report_junit(const struct drill_report *r, struct buf *out);
void report_markdown(const struct drill_report *r, struct buf *out);
void report_picture(const struct drill_report *r, struct buf *out);

/* The observed value of a criterion: "41.2 s", "–". */
const char *report_seen(const struct drill_report *r, enum criterion_id id, char out[CRITERION_TEXT_MAX]);
/* A series of requests, in words: "300 due, 300 answered, 0 failed"; "" where none ended. */
enum { REPORT_LINE_MAX = 320 };
char *report_series(const struct drill_report *r, enum tally_series series, char out[REPORT_LINE_MAX]);
const char *report_fate_word(enum worker_fate fate); /* "same", "restarted", "replaced" */

#endif
