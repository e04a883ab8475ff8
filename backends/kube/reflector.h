/*
 * reflector.h - one kind of object, mirrored: listed in pages, then watched from that version; listed again when the
 * server has forgotten the version (410, both ways), or when the stream cannot be trusted any more.
 *
 * It goes on for ever, with back-off (which falls only after half a minute of health: a watch that brings one event and
 * ends is no good watch), jitter and a budget of requests, connections and listed bytes; what is held back says so
 * (ERR_THROTTLED); what it says is changes: CHANGE_RELIST, PUT …, RELISTED for a list
 * (PROGRESS between pages), PUT and GONE from the watch, ALIVE from bookmarks, DROPPED for objects that make no sense,
 * and its source's state. 401, 403 and 404 darken just this kind, with the reason, and are tried again slowly.
 *
 * Format: Kubernetes API concepts, "Efficient detection of changes", "Retrieving large results sets in chunks".
 */
#ifndef RAYDECK_KUBE_REFLECTOR_H
#define RAYDECK_KUBE_REFLECTOR_H

#include "backends/kube/kube_link.h"
#include "backends/world/change.h"

enum {
    REFLECTOR_PAGE = 250,
    REFLECTOR_PAGES = 4000,        /* pages of one list: a server that never ends one is refused */
    REFLECTOR_BURST = 400,         /* requests at once: a list of 100,000 objects; more are spread out: */
    REFLECTOR_RATE = 10,           /* requests a second */
    REFLECTOR_SILENCE_MS = 150000, /* bookmarks come every minute: a watch that says nothing for so long is cut */
    REFLECTOR_LIST_MS = 30000,     /* a page */
    REFLECTOR_WATCH_MS = 25,       /* from list to watch: the connection is free meanwhile for the next kind's list */
    REFLECTOR_FIRST_MS = 250,      /* back-off: what is heard first after a watch has ended is quick */
    REFLECTOR_MOST_MS = 15000,
    REFLECTOR_DENIED_MS = 40000, /* 401, 403, 404: ±50 % */
    REFLECTOR_SAID_MS = 1000     /* a wait as long as this is said in the source's state */
};

struct reflector_conf {
    enum table table;
    const char *source;   /* "kube/pods" */
    const char *path;     /* "/api/v1/namespaces/mistral/pods" */
    const char *fallback; /* taken for good when path is forbidden; NULL: none */
    const char *selector; /* labelSelector, URL-encoded; NULL: none */
    uint64_t delay_ms;    /* before the first list: what a person looks at first goes first */
};

struct reflector;
/* The configuration is copied; the link is borrowed. Begins from the loop. */
struct reflector *reflector_new(struct kube_link *link, const struct reflector_conf *conf, const struct sink *sink);
void reflector_free(struct reflector *r); /* says nothing any more; NULL is fine */

void reflector_again(struct reflector *r); /* lists anew, now, whatever it was waiting for */
/* The server has just answered something: a proof of life where this one is live; one that waits because the link was
 * down tries at once. */
void reflector_alive(struct reflector *r);
/* The link is dead: what is live says so, and tries again after a delay. */
void reflector_lost(struct reflector *r, enum err err, const char *why);
const char *reflector_path(const struct reflector *r);

#endif
