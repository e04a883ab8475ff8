/*
 * serve_failure.h - the class of a failed request to Serve, as a REQUEST record and a report name it. Pure.
 */
#ifndef RAYDECK_SERVE_SERVE_FAILURE_H
#define RAYDECK_SERVE_SERVE_FAILURE_H

#include "backends/link/http.h"

/* X(NAME, the word in a REQUEST record's `failure`) */
#define SERVE_FAILURE_MAP(X)                                                                                           \
    X(NONE, NULL)                                                                                                      \
    X(REFUSED, "refused")         /* nobody listens there */                                                           \
    X(RESET, "reset")             /* the connection was lost before an answer */                                       \
    X(TIMEOUT, "timeout")         /* no answer in time */                                                              \
    X(UNREACHABLE, "unreachable") /* no such name, no route, TLS, no endpoint */                                       \
    X(FORBIDDEN, "forbidden")     /* 401, 403: of the API server or of Serve */                                        \
    X(SERVER, "5xx")                                                                                                   \
    X(CLIENT, "4xx")                                                                                                   \
    X(TOO_LONG, "too long") /* more than a GET can carry: it was not sent */                                           \
    X(BODY, "bad body")     /* an answer, but not what was asked for */                                                \
    X(CUT, "cut")           /* the answer had begun, and ended before its end */                                       \
    X(MODEL, "model error") /* the model, or the server of it, said so itself */                                       \
    X(OURS, "not sent")     /* descriptors or memory of ours ran out: it says nothing of Serve */                      \
    X(CANCELLED, "cancelled")

enum serve_failure {
#define X(name, word) SERVE_FAILURE_##name,
    SERVE_FAILURE_MAP(X)
#undef X
};
const char *serve_failure_word(enum serve_failure f); /* NULL for none */

/* What an answer was. Behind the API server's proxy a worker that refuses, resets or is silent arrives as a 502 or 503
 * with a Status whose message has the dialler's words: they are told apart here. why (may be NULL) gets a sentence. */
enum serve_failure serve_failure_of(const struct http_answer *answer, bool proxied, struct why *why);

/* The same of a prompt's answer, where the body of an error says more: the application's own complaint (an error in
 * JSON; with 500 it is the model's), else which hop it came from where that can be told, and how the body begins.
 * Secrets in it are masked. */
enum serve_failure serve_failure_of_prompt(const struct http_answer *answer, bool proxied, struct why *why);

#endif
