/* secrets.c - which values of an object are secret, and the object without them. */
#include "deploy/secrets.h"

#include "backends/base/buf.h"
#include "backends/base/mask.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"

#include <stdlib.h>
#include <string.h>

enum { SECRET_LEAST = 4, MESSAGE_MAX = 64 * 1024, DECODED_MAX = 1024 * 1024, VALUE_JSON_MAX = 1024 * 1024 };

static const struct secrets_at *root_of(const struct secrets_at *at)
{
    while (at->up) at = at->up;
    return at;
}

/* Directly below the root's member of that name, at any depth. */
static bool is_under(const struct secrets_at *at, const char *name)
{
    for (; at->up; at = at->up)
        if (!at->up->up && text_eq(at->name, name)) return true;
    return false;
}

/* A name, or a key to look something up by, is no secret: where it stands says what it is. */
static bool is_reference(const struct secrets_at *at)
{
    static const char *const names[] = {"name", "key", "secretName", "topologyKey", "tokenPath", "groupName"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (text_eq(at->name, names[i])) return true;
    return at->up && at->up->name && strlen(at->up->name) > 3 &&
           strcmp(at->up->name + strlen(at->up->name) - 3, "Ref") == 0;
}

bool secrets_is_one(const struct secrets_at *at)
{
    if (text_eq(json_str(root_of(at)->node, "kind"), "Secret") &&
        (is_under(at, "data") || is_under(at, "stringData")) && at->up->up)
        return true;
    if (cJSON_IsArray(at->node) || cJSON_IsObject(at->node) || cJSON_IsNull(at->node)) return false;
    const char *value = cJSON_IsString(at->node) ? at->node->valuestring : NULL;
    if (text_looks_secret(NULL, value)) return true;
    if (is_reference(at)) return false;
    if (text_eq(at->name, "value") && at->up) {
        const char *beside = json_str(at->up->node, "name");
        return text_looks_secret(beside ? beside : at->up->name, value);
    }
    return !cJSON_IsBool(at->node) && text_looks_secret(at->name, value);
}

/* ---- words ---- */

/* "redis://user:password@host" without the password; true when there was one. */
static bool add_url(struct buf *b, const char *text)
{
    const char *authority = url_authority(text);
    struct url_part secret = authority ? url_secret(text, strcspn(text, " \t\r\n")) : (struct url_part){NULL, 0};
    const char *colon = secret.at ? memchr(secret.at, ':', secret.len) : NULL;

    if (!colon) return false;
    buf_add(b, text, (size_t)(colon + 1 - text));
    buf_str(b, MASKED);
    buf_str(b, secret.at + secret.len);
    return true;
}

static void add_node(struct buf *b, const struct secrets_at *at, bool nested);

static void add_members(struct buf *b, const struct secrets_at *at)
{
    bool list = cJSON_IsArray(at->node);
    buf_char(b, list ? '[' : '{');
    JSON_EACH (item, at->node) {
        const struct secrets_at below = {at, list ? NULL : item->string, item};
        if (item != at->node->child) buf_str(b, ", ");
        if (!list) buf_printf(b, "%s: ", item->string ? item->string : "");
        add_node(b, &below, true);
    }
    buf_char(b, list ? ']' : '}');
}

static void add_node(struct buf *b, const struct secrets_at *at, bool nested)
{
    if (secrets_is_one(at)) {
        buf_str(b, MASKED);
    } else if (cJSON_IsArray(at->node) || cJSON_IsObject(at->node)) {
        add_members(b, at);
    } else if (cJSON_IsString(at->node)) {
        const char *text = at->node->valuestring;
        bool quoted = nested && !*text;
        char *masked = mask_text(text, strlen(text), TEXT_KEEP_LINES, VALUE_JSON_MAX);
        /* More than a URL may hold other secrets, and other URLs: then word by word. */
        const bool alone = text[strcspn(text, " \t\r\n")] == '\0';
        if (!alone || !add_url(b, text)) buf_str(b, quoted ? "\"\"" : masked);
        free(masked);
    } else {
        char *text = cJSON_PrintUnformatted(at->node);
        buf_str(b, text ? text : "");
        cJSON_free(text);
    }
}

char *secrets_value(const struct secrets_at *at, size_t max)
{
    struct buf b;
    buf_init(&b, VALUE_JSON_MAX);
    add_node(&b, at, false);
    char *safe = text_safe(buf_text(&b), b.len, TEXT_ONE_LINE, max);
    buf_done(&b);
    return safe;
}

/* ---- somebody else's words ---- */

/* Every place where the secret stands in the text is replaced. */
static void cut_out(struct buf *text, const char *secret, size_t len)
{
    if (len < SECRET_LEAST || !text->len || memchr(secret, '\0', len) || !memmem(text->data, text->len, secret, len))
        return;
    struct buf out;
    buf_init(&out, text->max);
    const char *from = buf_text(text), *end = from + text->len, *found;
    while ((found = memmem(from, (size_t)(end - from), secret, len))) {
        buf_add(&out, from, (size_t)(found - from));
        buf_str(&out, MASKED);
        from = found + len;
    }
    buf_add(&out, from, (size_t)(end - from));
    buf_done(text);
    *text = out;
}

/* The text between the colon and the @ of a URL. */
static void cut_out_url(struct buf *text, const char *value)
{
    struct buf shown;
    buf_init(&shown, VALUE_JSON_MAX);
    if (add_url(&shown, value)) {
        size_t before = (size_t)(strstr(buf_text(&shown), MASKED) - buf_text(&shown));
        size_t after = shown.len - before - strlen(MASKED);
        cut_out(text, value + before, strlen(value) - before - after);
    }
    buf_done(&shown);
}

static void cut_out_all(struct buf *text, const struct secrets_at *at)
{
    JSON_EACH (item, at->node) {
        const struct secrets_at below = {at, cJSON_IsArray(at->node) ? NULL : item->string, item};
        cut_out_all(text, &below);
    }
    if (!cJSON_IsString(at->node)) return;
    const char *value = at->node->valuestring;
    cut_out_url(text, value);
    if (!secrets_is_one(at)) return;
    struct buf decoded;
    buf_init(&decoded, DECODED_MAX);
    cut_out(text, value, strlen(value));
    if (text_base64_decode(value, strlen(value), &decoded) == ERR_OK) cut_out(text, buf_text(&decoded), decoded.len);
    buf_wipe(&decoded);
    if (text_base64_encode(value, strlen(value), &decoded) == ERR_OK) cut_out(text, buf_text(&decoded), decoded.len);
    buf_wipe(&decoded);
}

char *secrets_text(const cJSON *object, const char *text)
{
    struct buf b;
    buf_init(&b, MESSAGE_MAX);
    size_t len = strlen(text);
    buf_add(&b, text, len < MESSAGE_MAX ? len : MESSAGE_MAX);
    if (object) cut_out_all(&b, &(struct secrets_at){NULL, NULL, object});
    return buf_take(&b);
}
