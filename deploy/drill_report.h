/*
 * drill_report.h - the report of a drill: the verdict on a head loss and its evidence, as text, JSON, JUnit and
 * Markdown with the same content. Pure.
 *
 * The JSON is version 1, by deploy/assets/drill-report.schema.json. JUnit: a testcase per criterion; a broken promise
 * is a <failure>, an unproven or unknown one an <error>, one not judged <skipped>. Foreign text is escaped for each
 * format.
 */
#ifndef RAYDECK_DEPLOY_DRILL_REPORT_H
#define RAYDECK_DEPLOY_DRILL_REPORT_H

#include "deploy/drill_verdict.h"

enum { DRILL_REPORT_VERSION = 1, DRILL_REPORT_MAX = 8 * 1024 * 1024 };

/* All borrowed. */
struct drill_report {
    const struct drill_verdict *verdict;
    const struct outage *outage;
    const struct request_tally *tally;
    const char *fault;       /* "loss of the head pod" */
    const char *context;     /* of the kubeconfig; NULL: unknown */
    const char *ray_version; /* NULL: unknown */
    const char *kuberay;     /* the operator's version; NULL: unknown */
    const char *raydeck;     /* the version that judged */
    const char *timeline;    /* of the loss, as lines of text; NULL: none was drawn */
    const char *picture;     /* the same as SVG; NULL: none was drawn */
    uint64_t wall_ms;        /* when it was judged */
};

/* Judges (drill_judge), and fills the report but for context, versions, raydeck, timeline and picture. */
void drill_report_judge(const struct verdict_ask *ask, struct drill_verdict *ret_verdict, struct drill_report *ret);

/* X(NAME, file name's extension, the function) */
#define DRILL_FORMAT_MAP(X)                                                                                            \
    X(TEXT, ".txt", report_text)                                                                                       \
    X(JSON, ".json", report_json)                                                                                      \
    X(JUNIT, ".xml", report_junit)                                                                                     \
    X(MARKDOWN, ".md", report_markdown)                                                                                \
    X(PICTURE, ".svg", report_picture)
enum drill_format {
#define X(name, extension, function) DRILL_FORMAT_##name,
    DRILL_FORMAT_MAP(X)
#undef X
        DRILL_FORMATS
};
/* By a file name's extension. ERR_USAGE: unknown extension. */
enum err drill_format_of(const char *path, enum drill_format *ret, struct why *why);
const char *drill_format_extension(enum drill_format format); /* ".txt" */
/* Appends it, at most DRILL_REPORT_MAX bytes: what an outage holds is bounded. */
void drill_report_write(const struct drill_report *r, enum drill_format format, struct buf *out);

#endif
