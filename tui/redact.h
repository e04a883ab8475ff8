/*
 * redact.h - stand-ins for what must not be seen on a stage: AWS account ids (12 digits), ARNs, names under
 * amazonaws.com, IPv4 and IPv6 addresses, EC2's host names (ip-10-0-1-2). Pure.
 *
 * A stand-in has the width of what it stands for, is another text than it, and is the same wherever the same thing
 * appears under the same key; two addresses never share one. An address and the host name made of it get the same
 * numbers. What an ellipsis or an edge has cut is replaced as far as it can be told. Loopback and 0.0.0.0 stay.
 */
#ifndef RAYDECK_REDACT_H
#define RAYDECK_REDACT_H

#include "tui/draw/canvas.h"

#include <stdio.h>

uint64_t redact_key(void); /* another one in each process, so that stand-ins tell nothing */

/* In place; UTF-8 stays UTF-8, and no byte more or less. */
void redact_text(uint64_t key, char *text, size_t len);
/* The whole grid, each row for itself. */
void redact_canvas(uint64_t key, struct canvas *c);

/* A stream that writes whole lines to `to` with stand-ins. Closing it closes `to` not. */
FILE *redact_stream(FILE *to, uint64_t key);

#endif
