/*
 * reflector.h - mirrors one kind of object, as client-go's Reflector does: lists it in pages, then watches from that
 * resourceVersion. Lists again when the version has expired (HTTP 410, or an ERROR event with code 410) and when the
 * watch stream is malformed.
 *
 * Runs until freed, with back-off, jitter, and a budget of requests, connections and listed bytes. Back-off resets only
 * after half a minute of health: a watch that delivers one event and ends does not count. Delays are published as
 * ERR_THROTTLED. Emits changes: CHANGE_RELIST, PUT …, RELISTED for a list (PROGRESS between pages); PUT and GONE from
 * the watch; ALIVE for bookmarks; UNREAD for objects that cannot be parsed; and the source's state. 401, 403 and 404
 * affect this kind only: DENIED or ABSENT with the reason, retried slowly.
 *
 * Format: Kubernetes API concepts, "Efficient detection of changes", "Retrieving large results sets in chunks".
 */
#ifndef RAYDECK_KUBE_REFLECTOR_H
#define RAYDECK_KUBE_REFLECTOR_H

#include "backends/kube/kube_link.h"
#include "backends/world/change.h"

enum {
    REFLECTOR_PAGE = 250,
    REFLECTOR_PAGES = 4000,        /* pages of one list, at most */
    REFLECTOR_BURST = 400,         /* requests at once: a list of 100,000 objects */
    REFLECTOR_RATE = 10,           /* requests a second, sustained */
    REFLECTOR_SILENCE_MS = 150000, /* bookmarks arrive every minute: a watch without a line for so long is closed */
    REFLECTOR_LIST_MS = 30000,     /* timeout of a page */
    REFLECTOR_WATCH_MS = 25,       /* from list to watch: lets the next kind's list use the connection first */
    REFLECTOR_FIRST_MS = 250,      /* back-off: first delay */
    REFLECTOR_MOST_MS = 15000,     /* and the longest, of watches that end and of links that are cut */
    REFLECTOR_DENIED_MS = 40000,   /* retry after 401, 403, 404: ±50 % */
    REFLECTOR_PUBLISHED_MS = 1000  /* a delay of at least this is published with the source's state */
};

/* What of the kind is read. Where all namespaces answer 403 it is the fallback's; that is published with the source's
 * state, LIVE with why, and with ERR_FORBIDDEN where `partial` says that all were wanted. All are tried again by
 * reflector_relist, and when the fallback is denied too. */
struct reflector_scope {
    const char *ns;       /* NULL: all namespaces, or the kind has none */
    const char *fallback; /* NULL: none */
    bool partial;
};

struct reflector_conf {
    enum table table;
    const char *source;          /* "kube/pods" */
    const char *root, *resource; /* "/api/v1", "pods" */
    struct reflector_scope scope;
    const char *selector;                 /* labelSelector, URL-encoded; NULL: none */
    bool (*keep)(const struct record *r); /* of all namespaces: drops the others, which are many; NULL: keeps all */
    uint64_t delay_ms;                    /* before the first list; orders the kinds at start */
};

struct reflector;
/* The configuration is copied; the link is borrowed. The first request is sent from the loop. */
struct reflector *reflector_new(struct kube_link *link, const struct reflector_conf *conf, const struct sink *sink);
void reflector_free(struct reflector *r); /* emits nothing any more; NULL is fine */

void reflector_relist(struct reflector *r); /* starts a new list now */
/* The server answered the liveness probe: emits ALIVE if watching; retries at once if DOWN for a connection error. */
void reflector_alive(struct reflector *r, uint64_t took_ms);
/* The liveness probe failed: cancels the watch, publishes DOWN, and retries with back-off. */
void reflector_lost(struct reflector *r, enum err err, const char *why);
bool reflector_is_cut(const struct reflector *r); /* DOWN for a connection error */
/* Lists anew where another namespace is read by it; its rows stay until then. Copied. */
void reflector_set_scope(struct reflector *r, const struct reflector_scope *scope);

#endif
