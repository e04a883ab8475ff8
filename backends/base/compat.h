/*
 * compat.h - differences between versions of the libraries we build with, in one place: Debian 12 has hiredis 0.14,
 * Debian 13 has 1.2.
 */
#ifndef RAYDECK_BASE_COMPAT_H
#define RAYDECK_BASE_COMPAT_H

#include <hiredis/hiredis.h>
#include <stddef.h>

/* The number of elements as redisReplyObjectFunctions.createArray is told it. */
#if HIREDIS_MAJOR >= 1
typedef size_t compat_redis_count;
#else
typedef int compat_redis_count;
#endif

/* hiredis from 1.0 parses RESP3 too, and calls through more pointers: one left NULL makes it invent a reply. */
#if HIREDIS_MAJOR >= 1
#define COMPAT_REDIS_RESP3 1
#else
#define COMPAT_REDIS_RESP3 0
#endif

#endif
