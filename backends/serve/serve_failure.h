/*
 * serve_failure.h - classifies failed requests to Serve, by the names that REQUEST records and reports use. Pure.
 */
#ifndef RAYDECK_SERVE_SERVE_FAILURE_H
#define RAYDECK_SERVE_SERVE_FAILURE_H

#include "backends/link/http.h"

/* X(NAME, the word in a REQUEST record's `failure`) */
#define SERVE_FAILURE_MAP(X)                                                                                           \
    X(NONE, NULL)                                                                                                      \
    X(REFUSED, "refused")             /* ECONNREFUSED */                                                               \
    X(RESET, "reset")                 /* connection closed before a response */                                        \
    X(TIMEOUT, "timeout")             /* no response in time */                                                        \
    X(UNREACHABLE, "unreachable")     /* no such name, no route, TLS, no endpoint */                                   \
    X(FORBIDDEN, "forbidden")         /* 401, 403: of the API server or of Serve */                                    \
    X(API_SERVER, "API server error") /* its own: says nothing about Serve */                                          \
    X(SERVER, "5xx")                                                                                                   \
    X(CLIENT, "4xx")                                                                                                   \
    X(TOO_LONG, "too long") /* more than a GET can carry: it was not sent */                                           \
    X(BODY, "bad body")     /* a 2xx response that cannot be parsed */                                                 \
    X(CUT, "cut")           /* the response ended prematurely */                                                       \
    X(MODEL, "model error") /* an error object from the model server */                                                \
    X(OURS, "not sent")     /* out of descriptors or memory here: says nothing about Serve */                          \
    X(CANCELLED, "cancelled")

enum serve_failure {
#define X(name, word) SERVE_FAILURE_##name,
    SERVE_FAILURE_MAP(X)
#undef X
        SERVE_FAILURE_CLASSES
};
const char *serve_failure_word(enum serve_failure f);       /* NULL for none */
enum serve_failure serve_failure_of_word(const char *word); /* NULL: none; a word of no class: BODY */

/* Classifies a response. Through the API server's proxy, a worker that refuses, resets or times out appears as 502 or
 * 503 with a Status whose message is that of Go's net package, which is parsed here. why (may be NULL): a sentence. */
enum serve_failure serve_failure_of(const struct http_answer *answer, bool proxied, struct why *why);

/* The same for GET /-/healthz, whose 2xx response says "success". */
enum serve_failure serve_failure_of_health(const struct http_answer *answer, bool proxied, struct why *why);

/* The same for a prompt, where an error body says more: the application's own error (JSON; with 500, the model's), else
 * the hop that it came from, if recognizable, and the beginning of the body. Secrets in it are masked. */
enum serve_failure serve_failure_of_prompt(const struct http_answer *answer, bool proxied, struct why *why);

#endif
