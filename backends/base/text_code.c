/* text_code.c - Numbers, comparisons, URL escapes, and what a secret looks like. */
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <string.h>
#include <strings.h>

static const char hex_digits[] = "0123456789abcdef";

char *text_hex(const void *bytes, size_t len)
{
    const unsigned char *b = bytes;
    char *out = mem_zero(len + 1, 2);

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = hex_digits[b[i] >> 4];
        out[2 * i + 1] = hex_digits[b[i] & 15];
    }
    return out;
}

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(char c)
{
    const char *at = c ? strchr(base64_digits, c) : NULL;
    return at ? (int)(at - base64_digits) : -1;
}

enum err text_base64_decode(const char *in, size_t len, struct buf *out)
{
    size_t before = out->len, held = 0, pads = 0;
    uint32_t bits = 0;

    for (size_t i = 0; i < len; i++) {
        int v = base64_value(in[i]);
        /* Accepts line breaks, as Go's decoder does: certificates in kubeconfigs may be wrapped. */
        if (in[i] == '\n' || in[i] == '\r') continue;
        if (in[i] == '=' && held >= 2) {
            pads++;
            v = 0;
        } else if (v < 0 || pads > 0) {
            goto malformed;
        }
        bits = bits << 6 | (uint32_t)v;
        if (++held < 4) continue;
        const unsigned char bytes[3] = {(unsigned char)(bits >> 16), (unsigned char)(bits >> 8), (unsigned char)bits};
        enum err err = buf_add(out, bytes, 3 - pads);
        if (err) return err;
        held = 0;
        bits = 0;
    }
    if (held == 0 && pads <= 2) return ERR_OK;
malformed:
    out->len = before;
    if (out->data) out->data[before] = '\0';
    return ERR_PARSE;
}

enum err text_base64_encode(const void *in, size_t len, struct buf *out)
{
    const unsigned char *b = in;

    for (size_t i = 0; i < len; i += 3) {
        size_t n = len - i < 3 ? len - i : 3;
        uint32_t bits = (uint32_t)b[i] << 16 | (n > 1 ? (uint32_t)b[i + 1] << 8 : 0) | (n > 2 ? b[i + 2] : 0u);
        char four[4] = {base64_digits[bits >> 18], base64_digits[bits >> 12 & 63],
                        n > 1 ? base64_digits[bits >> 6 & 63] : '=', n > 2 ? base64_digits[bits & 63] : '='};
        enum err err = buf_add(out, four, 4);
        if (err) return err;
    }
    return ERR_OK;
}

bool text_is_utf16(const char *in, size_t len)
{
    return len >= 2 && (memcmp(in, "\xff\xfe", 2) == 0 || memcmp(in, "\xfe\xff", 2) == 0);
}

static uint32_t utf16_unit(const unsigned char *at, bool big)
{
    return big ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

static enum err utf8_add(struct buf *out, uint32_t c)
{
    char bytes[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--, c >>= 6) bytes[i] = (char)(0x80 | (c & 0x3f));
    bytes[0] = (char)(first[n] | c);
    return buf_add(out, bytes, n);
}

enum err text_utf16_decode(const char *in, size_t len, struct buf *out)
{
    const unsigned char *s = (const unsigned char *)in;
    const bool big = len >= 2 && s[0] == 0xfe;
    enum err err = ERR_OK;
    for (size_t i = text_is_utf16(in, len) ? 2 : 0; i + 1 < len && !err; i += 2) {
        uint32_t c = utf16_unit(s + i, big);
        const uint32_t low = i + 3 < len ? utf16_unit(s + i + 2, big) : 0;
        const bool pair = (c & 0xfc00) == 0xd800 && (low & 0xfc00) == 0xdc00;
        if (pair) c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
        if (pair) i += 2;
        err = utf8_add(out, (c & 0xfffff800) == 0xd800 ? 0xfffd : c);
    }
    return err;
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

enum err text_url_encode(const char *in, size_t len, struct buf *out)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)in[i];
        bool plain = is_alnum(in[i]) || (c && strchr("-._~", c));
        char coded[3] = {'%', "0123456789ABCDEF"[c >> 4], "0123456789ABCDEF"[c & 15]};
        enum err err = plain ? buf_char(out, in[i]) : buf_add(out, coded, sizeof coded);
        if (err) return err;
    }
    return ERR_OK;
}

