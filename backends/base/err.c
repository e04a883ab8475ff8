/* err.c - the words and exit statuses of errors, and reasons with a prefix. */
#include "backends/base/err.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *err_word(enum err e)
{
    static const char *const words[] = {
#define X(name, word) [ERR_##name] = word,
        ERR_MAP(X)
#undef X
    };
    size_t i = (size_t)e;
    return i < ARRAY_LEN(words) ? words[i] : "unknown error";
}

bool err_is_unanswered(enum err e)
{
    switch (e) {
    case ERR_TIMEOUT:
    case ERR_RESET:
    case ERR_SERVER:
    case ERR_PROTOCOL:
    case ERR_PARSE:
    case ERR_LIMIT:
    case ERR_CANCELLED: return true;
    default: return false;
    }
}

enum err why_set(struct why *why, enum err code, const char *fmt, ...)
{
    char raw[2 * ERR_TEXT_MAX];
    va_list ap;

    if (!why) return code;
    va_start(ap, fmt);
    int n = vsnprintf(raw, sizeof raw, fmt, ap);
    va_end(ap);
    if (n < 0) raw[0] = '\0';
    why->code = code;
    text_safe_into(why->text, sizeof why->text, raw, strlen(raw));
    return code;
}

enum err why_prefix(struct why *why, const char *prefix)
{
    if (!why) return ERR_OK;
    struct why old = *why;
    return why_set(why, old.code, "%s: %s", prefix, old.text);
}
