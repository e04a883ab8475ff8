/* log_line.c - the stamp and the text of a log line. */
#include "backends/base/log_line.h"

#include "backends/base/buf.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <string.h>

enum { ESC = 0x1B, BEL = 0x07, NS_DIGITS = 9, STAMP_MOST = 48 };

/* The digits after the point, as nanoseconds. */
static uint64_t fraction_ns(const char *stamp)
{
    const char *point = strchr(stamp, '.');
    uint64_t ns = 0;
    int digits = 0;
    if (!point) return 0;
    for (const char *at = point + 1; *at >= '0' && *at <= '9' && digits < NS_DIGITS; at++, digits++)
        ns = ns * 10 + (uint64_t)(*at - '0');
    for (; digits < NS_DIGITS; digits++) ns *= 10;
    return ns;
}

bool log_stamp_parse(const char *line, size_t len, uint64_t *ret_ns, size_t *ret_text)
{
    const char *blank = memchr(line, ' ', len < STAMP_MOST ? len : STAMP_MOST);
    const size_t size = blank ? (size_t)(blank - line) : len;
    char stamp[STAMP_MOST];
    uint64_t ms;
    if (size >= sizeof stamp) return false;
    memcpy(stamp, line, size);
    stamp[size] = '\0';
    if (strlen(stamp) != size || stamp_parse(stamp, &ms)) return false;
    *ret_ns = ms / 1000 * 1000000000 + fraction_ns(stamp);
    *ret_text = size + (blank != NULL);
    return true;
}

char *log_stamp_text(char out[STAMP_TEXT_MAX], uint64_t ns)
{
    char clock[STAMP_TEXT_MAX];
    stamp_clock(clock, ns / 1000000);
    snprintf(out, STAMP_TEXT_MAX, "%.8s.%03uZ", clock, (unsigned)(ns / 1000000 % 1000));
    return out;
}

/* Bytes of the escape sequence at raw (ECMA-48): CSI up to its final byte; OSC, DCS, PM, APC and SOS up to BEL or ST;
 * others with their intermediate bytes. One that is not ended goes to the end of the line. */
static size_t escape_len(const char *raw, size_t len)
{
    size_t at = 2;
    if (len < 2) return len;
    if (raw[1] == '[') {
        while (at < len && ((unsigned char)raw[at] < 0x40 || (unsigned char)raw[at] > 0x7E)) at++;
        return at < len ? at + 1 : len;
    }
    if (strchr("]PX^_", raw[1]) && raw[1]) {
        for (; at < len; at++) {
            if (raw[at] == BEL) return at + 1;
            if (raw[at] == ESC && at + 1 < len && raw[at + 1] == '\\') return at + 2;
        }
        return len;
    }
    for (at = 1; at < len && (unsigned char)raw[at] >= 0x20 && (unsigned char)raw[at] <= 0x2F;) at++;
    return at < len ? at + 1 : len;
}

char *log_text_clean(const char *raw, size_t len)
{
    struct buf plain;
    size_t col = 0; /* of the last tab stop's count: bytes, as tabs follow text that is plain as a rule */
    buf_init(&plain, 4 * LOG_LINE_MAX);
    if (len && raw[len - 1] == '\r') len--;
    for (size_t i = 0; i < len;) {
        if (raw[i] == ESC) {
            i += escape_len(raw + i, len - i);
            continue;
        }
        const size_t blanks = raw[i] == '\t' ? LOG_TAB - col % LOG_TAB : 0;
        const enum err err = blanks ? buf_add(&plain, "        ", blanks) : buf_char(&plain, raw[i]);
        if (err) break;
        col += blanks ? blanks : 1;
        i++;
    }
    char *safe = text_safe(buf_text(&plain), plain.len, TEXT_ONE_LINE, LOG_LINE_MAX);
    buf_done(&plain);
    return safe;
}
