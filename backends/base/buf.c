/* buf.c - Grows a buffer up to its limit. */
#include "backends/base/buf.h"

#include "backends/base/mem.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 64 };

void buf_init(struct buf *b, size_t max)
{
    assert(max < SIZE_MAX);
    *b = (struct buf){.max = max};
}

void buf_done(struct buf *b)
{
    free(b->data);
    buf_init(b, b->max);
}

void buf_wipe(struct buf *b)
{
    mem_wipe(b->data, b->cap);
    buf_done(b);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    if (b->data) b->data[0] = '\0';
}

/* realloc would leave what is in the old block, which may be a secret, where a buf_wipe at the end does not reach. */
static void buf_move(struct buf *b, size_t cap)
{
    char *data = mem_alloc(cap);

    if (b->len) memcpy(data, b->data, b->len);
    data[b->len] = '\0';
    mem_wipe(b->data, b->cap);
    free(b->data);
    b->data = data;
    b->cap = cap;
}

/* Makes room for len more bytes and the NUL. */
static enum err buf_reserve(struct buf *b, size_t len)
{
    if (len > b->max - b->len) return ERR_LIMIT;
    size_t need = b->len + len + 1;
    if (need <= b->cap) return ERR_OK;

    size_t cap = b->cap ? b->cap : FIRST_CAP;
    while (cap < need) cap = cap > b->max / 2 ? b->max + 1 : cap * 2;
    buf_move(b, cap);
    return ERR_OK;
}

enum err buf_add(struct buf *b, const void *bytes, size_t len)
{
    enum err err = buf_reserve(b, len);

    if (err) return err;
    if (len > 0) memcpy(b->data + b->len, bytes, len);
    b->len += len;
    b->data[b->len] = '\0';
    return ERR_OK;
}

enum err buf_str(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

enum err buf_char(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

enum err buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    enum err err = buf_vprintf(b, fmt, ap);
    va_end(ap);
    return err;
}

enum err buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
    va_list again;

    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0) return ERR_PARSE;
    enum err err = buf_reserve(b, (size_t)n);
    if (err) return err;
    vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
    b->len += (size_t)n;
    return ERR_OK;
}

void buf_drop(struct buf *b, size_t len)
{
    assert(len <= b->len);
    if (len == 0) return;
    b->len -= len;
    memmove(b->data, b->data + len, b->len);
    b->data[b->len] = '\0';
}

char *buf_take(struct buf *b)
{
    char *text = b->data ? b->data : mem_strn("", 0);

    b->data = NULL;
    buf_init(b, b->max);
    return text;
}

const char *buf_text(const struct buf *b)
{
    return b->data ? b->data : "";
}

size_t buf_lines(struct buf *b, bool (*line)(void *arg, char *text, size_t len), void *arg)
{
    size_t at = 0, lines = 0;
    bool more = true;

    while (more && at < b->len) {
        char *text = b->data + at;
        char *end = memchr(text, '\n', b->len - at);
        if (!end) break;
        size_t len = (size_t)(end - text);
        at += len + 1;
        if (len > 0 && text[len - 1] == '\r') len--;
        text[len] = '\0';
        lines++;
        more = line(arg, text, len);
    }
    buf_drop(b, at);
    return lines;
}
