/*
 * wire.h - the bytes of a connection to a Redis, whichever way they go: tcp, unix socket, TLS, or a command.
 */
#ifndef RAYDECK_REDIS_WIRE_H
#define RAYDECK_REDIS_WIRE_H

#include "backends/link/bytes.h"
#include "backends/redis/url_parse.h"

/* In place; one of both is set while it lives. */
struct wire {
    struct bytes *bytes;
    struct tls_link *tls;
};

void wire_open(struct wire *w, struct loop *l, const struct redis_url *url, const char *via,
               uint64_t connect_timeout_ms, const struct bytes_calls *calls);
bool wire_is_open(const struct wire *w);
enum err wire_write(struct wire *w, const void *data, size_t len);
void wire_close(struct wire *w); /* again is fine */

#endif
