/* json_prune.c - replaces unused members of a JSON text by null. */
#include "backends/kube/json_prune.h"

#include "backends/base/mem.h"

#include <stdbool.h>
#include <string.h>

/* The byte after the quote that ends the string whose first byte is at `at`; `end` where none does. */
static const char *string_end(const char *at, const char *end)
{
    while (at < end) {
        const char *quote = memchr(at, '"', (size_t)(end - at));
        if (!quote) return end;
        size_t slashes = 0;
        while (quote - slashes > at && quote[-1 - (ptrdiff_t)slashes] == '\\') slashes++;
        if (slashes % 2 == 0) return quote + 1;
        at = quote + 1;
    }
    return end;
}

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) at++;
    return at;
}

/* The byte after an object, a list, a string or a word. */
static const char *value_end(const char *at, const char *end)
{
    size_t depth = 0;
    at = skip_space(at, end);
    while (at < end) {
        char c = *at;
        if (c == '"') {
            at = string_end(at + 1, end);
            if (depth == 0) return at;
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}' || c == ']')) return at;
        at++;
        if (c == '{' || c == '[') depth++;
        if ((c == '}' || c == ']') && --depth == 0) return at;
    }
    return end;
}

static bool is_one_of(const char *name, size_t len, const char *const *names)
{
    for (; *names; names++)
        if (strlen(*names) == len && memcmp(*names, name, len) == 0) return true;
    return false;
}

char *json_prune(const char *bytes, size_t len, const char *const *names, size_t *ret_len)
{
    /* A name, its quotes and its colon are four bytes at least, and null adds four at most. */
    char *out = mem_alloc(len * 2 + 1);
    const char *at = bytes, *kept = bytes, *end = bytes + len;
    size_t n = 0;
    while (at < end) {
        const char *open = memchr(at, '"', (size_t)(end - at));
        if (!open) break;
        const char *close = string_end(open + 1, end), *colon = skip_space(close, end);
        at = close;
        if (colon == end || *colon != ':' || !is_one_of(open + 1, (size_t)(close - open) - 2, names)) continue;
        memcpy(out + n, kept, (size_t)(colon + 1 - kept));
        n += (size_t)(colon + 1 - kept);
        memcpy(out + n, "null", 4);
        n += 4;
        at = kept = value_end(colon + 1, end);
    }
    memcpy(out + n, kept, (size_t)(end - kept));
    n += (size_t)(end - kept);
    out[n] = '\0';
    *ret_len = n;
    return out;
}
