/*
 * text.h - makes foreign text safe; UTF-8; formats numbers.
 *
 * "Safe" text is valid UTF-8 without C0, C1, DEL, ESC, bidirectional controls (U+061C, U+200E/F, U+202A-202E,
 * U+2066-2069), zero-width joiner abuse, line or paragraph separators; invalid bytes and control characters become \xNN
 * (\n and \t are kept on request). All foreign text passes through here before it becomes part of a change.
 */
#ifndef RAYDECK_BASE_TEXT_H
#define RAYDECK_BASE_TEXT_H

#include "backends/base/buf.h"
#include "backends/base/known.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum text_keep { TEXT_ONE_LINE, TEXT_KEEP_LINES /* \n and \t stay; \r\n becomes \n */ };

/* Decodes one character of the len bytes at s (len > 0). Returns its bytes (1..4) and sets *ret_cp; an invalid byte
 * returns 1 and sets *ret_cp to TEXT_INVALID. */
#define TEXT_INVALID 0xFFFFFFFFu
size_t text_decode(const char *s, size_t len, uint32_t *ret_cp);
size_t text_encode(uint32_t cp, char out[4]); /* 0 if cp is not a scalar value */

/* Combining marks per character in safe text, as many as a terminal's cell holds. No line begins with one. */
enum { TEXT_MARKS_MAX = 4 };

/* Columns of a character: 0 combining, 1, 2 wide; -1: must not be drawn. Independent of the locale. */
int text_cp_width(uint32_t cp);
size_t text_width(const char *safe); /* columns of safe text */
size_t text_widthn(const char *safe, size_t len);

/* Safe copy of len foreign bytes, at most max_bytes of output (an ellipsis says it was cut). Caller frees. */
char *text_safe(const char *foreign, size_t len, enum text_keep keep, size_t max_bytes);
/* The same for a stream, piece by piece (TEXT_KEEP_LINES): appends to out, and returns the bytes taken. A character
 * that is incomplete at the end stays for the next piece, unless this is the last. *marks is 0 before the first piece.
 */
size_t text_safe_piece(struct buf *out, const char *foreign, size_t len, bool last, unsigned *marks);
void text_safe_into(char *out, size_t out_size, const char *foreign, size_t len); /* TEXT_ONE_LINE */
bool text_is_safe(const char *s, size_t len, enum text_keep keep);

/* True for a name or value that looks like a secret (TOKEN, PASSWORD, SECRET, KEY…, hf_…, AKIA…, bearer …, PEM). */
bool text_looks_secret(const char *name, const char *value);

char *text_hex(const void *bytes, size_t len);                            /* lower case; caller frees */
enum err text_base64_decode(const char *in, size_t len, struct buf *out); /* ERR_PARSE, ERR_LIMIT; padding required */
enum err text_base64_encode(const void *in, size_t len, struct buf *out);
bool text_is_utf16(const char *in, size_t len); /* by its byte order mark */
enum err text_utf16_decode(const char *in, size_t len,
                           struct buf *out);                           /* into UTF-8; half a pair: U+FFFD; ERR_LIMIT */
void text_shell_word(struct buf *out, const char *word);               /* quoted for a shell where necessary */
enum err text_url_encode(const char *in, size_t len, struct buf *out); /* RFC 3986: unreserved characters are kept */

enum err text_u64(const char *s, size_t len, uint64_t max, uint64_t *ret); /* decimal digits only */

/* Words for numbers; each writes a NUL-terminated string and returns out. */
enum { TEXT_NUM_MAX = 32 };
char *text_bytes(char out[TEXT_NUM_MAX], struct known_u64 bytes); /* "–", "812 B", "5.0 KiB", "752 KiB", "6.1 MiB" */
char *text_duration(char out[TEXT_NUM_MAX], uint64_t ms);         /* kubectl's: "5s", "4m10s", "3h", "4d2h", "9d" */
/* A stop-watch: "5.4s", "59.9s", "1:21", "9:54". Cut and never rounded, so that nothing is shown that has not passed.
 */
char *text_seconds(char out[TEXT_NUM_MAX], uint64_t ms);
/* A latency, cut as well: "–", "34 ms", "1.5 s". Nobody else prints fractions of seconds: two that do would differ. */
char *text_latency(char out[TEXT_NUM_MAX], struct known_u64 us);

/* The ending of a regular plural: "" for 1, else "s". Nobody else decides it. */
const char *text_plural(uint64_t count);

/* True if both are known and equal: unknown (NULL or "") equals nothing, not even unknown. */
bool text_eq(const char *a, const char *b);
/* True if unchanged: NULL and "" are equal. Not for identity. */
bool text_unchanged(const char *a, const char *b);
/* Whether it begins so; whether it ends so, in this case or in any (ASCII). What is unknown (NULL, or "" as the
 * beginning or the end) begins and ends nothing. */
bool text_begins(const char *text, const char *start);
bool text_ends(const char *text, const char *end);
bool text_ends_nocase(const char *text, const char *end);
bool text_has_suffix(const char *name, const char *suffix); /* ends so, with something before it */
bool text_has(const char *hay, const char *needle); /* case-insensitive (ASCII) substring; false for a NULL hay */

#endif
