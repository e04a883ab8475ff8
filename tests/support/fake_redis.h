/*
 * fake_redis.h - a Redis on the test's own loop that answers what the test says, where a real one never would: errors
 * without end, cursors that loop, replies beyond every limit. What the test leaves out is answered as an empty Redis
 * does. It counts what it is asked.
 */
#ifndef RAYDECK_TESTS_FAKE_REDIS_H
#define RAYDECK_TESTS_FAKE_REDIS_H

#include "backends/base/buf.h"
#include "backends/link/loop.h"

struct fake_redis;
/* Appends the reply to a command ("HSCAN RAYx@ACTOR 0 COUNT 100") as RESP; false: left to the default. */
typedef bool fake_redis_answer(void *arg, const char *command, struct buf *reply);

struct fake_redis *fake_redis_start(struct loop *l, fake_redis_answer *answer, void *arg);
void fake_redis_stop(struct fake_redis *f);
const char *fake_redis_url(const struct fake_redis *f);
void fake_redis_push(struct fake_redis *f, const char *bytes);                /* to whoever has subscribed */
unsigned fake_redis_connections(const struct fake_redis *f);                  /* accepted so far */
unsigned fake_redis_commands(const struct fake_redis *f, const char *prefix); /* that began so; "": all */
uint64_t fake_redis_sent(const struct fake_redis *f);                         /* bytes */

#endif
