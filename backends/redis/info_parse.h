/*
 * info_parse.h - INFO's text into the fields of a redis record that it tells. Redis 6 to 8, Valkey and ElastiCache;
 * what a server leaves out stays unknown. No I/O.
 */
#ifndef RAYDECK_REDIS_INFO_PARSE_H
#define RAYDECK_REDIS_INFO_PARSE_H

#include "backends/world/record.h"

void info_parse(const char *text, size_t len, struct redis *r);

/* The version as a number, 7.0.15 = 70015; 0 where it is not known. */
unsigned info_version_number(const char *version);

#endif
