/* manifest.c - the text of a manifest as objects; see manifest.h. */
#include "deploy/manifest.h"
#include "deploy/manifest_priv.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* While YAML is parsed, the braces of ${NAME} are these two characters: in {a: ${NAME}} they would begin a map. One
 * character for one, so that every column stays. */
static const char brace_open[] = "\xee\x80\x80", brace_close[] = "\xee\x80\x81"; /* U+E000, U+E001 */
enum { BRACE_LEN = sizeof brace_open - 1 };

/* Bytes of "${NAME}" at s, or 0. */
static size_t braced_len(const char *s, const char *end)
{
    const char *p = s;
    if (end - p < 4 || p[0] != '$' || p[1] != '{') return 0;
    p += 2;
    while (p < end && (isalnum((unsigned char)*p) || *p == '_')) p++;
    return p < end && *p == '}' && p > s + 2 ? (size_t)(p + 1 - s) : 0;
}

/* True where something was hidden in out. */
static bool braces_hide(const char *bytes, size_t len, struct buf *out)
{
    const char *end = bytes + len, *done = bytes;

    if (!memmem(bytes, len, "${", 2) || memmem(bytes, len, brace_open, 2)) return false;
    for (const char *p = bytes; p < end; p++) {
        size_t n = *p == '$' ? braced_len(p, end) : 0;
        if (!n) continue;
        buf_add(out, done, (size_t)(p + 1 - done));
        buf_str(out, brace_open);
        buf_add(out, p + 2, n - 3);
        buf_str(out, brace_close);
        p += n - 1;
        done = p + 1;
    }
    buf_add(out, done, (size_t)(end - done));
    return true;
}

static void braces_show(char *text)
{
    char *to = text;
    if (!text || !strstr(text, "\xee\x80")) return;
    for (const char *p = text; *p;) {
        bool open = strncmp(p, brace_open, BRACE_LEN) == 0;
        if (open || strncmp(p, brace_close, BRACE_LEN) == 0) {
            *to++ = open ? '{' : '}';
            p += BRACE_LEN;
        } else {
            *to++ = *p++;
        }
    }
    *to = '\0';
}

/* What an alias shares is shown where its anchor is. */
static void braces_show_tree(const struct yaml_node *n)
{
    if (!n) return;
    braces_show(n->key);
    if (n->alias) return;
    if (n->kind == YAML_SCALAR) braces_show(n->text);
    for (size_t i = 0; i < n->count; i++) braces_show_tree(n->items[i]);
}

static void lines_find(struct manifest *m, size_t len)
{
    size_t cap = 64;
    m->lines = mem_grow(NULL, cap, sizeof *m->lines);
    m->lines[m->lines_count++] = 0;
    for (size_t i = 0; i < len; i++) {
        if (m->text[i] != '\n') continue;
        if (m->lines_count == cap) m->lines = mem_grow(m->lines, cap *= 2, sizeof *m->lines);
        m->lines[m->lines_count++] = i + 1;
    }
}

static void object_add(struct manifest *m, const struct yaml_node *root, unsigned document, size_t *cap)
{
    if (m->count == *cap) m->objects = mem_grow(m->objects, *cap = *cap ? *cap * 2 : 8, sizeof *m->objects);
    m->objects[m->count++] = (struct manifest_object){.root = root, .document = document};
}

static bool is_nothing(const struct yaml_node *n)
{
    return !n || (n->kind == YAML_SCALAR && n->plain && !*n->text);
}

/* The items of a list object; NULL: it is none. */
static const struct yaml_node *list_items(const struct yaml_node *root)
{
    static const char suffix[] = "List";
    const char *kind = yaml_str(root, "kind");
    const size_t len = kind ? strlen(kind) : 0, n = sizeof suffix - 1;
    const struct yaml_node *items = yaml_get(root, "items");
    return len >= n && strcmp(kind + len - n, suffix) == 0 && items && items->kind == YAML_LIST ? items : NULL;
}

/* As the API server's answers have it: the items of a RayServiceList do not repeat what they are. */
static void item_type(struct manifest *m, const struct yaml_node *list, const struct yaml_node *item)
{
    const char *kind = yaml_str(list, "kind"), *version = yaml_str(list, "apiVersion");
    const size_t len = strlen(kind) - strlen("List");
    if (!len || item->kind != YAML_MAP || item->alias) return;
    if (!yaml_get(item, "apiVersion") && version) yaml_add(m->yaml, item, "apiVersion", version);
    if (yaml_get(item, "kind")) return;
    char *one = mem_strn(kind, len);
    yaml_add(m->yaml, item, "kind", one);
    free(one);
}

static enum err objects_find(struct manifest *m, struct yaml_place *at, struct why *why)
{
    size_t cap = 0;
    for (size_t d = 0; d < yaml_documents(m->yaml); d++) {
        const struct yaml_node *root = yaml_document(m->yaml, d);
        if (is_nothing(root)) continue;
        const struct yaml_node *items = list_items(root);
        if (m->count + (items ? items->count : 1) > MANIFEST_DOCS) {
            *at = root->own;
            return why_set(why, ERR_LIMIT, "%s:%u:%u: more than %d objects", m->file, at->line, at->column,
                           MANIFEST_DOCS);
        }
        if (!items) object_add(m, root, (unsigned)d + 1, &cap);
        for (size_t i = 0; items && i < items->count; i++) {
            item_type(m, root, items->items[i]);
            object_add(m, items->items[i], (unsigned)d + 1, &cap);
        }
    }
    manifest_refresh(m);
    return ERR_OK;
}

