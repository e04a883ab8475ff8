/* reflector_priv.h - shared by reflector.c (lists, source state, back-off) and reflector_watch.c; for those two only.
 */
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
    char *source, *root, *resource, *selector;
    char *ns, *fallback; /* struct reflector_scope */
    bool partial;
    bool fell_back;    /* all namespaces were denied: fallback is read */
    struct why denied; /* by these words */
    char *path;        /* of what is read */
    bool (*keep)(const struct record *r);
    struct kube_call *call;
    struct alarm *alarm;             /* the next request */
    struct backoff soon, down, slow; /* ends and links that are cut; other failures; refusals */
    struct budget budget;
    enum source_state state; /* as published */
    struct why state_why;
    char *state_scope;
    char version[KUBE_VERSION_MAX]; /* resourceVersion to watch from; "": list first */
    /* the current list */
    char *next;          /* continue token; NULL: start a new list */
    struct cycle tokens; /* continue tokens so far */
    size_t pages;
    uint64_t listed;                   /* items */
    uint64_t unread, unread_published; /* items that could not be parsed since the list began */
    uint64_t beyond, beyond_published; /* items beyond KUBE_PAGE_ITEMS */
    /* the current watch */
    struct buf line;
    uint64_t lines, watch_began_ms, line_at_ms; /* line_at_ms: of the last complete line */
    uint64_t silence_ms;                        /* REFLECTOR_SILENCE_MS; shorter in tests */
    bool progressed;                            /* an event or bookmark was received */
    struct why broken;                          /* code not OK: ended by us, or by an ERROR event */
};

void reflector_watch(struct reflector *r);
/* Continues after a delay: watches if a version is known, else lists. */
void reflector_after(struct reflector *r, uint64_t ms);
/* Continues after the back-off's delay; publishes a long one: "throttled: <what>; again in 8 s". */
void reflector_pause(struct reflector *r, const char *what);
/* Charges the budget with a response; listed: bytes of a list. */
void reflector_charge(struct reflector *r, const struct http_answer *answer, size_t listed);
void reflector_publish_state(struct reflector *r, enum source_state state, enum err err, const char *why);
void reflector_live(struct reflector *r);
/* A failed response: publishes DOWN or DENIED, and retries with back-off. */
void reflector_failed(struct reflector *r, enum err err, const char *why, uint64_t retry_after_s);
void reflector_refused(struct reflector *r, const struct http_answer *answer); /* a status that is not 2xx */
/* Is the record one of those that are kept? */
bool reflector_keeps(const struct reflector *r, const struct record *record);
void reflector_add_unread(struct reflector *r, uint64_t count, const char *why);

#endif
