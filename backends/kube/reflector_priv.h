/* reflector_priv.h - shared by reflector.c (lists, states, timing) and reflector_watch.c; for those two only. */
#ifndef RAYDECK_KUBE_REFLECTOR_PRIV_H
#define RAYDECK_KUBE_REFLECTOR_PRIV_H

#include "backends/base/buf.h"
#include "backends/base/cycle.h"
#include "backends/kube/kube_parse.h"
#include "backends/kube/reflector.h"
#include "backends/link/backoff.h"
#include "backends/link/budget.h"

struct reflector {
    struct kube_link *link;
    struct sink sink;
    enum table table;
    char *source, *path, *fallback, *selector;
    struct kube_call *call;
    struct alarm *alarm;
    struct backoff soon, slow;
    struct budget budget;
    enum source_state told;
    struct why told_why;
    char version[KUBE_VERSION_MAX]; /* to watch from; "": list first */
    /* of a list */
    char *next;
    struct cycle tokens; /* of the pages so far */
    size_t pages;
    uint64_t got;
    uint64_t unread, unread_told; /* items that could not be read since the list began */
    uint64_t beyond, beyond_told; /* items beyond KUBE_PAGE_ITEMS */
    /* of a watch */
    struct buf line;
    uint64_t lines, watch_ms, heard_ms; /* heard_ms: the last whole line */
    uint64_t silence_ms;                /* REFLECTOR_SILENCE_MS; a test has less time */
    bool good;                          /* it brought something, or lived for a while */
    struct why broken;                  /* code not OK: why we, or an ERROR event, ended it */
};

void reflector_watch(struct reflector *r);
/* Goes on after a delay: with a watch where a version is known, else with a list. */
void reflector_after(struct reflector *r, uint64_t ms);
/* Goes on with the back-off's delay; a long one is said: "throttled: <what>; again in 8 s". */
void reflector_pause(struct reflector *r, const char *what);
/* Charges the budget with what an answer took. */
void reflector_charge(struct reflector *r, const struct http_answer *answer, size_t listed);
void reflector_say(struct reflector *r, enum source_state state, enum err err, const char *why);
void reflector_live(struct reflector *r);
/* An answer that is no answer: says so, and tries again later. */
void reflector_failed(struct reflector *r, enum err err, const char *why, uint64_t retry_after_s);
void reflector_refused(struct reflector *r, const struct http_answer *answer);
/* So many more items could not be read. */
void reflector_unread(struct reflector *r, uint64_t count, const char *why);

#endif
