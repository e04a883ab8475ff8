/*
 * curl_err.h - translates the result of a curl transfer into an err and a message. curl does not keep the errno of a
 * socket(2) that failed, and reports "could not connect": so CURLOPT_OPENSOCKETFUNCTION opens the sockets here and
 * keeps it.
 */
#ifndef RAYDECK_LINK_CURL_ERR_H
#define RAYDECK_LINK_CURL_ERR_H

#include "backends/base/err.h"

#include <curl/curl.h>
#include <stdbool.h>

struct curl_sockets {
    int limit_errno; /* errno of the last socket(2) that failed at a local limit (EMFILE …); 0: none */
    bool opened;     /* a socket was opened: a later failure is the peer's */
};

/* Sets CURLOPT_OPENSOCKETFUNCTION (sockets get SOCK_CLOEXEC); s must outlive easy. */
void curl_sockets_set(CURL *easy, struct curl_sockets *s);

/* The err of a finished transfer; ERR_EXHAUSTED where a local limit made it fail. */
enum err curl_err(CURL *easy, CURLcode code, const struct curl_sockets *s);

/* Its message; buffer is CURLOPT_ERRORBUFFER's. Valid as long as buffer. */
const char *curl_err_words(enum err err, CURLcode code, const char *buffer, const struct curl_sockets *s);

#endif
