/*
 * sse_parse.h - server-sent events, out of a stream's bytes in whatever pieces they come (WHATWG HTML, "Server-sent
 * events": lines end in \n, \r or \r\n; "data" lines of an event are joined by \n; an empty line ends it; a line that
 * begins with ':' is a comment). Ids and retry times are of no use to us and skipped.
 *
 * Bounded: a line or an event of more than SSE_EVENT_MAX bytes is ERR_LIMIT, and the stream is over.
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

/* One event; false stops. `name` is "" for the default one. NUL-terminated, foreign, borrowed. */
typedef bool sse_event(void *arg, const char *name, const char *data, size_t len);

/* ERR_LIMIT: too long a line or event. ERR_CANCELLED: event() said so. Either way the stream is to be fed no more. An
 * event whose empty line has not come is not told: the stream was cut within it. */
enum err sse_feed(struct sse *s, const char *bytes, size_t len, sse_event *event, void *arg);

#endif
