/* sentinel_parse.c - see sentinel_parse.h. */
#include "backends/redis/sentinel_parse.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The value of address= in a line; NULL: none. */
static const char *address_in(const char *line, size_t len, size_t *ret_len)
{
    static const char name[] = "address=";
    const char *at = memmem(line, len, name, sizeof name - 1);
    if (!at) return NULL;
    at += sizeof name - 1;
    const char *end = memchr(at, ',', len - (size_t)(at - line));
    *ret_len = end ? (size_t)(end - at) : len - (size_t)(at - line);
    return at;
}

static void address_set(struct sentinel_masters *m, const char *at, size_t len)
{
    const char *colon = memrchr(at, ':', len);
    if (!colon || colon == at || len >= SENTINEL_ADDRESS_MAX - 2) return;
    const size_t host = (size_t)(colon - at);
    const bool bare = memchr(at, ':', host) && at[0] != '[';
    snprintf(m->address, sizeof m->address, "%s%.*s%s%.*s", bare ? "[" : "", (int)host, at, bare ? "]" : "",
             (int)(len - host), colon);
}

struct sentinel_masters sentinel_parse(const char *text, size_t len)
{
    static const char prefix[] = "master";
    struct sentinel_masters m = {0};
    for (const char *line = text, *end = text + len; line < end;) {
        const char *eol = memchr(line, '\n', (size_t)(end - line)), *next = eol ? eol + 1 : end;
        size_t n = (size_t)((eol ? eol : end) - line), value = 0;
        if (n && line[n - 1] == '\r') n--;
        const char *address = n > sizeof prefix && memcmp(line, prefix, sizeof prefix - 1) == 0 &&
                                      isdigit((unsigned char)line[sizeof prefix - 1])
                                  ? address_in(line, n, &value)
                                  : NULL;
        if (address && m.count++ == 0) address_set(&m, address, value);
        line = next;
    }
    return m;
}
