/*
 * error_parse.h - parses error responses of AWS: <ErrorResponse><Error><Code/><Message/></Error></ErrorResponse> of the
 * query protocol, {"__type": "…#Code", "message": …} of JSON 1.1.
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

/* ERR_PARSE: not an error response; *ret is unchanged then. */
enum err aws_error_parse(const char *bytes, size_t len, struct aws_error *ret);

/* Maps a code to an err; the HTTP status decides for unknown codes. */
enum err aws_error_err(const char *code, long status);
bool aws_error_is_transient(const char *code, long status); /* is it transient, so that a retry may help? */

#endif
