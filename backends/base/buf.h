/*
 * buf.h - the one growing buffer, bounded.
 *
 * Invariants: len <= max; data is NUL-terminated at data[len] whenever data is not NULL. Adding beyond max adds
 * nothing and returns ERR_LIMIT; what was there stays. A zeroed struct is not usable: call buf_init. A block that was
 * outgrown is zeroed, so that buf_wipe leaves no copy of a secret.
 */
#ifndef RAYDECK_BASE_BUF_H
#define RAYDECK_BASE_BUF_H

#include "backends/base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len, cap, max;
};

void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);  /* frees; the buffer can be used again, same max */
void buf_wipe(struct buf *b);  /* the same for what may hold a secret: zeroes all of the memory first */
void buf_clear(struct buf *b); /* len = 0, keeps the memory */
enum err buf_add(struct buf *b, const void *bytes, size_t len);
enum err buf_str(struct buf *b, const char *text);
enum err buf_char(struct buf *b, char c);
enum err buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
enum err buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void buf_drop(struct buf *b, size_t len);  /* removes len bytes (len <= b->len) from the front */
char *buf_take(struct buf *b);             /* the string moves to the caller (free); never NULL; b is empty */
const char *buf_text(const struct buf *b); /* never NULL; "" when empty */

/*
 * Lines out of a stream: calls line(arg, text, len) for each complete line in b (without its '\n' or "\r\n") and
 * drops them. `text` is NUL-terminated and borrowed until the callback returns. Returns the number of lines. A
 * callback that returns false stops early; the rest stays.
 */
size_t buf_lines(struct buf *b, bool (*line)(void *arg, char *text, size_t len), void *arg);

#endif
