/*
 * err.h - the one error type.
 *
 * A function that can fail because of the world (network, file, person) returns an enum err and, where a person
 * will want to know more, fills a struct why. Failing because of our own bug is an assert, never an err.
 * Output parameters (ret_...) are untouched on failure. A struct why pointer may always be NULL.
 */
#ifndef RAYDECK_BASE_ERR_H
#define RAYDECK_BASE_ERR_H

#include <stdbool.h>

/* X(name, the word shown to a person and written in JSON) */
#define ERR_MAP(X)                                                                                                     \
    X(OK, "ok")                                                                                                        \
    X(USAGE, "usage")                /* a wrong option, configuration value or command word */                         \
    X(PARSE, "malformed")            /* bytes that are not what their format says */                                   \
    X(LIMIT, "too large")            /* a named maximum was passed */                                                  \
    X(IO, "i/o error")               /* the operating system refused */                                                \
    X(DNS, "name not found")         /* a host name that does not resolve */                                           \
    X(REFUSED, "refused")            /* ECONNREFUSED */                                                                \
    X(RESET, "connection lost")      /* the other side hung up */                                                      \
    X(TIMEOUT, "timed out")          /* no answer in the time given */                                                 \
    X(TLS, "TLS failed")             /* certificate, name or handshake */                                              \
    X(AUTH, "not authenticated")     /* 401, NOAUTH, WRONGPASS */                                                      \
    X(FORBIDDEN, "forbidden")        /* 403, NOPERM */                                                                 \
    X(NOT_FOUND, "not found")        /* 404: no such object, or no such kind */                                        \
    X(CONFLICT, "conflict")          /* 409: precondition (UID) or field manager */                                    \
    X(GONE, "expired")               /* 410: the version asked for is no longer kept */                                \
    X(SERVER, "server error")        /* 5xx, -ERR, -LOADING */                                                         \
    X(PROTOCOL, "protocol error")    /* an answer that makes no sense in its place */                                  \
    X(CANCELLED, "cancelled")        /* we stopped it ourselves */                                                     \
    X(UNSUPPORTED, "unsupported")    /* this backend or server cannot do that */                                       \
    X(GUARD, "refused by a guard")   /* read-only, not armed, not the object that was confirmed */                     \
    X(CHILD, "command failed")       /* a child process ended with an error */                                         \
    X(EXHAUSTED, "out of resources") /* descriptors, memory or ports of ours: it says nothing of the other side */     \
    X(THROTTLED, "throttled")        /* it answers; we ask less than we would, so that it is not flooded */

enum err {
#define X(name, word) ERR_##name,
    ERR_MAP(X)
#undef X
};
enum { ERR_TEXT_MAX = 512 };

/* What went wrong, for a person: source and place first ("kubeconfig:12: …"). Already safe to draw. */
struct why {
    enum err code;
    char text[ERR_TEXT_MAX];
};

/* The word of an error, e.g. "timed out". Never NULL. */
const char *err_word(enum err e);

/* A request that ended so may have been carried out: no answer to it was had, or none that says. */
bool err_is_unanswered(enum err e);

/* Sets why (if not NULL) to code and the formatted text, cut at ERR_TEXT_MAX on a character boundary and stripped of
 * control characters; returns code, so that a failing function can `return why_set(why, ERR_PARSE, …)`. */
enum err why_set(struct why *why, enum err code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the text; returns why->code, or ERR_OK where why is NULL. */
enum err why_prefix(struct why *why, const char *prefix);

#endif
