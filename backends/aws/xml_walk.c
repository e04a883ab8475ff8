/* xml_walk.c - calls back with the path and text of every element, within limits. */
#include "backends/aws/xml_walk.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"

#include <expat.h>
#include <limits.h>
#include <string.h>

#include "backends/base/compat.h"

struct walk {
    XML_Parser parser;
    const struct xml_calls *calls;
    struct buf path, text;
    size_t depth, elements;
    const char *limit; /* which maximum was passed */
};

static void walk_stop(struct walk *w, const char *limit)
{
    if (!w->limit) w->limit = limit;
    XML_StopParser(w->parser, XML_FALSE);
}

static void wipe_text(struct walk *w)
{
    mem_wipe(w->text.data, w->text.len);
    buf_clear(&w->text);
}

static void on_open(void *arg, const char *name, const char **attributes)
{
    struct walk *w = arg;

    (void)attributes;
    if (w->limit) return;
    if (++w->depth > XML_DEPTH || ++w->elements > XML_ELEMENTS) {
        walk_stop(w, "too many elements");
        return;
    }
    if ((w->path.len && buf_char(&w->path, '/')) || buf_str(&w->path, name)) {
        walk_stop(w, "names too long");
        return;
    }
    wipe_text(w);
    if (w->calls->open) w->calls->open(w->calls->arg, buf_text(&w->path));
}

/* Trims the text, in place. */
static const char *buf_trimmed(struct buf *b)
{
    static const char blanks[] = " \t\r\n";

    while (b->len && strchr(blanks, b->data[b->len - 1])) b->data[--b->len] = '\0';
    return buf_text(b) + strspn(buf_text(b), blanks);
}

static void on_close(void *arg, const char *name)
{
    struct walk *w = arg;
    size_t len = strlen(name);

    if (w->limit) return;
    w->calls->close(w->calls->arg, buf_text(&w->path), buf_trimmed(&w->text));
    wipe_text(w);
    w->depth--;
    w->path.len = w->path.len > len ? w->path.len - len - 1 : 0;
    w->path.data[w->path.len] = '\0';
}

static void on_text(void *arg, const char *text, int len)
{
    struct walk *w = arg;

    if (!w->limit && buf_add(&w->text, text, (size_t)len)) walk_stop(w, "a text too long");
}

static void on_doctype(void *arg, const char *name, const char *system_id, const char *public_id, int internal)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)internal;
    walk_stop(arg, "a document type");
}

enum err xml_walk(const char *bytes, size_t len, const struct xml_calls *calls, struct why *why)
{
    struct walk w = {.parser = XML_ParserCreate("UTF-8"), .calls = calls};
    enum err err = ERR_OK;

    if (!w.parser) mem_exhausted();
    if (len > INT_MAX) len = INT_MAX;
    buf_init(&w.path, XML_PATH);
    buf_init(&w.text, XML_TEXT);
    XML_SetUserData(w.parser, &w);
    XML_SetElementHandler(w.parser, on_open, on_close);
    XML_SetCharacterDataHandler(w.parser, on_text);
    XML_SetStartDoctypeDeclHandler(w.parser, on_doctype);
    if (XML_Parse(w.parser, bytes, (int)len, XML_TRUE) != XML_STATUS_OK) {
        if (w.limit)
            err = why_set(why, ERR_LIMIT, "XML with %s", w.limit);
        else if (XML_GetErrorCode(w.parser) == XML_ERROR_NO_MEMORY)
            mem_exhausted();
        else
            err = why_set(why, ERR_PARSE, "not XML: line %lu: %s", compat_xml_line(w.parser),
                          XML_ErrorString(XML_GetErrorCode(w.parser)));
    }
    XML_ParserFree(w.parser);
    wipe_text(&w);
    buf_done(&w.text);
    buf_done(&w.path);
    return err;
}

bool xml_ends(const char *path, const char *tail)
{
    size_t p = strlen(path), t = strlen(tail);

    if (p < t || strcmp(path + p - t, tail) != 0) return false;
    return p == t || path[p - t - 1] == '/';
}
