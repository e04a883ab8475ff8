/*
 * https.h - the simulator's HTTP server (libmicrohttpd, TLS by GnuTLS) on the loop: immediate answers, delayed answers,
 * and streams.
 *
 * A request belongs to the server. It is valid from handle() until https_answer or https_stream_new (which may be
 * called later), or until its `gone` callback. A stream is valid until its closed callback, which comes exactly once,
 * or until https_free.
 */
#ifndef RAYDECK_SIM_HTTPS_H
#define RAYDECK_SIM_HTTPS_H

#include "backends/base/err.h"
#include "backends/link/loop.h"

#include <stdbool.h>
#include <stddef.h>

enum { HTTPS_REQUEST_MAX = 256 * 1024, HTTPS_STREAM_MAX = 16 * 1024 * 1024, HTTPS_CONNECTIONS = 900 };

struct https;
struct https_request;
struct https_stream;

struct https_conf {
    const char *address;            /* IPv4, to listen on */
    unsigned port;                  /* 0: a free one */
    const char *cert_pem, *key_pem; /* both NULL: plain HTTP */
    void (*handle)(void *arg, struct https_request *r);
    void *arg;
};

enum err https_new(struct loop *l, const struct https_conf *conf, struct https **ret, struct why *why);
void https_free(struct https *h); /* closes all connections; NULL is fine */
unsigned https_port(const struct https *h);
void https_drop_all(struct https *h); /* closes every connection, as a failing network does */

const char *https_method(const struct https_request *r);
const char *https_path(const struct https_request *r);                     /* decoded, without the query */
const char *https_query(const struct https_request *r, const char *name);  /* decoded; NULL where absent */
const char *https_header(const struct https_request *r, const char *name); /* NULL where absent */
const char *https_body(const struct https_request *r, size_t *ret_len);    /* NUL-terminated */
/* For a request that is answered later: called when its connection closes. The request is then invalid. */
void https_on_gone(struct https_request *r, void (*gone)(void *arg), void *arg);

void https_answer(struct https_request *r, unsigned status, const char *content_type, const void *body, size_t len);

struct https_stream *https_stream_new(struct https_request *r, const char *content_type, void (*closed)(void *arg),
                                      void *arg);
enum err https_stream_write(struct https_stream *s, const void *bytes,
                            size_t len);       /* ERR_LIMIT: the client does not read */
void https_stream_end(struct https_stream *s); /* sends what is queued, then the last chunk */
void https_stream_cut(struct https_stream *s); /* sends what is queued, then closes the connection */

#endif
