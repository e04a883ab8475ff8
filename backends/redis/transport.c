/* transport.c - opens the transport that a URL names: TCP, TLS, a unix socket, or a command's stdin and stdout. */
#include "backends/redis/transport.h"

#include "backends/redis/tls_link.h"

#include <stddef.h>

void transport_open(struct transport *t, struct loop *l, const struct redis_url *url, const char *via,
                    uint64_t connect_timeout_ms, const struct bytes_calls *calls)
{
    *t = (struct transport){0};
    if (via) {
        t->bytes = bytes_command(l, via, calls);
    } else if (url->path) {
        t->bytes = bytes_unix(l, url->path, calls);
    } else if (url->tls) {
        const struct tls_endpoint where = {url->host, url->port, url->ca_file, url->server_name};
        t->tls = tls_open(l, &where, connect_timeout_ms, calls);
    } else {
        t->bytes = bytes_tcp(l, url->host, url->port, connect_timeout_ms, calls);
    }
}

bool transport_is_open(const struct transport *t)
{
    return t->bytes || t->tls;
}

enum err transport_write(struct transport *t, const void *data, size_t len)
{
    if (t->tls) return tls_write(t->tls, data, len);
    return t->bytes ? bytes_write(t->bytes, data, len) : ERR_RESET;
}

void transport_close(struct transport *t)
{
    bytes_free(t->bytes);
    tls_free(t->tls);
    *t = (struct transport){0};
}
