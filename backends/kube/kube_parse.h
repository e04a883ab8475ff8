/*
 * kube_parse.h - Kubernetes' JSON into records: one object, a page of a list, a line of a watch. No I/O.
 *
 * A record's key is the object's UID. Nothing that looks like a secret is read: of a Redis password only where it is
 * kept. What a field means is said in backends/world/records.def; the formats are Kubernetes' API conventions
 * (lists, watch events, bookmarks) and KubeRay's ray.io/v1.
 */
#ifndef RAYDECK_KUBE_PARSE_H
#define RAYDECK_KUBE_PARSE_H

#include "backends/base/err.h"
#include "backends/base/json.h"
#include "backends/world/change.h"

enum {
    KUBE_VERSION_MAX = 64,            /* a resource version */
    KUBE_CONTINUE_MAX = 4096,         /* a continue token */
    KUBE_LINE_MAX = 8 * 1024 * 1024,  /* a line of a watch */
    KUBE_PAGE_MAX = 32 * 1024 * 1024, /* a page of a list */
    KUBE_PAGE_ITEMS = 1000            /* items of a page that are taken; we ask for 250 */
};

/* One object of the table's kind. ERR_PARSE where it is none (no metadata.uid); ERR_UNSUPPORTED for a table that is
 * not Kubernetes'. Caller frees with record_free. */
enum err kube_parse_object(enum table table, const cJSON *obj, struct record **ret, struct why *why);

/* A page of a list. Items that cannot be read (no object, no metadata.uid) are skipped and counted, the others stay. */
struct kube_page {
    struct record **items;
    size_t count;
    size_t skipped;
    struct why skipped_why; /* of the first one */
    size_t beyond;          /* KUBE_PAGE_ITEMS */
    char version[KUBE_VERSION_MAX];
    char *next;                 /* continue token; NULL: the last page */
    struct known_u64 remaining; /* items beyond this page, where the server says */
};
enum err kube_parse_page(enum table table, const char *bytes, size_t len, struct kube_page *ret, struct why *why);
void kube_page_done(struct kube_page *p); /* frees what is still in items */

/* A line of a watch. */
enum kube_event_type {
    KUBE_PUT,      /* ADDED, MODIFIED: record */
    KUBE_GONE,     /* DELETED: key */
    KUBE_BOOKMARK, /* nothing but a version */
    KUBE_ERROR     /* ERROR: err, message */
};
struct kube_event {
    enum kube_event_type type;
    struct record *record;          /* PUT; the caller's, may be taken (set it to NULL) */
    char *key;                      /* GONE */
    char version[KUBE_VERSION_MAX]; /* of all but ERROR; "" where it is missing */
    struct why error;               /* ERROR: its code (ERR_GONE for 410) and message */
};
/* ERR_PARSE: not a watch event at all: the stream is not to be trusted any more. ERR_PROTOCOL: an event about an object
 * that makes no sense (no uid, unknown type); the rest of the stream is fine. */
enum err kube_parse_line(enum table table, const char *bytes, size_t len, struct kube_event *ret, struct why *why);
void kube_event_done(struct kube_event *e);

/* The same as changes of a source, for recordings: a PUT or GONE goes to the sink, a bookmark as CHANGE_ALIVE, an
 * ERROR is returned as its err. */
enum err kube_line_changes(const char *source, enum table table, const char *bytes, size_t len, const struct sink *sink,
                           struct why *why);

#endif
