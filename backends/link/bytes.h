/*
 * bytes.h - a byte link: tcp, unix socket, or through a command's stdin and stdout. Non-blocking.
 *
 * After the closed callback the link is dead but still owned by the caller, who frees it (bytes_free may be called in
 * any callback; no callback comes after it). Writes are queued up to BYTES_QUEUE_MAX.
 */
#ifndef RAYDECK_LINK_BYTES_H
#define RAYDECK_LINK_BYTES_H

#include "backends/base/err.h"
#include "backends/link/loop.h"

#include <stddef.h>

enum { BYTES_QUEUE_MAX = 1024 * 1024 };

struct bytes;
struct bytes_calls {
    void (*opened)(void *arg);
    void (*received)(void *arg, const char *bytes, size_t len);
    void (*closed)(void *arg, enum err err, const char *why); /* ERR_RESET for a plain end of file */
    void *arg;
};

struct bytes *bytes_tcp(struct loop *l, const char *host, unsigned port, uint64_t connect_timeout_ms,
                        const struct bytes_calls *calls);
struct bytes *bytes_unix(struct loop *l, const char *path, const struct bytes_calls *calls);
struct bytes *bytes_command(struct loop *l, const char *command /* by /bin/sh -c */, const struct bytes_calls *calls);
enum err bytes_write(struct bytes *b, const void *data, size_t len); /* copied; ERR_LIMIT, ERR_RESET */
void bytes_free(struct bytes *b);                                    /* closes; NULL is fine */

#endif
