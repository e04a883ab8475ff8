/* reply.c - builds trees of struct reply from hiredis' reader callbacks, within limits. */
#include "backends/redis/reply.h"

#include "backends/base/compat.h"
#include "backends/base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct reply_reader {
    redisReader *hiredis;
    redisReplyObjectFunctions fn; /* hiredis keeps a pointer to it */
    size_t bytes;                 /* since the last whole reply */
    size_t elements;              /* of the reply being parsed */
    bool limit_exceeded, too_deep;
};

/* ---- hiredis' reader callbacks ---- */

static bool is_too_deep(const redisReadTask *task)
{
    int depth = 1;

    for (; task->parent && depth <= REPLY_DEPTH_MAX; task = task->parent) depth++;
    return depth > REPLY_DEPTH_MAX;
}

static struct reply *reply_new(const redisReadTask *task, enum reply_type type)
{
    struct reply_reader *rr = task->privdata;
    if (is_too_deep(task)) {
        rr->too_deep = true;
        return NULL;
    }
    if (++rr->elements > REPLY_ELEMENTS_MAX) {
        rr->limit_exceeded = true;
        return NULL;
    }
    struct reply *r = mem_zero(1, sizeof *r);
    r->type = type;
    if (task->parent) {
        struct reply *parent = task->parent->obj;
        assert(parent->type == REPLY_ARRAY && (size_t)task->idx < parent->count);
        parent->items[task->idx] = r;
    }
    return r;
}

static void *make_string(const redisReadTask *task, char *text, size_t len)
{
    const enum reply_type type = task->type == REDIS_REPLY_ERROR    ? REPLY_ERROR
                                 : task->type == REDIS_REPLY_STATUS ? REPLY_STATUS
                                                                    : REPLY_STRING;
    struct reply *r = reply_new(task, type);
    if (!r) return NULL;
    r->text = mem_strn(text, len);
    r->len = len;
    return r;
}

static void *make_array(const redisReadTask *task, compat_redis_count count)
{
    struct reply_reader *rr = task->privdata;
    if (count > REPLY_ARRAY_MAX || rr->elements + (size_t)count > REPLY_ELEMENTS_MAX) {
        rr->limit_exceeded = true;
        return NULL;
    }
    struct reply *r = reply_new(task, REPLY_ARRAY);
    if (!r) return NULL;
    r->count = (size_t)count;
    if (count) r->items = mem_zero((size_t)count, sizeof(struct reply *));
    return r;
}

static void *make_integer(const redisReadTask *task, long long number)
{
    struct reply *r = reply_new(task, REPLY_INTEGER);
    if (r) r->number = number;
    return r;
}

static void *make_nil(const redisReadTask *task)
{
    return reply_new(task, REPLY_NIL);
}

#if COMPAT_REDIS_RESP3
/* HELLO 3 is never sent; should a server use RESP3 nevertheless, doubles are kept as text. */
static void *make_double(const redisReadTask *task, double number, char *text, size_t len)
{
    (void)number;
    return make_string(task, text, len);
}

static void *make_bool(const redisReadTask *task, int yes)
{
    return make_integer(task, yes);
}
#endif

static void free_object(void *object)
{
    reply_free(object);
}

static redisReplyObjectFunctions reply_functions(void)
{
    return (redisReplyObjectFunctions)
    {
        .createString = make_string, .createArray = make_array, .createInteger = make_integer, .createNil = make_nil,
        .freeObject = free_object,
#if COMPAT_REDIS_RESP3
        .createDouble = make_double, .createBool = make_bool,
#endif
    };
}

/* ---- the reader ---- */

struct reply_reader *reply_reader_new(void)
{
    struct reply_reader *rr = mem_zero(1, sizeof *rr);
    rr->fn = reply_functions();
    rr->hiredis = redisReaderCreateWithFunctions(&rr->fn);
    if (!rr->hiredis) mem_exhausted();
    rr->hiredis->privdata = rr;
    return rr;
}

void reply_reader_free(struct reply_reader *rr)
{
    if (!rr) return;
    redisReaderFree(rr->hiredis);
    free(rr);
}

static size_t bytes_waiting(const struct reply_reader *rr)
{
    return rr->hiredis->len - rr->hiredis->pos;
}

static enum err reader_failed(const struct reply_reader *rr, struct why *why)
{
    if (rr->hiredis->err == REDIS_ERR_OOM) mem_exhausted();
    return why_set(why, ERR_PROTOCOL, "Redis: %s", rr->hiredis->errstr);
}

enum err reply_feed(struct reply_reader *rr, const char *bytes, size_t len, struct why *why)
{
    assert(len <= REPLY_FEED_MAX);
    rr->bytes += len;
    if (rr->bytes > REPLY_BYTES_MAX)
        return why_set(why, ERR_LIMIT, "Redis: a reply of more than %d MiB", REPLY_BYTES_MAX / 1024 / 1024);
    const size_t pending = bytes_waiting(rr) + len;
    if (pending > REPLY_BULK_MAX + 2 * REPLY_FEED_MAX)
        return why_set(why, ERR_LIMIT, "Redis: a value of more than %d MiB", REPLY_BULK_MAX / 1024 / 1024);
    /* unparsed bytes start inside an element, and every element starts with a line */
    const char *first = rr->hiredis->buf ? rr->hiredis->buf + rr->hiredis->pos : "";
    if (bytes_waiting(rr) > REPLY_LINE_MAX && !memchr(first, '\n', REPLY_LINE_MAX))
        return why_set(why, ERR_PROTOCOL, "Redis: a line without an end; is this a Redis?");
    return redisReaderFeed(rr->hiredis, bytes, len) == REDIS_OK ? ERR_OK : reader_failed(rr, why);
}

enum err reply_next(struct reply_reader *rr, struct reply **ret, struct why *why)
{
    void *object = NULL;
    if (redisReaderGetReply(rr->hiredis, &object) != REDIS_OK) {
        if (rr->limit_exceeded) return why_set(why, ERR_LIMIT, "Redis: a reply of too many elements");
        if (rr->too_deep)
            return why_set(why, ERR_PROTOCOL, "Redis: a reply of arrays nested deeper than %d", REPLY_DEPTH_MAX);
        return reader_failed(rr, why);
    }
    if (object) {
        rr->elements = 0;
        rr->bytes = bytes_waiting(rr);
    }
    *ret = object;
    return ERR_OK;
}

/* Recursion ends: REPLY_DEPTH_MAX. */
void reply_free(struct reply *r)
{
    if (!r) return;
    for (size_t i = 0; i < r->count; i++) reply_free(r->items[i]);
    free(r->items);
    free(r->text);
    free(r);
}

bool reply_is_text(const struct reply *r)
{
    return r && (r->type == REPLY_STRING || r->type == REPLY_STATUS);
}

bool reply_error_is(const struct reply *r, const char *code)
{
    const size_t len = strlen(code);
    if (!r || r->type != REPLY_ERROR || r->len < len || memcmp(r->text, code, len) != 0) return false;
    return r->text[len] == '\0' || r->text[len] == ' ';
}

const struct reply *reply_item(const struct reply *r, size_t at)
{
    return r && r->type == REPLY_ARRAY && at < r->count ? r->items[at] : NULL;
}
