/*
 * bytes.h - a non-blocking byte stream over TCP, a unix socket, or a command's stdin and stdout.
 *
 * Opening never fails at once: failures arrive through closed, from the loop. closed is called at most once and is the
 * last callback; the caller still owns the object and frees it. bytes_free may be called from within any callback; no
 * callback follows it. Writes are queued up to BYTES_QUEUE_MAX bytes.
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
    void (*closed)(void *arg, enum err err, const char *why); /* ERR_RESET at end of file */
    void *arg;
};

struct bytes *bytes_tcp(struct loop *l, const char *host, unsigned port, uint64_t connect_timeout_ms,
                        const struct bytes_calls *calls);
struct bytes *bytes_unix(struct loop *l, const char *path, const struct bytes_calls *calls);
struct bytes *bytes_command(struct loop *l, const char *command /* by /bin/sh -c */, const struct bytes_calls *calls);
enum err bytes_write(struct bytes *b, const void *data, size_t len); /* copied; ERR_LIMIT, ERR_RESET */
void bytes_free(struct bytes *b);                                    /* closes; NULL is fine */

#endif
