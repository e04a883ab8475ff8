/* json.c - strict validation in front of cJSON, and typed accessors. */
#include "backends/base/json.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Scans the tokens of a text and rejects what cJSON would accept or change silently; cJSON checks the grammar. */
struct scan {
    const char *s;
    size_t len, at, values;
    unsigned depth;
    struct why *why;
};

static enum err scan_fail(struct scan *sc, size_t at, const char *what)
{
    return why_set(sc->why, ERR_PARSE, "byte %zu: %s", at, what);
}

static enum err scan_escape(struct scan *sc)
{
    size_t at = sc->at - 1;

    if (sc->at >= sc->len) return scan_fail(sc, at, "the string does not end");
    char c = sc->s[sc->at++];
    if (c != 'u') return c && strchr("\"\\/bfnrt", c) ? ERR_OK : scan_fail(sc, at, "not an escape");
    if (sc->len - sc->at < 4) return scan_fail(sc, at, "the string does not end");
    for (size_t i = 0; i < 4; i++) {
        char h = sc->s[sc->at + i];
        if (!h || !strchr("0123456789abcdefABCDEF", h)) return scan_fail(sc, at, "not an escape");
    }
    if (memcmp(sc->s + sc->at, "0000", 4) == 0) return scan_fail(sc, at, "\\u0000 in a string");
    sc->at += 4;
    return ERR_OK;
}

/* Starts after the opening quote. */
static enum err scan_string(struct scan *sc)
{
    size_t begin = sc->at - 1;

    while (sc->at < sc->len) {
        unsigned char c = (unsigned char)sc->s[sc->at];
        if (c >= 0x20 && c < 0x80) {
            sc->at++;
            if (c == '"') return ERR_OK;
            if (c != '\\') continue;
            enum err err = scan_escape(sc);
            if (err) return err;
            continue;
        }
        uint32_t cp;
        size_t n = text_decode(sc->s + sc->at, sc->len - sc->at, &cp);
        if (cp == TEXT_INVALID) return scan_fail(sc, sc->at, "not UTF-8");
        if (cp < 0x20) return scan_fail(sc, sc->at, "a control character in a string");
        sc->at += n;
    }
    return scan_fail(sc, begin, "the string does not end");
}

static size_t scan_digits(struct scan *sc)
{
    size_t from = sc->at;
    while (sc->at < sc->len && sc->s[sc->at] >= '0' && sc->s[sc->at] <= '9') sc->at++;
    return sc->at - from;
}

static bool scan_is(const struct scan *sc, char a, char b)
{
    return sc->at < sc->len && (sc->s[sc->at] == a || sc->s[sc->at] == b);
}

static enum err scan_number(struct scan *sc)
{
    size_t begin = sc->at;
    bool scientific = false;

    if (scan_is(sc, '-', '-')) sc->at++;
    bool zero = scan_is(sc, '0', '0');
    size_t whole = scan_digits(sc);
    if (whole == 0 || (zero && whole > 1)) return scan_fail(sc, begin, "not a number");
    if (scan_is(sc, '.', '.')) {
        sc->at++;
        if (scan_digits(sc) == 0) return scan_fail(sc, begin, "not a number");
    }
    if (scan_is(sc, 'e', 'E')) {
        sc->at++;
        scientific = true;
        if (scan_is(sc, '+', '-')) sc->at++;
        if (scan_digits(sc) == 0) return scan_fail(sc, begin, "not a number");
    }
    /* cJSON copies a number into 64 bytes and drops the rest. */
    if (sc->at - begin > 60) return scan_fail(sc, begin, "a number too long");
    if (scientific) {
        char digits[64];
        memcpy(digits, sc->s + begin, sc->at - begin);
        digits[sc->at - begin] = '\0';
        if (!isfinite(strtod(digits, NULL))) return scan_fail(sc, begin, "a number too large");
    }
    return ERR_OK;
}

static enum err scan_word(struct scan *sc)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t n = strlen(words[i]);
        if (sc->len - sc->at < n || memcmp(sc->s + sc->at, words[i], n) != 0) continue;
        sc->at += n;
        return ERR_OK;
    }
    return scan_fail(sc, sc->at, "unexpected character");
}

static enum err scan_token(struct scan *sc)
{
    char c = sc->s[sc->at];

    switch (c) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case ':': sc->at++; return ERR_OK;
    case '{':
    case '[':
        if (++sc->depth > JSON_DEPTH) return why_set(sc->why, ERR_LIMIT, "byte %zu: nested too deep", sc->at);
        sc->at++;
        sc->values++;
        return ERR_OK;
    case '}':
    case ']':
        if (sc->depth == 0) return scan_fail(sc, sc->at, "unexpected character");
        sc->depth--;
        sc->at++;
        return ERR_OK;
    case ',':
        sc->at++;
        sc->values++;
        return ERR_OK;
    case '"': sc->at++; return scan_string(sc);
    default: return c == '-' || (c >= '0' && c <= '9') ? scan_number(sc) : scan_word(sc);
    }
}

