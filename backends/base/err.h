/*
 * err.h - the one error type.
 *
 * A function that can fail for external reasons (network, file, input) returns an enum err and, where the user needs
 * details, fills a struct why. Our own bugs are asserts, never an err. Output parameters (ret_...) are untouched on
 * failure. A struct why pointer may always be NULL.
 */
#ifndef RAYDECK_BASE_ERR_H
#define RAYDECK_BASE_ERR_H

#include <stdbool.h>

/* X(name, the word shown to users and written in JSON) */
#define ERR_MAP(X)                                                                                                     \
    X(OK, "ok")                                                                                                        \
    X(USAGE, "usage")                /* a wrong option, configuration value or command word */                         \
    X(PARSE, "malformed")            /* bytes that violate their format */                                             \
    X(LIMIT, "too large")            /* a named maximum was exceeded */                                                \
    X(IO, "i/o error")               /* the operating system refused */                                                \
    X(DNS, "name not found")         /* a host name that does not resolve */                                           \
    X(REFUSED, "refused")            /* ECONNREFUSED */                                                                \
    X(RESET, "connection lost")      /* the peer closed the connection */                                              \
    X(TIMEOUT, "timed out")          /* no answer in the time given */                                                 \
    X(TLS, "TLS failed")             /* certificate, name or handshake */                                              \
    X(AUTH, "not authenticated")     /* 401, NOAUTH, WRONGPASS */                                                      \
    X(FORBIDDEN, "forbidden")        /* 403, NOPERM */                                                                 \
    X(NOT_FOUND, "not found")        /* 404: no such object, or no such kind */                                        \
    X(CONFLICT, "conflict")          /* 409: precondition (UID) or field manager */                                    \
    X(GONE, "expired")               /* 410: the version asked for is no longer kept */                                \
    X(SERVER, "server error")        /* 5xx, -ERR, -LOADING */                                                         \
    X(PROTOCOL, "protocol error")    /* an unexpected answer */                                                        \
    X(CANCELLED, "cancelled")        /* we stopped it ourselves */                                                     \
    X(UNSUPPORTED, "unsupported")    /* this backend or server cannot do that */                                       \
    X(GUARD, "refused by a guard")   /* read-only, not armed, not the object that was confirmed */                     \
    X(CHILD, "command failed")       /* a child process ended with an error */                                         \
    X(EXHAUSTED, "out of resources") /* out of local descriptors, memory or ports: says nothing about the peer */      \
    X(THROTTLED, "throttled")        /* the server responds; requests are delayed so as not to overload it */

enum err {
#define X(name, word) ERR_##name,
    ERR_MAP(X)
#undef X
};
enum { ERR_TEXT_MAX = 512 };

/* What went wrong, for users: source and position first ("kubeconfig:12: …"). Safe text. */
struct why {
    enum err code;
    char text[ERR_TEXT_MAX];
};

/* The word of an error, e.g. "timed out". Never NULL. */
const char *err_word(enum err e);

/* A request that failed with this may have been carried out: its outcome is unknown. */
bool err_is_unanswered(enum err e);

/* Sets why (if not NULL) to code and the formatted text, cut at ERR_TEXT_MAX on a character boundary and stripped of
 * control characters; returns code, so that a failing function can `return why_set(why, ERR_PARSE, …)`. */
enum err why_set(struct why *why, enum err code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the text; returns why->code, or ERR_OK where why is NULL. */
enum err why_prefix(struct why *why, const char *prefix);

#endif