enum err text_u64(const char *s, size_t len, uint64_t max, uint64_t *ret)
{
    uint64_t value = 0;

    if (len == 0) return ERR_PARSE;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9') return ERR_PARSE;
        uint64_t digit = (uint64_t)(s[i] - '0');
        if (value > (max - digit) / 10 || digit > max) return ERR_LIMIT;
        value = value * 10 + digit;
    }
    *ret = value;
    return ERR_OK;
}

static const char *text_end(const char *text, const char *end)
{
    const size_t len = text ? strlen(text) : 0, n = end ? strlen(end) : 0;
    return n && len >= n ? text + len - n : NULL;
}

bool text_begins(const char *text, const char *start)
{
    return text && start && *start && strncmp(text, start, strlen(start)) == 0;
}

bool text_ends(const char *text, const char *end)
{
    const char *at = text_end(text, end);
    return at && strcmp(at, end) == 0;
}

bool text_ends_nocase(const char *text, const char *end)
{
    const char *at = text_end(text, end);
    return at && strcasecmp(at, end) == 0;
}

bool text_has_suffix(const char *name, const char *suffix)
{
    return text_ends(name, suffix) && !text_eq(name, suffix);
}

bool text_eq(const char *a, const char *b)
{
    return a && *a && b && strcmp(a, b) == 0;
}

bool text_unchanged(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

bool text_has(const char *hay, const char *needle)
{
    return hay && needle && strcasestr(hay, needle) != NULL;
}

static size_t run_of_alnum(const char *s)
{
    size_t n = 0;
    while (is_alnum(s[n]) || s[n] == '-' || s[n] == '_') n++;
    return n;
}

/* Whether a value has a well-known prefix of credentials. */
static bool is_issued_token(const char *value)
{
    static const struct {
        const char *prefix;
        size_t least; /* characters after it */
    } kinds[] = {{"hf_", 16},  {"AKIA", 12}, {"ASIA", 12},        {"sk-", 16},
                 {"ghp_", 16}, {"xoxb-", 8}, {"github_pat_", 16}, {"eyJhbGciOi", 16}};

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const char *at = strstr(value, kinds[i].prefix);
        if (at && run_of_alnum(at + strlen(kinds[i].prefix)) >= kinds[i].least) return true;
    }
    return false;
}

bool text_looks_secret(const char *name, const char *value)
{
    static const char *const ends[] = {"key", "pass", "pwd", "auth"}; /* DB_PASS, requirepass; not RAY_AUTH_MODE */
    static const char *const names[] = {"token",  "password", "passwd",  "secret",    "credential",
                                        "apikey", "api_key",  "private", "passphrase"};

    if (name) {
        for (size_t i = 0; i < ARRAY_LEN(ends); i++)
            if (text_ends_nocase(name, ends[i])) return true;
        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
            if (text_has(name, names[i])) return true;
        }
    }
    if (!value) return false;
    return text_has(value, "bearer ") || strstr(value, "-----BEGIN ") || is_issued_token(value);
}

void text_shell_word(struct buf *b, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@=+,%";
    if (word[0] && word[strspn(word, plain)] == '\0') {
        buf_str(b, word);
        return;
    }
    buf_char(b, '\'');
    for (const char *s = word; *s; s++)
        if (*s == '\'')
            buf_str(b, "'\\''");
        else
            buf_char(b, *s);
    buf_char(b, '\'');
}
