/*
 * curl_err.h - what a failed transfer of curl's was, as an err and in words. curl keeps no errno of a socket that it
 * could not have, and says "could not connect"; so its sockets are opened here, and their errno is kept.
 */
#ifndef RAYDECK_LINK_CURL_ERR_H
#define RAYDECK_LINK_CURL_ERR_H

#include "backends/base/err.h"

#include <curl/curl.h>
#include <stdbool.h>

struct curl_sockets {
    int failed; /* errno of the last socket() that failed for a limit of ours; 0: none did */
    bool had;   /* one was opened: what failed then was the other side's */
};

/* Sets the option by which easy's sockets are opened, with close-on-exec; s lives as long as easy. */
void curl_sockets_set(CURL *easy, struct curl_sockets *s);

/* The err of a finished transfer: ERR_EXHAUSTED where a limit of ours made it fail. */
enum err curl_err(CURL *easy, CURLcode code, const struct curl_sockets *s);

/* What a person reads of it: buffer is CURLOPT_ERRORBUFFER's. Good as long as buffer. */
const char *curl_err_words(enum err err, CURLcode code, const char *buffer, const struct curl_sockets *s);

#endif
