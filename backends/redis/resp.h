/*
 * resp.h - one connection to a Redis: commands go out in a pipeline, each is answered by a callback, in order.
 *
 * Only what allow.h lists can be asked. A connection that owes an answer and says nothing for RESP_SILENCE_MS is dead.
 * After the closed callback it is dead but still owned by the caller, who frees it; answers still owed are never
 * called back. resp_free may be called in any callback; none comes after it.
 */
#ifndef RAYDECK_REDIS_RESP_H
#define RAYDECK_REDIS_RESP_H

#include "backends/link/loop.h"
#include "backends/redis/allow.h"
#include "backends/redis/reply.h"
#include "backends/redis/url_parse.h"

enum { RESP_CONNECT_MS = 10000, RESP_SILENCE_MS = 10000, RESP_PIPELINE_MAX = 4096 };

struct resp;
struct resp_calls {
    void (*opened)(void *arg);
    void (*pushed)(void *arg, const struct reply *r); /* what a subscription says; may be NULL */
    void (*closed)(void *arg, enum err err, const char *why);
    void *arg;
};

/* via: a command whose stdin and stdout are the connection (the URL's address is not used then), or NULL. Never NULL:
 * what fails at once is told by closed, later. */
struct resp *resp_open(struct loop *l, const struct redis_url *url, const char *via, const struct resp_calls *calls);
void resp_free(struct resp *r); /* NULL is fine */

/* done may be NULL; the reply is borrowed until it returns. ERR_RESET where the connection (or r) is no more. */
typedef void resp_done(void *arg, const struct reply *reply);
enum err resp_ask(struct resp *r, enum allow command, const struct gcs_span *args, size_t count, resp_done *done,
                  void *arg);

bool resp_awaits(const struct resp *r, enum allow command); /* the answer that comes next is one to this */
size_t resp_owed(const struct resp *r);                     /* answers still to come */
uint64_t resp_received(const struct resp *r);               /* bytes, ever */
uint64_t resp_answered_us(const struct resp *r); /* how long the answer in hand took; for rtt, in a callback */

#endif
