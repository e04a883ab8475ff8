/*
 * tls_link.h - a byte stream over TLS with certificate verification.
 *
 * libcurl does the connect and the TLS handshake (CURLOPT_CONNECT_ONLY); curl_easy_send and curl_easy_recv then carry
 * the bytes. The contract is that of link/bytes.h: the closed callback is called at most once, no callback follows it,
 * and the caller still owns the object and frees it. tls_free may be called from within any callback; no callback
 * follows it either.
 */
#ifndef RAYDECK_REDIS_TLS_LINK_H
#define RAYDECK_REDIS_TLS_LINK_H

#include "backends/link/bytes.h"

struct tls_endpoint {
    const char *host;
    unsigned port;
    const char *ca_file;     /* PEM bundle; NULL: the system's */
    const char *server_name; /* sent as SNI and verified against the certificate; NULL: host */
};

struct tls_link;
/* Starts to connect and returns at once; never NULL; the caller frees it with tls_free. Copies endpoint and calls.
 * connect_timeout_ms: of name look-up, connect and TLS handshake together. Failures, immediate ones included, arrive
 * through closed, from the loop: as curl_err maps them, ERR_RESET where the peer closed, ERR_IO for our own. */
struct tls_link *tls_open(struct loop *l, const struct tls_endpoint *endpoint, uint64_t connect_timeout_ms,
                          const struct bytes_calls *calls);
/* Queues a copy. ERR_LIMIT: more than BYTES_QUEUE_MAX are queued. ERR_RESET: not connected (yet, or any more). */
enum err tls_write(struct tls_link *t, const void *data, size_t len);
void tls_free(struct tls_link *t); /* NULL is fine */

#endif
