/*
 * traceback.h - messages of Python for a person: of a traceback the error comes first, then what led there. Pure.
 *
 * A traceback is "Traceback (most recent call last):", indented lines ("  File …" and source lines), and the error on a
 * line that is not indented (Python library reference, module traceback). Of several in one text, as Ray chains them,
 * the last one counts.
 */
#ifndef RAYDECK_BASE_TRACEBACK_H
#define RAYDECK_BASE_TRACEBACK_H

#include <stddef.h>

/* The line of the error ("ValueError: no such model"); of a text without a traceback its last line that is not blank.
 * Borrowed from text; *ret_len 0: there is none. */
const char *traceback_error(const char *text, size_t *ret_len);

/* The whole text on one safe line of at most max_bytes, secrets masked (mask.h): "ERROR · what stood before it". A text
 * without a traceback keeps its order. NULL where nothing is left. Caller frees. */
char *traceback_text(const char *foreign, size_t max_bytes);

#endif
