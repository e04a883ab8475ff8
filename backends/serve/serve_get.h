/*
 * serve_get.h - one GET to Serve or its dashboard, directly or through the API server's proxy, and the class of its
 * failure. The three users (prompts, probes, status) differ only in what they do with the answer.
 */
#ifndef RAYDECK_SERVE_GET_H
#define RAYDECK_SERVE_GET_H

#include "backends/backend.h"

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

struct serve_get;
struct serve_get_calls {
    /* Once, also when the request could not be sent at all; never before serve_get_start has returned. The get is gone
     * when it returns. */
    void (*done)(void *arg, const struct http_answer *answer);
    void *arg;
};
/* GET path->base + suffix; suffix begins with '/'. path and suffix are copied; body_max 0: HTTP_BODY_MAX. */
struct serve_get *serve_get_start(struct loop *l, const struct serve_open *how, const struct serve_path *path,
                                  const char *suffix, uint64_t timeout_ms, size_t body_max,
                                  const struct serve_get_calls *calls);
void serve_get_cancel(struct serve_get *g); /* no callback comes after it; the get is gone. NULL is fine */

struct serve_path serve_path_copy(const struct serve_path *path);
void serve_path_done(struct serve_path *path);
bool serve_path_same(const struct serve_path *a, const struct serve_path *b);

#endif
