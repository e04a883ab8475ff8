/* text.c - Makes foreign bytes safe to draw: escapes what could move a cursor or is not UTF-8. */
#include "backends/base/text.h"

#include "backends/base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PIECE_MAX = 16 /* bytes that one foreign character may become: four of \xNN */
};
static const char ellipsis[] = "\xE2\x80\xA6";

size_t text_decode(const char *s, size_t len, uint32_t *ret_cp)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)s[0];
    size_t n = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;

    *ret_cp = TEXT_INVALID;
    if (n == 0 || n > len) return 1;
    if (n == 1) {
        *ret_cp = first;
        return 1;
    }
    uint32_t cp = first & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if ((c & 0xC0) != 0x80) return 1;
        cp = cp << 6 | (c & 0x3Fu);
    }
    if (cp < least[n] || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF)) return 1;
    *ret_cp = cp;
    return n;
}

size_t text_encode(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF)) return 0;
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, cp >>= 6) out[i] = (char)(0x80 | (cp & 0x3F));
    out[0] = (char)((0xF00u >> n & 0xF0u) | cp);
    return n;
}

/* A walk over foreign text, one character at a time. */
struct walk {
    const char *s;
    size_t len;
    enum text_keep keep;
    unsigned marks; /* combining marks that the last character can still take */
};

static size_t escape_bytes(const char *bytes, size_t n, char out[PIECE_MAX])
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)bytes[i];
        char *o = out + 4 * i;
        o[0] = '\\';
        o[1] = 'x';
        o[2] = hex[c >> 4];
        o[3] = hex[c & 15];
    }
    return 4 * n;
}

static bool is_noncharacter(uint32_t cp)
{
    return (cp & 0xFFFE) == 0xFFFE || (cp >= 0xFDD0 && cp <= 0xFDEF);
}

/* The replacement of an unsafe character: an escape for an invalid byte or control character, a line break for a
 * separator, nothing for an invisible one. */
static size_t replace_char(struct walk *w, uint32_t cp, size_t n, char out[PIECE_MAX])
{
    if (cp == TEXT_INVALID || is_noncharacter(cp)) return escape_bytes(w->s, n, out);
    if (cp < 0xA0) {
        char c = (char)cp;
        return escape_bytes(&c, 1, out);
    }
    if (cp == 0x2028 || cp == 0x2029) {
        out[0] = w->keep == TEXT_KEEP_LINES ? '\n' : ' ';
        return 1;
    }
    return 0;
}

/* Reads one foreign character, writes its replacement to out and returns its bytes, which may be 0. */
static size_t walk_step(struct walk *w, char out[PIECE_MAX])
{
    uint32_t cp;
    size_t n = text_decode(w->s, w->len, &cp), made;
    int width = cp == TEXT_INVALID ? -1 : text_cp_width(cp);

    if (width == 0) {
        made = w->marks > 0 ? n : 0;
        if (made) w->marks--;
        memcpy(out, w->s, made);
    } else if (width > 0) {
        made = n;
        w->marks = TEXT_MARKS_MAX;
        memcpy(out, w->s, made);
    } else if (w->keep == TEXT_KEEP_LINES && (cp == '\n' || cp == '\t')) {
        out[0] = (char)cp;
        made = 1;
        w->marks = 0;
    } else if (w->keep == TEXT_KEEP_LINES && cp == '\r' && w->len > 1 && w->s[1] == '\n') {
        made = 0;
    } else {
        made = replace_char(w, cp, n, out);
        if (made) w->marks = out[0] == '\n' ? 0 : TEXT_MARKS_MAX;
    }
    w->s += n;
    w->len -= n;
    return made;
}

/* Writes at most room bytes and the NUL; returns the bytes. */
static size_t make_safe(char *out, size_t room, const char *foreign, size_t len, enum text_keep keep)
{
    struct walk w = {.s = foreign, .len = len, .keep = keep};
    size_t at = 0, cut = 0;
    const size_t dots = sizeof ellipsis - 1;

    while (w.len > 0) {
        char piece[PIECE_MAX];
        size_t n = walk_step(&w, piece);
        if (n > room - at) {
            at = cut;
            if (dots <= room - at) {
                memcpy(out + at, ellipsis, dots);
                at += dots;
            }
            break;
        }
        memcpy(out + at, piece, n);
        at += n;
        if (at + dots <= room) cut = at;
    }
    out[at] = '\0';
    return at;
}

char *text_safe(const char *foreign, size_t len, enum text_keep keep, size_t max_bytes)
{
    size_t room = len > max_bytes / 4 ? max_bytes : len * 4;
    char *out = mem_alloc(room + 1);
    size_t n = make_safe(out, room, foreign, len, keep);

    return mem_grow(out, n + 1, 1);
}

void text_safe_into(char *out, size_t out_size, const char *foreign, size_t len)
{
    assert(out_size > 0);
    make_safe(out, out_size - 1, foreign, len, TEXT_ONE_LINE);
}

/* True where s may be the beginning of a longer character. */
static bool is_incomplete(const char *s, size_t len)
{
    const unsigned char first = (unsigned char)s[0];
    const size_t n = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1;
    if (n == 1) return first == '\r' && len == 1; /* "\r\n" is one line break */
    for (size_t i = 1; i < len && i < n; i++)
        if (((unsigned char)s[i] & 0xC0) != 0x80) return false;
    return len < n;
}

size_t text_safe_piece(struct buf *out, const char *foreign, size_t len, bool last, unsigned *marks)
{
    struct walk w = {.s = foreign, .len = len, .keep = TEXT_KEEP_LINES, .marks = *marks};

    while (w.len > 0 && (last || !is_incomplete(w.s, w.len))) {
        char piece[PIECE_MAX];
        const size_t n = walk_step(&w, piece);
        (void)buf_add(out, piece, n);
    }
    *marks = w.marks;
    return len - w.len;
}

bool text_is_safe(const char *s, size_t len, enum text_keep keep)
{
    struct walk w = {.s = s, .len = len, .keep = keep};

    while (w.len > 0) {
        const char *from = w.s;
        char piece[PIECE_MAX];
        size_t n = walk_step(&w, piece);
        if (n != (size_t)(w.s - from) || memcmp(piece, from, n) != 0) return false;
    }
    return true;
}
