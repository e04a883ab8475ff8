/*
 * request.h - one request to an AWS service: a signed POST to "/", with a form and an XML response (query protocol), or
 * with JSON both ways (JSON 1.1).
 *
 * Retries transient failures (throttling, 5xx, connection lost), AWS_TRIES attempts in all. The caller frees the
 * request; done is called once, from the loop, and may free it.
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
    const char *target, *json;     /* instead of fields: "AmazonMemoryDB.DescribeClusters", and the body */
    const struct aws_keys *keys;   /* NULL: unsigned */
    const char *hidden;            /* a secret value that no message may contain; NULL: none */
};
struct aws_calls {
    /* ERR_OK: body is the XML or JSON, borrowed until done returns. Else why has the reason, "elasticache:
     * AccessDenied: …", and code is AWS's error code, or "". */
    void (*done)(void *arg, enum err err, const char *body, size_t len, const char *code, const struct why *why);
    void *arg;
};

struct aws_request;
/* Everything is copied. ERR_USAGE: invalid endpoint; done is not called then. */
enum err aws_request_send(struct loop *l, struct http_client *http, const struct aws_settings *settings,
                          const struct aws_query *query, const struct aws_calls *calls, struct aws_request **ret,
                          struct why *why);
void aws_request_free(struct aws_request *r); /* no callback follows; NULL is fine */

#endif
