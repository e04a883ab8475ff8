/* mem.c - allocation that exits when memory is exhausted, after restoring the terminal. */
#include "backends/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_EXHAUSTED = 70 };

/* Set once by the program at start; no caller can pass it when memory is exhausted. */
static void (*exhausted_hook)(void);

void mem_on_exhausted(void (*hook)(void))
{
    exhausted_hook = hook;
}

static void write_error(const char *words)
{
    ssize_t written = write(STDERR_FILENO, words, strlen(words));
    (void)written;
}

void mem_exhausted_of(const char *words)
{
    void (*hook)(void) = exhausted_hook;

    exhausted_hook = NULL;
    if (hook) hook();
    write_error("raydeck: ");
    write_error(words);
    write_error("\n");
    _exit(EXIT_EXHAUSTED);
}

void mem_exhausted(void)
{
    mem_exhausted_of("out of memory");
}

void *mem_alloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (!p) mem_exhausted();
    return p;
}

void *mem_zero(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);
    if (!p) mem_exhausted();
    return p;
}

void *mem_grow(void *old, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes)) mem_exhausted();
    void *p = realloc(old, bytes ? bytes : 1);
    if (!p) mem_exhausted();
    return p;
}

char *mem_str(const char *text)
{
    return text ? mem_strn(text, strlen(text)) : NULL;
}

char *mem_strn(const char *bytes, size_t len)
{
    if (len == SIZE_MAX) mem_exhausted();
    char *copy = mem_alloc(len + 1);
    if (len > 0) memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

char *mem_printf(const char *fmt, ...)
{
    va_list ap;
    char *text = NULL;

    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0 || !text) mem_exhausted();
    return text;
}

void mem_wipe(void *secret, size_t len)
{
    if (secret && len > 0) explicit_bzero(secret, len);
}

void mem_free_secret(char *secret)
{
    if (!secret) return;
    mem_wipe(secret, strlen(secret));
    free(secret);
}
