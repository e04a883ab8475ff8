/*
 * transport.h - the transport of a connection to a Redis: TCP, unix socket, TLS, or a command's stdin and stdout.
 */
#ifndef RAYDECK_REDIS_TRANSPORT_H
#define RAYDECK_REDIS_TRANSPORT_H

#include "backends/base/redis_url.h"
#include "backends/link/bytes.h"

/* Embedded in its owner; exactly one of the two is set while open. */
struct transport {
    struct bytes *bytes;
    struct tls_link *tls;
};

void transport_open(struct transport *t, struct loop *l, const struct redis_url *url, const char *via,
                    uint64_t connect_timeout_ms, const struct bytes_calls *calls);
bool transport_is_open(const struct transport *t);
enum err transport_write(struct transport *t, const void *data, size_t len);
void transport_close(struct transport *t); /* idempotent */

#endif
