/*
 * http.h - the HTTP client: curl's multi interface on the loop. Redirects are not followed. The proxy is configured per
 * client: "" means none, NULL means that of the environment.
 *
 * A client is a pool of connections to one or more servers with one TLS identity. A request belongs to the client from
 * http_send until its done callback returns, which invalidates the handle. http_cancel ends it with ERR_CANCELLED; done
 * is called before http_cancel returns. http_client_free cancels all requests in flight.
 *
 * No server can monopolize the loop: of a streamed body at most HTTP_PIECE bytes are delivered in one loop iteration,
 * and the transfer is paused until they are. Streams are requested without compression, and a compressed one is
 * refused: decompression may multiply its size by a thousand.
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
    HTTP_PIECE = 64 * 1024,               /* bytes delivered to the bytes callback at once */
    HTTP_HEADERS = 16
};

/* TLS identity and trust, PEM in memory. Copied by http_client_new; secrets are wiped by http_client_free. */
struct http_tls {
    const char *ca_pem; /* NULL: the system's */
    const char *cert_pem, *key_pem;
    const char *server_name; /* verified instead of the URL's host, and sent as SNI (kubeconfig tls-server-name) */
    bool insecure;           /* no verification; the caller must display that */
};
struct http_client_conf {
    struct http_tls tls;
    const char *proxy;
    const char *user_agent;
    bool sync_clock; /* this server's Date headers correct the wall clock (loop_sync_date) */
};

struct http_client;
struct http_request;

struct http_header {
    const char *name, *value;
};
/* AWS Signature Version 4, for a POST to a URL without a query. */
struct http_sigv4 {
    const char *region, *service; /* "us-west-2", "elasticache" */
    const char *id, *secret;      /* id NULL: unsigned. A session token is passed as a header */
};
/* A request. http_send copies everything. */
struct http_ask {
    const char *method; /* "GET" */
    const char *url;
    struct http_header header[HTTP_HEADERS]; /* ends with a NULL name */
    const void *body;
    size_t body_len;
    uint64_t timeout_ms;         /* whole request; 0: none (streams) */
    uint64_t connect_timeout_ms; /* 0: 10 s */
    uint64_t silence_ms;         /* ERR_TIMEOUT when nothing is received for so long; 0: none */
    size_t body_max;             /* of a collected body; 0: HTTP_BODY_MAX; ERR_LIMIT beyond */
    size_t stream_max;           /* of a streamed body; 0: HTTP_STREAM_MAX; ERR_LIMIT beyond */
    bool fresh;                  /* on a new connection, not reused afterwards */
    bool proxied;                /* the server forwards it: the response's Date is another server's */
    bool secret;                 /* the response body is wiped before it is freed */
    struct http_sigv4 sigv4;
};
struct http_answer {
    enum err err;     /* ERR_OK: the response is complete, whatever its status */
    const char *why;  /* safe text; "" for ERR_OK */
    long status;      /* 0: none received */
    const char *body; /* NUL-terminated, borrowed until done returns; "" when streamed */
    size_t body_len;
    const char *content_type; /* "" when none */
    uint64_t retry_after_s;   /* of Retry-After; 0: none */
    uint64_t total_us, first_byte_us;
    uint64_t new_connections; /* 0: an existing connection was reused */
};
struct http_calls {
    /* Optional: the body of a 2xx response as it arrives, HTTP_PIECE bytes at most (other bodies are collected for
     * done). Return false to stop. */
    bool (*bytes)(void *arg, const char *bytes, size_t len);
    /* Optional: the status line and headers were received. */
    void (*head)(void *arg, long status);
    void (*done)(void *arg, const struct http_answer *answer);
    void *arg;
};

struct http_client *http_client_new(struct loop *l, const struct http_client_conf *conf);
void http_client_free(struct http_client *c);
struct http_request *http_send(struct http_client *c, const struct http_ask *ask, const struct http_calls *calls);
void http_cancel(struct http_request *r);
/* A header of the final response, raw: the server's bytes; NULL where it has none. For the callbacks of the request;
 * borrowed until they return. */
const char *http_response_header(const struct http_request *r, const char *name);

/* Maps an HTTP status to an err: 2xx OK, 401 AUTH, 403 FORBIDDEN, 404 NOT_FOUND, 409 CONFLICT, 410 GONE, 5xx SERVER… */
enum err http_status_err(long status);

#endif
