/*
 * http.h - the one HTTP client: curl multi on the loop. Redirects are not followed; proxies come from the configuration
 * given, never from the environment of a watch by accident (an empty proxy means none, NULL means the environment's).
 *
 * A client is one set of connections to one or more servers with one TLS identity. A request belongs to the client from
 * http_send until its done callback has returned; then its handle is gone. http_cancel ends it with ERR_CANCELLED
 * (done is called before http_cancel returns). http_client_free cancels what is left.
 *
 * No server holds the loop: a streamed body is handed on at most HTTP_PIECE bytes a request in one turn of the loop,
 * and what has not been handed on is not read from the socket either. A stream is never asked to be compressed, and one
 * that is compressed all the same is refused: a few bytes of it would be a thousand times as many.
 */
#ifndef RAYDECK_LINK_HTTP_H
#define RAYDECK_LINK_HTTP_H

#include "backends/base/buf.h"
#include "backends/base/err.h"
#include "backends/link/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HTTP_BODY_MAX = 64 * 1024 * 1024,     /* a collected body, decompressed */
    HTTP_STREAM_MAX = 1024 * 1024 * 1024, /* a streamed body, from its first byte to its last */
    HTTP_HEAD_MAX = 256 * 1024,           /* status lines, headers and trailers of one answer */
    HTTP_PIECE = 64 * 1024,
    HTTP_HEADERS = 16
};

/* TLS identity and trust, PEM in memory; secrets are wiped when the client goes. Copied by http_client_new. */
struct http_tls {
    const char *ca_pem; /* NULL: the system's */
    const char *cert_pem, *key_pem;
    const char *server_name; /* to verify instead of the URL's host (kubeconfig tls-server-name) */
    bool insecure;           /* verify nothing: the caller marks it loudly */
};
struct http_client_conf {
    struct http_tls tls;
    const char *proxy;
    unsigned max_per_host; /* 0: no limit */
    const char *user_agent;
    bool keeps_time; /* this server's Date is the clock that stamps are held against (loop_hear_date) */
};

struct http_client;
struct http_request;

struct http_header {
    const char *name, *value;
};
/* AWS's signature, version 4, for a POST to a URL without a query. */
struct http_sigv4 {
    const char *region, *service; /* "us-west-2", "elasticache" */
    const char *id, *secret;      /* id NULL: unsigned. A session's token is a header of the ask */
};
/* What is asked. Everything is copied by http_send. */
struct http_ask {
    const char *method; /* "GET" */
    const char *url;
    struct http_header header[HTTP_HEADERS]; /* ends with a NULL name */
    const void *body;
    size_t body_len;
    uint64_t timeout_ms;         /* whole request; 0: none (streams) */
    uint64_t connect_timeout_ms; /* 0: 10 s */
    uint64_t silence_ms;         /* stream: fails with ERR_TIMEOUT when no byte came for so long; 0: none */
    size_t body_max;             /* of a collected body; 0: HTTP_BODY_MAX; more is ERR_LIMIT */
    size_t stream_max;           /* of a streamed one; 0: HTTP_STREAM_MAX; more is ERR_LIMIT */
    bool fresh;                  /* a connection of its own */
    bool foreign;                /* passed on by this server: its Date may be another one's */
    bool secret;                 /* the answer's body is wiped when it goes */
    struct http_sigv4 sigv4;
};
struct http_answer {
    enum err err;     /* ERR_OK: an answer came whole, whatever its status */
    const char *why;  /* safe text; "" when fine */
    long status;      /* 0: none came */
    const char *body; /* NUL-terminated, borrowed until done returns; "" when streamed */
    size_t body_len;
    const char *content_type; /* "" when none */
    uint64_t retry_after_s;   /* 0: not said */
    uint64_t total_us, first_byte_us;
    uint64_t new_connections; /* 0: a kept one was used */
};
struct http_calls {
    /* Optional: the body as it comes, HTTP_PIECE bytes at most (only for 2xx answers; others are collected for done).
     * Return false to stop. */
    bool (*bytes)(void *arg, const char *bytes, size_t len);
    /* Optional: the status line and headers are in. */
    void (*head)(void *arg, long status);
    void (*done)(void *arg, const struct http_answer *answer);
    void *arg;
};

struct http_client *http_client_new(struct loop *l, const struct http_client_conf *conf);
void http_client_free(struct http_client *c);
struct http_request *http_send(struct http_client *c, const struct http_ask *ask, const struct http_calls *calls);
void http_cancel(struct http_request *r);

/* Maps an HTTP status to an err: 2xx OK, 401 AUTH, 403 FORBIDDEN, 404 NOT_FOUND, 409 CONFLICT, 410 GONE, 5xx SERVER …
 */
enum err http_status_err(long status);

#endif
