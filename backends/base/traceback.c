/* traceback.c - Finds the error of a Python traceback, and puts it before the rest. */
#include "backends/base/traceback.h"

#include "backends/base/buf.h"
#include "backends/base/mask.h"

#include <string.h>

static const char spaces[] = " \t\r\n";

/* The line after the one at `line`; NULL: there is none. */
static const char *line_next(const char *line)
{
    const char *end = strchr(line, '\n');
    return end && end[1] ? end + 1 : NULL;
}

static size_t line_len(const char *line)
{
    size_t len = strcspn(line, "\n");
    while (len && strchr(spaces, line[len - 1])) len--;
    return len;
}

static bool is_frame(const char *line)
{
    const size_t indent = strspn(line, " \t");
    return indent && strncmp(line + indent, "File \"", 6) == 0;
}

/* The error of the last traceback; NULL: there is no traceback, or it was cut off. */
static const char *error_line(const char *text)
{
    const char *found = NULL;
    bool in_frames = false;
    for (const char *line = text; line; line = line_next(line)) {
        if (is_frame(line)) {
            in_frames = true;
        } else if (in_frames && line_len(line) && *line != ' ' && *line != '\t') {
            found = line;
            in_frames = false;
        }
    }
    return in_frames ? NULL : found;
}

const char *traceback_error(const char *text, size_t *ret_len)
{
    const char *found = error_line(text);
    for (const char *line = found ? NULL : text; line; line = line_next(line))
        if (line_len(line)) found = line;
    *ret_len = found ? line_len(found) : 0;
    return found ? found : text;
}

/* "^^^^" and "~~~^^": which part of the source line above is meant. */
static bool is_marker(const char *line, size_t len)
{
    const size_t indent = strspn(line, " \t");
    return indent < len && strspn(line + indent, "^~ ") >= len - indent;
}

/* Appends the lines from..to with single spaces between words. */
static void lines_add(struct buf *out, const char *from, const char *to)
{
    for (const char *line = from; line && line < to; line = line_next(line)) {
        const size_t len = line_len(line);
        if (is_marker(line, len)) continue;
        for (size_t i = 0; i < len;) {
            const size_t word = strcspn(line + i, spaces);
            if (word && out->len && out->data[out->len - 1] != ' ') buf_char(out, ' ');
            buf_add(out, line + i, word);
            i += word + strspn(line + i + word, spaces);
        }
    }
}

char *traceback_text(const char *foreign, size_t max_bytes)
{
    const char *const end = foreign + strlen(foreign), *const error = error_line(foreign);
    struct buf out;
    buf_init(&out, 2 * strlen(foreign) + 16);
    if (error) {
        lines_add(&out, error, end);
        const size_t before = out.len;
        buf_str(&out, " · ");
        const size_t with_dot = out.len;
        lines_add(&out, foreign, error);
        if (out.len == with_dot) out.len = before;
    } else {
        lines_add(&out, foreign, end);
    }
    char *safe = out.len ? mask_text(out.data, out.len, TEXT_ONE_LINE, max_bytes) : NULL;
    buf_wipe(&out);
    return safe;
}
