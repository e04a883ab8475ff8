/*
 * stamp.h - wall-clock stamps. All are milliseconds since 1970-01-01T00:00:00Z. No clock is read here.
 */
#ifndef RAYDECK_BASE_STAMP_H
#define RAYDECK_BASE_STAMP_H

#include "backends/base/err.h"
#include "backends/base/known.h"

#include <stddef.h>
#include <stdint.h>

enum { STAMP_TEXT_MAX = 32 };

/* RFC 3339, with or without a fraction, Z or an offset. ERR_PARSE leaves *ret alone. */
enum err stamp_parse(const char *text, uint64_t *ret_ms);
enum err stamp_parse_http(const char *text, uint64_t *ret_ms); /* IMF-fixdate, RFC 9110 5.6.7 */

char *stamp_iso(char out[STAMP_TEXT_MAX], uint64_t ms);     /* 2026-11-23T12:43:12Z */
char *stamp_clock(char out[STAMP_TEXT_MAX], uint64_t ms);   /* 12:43:12Z */
char *stamp_minutes(char out[STAMP_TEXT_MAX], uint64_t ms); /* 12:43Z */
char *stamp_tenths(char out[STAMP_TEXT_MAX], uint64_t ms);  /* 12:43:12.0Z */

#endif
