/*
 * status_parse.h - parses an API server's error response: a Status object, plain text ("404 page not found"), or a
 * proxy's HTML, into an err and one short, safe sentence.
 */
#ifndef RAYDECK_KUBE_STATUS_PARSE_H
#define RAYDECK_KUBE_STATUS_PARSE_H

#include "backends/base/err.h"
#include "backends/base/json.h"

/* A Status object: ret->code from its `code` (else its reason, else `otherwise`), ret->text from its message. */
void status_of(const cJSON *status, enum err otherwise, struct why *ret);

/* A whole response: the code comes from the HTTP status, the text from the body. */
void status_parse(long http_status, const char *body, size_t len, struct why *ret);

#endif
