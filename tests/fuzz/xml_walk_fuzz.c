/* xml_walk_fuzz.c - Any XML, walked: what is opened is closed, in order, within the limits, and never after an error
 * has been seen. */
#include "backends/aws/xml_walk.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    size_t depth, opened, closed;
    size_t path_len[XML_DEPTH + 1]; /* of each element that is open */
};

static size_t depth_of(const char *path)
{
    size_t depth = 1;
    for (; *path; path++) depth += *path == '/';
    return depth;
}

static void on_open(void *arg, const char *path)
{
    struct seen *s = arg;
    if (++s->depth > XML_DEPTH || ++s->opened > XML_ELEMENTS || strlen(path) > XML_PATH) abort();
    if (depth_of(path) < s->depth) abort();
    s->path_len[s->depth] = strlen(path);
}

static void on_close(void *arg, const char *path, const char *text)
{
    struct seen *s = arg;
    if (s->depth == 0 || s->path_len[s->depth] != strlen(path) || strlen(text) > XML_TEXT) abort();
    if (*text && (strchr(" \t\r\n", *text) || strchr(" \t\r\n", text[strlen(text) - 1]))) abort();
    const char *last = strrchr(path, '/');
    if (!xml_ends(path, path) || !xml_ends(path, last ? last + 1 : path)) abort();
    s->depth--;
    s->closed++;
}

static void on_close_alone(void *arg, const char *path, const char *text)
{
    (void)arg;
    (void)path;
    (void)text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen s = {0};
    struct why why = {0};
    enum err err =
        xml_walk((const char *)data, size, &(struct xml_calls){.open = on_open, .close = on_close, .arg = &s}, &why);
    if (err ? !*why.text : s.depth != 0 || s.opened == 0 || s.opened != s.closed) abort();
    if (xml_walk((const char *)data, size, &(struct xml_calls){.close = on_close_alone}, NULL) != err) abort();
    return 0;
}
