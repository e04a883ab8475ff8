/*
 * drill_past.h - reports of earlier drills, read back from their JSON (drill_report.h): what of a new one is worse than
 * of an old one, and a table of several. Pure.
 *
 * Worse is a result or a criterion that is in a worse state (met, unknown or not judged, broken), and a figure of a
 * promise that is larger by more than noise: seconds by a quarter and by 0.25 s, counts and percentages at all.
 */
#ifndef RAYDECK_DEPLOY_DRILL_PAST_H
#define RAYDECK_DEPLOY_DRILL_PAST_H

#include "deploy/drill_report.h"

enum { PAST_TEXT_MAX = 64 };

struct drill_past {
    enum drill_result result;
    uint64_t judged_ms;                                                                           /* wall */
    char context[PAST_TEXT_MAX], ns[PAST_TEXT_MAX], service[PAST_TEXT_MAX], fault[PAST_TEXT_MAX]; /* "": unknown */
    char ray[PAST_TEXT_MAX], kuberay[PAST_TEXT_MAX];
    struct judged of[CRITERIA]; /* its `why` is not read. NOT: also one that was not known then */
    bool unrecovered;           /* the time to recover is how long it was waited for */
    struct known_u64 failed;    /* requests by the users' route */
};

/* name begins the message. ERR_PARSE: empty, no JSON, another program's, of another version; *ret is untouched. */
enum err drill_past_read(const char *name, const char *bytes, size_t len, struct drill_past *ret, struct why *why);
/* Appends what got worse, or that nothing did. Returns how much. */
size_t drill_past_compare(const struct drill_past *old, const struct drill_report *now, struct buf *out);
/* A line each, as they come: those of a RayService follow one another, the latest last. After each RayService its times
 * to recover as a sparkline. */
void drill_past_table(const struct drill_past *past, size_t count, struct buf *out);

#endif
