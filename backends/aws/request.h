/*
 * request.h - one question to a service of AWS: a signed POST to "/", of a form with XML back (the query protocol), or
 * of JSON with JSON back (JSON 1.1).
 *
 * An answer that says "later" (throttled, 5xx, cut off) is asked for again, AWS_TRIES times in all. A request belongs
 * to its owner, who frees it; done is called once, from the loop, and the request may be freed in it.
 */
#ifndef RAYDECK_AWS_REQUEST_H
#define RAYDECK_AWS_REQUEST_H

#include "backends/aws/aws_keys.h"
#include "backends/aws/settings.h"
#include "backends/link/http.h"

enum { AWS_TRIES = 3, AWS_BODY_MAX = 8 * 1024 * 1024, AWS_TIMEOUT_MS = 10000 };

struct aws_field {
    const char *name, *value; /* value NULL: left out */
};
struct aws_query {
    const char *service;           /* "elasticache" */
    const struct aws_field *field; /* ends with a NULL name; Action and Version among them */
    const char *target, *json;     /* instead of fields: "AmazonMemoryDB.DescribeClusters", and what it is asked */
    const struct aws_keys *keys;   /* NULL: unsigned */
    const char *hidden;            /* a field's value that no error may give back; NULL: none */
};
struct aws_calls {
    /* ERR_OK: body is the XML or JSON, borrowed until done returns. Else why says it: "elasticache: AccessDenied: …";
     * code is AWS's word, "" when it said none. */
    void (*done)(void *arg, enum err err, const char *body, size_t len, const char *code, const struct why *why);
    void *arg;
};

struct aws_request;
/* Everything is copied. ERR_USAGE: an endpoint that is none; done is not called then. */
enum err aws_request_send(struct loop *l, struct http_client *http, const struct aws_settings *settings,
                          const struct aws_query *query, const struct aws_calls *calls, struct aws_request **ret,
                          struct why *why);
void aws_request_free(struct aws_request *r); /* no callback comes after it; NULL is fine */

#endif
