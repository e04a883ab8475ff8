/*
 * info_parse.h - parses the reply to INFO into a redis record. Redis 6 to 8, Valkey and ElastiCache; fields that a
 * server omits stay unknown. No I/O.
 */
#ifndef RAYDECK_REDIS_INFO_PARSE_H
#define RAYDECK_REDIS_INFO_PARSE_H

#include "backends/world/record.h"

void info_parse(const char *text, size_t len, struct redis *r);

/* The version as a number, 7.0.15 = 70015; 0 where it is not known. */
unsigned info_version_number(const char *version);

#endif
