/*
 * resp.h - one connection to a Redis. Commands are pipelined; each reply is delivered to its command's callback, in
 * order.
 *
 * Only the commands of allow.h can be sent. A connection with replies pending that receives nothing for
 * RESP_SILENCE_MS times out. After the closed callback the caller still owns the object and frees it; callbacks of
 * pending replies are never called. resp_free may be called from within any callback; no callback follows it.
 */
#ifndef RAYDECK_REDIS_RESP_H
#define RAYDECK_REDIS_RESP_H

#include "backends/base/redis_url.h"
#include "backends/link/loop.h"
#include "backends/redis/allow.h"
#include "backends/redis/reply.h"

enum { RESP_CONNECT_MS = 10000, RESP_SILENCE_MS = 10000, RESP_PIPELINE_MAX = 4096 };

struct resp;
struct resp_calls {
    void (*opened)(void *arg);
    void (*pushed)(void *arg, const struct reply *r); /* a Pub/Sub message; may be NULL */
    void (*closed)(void *arg, enum err err, const char *why);
    void *arg;
};

/* via: a command whose stdin and stdout are the connection (the URL's address is not used then), or NULL. Never
 * returns NULL: an immediate failure arrives through closed, from the loop. */
struct resp *resp_open(struct loop *l, const struct redis_url *url, const char *via, const struct resp_calls *calls);
void resp_free(struct resp *r); /* NULL is fine */

/* Queues a command. done may be NULL; it borrows the reply until it returns. ERR_RESET: r is NULL or closed;
 * ERR_LIMIT: RESP_PIPELINE_MAX replies are pending; ERR_GUARD: a wrong number of arguments. */
typedef void resp_done(void *arg, const struct reply *reply);
enum err resp_send(struct resp *r, enum allow command, const struct gcs_span *args, size_t count, resp_done *done,
                   void *arg);

bool resp_awaits(const struct resp *r, enum allow command); /* the next reply belongs to such a command */
size_t resp_pending(const struct resp *r);                  /* replies outstanding */
uint64_t resp_received(const struct resp *r);               /* bytes since it was opened */
uint64_t resp_latency_us(const struct resp *r);             /* of the current reply; valid within its callback */

#endif
