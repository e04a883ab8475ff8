/* wire.c - Opens the transport that a URL asks for: plain, TLS, a unix socket, a command. */
#include "backends/redis/wire.h"

#include "backends/redis/tls_link.h"

#include <stddef.h>

void wire_open(struct wire *w, struct loop *l, const struct redis_url *url, const char *via,
               uint64_t connect_timeout_ms, const struct bytes_calls *calls)
{
    *w = (struct wire){0};
    if (via) {
        w->bytes = bytes_command(l, via, calls);
    } else if (url->path) {
        w->bytes = bytes_unix(l, url->path, calls);
    } else if (url->tls) {
        const struct tls_where where = {url->host, url->port, url->ca_file, url->server_name};
        w->tls = tls_open(l, &where, connect_timeout_ms, calls);
    } else {
        w->bytes = bytes_tcp(l, url->host, url->port, connect_timeout_ms, calls);
    }
}

bool wire_is_open(const struct wire *w)
{
    return w->bytes || w->tls;
}

enum err wire_write(struct wire *w, const void *data, size_t len)
{
    if (w->tls) return tls_write(w->tls, data, len);
    return w->bytes ? bytes_write(w->bytes, data, len) : ERR_RESET;
}

void wire_close(struct wire *w)
{
    bytes_free(w->bytes);
    tls_free(w->tls);
    *w = (struct wire){0};
}
