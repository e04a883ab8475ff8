/*
 * kube_parse.h - parses Kubernetes JSON into records: one object, a page of a list, a line of a watch. No I/O.
 *
 * A record's key is the object's UID. Secrets are never copied: of a Redis password only where it is kept.
 * backends/world/records.def describes the fields; the formats are the Kubernetes API conventions (lists, watch events,
 * bookmarks) and KubeRay's ray.io/v1.
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
    KUBE_PAGE_ITEMS = 1000            /* items kept of a page; limit=250 is requested */
};

/* Parses one object of the table's kind. ERR_PARSE: no metadata.uid; ERR_UNSUPPORTED: not a Kubernetes table. The
 * caller frees it with record_free. */
enum err kube_parse_object(enum table table, const cJSON *obj, struct record **ret, struct why *why);

/* A page of a list. Items that cannot be parsed (no object, no metadata.uid) are skipped and counted. */
struct kube_page {
    struct record **items;
    size_t count;
    size_t skipped;
    struct why skipped_why; /* of the first one */
    size_t beyond;          /* items beyond KUBE_PAGE_ITEMS */
    char version[KUBE_VERSION_MAX];
    char *next;                 /* continue token; NULL: the last page */
    struct known_u64 remaining; /* metadata.remainingItemCount */
};
enum err kube_parse_page(enum table table, const char *bytes, size_t len, struct kube_page *ret, struct why *why);
void kube_page_done(struct kube_page *p); /* frees the items that were not moved out (set to NULL) */

/* A line of a watch. */
enum kube_event_type {
    KUBE_PUT,      /* ADDED, MODIFIED: record */
    KUBE_GONE,     /* DELETED: key */
    KUBE_BOOKMARK, /* BOOKMARK: version only */
    KUBE_ERROR     /* ERROR: err, message */
};
struct kube_event {
    enum kube_event_type type;
    struct record *record;          /* PUT; the caller may take it and set it to NULL */
    char *key;                      /* GONE */
    char version[KUBE_VERSION_MAX]; /* of all but ERROR; "" where it is missing */
    struct why error;               /* ERROR: its code (ERR_GONE for 410) and message */
};
/* ERR_PARSE: not a watch event: the stream is malformed. ERR_PROTOCOL: an event whose object cannot be parsed (no uid,
 * unknown type); the stream may continue. */
enum err kube_parse_line(enum table table, const char *bytes, size_t len, struct kube_event *ret, struct why *why);
void kube_event_done(struct kube_event *e);

/* Parses a line and emits it to the sink, for recordings: PUT, GONE, CHANGE_ALIVE for a bookmark. Returns the err of an
 * ERROR event. */
enum err kube_line_changes(const char *source, enum table table, const char *bytes, size_t len, const struct sink *sink,
                           struct why *why);

#endif
