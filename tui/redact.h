/*
 * redact.h - placeholders for what identifies a cluster: AWS account ids (12 digits), ARNs, names under
 * amazonaws.com, IPv4 and IPv6 addresses, EC2's host names (ip-10-0-1-2). Pure.
 *
 * Placeholders come from what is reserved for documentation: 192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24 (RFC
 * 5737), 2001:db8::/32 (RFC 3849), example.com (RFC 2606), account 123456789012 (AWS's own manuals). A placeholder has
 * the width of the original, so that no column moves; where none of that width is left (10.0.0.1 is shorter than any of
 * them) the digits are replaced in place. It is the same wherever the original appears, and no two addresses share one.
 * An address and the host name derived from it get the same numbers. A text truncated by an ellipsis or an edge is
 * replaced as far as it is recognised. Loopback and 0.0.0.0 stay.
 */
#ifndef RAYDECK_REDACT_H
#define RAYDECK_REDACT_H

#include "tui/draw/canvas.h"

#include <stdio.h>

struct redactor; /* what stands for what; with a random key, so that placeholders reveal nothing */
struct redactor *redactor_new(void);
void redactor_free(struct redactor *r); /* NULL is fine */

/* Replaces in place, with the same number of bytes; UTF-8 stays valid. */
void redact_text(struct redactor *r, char *text, size_t len);
/* Redacts each row of the canvas. */
void redact_canvas(struct redactor *r, struct canvas *c);

/* A stream that writes redacted lines to `to`. Closing it does not close `to`. */
FILE *redact_stream(FILE *to, struct redactor *r /* borrowed until it is closed */);

#endif
