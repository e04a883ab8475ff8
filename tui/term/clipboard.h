/*
 * clipboard.h - OSC 52: the bytes that request a terminal to set its clipboard. No terminal replies to them, so raydeck
 * knows only that they were sent. Pure.
 *
 * Source: xterm's ctlseqs, "Operating System Commands", 52; tmux(1), allow-passthrough and set-clipboard.
 */
#ifndef RAYDECK_TERM_CLIPBOARD_H
#define RAYDECK_TERM_CLIPBOARD_H

#include "backends/base/buf.h"
#include "backends/base/err.h"

#include <stdbool.h>

/* Bytes of a text: base64 makes 100,000 of them, which is what the strictest of the terminals below take. */
enum { CLIPBOARD_MAX = 74994, CLIPBOARD_BYTES_MAX = 256 * 1024 /* of what clipboard_bytes appends */ };

/* Appends the sequence. tmux: for tmux itself, and once more for the terminal around it. ERR_LIMIT: longer than
 * CLIPBOARD_MAX; ERR_USAGE: empty; nothing is appended. */
enum err clipboard_bytes(const char *text, bool tmux, struct buf *out);

/* Whether the terminal is known to take OSC 52, by the environment (get: getenv's look-up); *ret_tmux: it is within
 * tmux, whose terminal is unknown. One that may is not known: xterm and VTE refuse or ignore it. */
bool clipboard_known(const char *(*get)(const char *name), bool *ret_tmux);

#endif
