/*
 * manifest_stream.c - finds where the values of a stream of JSON objects begin; see manifest_priv.h.
 *
 * kubectl decodes a text that begins with "{" as JSON values, one after the other (apimachinery, util/yaml,
 * YAMLOrJSONDecoder), whereas YAML needs a marker between its documents. A text with anything that JSON has not outside
 * its strings is left to YAML as a whole.
 */
#include "deploy/manifest_priv.h"

#include "backends/base/mem.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct scan {
    const char *begin, *at, *end;
    size_t *cuts, count, cap;
};

static void space_skip(struct scan *s)
{
    while (s->at < s->end && strchr(" \t\r\n", *s->at) && *s->at) s->at++;
}

static void string_skip(struct scan *s)
{
    for (s->at++; s->at < s->end && *s->at != '"'; s->at++)
        if (*s->at == '\\') s->at++;
    if (s->at < s->end) s->at++;
}

/* Characters of JSON outside its strings; with "$", "_" and what is not ASCII for variables, whose braces are hidden.
 */
static bool is_of_json(char c)
{
    return (unsigned char)c >= 0x80 || isalnum((unsigned char)c) || (c && strchr(" \t\r\n{}[]:,+-.$_", c));
}

/* An object from its "{" up to its "}", or to the end of the text where that is missing. False: it is not JSON. */
static bool object_skip(struct scan *s)
{
    const char *const open = s->at;
    size_t depth = 0;
    s->at++;
    space_skip(s);
    if (s->at < s->end && *s->at != '"' && *s->at != '}') return false;
    s->at = open;
    while (s->at < s->end) {
        const char c = *s->at;
        if (c == '"') {
            string_skip(s);
            continue;
        }
        if (!is_of_json(c)) return false;
        s->at++;
        if (c == '{' || c == '[') depth++;
        if ((c == '}' || c == ']') && --depth == 0) break;
    }
    return true;
}

/* The marker of YAML between two values: what kubectl goes on with after the JSON. */
static bool marker_skip(struct scan *s)
{
    const bool line_begins = s->at == s->begin || s->at[-1] == '\n';
    if (!line_begins || s->end - s->at < 3 || memcmp(s->at, "---", 3) != 0) return false;
    s->at += 3;
    space_skip(s);
    return true;
}

static void cut_add(struct scan *s, const char *at)
{
    if (s->count == s->cap) s->cuts = mem_grow(s->cuts, s->cap = s->cap ? 2 * s->cap : 16, sizeof *s->cuts);
    s->cuts[s->count++] = (size_t)(at - s->begin);
}

size_t *manifest_json_cuts(const char *bytes, size_t len, size_t *ret_count)
{
    static const char bom[] = "\xef\xbb\xbf";
    const size_t skip = len > sizeof bom - 1 && memcmp(bytes, bom, sizeof bom - 1) == 0 ? sizeof bom - 1 : 0;
    struct scan s = {.begin = bytes, .at = bytes + skip, .end = bytes + len};
    bool json = true, first = true;
    space_skip(&s);
    while (json && s.at < s.end) {
        const bool marked = marker_skip(&s);
        if (!marked && !first && *s.at == '{') cut_add(&s, s.at);
        json = s.at < s.end && *s.at == '{' && object_skip(&s);
        first = false;
        space_skip(&s);
    }
    if (!json) {
        free(s.cuts);
        s.cuts = NULL;
        s.count = 0;
    }
    *ret_count = s.count;
    return s.cuts;
}