static enum err scan_all(struct scan *sc)
{
    while (sc->at < sc->len) {
        enum err err = scan_token(sc);
        if (err) return err;
        if (sc->values > JSON_VALUES) return why_set(sc->why, ERR_LIMIT, "byte %zu: too many values", sc->at);
    }
    /* Every bracket closed: cJSON 1.7.15 reads past the end of a text cut after a comma. */
    return sc->depth == 0 ? ERR_OK : scan_fail(sc, sc->len, "the text ends too early");
}

enum err json_parse(const char *bytes, size_t len, cJSON **ret, struct why *why)
{
    struct scan sc = {.s = bytes, .len = len, .why = why};
    const char *end = NULL;

    enum err err = scan_all(&sc);
    if (err) return err;
    cJSON *tree = len > 0 ? cJSON_ParseWithLengthOpts(bytes, len, &end, 0) : NULL;
    size_t at = end ? (size_t)(end - bytes) : 0;
    if (!tree) return scan_fail(&sc, at, "unexpected character");
    while (at < len && strchr(" \t\r\n", bytes[at])) at++;
    if (at < len) {
        cJSON_Delete(tree);
        return scan_fail(&sc, at, "more after the value");
    }
    *ret = tree;
    return ERR_OK;
}

cJSON *json_member(const cJSON *obj, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(obj, name);
}

void json_set(cJSON *object, const char *name, cJSON *value)
{
    if (json_member(object, name))
        cJSON_ReplaceItemInObjectCaseSensitive(object, name, value);
    else
        cJSON_AddItemToObject(object, name, value);
}

void json_add_u64(cJSON *object, const char *name, struct known_u64 number)
{
    cJSON_AddItemToObject(object, name, number.known ? cJSON_CreateNumber((double)number.value) : cJSON_CreateNull());
}

void json_add_tri(cJSON *object, const char *name, enum tri t)
{
    cJSON_AddItemToObject(object, name, t == TRI_UNKNOWN ? cJSON_CreateNull() : cJSON_CreateBool(t == TRI_YES));
}

const cJSON *json_get(const cJSON *obj, const char *name)
{
    return cJSON_IsObject(obj) ? cJSON_GetObjectItemCaseSensitive(obj, name) : NULL;
}

/* The member whose name is the len bytes at name. */
static const cJSON *member_of(const cJSON *obj, const char *name, size_t len)
{
    if (!cJSON_IsObject(obj)) return NULL;
    JSON_EACH (item, obj) {
        if (item->string && strncmp(item->string, name, len) == 0 && item->string[len] == '\0') return item;
    }
    return NULL;
}

const cJSON *json_path(const cJSON *obj, const char *dotted)
{
    while (obj) {
        size_t len = strcspn(dotted, ".");
        obj = member_of(obj, dotted, len);
        if (!dotted[len]) break;
        dotted += len + 1;
    }
    return obj;
}

const char *json_str(const cJSON *obj, const char *name)
{
    const cJSON *item = json_get(obj, name);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

struct known_u64 json_u64(const cJSON *obj, const char *name)
{
    const uint64_t most = UINT64_C(1) << 53;
    const cJSON *item = json_get(obj, name);
    uint64_t value;

    if (cJSON_IsString(item) && !text_u64(item->valuestring, strlen(item->valuestring), most, &value))
        return known_u64(value);
    if (!cJSON_IsNumber(item)) return UNKNOWN_U64;
    double d = item->valuedouble;
    if (!(d >= 0 && d <= (double)most) || floor(d) < d) return UNKNOWN_U64;
    return known_u64((uint64_t)d);
}

struct known_f64 json_f64(const cJSON *obj, const char *name)
{
    const cJSON *item = json_get(obj, name);
    return cJSON_IsNumber(item) && isfinite(item->valuedouble) ? known_f64(item->valuedouble) : UNKNOWN_F64;
}

enum tri json_bool(const cJSON *obj, const char *name)
{
    const cJSON *item = json_get(obj, name);
    return cJSON_IsBool(item) ? tri_of(cJSON_IsTrue(item)) : TRI_UNKNOWN;
}

struct known_u64 json_stamp(const cJSON *obj, const char *name)
{
    const char *text = json_str(obj, name);
    uint64_t ms;
    return text && !stamp_parse(text, &ms) ? known_u64(ms) : UNKNOWN_U64;
}

static void node_wipe(cJSON *n)
{
    for (; n; n = n->next) {
        if (n->valuestring) mem_wipe(n->valuestring, strlen(n->valuestring));
        node_wipe(n->child);
    }
}

void json_wipe(cJSON *root)
{
    node_wipe(root);
    cJSON_Delete(root);
}
