/*
 * tls_link.h - a byte link over TLS, verified: libcurl connects (CONNECT_ONLY), we carry the bytes.
 *
 * The same promises as link/bytes.h: after the closed callback it is dead but still the caller's to free; tls_free may
 * be called in any callback, and none comes after it. While it connects curl is driven by a timer; from then on by the
 * socket.
 */
#ifndef RAYDECK_REDIS_TLS_LINK_H
#define RAYDECK_REDIS_TLS_LINK_H

#include "backends/link/bytes.h"

struct tls_where {
    const char *host;
    unsigned port;
    const char *ca_file;     /* NULL: the system's */
    const char *server_name; /* what the certificate must say, and SNI; NULL: the host */
};

struct tls_link;
struct tls_link *tls_open(struct loop *l, const struct tls_where *where, uint64_t connect_timeout_ms,
                          const struct bytes_calls *calls);
enum err tls_write(struct tls_link *t, const void *data, size_t len); /* copied; ERR_LIMIT, ERR_RESET */
void tls_free(struct tls_link *t);                                    /* NULL is fine */

#endif
