/*
 * status_parse.h - what a Kubernetes server says when it refuses: a Status object, or plain text ("404 page not
 * found"), or a proxy's page. One safe, short sentence comes out of any of them.
 */
#ifndef RAYDECK_KUBE_STATUS_PARSE_H
#define RAYDECK_KUBE_STATUS_PARSE_H

#include "backends/base/err.h"
#include "backends/base/json.h"

/* A Status object: ret->code from its `code` (else its reason, else `otherwise`), ret->text from its message. */
void status_of(const cJSON *status, enum err otherwise, struct why *ret);

/* A whole answer: its HTTP status gives the code, the body the text. */
void status_parse(long http_status, const char *body, size_t len, struct why *ret);

#endif