void manifest_refresh(struct manifest *m)
{
    for (size_t i = 0; i < m->count; i++) {
        struct manifest_object *o = &m->objects[i];
        const struct yaml_node *meta = yaml_get(o->root, "metadata");
        o->api_version = yaml_str(o->root, "apiVersion");
        o->kind = yaml_str(o->root, "kind");
        o->ns = yaml_str(meta, "namespace");
        o->name = yaml_str(meta, "name");
    }
}

static enum err refuse_long(const char *file, const char *bytes, struct yaml_place *at, struct why *why)
{
    *at = (struct yaml_place){1, 1};
    for (size_t i = 0; i < MANIFEST_BYTES; i++) {
        at->column++;
        if (bytes[i] == '\n') *at = (struct yaml_place){at->line + 1, 1};
    }
    return why_set(why, ERR_LIMIT, "%s:%u:%u: larger than %d MiB", file, at->line, at->column,
                   MANIFEST_BYTES / 1024 / 1024);
}

/* With ${NAME} hidden from the parser, and shown again in the tree. */
static enum err parse_hidden(const char *name, const char *bytes, size_t len, size_t max, struct yaml **ret,
                             struct yaml_place *ret_at, struct why *why)
{
    struct buf hidden;
    buf_init(&hidden, 2 * (size_t)MANIFEST_BYTES + 1);
    const bool hid = braces_hide(bytes, len, &hidden);
    struct yaml_text text = {.name = name, .bytes = hid ? buf_text(&hidden) : bytes, .len = hid ? hidden.len : len};
    size_t *cuts = manifest_json_cuts(text.bytes, text.len, &text.cuts_count);
    text.cuts = cuts;
    enum err err = yaml_parse_all(&text, max, ret, ret_at, why);
    for (size_t d = 0; !err && hid && d < yaml_documents(*ret); d++) braces_show_tree(yaml_document(*ret, d));
    free(cuts);
    buf_wipe(&hidden);
    return err;
}

enum err manifest_parse_inner(const char *name, const char *text, struct yaml **ret, struct yaml_place *ret_at,
                              struct why *why)
{
    return parse_hidden(name, text, strlen(text), 1, ret, ret_at, why);
}

enum err manifest_parse(const char *file, const char *bytes, size_t len, struct manifest **ret,
                        struct yaml_place *ret_at, struct why *why)
{
    struct yaml_place at = {0};
    struct manifest *m = mem_zero(1, sizeof *m);
    struct buf decoded;
    buf_init(&decoded, 2 * (size_t)MANIFEST_BYTES);
    /* As kubectl (cli-runtime, utf16bom): PowerShell's ">" writes it. */
    if (len <= MANIFEST_BYTES && text_is_utf16(bytes, len) && !text_utf16_decode(bytes, len, &decoded)) {
        bytes = buf_text(&decoded);
        len = decoded.len;
    }
    m->file = mem_str(file);
    enum err err = len > MANIFEST_BYTES ? refuse_long(file, bytes, &at, why)
                                        : parse_hidden(file, bytes, len, MANIFEST_DOCS, &m->yaml, &at, why);
    if (!err) {
        m->text = mem_strn(bytes, len);
        lines_find(m, len);
        err = objects_find(m, &at, why);
    }
    buf_wipe(&decoded);
    if (!err) {
        *ret = m;
        return ERR_OK;
    }
    if (ret_at) *ret_at = at;
    manifest_free(m);
    return err;
}

void manifest_free(struct manifest *m)
{
    if (!m) return;
    yaml_tree_free(m->yaml);
    free(m->file);
    mem_free_secret(m->text);
    free(m->lines);
    free(m->objects);
    free(m);
}

struct yaml_place manifest_inner_place(const struct manifest *m, const struct yaml_node *scalar,
                                       struct yaml_place inner)
{
    if (!scalar->literal || !inner.line) return scalar->own;
    /* The block begins in the line after its "|"; its first line that is not blank shows how far it is indented. */
    size_t blank = strspn(scalar->text, "\n"), first = (size_t)scalar->own.line + blank;
    size_t line = (size_t)scalar->own.line + inner.line;
    if (line > m->lines_count || first >= m->lines_count) return scalar->own;
    size_t outer_spaces = strspn(m->text + m->lines[first], " "), inner_spaces = strspn(scalar->text + blank, " ");
    size_t indent = outer_spaces > inner_spaces ? outer_spaces - inner_spaces : 0;
    return (struct yaml_place){(unsigned)line, (unsigned)(inner.column + indent)};
}

char *manifest_object_text(const struct manifest_object *o, char *out, size_t size)
{
    char *kind = text_safe(o->kind ? o->kind : "", o->kind ? strlen(o->kind) : 0, TEXT_ONE_LINE, 64);
    char *ns = text_safe(o->ns ? o->ns : "", o->ns ? strlen(o->ns) : 0, TEXT_ONE_LINE, 64);
    char *name = text_safe(o->name ? o->name : "", o->name ? strlen(o->name) : 0, TEXT_ONE_LINE, 256);
    if (o->kind)
        snprintf(out, size, "%s %s%s%s", kind, ns, *ns ? "/" : "", *name ? name : "(no name)");
    else
        snprintf(out, size, "document %u", o->document);
    free(kind);
    free(ns);
    free(name);
    return out;
}
