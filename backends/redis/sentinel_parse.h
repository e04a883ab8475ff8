/*
 * sentinel_parse.h - parses the masters that a sentinel names in its reply to INFO. No I/O.
 *
 * Format: Redis' sentinel.c, "master0:name=mymaster,status=ok,address=10.0.0.7:6379,slaves=1,sentinels=3". Ray's GCS
 * follows a sentinel too, if it watches exactly one master (ray #47335).
 */
#ifndef RAYDECK_REDIS_SENTINEL_PARSE_H
#define RAYDECK_REDIS_SENTINEL_PARSE_H

#include <stddef.h>

enum { SENTINEL_ADDRESS_MAX = 256 };

struct sentinel_masters {
    size_t count;
    char address[SENTINEL_ADDRESS_MAX]; /* "host:port" of the first, an IPv6 host in brackets; "": none or too long */
};
struct sentinel_masters sentinel_parse(const char *text, size_t len);

#endif
