/*
 * reply.h - parses RESP into replies, with a limit on every size. No I/O.
 *
 * hiredis' reader parses; it builds our own objects, since its own trust the server: "*100000000" alone makes it
 * allocate 780 MB. After an error the reader is unusable, and the connection must be closed.
 */
#ifndef RAYDECK_REDIS_REPLY_H
#define RAYDECK_REDIS_REPLY_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    REPLY_BULK_MAX = 4 * 1024 * 1024, /* bytes of one string */
    REPLY_ARRAY_MAX = 100000,         /* elements of one array */
    REPLY_DEPTH_MAX = 9, /* arrays in arrays: what hiredis 0.14 takes; later ones take any, and freeing recurses */
    REPLY_ELEMENTS_MAX = 200000,        /* elements of one reply, nested ones together */
    REPLY_BYTES_MAX = 16 * 1024 * 1024, /* bytes of one reply */
    REPLY_LINE_MAX = 64 * 1024          /* bytes of a line: a status, an error, a length */
};

enum reply_type { REPLY_STRING, REPLY_STATUS, REPLY_ERROR, REPLY_INTEGER, REPLY_NIL, REPLY_ARRAY };

struct reply {
    enum reply_type type;
    size_t len; /* of text */
    char *text; /* STRING, STATUS, ERROR: NUL-terminated; may hold any byte */
    long long number;
    size_t count; /* ARRAY */
    struct reply **items;
};

bool reply_is_text(const struct reply *r);                    /* STRING or STATUS; r may be NULL */
bool reply_error_is(const struct reply *r, const char *code); /* an error whose first word is `code` */
/* NULL beyond the end, and where r is not an array. */
const struct reply *reply_item(const struct reply *r, size_t at);

struct reply_reader;
struct reply_reader *reply_reader_new(void);
void reply_reader_free(struct reply_reader *rr);

/* Takes at most REPLY_FEED_MAX bytes at once; the caller drains reply_next after each call. */
enum { REPLY_FEED_MAX = 16 * 1024 };
enum err reply_feed(struct reply_reader *rr, const char *bytes, size_t len, struct why *why);
/* *ret is NULL while no reply is complete; the caller frees it with reply_free. ERR_PROTOCOL, ERR_LIMIT. */
enum err reply_next(struct reply_reader *rr, struct reply **ret, struct why *why);
void reply_free(struct reply *r);

#endif
