/*
 * error_parse.h - an error of AWS: <ErrorResponse><Error><Code/><Message/></Error></ErrorResponse> of its query
 * protocol,
 * {"__type": "…#Code", "message": …} of JSON 1.1.
 */
#ifndef RAYDECK_AWS_ERROR_PARSE_H
#define RAYDECK_AWS_ERROR_PARSE_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct aws_error {
    char code[64];     /* "CacheClusterNotFound"; "" when it was none */
    char message[256]; /* its first line, safe, with what looks like a secret masked */
};

/* ERR_PARSE where it is no such thing; what was there before is kept then. */
enum err aws_error_parse(const char *bytes, size_t len, struct aws_error *ret);

/* What a code means here; status decides about codes that we do not know. */
enum err aws_error_err(const char *code, long status);
bool aws_error_passes(const char *code, long status); /* asking again later may help */

#endif
