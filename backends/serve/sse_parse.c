/* sse_parse.c - splits a byte stream into server-sent events. */
#include "backends/serve/sse_parse.h"

#include <stdio.h>
#include <string.h>

void sse_init(struct sse *s)
{
    *s = (struct sse){.begun = false};
    buf_init(&s->line, SSE_EVENT_MAX);
    buf_init(&s->data, SSE_EVENT_MAX);
}

void sse_done(struct sse *s)
{
    buf_done(&s->line);
    buf_done(&s->data);
}

static enum err event_dispatch(struct sse *s, sse_event *event, void *arg)
{
    enum err err = ERR_OK;
    if (s->has_data && !event(arg, s->name, buf_text(&s->data), s->data.len)) err = ERR_CANCELLED;
    buf_clear(&s->data);
    s->has_data = false;
    s->name[0] = '\0';
    return err;
}

static enum err field_set(struct sse *s, const char *name, size_t name_len, const char *value, size_t len)
{
    if (name_len == 5 && memcmp(name, "event", 5) == 0) snprintf(s->name, sizeof s->name, "%s", value);
    if (name_len != 4 || memcmp(name, "data", 4) != 0) return ERR_OK;
    enum err err = s->has_data ? buf_char(&s->data, '\n') : ERR_OK;
    s->has_data = true;
    return err ? err : buf_add(&s->data, value, len);
}

static enum err end_of_line(struct sse *s, sse_event *event, void *arg)
{
    const char *line = buf_text(&s->line), *end = line + s->line.len;
    enum err err;

    if (!s->begun && s->line.len >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) line += 3;
    s->begun = true;
    if (line == end) {
        err = event_dispatch(s, event, arg);
    } else {
        const char *colon = memchr(line, ':', (size_t)(end - line));
        const char *name_end = colon ? colon : end, *value = colon ? colon + 1 : end;
        if (value < end && *value == ' ') value++;
        err = field_set(s, line, (size_t)(name_end - line), value, (size_t)(end - value));
    }
    buf_clear(&s->line);
    return err;
}

enum err sse_feed(struct sse *s, const char *bytes, size_t len, sse_event *event, void *arg)
{
    enum err err = ERR_OK;
    size_t at = 0;

    while (!err && at < len) {
        size_t n = 0;
        if (s->after_cr && bytes[at] == '\n') at++; /* the second half of \r\n */
        s->after_cr = false;
        while (at + n < len && bytes[at + n] != '\n' && bytes[at + n] != '\r') n++;
        err = buf_add(&s->line, bytes + at, n);
        at += n;
        if (err || at >= len) break;
        s->after_cr = bytes[at++] == '\r';
        err = end_of_line(s, event, arg);
    }
    return err;
}
