/*
 * redact.h - placeholders for what identifies a cluster: AWS account ids (12 digits), ARNs, names under
 * amazonaws.com, IPv4 and IPv6 addresses, EC2's host names (ip-10-0-1-2). Pure.
 *
 * A placeholder has the width of the original, differs from it, and is the same wherever the original appears under
 * the same key; two addresses never share one. An address and the host name derived from it get the same numbers. A
 * text truncated by an ellipsis or an edge is replaced as far as it is recognised. Loopback and 0.0.0.0 stay.
 */
#ifndef RAYDECK_REDACT_H
#define RAYDECK_REDACT_H

#include "tui/draw/canvas.h"

#include <stdio.h>

uint64_t redact_key(void); /* random per process, so that placeholders reveal nothing */

/* Replaces in place, with the same number of bytes; UTF-8 stays valid. */
void redact_text(uint64_t key, char *text, size_t len);
/* Redacts each row of the canvas. */
void redact_canvas(uint64_t key, struct canvas *c);

/* A stream that writes redacted lines to `to`. Closing it does not close `to`. */
FILE *redact_stream(FILE *to, uint64_t key);

#endif
