/*
 * sse_parse.h - an incremental parser of server-sent events (WHATWG HTML, "Server-sent events": lines end in \n, \r or
 * \r\n; "data" lines of an event are joined by \n; an empty line ends it; a line that begins with ':' is a comment).
 * The fields id and retry are ignored.
 *
 * Bounded: a line or an event of more than SSE_EVENT_MAX bytes is ERR_LIMIT.
 */
#ifndef RAYDECK_SERVE_SSE_PARSE_H
#define RAYDECK_SERVE_SSE_PARSE_H

#include "backends/base/buf.h"

enum { SSE_EVENT_MAX = 1024 * 1024, SSE_NAME_MAX = 64 };

struct sse {
    struct buf line, data;
    char name[SSE_NAME_MAX]; /* of the event being read; "" is "message" */
    bool after_cr, has_data, begun;
};

void sse_init(struct sse *s);
void sse_done(struct sse *s);

/* Receives one event; return false to stop. `name` is "" for the default, "message". NUL-terminated raw bytes,
 * borrowed.
 */
typedef bool sse_event(void *arg, const char *name, const char *data, size_t len);

/* ERR_LIMIT: a line or event is too long. ERR_CANCELLED: event() returned false. Feed nothing more after either. An
 * event that its empty line does not end is discarded, as the specification requires. */
enum err sse_feed(struct sse *s, const char *bytes, size_t len, sse_event *event, void *arg);

#endif
