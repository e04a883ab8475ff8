/* json_shown.c - json_parse_shown: copies a text that json_parse refuses token by token, replacing invalid values, and
 * parses the copy. Does not repair the grammar. */
#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 60, ESCAPE_LEN = 6 /* \uXXXX */, COPY_MORE = 4096 };

struct copy {
    const char *at, *end;
    struct buf out;
    size_t depth;
    bool full; /* the copy became too large */
};

static void copy_add(struct copy *c, const char *bytes, size_t len)
{
    if (c->depth <= JSON_DEPTH && buf_add(&c->out, bytes, len)) c->full = true;
}

static void copy_take(struct copy *c, size_t len)
{
    copy_add(c, c->at, len);
    c->at += len;
}

/* The code unit of the \uXXXX at `at`; -1 for none. */
static long code_unit(const char *at, const char *end)
{
    char digits[5] = "";
    if (end - at < ESCAPE_LEN || at[0] != '\\' || at[1] != 'u') return -1;
    memcpy(digits, at + 2, 4);
    return strspn(digits, "0123456789abcdefABCDEF") == 4 ? strtol(digits, NULL, 16) : -1;
}

static bool is_high(long unit)
{
    return unit >= 0xD800 && unit < 0xDC00;
}

static bool is_low(long unit)
{
    return unit >= 0xDC00 && unit < 0xE000;
}

/* An escape of a string, at its backslash. */
static void copy_escape(struct copy *c)
{
    long unit = code_unit(c->at, c->end);
    if (unit == 0) {
        copy_add(c, "\\\\x00", 5);
        c->at += ESCAPE_LEN;
    } else if (is_high(unit) && is_low(code_unit(c->at + ESCAPE_LEN, c->end))) {
        copy_take(c, (size_t)2 * ESCAPE_LEN);
    } else if (unit > 0 && !is_high(unit) && !is_low(unit)) {
        copy_take(c, ESCAPE_LEN);
    } else if (c->end - c->at > 1 && c->at[1] && strchr("\"\\/bfnrt", c->at[1])) {
        copy_take(c, 2);
    } else {
        copy_add(c, "\\", 1);
        copy_take(c, 1);
    }
}

static void copy_byte_shown(struct copy *c)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char b = (unsigned char)*c->at++;
    copy_add(c, (const char[]){'\\', '\\', 'x', hex[b >> 4], hex[b & 15]}, 5);
}

/* At the opening quote; past the closing one, or at the end. */
static void copy_string(struct copy *c)
{
    copy_take(c, 1);
    while (c->at < c->end) {
        unsigned char b = (unsigned char)*c->at;
        uint32_t cp;
        if (b == '"') {
            copy_take(c, 1);
            return;
        }
        if (b == '\\') {
            copy_escape(c);
        } else if (b < 0x20) {
            copy_byte_shown(c);
        } else {
            size_t n = text_decode(c->at, (size_t)(c->end - c->at), &cp);
            if (cp == TEXT_INVALID)
                copy_byte_shown(c);
            else
                copy_take(c, n);
        }
    }
}

static bool is_in_word(char ch)
{
    return ch == '+' || ch == '-' || ch == '.' || (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') ||
           (ch >= 'a' && ch <= 'z');
}

/* Replaces a number that is not valid JSON or not finite. Other words are kept, for the parser to refuse. */
static bool is_null_number(const char *at, size_t len)
{
    static const char *const words[] = {"NaN", "Infinity", "-Infinity"};
    char digits[NUMBER_MAX + 1], *end;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (len == strlen(words[i]) && memcmp(at, words[i], len) == 0) return true;
    for (size_t i = 0; i < len; i++)
        if (!strchr("+-.0123456789eE", at[i])) return false;
    if (len > NUMBER_MAX) return true;
    memcpy(digits, at, len);
    digits[len] = '\0';
    double d = strtod(digits, &end);
    return len > 0 && !*end && !isfinite(d);
}

static void copy_word(struct copy *c)
{
    size_t len = 0;
    while (c->at + len < c->end && is_in_word(c->at[len])) len++;
    if (len == 0) {
        copy_take(c, 1);
    } else if (is_null_number(c->at, len)) {
        copy_add(c, "null", 4);
        c->at += len;
    } else {
        copy_take(c, len);
    }
}

static void copy_token(struct copy *c)
{
    switch (*c->at) {
    case '{':
    case '[':
        if (c->depth == JSON_DEPTH) copy_add(c, "null", 4);
        c->depth++;
        copy_take(c, 1);
        return;
    case '}':
    case ']':
        copy_take(c, 1);
        if (c->depth > 0) c->depth--;
        return;
    case '"': copy_string(c); return;
    default: copy_word(c);
    }
}

enum err json_parse_shown(const char *bytes, size_t len, cJSON **ret, struct why *why)
{
    struct copy c = {.at = bytes, .end = bytes + len};
    enum err err = json_parse(bytes, len, ret, why);
    if (!err || len == 0) return err;
    buf_init(&c.out, 2 * len + COPY_MORE);
    while (c.at < c.end && !c.full) copy_token(&c);
    /* If the copy is invalid too, reports the error of the original text. */
    if (!c.full && c.depth <= JSON_DEPTH && !json_parse(buf_text(&c.out), c.out.len, ret, NULL)) err = ERR_OK;
    buf_wipe(&c.out); /* the text may hold a secret */
    if (!err) why_set(why, ERR_OK, "%s", "");
    return err;
}
